package app_test

import (
	"context"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// TestRecurring: the monthly revenue of each customer is that of its active subscriptions, by currency, whatever happens to them; another
// partner's customers, and other resellers', have none.
func TestRecurring(t *testing.T) {
	both(t, func(w *world) {
		ctx := context.Background()
		customers, err := w.Customers(ctx, w.who, app.CustomerQuery{})
		if err != nil {
			t.Fatal(err)
		}
		there := 0
		for range 3 {
			got, err := w.Recurring(ctx, w.who, customers)
			if err != nil {
				t.Fatal(err)
			}
			counts, err := w.ActiveCounts(ctx, w.who, customers)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range customers {
				subs, err := w.Entitled(ctx, w.who, c.ID)
				if err != nil {
					t.Fatal(err)
				}
				want := map[money.Currency]int64{}
				for _, s := range subs {
					if month := s.Monthly(); !month.IsZero() {
						want[month.Currency()] += month.Minor()
						there++
					}
				}
				sums := got[c.ID].Sums
				if len(sums) != len(want) || got[c.ID].Active != counts[c.ID] {
					t.Errorf("%s: %+v, want %v", c.CompanyName, got[c.ID], want)
				}
				for _, sum := range sums {
					if sum.Minor() != want[sum.Currency()] {
						t.Errorf("%s: %v, want %v", c.CompanyName, sums, want)
					}
				}
			}
			w.run(w.clock.Now().AddDate(0, 0, 40))
		}
		if there == 0 {
			t.Fatal("the story tells nothing")
		}
		provider := party.Actor{Name: "provider", Scope: party.NewScope(w.seeded.Provider.ID, ""), Kind: w.seeded.Provider.Kind, Roles: w.who.Roles}
		reseller := provider
		reseller.Scope, reseller.Kind = party.NewScope(w.seeded.Provider.ID, w.seeded.Reseller.ID), w.seeded.Reseller.Kind
		if got, err := w.Recurring(ctx, provider, customers); err != nil || len(got) != 0 {
			t.Errorf("another partner's: %v %v", got, err)
		}
		theirs, err := w.Customers(ctx, provider, app.CustomerQuery{})
		if err != nil {
			t.Fatal(err)
		}
		all, err := w.Recurring(ctx, provider, theirs)
		if err != nil {
			t.Fatal(err)
		}
		own, err := w.Recurring(ctx, reseller, theirs)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range theirs {
			mine := c.Reseller == w.seeded.Reseller.ID
			if _, got := own[c.ID]; got != (mine && len(all[c.ID].Sums) > 0) {
				t.Errorf("of %s's (mine: %t) a reseller reads %+v, its provider %+v", c.Reseller, mine, own[c.ID], all[c.ID])
			}
		}
		nobody := w.who
		nobody.Roles = party.RolesOf(party.AccountAdmin)
		if _, err := w.Recurring(ctx, nobody, customers); err == nil {
			t.Error("R14 an account admin reads what customers pay")
		}
	})
}
