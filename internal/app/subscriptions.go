package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// SubscriptionView is a subscription as doors show it, at an instant.
type SubscriptionView struct {
	subscription.Held
	Now       time.Time
	Customer  party.Customer
	Entry     *catalog.Entry // its product; nil when it left the catalogue
	Window    subscription.Window
	Refunds   []subscription.Refund
	HasAddOns bool // add-ons for it are on the shelf
	Preview   *Preview
	EndsAt    time.Time // of a cancellation that takes effect later (F33, F34)
}

// Subscriptions lists those a customer shows as subscriptions (F40): software ordered before 2021-10-14, perpetual
// software and reservations stay with orders and entitlements.
func (a *App) Subscriptions(ctx context.Context, who party.Actor, c id.Customer, q SubscriptionQuery) ([]SubscriptionView, error) {
	return a.views(ctx, who, c, q, policy.Visible)
}

// Entitled lists all subscriptions of a customer whatever their class: what entitlements are made of.
func (a *App) Entitled(ctx context.Context, who party.Actor, c id.Customer) ([]SubscriptionView, error) {
	return a.views(ctx, who, c, SubscriptionQuery{}, func(catalog.Class, time.Time) bool { return true })
}

func (a *App) views(ctx context.Context, who party.Actor, c id.Customer, q SubscriptionQuery, visible func(catalog.Class, time.Time) bool) ([]SubscriptionView, error) {
	if err := who.MayFor(party.ReadCommerce, c); err != nil {
		return nil, err
	}
	now := a.Clock.Now()
	return readRows(ctx, a.Store, func(r Reader) ([]SubscriptionView, error) {
		customer, subs, err := r.CustomerSubscriptions(who.Scope, c, q)
		if err != nil {
			return nil, err
		}
		return viewsOf(r, customer, subs, now, visible)
	})
}

// viewsOf are those of a customer's subscriptions that are visible, with what the catalogue says of them.
func viewsOf(r Reader, customer party.Customer, subs []subscription.Subscription, now time.Time, visible func(catalog.Class, time.Time) bool) ([]SubscriptionView, error) {
	rules, err := r.Rules()
	if err != nil {
		return nil, err
	}
	products := make([]id.Product, 0, len(subs))
	for _, s := range subs {
		products = append(products, s.Item.Product)
	}
	entries, err := r.Entries(products)
	if err != nil {
		return nil, err
	}
	addOns, err := addOnsSold(r, customer, subs, now)
	if err != nil {
		return nil, err
	}
	views := make([]SubscriptionView, 0, len(subs))
	for _, s := range subs {
		if !visible(s.Class, s.OrderedAt) {
			continue
		}
		rule, _ := policy.ByID(rules, s.Tariff.Policy)
		h := subscription.Held{Subscription: s, Rule: rule}
		v := view(h, customer, entries[s.Item.Product], now)
		v.HasAddOns = addOns(s.Item)
		views = append(views, v)
	}
	return views, nil
}

// addOnsSold tells of an item whether add-ons for it are on the customer's shelf (F26): those of the newer catalogue that
// can be bought there, and imported offers that name it as a base.
func addOnsSold(r Reader, c party.Customer, subs []subscription.Subscription, now time.Time) (func(id.Item) bool, error) {
	imported, online := map[id.Product]bool{}, false
	for _, s := range subs {
		if s.Kind == catalog.Software || s.Kind == catalog.Reservation {
			continue
		}
		online = true
		if _, seen := imported[s.Item.Product]; s.Item.Sku == "" && !seen {
			offers, err := r.Offers(c.Country(), OfferQuery{AddOnsOf: s.Item.Product, Limit: 1})
			if err != nil {
				return nil, err
			}
			imported[s.Item.Product] = len(offers) > 0
		}
	}
	var addOns []*catalog.Sku
	if online {
		var err error
		if addOns, err = addOnsOn(r, c.Country(), c.Segment, now); err != nil {
			return nil, err
		}
	}
	return func(base id.Item) bool {
		return imported[base.Product] || slices.ContainsFunc(addOns, func(s *catalog.Sku) bool {
			return s.HangsOn(catalog.Ref{Product: base.Product, Sku: base.Sku})
		})
	}, nil
}

