package jobs

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Log keeps the tree of the activity log up with its records, and puts checkpoints where the database cannot reach them.
// Every process may run one: of two on one store one integrates at a time.
type Log struct {
	Tree  *app.Integrator
	Files *Checkpoints // nil: none are kept in a file
	Every time.Duration
	Mail  *Mailing // nil: none are sent
	Wall  when.Clock
	Log   *slog.Logger
	// Note is told how each round ended; nil: nobody.
	Note func(error)
}

const (
	// integrateEvery is how often the integrator looks, on wall time; full batches follow each other at once.
	integrateEvery = 250 * time.Millisecond
	// standBack is how long it leaves the work to another one that came first; sickFor, how long it waits after an error.
	standBack = 2 * time.Second
	sickFor   = 3 * time.Second
	// lastRound bounds the work at the end: what is committed by then is numbered, and its checkpoint kept.
	lastRound = 10 * time.Second
)

// Run works until ctx ends, and then a last time.
func (l *Log) Run(ctx context.Context) {
	var mailing sync.WaitGroup
	if l.Mail != nil {
		mailing.Go(func() { l.Mail.run(ctx, l) })
	}
	defer mailing.Wait()
	t := time.NewTicker(integrateEvery)
	defer t.Stop()
	now := l.Wall.Now()
	look, keep := now, now
	for {
		if now = l.Wall.Now(); !now.Before(look) {
			look = now.Add(l.integrate(ctx))
		}
		if l.Files != nil && !now.Before(keep) {
			l.keep(ctx)
			keep = now.Add(l.Every)
		}
		select {
		case <-ctx.Done():
			l.end(context.WithoutCancel(ctx))
			return
		case <-t.C:
		}
	}
}

// integrate numbers what waits and says how long to wait until the next look.
func (l *Log) integrate(ctx context.Context) time.Duration {
	for {
		n, taken, err := l.Tree.Integrate(ctx)
		if l.Note != nil && ctx.Err() == nil {
			l.Note(err)
		}
		switch {
		case ctx.Err() != nil:
			return 0
		case err != nil:
			l.Log.Error("numbering the activity log", "error", err)
			return sickFor
		case taken:
			return standBack
		case n < app.Batch:
			return 0
		}
	}
}

func (l *Log) end(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lastRound)
	defer cancel()
	if _, err := l.Tree.CatchUp(ctx); err != nil {
		l.Log.Error("numbering the activity log", "error", err)
	}
	if l.Files != nil {
		l.keep(ctx)
	}
}

func (l *Log) keep(ctx context.Context) {
	if err := l.Files.Keep(ctx, l.Tree); err != nil && ctx.Err() == nil {
		l.Log.Error("keeping a checkpoint of the activity log", "error", err)
	}
}
