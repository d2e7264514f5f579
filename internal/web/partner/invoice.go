package partner

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
	"github.com/comptoir-dev/comptoir/internal/statement"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// invoicePage is one document with its lines, each of which explains itself (F75).
type invoicePage struct {
	Fall     *ui.Chart
	Lines    ui.Table
	Why      *ui.Why
	Sum      ui.Facts
	Payments *ui.Timeline
	Call     ui.Call
}

func invoiceNumber(v *ui.Visit) id.Invoice { return id.Invoice(strings.ToUpper(v.Path("invoice"))) }

// showInvoice shows a document of any kind (R08): what it holds, how it came from the one before, what became of it.
func showInvoice(v *ui.Visit) error {
	if v.IsCSV() {
		return reconciliation(v)
	}
	ctx := v.R.Context()
	doc, err := v.App.Invoice(ctx, v.Actor, invoiceNumber(v))
	if err != nil {
		return err
	}
	var after app.ChargeCursor
	ui.ReadCursor(v.Query("after"), &after)
	_, lines, err := v.App.InvoiceLines(ctx, v.Actor, doc.ID, app.ChargeQuery{After: after, Limit: ui.Limit + 1})
	if err != nil {
		return err
	}
	payments, err := v.App.Payments(ctx, v.Actor, doc.ID)
	if err != nil {
		return err
	}
	at := invoiceAt(doc.Invoice)
	page := invoicePage{
		Lines: lineTable(v, lines, doc.Document != billing.VoidNote), Sum: documentFacts(v, doc.Invoice),
		Payments: paymentLine(v, payments), Call: ui.Call{ID: "call", Method: "GET", Path: "/v1/invoices/" + string(doc.ID), URL: v.URL},
	}
	page.Lines.Hint = v.T("bill.lines_of", "n", doc.Totals.Lines)
	if page.Why, err = whyLine(v, lines, doc.ID); err != nil {
		return err
	}
	if page.Fall, err = fallOf(v, doc.Invoice); err != nil {
		return err
	}
	p := ui.Page{Title: v.T("document."+string(doc.Document)) + " " + string(doc.ID), Area: "billing", Crumbs: []ui.Link{{Text: v.T("nav.billing"), Href: "/billing"}}}
	p.Head.Marks = []ui.Mark{standingMark(v, doc.Invoice, doc.Now)}
	p.Head.ID = string(doc.ID)
	p.Head.Sub = []any{v.PeriodOf(doc.Period), string(doc.Currency), v.L.HTML("billing.made", "at", ui.Value(v.L, doc.IssuedAt))}
	if doc.Document == billing.Bill {
		p.Head.Sub = append(p.Head.Sub, dueIn(v, doc))
	}
	p.Head.Acts = []ui.Button{{Text: v.T("billing.pdf"), Href: at + "/statement", Icon: "down", Download: true}, {Text: v.T("billing.csv"), Href: at + "?format=csv", Icon: "down", Download: true}}
	if doc.Document != billing.VoidNote { // which repeats lines that are checked where they stand
		if p.Notes, err = recomputed(v, lines); err != nil {
			return err
		}
	}
	p.Notes = append(p.Notes, chain(v, doc)...)
	return v.Show("invoice", p, page)
}

// dueIn says when a document is to be paid and how long that is.
func dueIn(v *ui.Visit, doc app.InvoiceView) any {
	day := ui.Value(v.L, ui.Day(doc.DueAt))
	switch doc.Standing(doc.Now) {
	case billing.Overdue:
		return v.L.HTML("billing.due_since", "day", day, "span", v.L.Span(doc.Now.Sub(doc.DueAt)))
	case billing.Unpaid:
		return v.L.HTML("billing.due_in", "day", day, "span", v.L.Span(doc.DueAt.Sub(doc.Now)))
	}
	return v.L.HTML("billing.due_on", "day", day)
}

