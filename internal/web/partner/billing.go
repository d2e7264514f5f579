package partner

import (
	"cmp"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// billingPage is what the partner owes and is owed: documents, balances, what comes next (F71, F72, F80; R08).
type billingPage struct {
	Strip ui.Strip
	Chart *ui.Chart
	Next  *ui.Table
	List  ui.Table
}

// charted is how many months the picture of a currency shows.
const charted = 12

// billingHome shows the documents of the partner, the newest first.
func billingHome(v *ui.Visit) error {
	ctx := v.R.Context()
	all, err := v.App.Invoices(ctx, v.Actor, app.InvoiceQuery{})
	if err != nil {
		return err
	}
	now := v.App.Clock.Now()
	list := invoiceList(v, all, now)
	if v.IsCSV() {
		return v.CSV("invoices", list)
	}
	balances, err := v.App.Balances(ctx, v.Actor)
	if err != nil {
		return err
	}
	estimates, err := v.App.Estimates(ctx, v.Actor)
	if err != nil {
		return err
	}
	page := billingPage{Strip: billingStrip(v, balances, estimates), List: list}
	if len(estimates) > 0 {
		t := nextInvoices(v, estimates)
		page.Next = &t
	}
	if chart, ok := months(v, all, estimates, now); ok {
		page.Chart = &chart
	}
	p := ui.Page{Title: v.T("nav.billing"), Area: "billing"}
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv", "after", ""), Icon: "down"}}
	if v.May(party.ManageMarkup) && v.Actor.Scope.Reseller() == "" {
		p.Head.Acts = append(p.Head.Acts, ui.Button{Text: v.T("resale.title"), Href: "/billing/resale"})
	}
	return v.Show("billing", p, page)
}

func billingStrip(v *ui.Visit, balances []app.Balance, estimates []app.Estimate) ui.Strip {
	open, late, next := map[money.Currency]money.Amount{}, map[money.Currency]money.Amount{}, map[money.Currency]money.Amount{}
	last := ui.Figure{Name: v.T("billing.last_payment"), Value: "–"}
	var paid time.Time
	for _, b := range balances {
		if !b.Amount.IsZero() {
			open[b.Currency] = b.Amount
		}
		if !b.Overdue.IsZero() {
			late[b.Currency] = b.Overdue
		}
		if b.Last != nil && b.Last.At.After(paid) {
			paid = b.Last.At
			last.Value, last.Hint = b.Last.Amount, v.L.HTML("billing.paid_on", "day", ui.Value(v.L, ui.Day(b.Last.On)), "invoice", string(b.Last.Invoice))
		}
	}
	ahead := ui.Figure{Name: v.T("billing.next"), Value: "–"}
	for _, e := range estimates {
		next[e.Currency] = expected(e)
		ahead.Hint = v.L.HTML("billing.issued_on", "day", ui.Value(v.L, ui.Day(e.Period.End)))
	}
	ahead.Value = sums(v, next)
	overdue := ui.Figure{Name: v.T("billing.overdue"), Value: sums(v, late), Hint: v.T("billing.none_overdue")}
	if len(late) > 0 {
		overdue.Hint = v.T("billing.overdue_hint")
	}
	return ui.Strip{Label: v.T("billing.glance"), Figures: []ui.Figure{
		{Name: v.T("billing.balance"), Value: sums(v, open), Hint: v.T("billing.balance_hint")}, overdue, last, ahead,
	}}
}

// expected is what the next document of a currency would come to now (E06, E07).
func expected(e app.Estimate) money.Amount {
	return billing.Issue(0, e.Currency, e.Period, e.Totals, e.Carried).Total()
}

// nextInvoices is what the open period holds so far, one row for each currency (F72).
func nextInvoices(v *ui.Visit, estimates []app.Estimate) ui.Table {
	t := ui.Table{
		ID: "next", Title: v.T("billing.next_title"), Hint: v.T("billing.next_hint"), Caption: v.T("billing.next_title"),
		Columns: []ui.Column{
			{Head: v.T("billing.period")}, {Head: v.T("billing.lines"), Num: true}, {Head: v.T("bill.net"), Num: true},
			{Head: v.T("bill.tax"), Num: true}, {Head: v.T("bill.carried_in"), Num: true}, {Head: v.T("billing.expected"), Cash: true},
		},
	}
	for _, e := range estimates {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Value: v.PeriodOf(e.Period), Href: "/billing/next/" + string(e.Currency), Hint: string(e.Currency)},
			{Value: e.Totals.Lines}, {Value: e.Totals.Net}, {Value: e.Totals.Tax}, {Value: e.Carried}, {Value: expected(e)},
		}})
	}
	return t
}

