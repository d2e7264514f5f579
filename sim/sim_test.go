package sim

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
	"github.com/comptoir-dev/comptoir/sim/model"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(1600) // small worlds that soon end: a sixth of the time is the collector's otherwise
	if template := os.Getenv(playsFrom); template != "" {
		playSeeds(os.Stdin, os.Stdout, template)
		return
	}
	storetest.Main(m)
}

// setting is a number from the environment.
func setting(t testing.TB, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// stocked is a SQLite file with everything that is there before the first customer of so many worlds.
func stocked(t *testing.T, worlds int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stocked.db")
	s, err := store.Open(ctx, "sqlite:"+path, store.Options{Lax: true})
	if err == nil {
		err = addPartners(s, worlds)
	}
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// onSQLite plays a seed on a file of its own.
func onSQLite(seed uint64, steps int, template, dir string) (*run, error) {
	f := &sqliteWorld{dir: dir, lax: true, path: filepath.Join(dir, "comptoir.db")}
	if err := copyFile(template, f.path); err != nil {
		return nil, err
	}
	r := newRun(seed)
	w, err := newWorld(r.g.now, f.open)
	if err != nil {
		return nil, err
	}
	w.crash = f.crash
	defer func() { _ = w.store.Close() }()
	r.w = w
	return r, r.play(steps, func(on bool) error { f.lax = !on; return w.restart(false) })
}

func newRun(seed uint64) *run {
	m := model.New()
	return &run{seed: seed, m: m, g: newGenerator(seed, m), acts: map[string]int{}}
}

// TestSimulation plays seeds against the model on SQLite: SIM_SEEDS of them from SIM_FROM on, SIM_STEPS each.
func TestSimulation(t *testing.T) {
	from, seeds, steps := setting(t, "SIM_FROM", 1), setting(t, "SIM_SEEDS", 200), setting(t, "SIM_STEPS", 2000)
	if testing.Short() {
		seeds = min(seeds, 4)
	}
	template := stocked(t, 1)
	began := when.Wall{}.Now()
	var next atomic.Int64
	var failed atomic.Bool
	var all sync.WaitGroup
	var mu sync.Mutex
	acts, years := map[string]int{}, 0.0
	for range min(runtime.GOMAXPROCS(0), seeds) {
		all.Go(func() {
			p, err := newPlayer(t.Context(), template, steps)
			for err == nil && !failed.Load() {
				n := int(next.Add(1)) - 1
				if n >= seeds {
					err = p.end()
					break
				}
				var of played
				if of, err = p.play(from + n); err != nil {
					err = fmt.Errorf("%w\nagain: SIM_FROM=%d SIM_SEEDS=1 SIM_STEPS=%d go test ./sim -run TestSimulation", err, from+n, steps)
					break
				}
				mu.Lock()
				years += of.Years
				for k, v := range of.Acts {
					acts[k] += v
				}
				mu.Unlock()
			}
			if err != nil {
				failed.Store(true)
				t.Error(err)
			}
		})
	}
	all.Wait()
	took := when.Wall{}.Now().Sub(began)
	t.Logf("%d seeds of %d steps, %.0f years, in %s: %.0f steps/s", seeds, steps, years, took.Round(1e6), float64(seeds*steps)/took.Seconds())
	var told strings.Builder
	for _, act := range slices.Sorted(maps.Keys(acts)) {
		fmt.Fprintf(&told, "%7d %s\n", acts[act], act)
	}
	t.Logf("acts and refusals:\n%s", &told)
}
