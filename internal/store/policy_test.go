package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

type datedRows struct {
	rules []policy.CancelRule
	links []license.LinkRule
	taxes []market.TaxRow
}

func putRules(s *store.Store, d datedRows) error {
	return do(s, func(t *store.Tx) error { return t.PutRules(d.rules, d.links, d.taxes) })
}

func rulesOf(t *testing.T, s *store.Store) (d datedRows) {
	t.Helper()
	err := s.ViewReader(ctx, func(r *store.Reader) (err error) {
		if d.rules, err = r.Rules(); err != nil {
			return err
		}
		if d.links, err = r.LinkRules(); err != nil {
			return err
		}
		d.taxes, err = r.Taxes()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestShippedRowsReadBack(t *testing.T) {
	shipped := datedRows{policy.Shipped, license.LinkRules, market.ExampleTaxRows()}
	byID := cmpopts.SortSlices(func(a, b policy.CancelRule) bool { return a.ID < b.ID })
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		if d := rulesOf(t, s); d.rules != nil || d.links != nil || d.taxes != nil {
			t.Errorf("a new store has rows: %+v", d)
		}
		for range 2 { // seeding again changes nothing
			if err := putRules(s, shipped); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(shipped, rulesOf(t, s), cmp.AllowUnexported(datedRows{}), byID); diff != "" {
				t.Error(diff)
			}
		}
		got := rulesOf(t, s).rules
		if i := len(got) - 1; got[i].ID != "P12" || got[0].Class > got[i].Class {
			t.Errorf("order: %v", got)
		}
	})
}

func TestRowsAreNeverEdited(t *testing.T) {
	rule := policy.CancelRule{
		ID: "X1", Class: catalog.Perpetual, From: when.Date(2020, 1, 1), Window: policy.Elapsed(36 * time.Hour), Credit: policy.Full,
		After: policy.Refused, Source: "s",
	}
	link := license.LinkRule{ID: "L1", Life: time.Hour, Downloads: 3, Source: "s"}
	tax := market.TaxRow{ID: "T1", Market: "FR", From: when.Date(2020, 1, 1), RatePPM: 200_000, Source: "s"}
	edited := func(change func(*policy.CancelRule)) datedRows {
		r := rule
		change(&r)
		return datedRows{rules: []policy.CancelRule{r}}
	}
	closing := when.Date(2024, 1, 1)
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		if err := putRules(s, datedRows{[]policy.CancelRule{rule}, []license.LinkRule{link}, []market.TaxRow{tax}}); err != nil {
			t.Fatal(err)
		}
		dearer, longer, bad := tax, link, tax
		dearer.RatePPM++
		longer.Life++
		longer.Downloads++
		bad.ID, bad.RatePPM = "T2", 1_000_001
		for _, c := range []struct {
			name string
			rows datedRows
			want string
		}{
			{"the same again", edited(func(*policy.CancelRule) {}), ""},
			{"window", edited(func(r *policy.CancelRule) { r.Window.Span++; r.Window.Days = 1 }), "policy.row_kept"},
			{"credit", edited(func(r *policy.CancelRule) { r.Credit = policy.Prorated }), "policy.row_kept"},
			{"class", edited(func(r *policy.CancelRule) { r.Class = catalog.Trial }), "policy.row_kept"},
			{"from", edited(func(r *policy.CancelRule) { r.From = time.Time{} }), "policy.row_kept"},
			{"closed", edited(func(r *policy.CancelRule) { r.Until = closing }), ""},
			{"closed, put open again", edited(func(*policy.CancelRule) {}), ""},
			{"closed at another instant", edited(func(r *policy.CancelRule) { r.Until = closing.Add(1000) }), "policy.row_kept"},
			{"link rule", datedRows{links: []license.LinkRule{longer}}, "policy.row_kept"},
			{"tax rate", datedRows{taxes: []market.TaxRow{dearer}}, "policy.row_kept"},
			{"a tax row that says too much", datedRows{taxes: []market.TaxRow{bad}}, "tax.rate"},
		} {
			got := ""
			if err := putRules(s, c.rows); err != nil {
				f := fault.Of(err)
				if f == nil {
					t.Fatalf("%s: %v", c.name, err)
				}
				got = f.Code
			}
			if got != c.want {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
		}
		want := rule
		want.Until = closing
		d := rulesOf(t, s)
		if diff := cmp.Diff(datedRows{[]policy.CancelRule{want}, []license.LinkRule{link}, []market.TaxRow{tax}}, d, cmp.AllowUnexported(datedRows{})); diff != "" {
			t.Error(diff)
		}
	})
}
