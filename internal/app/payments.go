package app

import (
	"context"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/ledger"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Receipt is money that is to be recorded against an invoice.
type Receipt struct {
	Invoice  id.Invoice
	Amount   string         // a decimal of major units
	Currency money.Currency // empty: the invoice's
	On       time.Time      // the day the money moved; zero: today
}

// Paid is a payment as it was recorded, and how the invoice stands after it.
type Paid struct {
	billing.Payment
	After billing.Invoice
	Now   time.Time
}

// RecordPayment records money against an invoice, or what was paid out for a credit note, with its entry in the books
// (F80, R22). The outcome is Paid. Faults: "invoice.unknown", those of money.Parse and of billing.Pay.
func (a *App) RecordPayment(ctx context.Context, who party.Actor, req Request, in Receipt) (Reply, error) {
	if err := who.May(party.RecordPayments); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Partner: true}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		now := a.Clock.Now()
		inv, err := tx.Invoice(who.Scope, in.Invoice)
		if err != nil {
			return nil, err
		}
		currency, on := in.Currency, in.On
		if currency == "" {
			currency = inv.Currency
		}
		if on.IsZero() {
			on = now
		}
		amount, err := money.Parse(in.Amount, currency)
		if err != nil {
			return nil, err
		}
		after, p, err := billing.Pay(inv, id.Payment(a.IDs.GUID()), amount, on, now)
		if err != nil {
			return nil, err
		}
		entry, err := ledger.Payment(ledger.EntryID(now, a.IDs.GUID()), now, p.ID, p.Amount)
		if err != nil {
			return nil, err
		}
		if err := tx.AddPayment(p); err != nil {
			return nil, err
		}
		if err := tx.AddEntries(entry); err != nil {
			return nil, err
		}
		s := saver{app: a, tx: tx, act: &act, now: now}
		err = s.record(activity.RecordPayment, activity.Invoice, string(inv.ID),
			activity.Detail{Key: "PaymentId", Value: string(p.ID)}, activity.Detail{Key: "Amount", Value: p.Amount.String()},
			activity.Detail{Key: "Date", Value: p.On.Format(time.DateOnly)})
		return Paid{p, after, now}, err
	})
}

// Payments are what was recorded against one document, the latest first (F80, R08). Fault: "invoice.unknown".
func (a *App) Payments(ctx context.Context, who party.Actor, number id.Invoice) ([]billing.Payment, error) {
	if err := who.May(party.ReadInvoices); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]billing.Payment, error) {
		i, err := r.Invoice(who.Scope, number)
		if err != nil {
			return nil, err
		}
		return r.Payments(who.Scope, PaymentQuery{Invoice: i.ID})
	})
}

// Balance is how the partner stands in one currency, with its last payment; nil: none yet.
type Balance struct {
	billing.Balance
	Last *billing.Payment
	Now  time.Time
}

// Balances gives one for each currency that has documents, that of the newest document first (R08).
func (a *App) Balances(ctx context.Context, who party.Actor) ([]Balance, error) {
	if err := who.May(party.ReadInvoices); err != nil {
		return nil, err
	}
	now := a.Clock.Now()
	return read(ctx, a.Store, func(r Reader) ([]Balance, error) {
		documents, err := r.Invoices(who.Scope, InvoiceQuery{})
		if err != nil {
			return nil, err
		}
		folded := billing.Balances(documents, now)
		all := make([]Balance, len(folded))
		for i, b := range folded {
			all[i] = Balance{Balance: b, Now: now}
			last, err := r.Payments(who.Scope, PaymentQuery{Currency: b.Currency, Limit: 1})
			if err != nil {
				return nil, err
			}
			if len(last) > 0 {
				all[i].Last = &last[0]
			}
		}
		return all, nil
	})
}
