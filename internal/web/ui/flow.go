package ui

import (
	"html/template"
	"strings"
)

// Station is one of the stops that money passes; all stations of a picture come to the same sum.
type Station struct {
	Name  string
	Parts []StationPart
}

// StationPart is one share of a station. Sizes are above zero.
type StationPart struct {
	Name  string
	Label string // its value in words
	Size  int64
	Kind  PartKind
}

// PartKind is how sure a share is.
type PartKind string

// The kinds of shares.
const (
	PartSure    PartKind = ""
	PartPlanned PartKind = "planned" // dashed: it is to come
	PartGone    PartKind = "gone"    // outlined: it went away
)

func (k PartKind) classes() (box, bar string) {
	switch k {
	case PartPlanned:
		return "f-sheet l-strong dash", "f-sheet l-strong dash"
	case PartGone:
		return "f-wash l-st", "f-wash l-st"
	}
	return "f-sheet l-strong", "f-ink"
}

// Current is what goes from a part of a station to one of the next, by their places.
type Current struct {
	From, To int
	Size     int64
}

// mostParts is how many shares of a station are drawn; the rest is drawn as one.
const mostParts = 5

// FlowOf draws how a sum passes stations: from left to right, on phones from above. currents[i] go from station i to the next one.
// rest names the many small shares that are drawn as one, with what they come to. c brings names and the twin.
func FlowOf(c Chart, title string, stations []Station, currents [][]Current, rest func(n int, size int64) (name, label string)) Chart {
	drawn := make([]Station, len(stations))
	flows := make([][]Current, len(currents))
	for i, s := range stations {
		drawn[i] = s.folded(rest)
	}
	for i, all := range currents {
		for _, f := range all {
			f.From, f.To = min(f.From, len(drawn[i].Parts)-1), min(f.To, len(drawn[i+1].Parts)-1)
			flows[i] = append(flows[i], f)
		}
	}
	c.Wide, c.Narrow = flowWide(c.ID+"-w", title, drawn, flows), flowNarrow(c.ID+"-n", title, drawn)
	return c
}

func (s Station) folded(rest func(n int, size int64) (string, string)) Station {
	if len(s.Parts) <= mostParts {
		return s
	}
	last := StationPart{}
	for _, p := range s.Parts[mostParts-1:] {
		last.Size += p.Size
	}
	last.Name, last.Label = rest(len(s.Parts)-mostParts+1, last.Size)
	return Station{s.Name, append(append([]StationPart(nil), s.Parts[:mostParts-1]...), last)}
}

func (s Station) whole() (sum int64) {
	for _, p := range s.Parts {
		sum += p.Size
	}
	return max(1, sum)
}

const (
	flowBox   = 164.0 // how wide a share is drawn
	flowLeast = 42.0  // how high it is at least: two lines of text
	flowGap   = 8.0
	flowRoom  = 21 // characters of a line in it
)

// flowBoxes are the top and the height of each share; those of all stations fill the same height.
func flowBoxes(s Station, top, height float64) (at, high []float64) {
	n := float64(len(s.Parts))
	free := height - flowLeast*n - flowGap*(n-1)
	y := top
	for _, p := range s.Parts {
		h := flowLeast + free*float64(p.Size)/float64(s.whole())
		at, high = append(at, y), append(high, h)
		y += h + flowGap
	}
	return at, high
}

func flowWide(id, title string, stations []Station, currents [][]Current) template.HTML {
	const width, top = 960.0, 26.0
	height := 120.0
	for _, s := range stations {
		n := float64(len(s.Parts))
		height = max(height, (flowLeast+4)*n+flowGap*(n-1))
	}
	step := (width - flowBox - 1) / float64(max(1, len(stations)-1))
	var d drawing
	for i, all := range currents {
		from, fromHigh := flowBoxes(stations[i], top, height)
		to, toHigh := flowBoxes(stations[i+1], top, height)
		left := make([]float64, len(from)) // how much of a side is taken
		right := make([]float64, len(to))
		x, x2 := .5+step*float64(i)+flowBox, .5+step*float64(i+1)
		bend := (x2 - x) / 2
		for _, f := range all {
			h1 := fromHigh[f.From] * float64(f.Size) / float64(max(1, stations[i].Parts[f.From].Size))
			h2 := toHigh[f.To] * float64(f.Size) / float64(max(1, stations[i+1].Parts[f.To].Size))
			y1, y2 := from[f.From]+left[f.From], to[f.To]+right[f.To]
			left[f.From], right[f.To] = left[f.From]+h1, right[f.To]+h2
			d.add(`<path class="f-tint l-rule" d="M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1fV%.1fC%.1f %.1f %.1f %.1f %.1f %.1fz"/>`,
				x, y1, x+bend, y1, x+bend, y2, x2, y2, y2+h2, x+bend, y2+h2, x+bend, y1+h1, x, y1+h1)
		}
	}
	for i, s := range stations {
		x := .5 + step*float64(i)
		d.text("b", x, 14, cut(s.Name, 24))
		at, high := flowBoxes(s, top, height)
		for j, p := range s.Parts {
			box, bar := p.Kind.classes()
			d.add(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, box, x, at[j], flowBox, high[j])
			if p.Kind == PartSure {
				d.add(`<rect class="%s" x="%.1f" y="%.1f" width="4" height="%.1f"/>`, bar, x, at[j], high[j])
			}
			name := []string{cut(p.Name, flowRoom)}
			if high[j] > flowLeast+16 {
				name = twoLines(p.Name, flowRoom)
			}
			y := at[j] + high[j]/2 - 4 - 8*float64(len(name)-1)
			for _, line := range name {
				d.text("", x+12, y, line)
				y += 16
			}
			d.text("b", x+12, y+1, p.Label)
		}
	}
	return d.svg("wide", id, title, width, top+height+2)
}

// twoLines breaks a name of more than n characters between two words.
func twoLines(name string, n int) []string {
	if len([]rune(name)) <= n {
		return []string{name}
	}
	if i := strings.LastIndexByte(string([]rune(name)[:n+1]), ' '); i > 0 {
		return []string{name[:i], cut(name[i+1:], n)}
	}
	return []string{cut(name, n)}
}

func flowNarrow(id, title string, stations []Station) template.HTML {
	const width, row = 350.0, 38.0
	var d drawing
	y := 0.0
	for i, s := range stations {
		if i > 0 {
			d.add(`<path class="l-pen" d="M8 %.1fv14m-4 -5l4 5l4 -5"/>`, y)
			y += 20
		}
		d.text("b", 0, y+13, cut(s.Name, 46))
		y += 20
		for _, p := range s.Parts {
			_, bar := p.Kind.classes()
			d.text("", 0, y+13, cut(p.Name, 53-len([]rune(p.Label))))
			d.text("end b", width, y+13, p.Label)
			d.add(`<rect class="%s" x=".5" y="%.1f" width="%.1f" height="9"/>`, bar, y+18.5, max(2, (width-1)*float64(p.Size)/float64(s.whole())))
			y += row
		}
	}
	return d.svg("narrow", id, title, width, y)
}
