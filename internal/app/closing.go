package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// errBehind: a period cannot be closed while a step before its end is not done; its charge would be on no invoice.
var errBehind = errors.New("a subscription is due before the period's end")

// summed is what a billing period of a partner charged. The accounts of its currencies are due one after another.
type summed struct {
	scope  party.Scope
	period time.Time // its end
	totals map[money.Currency]billing.Totals
}

// closePeriods issues the documents of a partner's billing period at its end (F71), one for each currency that is due, and
// opens the next one. A period without lines and without a balance makes none. A currency that a customer came to be charged
// in later has no account yet: it gets one that is due at the same instant (E08). What another worker closed meanwhile is left.
//
// A million charges take a while to add up, and nobody shall wait for that. So they are summed with no lock held, at a
// moment from which on nothing can come into the period any more:
//
//  1. The clock has been moved to the period's end. An act reads it behind its lock (decision 0003). Once the books were
//     held alone for a moment, every act that read an instant of the period has committed, and each later one reads an
//     instant at or after its end: what it charges is not of this period.
//  2. A step, made by this worker, by another one, or by an act that finds its subscription behind, is charged at the
//     instant it was due. After 1 nothing new falls due before the period's end: what an act leaves due comes after its
//     own instant. What was due before the end is either done and committed, or still stands as due in the snapshot that
//     the sum is taken from; then the period is not closed ("behind"). A worker that is late writes only over the very
//     version it decided on, which is gone.
//
// So the sum holds in that snapshot and ever after, and the document is written behind the lock without adding up again.
func (r *dueRun) closePeriods(ctx context.Context, dues []Due) ([]Happened, error) {
	if err := r.sum(ctx, dues[0]); err != nil {
		return nil, err
	}
	act := Act{Actor: sweeper(dues[0].Scope), Lock: Lock{Partner: true}}
	var done []Happened
	_, err := r.Store.Update(ctx, act, func(tx Tx) (any, error) {
		var err error
		done, err = r.issue(tx, &act, dues)
		return nil, err
	})
	if f := fault.Of(err); f != nil && f.Code == "invoice.done" && len(dues) == 1 {
		return nil, nil // another worker was first
	}
	return done, err
}

// sum adds up the period that ends with d, unless it is the one summed last.
func (r *dueRun) sum(ctx context.Context, d Due) error {
	if r.summed.scope == d.Scope && r.summed.period.Equal(d.At) {
		return nil
	}
	all := Act{Actor: sweeper(d.Scope), Lock: Lock{Partner: true, Books: true}}
	if _, err := r.Store.Update(ctx, all, func(Tx) (any, error) { return nil, nil }); err != nil {
		return err
	}
	totals, err := read(ctx, r.Store, func(rd Reader) (map[money.Currency]billing.Totals, error) {
		behind, err := rd.Behind(d.Scope, d.At)
		if err == nil && behind {
			err = errBehind
		}
		if err != nil {
			return nil, err
		}
		partner, err := rd.Partner(d.Scope)
		if err != nil {
			return nil, err
		}
		period := billing.PeriodAt(partner.BillingDay, d.At.Add(-time.Microsecond))
		return rd.Totals(d.Scope, period.Start, period.End)
	})
	if err == nil {
		r.summed = summed{d.Scope, d.At, totals}
	}
	return err
}

// issue writes the documents of a period that is summed, in the order of its currencies.
func (r *dueRun) issue(tx Tx, act *Act, dues []Due) ([]Happened, error) {
	scope, at := dues[0].Scope, dues[0].At
	partner, err := tx.Partner(scope)
	if err != nil {
		return nil, err
	}
	open, err := tx.Currencies(scope)
	if err != nil {
		return nil, err
	}
	for _, c := range missing(open, r.summed.totals) {
		if err := tx.OpenAccount(c, at); err != nil {
			return nil, err
		}
	}
	period, next := billing.PeriodAt(partner.BillingDay, at.Add(-time.Microsecond)), billing.PeriodAt(partner.BillingDay, at).End
	s := saver{app: r.App, tx: tx, act: act, now: at}
	var done []Happened
	for _, d := range dues {
		if err := tx.CloseAccount(d.Currency, at, next); err != nil {
			return nil, err
		}
		if err := tx.DueBills(d.Currency, period); err != nil {
			return nil, err
		}
		carried, err := tx.Carry(scope, d.Currency)
		if err != nil {
			return nil, err
		}
		t := r.summed.totals[d.Currency]
		if t.Lines == 0 && carried.IsZero() {
			continue
		}
		if t.Lines == 0 {
			t.Net, t.Tax = money.Of(0, d.Currency), money.Of(0, d.Currency)
		}
		number, err := tx.NextInvoiceNumber()
		if err != nil {
			return nil, err
		}
		inv := billing.Issue(number, d.Currency, period, t, carried)
		if err := s.document(inv); err != nil {
			return nil, err
		}
		done = append(done, Happened{At: at, What: "invoice", Invoice: inv.ID})
	}
	return done, nil
}

// missing are the currencies of totals that have no account, in order.
func missing(open []money.Currency, totals map[money.Currency]billing.Totals) (out []money.Currency) {
	for c := range totals {
		if !slices.Contains(open, c) {
			out = append(out, c)
		}
	}
	slices.Sort(out)
	return out
}
