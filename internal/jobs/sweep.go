// Package jobs runs what must happen without anybody asking: the sweep, which does business work that falls due on the
// business clock. Side effects after commit have their own dispatcher, on wall time.
package jobs

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Sweep does what falls due, one run at a time in this process. Another process may run its own beside it: every thing
// due is done once, whoever is first.
type Sweep struct {
	App   *app.App
	Clock *when.Movable
	Log   *slog.Logger

	// Note is told how each look ended; nil: nobody.
	Note func(error)

	mu sync.Mutex

	last struct {
		sync.Mutex
		at  time.Time
		err error
	}
}

// Last tells when it looked last, in wall time, and what it could not do then (app.ErrHeldBack and the causes).
func (s *Sweep) Last() (at time.Time, err error) {
	s.last.Lock()
	defer s.last.Unlock()
	return s.last.at, s.last.err
}

// tick is how often the sweep looks, on wall time.
const tick = 500 * time.Millisecond

// Run looks for due work until ctx ends. What fails is logged and tried again at the next look.
func (s *Sweep) Run(ctx context.Context) {
	t := time.NewTicker(tick)
	defer t.Stop()
	var saved time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		saved = s.look(ctx, saved)
	}
}

// Now looks at once, beside the rounds of Run, and says what it could not do.
func (s *Sweep) Now(ctx context.Context) error {
	s.look(ctx, time.Time{})
	_, err := s.Last()
	return err
}

// look does what is due by now; saved is when the clock was last stored. The clock is read behind the lock: a restored
// store is never swept up to an instant that the clock told before.
func (s *Sweep) look(ctx context.Context, saved time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Clock.Now()
	if m, err := s.App.Mode(ctx); err == nil && m.ReadOnly { // what falls due waits
		return saved
	}
	err := s.to(ctx, now, nil)
	if err != nil && ctx.Err() == nil {
		s.Log.Error("sweep", "error", err)
	}
	s.last.Lock()
	s.last.at, s.last.err = s.App.Wall.Now(), err
	s.last.Unlock()
	if s.Note != nil && ctx.Err() == nil {
		s.Note(err)
	}
	if now.Sub(saved) < time.Minute && !now.Before(saved) {
		return saved
	}
	// The high-water mark that a clock set back does not pass (E01).
	if err := s.App.Due.SaveClock(s.Clock.Offset(), now); err != nil {
		return saved
	}
	return now
}

// Hold runs fn while nothing is swept: what is under way ends first.
func (s *Sweep) Hold(fn func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fn()
}

// To does everything due until an instant, moving the clock to each due instant before its work is done, and to the end
// afterwards. The clock is stored before the work: a crash never leaves it behind what was done.
func (s *Sweep) To(ctx context.Context, until time.Time, happened func(app.Happened)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.to(ctx, until, happened)
}

func (s *Sweep) to(ctx context.Context, until time.Time, happened func(app.Happened)) error {
	var broken error
	move := func(at time.Time) {
		if before := s.Clock.Offset(); s.Clock.AdvanceTo(at) != before {
			if err := s.App.Due.SaveClock(s.Clock.Offset(), s.Clock.Now()); err != nil && broken == nil {
				broken = err
			}
		}
	}
	p := progress{log: s.Log, wall: s.App.Wall, began: s.App.Wall.Now(), told: happened}
	err := s.App.RunDue(ctx, until, move, p.note)
	p.end()
	if err != nil && !errors.Is(err, app.ErrHeldBack) {
		return err
	}
	move(until)
	return errors.Join(err, broken)
}

// progress tells of a run that takes long, at most every sayEvery.
type progress struct {
	log   *slog.Logger
	wall  when.Clock
	began time.Time
	said  time.Time
	done  int
	told  func(app.Happened)
}

const sayEvery = 5 * time.Second

func (p *progress) note(h app.Happened) {
	if p.told != nil {
		p.told(h)
	}
	if p.done++; p.done%100 > 0 {
		return
	}
	if now := p.wall.Now(); now.Sub(p.began) >= sayEvery && now.Sub(p.said) >= sayEvery {
		p.said = now
		p.log.Info("sweep under way", "done", p.done, "at", h.At, "seconds", int(now.Sub(p.began).Seconds()))
	}
}

func (p *progress) end() {
	if !p.said.IsZero() {
		p.log.Info("sweep ended", "done", p.done, "seconds", int(p.wall.Now().Sub(p.began).Seconds()))
	}
}
