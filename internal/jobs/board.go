package jobs

import (
	"context"
	"sync"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Board is how the jobs of this process fare. It implements app.Jobs and is safe for concurrent use.
type Board struct {
	Wall when.Clock

	mu  sync.Mutex
	all []*posted
}

type posted struct {
	app.Job
	run func(context.Context) error
}

// Add puts a job on the board: run does it once, beside its own rounds, which are told to Note.
func (b *Board) Add(kind string, run func(context.Context) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = append(b.all, &posted{app.Job{Kind: kind}, run})
}

// Note keeps how a round of a job ended.
func (b *Board) Note(kind string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, j := range b.all {
		if j.Kind != kind {
			continue
		}
		if j.At, j.Err = b.Wall.Now(), err; err == nil {
			j.Fails = 0
			continue
		}
		if j.Fails++; j.Fails == 1 {
			j.Since = j.At
		}
	}
}

// Watch puts a job on the board whose rounds call what comes back.
func (b *Board) Watch(kind string, do func(context.Context) error) func(context.Context) error {
	noted := func(ctx context.Context) error {
		err := do(ctx)
		if ctx.Err() == nil {
			b.Note(kind, err)
		}
		return err
	}
	b.Add(kind, noted)
	return noted
}

// List implements app.Jobs.
func (b *Board) List() []app.Job {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]app.Job, len(b.all))
	for i, j := range b.all {
		out[i] = j.Job
	}
	return out
}

// Run implements app.Jobs.
func (b *Board) Run(ctx context.Context, kind string) error {
	b.mu.Lock()
	var run func(context.Context) error
	for _, j := range b.all {
		if j.Kind == kind {
			run = j.run
		}
	}
	b.mu.Unlock()
	if run == nil {
		return fault.NotFound("job.unknown", nil)
	}
	return run(ctx)
}
