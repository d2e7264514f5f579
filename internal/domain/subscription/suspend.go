package subscription

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
)

// The reasons of a suspension that callers give; the API gives none (F30).
const (
	ReasonUnspecified = "unspecified"
	ReasonCustomer    = "customer_cancellation"
	ReasonNonPayment  = "non_payment"
	ReasonFraud       = "fraud"
)

// Account is what F31 counts from: the customer record and its first billing period (zero: none yet).
type Account struct{ Created, FirstBilling time.Time }

// Suspend stops a subscription and its active add-ons together (F29, F30); its data is kept until the instant of F31.
// Faults: "subscription.deleted", "suspend.already", "subscription.pending", "suspend.trial" for first-party trials, which
// are cancelled instead (P12), "subscription.settling" at or after a term end that is not dealt with: the renewal wins.
func Suspend(s Subscription, children []Subscription, acc Account, reason string, now time.Time) (Outcome, error) {
	switch s.State {
	case Cancelled, Expired:
		return Outcome{}, fault.Refuse("subscription.deleted", nil)
	case Suspended:
		return Outcome{}, fault.Conflict("suspend.already", nil)
	case Pending:
		return Outcome{}, fault.Refuse("subscription.pending", nil)
	}
	switch {
	case s.Class == catalog.Trial:
		return Outcome{}, fault.Refuse("suspend.trial", nil)
	case s.termOver(now):
		return Outcome{}, settling()
	}
	until := policy.RetentionAt(now).DataUntil(now, acc.Created, acc.FirstBilling)
	var out Outcome
	for i, c := range append([]Subscription{s}, children...) {
		if c.State != Active {
			continue
		}
		c.State, c.SuspendedAt, c.DataUntil, c.SuspensionReason, c.SuspendedByParent = Suspended, now, until, reason, i > 0
		out.Subscriptions = append(out.Subscriptions, c)
	}
	return out, nil
}

// Quoter prices a new term at an instant: the rows in force then. ok is false when the item is no longer sold (E16).
type Quoter func(s Subscription, at time.Time) (q Quote, ok bool)

// Reactivate brings a suspended subscription back, and the add-ons its suspension took along (F29, F32), before its data
// is gone: at DataUntil itself it is refused (E20). A term that ended meanwhile is followed by a new one from now, at
// now's price (E22), an add-on's by the rest of its base's (F28); parent is the base of an add-on, nil for others. An
// add-on that is no longer sold stays suspended and does not hold back its base.
// Faults: "subscription.deleted", "reactivate.not_suspended", "reactivate.too_late", "reactivate.parent",
// "offer.withdrawn", "subscription.settling" while what fell due is not done (Behind).
func Reactivate(ids id.Source, s Subscription, children []Subscription, parent *Subscription, quote Quoter, now time.Time) (Outcome, error) {
	switch {
	case s.State == Cancelled || s.State == Expired:
		return Outcome{}, fault.Refuse("subscription.deleted", nil)
	case s.State != Suspended:
		return Outcome{}, fault.Conflict("reactivate.not_suspended", nil)
	case !now.Before(s.DataUntil):
		return Outcome{}, fault.Refuse("reactivate.too_late", fault.Args{"until": s.DataUntil})
	case parent != nil && parent.State != Active:
		return Outcome{}, fault.Conflict("reactivate.parent", nil)
	}
	var out Outcome
	for i, c := range append([]Subscription{s}, children...) {
		base := parent
		if i > 0 {
			base = &out.Subscriptions[0]
			if c.State != Suspended || !c.SuspendedByParent {
				continue
			}
		}
		if c.Behind(now) {
			return Outcome{}, settling()
		}
		back, err := reactivate(ids, c, base, quote, now)
		switch f := fault.Of(err); {
		case f != nil && f.Code == "offer.withdrawn" && i > 0:
			continue
		case err != nil:
			return Outcome{}, err
		}
		out.merge(back)
		out.Renewed = out.Renewed || i == 0 && back.Renewed
	}
	return out, nil
}

func reactivate(ids id.Source, s Subscription, base *Subscription, quote Quoter, now time.Time) (Outcome, error) {
	lapsed := s.Lapsed()
	s.State, s.SuspendedAt, s.DataUntil, s.SuspensionReason, s.SuspendedByParent = Active, time.Time{}, time.Time{}, "", false
	if !lapsed {
		return Outcome{Subscriptions: []Subscription{s}}, nil
	}
	s, q, ok := s.renewal(quote, now)
	if !ok {
		return Outcome{}, fault.Refuse("offer.withdrawn", nil)
	}
	s.EndedAt = time.Time{}
	if base != nil {
		return renewUnder(ids, s, *base, q, now)
	}
	s.AnchorDay = now.Day()
	return startTerm(ids, s, q, now, true)
}

// SetAutoRenew switches renewal on or off (F38, F39); at the very renewal instant, or that at which free days become
// paid (F23), the renewal wins (E14). Switched off, what was planned for the next term is gone.
// Faults: "subscription.deleted", "auto_renew.not_offered", "auto_renew.too_late".
func SetAutoRenew(s Subscription, on bool, now time.Time) (Outcome, error) {
	switch {
	case s.State == Cancelled || s.State == Expired:
		return Outcome{}, fault.Refuse("subscription.deleted", nil)
	case !s.Switchable || s.Class == catalog.Trial:
		return Outcome{}, fault.Refuse("auto_renew.not_offered", nil)
	case !s.TermEnd().IsZero() && !now.Before(s.TermEnd()):
		return Outcome{}, fault.Refuse("auto_renew.too_late", fault.Args{"until": s.TermEnd()})
	}
	if s.AutoRenew = on; !on {
		s.Scheduled = NextTerm{} // nothing follows that it could change
	}
	return Outcome{Subscriptions: []Subscription{s}}, nil
}

// Rename gives a subscription a name of the partner's own (F21). Fault: "subscription.deleted".
func Rename(s Subscription, name string) (Outcome, error) {
	if !s.State.Live() {
		return Outcome{}, fault.Refuse("subscription.deleted", nil)
	}
	s.FriendlyName = name
	return Outcome{Subscriptions: []Subscription{s}}, nil
}
