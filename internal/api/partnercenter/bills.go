package partnercenter

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/statement"
)

// billOperations are what a partner bills its customers (F78) and sells by (R23); all ours.
func (a *api) billOperations() []operation {
	const all, one = "/v1/customers/{customer}/bills", "/v1/customers/{customer}/bills/{bill}"
	ops := []operation{
		{path: all, handle: a.listBills},
		{path: one, handle: a.showBill},
		{path: one + "/documents/statement", handle: a.printBill},
	}
	for i := range ops { // the customer's own people, and those of the partner who read its invoices
		ops[i].method, ops[i].acts, ops[i].scope, ops[i].status = http.MethodGet, []party.Act{party.ReadBills, party.ReadInvoices}, scopeCustomer, http.StatusOK
	}
	return append(ops, a.resaleOperations()...)
}

// bill is one bill of a customer, at the partner's prices: nothing of the partner's cost stands on it (R09).
type bill struct {
	ID             string      `json:"id"`
	DocumentType   string      `json:"documentType"` // bill or credit_note
	BillDate       wireTime    `json:"billDate"`
	PeriodStart    wireTime    `json:"billingPeriodStartDate"`
	PeriodEnd      wireTime    `json:"billingPeriodEndDate"` // its last day
	DueDate        wireTime    `json:"dueDate"`
	IssuerName     string      `json:"issuerName"`
	CustomerID     string      `json:"customerId"`
	CustomerName   string      `json:"customerName"`
	Subtotal       json.Number `json:"subtotal"`
	TaxTotal       json.Number `json:"taxTotal"`
	CarriedIn      json.Number `json:"carriedIn"` // from the bill before: zero or negative
	CarriedOut     json.Number `json:"carriedOut"`
	TotalCharges   json.Number `json:"totalCharges"` // to be paid; below zero: owed to the customer
	CurrencyCode   string      `json:"currencyCode"`
	CurrencySymbol string      `json:"currencySymbol"`
	LineCount      int         `json:"lineCount"`
	LineItems      []billLine  `json:"lineItems,omitempty"`
	PDF            string      `json:"pdfDownloadLink"`
	Links          *selfLinks  `json:"links"`
	Attributes     *attributes `json:"attributes"`
}

// billLine is a charge, or a credit with negative amounts. Dates are days, the last one included.
type billLine struct {
	ChargeType       string       `json:"chargeType"`
	OrderID          string       `json:"orderId"`
	AlternateID      string       `json:"alternateId"`
	LineItemNumber   int          `json:"lineItemNumber"` // of the order
	OrderDate        wireTime     `json:"orderDate"`
	SubscriptionID   string       `json:"subscriptionId,omitempty"`
	ProductID        string       `json:"productId"`
	SkuID            string       `json:"skuId,omitempty"`
	Title            string       `json:"title"`
	TermDuration     string       `json:"termDuration,omitempty"` // absent: perpetual
	BillingCycle     string       `json:"billingCycle"`
	Quantity         int64        `json:"quantity"`
	UnitPrice        json.Number  `json:"unitPrice"` // for the whole term
	ChargeStartDate  wireTime     `json:"chargeStartDate"`
	ChargeEndDate    wireTime     `json:"chargeEndDate"`
	Subtotal         json.Number  `json:"subtotal"`
	TaxTotal         json.Number  `json:"taxTotal"`
	TotalForCustomer json.Number  `json:"totalForCustomer"`
	Explanation      *explanation `json:"explanation,omitempty"`
}

func billOf(b billing.CustomerBill) bill {
	uri := "/customers/" + string(b.Customer) + "/bills/" + string(b.ID)
	w := bill{
		ID: string(b.ID), DocumentType: string(b.Document), BillDate: at(b.IssuedAt), PeriodStart: at(b.Period.Start),
		PeriodEnd: at(lastDay(b.Period.End)), DueDate: at(b.DueAt), IssuerName: b.Issuer, CustomerID: string(b.Customer), CustomerName: b.Name,
		Subtotal: amount(b.Totals.Net), TaxTotal: amount(b.Totals.Tax), CarriedIn: amount(b.Carried), CarriedOut: amount(b.CarryOut),
		TotalCharges: amount(b.Total()), CurrencyCode: string(b.Currency), CurrencySymbol: market.Symbol(b.Currency), LineCount: b.Totals.Lines,
		PDF: uri + "/documents/statement", Links: self(uri), Attributes: of("Bill"),
	}
	if b.Document == billing.Bill {
		w.DocumentType = "bill"
	}
	return w
}

func (d dialect) billLine(l app.StatementLine) billLine {
	i := lineItemOf("", "", l)
	return billLine{
		ChargeType: i.ChargeType, OrderID: i.OrderID, AlternateID: i.AlternateID, LineItemNumber: l.Line.Number, OrderDate: i.OrderDate,
		SubscriptionID: i.SubscriptionID, ProductID: i.ProductID, SkuID: i.SkuID, Title: l.Line.Title, TermDuration: l.Line.Term.String(),
		BillingCycle: d.cycle(l.Line.Plan), Quantity: l.Quantity, UnitPrice: i.UnitPrice, ChargeStartDate: i.ChargeStartDate,
		ChargeEndDate: i.ChargeEndDate, Subtotal: i.Subtotal, TaxTotal: i.TaxTotal, TotalForCustomer: i.TotalForCustomer,
	}
}

// listBills lists a customer's bills without their lines, newest first.
func (a *api) listBills(ctx context.Context, r *request) (answer, error) {
	p, err := r.offset(200, maxLines)
	if err != nil {
		return answer{}, err
	}
	q := app.InvoiceQuery{Offset: p.offset}
	if p.size > 0 {
		q.Limit = p.size + 1
	}
	found, err := a.app.Bills(ctx, r.actor, r.customer, q)
	if err != nil {
		return answer{}, err
	}
	more := p.size > 0 && len(found) > p.size
	if more {
		found = found[:p.size]
	}
	items := make([]bill, len(found))
	for i, b := range found {
		items[i] = billOf(b)
	}
	return reply(offsetPage(r, p, items, more))
}

func (r *request) billNumber() id.Invoice { return id.Invoice(strings.ToUpper(r.path("bill"))) }

// showBill shows one bill with its lines; size and offset choose among more than fit.
func (a *api) showBill(ctx context.Context, r *request) (answer, error) {
	p, err := r.offset(maxLines, maxLines)
	if err != nil {
		return answer{}, err
	}
	if p.size == 0 {
		p.size = maxLines
	}
	explain, err := r.query.flag("explain")
	if err != nil {
		return answer{}, err
	}
	v, err := a.app.Bill(ctx, r.actor, r.customer, r.billNumber(), p.offset, p.size)
	if err != nil {
		return answer{}, err
	}
	d, w := r.dialect(), billOf(v.CustomerBill)
	for i, l := range v.Lines {
		line := d.billLine(l)
		if explain {
			line.Explanation = explanationOf(l.Charge, v.Why[i])
		}
		w.LineItems = append(w.LineItems, line)
	}
	return reply(w)
}

// printBill answers with the bill as PDF, in the language of the customer's culture.
func (a *api) printBill(ctx context.Context, r *request) (answer, error) {
	s, err := a.app.BillStatement(ctx, r.actor, r.customer, r.billNumber())
	if err != nil {
		return answer{}, err
	}
	body, err := statement.Render(s)
	return answer{Body: body, Header: map[string]string{
		"Content-Type": "application/pdf", "Content-Disposition": "attachment; filename=Bill_" + string(s.ID) + ".pdf",
	}}, err
}
