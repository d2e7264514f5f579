package ui

import (
	"html/template"
	"strconv"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
)

// keyShown is how long a product key stays on the screen.
const keyShown = 60 * time.Second

// Taken is the dialog that hands out a product key or a download link: the same for the partner and for its customer. Its
// template is "taken".
type Taken struct {
	Title, Hint string
	Warning     string // what a key, or a link, is worth (F47)
	Waiting     string // why there is no key yet
	Key, Link   string
	Seconds     int           // until the key leaves the screen
	Clock       template.HTML // how long it is still shown
	Back        string        // where it goes when it is closed, or over
	Recorded    any           // that it was recorded, under whose name
	Gauge       *LinkGauge
	Renew       *Button // puts another link in its place
}

// TakeKey shows a key that was revealed, on a page that nobody keeps; hint names the product.
func (v *Visit) TakeKey(hint string, key app.RevealedKey, back string) Taken {
	v.Secret()
	d := Taken{Title: v.T("software.key"), Hint: hint, Back: back}
	if key.Preparing {
		d.Waiting = v.T("software.key_waits")
		return d
	}
	d.Warning, d.Key, d.Seconds = v.T("software.key_warning"), string(key.Plain), int(keyShown/time.Second)
	d.Clock = v.L.HTML("software.hidden_in", "seconds", template.HTML(`<span id="taken-clock">`+strconv.Itoa(d.Seconds)+`</span>`)) //nolint:gosec // a number
	d.Recorded = v.L.HTML("software.key_recorded", "who", v.Signed.Person.UPN, "at", Value(v.L, v.App.Clock.Now()))
	// Without scripts the browser itself leaves the page; with them the script is a moment earlier.
	v.W.Header().Set("Refresh", strconv.Itoa(d.Seconds+1)+"; url="+back)
	return d
}

// TakeLink shows a download link that was issued.
func (v *Visit) TakeLink(hint string, link app.IssuedLink, back string) Taken {
	v.Secret()
	now := v.App.Clock.Now()
	return Taken{
		Title: v.T("software.link"), Hint: hint, Warning: v.T("software.link_warning"), Back: back, Link: v.URL + "/downloads/" + string(link.Token),
		Gauge: GaugeOf(v, "taken-gauge", link.Link, now), Recorded: v.L.HTML("software.link_recorded", "who", v.Signed.Person.UPN, "at", Value(v.L, now)),
	}
}

// LinkGauge is how long a download link lives and how often it can still be used.
type LinkGauge struct {
	Picture template.HTML
	Twin    Table
	Text    any
}

// GaugeOf draws it; a link that does not work any more says why instead.
func GaugeOf(v *Visit, name string, l license.Link, now time.Time) *LinkGauge {
	days, left := int64(l.ExpiresAt.Sub(l.IssuedAt)/(24*time.Hour)), max(0, int64((l.ExpiresAt.Sub(now)+24*time.Hour-1)/(24*time.Hour)))
	text := v.L.HTML("software.link_until", "at", Value(v.L, l.ExpiresAt), "max", l.Max, "made", Value(v.L, Day(l.IssuedAt)))
	if !l.Works(now) { // nothing of it is left, whatever was not used
		return &LinkGauge{Text: SpentLink(v, l, now)}
	}
	return &LinkGauge{
		Picture: Gauge(v.L, name, days, left, int64(l.Max), int64(l.Remaining())),
		Twin: Table{Caption: v.T("software.link"), Small: true, Columns: []Column{
			{Head: v.T("gauge.limit")}, {Head: v.T("gauge.used"), Num: true}, {Head: v.T("gauge.left"), Num: true}, {Head: v.T("gauge.of"), Num: true},
		}, Rows: []Row{
			{Cells: []Cell{{Value: v.T("gauge.days")}, {Value: days - left}, {Value: left}, {Value: days}}},
			{Cells: []Cell{{Value: v.T("gauge.downloads")}, {Value: l.Used}, {Value: l.Remaining()}, {Value: l.Max}}},
		}},
		Text: text,
	}
}
