package app

import (
	"context"
	"fmt"
	"slices"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// AddOnsWish is what the add-ons of one base are to become.
type AddOnsWish struct {
	Seats []SeatsOf
	Buy   []order.CartLine // their parent is set here
}

// SeatsOf is how many seats a subscription is to have.
type SeatsOf struct {
	Subscription id.Subscription
	Quantity     int64
}

// AddOnsChange is the outcome of ChangeAddOns: the add-ons that were named as they are then, and those bought.
type AddOnsChange struct {
	AddOns  []SubscriptionView
	Preview *Preview
}

// ChangeAddOns sets the seats of several add-ons of a base, and buys others for it, all or nothing (F27, F25, R02). Faults:
// "subscription.unknown" for one that is no add-on of the base, "line.twice", "member.missing" without any, "cart.too_long", those of
// subscription.SetQuantity, of a line's check and of a purchase, "preview.moved".
func (a *App) ChangeAddOns(ctx context.Context, who party.Actor, req Request, c id.Customer, base id.Subscription, wish AddOnsWish, asked Asked) (Reply, error) {
	if err := who.MayFor(party.ManageOnline, c); err != nil {
		return Reply{}, err
	}
	named := len(wish.Seats) + len(wish.Buy)
	if err := need(named > 0, "items"); err != nil {
		return Reply{}, err
	}
	if named > order.MaxLines {
		return Reply{}, fault.Invalid("cart.too_long", fault.Args{"max": order.MaxLines})
	}
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req, Preview: asked.Preview}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		d, h, err := a.decider(tx, &act, c, base)
		if err != nil {
			return nil, err
		}
		if err := mayChange(who, h.Class, Changes{}); err != nil {
			return nil, err
		}
		p := Preview{Act: "add-ons", Target: string(base), Versions: []int64{h.Version}}
		out, changed, err := d.seats(wish.Seats, &p)
		if err != nil {
			return nil, err
		}
		made, bought, err := d.buyAddOns(base, wish.Buy, &p)
		if err != nil {
			return nil, err
		}
		out.AddOns = append(out.AddOns, bought...)
		p.Charges = slices.Concat(changed.Charges, made.Charges)
		if p.Invoice, err = invoicePeriod(tx, who, d.now); err != nil {
			return nil, err
		}
		if err := p.check(asked); err != nil {
			return nil, err
		}
		if asked.Preview {
			out.Preview = &p
			return out, nil
		}
		return out, d.saveAddOns(changed, made, p.Charges)
	})
}

// seats decides each wish on the add-on as it stands, and notes in p what it was decided from.
func (d decider) seats(wishes []SeatsOf, p *Preview) (out AddOnsChange, all subscription.Outcome, err error) {
	var products []id.Product
	for _, child := range d.children {
		products = append(products, child.Item.Product)
	}
	entries, err := d.tx.Entries(products)
	if err != nil {
		return out, all, err
	}
	for i, wish := range wishes {
		at := slices.IndexFunc(d.children, func(h subscription.Held) bool { return h.ID == wish.Subscription })
		switch {
		case at < 0:
			return out, all, fault.NotFound("subscription.unknown", nil)
		case slices.ContainsFunc(wishes[:i], func(w SeatsOf) bool { return w.Subscription == wish.Subscription }):
			return out, all, fault.Invalid("line.twice", nil)
		}
		h := d.children[at]
		one := d
		one.entry = entries[h.Item.Product]
		p.Act += fmt.Sprintf(" %s %d", h.ID, wish.Quantity)
		p.Versions = append(p.Versions, h.Version)
		changed, err := one.setQuantity(h, wish.Quantity)
		if err != nil {
			return out, all, err
		}
		if len(changed.Subscriptions) > 0 {
			h.Subscription = changed.Subscriptions[0]
			all = combine(all, changed)
		}
		v := view(h, d.customer, one.entry, d.now)
		if len(changed.Subscriptions) > 0 && !d.act.Preview {
			v.Version++
		}
		out.AddOns = append(out.AddOns, v)
	}
	return out, all, nil
}

// buyAddOns decides what is bought for a base; one bad line refuses all.
func (d decider) buyAddOns(base id.Subscription, lines []order.CartLine, p *Preview) (made order.Placement, bought []SubscriptionView, err error) {
	if len(lines) == 0 {
		return made, nil, nil
	}
	lines = slices.Clone(lines)
	for i := range lines {
		lines[i].Parent = base
	}
	shop, err := d.app.shop(d.tx, d.act.Actor, d.customer, lines, d.now)
	if err != nil {
		return made, nil, err
	}
	if err := mayBuyLines(d.act.Actor, shop, lines); err != nil {
		return made, nil, err
	}
	if made, err = shop.Place(shop.Check(lines, true)); err != nil {
		return made, nil, err
	}
	if len(made.Failed) > 0 {
		return made, nil, made.Failed[0].Fault
	}
	for _, s := range made.Subscriptions {
		rule, _ := policy.ByID(shop.Rules, s.Tariff.Policy)
		s.Version = 1 // as it will be kept
		bought = append(bought, view(subscription.Held{Subscription: s, Rule: rule}, d.customer, shop.Shelf[s.Item.Product], d.now))
	}
	q, err := d.app.previewPurchase(d.tx, d.act, d.customer, &order.Cart{}, shop, made)
	p.Versions, p.Rows, p.Window, p.Opened, p.Policy = append(p.Versions, q.Versions...), q.Rows, q.Window, q.Opened, q.Policy
	return made, bought, err
}

// saveAddOns writes what changed and what was bought, with all that it costs.
func (d decider) saveAddOns(changed subscription.Outcome, made order.Placement, charges []billing.Charge) error {
	s := saver{d.app, d.tx, d.act, d.customer, d.now}
	for _, sub := range changed.Subscriptions {
		var own []billing.Charge
		for _, ch := range changed.Charges {
			if ch.Subscription == sub.ID {
				own = append(own, ch)
			}
		}
		details := append([]activity.Detail{
			{Key: "SubscriptionId", Value: string(sub.ID)}, {Key: "Status", Value: string(sub.State)},
			{Key: "AutoRenew", Value: yes(sub.AutoRenew)},
		}, moneyDetails(own)...)
		was := d.children[slices.IndexFunc(d.children, func(h subscription.Held) bool { return h.ID == sub.ID })]
		if err := s.changed(activity.UpdateSubscription, activity.Subscription, string(sub.ID), subscriptionChanges(was.Subscription, sub), details...); err != nil {
			return err
		}
	}
	changed.Charges, made.Charges = nil, charges // the customer's first billing period is opened once
	if err := s.outcome(changed); err != nil {
		return err
	}
	return s.placement(made, "")
}
