package app

import (
	"fmt"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// schedule plans the next term, or takes the plan away, which needs no shelf.
func (d decider) schedule(h subscription.Held, want subscription.NextTerm) (subscription.Outcome, error) {
	var shelf subscription.Shelf
	if !want.IsZero() {
		var err error
		if shelf, err = d.shelf(h, h.Wish(want).Item); err != nil {
			return subscription.Outcome{}, err
		}
		if err := d.keepSeats(h.Subscription, h.Wish(want).Quantity); err != nil {
			return subscription.Outcome{}, err
		}
	}
	if !want.End.At.IsZero() {
		others, err := d.tx.Subscriptions(d.act.Actor.Scope, d.customer.ID, SubscriptionQuery{})
		if err != nil {
			return subscription.Outcome{}, err
		}
		shelf.Ends = subscription.Ends(others)
	}
	return subscription.Schedule(h.Subscription, want, shelf, subscriptionsOf(d.children), d.now)
}

// shelf is shelfFor with what the add-ons of h say to it.
func (d decider) shelf(h subscription.Held, to id.Item) (subscription.Shelf, error) {
	shelf, err := shelfFor(d.tx, d.act.Actor, d.customer, h.Subscription, to, d.now)
	if err != nil {
		return shelf, err
	}
	shelf.Orphans, err = orphans(d.tx, d.children, shelf.To.ID)
	return shelf, err
}

// orphans tells whether a live add-on could not hang on an item (F26).
func orphans(r Reader, children []subscription.Held, to id.Item) (bool, error) {
	var products []id.Product
	for _, c := range children {
		products = append(products, c.Item.Product)
	}
	if len(products) == 0 {
		return false, nil
	}
	entries, err := r.Entries(products)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(children, func(c subscription.Held) bool {
		if !c.State.Live() {
			return false
		}
		e := entries[c.Item.Product]
		if e == nil {
			return true
		}
		sku := skuOf(e, c.Item)
		return sku == nil || !sku.HangsOn(catalog.Ref{Product: to.Product, Sku: to.Sku})
	}), nil
}

// shelfFor finds the SKU a subscription runs on and the item it is to become, as it is on sale now, whichever its
// availability is called. Faults: "item.unknown", "offer.withdrawn", and for another SKU what bars the customer from it.
func shelfFor(r Reader, who party.Actor, c party.Customer, s subscription.Subscription, to id.Item, now time.Time) (shelf subscription.Shelf, err error) {
	entries, err := r.Entries([]id.Product{s.Item.Product, to.Product})
	if err != nil {
		return shelf, err
	}
	if here := entries[s.Item.Product]; here != nil {
		shelf.From = skuOf(here, s.Item)
	}
	there := entries[to.Product]
	if there != nil && there.Product.Imported { // an imported offer goes by its GUID alone
		to.Sku, to.Availability = "", ""
	}
	if there == nil || skuOf(there, to) == nil || to.Sku == "" && !there.Product.Imported {
		return shelf, fault.Invalid("item.unknown", nil)
	}
	item, ok := there.Offered(to, c.Country(), there.Segment(to, c.Segment), now)
	if !ok {
		return shelf, fault.Refuse("offer.withdrawn", nil)
	}
	if item.ID.Availability = item.Availability.ID; to.Sku == "" {
		item.ID.Availability = ""
	}
	shelf.To = item
	if to.Product == s.Item.Product && to.Sku == s.Item.Sku {
		return shelf, nil
	}
	if f := item.Barred(buyer(who, c), now); f != nil {
		return shelf, f
	}
	return shelf, nil
}

// skuOf is the SKU an item names; an imported offer's only one. nil when there is none.
func skuOf(e *catalog.Entry, item id.Item) *catalog.Sku {
	if item.Sku == "" && len(e.Skus) == 1 {
		return &e.Skus[0]
	}
	if sku, ok := e.Sku(item.Sku); ok {
		return sku
	}
	return nil
}

// nextTermWords is a plan in words, for records and for what a preview's hash covers; empty when nothing is planned.
func nextTermWords(n subscription.NextTerm) string {
	if n.IsZero() {
		return ""
	}
	words := fmt.Sprintf(" %s %d %s %s", n.Item, n.Quantity, n.Term, n.Plan)
	if !n.End.At.IsZero() {
		words += " until " + n.End.At.Format(time.RFC3339Nano)
	}
	return words
}
