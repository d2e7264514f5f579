package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
)

// Kept is a store that was filled once on each engine in a test binary: tests that begin with what is in it get a copy each.
// T is what there is to know of it; it is every test's and not to be changed.
type Kept[T any] struct {
	lite     func() (keptLite[T], error)
	postgres func() (keptPostgres[T], error)
}

type keptLite[T any] struct {
	file []byte
	of   T
}

type keptPostgres[T any] struct {
	name string
	of   T
}

// Keep is a Kept that fill makes of an empty store with the present schema when a test first asks for it. It opens the store
// at url and closes it.
func Keep[T any](fill func(url string) (T, error)) *Kept[T] {
	return &Kept[T]{
		lite: sync.OnceValues(func() (k keptLite[T], err error) {
			empty, err := liteTemplate()
			if err != nil {
				return k, err
			}
			k.file, err = liteMade(empty, func(url string) (err error) {
				k.of, err = fill(url)
				return err
			})
			return k, err
		}),
		postgres: sync.OnceValues(func() (k keptPostgres[T], err error) {
			server, err := postgres()
			if err != nil {
				return k, err
			}
			k.name = fmt.Sprintf("kept_%d", databases.Add(1))
			url, err := server.Create(context.Background(), k.name, template)
			if err != nil {
				return k, err
			}
			k.of, err = fill(url)
			return k, err
		}),
	}
}

// SQLite is the URL of a file of the test's own.
func (k *Kept[T]) SQLite(t testing.TB) (url string, of T) {
	t.Helper()
	kept, err := k.lite()
	if err != nil {
		t.Fatal(err)
	}
	return liteFile(t, kept.file), kept.of
}

// Postgres is the URL of a database of the test's own, dropped at its end.
func (k *Kept[T]) Postgres(t testing.TB) (url string, of T) {
	t.Helper()
	kept, err := k.postgres()
	if err != nil {
		t.Fatal(err)
	}
	server, err := postgres()
	if err != nil {
		t.Fatal(err)
	}
	return copied(t, server, kept.name), kept.of
}

// Both runs the test once per engine.
func (k *Kept[T]) Both(t *testing.T, test func(t *testing.T, url string, of T)) {
	t.Helper()
	for _, engine := range []struct {
		name string
		url  func(testing.TB) (string, T)
	}{{"sqlite", k.SQLite}, {"postgres", k.Postgres}} {
		t.Run(engine.name, func(t *testing.T) {
			url, of := engine.url(t)
			test(t, url, of)
		})
	}
}