// chain tells what a document takes back, replaces, or was taken back by (E10).
func chain(v *ui.Visit, doc app.InvoiceView) (notes []ui.Note) {
	way := func(number id.Invoice) ui.To {
		return ui.To{Href: "/billing/invoices/" + string(number), Text: string(number)}
	}
	add := func(kind, key string, number id.Invoice) {
		if number != "" {
			notes = append(notes, ui.Note{Kind: kind, Text: v.L.HTML(key, "invoice", ui.Value(v.L, way(number)))})
		}
	}
	add("stop", "billing.voided_by", doc.VoidedBy)
	add("info", "billing.replaced_by", doc.ReplacedBy)
	if doc.Document == billing.VoidNote {
		add("info", "billing.takes_back", doc.Amends)
	} else {
		add("info", "billing.replaces", doc.Amends)
	}
	if doc.Standing(doc.Now) == billing.Overdue {
		notes = append(notes, ui.Note{Kind: "warn", Text: v.L.HTML("billing.overdue_note", "open", doc.Open(), "day", ui.Value(v.L, ui.Day(doc.DueAt)))})
	}
	return notes
}

func documentFacts(v *ui.Visit, i billing.Invoice) ui.Facts {
	f := ui.Facts{ID: "sum", Title: v.T("bill.sum"), Rows: []ui.Fact{{Name: v.T("bill.net"), Value: i.Totals.Net}, {Name: v.T("bill.tax"), Value: i.Totals.Tax}}}
	if !i.Carried.IsZero() {
		f.Rows = append(f.Rows, ui.Fact{Name: v.T("bill.carried_in"), Value: i.Carried})
	}
	if !i.CarryOut.IsZero() {
		f.Rows = append(f.Rows, ui.Fact{Name: v.T("bill.carried_out"), Value: i.CarryOut.Neg(), Hint: v.T("bill.carried_hint")})
	}
	return withRows(f, ui.Fact{Name: v.T("billing.total"), Value: i.Total()}, ui.Fact{Name: v.T("standing.paid"), Value: i.Paid}, ui.Fact{Name: v.T("billing.open"), Value: i.Open()})
}

func withRows(f ui.Facts, rows ...ui.Fact) ui.Facts {
	f.Rows = append(f.Rows, rows...)
	return f
}

func paymentLine(v *ui.Visit, all []billing.Payment) *ui.Timeline {
	t := &ui.Timeline{ID: "payments", Title: v.T("billing.payments"), Empty: v.T("billing.no_payments")}
	for _, p := range all {
		t.Moments = append(t.Moments, ui.Moment{At: p.On, Kind: "done", Text: p.Amount, Hint: v.T("billing.recorded", "at", p.At)})
	}
	return t
}

// lineTable is charges and credits as they stand on a document; each leads to its explanation beside it.
func lineTable(v *ui.Visit, lines []app.StatementLine, explained bool) ui.Table {
	t := ui.Table{
		ID: "lines", Title: v.T("bill.lines"), Caption: v.T("bill.lines"),
		Columns: []ui.Column{
			{Head: v.T("bill.what")}, {Head: v.T("customers.name")}, {Head: v.T("bill.quantity"), Num: true}, {Head: v.T("bill.unit"), Num: true},
			{Head: v.T("bill.net"), Num: true}, {Head: v.T("bill.tax"), Num: true}, {Head: v.T("bill.gross"), Cash: true},
		},
		Empty: ui.Empty{Title: v.T("bill.no_lines"), Text: v.T("bill.no_lines_text")},
	}
	if len(lines) > ui.Limit {
		lines = lines[:ui.Limit]
		last := lines[ui.Limit-1].Charge
		t.Pager.Next = v.With("after", ui.Cursor(app.ChargeCursor{At: last.At, ID: last.ID}), "why", "")
	}
	if v.Query("after") != "" {
		t.Pager.First = v.With("after", "", "why", "")
	}
	for _, l := range lines {
		what := ui.Cell{Value: l.Line.Title, Hint: v.LeadOf(l)}
		if l.Of != "" {
			what.Value = v.T("bill.credit_for", "title", l.Line.Title)
		}
		if explained {
			what.Hint = v.L.HTML("bill.lead_why", "lead", v.LeadOf(l), "why", ui.Value(v.L, ui.To{Href: v.With("why", string(l.Charge.ID)) + "#explain", Text: v.T("bill.why")}))
		}
		t.Rows = append(t.Rows, ui.Row{On: v.Query("why") == string(l.Charge.ID), Cells: []ui.Cell{
			what,
			{Value: l.Customer.CompanyName, Href: "/customers/" + string(l.Charge.Customer)},
			{Value: l.Quantity}, {Value: l.Unit}, {Value: l.Net}, {Value: l.Tax}, {Value: l.Gross()},
		}})
	}
	return t
}

