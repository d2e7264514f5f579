package store_test

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// TestWhatWasSoldBeforeIsAhead: terms, trials and lines of schema 24 are found by the keys of schema 25.
func TestWhatWasSoldBeforeIsAhead(t *testing.T) {
	before(t, 24, func(t *testing.T, url string, _ bool, db *sql.DB) {
		sub := func(sub, state, body string) string {
			return fmt.Sprintf(`INSERT INTO subscription (partner_id, customer_id, id, order_id, state, ordered_at, n, body) VALUES ('p', 'c', '%s', 'o', '%s', 5, 1, '%s')`, sub, state, body)
		}
		line := func(n int, state, body string) string {
			return fmt.Sprintf(`INSERT INTO order_line (partner_id, order_id, n, state, body) VALUES ('p', 'o', %d, '%s', '%s')`, n, state, body)
		}
		for _, sql := range []string{
			sub("runs", "active", `{"current":{"start":1000000,"end":2000000}}`), sub("trial", "active", `{"trial_until":1500000}`),
			sub("stopped", "suspended", `{"current":{"start":1000000,"end":2000000}}`), sub("forever", "active", `{}`), sub("waits", "pending", `{}`),
			fmt.Sprintf(`INSERT INTO orders (partner_id, customer_id, id, alternate_id, plan, currency, at, n, status, system)
				VALUES ('p', 'c', 'o', '%s', 'annual', 'EUR', 7000000, 1, 'completed', 0)`, id.AlternateID("o")),
			line(0, "active", `{"tariff":{"policy":"P02"}}`), line(1, "cancelled", `{"tariff":{"policy":"P05"}}`), line(2, "active", `{}`),
		} {
			if _, err := db.ExecContext(ctx, sql); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		s, scope := storetest.Open(t, url, store.Options{}), party.NewScope("p", "")
		at := func(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
		ends, err := view(s, func(r *store.Reader) ([]subscription.Subscription, error) {
			return r.Ending(scope, at(0), at(9), app.EndCursor{}, 9)
		})
		if err != nil || len(ends) != 2 || ends[0].ID != "trial" || ends[1].ID != "runs" {
			t.Errorf("terms that end: %v %v", ends, err)
		}
		if n, err := view(s, func(r *store.Reader) ([]app.Counted, error) {
			return r.EndingCounts(scope, []time.Time{at(0), at(2)}, 9)
		}); err != nil || n[0] != (app.Counted{N: 1}) {
			t.Errorf("%v terms end before the second: %v", n, err)
		}
		for policy, want := range map[string]int{"P02": 1, "P05": 0} {
			lines, err := view(s, func(r *store.Reader) ([]order.Order, error) { return r.PinnedOrders(scope, policy, at(7), at(8), 9) })
			if err != nil || len(lines) != want {
				t.Errorf("lines of %s: %v %v", policy, lines, err)
			}
		}
		if pending, err := view(s, func(r *store.Reader) ([]subscription.Subscription, error) { return r.Pending(scope, 9) }); err != nil || len(pending) != 1 {
			t.Errorf("pending: %v %v", pending, err)
		}
	})
}
