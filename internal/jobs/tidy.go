package jobs

import (
	"context"
	"log/slog"
	"time"
)

// Tidy removes what is over, on wall time: uploads that nobody goes on with, answers that are replayed no more.
type Tidy struct {
	What  string // for the log
	Every time.Duration
	Do    func(ctx context.Context) (removed int, err error)
	Log   *slog.Logger
}

// Run tidies until ctx ends.
func (j *Tidy) Run(ctx context.Context) {
	t := time.NewTicker(j.Every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		removed, err := j.Do(ctx)
		if err != nil && ctx.Err() == nil {
			j.Log.Error("tidying", "what", j.What, "error", err)
		}
		if removed > 0 {
			j.Log.Info("tidied", "what", j.What, "removed", removed)
		}
	}
}
