// Package order turns a cart into orders and cancels their lines: checks per line, grouping, limits, placing
// (F13, F20, F25–F28, F54, F60–F66, F81, E03, E04, E15).
package order

import (
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Participant is a partner named on a line.
type Participant = subscription.Participant

// CartLine is a wish; Check fills in what the shelf says of it.
type CartLine struct {
	ID           int // unique over lines and add-on lines
	Item         id.Item
	Raw          string // the catalogue item as it came, echoed when it names nothing
	FriendlyName string
	Quantity     int64
	Plan         catalog.Plan // empty: the SKU's only one
	Term         when.Term
	Context      map[string]string // provisioning context, echoed
	Participants []Participant
	RenewsTo     when.Term
	Parent       id.Subscription // the base an add-on is bought for
	AddOns       []CartLine      // bought under the subscription that this line creates
	Attested     bool
	TermEnd      time.Time // the end of choice as it was asked for (contract.md §8); zero: a whole term

	Title    string
	Currency money.Currency // the market's; another one was asked for, and marks the line (contract.md §8)
	PriceRow string         // the price shown when the line was last checked (E15)
	Unit     money.Price    //
	Group    string         // lines with the same group become one order (F81)
	Fault    *fault.Fault
	Placed   id.Order // the order it became; empty: not yet
}

// Cart is what a partner collects for a customer.
type Cart struct {
	ID        id.Cart
	Customer  id.Customer
	CreatedAt time.Time
	ChangedAt time.Time
	ExpiresAt time.Time
	ChangedBy string
	Ordered   bool
	Attested  bool // the partner of record's attestation
	Lines     []CartLine
	Version   int64
}

// Status is the state of an order.
type Status string

// The statuses of an order.
const (
	Completed Status = "completed"
	Pending   Status = "pending"
	Cancelled Status = "cancelled" // all its lines are (E04)
)

// LineState is the state of a line.
type LineState string

// The states of a line. A line whose subscription was renewed stays, superseded by the renewal's line.
const (
	LineActive     LineState = "active"
	LineCancelled  LineState = "cancelled"
	LineSuperseded LineState = "superseded"
)

// LineType says how a line came to be.
type LineType string

// The types of line.
const (
	TypeNew   LineType = "new"
	TypeRenew LineType = "renew"
	// TypeConvert lines are of a trial that was converted (F76), TypeTransition of seats that became another SKU.
	TypeConvert    LineType = "convert"
	TypeTransition LineType = "transition"
	// TypeCycle lines are of what is charged by another billing plan.
	TypeCycle LineType = "cycle"
)

// Line is one line of an order, with the rows it is pinned to.
type Line struct {
	Number       int
	Type         LineType
	Item         id.Item
	Title        string
	FriendlyName string
	Kind         catalog.Kind
	Class        catalog.Class
	Publisher    id.Publisher
	Quantity     int64 // as bought
	Term         when.Term
	Plan         catalog.Plan
	Tariff       billing.Tariff
	Subscription id.Subscription // empty for perpetual software
	Parent       id.Subscription
	From         id.Subscription // of a conversion or transition: whose seats these were, and what they were
	FromItem     id.Item
	Participants []Participant
	Context      map[string]string
	Attested     bool
	OnRecord     bool      // its order was given with the partner of record's attestation
	TermEnd      time.Time // where its first term is made to end; zero: a whole term
	State        LineState
	EndedAt      time.Time
	Acknowledged bool // of a cancellation: use stops on both sides, copies are deleted (F65)
}

// Order is one order of one billing cycle and seller (F81).
type Order struct {
	ID       id.Order
	Customer id.Customer
	Plan     catalog.Plan
	Currency money.Currency
	At       time.Time
	Status   Status
	System   bool // made by a renewal, not by a person
	Lines    []Line
	Version  int64
}

// Attested tells whether the order was given with the partner of record's attestation (contract.md §9).
func (o Order) Attested() bool {
	return len(o.Lines) > 0 && !slices.ContainsFunc(o.Lines, func(l Line) bool { return !l.OnRecord })
}

// settle sets the status that the lines' states give: cancelled when all lines are, else completed (E04). A superseded
// line was not cancelled.
func (o *Order) settle() {
	o.Status = Cancelled
	for _, l := range o.Lines {
		if l.State != LineCancelled {
			o.Status = Completed
		}
	}
}
