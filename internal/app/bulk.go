package app

import (
	"context"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/ledger"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// Callers wait while a chunk is written: as many subscriptions go into one as chunkTime allows.
const (
	chunkTime  = 25 * time.Millisecond
	firstChunk = 64
	maxChunk   = 2048
	// fewDue is where a chunk that fails is not halved any more.
	fewDue = 8
)

// chunk is the charges of many subscriptions of one partner, ready to be written.
type chunk struct {
	dues      []Due
	rest      []Due // of them, what is more than a charge
	customers []string
	subs      []Scheduled
	looked    []look
	charges   []billing.Charge
	entries   []ledger.Entry
	records   []activity.Record
	done      []Happened
	err       error
}

// look is a subscription that was looked at (E16), and when that was due.
type look struct {
	Scheduled
	was time.Time
}

// charge makes the charges that are due for subscriptions of one partner, chunk by chunk: the next is read and decided
// while one is written. What is more than a charge is left.
func (r *dueRun) charge(ctx context.Context, dues []Due) (left []Due, err error) {
	next := make(chan *chunk, 1)
	prepare := func() bool {
		if len(dues) == 0 {
			return false
		}
		n := min(r.size, len(dues))
		some := dues[:n]
		dues = dues[n:]
		go func() { next <- r.prepare(ctx, some) }()
		return true
	}
	last := dues[len(dues)-1]
	for more := prepare(); more; {
		c := <-next
		more = prepare()
		if err == nil {
			err = r.write(ctx, c, last, &left)
		}
		if err != nil {
			dues = nil // what is being prepared is waited for, and left
		}
	}
	return left, err
}

// prepare reads subscriptions that are due, in one snapshot, and decides about those that are only charged.
func (r *dueRun) prepare(ctx context.Context, dues []Due) *chunk {
	c := &chunk{dues: dues}
	scope := dues[0].Scope
	c.err = r.Store.View(ctx, func(rd Reader) error {
		*c = chunk{dues: dues}
		found, err := rd.Scheduled(scope, dues[0], dues[len(dues)-1])
		if err != nil {
			return err
		}
		customers, err := customersOf(rd, scope, found)
		if err != nil {
			return err
		}
		wanted := make(map[id.Subscription]bool, len(dues)) // what is held back or new lies between them
		for _, d := range dues {
			wanted[d.Subscription] = true
		}
		for _, s := range found {
			if !wanted[s.ID] {
				continue
			}
			if err := r.decide(c, rd, s, customers[s.Customer], scope); err != nil {
				return err
			}
		}
		return nil
	})
	slices.Sort(c.customers)
	c.customers = slices.Compact(c.customers)
	return c
}

func customersOf(rd Reader, scope party.Scope, subs []Scheduled) (map[id.Customer]party.Customer, error) {
	seen := map[id.Customer]party.Customer{}
	var ids []id.Customer
	for _, s := range subs {
		if _, ok := seen[s.Customer]; !ok {
			seen[s.Customer] = party.Customer{}
			ids = append(ids, s.Customer)
		}
	}
	found, err := rd.CustomersByID(scope, ids)
	for _, c := range found {
		seen[c.ID] = c
	}
	return seen, err
}

// decide adds the step of a subscription to the chunk, if it is a charge alone: the customer's billing has begun before it
// (F71), which stays so. So it does with a look that finds the offer on sale (E16).
func (r *dueRun) decide(c *chunk, rd Reader, s Scheduled, customer party.Customer, scope party.Scope) error {
	at := due(s.Subscription)
	w, near := warningAt(s.Subscription, at)
	if near && at.Equal(s.Due) && s.Parent == "" && !s.Withdrawn(nil, r.quoter(rd, customer)) {
		s.Warned = w.At
		c.customers = append(c.customers, string(s.Customer))
		c.looked = append(c.looked, look{Scheduled{s.Subscription, due(s.Subscription)}, at})
		return nil
	}
	if near || !at.Equal(s.Due) || !s.OnlyCharged(policy.PendingFor) || customer.FirstBilling.IsZero() || at.Before(customer.FirstBilling) {
		c.rest = append(c.rest, Due{At: s.Due, Scope: scope, Customer: s.Customer, Subscription: s.ID})
		return nil
	}
	out, err := subscription.Step(r.IDs, subscription.Held{Subscription: s.Subscription}, nil, nil, policy.PendingFor)
	if err != nil {
		return err
	}
	save := saver{app: r.App, act: &Act{Actor: sweeper(scope)}, customer: customer, now: at}
	done := Happened{At: at, What: whatHappened(s.Subscription, out), Customer: s.Customer, Subscription: s.ID}
	after := out.Subscriptions[0]
	c.customers = append(c.customers, string(s.Customer))
	c.subs = append(c.subs, Scheduled{after, due(after)})
	c.charges = append(c.charges, out.Charges...)
	c.entries = append(c.entries, save.posted(out.Charges)...)
	c.records = append(c.records, save.stepped(done, out.Charges))
	c.done = append(c.done, done)
	return nil
}

// write writes a chunk in one transaction, behind the rows of its customers. Each subscription is written only over the
// version that was decided on. A chunk that fails is halved until what is at fault is left for a transaction of its own.
func (r *dueRun) write(ctx context.Context, c *chunk, last Due, left *[]Due) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.err == nil && len(c.subs)+len(c.looked) > 0 {
		act := Act{Actor: sweeper(c.dues[0].Scope), Lock: Lock{Customers: c.customers}}
		began := r.Wall.Now()
		_, c.err = r.Store.Update(ctx, act, func(tx Tx) (any, error) {
			for _, err := range []error{
				tx.SaveSubscriptions(c.subs), tx.AddCharges(c.charges), tx.AddEntries(c.entries...), tx.AddRecord(c.records...),
			} {
				if err != nil {
					return nil, err
				}
			}
			for _, l := range c.looked {
				if err := tx.Looked(l.Scheduled, l.was); err != nil {
					return nil, err
				}
			}
			return nil, nil
		})
		r.resize(len(c.dues), r.Wall.Now().Sub(began))
	}
	switch f := fault.Of(c.err); {
	case c.err == nil:
		*left = append(*left, c.rest...)
		r.done = append(r.done, c.done...)
		for _, s := range c.subs {
			r.dueAgain(s.Due, last.At)
		}
		for _, l := range c.looked {
			r.dueAgain(l.Due, last.At)
		}
		return nil
	case f != nil && f.Code == "store.unavailable":
		return c.err
	case len(c.dues) <= fewDue:
		*left = append(*left, c.dues...)
		return nil
	}
	half := len(c.dues) / 2
	for _, dues := range [][]Due{c.dues[:half], c.dues[half:]} {
		if err := r.write(ctx, r.prepare(ctx, dues), last, left); err != nil {
			return err
		}
	}
	return nil
}

// resize lets the next chunk take about chunkTime, when n took as long as they did.
func (r *dueRun) resize(n int, took time.Duration) {
	fits := int(float64(n) * float64(chunkTime) / float64(max(took, time.Millisecond)))
	r.size = max(firstChunk/4, min(fits, 2*r.size, maxChunk))
}
