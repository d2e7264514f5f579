package ui

import (
	"html/template"
)

// Bar is one column of Bars: parts stacked from the line up, those below zero from the line down.
type Bar struct {
	Name  string // below it
	Label string // above it: its value in words
	Parts []BarPart
}

// BarPart is one part of a bar. Sizes of one picture are of one unit.
type BarPart struct {
	Size  int64
	Class string // of its fill and line, such as "f-ink"
}

func (b Bar) reach() (up, down int64) {
	for _, p := range b.Parts {
		if p.Size > 0 {
			up += p.Size
		} else {
			down -= p.Size
		}
	}
	return up, down
}

// Bars draws stacked bars side by side, on phones one below the other. c brings names, keys and the twin; title is the
// sentence that says what is drawn.
func Bars(c Chart, title string, bars []Bar) Chart {
	var up, down int64
	for _, b := range bars {
		u, d := b.reach()
		up, down = max(up, u), max(down, d)
	}
	whole := float64(max(1, up+down))
	c.Wide = barsWide(c.ID, title, bars, float64(up)/whole, whole)
	c.Narrow = barsNarrow(c.ID, title, bars, float64(down)/whole, whole)
	return c
}

const barRoom = 130.0 // how high the highest bar is

func barsWide(id, title string, bars []Bar, above, whole float64) template.HTML {
	const width, top = 960.0, 24.0
	var d drawing
	line := top + barRoom*above
	step := width / float64(max(1, len(bars)))
	thick := min(step*.6, 64)
	for i, b := range bars {
		middle := step * (float64(i) + .5)
		y, under := line, line
		for _, p := range b.Parts {
			h := float64(p.Size) / whole * barRoom
			switch {
			case p.Size > 0:
				h = max(h, 1.5)
				y -= h
				d.add(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, p.Class, middle-thick/2, y, thick, h)
			case p.Size < 0:
				h = max(-h, 1.5)
				d.add(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, p.Class, middle-thick/2, under, thick, h)
				under += h
			}
		}
		if b.Label != "" && step > 70 {
			d.text("mid b", middle, y-6, b.Label)
		}
		d.text("mid", middle, top+barRoom+16, cut(b.Name, int(step/6.2)))
	}
	d.add(`<path class="l-ink" d="M0 %.1fH%.1f"/>`, line, width)
	return d.svg("wide", id+"-w", title, width, top+barRoom+22)
}

func barsNarrow(id, title string, bars []Bar, below, whole float64) template.HTML {
	const width, step, left, right = 350.0, 26.0, 84.0, 250.0
	var d drawing
	line := left + (right-left)*below
	for i, b := range bars {
		y := step * float64(i)
		d.text("", 0, y+16, cut(b.Name, 12))
		x, back := line, line
		for _, p := range b.Parts {
			w := float64(p.Size) / whole * (right - left)
			switch {
			case p.Size > 0:
				w = max(w, 1.5)
				d.add(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="15"/>`, p.Class, x, y+4, w)
				x += w
			case p.Size < 0:
				w = max(-w, 1.5)
				back -= w
				d.add(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="15"/>`, p.Class, back, y+4, w)
			}
		}
		d.text("end b", width, y+16, b.Label)
	}
	d.add(`<path class="l-ink" d="M%.1f 0V%.1f"/>`, line, step*float64(len(bars)))
	return d.svg("narrow", id+"-n", title, width, step*float64(len(bars))+2)
}

// Swatch is the sign of a key: a part's fill.
func Swatch(class string) template.HTML {
	return sign(`<rect class="` + template.HTMLEscapeString(class) + `" x="1" y="1" width="16" height="10"/>`)
}

// Rise is one step of Waterfall. The first and the last are sums, those between them what changed.
type Rise struct {
	Name  string
	Label string // its value in words
	Size  int64  // may be below zero
	Sum   bool   // it begins at the line
}

// Waterfall draws how one sum became another.
func Waterfall(c Chart, title string, rises []Rise) Chart {
	var low, high, at int64
	for _, r := range rises {
		if r.Sum {
			at = 0
		}
		at += r.Size
		low, high = min(low, at), max(high, at)
	}
	span := float64(max(1, high-low))
	c.Wide, c.Narrow = fallWide(c.ID, title, rises, float64(low), span), fallNarrow(c.ID, title, rises, float64(low), span)
	return c
}

func (r Rise) class() string {
	switch {
	case r.Sum:
		return "f-ink"
	case r.Size < 0:
		return "f-wash l-st"
	}
	return "f-good"
}

func fallWide(id, title string, rises []Rise, low, span float64) template.HTML {
	const width, top = 960.0, 24.0
	var d drawing
	y := func(v float64) float64 { return top + barRoom - (v-low)/span*barRoom }
	step := width / float64(max(1, len(rises)))
	thick := step * .7
	at := 0.0
	d.add(`<path class="l-ink" d="M0 %.1fH%.1f"/>`, y(0), width)
	for i, r := range rises {
		if r.Sum {
			at = 0
		}
		from, to := at, at+float64(r.Size)
		at = to
		x := step*float64(i) + (step-thick)/2
		above := y(max(from, to))
		d.add(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, r.class(), x, above, thick, max(2, y(min(from, to))-above))
		if i+1 < len(rises) {
			d.add(`<path class="l-strong dash" d="M%.1f %.1fh%.1f"/>`, x+thick, y(to), step-thick)
		}
		d.text("mid b", x+thick/2, above-6, r.Label)
		d.text("mid", x+thick/2, top+barRoom+16, cut(r.Name, int(step/6.2)))
	}
	return d.svg("wide", id+"-w", title, width, top+barRoom+22)
}

func fallNarrow(id, title string, rises []Rise, low, span float64) template.HTML {
	const width, step, left, right = 350.0, 26.0, 106.0, 250.0
	var d drawing
	x := func(v float64) float64 { return left + (v-low)/span*(right-left) }
	at := 0.0
	d.add(`<path class="l-ink" d="M%.1f 0V%.1f"/>`, x(0), step*float64(len(rises)))
	for i, r := range rises {
		if r.Sum {
			at = 0
		}
		from, to := at, at+float64(r.Size)
		at = to
		y := step * float64(i)
		class := ""
		if r.Sum {
			class = "b"
		}
		d.text(class, 0, y+16, cut(r.Name, 17))
		d.add(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="15"/>`, r.class(), x(min(from, to)), y+4, max(2, x(max(from, to))-x(min(from, to))))
		d.text("end b", width, y+16, r.Label)
	}
	return d.svg("narrow", id+"-n", title, width, step*float64(len(rises))+2)
}

// Meter is a small bar of how much of something is used, for a cell or a fact; what it shows stands in words beside it.
func Meter(used, all int64) template.HTML {
	class := "f-ink"
	if used >= all {
		class = "f-st"
	}
	w := 0.0
	if all > 0 {
		w = min(1, float64(used)/float64(all)) * 128
	}
	var d drawing
	d.add(`<rect class="f-rule" width="128" height="7"/><rect class="%s" width="%.1f" height="7"/>`, class, w)
	return template.HTML(`<svg class="bar" viewBox="0 0 128 7" aria-hidden="true" focusable="false">` + d.String() + `</svg>`) //nolint:gosec // our own
}
