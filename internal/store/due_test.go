package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// dues are the subscriptions that are due, each with its hour after noon.
func dues(t *testing.T, s *store.Store) (all []string) {
	t.Helper()
	found, err := s.NextDue(when.Never, 99)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range found {
		all = append(all, fmt.Sprintf("%s@%.0f", d.Subscription, d.At.Sub(noon).Hours()))
	}
	return all
}

// TestDueMovesWithItsSubscription: every way of saving a subscription has the sweep look at it then and at no other instant, and
// what fails moves nothing.
func TestDueMovesWithItsSubscription(t *testing.T) {
	at := func(h int) time.Time { return noon.Add(time.Duration(h) * time.Hour) }
	scheduled := func(name string, version int64, h int) app.Scheduled {
		s := app.Scheduled{Subscription: subscription.Subscription{ID: id.Subscription(name), Customer: acme, State: subscription.Active, OrderedAt: noon, Version: version}}
		if h > 0 {
			s.Due = at(h)
		}
		return s
	}
	save := func(name string, version int64, h int) func(*store.Tx) error {
		return func(t *store.Tx) error {
			s := scheduled(name, version, h)
			return t.SaveSubscription(s.Subscription, s.Due)
		}
	}
	charged := func(version int64, was, h int) func(*store.Tx) error {
		return func(t *store.Tx) error {
			return t.SaveCharged([]app.Charged{{Scheduled: scheduled("a", version, h), Was: at(was)}, {Scheduled: scheduled("b", 1, 8), Was: at(2)}})
		}
	}
	for _, c := range []struct {
		name string
		act  func(*store.Tx) error
		want string
		code string // of the fault, where there is one
	}{
		{"added", func(*store.Tx) error { return nil }, "a@1 b@2", ""},
		{"saved later", save("a", 1, 3), "b@2 a@3", ""},
		{"saved as it was", save("a", 1, 1), "a@1 b@2", ""},
		{"saved as done", save("a", 1, 0), "b@2", ""},
		{"saved as due after all", save("never", 1, 5), "a@1 b@2 never@5", ""},
		{"saved twice in one act", func(t *store.Tx) error { return errors.Join(save("a", 1, 3)(t), save("a", 2, 4)(t)) }, "b@2 a@4", ""},
		{"saved over another version", save("a", 2, 3), "a@1 b@2", "subscription.changed"},
		{"looked at", func(t *store.Tx) error { return t.Looked(scheduled("a", 1, 4), at(1)) }, "b@2 a@4", ""},
		{"looked at too late", func(t *store.Tx) error { return t.Looked(scheduled("b", 1, 4), at(1)) }, "a@1 b@2", "subscription.changed"},
		{"charged", charged(1, 1, 7), "a@7 b@8", ""},
		{"charged over another version", charged(2, 1, 7), "a@1 b@2", "subscription.changed"},
		{"charged though due otherwise", charged(1, 3, 7), "a@1 b@2", "subscription.changed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Both(t, func(t *testing.T, s *store.Store) {
				if err := do(s, func(t *store.Tx) error {
					return t.AddSubscriptions(scheduled("b", 1, 2), scheduled("never", 1, 0), scheduled("a", 1, 1))
				}); err != nil {
					t.Fatal(err)
				}
				code := ""
				if err := do(s, c.act); err != nil {
					code = fault.Of(err).Code
				}
				if got := strings.Join(dues(t, s), " "); got != c.want || code != c.code {
					t.Errorf("%s, %q; want %s, %q", got, code, c.want, c.code)
				}
				if wrong, err := s.Verify(ctx); err != nil || len(wrong) > 0 {
					t.Errorf("%v %v", wrong, err)
				}
			})
		})
	}
}

// TestWhatIsDueOutlivesItsMigration: what schema 36 had due is due in schema 37, and verify tells a row too few and one too many.
func TestWhatIsDueOutlivesItsMigration(t *testing.T) {
	before(t, 36, func(t *testing.T, url string, _ bool, db *sql.DB) {
		for sub, due := range map[string]string{"a": "3600000000", "b": "1000000", "never": "NULL"} {
			if _, err := db.ExecContext(ctx, fmt.Sprintf(`INSERT INTO subscription (partner_id, customer_id, id, order_id, state, ordered_at, n, due_at, body)
				VALUES ('p', 'c', '%s', 'o', 'active', 5, 1, %s, '{}')`, sub, due)); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		s := storetest.Open(t, url, store.Options{})
		found, err := s.NextDue(when.Never, 9)
		if err != nil || len(found) != 2 || found[0].Subscription != "b" || found[1].Subscription != "a" || found[1].At.Unix() != 3600 || found[1].Customer != "c" {
			t.Errorf("%+v %v", found, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		storetest.Tamper(t, url, `DELETE FROM due WHERE id = 'a'`, `INSERT INTO due (partner_id, customer_id, id, due_at) VALUES ('p', 'c', 'never', 7)`)
		s = storetest.Open(t, url, store.Options{})
		wrong, err := s.Verify(ctx)
		if want := []string{"subscription a is due at 3600000000, the sweep looks at 0", "subscription never is due at 0, the sweep looks at 7 too"}; err != nil ||
			!slices.ContainsFunc(wrong, func(w string) bool { return strings.Contains(w, want[0]) }) || !slices.ContainsFunc(wrong, func(w string) bool { return strings.Contains(w, want[1]) }) {
			t.Errorf("%q %v, want %q", wrong, err, want)
		}
	})
}

// TestAChargeTouchesNoIndex: no index of subscriptions, and no condition of one, names what a charge changes, so PostgreSQL changes the row
// in its page (decision 0026).
func TestAChargeTouchesNoIndex(t *testing.T) {
	db := storetest.Beside(t, storetest.Postgres(t))
	rows, err := db.QueryContext(ctx, `SELECT indexdef FROM pg_indexes WHERE tablename = 'subscription' AND schemaname = current_schema()`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	n := 0
	for ; rows.Next(); n++ {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		for _, column := range []string{"due_at", "body", "version"} {
			if strings.Contains(text, column) {
				t.Errorf("%s is in %s", column, text)
			}
		}
	}
	if n < 5 || rows.Err() != nil {
		t.Errorf("%d indexes, %v", n, rows.Err())
	}
}