func view(h subscription.Held, c party.Customer, e *catalog.Entry, now time.Time) SubscriptionView {
	return SubscriptionView{Held: h, Now: now, Customer: c, Entry: e, Window: h.CancelWindow(now), Refunds: h.Refundable(now)}
}

// Subscription reads one (R20); a hidden one (F40) is "subscription.unknown".
func (a *App) Subscription(ctx context.Context, who party.Actor, c id.Customer, sub id.Subscription) (SubscriptionView, error) {
	if err := who.MayFor(party.ReadCommerce, c); err != nil {
		return SubscriptionView{}, err
	}
	now := a.Clock.Now()
	return readOne(ctx, a.Store, func(r Reader) (SubscriptionView, error) {
		customer, s, err := r.CustomerSubscription(who.Scope, c, sub)
		if err != nil {
			return SubscriptionView{}, err
		}
		views, err := viewsOf(r, customer, []subscription.Subscription{s}, now, policy.Visible)
		if err != nil {
			return SubscriptionView{}, err
		}
		if len(views) == 0 {
			return SubscriptionView{}, fault.NotFound("subscription.unknown", nil)
		}
		return views[0], nil
	})
}

// Wanted is the state a change asks for.
type Wanted string

// The states a caller can ask for.
const (
	KeepState     Wanted = ""
	WantActive    Wanted = "active"
	WantSuspended Wanted = "suspended"
	WantCancelled Wanted = "cancelled"
)

// Changes are the differences between what a caller sent and what is stored; what is nil or empty stays.
type Changes struct {
	State     Wanted
	Reason    string // why it is suspended or cancelled (F30); empty: unspecified
	Quantity  *int64
	AutoRenew *bool
	Name      *string
	// Next is the plan for the next term, in place of any other: what it leaves empty stays as it is, the zero one takes
	// the plan away. nil: the plan stays.
	Next *subscription.NextTerm
	// Version the caller believes it changes; 0: whichever is there.
	Version int64
}

func (c Changes) reason() string { return cmp.Or(c.Reason, subscription.ReasonUnspecified) }

// ChangeSubscription applies changes together or not at all (contract.md §10): reactivate, then name, seats, auto-renew and
// the next term, then suspend or cancel. What equals the stored value is no change. R02 for online services, R03 and R05 for software.
// Faults: "etag.stale", "subscription.deleted" (E03: "cancel.already" for a second cancellation), those of each decision.
func (a *App) ChangeSubscription(ctx context.Context, who party.Actor, req Request, c id.Customer, sub id.Subscription, ch Changes, asked Asked) (Reply, error) {
	if who.MayFor(party.ManageSoftware, c) != nil && who.MayFor(party.CancelSoftware, c) != nil {
		if err := who.MayFor(party.ManageOnline, c); err != nil {
			return Reply{}, err
		}
	}
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req, Preview: asked.Preview, Version: func(tx Tx) (int64, error) {
		s, err := tx.Subscription(who.Scope, c, sub)
		return s.Version, err
	}}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		d, h, err := a.decider(tx, &act, c, sub)
		if err != nil {
			return nil, err
		}
		if err := mayChange(who, h.Class, ch); err != nil {
			return nil, err
		}
		// What ended is told as such, though the caller read it before: the second of two cancellations is a 409 (E03).
		if ch.Version != 0 && ch.Version != h.Version && h.State.Live() {
			return nil, fault.Invalid("etag.stale", nil)
		}
		return d.change(h, ch, asked)
	})
}

