// Package subscription is the life of a subscription: activation, trial, charges of its term, suspension, seats,
// cancellation, renewal and end (rules.md §2.3, E03, E12–E22). Every decision takes the subscription as it is and says
// everything that changes in an Outcome.
//
//	pending ──activate──▶ active ◀──reactivate── suspended
//	   │                   │  └───────suspend──────▶ │
//	   └─30 days─▶ cancelled ◀─cancel─┴── data gone ─┘      active ──term end without renewal──▶ expired
package subscription

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// State is where a subscription is in its life.
type State string

// The states.
const (
	Pending   State = "pending"   // bought, waiting for the publisher's activation (F74)
	Active    State = "active"    //
	Suspended State = "suspended" // users cannot sign in, data is kept until DataUntil (F30, F31)
	Cancelled State = "cancelled" // ended before its time, or its data is gone: what is left of the term is still charged (F41)
	Expired   State = "expired"   // its term ended without a renewal
)

// Live tells whether the state still holds a place of a limited offer (F13).
func (s State) Live() bool { return s == Pending || s == Active || s == Suspended }

// Batch is seats bought together: each batch has a window of its own to take them back (E17).
type Batch struct {
	Quantity int64
	At       time.Time
	Charge   id.Charge // the charge that paid for it in the running period; empty when none yet
}

// Subscription is one subscription. While Pending it has no Current period.
type Subscription struct {
	ID           id.Subscription
	Customer     id.Customer
	Order        id.Order // of the current term's line
	Line         int
	LineAt       time.Time // instant of that line: where its window counts from
	OrderedAt    time.Time // of the first order
	Item         id.Item
	Title        string
	FriendlyName string
	Kind         catalog.Kind
	Class        catalog.Class
	Publisher    id.Publisher
	Currency     money.Currency
	UnitType     string

	State    State
	Quantity int64
	Batches  []Batch

	Term       when.Term
	Plan       catalog.Plan
	AnchorDay  int // 1–31, kept through renewals (E12)
	Current    when.Period
	Tariff     billing.Tariff
	NextCharge time.Time // start of the next charged period of this term; zero: none
	ChargeNo   int       // number of that charge, from 0

	AutoRenew  bool
	Switchable bool // whether auto-renew can be switched (F39)
	Scheduled  NextTerm
	TrialDays  int // free days once activated (F23); 0: none
	TrialUntil time.Time
	Parent     id.Subscription // the base of an add-on

	Participants []Participant // the partners of record, kept through renewals

	SuspendedAt       time.Time
	DataUntil         time.Time // E20: a reactivation at this instant is refused
	SuspensionReason  string
	SuspendedByParent bool
	EndedAt           time.Time
	Warned            time.Time // the last of its Warnings that was looked at (E16)
	Slot              int       // place of a limited offer it holds, from 1; 0: none
	Support           Support
	Registered        bool // known for reservations
	Version           int64
}

// Participant is a partner named on a line by its id in the trade programme, such as the reseller of the transaction.
type Participant struct{ Key, Value string }

// The keys of participants: the partner of record, and those beside it.
const (
	TransactionReseller = "transaction_reseller"
	AdditionalReseller  = "additional_transaction_reseller"
	ConsumptionReseller = "consumption_reseller"
)

// ResellerOf is the partner of record among participants; empty when there is none.
func ResellerOf(ps []Participant) string {
	for _, p := range ps {
		if p.Key == TransactionReseller {
			return p.Value
		}
	}
	return ""
}

// InTrial tells whether the free days are running.
func (s Subscription) InTrial(now time.Time) bool {
	return s.Class == catalog.Trial || !s.TrialUntil.IsZero() && now.Before(s.TrialUntil)
}

// schedule is the charged periods of the current term.
func (s Subscription) schedule() []when.Period {
	return billing.Schedule(s.Current, s.AnchorDay, s.Term, s.Plan)
}

