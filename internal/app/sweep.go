package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// Happened is one thing the sweep did.
type Happened struct {
	At           time.Time
	What         string // "charge", "renew", "end", "trial_end", "invoice" …: the state or document that came of it
	Customer     id.Customer
	Subscription id.Subscription
	Invoice      id.Invoice
}

// ErrHeldBack is among the errors of a run that did all but what always fails. It is tried again by the next run.
var ErrHeldBack = errors.New("held back")

const (
	// sweepPage bounds what is looked at together, in things due and in business time between the first and the last.
	sweepPage   = 4096
	sweepWindow = 24 * time.Hour
	// maxHeld bounds what a run holds back. More than that is not one bad customer: the run stops.
	maxHeld = 100
)

// SweepName is whose name stands in the log where nobody acted.
const SweepName = "sweep"

// sweeper acts for nobody: what falls due is done in the name of the house.
func sweeper(scope party.Scope) party.Actor { return party.Actor{Scope: scope, Name: SweepName} }

// RunDue does everything due at or before an instant, each thing decided at its own (E13), and tells what happened in the
// order of the instants. before is called with an instant before what is due up to it, and after the one before, is done;
// nil: not at all. The business clock must be at or past that instant when before returns. A thing another worker did
// meanwhile is left alone.
//
// A customer for whom something fails is held back from there on, and the billing period of its partner with it; everybody
// else's is done. The error is then ErrHeldBack and the causes. Any other error stops the run: what was done
// stays done. Fault "server.read_only".
func (a *App) RunDue(ctx context.Context, until time.Time, before func(at time.Time), happened func(Happened)) error {
	r := &dueRun{App: a, before: before, happened: happened, held: map[id.Customer]bool{}, kept: map[Due]bool{}, late: map[Due]bool{}, size: firstChunk}
	if r.before == nil {
		r.before = func(time.Time) {}
	}
	if r.happened == nil {
		r.happened = func(Happened) {}
	}
	if err := a.writable(ctx); err != nil {
		return err
	}
	err := r.to(ctx, until)
	if r.delayed {
		err = errors.Join(err, a.Due.Settle())
	}
	return err
}

// dueRun is one call of RunDue.
type dueRun struct {
	*App
	before   func(at time.Time)
	happened func(Happened)

	held map[id.Customer]bool // customers held back
	kept map[Due]bool         // accounts held back
	late map[Due]bool         // accounts that were behind once
	errs []error              // why, for each

	size    int        // of the next chunk (bulk.go)
	slow    int        // chunks of the window that took long
	delayed bool       // chunks were written, and may not be durable yet
	again   time.Time  // the earliest instant of the window at which something is due again; zero: none
	done    []Happened // in the window, not told yet
	summed  summed     // the period summed last
}

// to walks along what is due. What one thing leaves due mostly lies ahead; where it does not, and at the end, the walk
// starts again at the front.
func (r *dueRun) to(ctx context.Context, until time.Time) error {
	defer r.tellAll()
	var after Due
	for moved := false; ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		page, err := r.Due.DueAfter(after, until, sweepPage)
		if err != nil {
			return err
		}
		whole, last := len(page) < sweepPage, after
		for _, d := range page {
			if d.Subscription != "" {
				last = d
			}
		}
		page = slices.DeleteFunc(page, func(d Due) bool { return r.held[d.Customer] || r.kept[d] })
		switch {
		case len(page) == 0 && !whole && last != after: // all held back
			after = last
		case len(page) == 0 && moved && after != Due{}:
			after, moved = Due{}, false
		case len(page) == 0:
			return r.report()
		case page[0].Subscription == "":
			var behind bool
			if behind, err = r.accounts(ctx, accounts(page)); behind {
				after = Due{}
			}
			moved = true
		default:
			some := window(page)
			err = r.window(ctx, some)
			after, moved = some[len(some)-1], true
			if !r.again.IsZero() || whole && len(some) == len(page) { // something comes before it, or nothing after
				after = Due{}
			}
		}
		if err != nil {
			return errors.Join(append(r.errs, err)...)
		}
	}
}

// window is the start of a page that is done together: subscriptions up to the first account.
func window(page []Due) []Due {
	for i, d := range page {
		if d.Subscription == "" || d.At.Sub(page[0].At) > sweepWindow {
			return page[:i]
		}
	}
	return page
}

// window does what is due of subscriptions, partner by partner: first, in bulk, the charges of running terms, and then the
// rest, one after another in their order. That comes to the same as the order of all, since those charges depend on
// nothing but their own subscription, which is in a window once, and no other step depends on them.
func (r *dueRun) window(ctx context.Context, dues []Due) error {
	r.before(dues[len(dues)-1].At)
	byPartner := map[party.Scope][]Due{}
	var partners []party.Scope
	for _, d := range dues {
		if byPartner[d.Scope] == nil {
			partners = append(partners, d.Scope)
		}
		byPartner[d.Scope] = append(byPartner[d.Scope], d)
	}
	r.again = time.Time{}
	var rest []Due
	for _, p := range partners {
		left, err := r.charge(ctx, byPartner[p])
		if err != nil {
			return err
		}
		rest = append(rest, left...)
	}
	slices.SortFunc(rest, byInstant)
	for _, d := range rest {
		if err := ctx.Err(); err != nil {
			return err
		}
		if r.held[d.Customer] {
			continue
		}
		if !r.again.IsZero() && d.At.After(r.again) {
			break // what is due again comes first
		}
		next, err := r.one(ctx, d)
		if err := r.hold(d, err); err != nil {
			return err
		}
		r.dueAgain(next, dues[len(dues)-1].At)
	}
	r.tell()
	return nil
}

func byInstant(a, b Due) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Subscription, b.Subscription))
}

