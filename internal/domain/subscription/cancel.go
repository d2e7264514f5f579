package subscription

import (
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Held is a subscription with what a decision on it needs: the pinned rule, and the charges of its current term with
// their credits.
type Held struct {
	Subscription
	Rule    policy.CancelRule
	Charges []billing.Charge
}

// Window is what a verdict, a page and the wire tell of the right to cancel, all from one place.
type Window struct {
	Allowed bool      // now
	Until   time.Time // zero when there is no window
	Policy  string
}

// DaysLeft is the UTC calendar days from today to the window's last day (F56): 0 on that day. ok is false outside of a
// window.
func (w Window) DaysLeft(now time.Time) (days int64, ok bool) {
	if !w.Allowed {
		return 0, false
	}
	return when.DaysBetween(now, w.Until.Add(-time.Microsecond)), true
}

// CancelWindow tells until when the subscription can be cancelled with a credit, or without any charge: while it waits
// for its activation (F74), and a trial all along (P12).
func (h Held) CancelWindow(now time.Time) Window {
	w := Window{Policy: h.Rule.ID}
	switch {
	case h.State == Pending:
		w.Until = h.OrderedAt.Add(policy.PendingFor)
	case h.InTrial(now):
		w.Policy, w.Until = "P12", h.TrialUntil
	default:
		w.Until, _ = h.Rule.End(h.LineAt, h.LineAt)
	}
	w.Allowed = h.State.Live() && now.Before(w.Until)
	return w
}

// Cancel decides what becomes of a subscription at now (F33–F36, F59, P01–P12); children are its add-ons, which end with
// it, each credited by its own row if inside its own window (E19). Inside the window it ends at once with the credit of
// billing.Credits; an ISV plan after its window ends at the end of its term instead. Pending ones, trials and metered
// plans end at once, nothing to give back; so does one whose term ended while it was suspended (E22).
// Faults: "cancel.already" (E03), "cancel.window_closed" with the instant, the days and the policy row,
// "subscription.settling" while what fell due is not done (Behind).
func Cancel(ids id.Source, h Held, children []Held, now time.Time) (Outcome, error) {
	return CancelAsked(ids, h, children, now, now)
}

// CancelAsked is Cancel at now of what was asked for at an earlier instant (F70): windows are judged at asked, that of a
// term which began since as well; what was used counts until now.
func CancelAsked(ids id.Source, h Held, children []Held, asked, now time.Time) (Outcome, error) {
	if !h.State.Live() {
		return Outcome{}, fault.Conflict("cancel.already", nil)
	}
	switch w := h.CancelWindow(asked); {
	case h.State == Pending, h.InTrial(now), h.Rule.After == policy.Deprovision:
		return endAll(ids, h, children, policy.NoCredit, asked, now), nil
	case w.Allowed:
		if h.Behind(now) || slices.ContainsFunc(children, func(c Held) bool { return c.State.Live() && c.Behind(now) }) {
			return Outcome{}, settling()
		}
		return endAll(ids, h, children, h.Rule.Credit, asked, now), nil
	case h.Lapsed():
		return endAll(ids, h, children, policy.NoCredit, asked, now), nil
	case h.termOver(now): // a renewal opens a window
		return Outcome{}, settling()
	case h.Rule.After == policy.EndAtTerm:
		h.AutoRenew, h.Scheduled = false, NextTerm{}
		return Outcome{Subscriptions: []Subscription{h.Subscription}, EndsAt: h.Current.End}, nil
	default:
		return Outcome{}, Closed(h.Rule, w.Until)
	}
}

// CancelReserved ends a reservation of a sandbox tenant at now and gives back all that is charged (P07).
// Faults: "cancel.already", "subscription.settling".
func CancelReserved(ids id.Source, h Held, now time.Time) (Outcome, error) {
	switch {
	case !h.State.Live():
		return Outcome{}, fault.Conflict("cancel.already", nil)
	case h.Behind(now):
		return Outcome{}, settling()
	}
	return end(ids, h, policy.Full, now, now), nil
}

// Closed is the refusal of a cancellation outside its window: the row that decided, its days and its end (F57).
func Closed(rule policy.CancelRule, until time.Time) *fault.Fault {
	if until.IsZero() {
		return fault.Refuse("cancel.never", fault.Args{"policy": rule.ID})
	}
	return fault.Refuse("cancel.window_closed", fault.Args{"until": until, "days": rule.Window.Length(), "policy": rule.ID})
}

// EndUncredited ends a subscription and its add-ons at now, whatever its window says: what comes back of it is decided
// elsewhere (F77). Add-ons are credited by their own rows. Faults: "cancel.already", "subscription.settling".
func EndUncredited(ids id.Source, h Held, children []Held, now time.Time) (Outcome, error) {
	switch {
	case !h.State.Live():
		return Outcome{}, fault.Conflict("cancel.already", nil)
	case h.Behind(now) || slices.ContainsFunc(children, func(c Held) bool { return c.State.Live() && c.Behind(now) }):
		return Outcome{}, settling()
	}
	return endAll(ids, h, children, policy.NoCredit, now, now), nil
}

func endAll(ids id.Source, h Held, children []Held, mode policy.CreditMode, asked, now time.Time) Outcome {
	out := end(ids, h, mode, asked, now)
	for _, child := range children {
		if !child.State.Live() {
			continue
		}
		out.merge(end(ids, child, child.ownCredit(asked, now), asked, now))
	}
	return out
}

// EndNow ends a subscription that cannot go on, whatever its window: an add-on with its base (E19), all of a customer who
// is no more. It is credited by its own row inside its own window, else nothing is given back.
func EndNow(ids id.Source, h Held, now time.Time) Outcome {
	return end(ids, h, h.ownCredit(now, now), now, now)
}

// ownCredit is what the subscription's own row gives back where something else ends it: nothing outside its window.
func (h Held) ownCredit(asked, now time.Time) policy.CreditMode {
	if h.State == Pending || !h.CancelWindow(asked).Allowed || h.InTrial(now) {
		return policy.NoCredit
	}
	return h.Rule.Credit
}

// end ends one subscription now with the credits of a mode.
func end(ids id.Source, h Held, mode policy.CreditMode, asked, now time.Time) Outcome {
	credits := billing.CreditsFrom(ids, h.Charges, mode, h.firstDay, asked, now)
	s := h.Subscription
	s.State, s.EndedAt, s.NextCharge, s.AutoRenew, s.Scheduled = Cancelled, now, time.Time{}, false, NextTerm{}
	return Outcome{
		Subscriptions: []Subscription{s}, Charges: credits,
		Cancelled: []LineRef{{s.Order, s.Line}}, EndsAt: now,
	}
}

// firstDay is where the first 24 h of what a charge paid for count from: added seats have their own, also where they have
// become another SKU since (P11).
func (h Held) firstDay(c billing.Charge) time.Time {
	switch c.Kind {
	case billing.AddQuantity:
		return c.At
	case billing.Convert:
		for _, b := range h.Batches {
			if b.Charge == c.ID {
				return b.At
			}
		}
	}
	return h.LineAt
}
