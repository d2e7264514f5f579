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
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/statement"
)

// invoiceOperations are contract.md §12, and what the operator does to invoices: payments and voiding, which are ours.
func (a *api) invoiceOperations() []operation {
	const all, one = "/v1/invoices", "/v1/invoices/{invoice}"
	ops := []operation{
		{path: all, handle: a.listInvoices},
		{path: all + "/summary", handle: a.showSummary},
		{path: all + "/summaries", handle: a.listSummaries},
		{path: all + "/estimates/links", handle: a.listEstimates},
		{path: all + "/unbilled/lineitems", handle: a.listUnbilled},
		{path: one, handle: a.showInvoice},
		{path: one + "/documents/statement", handle: a.printStatement},
		{path: one + "/reconciliation", handle: a.reconcile}, // ours
		{path: one + "/receipts/{receipt}/documents/statement", handle: a.printReceipt},
		{path: one + "/lineitems", handle: a.listInvoiceLines},
		{path: one + "/lineitems/{provider}/{type}", handle: a.listInvoiceLines}, // the older form
	}
	for i := range ops {
		ops[i].method, ops[i].acts, ops[i].scope, ops[i].status = http.MethodGet, []party.Act{party.ReadInvoices}, scopePartner, http.StatusOK
	}
	operator := []party.Act{party.RecordPayments}
	return append(ops,
		operation{method: http.MethodPost, path: "/v1/partner/payments", acts: operator, scope: scopePartner, status: http.StatusCreated, handle: a.recordPayment},
		operation{method: http.MethodPost, path: one + "/void", acts: operator, scope: scopePartner, status: http.StatusOK, body: bodyIgnored, handle: a.voidInvoice},
	)
}

// invoice is one document. What an invoice asks for is never below zero: that is carried (E07). What a credit note has to
// give back is below zero (E06). A document that was taken back holds its void note in amendments (E10).
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
	OpenAmount     json.Number     `json:"openAmount"` // still to be paid; below zero: to be paid out
	PaymentStatus  string          `json:"paymentStatus"`
	CurrencyCode   string          `json:"currencyCode"`
	CurrencySymbol string          `json:"currencySymbol"`
	PDF            string          `json:"pdfDownloadLink"`
	InvoiceDetails []invoiceDetail `json:"invoiceDetails"`
	Amendments     []invoice       `json:"amendments"`
	DocumentType   string          `json:"documentType"`
	AmendsOf       string          `json:"amendsOf,omitempty"`
	Replaces       string          `json:"replaces,omitempty"` // what it was issued again for
	ReplacedBy     string          `json:"replacedBy,omitempty"`
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

// detail leads to the lines of a provider in the older form.
func detail(uri, word, provider string) invoiceDetail {
	return invoiceDetail{billingLines, provider, self(uri + "/lineitems/" + word + "/BillingLineItems"), of("InvoiceDetail")}
}

func (d dialect) invoice(v app.InvoiceView) invoice {
	i := v.Invoice
	uri := "/invoices/" + string(i.ID)
	w := invoice{
		ID: string(i.ID), InvoiceDate: at(i.IssuedAt), PeriodStart: at(i.Period.Start), PeriodEnd: at(lastDay(i.Period.End)), DueDate: at(i.DueAt),
		TotalCharges: amount(i.Total()), PaidAmount: amount(i.Paid), CarriedIn: amount(i.Carried), CarriedOut: amount(i.CarryOut),
		OpenAmount: amount(i.Open()), PaymentStatus: string(i.Standing(v.Now)),
		CurrencyCode: string(i.Currency), CurrencySymbol: market.Symbol(i.Currency),
		PDF:            uri + "/documents/statement",
		InvoiceDetails: []invoiceDetail{detail(uri, "OneTime", providerOneTime)},
		Amendments:     make([]invoice, len(v.Amendments)), DocumentType: d.document(i.Document), ReplacedBy: string(i.ReplacedBy),
		InvoiceType: "OneTime", Links: self(uri), Attributes: of("Invoice"),
	}
	if w.AmendsOf = string(i.Amends); i.Document != billing.VoidNote {
		w.AmendsOf, w.Replaces = "", w.AmendsOf
	}
	if i.Imported {
		w.InvoiceDetails = append(w.InvoiceDetails, detail(uri, "Office", providerOffice))
	}
	for n, note := range v.Amendments {
		w.Amendments[n] = d.invoice(app.InvoiceView{Invoice: note, Now: v.Now})
	}
	return w
}

// invoiceNumber reads an invoice's id with or without its kind in front: "G000000042", "OneTime-G000000042".
func (r *request) invoiceNumber() id.Invoice { return invoiceNumber(r.path("invoice")) }

func invoiceNumber(sent string) id.Invoice {
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
		v := app.InvoiceView{Invoice: inv, Now: a.app.Clock.Now()}
		if inv.VoidedBy != "" {
			if v, err = a.app.Invoice(ctx, r.actor, inv.ID); err != nil {
				return answer{}, err
			}
		}
		items[i] = r.dialect().invoice(v)
	}
	return reply(offsetPage(r, p, items, more))
}

// printStatement answers with the document as PDF, in the language of the partner's culture (F73).
func (a *api) printStatement(ctx context.Context, r *request) (answer, error) {
	s, err := a.app.Statement(ctx, r.actor, r.invoiceNumber())
	if err != nil {
		return answer{}, err
	}
	body, err := statement.Render(s)
	return answer{Body: body, Header: map[string]string{
		"Content-Type": "application/pdf", "Content-Disposition": "attachment; filename=Invoice_" + string(s.ID) + ".pdf",
	}}, err
}

// printReceipt has none to print: tax receipts are of one market, whose tax office gives them.
func (a *api) printReceipt(ctx context.Context, r *request) (answer, error) {
	if _, err := a.app.Invoice(ctx, r.actor, r.invoiceNumber()); err != nil {
		return answer{}, err
	}
	return answer{}, fault.NotFound("receipt.unknown", nil)
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
	inv, err := a.app.Invoice(ctx, r.actor, r.invoiceNumber())
	if err != nil {
		return answer{}, err
	}
	return reply(r.dialect().invoice(inv))
}