// standings are the words of the filter, in the order they matter.
var standings = []billing.Standing{billing.Overdue, billing.Unpaid, billing.Settled, billing.Voided}

// invoiceList is the documents that the address asks for: by currency and by standing.
func invoiceList(v *ui.Visit, all []billing.Invoice, now time.Time) ui.Table {
	t := ui.Table{
		ID: "documents", Title: v.T("billing.documents"), Caption: v.T("billing.documents"),
		Columns: []ui.Column{
			{Head: v.T("billing.document")}, {Head: v.T("billing.period")}, {Head: v.T("billing.issued")}, {Head: v.T("billing.due")},
			{Head: v.T("billing.standing")}, {Head: v.T("billing.total"), Num: true}, {Head: v.T("billing.open"), Cash: true}, {Head: v.T("billing.files"), Hidden: true},
		},
		Empty: ui.Empty{Title: v.T("billing.no_documents"), Text: v.T("billing.no_documents_text")},
	}
	if len(all) == 0 {
		if own, err := v.App.OwnPartner(v.R.Context(), v.Actor); err == nil { // without it the words above stand
			t.Empty.Text = v.T("billing.first_on", "day", v.L.Date(billing.PeriodAt(own.BillingDay, now).End))
		}
	}
	var currencies []string
	for _, i := range all {
		if c := string(i.Currency); !slices.Contains(currencies, c) {
			currencies = append(currencies, c)
		}
	}
	slices.Sort(currencies)
	currency, standing := ui.Field{Name: "currency", Label: v.T("billing.currency"), Kind: "select", Value: v.Query("currency"), Options: []ui.Option{{Text: v.T("part.any")}}},
		ui.Field{Name: "standing", Label: v.T("billing.standing"), Kind: "select", Value: v.Query("standing"), Options: []ui.Option{{Text: v.T("part.any")}}}
	for _, c := range currencies {
		currency.Options = append(currency.Options, ui.Option{Value: c, Text: c})
	}
	for _, s := range standings {
		standing.Options = append(standing.Options, ui.Option{Value: string(s), Text: v.T("standing." + string(s))})
	}
	if len(all) > 0 {
		t.Filters = v.Keeps(&ui.Filters{Label: v.T("billing.filter"), Action: "/billing", Fields: []ui.Field{currency, standing}})
	}
	var found []billing.Invoice
	for _, i := range all {
		if (currency.Value == "" || currency.Value == string(i.Currency)) && (standing.Value == "" || standing.Value == string(i.Standing(now))) {
			found = append(found, i)
		}
	}
	if len(found) == 0 && len(all) > 0 {
		t.Empty = ui.Empty{Title: v.T("billing.none_fits"), Act: &ui.Button{Text: v.T("billing.all"), Href: "/billing"}}
	}
	if after := v.Query("after"); after != "" && !v.IsCSV() {
		at := slices.IndexFunc(found, func(i billing.Invoice) bool { return string(i.ID) == after })
		found, t.Pager.First = found[at+1:], v.With("after", "")
	}
	if len(found) > ui.Limit && !v.IsCSV() {
		found = found[:ui.Limit]
		t.Pager.Next = v.With("after", string(found[ui.Limit-1].ID))
	}
	for _, i := range found {
		at := invoiceAt(i)
		row := ui.Row{Past: i.VoidedBy != "", Cells: []ui.Cell{
			{Value: string(i.ID), Href: at, Hint: v.T("document." + string(i.Document))},
			{Value: v.PeriodOf(i.Period)}, {Value: ui.Day(i.IssuedAt)}, {Value: ui.Day(i.DueAt)},
			{Value: standingMark(v, i, now)}, {Value: i.Total()}, {Value: i.Open()},
			{Acts: []ui.Button{{Text: v.T("billing.pdf"), More: string(i.ID), Href: at + "/statement", Kind: "small quiet", Download: true}, {Text: v.T("billing.csv"), More: string(i.ID), Href: at + "?format=csv", Kind: "small quiet", Download: true}}},
		}}
		if i.Document == billing.CreditNote {
			row.Cells[3].Value = "–"
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func invoiceAt(i billing.Invoice) string { return "/billing/invoices/" + string(i.ID) }

// standingMark is how a document stands with its payments, in words (F80).
func standingMark(v *ui.Visit, i billing.Invoice, now time.Time) ui.Mark {
	s := i.Standing(now)
	kind := map[billing.Standing]string{billing.Settled: "good", billing.Unpaid: "wait", billing.Overdue: "soon", billing.Voided: "dead"}[s]
	if i.Document == billing.VoidNote {
		return ui.Mark{Kind: "plain", Text: v.T("document." + string(i.Document))}
	}
	return ui.Mark{Kind: kind, Text: v.T("standing." + string(s))}
}

// months draws the totals of the last periods of one currency, paid, open and overdue, with what is expected next.
func months(v *ui.Visit, all []billing.Invoice, estimates []app.Estimate, now time.Time) (ui.Chart, bool) {
	currency := money.Currency(v.Query("currency"))
	if currency == "" && len(all) > 0 {
		currency = all[0].Currency
	}
	var shown []billing.Invoice
	for _, i := range all {
		if i.Currency == currency && i.VoidedBy == "" {
			shown = append(shown, i)
		}
	}
	if len(shown) == 0 {
		return ui.Chart{}, false
	}
	slices.SortFunc(shown, func(a, b billing.Invoice) int {
		return cmp.Or(a.Period.Start.Compare(b.Period.Start), cmp.Compare(a.Number, b.Number))
	})
	shown = shown[max(0, len(shown)-charted):]
	c := ui.Chart{
		ID: "months", Title: v.T("billing.months"), Hint: string(currency),
		Keys: []ui.Key{
			{Sign: ui.Swatch("f-ink"), Text: v.T("standing.paid")}, {Sign: ui.Swatch("f-wait"), Text: v.T("standing.unpaid")},
			{Sign: ui.Swatch("f-st"), Text: v.T("standing.overdue")}, {Sign: ui.Swatch("f-sheet l-pen dash"), Text: v.T("billing.expected")},
		},
		Twin: ui.Table{Small: true, Caption: v.T("billing.months"), Columns: []ui.Column{
			{Head: v.T("billing.period")}, {Head: v.T("standing.paid"), Cash: true}, {Head: v.T("billing.open"), Cash: true}, {Head: v.T("billing.total"), Cash: true},
		}},
	}
	var bars []ui.Bar
	for _, i := range shown {
		open := ui.BarPart{Size: i.Open().Minor(), Class: "f-wait"}
		if i.Standing(now) == billing.Overdue {
			open.Class = "f-st"
		}
		bars = append(bars, ui.Bar{Name: v.L.Month(i.Period.Start), Label: v.L.Money(i.Total()), Parts: []ui.BarPart{{Size: i.Paid.Minor(), Class: "f-ink"}, open}})
		c.Twin.Rows = append(c.Twin.Rows, ui.Row{Cells: []ui.Cell{{Value: v.PeriodOf(i.Period)}, {Value: i.Paid}, {Value: i.Open()}, {Value: i.Total()}}})
	}
	for _, e := range estimates {
		if e.Currency != currency {
			continue
		}
		sum := expected(e)
		bars = append(bars, ui.Bar{Name: v.L.Month(e.Period.Start), Label: v.L.Money(sum), Parts: []ui.BarPart{{Size: sum.Minor(), Class: "f-sheet l-pen dash"}}})
		c.Twin.Rows = append(c.Twin.Rows, ui.Row{Cells: []ui.Cell{{Value: v.PeriodOf(e.Period), Hint: v.T("billing.expected")}, {Value: "–"}, {Value: "–"}, {Value: sum}}})
	}
	return ui.Bars(c, v.T("billing.months_title", "currency", string(currency)), bars), true
}
