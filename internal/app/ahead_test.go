package app_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// ends are when the terms of all active subscriptions of a scope end, by looking at each customer.
func (w *world) ends(now, until time.Time) (all []time.Time) {
	w.t.Helper()
	customers, err := w.Customers(context.Background(), w.who, app.CustomerQuery{})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, c := range customers {
		subs, err := w.Entitled(context.Background(), w.who, c.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, s := range subs {
			if end := s.TermEnd(); s.State == subscription.Active && !end.IsZero() && !end.Before(now) && end.Before(until) {
				all = append(all, end)
			}
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// TestAheadIsWhatEachCustomerHas: what the first page tells of the whole partner is what its customers' own pages add up to,
// before and after things have fallen due, for a provider's reseller too.
func TestAheadIsWhatEachCustomerHas(t *testing.T) {
	both(t, func(w *world) {
		ctx, own := context.Background(), w.who
		reseller := own
		reseller.Scope, reseller.Kind = party.NewScope(w.seeded.Provider.ID, w.seeded.Reseller.ID), w.seeded.Reseller.Kind
		for _, later := range []time.Duration{0, 40 * 24 * time.Hour, 340 * 24 * time.Hour} {
			now := w.clock.Now().Add(later)
			w.clock.Set(now)
			if err := w.RunDue(ctx, now, nil, nil); err != nil {
				t.Fatal(err)
			}
			for _, who := range []party.Actor{own, reseller} {
				w.who = who
				want := w.ends(now, now.Add(30*24*time.Hour))
				got, err := w.Renewals(ctx, who, 30*24*time.Hour, app.EndCursor{}, app.AheadRows)
				if err != nil || got.Count != (app.Counted{N: len(want)}) {
					t.Errorf("after %v: %d of %d terms end: %v", later, got.Count.N, len(want), err)
				}
				for i, s := range got.Rows {
					if !s.TermEnd().Equal(want[i]) || got.Names[s.Customer] == "" {
						t.Errorf("after %v: row %d ends %v, want %v, of %q", later, i, s.TermEnd(), want[i], got.Names[s.Customer])
					}
				}
				weeks, err := w.RenewalWeeks(ctx, who, 60)
				if err != nil {
					t.Fatal(err)
				}
				for _, week := range weeks {
					if want := len(w.ends(week.From, week.Until)); week.Count.N != want {
						t.Errorf("after %v: %d terms end from %v, want %d", later, week.Count.N, week.From, want)
					}
				}
			}
			w.who = own
		}
	})
}

// TestStuckIsWhatWaits: an unactivated subscription is told of until it ends.
func TestStuckIsWhatWaits(t *testing.T) {
	both(t, func(w *world) {
		ctx := context.Background()
		found, err := w.StuckOrders(ctx, w.who, app.AheadRows)
		if err != nil || found.Count.N == 0 || found.Rows[0].Subscription == nil {
			t.Fatalf("%+v %v", found, err)
		}
		first := found.Rows[0]
		if want := first.Since.Add(policy.PendingFor); !first.Until.Equal(want) || found.Names[first.Customer] == "" {
			t.Errorf("ends %v, want %v", first.Until, want)
		}
		w.clock.Set(first.Until.Add(time.Hour))
		if err := w.RunDue(ctx, w.clock.Now(), nil, nil); err != nil {
			t.Fatal(err)
		}
		if found, err = w.StuckOrders(ctx, w.who, app.AheadRows); err != nil || slices.ContainsFunc(found.Rows, func(s app.Stuck) bool {
			return s.Subscription != nil && s.Subscription.ID == first.Subscription.ID
		}) {
			t.Errorf("what has ended still waits: %v", err)
		}
	})
}
