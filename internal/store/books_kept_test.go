package store_test

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/ledger"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// TestR15TrialBalance: whatever was asked before, the books come to the sum of their entries, and to zero in each currency; what
// was taken back, and what is another partner's, is in no sum. The entries come the newest first.
func TestR15TrialBalance(t *testing.T) {
	type sums = map[money.Currency]map[ledger.Account]int64
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		oneSale(t, s)
		unwanted := fault.Refuse("test.no", nil)
		read := func(p id.Partner) sums {
			got, err := view(s, func(r *store.Reader) (sums, error) { return r.LedgerSums(party.NewScope(p, "")) })
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		want := map[id.Partner]sums{partner: read(partner), other: read(other)}
		rapid.Check(t, func(rt *rapid.T) {
			entries := func() (es []ledger.Entry) {
				for range rapid.IntRange(1, 4).Draw(rt, "entries") {
					at := noon.Add(time.Duration(rapid.IntRange(-3_000_000, 3_000_000).Draw(rt, "µs")) * time.Microsecond)
					c := money.Currency(rapid.SampledFrom([]string{"USD", "EUR", "JPY"}).Draw(rt, "currency"))
					net, tax := money.Of(rapid.Int64Range(-500, 500).Draw(rt, "net"), c), money.Of(rapid.Int64Range(0, 9).Draw(rt, "tax"), c)
					if e, ok := ledger.Sale(ledger.EntryID(at, id.Random{}.GUID()), at, "c", net, tax); ok {
						es = append(es, e)
					}
				}
				return es
			}
			for range rapid.IntRange(1, 6).Draw(rt, "steps") {
				p := rapid.SampledFrom([]id.Partner{partner, other}).Draw(rt, "partner")
				switch rapid.SampledFrom([]string{"post", "take back", "ask"}).Draw(rt, "step") {
				case "post":
					es := entries()
					if err := doAs(s, p, func(tx *store.Tx) error { return tx.AddEntries(es...) }); err != nil {
						rt.Fatal(err)
					}
					for _, e := range es {
						for _, posting := range e.Postings() {
							c := posting.Amount.Currency()
							if want[p][c] == nil {
								want[p][c] = map[ledger.Account]int64{}
							}
							want[p][c][posting.Account] += posting.Amount.Minor()
						}
					}
				case "take back":
					es := entries()
					if err := doAs(s, p, func(tx *store.Tx) error {
						if err := tx.AddEntries(es...); err != nil {
							return err
						}
						return unwanted
					}); fault.Of(err) != unwanted {
						rt.Fatal(err)
					}
				}
				got := read(p)
				if !maps.EqualFunc(got, want[p], maps.Equal[map[ledger.Account]int64, map[ledger.Account]int64]) {
					rt.Fatalf("%v, want %v", got, want[p])
				}
				for c, accounts := range got {
					whole := int64(0)
					for _, sum := range accounts {
						whole += sum
					}
					if whole != 0 {
						rt.Fatalf("%s is off by %d", c, whole)
					}
					accounts[ledger.Cash]++ // what was given away is nobody else's
				}
			}
		})
		for i := range 20 { // whatever was drawn, there are some pages of it
			at := noon.Add(time.Duration(i) * time.Second)
			e, ok := ledger.Sale(ledger.EntryID(at, id.Random{}.GUID()), at, "c", money.Of(1, "EUR"), money.Of(0, "EUR"))
			if !ok {
				t.Fatal("a sale of a cent posts nothing")
			}
			if err := doAs(s, partner, func(tx *store.Tx) error { return tx.AddEntries(e) }); err != nil {
				t.Fatal(err)
			}
		}
		var all []app.BookEntry
		for before := id.Entry(""); ; {
			some, err := view(s, func(r *store.Reader) ([]app.BookEntry, error) {
				return r.BookEntries(party.NewScope(partner, ""), before, 7)
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(some) == 0 {
				break
			}
			all, before = append(all, some...), some[len(some)-1].ID
		}
		if len(all) < 20 || !slices.IsSortedFunc(all, func(a, b app.BookEntry) int { return strings.Compare(string(b.ID), string(a.ID)) }) {
			t.Errorf("%d entries", len(all))
		}
		for i, e := range all {
			if !e.Balanced() || i > 0 && strings.HasPrefix(string(e.ID), ledger.Mark(e.At)) && strings.HasPrefix(string(all[i-1].ID), ledger.Mark(all[i-1].At)) && e.At.After(all[i-1].At) {
				t.Errorf("%d: %+v after %+v", i, e, all[i-1])
			}
		}
	})
}

// TestEntriesOfBeforeAreInOrder: entries that schema 28 named by chance are named by their instants, and still append-only.
func TestEntriesOfBeforeAreInOrder(t *testing.T) {
	before(t, 28, func(t *testing.T, url string, lite bool, db *sql.DB) {
		at := noon.Add(123456 * time.Microsecond)
		guid := "ffffffff-ffff-4fff-8abc-0123456789ab"
		for n, amount := range []int64{5, -5} {
			if _, err := db.ExecContext(ctx, fmt.Sprintf(`INSERT INTO posting (partner_id, entry_id, n, at, account, currency, amount) VALUES ('p', '%s', %d, %d, 'x', 'EUR', %d), ('p', 'short', %d, %d, 'x', 'EUR', %d)`,
				guid, n, at.UnixMicro(), amount, n, at.UnixMicro(), amount)); err != nil {
				t.Fatal(err)
			}
		}
		if err := store.MigrateTo(ctx, db, lite, 29); err != nil {
			t.Fatal(err)
		}
		for entry, want := range map[string]int{string(ledger.EntryID(at, guid)): 2, "short": 2, guid: 0} {
			var n int
			if err := db.QueryRowContext(ctx, `SELECT COUNT(*) FROM posting WHERE entry_id = '`+entry+`'`).Scan(&n); err != nil || n != want {
				t.Errorf("%s: %d rows, want %d: %v", entry, n, want, err)
			}
		}
		for _, sql := range []string{`UPDATE posting SET amount = 1`, `DELETE FROM posting`} {
			if _, err := db.ExecContext(ctx, sql); err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v", sql, err)
			}
		}
	})
}
