package app_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// TestF71NoChargeMissesItsInvoice closes a billing period at the worst moment: when a purchase has read its clock, an
// instant before the period's end, and has not committed. Its charge must be on the invoice all the same (decision 0003).
func TestF71NoChargeMissesItsInvoice(t *testing.T) {
	both(t, func(w *world) {
		ctx, customer := context.Background(), w.seeded.Customers[0]
		end := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
		if err := w.RunDue(ctx, end.Add(-time.Second), nil, nil); err != nil {
			t.Fatal(err)
		}
		closed := make(chan error, 1)
		w.Clock = &interrupted{at: end.Add(-time.Microsecond), meanwhile: func() {
			go func() { closed <- w.RunDue(ctx, end, nil, nil) }()
			select {
			case err := <-closed: // the period was closed under the purchase's feet
				closed <- err
			case <-time.After(300 * time.Millisecond): // it waits for the purchase, as it must
			}
		}}
		line := order.CartLine{Item: sandbox.Item(sandbox.UserCAL, "0001", "US"), Quantity: 1, Plan: catalog.OneTime}
		if _, err := do[app.Purchase](w, func(req app.Request) (app.Reply, error) {
			return w.PlaceOrder(ctx, w.who, req, customer.ID, []order.CartLine{line}, app.Asked{})
		}); err != nil {
			t.Fatal(err)
		}
		if err := <-closed; err != nil {
			t.Fatal(err)
		}
		err := w.store.View(ctx, func(r app.Reader) error {
			charged, err := r.Totals(w.who.Scope, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), end)
			invoices, err2 := r.Invoices(w.who.Scope, app.InvoiceQuery{From: end})
			for _, i := range invoices {
				if got, want := i.Totals.Gross(), charged[i.Currency].Gross(); got.Cmp(want) != 0 {
					t.Errorf("invoice %s holds %v, charged were %v", i.ID, got, want)
				}
			}
			if len(invoices) == 0 {
				t.Error("no invoice was issued")
			}
			return errors.Join(err, err2)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// interrupted is a clock that stands, and during whose first reading something else happens.
type interrupted struct {
	at        time.Time
	once      sync.Once
	meanwhile func()
}

// Now implements when.Clock.
func (c *interrupted) Now() time.Time {
	c.once.Do(c.meanwhile)
	return c.at
}

// TestE13LateSweepChangesNothing runs four hundred days in one go and in many: the books are the same, and a second run
// finds nothing to do.
func TestE13LateSweepChangesNothing(t *testing.T) {
	both(t, func(w *world) {
		until := now.AddDate(0, 0, 400)
		var happened []app.Happened
		if err := w.RunDue(context.Background(), until, nil, func(h app.Happened) { happened = append(happened, h) }); err != nil {
			t.Fatal(err)
		}
		w.clock.Set(until)
		invoices := 0
		for i, h := range happened {
			if h.Invoice != "" {
				invoices++
			}
			if i > 0 && h.At.Before(happened[i-1].At) {
				t.Errorf("%v after %v", h.At, happened[i-1].At)
			}
		}
		if invoices < 13*2 || len(happened) < 50 {
			t.Errorf("only %d things happened, %d invoices", len(happened), invoices)
		}
		if err := w.RunDue(context.Background(), until, nil, func(h app.Happened) { t.Errorf("again: %+v", h) }); err != nil {
			t.Fatal(err)
		}
	})
}

// TestF71FirstPeriodIsThatOfTheEarliestCharge: a plan's free days end in December while nothing is swept, its customer's
// first purchase is in January, and only then is December's charge made. It was still the first, and is invoiced.
func TestF71FirstPeriodIsThatOfTheEarliestCharge(t *testing.T) {
	both(t, func(w *world) {
		ctx := context.Background()
		made, err := do[app.NewCustomer](w, func(req app.Request) (app.Reply, error) {
			return w.CreateCustomer(ctx, w.who, req, party.Customer{
				CompanyName: "Late", Domain: "late.example", Email: "office@late.example", Culture: "ja-JP", Language: "ja",
				Address: party.Address{Country: "GP"},
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		customer := made.Customer.ID
		buy := func(line order.CartLine) order.Order {
			bought, err := do[app.Purchase](w, func(req app.Request) (app.Reply, error) {
				return w.PlaceOrder(ctx, w.who, req, customer, []order.CartLine{line}, app.Asked{})
			})
			if err != nil {
				t.Fatal(err)
			}
			return bought.Orders[0]
		}
		trial := buy(order.CartLine{Item: sandbox.Item(sandbox.OrbitCRM, "0001", "GP"), Quantity: 2, Plan: catalog.Monthly})
		if _, err := do[app.SubscriptionView](w, func(req app.Request) (app.Reply, error) {
			return w.Activate(ctx, w.who, req, customer, trial.Lines[0].Subscription)
		}); err != nil {
			t.Fatal(err)
		}
		w.clock.Set(now.AddDate(0, 0, 45))
		buy(order.CartLine{Item: sandbox.Item(sandbox.UserCAL, "0001", "GP"), Quantity: 1, Plan: catalog.OneTime})
		if err := w.RunDue(ctx, w.clock.Now(), nil, nil); err != nil {
			t.Fatal(err)
		}
		invoices, err := w.Invoices(ctx, w.who, app.InvoiceQuery{})
		if err != nil {
			t.Fatal(err)
		}
		billed := 0
		for _, i := range invoices {
			if i.Currency == "EUR" && i.Period.Start.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)) {
				billed = i.Totals.Lines
			}
		}
		if billed == 0 {
			t.Error("the charge of December is on no invoice")
		}
		c, err := w.Customer(ctx, w.who, customer)
		if want := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC); err != nil || !c.FirstBilling.Equal(want) {
			t.Errorf("first billing period from %s, want %s (%v)", c.FirstBilling, want, err)
		}
	})
}
