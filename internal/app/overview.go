package app

import (
	"context"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// What a customer's first page looks at: so many running subscriptions, software bought for good, and charges of the month.
const (
	overviewMost      = 500
	overviewStretches = 5
)

// Overview is how a customer stands, of what its first page tells (F02). It is bounded: of subscriptions the oldest that run, of
// software the newest, of orders the newest are looked at, a thousand of each at most.
type Overview struct {
	Now      time.Time
	Subs     []SubscriptionView // active and suspended
	Software []SoftwareItem     // active, without a term
	Keys     bool               // there is software, cancelled or not
	Orders   int                // this month's, those of renewals left out
	Any      bool               // there is an order
	Charges  []billing.Charge   // this month's, credits too
	More     bool               // there is more than was looked at
}

// Overview reads it (R20).
func (a *App) Overview(ctx context.Context, who party.Actor, c id.Customer) (Overview, error) {
	if err := who.MayFor(party.ReadCommerce, c); err != nil {
		return Overview{}, err
	}
	now := a.Clock.Now()
	return read(ctx, a.Store, func(r Reader) (Overview, error) {
		out := Overview{Now: now}
		customer, err := r.Customer(who.Scope, c)
		if err != nil {
			return out, err
		}
		rules, err := r.Rules()
		if err != nil {
			return out, err
		}
		if err := out.subscriptions(r, who, customer, rules); err != nil {
			return out, err
		}
		if err := out.orders(r, who, c, rules); err != nil {
			return out, err
		}
		if out.Charges, err = r.Charges(who.Scope, ChargeQuery{Customer: c, From: out.month(), Limit: overviewMost + 1}); err != nil {
			return out, err
		}
		if len(out.Charges) > overviewMost {
			out.Charges, out.More = out.Charges[:overviewMost], true
		}
		return out, nil
	})
}

// month is when the calendar month began, UTC.
func (o *Overview) month() time.Time {
	return time.Date(o.Now.Year(), o.Now.Month(), 1, 0, 0, 0, 0, time.UTC)
}

func (o *Overview) subscriptions(r Reader, who party.Actor, customer party.Customer, rules []policy.CancelRule) error {
	q := SubscriptionQuery{Limit: pageStretch}
	for range overviewStretches {
		found, err := r.Subscriptions(who.Scope, customer.ID, q)
		if err != nil {
			return err
		}
		for _, s := range found {
			q.After = s.ID
			if s.State != subscription.Active && s.State != subscription.Suspended {
				continue
			}
			if len(o.Subs) == overviewMost {
				o.More = true
				return nil
			}
			rule, _ := policy.ByID(rules, s.Tariff.Policy)
			o.Subs = append(o.Subs, view(subscription.Held{Subscription: s, Rule: rule}, customer, nil, o.Now))
		}
		if len(found) < pageStretch {
			return nil
		}
	}
	o.More = true
	return nil
}

func (o *Overview) orders(r Reader, who party.Actor, c id.Customer, rules []policy.CancelRule) error {
	q, month := OrderQuery{Limit: pageStretch}, o.month()
	for range overviewStretches {
		found, err := r.OrderPage(who.Scope, c, q)
		if err != nil {
			return err
		}
		for _, one := range found {
			q.After, o.Any = one.ID, true
			if !one.At.Before(month) && !one.System {
				o.Orders++
			}
			for _, l := range one.Lines {
				if l.Kind != catalog.Software || l.State == order.LineSuperseded {
					continue
				}
				o.Keys = true
				if l.Subscription != "" || l.State != order.LineActive {
					continue
				}
				rule, _ := policy.ByID(rules, l.Tariff.Policy)
				item := SoftwareItem{Order: one, Line: l, Policy: rule.ID}
				if until, ok := rule.End(one.At, one.At); ok {
					item.Until, item.Open = until, o.Now.Before(until)
				}
				o.Software = append(o.Software, item)
			}
		}
		if len(found) < pageStretch {
			return nil
		}
		if len(o.Software) >= overviewMost {
			break
		}
	}
	o.More = true
	return nil
}