// whyLine explains the line that the address asks for; nil when it asks for none that is shown.
func whyLine(v *ui.Visit, lines []app.StatementLine, doc id.Invoice) (*ui.Why, error) {
	i := slices.IndexFunc(lines, func(l app.StatementLine) bool { return string(l.Charge.ID) == v.Query("why") })
	if i < 0 {
		return nil, nil
	}
	l := lines[i]
	found, err := v.App.Explain(v.R.Context(), v.Actor, lines[i:i+1])
	if err != nil {
		return nil, err
	}
	w := v.WhyOf(l, found[0], v.With("why", ""), true)
	w.Facts = append(w.Facts, ui.Fact{Name: v.T("bill.charge"), Value: ui.Mono(l.Charge.ID)},
		ui.Fact{Name: v.T("bill.order"), Value: ui.To{Href: "/customers/" + string(l.Charge.Customer) + "/orders/" + string(l.Charge.Order), Text: ui.Mono(l.Charge.Order)}, Hint: v.L.HTML("bill.ordered", "at", ui.Value(v.L, l.Order.At))})
	if l.Of != "" {
		fact, err := originOf(v, l)
		if err != nil {
			return nil, err
		}
		w.Facts = append(w.Facts, fact)
	}
	if v.May(party.RaiseSupport) {
		q := url.Values{"topic": {strconv.Itoa(support.BillingTopic)}, "customer": {string(l.Charge.Customer)}, "invoice": {string(doc)}, "charge": {string(l.Charge.ID)}}
		w.Acts = []ui.Button{{Text: v.T("bill.ask"), Href: "/requests/new?" + q.Encode(), Kind: "small"}}
	}
	return &w, nil
}

// originOf tells which charge a credit gives back, and on which document it stands (E05).
func originOf(v *ui.Visit, l app.StatementLine) (ui.Fact, error) {
	f := ui.Fact{Name: v.T("bill.original"), Value: ui.Mono(l.Of)}
	o, err := v.App.Order(v.R.Context(), v.Actor, l.Charge.Customer, string(l.Charge.Order), true)
	if err != nil {
		return f, err
	}
	i := slices.IndexFunc(o.Charges, func(c billing.Charge) bool { return c.ID == l.Of })
	if i < 0 {
		return f, nil
	}
	of := o.Charges[i]
	// A period ends within 31 days of any of its instants; later editions are issued later still, and the newest is first.
	issued, err := v.App.Invoices(v.R.Context(), v.Actor, app.InvoiceQuery{From: of.At})
	if err != nil {
		return f, err
	}
	f.Value, f.Hint = of.Gross(), v.T("bill.not_invoiced")
	for _, doc := range issued {
		if doc.Currency == of.Net.Currency() && doc.VoidedBy == "" && doc.Period.Contains(of.At) {
			way := ui.To{Href: invoiceAt(doc) + "?" + url.Values{"why": {string(of.ID)}, "after": {before(of)}}.Encode() + "#explain", Text: string(doc.ID)}
			f.Hint = v.L.HTML("bill.stands_on", "invoice", ui.Value(v.L, way))
		}
	}
	return f, nil
}

// before is the cursor of the page that begins with a charge.
func before(c billing.Charge) string {
	return ui.Cursor(app.ChargeCursor{At: c.At, ID: c.ID[:max(0, len(c.ID)-1)]})
}

