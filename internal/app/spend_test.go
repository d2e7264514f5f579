package app_test

import (
	"context"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// TestFiguresOfCustomers: the months of a customer's spend add up to its charges and credits, and each customer of a list has as
// many active subscriptions as its own page tells of; what is another partner's has none.
func TestFiguresOfCustomers(t *testing.T) {
	both(t, func(w *world) {
		ctx, now := context.Background(), w.clock.Now()
		customers, err := w.Customers(ctx, w.who, app.CustomerQuery{})
		if err != nil {
			t.Fatal(err)
		}
		counts, err := w.ActiveCounts(ctx, w.who, customers)
		if err != nil {
			t.Fatal(err)
		}
		active, spent := 0, 0
		for _, c := range customers {
			subs, err := w.Entitled(ctx, w.who, c.ID)
			if err != nil {
				t.Fatal(err)
			}
			want := 0
			for _, s := range subs {
				if s.State == subscription.Active {
					want++
				}
			}
			if active += want; counts[c.ID] != (app.Counted{N: want}) {
				t.Errorf("%s: %+v are active, want %d", c.CompanyName, counts[c.ID], want)
			}
			got, err := w.Spend(ctx, w.who, c.ID)
			if err != nil || len(got.Months) != app.SpendMonths || got.Months[app.SpendMonths-1].From.Month() != now.Month() {
				t.Fatalf("%+v %v", got, err)
			}
			charged := map[time.Time]map[money.Currency]int64{}
			orders, err := w.Orders(ctx, w.who, c.ID, "", true)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range orders {
				for _, ch := range o.Charges {
					month := time.Date(ch.At.Year(), ch.At.Month(), 1, 0, 0, 0, 0, time.UTC)
					if charged[month] == nil {
						charged[month] = map[money.Currency]int64{}
					}
					charged[month][ch.Net.Currency()] += ch.Net.Minor()
				}
			}
			for _, m := range got.Months {
				if len(m.Sums) != len(charged[m.From]) {
					t.Errorf("%s in %v: %v, want %v", c.CompanyName, m.From, m.Sums, charged[m.From])
				}
				for _, sum := range m.Sums {
					if spent++; charged[m.From][sum.Currency()] != sum.Minor() {
						t.Errorf("%s in %v: %v, want %v", c.CompanyName, m.From, m.Sums, charged[m.From])
					}
				}
			}
		}
		if active == 0 || spent == 0 {
			t.Fatal("the story tells nothing")
		}
		foreign := party.Customer{ID: id.Customer("00000000-0000-4000-8000-000000000000")}
		if got, err := w.ActiveCounts(ctx, w.who, []party.Customer{foreign}); err != nil || len(got) != 0 {
			t.Errorf("another's: %v %v", got, err)
		}
	})
}

// TestRenewalsAreReadOn: page by page, every term that ends once, in the order of the whole.
func TestRenewalsAreReadOn(t *testing.T) {
	both(t, func(w *world) {
		ctx, own := context.Background(), w.who
		reseller := own
		reseller.Scope, reseller.Kind = party.NewScope(w.seeded.Provider.ID, w.seeded.Reseller.ID), w.seeded.Reseller.Kind
		for _, who := range []party.Actor{own, reseller} {
			const within = 400 * 24 * time.Hour
			all, err := w.Renewals(ctx, who, within, app.EndCursor{}, app.AheadList)
			if err != nil || who.Scope == own.Scope && len(all.Rows) < 4 {
				t.Fatal(len(all.Rows), err)
			}
			var after app.EndCursor
			var read []id.Subscription
			for range len(all.Rows) + 2 {
				page, err := w.Renewals(ctx, who, within, after, 2)
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range page.Rows {
					read, after = append(read, s.ID), app.EndCursor{At: s.TermEnd(), ID: s.ID}
				}
			}
			if len(read) != len(all.Rows) {
				t.Fatalf("%d of %d", len(read), len(all.Rows))
			}
			for i, s := range all.Rows {
				if s.ID != read[i] {
					t.Errorf("row %d is another", i)
				}
			}
		}
	})
}
