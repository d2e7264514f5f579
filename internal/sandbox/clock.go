// Package sandbox is what only a server started for play has: a clock that can be moved, and demo data.
package sandbox

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/jobs"
)

// MaxJump bounds one move of the clock; Patience is how long a move is waited for before it is answered as under way.
const (
	MaxJump  = 400 * 24 * time.Hour
	Patience = 5 * time.Second
	// maxHappened bounds what a jump lists; Done counts all.
	maxHappened = 1000
)

// Clockwork moves the business clock forward, doing everything that falls due on the way, in order.
type Clockwork struct {
	Sweep *jobs.Sweep
	Clock *when.Movable
	Due   app.DueStore
	Log   *slog.Logger

	// Snapshots: the store, the folder that copies are kept in, and wall time. A nil Archive keeps none.
	Archive Archive
	Folder  string
	Wall    when.Clock

	mu   sync.Mutex
	jump *jump
}

// jump is one move, under way or the last one done.
type jump struct {
	mu     sync.Mutex
	state  app.ClockState
	err    error
	ended  chan struct{}
	closed bool
}

// State tells the clock and the jump under way (R21).
func (c *Clockwork) State(context.Context) (app.ClockState, error) {
	c.mu.Lock()
	j := c.jump
	c.mu.Unlock()
	return c.tell(j)
}

func (c *Clockwork) tell(j *jump) (app.ClockState, error) {
	var s app.ClockState
	if j != nil {
		j.mu.Lock()
		s = j.state
		s.Happened = append([]app.Happened(nil), j.state.Happened...)
		s.Running = !j.closed
		j.mu.Unlock()
	}
	s.Now = c.Clock.Now()
	if s.Running {
		due, err := c.Due.NextDue(s.Target, 1000)
		s.Due = len(due)
		if err != nil {
			return s, err
		}
	}
	next, err := c.Due.NextDue(when.Never, 1)
	if len(next) == 1 {
		s.NextDue = next[0].At
	}
	return s, err
}

// Move moves the clock to an instant, runs what falls due, and answers when all is done, or after Patience with Running
// set (R21). The work goes on though the caller hangs up. Faults: "clock.back", "clock.too_far", "clock.busy".
func (c *Clockwork) Move(ctx context.Context, who party.Actor, to time.Time) (app.ClockState, error) {
	if err := who.May(party.PlaySandbox); err != nil {
		return app.ClockState{}, err
	}
	j, err := c.start(context.WithoutCancel(ctx), when.Instant(to))
	if err != nil {
		return app.ClockState{}, err
	}
	patience := time.NewTimer(Patience)
	defer patience.Stop()
	select {
	case <-j.ended:
	case <-patience.C:
	case <-ctx.Done():
	}
	j.mu.Lock()
	err = j.err
	j.mu.Unlock()
	if err != nil {
		return app.ClockState{}, err
	}
	return c.tell(j)
}

func (c *Clockwork) start(ctx context.Context, to time.Time) (*jump, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.moving() {
		return nil, fault.Conflict("clock.busy", nil)
	}
	switch now := c.Clock.Now(); {
	case to.Before(now):
		return nil, fault.Invalid("clock.back", fault.Args{"now": now})
	case to.Sub(now) > MaxJump:
		return nil, fault.Invalid("clock.too_far", fault.Args{"days": int(MaxJump / (24 * time.Hour))})
	}
	j := &jump{state: app.ClockState{Target: to}, ended: make(chan struct{})}
	c.jump = j
	go func() {
		err := c.Sweep.To(ctx, to, j.note)
		if err != nil {
			c.Log.Error("clock jump", "error", err)
		}
		j.mu.Lock()
		j.err, j.closed = err, true
		j.mu.Unlock()
		close(j.ended)
	}()
	return j, nil
}

// moving tells whether a jump is under way; mu is held.
func (c *Clockwork) moving() bool {
	if c.jump == nil {
		return false
	}
	select {
	case <-c.jump.ended:
		return false
	default:
		return true
	}
}

func (j *jump) note(h app.Happened) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.state.Done++
	if len(j.state.Happened) < maxHappened {
		j.state.Happened = append(j.state.Happened, h)
	}
}
