package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Transition is seats that became another SKU in the middle of a term. Its operation is the order it made.
type Transition struct {
	Operation        id.Order // empty in a preview
	From, To         id.Subscription
	FromItem, ToItem id.Item
	Quantity         int64
	Term             when.Term
	Plan             catalog.Plan
	At               time.Time
	Preview          *Preview
}

// Target is a SKU that a subscription leads to, and why it cannot become it just now; nil when it can.
type Target struct {
	Item        id.Item
	Title       string
	Description string
	Quantity    int64 // seats that can move
	Fault       *fault.Fault
}

// TransitionTargets lists the SKUs of a subscription's family that its customer can be sold (R20): those it converts to,
// and for its renewal also those that convert to it. Each is decided as the act itself would be.
func (a *App) TransitionTargets(ctx context.Context, who party.Actor, c id.Customer, sub id.Subscription, atRenewal bool) ([]Target, error) {
	if _, err := a.Subscription(ctx, who, c, sub); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) (out []Target, err error) {
		now := a.Clock.Now()
		customer, err := r.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		rules, err := r.Rules()
		if err != nil {
			return nil, err
		}
		h, children, err := a.held(r, who.Scope, c, sub, rules)
		if err != nil {
			return nil, err
		}
		entries, err := r.Entries([]id.Product{h.Item.Product})
		if err != nil {
			return nil, err
		}
		for _, ref := range family(entries[h.Item.Product], h.Item, atRenewal) {
			item := id.Item{Product: ref.Product, Sku: ref.Sku}
			shelf, err := shelfFor(r, who, customer, h.Subscription, item, now)
			if fault.Of(err) != nil {
				continue // not for this customer, or not now
			}
			if err == nil {
				shelf.Orphans, err = orphans(r, children, shelf.To.ID)
			}
			if err != nil {
				return nil, err
			}
			t := Target{Item: shelf.To.ID, Title: shelf.To.Sku.Title, Description: shelf.To.Sku.Description, Quantity: h.Quantity}
			want := subscription.NextTerm{Item: shelf.To.ID}
			if atRenewal {
				_, err = subscription.Schedule(h.Subscription, want, shelf, subscriptionsOf(children), now)
			} else {
				_, err = subscription.Transition(a.IDs, h, want, shelf, subscriptionsOf(children), a.quoter(r, customer), now)
			}
			if t.Fault = fault.Of(err); t.Fault == nil && err != nil {
				return nil, err
			}
			out = append(out, t)
		}
		return out, nil
	})
}

// family are the SKUs an item leads to, and at a renewal those of its product that lead to it.
func family(e *catalog.Entry, item id.Item, atRenewal bool) (refs []catalog.Ref) {
	if e == nil {
		return nil
	}
	from := skuOf(e, item)
	if from == nil || from.Trial {
		return nil
	}
	refs = slices.Clone(from.ConvertsTo)
	for i := range e.Skus {
		ref := catalog.Ref{Product: e.Product.ID, Sku: e.Skus[i].ID}
		back := slices.Contains(e.Skus[i].ConvertsTo, catalog.Ref{Product: item.Product, Sku: from.ID})
		if atRenewal && back && !e.Skus[i].Trial && !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	return refs
}

// Transitions lists what became of a subscription's seats, and what it came from, newest first (R20).
func (a *App) Transitions(ctx context.Context, who party.Actor, c id.Customer, sub id.Subscription) ([]Transition, error) {
	if _, err := a.Subscription(ctx, who, c, sub); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) (out []Transition, err error) {
		orders, err := r.Orders(who.Scope, c, "")
		if err != nil {
			return nil, err
		}
		for _, o := range orders {
			for _, l := range o.Lines {
				if l.Type == order.TypeTransition && (l.From == sub || l.Subscription == sub) {
					out = append(out, Transition{o.ID, l.From, l.Subscription, l.FromItem, l.Item, l.Quantity, l.Term, l.Plan, o.At, nil})
				}
			}
		}
		return out, nil
	})
}

// Transition makes seats of a subscription another SKU now: credit of the rest of the old, charge of the rest of the new,
// in one transaction. R02 for online services, R03 for software. Of the wish the item is needed; no quantity means all
// seats. Faults: "member.missing", those of subscription.Transition, "preview.moved".
func (a *App) Transition(ctx context.Context, who party.Actor, req Request, c id.Customer, sub id.Subscription, want subscription.NextTerm, asked Asked) (Reply, error) {
	if who.MayFor(party.ManageSoftware, c) != nil {
		if err := who.MayFor(party.ManageOnline, c); err != nil {
			return Reply{}, err
		}
	}
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req, Preview: asked.Preview}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		d, h, err := a.decider(tx, &act, c, sub)
		if err != nil {
			return nil, err
		}
		if err := mayChange(who, h.Class, Changes{}); err != nil {
			return nil, err
		}
		if err := need(want.Item.Product != "", "toCatalogItemId"); err != nil {
			return nil, err
		}
		shelf, err := d.shelf(h, want.Item)
		if err != nil {
			return nil, err
		}
		out, err := subscription.Transition(a.IDs, h, want, shelf, subscriptionsOf(d.children), a.quoter(tx, d.customer), d.now)
		if err != nil {
			return nil, err
		}
		if len(out.Begun) > 0 { // the rest stays what it was, and people have seats of it
			if err := d.keepSeats(h.Subscription, out.Subscriptions[0].Quantity); err != nil {
				return nil, err
			}
		}
		next := slices.Concat(out.Begun, out.Subscriptions)[0]
		done := Transition{next.Order, sub, next.ID, h.Item, next.Item, next.Quantity, next.Term, next.Plan, d.now, nil}
		p, err := d.made(fmt.Sprintf("transition %s %d", next.Item, next.Quantity), h, out, asked)
		switch {
		case err != nil:
			return nil, err
		case asked.Preview:
			if done.Preview, done.Operation = p, ""; len(out.Begun) > 0 {
				done.To = ""
			}
			return done, nil
		}
		s := saver{a, tx, &act, d.customer, d.now}
		details := append([]activity.Detail{
			{Key: "SubscriptionId", Value: string(sub)}, {Key: "ToSubscriptionId", Value: string(next.ID)},
			{Key: "OfferId", Value: h.Item.String()}, {Key: "TargetOfferId", Value: next.Item.String()},
		}, moneyDetails(out.Charges)...)
		return done, s.changed(activity.UpgradeSubscription, activity.Subscription, string(sub), subscriptionChanges(h.Subscription, out.Subscriptions[0]), details...)
	})
}
