package app_test

import (
	"context"
	"slices"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// TestF13LifetimePlacesStayTaken cancels a subscription of a SKU that each customer may buy twice in a lifetime, after a
// new catalogue replaced its availability: one more can be bought, not two.
func TestF13LifetimePlacesStayTaken(t *testing.T) {
	both(t, func(w *world) {
		ctx, c := context.Background(), w.seeded.Customers[0]
		bought := w.buyOne(c, sandbox.StarterKit, "0002", 1, catalog.Annual, when.Year)
		anew := sandbox.Item(sandbox.StarterKit, "0002", "US")
		anew.Availability = "AVNEWNEWNEW1"
		_, err := w.Store.Update(ctx, app.Act{Actor: w.who, Lock: app.Lock{Partner: true}}, func(tx app.Tx) (any, error) {
			all, err := tx.Entries([]id.Product{anew.Product})
			if err != nil {
				return nil, err
			}
			e := *all[anew.Product]
			e.Availabilities = slices.Clone(e.Availabilities)
			for i := range e.Availabilities {
				if e.Availabilities[i].Sku == "0002" && e.Availabilities[i].Market == "US" {
					e.Availabilities[i].ID = anew.Availability
				}
			}
			return nil, tx.PutEntry(e)
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.change(c, bought.Lines[0].Subscription, app.Changes{State: app.WantCancelled}); err != nil {
			t.Fatal(err)
		}
		for n, want := range []string{"", "offer.limit"} {
			_, err := do[app.Purchase](w, func(req app.Request) (app.Reply, error) {
				line := order.CartLine{Item: anew, Quantity: 1, Plan: catalog.Annual, Term: when.Year}
				return w.PlaceOrder(ctx, w.who, req, c.ID, []order.CartLine{line}, app.Asked{})
			})
			if f := fault.Of(err); (f == nil) != (want == "") || f != nil && f.Code != want {
				t.Errorf("purchase %d: %v, want %q", n+2, err, want)
			}
		}
	})
}
