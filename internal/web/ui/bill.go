package ui

import (
	"net/url"
	"slices"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/statement"
)

// BillPage is one bill of a customer as its partner issued it (F78): the partner and the customer see the same, and nothing
// of the partner's cost stands on it (R09).
type BillPage struct {
	Lines Table
	Why   *Why
	Sum   Facts
	Call  *Call // of the partner's own page
}

// Bills lists what a customer was billed, the newest first; at is the address of the list.
func (v *Visit) Bills(c id.Customer, at string) (Table, error) {
	t := Table{
		Caption: v.T("bill.list"),
		Columns: []Column{{Head: v.T("bill.bill")}, {Head: v.T("billing.period")}, {Head: v.T("billing.issued")}, {Head: v.T("billing.due")}, {Head: v.T("billing.total"), Cash: true}, {Head: v.T("billing.files"), Hidden: true}},
		Empty:   Empty{Title: v.T("bill.none"), Text: v.T("bill.none_text")},
	}
	var skip int
	ReadCursor(v.Query("after"), &skip)
	skip = max(0, skip)
	q := app.InvoiceQuery{Offset: skip, Limit: Limit + 1}
	if v.IsCSV() {
		q = app.InvoiceQuery{Limit: Export}
	}
	found, err := v.App.Bills(v.R.Context(), v.Actor, c, q)
	if err != nil {
		return t, err
	}
	if len(found) > Limit && !v.IsCSV() {
		found, t.Pager.Next = found[:Limit], v.With("after", Cursor(skip+Limit))
	}
	if skip > 0 {
		t.Pager.First = v.With("after", "")
	}
	for _, b := range found {
		one := at + "/" + string(b.ID)
		row := Row{Cells: []Cell{
			{Value: string(b.ID), Href: one, Hint: v.T("document." + billWord(b))}, {Value: v.PeriodOf(b.Period)}, {Value: Day(b.IssuedAt)}, {Value: Day(b.DueAt)}, {Value: b.Total()},
			{Acts: []Button{{Text: v.T("billing.pdf"), More: string(b.ID), Href: one + "/statement", Kind: "small quiet", Download: true}}},
		}}
		if b.Document == billing.CreditNote {
			row.Cells[3].Value = "–"
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// billWord is what a bill to a customer is called: it is no invoice of ours.
func billWord(b billing.CustomerBill) string {
	if b.Document == billing.Bill {
		return "bill"
	}
	return string(b.Document)
}

// Bill shows one: its lines, each of which explains itself, and its sum. The page has no crumbs yet.
func (v *Visit) Bill(c id.Customer, number id.Invoice, at string) (Page, BillPage, error) {
	var skip int
	ReadCursor(v.Query("after"), &skip)
	skip = max(0, skip)
	b, err := v.App.Bill(v.R.Context(), v.Actor, c, number, skip, Limit+1)
	if err != nil {
		return Page{}, BillPage{}, err
	}
	page := BillPage{Lines: billLines(v, b, skip), Sum: Facts{ID: "sum", Title: v.T("bill.sum"), Rows: []Fact{{Name: v.T("bill.net"), Value: b.Totals.Net}, {Name: v.T("bill.tax"), Value: b.Totals.Tax}}}}
	if !b.Carried.IsZero() {
		page.Sum.Rows = append(page.Sum.Rows, Fact{Name: v.T("bill.carried_in"), Value: b.Carried})
	}
	if !b.CarryOut.IsZero() {
		page.Sum.Rows = append(page.Sum.Rows, Fact{Name: v.T("bill.carried_out"), Value: b.CarryOut.Neg(), Hint: v.T("bill.carried_hint")})
	}
	page.Sum.Rows = append(page.Sum.Rows, Fact{Name: v.T("billing.total"), Value: b.Total()}, Fact{Name: v.T("bill.issuer"), Value: b.Issuer})
	if i := slices.IndexFunc(b.Lines, func(l app.StatementLine) bool { return string(l.Charge.ID) == v.Query("why") }); i >= 0 {
		w := v.WhyOf(b.Lines[i], b.Why[i], v.With("why", ""), false)
		if v.May(party.RaiseSupport) && v.Actor.Customer != "" {
			w.Acts = []Button{{Text: v.T("bill.ask"), Href: With(&url.URL{Path: "/portal/requests/new"}, "invoice", string(b.ID), "charge", string(b.Lines[i].Charge.ID)), Kind: "small"}}
		}
		page.Why = &w
	}
	p := Page{Title: v.T("document."+billWord(b.CustomerBill)) + " " + string(b.ID)}
	p.Head.ID = string(b.ID)
	p.Head.Sub = []any{v.PeriodOf(b.Period), string(b.Currency), v.L.HTML("billing.made", "at", Value(v.L, b.IssuedAt))}
	if b.Document == billing.Bill {
		p.Head.Sub = append(p.Head.Sub, v.L.HTML("billing.due_on", "day", Value(v.L, Day(b.DueAt))))
	}
	p.Head.Acts = []Button{{Text: v.T("billing.pdf"), Href: at + "/statement", Icon: "down", Download: true}}
	return p, page, nil
}

func billLines(v *Visit, b app.BillView, skip int) Table {
	t := Table{
		ID: "lines", Title: v.T("bill.lines"), Caption: v.T("bill.lines"), Hint: v.T("bill.lines_of", "n", b.Totals.Lines),
		Columns: []Column{
			{Head: v.T("bill.what")}, {Head: v.T("bill.quantity"), Num: true}, {Head: v.T("bill.unit"), Num: true},
			{Head: v.T("bill.net"), Num: true}, {Head: v.T("bill.tax"), Num: true}, {Head: v.T("bill.gross"), Cash: true},
		},
		Empty: Empty{Title: v.T("bill.no_lines"), Text: v.T("bill.no_lines_text")},
	}
	lines := b.Lines
	if len(lines) > Limit {
		lines, t.Pager.Next = lines[:Limit], v.With("after", Cursor(skip+Limit), "why", "")
	}
	if skip > 0 {
		t.Pager.First = v.With("after", "", "why", "")
	}
	for _, l := range lines {
		what := Cell{Value: l.Line.Title, Hint: v.L.HTML("bill.lead_why", "lead", v.LeadOf(l), "why", Value(v.L, To{Href: v.With("why", string(l.Charge.ID)) + "#explain", Text: v.T("bill.why")}))}
		if l.Of != "" {
			what.Value = v.T("bill.credit_for", "title", l.Line.Title)
		}
		t.Rows = append(t.Rows, Row{On: v.Query("why") == string(l.Charge.ID), Cells: []Cell{what, {Value: l.Quantity}, {Value: l.Unit}, {Value: l.Net}, {Value: l.Tax}, {Value: l.Gross()}}})
	}
	return t
}

// PrintBill answers with a bill as PDF in the reader's language.
func (v *Visit) PrintBill(c id.Customer, number id.Invoice) error {
	s, err := v.App.BillStatement(v.R.Context(), v.Actor, c, number)
	if err != nil {
		return err
	}
	s.Partner.Culture = v.L.Tag
	body, err := statement.Render(s)
	if err != nil {
		return err
	}
	return v.File("application/pdf", string(s.ID)+".pdf", body)
}
