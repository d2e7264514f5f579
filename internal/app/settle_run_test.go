package app_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/vault/vaulttest"
)

// owing is a store that knows whether acts were delayed since it was settled, and may fall after some of them.
type owing struct {
	app.Store
	app.DueStore
	fallAfter int // 0: never

	mu            sync.Mutex
	delayed, owed int
}

// Update implements app.Store.
func (s *owing) Update(ctx context.Context, act app.Act, fn func(app.Tx) (any, error)) (app.Reply, error) {
	s.mu.Lock()
	fallen := s.fallAfter > 0 && s.delayed >= s.fallAfter
	if act.Delayed && !fallen {
		s.delayed++
		s.owed++
	}
	s.mu.Unlock()
	if fallen {
		return app.Reply{}, fault.Unavailable("store.unavailable", nil)
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

// tired is a wall clock by which everything takes long.
type tired struct {
	mu sync.Mutex
	at time.Time
}

// Now implements when.Clock.
func (c *tired) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(100 * time.Millisecond)
	return c.at
}

// TestE13CrowdedRunIsTheSame: where chunks take long they are written one after another and become small; what comes of it is the same.
func TestE13CrowdedRunIsTheSame(t *testing.T) {
	secrets := vaulttest.Secrets(t)
	var rows [2][]string
	var chunks [2]int
	for way := range rows {
		at, of := story.SQLite(t)
		w := newWorld(t, at, of, secrets, nil)
		w.live()
		s := &owing{Store: w.store, DueStore: w.Due}
		w.Store, w.Due = s, s
		w.Wall = when.NewFixed(now) // nothing takes any time
		if way == 1 {
			w.Wall = &tired{at: now}
		}
		if err := w.RunDue(context.Background(), w.clock.Now().AddDate(0, 4, 0), w.clock.Set, nil); err != nil {
			t.Fatal(err)
		}
		w.books()
		rows[way], chunks[way] = tables(t, "sqlite", at), s.delayed
	}
	if chunks[1] <= chunks[0] {
		t.Errorf("%d chunks at leisure, %d crowded: it was not crowded", chunks[0], chunks[1])
	}
	if diff := cmp.Diff(rows[0], rows[1]); diff != "" {
		t.Errorf("at leisure -, crowded +:\n%s", diff)
	}
}
