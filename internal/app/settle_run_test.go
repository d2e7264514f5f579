package app_test

import (
	"context"
	"errors"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/vault/vaulttest"
)

// owing is a store that knows whether acts were delayed since it was settled, and may fall after some of them.
type owing struct {
	app.Store
	app.DueStore
	delayed, owed int
	fallAfter     int // 0: never
}

// Update implements app.Store.
func (s *owing) Update(ctx context.Context, act app.Act, fn func(app.Tx) (any, error)) (app.Reply, error) {
	if s.fallAfter > 0 && s.delayed >= s.fallAfter {
		return app.Reply{}, fault.Unavailable("store.unavailable", nil)
	}
	if act.Delayed {
		s.delayed++
		s.owed++
	}
	return s.Store.Update(ctx, act, fn)
}

// Settle implements app.DueStore.
func (s *owing) Settle() error {
	s.owed = 0
	return s.DueStore.Settle()
}

// TestRunIsDurableAtItsEnd: charges made in bulk do not wait for the disk one by one, but nobody is told of a run's end before
// they are on it, however it ended.
func TestRunIsDurableAtItsEnd(t *testing.T) {
	for name, fallAfter := range map[string]int{"to its end": 0, "until the store falls": 2} {
		t.Run(name, func(t *testing.T) {
			at, of := story.SQLite(t)
			w := newWorld(t, at, of, vaulttest.Secrets(t), nil)
			w.live()
			s := &owing{Store: w.store, DueStore: w.Due, fallAfter: fallAfter}
			w.Store, w.Due = s, s
			err := w.RunDue(context.Background(), w.clock.Now().AddDate(0, 4, 0), w.clock.Set, nil)
			if f := fault.Of(err); (fallAfter == 0) != (err == nil) || err != nil && (f == nil || f.Code != "store.unavailable") && !errors.Is(err, app.ErrHeldBack) {
				t.Fatal(err)
			}
			if s.delayed < 2 || s.owed > 0 {
				t.Errorf("%d acts were delayed, %d of them since the store was settled", s.delayed, s.owed)
			}
		})
	}
}
