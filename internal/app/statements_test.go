package app_test

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// TestOrdersOfManyCustomersAtOnce: read together they are what each is alone; another partner's, and those
// of a reseller's provider, are not among them.
func TestOrdersOfManyCustomersAtOnce(t *testing.T) {
	both(t, func(w *world) {
		var keys []app.OrderKey
		var want []order.Order
		if err := w.store.View(context.Background(), func(r app.Reader) error {
			for _, c := range w.seeded.Customers {
				orders, err := r.Orders(w.who.Scope, c.ID, "")
				if err != nil {
					return err
				}
				for _, o := range orders {
					keys, want = append(keys, app.OrderKey{Customer: c.ID, Order: o.ID}), append(want, o)
				}
			}
			got, err := r.OrdersByKey(w.who.Scope, keys)
			if err != nil {
				return err
			}
			byID := func(a, b order.Order) int { return cmp.Compare(a.ID, b.ID) }
			slices.SortFunc(got, byID)
			slices.SortFunc(want, byID)
			if len(want) < 20 || !reflect.DeepEqual(got, want) {
				t.Errorf("%d orders at once, %d one by one", len(got), len(want))
			}
			for _, s := range []party.Scope{party.NewScope("another", ""), party.NewScope(w.seeded.Partner.ID, "a reseller")} {
				if foreign, err := r.OrdersByKey(s, keys); err != nil || len(foreign) > 0 {
					t.Errorf("%v reads %d orders, %v", s, len(foreign), err)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// TestSubscriptionsOfManyCustomersAtOnce is the same of subscriptions.
func TestSubscriptionsOfManyCustomersAtOnce(t *testing.T) {
	both(t, func(w *world) {
		var keys []app.SubscriptionKey
		var want []subscription.Subscription
		if err := w.store.View(context.Background(), func(r app.Reader) error {
			for _, c := range w.seeded.Customers {
				subs, err := r.Subscriptions(w.who.Scope, c.ID, app.SubscriptionQuery{})
				if err != nil {
					return err
				}
				for _, s := range subs {
					keys, want = append(keys, app.SubscriptionKey{Customer: c.ID, Subscription: s.ID}), append(want, s)
				}
			}
			got, err := r.SubscriptionsByKey(w.who.Scope, keys)
			if err != nil {
				return err
			}
			byID := func(a, b subscription.Subscription) int { return cmp.Compare(a.ID, b.ID) }
			slices.SortFunc(got, byID)
			slices.SortFunc(want, byID)
			if len(want) < 10 || !reflect.DeepEqual(got, want) {
				t.Errorf("%d subscriptions at once, %d one by one", len(got), len(want))
			}
			for _, s := range []party.Scope{party.NewScope("another", ""), party.NewScope(w.seeded.Partner.ID, "a reseller")} {
				if foreign, err := r.SubscriptionsByKey(s, keys); err != nil || len(foreign) > 0 {
					t.Errorf("%v reads %d subscriptions, %v", s, len(foreign), err)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}
