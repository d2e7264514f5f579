package app

import (
	"context"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// ChangeCycle charges the subscriptions of an order of imported offers by another billing plan, all or none (R02,
// contract.md §9). They then stand together on a new order: what was sold keeps its row.
// Faults: "order.unknown", "cycle.inactive" when no line is active, those of subscription.SetPlan, "preview.moved".
func (a *App) ChangeCycle(ctx context.Context, who party.Actor, req Request, c id.Customer, orderID string, plan catalog.Plan, asked Asked) (Reply, error) {
	if err := who.MayFor(party.ManageOnline, c); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req, Preview: asked.Preview}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		now := a.Clock.Now()
		customer, err := tx.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		if err := customer.Dealing(); err != nil {
			return nil, err
		}
		if customer, err = a.settleOrder(tx, &act, customer, orderID, now); err != nil {
			return nil, err
		}
		o, err := tx.Order(who.Scope, c, orderID)
		if err != nil {
			return nil, err
		}
		out, err := a.setPlans(tx, who, customer, o, plan, now)
		if err != nil {
			return nil, err
		}
		p, err := a.previewCancel(tx, who, o.ID, o.Version, out, now)
		if err != nil {
			return nil, err
		}
		p.Act = "cycle " + string(plan)
		if err := p.check(asked); err != nil {
			return nil, err
		}
		view := OrderView{Customer: customer, Order: order.Recycled(o, out.Subscriptions, now)}
		if asked.Preview {
			view.Preview = &p
			return view, nil
		}
		s := saver{a, tx, &act, customer, now}
		if err := tx.AddOrder(view.Order, ""); err != nil {
			return nil, err
		}
		for _, m := range out.Moves {
			o = o.Supersede(m.Before.Line)
		}
		if err := tx.SaveOrder(o); err != nil {
			return nil, err
		}
		if err := s.outcome(out); err != nil {
			return nil, err
		}
		details := append([]activity.Detail{
			{Key: "OrderId", Value: string(view.Order.ID)}, {Key: "BillingCycle", Value: string(plan)}, {Key: "FormerOrderId", Value: string(o.ID)},
		}, moneyDetails(out.Charges)...)
		changes := activity.Changed(
			activity.Change{Member: "Id", Old: string(o.ID), New: string(view.Order.ID)},
			activity.Change{Member: "BillingCycle", Old: string(o.Plan), New: string(plan)},
		)
		return view, s.changed(activity.UpdateOrder, activity.Order, string(o.ID), changes, details...)
	})
}

// setPlans decides for every active line of an order.
func (a *App) setPlans(tx Tx, who party.Actor, c party.Customer, o order.Order, plan catalog.Plan, now time.Time) (out subscription.Outcome, err error) {
	rules, err := tx.Rules()
	if err != nil {
		return out, err
	}
	onto := subscription.LineRef{Order: id.Order(a.IDs.Opaque(33))}
	for _, l := range o.Lines {
		switch {
		case l.State != order.LineActive:
			continue
		case l.Subscription == "" || l.Item.Sku != "":
			return out, fault.Refuse("cycle.not_here", nil)
		}
		h, _, err := a.held(tx, who.Scope, c.ID, l.Subscription, rules)
		if err != nil {
			return out, err
		}
		shelf, err := shelfFor(tx, who, c, h.Subscription, h.Item, now)
		if err != nil {
			return out, err
		}
		one, err := subscription.SetPlan(a.IDs, h, plan, shelf, a.quoter(tx, c), onto, now)
		if err != nil {
			return out, err
		}
		out.Subscriptions = append(out.Subscriptions, one.Subscriptions...)
		out.Charges = append(out.Charges, one.Charges...)
		out.Moves = append(out.Moves, one.Moves...)
		onto.Line++
	}
	if len(out.Subscriptions) == 0 {
		return out, fault.Refuse("cycle.inactive", nil)
	}
	return out, nil
}
