package app

import (
	"context"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// Activate plays the publisher of a SaaS plan (F74, R21): the free days start, or else the term and its first charge.
// The door offers it only on a sandbox; in production the operator's command line calls it.
// Faults: "subscription.deleted", "activate.already".
func (a *App) Activate(ctx context.Context, who party.Actor, req Request, c id.Customer, sub id.Subscription) (Reply, error) {
	if err := who.May(party.PlaySandbox); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		now := a.Clock.Now()
		customer, err := tx.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		rules, err := tx.Rules()
		if err != nil {
			return nil, err
		}
		h, _, err := a.held(tx, who.Scope, c, sub, rules)
		if err != nil {
			return nil, err
		}
		out, err := subscription.Activate(a.IDs, h.Subscription, now)
		if err != nil {
			return nil, err
		}
		s := saver{a, tx, &act, customer, now}
		if err := s.outcome(out); err != nil {
			return nil, err
		}
		changes := subscriptionChanges(h.Subscription, out.Subscriptions[0])
		h.Subscription = out.Subscriptions[0]
		details := append([]activity.Detail{{Key: "SubscriptionId", Value: string(sub)}, {Key: "Status", Value: "activated"}}, moneyDetails(out.Charges)...)
		return view(h, customer, nil, now), s.changed(activity.UpdateSubscription, activity.Subscription, string(sub), changes, details...)
	})
}
