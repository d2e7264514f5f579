package app

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// StatementLine is a charge or credit with what a reader of reconciliation lines needs beside it.
type StatementLine struct {
	billing.Charge
	Customer party.Customer
	Order    order.Order
	Line     order.Line
	Entry    *catalog.Entry            // what was sold, as the catalogue has it now; nil: it is gone
	Sub      subscription.Subscription // what was charged for, as it stands now; zero: none, as with perpetual software
	MPN      string                    // of the partner that is billed
}

// SubscriptionKey names a subscription of a customer.
type SubscriptionKey struct {
	Customer     id.Customer
	Subscription id.Subscription
}

// Estimate is what the next invoice of a currency would hold, live (F72).
type Estimate struct {
	Currency money.Currency
	Period   when.Period
	Totals   billing.Totals
	Carried  money.Amount // brought in from the invoice before: negative, or zero
}

// Estimates gives one per currency that has charges in the open period or a balance carried in (F72, R08).
func (a *App) Estimates(ctx context.Context, who party.Actor) ([]Estimate, error) {
	if err := who.May(party.ReadInvoices); err != nil {
		return nil, err
	}
	now := a.Clock.Now()
	return read(ctx, a.Store, func(r Reader) ([]Estimate, error) {
		period, err := invoicePeriod(r, who, now)
		if err != nil {
			return nil, err
		}
		totals, err := r.Totals(who.Scope, period.Start, period.End)
		if err != nil {
			return nil, err
		}
		out := []Estimate{}
		currencies, err := r.Currencies(who.Scope)
		if err != nil {
			return nil, err
		}
		currencies = append(currencies, missing(currencies, totals)...)
		slices.Sort(currencies)
		for _, c := range currencies {
			carried, err := r.Carry(who.Scope, c)
			if err != nil {
				return nil, err
			}
			t, charged := totals[c]
			if !charged && carried.IsZero() {
				continue
			}
			if !charged {
				t.Net, t.Tax = money.Of(0, c), money.Of(0, c)
			}
			out = append(out, Estimate{c, period, t, carried})
		}
		return out, nil
	})
}

// Which picks the billing period of unbilled lines.
type Which string

// The periods of unbilled lines: the open one, and the one before it.
const (
	CurrentPeriod  Which = "current"
	PreviousPeriod Which = "previous"
)

// Unbilled lists those charges and credits of a period that q asks for, in the order they were made (F72, F73, R08).
func (a *App) Unbilled(ctx context.Context, who party.Actor, which Which, q ChargeQuery) ([]StatementLine, error) {
	if err := who.May(party.ReadInvoices); err != nil {
		return nil, err
	}
	now := a.Clock.Now()
	return read(ctx, a.Store, func(r Reader) ([]StatementLine, error) {
		period, err := invoicePeriod(r, who, now)
		if err != nil {
			return nil, err
		}
		if which == PreviousPeriod {
			partner, err := r.Partner(who.Scope)
			if err != nil {
				return nil, err
			}
			period = billing.PeriodAt(partner.BillingDay, period.Start.AddDate(0, 0, -1))
		}
		q.From, q.Until = period.Start, period.End
		return statement(r, who.Scope, q)
	})
}

// InvoiceLines lists those lines of a document that q asks for (F73, R08): none in another currency than the document's.
// Those of a void note take back what they name (E10). Fault: "invoice.unknown".
func (a *App) InvoiceLines(ctx context.Context, who party.Actor, number id.Invoice, q ChargeQuery) (billing.Invoice, []StatementLine, error) {
	if err := who.May(party.ReadInvoices); err != nil {
		return billing.Invoice{}, nil, err
	}
	type both struct {
		inv   billing.Invoice
		lines []StatementLine
	}
	got, err := read(ctx, a.Store, func(r Reader) (b both, err error) {
		if b.inv, err = r.Invoice(who.Scope, number); err != nil {
			return b, err
		}
		if q.Currency != "" && q.Currency != b.inv.Currency {
			return b, nil
		}
		q.Currency, q.From, q.Until = b.inv.Currency, b.inv.Period.Start, b.inv.Period.End
		b.lines, err = statement(r, who.Scope, q)
		if b.inv.Document == billing.VoidNote {
			for i := range b.lines {
				b.lines[i].Net, b.lines[i].Tax = b.lines[i].Net.Neg(), b.lines[i].Tax.Neg()
			}
		}
		return b, err
	})
	return got.inv, got.lines, err
}

func statement(r Reader, scope party.Scope, q ChargeQuery) ([]StatementLine, error) {
	charges, err := r.Charges(scope, q)
	if err != nil {
		return nil, err
	}
	if len(charges) == 0 {
		return nil, nil
	}
	billed, err := r.Partner(scope)
	if err != nil {
		return nil, err
	}
	customers, orders, err := behind(r, scope, charges)
	if err != nil {
		return nil, err
	}
	products := map[id.Product]bool{}
	for _, c := range charges {
		products[orders[c.Order].Lines[c.Line].Item.Product] = true
	}
	entries, err := r.Entries(slices.Sorted(maps.Keys(products)))
	if err != nil {
		return nil, err
	}
	subs, err := charged(r, scope, charges)
	if err != nil {
		return nil, err
	}
	lines := make([]StatementLine, len(charges))
	for i, c := range charges {
		o := orders[c.Order]
		l := o.Lines[c.Line]
		lines[i] = StatementLine{
			Charge: c, Customer: customers[c.Customer], Order: o, Line: l, Entry: entries[l.Item.Product], Sub: subs[c.Subscription], MPN: billed.MPN,
		}
	}
	return lines, nil
}

// charged reads the subscriptions of charges, all at once.
func charged(r Reader, scope party.Scope, charges []billing.Charge) (map[id.Subscription]subscription.Subscription, error) {
	subs := map[id.Subscription]subscription.Subscription{}
	var keys []SubscriptionKey
	for _, c := range charges {
		if _, seen := subs[c.Subscription]; !seen && c.Subscription != "" {
			keys = append(keys, SubscriptionKey{c.Customer, c.Subscription})
			subs[c.Subscription] = subscription.Subscription{}
		}
	}
	found, err := r.SubscriptionsByKey(scope, keys)
	for _, s := range found {
		subs[s.ID] = s
	}
	return subs, err
}

// behind reads the customers and orders of charges, all at once each.
func behind(r Reader, scope party.Scope, charges []billing.Charge) (customers map[id.Customer]party.Customer, orders map[id.Order]order.Order, err error) {
	customers, orders = map[id.Customer]party.Customer{}, map[id.Order]order.Order{}
	var keys []OrderKey
	for _, c := range charges {
		if _, seen := orders[c.Order]; !seen {
			keys = append(keys, OrderKey{c.Customer, c.Order})
		}
		customers[c.Customer], orders[c.Order] = party.Customer{}, order.Order{}
	}
	whose, err := r.CustomersByID(scope, slices.Sorted(maps.Keys(customers)))
	if err != nil {
		return nil, nil, err
	}
	for _, c := range whose {
		customers[c.ID] = c
	}
	placed, err := r.OrdersByKey(scope, keys)
	if err != nil {
		return nil, nil, err
	}
	for _, o := range placed {
		orders[o.ID] = o
	}
	if len(whose) != len(customers) || len(placed) != len(orders) {
		return nil, nil, errors.New("a charge without its customer or order")
	}
	return customers, orders, nil
}
