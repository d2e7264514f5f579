package store_test

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// TestWhatWasSoldBeforeHasItsMonths: subscriptions of schema 34 bring in a month what subscription.Monthly says of them, and prices that
// stood then are found by their dates.
func TestWhatWasSoldBeforeHasItsMonths(t *testing.T) {
	const runs = `"current":{"start":1000000,"end":2000000}`
	subs := []struct{ state, body string }{
		{"active", `{"class":"online_service","quantity":3,"term":[1,0,0],"plan":"monthly",` + runs + `,"tariff":{"unit":{"units":12049999999,"currency":"EUR"}}}`},
		{"active", `{"class":"software_subscription","quantity":7,"term":[3,0,0],"plan":"triennial",` + runs + `,"tariff":{"unit":{"units":100000000000,"currency":"JPY"},"tax":{"id":"x","ppm":100000}}}`},
		{"active", `{"class":"saas_annual","quantity":1,"term":[1,0,0],"plan":"annual",` + runs + `,"tariff":{"unit":{"units":33300000000,"currency":"AUD"},"tax":{"id":"x","ppm":100000,"inclusive":true}}}`},
		{"active", `{"class":"saas_monthly","quantity":250000,"term":[0,1,0],"plan":"monthly",` + runs + `,"tariff":{"unit":{"units":123456789,"currency":"KWD"}}}`},
		{"active", `{"class":"trial","quantity":1,"term":[1,0,0],"plan":"monthly",` + runs + `,"tariff":{"unit":{"units":12000000000,"currency":"EUR"}}}`},
		{"active", `{"class":"saas_monthly","quantity":1,"term":[1,0,0],"plan":"monthly","trial_until":1500000,"tariff":{"unit":{"units":12000000000,"currency":"EUR"}}}`},
		{"active", `{"class":"online_service","quantity":1,"term":[0,0,30],"plan":"monthly",` + runs + `,"tariff":{"unit":{"units":12000000000,"currency":"EUR"}}}`},
		{"active", `{"class":"online_service","quantity":1,"term":[1,0,0],"plan":"one_time",` + runs + `,"tariff":{"unit":{"units":12000000000,"currency":"EUR"}}}`},
		{"active", `{}`},
		{"suspended", `{"class":"online_service","quantity":1,"term":[1,0,0],"plan":"monthly",` + runs + `,"tariff":{"unit":{"units":12000000000,"currency":"EUR"}}}`},
	}
	before(t, 34, func(t *testing.T, url string, _ bool, db *sql.DB) {
		texts := []string{
			`INSERT INTO product (id, kind, imported, version, body) VALUES ('P', 'saas', 0, 1, '{}')`, `INSERT INTO sku (product_id, id, n, body) VALUES ('P', '0001', 0, '{}')`,
			`INSERT INTO price (product_id, id, n, sku_id, body) VALUES ('P', 'r', 0, '0001', '{"market":"FR","segment":"commercial","currency":"EUR","plan":"annual","unit":1,"from":5000000,"until":7000000}')`,
		}
		for i, s := range subs {
			texts = append(texts, fmt.Sprintf(`INSERT INTO subscription (partner_id, customer_id, id, order_id, state, ordered_at, n, body) VALUES ('p', 'c%d', 's', 'o', '%s', 5, 1, '%s')`, i, s.state, s.body))
		}
		for _, sql := range texts {
			if _, err := db.ExecContext(ctx, sql); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		s, scope := storetest.Open(t, url, store.Options{}), party.NewScope("p", "")
		counted := 0
		for i := range subs {
			c := id.Customer(fmt.Sprintf("c%d", i))
			sub, err := view(s, func(r *store.Reader) (subscription.Subscription, error) { return r.Subscription(scope, c, "s") })
			if err != nil {
				t.Fatal(err)
			}
			got, err := view(s, func(r *store.Reader) (map[id.Customer]app.Recurring, error) {
				return r.Recurring(scope, []id.Customer{c}, 9)
			})
			if err != nil {
				t.Fatal(err)
			}
			want, sums := sub.Monthly(), got[c].Sums
			if want.IsZero() && len(sums) == 0 {
				continue
			}
			if counted++; len(sums) != 1 || sums[0] != want {
				t.Errorf("%d: %v, want %v", i, sums, want)
			}
		}
		if counted != 4 {
			t.Errorf("%d bring anything, want 4", counted)
		}
		at := func(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
		for _, c := range []struct {
			since, until int64
			want         int
		}{{0, 4, 0}, {4, 5, 1}, {5, 6, 0}, {6, 7, 1}, {7, 9, 0}} {
			found, err := view(s, func(r *store.Reader) ([]id.Product, error) {
				return r.Repriced("FR", "commercial", "", at(c.since), at(c.until), 9)
			})
			if err != nil || len(found) != c.want {
				t.Errorf("%d < at ≤ %d: %v %v, want %d", c.since, c.until, found, err, c.want)
			}
		}
	})
}
