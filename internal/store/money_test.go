package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/ledger"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// chargeOf is a charge of an order of acme; at counts hours after noon.
func chargeOf(name string, at int, o id.Order, sub id.Subscription, net int64, c money.Currency) billing.Charge {
	return billing.Charge{
		ID: id.Charge(name), At: noon.Add(time.Duration(at) * time.Hour), Customer: acme, Order: o, Subscription: sub,
		Net: money.Of(net, c), Tax: money.Of(net/10, c),
	}
}

func TestChargesAndTotals(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		offer := chargeOf("c", 2, "o2", "s2", 1000, "JPY")
		offer.Imported = true
		if err := do(s, func(t *store.Tx) error {
			return errors.Join(
				t.AddOrder(order.Order{ID: "o1", Customer: acme, At: noon, Status: order.Completed}, ""),
				t.AddOrder(order.Order{ID: "o2", Customer: acme, At: noon, Status: order.Completed}, ""),
				t.AddCharges([]billing.Charge{
					chargeOf("b", 0, "o1", "s1", 100, "EUR"), chargeOf("a", 0, "o1", "", 200, "EUR"),
					chargeOf("d", 1, "o2", "s1", -50, "EUR"), offer,
				}),
				t.AddOrder(order.Order{ID: "o3", Customer: "direct", At: noon, Status: order.Completed}, ""),
				t.AddCharges([]billing.Charge{{ID: "x", At: noon.Add(3 * time.Hour), Customer: "direct", Order: "o3", Net: money.Of(1, "EUR"), Tax: money.Of(0, "EUR")}}),
				t.AddCharges(nil),
			)
		}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name, want string
			q          app.ChargeQuery
		}{
			{"by instant and id", "a b d c x", app.ChargeQuery{}},
			{"of a customer", "a b d c", app.ChargeQuery{Customer: acme}},
			{"of an order", "a b", app.ChargeQuery{Order: "o1"}},
			{"of another customer's order", "", app.ChargeQuery{Order: "o1", Customer: "direct"}},
			{"of a subscription", "b d", app.ChargeQuery{Subscription: "s1"}},
			{"of a subscription's order", "d", app.ChargeQuery{Subscription: "s1", Order: "o2", Customer: acme}},
			{"of a currency", "c", app.ChargeQuery{Currency: "JPY"}},
			{"of a currency from on the dot", "d x", app.ChargeQuery{Currency: "EUR", From: noon.Add(time.Hour)}},
			{"of a currency until on the dot", "a b", app.ChargeQuery{Currency: "EUR", Until: noon.Add(time.Hour)}},
			{"of a currency, the next page", "b d", app.ChargeQuery{Currency: "EUR", Limit: 2, After: app.ChargeCursor{At: noon, ID: "a"}}},
			{"of a currency, a page from before its span", "d", app.ChargeQuery{Currency: "EUR", From: noon.Add(time.Hour), Limit: 1, After: app.ChargeCursor{At: noon, ID: "a"}}},
			{"of a currency that is not there", "", app.ChargeQuery{Currency: "FRF"}},
			{"from on the dot", "d c x", app.ChargeQuery{From: noon.Add(time.Hour)}},
			{"until on the dot", "a b", app.ChargeQuery{Until: noon.Add(time.Hour)}},
			{"of a customer from on the dot", "d c", app.ChargeQuery{Customer: acme, From: noon.Add(time.Hour)}},
			{"of a subscription, a page", "d", app.ChargeQuery{Subscription: "s1", Limit: 2, After: app.ChargeCursor{At: noon, ID: "b"}}},
			{"of imported offers", "c", app.ChargeQuery{Sold: app.SoldOffers}},
			{"of imported offers in a currency", "c", app.ChargeQuery{Sold: app.SoldOffers, Currency: "JPY", Limit: 1}},
			{"of imported offers in another", "", app.ChargeQuery{Sold: app.SoldOffers, Currency: "EUR"}},
			{"of products", "a b d x", app.ChargeQuery{Sold: app.SoldProducts}},
			{"of products in a currency, a page further on", "d x", app.ChargeQuery{Sold: app.SoldProducts, Currency: "EUR", Skip: 2, Limit: 2}},
			{"of nothing", "", app.ChargeQuery{Sold: app.SoldNothing, Currency: "EUR"}},
			{"all but the first ones", "c x", app.ChargeQuery{Skip: 3}},
			{"past the last one", "", app.ChargeQuery{Currency: "EUR", Skip: 4, Limit: 1}},
			{"a page", "a b", app.ChargeQuery{Limit: 2}},
			{"the next page", "b d", app.ChargeQuery{Limit: 2, After: app.ChargeCursor{At: noon, ID: "a"}}},
		} {
			got, err := view(s, func(r *store.Reader) ([]billing.Charge, error) { return r.Charges(own, c.q) })
			var ids []string
			for _, one := range got {
				ids = append(ids, string(one.ID))
			}
			if err != nil || strings.Join(ids, " ") != c.want {
				t.Errorf("%s: %v %v, want %s", c.name, ids, err, c.want)
			}
		}
		for _, c := range []struct {
			name        string
			from, until time.Time
			want        map[money.Currency]billing.Totals
		}{
			{"all", time.Time{}, time.Time{}, map[money.Currency]billing.Totals{
				"EUR": {Net: money.Of(251, "EUR"), Tax: money.Of(25, "EUR"), Lines: 4, Charges: 3}, "JPY": {Net: money.Of(1000, "JPY"), Tax: money.Of(100, "JPY"), Lines: 1, Charges: 1}}},
			{"half-open", noon, noon.Add(time.Hour), map[money.Currency]billing.Totals{"EUR": {Net: money.Of(300, "EUR"), Tax: money.Of(30, "EUR"), Lines: 2, Charges: 2}}},
			{"none", noon.Add(-time.Hour), noon, map[money.Currency]billing.Totals{}},
		} {
			got, err := view(s, func(r *store.Reader) (map[money.Currency]billing.Totals, error) {
				return r.Totals(own, c.from, c.until)
			})
			if diff := cmp.Diff(c.want, got, byValue); err != nil || diff != "" {
				t.Errorf("%s: %v\n%s", c.name, err, diff)
			}
		}
	})
}

