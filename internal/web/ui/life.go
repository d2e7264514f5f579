package ui

import (
	"html/template"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/web/locale"
)

// Milestone is one point in the life of an item: ordered, window, renewal.
type Milestone struct {
	Name string
	At   time.Time // zero: there is none, and it is left out
	Hint string    // for the table: by which rule, what follows
	Hot  bool      // what can be done until then
}

// Lifecycle draws the life of an item as a strip of stations, with the table that says the same (pages.md §4). They stand at
// equal distances, for a window of days and a term of years are read alike; between two of them now stands by its share of time.
// Stations at one instant stay in the order given.
func Lifecycle(l *locale.L, id, title, hint, sentence string, now time.Time, all []Milestone) Chart {
	all = slices.DeleteFunc(slices.Clone(all), func(s Milestone) bool { return s.At.IsZero() })
	slices.SortStableFunc(all, func(a, b Milestone) int { return a.At.Compare(b.At) })
	c := Chart{ID: id, Title: title, Hint: hint, Twin: Table{Caption: title, Small: true, Columns: []Column{
		{Head: l.Text("life.station")}, {Head: l.Text("life.at")}, {Head: l.Text("life.state")}, {Head: l.Text("life.note")},
	}}}
	for _, s := range all {
		state := l.Text("life.to_come")
		if !s.At.After(now) {
			state = l.Text("life.past")
		}
		note := s.Hint
		if note == "" {
			note = "–"
		}
		c.Twin.Rows = append(c.Twin.Rows, Row{Past: !s.At.After(now), Cells: []Cell{{Value: s.Name}, {Value: s.At}, {Value: state}, {Value: note}}})
	}
	if len(all) > 0 {
		c.Wide, c.Narrow = lying(l, id+"-w", sentence, now, all), standing(l, id+"-n", sentence, now, all)
	}
	return c
}

// passed is where now stands on a line of stations that are one apart: 0 at the first, n-1 at the last.
func passed(now time.Time, all []Milestone) float64 {
	if now.Before(all[0].At) {
		return 0
	}
	for i := 1; i < len(all); i++ {
		if from, until := all[i-1].At, all[i].At; now.Before(until) {
			return float64(i-1) + now.Sub(from).Hours()/until.Sub(from).Hours()
		}
	}
	return float64(len(all) - 1)
}

// dot is a station's sign: what was is full, what comes is empty, what can be done until then is a square.
func (d *drawing) dot(s Milestone, now time.Time, x, y float64) {
	class := "f-sheet l-pen w2"
	if !s.At.After(now) {
		class = "f-ink"
	}
	if s.Hot {
		d.add(`<rect class="%s" x="%.1f" y="%.1f" width="12" height="12"/>`, class, x-6, y-6)
		return
	}
	d.add(`<circle class="%s" cx="%.1f" cy="%.1f" r="6"/>`, class, x, y)
}

func lying(l *locale.L, id, sentence string, now time.Time, all []Milestone) template.HTML {
	const left, right, y = 10.0, 950.0, 46.0
	step := 0.0
	if len(all) > 1 {
		step = (right - left) / float64(len(all)-1)
	}
	at := left + step*passed(now, all)
	ends := now.After(all[len(all)-1].At)
	var d drawing
	d.add(`<path class="l-pen w3" d="M%.1f %.1fH%.1f"/><path class="l-pen w2 dash" d="M%.1f %.1fH%.1f"/>`, left, y, at, at, y, left+step*float64(len(all)-1))
	if !ends && at > left {
		d.add(`<path class="l-st w2" d="M%.1f %.1fv24"/>`, at, y-12)
		anchor := "st mid"
		if at > right-40 {
			anchor = "st end"
		}
		d.text(anchor, max(at, left+24), y+28, l.Text("chart.today"))
	}
	room := max(8, int(step/6.9))
	for i, s := range all {
		x, anchor := left+step*float64(i), "mid"
		switch i {
		case 0:
			x, anchor = x-4, ""
		case len(all) - 1:
			x, anchor = x+4, "end"
		}
		d.text("b "+anchor, x, 18, cut(s.Name, room))
		d.text(anchor, x, 92, l.Date(s.At))
		d.dot(s, now, left+step*float64(i), y)
	}
	return d.svg("wide", id, sentence, 960, 100)
}

func standing(l *locale.L, id, sentence string, now time.Time, all []Milestone) template.HTML {
	const x, top, step = 10.0, 14.0, 44.0
	at, last := top+step*passed(now, all), top+step*float64(len(all)-1)
	var d drawing
	d.add(`<path class="l-pen w3" d="M%.1f %.1fV%.1f"/><path class="l-pen w2 dash" d="M%.1f %.1fV%.1f"/>`, x, top, at, x, at, last)
	if at > top && at < last {
		d.add(`<path class="l-st w2" d="M%.1f %.1fh20"/>`, x-10, at)
	}
	for i, s := range all {
		y := top + step*float64(i)
		d.text("b", x+18, y+1, cut(s.Name, 42))
		d.text("", x+18, y+17, l.Date(s.At))
		d.dot(s, now, x, y)
	}
	return d.svg("narrow", id, sentence, 350, last+24)
}
