package ui

import (
	"cmp"
	"html/template"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/web/locale"
)

// Deed is one act of somebody. Secret ones are about keys, links and downloads.
type Deed struct {
	Who    string
	At     time.Time
	Secret bool
}

// ribbonRows is how many people a ribbon draws; the others share its last line.
const ribbonRows = 8

// person is what one of them did.
type person struct {
	name  string
	deeds []Deed
}

func (p person) secret() (n int) {
	for _, d := range p.deeds {
		if d.Secret {
			n++
		}
	}
	return n
}

// Ribbon draws who acted when: a line for each person, the busiest first, a mark for each act (pages.md §4). Days are those of
// the zone. c comes with its title; the table beside it is made here.
func Ribbon(l *locale.L, c Chart, sentence string, zone *time.Location, deeds []Deed) Chart {
	var all []person
	for _, d := range deeds {
		i := slices.IndexFunc(all, func(p person) bool { return p.name == d.Who })
		if i < 0 {
			i, all = len(all), append(all, person{name: d.Who})
		}
		all[i].deeds = append(all[i].deeds, d)
	}
	slices.SortStableFunc(all, func(a, b person) int {
		return cmp.Or(cmp.Compare(len(b.deeds), len(a.deeds)), l.Compare(a.name, b.name))
	})
	c.Twin = Table{Caption: c.Title, Small: true, Columns: []Column{
		{Head: l.Text("log.who")}, {Head: l.Text("log.acts"), Num: true}, {Head: l.Text("log.secret_acts"), Num: true}, {Head: l.Text("ribbon.first")}, {Head: l.Text("ribbon.last")},
	}}
	for _, p := range all {
		first, last := span(p.deeds)
		c.Twin.Rows = append(c.Twin.Rows, Row{Cells: []Cell{{Value: p.name}, {Value: len(p.deeds)}, {Value: p.secret()}, {Value: first}, {Value: last}}})
	}
	if len(deeds) == 0 {
		return c
	}
	if len(all) > ribbonRows {
		rest := person{name: l.Text("ribbon.others", "n", len(all)-ribbonRows+1)}
		for _, p := range all[ribbonRows-1:] {
			rest.deeds = append(rest.deeds, p.deeds...)
		}
		all = append(all[:ribbonRows-1:ribbonRows-1], rest)
	}
	first, last := span(deeds)
	y, m, d := when.DayOf(first, zone)
	from := when.DayStart(y, m, d, zone)
	y, m, d = when.DayOf(last, zone)
	until := when.DayStart(y, m, d+1, zone)
	c.Wide, c.Narrow = ribboned(l, c.ID+"-w", sentence, zone, from, until, all, false), ribboned(l, c.ID+"-n", sentence, zone, from, until, all, true)
	c.Keys = []Key{
		{sign(`<path class="l-pen w2" d="M4 1v10m7-10v10"/>`), l.Text("log.acts")},
		{sign(`<path class="l-st w3" d="M4 0v12m7-12v12"/>`), l.Text("log.secret_acts")},
	}
	return c
}

// span is the first and the last instant of some acts.
func span(deeds []Deed) (first, last time.Time) {
	for _, d := range deeds {
		if first.IsZero() || d.At.Before(first) {
			first = d.At
		}
		if d.At.After(last) {
			last = d.At
		}
	}
	return first, last
}

func ribboned(l *locale.L, id, sentence string, zone *time.Location, from, until time.Time, all []person, narrow bool) template.HTML {
	width, left, step, most, class := 960.0, 240.0, 30.0, 8, "wide"
	if narrow {
		width, left, step, most, class = 350, 4, 46, 3, "narrow"
	}
	right := width - 44
	height := 22 + step*float64(len(all))
	x := func(t time.Time) float64 { return left + t.Sub(from).Hours()/until.Sub(from).Hours()*(right-left) }
	var d drawing
	days := int(until.Sub(from).Hours()/24 + .5)
	every := 1 + (days-1)/most
	for i := 0; i < days; i += every {
		year, month, day := when.DayOf(from, zone)
		at := when.DayStart(year, month, day+i, zone)
		d.add(`<path class="l-rule" d="M%.1f 18V%.0f"/>`, x(at), height)
		year, month, day = when.DayOf(at, zone)
		d.text("", x(at)+3, 12, l.DayMonth(when.Date(year, month, day)))
	}
	for i, p := range all {
		y := 24 + step*float64(i)
		if narrow {
			d.text("b", 0, y+10, cut(p.name, 44))
			y += 15
		} else {
			d.text("b", 0, y+16, cut(p.name, 33))
		}
		for _, one := range p.deeds {
			class := "l-pen w2"
			if one.Secret {
				class = "l-st w3"
			}
			d.add(`<path class="%s" d="M%.1f %.1fv20"/>`, class, x(one.At), y+2)
		}
		d.text("end", width, y+16, l.Int(int64(len(p.deeds))))
	}
	return d.svg(class, id, sentence, width, height)
}
