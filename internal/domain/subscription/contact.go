package subscription

import (
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// Support is the partner that helps the customer with a subscription; the zero one is the partner that sells it.
type Support struct {
	Tenant id.Partner
	MPN    string // the partner's id in the trade programme
	Name   string
}

// SetSupport names who helps. Fault "subscription.deleted".
func SetSupport(s Subscription, by Support) (Outcome, error) {
	switch {
	case !s.State.Live():
		return Outcome{}, fault.Refuse("subscription.deleted", nil)
	case s.Support == by:
		return Outcome{}, nil
	}
	s.Support = by
	return Outcome{Subscriptions: []Subscription{s}}, nil
}

// Register makes a subscription that is charged by use known for reservations (contract.md §10), at once; a second time
// changes nothing. Faults: "register.not_by_use", "register.not_active".
func Register(s Subscription) (Outcome, error) {
	switch {
	case s.Class != catalog.Metered:
		return Outcome{}, fault.Refuse("register.not_by_use", nil)
	case s.State != Active:
		return Outcome{}, fault.Refuse("register.not_active", nil)
	case s.Registered:
		return Outcome{}, nil
	}
	s.Registered = true
	return Outcome{Subscriptions: []Subscription{s}}, nil
}
