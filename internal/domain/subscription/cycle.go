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

// SetPlan charges the rest of a running term of an imported offer by another billing plan (contract.md §9, the third
// meaning of PATCH): what is left of the running charged period comes back by days, as with a transition, and is charged
// at the other plan's price to the end of that plan's period; the later charges follow its schedule. The term, the windows
// and their row stay. The line it then stands on is onto.
// Faults: "cycle.inactive", "cycle.not_here" for what was not imported, a trial, or is charged by use, "plan.not_offered"
// when the plan is not sold for this term, "subscription.settling".
func SetPlan(ids id.Source, h Held, plan catalog.Plan, shelf Shelf, quote Quoter, onto LineRef, now time.Time) (Outcome, error) {
	s := h.Subscription
	switch {
	case s.State != Active:
		return Outcome{}, fault.Refuse("cycle.inactive", nil)
	case s.Item.Sku != "" || s.Class == catalog.Trial || s.Class == catalog.Metered || s.Current.End.IsZero():
		return Outcome{}, fault.Refuse("cycle.not_here", nil)
	case s.Behind(now):
		return Outcome{}, settling()
	}
	n := s.Wish(NextTerm{Plan: plan})
	if err := n.offered(shelf.To, now); err != nil {
		return Outcome{}, err
	}
	next := s
	next.Plan, next.Class = plan, n.on(shelf.To).Class
	q, ok := quote(next, now)
	if !ok {
		return Outcome{}, fault.Refuse("offer.no_price", nil)
	}
	q.Tariff.Policy = s.Tariff.Policy // the window is inherited, and the row that gave it
	next.Tariff, next.Order, next.Line = q.Tariff, onto.Order, onto.Line
	charges, err := h.rebill(ids, &next, now)
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{
		Subscriptions: []Subscription{next}, Charges: charges,
		Moves: []Move{{Subscription: s.ID, From: s.ID, Before: LineRef{s.Order, s.Line}, Item: s.Item, Cycle: true}},
	}, nil
}

// rebill gives back what is left of each batch's running charge and charges it by the plan of next, whose later charges it
// plans.
func (h Held) rebill(ids id.Source, next *Subscription, now time.Time) ([]billing.Charge, error) {
	mode := policy.Prorated
	if h.Rule.Credit == policy.FullFirstDay {
		mode = policy.FullFirstDay
	}
	all, periods := slices.Clone(h.Charges), next.schedule()
	running := periodAt(periods, now)
	next.plan(periods, running+1)
	next.Batches = slices.Clone(next.Batches)
	var charges []billing.Charge
	for i := range next.Batches {
		b := &next.Batches[i]
		n := slices.IndexFunc(h.Charges, func(c billing.Charge) bool { return c.ID == b.Charge })
		if n < 0 {
			continue
		}
		paid := h.Charges[n]
		credit := billing.CreditSeats(ids, all, paid, b.Quantity, mode, b.At, now)
		if !credit.Gross().IsZero() {
			all, charges = append(all, credit), append(charges, credit)
		}
		from := paid.Period.Start.Add(time.Duration(credit.Kept) * 24 * time.Hour)
		if from.After(paid.Period.End) {
			from = paid.Period.End
		}
		// The day that has begun is the old plan's; where it was the last of its period the new plan's own period may begin there.
		no := periodAt(periods, from)
		if no > running || !from.Before(periods[no].End) {
			continue // charged when it is due, or nothing is left of the term
		}
		c, err := next.Tariff.ChargeRest(next.chargeOf(ids, billing.Convert, b.Quantity, periods[no], from), no, len(periods))
		if err != nil {
			return nil, err
		}
		c.At, b.Charge = now, c.ID
		charges = append(charges, c)
	}
	return charges, nil
}

// periodAt is the number of the period that an instant is in, the last one where it is after all.
func periodAt(periods []when.Period, at time.Time) int {
	no := 0
	for no < len(periods)-1 && !at.Before(periods[no].End) {
		no++
	}
	return no
}
