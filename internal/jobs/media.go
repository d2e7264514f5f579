package jobs

import (
	"context"
	"log/slog"
	"time"
)

// Media removes uploads that nobody goes on with, and what interrupted imports left, on wall time.
type Media struct {
	// Sweep removes what is over, and says how much.
	Sweep func(ctx context.Context) (removed int, err error)
	Log   *slog.Logger
}

const sweepMedia = time.Hour

// Run sweeps until ctx ends.
func (m *Media) Run(ctx context.Context) {
	t := time.NewTicker(sweepMedia)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		removed, err := m.Sweep(ctx)
		if err != nil && ctx.Err() == nil {
			m.Log.Error("sweep of media", "error", err)
		}
		if removed > 0 {
			m.Log.Info("unfinished media removed", "files", removed)
		}
	}
}
