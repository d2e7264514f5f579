package ui

import (
	"html/template"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/web/locale"
)

// Step is a quantity from an instant on. Planned ones are to come.
type Step struct {
	At       time.Time
	Quantity int64
	Planned  bool
	Why      string
	Cost     money.Amount // what it cost or returned, net; zero: nothing
}

// Steps draws a quantity as a line of steps from the first to an end, with the table that says the same.
func Steps(l *locale.L, id, title, hint string, now, end time.Time, steps []Step) Chart {
	c := Chart{
		ID: id, Title: title, Hint: hint,
		Wide: stepped(l, id+"-w", title, now, end, steps, 640, false), Narrow: stepped(l, id+"-n", title, now, end, steps, 350, true),
		Twin: Table{Caption: title, Small: true, Columns: []Column{
			{Head: l.Text("chart.from")}, {Head: l.Text("chart.quantity"), Num: true}, {Head: l.Text("chart.cost"), Cash: true}, {Head: l.Text("chart.why")},
		}},
	}
	for _, s := range steps {
		row := Row{Cells: []Cell{{Value: Day(s.At)}, {Value: s.Quantity}, {Value: "–"}, {Value: s.Why}}}
		if !s.Cost.IsZero() {
			row.Cells[2].Value = s.Cost
		}
		c.Twin.Rows = append(c.Twin.Rows, row)
	}
	return c
}

func stepped(l *locale.L, id, title string, now, end time.Time, steps []Step, width float64, narrow bool) template.HTML {
	const left, base, roof = 40.0, 144.0, 30.0
	right := width - 8
	if len(steps) == 0 {
		return ""
	}
	from, most := steps[0].At, int64(1)
	for _, s := range steps {
		most = max(most, s.Quantity)
	}
	if !end.After(from) {
		end = from.AddDate(1, 0, 0)
	}
	span := end.Sub(from).Hours() * 1.06 // room for what is planned at the end
	x := func(t time.Time) float64 {
		return min(right, max(left, left+t.Sub(from).Hours()/span*(right-left)))
	}
	y := func(q int64) float64 { return base - float64(q)/float64(most)*(base-roof) }
	var d drawing
	d.add(`<path class="l-ink" d="M%.1f %.1fH%.1f"/>`, left, base, right)
	d.text("end", left-8, base+4, "0")
	d.add(`<path class="l-rule" d="M%.1f %.1fH%.1f"/>`, left, y(most), right)
	d.text("end", left-8, y(most)+4, l.Int(most))
	months := int(end.Sub(from).Hours()/24/30) + 1
	every := max(1, months/6)
	if narrow {
		every = max(1, months/3)
	}
	for m, at := 0, time.Date(from.Year(), from.Month()+1, 1, 0, 0, 0, 0, time.UTC); at.Before(end) && m < 120; m, at = m+1, at.AddDate(0, 1, 0) {
		if m%every == 0 && x(at) < right-28 {
			d.text("", x(at), base+18, l.MonthName(at))
		}
	}
	q := steps[0].Quantity
	line, ahead, shown := "", "", 0.0
	for i, s := range steps {
		switch {
		case i == 0:
			line += point("M", x(s.At), y(q))
		case s.Planned:
			if ahead == "" {
				ahead = point("M", x(now), y(q))
			}
			ahead += point("H", x(s.At)) + point("V", y(s.Quantity))
		default:
			line += point("H", x(s.At)) + point("V", y(s.Quantity))
		}
		label := l.Int(s.Quantity)
		if at := x(s.At); at >= shown && at < right-20 && (at+30 < x(now) || at > x(now)+4) {
			d.text("b", at+4, y(s.Quantity)-6, label)
			shown = at + 34
		}
		q = s.Quantity
	}
	last := steps[0].Quantity
	for _, s := range steps {
		if !s.Planned {
			last = s.Quantity
		}
	}
	stop := now
	if now.After(end) || now.Before(from) {
		stop = end
	}
	line += point("H", x(stop))
	if ahead == "" {
		ahead = point("M", x(stop), y(last)) + point("H", x(end))
	} else {
		ahead += point("H", right)
	}
	d.add(`<path class="l-pen w3" d="%s"/><path class="l-pen w2 dash" d="%s"/>`, line, ahead)
	d.add(`<path class="l-st w2" d="M%.1f 6V%.1f"/>`, x(stop), base)
	if x(stop) > right-60 {
		d.text("st end", x(stop)-6, 16, l.Text("chart.today"))
	} else {
		d.text("st", x(stop)+6, 16, l.Text("chart.today"))
	}
	class := "wide"
	if narrow {
		class = "narrow"
	}
	return d.svg(class, id, title, width, 170)
}

func point(letter string, at ...float64) string {
	var d drawing
	d.add("%s%.1f", letter, at[0])
	if len(at) > 1 {
		d.add(" %.1f", at[1])
	}
	return d.String()
}
