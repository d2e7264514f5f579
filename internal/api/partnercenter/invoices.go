package partnercenter

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// invoiceOperations are contract.md §12.
func (a *api) invoiceOperations() []operation {
	const all, one = "/v1/invoices", "/v1/invoices/{invoice}"
	ops := []operation{
		{path: all, handle: a.listInvoices},
		{path: all + "/summary", handle: a.showSummary},
		{path: all + "/summaries", handle: a.listSummaries},
		{path: all + "/estimates/links", handle: a.listEstimates},
		{path: all + "/unbilled/lineitems", handle: a.listUnbilled},
		{path: one, handle: a.showInvoice},
		{path: one + "/lineitems", handle: a.listInvoiceLines},
		{path: one + "/lineitems/{provider}/{type}", handle: a.listInvoiceLines}, // the older form
	}
	for i := range ops {
		ops[i].method, ops[i].acts, ops[i].scope, ops[i].status = http.MethodGet, []party.Act{party.ReadInvoices}, scopePartner, http.StatusOK
	}
	return ops
}

// invoice is one issued invoice. A negative sum is carried: what is to be paid is never below zero (E07).
type invoice struct {
	ID             string          `json:"id"`
	InvoiceDate    wireTime        `json:"invoiceDate"`
	PeriodStart    wireTime        `json:"billingPeriodStartDate"`
	PeriodEnd      wireTime        `json:"billingPeriodEndDate"` // its last day
	DueDate        wireTime        `json:"dueDate"`
	TotalCharges   json.Number     `json:"totalCharges"`
	PaidAmount     json.Number     `json:"paidAmount"`
	CarriedIn      json.Number     `json:"carriedIn"` // from the invoice before: zero or negative
	CarriedOut     json.Number     `json:"carriedOut"`
	CurrencyCode   string          `json:"currencyCode"`
	CurrencySymbol string          `json:"currencySymbol"`
	InvoiceDetails []invoiceDetail `json:"invoiceDetails"`
	Amendments     []invoice       `json:"amendments"`
	DocumentType   string          `json:"documentType"`
	InvoiceType    string          `json:"invoiceType"`
	Links          *selfLinks      `json:"links"`
	Attributes     *attributes     `json:"attributes"`
}

type invoiceDetail struct {
	InvoiceLineItemType string      `json:"invoiceLineItemType"`
	BillingProvider     string      `json:"billingProvider"`
	Links               *selfLinks  `json:"links"`
	Attributes          *attributes `json:"attributes"`
}

func invoiceOf(i billing.Invoice) invoice {
	uri := "/invoices/" + string(i.ID)
	return invoice{
		ID: string(i.ID), InvoiceDate: at(i.IssuedAt), PeriodStart: at(i.Period.Start), PeriodEnd: at(lastDay(i.Period.End)), DueDate: at(i.DueAt),
		TotalCharges: amount(i.Total()), PaidAmount: amount(i.Paid), CarriedIn: amount(i.Carried), CarriedOut: amount(i.CarryOut),
		CurrencyCode: string(i.Currency), CurrencySymbol: market.Symbol(i.Currency),
		InvoiceDetails: []invoiceDetail{{billingLines, providerOneTime, self(uri + "/lineitems/OneTime/BillingLineItems"), of("InvoiceDetail")}},
		Amendments:     []invoice{}, DocumentType: "invoice", InvoiceType: "OneTime", Links: self(uri), Attributes: of("Invoice"),
	}
}

// invoiceNumber reads an invoice's id with or without its kind in front: "G000000042", "OneTime-G000000042".
func (r *request) invoiceNumber() id.Invoice {
	sent := r.path("invoice")
	if kind, rest, ok := strings.Cut(sent, "-"); ok && (strings.EqualFold(kind, "OneTime") || strings.EqualFold(kind, "Recurring")) {
		sent = rest
	}
	return id.Invoice(strings.ToUpper(sent))
}

// listInvoices lists issued invoices, newest first.
func (a *api) listInvoices(ctx context.Context, r *request) (answer, error) {
	p, err := r.offset(200, maxLines)
	if err != nil {
		return answer{}, err
	}
	q := app.InvoiceQuery{Offset: p.offset}
	if p.size > 0 {
		q.Limit = p.size + 1
	}
	f, err := r.query.filter("InvoiceDate")
	if err != nil {
		return answer{}, err
	}
	if err := f.dates(&q.From, &q.Until); err != nil {
		return answer{}, err
	}
	found, err := a.app.Invoices(ctx, r.actor, q)
	if err != nil {
		return answer{}, err
	}
	more := p.size > 0 && len(found) > p.size
	if more {
		found = found[:p.size]
	}
	items := make([]invoice, len(found))
	for i, inv := range found {
		items[i] = invoiceOf(inv)
	}
	return reply(offsetPage(r, p, items, more))
}

