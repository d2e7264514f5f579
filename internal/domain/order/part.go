package order

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// MayEnd tells whether the relationship with a customer of these subscriptions can end now (R12): no reservation lives, and
// what can be suspended is. Software that is no subscription to look at (F40) runs out by itself and holds nothing up.
// Faults: "customer.reservations", "customer.active" with how many there are.
func MayEnd(subs []subscription.Subscription) error {
	reserved, active := 0, 0
	for _, s := range subs {
		switch {
		case !s.State.Live():
		case s.Kind == catalog.Reservation:
			reserved++
		case s.State != subscription.Suspended && policy.Visible(s.Class, s.OrderedAt):
			active++
		}
	}
	switch {
	case reserved > 0:
		return fault.Refuse("customer.reservations", fault.Args{"count": reserved})
	case active > 0:
		return fault.Refuse("customer.active", fault.Args{"count": active})
	}
	return nil
}

// MayDelete tells whether a customer with these orders and subscriptions can be deleted: its software and its reservations
// are cancelled, or their terms are over. Faults: "customer.reservations", "customer.software", with how many lines there are.
func MayDelete(orders []Order, subs []subscription.Subscription) error {
	live := map[id.Subscription]bool{}
	for _, s := range subs {
		live[s.ID] = s.State.Live()
	}
	reserved, software := 0, 0
	for _, o := range orders {
		for _, l := range o.Lines {
			switch {
			case l.State != LineActive || l.Subscription != "" && !live[l.Subscription]:
			case l.Kind == catalog.Reservation:
				reserved++
			case l.Class.Software():
				software++
			}
		}
	}
	switch {
	case reserved > 0:
		return fault.Refuse("customer.reservations", fault.Args{"count": reserved})
	case software > 0:
		return fault.Refuse("customer.software", fault.Args{"count": software})
	}
	return nil
}

// Dissolve ends what a deleted customer has left, at now: online subscriptions and their add-ons, each credited by its own
// row if inside its own window (P05–P12), else with nothing given back and nothing more charged.
func Dissolve(ids id.Source, subs []subscription.Held, now time.Time) (out subscription.Outcome) {
	for _, h := range subs {
		if h.State.Live() {
			out = out.And(subscription.EndNow(ids, h, now))
		}
	}
	return out
}
