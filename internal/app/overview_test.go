package app_test

import (
	"context"
	"slices"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// F02: what a customer's first page looks at, bounded, is what the whole lists hold, for customers of an ordinary size.
func TestF02OverviewIsWhatTheListsHold(t *testing.T) {
	both(t, func(w *world) {
		ctx, seen := context.Background(), 0
		for _, c := range w.seeded.Customers {
			got, err := w.Overview(ctx, w.who, c.ID)
			if code(err) == "tenant.foreign" { // a provider's
				continue
			}
			subs, err1 := w.Entitled(ctx, w.who, c.ID)
			software, err2 := w.Software(ctx, w.who, c.ID)
			orders, err3 := w.Orders(ctx, w.who, c.ID, "", true)
			for _, e := range []error{err, err1, err2, err3} {
				if e != nil {
					t.Fatal(e)
				}
			}
			var running []id.Subscription
			for _, s := range subs {
				if s.State == subscription.Active || s.State == subscription.Suspended {
					running = append(running, s.ID)
					i := slices.IndexFunc(got.Subs, func(o app.SubscriptionView) bool { return o.ID == s.ID })
					if i < 0 || got.Subs[i].Window != s.Window || !got.Subs[i].LineAt.Equal(s.LineAt) {
						t.Errorf("%s: %s is not as it is in the list", c.CompanyName, s.ID)
					}
				}
			}
			lines, open := 0, 0
			for _, s := range software {
				if s.Line.Subscription == "" && s.State != license.Cancelled {
					lines++
					if s.Open {
						open++
					}
				}
			}
			opens := 0
			for _, s := range got.Software {
				if s.Open {
					opens++
				}
			}
			month, charges := 0, 0
			from := got.Now.AddDate(0, 0, 1-got.Now.Day())
			for _, o := range orders {
				if !o.Order.System && o.Order.At.Year() == from.Year() && o.Order.At.Month() == from.Month() {
					month++
				}
				for _, ch := range o.Charges {
					if ch.At.Year() == from.Year() && ch.At.Month() == from.Month() {
						charges++
					}
				}
			}
			if len(got.Subs) != len(running) || len(got.Software) != lines || opens != open || got.Orders != month || len(got.Charges) != charges ||
				got.Any != (len(orders) > 0) || got.Keys != (len(software) > 0) || got.More {
				t.Errorf("%s: %d subscriptions of %d, %d lines of %d, %d windows of %d, %d orders of %d, %d charges of %d, %+v", c.CompanyName,
					len(got.Subs), len(running), len(got.Software), lines, opens, open, got.Orders, month, len(got.Charges), charges, got.More)
			}
			seen += len(running) + lines + charges
		}
		if seen < 10 {
			t.Errorf("only %d things were compared", seen)
		}
	})
}
