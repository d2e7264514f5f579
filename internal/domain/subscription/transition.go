package subscription

import (
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Transition makes seats of a running subscription another SKU at now, for the rest of its term: what is left of the old
// price comes back, what is left of the new one is charged, for the very same days. A day that has begun stays the old
// SKU's; within a batch's first 24 h, where the rule gives all of it back, all of it changes. All seats: the subscription
// keeps its id on a new order line. Some: they are a new one, begun, and the rest stays what it was; software, whose seats
// never change (E17), moves whole. Either way windows, their row and their instants stay those of the seats
// (contract.md §20, 23), and so does the term's end.
// Faults: "subscription.deleted", "subscription.pending", "transition.suspended", "transition.in_trial", those of
// MayBecome, "transition.same", "quantity.fixed", "quantity.out_of_range", "transition.term", "plan.not_offered",
// "transition.add_ons" where an add-on could not hang on the new SKU, "subscription.settling".
func Transition(ids id.Source, h Held, want NextTerm, shelf Shelf, addOns []Subscription, quote Quoter, now time.Time) (Outcome, error) {
	s := h.Subscription
	n := s.Wish(want)
	if err := s.mayTransition(n, shelf, addOns, now); err != nil {
		return Outcome{}, err
	}
	n = n.on(shelf.To)
	next := s.as(n)
	q, ok := quote(next, now)
	if !ok {
		return Outcome{}, fault.Refuse("offer.no_price", nil)
	}
	q.Tariff.Policy = s.Tariff.Policy // the window is inherited, and the row that gave it
	next.Tariff, next.Order, next.Line, next.Scheduled = q.Tariff, q.Order, 0, NextTerm{}
	if n.Quantity < s.Quantity {
		next.ID, next.OrderedAt = id.Subscription(ids.GUID()), now
		next.FriendlyName = n.Title
	}
	kept, moved, charges, err := h.exchange(ids, next, n.Quantity, now)
	if err != nil {
		return Outcome{}, err
	}
	next.Batches = moved
	out := Outcome{
		Charges: charges,
		Moves:   []Move{{Subscription: next.ID, From: s.ID, Before: LineRef{s.Order, s.Line}, Item: s.Item}},
	}
	if n.Quantity == s.Quantity {
		out.Subscriptions = []Subscription{next}
		return out, nil
	}
	s.Batches = kept
	s.Quantity -= n.Quantity
	out.Subscriptions, out.Begun = []Subscription{s}, []Subscription{next}
	return out, nil
}

func (s Subscription) mayTransition(n NextTerm, shelf Shelf, addOns []Subscription, now time.Time) error {
	switch {
	case s.State == Cancelled || s.State == Expired:
		return fault.Refuse("subscription.deleted", nil)
	case s.State == Pending:
		return fault.Refuse("subscription.pending", nil)
	case s.State == Suspended:
		return fault.Refuse("transition.suspended", nil)
	case s.Class == catalog.Trial || s.Current.Start.IsZero():
		return fault.Refuse("transition.in_trial", nil)
	}
	if f := s.MayBecome(shelf, false); f != nil {
		return f
	}
	switch some := n.Quantity < s.Quantity; {
	case sameSku(shelf.To.ID, s.Item):
		return fault.Refuse("transition.same", nil)
	case some && s.Class.Software():
		return fault.Refuse("quantity.fixed", nil)
	case n.Quantity > s.Quantity, some && s.Quantity-n.Quantity < shelf.From.MinQuantity:
		return fault.Refuse("quantity.out_of_range", fault.Args{"min": max(1, shelf.To.Sku.MinQuantity), "max": s.Quantity - shelf.From.MinQuantity})
	case n.Term != s.Term || n.Plan != s.Plan || !n.End.At.IsZero():
		return fault.Refuse("transition.term", nil)
	case !some && shelf.Orphans && slices.ContainsFunc(addOns, func(a Subscription) bool { return a.State.Live() }):
		return fault.Refuse("transition.add_ons", nil)
	case s.Behind(now):
		return settling()
	}
	return n.offered(shelf.To, now)
}

// exchange takes seats out of the batches, oldest first, and pays for each again as a batch of next: credit and charge are
// for the same days.
func (h Held) exchange(ids id.Source, next Subscription, seats int64, now time.Time) (kept, moved []Batch, charges []billing.Charge, err error) {
	mode := policy.Prorated
	if h.Rule.Credit == policy.FullFirstDay {
		mode = policy.FullFirstDay
	}
	all, periods := slices.Clone(h.Charges), h.schedule()
	for _, b := range h.Batches {
		take := min(seats, b.Quantity)
		if b.Quantity -= take; b.Quantity > 0 {
			kept = append(kept, b)
		}
		if take == 0 {
			continue
		}
		seats -= take
		piece := Batch{Quantity: take, At: b.At}
		if i := slices.IndexFunc(h.Charges, func(c billing.Charge) bool { return c.ID == b.Charge }); i >= 0 {
			paid := h.Charges[i]
			credit := billing.CreditSeats(ids, all, paid, take, mode, b.At, now)
			if credit.Kept < paid.Days || paid.Days == 0 {
				c, err := next.instead(ids, paid, credit, periods[paid.Part], len(periods), now)
				if err != nil {
					return nil, nil, nil, err
				}
				piece.Charge = c.ID
				all, charges = append(all, credit), append(charges, credit, c)
			}
		}
		moved = append(moved, piece)
	}
	return kept, moved, charges, nil
}

// instead charges the seats and days that a credit gave back, at another price. p is the whole charged period.
func (s Subscription) instead(ids id.Source, paid, credit billing.Charge, p when.Period, parts int, now time.Time) (billing.Charge, error) {
	from := paid.Period.Start.Add(time.Duration(credit.Kept) * 24 * time.Hour)
	c, err := s.Tariff.ChargeRest(s.chargeOf(ids, billing.Convert, credit.Quantity, p, from), paid.Part, parts)
	c.At = now
	return c, err
}
