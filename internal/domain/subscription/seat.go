package subscription

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// Seat is one of a subscription's seats, given to one of its customer's people (R18).
type Seat struct {
	Subscription id.Subscription
	User         id.User
	At           time.Time
}

// Seated tells whether a subscription's seats are given to people: those of online services and of SaaS by licence. A
// device or a server uses software, and nobody a reservation (D).
func (s Subscription) Seated() bool {
	return (s.Kind == catalog.OnlineService || s.Kind == catalog.SaaS) && s.Class != catalog.Metered
}

// SeatsToGive is how many seats people can have: as many as stay at the next renewal, where that has fewer. Nobody loses a
// seat by a renewal (D).
func (s Subscription) SeatsToGive() int64 {
	if next := s.Scheduled.Quantity; next > 0 {
		return min(s.Quantity, next)
	}
	return s.Quantity
}

// GiveSeat gives one of the seats to a person at now; used of them are given. One that was given stays through a suspension
// and ends with the subscription. Faults: "seat.none" where seats are not people's, "subscription.pending",
// "subscription.deleted", "seat.suspended", "seat.full" with how many there are, "subscription.settling".
func (s Subscription) GiveSeat(user id.User, used int64, now time.Time) (Seat, error) {
	switch {
	case !s.Seated():
		return Seat{}, fault.Refuse("seat.none", nil)
	case s.State == Pending:
		return Seat{}, fault.Refuse("subscription.pending", nil)
	case s.State == Suspended:
		return Seat{}, fault.Refuse("seat.suspended", nil)
	case !s.State.Live():
		return Seat{}, fault.Refuse("subscription.deleted", nil)
	case s.termOver(now):
		return Seat{}, settling()
	case used >= s.SeatsToGive():
		return Seat{}, fault.Refuse("seat.full", fault.Args{"title": s.Title, "seats": s.SeatsToGive()})
	}
	return Seat{Subscription: s.ID, User: user, At: now}, nil
}

// KeepSeats refuses a number of seats below those that people have: who loses one is somebody's decision, not the order
// of a list (D). Fault "seat.assigned" with how many are given.
func (s Subscription) KeepSeats(quantity, used int64) error {
	if quantity < used {
		return fault.Refuse("seat.assigned", fault.Args{"assigned": used, "over": used - quantity})
	}
	return nil
}
