package app

import (
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// mendSubscription adds to refused acts what can be done instead.
func (j *judge) mendSubscription(d decider, h subscription.Held) {
	allowed := map[string]bool{}
	for _, v := range j.out {
		allowed[v.Act] = v.Allowed
	}
	for i := range j.out {
		v := &j.out[i]
		if v.Allowed {
			continue
		}
		switch v.Reason.Code {
		case "quantity.suspended":
			if allowed[ActReactivate] {
				v.Mend = &Mend{Act: ActReactivate, Subscription: h.ID}
			}
		case "reactivate.parent":
			v.Mend = &Mend{Act: ActReactivate, Subscription: h.Parent}
		case "suspend.trial":
			if allowed[ActCancel] {
				v.Mend = &Mend{Act: ActCancel, Subscription: h.ID}
			}
		case "cancel.needs_request", "cancel.above_limit": // F58
			v.Mend = asking(h.Order, h.Line)
		case "cancel.window_closed":
			switch {
			case d.entry != nil && d.entry.Product.NeedsInformation: // F58
				v.Mend = asking(h.Order, h.Line)
			case h.AutoRenew && allowed[ActAutoRenew]: // let it end with its term
				v.Mend = &Mend{Act: ActAutoRenew, Subscription: h.ID}
			default:
				v.Mend = asking(h.Order, h.Line)
			}
		}
	}
}

// mendLine is mendSubscription for the cancellation of an order's line.
func (j *judge) mendLine(v *Verdict, k order.Cancellation, l order.Line) {
	if v.Allowed {
		return
	}
	switch v.Reason.Code {
	case "cancel.use_subscription":
		v.Mend = &Mend{Act: ActCancel, Subscription: l.Subscription}
	case "cancel.superseded":
		s, err := j.tx.Subscription(j.who.Scope, k.Order.Customer, l.Subscription)
		switch {
		case err != nil || !s.State.Live():
		case s.Class.Software():
			v.Mend = &Mend{Act: ActCancel, Order: s.Order}
		default:
			v.Mend = &Mend{Act: ActCancel, Subscription: s.ID}
		}
	case "cancel.needs_request", "cancel.above_limit", "cancel.window_closed": // F58, F77
		v.Mend = asking(k.Order.ID, l.Number)
	}
}

// asking is a support request about a line: the operator may let go what the window does not (F58, F68, F77).
func asking(o id.Order, line int) *Mend { return &Mend{Act: ActSupport, Order: o, Line: line} }

// mendAddOn leads to the subscription that stands in the way: the suspended base, or the suspended one that holds the
// place of a limited offer (F14).
func mendAddOn(v *Verdict, s subscription.Subscription) {
	if v.Allowed {
		return
	}
	switch held, _ := v.Reason.Args["subscription"].(string); {
	case v.Reason.Code == "offer.limit_suspended" && held != "":
		v.Mend = &Mend{Act: ActReactivate, Subscription: id.Subscription(held)}
	case v.Reason.Code == "addon.base_not_active" && s.State == subscription.Suspended:
		v.Mend = &Mend{Act: ActReactivate, Subscription: s.ID}
	}
}

// addOns asks whether any add-on can be bought for a subscription now (F25, F26): each on the shelf is tried, in each
// billing plan it is sold by, until one goes through. The refusal is that of the first.
func (j *judge) addOns(s subscription.Subscription) error {
	if err := mayBuyAnything(j.who, j.customer.ID); err != nil {
		return err
	}
	lines, err := j.addOnLines(s)
	if err != nil {
		return err
	}
	shop, err := j.app.shop(j.tx, j.who, j.customer, lines, j.now)
	if err != nil {
		return err
	}
	refused := error(fault.Refuse("addon.none", nil))
	for i := range lines {
		err := j.buys(shop, lines[i:i+1])
		if err == nil {
			return nil
		}
		if fault.Of(err) == nil {
			return err
		}
		if i == 0 {
			refused = err
		}
	}
	return refused
}

// buys tells whether lines would become orders.
func (j *judge) buys(shop order.Shop, lines []order.CartLine) error {
	if err := mayBuyLines(j.who, shop, lines); err != nil {
		return err
	}
	checked := shop.Check(lines, true)
	for _, l := range checked {
		if l.Fault != nil {
			return l.Fault
		}
	}
	made, err := shop.Place(checked)
	if err == nil && len(made.Failed) > 0 {
		return made.Failed[0].Fault
	}
	return err
}

// addOnLines are wishes for the least of each add-on that hangs on a subscription's item, once for each plan: those of the
// newer catalogue, and imported offers that name it as their base. MaxLines bounds them.
func (j *judge) addOnLines(s subscription.Subscription) ([]order.CartLine, error) {
	var lines []order.CartLine
	add := func(item catalog.Item) {
		var plans []catalog.Plan
		if item.Availability != nil {
			for _, o := range item.Entry.Options(item.Availability, j.now) {
				plans = append(plans, o.Plan)
			}
		}
		if len(plans) == 0 { // it has none, or no price
			plans = append(plans, "")
		}
		for _, plan := range plans {
			lines = append(lines, order.CartLine{
				ID: len(lines), Item: item.ID, Quantity: max(1, item.Sku.MinQuantity), Plan: plan, Parent: s.ID, Attested: true,
			})
		}
	}
	country := j.customer.Country()
	if s.Item.Sku == "" {
		offers, err := j.tx.Offers(country, OfferQuery{AddOnsOf: s.Item.Product, Limit: order.MaxLines})
		if err != nil {
			return nil, err
		}
		ids := make([]id.Product, len(offers))
		for i, o := range offers {
			ids[i] = o.ID
		}
		entries, err := j.tx.Entries(ids)
		if err != nil {
			return nil, err
		}
		for _, p := range ids {
			if e := entries[p]; e != nil {
				if item, ok := e.Item(id.Item{Product: p}, country); ok {
					add(item)
				}
			}
		}
	}
	if s.Kind == catalog.Software || s.Kind == catalog.Reservation {
		return lines, nil
	}
	shelf, err := j.tx.Market(country, j.customer.Segment, []catalog.Kind{catalog.OnlineService, catalog.SaaS})
	if err != nil {
		return nil, err
	}
	for _, e := range shelf {
		for i := range e.Availabilities {
			av := &e.Availabilities[i]
			sku, ok := e.Sku(av.Sku)
			if !ok || !sku.AddOn || av.Market != country || av.Segment != j.customer.Segment || !av.Live(j.now) ||
				!sku.HangsOn(catalog.Ref{Product: s.Item.Product, Sku: s.Item.Sku}) {
				continue
			}
			add(catalog.Item{ID: id.Item{Product: e.Product.ID, Sku: sku.ID, Availability: av.ID}, Entry: e, Sku: sku, Availability: av})
		}
	}
	return lines[:min(len(lines), order.MaxLines)], nil
}
