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
	End        End      // where the term is made to end; zero: a whole term
}

// Begin starts what was bought: at once, or, for a publisher's plan, waits for its activation (F74). base is the
// subscription an add-on hangs on, or the term that a term of choice ends with (AlignedTo): it ends with it, its first
// charge is for the days that remain (F28).
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
		return s.join(ids, *base, billing.New, now)
	}
	s.AnchorDay = now.Day()
	return startTerm(ids, s, Quote{Tariff: s.Tariff, AutoRenew: s.AutoRenew, Switchable: s.Switchable}, now, false)
}

// Activate is the publisher's word that a customer is set up (F74): the free days start, or else the term and its first
// charge. Metered plans have no charge by term. At order + policy.PendingFor itself it is too late.
// Faults: "subscription.deleted", "activate.already".
func Activate(ids id.Source, s Subscription, now time.Time) (Outcome, error) {
	switch {
	case s.State == Active, s.State == Suspended:
		return Outcome{}, fault.Conflict("activate.already", nil)
	case s.State != Pending, s.Behind(now):
		return Outcome{}, fault.Refuse("subscription.deleted", nil)
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
	kind, before := billing.New, LineRef{s.Order, s.Line}
	switch {
	case renewal:
		kind, s = billing.Renew, s.onLine(q, at)
	case !s.TrialUntil.IsZero():
		kind = billing.Convert
	}
	s.Tariff = q.Tariff
	s.Current = when.Period{Start: at}
	if !s.Term.IsZero() {
		s.Current.End = when.Next(at, s.AnchorDay, s.Term)
	}
	s.Batches = []Batch{{Quantity: s.Quantity, At: s.LineAt}}
	out, err := Outcome{}, error(nil)
	switch {
	case !q.End.At.IsZero():
		out, err = s.join(ids, s.AlignedTo(q.End), kind, at)
	case s.Class == catalog.Metered: // charged by use
		s.ChargeNo, s.NextCharge = 0, time.Time{}
		out.Subscriptions = []Subscription{s}
	default:
		out, err = s.charge(ids, kind, 0, at)
	}
	if renewal {
		out.Renewed, out.Renewals = true, []Renewal{{s.ID, before}}
	}
	return out, err
}

// renewUnder brings an add-on whose term is over back for the rest of its base's term (F28).
func renewUnder(ids id.Source, s, base Subscription, q Quote, now time.Time) (Outcome, error) {
	before := LineRef{s.Order, s.Line}
	s = s.onLine(q, now)
	s.Tariff = q.Tariff
	out, err := s.join(ids, base, billing.Renew, now)
	out.Renewed, out.Renewals = true, []Renewal{{s.ID, before}}
	return out, err
}

// onLine is the subscription on the order line its new term stands on.
func (s Subscription) onLine(q Quote, at time.Time) Subscription {
	s.LineAt = at
	if q.Order != "" {
		s.Order, s.Line = q.Order, 0
	}
	s.AutoRenew, s.Switchable = q.AutoRenew, q.Switchable
	return s
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

// join takes a subscription into its base's running term and charges the days that remain of the charged period (F28).
func (s Subscription) join(ids id.Source, base Subscription, kind billing.Kind, now time.Time) (Outcome, error) {
	s.AnchorDay, s.Current = base.AnchorDay, base.Current
	s.Batches = []Batch{{Quantity: s.Quantity, At: now}}
	if s.Class == catalog.Metered {
		s.ChargeNo, s.NextCharge = 0, time.Time{}
		return Outcome{Subscriptions: []Subscription{s}}, nil
	}
	c, err := s.rest(ids, kind, s.Quantity, now)
	if err != nil {
		return Outcome{}, err
	}
	s.Batches[0].Charge = c.ID
	s.plan(s.schedule(), c.Part+1)
	return Outcome{Subscriptions: []Subscription{s}, Charges: []billing.Charge{c}}, nil
}

// rest is the charge for seats from now to the end of the running charged period. The charges that follow are for all
// seats and come when they are due.
func (s Subscription) rest(ids id.Source, kind billing.Kind, seats int64, now time.Time) (billing.Charge, error) {
	periods := s.schedule()
	no := 0
	for no < len(periods)-1 && !now.Before(periods[no].End) {
		no++
	}
	return s.Tariff.ChargeRest(s.chargeOf(ids, kind, seats, periods[no], now), no, len(periods))
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
		Subscription: s.ID, Imported: s.Item.Imported(), Period: p, Quantity: quantity,
	}
}
