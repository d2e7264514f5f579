package app

import (
	"context"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
)

// CreateCart opens a cart with checked lines: a bad line is marked, the cart is made all the same (F20).
// Faults: "cart.empty", "cart.too_long", those of the customer.
func (a *App) CreateCart(ctx context.Context, who party.Actor, req Request, c id.Customer, in order.Cart) (Reply, error) {
	if err := mayBuyAnything(who, c); err != nil {
		return Reply{}, err
	}
	if err := countLines(in.Lines); err != nil {
		return Reply{}, err
	}
	return a.Store.Update(ctx, Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req}, func(tx Tx) (any, error) {
		now := a.Clock.Now()
		customer, err := tx.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		shop, err := a.shop(tx, who, customer, in.Lines, now)
		if err != nil {
			return nil, err
		}
		if err := mayBuyLines(who, shop, in.Lines); err != nil {
			return nil, err
		}
		cart := order.Cart{
			ID: id.Cart(a.IDs.GUID()), Customer: c, CreatedAt: now, ChangedAt: now, ExpiresAt: now.Add(policy.CartLife),
			ChangedBy: who.Name, Attested: in.Attested, Lines: shop.Check(in.Lines, true),
		}
		return cart, tx.AddCart(cart)
	})
}

// Cart reads a cart as it was last checked.
func (a *App) Cart(ctx context.Context, who party.Actor, c id.Customer, cart id.Cart) (order.Cart, error) {
	if err := mayBuyAnything(who, c); err != nil {
		return order.Cart{}, err
	}
	return read(ctx, a.Store, func(r Reader) (order.Cart, error) {
		if _, err := r.Customer(who.Scope, c); err != nil {
			return order.Cart{}, err
		}
		return r.Cart(who.Scope, c, cart)
	})
}

// ReplaceCart writes all lines anew: prices shown before are accepted as they are now (E15).
// Faults: "cart.ordered", "cart.expired", "cart.empty", "cart.too_long".
func (a *App) ReplaceCart(ctx context.Context, who party.Actor, req Request, c id.Customer, in order.Cart) (Reply, error) {
	if err := mayBuyAnything(who, c); err != nil {
		return Reply{}, err
	}
	if err := countLines(in.Lines); err != nil {
		return Reply{}, err
	}
	return a.writeCart(ctx, who, req, c, in.ID, true, func(cart *order.Cart) { cart.Lines, cart.Attested = in.Lines, in.Attested })
}

// ChangeCart changes the lines of a cart as it is now, whoever wrote it last. Prices that were shown stay as they were shown,
// and mark their line when they are others now, until accept takes them as they are (E15); a line whose price is to be
// looked up anew comes without one. Without any line the cart is empty. Faults: "cart.ordered", "cart.expired", "cart.too_long".
func (a *App) ChangeCart(ctx context.Context, who party.Actor, req Request, c id.Customer, cart id.Cart, accept bool, change func([]order.CartLine) []order.CartLine) (Reply, error) {
	if err := mayBuyAnything(who, c); err != nil {
		return Reply{}, err
	}
	return a.writeCart(ctx, who, req, c, cart, accept, func(cart *order.Cart) { cart.Lines = change(cart.Lines) })
}

func (a *App) writeCart(ctx context.Context, who party.Actor, req Request, c id.Customer, cartID id.Cart, accept bool, change func(*order.Cart)) (Reply, error) {
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req, Version: func(tx Tx) (int64, error) {
		cart, err := tx.Cart(who.Scope, c, cartID)
		return cart.Version, err
	}}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		now := a.Clock.Now()
		customer, err := tx.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		cart, err := tx.Cart(who.Scope, c, cartID)
		if err != nil {
			return nil, err
		}
		switch {
		case cart.Ordered || anyPlaced(cart.Lines):
			return nil, fault.Refuse("cart.ordered", nil)
		case !now.Before(cart.ExpiresAt):
			return nil, fault.Refuse("cart.expired", fault.Args{"until": cart.ExpiresAt})
		}
		if change(&cart); len(cart.Lines) > 0 {
			if err := countLines(cart.Lines); err != nil {
				return nil, err
			}
		}
		shop, err := a.shop(tx, who, customer, cart.Lines, now)
		if err != nil {
			return nil, err
		}
		if err := mayBuyLines(who, shop, cart.Lines); err != nil {
			return nil, err
		}
		cart.Lines, cart.ChangedAt, cart.ChangedBy = shop.Check(cart.Lines, accept), now, who.Name
		return cart, tx.SaveCart(cart)
	})
}

func countLines(lines []order.CartLine) error {
	n := len(lines)
	for _, l := range lines {
		n += len(l.AddOns)
	}
	switch {
	case n == 0:
		return fault.Invalid("cart.empty", nil)
	case n > order.MaxLines:
		return fault.Invalid("cart.too_long", fault.Args{"max": order.MaxLines})
	}
	return nil
}

func anyPlaced(lines []order.CartLine) bool {
	for _, l := range lines {
		if l.Placed != "" {
			return true
		}
	}
	return false
}
