package store_test

import (
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// TestDraftsAreWrittenAsIfAtOnce: what was drafted is written with its faults, all or nothing; a draft cannot read.
func TestDraftsAreWrittenAsIfAtOnce(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		scratch(t, s)
		changed := fault.Conflict("thing.changed", nil)
		draft := func(version int) app.Draft {
			d, err := s.Draft(actor().Scope, func(tx app.Tx) error {
				t := tx.(*store.Tx)
				if err := insert(t, nil, "b"); err != nil {
					return err
				}
				return bump(t, changed, "a", version)
			})
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		stale, fresh := draft(7), draft(1)
		if err := do(s, func(t *store.Tx) error { return t.Write(stale) }); fault.Of(err) != changed {
			t.Fatalf("written over another version: %v", err)
		}
		if got := things(t, s); len(got) != 1 {
			t.Fatalf("a refused draft left %v", got)
		}
		if err := do(s, func(t *store.Tx) error { return t.Write(fresh) }); err != nil {
			t.Fatal(err)
		}
		if got := things(t, s); len(got) != 2 {
			t.Fatalf("written: %v", got)
		}
		_, err := s.Draft(actor().Scope, func(tx app.Tx) error {
			var n int64
			return tx.(*store.Tx).Row(`SELECT n FROM thing`, nil, &n)
		})
		if err == nil {
			t.Fatal("a draft read")
		}
	})
}
