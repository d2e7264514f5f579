package app_test

import (
	"context"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// buyOne places an order of one line and gives it.
func (w *world) buyOne(c party.Customer, product id.Product, sku id.Sku, quantity int64, plan catalog.Plan, term when.Term) order.Order {
	w.t.Helper()
	line := order.CartLine{Item: sandbox.Item(product, sku, c.Country()), Quantity: quantity, Plan: plan, Term: term}
	bought, err := do[app.Purchase](w, func(req app.Request) (app.Reply, error) {
		return w.PlaceOrder(context.Background(), w.who, req, c.ID, []order.CartLine{line}, app.Asked{})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return bought.Orders[0]
}

// change changes a subscription.
func (w *world) change(c party.Customer, sub id.Subscription, ch app.Changes) (app.SubscriptionView, error) {
	return do[app.SubscriptionView](w, func(req app.Request) (app.Reply, error) {
		return w.ChangeSubscription(context.Background(), w.who, req, c.ID, sub, ch, app.Asked{})
	})
}

// TestE26OneChangeCreditsNothingTwice ends a subscription in the change that also takes seats from it, or adds some: what
// comes back is what was paid, once.
func TestE26OneChangeCreditsNothingTwice(t *testing.T) {
	both(t, func(w *world) {
		for _, seats := range []int64{3, 14} {
			c := w.seeded.Customers[0]
			o := w.buyOne(c, sandbox.MailSuite, "0001", 10, catalog.Annual, when.Year)
			w.clock.Set(w.clock.Now().Add(2 * time.Hour))
			got, err := w.change(c, o.Lines[0].Subscription, app.Changes{Quantity: &seats, State: app.WantCancelled})
			if err != nil {
				t.Fatal(err)
			}
			var sum int64
			credits := 0
			for _, ch := range got.Charges {
				if sum += ch.Gross().Minor(); ch.Kind == billing.Cancel {
					credits++
				}
			}
			if sum != 0 || credits == 0 {
				t.Errorf("10 → %d seats and out within a day leaves %d to pay: %+v", seats, sum, got.Charges)
			}
		}
	})
}

// TestE03TheSameObjectTwice sends one whole object, with the version it was read at, two times: the second cancellation is
// told that it is one; any other change of what is deleted is told that.
func TestE03TheSameObjectTwice(t *testing.T) {
	both(t, func(w *world) {
		c := w.seeded.Customers[0]
		sub := w.buyOne(c, sandbox.MailSuite, "0001", 10, catalog.Annual, when.Year).Lines[0].Subscription
		read, err := w.Subscription(context.Background(), w.who, c.ID, sub)
		if err != nil {
			t.Fatal(err)
		}
		more := int64(11)
		for _, try := range []struct {
			ch   app.Changes
			code string
		}{
			{app.Changes{State: app.WantCancelled, Version: read.Version}, ""},
			{app.Changes{State: app.WantCancelled, Version: read.Version}, "cancel.already"},
			{app.Changes{Quantity: &more, Version: read.Version}, "subscription.deleted"},
		} {
			_, err := w.change(c, sub, try.ch)
			if f := fault.Of(err); (f == nil) != (try.code == "") || f != nil && f.Code != try.code {
				t.Errorf("%+v: %v, want %q", try.ch, err, try.code)
			}
		}
	})
}
