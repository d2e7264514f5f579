package jobs

import (
	"context"
	"log/slog"
	"time"
)

// Rewrap follows rotations of the vault's key: what is sealed with an older one is sealed again, in the background, while
// everything goes on being opened by whichever key it needs.
type Rewrap struct {
	Vault interface {
		Refresh() error
		Primary() (key uint32, rotated bool)
	}
	// Again seals again what is stale, and says how many rows it did and how many do not open.
	Again func(ctx context.Context) (done, broken int, err error)
	Log   *slog.Logger
}

// lookForKeys is how often the keyset is looked at, on wall time; another process may have rotated it.
const lookForKeys = 10 * time.Second

// Run looks until ctx ends. Every process does its rounds: rows that another one did are found done. Whoever still sealed with the
// older key when the first round ran is met by the second, a look later.
func (r *Rewrap) Run(ctx context.Context) {
	t := time.NewTicker(lookForKeys)
	defer t.Stop()
	var primary uint32
	rounds := 0
	for {
		if err := r.Vault.Refresh(); err != nil {
			r.Log.Error("keyset", "error", err)
		}
		key, rotated := r.Vault.Primary()
		if key != primary {
			primary, rounds = key, 0
		}
		if rotated && rounds < 2 {
			done, broken, err := r.Again(ctx)
			switch {
			case ctx.Err() != nil:
			case err != nil:
				r.Log.Error("sealing again", "error", err)
			default:
				rounds++
				if done > 0 || broken > 0 {
					r.Log.Info("sealed again", "rows", done, "unopened", broken)
				}
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}
