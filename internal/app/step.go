package app

import (
	"strconv"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// stepper does what falls due for subscriptions of one customer, in the transaction of an act: the sweep's own, or one
// that cannot be decided before.
type stepper struct {
	app      *App
	tx       Tx
	act      *Act
	customer party.Customer
	rules    []policy.CancelRule
}

// step does the next thing that is due for h, at its original instant (E13). next is when something is due again.
func (s stepper) step(h subscription.Held) (done Happened, next time.Time, err error) {
	var base *subscription.Subscription
	if h.Parent != "" {
		b, err := s.tx.Subscription(s.act.Actor.Scope, s.customer.ID, h.Parent)
		if err != nil {
			return done, next, err
		}
		base = &b
	}
	at := due(h.Subscription)
	if w, ok := warningAt(h.Subscription, at); ok {
		return s.warn(h.Subscription, base, w)
	}
	out, err := subscription.Step(s.app.IDs, h, base, s.app.quoter(s.tx, s.customer), policy.PendingFor)
	if err != nil {
		return done, next, err
	}
	save := saver{s.app, s.tx, s.act, s.customer, at}
	if err := save.outcome(out); err != nil {
		return done, next, err
	}
	done = Happened{At: at, What: whatHappened(h.Subscription, out), Customer: s.customer.ID, Subscription: h.ID}
	rec := save.stepped(done, out.Charges)
	rec.Changes = subscriptionChanges(h.Subscription, out.Subscriptions[0])
	return done, due(out.Subscriptions[0]), s.tx.AddRecord(rec)
}

// stepped is the record of a step; one that only charges changes nothing else.
func (s saver) stepped(done Happened, charges []billing.Charge) activity.Record {
	return s.recorded(activity.UpdateSubscription, activity.Subscription, string(done.Subscription), append([]activity.Detail{
		{Key: "SubscriptionId", Value: string(done.Subscription)}, {Key: "Status", Value: done.What},
	}, moneyDetails(charges)...)...)
}

// warningAt is the look (E16) that is what is due of a subscription at an instant.
func warningAt(s subscription.Subscription, at time.Time) (subscription.Warning, bool) {
	w, ok := s.NextWarning()
	return w, ok && w.At.Equal(at)
}

// warn looks at a term that nears its end, and records that it is the last when what is subscribed was withdrawn (E16). next
// is when something is due again.
func (s stepper) warn(sub subscription.Subscription, base *subscription.Subscription, w subscription.Warning) (done Happened, next time.Time, err error) {
	withdrawn := sub.Withdrawn(base, s.app.quoter(s.tx, s.customer))
	sub.Warned = w.At
	next = due(sub)
	if err := s.tx.Looked(Scheduled{sub, next}, when.Never); err != nil || !withdrawn {
		return done, next, err
	}
	save := saver{s.app, s.tx, s.act, s.customer, w.At}
	done = Happened{At: w.At, What: "offer_withdrawn", Customer: s.customer.ID, Subscription: sub.ID}
	return done, next, save.record(activity.UpdateSubscription, activity.Subscription, string(sub.ID),
		activity.Detail{Key: "SubscriptionId", Value: string(sub.ID)}, activity.Detail{Key: "Status", Value: done.What},
		activity.Detail{Key: "DaysLeft", Value: strconv.Itoa(w.Days)}, activity.Detail{Key: "EndsAt", Value: sub.Current.End.UTC().Format(time.RFC3339Nano)})
}

// maxSettled bounds what an act catches up with: twenty years of monthly charges. More is left to the sweep.
const maxSettled = 250

// settle does everything due by now for a subscription, the base it hangs on and its add-ons, so that what follows is
// decided on what they are and not on what the sweep has not come to yet (E13, E14). It gives the subscription and its
// add-ons as they then are; the customer of s is level with them.
func (s *stepper) settle(sub id.Subscription, now time.Time) (own subscription.Subscription, addOns []subscription.Subscription, err error) {
	scope, c := s.act.Actor.Scope, s.customer.ID
	for n := 0; ; n++ {
		if own, err = s.tx.Subscription(scope, c, sub); err != nil {
			return own, nil, err
		}
		if addOns, err = s.tx.Subscriptions(scope, c, SubscriptionQuery{Parent: sub}); err != nil {
			return own, nil, err
		}
		all := append([]subscription.Subscription{own}, addOns...)
		if own.Parent != "" {
			base, err := s.tx.Subscription(scope, c, own.Parent)
			if err != nil {
				return own, nil, err
			}
			all = append(all, base)
		}
		first := -1
		for i, one := range all {
			if one.Behind(now) && (first < 0 || due(one).Before(due(all[first]))) {
				first = i
			}
		}
		if first < 0 || n == maxSettled {
			return own, addOns, nil
		}
		h, err := s.app.hold(s.tx, scope, all[first], s.rules)
		if err != nil {
			return own, nil, err
		}
		if _, _, err := s.step(h); err != nil {
			return own, nil, err
		}
		// A charge may have opened the customer's first billing period: the row has a new version.
		if s.customer, err = s.tx.Customer(scope, c); err != nil {
			return own, nil, err
		}
	}
}

func whatHappened(before subscription.Subscription, out subscription.Outcome) string {
	switch {
	case len(out.Renewals) > 0:
		return "renewed"
	case len(out.Subscriptions) > 0 && out.Subscriptions[0].State != before.State:
		return string(out.Subscriptions[0].State)
	case len(out.Charges) > 0 && out.Charges[0].Kind == billing.Convert:
		return "trial_converted"
	case len(out.Charges) > 0:
		return "charged"
	case len(out.Subscriptions) > 0 && out.Subscriptions[0].ChargeNo != before.ChargeNo: // while suspended (E21)
		return "uncharged"
	}
	return "term_ended"
}