// decider is deciderOn for what shows as a subscription; a hidden one (F40) is "subscription.unknown".
func (a *App) decider(tx Tx, act *Act, c id.Customer, sub id.Subscription) (d decider, h subscription.Held, err error) {
	d, h, err = a.deciderOn(tx, act, c, sub)
	if err == nil && !policy.Visible(h.Class, h.OrderedAt) {
		return d, h, fault.NotFound("subscription.unknown", nil)
	}
	return d, h, err
}

// deciderOn does what was due of a subscription by now, and loads it with what decisions on it need.
func (a *App) deciderOn(tx Tx, act *Act, c id.Customer, sub id.Subscription) (d decider, h subscription.Held, err error) {
	scope := act.Actor.Scope
	d = decider{app: a, tx: tx, act: act, now: a.Clock.Now()}
	if d.customer, err = tx.Customer(scope, c); err != nil {
		return d, h, err
	}
	if err := d.customer.Dealing(); err != nil {
		return d, h, err
	}
	rules, err := tx.Rules()
	if err != nil {
		return d, h, err
	}
	settled := stepper{a, tx, act, d.customer, rules}
	own, addOns, err := settled.settle(sub, d.now)
	if err != nil {
		return d, h, err
	}
	d.customer = settled.customer
	if h, d.children, err = a.holdAll(tx, scope, own, addOns, rules); err != nil {
		return d, h, err
	}
	entries, err := tx.Entries([]id.Product{h.Item.Product})
	d.entry = entries[h.Item.Product]
	return d, h, err
}

func mayChange(who party.Actor, class catalog.Class, ch Changes) error {
	switch {
	case !class.Software():
		return who.May(party.ManageOnline)
	case ch.State == WantCancelled:
		return who.May(party.CancelSoftware)
	}
	return who.May(party.ManageSoftware)
}

// decider runs the decisions of one change of a subscription, each on what the one before left.
type decider struct {
	app      *App
	tx       Tx
	act      *Act
	customer party.Customer
	entry    *catalog.Entry
	children []subscription.Held
	now      time.Time
}

func (d decider) change(h subscription.Held, ch Changes, asked Asked) (any, error) {
	before := h.Subscription
	total, err := d.decide(&h, ch)
	if err != nil {
		return nil, err
	}
	if len(total.Subscriptions) == 0 { // nothing differs: the object as it is
		return view(h, d.customer, d.entry, d.now), nil
	}
	p, err := d.app.previewCancel(d.tx, d.act.Actor, before.Order, before.Version, total, d.now)
	if err != nil {
		return nil, err
	}
	p.Act = fmt.Sprintf("subscription %s %d %t%s", h.State, h.Quantity, h.AutoRenew, nextTermWords(h.Scheduled)) // what it becomes, however it was asked for
	p.Target, p.Policy = string(before.ID), before.Tariff.Policy
	p.Window = subscription.Held{Subscription: before, Rule: h.Rule}.CancelWindow(d.now).Until
	p.daysLeft(d.now)
	total.Acknowledged = asked.Acknowledged && before.Kind == catalog.Software
	if err := p.check(asked); err != nil {
		return nil, err
	}
	out := view(h, d.customer, d.entry, d.now)
	out.EndsAt = total.EndsAt
	if asked.Preview {
		out.Preview = &p
		return out, nil
	}
	s := saver{d.app, d.tx, d.act, d.customer, d.now}
	if err := s.outcome(total); err != nil {
		return nil, err
	}
	out.Version++
	details := append([]activity.Detail{
		{Key: "SubscriptionId", Value: string(before.ID)}, {Key: "Status", Value: string(h.State)},
		{Key: "AutoRenew", Value: yes(h.AutoRenew)},
	}, moneyDetails(total.Charges)...)
	if words := nextTermWords(h.Scheduled); words != "" {
		details = append(details, activity.Detail{Key: "NextTerm", Value: words[1:]})
	}
	if ch.State == WantSuspended && before.State != h.State || ch.State == WantCancelled {
		details = append(details, activity.Detail{Key: "Reason", Value: ch.reason()})
	}
	details = append(details, acknowledged(total)...)
	return out, s.changed(activity.UpdateSubscription, activity.Subscription, string(before.ID), subscriptionChanges(before, h.Subscription), details...)
}

