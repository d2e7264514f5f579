package app

import (
	"context"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// Way is a way to buy an item, with the price of one unit for the whole term.
type Way struct {
	catalog.Option
	Unit money.Price
}

// ways are those an item is sold by, for a quantity at an instant.
func ways(item catalog.Item, quantity int64, at time.Time) (out []Way) {
	for _, o := range order.Choices(item, at) {
		if row, ok := item.Entry.Price(item.Availability, o, max(1, quantity), at); ok {
			out = append(out, Way{o, row.Unit})
		}
	}
	return out
}

// ReviewedLine is a line of a cart with what buying it now would make.
type ReviewedLine struct {
	order.CartLine              // its Fault tells why it cannot be bought
	Item           catalog.Item // Entry is nil for a line that names nothing
	Ways           []Way
	AddOn          bool // of the line before it
	// What it would become; nil where it cannot be bought, or its order cannot.
	Line    *order.Line
	Begun   *subscription.Subscription // nil for perpetual software too
	Charges []billing.Charge           // made at once
	Rule    policy.CancelRule
	Until   time.Time // end of the window; zero: there is none
}

// Review is a cart as it would be bought now (F03, F05, F20): nothing is saved.
type Review struct {
	Customer party.Customer
	Cart     order.Cart
	Lines    []ReviewedLine // those that were not bought yet, add-ons after their line
	Failed   []order.GroupFault
	Preview  Preview
	Now      time.Time
}

// ReviewCart tells what checking a cart out would do, line by line; its preview is that of Checkout.
// Faults: "cart.unknown", "cart.expired".
func (a *App) ReviewCart(ctx context.Context, who party.Actor, c id.Customer, cartID id.Cart) (Review, error) {
	if err := mayBuyAnything(who, c); err != nil {
		return Review{}, err
	}
	now := a.Clock.Now()
	return read(ctx, a.Store, func(r Reader) (out Review, err error) {
		out.Now = now
		if out.Customer, err = r.Customer(who.Scope, c); err != nil {
			return out, err
		}
		if out.Cart, err = r.Cart(who.Scope, c, cartID); err != nil {
			return out, err
		}
		open := slices.DeleteFunc(slices.Clone(out.Cart.Lines), func(l order.CartLine) bool { return l.Placed != "" })
		if len(open) == 0 {
			return out, nil
		}
		if !now.Before(out.Cart.ExpiresAt) {
			return out, fault.Refuse("cart.expired", fault.Args{"until": out.Cart.ExpiresAt})
		}
		shop, err := a.shop(r, who, out.Customer, open, now)
		if err != nil {
			return out, err
		}
		lines := shop.Check(open, false)
		made, err := shop.Place(lines)
		if err != nil {
			return out, err
		}
		out.Failed = made.Failed
		if out.Preview, err = a.previewPurchase(r, &Act{Actor: who, Preview: true}, out.Customer, &out.Cart, shop, made); err != nil {
			return out, err
		}
		out.Lines = reviewed(shop, lines, made)
		return out, nil
	})
}

// reviewed puts beside each line what a placement makes of it. Orders are in the order of their groups, and the lines of an
// order in that of the cart.
func reviewed(shop order.Shop, lines []order.CartLine, made order.Placement) (out []ReviewedLine) {
	var groups []string
	for _, l := range lines {
		if !slices.Contains(groups, l.Group) && !slices.ContainsFunc(made.Failed, func(f order.GroupFault) bool { return f.Group == l.Group }) {
			groups = append(groups, l.Group)
		}
	}
	next := make([]int, len(groups))
	for _, l := range lines {
		for i, one := range append([]order.CartLine{l}, l.AddOns...) {
			r := ReviewedLine{CartLine: one, AddOn: i > 0}
			if e := shop.Shelf[one.Item.Product]; e != nil {
				r.Item, _ = e.Item(one.Item, shop.Buyer.Market)
			}
			if r.Item.Entry != nil {
				r.Ways = ways(r.Item, one.Quantity, shop.Now)
			}
			if n := slices.Index(groups, l.Group); n >= 0 {
				r.becomes(shop, made, made.Orders[n], next[n])
				next[n]++
			}
			out = append(out, r)
		}
	}
	return out
}

func (r *ReviewedLine) becomes(shop order.Shop, made order.Placement, o order.Order, line int) {
	l := o.Lines[line]
	r.Line = &l
	r.Rule, _ = policy.ByID(shop.Rules, l.Tariff.Policy)
	if until, ok := r.Rule.End(o.At, o.At); ok {
		r.Until = until
	}
	for i := range made.Subscriptions {
		if s := &made.Subscriptions[i]; s.ID == l.Subscription && l.Subscription != "" {
			r.Begun = s
		}
	}
	for _, ch := range made.Charges {
		if ch.Order == o.ID && ch.Line == l.Number {
			r.Charges = append(r.Charges, ch)
		}
	}
}
