package partner

import (
	"cmp"
	"slices"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// spendChart draws what a customer was charged month by month, in the currency that most months have; its table has all of them.
// nil where there is nothing to draw.
func spendChart(v *ui.Visit, s app.Spend) *ui.Chart {
	months := map[money.Currency]int{}
	for _, m := range s.Months {
		for _, sum := range m.Sums {
			months[sum.Currency()]++
		}
	}
	var main money.Currency
	for c, n := range months {
		if main == "" || cmp.Or(cmp.Compare(n, months[main]), cmp.Compare(main, c)) > 0 {
			main = c
		}
	}
	if main == "" {
		return nil
	}
	twin := ui.Table{Caption: v.T("spend.title"), Small: true, Columns: []ui.Column{{Head: v.T("spend.month")}, {Head: v.T("spend.sum"), Cash: true}}}
	var bars []ui.Bar
	total := money.Of(0, main)
	for _, m := range s.Months {
		bar, cell := ui.Bar{Name: v.L.MonthName(m.From)}, ui.Cell{Value: "–"}
		if len(m.Sums) > 0 {
			cell.Value = v.L.Value(m.Sums)
		}
		if i := slices.IndexFunc(m.Sums, func(a money.Amount) bool { return a.Currency() == main }); i >= 0 {
			bar.Label, bar.Parts = v.L.Money(m.Sums[i]), []ui.BarPart{{Size: m.Sums[i].Minor(), Class: "f-ink"}}
			total = total.Add(m.Sums[i])
		}
		bars = append(bars, bar)
		twin.Rows = append(twin.Rows, ui.Row{Cells: []ui.Cell{{Value: v.L.Month(m.From)}, cell}})
	}
	c := ui.Bars(ui.Chart{ID: "spend", Title: v.T("spend.title"), Hint: v.T("spend.hint", "n", len(s.Months), "sum", total), Twin: twin}, v.T("spend.sentence", "sum", total), bars)
	return &c
}

// standing are the facts of how a customer stands: what is charged and on no document yet, and the agreement that sales need.
func standing(v *ui.Visit, c party.Customer, s app.Spend) ([]ui.Fact, error) {
	balance := ui.Fact{Name: v.T("spend.open"), Value: "–", Hint: v.T("spend.issued", "day", v.L.Date(s.Issued))}
	if len(s.Open) > 0 {
		balance.Value = s.Open
	}
	all, err := v.App.Agreements(v.R.Context(), v.Actor, c.ID, "")
	if err != nil {
		return nil, err
	}
	consent := ui.Fact{Name: v.T("spend.agreement"), Value: ui.Mark{Kind: "wait", Text: v.T("spend.not_agreed")}, Hint: v.T("spend.not_agreed_hint")}
	if len(all) > 0 {
		last := all[len(all)-1]
		consent.Value = ui.Mark{Kind: "good", Text: v.T("spend.agreed")}
		consent.Hint = v.T("spend.agreed_on", "day", v.L.Date(last.Agreed), "name", last.Contact.FirstName+" "+last.Contact.LastName)
	}
	return []ui.Fact{balance, consent}, nil
}
