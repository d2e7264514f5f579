package app

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// Contact is who helps with a subscription; Version is the subscription's.
type Contact struct {
	subscription.Support
	Version int64
}

// SupportContact tells who helps with a subscription (R20): the partner named for it, else the one that sells it.
func (a *App) SupportContact(ctx context.Context, who party.Actor, c id.Customer, sub id.Subscription) (Contact, error) {
	v, err := a.Subscription(ctx, who, c, sub)
	if err != nil || v.Support != (subscription.Support{}) {
		return Contact{v.Support, v.Version}, err
	}
	return read(ctx, a.Store, func(r Reader) (Contact, error) {
		p, err := r.Partner(who.Scope)
		return Contact{subscription.Support{Tenant: p.ID, MPN: p.MPN, Name: p.Name}, v.Version}, err
	})
}

// maxContact bounds a name and an id of the trade programme, in characters.
const maxContact = 256

// SetSupportContact names who helps with a subscription. R02 for online services, R03 for software. seen is who the caller saw
// that helps, or nil: whoever it is. Faults: "member.missing", "member.too_long", "subscription.deleted", "subscription.changed" where
// somebody else was named meanwhile.
func (a *App) SetSupportContact(ctx context.Context, who party.Actor, req Request, c id.Customer, sub id.Subscription, by subscription.Support, seen *subscription.Support) (Reply, error) {
	by.MPN, by.Name = strings.TrimSpace(by.MPN), strings.TrimSpace(by.Name)
	return a.mark(ctx, who, req, c, sub, "support", func(s subscription.Subscription) (subscription.Outcome, error) {
		if err := need(by.Tenant != "", "supportTenantId"); err != nil {
			return subscription.Outcome{}, err
		}
		for member, text := range map[string]string{"supportMpnId": by.MPN, "name": by.Name} {
			if utf8.RuneCountInString(text) > maxContact {
				return subscription.Outcome{}, fault.Invalid("member.too_long", fault.Args{"member": member, "max": maxContact})
			}
		}
		if seen != nil && s.Support != *seen && s.Support != by { // sent twice is no change
			return subscription.Outcome{}, fault.Conflict("subscription.changed", nil)
		}
		return subscription.SetSupport(s, by)
	}, func(s subscription.Subscription) any { return Contact{s.Support, s.Version} })
}

// Register makes a subscription known for reservations. Faults: those of subscription.Register.
func (a *App) Register(ctx context.Context, who party.Actor, req Request, c id.Customer, sub id.Subscription) (Reply, error) {
	return a.mark(ctx, who, req, c, sub, "registered", subscription.Register, func(s subscription.Subscription) any { return s })
}

// mark makes a change of a subscription that moves no money.
func (a *App) mark(ctx context.Context, who party.Actor, req Request, c id.Customer, sub id.Subscription, what string,
	decide func(subscription.Subscription) (subscription.Outcome, error), show func(subscription.Subscription) any) (Reply, error) {
	if who.MayFor(party.ManageSoftware, c) != nil {
		if err := who.MayFor(party.ManageOnline, c); err != nil {
			return Reply{}, err
		}
	}
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req, Version: func(tx Tx) (int64, error) {
		s, err := tx.Subscription(who.Scope, c, sub)
		return s.Version, err
	}}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		d, h, err := a.decider(tx, &act, c, sub)
		if err != nil {
			return nil, err
		}
		if err := mayChange(who, h.Class, Changes{}); err != nil {
			return nil, err
		}
		out, err := decide(h.Subscription)
		if err != nil || len(out.Subscriptions) == 0 {
			return show(h.Subscription), err
		}
		s := saver{a, tx, &act, d.customer, d.now}
		if err := s.outcome(out); err != nil {
			return nil, err
		}
		now := out.Subscriptions[0]
		now.Version++
		details := []activity.Detail{{Key: "SubscriptionId", Value: string(sub)}, {Key: "Changed", Value: what}}
		if now.Support != h.Support {
			details = append(details, activity.Detail{Key: "SupportContact", Value: fmt.Sprintf("%s %s", now.Support.Tenant, now.Support.Name)})
		}
		return show(now), s.record(activity.UpdateSubscription, activity.Subscription, string(sub), details...)
	})
}
