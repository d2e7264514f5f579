package app

import (
	"context"
	"slices"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// AddOnOffers are the add-ons that fit a subscription in its customer's country (F25, F26), by the ways that its term allows
// (F28), each barred one with its reason. Fault "subscription.unknown".
func (a *App) AddOnOffers(ctx context.Context, who party.Actor, c id.Customer, sub id.Subscription) ([]Good, error) {
	var goods []Good
	_, err := a.judge(ctx, who, c, func(j *judge) error {
		s, err := j.tx.Subscription(who.Scope, c, sub)
		if err != nil {
			return err
		}
		lines, err := j.addOnLines(s)
		if err != nil {
			return err
		}
		var products []id.Product
		for _, l := range lines {
			products = append(products, l.Item.Product)
		}
		entries, err := j.tx.Entries(products)
		if err != nil {
			return err
		}
		for _, l := range lines { // one for each way of an item
			e := entries[l.Item.Product]
			if e == nil || slices.ContainsFunc(goods, func(g Good) bool { return g.ID == l.Item }) {
				continue
			}
			item, ok := e.Item(l.Item, j.customer.Country())
			if !ok {
				continue
			}
			g := Good{Offered: Offered{item, item.Barred(buyer(who, j.customer), j.now)}}
			for _, w := range ways(item, max(1, item.Sku.MinQuantity), j.now) {
				if w.Term == s.Term {
					g.Ways = append(g.Ways, w)
				}
			}
			if g.Barred == nil && len(g.Ways) == 0 && !item.Sku.Metered {
				g.Barred = fault.Invalid("plan.not_offered", nil)
			}
			goods = append(goods, g)
		}
		return nil
	})
	return goods, err
}
