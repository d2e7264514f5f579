package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// TestF40F67PagesAreTheWholeList: page by page, whatever the page's size and whatever a filter leaves out, comes what the whole
// list has, in its order, each thing once.
func TestF40F67PagesAreTheWholeList(t *testing.T) {
	both(t, func(w *world) {
		ctx, c := context.Background(), w.seeded.Customers[1]
		for i := range 12 {
			w.buyOne(c, sandbox.MailSuite, "0001", int64(2+i%5), []catalog.Plan{catalog.Annual, catalog.Monthly}[i%2], when.Year)
		}
		subs, err := w.Subscriptions(ctx, w.who, c.ID, app.SubscriptionQuery{})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			name string
			q    app.SubscriptionQuery
			keep func(subscription.Subscription) bool
			want func(subscription.Subscription) bool
		}{
			{"all", app.SubscriptionQuery{}, func(subscription.Subscription) bool { return true }, func(subscription.Subscription) bool { return true }},
			{"by a filter of the page", app.SubscriptionQuery{}, func(s subscription.Subscription) bool { return s.Quantity > 3 }, func(s subscription.Subscription) bool { return s.Quantity > 3 }},
			{"by name, without case", app.SubscriptionQuery{Text: "mAiL sUiTe"}, func(subscription.Subscription) bool { return true }, func(s subscription.Subscription) bool { return strings.Contains(s.Title, "Mail Suite") }},
			{"by id", app.SubscriptionQuery{Text: strings.ToUpper(string(subs[2].ID[:13]))}, func(subscription.Subscription) bool { return true }, func(s subscription.Subscription) bool { return s.ID[:13] == subs[2].ID[:13] }},
			{"by state", app.SubscriptionQuery{States: []subscription.State{subscription.Active}}, func(subscription.Subscription) bool { return true }, func(s subscription.Subscription) bool { return s.State == subscription.Active }},
			{"of no name", app.SubscriptionQuery{Text: "100%_"}, func(subscription.Subscription) bool { return true }, func(subscription.Subscription) bool { return false }},
		} {
			var want []id.Subscription
			for _, s := range subs {
				if x.want(s.Subscription) {
					want = append(want, s.ID)
				}
			}
			for _, size := range []int{1, 3, 50} {
				var got []id.Subscription
				for q, pages := x.q, 0; ; pages++ {
					q.Limit = size
					page, next, err := w.SubscriptionPage(ctx, w.who, c.ID, q, x.keep)
					if err != nil || len(page) > size || pages > 60 {
						t.Fatalf("%s, pages of %d: %d rows, %v", x.name, size, len(page), err)
					}
					for _, s := range page {
						got = append(got, s.ID)
					}
					if q.After = next; next == "" {
						break
					}
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s, pages of %d: %d of %d\n%v\n%v", x.name, size, len(got), len(want), got, want)
				}
			}
		}

		for _, plan := range []catalog.Plan{"", catalog.Monthly} {
			orders, err := w.Orders(ctx, w.who, c.ID, plan, true)
			if err != nil {
				t.Fatal(err)
			}
			for _, size := range []int{1, 4, 50} {
				var got []app.OrderView
				for q := (app.OrderQuery{Plan: plan, Limit: size}); ; {
					page, next, err := w.OrderViews(ctx, w.who, c.ID, q, func(order.Order) bool { return true })
					if err != nil || len(page) > size || len(got) > len(orders) {
						t.Fatalf("pages of %d: %d rows, %v", size, len(page), err)
					}
					got = append(got, page...)
					if q.After = next; next == "" {
						break
					}
				}
				if !slices.EqualFunc(got, orders, func(a, b app.OrderView) bool {
					return a.Order.ID == b.Order.ID && len(a.Order.Lines) == len(b.Order.Lines) && len(a.Charges) == len(b.Charges)
				}) {
					t.Errorf("%q in pages of %d: %d of %d orders, or others, or with other charges", plan, size, len(got), len(orders))
				}
			}
		}
	})
}

// TestF06ReservationsRenewOrNot: the auto-renew of a reservation is switched by who may buy one, in the version that was seen;
// switched off it ends with its term. Nothing else is a reservation.
func TestF06ReservationsRenewOrNot(t *testing.T) {
	both(t, func(w *world) {
		ctx := context.Background()
		var c party.Customer
		var held app.SubscriptionView
		for _, one := range w.seeded.Customers {
			all, err := w.Entitled(ctx, w.who, one.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range all {
				if s.Kind == catalog.Reservation && s.State == subscription.Active {
					c, held = one, s
				}
			}
		}
		if held.ID == "" || !held.AutoRenew {
			t.Fatalf("the demo has no reservation that renews: %+v", held)
		}
		set := func(sub id.Subscription, on bool, version int64) (app.SubscriptionView, error) {
			return do[app.SubscriptionView](w, func(req app.Request) (app.Reply, error) {
				return w.RenewReservation(ctx, w.who, req, c.ID, sub, on, version)
			})
		}
		got, err := set(held.ID, false, held.Version)
		if err != nil || got.AutoRenew || got.Version != held.Version+1 {
			t.Fatalf("switched off: %v, %v", got.AutoRenew, err)
		}
		_, err = set(held.ID, true, held.Version)
		is(t, "in the version before", err, "etag.stale")
		other := w.buyOne(w.seeded.Customers[0], sandbox.MailSuite, "0001", 2, catalog.Annual, when.Year).Lines[0].Subscription
		own := c
		c = w.seeded.Customers[0]
		_, err = set(other, false, 0)
		is(t, "what is none", err, "subscription.unknown")
		c = own
		sales := w.who
		sales.Roles = party.RolesOf(party.SalesAgent)
		if err := sales.May(party.BuySoftware); err == nil {
			t.Fatal("R01 a sales agent buys reservations")
		}
		was := w.who
		w.who = sales
		_, err = set(held.ID, true, 0)
		is(t, "a sales agent", err, "role.missing")
		w.who = was
		w.clock.Set(held.TermEnd())
		if err := w.RunDue(ctx, w.clock.Now(), nil, nil); err != nil {
			t.Fatal(err)
		}
		all, err := w.Entitled(ctx, w.who, c.ID)
		if i := slices.IndexFunc(all, func(s app.SubscriptionView) bool { return s.ID == held.ID }); err != nil || all[i].State != subscription.Expired {
			t.Errorf("at its end: %v %v", all[i].State, err)
		}
		_, err = set(held.ID, true, 0)
		is(t, "after its end", err, "subscription.deleted")
	})
}
