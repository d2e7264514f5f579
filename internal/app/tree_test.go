package app_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/activity/activitytest"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

const logPartner = "11111111-1111-4111-8111-111111111111"

// logWorld is a store with a partner, whose log is written to, and an integrator.
type logWorld struct {
	t     *testing.T
	url   string
	store *store.Store
	tree  *app.Integrator
	key   note.Verifier
	made  atomic.Int64
}

func bothLogs(t *testing.T, test func(w *logWorld)) {
	t.Helper()
	for _, engine := range []struct {
		name string
		url  func(testing.TB) string
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		t.Run(engine.name, func(t *testing.T) {
			w := &logWorld{t: t, url: engine.url(t)}
			w.store = storetest.Open(t, w.url, store.Options{})
			var signer note.Signer
			signer, w.key = activitytest.Key(t, "log-1", 1)
			w.tree = &app.Integrator{Store: w.store, Key: signer, Wall: when.NewFixed(now)}
			test(w)
		})
	}
}

func (w *logWorld) record() activity.Record {
	return activity.Record{
		ID: id.Record(id.Random{}.GUID()), At: now, Actor: "x", Operation: activity.UpdateOrder, Resource: activity.Order,
		ResourceID: fmt.Sprint(w.made.Add(1)), Status: activity.Succeeded,
	}
}

// write records n times in one act.
func (w *logWorld) write(n int) error {
	who := party.Actor{Scope: party.NewScope(logPartner, "")}
	_, err := w.store.Update(context.Background(), app.Act{Actor: who}, func(tx app.Tx) (any, error) {
		var all []activity.Record
		for range n {
			all = append(all, w.record())
		}
		return nil, tx.AddRecord(all...)
	})
	return err
}

func (w *logWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *logWorld) catchUp() int {
	w.t.Helper()
	n, err := w.tree.CatchUp(context.Background())
	w.must(err)
	return n
}

// sound fails the test unless every record is numbered once and nothing differs.
func (w *logWorld) sound(records int64) {
	w.t.Helper()
	out, err := app.AuditLog(context.Background(), w.store, nil, w.key)
	if err != nil || len(out.Found) > 0 || len(out.Waiting) > 0 || out.Records != records {
		w.t.Fatalf("want %d records: %+v %v", records, out, err)
	}
}

func TestF53RecordsAreNumbered(t *testing.T) {
	bothLogs(t, func(w *logWorld) {
		w.sound(0)
		if n := w.catchUp(); n != 0 {
			t.Errorf("%d of nothing", n)
		}
		var total int64
		for _, n := range []int{1, 2, 253, 1, 700, 2300, 1} { // across tiles, levels and batches
			w.must(w.write(n))
			if got := w.catchUp(); got != n {
				t.Errorf("%d numbered, want %d", got, n)
			}
			total += int64(n)
			w.sound(total)
		}
		tree, err := w.store.Tree(context.Background())
		w.must(err)
		c, err := activity.OpenCheckpoint(tree.Checkpoint, w.key)
		if err != nil || c.Size != total || !c.At.Equal(now) {
			t.Errorf("%+v %v", c, err)
		}
		for range 3 { // nothing is read again and again when nothing comes
			_, _, err := w.tree.Integrate(context.Background())
			w.must(err)
		}
		after, err := w.store.Tree(context.Background())
		w.must(err)
		if after.Settled != total || after.Size != total {
			t.Errorf("%+v", after)
		}
		if _, _, err := w.tree.Integrate(context.Background()); err != nil {
			t.Error(err)
		}
		if still, _ := w.store.Tree(context.Background()); still != after {
			t.Errorf("an integrator with nothing to do wrote: %+v", still)
		}
	})
}

