package ui

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/web/locale"
)

// Chart is a picture with a table that says the same. On phones the narrow drawing takes the place of the wide one.
type Chart struct {
	ID, Title, Hint string
	Wide, Narrow    template.HTML
	Keys            []Key
	Twin            Table
}

// Key explains a sign of a chart; Sign is its drawing on 22 × 12.
type Key struct {
	Sign template.HTML
	Text string
}

// Term is one line of Terms: a thing that runs from an instant to another, with the window that is open on it.
type Term struct {
	Name        string
	From, Until time.Time // Until zero: for ever
	Renews      bool
	Window      time.Time // zero, or not after now: none is open
	WindowFrom  time.Time
}

// drawing writes SVG. Coordinates are whole or have one decimal.
type drawing struct{ strings.Builder }

func (d *drawing) add(format string, args ...any) { fmt.Fprintf(&d.Builder, format, args...) }

func (d *drawing) text(class string, x, y float64, s string) {
	d.add(`<text class="%s" x="%.1f" y="%.1f">%s</text>`, class, x, y, template.HTMLEscapeString(s))
}

// svg closes a drawing of a size, named by a sentence.
func (d *drawing) svg(class, id, title string, width, height float64) template.HTML {
	return template.HTML(fmt.Sprintf(`<svg class="%s" viewBox="0 0 %.0f %.0f" role="img" aria-labelledby="%s"><title id="%s">%s</title>%s</svg>`, //nolint:gosec // our own
		class, width, height, id, id, template.HTMLEscapeString(title), d.String()))
}

func sign(body string) template.HTML {
	return template.HTML(`<svg viewBox="0 0 22 12" aria-hidden="true" focusable="false">` + body + `</svg>`) //nolint:gosec // our own
}

// months is the twelve months of an axis that begins with now's.
func months(now time.Time) (from, until time.Time) {
	from = time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	return from, from.AddDate(1, 0, 0)
}

// Terms draws what runs on a line of twelve months: the end or renewal of each, and open windows.
func Terms(l *locale.L, id string, now time.Time, terms []Term) Chart {
	c := Chart{
		ID: id, Title: l.Text("chart.terms"), Hint: l.Text("chart.twelve_months"),
		Wide:   terms2(l, id+"-w", now, terms, 960, 250, 30, false),
		Narrow: terms2(l, id+"-n", now, terms, 350, 2, 40, true),
		Keys: []Key{
			{sign(`<rect class="f-st" y="1" width="16" height="10"/>`), l.Text("chart.window_open")},
			{sign(`<path class="l-pen w3" d="M0 6h12"/><circle class="f-sheet l-pen w2" cx="14" cy="6" r="4.5"/>`), l.Text("chart.renews")},
			{sign(`<path class="l-pen w3" d="M0 6h15M15 0v12"/>`), l.Text("chart.ends")},
			{sign(`<path class="l-pen dash" d="M0 6h22"/>`), l.Text("chart.perpetual")},
		},
		Twin: Table{Caption: l.Text("chart.terms"), Small: true, Columns: []Column{
			{Head: l.Text("chart.product")}, {Head: l.Text("chart.from")}, {Head: l.Text("chart.term_ends")}, {Head: l.Text("chart.then")}, {Head: l.Text("chart.window_until")},
		}},
	}
	for _, t := range terms {
		row := Row{Cells: []Cell{{Value: t.Name}, {Value: Day(t.From)}, {Value: Day(t.Until)}, {Value: l.Text("chart.ends")}, {Value: l.Text("chart.closed")}}}
		if t.Until.IsZero() {
			row.Cells[2].Value, row.Cells[3].Value = l.Text("chart.perpetual"), "–"
		} else if t.Renews {
			row.Cells[3].Value = l.Text("chart.renews")
		}
		if t.Window.After(now) {
			row.Cells[4].Value = t.Window
		}
		c.Twin.Rows = append(c.Twin.Rows, row)
	}
	return c
}

func terms2(l *locale.L, id string, now time.Time, terms []Term, width, left, step float64, narrow bool) template.HTML {
	from, until := months(now)
	span := until.Sub(from).Hours()
	right := width - 8
	x := func(t time.Time) float64 {
		if t.IsZero() || t.After(until) {
			return right
		}
		if t.Before(from) {
			return left
		}
		return left + t.Sub(from).Hours()/span*(right-left)
	}
	height := 22 + step*float64(len(terms))
	var d drawing
	for m := range 12 {
		at := from.AddDate(0, m, 0)
		d.add(`<path class="l-rule" d="M%.1f 20V%.0f"/>`, x(at), height)
		switch first := m == 0 || at.Month() == time.January; {
		case first && (!narrow || m == 0 || m > 2):
			d.text("b", x(at)+4, 14, l.Month(at))
		case !narrow || m%3 == 0 && m > 0 && from.AddDate(0, m-1, 0).Month() != time.January && from.AddDate(0, m-2, 0).Month() != time.January:
			d.text("", x(at)+4, 14, l.MonthName(at))
		}
	}
	d.add(`<path class="l-ink" d="M%.1f 20.5H%.1f"/>`, left, right)
	for i, t := range terms {
		y := 22 + step*(float64(i)+.5)
		if narrow {
			d.text("b", 0, y-8, cut(t.Name, 46))
			y += 8
		} else {
			d.text("b", 0, y+4, cut(t.Name, 34))
		}
		a, b := x(t.From), x(t.Until)
		switch {
		case t.Until.IsZero():
			d.add(`<path class="l-pen dash" d="M%.1f %.1fH%.1f"/>`, a, y, right)
		case t.Until.After(until):
			d.add(`<path class="l-pen w3" d="M%.1f %.1fH%.1f"/>`, a, y, right)
		case t.Renews:
			d.add(`<path class="l-pen w3" d="M%.1f %.1fH%.1f"/><circle class="f-sheet l-pen w2" cx="%.1f" cy="%.1f" r="5.5"/><path class="l-pen w2" d="M%.1f %.1fH%.1f"/>`,
				a, y, b, b, y, min(b+8, right), y, min(b+26, right))
		default:
			d.add(`<path class="l-pen w3" d="M%.1f %.1fH%.1f"/><path class="l-pen w3" d="M%.1f %.1fv14"/>`, a, y, b, b, y-7)
		}
		if t.Window.After(now) {
			w := x(t.WindowFrom)
			d.add(`<rect class="f-st" x="%.1f" y="%.1f" width="%.1f" height="12"/>`, w, y-6, max(3, x(t.Window)-w))
		}
	}
	d.add(`<path class="l-st" d="M%.1f 20V%.0f"/>`, x(now), height)
	class := "wide"
	if narrow {
		class = "narrow"
	}
	return d.svg(class, id, l.Text("chart.terms_title"), width, height)
}

// cut shortens a name to n characters.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimSpace(string(r[:n-1])) + "…"
}