// TestBooksSumToZero: what was posted adds up, by account, and to nothing over all of them.
func TestBooksSumToZero(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		want := map[money.Currency]map[ledger.Account]int64{}
		n := 0
		rapid.Check(t, func(t *rapid.T) {
			n++
			c := money.Currency(rapid.SampledFrom([]string{"EUR", "JPY"}).Draw(t, "currency"))
			net, tax := rapid.Int64Range(-1e12, 1e12).Draw(t, "net"), rapid.Int64Range(-1e12, 1e12).Draw(t, "tax")
			e, ok := ledger.Sale(id.Entry(fmt.Sprint("e", n)), noon, "charge", money.Of(net, c), money.Of(tax, c))
			if !ok {
				return
			}
			if err := do(s, func(t *store.Tx) error { return t.AddEntries(e) }); err != nil {
				t.Fatal(err)
			}
			for _, p := range e.Postings() {
				if want[c] == nil {
					want[c] = map[ledger.Account]int64{}
				}
				want[c][p.Account] += p.Amount.Minor()
			}
			got, err := view(s, func(r *store.Reader) (map[money.Currency]map[ledger.Account]int64, error) { return r.LedgerSums(own) })
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Fatalf("%v\n%s", err, diff)
			}
			for c, accounts := range got {
				var sum int64
				for _, v := range accounts {
					sum += v
				}
				if sum != 0 {
					t.Fatalf("%s: the books are off by %d", c, sum)
				}
			}
		})
	})
}

// TestF71InvoiceNumbersLeaveNoGap: acts that fail take none, those at the same time take different ones.
func TestF71InvoiceNumbersLeaveNoGap(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		var mu sync.Mutex
		var taken []int64
		var all sync.WaitGroup
		refused := errors.New("refused")
		for i := range 24 {
			all.Go(func() {
				var n int64
				err := doAs(s, id.Partner(fmt.Sprint("p", i%5)), func(t *store.Tx) (err error) {
					if n, err = t.NextInvoiceNumber(); err == nil && i%3 == 0 {
						return refused
					}
					return err
				})
				if i%3 == 0 != errors.Is(err, refused) {
					t.Error(err)
				}
				if err == nil {
					mu.Lock()
					taken = append(taken, n)
					mu.Unlock()
				}
			})
		}
		all.Wait()
		slices.Sort(taken)
		for i, n := range taken {
			if n != int64(i+1) {
				t.Fatalf("%v", taken)
			}
		}
		if len(taken) != 16 {
			t.Errorf("%d numbers", len(taken))
		}
	})
}

