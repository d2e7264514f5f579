package subscription

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// Step does what falls due for a subscription at its Due instant, once: the next charge, the end of a trial, a renewal,
// an end, the loss of suspended data (F23, F31, F38, F39, F74, F76, E12–E14, E16, E22). Late or not, it is decided at the
// original instant. base is the subscription an add-on hangs on, nil for others; newOrder names the order a renewal
// would stand on.
func Step(ids id.Source, h Held, base *Subscription, quote Quoter, pendingFor time.Duration) (Outcome, error) {
	s, at := h.Subscription, h.Due(pendingFor)
	switch {
	case at.IsZero():
		return Outcome{}, nil
	case s.State == Pending: // never activated, never billed (F74)
		return finish(s, Cancelled, at), nil
	case s.State == Suspended && at.Equal(s.DataUntil):
		return finish(s, Cancelled, at), nil
	case at.Equal(s.NextCharge):
		return s.charge(ids, billing.Cycle, s.ChargeNo, at)
	case s.Current.Start.IsZero() && at.Equal(s.TrialUntil): // a publisher's free days are over (F23)
		if s.State == Suspended { // no term starts while suspended; reactivating starts it (E22)
			s.Current.End, s.EndedAt = at, at
			s.Current.Start = at
			return Outcome{Subscriptions: []Subscription{s}}, nil
		}
		if !s.AutoRenew {
			return finish(s, Expired, at), nil
		}
		s.AnchorDay = at.Day()
		return startTerm(ids, s, Quote{Tariff: s.Tariff}, at, false)
	case s.State == Suspended: // the term ends while suspended: no renewal, charging stops (E22)
		s.EndedAt, s.NextCharge = at, time.Time{}
		return Outcome{Subscriptions: []Subscription{s}}, nil
	case s.Class == catalog.Trial, !s.AutoRenew, base != nil && !outlives(*base, at):
		return finish(s, Expired, at), nil
	}
	q, ok := quote(s, at)
	if !ok {
		return finish(s, Expired, at), nil // E16
	}
	return startTerm(ids, s, q, at, true)
}

// outlives tells whether a base goes on after an instant at which its term ends.
func outlives(base Subscription, at time.Time) bool {
	return base.State == Active && (base.AutoRenew || base.Current.End.After(at))
}

func finish(s Subscription, state State, at time.Time) Outcome {
	s.State, s.EndedAt, s.NextCharge = state, at, time.Time{}
	return Outcome{Subscriptions: []Subscription{s}, EndsAt: at}
}