// dueAgain notes an instant at which something is due, if it lies before the last of the window.
func (r *dueRun) dueAgain(at, last time.Time) {
	if !at.IsZero() && !at.After(last) && (r.again.IsZero() || at.Before(r.again)) {
		r.again = at
	}
}

// tell tells what happened, in order: what is due again in the window comes before what follows it.
func (r *dueRun) tell() {
	slices.SortStableFunc(r.done, func(a, b Happened) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Subscription, b.Subscription))
	})
	n := 0
	for n < len(r.done) && (r.again.IsZero() || r.done[n].At.Before(r.again)) {
		r.happened(r.done[n])
		n++
	}
	r.done = slices.Delete(r.done, 0, n)
}

func (r *dueRun) tellAll() {
	r.again = time.Time{}
	r.tell()
}

// one does the next thing due for a subscription, in a transaction of its own, and gives the next instant.
func (r *dueRun) one(ctx context.Context, d Due) (next time.Time, err error) {
	act := Act{Actor: sweeper(d.Scope), Lock: Lock{Customer: string(d.Customer)}}
	var done Happened
	_, err = r.Store.Update(ctx, act, func(tx Tx) (any, error) {
		done, next = Happened{}, time.Time{}
		customer, err := tx.Customer(d.Scope, d.Customer)
		if err != nil {
			return nil, err
		}
		found, err := tx.Scheduled(d.Scope, d, d)
		if err != nil || len(found) == 0 {
			return nil, err // done meanwhile
		}
		if next = due(found[0].Subscription); next.IsZero() || next.After(d.At) { // its stored instant is older than its state
			return nil, tx.SaveSubscription(found[0].Subscription, next)
		}
		done, next, err = stepper{app: r.App, tx: tx, act: &act, customer: customer}.step(subscription.Held{Subscription: found[0].Subscription})
		return nil, err
	})
	if f := fault.Of(err); f != nil && f.Code == "subscription.changed" {
		return time.Time{}, nil // another worker was first
	}
	if err == nil && !done.At.IsZero() {
		r.done = append(r.done, done)
	}
	return next, err
}

// hold holds back the customer of what failed, and gives the error that stops the run, if it must stop.
func (r *dueRun) hold(d Due, err error) error {
	switch f := fault.Of(err); {
	case err == nil:
		return nil
	case f != nil && f.Code == "store.unavailable":
		return err
	}
	if d.Subscription == "" {
		r.kept[d] = true
		err = fmt.Errorf("the period of partner %s in %s to %s: %w", d.Scope.Partner(), d.Currency, d.At.Format(time.RFC3339), err)
	} else {
		r.held[d.Customer] = true
		err = fmt.Errorf("subscription %s of customer %s at %s: %w", d.Subscription, d.Customer, d.At.Format(time.RFC3339), err)
	}
	r.errs = append(r.errs, err)
	if len(r.errs) > maxHeld {
		return errors.New("too much fails")
	}
	return nil
}

// accounts is the start of a page that is done without another look: billing periods, or bills, of one instant. Closing one
// makes nothing due but bills at that instant, which come after all of them.
func accounts(page []Due) []Due {
	for i, d := range page {
		if d.Subscription != "" || !d.At.Equal(page[0].At) || d.bills() != page[0].bills() {
			return page[:i]
		}
	}
	return page
}

// accounts closes billing periods, or bills the customers for ones that are closed, partner by partner. behind: what was due
// before the end of one comes first.
func (r *dueRun) accounts(ctx context.Context, dues []Due) (behind bool, err error) {
	for len(dues) > 0 && err == nil {
		n := 1
		for n < len(dues) && dues[n].Scope == dues[0].Scope && dues[n].Period == dues[0].Period {
			n++
		}
		var late bool
		if err = ctx.Err(); err == nil {
			late, err = r.account(ctx, dues[:n])
		}
		behind, dues = behind || late, dues[n:]
	}
	return behind, err
}

// account closes the periods of one partner that end together, or issues the bills of one: in one go, or one by one where that
// fails. One that is behind again waits for somebody who is held back.
func (r *dueRun) account(ctx context.Context, dues []Due) (behind bool, err error) {
	r.tellAll()
	r.before(dues[0].At)
	var done []Happened
	if dues[0].bills() {
		err = r.issueBills(ctx, dues, r.happened)
	} else {
		done, err = r.closePeriods(ctx, dues)
	}
	if errors.Is(err, errBehind) && !r.late[dues[0]] {
		r.late[dues[0]] = true
		return true, nil
	}
	if err != nil && len(dues) > 1 && ctx.Err() == nil {
		for _, d := range dues {
			late, err := r.account(ctx, []Due{d})
			if behind = behind || late; err != nil {
				return behind, err
			}
		}
		return behind, nil
	}
	for _, h := range done {
		r.happened(h)
	}
	return false, r.hold(dues[0], err)
}

// report is the error of a run that came to its end.
func (r *dueRun) report() error {
	if len(r.errs) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrHeldBack, errors.Join(r.errs...))
}

// DueStore finds what falls due, for the sweep.
type DueStore interface {
	// NextDue lists things due at or before an instant in the order of their instants, subscriptions before accounts before
	// bills at the same one; at most limit.
	NextDue(until time.Time, limit int) ([]Due, error)
	// DueAfter is NextDue for what comes after a subscription in that order; the zero Due is before everything.
	DueAfter(after Due, until time.Time, limit int) ([]Due, error)
	// ClockState is the stored sandbox clock: its offset to the wall and the latest instant it told.
	ClockState() (offset time.Duration, high time.Time, err error)
	SaveClock(offset time.Duration, high time.Time) error
	// Settle returns when all that was committed is durable, delayed acts too.
	Settle() error
}
