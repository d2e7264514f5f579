package app

import (
	"context"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
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
