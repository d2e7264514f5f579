// SQLite for simulations (Options.Lax): one connection, one caller at a time, in the caller's own goroutine. No log, no
// wait for the disk, and the file is locked once: what a power cut leaves of it is nobody's business.
package store

import (
	"context"
	"errors"
	"os"
	"sync"

	"github.com/comptoir-dev/comptoir/internal/app"
)

const lonePragmas = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(MEMORY)&_pragma=locking_mode(EXCLUSIVE)" +
	"&_pragma=synchronous(OFF)&_pragma=foreign_keys(1)&_pragma=cache_size(-8000)&_pragma=temp_store(MEMORY)"

type liteLone struct {
	lock *os.File

	mu     sync.Mutex // held by whoever is inside
	writer liteWriter // its goroutine does not run
	closed bool
}

func openLone(ctx context.Context, path string) (_ *liteLone, err error) {
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = lock.Close()
		}
	}()
	if err := prepareFile(ctx, path, lonePragmas); err != nil {
		return nil, err
	}
	c, err := openLite(path, lonePragmas)
	if err != nil {
		return nil, err
	}
	return &liteLone{lock: lock, writer: liteWriter{conn: c}}, nil
}

// update implements engine.
func (e *liteLone) update(ctx context.Context, u *update) (app.Reply, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.serving(ctx); err != nil {
		return app.Reply{}, err
	}
	j := &job{u: u, ready: make(chan struct{})}
	e.writer.run([]*job{j})
	if j.panicked != nil {
		panic(j.panicked)
	}
	return j.reply, j.err
}

// view implements engine. Nobody writes meanwhile: there is nothing that a transaction would keep out.
func (e *liteLone) view(ctx context.Context, fn func(*Reader) error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.serving(ctx); err != nil {
		return err
	}
	return e.writer.conn.look(ctx, fn)
}

// look implements engine.
func (e *liteLone) look(ctx context.Context, fn func(*Reader) error) error { return e.view(ctx, fn) }

func (e *liteLone) serving(ctx context.Context) error {
	if e.closed {
		return unavailable(errClosed)
	}
	if ctx.Err() != nil {
		return unavailable(context.Cause(ctx))
	}
	return nil
}

// close implements engine.
func (e *liteLone) close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	return errors.Join(e.writer.conn.close(), e.lock.Close())
}