// printInvoice answers with the document as PDF in the reader's language (F73).
func printInvoice(v *ui.Visit) error {
	s, err := v.App.Statement(v.R.Context(), v.Actor, invoiceNumber(v))
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

// reconciliation answers with all lines of a document as a file (F73, E28).
func reconciliation(v *ui.Visit) error {
	var all []app.StatementLine
	var number id.Invoice
	for after := (app.ChargeCursor{}); len(all) < ui.Export; {
		doc, lines, err := v.App.InvoiceLines(v.R.Context(), v.Actor, invoiceNumber(v), app.ChargeQuery{After: after, Limit: 1000})
		if err != nil {
			return err
		}
		number, all = doc.ID, append(all, lines...)
		if len(lines) < 1000 {
			break
		}
		last := lines[len(lines)-1].Charge
		after = app.ChargeCursor{At: last.At, ID: last.ID}
	}
	return v.CSV("reconciliation-"+string(number), reconciliationTable(v, all))
}

// reconciliationTable is lines as programs and spreadsheets read them: amounts are bare decimals, ends of periods their last day.
func reconciliationTable(v *ui.Visit, lines []app.StatementLine) ui.Table {
	t := ui.Table{}
	for _, key := range []string{
		"recon.customer_id", "customers.company", "customers.domain", "customers.country", "recon.order", "recon.ordered", "recon.subscription", "recon.product", "recon.sku", "bill.what",
		"recon.kind", "recon.from", "recon.until", "bill.quantity", "bill.unit", "bill.net", "bill.tax", "bill.gross", "billing.currency", "bill.charge", "bill.original", "why.policy_row",
	} {
		t.Columns = append(t.Columns, ui.Column{Head: v.T(key)})
	}
	for _, l := range lines {
		c := l.Charge
		from, until := c.At, c.At
		if !c.Period.End.IsZero() {
			from, until = c.Period.Start, c.Period.End.AddDate(0, 0, -1)
			if until.Before(from) {
				until = from
			}
		}
		var cells []ui.Cell
		for _, value := range []any{
			string(c.Customer), l.Customer.CompanyName, l.Customer.Domain, string(l.Customer.Country()), string(c.Order), l.Order.At, string(c.Subscription), string(l.Line.Item.Product), string(l.Line.Item.Sku), l.Line.Title,
			v.T("charge." + string(c.Kind)), ui.Day(from), ui.Day(until), c.Quantity, c.Unit.Decimal(), c.Net.Decimal(), c.Tax.Decimal(), c.Gross().Decimal(), string(c.Net.Currency()), string(c.ID), string(c.Of), c.PolicyRow,
		} {
			cells = append(cells, ui.Cell{Value: value})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	return t
}

// unbilled shows the lines of the open period in a currency (F72).
func unbilled(v *ui.Visit) error {
	currency, ok := money.ParseCurrency(v.Path("currency"))
	if !ok {
		return fault.NotFound("page.unknown", nil)
	}
	ctx := v.R.Context()
	var after app.ChargeCursor
	ui.ReadCursor(v.Query("after"), &after)
	limit := ui.Limit + 1
	if v.IsCSV() {
		after, limit = app.ChargeCursor{}, ui.Export
	}
	lines, err := v.App.Unbilled(ctx, v.Actor, app.CurrentPeriod, app.ChargeQuery{Currency: currency, After: after, Limit: limit})
	if err != nil {
		return err
	}
	if v.IsCSV() {
		return v.CSV("next-"+string(currency), reconciliationTable(v, lines))
	}
	at := "/billing/next/" + string(currency)
	page := invoicePage{Lines: lineTable(v, lines, true), Call: ui.Call{ID: "call", Method: "GET", Path: "/v1/invoices/estimates/links?currencyCode=" + string(currency), URL: v.URL}}
	if page.Why, err = whyLine(v, lines, ""); err != nil {
		return err
	}
	estimates, err := v.App.Estimates(ctx, v.Actor)
	if err != nil {
		return err
	}
	p := ui.Page{Title: v.T("billing.next_of", "currency", string(currency)), Area: "billing", Crumbs: []ui.Link{{Text: v.T("nav.billing"), Href: "/billing"}}}
	page.Sum = ui.Facts{ID: "sum", Title: v.T("bill.sum"), Rows: []ui.Fact{{Name: v.T("billing.expected"), Value: money.Of(0, currency)}}}
	for _, e := range estimates {
		if e.Currency == currency {
			p.Head.Sub = []any{v.PeriodOf(e.Period), v.L.HTML("billing.issued_on", "day", ui.Value(v.L, ui.Day(e.Period.End)))}
			page.Sum = documentFacts(v, billing.Issue(0, e.Currency, e.Period, e.Totals, e.Carried))
			page.Sum.Rows = page.Sum.Rows[:len(page.Sum.Rows)-2] // nothing can be paid yet
			page.Lines.Hint = v.T("bill.lines_of", "n", e.Totals.Lines)
		}
	}
	p.Head.Acts = []ui.Button{{Text: v.T("billing.csv"), Href: at + "?format=csv", Icon: "down", Download: true}}
	return v.Show("invoice", p, page)
}