// TestF53LateCommits: a transaction that began first and commits last, behind others that are numbered already, is neither
// missed nor waited for; nor is one that never commits.
func TestF53LateCommits(t *testing.T) {
	ctx := context.Background()
	w := &logWorld{t: t, url: storetest.Postgres(t)}
	w.store = storetest.Open(t, w.url, store.Options{})
	var signer note.Signer
	signer, w.key = activitytest.Key(t, "log-1", 1)
	w.tree = &app.Integrator{Store: w.store, Key: signer, Wall: when.NewFixed(now)}
	db := storetest.Beside(t, w.url)
	begin := func() func(commit bool) {
		tx, err := db.BeginTx(ctx, nil)
		w.must(err)
		_, err = tx.ExecContext(ctx, `INSERT INTO activity (partner_id, id, at, customer_name, operation, resource, security, body)
			VALUES ($1, $2, 1, '', 'late', 'x', 0, '{}')`, logPartner, id.Random{}.GUID())
		w.must(err)
		return func(commit bool) {
			if commit {
				w.must(tx.Commit())
			} else {
				w.must(tx.Rollback())
			}
		}
	}
	late, never := begin(), begin()
	for range 5 {
		w.must(w.write(3))
		if n := w.catchUp(); n != 3 {
			t.Errorf("%d numbered beside a transaction under way", n)
		}
	}
	tree, err := w.store.Tree(ctx)
	w.must(err)
	if tree.Settled != 0 {
		t.Errorf("settled up to %d, below which a transaction is under way", tree.Settled)
	}
	never(false)
	w.must(w.write(1))
	w.catchUp()
	late(true)
	if n := w.catchUp(); n != 1 {
		t.Errorf("%d numbered after the late commit", n)
	}
	w.sound(17)
	for range 4 { // all have ended: it settles, whoever asks
		w.must(w.write(1))
		w.catchUp()
	}
	if tree, err = w.store.Tree(ctx); err != nil || tree.Settled < 17 {
		t.Errorf("%+v %v", tree, err)
	}
	w.sound(21)
}

