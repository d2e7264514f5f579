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
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// Conversion is what a first-party trial can become, or what one became (F76).
type Conversion struct {
	Subscription id.Subscription
	From, To     id.Item
	Order        id.Order // the trial's
	Quantity     int64
	Plan         catalog.Plan
	Preview      *Preview
}

// Conversions lists what a trial can become now: each SKU it leads to, by each billing plan, for the shortest term. What
// is no trial, or over, can become nothing (R20).
func (a *App) Conversions(ctx context.Context, who party.Actor, c id.Customer, sub id.Subscription) ([]Conversion, error) {
	v, err := a.Subscription(ctx, who, c, sub)
	if err != nil || v.Class != catalog.Trial || !v.State.Live() || v.Entry == nil || v.Behind(v.Now) {
		return nil, err
	}
	from := skuOf(v.Entry, v.Item)
	if from == nil {
		return nil, nil
	}
	return read(ctx, a.Store, func(r Reader) (out []Conversion, err error) {
		for _, ref := range from.ConvertsTo {
			shelf, err := shelfFor(r, who, v.Customer, v.Subscription, id.Item{Product: ref.Product, Sku: ref.Sku}, v.Now)
			switch {
			case fault.Of(err) != nil:
				continue
			case err != nil:
				return nil, err
			case !v.ConvertsTo(shelf):
				continue
			}
			for _, plan := range plansOf(shelf.To, v.Now) {
				out = append(out, Conversion{v.ID, v.Item, shelf.To.ID, v.Order, v.Quantity, plan, nil})
			}
		}
		return out, nil
	})
}

// plansOf are the billing plans an item is sold by.
func plansOf(item catalog.Item, at time.Time) (plans []catalog.Plan) {
	for _, o := range item.Entry.Options(item.Availability, at) {
		if _, f := order.Choose(item, catalog.Option{Plan: o.Plan}, at); f == nil && !slices.Contains(plans, o.Plan) {
			plans = append(plans, o.Plan)
		}
	}
	return plans
}

// ConvertTrial makes a first-party trial a paid subscription by hand (F76, R02): it keeps its id and is charged from now.
// Of the wish the item is needed; seats left out stay as they are, and of several terms of a plan the shortest is meant.
// Faults: "member.missing", those of subscription.Convert and order.Choose, "preview.moved".
func (a *App) ConvertTrial(ctx context.Context, who party.Actor, req Request, c id.Customer, sub id.Subscription, want subscription.NextTerm, asked Asked) (Reply, error) {
	if err := who.MayFor(party.ManageOnline, c); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req, Preview: asked.Preview}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		d, h, err := a.decider(tx, &act, c, sub)
		if err != nil {
			return nil, err
		}
		if err := need(want.Item.Product != "", "targetOfferId"); err != nil {
			return nil, err
		}
		shelf, err := shelfFor(tx, who, d.customer, h.Subscription, want.Item, d.now)
		if err != nil {
			return nil, err
		}
		if h.Class == catalog.Trial && h.ConvertsTo(shelf) {
			option, f := order.Choose(shelf.To, catalog.Option{Term: want.Term, Plan: want.Plan}, d.now)
			if f != nil {
				return nil, f
			}
			want.Term, want.Plan = option.Term, option.Plan
		}
		rules, err := tx.Rules()
		if err != nil {
			return nil, err
		}
		if who.Sandbox && want.Quantity > max(h.Quantity, policy.SandboxSeats) {
			return nil, tooManySeats()
		}
		if err := d.keepSeats(h.Subscription, h.Wish(want).Quantity); err != nil {
			return nil, err
		}
		out, err := subscription.Convert(a.IDs, h.Subscription, want, shelf, a.quoter(tx, d.customer), rules, d.now)
		if err != nil {
			return nil, err
		}
		now := out.Subscriptions[0]
		done := Conversion{sub, h.Item, now.Item, h.Order, now.Quantity, now.Plan, nil}
		p, err := d.made(fmt.Sprintf("convert %s %d %s %s", now.Item, now.Quantity, now.Term, now.Plan), h, out, asked)
		if err != nil || asked.Preview {
			done.Preview = p
			return done, err
		}
		if h.Slot > 0 && shelf.From.LimitUnit == catalog.Concurrent { // a lifetime's place stays taken (F13)
			if err := tx.FreeSlot(c, sub); err != nil {
				return nil, err
			}
		}
		s := saver{a, tx, &act, d.customer, d.now}
		details := append([]activity.Detail{
			{Key: "SubscriptionId", Value: string(sub)}, {Key: "OfferId", Value: h.Item.String()}, {Key: "TargetOfferId", Value: now.Item.String()},
		}, moneyDetails(out.Charges)...)
		return done, s.changed(activity.ConvertTrial, activity.Subscription, string(sub), subscriptionChanges(h.Subscription, now), details...)
	})
}

// made previews an outcome on a subscription, and saves it unless only the preview is asked for.
func (d decider) made(act string, h subscription.Held, out subscription.Outcome, asked Asked) (*Preview, error) {
	p, err := d.app.previewCancel(d.tx, d.act.Actor, h.Order, h.Version, out, d.now)
	if err != nil {
		return nil, err
	}
	p.Act, p.Target, p.Policy = act, string(h.ID), h.Tariff.Policy
	if len(out.Subscriptions) > 0 {
		p.Policy = out.Subscriptions[0].Tariff.Policy
	}
	p.Window = h.CancelWindow(d.now).Until
	if err := p.check(asked); err != nil || asked.Preview {
		return &p, err
	}
	return &p, saver{d.app, d.tx, d.act, d.customer, d.now}.outcome(out)
}
