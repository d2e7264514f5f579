package app

import (
	"context"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// OrderView is an order as doors show it.
type OrderView struct {
	Customer party.Customer
	Order    order.Order
	Charges  []billing.Charge // what its lines have cost so far, with credits; only when prices were asked for
	Preview  *Preview
	Done     *Preview // of a cancellation that was made: what it returned and ended
}

// Orders lists a customer's orders (R20, F67), newest first; plan "" means all.
func (a *App) Orders(ctx context.Context, who party.Actor, c id.Customer, plan catalog.Plan, prices bool) ([]OrderView, error) {
	if err := who.MayFor(party.ReadCommerce, c); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]OrderView, error) {
		customer, err := r.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		orders, err := r.Orders(who.Scope, c, plan)
		if err != nil {
			return nil, err
		}
		var charges []billing.Charge
		if prices {
			if charges, err = r.Charges(who.Scope, ChargeQuery{Customer: c}); err != nil {
				return nil, err
			}
		}
		views := make([]OrderView, len(orders))
		for i, o := range orders {
			views[i] = OrderView{Customer: customer, Order: o}
			for _, ch := range charges {
				if ch.Order == o.ID {
					views[i].Charges = append(views[i].Charges, ch)
				}
			}
		}
		return views, nil
	})
}

// Order reads one by its id or alternate id (R20).
func (a *App) Order(ctx context.Context, who party.Actor, c id.Customer, orderID string, prices bool) (OrderView, error) {
	if err := who.MayFor(party.ReadCommerce, c); err != nil {
		return OrderView{}, err
	}
	at := readOne[OrderView]
	if prices { // lines and their charges are of one instant
		at = read[OrderView]
	}
	return at(ctx, a.Store, func(r Reader) (v OrderView, err error) {
		if v.Customer, v.Order, err = r.CustomerOrder(who.Scope, c, orderID); err != nil || !prices {
			return v, err
		}
		v.Charges, err = r.Charges(who.Scope, ChargeQuery{Customer: c, Order: v.Order.ID})
		return v, err
	})
}

// CancelOrder cancels lines of software by order, all active ones when lines is empty (F54, R05): the credit, the end of
// keys and links, the record are one transaction (F62–F66). Faults: those of order.CancelLines, "cancel.needs_request" (F58),
// "preview.moved".
func (a *App) CancelOrder(ctx context.Context, who party.Actor, req Request, c id.Customer, orderID string, lines []int, asked Asked) (Reply, error) {
	if err := who.MayFor(party.CancelSoftware, c); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req, Preview: asked.Preview}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		now := a.Clock.Now()
		customer, err := tx.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		if customer, err = a.settleOrder(tx, &act, customer, orderID, now); err != nil {
			return nil, err
		}
		cancellation, err := a.cancellation(tx, who, c, orderID)
		if err != nil {
			return nil, err
		}
		o, out, err := a.cancelLines(tx, cancellation, lines, now)
		if err != nil {
			return nil, err
		}
		if out.Acknowledged = asked.Acknowledged; asked.Acknowledged {
			for _, ref := range out.Cancelled {
				if ref.Order == o.ID {
					o.Lines[ref.Line].Acknowledged = true
				}
			}
		}
		p, err := a.previewCancel(tx, who, o.ID, cancellation.Order.Version, out, now)
		if err != nil {
			return nil, err
		}
		p.Window, p.Policy = firstWindow(cancellation, out)
		p.daysLeft(now)
		if err := p.check(asked); err != nil {
			return nil, err
		}
		view := OrderView{Customer: customer, Order: o}
		if asked.Preview {
			view.Preview = &p
			return view, nil
		}
		view.Done = &p
		s := saver{a, tx, &act, customer, now}
		if err := s.outcome(out); err != nil {
			return nil, err
		}
		details := append([]activity.Detail{{Key: "OrderId", Value: string(o.ID)}, {Key: "Status", Value: string(o.Status)}}, moneyDetails(out.Charges)...)
		return view, s.changed(activity.UpdateOrder, activity.Order, string(o.ID), orderChanges(cancellation.Order, o), append(details, acknowledged(out)...)...)
	})
}

// firstWindow is the window that closes first among the lines of an order that end, and its row.
func firstWindow(k order.Cancellation, out subscription.Outcome) (until time.Time, row string) {
	for _, ref := range out.Cancelled {
		if ref.Order != k.Order.ID {
			continue
		}
		line, from := k.Order.Lines[ref.Line], k.Order.At
		if h, ok := k.Subs[line.Subscription]; ok {
			from = h.LineAt // what became another SKU keeps the window it had
		}
		rule, _ := policy.ByID(k.Rules, line.Tariff.Policy)
		if end, ok := rule.End(from, from); ok && (until.IsZero() || end.Before(until)) {
			until, row = end, rule.ID
		}
	}
	return until, row
}

