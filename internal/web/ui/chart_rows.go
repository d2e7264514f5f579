package ui

import (
	"html/template"
	"time"

	"github.com/comptoir-dev/comptoir/internal/web/locale"
)

// Reign is one dated row on a time line: what it says, and from when to when. From zero: always; until zero: open.
type Reign struct {
	Text        string
	From, Until time.Time
	On          bool // it decides at the chosen instant
}

// Reigns is the line of one class of things: its rows in the order of time, no two at once.
type Reigns struct {
	Name string
	Rows []Reign
}

// Rows draws dated rows on a line of years, with the instant that was asked about (pages.md §4). c comes with title and twin.
func Rows(l *locale.L, c Chart, title string, at, now time.Time, lines []Reigns) Chart {
	from, until := at.Year(), max(at.Year(), now.Year())+1
	for _, line := range lines {
		for _, r := range line.Rows {
			for _, t := range []time.Time{r.From, r.Until} {
				if !t.IsZero() {
					from, until = min(from, t.Year()), max(until, t.Year()+1)
				}
			}
		}
	}
	from, until = max(from-1, until-20), min(until, from+19)
	c.Wide = rows(l, c.ID+"-w", title, at, from, until, lines, false)
	c.Narrow = rows(l, c.ID+"-n", title, at, from, until, lines, true)
	c.Keys = []Key{
		{sign(`<rect class="f-wash l-st" x=".5" y="1.5" width="20" height="9"/>`), l.Text("chart.row_on")},
		{sign(`<rect class="f-sheet l-strong" x=".5" y="1.5" width="20" height="9"/>`), l.Text("chart.row_other")},
	}
	return c
}

func rows(l *locale.L, id, title string, at time.Time, first, last int, lines []Reigns, narrow bool) template.HTML {
	width, left, step, class := 960.0, 250.0, 34.0, "wide"
	if narrow {
		width, left, step, class = 350, 1, 50, "narrow"
	}
	right := width - 8
	start, end := time.Date(first, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(last, 1, 1, 0, 0, 0, 0, time.UTC)
	span := end.Sub(start).Hours()
	x := func(t time.Time, otherwise float64) float64 {
		if t.IsZero() {
			return otherwise
		}
		return min(right, max(left, left+t.Sub(start).Hours()/span*(right-left)))
	}
	height := 24 + step*float64(len(lines))
	every := 1 + (last-first)/9
	if narrow {
		every = 1 + (last-first)/4
	}
	var d drawing
	for y := first; y < last; y++ {
		px := x(time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC), left)
		d.add(`<path class="l-rule" d="M%.1f 20V%.0f"/>`, px, height)
		if (y-first)%every == 0 && px < right-34 {
			d.text("", px+4, 14, time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006"))
		}
	}
	for i, line := range lines {
		y := 26 + step*float64(i)
		if narrow {
			d.text("b", 0, y+10, cut(line.Name, 46))
			y += 16
		} else {
			d.text("b", 0, y+17, cut(line.Name, 34))
		}
		for _, r := range line.Rows {
			a, b := x(r.From, left), x(r.Until, right)
			kind, weight := "f-sheet l-strong", ""
			if r.On {
				kind, weight = "f-wash l-st", "b"
			}
			d.add(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="26"/>`, kind, a+.5, y+.5, max(2, b-a-2))
			if room := int((b - a - 12) / 6.6); room > 3 {
				d.text(weight, a+7, y+17, cut(r.Text, room))
			}
		}
	}
	d.add(`<path class="l-st w2" d="M%.1f 18V%.0f"/>`, x(at, left), height)
	return d.svg(class, id, title, width, height)
}
