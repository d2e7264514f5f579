package ui

import (
	"html/template"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/web/locale"
)

// Gauge draws what is left of a download link: a bar for each day and a tally mark for each download; what is gone is an
// outline. Every fifth tally mark crosses the four before it.
func Gauge(l *locale.L, id string, days, daysLeft, downloads, downloadsLeft int64) template.HTML {
	const width = 370
	var d drawing
	d.text("", 0, 12, l.Text("gauge.days_left", "left", daysLeft, "of", days))
	if days > 0 && days <= 60 {
		step := (width + 4) / float64(days)
		for i := range days {
			class := "f-ink"
			if i >= daysLeft {
				class = "f-sheet l-strong"
			}
			d.add(`<rect class="%s" x="%.1f" y="19.5" width="%.1f" height="9"/>`, class, .5+float64(i)*step, step-5)
		}
	}
	d.text("", 0, 51, l.Text("gauge.downloads_left", "left", downloadsLeft, "of", downloads))
	if downloads > 0 && downloads <= 50 {
		for i := range downloads {
			class := "l-pen w2"
			if i >= downloadsLeft {
				class = "l-strong"
			}
			x := float64(i/5)*37 + 4
			if i%5 == 4 {
				d.add(`<path class="%s" d="M%.1f 73l26-12"/>`, class, x-4)
			} else {
				d.add(`<path class="%s" d="M%.1f 59v16"/>`, class, x+float64(i%5)*6)
			}
		}
	}
	return d.svg("", id, l.Text("gauge.title", "days", daysLeft, "left", downloadsLeft, "of", downloads), width, 78)
}

// SpentLink says of a link that does not work any more which of its two limits came first.
func SpentLink(v *Visit, l license.Link, now time.Time) template.HTML {
	if now.Before(l.ExpiresAt) {
		return v.L.HTML("software.link_used_up", "max", l.Max)
	}
	return v.L.HTML("software.link_spent", "at", Value(v.L, l.ExpiresAt))
}
