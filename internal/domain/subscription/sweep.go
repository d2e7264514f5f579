package subscription

import (
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Step does what falls due for a subscription at its Due instant, once: the next charge, the end of a trial, a renewal,
// an end, the loss of suspended data (F23, F31, F38, F39, F74, F76, E12–E14, E16, E22). Late or not, it is decided at the
// original instant. base is the subscription an add-on hangs on, nil for others.
func Step(ids id.Source, h Held, base *Subscription, quote Quoter, pendingFor time.Duration) (Outcome, error) {
	s, at := h.Subscription, h.Due(pendingFor)
	switch {
	case at.IsZero():
		return Outcome{}, nil
	case s.State == Pending: // never activated, never billed (F74)
		return finish(s, Cancelled, at), nil
	case s.State == Suspended && at.Equal(s.DataUntil):
		return dataGone(ids, s, at)
	case at.Equal(s.NextCharge):
		if s.uncharged() {
			return s.pass(), nil
		}
		if s.State == Cancelled {
			s.Slot = 0 // given back when it ended
		}
		return s.charge(ids, billing.Cycle, s.ChargeNo, at)
	case s.Class == catalog.Trial:
		return finish(s, Expired, at), nil
	case s.State == Suspended: // no term starts while suspended, charging stops; reactivating starts one (E22)
		if s.Current.Start.IsZero() {
			s.Current = when.Period{Start: at, End: at}
		}
		s.EndedAt, s.NextCharge = at, time.Time{}
		return Outcome{Subscriptions: []Subscription{s}}, nil
	case !s.AutoRenew, base != nil && !outlives(*base, quote, at):
		return finish(s, Expired, at), nil
	case s.Current.Start.IsZero(): // a publisher's free days are over (F23)
		s.AnchorDay = at.Day()
		return startTerm(ids, s, Quote{Tariff: s.Tariff}, at, false)
	}
	next, q, ok := s.renewal(quote, at)
	if !ok {
		return finish(s, Expired, at), nil // E16
	}
	return startTerm(ids, next, q, at, true)
}

// OnlyCharged tells whether the next Step is a charge of the running term and nothing else: then it depends on nothing but
// the subscription, and comes to the same before and after the steps of others.
func (s Subscription) OnlyCharged(pendingFor time.Duration) bool {
	at := s.Due(pendingFor)
	return !at.IsZero() && at.Equal(s.NextCharge) && s.State != Pending && !(s.State == Suspended && at.Equal(s.DataUntil))
}

// uncharged tells whether what falls due while it is suspended is not charged, by the row of its suspension (E21).
func (s Subscription) uncharged() bool {
	return s.State == Suspended && !policy.ChargedSuspended(s.SuspendedAt)
}

// pass lets a charged period begin without a charge.
func (s Subscription) pass() Outcome {
	s.Batches = slices.Clone(s.Batches)
	for i := range s.Batches {
		s.Batches[i].Charge = ""
	}
	s.plan(s.schedule(), s.ChargeNo+1)
	return Outcome{Subscriptions: []Subscription{s}}
}

// outlives tells whether a base goes on after an instant at which its own term may end, whether it was stepped there
// already or not.
func outlives(base Subscription, quote Quoter, at time.Time) bool {
	if base.State != Active || base.TermEnd().After(at) {
		return base.State == Active
	}
	_, _, sold := base.renewal(quote, at)
	return sold && base.AutoRenew && base.Class != catalog.Trial
}

// finish ends a subscription by itself. One that is cancelled takes its order line along: the keys die with it.
func finish(s Subscription, state State, at time.Time) Outcome {
	s.State, s.EndedAt, s.NextCharge, s.Scheduled = state, at, time.Time{}, NextTerm{}
	out := Outcome{Subscriptions: []Subscription{s}, EndsAt: at}
	if state == Cancelled {
		out.Cancelled = []LineRef{{s.Order, s.Line}}
	}
	return out
}

// dataGone ends a subscription that stayed suspended too long (F31). What is left of its term is charged as it would have
// been, for the whole term is owed (F41, and E21's row); the next charge, if it falls due at the very instant, with the end.
func dataGone(ids id.Source, s Subscription, at time.Time) (Outcome, error) {
	out := finish(s, Cancelled, at)
	if s.NextCharge.IsZero() || s.uncharged() {
		return out, nil
	}
	ended := &out.Subscriptions[0]
	ended.NextCharge = s.NextCharge
	if !s.NextCharge.Equal(at) {
		return out, nil
	}
	charged, err := ended.charge(ids, billing.Cycle, s.ChargeNo, at)
	out.Subscriptions, out.Charges = charged.Subscriptions, charged.Charges
	return out, err
}
