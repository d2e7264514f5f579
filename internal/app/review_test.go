package app_test

import (
	"context"
	"slices"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// A review says line by line what the checkout then does, under the same hash; lines join a cart as it is; a cart may be
// emptied. F03 F05 F20 E15.
func TestF20ReviewSaysWhatTheCheckoutDoes(t *testing.T) {
	both(t, func(w *world) {
		ctx, c := context.Background(), w.seeded.Customers[0].ID
		line := order.CartLine{Item: sandbox.Item(sandbox.RemoteCAL, "0002", "US"), Quantity: 2, Plan: catalog.Annual, Term: when.ThreeYears}
		cart, err := do[order.Cart](w, func(req app.Request) (app.Reply, error) {
			return w.CreateCart(ctx, w.who, req, c, order.Cart{Lines: []order.CartLine{line}})
		})
		if err != nil {
			t.Fatal(err)
		}
		change := func(f func([]order.CartLine) []order.CartLine) order.Cart {
			t.Helper()
			out, err := do[order.Cart](w, func(req app.Request) (app.Reply, error) { return w.ChangeCart(ctx, w.who, req, c, cart.ID, false, f) })
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		change(func(lines []order.CartLine) []order.CartLine {
			return append(slices.Clone(lines), order.CartLine{ID: 1, Item: sandbox.Item(sandbox.SQLServer, "0001", "US"), Quantity: 0, Plan: catalog.Annual, Term: when.Year})
		})
		r, err := w.ReviewCart(ctx, w.who, c, cart.ID)
		if err != nil || len(r.Lines) != 2 || r.Lines[1].Fault == nil || r.Lines[1].Fault.Code != "quantity.out_of_range" || len(r.Failed) != 1 {
			t.Fatalf("%+v %v", r.Lines, err)
		}
		if r.Lines[0].Line != nil { // they would be one order: of one seller, charged once a year
			t.Error("a line is bought beside a bad one of its order")
		}
		change(func(lines []order.CartLine) []order.CartLine { return lines[:1] })
		if r, err = w.ReviewCart(ctx, w.who, c, cart.ID); err != nil {
			t.Fatal(err)
		}
		one := r.Lines[0]
		if one.Line == nil || one.Begun == nil || len(one.Charges) != 1 || len(one.Ways) != 2 || one.Until.IsZero() {
			t.Fatalf("%+v", one)
		}
		coming, err := one.Begun.Coming()
		if err != nil || len(coming) != 2 || !coming[0].Period.Start.Equal(one.Charges[0].Period.End) {
			t.Errorf("coming: %+v %v", coming, err)
		}
		done, err := do[app.Purchase](w, func(req app.Request) (app.Reply, error) {
			return w.Checkout(ctx, w.who, req, c, cart.ID, app.Asked{Match: r.Preview.Hash()})
		})
		if err != nil || len(done.Orders) != 1 {
			t.Fatalf("%+v %v", done, err)
		}
		if got, want := done.Made.Charges[0].Gross(), one.Charges[0].Gross(); got != want {
			t.Errorf("charged %s, shown %s", got, want)
		}
	})
}

// F08 F13 F25: what is laid out before a buyer, with its ways and its reasons; add-ons are with their base alone.
func TestF08GoodsAndAddOns(t *testing.T) {
	both(t, func(w *world) {
		ctx, c := context.Background(), w.seeded.Customers[1].ID
		_, goods, err := w.Goods(ctx, w.who, c, "", catalog.OnlineService, catalog.SaaS)
		if err != nil || len(goods) == 0 {
			t.Fatal(goods, err)
		}
		barred := map[id.Product]string{}
		for _, g := range goods {
			if g.Sku.AddOn {
				t.Errorf("%s is laid out", g.ID)
			}
			if g.Barred != nil {
				barred[g.Entry.Product.ID] = g.Barred.Code
			}
		}
		for product, code := range map[id.Product]string{sandbox.NorthExclusive: "offer.exclusive", sandbox.OptedOut: "offer.no_resale", sandbox.ContainersAway: "offer.not_transactable"} {
			if barred[product] != code {
				t.Errorf("%s: %q, want %s", product, barred[product], code)
			}
		}
		subs, err := w.Subscriptions(ctx, w.who, c, app.SubscriptionQuery{})
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(subs, func(s app.SubscriptionView) bool { return s.Item.Product == sandbox.MailSuite })
		offers, err := w.AddOnOffers(ctx, w.who, c, subs[i].ID)
		if err != nil || len(offers) != 1 || offers[0].Entry.Product.ID != sandbox.MailArchive || len(offers[0].Ways) != 2 {
			t.Errorf("%+v %v", offers, err)
		}
	})
}
