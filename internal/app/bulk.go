package app

import (
	"context"
	"errors"
	"slices"
	"sync"
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

const (
	firstChunk = 64
	leastChunk = 16
	maxChunk   = 2048
	// fewDue is where a chunk that fails is not halved any more.
	fewDue = 8
)

// chunkTime is how long a chunk may take, from behind its locks to the end of its commit, which does not wait for the disk.
// Others wait for it: everybody who writes where one writes at a time, callers of its customers elsewhere. Where the processors are
// busy one may take six times as long, and nobody shall wait for more than 50 ms.
const chunkTime = 5 * time.Millisecond

// chunk is the charges of many subscriptions of one partner, ready to be written.
type chunk struct {
	act   Act
	draft Draft     // what is written, nil: nothing
	next  time.Time // the earliest instant at which one of them is due again; zero: none
	done  []Happened
	rest  []Due // what is more than a charge
}

// decided is what a chunk will write.
type decided struct {
	subs    []Charged
	looked  []look
	charges []billing.Charge
	entries []ledger.Entry
	records []activity.Record
}

// look is a subscription that was looked at (E16), and when that was due.
type look struct {
	Scheduled
	was time.Time
}

// charge makes the charges that are due for subscriptions of one partner, chunk by chunk, two at a time: one is read and
// decided while the other is written. Where it is crowded it is one at a time, until a window went well. What is more than a
// charge is left, and what is due alone.
func (r *dueRun) charge(ctx context.Context, dues []Due) ([]Due, error) {
	if len(dues) == 1 {
		return dues, nil
	}
	r.delayed = true
	b := bulk{dueRun: r, dues: dues, last: dues[len(dues)-1].At}
	workers := 2
	if r.crowded() || len(dues) < firstChunk {
		workers = 1
	}
	r.slow = 0
	var working sync.WaitGroup
	for n := range workers {
		second := n > 0
		working.Go(func() {
			for some := b.take(second); len(some) > 0; some = b.take(second) {
				if err := b.do(ctx, some); err != nil {
					b.fail(err)
				}
			}
		})
	}
	working.Wait()
	return b.left, b.err
}

// bulk is the charges of a window for one partner, shared by those who make them.
type bulk struct {
	*dueRun
	last time.Time // of the window

	mu   sync.Mutex
	dues []Due // not taken yet
	left []Due
	err  error
}

// take is the next chunk; none when all are taken, when one failed for good, and for the second at work when it is crowded. What
// a customer bought together stays together: two chunks shall not wait for one customer's row.
func (b *bulk) take(second bool) []Due {
	b.mu.Lock()
	defer b.mu.Unlock()
	if second && b.crowded() {
		return nil
	}
	n := min(b.size, len(b.dues))
	for n > 0 && n < min(2*b.size, len(b.dues)) && b.dues[n].Customer == b.dues[n-1].Customer {
		n++
	}
	some := b.dues[:n]
	b.dues = b.dues[n:]
	return some
}

func (b *bulk) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dues, b.err = nil, errors.Join(b.err, err)
}

// do charges some. A chunk that fails is halved until what is at fault is left for a transaction of its own.
func (b *bulk) do(ctx context.Context, dues []Due) error {
	c, err := b.prepare(ctx, dues)
	if err == nil && c.draft != nil {
		err = b.write(ctx, c, len(dues))
	}
	switch f := fault.Of(err); {
	case err == nil:
		b.mu.Lock()
		defer b.mu.Unlock()
		b.left = append(b.left, c.rest...)
		b.done = append(b.done, c.done...)
		b.dueAgain(c.next, b.last)
		return nil
	case ctx.Err() != nil, f != nil && f.Code == "store.unavailable":
		return err
	case len(dues) <= fewDue:
		b.mu.Lock()
		defer b.mu.Unlock()
		b.left = append(b.left, dues...)
		return nil
	}
	half := len(dues) / 2
	if err := b.do(ctx, dues[:half]); err != nil {
		return err
	}
	return b.do(ctx, dues[half:])
}

