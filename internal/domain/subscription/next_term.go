package subscription

import (
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// NextTerm is what the next renewal changes (R03, contract.md §10): what the subscription sells then, for how long, how it
// is charged, for how many seats. The price is that of the renewal's instant. The zero value changes nothing.
type NextTerm struct {
	Item     id.Item
	Title    string
	UnitType string
	Class    catalog.Class
	Plan     catalog.Plan
	Term     when.Term
	Quantity int64
	End      End // zero: a whole term
}

// IsZero tells that nothing is planned.
func (n NextTerm) IsZero() bool { return n == NextTerm{} }

// Wish is n with what it leaves open taken from the subscription as it is.
func (s Subscription) Wish(n NextTerm) NextTerm {
	if n.Item.Product == "" || n.Item.Product == s.Item.Product && n.Item.Sku == "" {
		n.Item = s.Item
	}
	if n.Plan == "" {
		n.Plan = s.Plan
	}
	if n.Term.IsZero() {
		n.Term = s.Term
	}
	if n.Quantity == 0 {
		n.Quantity = s.Quantity
	}
	return n
}

// Planned tells whether a wish is the plan that stands already: whoever sends back what was read changes nothing.
func (s Subscription) Planned(n NextTerm) bool {
	p := s.Scheduled
	if n.IsZero() || p.IsZero() {
		return false
	}
	n = s.Wish(n)
	return sameSku(n.Item, p.Item) && n.Plan == p.Plan && n.Term == p.Term && n.Quantity == p.Quantity && p.End.told(n.End.At)
}

func sameSku(a, b id.Item) bool { return a.Product == b.Product && a.Sku == b.Sku }

// Shelf is what a change of SKU, seats or term is decided from: the SKU the subscription runs on (nil when it left the
// catalogue), what is asked for as it is on sale now, and where a term may end beside its own end.
type Shelf struct {
	From    *catalog.Sku
	To      catalog.Item
	Ends    []End
	Orphans bool // a live add-on could not hang on To (F26)
}

// Schedule plans what the next renewal changes, in place of any plan before it; the zero wish takes the plan away. The
// seats of software too may be others in a new term. Where add-ons hang on it, its term and end stay theirs (F28), and its
// SKU one that they can hang on.
// Faults: "subscription.deleted", "subscription.pending", "next_term.suspended", "next_term.not_renewing" (F38, F39),
// "next_term.fixed" for what is charged by use or reserved, those of MayBecome, "quantity.out_of_range",
// "plan.not_offered", "next_term.add_ons", "next_term.base", those of Align, "subscription.settling".
func Schedule(s Subscription, want NextTerm, shelf Shelf, addOns []Subscription, now time.Time) (Outcome, error) {
	if want.IsZero() {
		if s.Scheduled.IsZero() {
			return Outcome{}, nil
		}
		s.Scheduled = NextTerm{}
		return Outcome{Subscriptions: []Subscription{s}}, nil
	}
	switch {
	case s.State == Cancelled || s.State == Expired:
		return Outcome{}, fault.Refuse("subscription.deleted", nil)
	case s.State == Pending:
		return Outcome{}, fault.Refuse("subscription.pending", nil)
	case s.State == Suspended:
		return Outcome{}, fault.Refuse("next_term.suspended", nil)
	case s.Class == catalog.Metered || s.Class == catalog.ReservedClass:
		return Outcome{}, fault.Refuse("next_term.fixed", nil)
	case !s.AutoRenew || s.Class == catalog.Trial || s.Current.Start.IsZero():
		return Outcome{}, fault.Refuse("next_term.not_renewing", nil)
	case s.Behind(now):
		return Outcome{}, settling()
	}
	if f := s.MayBecome(shelf, true); f != nil {
		return Outcome{}, f
	}
	n := s.Wish(want)
	if err := n.offered(shelf.To, now); err != nil {
		return Outcome{}, err
	}
	moved := n.Term != s.Term || !n.End.At.IsZero()
	switch {
	case s.Parent != "" && moved:
		return Outcome{}, fault.Refuse("next_term.base", nil)
	case slices.ContainsFunc(addOns, func(a Subscription) bool { return a.State.Live() }) && (moved || shelf.Orphans):
		return Outcome{}, fault.Refuse("next_term.add_ons", nil)
	}
	if !n.End.At.IsZero() {
		var err error
		if n.End, err = Align(n.End.At, s.Current.End, s.AnchorDay, n.Term, shelf.Ends); err != nil {
			return Outcome{}, err
		}
	}
	n = n.on(shelf.To)
	if sameSku(n.Item, s.Item) && n.Plan == s.Plan && n.Term == s.Term && n.Quantity == s.Quantity && n.End.At.IsZero() {
		n = NextTerm{} // as it is
	}
	s.Scheduled = n
	return Outcome{Subscriptions: []Subscription{s}}, nil
}

// on is n on what is sold.
func (n NextTerm) on(to catalog.Item) NextTerm {
	n.Item, n.Title, n.UnitType = to.ID, to.Sku.Title, to.Sku.UnitType
	n.Class = catalog.ClassOf(&to.Entry.Product, to.Sku, n.Plan, n.Term)
	return n
}

// offered asks whether a SKU is sold in these seats, for this term and plan, at an instant (F05, F20).
func (n NextTerm) offered(to catalog.Item, at time.Time) error {
	if least := max(1, to.Sku.MinQuantity); n.Quantity < least || n.Quantity > to.Sku.MaxQuantity {
		return fault.Refuse("quantity.out_of_range", fault.Args{"min": least, "max": to.Sku.MaxQuantity})
	}
	class := catalog.ClassOf(&to.Entry.Product, to.Sku, n.Plan, n.Term)
	_, priced := to.Entry.Price(to.Availability, catalog.Option{Term: n.Term, Plan: n.Plan}, n.Quantity, at)
	if !priced || !policy.PlanAllowed(class, n.Plan, n.Term, at) {
		return fault.Invalid("plan.not_offered", nil)
	}
	return nil
}

// MayBecome says why the subscription cannot go on as another SKU, nil when it can or when that is its own: a SKU leads to
// those it converts to, of the same seller and kind; a renewal may also go back. What a limit per customer counts does
// not move (F13), nor does an add-on; Linux plans are never exchanged (F61). Faults: "transition.not_eligible",
// "offer.withdrawn".
func (s Subscription) MayBecome(shelf Shelf, atRenewal bool) *fault.Fault {
	to := shelf.To.Sku
	switch p := &shelf.To.Entry.Product; {
	case s.Item.Product == shelf.To.ID.Product && s.Item.Sku == shelf.To.ID.Sku:
		return nil
	case shelf.From == nil:
		return fault.Refuse("offer.withdrawn", nil)
	case s.Class == catalog.LinuxPlan, p.LinuxPlan, p.Kind != s.Kind, p.Publisher != s.Publisher, s.Slot > 0,
		s.Parent != "", to.LimitUnit != catalog.NoLimit, to.Trial, to.Metered, to.AddOn:
		return fault.Refuse("transition.not_eligible", nil)
	}
	here := catalog.Ref{Product: s.Item.Product, Sku: shelf.From.ID} // an imported offer's item does not name its SKU
	there := catalog.Ref{Product: shelf.To.ID.Product, Sku: to.ID}
	if slices.Contains(shelf.From.ConvertsTo, there) || atRenewal && slices.Contains(to.ConvertsTo, here) {
		return nil
	}
	return fault.Refuse("transition.not_eligible", nil)
}

// renewal is the subscription as its next term has it, with that term's rows: changed as planned while that is sold, else
// as it was; a term that had to end meanwhile is a whole one. ok is false when neither is sold (E16).
func (s Subscription) renewal(quote Quoter, at time.Time) (next Subscription, q Quote, ok bool) {
	n := s.Scheduled
	s.Scheduled = NextTerm{}
	if !n.IsZero() {
		next = s.as(n)
		if q, ok = quote(next, at); ok {
			if n.End.At.After(at) {
				q.End = n.End
			}
			return next, q, true
		}
	}
	q, ok = quote(s, at)
	return s, q, ok
}

// as is the subscription as what n says. A name that nobody gave goes with the SKU.
func (s Subscription) as(n NextTerm) Subscription {
	if s.FriendlyName == s.Title {
		s.FriendlyName = n.Title
	}
	s.Item, s.Title, s.UnitType, s.Class = n.Item, n.Title, n.UnitType, n.Class
	s.Plan, s.Term, s.Quantity = n.Plan, n.Term, n.Quantity
	return s
}
