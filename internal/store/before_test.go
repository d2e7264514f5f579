package store_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
	"github.com/comptoir-dev/comptoir/internal/store/storetest/pg"
)

// before runs a test on both engines, each on an empty database with the schema of an earlier release. db is open beside the store,
// which the test opens at url when it has laid in what was there.
func before(t *testing.T, schema int64, run func(t *testing.T, url string, lite bool, db *sql.DB)) {
	t.Helper()
	server, err := pg.Shared(ctx)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("before_%d", schema)
	postgres, err := server.Create(ctx, name, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Drop(ctx, name) })
	for _, e := range []struct {
		name, url string
		lite      bool
	}{{"sqlite", "sqlite:" + filepath.Join(t.TempDir(), "old.db"), true}, {"postgres", postgres, false}} {
		t.Run(e.name, func(t *testing.T) {
			db := storetest.Beside(t, e.url)
			if err := store.MigrateTo(ctx, db, e.lite, schema); err != nil {
				t.Fatal(err)
			}
			run(t, e.url, e.lite, db)
		})
	}
}
