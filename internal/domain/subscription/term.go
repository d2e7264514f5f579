package subscription

import (
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Quote is the rows a new term is made with: price and tax at its start, and the cancellation row it pins.
type Quote struct {
	Tariff     billing.Tariff
	AutoRenew  bool
	Switchable bool
	Order      id.Order // the new order line a renewal stands on; empty when the term belongs to the line it has
}

// Begin starts what was bought: at once, or, for a publisher's plan, waits for its activation (F74). base is the
// subscription an add-on hangs on: it ends with it, its first charge is for the days that remain (F28).
func Begin(ids id.Source, s Subscription, base *Subscription, now time.Time) (Outcome, error) {
	switch {
	case s.Kind == catalog.SaaS:
		s.State = Pending
		return Outcome{Subscriptions: []Subscription{s}}, nil
	case s.Class == catalog.Trial:
		s.State = Active
		s.Current = when.Period{Start: now, End: now.Add(time.Duration(s.TrialDays) * 24 * time.Hour)}
		s.TrialUntil = s.Current.End
		return Outcome{Subscriptions: []Subscription{s}}, nil
	}
	s.State = Active
	if base != nil {
		s.AnchorDay, s.Current = base.AnchorDay, base.Current
		return s.join(ids, billing.New, now)
	}
	s.AnchorDay = now.Day()
	return startTerm(ids, s, Quote{Tariff: s.Tariff, AutoRenew: s.AutoRenew, Switchable: s.Switchable}, now, false)
}

// Activate is the publisher's word that a customer is set up (F74): the free days start, or else the term and its first
// charge. Metered plans have no charge by term. Faults: "subscription.deleted", "activate.already".
func Activate(ids id.Source, s Subscription, now time.Time) (Outcome, error) {
	switch s.State {
	case Cancelled, Expired:
		return Outcome{}, fault.Refuse("subscription.deleted", nil)
	case Active, Suspended:
		return Outcome{}, fault.Conflict("activate.already", nil)
	}
	s.State, s.AnchorDay = Active, now.Day()
	if s.TrialDays > 0 {
		s.TrialUntil = now.Add(time.Duration(s.TrialDays) * 24 * time.Hour)
		return Outcome{Subscriptions: []Subscription{s}}, nil
	}
	return startTerm(ids, s, Quote{Tariff: s.Tariff, AutoRenew: s.AutoRenew, Switchable: s.Switchable}, now, false)
}

// startTerm opens a term at an instant and makes its first charge. On a renewal the line it stands on is new.
func startTerm(ids id.Source, s Subscription, q Quote, at time.Time, renewal bool) (Outcome, error) {
	kind := billing.New
	if !s.TrialUntil.IsZero() && !renewal {
		kind = billing.Convert
	}
	if renewal {
		kind = billing.Renew
		s.LineAt, s.Line = at, 0
		if q.Order != "" {
			s.Order = q.Order
		}
		s.AutoRenew, s.Switchable = q.AutoRenew, q.Switchable
	}
	s.Tariff = q.Tariff
	s.Current = when.Period{Start: at, End: when.Next(at, s.AnchorDay, s.Term)}
	s.Batches = []Batch{{Quantity: s.Quantity, At: s.LineAt}}
	if s.Class == catalog.Metered {
		s.NextCharge = time.Time{}
		return Outcome{Subscriptions: []Subscription{s}, Renewed: renewal}, nil
	}
	out, err := s.charge(ids, kind, 0, at)
	out.Renewed = renewal
	return out, err
}

// charge makes charge no of the term for all seats and sets the next one.
func (s Subscription) charge(ids id.Source, kind billing.Kind, no int, at time.Time) (Outcome, error) {
	periods := s.schedule()
	c, err := s.Tariff.Charge(s.chargeOf(ids, kind, s.Quantity, periods[no], at), no, len(periods))
	if err != nil {
		return Outcome{}, err
	}
	s.Batches = slices.Clone(s.Batches)
	for i := range s.Batches {
		s.Batches[i].Charge = c.ID
	}
	s.plan(periods, no+1)
	return Outcome{Subscriptions: []Subscription{s}, Charges: []billing.Charge{c}}, nil
}

// join charges seats that come in during a term for the days that remain of the running charged period (F28).
func (s Subscription) join(ids id.Source, kind billing.Kind, now time.Time) (Outcome, error) {
	s.Batches = []Batch{{Quantity: s.Quantity, At: now}}
	c, err := s.rest(ids, kind, s.Quantity, now)
	if err != nil {
		return Outcome{}, err
	}
	s.Batches[0].Charge = c.ID
	return Outcome{Subscriptions: []Subscription{s}, Charges: []billing.Charge{c}}, nil
}

// rest is the charge for seats from now to the end of the running charged period; it also sets the charge after it.
func (s *Subscription) rest(ids id.Source, kind billing.Kind, seats int64, now time.Time) (billing.Charge, error) {
	periods := s.schedule()
	no := 0
	for no < len(periods)-1 && !now.Before(periods[no].End) {
		no++
	}
	c, err := s.Tariff.ChargeRest(s.chargeOf(ids, kind, seats, periods[no], now), no, len(periods))
	if err == nil {
		s.plan(periods, no+1)
	}
	return c, err
}

func (s *Subscription) plan(periods []when.Period, next int) {
	s.ChargeNo, s.NextCharge = next, time.Time{}
	if next < len(periods) {
		s.NextCharge = periods[next].Start
	}
}

func (s Subscription) chargeOf(ids id.Source, kind billing.Kind, quantity int64, p when.Period, at time.Time) billing.Charge {
	return billing.Charge{
		ID: id.Charge(ids.GUID()), Kind: kind, At: at, Customer: s.Customer, Order: s.Order, Line: s.Line,
		Subscription: s.ID, Period: p, Quantity: quantity,
	}
}
