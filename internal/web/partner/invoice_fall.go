package partner

import (
	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// mostCompared is how many lines of a document are read to tell kinds apart; larger ones are compared by their sums alone,
// so that no page takes longer the more is sold.
const mostCompared = 2000

// groups are what lines are told apart by in the picture, each with its kinds of charge.
var groups = []struct {
	key   string
	kinds []billing.Kind
}{
	{"new", []billing.Kind{billing.New, billing.Convert}}, {"cycle", []billing.Kind{billing.Cycle}}, {"renew", []billing.Kind{billing.Renew}},
	{"seats", []billing.Kind{billing.AddQuantity, billing.RemoveSeats}}, {"credits", []billing.Kind{billing.Cancel}},
}

// fallOf draws how the total of the document before became this one's; nil where there is none before, and for void notes.
func fallOf(v *ui.Visit, doc billing.Invoice) (*ui.Chart, error) {
	if doc.Document == billing.VoidNote {
		return nil, nil
	}
	all, err := v.App.Invoices(v.R.Context(), v.Actor, app.InvoiceQuery{Until: doc.IssuedAt})
	if err != nil {
		return nil, err
	}
	var last billing.Invoice
	for _, i := range all { // newest first
		if i.Currency == doc.Currency && i.VoidedBy == "" && i.Period.Start.Before(doc.Period.Start) {
			last = i
			break
		}
	}
	if last.ID == "" {
		return nil, nil
	}
	steps, err := changes(v, last, doc)
	if err != nil {
		return nil, err
	}
	return fallChart(v, last, doc, steps), nil
}

// change is one step: what a group came to before and now.
type change struct {
	key         string
	before, now money.Amount
}

// changes compare two documents; the differences of all sum to that of their totals.
func changes(v *ui.Visit, last, doc billing.Invoice) ([]change, error) {
	var out []change
	if last.Totals.Lines <= mostCompared && doc.Totals.Lines <= mostCompared {
		a, err := byGroup(v, last)
		if err != nil {
			return nil, err
		}
		b, err := byGroup(v, doc)
		if err != nil {
			return nil, err
		}
		for i, g := range groups {
			out = append(out, change{g.key, a[i], b[i]})
		}
	} else {
		out = append(out, change{"net", last.Totals.Net, doc.Totals.Net})
	}
	return append(out, change{"tax", last.Totals.Tax, doc.Totals.Tax}, change{"carried", last.Carried.Sub(last.CarryOut), doc.Carried.Sub(doc.CarryOut)}), nil
}

// byGroup sums the lines of a document, net.
func byGroup(v *ui.Visit, doc billing.Invoice) ([]money.Amount, error) {
	_, lines, err := v.App.InvoiceLines(v.R.Context(), v.Actor, doc.ID, app.ChargeQuery{Limit: mostCompared})
	sums := make([]money.Amount, len(groups))
	for i, g := range groups {
		sums[i] = money.Of(0, doc.Currency)
		for _, l := range lines {
			for _, k := range g.kinds {
				if l.Kind == k {
					sums[i] = sums[i].Add(l.Net)
				}
			}
		}
	}
	return sums, err
}

func fallChart(v *ui.Visit, last, doc billing.Invoice, steps []change) *ui.Chart {
	from, to := v.L.Month(last.Period.Start), v.L.Month(doc.Period.Start)
	c := ui.Chart{
		ID: "fall", Title: v.T("fall.title", "from", from, "to", to), Hint: string(doc.Currency),
		Twin: ui.Table{Small: true, Caption: v.T("fall.title", "from", from, "to", to), Columns: []ui.Column{
			{Head: v.T("fall.step")}, {Head: from, Cash: true}, {Head: to, Cash: true}, {Head: v.T("fall.change"), Cash: true},
		}},
	}
	rises := []ui.Rise{{Name: from, Label: v.L.Money(last.Total()), Size: last.Total().Minor(), Sum: true}}
	for _, s := range steps {
		d := s.now.Sub(s.before)
		if s.before.IsZero() && s.now.IsZero() {
			continue
		}
		name := v.T("fall." + s.key)
		c.Twin.Rows = append(c.Twin.Rows, ui.Row{Cells: []ui.Cell{{Value: name}, {Value: s.before}, {Value: s.now}, {Value: d}}})
		if d.IsZero() {
			continue
		}
		label := v.L.Money(d)
		if d.Sign() > 0 {
			label = "+" + label
		}
		rises = append(rises, ui.Rise{Name: name, Label: label, Size: d.Minor()})
	}
	rises = append(rises, ui.Rise{Name: to, Label: v.L.Money(doc.Total()), Size: doc.Total().Minor(), Sum: true})
	c.Twin.Foot = []ui.Row{{Cells: []ui.Cell{{Value: v.T("billing.total")}, {Value: last.Total()}, {Value: doc.Total()}, {Value: doc.Total().Sub(last.Total())}}}}
	chart := ui.Waterfall(c, v.T("fall.sentence", "from", from, "to", to), rises)
	return &chart
}
