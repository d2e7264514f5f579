package app_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// TestF71NoChargeMissesItsInvoice buys while periods are closed: each charge is on exactly one invoice, or in the open
// period (decision 0003).
func TestF71NoChargeMissesItsInvoice(t *testing.T) {
	both(t, func(w *world) {
		customer := w.seeded.Customers[0]
		stop := make(chan struct{})
		var buyers sync.WaitGroup
		for range 4 {
			buyers.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					line := order.CartLine{Item: sandbox.Item(sandbox.UserCAL, "0001", "US"), Quantity: 1, Plan: catalog.OneTime}
					_, err := do[app.Purchase](w, func(req app.Request) (app.Reply, error) {
						return w.PlaceOrder(context.Background(), w.who, req, customer.ID, []order.CartLine{line}, app.Asked{})
					})
					if err != nil {
						t.Errorf("buying: %v", err)
						return
					}
				}
			})
		}
		for range 6 { // the clock crosses six ends of a period under their feet
			end := time.Date(w.clock.Now().Year(), w.clock.Now().Month()+1, 1, 0, 0, 0, 0, time.UTC)
			w.clock.Set(end)
			if err := w.RunDue(context.Background(), end, nil, nil); err != nil {
				t.Fatal(err)
			}
		}
		close(stop)
		buyers.Wait()
		var all, invoiced money.Amount
		err := w.store.View(context.Background(), func(r app.Reader) error {
			totals, err := r.Totals(w.who.Scope, time.Time{}, time.Time{})
			all = totals["USD"].Gross()
			open, err2 := r.Totals(w.who.Scope, w.clock.Now(), when.Never)
			invoiced = invoiced.Add(open["USD"].Gross())
			invoices, err3 := r.Invoices(w.who.Scope, app.InvoiceQuery{})
			for _, i := range invoices {
				if i.Currency == "USD" {
					invoiced = invoiced.Add(i.Totals.Gross())
				}
			}
			return errors.Join(err, err2, err3)
		})
		if err != nil {
			t.Fatal(err)
		}
		if all.Cmp(invoiced) != 0 {
			t.Errorf("charged %v, on invoices and in the open period %v", all, invoiced)
		}
	})
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
