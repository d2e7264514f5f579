package partnercenter

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

// paymentBody is money to record against an invoice. Without a currency it is the invoice's, without a date today.
type paymentBody struct {
	InvoiceID    string      `json:"invoiceId"`
	Amount       json.Number `json:"amount"`
	CurrencyCode string      `json:"currencyCode"`
	Date         wireTime    `json:"date"`
}

// payment is one as it was recorded, and how its invoice stands after it.
type payment struct {
	ID            string      `json:"id"`
	InvoiceID     string      `json:"invoiceId"`
	Amount        json.Number `json:"amount"` // below zero: paid out for a credit note
	CurrencyCode  string      `json:"currencyCode"`
	Date          wireTime    `json:"date"`
	PaidAmount    json.Number `json:"paidAmount"` // of the invoice, in all
	OpenAmount    json.Number `json:"openAmount"`
	PaymentStatus string      `json:"paymentStatus"`
	Links         paymentLink `json:"links"`
	Attributes    *attributes `json:"attributes"`
}

type paymentLink struct {
	Invoice link `json:"invoice"`
}

func paymentOf(p app.Paid) payment {
	return payment{
		ID: string(p.ID), InvoiceID: string(p.Invoice), Amount: amount(p.Amount), CurrencyCode: string(p.Amount.Currency()), Date: at(p.On),
		PaidAmount: amount(p.After.Paid), OpenAmount: amount(p.After.Open()), PaymentStatus: string(p.After.Standing(p.Now)),
		Links: paymentLink{linkTo("/invoices/" + string(p.Invoice))}, Attributes: of("Payment"),
	}
}

// recordPayment records money that came in for an invoice, or went out for a credit note (F80).
func (a *api) recordPayment(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	in, err := read[paymentBody](r)
	if err != nil {
		return answer{}, err
	}
	for _, member := range []string{"invoiceId", "amount"} {
		if !in.has(strings.ToLower(member)) {
			return answer{}, fault.Invalid("member.missing", fault.Args{"member": member})
		}
	}
	currency := money.Currency("")
	if code := in.value.CurrencyCode; code != "" {
		known := false
		if currency, known = money.ParseCurrency(code); !known {
			return answer{}, fault.Invalid("body.member", fault.Args{"member": "currencyCode", "want": "a currency such as EUR"})
		}
	}
	return a.app.RecordPayment(ctx, r.actor, r.replay(true, func(out any) (app.Reply, error) {
		return reply(paymentOf(out.(app.Paid)))
	}), app.Receipt{
		Invoice: invoiceNumber(in.value.InvoiceID), Amount: in.value.Amount.String(), Currency: currency, On: in.value.Date.Time,
	})
}

// voidInvoice takes an invoice back and issues it again (E10). The answer is the one taken back, with its void note and
// the number of the one that stands for it now.
func (a *api) voidInvoice(ctx context.Context, r *request) (answer, error) {
	return a.app.VoidInvoice(ctx, r.actor, r.replay(true, func(out any) (app.Reply, error) {
		return reply(r.dialect().invoice(out.(app.InvoiceView)))
	}), r.invoiceNumber())
}

// summary is the balance of one currency.
type summary struct {
	BalanceAmount     json.Number     `json:"balanceAmount"` // to pay; negative is owed to the partner
	OverdueAmount     json.Number     `json:"overdueAmount,omitempty"`
	CurrencyCode      string          `json:"currencyCode,omitempty"`
	CurrencySymbol    string          `json:"currencySymbol,omitempty"`
	AccountingDate    wireTime        `json:"accountingDate"`
	FirstInvoiceDate  wireTime        `json:"firstInvoiceCreationDate"`
	LastPaymentDate   wireTime        `json:"lastPaymentDate"` // never: the year 1
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

func summaryOf(b app.Balance) summary {
	s := summary{
		BalanceAmount: amount(b.Amount), OverdueAmount: amount(b.Overdue), CurrencyCode: string(b.Currency), CurrencySymbol: market.Symbol(b.Currency),
		AccountingDate: at(b.Now), FirstInvoiceDate: at(b.First), LatestInvoiceDate: at(b.Latest),
		LastPaymentAmount: amount(money.Of(0, b.Currency)), Attributes: of("InvoiceSummary"),
	}
	if b.Last != nil {
		s.LastPaymentDate, s.LastPaymentAmount = at(b.Last.On), amount(b.Last.Amount)
	}
	whole := s
	whole.Details, whole.Links = []summaryDetail{{"OneTime", s}}, self("/invoices/summary")
	return whole
}

func (a *api) listSummaries(ctx context.Context, r *request) (answer, error) {
	all, err := a.app.Balances(ctx, r.actor)
	if err != nil {
		return answer{}, err
	}
	items := make([]summary, len(all))
	for i, b := range all {
		items[i] = summaryOf(b)
	}
	return reply(collect(items))
}

// showSummary tells the balance in the currency of the newest document.
func (a *api) showSummary(ctx context.Context, r *request) (answer, error) {
	all, err := a.app.Balances(ctx, r.actor)
	if err != nil {
		return answer{}, err
	}
	if len(all) == 0 {
		return reply(summary{BalanceAmount: "0", LastPaymentAmount: "0", AccountingDate: at(a.app.Clock.Now()), Attributes: of("InvoiceSummary")})
	}
	return reply(summaryOf(all[0]))
}