// prepare reads subscriptions that are due and decides about those that are only charged. It needs no snapshot: they come in one
// statement, each is written only over what was read, and what is read of their customers beside may change before the write anyway.
func (b *bulk) prepare(ctx context.Context, dues []Due) (c chunk, err error) {
	wanted := make(map[id.Subscription]bool, len(dues)) // what is held back or new lies between them
	for _, d := range dues {
		wanted[d.Subscription] = true
	}
	scope, ids := dues[0].Scope, b.IDs.Series()
	var d decided
	err = b.Store.Look(ctx, func(rd Reader) error {
		c, d = chunk{act: Act{Actor: sweeper(scope), Delayed: true}}, decided{}
		found, err := rd.Scheduled(scope, dues[0], dues[len(dues)-1])
		if err != nil {
			return err
		}
		customers, err := customersOf(rd, scope, found)
		if err != nil {
			return err
		}
		for _, s := range found {
			if !wanted[s.ID] {
				continue
			}
			if err := c.decide(&d, ids, s, customers[s.Customer], b.quoter(rd, customers[s.Customer])); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(c.act.Lock.Customers) == 0 {
		return c, err
	}
	slices.Sort(c.act.Lock.Customers)
	c.act.Lock.Customers = slices.Compact(c.act.Lock.Customers)
	c.draft, err = b.Store.Draft(scope, d.write)
	return c, err
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
func (c *chunk) decide(d *decided, ids id.Source, s Scheduled, customer party.Customer, quote subscription.Quoter) error {
	at := due(s.Subscription)
	w, near := warningAt(s.Subscription, at)
	if near && at.Equal(s.Due) && s.Parent == "" && !s.Withdrawn(nil, quote) {
		s.Warned = w.At
		l := look{Scheduled{s.Subscription, due(s.Subscription)}, at}
		d.looked = append(d.looked, l)
		c.writes(l.Scheduled)
		return nil
	}
	if near || !at.Equal(s.Due) || !s.OnlyCharged(policy.PendingFor) || customer.FirstBilling.IsZero() || at.Before(customer.FirstBilling) {
		c.rest = append(c.rest, Due{At: s.Due, Scope: c.act.Actor.Scope, Customer: s.Customer, Subscription: s.ID})
		return nil
	}
	out, err := subscription.Step(ids, subscription.Held{Subscription: s.Subscription}, nil, nil, policy.PendingFor)
	if err != nil {
		return err
	}
	save := saver{app: &App{IDs: ids}, act: &c.act, customer: customer, now: at}
	done := Happened{At: at, What: whatHappened(s.Subscription, out), Customer: s.Customer, Subscription: s.ID}
	after := out.Subscriptions[0]
	charged := Scheduled{after, due(after)}
	d.subs = append(d.subs, Charged{charged, s.Due})
	d.charges = append(d.charges, out.Charges...)
	d.entries = append(d.entries, save.posted(out.Charges)...)
	d.records = append(d.records, save.stepped(done, out.Charges))
	c.done = append(c.done, done)
	c.writes(charged)
	return nil
}

// writes notes a subscription that the chunk writes.
func (c *chunk) writes(s Scheduled) {
	c.act.Lock.Customers = append(c.act.Lock.Customers, string(s.Customer))
	if !s.Due.IsZero() && (c.next.IsZero() || s.Due.Before(c.next)) {
		c.next = s.Due
	}
}

// write writes a chunk made of n things due in one transaction, behind the rows of its customers. Each subscription is written only over the version that was decided on. The next chunk is as large as this one would
// have been in chunkTime.
func (b *bulk) write(ctx context.Context, c chunk, n int) error {
	var began time.Time
	_, err := b.Store.Update(ctx, c.act, func(tx Tx) (any, error) {
		began = b.Wall.Now()
		return nil, tx.Write(c.draft)
	})
	if err != nil {
		return err
	}
	took := max(b.Wall.Now().Sub(began), time.Millisecond)
	b.mu.Lock()
	defer b.mu.Unlock()
	if took > 3*chunkTime {
		b.slow++
	}
	fits := int(int64(n) * int64(chunkTime) / int64(took))
	b.size = max(leastChunk, min(fits, b.size+b.size/4, maxChunk))
	return nil
}

// crowded tells that others want the processors: more than one chunk of the window took long.
func (r *dueRun) crowded() bool { return r.slow > 1 }

// write writes what was decided. The first write that fails is kept by the transaction.
func (d *decided) write(tx Tx) error {
	err := errors.Join(tx.SaveCharged(d.subs), tx.AddCharges(d.charges), tx.AddEntries(d.entries...), tx.AddRecord(d.records...))
	for _, l := range d.looked {
		err = errors.Join(err, tx.Looked(l.Scheduled, l.was))
	}
	return err
}
