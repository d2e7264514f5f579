package store

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// TestTurnsOfADatabaseOnThisMachine: decision 0025.
func TestTurnsOfADatabaseOnThisMachine(t *testing.T) {
	type turns struct{ transactions, trips int }
	few, many := turns{min(2*runtime.NumCPU(), 100), min(max(1, runtime.NumCPU()/2), 100)}, turns{100, 100}
	for url, want := range map[string]turns{
		"postgres:///books?host=/run/postgresql": few, "postgres://localhost/books": few, "postgres://127.0.0.1:5433/books": few, "postgres://[::1]/books": few,
		"postgres://database.example/books": many, "postgres://10.0.0.7/books": many, "postgres://localhost.example/books": many,
	} {
		cfg, err := pgxpool.ParseConfig(url)
		if err != nil {
			t.Fatal(err)
		}
		cfg.MaxConns = 100
		var got turns
		if got.transactions, got.trips = pgTurns(cfg); got != want {
			t.Errorf("%s has %+v at a time, want %+v", url, got, want)
		}
	}
}

// TestTurnsAreWaitedFor until the caller has gone.
func TestTurnsAreWaitedFor(t *testing.T) {
	one := make(turns, 1)
	if err := one.take(context.Background()); err != nil {
		t.Fatal(err)
	}
	gone, leave := context.WithCancelCause(context.Background())
	leave(errors.New("gone"))
	if f := fault.Of(one.take(gone)); f == nil || f.Code != "store.unavailable" {
		t.Errorf("%v", f)
	}
	one.back()
	if err := one.take(context.Background()); err != nil {
		t.Errorf("a turn given back: %v", err)
	}
}
