package store_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// level is what the commit of the act that t is of waits for.
func level(t *store.Tx) (word string, err error) {
	sql := `SELECT current_setting('synchronous_commit')`
	if store.OnSQLite(t) {
		sql = `SELECT CASE synchronous WHEN 0 THEN 'never' WHEN 1 THEN 'off' ELSE 'on' END FROM pragma_synchronous`
	}
	return word, t.Row(sql, nil, &word)
}

// TestOnlyDelayedActsDoNotWait: an act that is done again does not wait for the disk; whatever follows it does.
func TestOnlyDelayedActsDoNotWait(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		scratch(t, s)
		for i, delayed := range []bool{false, true, true, false, true, false} {
			var got string
			_, err := s.UpdateTx(ctx, app.Act{Actor: actor(), Delayed: delayed}, nil, func(t *store.Tx) (_ any, err error) {
				got, err = level(t)
				return nil, err
			})
			if want := map[bool]string{false: "on", true: "off"}[delayed]; err != nil || got != want {
				t.Errorf("act %d waits for %q, %v, want %q", i, got, err, want)
			}
		}
	})
}

// TestDelayedActInAGroup: acts that share a transaction wait for the disk if one of them does.
func TestDelayedActInAGroup(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t), store.Options{})
	scratch(t, s)
	var working sync.WaitGroup
	busy, free := make(chan struct{}), make(chan struct{})
	working.Go(func() {
		_ = do(s, func(*store.Tx) error { close(busy); <-free; return nil })
	})
	<-busy
	const acts = 20
	levels := make([]string, acts)
	for i := range acts {
		working.Go(func() {
			_, err := s.UpdateTx(ctx, app.Act{Actor: actor(), Delayed: i > 0}, nil, func(t *store.Tx) (_ any, err error) {
				levels[i], err = level(t)
				return nil, err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	for s.Waiting() < acts {
		store.Yield()
	}
	close(free)
	working.Wait()
	if got := strings.Join(levels, " "); got != strings.TrimSpace(strings.Repeat("on ", acts)) {
		t.Errorf("they wait for %s", got)
	}
}

// TestLaxNeverWaits: a simulation's file is not made to wait by an act that is not delayed.
func TestLaxNeverWaits(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t), store.Options{Lax: true})
	for _, delayed := range []bool{true, false} {
		_, err := s.UpdateTx(ctx, app.Act{Actor: actor(), Delayed: delayed}, nil, func(tx *store.Tx) (any, error) {
			got, err := level(tx)
			if got != "never" {
				t.Errorf("delayed %t waits for %q", delayed, got)
			}
			return nil, err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestSettle: what was delayed is in PostgreSQL's log on the disk when Settle returns.
func TestSettle(t *testing.T) {
	url := storetest.Postgres(t)
	s := storetest.Open(t, url, store.Options{})
	scratch(t, s)
	db := storetest.Beside(t, url)
	for n := range 20 {
		_, err := s.UpdateTx(ctx, app.Act{Actor: actor(), Delayed: true}, nil, func(t *store.Tx) (any, error) {
			return nil, insert(t, nil, strings.Repeat("x", n+1))
		})
		if err != nil {
			t.Fatal(err)
		}
		var written string
		if err := db.QueryRowContext(context.Background(), `SELECT pg_current_wal_insert_lsn()::text`).Scan(&written); err != nil {
			t.Fatal(err)
		}
		if err := s.Settle(); err != nil {
			t.Fatal(err)
		}
		var settled bool
		if err := db.QueryRowContext(context.Background(), `SELECT pg_current_wal_flush_lsn() >= $1::pg_lsn`, written).Scan(&settled); err != nil {
			t.Fatal(err)
		}
		if !settled {
			t.Fatalf("act %d: %s is not on the disk", n, written)
		}
	}
}
