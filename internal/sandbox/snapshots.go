package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Archive is a store that can be copied while it serves, and go back to a copy. Fault of both: "snapshot.not_here".
type Archive interface {
	Snapshot(ctx context.Context, file string, clock func() (offset time.Duration, high time.Time)) error
	Restore(ctx context.Context, file string, clock func(high time.Time) (offset time.Duration)) error
}

// maxSnapshots bounds what a sandbox keeps.
const maxSnapshots = 50

// note is what lies beside a copy: written last, so that a copy without one is none.
type note struct {
	ID  string    `json:"id"`
	At  time.Time `json:"at"`
	Now time.Time `json:"now"`
}

// Snapshot keeps a copy of everything but the media, with the clock (R21).
// Faults: "snapshot.not_here", "snapshot.too_many", "clock.busy" while the clock moves.
func (c *Clockwork) Snapshot(ctx context.Context, who party.Actor) (app.Snapshot, error) {
	var s app.Snapshot
	err := c.still(who, func() error {
		kept, err := c.kept()
		if err != nil {
			return err
		}
		if len(kept) >= maxSnapshots {
			return fault.Refuse("snapshot.too_many", fault.Args{"max": maxSnapshots})
		}
		if err := os.MkdirAll(c.Folder, 0o700); err != nil {
			return err
		}
		s = app.Snapshot{ID: id.Random{}.GUID(), At: c.Wall.Now()}
		err = c.Archive.Snapshot(ctx, c.file(s.ID, ".db"), func() (time.Duration, time.Time) {
			s.Now = c.Clock.Now()
			return c.Clock.Offset(), s.Now
		})
		if err != nil {
			return err
		}
		text, err := json.Marshal(note(s))
		if err != nil {
			return err
		}
		return os.WriteFile(c.file(s.ID, ".json"), text, 0o600)
	})
	return s, err
}

// Snapshots lists what is kept, oldest first (R21).
func (c *Clockwork) Snapshots(_ context.Context, who party.Actor) ([]app.Snapshot, error) {
	if err := who.May(party.PlaySandbox); err != nil {
		return nil, err
	}
	return c.kept()
}

// Restore puts everything back to a snapshot, the clock with it: it tells the snapshot's instant again and goes on from
// there (R21). Faults: "snapshot.not_here", "snapshot.unknown", "clock.busy" while the clock moves.
func (c *Clockwork) Restore(ctx context.Context, who party.Actor, snapshot string) (app.Snapshot, error) {
	var s app.Snapshot
	err := c.still(who, func() (err error) {
		if s, err = c.find(snapshot); err != nil {
			return err
		}
		// Once begun it ends, whatever becomes of the caller.
		err = c.Archive.Restore(context.WithoutCancel(ctx), c.file(s.ID, ".db"), c.Clock.Restore)
		if err == nil {
			c.jump = nil // what it told of has not happened
		}
		return err
	})
	return s, err
}

// RemoveSnapshot forgets one (R21). Fault: "snapshot.unknown".
func (c *Clockwork) RemoveSnapshot(_ context.Context, who party.Actor, snapshot string) error {
	return c.still(who, func() error {
		s, err := c.find(snapshot)
		if err != nil {
			return err
		}
		return errors.Join(os.Remove(c.file(s.ID, ".json")), os.Remove(c.file(s.ID, ".db")))
	})
}

// still runs fn while the clock does not jump and nothing is swept.
func (c *Clockwork) still(who party.Actor, fn func() error) error {
	if err := who.May(party.PlaySandbox); err != nil {
		return err
	}
	if c.Archive == nil {
		return fault.Refuse("snapshot.not_here", nil)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.moving() {
		return fault.Conflict("clock.busy", nil)
	}
	return c.Sweep.Hold(fn)
}

func (c *Clockwork) file(snapshot, ending string) string {
	return filepath.Join(c.Folder, snapshot+ending)
}

func (c *Clockwork) find(snapshot string) (app.Snapshot, error) {
	guid, ok := id.ParseGUID(snapshot)
	if !ok {
		return app.Snapshot{}, fault.NotFound("snapshot.unknown", nil)
	}
	s, err := c.read(guid + ".json")
	if errors.Is(err, fs.ErrNotExist) {
		err = fault.NotFound("snapshot.unknown", nil)
	}
	return s, err
}

func (c *Clockwork) read(name string) (app.Snapshot, error) {
	var n note
	text, err := os.ReadFile(filepath.Join(c.Folder, name))
	if err == nil {
		err = json.Unmarshal(text, &n)
	}
	return app.Snapshot{ID: n.ID, At: when.Instant(n.At), Now: when.Instant(n.Now)}, err
}

func (c *Clockwork) kept() ([]app.Snapshot, error) {
	files, err := os.ReadDir(c.Folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []app.Snapshot
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".json") {
			continue
		}
		s, err := c.read(f.Name())
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b app.Snapshot) int { return a.At.Compare(b.At) })
	return out, nil
}
