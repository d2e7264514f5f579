package app_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// TestF58NeedsInformation: a product so flagged is not cancelled by its order or subscription; the verdict leads to a
// support request, and turns into that of a closed window at the window's end.
func TestF58NeedsInformation(t *testing.T) {
	both(t, func(w *world) {
		ctx, c := context.Background(), w.seeded.Customers[0]
		if _, err := w.Store.Update(ctx, app.Act{Actor: w.who}, func(tx app.Tx) (any, error) {
			entries, err := tx.Entries([]id.Product{sandbox.WindowsServer})
			if err != nil {
				return nil, err
			}
			e := *entries[sandbox.WindowsServer]
			e.Product.NeedsInformation = true
			return nil, tx.PutEntry(e)
		}); err != nil {
			t.Fatal(err)
		}
		perpetual := w.buyOne(c, sandbox.SQLPerpetual, "0001", 1, catalog.OneTime, when.Term{})
		year := w.buyOne(c, sandbox.WindowsServer, "0001", 1, catalog.Annual, when.Year)
		sub := year.Lines[0].Subscription
		byOrder := func(o order.Order) error {
			_, err := do[any](w, func(req app.Request) (app.Reply, error) {
				return w.CancelOrder(ctx, w.who, req, c.ID, string(o.ID), nil, app.Asked{})
			})
			return err
		}
		bySubscription := func() error {
			_, err := w.change(c, sub, app.Changes{State: app.WantCancelled})
			return err
		}
		told := func(vs []app.Verdict, err error) string {
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range vs {
				if v.Act == app.ActCancel && v.Reason != nil && v.Mend != nil {
					return v.Reason.Code + " " + v.Mend.Act
				}
			}
			return ""
		}
		for _, step := range []struct {
			at   time.Time
			code string
		}{
			{now, "cancel.needs_request"},
			{now.Add(7*24*time.Hour - time.Microsecond), "cancel.needs_request"},
			{now.Add(7 * 24 * time.Hour), "cancel.window_closed"},
		} {
			w.clock.Set(step.at)
			before := w.rows(c.ID)
			for name, err := range map[string]error{"by the order": byOrder(year), "by the subscription": bySubscription()} {
				if code(err) != step.code {
					t.Errorf("F58 %s at %v: %v", name, step.at, err)
				}
			}
			if code(byOrder(perpetual)) != "cancel.needs_request" {
				t.Errorf("F58 a perpetual licence at %v", step.at)
			}
			if after := w.rows(c.ID); !reflect.DeepEqual(after, before) {
				t.Error("F58 a refusal changed something")
			}
			for name, got := range map[string]string{
				"line":         told(w.LineVerdicts(ctx, w.who, c.ID, string(year.ID), 0)),
				"subscription": told(w.SubscriptionVerdicts(ctx, w.who, c.ID, sub)),
			} {
				if got != step.code+" "+app.ActSupport {
					t.Errorf("F58 %s at %v: %q", name, step.at, got)
				}
			}
		}
	})
}
