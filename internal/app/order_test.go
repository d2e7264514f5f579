package app_test

import (
	"context"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// TestF20ABadAddOnLineRefusesTheOrder: an order placed without a cart is bought whole or refused, add-ons included.
func TestF20ABadAddOnLineRefusesTheOrder(t *testing.T) {
	both(t, func(w *world) {
		ctx, customer := context.Background(), w.seeded.Customers[0]
		line := order.CartLine{Item: sandbox.Item(sandbox.MailSuite, "0001", "US"), Quantity: 3, Plan: catalog.Monthly, Term: when.Month}
		line.AddOns = []order.CartLine{{ID: 1, Item: sandbox.Item(sandbox.MailArchive, "0001", "US"), Quantity: 0, Plan: catalog.Monthly}}
		bought, err := do[app.Purchase](w, func(req app.Request) (app.Reply, error) {
			return w.PlaceOrder(ctx, w.who, req, customer.ID, []order.CartLine{line}, app.Asked{})
		})
		if f := fault.Of(err); f == nil || f.Code != "quantity.out_of_range" {
			t.Errorf("answered %+v, %v", bought, err)
		}
	})
}
