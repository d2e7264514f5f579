package partnercenter

import (
	"encoding/json"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
)

// wirePreview is what an act would do (product.md): nothing of it is saved. Hash goes back as If-Preview-Match.
type wirePreview struct {
	Charges      []previewLine  `json:"charges"`
	Credits      []previewLine  `json:"credits"`
	Invoice      previewInvoice `json:"invoice,omitzero"`
	KeysRevoked  int            `json:"keysRevoked"`
	LinksRevoked int            `json:"linksRevoked"`
	Window       wireTime       `json:"window,omitzero"`
	Policy       string         `json:"policy,omitempty"`
	DaysLeft     *int64         `json:"daysLeft,omitempty"` // of the window
	Hash         string         `json:"hash"`
}

// previewLine is one charge, or one credit with negative amounts. Unit price is for the whole term.
type previewLine struct {
	ChargeType  string      `json:"chargeType"`
	Quantity    int64       `json:"quantity"`
	UnitPrice   json.Number `json:"unitPrice"`
	Subtotal    json.Number `json:"subtotal"`
	TaxTotal    json.Number `json:"taxTotal"`
	Total       json.Number `json:"total"`
	Currency    string      `json:"currency"`
	PeriodStart wireTime    `json:"periodStart,omitzero"`
	PeriodEnd   wireTime    `json:"periodEnd,omitzero"` // exclusive
	Days        int64       `json:"days,omitempty"`
	DaysKept    int64       `json:"daysKept,omitempty"` // of a credit: days that stay charged
	PriceRow    string      `json:"priceRow,omitempty"`
	Policy      string      `json:"policy,omitempty"`
}

// previewInvoice is the invoice that the lines land on.
type previewInvoice struct {
	InvoiceDate wireTime `json:"invoiceDate"`
	PeriodStart wireTime `json:"billingPeriodStartDate"`
	PeriodEnd   wireTime `json:"billingPeriodEndDate"` // its last day
}

// previewOf is p for the wire; nil gives nil.
func previewOf(p *app.Preview) *wirePreview {
	if p == nil {
		return nil
	}
	w := &wirePreview{
		Charges: []previewLine{}, Credits: []previewLine{}, KeysRevoked: p.Keys, LinksRevoked: p.Links,
		Window: at(p.Window), Policy: p.Policy, DaysLeft: p.DaysLeft, Hash: p.Hash(),
	}
	if !p.Invoice.End.IsZero() {
		w.Invoice = previewInvoice{at(p.Invoice.End), at(p.Invoice.Start), at(lastDay(p.Invoice.End))}
	}
	for _, c := range p.Charges {
		if c.Of != "" {
			w.Credits = append(w.Credits, previewLineOf(c))
		} else {
			w.Charges = append(w.Charges, previewLineOf(c))
		}
	}
	return w
}

func previewLineOf(c billing.Charge) previewLine {
	return previewLine{
		ChargeType: chargeTypes[c.Kind], Quantity: c.Quantity, UnitPrice: price(c.Unit),
		Subtotal: amount(c.Net), TaxTotal: amount(c.Tax), Total: amount(c.Gross()), Currency: string(c.Net.Currency()),
		PeriodStart: at(c.Period.Start), PeriodEnd: at(c.Period.End), Days: c.Days, DaysKept: c.Kept,
		PriceRow: c.PriceRow, Policy: c.PolicyRow,
	}
}

// chargeTypes are the words of reconciliation lines: a purchase is shown as New, what is given back as Cancel.
var chargeTypes = map[billing.Kind]string{
	billing.New: "New", billing.Cycle: "cycleCharge", billing.Renew: "renew", billing.AddQuantity: "addQuantity",
	billing.Convert: "convert", billing.Cancel: "Cancel", billing.RemoveSeats: "removeQuantity",
}

// lastDay is the last day of what ends at end, as readers of the contract expect it: a period of a month from the 14th
// at noon ends on the 13th (E28).
func lastDay(end time.Time) time.Time {
	y, m, d := end.UTC().Date()
	return time.Date(y, m, d-1, 0, 0, 0, 0, time.UTC)
}
