package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
	"github.com/comptoir-dev/comptoir/internal/store/storetest/pg"
)

func TestOpenCreatesAndFinds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b#c?d%.db") // a path is not a URL
	if err := os.WriteFile(path+".new", []byte("a crash while it was made"), 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		s, err := store.Open(ctx, "sqlite:"+path, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			scratch(t, s)
		}
		if got := fmt.Sprint(things(t, s)); got != "[a]" {
			t.Fatal(got)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info, err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 2 { // the database and its lock
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	open := func(url string) error {
		s, err := store.Open(ctx, url, store.Options{})
		if err == nil {
			_ = s.Close()
		}
		return err
	}
	newer := func(s *store.Store) error {
		return do(s, func(t *store.Tx) error {
			return t.Exec(store.AnyRows, nil, `UPDATE goose_db_version SET version_id = 9999 WHERE version_id > 0`)
		})
	}
	for _, c := range []struct {
		name, want string
		url        func(t *testing.T) string
	}{
		{"no URL", "neither", func(*testing.T) string { return "comptoir.db" }},
		{"no path", "no path", func(*testing.T) string { return "sqlite:" }},
		{"no folder", "no such file", func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "none", "c.db") }},
		{"open elsewhere", "another process", func(t *testing.T) string {
			url := storetest.SQLite(t)
			storetest.Open(t, url, store.Options{})
			return url
		}},
		{"a rollback journal beside it", "-journal", func(t *testing.T) string {
			url := storetest.SQLite(t)
			if err := os.WriteFile(strings.TrimPrefix(url, "sqlite:")+"-journal", []byte("hot"), 0o600); err != nil {
				t.Fatal(err)
			}
			return url
		}},
		{"not a database", "not a database", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "c.db")
			if err := os.WriteFile(path, []byte(strings.Repeat("letter to a friend ", 100)), 0o600); err != nil {
				t.Fatal(err)
			}
			return "sqlite:" + path
		}},
		{"newer schema, SQLite", "newer", func(t *testing.T) string {
			url := storetest.SQLite(t)
			s, err := store.Open(ctx, url, store.Options{})
			if err != nil || newer(s) != nil || s.Close() != nil {
				t.Fatal(err)
			}
			return url
		}},
		{"newer schema, PostgreSQL", "newer", func(t *testing.T) string {
			url := storetest.Postgres(t)
			if err := newer(storetest.Open(t, url, store.Options{})); err != nil {
				t.Fatal(err)
			}
			return url
		}},
		{"nobody there", "", func(*testing.T) string { return "postgres:///x?host=/nowhere" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := open(c.url(t)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

// Several processes start at once on an empty PostgreSQL: one migrates, the others wait and find it done.
func TestMigrateTogether(t *testing.T) {
	server, err := pg.Shared(ctx)
	if err != nil {
		t.Fatal(err)
	}
	url, err := server.Create(ctx, "together", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Drop(ctx, "together") })
	done := make(chan error)
	for range 4 {
		go func() {
			s, err := store.Open(ctx, url, store.Options{})
			if err == nil {
				err = s.Close()
			}
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// G9, in small: a full disk refuses writes with "store.unavailable", reads go on, and room brings everything back.
func TestDiskFull(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t), store.Options{})
	scratch(t, s)
	limit := func(pages int) {
		if err := s.OnWriter(fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
			t.Fatal(err)
		}
	}
	limit(1) // SQLite takes the present size instead
	big := func(t *store.Tx) error { return insert(t, nil, strings.Repeat("x", 1<<20)) }
	small := func(t *store.Tx) error { return bump(t, nil, "a", 1) }
	errs := grouped(s, big, small, big)
	for i, want := range []bool{false, true, false} {
		f := fault.Of(errs[i])
		if want != (errs[i] == nil) || !want && (f == nil || f.Code != "store.unavailable") {
			t.Errorf("act %d: %v", i, errs[i])
		}
	}
	if got := fmt.Sprint(things(t, s)); got != "[a]" {
		t.Error(got)
	}
	limit(1 << 30)
	if err := do(s, big); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

func TestServerGone(t *testing.T) {
	url := storetest.Postgres(t)
	s := storetest.Open(t, url, store.Options{})
	scratch(t, s)
	// The server's operator ends every connection while the act runs: nobody answers, so nobody was refused.
	err := do(s, func(t *store.Tx) error {
		if err := insert(t, fault.Conflict("test.no", nil), "b"); err != nil {
			return err
		}
		return cutOff(url)
	})
	if f := fault.Of(err); f == nil || f.Code != "store.unavailable" {
		t.Fatalf("got %v", err)
	}
	err = s.ViewReader(ctx, func(r *store.Reader) error {
		if _, err := r.Ints(`SELECT 1`); err != nil {
			return err
		}
		if err := cutOff(url); err != nil {
			return err
		}
		_, err := r.Ints(`SELECT 1`)
		return err
	})
	if f := fault.Of(err); f == nil || f.Code != "store.unavailable" {
		t.Fatalf("got %v", err)
	}
	if err := do(s, func(t *store.Tx) error { return insert(t, nil, "c") }); err != nil {
		t.Fatalf("the next act: %v", err)
	}
	if got := fmt.Sprint(things(t, s)); got != "[a c]" {
		t.Fatal(got)
	}
}

// cutOff ends all other connections to the database.
func cutOff(url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	return err
}

// A server that is down is a 503 in time, and its return needs no restart of ours.
func TestServerDown(t *testing.T) {
	server, err := pg.Start(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	s, err := store.Open(ctx, server.URL("postgres"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	server.Kill()
	for name, err := range map[string]error{
		"update": do(s, func(*store.Tx) error { return nil }),
		"view":   s.ViewReader(ctx, func(r *store.Reader) error { _, err := r.Ints(`SELECT 1`); return err }),
		"one":    s.OneReader(ctx, func(r *store.Reader) error { _, err := r.Ints(`SELECT 1`); return err }),
		"health": s.Health(ctx),
	} {
		if f := fault.Of(err); f == nil || f.Code != "store.unavailable" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