// TestF53LateCommitsAtRandom lets transactions of all lengths come and go beside two integrators.
func TestF53LateCommitsAtRandom(t *testing.T) {
	ctx := context.Background()
	bothLogs(t, func(w *logWorld) {
		var writers sync.WaitGroup
		var committed atomic.Int64
		for c := range 8 {
			writers.Go(func() {
				r := rand.New(rand.NewPCG(7, uint64(c)))
				who := party.Actor{Scope: party.NewScope(logPartner, "")}
				for range 60 {
					n, refuse := 1+r.IntN(5), r.IntN(4) == 0
					_, err := w.store.Update(ctx, app.Act{Actor: who}, func(tx app.Tx) (any, error) {
						for range n {
							if err := tx.AddRecord(w.record()); err != nil {
								return nil, err
							}
							if _, err := tx.TreeNow(); err != nil { // a read sends what is queued: the record is written, and others go on
								return nil, err
							}
						}
						if refuse {
							return nil, errDisk
						}
						return nil, nil
					})
					if err == nil {
						committed.Add(int64(n))
					} else if !errors.Is(err, errDisk) {
						t.Error(err)
					}
				}
			})
		}
		// A second integrator beside the first: on PostgreSQL a process of its own has one.
		other := &app.Integrator{Store: w.store, Key: w.tree.Key, Wall: w.tree.Wall}
		done := make(chan struct{})
		var integrators sync.WaitGroup
		var taken atomic.Int64
		for _, i := range []*app.Integrator{w.tree, other} {
			integrators.Go(func() {
				for last := false; !last; {
					select {
					case <-done:
						last = true
					default:
					}
					_, lost, err := i.Integrate(ctx)
					if lost {
						taken.Add(1)
					}
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		writers.Wait()
		close(done)
		integrators.Wait()
		w.catchUp()
		w.sound(committed.Load())
		t.Logf("%d records of 480 acts, two integrators, %d batches given up to the other", committed.Load(), taken.Load())
	})
}

// TestF53PutBack: a sandbox that goes back to a copy numbers on from there; what an integrator remembered is forgotten.
func TestF53PutBack(t *testing.T) {
	ctx := context.Background()
	w := &logWorld{t: t, url: storetest.SQLite(t)}
	w.store = storetest.Open(t, w.url, store.Options{})
	var signer note.Signer
	signer, w.key = activitytest.Key(t, "log-1", 1)
	w.tree = &app.Integrator{Store: w.store, Key: signer, Wall: when.NewFixed(now)}
	w.must(w.store.SaveClock(0, now))
	w.must(w.write(5))
	w.catchUp()
	copied := t.TempDir() + "/copy.db"
	w.must(w.store.Snapshot(ctx, copied, clockOf))
	for range 4 {
		w.must(w.write(5))
		w.catchUp()
	}
	w.sound(25)
	w.must(w.store.Restore(ctx, copied, putBack))
	for n := int64(1); n <= 6; n++ {
		w.must(w.write(2))
		w.catchUp()
		w.sound(5 + 2*n)
	}
}

// TestF53TamperingInTheDatabase: by SQL, past the triggers, on both engines.
func TestF53TamperingInTheDatabase(t *testing.T) {
	for name, c := range map[string]struct {
		sql  []string
		says string
	}{
		"nothing":                   {nil, ""},
		"a body":                    {[]string{`UPDATE activity SET body = '{"actor":"nobody"}' WHERE seq = 7`}, "is not what was recorded"},
		"an instant":                {[]string{`UPDATE activity SET at = at + 1 WHERE seq = 7`}, "record 6 (partner"},
		"who may read it":           {[]string{`UPDATE activity SET security = 1 WHERE seq = 7`}, "record 6 (partner"},
		"a record that is gone":     {[]string{`DELETE FROM activity WHERE seq = 7`}, "record 6 is missing"},
		"and its number":            {[]string{`DELETE FROM activity WHERE seq = 7`, `DELETE FROM activity_leaf WHERE seq = 7`}, "record 6 is missing"},
		"one put in":                {[]string{`INSERT INTO activity (partner_id, id, at, customer_name, operation, resource, security, body, seq) VALUES ('p', 'q', 1, '', 'x', 'y', 0, '{}', -1)`}, "waits"},
		"one put in by number":      {[]string{`INSERT INTO activity (partner_id, id, at, customer_name, operation, resource, security, body, seq) VALUES ('p', 'q', 1, '', 'x', 'y', 0, '{}', -1)`, `UPDATE activity_leaf SET seq = -1 WHERE n = 6`}, "record 6 (partner p, id q) is not what was recorded"},
		"two that change places":    {[]string{`UPDATE activity_leaf SET seq = -1 WHERE n = 6`, `UPDATE activity_leaf SET seq = 7 WHERE n = 9`, `UPDATE activity_leaf SET seq = 10 WHERE n = 6`}, "record 6 (partner"},
		"a hash":                    {[]string{`UPDATE activity_tile SET hashes = (SELECT hashes FROM activity_tile WHERE level = 0 AND n = 1) WHERE level = 0 AND n = 0`}, "record 0 (partner"},
		"a hash further up":         {[]string{`DELETE FROM activity_tile WHERE level = 1`}, "the stored hashes 1/0"},
		"the end of the tree":       {[]string{`DELETE FROM activity_leaf WHERE n >= 300`, `UPDATE activity_tree SET size = 300`}, "is of 320 records, the tree has 300"},
		"the checkpoint":            {[]string{`UPDATE activity_tree SET checkpoint = ''`}, "signed by no known key"},
		"a leaf behind the end":     {[]string{`INSERT INTO activity_leaf (n, seq) VALUES (320, -5)`}, "beyond the end of the tree"},
		"the name in other's place": {[]string{`UPDATE alias SET name = 'eve@p.example'`}, "the name kept for"},
		"a name that was erased":    {[]string{`UPDATE alias SET name = NULL, salt = NULL`}, ""},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			bothLogs(t, func(w *logWorld) {
				who := party.Actor{Scope: party.NewScope(logPartner, "")}
				_, err := w.store.Update(context.Background(), app.Act{Actor: who}, func(tx app.Tx) (any, error) {
					return nil, tx.AddAlias(party.NewAlias("salt", "ana@p.example"))
				})
				w.must(err)
				for range 32 {
					w.must(w.write(10))
				}
				w.catchUp()
				storetest.Tamper(t, w.url, c.sql...)
				out, err := app.AuditLog(context.Background(), w.store, nil, w.key)
				w.must(err)
				switch found := strings.Join(out.Found, "\n"); {
				case c.says == "" && (found != "" || len(out.Waiting) > 0):
					t.Errorf("%s %v", found, out.Waiting)
				case c.says == "waits" && !slices.Equal(out.Waiting, []id.Record{"q"}):
					t.Errorf("waiting: %v", out.Waiting)
				case c.says != "waits" && !strings.Contains(found, c.says):
					t.Errorf("found %q, want %q", found, c.says)
				}
				if c.says == "waits" { // nor does the integrator take it for a record of now
					w.catchUp()
					if still, err := w.store.Unnumbered(context.Background(), 9); err != nil || len(still) != 1 {
						t.Errorf("numbered: %v %v", still, err)
					}
				}
			})
		})
	}
}

func clockOf() (time.Duration, time.Time) { return 0, now }

func putBack(time.Time) time.Duration { return 0 }