// Due is the next instant at which something happens by itself; zero when nothing ever will.
func (s Subscription) Due(pendingFor time.Duration) time.Time {
	var due time.Time
	consider := func(t time.Time) {
		if !t.IsZero() && (due.IsZero() || t.Before(due)) {
			due = t
		}
	}
	switch s.State {
	case Pending:
		consider(s.OrderedAt.Add(pendingFor))
	case Cancelled: // its data is gone, the term is still paid (F41)
		consider(s.NextCharge)
	case Active, Suspended:
		consider(s.NextCharge)
		if s.State == Suspended {
			consider(s.DataUntil)
		}
		if !s.TrialUntil.IsZero() && s.Current.Start.IsZero() {
			consider(s.TrialUntil)
		}
		if !s.Current.End.IsZero() && !s.Lapsed() {
			consider(s.Current.End)
		}
	}
	return due
}

// Behind tells that something fell due at or before now and is not done yet. What is decided of the subscription depends
// on it: a charge to come, or a renewal that opens a new window. Such acts are refused until Step was there (E13, E14).
func (s Subscription) Behind(now time.Time) bool {
	due := s.Due(policy.PendingFor)
	return !due.IsZero() && !now.Before(due)
}

// settling is the refusal of an act on a subscription that is behind: trying again helps, the sweep is on its way.
func settling() *fault.Fault { return fault.Unavailable("subscription.settling", nil) }

// termOver tells that the running term, or the free days, ended at or before now and nobody has said what follows.
func (s Subscription) termOver(now time.Time) bool {
	end := s.TermEnd()
	return !end.IsZero() && !now.Before(end) && !s.Lapsed()
}

// TermEnd is the end of the running term, or of the free days before it; zero when there is none.
func (s Subscription) TermEnd() time.Time {
	if s.Current.Start.IsZero() {
		return s.TrialUntil
	}
	return s.Current.End
}

// Lapsed tells that the term ended while suspended: charging has stopped, data and the right to reactivate stay (E22).
func (s Subscription) Lapsed() bool {
	return s.State == Suspended && s.EndedAt.Equal(s.Current.End) && !s.EndedAt.IsZero()
}

// LineRef names an order line.
type LineRef struct {
	Order id.Order
	Line  int
}

// Outcome is everything a decision changes. Nothing else does.
type Outcome struct {
	Subscriptions []Subscription
	Charges       []billing.Charge // and credits
	Cancelled     []LineRef        // order lines that end; their keys and links die with them (F63)
	Renewed       bool             // Subscriptions[0] runs in a new term and wants an order line
	Renewals      []Renewal        // all that do: add-ons come back in a new term with their base (E22)
	Begun         []Subscription   // new ones, beside those of Subscriptions, which were there before
	Moves         []Move           // seats that somebody's act put on a new order line
	EndsAt        time.Time        // when the (first) subscription ends; zero: it goes on
	Acknowledged  bool             // with Cancelled: use stops on both sides, copies are deleted (F65); said by who cancels
}

// Renewal names a subscription that now stands on a new order line, and the line it stood on.
type Renewal struct {
	Subscription id.Subscription
	Before       LineRef
}

// Move names seats that now are something else, on an order line of their own: a converted trial (F76), or seats of
// another SKU. From is the subscription they were of, which may be the same.
type Move struct {
	Subscription id.Subscription
	From         id.Subscription
	Before       LineRef // the line they stood on
	Item         id.Item // what they were
	Trial        bool    // a trial, now paid; else seats of another SKU
	Cycle        bool    // the same, charged by another plan
}

// And is the outcome of two decisions about different subscriptions.
func (o Outcome) And(more Outcome) Outcome {
	o.merge(more)
	return o
}

func (o *Outcome) merge(more Outcome) {
	o.Subscriptions = append(o.Subscriptions, more.Subscriptions...)
	o.Charges = append(o.Charges, more.Charges...)
	o.Cancelled = append(o.Cancelled, more.Cancelled...)
	o.Renewals = append(o.Renewals, more.Renewals...)
	o.Begun = append(o.Begun, more.Begun...)
	o.Moves = append(o.Moves, more.Moves...)
}