// settleOrder does everything due by now for the subscriptions of an order's lines, and gives the customer as it then is.
func (a *App) settleOrder(tx Tx, act *Act, customer party.Customer, orderID string, now time.Time) (party.Customer, error) {
	o, err := tx.Order(act.Actor.Scope, customer.ID, orderID)
	if err != nil {
		return customer, err
	}
	rules, err := tx.Rules()
	if err != nil {
		return customer, err
	}
	s := stepper{a, tx, act, customer, rules}
	for _, l := range o.Lines {
		if l.Subscription != "" && l.State != order.LineCancelled {
			if _, _, err := s.settle(l.Subscription, now); err != nil {
				return customer, err
			}
		}
	}
	return s.customer, nil
}

func (a *App) cancellation(tx Tx, who party.Actor, c id.Customer, orderID string) (order.Cancellation, error) {
	scope := who.Scope
	o, err := tx.Order(scope, c, orderID)
	if err != nil {
		return order.Cancellation{}, err
	}
	k := order.Cancellation{
		Order: o, Sandbox: who.Sandbox, Subs: map[id.Subscription]subscription.Held{}, Children: map[id.Subscription][]subscription.Held{},
	}
	if k.Rules, err = tx.Rules(); err != nil {
		return k, err
	}
	if k.Charges, err = tx.Charges(scope, ChargeQuery{Customer: c, Order: o.ID}); err != nil {
		return k, err
	}
	for _, l := range o.Lines {
		if l.Subscription == "" || l.State == order.LineCancelled {
			continue
		}
		h, children, err := a.held(tx, scope, c, l.Subscription, k.Rules)
		if err != nil {
			return k, err
		}
		k.Subs[l.Subscription], k.Children[l.Subscription] = h, children
	}
	return k, nil
}

// held loads a subscription with its pinned rule and the charges of its current line, and its add-ons the same way.
func (a *App) held(tx Reader, scope party.Scope, c id.Customer, sub id.Subscription, rules []policy.CancelRule) (h subscription.Held, children []subscription.Held, err error) {
	s, err := tx.Subscription(scope, c, sub)
	if err != nil {
		return h, nil, err
	}
	addOns, err := tx.Subscriptions(scope, c, SubscriptionQuery{Parent: sub})
	if err != nil {
		return h, nil, err
	}
	return a.holdAll(tx, scope, s, addOns, rules)
}

// holdAll is held for what is read already.
func (a *App) holdAll(tx Reader, scope party.Scope, s subscription.Subscription, addOns []subscription.Subscription, rules []policy.CancelRule) (h subscription.Held, children []subscription.Held, err error) {
	if h, err = a.hold(tx, scope, s, rules); err != nil {
		return h, nil, err
	}
	for _, s := range addOns {
		child, err := a.hold(tx, scope, s, rules)
		if err != nil {
			return h, nil, err
		}
		children = append(children, child)
	}
	return h, children, nil
}

func (a *App) hold(tx Reader, scope party.Scope, s subscription.Subscription, rules []policy.CancelRule) (subscription.Held, error) {
	rule, _ := policy.ByID(rules, s.Tariff.Policy)
	charges, err := tx.Charges(scope, ChargeQuery{Customer: s.Customer, Subscription: s.ID, Order: s.Order})
	return subscription.Held{Subscription: s, Rule: rule, Charges: charges}, err
}

// previewCancel tells what a cancellation would return and end.
func (a *App) previewCancel(tx Reader, who party.Actor, target id.Order, version int64, out subscription.Outcome, now time.Time) (Preview, error) {
	p := Preview{Act: "cancel", Target: string(target), Versions: []int64{version}, Charges: out.Charges}
	for _, s := range out.Subscriptions {
		p.Versions = append(p.Versions, s.Version)
	}
	for _, c := range out.Charges {
		p.Policy = c.PolicyRow
	}
	for _, l := range out.Cancelled {
		p.Ended = append(p.Ended, l.Line)
		keys, err := tx.Keys(who.Scope, l.Order, l.Line)
		if err != nil {
			return p, err
		}
		for _, k := range keys {
			if k.State == license.Assigned {
				p.Keys++
			}
		}
		links, err := tx.LiveLinks(who.Scope, l.Order, l.Line)
		if err != nil {
			return p, err
		}
		p.Links += links
	}
	var err error
	p.Invoice, err = invoicePeriod(tx, who, now)
	return p, err
}
