package app

import (
	"context"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Happened is one thing the sweep did.
type Happened struct {
	At           time.Time
	What         string // "charge", "renew", "end", "trial_end", "invoice" …: the state or document that came of it
	Customer     id.Customer
	Subscription id.Subscription
	Invoice      id.Invoice
}

// sweeper acts for nobody: what falls due is done in the name of the house.
func sweeper(scope party.Scope) party.Actor { return party.Actor{Scope: scope, Name: "sweep"} }

// RunDue does everything due at or before an instant, in the order of the due instants, each decided at its own (E13),
// and tells what happened. before is called with each instant before what is due at it is done; nil: not at all. A thing
// another worker did meanwhile is left alone. The first internal error stops the run: what was done stays done.
func (a *App) RunDue(ctx context.Context, until time.Time, before func(at time.Time), happened func(Happened)) error {
	for {
		dues, err := a.Due.NextDue(until, sweepBatch)
		if err != nil || len(dues) == 0 {
			return err
		}
		// What one thing leaves due may come before the next of the batch: only those of the first instant are sure.
		for _, d := range dues {
			if d.At.After(dues[0].At) {
				break
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if before != nil {
				before(d.At)
			}
			if err := a.runDue(ctx, d, happened); err != nil {
				return err
			}
		}
	}
}

const sweepBatch = 200

func (a *App) runDue(ctx context.Context, d Due, happened func(Happened)) error {
	if d.Subscription == "" {
		return a.closePeriod(ctx, d, happened)
	}
	act := Act{Actor: sweeper(d.Scope), Lock: Lock{Customer: string(d.Customer)}}
	var done Happened
	_, err := a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		done = Happened{}
		customer, err := tx.Customer(d.Scope, d.Customer)
		if err != nil {
			return nil, err
		}
		rules, err := tx.Rules()
		if err != nil {
			return nil, err
		}
		h, _, err := a.held(tx, d.Scope, d.Customer, d.Subscription, rules)
		if err != nil {
			return nil, err
		}
		if at := due(h.Subscription); at.IsZero() || at.After(d.At) {
			// Done meanwhile, or its stored instant is older than its state: bring it level so that the sweep goes on.
			return nil, tx.SaveSubscription(h.Subscription, at)
		}
		done, err = stepper{a, tx, &act, customer, rules}.step(h)
		return nil, err
	})
	if f := fault.Of(err); f != nil && f.Code == "subscription.changed" {
		return nil // another worker was first
	}
	if err == nil && !done.At.IsZero() && happened != nil {
		happened(done)
	}
	return err
}

// closePeriod issues the invoice of a billing period at its end (F71) and opens the next one. A period without lines and
// without a balance makes no invoice.
func (a *App) closePeriod(ctx context.Context, d Due, happened func(Happened)) error {
	act := Act{Actor: sweeper(d.Scope), Lock: Lock{Partner: true, Books: true}}
	var done Happened
	_, err := a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		done = Happened{}
		partner, err := tx.Partner(d.Scope)
		if err != nil {
			return nil, err
		}
		period := billing.PeriodAt(partner.BillingDay, d.At.Add(-time.Microsecond))
		if err := tx.CloseAccount(d.Currency, d.At, billing.PeriodAt(partner.BillingDay, d.At).End); err != nil {
			return nil, err
		}
		totals, err := tx.Totals(d.Scope, period.Start, period.End)
		if err != nil {
			return nil, err
		}
		carried, err := tx.Carry(d.Scope, d.Currency)
		if err != nil {
			return nil, err
		}
		t := totals[d.Currency]
		if t.Lines == 0 && carried.IsZero() {
			return nil, nil
		}
		if t.Lines == 0 {
			t.Net, t.Tax = money.Of(0, d.Currency), money.Of(0, d.Currency)
		}
		number, err := tx.NextInvoiceNumber()
		if err != nil {
			return nil, err
		}
		inv := billing.Issue(number, d.Currency, period, t, carried)
		done = Happened{At: d.At, What: "invoice", Invoice: inv.ID}
		s := saver{app: a, tx: tx, act: &act, now: d.At}
		if err := s.record(activity.ReadyInvoice, activity.Invoice, string(inv.ID), activity.Detail{Key: "Total", Value: inv.Total().String()}); err != nil {
			return nil, err
		}
		return nil, tx.AddInvoice(inv)
	})
	if f := fault.Of(err); f != nil && f.Code == "invoice.done" {
		return nil // another worker was first
	}
	if err == nil && !done.At.IsZero() && happened != nil {
		happened(done)
	}
	return err
}
