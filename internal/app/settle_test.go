package app_test

import (
	"context"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// TestE13AnActSettlesWhatTheSweepHasNotDone cancels on day 3 of a renewed term that nobody has renewed yet: the renewal
// comes first, at its own instant, and the cancellation falls into its window.
func TestE13AnActSettlesWhatTheSweepHasNotDone(t *testing.T) {
	both(t, func(w *world) {
		ctx, customer := context.Background(), w.seeded.Customers[0]
		views, err := w.Subscriptions(ctx, w.who, customer.ID, app.SubscriptionQuery{})
		if err != nil {
			t.Fatal(err)
		}
		var sub subscription.Subscription
		for _, v := range views {
			if v.Item.Product == sandbox.WindowsServer {
				sub = v.Subscription
			}
		}
		renewal := sub.Current.End
		w.clock.Set(renewal.Add(2*24*time.Hour + time.Hour))
		got, err := do[app.SubscriptionView](w, func(req app.Request) (app.Reply, error) {
			return w.ChangeSubscription(ctx, w.who, req, customer.ID, sub.ID, app.Changes{State: app.WantCancelled}, app.Asked{})
		})
		if err != nil {
			t.Fatal(err)
		}
		if got.State != subscription.Cancelled || !got.LineAt.Equal(renewal) || got.Order == sub.Order {
			t.Errorf("state %s, line of %v on order %s", got.State, got.LineAt, got.Order)
		}
		var renewed, credited bool
		for _, c := range got.Charges {
			renewed = renewed || c.Kind == billing.Renew && c.At.Equal(renewal) && c.Net.Minor() == 4*36_500
			credited = credited || c.Kind == billing.Cancel && c.Net.Minor() == -144_803 // 1,460.00 less 3 of 366 days
		}
		if !renewed || !credited {
			t.Errorf("charges: %+v", got.Charges)
		}
	})
}
