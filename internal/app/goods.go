package app

import (
	"context"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
)

// Good is an item as it is laid out before a buyer: with the ways to buy it, or the reason it is barred.
type Good struct {
	Offered
	Ways     []Way
	Category string // of an imported offer, as it was imported
}

// Goods lays out what a customer can be sold of some kinds: products and imported offers alike, each barred one with its
// reason, those that its limit keeps from one more among them (F08, F12–F18, F81). Add-ons are left out: they are bought from
// their base (F25). Faults: "segment.not_allowed", those of the customer.
func (a *App) Goods(ctx context.Context, who party.Actor, c id.Customer, segment string, kinds ...catalog.Kind) (Shelf, []Good, error) {
	type found struct {
		shelf Shelf
		goods []Good
	}
	if err := mayBuyAnything(who, c); err != nil {
		return Shelf{}, nil, err
	}
	got, err := read(ctx, a.Store, func(r Reader) (f found, err error) {
		if f.shelf, err = a.shelf(r, who, c, "", segment); err != nil {
			return f, err
		}
		all, err := r.Market(f.shelf.Market, f.shelf.Segment, kinds)
		if err != nil {
			return f, err
		}
		for _, e := range all {
			for _, o := range f.shelf.Listed(e) {
				f.goods = append(f.goods, Good{Offered: o})
			}
		}
		for _, kind := range kinds {
			if kind == catalog.OnlineService { // what was imported is online services
				imported, err := importedGoods(r, f.shelf)
				if err != nil {
					return f, err
				}
				f.goods = append(f.goods, imported...)
			}
		}
		f.goods, err = f.shelf.laidOut(r, who, c, f.goods)
		return f, err
	})
	return got.shelf, got.goods, err
}

// Rule is the cancellation row that a purchase made now by a way is pinned to; ok is false when no row fits.
func (s Shelf) Rule(item catalog.Item, o catalog.Option) (rule policy.CancelRule, ok bool) {
	return policy.For(s.Rules, catalog.ClassOf(&item.Entry.Product, item.Sku, o.Plan, o.Term), s.Now)
}

func importedGoods(r Reader, s Shelf) ([]Good, error) {
	offers, err := r.Offers(s.Market, OfferQuery{Segment: s.Segment})
	if err != nil || len(offers) == 0 {
		return nil, err
	}
	ids := make([]id.Product, len(offers))
	for i, o := range offers {
		ids[i] = o.ID
	}
	entries, err := r.Entries(ids)
	if err != nil {
		return nil, err
	}
	var goods []Good
	for _, o := range offers {
		e := entries[o.ID]
		if e == nil {
			continue
		}
		if item, ok := e.Item(id.Item{Product: o.ID}, s.Market); ok && item.Listed(s.Buyer, s.Now) {
			goods = append(goods, Good{Offered: Offered{item, item.Barred(s.Buyer, s.Now)}, Category: o.Category.Name})
		}
	}
	return goods, nil
}

// laidOut leaves add-ons out, finds prices, and asks the limits.
func (s Shelf) laidOut(r Reader, who party.Actor, c id.Customer, goods []Good) ([]Good, error) {
	var limited []catalog.Ref
	kept := goods[:0]
	for _, g := range goods {
		if g.Sku.AddOn {
			continue
		}
		g.Ways = ways(g.Item, max(1, g.Sku.MinQuantity), s.Now)
		if g.Sku.LimitUnit != catalog.NoLimit {
			limited = append(limited, catalog.Ref{Product: g.Entry.Product.ID, Sku: g.Sku.ID})
		}
		kept = append(kept, g)
	}
	if len(limited) == 0 {
		return kept, nil
	}
	held, err := r.Holdings(who.Scope, c, limited)
	if err != nil {
		return nil, err
	}
	for i := range kept {
		g := &kept[i]
		if g.Barred == nil {
			if f := order.Full(g.Sku, held[catalog.Ref{Product: g.Entry.Product.ID, Sku: g.Sku.ID}], 0); f != nil {
				g.Barred = f
			}
		}
	}
	return kept, nil
}