// decide applies ch to h, step by step, and gathers what all steps change; h is left as the subscription then is.
func (d *decider) decide(h *subscription.Held, ch Changes) (total subscription.Outcome, err error) {
	step := func(out subscription.Outcome, err error) error {
		if err != nil || len(out.Subscriptions) == 0 {
			return err
		}
		h.Subscription = out.Subscriptions[0]
		h.Charges = append(slices.Clip(h.Charges), out.Charges...) // the next step credits what is left after this one (E26)
		if h.Rule.ID != h.Tariff.Policy {                          // a new term pins its own row
			rules, err := d.tx.Rules()
			if err != nil {
				return err
			}
			h.Rule, _ = policy.ByID(rules, h.Tariff.Policy)
		}
		if d.entry != nil && d.entry.Product.ID != h.Item.Product { // it became what was planned
			entries, err := d.tx.Entries([]id.Product{h.Item.Product})
			if err != nil {
				return err
			}
			d.entry = entries[h.Item.Product]
		}
		total = combine(total, out)
		return nil
	}
	if !h.State.Live() {
		if ch.State == WantCancelled {
			return total, fault.Conflict("cancel.already", nil)
		}
		return total, fault.Refuse("subscription.deleted", nil)
	}
	if ch.Next != nil && (h.Planned(*ch.Next) || ch.State == WantCancelled) { // sent back as it was read, or all over anyway
		ch.Next = nil
	}
	if ch.Next != nil && ch.Next.Quantity > policy.SandboxSeats && d.act.Actor.Sandbox {
		return total, tooManySeats()
	}
	if ch.State == WantActive && h.State != subscription.Active {
		if err := step(d.reactivate(*h)); err != nil {
			return total, err
		}
	}
	if ch.Name != nil && *ch.Name != h.FriendlyName {
		if err := step(subscription.Rename(h.Subscription, *ch.Name)); err != nil {
			return total, err
		}
	}
	if ch.Quantity != nil && *ch.Quantity != h.Quantity {
		if err := step(d.setQuantity(*h, *ch.Quantity)); err != nil {
			return total, err
		}
	}
	if ch.AutoRenew != nil && *ch.AutoRenew != h.AutoRenew {
		if err := step(subscription.SetAutoRenew(h.Subscription, *ch.AutoRenew, d.now)); err != nil {
			return total, err
		}
	}
	if ch.Next != nil {
		if err := step(d.schedule(*h, *ch.Next)); err != nil {
			return total, err
		}
	}
	switch {
	case ch.State == WantSuspended && h.State != subscription.Suspended:
		err = step(d.suspend(*h, ch.reason()))
	case ch.State == WantCancelled:
		err = step(d.cancel(*h))
	}
	return total, err
}

func (d decider) reactivate(h subscription.Held) (subscription.Outcome, error) {
	if h.State == subscription.Pending {
		return subscription.Outcome{}, fault.Refuse("subscription.pending", nil)
	}
	parent, err := d.parent(h.Subscription)
	if err != nil {
		return subscription.Outcome{}, err
	}
	return subscription.Reactivate(d.app.IDs, h.Subscription, subscriptionsOf(d.children), parent, d.app.quoter(d.tx, d.customer), d.now)
}

func (d decider) suspend(h subscription.Held, reason string) (subscription.Outcome, error) {
	acc := subscription.Account{Created: d.customer.CreatedAt, FirstBilling: d.customer.FirstBilling}
	return subscription.Suspend(h.Subscription, subscriptionsOf(d.children), acc, reason, d.now)
}