// dates narrows a half-open span by a filter over one date; nil is no filter. A date that is equalled is its whole day.
func (f *filter) dates(from, until *time.Time) error {
	if f == nil {
		return nil
	}
	if f.Op == opAnd {
		if err := f.Left.dates(from, until); err != nil {
			return err
		}
		return f.Right.dates(from, until)
	}
	t, ok := parseQueryDate(f.Value)
	if !ok || t.IsZero() {
		return fault.Invalid("filter.value", nil)
	}
	lo, hi := time.Time{}, time.Time{}
	switch f.Op {
	case opEquals:
		lo, hi = day(t), day(t).AddDate(0, 0, 1)
	case opGreater:
		lo = t.Add(time.Microsecond)
	case opGreaterOrEquals:
		lo = t
	case opLess:
		hi = t
	case opLessOrEquals:
		hi = t.Add(time.Microsecond)
	default:
		return fault.Invalid("filter.operator", nil)
	}
	if lo.After(*from) {
		*from = lo
	}
	if !hi.IsZero() && (until.IsZero() || hi.Before(*until)) {
		*until = hi
	}
	return nil
}

func (a *api) showInvoice(ctx context.Context, r *request) (answer, error) {
	inv, _, err := a.app.InvoiceLines(ctx, r.actor, r.invoiceNumber(), app.ChargeCursor{}, 1)
	if err != nil {
		return answer{}, err
	}
	return reply(invoiceOf(inv))
}

// summary is the balance of one currency. There is no record of payments yet, so their date is never.
type summary struct {
	BalanceAmount     json.Number     `json:"balanceAmount"` // to pay; negative is owed to the partner
	CurrencyCode      string          `json:"currencyCode,omitempty"`
	CurrencySymbol    string          `json:"currencySymbol,omitempty"`
	AccountingDate    wireTime        `json:"accountingDate"`
	FirstInvoiceDate  wireTime        `json:"firstInvoiceCreationDate"`
	LastPaymentDate   wireTime        `json:"lastPaymentDate"`
	LastPaymentAmount json.Number     `json:"lastPaymentAmount"`
	LatestInvoiceDate wireTime        `json:"latestInvoiceDate"`
	Details           []summaryDetail `json:"details,omitempty"`
	Links             *selfLinks      `json:"links,omitempty"`
	Attributes        *attributes     `json:"attributes"`
}

type summaryDetail struct {
	InvoiceType string  `json:"invoiceType"`
	Summary     summary `json:"summary"`
}

// summariesOf sums invoices by currency, that of the newest invoice first; they come newest first.
func summariesOf(invoices []billing.Invoice, now time.Time) []summary {
	balance := map[money.Currency]money.Amount{}
	var order []money.Currency
	byCurrency := map[money.Currency]summary{}
	for _, i := range invoices {
		s, seen := byCurrency[i.Currency]
		if !seen {
			order = append(order, i.Currency)
			balance[i.Currency] = i.CarryOut // of the newest alone: older ones were carried into it
			s = summary{
				CurrencyCode: string(i.Currency), CurrencySymbol: market.Symbol(i.Currency), AccountingDate: at(now),
				LatestInvoiceDate: at(i.IssuedAt), LastPaymentAmount: amount(money.Of(0, i.Currency)), Attributes: of("InvoiceSummary"),
			}
		}
		balance[i.Currency] = balance[i.Currency].Add(i.Total().Sub(i.Paid))
		s.FirstInvoiceDate = at(i.IssuedAt)
		byCurrency[i.Currency] = s
	}
	out := make([]summary, len(order))
	for n, c := range order {
		s := byCurrency[c]
		s.BalanceAmount = amount(balance[c])
		whole := s
		whole.Details, whole.Links = []summaryDetail{{"OneTime", s}}, self("/invoices/summary")
		out[n] = whole
	}
	return out
}

func (a *api) summaries(ctx context.Context, r *request) ([]summary, error) {
	found, err := a.app.Invoices(ctx, r.actor, app.InvoiceQuery{})
	return summariesOf(found, a.app.Clock.Now()), err
}

func (a *api) listSummaries(ctx context.Context, r *request) (answer, error) {
	all, err := a.summaries(ctx, r)
	if err != nil {
		return answer{}, err
	}
	return reply(collect(all))
}

// showSummary tells the balance in the currency of the newest invoice.
func (a *api) showSummary(ctx context.Context, r *request) (answer, error) {
	all, err := a.summaries(ctx, r)
	if err != nil {
		return answer{}, err
	}
	if len(all) == 0 {
		return reply(summary{BalanceAmount: "0", LastPaymentAmount: "0", AccountingDate: at(a.app.Clock.Now()), Attributes: of("InvoiceSummary")})
	}
	return reply(all[0])
}
