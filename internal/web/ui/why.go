package ui

import (
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Why explains one amount (F75): the arithmetic that leads to it, the rows it was made by, and whether it is the same when it
// is worked out again.
type Why struct {
	ID, Title string
	Close     string // address of the page without it
	Lead      string // what happened
	Steps     Table
	Facts     []Fact
	Acts      []Button
}

// WhyOf explains a line. For customers (cost false) neither price row nor policy row stands there: bills speak of no cost (R09).
func (v *Visit) WhyOf(l app.StatementLine, e billing.Explanation, close string, cost bool) Why {
	w := Why{
		ID: "why", Title: v.T("why.title", "amount", l.Gross()), Close: close, Lead: v.LeadOf(l),
		Steps: Table{Small: true, Caption: v.T("why.steps"), Columns: []Column{{Head: v.T("why.step")}, {Head: v.T("why.arithmetic")}, {Head: v.T("why.result"), Cash: true}}},
	}
	for _, s := range e.Steps {
		w.Steps.Rows = append(w.Steps.Rows, Row{Cells: []Cell{{Value: v.T("why.step." + s.Name)}, {Value: v.L.Figures(s.Arithmetic)}, {Value: s.Result}}})
	}
	add := func(key string, value any) {
		if value != "" && value != Mono("") {
			w.Facts = append(w.Facts, Fact{Name: v.T("why." + key), Value: value})
		}
	}
	if cost {
		add("price_row", Mono(e.PriceRow))
		add("policy_row", e.PolicyRow)
	}
	add("tax_row", Mono(e.TaxRow))
	if e.TaxRow == "" {
		w.Facts = append(w.Facts, Fact{Name: v.T("why.tax_row"), Value: v.T("why.no_tax_row")})
	}
	w.Facts = append(w.Facts, Fact{Name: v.T("why.rounding"), Value: v.T("why.rounding_text")})
	check := Mark{Kind: "good", Text: v.T("why.same")}
	if !Recomputed(l.Charge, e) {
		check = Mark{Kind: "dead", Text: v.T("why.differs")}
	}
	w.Facts = append(w.Facts, Fact{Name: v.T("why.checked"), Value: check})
	return w
}

// LeadOf says what a line is: what happened, and for which days.
func (v *Visit) LeadOf(l app.StatementLine) string {
	text := v.T("charge." + string(l.Kind))
	if l.Period.End.IsZero() {
		return text + " · " + v.L.Date(l.At)
	}
	text += " · " + v.L.Date(l.Period.Start) + " – " + v.L.Date(l.Period.End)
	if l.Of == "" && l.Days < l.Whole {
		text += " · " + v.T("charge.days", "n", l.Days, "of", l.Whole)
	}
	if l.Of != "" && l.Days > 0 {
		text += " · " + v.T("charge.kept", "n", l.Kept, "of", l.Days)
	}
	return text
}

// PeriodOf is a billing period: the month's name where it is one, else its first and its last day.
func (v *Visit) PeriodOf(p when.Period) string {
	if p.Start.Day() == 1 && p.End.Equal(p.Start.AddDate(0, 1, 0)) {
		return v.L.Month(p.Start)
	}
	return v.L.Date(p.Start) + " – " + v.L.Date(p.End.AddDate(0, 0, -1))
}

// TermOf is a term in words.
func (v *Visit) TermOf(t when.Term) string {
	var parts []string
	for _, u := range []struct {
		n   int
		key string
	}{{t.Years, "term.years"}, {t.Months, "term.months"}, {t.Days, "term.days"}} {
		if u.n > 0 {
			parts = append(parts, v.T(u.key, "n", u.n))
		}
	}
	if parts == nil {
		return v.T("term.forever")
	}
	return strings.Join(parts, ", ")
}

// Recomputed tells whether an explanation ends in the very figures of its charge.
func Recomputed(c billing.Charge, e billing.Explanation) bool {
	want := map[string]money.Amount{billing.StepNet: c.Net, billing.StepTax: c.Tax, billing.StepGross: c.Gross()}
	found := 0
	for _, s := range e.Steps {
		if a, ok := want[s.Name]; ok {
			if found++; a != s.Result {
				return false
			}
		}
	}
	return found == len(want)
}
