package app_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// TestE08EachCurrencyHasItsInvoice sells one product in two currencies of one market, as a price sheet may have them: an
// order each, a preview with two sums, and at the end of the period an invoice each, though the customer was billed before.
func TestE08EachCurrencyHasItsInvoice(t *testing.T) {
	both(t, func(w *world) {
		ctx, c := context.Background(), w.seeded.Customers[0]
		item := sandbox.Item(sandbox.UserCAL, "0001", "US")
		pounds := item
		pounds.Availability = "AVUSRCALGBP0"
		_, err := w.Store.Update(ctx, app.Act{Actor: w.who, Lock: app.Lock{Partner: true}}, func(tx app.Tx) (any, error) {
			all, err := tx.Entries([]id.Product{item.Product})
			if err != nil {
				return nil, err
			}
			e := *all[item.Product]
			a := catalog.Availability{ID: pounds.Availability, Sku: "0001", Market: "US", Segment: "commercial", Currency: "GBP"}
			p := e.Prices[0]
			p.ID, p.Market, p.Currency, p.Unit = "pounds", "US", "GBP", money.PriceOf(31_0000_0000, "GBP")
			e.Availabilities, e.Prices = append(slices.Clone(e.Availabilities), a), append(slices.Clone(e.Prices), p)
			return nil, tx.PutEntry(e)
		})
		if err != nil {
			t.Fatal(err)
		}
		cart, err := do[order.Cart](w, func(req app.Request) (app.Reply, error) {
			return w.CreateCart(ctx, w.who, req, c.ID, order.Cart{Lines: []order.CartLine{
				{ID: 0, Item: item, Quantity: 1, Plan: catalog.OneTime}, {ID: 1, Item: pounds, Quantity: 2, Plan: catalog.OneTime},
			}})
		})
		if err != nil {
			t.Fatal(err)
		}
		checkout := func(asked app.Asked) app.Purchase {
			got, err := do[app.Purchase](w, func(req app.Request) (app.Reply, error) {
				return w.Checkout(ctx, w.who, req, c.ID, cart.ID, asked)
			})
			if err != nil || len(got.Failed) > 0 {
				t.Fatalf("checkout: %v %v", err, got.Failed)
			}
			return got
		}
		if p := checkout(app.Asked{Preview: true}); len(p.Preview.Sums()) != 2 || p.Preview.Sums()[1].String() != "62.00 GBP" {
			t.Errorf("preview: %v", p.Preview.Sums())
		}
		if made := checkout(app.Asked{}); len(made.Orders) != 2 || made.Orders[0].Currency != "USD" || made.Orders[1].Currency != "GBP" {
			t.Errorf("orders: %+v", made.Orders)
		}
		end := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
		if err := w.RunDue(ctx, end, nil, nil); err != nil {
			t.Fatal(err)
		}
		invoices, err := w.Invoices(ctx, w.who, app.InvoiceQuery{From: end})
		i := slices.IndexFunc(invoices, func(i billing.Invoice) bool { return i.Currency == "GBP" })
		if err != nil || i < 0 || invoices[i].Total().String() != "62.00 GBP" {
			t.Errorf("invoices: %+v %v", invoices, err)
		}
	})
}
