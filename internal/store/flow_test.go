package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/ledger"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// TestF75PostingsOfCharges: those of each charge, from among others of the same instant and of its neighbours, and of no other
// partner; a reseller has no books.
func TestF75PostingsOfCharges(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		post := func(tx *store.Tx, charge string, at time.Time, net int64) error {
			e, _ := ledger.Sale(ledger.EntryID(at, id.Random{}.GUID()), at, id.Charge(charge), money.Of(net, "EUR"), money.Of(net/10, "EUR"))
			return tx.AddEntries(e)
		}
		µ := time.Microsecond
		if err := errors.Join(
			do(s, func(tx *store.Tx) error {
				return errors.Join(post(tx, "a", noon, 100), post(tx, "b", noon, 200), post(tx, "c", noon.Add(time.Hour), 300),
					post(tx, "early", noon.Add(-µ), 1000), post(tx, "late", noon.Add(µ), 1000), post(tx, "other", noon, 1000), post(tx, "a", noon.Add(µ), 1000))
			}),
			doAs(s, other, func(tx *store.Tx) error { return post(tx, "a", noon, 7000) }),
		); err != nil {
			t.Fatal(err)
		}
		of := func(net int64) []ledger.Posting {
			return []ledger.Posting{{Account: ledger.Receivable, Amount: money.Of(net+net/10, "EUR")}, {Account: ledger.Sales, Amount: money.Of(-net, "EUR")}, {Account: ledger.Tax, Amount: money.Of(-net/10, "EUR")}}
		}
		charges := []billing.Charge{{ID: "a", At: noon}, {ID: "b", At: noon}, {ID: "none", At: noon}, {ID: "c", At: noon.Add(time.Hour)}}
		for _, c := range []struct {
			name    string
			scope   party.Scope
			charges []billing.Charge
			want    map[id.Charge][]ledger.Posting
		}{
			{"of all", own, charges, map[id.Charge][]ledger.Posting{"a": of(100), "b": of(200), "c": of(300)}},
			{"of one", own, charges[1:2], map[id.Charge][]ledger.Posting{"b": of(200)}},
			{"of none", own, nil, map[id.Charge][]ledger.Posting{}},
			{"of another partner", party.NewScope(other, ""), charges, map[id.Charge][]ledger.Posting{"a": of(7000)}},
			{"of a reseller", party.NewScope(partner, reseller), charges, map[id.Charge][]ledger.Posting{}},
		} {
			got, err := view(s, func(r *store.Reader) (map[id.Charge][]ledger.Posting, error) { return r.Postings(c.scope, c.charges) })
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(money.Amount{})); err != nil || diff != "" {
				t.Errorf("%s: %v\n%s", c.name, err, diff)
			}
		}
	})
}

// TestE10EditionsOfPeriods: the documents of a currency whose periods the instants may lie in, each edition, no void note.
func TestE10EditionsOfPeriods(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		month := func(m time.Month) when.Period {
			return when.Period{Start: when.Date(2026, m, 1), End: when.Date(2026, m+1, 1)}
		}
		if err := do(s, func(tx *store.Tx) error {
			first := billing.Issue(1, "EUR", month(1), billing.Totals{Net: money.Of(10, "EUR"), Charges: 1}, money.Of(0, "EUR"))
			note, again, err := billing.Void(first, 2, when.Date(2026, 5, 1))
			return errors.Join(err, tx.AddInvoice(first), tx.AddInvoice(note), tx.AddInvoice(again),
				tx.AddInvoice(billing.Issue(4, "USD", month(1), billing.Totals{}, money.Of(0, "USD"))),
				tx.AddInvoice(billing.Issue(5, "EUR", month(2), billing.Totals{}, money.Of(0, "EUR"))),
				tx.AddInvoice(billing.Issue(6, "EUR", month(4), billing.Totals{}, money.Of(0, "EUR"))))
		}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name, want string
			currency   money.Currency
			from, to   time.Time
		}{
			{"one instant, its period issued twice", "1 3", "EUR", when.Date(2026, 1, 31), when.Date(2026, 1, 31)},
			{"the last microsecond of a period", "1 3", "EUR", when.Date(2026, 2, 1).Add(-time.Microsecond), when.Date(2026, 2, 1).Add(-time.Microsecond)},
			{"on the dot", "1 3 5", "EUR", when.Date(2026, 2, 1), when.Date(2026, 2, 1)},
			{"a span", "6", "EUR", when.Date(2026, 3, 5), when.Date(2026, 4, 30)},
			{"another currency", "4", "USD", when.Date(2026, 1, 1), when.Date(2026, 4, 30)},
			{"before there were any", "", "EUR", when.Date(2025, 1, 1), when.Date(2025, 12, 1)},
		} {
			got, err := view(s, func(r *store.Reader) ([]billing.Invoice, error) { return r.Editions(own, c.currency, c.from, c.to) })
			var ns []string
			for _, one := range got {
				ns = append(ns, fmt.Sprint(one.Number))
			}
			if err != nil || strings.Join(ns, " ") != c.want {
				t.Errorf("%s: %v %v, want %s", c.name, ns, err, c.want)
			}
		}
		if got, err := view(s, func(r *store.Reader) ([]billing.Invoice, error) {
			return r.Editions(party.NewScope(partner, reseller), "EUR", when.Date(2026, 1, 1), when.Date(2026, 4, 30))
		}); err != nil || len(got) > 0 {
			t.Errorf("a reseller sees %v, %v", got, err)
		}
	})
}
