// Package storetest opens stores for tests: a fresh SQLite file or a fresh database of a real PostgreSQL, and runs a
// test on both. A test binary that uses PostgreSQL calls Main from its TestMain.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest/pg"
)

// Main runs the tests and stops the server they started:
//
//	func TestMain(m *testing.M) { storetest.Main(m) }
func Main(m *testing.M) {
	hasMain.Store(true)
	pg.Volatile()
	code := m.Run()
	if err := pg.StopShared(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

var hasMain atomic.Bool

// Both runs the test once per engine, on an empty store with the present schema.
func Both(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	BothWith(t, store.Options{}, test)
}

// BothWith is Both with options.
func BothWith(t *testing.T, opts store.Options, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	for _, engine := range []struct {
		name string
		url  func(testing.TB) string
	}{{"sqlite", SQLite}, {"postgres", Postgres}} {
		t.Run(engine.name, func(t *testing.T) { test(t, Open(t, engine.url(t), opts)) })
	}
}

// Open opens a store that is closed at the end of the test.
func Open(t testing.TB, url string, opts store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), url, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// SQLite is the URL of a fresh file with the present schema.
func SQLite(t testing.TB) string {
	t.Helper()
	file, err := liteTemplate()
	if err != nil {
		t.Fatal(err)
	}
	return liteFile(t, file)
}

// liteFile is the URL of a file of the test's own with that in it.
func liteFile(t testing.TB, file []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "comptoir.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

// liteTemplate is a migrated file, made once: a copy of it costs no migration and no sync.
var liteTemplate = sync.OnceValues(func() ([]byte, error) {
	return liteMade(nil, func(url string) error {
		s, err := store.Open(context.Background(), url, store.Options{})
		if err != nil {
			return err
		}
		return s.Close()
	})
})

// liteMade is what stands in a file after make, which begins with begin.
func liteMade(begin []byte, make func(url string) error) (file []byte, err error) {
	dir, err := os.MkdirTemp("", "comptoir-lite-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "template.db")
	if begin != nil {
		if err := os.WriteFile(path, begin, 0o600); err != nil {
			return nil, err
		}
	}
	if err := make("sqlite:" + path); err != nil {
		return nil, err
	}
	if _, err := os.Stat(path + "-wal"); err == nil { // the last connection leaves everything in the main file
		return nil, fmt.Errorf("storetest: %s is still open", path)
	}
	return os.ReadFile(path)
}

const template = "migrated"

var (
	prepared  sync.Once
	prepError error
	databases atomic.Int64
)

// Postgres is the URL of a fresh database with the present schema, dropped at the end of the test. Without
// PostgreSQL 15 installed the test fails: half of the product would be untested.
func Postgres(t testing.TB) string {
	t.Helper()
	server, err := postgres()
	if err != nil {
		t.Fatal(err)
	}
	return copied(t, server, template)
}

// postgres is the server with the database that others are copied from.
func postgres() (*pg.Server, error) {
	if !hasMain.Load() {
		return nil, errors.New("storetest: this package needs func TestMain(m *testing.M) { storetest.Main(m) }")
	}
	ctx := context.Background()
	server, err := pg.Shared(ctx)
	if err != nil {
		return nil, err
	}
	prepared.Do(func() { prepError = prepare(ctx, server) })
	return server, prepError
}

// copied is the URL of a copy of a database, dropped at the end of the test.
func copied(t testing.TB, server *pg.Server, of string) string {
	t.Helper()
	ctx := context.Background()
	name := fmt.Sprintf("test_%d", databases.Add(1))
	url, err := server.Create(ctx, name, of)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Drop(ctx, name); err != nil {
			t.Errorf("drop %s: %v", name, err)
		}
	})
	return url
}

// prepare makes the database that the others are copied from.
func prepare(ctx context.Context, server *pg.Server) error {
	url, err := server.Create(ctx, template, "")
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return err
	}
	return s.Close()
}
