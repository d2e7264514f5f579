package store_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// TestTotalsKeptAreTotals (F72): whatever was asked before, an open period comes to the sum of its charges; what was taken
// back, and what another partner is charged, is in no sum.
func TestTotalsKeptAreTotals(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		oneSale(t, s)
		n, unwanted := 0, fault.Refuse("test.no", nil)
		before := map[id.Partner][]billing.Charge{}
		for _, p := range []id.Partner{partner, other} {
			scope := party.NewScope(p, "")
			all, err := view(s, func(r *store.Reader) ([]billing.Charge, error) { return r.Charges(scope, app.ChargeQuery{}) })
			if err != nil {
				t.Fatal(err)
			}
			before[p] = all
		}
		rapid.Check(t, func(rt *rapid.T) {
			act := func(tx *store.Tx, p id.Partner) []billing.Charge {
				var cs []billing.Charge
				for range rapid.IntRange(1, 4).Draw(rt, "charges") {
					n++
					c := money.Currency(rapid.SampledFrom([]string{"USD", "EUR", "JPY"}).Draw(rt, "currency"))
					cs = append(cs, billing.Charge{
						ID: id.Charge(fmt.Sprintf("made-%06d", n)), At: noon.Add(time.Duration(rapid.IntRange(-40, 40).Draw(rt, "hours")) * time.Hour),
						Customer: acme, Order: "o1", Net: money.Of(rapid.Int64Range(-500, 500).Draw(rt, "net"), c), Tax: money.Of(rapid.Int64Range(0, 9).Draw(rt, "tax"), c),
					})
				}
				if err := tx.AddCharges(cs); err != nil {
					rt.Fatal(err)
				}
				return cs
			}
			for range rapid.IntRange(1, 6).Draw(rt, "steps") {
				p := rapid.SampledFrom([]id.Partner{partner, other}).Draw(rt, "partner")
				var made []billing.Charge
				switch rapid.SampledFrom([]string{"charge", "take back", "ask"}).Draw(rt, "step") {
				case "charge":
					if err := doAs(s, p, func(tx *store.Tx) error { made = act(tx, p); return nil }); err != nil {
						rt.Fatal(err)
					}
					before[p] = append(before[p], made...)
				case "take back":
					if err := doAs(s, p, func(tx *store.Tx) error { act(tx, p); return unwanted }); err == nil {
						rt.Fatal("kept")
					}
				}
				from := noon.Add(time.Duration(rapid.SampledFrom([]int{-100, -10, 0}).Draw(rt, "from")) * time.Hour)
				until := from.Add(30 * time.Hour)
				want := map[money.Currency]billing.Totals{}
				for _, c := range before[p] {
					if !c.At.Before(from) && c.At.Before(until) {
						cur := c.Gross().Currency()
						w, ok := want[cur]
						if !ok {
							w.Net, w.Tax = money.Of(0, cur), money.Of(0, cur)
						}
						want[cur] = w.Add(c)
					}
				}
				got, err := view(s, func(r *store.Reader) (map[money.Currency]billing.Totals, error) {
					return r.Totals(party.NewScope(p, ""), from, until)
				})
				if err != nil || !maps.Equal(want, got) {
					rt.Fatalf("%v: %v, want %v", err, got, want)
				}
			}
		})
	})
}
