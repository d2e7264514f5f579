package license

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// Pool is how a pool of keys stands for one product version (R15).
type Pool struct {
	Name    string
	Version string // empty when the product has but one

	Free, Assigned, Revoked int64
	Waiting                 int64 // lines that asked when there was no key
	LowWater                int64 // 0: no mark
}

// Low tells whether keys are needed: lines wait, or fewer are free than the mark says.
func (p Pool) Low() bool { return p.Waiting > 0 || p.Free < p.LowWater }

// Wait is an order line's place in the queue of a pool that had no key when it was asked for one, or of a supplier. While a line
// waits for the pool none of its keys is free: keys that arrive go to the oldest orders first, in the transaction that brings
// them.
type Wait struct {
	Customer id.Customer
	Order    id.Order
	Line     int

	Pool, Version string

	OrderedAt time.Time // the turn: the line's order
	AskedAt   time.Time

	// Of a supplier: who it is, what it knows the line by (unguessable, the same through renewals; its key's row is named so
	// too), and when it is asked next, on wall time.
	Supplier string
	Ref      string
	NextAt   time.Time
}

// Wait queues line for a key that Reveal says it may take. ordered is the instant of its order.
func (r Reveal) Wait(line Line, ordered, now time.Time) Wait {
	return Wait{
		Customer: line.Customer, Order: line.Order, Line: line.Number, Pool: r.Pool, Version: r.Version, OrderedAt: ordered, AskedAt: now,
		Supplier: r.Supplier,
	}
}

// For is the key as the line that waits has it from now on.
func (k Key) For(w Wait, now time.Time) Key {
	k.State, k.AssignedAt = Assigned, now
	k.Customer, k.Order, k.Line = w.Customer, w.Order, w.Line
	return k
}
