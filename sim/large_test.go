//go:build sim

package sim

import (
	"testing"

	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// TestPostgres plays seeds on PostgreSQL: SIM_PG_SEEDS of them from SIM_FROM on. Each is played on SQLite too, and both
// engines give the same bytes in every answer (G33).
func TestPostgres(t *testing.T) {
	from, seeds, steps := setting(t, "SIM_FROM", 1), setting(t, "SIM_PG_SEEDS", 25), setting(t, "SIM_PG_STEPS", 1000)
	template := stocked(t, 1)
	for n := range seeds {
		seed := uint64(from + n)
		lite, err := onSQLite(seed, steps, template, t.TempDir())
		if err != nil {
			t.Fatalf("divergence on SQLite: %v", err)
		}
		url := storetest.Postgres(t)
		r := newRun(seed)
		r.w, err = newWorld(r.g.now, func(opts store.Options) (*store.Store, error) { return store.Open(ctx, url, opts) })
		if err == nil {
			err = addPartners(r.w.store, 1)
		}
		if err == nil {
			err = r.play(steps, nil)
		}
		if r.w != nil {
			_ = r.w.store.Close()
		}
		if err != nil {
			t.Fatalf("divergence on PostgreSQL: %v", err)
		}
		if a, b := lite.w.digest.Sum(nil), r.w.digest.Sum(nil); string(a) != string(b) {
			t.Fatalf("seed %d: the two engines answered differently: %x, %x", seed, a, b)
		}
	}
}
