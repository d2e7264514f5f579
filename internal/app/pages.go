package app

import (
	"context"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// A page is read in stretches where a filter leaves some out; after so many it ends early, and the next one goes on there.
const (
	pageStretch   = 200
	pageStretches = 20
)

// SubscriptionPage lists what shows as a subscription of a customer (R20, F40), oldest first: at most the query's limit of
// those that keep keeps. next is what the query's After is for the page that follows; empty at the end. Views have no product
// of the catalogue with them.
func (a *App) SubscriptionPage(ctx context.Context, who party.Actor, c id.Customer, q SubscriptionQuery, keep func(subscription.Subscription) bool) (views []SubscriptionView, next id.Subscription, err error) {
	if err := who.MayFor(party.ReadCommerce, c); err != nil {
		return nil, "", err
	}
	now, limit := a.Clock.Now(), q.Limit
	views, err = read(ctx, a.Store, func(r Reader) ([]SubscriptionView, error) {
		customer, err := r.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		rules, err := r.Rules()
		if err != nil {
			return nil, err
		}
		next = q.After
		out := []SubscriptionView{}
		for range pageStretches + limit/pageStretch {
			q.After, q.Limit = next, pageStretch
			found, err := r.Subscriptions(who.Scope, c, q)
			if err != nil {
				return nil, err
			}
			for _, s := range found {
				if policy.Visible(s.Class, s.OrderedAt) && keep(s) {
					if len(out) == limit {
						return out, nil
					}
					rule, _ := policy.ByID(rules, s.Tariff.Policy)
					out = append(out, view(subscription.Held{Subscription: s, Rule: rule}, customer, nil, now))
				}
				next = s.ID
			}
			if len(found) < pageStretch {
				next = ""
				return out, nil
			}
		}
		return out, nil
	})
	return views, next, err
}

// OrderViews lists a customer's orders (R20, F67), newest first, with what they have cost: at most the query's limit of those
// that keep keeps; next as for SubscriptionPage.
func (a *App) OrderViews(ctx context.Context, who party.Actor, c id.Customer, q OrderQuery, keep func(order.Order) bool) (views []OrderView, next id.Order, err error) {
	if err := who.MayFor(party.ReadCommerce, c); err != nil {
		return nil, "", err
	}
	limit := q.Limit
	views, err = read(ctx, a.Store, func(r Reader) ([]OrderView, error) {
		customer, err := r.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		next = q.After
		out := []OrderView{}
		for range pageStretches + limit/pageStretch {
			q.After, q.Limit = next, pageStretch
			found, err := r.OrderPage(who.Scope, c, q)
			if err != nil {
				return nil, err
			}
			for _, o := range found {
				if keep(o) {
					if len(out) == limit {
						return priced(r, who, c, out)
					}
					out = append(out, OrderView{Customer: customer, Order: o})
				}
				next = o.ID
			}
			if len(found) < pageStretch {
				next = ""
				break
			}
		}
		return priced(r, who, c, out)
	})
	return views, next, err
}

// priced adds the charges to orders, a few hundred orders at a time.
func priced(r Reader, who party.Actor, c id.Customer, views []OrderView) ([]OrderView, error) {
	for from := 0; from < len(views); from += pageStretch {
		some := views[from:min(len(views), from+pageStretch)]
		var ids []id.Order
		place := map[id.Order]*OrderView{}
		for i := range some {
			ids = append(ids, some[i].Order.ID)
			place[some[i].Order.ID] = &some[i]
		}
		charges, err := r.Charges(who.Scope, ChargeQuery{Customer: c, Orders: ids})
		if err != nil {
			return nil, err
		}
		for _, ch := range charges {
			v := place[ch.Order]
			v.Charges = append(v.Charges, ch)
		}
	}
	return views, nil
}
