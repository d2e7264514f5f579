package jobs

import (
	"context"
	"log/slog"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
)

// Supply asks the suppliers of keys about the lines that wait for them, on wall time, and tells the log of pools that run low
// (R15).
type Supply struct {
	// Look asks once.
	Look func(ctx context.Context) (app.Supplied, error)
	Low  func(ctx context.Context) ([]app.QueuedPool, error)
	Log  *slog.Logger

	low  map[string]bool // pools that the log knows of
	left map[string]bool // keys that lie for nobody, likewise
}

// How often suppliers are asked and pools are looked at.
const (
	askSuppliers = 2 * time.Second
	lookAtPools  = time.Minute
)

// Run asks and looks until ctx ends.
func (s *Supply) Run(ctx context.Context) {
	s.look(ctx)
	s.pools(ctx)
	ask, look := time.NewTicker(askSuppliers), time.NewTicker(lookAtPools)
	defer ask.Stop()
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ask.C:
			s.look(ctx)
		case <-look.C:
			s.pools(ctx)
		}
	}
}

func (s *Supply) look(ctx context.Context) {
	got, err := s.Look(ctx)
	if err != nil && ctx.Err() == nil {
		s.Log.Error("keys from suppliers", "error", err)
	}
	if got.Served > 0 {
		s.Log.Info("keys from suppliers", "served", got.Served)
	}
	left := map[string]bool{}
	for _, name := range got.Left {
		if left[name] = true; !s.left[name] {
			s.Log.Warn("a supplier gave a key for a line that waits no more; it lies there still", "name", name)
		}
	}
	if err == nil && got.Asked+len(got.Left) > 0 {
		s.left = left
	}
}

// pools tells of each pool when it begins to be low, and when it is so no more.
func (s *Supply) pools(ctx context.Context) {
	all, err := s.Low(ctx)
	if err != nil {
		if ctx.Err() == nil {
			s.Log.Error("pools of keys", "error", err)
		}
		return
	}
	low := map[string]bool{}
	for _, p := range all {
		name := string(p.Partner) + "\x00" + p.Name + "\x00" + p.Version
		if low[name] = true; !s.low[name] {
			s.Log.Warn("a pool of keys runs low", "pool", p)
		}
		delete(s.low, name)
	}
	if len(s.low) > 0 {
		s.Log.Info("pools of keys are filled again", "pools", len(s.low))
	}
	s.low = low
}