// setQuantity is subscription.SetQuantity within what a sandbox tenant may hold. Faults besides: "sandbox.seats",
// "seat.assigned".
func (d decider) setQuantity(h subscription.Held, quantity int64) (subscription.Outcome, error) {
	out, err := subscription.SetQuantity(d.app.IDs, h, d.sku(h), quantity, d.now)
	if err == nil {
		err = d.keepSeats(h.Subscription, quantity)
	}
	if err != nil {
		return subscription.Outcome{}, err
	}
	if d.act.Actor.Sandbox && quantity > max(h.Quantity, policy.SandboxSeats) {
		return subscription.Outcome{}, tooManySeats()
	}
	return out, err
}

func tooManySeats() *fault.Fault {
	return fault.Refuse("sandbox.seats", fault.Args{"limit": policy.SandboxSeats})
}

// sku bounds the seats of a subscription; one that left the catalogue gets no more of them.
func (d decider) sku(h subscription.Held) *catalog.Sku {
	if d.entry != nil {
		if item, ok := d.entry.Item(h.Item, d.customer.Country()); ok {
			return item.Sku
		}
	}
	return &catalog.Sku{MinQuantity: 1, MaxQuantity: h.Quantity}
}

func (d decider) parent(s subscription.Subscription) (*subscription.Subscription, error) {
	if s.Parent == "" {
		return nil, nil
	}
	p, err := d.tx.Subscription(d.act.Actor.Scope, s.Customer, s.Parent)
	return &p, err
}

// combine adds a later step to an earlier one: what the later says of a subscription replaces what the earlier said.
func combine(a, b subscription.Outcome) subscription.Outcome {
	for _, s := range b.Subscriptions {
		replaced := false
		for i := range a.Subscriptions {
			if a.Subscriptions[i].ID == s.ID {
				a.Subscriptions[i], replaced = s, true
			}
		}
		if !replaced {
			a.Subscriptions = append(a.Subscriptions, s)
		}
	}
	a.Charges = append(a.Charges, b.Charges...)
	a.Cancelled = append(a.Cancelled, b.Cancelled...)
	a.Renewed = a.Renewed || b.Renewed
	a.Renewals = append(a.Renewals, b.Renewals...)
	a.EndsAt = b.EndsAt
	return a
}

func subscriptionsOf(hs []subscription.Held) []subscription.Subscription {
	out := make([]subscription.Subscription, len(hs))
	for i, h := range hs {
		out[i] = h.Subscription
	}
	return out
}

func yes(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// quoter prices new terms from the rows in force at their start (rules.md §3: a renewal pins its own).
func (a *App) quoter(r Reader, c party.Customer) subscription.Quoter {
	return func(s subscription.Subscription, at time.Time) (q subscription.Quote, ok bool) {
		entries, err := r.Entries([]id.Product{s.Item.Product})
		e := entries[s.Item.Product]
		if err != nil || e == nil {
			return q, false
		}
		rules, err := r.Rules()
		if err != nil {
			return q, false
		}
		taxes, err := r.Taxes()
		if err != nil {
			return q, false
		}
		item, ok := e.Offered(s.Item, c.Country(), e.Segment(s.Item, c.Segment), at)
		if !ok {
			return q, false
		}
		tariff := billing.Tariff{}
		if !item.Sku.Metered {
			row, ok := e.Price(item.Availability, catalog.Option{Term: s.Term, Plan: s.Plan}, s.Quantity, at)
			if !ok {
				return q, false
			}
			tariff.Unit, tariff.PriceRow = row.Unit, row.ID
		}
		rule, _ := policy.For(rules, s.Class, at)
		tariff.Policy = rule.ID
		tariff.Tax, _ = market.TaxFor(taxes, c.Country(), string(s.Class), at)
		_, switchable := policy.AutoRenew(s.Class, at, item.Sku.AutoRenewable)
		return subscription.Quote{Tariff: tariff, AutoRenew: s.AutoRenew, Switchable: switchable, Order: id.Order(a.IDs.Opaque(33))}, true
	}
}