func TestInvoicesAndCarry(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		if err := do(s, func(t *store.Tx) error {
			carry := []int64{-700, 0, -30}
			for i, c := range []money.Currency{"EUR", "USD", "EUR"} {
				n := int64(i + 1)
				p := when.Period{Start: when.Date(2026, 1+time.Month(i), 1), End: when.Date(2026, 2+time.Month(i), 1)}
				inv := billing.Issue(n, c, p, billing.Totals{Net: money.Of(10, c)}, money.Of(0, c))
				inv.CarryOut = money.Of(carry[i], c)
				if err := t.AddInvoice(inv); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name, want string
			q          app.InvoiceQuery
		}{
			{"newest first", "3 2 1", app.InvoiceQuery{}},
			{"a page", "2", app.InvoiceQuery{Offset: 1, Limit: 1}},
			{"the rest", "2 1", app.InvoiceQuery{Offset: 1}},
			{"by issue, half-open", "2", app.InvoiceQuery{From: when.Date(2026, 3, 1), Until: when.Date(2026, 4, 1)}},
		} {
			got, err := view(s, func(r *store.Reader) ([]billing.Invoice, error) { return r.Invoices(own, c.q) })
			var ns []string
			for _, one := range got {
				ns = append(ns, fmt.Sprint(one.Number))
			}
			if err != nil || strings.Join(ns, " ") != c.want {
				t.Errorf("%s: %v %v, want %s", c.name, ns, err, c.want)
			}
		}
		for currency, want := range map[money.Currency]money.Amount{
			"EUR": money.Of(-30, "EUR"), "USD": money.Of(0, "USD"), "JPY": money.Of(0, "JPY"),
		} {
			if got, err := view(s, func(r *store.Reader) (money.Amount, error) { return r.Carry(own, currency) }); got != want || err != nil {
				t.Errorf("E07 %s: %v %v, want %v", currency, got, err, want)
			}
		}
	})
}

func TestNextDue(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		at := func(h int) time.Time { return noon.Add(time.Duration(h) * time.Hour) }
		sub := func(name string) subscription.Subscription {
			return subscription.Subscription{ID: id.Subscription(name), Customer: acme, State: subscription.Active, OrderedAt: noon}
		}
		if err := errors.Join(
			do(s, func(t *store.Tx) error {
				return errors.Join(
					t.AddSubscriptions(app.Scheduled{Subscription: sub("b"), Due: at(1)}), t.AddSubscriptions(app.Scheduled{Subscription: sub("never"), Due: time.Time{}}), t.AddSubscriptions(app.Scheduled{Subscription: sub("late"), Due: at(3)}),
					t.OpenAccount("USD", at(1)), t.OpenAccount("EUR", at(1)), t.OpenAccount("JPY", at(0)))
			}),
			doAs(s, other, func(t *store.Tx) error { return t.AddSubscriptions(app.Scheduled{Subscription: sub("a"), Due: at(1)}) }),
		); err != nil {
			t.Fatal(err)
		}
		list := func(until time.Time, limit int) string {
			dues, err := s.NextDue(until, limit)
			if err != nil {
				t.Error(err)
			}
			var all []string
			for _, d := range dues {
				all = append(all, string(d.Subscription)+string(d.Currency))
				if p := d.Scope.Partner(); (d.Subscription == "a") != (p == other) || p == "" || d.At.IsZero() {
					t.Errorf("%+v", d)
				}
			}
			return strings.Join(all, " ")
		}
		for _, c := range []struct {
			name  string
			until time.Time
			limit int
			want  string
		}{
			{"in order, subscriptions first", at(2), 10, "JPY a b EUR USD"},
			{"on the dot", at(3), 10, "JPY a b EUR USD late"},
			{"a microsecond before", at(3).Add(-time.Microsecond), 10, "JPY a b EUR USD"},
			{"at most", at(3), 3, "JPY a b"},
			{"at most none", at(3), 0, ""},
			{"nothing yet", at(-1), 10, ""},
		} {
			if got := list(c.until, c.limit); got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
		if err := do(s, func(t *store.Tx) error {
			b := sub("b")
			b.Version = 1
			return errors.Join(t.SaveSubscription(b, time.Time{}), t.CloseAccount("EUR", at(1), at(4)))
		}); err != nil {
			t.Fatal(err)
		}
		if got := list(at(4), 10); got != "JPY a USD late EUR" {
			t.Errorf("after they were looked at: %s", got)
		}
	})
}

func TestClockIsKept(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		if off, high, err := s.ClockState(); off != 0 || !high.IsZero() || err != nil {
			t.Errorf("at first: %v %v %v", off, high, err)
		}
		for _, want := range []time.Duration{400*24*time.Hour + time.Microsecond, 0} {
			if err := s.SaveClock(want, noon); err != nil {
				t.Fatal(err)
			}
			if off, high, err := s.ClockState(); off != want || !high.Equal(noon) || err != nil {
				t.Errorf("%v %v %v, want %v", off, high, err, want)
			}
		}
	})
}
