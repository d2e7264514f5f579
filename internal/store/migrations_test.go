package store_test

import (
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// All migrations of this program were applied to a new database, and both engines say when; one that only a newer program knows is
// told without a name, and one that was not applied without a time (R15).
func TestR15Migrations(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		all, err := s.Migrations(ctx)
		if err != nil || len(all) < 20 {
			t.Fatal(all, err)
		}
		for i, m := range all {
			if age := time.Since(m.At); m.Name == "" || age > 48*time.Hour || age < -24*time.Hour || i > 0 && m.Version >= all[i-1].Version {
				t.Errorf("%+v", m)
			}
		}
		newest := all[0]
		if err := do(s, func(t *store.Tx) error {
			return t.Exec(1, nil, `UPDATE goose_db_version SET version_id = 9999 WHERE version_id = $1`, newest.Version)
		}); err != nil {
			t.Fatal(err)
		}
		after, err := s.Migrations(ctx)
		if err != nil || len(after) != len(all)+1 {
			t.Fatal(len(after), err)
		}
		if m := after[0]; m.Version != 9999 || m.Name != "" || m.At.IsZero() {
			t.Errorf("of a newer program: %+v", m)
		}
		if m := after[1]; m.Version != newest.Version || m.Name != newest.Name || !m.At.IsZero() {
			t.Errorf("not applied: %+v", m)
		}
	})
}
