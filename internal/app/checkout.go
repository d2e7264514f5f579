package app

import (
	"context"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Purchase is the outcome of a checkout or an order: what was made, what failed, and for a preview the figures.
type Purchase struct {
	Customer party.Customer
	Orders   []order.Order
	Failed   []order.GroupFault
	Made     order.Placement
	Preview  *Preview
}

// Checkout buys what is in a cart: one order per billing cycle and seller (F03, F81). Groups with a bad line fail, the
// others go through; a later checkout tries only those that failed, and a cart that is wholly ordered answers with its
// orders again (contract.md §8). Faults: "cart.unknown", "cart.expired", "preview.moved", those of R01 and R02.
func (a *App) Checkout(ctx context.Context, who party.Actor, req Request, c id.Customer, cartID id.Cart, asked Asked) (Reply, error) {
	if err := mayBuyAnything(who, c); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Customer: string(c), Cart: string(cartID)}, Request: req, Preview: asked.Preview}
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
		if cart.Ordered {
			orders, err := tx.CartOrders(who.Scope, c, cartID)
			return Purchase{Customer: customer, Orders: orders}, err
		}
		if !now.Before(cart.ExpiresAt) {
			return nil, fault.Refuse("cart.expired", fault.Args{"until": cart.ExpiresAt})
		}
		open := slices.DeleteFunc(slices.Clone(cart.Lines), func(l order.CartLine) bool { return l.Placed != "" })
		shop, err := a.shop(tx, who, customer, open, now)
		if err != nil {
			return nil, err
		}
		if err := mayBuyLines(who, shop, open); err != nil {
			return nil, err
		}
		return a.buy(tx, &act, customer, &cart, shop, shop.Check(open, false), asked)
	})
}

// buy places checked lines and writes everything that follows from it.
func (a *App) buy(tx Tx, act *Act, customer party.Customer, cart *order.Cart, shop order.Shop, lines []order.CartLine, asked Asked) (any, error) {
	shop.Attested = cart.Attested
	made, err := shop.Place(lines)
	if err != nil {
		return nil, err
	}
	out := Purchase{Customer: customer, Orders: made.Orders, Failed: made.Failed, Made: made}
	p, err := a.previewPurchase(tx, act, customer, cart, shop, made)
	if err != nil {
		return nil, err
	}
	if err := p.check(asked); err != nil {
		return nil, err
	}
	if asked.Preview {
		out.Preview = &p
		return out, nil
	}
	if cart.Version > 0 { // some groups were placed before: the answer holds them all
		earlier, err := a.earlierOrders(tx, act, customer.ID, cart)
		if err != nil {
			return nil, err
		}
		out.Orders = append(earlier, out.Orders...)
	}
	s := saver{a, tx, act, customer, shop.Now}
	if err := s.placement(made, cart.ID); err != nil {
		return nil, err
	}
	if cart.ID == "" || len(made.Orders) == 0 {
		return out, nil
	}
	markPlaced(cart, lines, made)
	cart.ChangedAt, cart.ChangedBy = shop.Now, act.Actor.Name
	return out, tx.SaveCart(*cart)
}

func (a *App) earlierOrders(tx Tx, act *Act, c id.Customer, cart *order.Cart) ([]order.Order, error) {
	if !anyPlaced(cart.Lines) {
		return nil, nil
	}
	return tx.CartOrders(act.Actor.Scope, c, cart.ID)
}

// markPlaced notes on each cart line the order it became; the cart is ordered when all are.
func markPlaced(cart *order.Cart, lines []order.CartLine, made order.Placement) {
	var groups []string // of the orders made, in their order
	for _, l := range lines {
		failed := slices.ContainsFunc(made.Failed, func(f order.GroupFault) bool { return f.Group == l.Group })
		if !failed && !slices.Contains(groups, l.Group) {
			groups = append(groups, l.Group)
		}
	}
	placed := map[int]id.Order{}
	for _, l := range lines {
		if n := slices.Index(groups, l.Group); n >= 0 {
			placed[l.ID] = made.Orders[n].ID
		}
	}
	cart.Ordered = true
	cart.Lines = slices.Clone(cart.Lines)
	for i, l := range cart.Lines {
		if o, ok := placed[l.ID]; ok && l.Placed == "" {
			cart.Lines[i].Placed = o
		}
		cart.Ordered = cart.Ordered && cart.Lines[i].Placed != ""
	}
}

func (a *App) previewPurchase(tx Reader, act *Act, c party.Customer, cart *order.Cart, shop order.Shop, made order.Placement) (Preview, error) {
	p := Preview{Act: "purchase", Opened: true, Target: string(c.ID) + "/" + string(cart.ID), Versions: []int64{cart.Version}, Charges: made.Charges}
	for _, o := range made.Orders {
		for _, l := range o.Lines {
			p.Versions = append(p.Versions, shop.Shelf[l.Item.Product].Version)
			p.Rows = append(p.Rows, l.Tariff.PriceRow, l.Tariff.Policy, l.Tariff.Tax.ID)
			rule, _ := policy.ByID(shop.Rules, l.Tariff.Policy)
			if end, ok := rule.End(o.At, o.At); ok && (p.Window.IsZero() || end.Before(p.Window)) {
				p.Window, p.Policy = end, rule.ID
			}
		}
	}
	if !act.Preview {
		return p, nil
	}
	var err error
	p.Invoice, err = invoicePeriod(tx, act.Actor, shop.Now)
	return p, err
}

// invoicePeriod is the billing period an instant falls into.
func invoicePeriod(r Reader, who party.Actor, now time.Time) (period when.Period, err error) {
	partner, err := r.Partner(who.Scope)
	if err != nil {
		return period, err
	}
	return billing.PeriodAt(partner.BillingDay, now), nil
}

// PlaceOrder buys without a cart: the lines of one billing cycle and seller (POST orders). A bad line refuses the order.
// Faults: those of the first bad line, "order.mixed" for lines that would become several orders.
func (a *App) PlaceOrder(ctx context.Context, who party.Actor, req Request, c id.Customer, lines []order.CartLine, asked Asked) (Reply, error) {
	if err := mayBuyAnything(who, c); err != nil {
		return Reply{}, err
	}
	if err := countLines(lines); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req, Preview: asked.Preview}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		now := a.Clock.Now()
		customer, err := tx.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		shop, err := a.shop(tx, who, customer, lines, now)
		if err != nil {
			return nil, err
		}
		if err := mayBuyLines(who, shop, lines); err != nil {
			return nil, err
		}
		shop.Direct = true
		checked := shop.Check(lines, true)
		for _, l := range checked {
			for _, one := range append([]order.CartLine{l}, l.AddOns...) {
				if one.Fault != nil {
					return nil, one.Fault
				}
			}
			if l.Group != checked[0].Group {
				return nil, fault.Invalid("order.mixed", nil)
			}
		}
		return a.buy(tx, &act, customer, &order.Cart{Attested: asked.Attested}, shop, checked, asked)
	})
}
