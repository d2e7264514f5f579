package subscription

import (
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
)

// Convert makes a first-party trial the paid subscription it leads to, before its days are over (F76): it keeps its id,
// stands on a new order line and is charged from now. Its window is still that of the trial's order, by the row in force
// then (P12): paying reopens nothing.
// Faults: "subscription.deleted", "conversion.not_trial", "conversion.not_eligible", "quantity.out_of_range",
// "plan.not_offered", "offer.no_price", "subscription.settling".
func Convert(ids id.Source, s Subscription, want NextTerm, shelf Shelf, quote Quoter, rules []policy.CancelRule, now time.Time) (Outcome, error) {
	switch {
	case !s.State.Live():
		return Outcome{}, fault.Refuse("subscription.deleted", nil)
	case s.Class != catalog.Trial:
		return Outcome{}, fault.Refuse("conversion.not_trial", nil)
	case !s.ConvertsTo(shelf):
		return Outcome{}, fault.Refuse("conversion.not_eligible", nil)
	case s.Behind(now):
		return Outcome{}, settling()
	}
	n := s.Wish(want)
	if err := n.offered(shelf.To, now); err != nil {
		return Outcome{}, err
	}
	move := Move{Subscription: s.ID, From: s.ID, Before: LineRef{s.Order, s.Line}, Item: s.Item, Trial: true}
	s = s.as(n.on(shelf.To))
	q, ok := quote(s, now)
	if !ok {
		return Outcome{}, fault.Refuse("offer.no_price", nil)
	}
	rule, _ := policy.For(rules, s.Class, s.LineAt)
	q.Tariff.Policy = rule.ID
	s.Order, s.Line, s.AnchorDay = q.Order, 0, now.Day()
	s.AutoRenew, s.Switchable = policy.AutoRenew(s.Class, now, shelf.To.Sku.AutoRenewable)
	s.TrialUntil, s.Slot = now, 0 // the place of the trial's limit is no longer this subscription's to give back (F13)
	out, err := startTerm(ids, s, Quote{Tariff: q.Tariff}, now, false)
	out.Moves = []Move{move}
	return out, err
}

// ConvertsTo tells whether a trial leads to what the shelf names. What a limit per customer counts is bought, not
// converted to (F13).
func (s Subscription) ConvertsTo(shelf Shelf) bool {
	to := shelf.To.Sku
	return shelf.From != nil && to.LimitUnit == catalog.NoLimit && !to.Trial && !to.Metered && !to.AddOn &&
		shelf.To.Entry.Product.Kind == s.Kind && shelf.To.Entry.Product.Publisher == s.Publisher &&
		slices.Contains(shelf.From.ConvertsTo, catalog.Ref{Product: shelf.To.ID.Product, Sku: to.ID})
}
