// SQLite for simulations (Options.Lax): one connection, one caller at a time, in the caller's own goroutine. No log, no
// wait for the disk, the file is locked once, and many acts share a transaction, a savepoint each as in the group writer:
// what a dead process or a power cut leaves of it is nobody's business.
package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/comptoir-dev/comptoir/internal/app"
)

var lonePragmas = []string{
	"busy_timeout(10000)", "journal_mode(MEMORY)", "locking_mode(EXCLUSIVE)", "synchronous(OFF)", "foreign_keys(1)", "cache_size(-16000)",
	"temp_store(MEMORY)",
}

const (
	loneGroup = 512 // acts in one transaction
	loneLarge = 32  // customers locked by an act that has a transaction to itself (update.large)
)

type liteLone struct {
	lock *os.File

	mu     sync.Mutex // held by whoever is inside
	writer liteWriter // its goroutine does not run
	acts   int        // in the transaction that is open; 0: none is
	dead   error      // what ended a transaction with acts in it that were answered
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
	c, err := openReady(ctx, path, lonePragmas)
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
	if len(u.act.Lock.Customers) > loneLarge {
		if err := e.commit(); err != nil {
			return app.Reply{}, err
		}
		e.writer.run([]*job{j})
	} else if err := e.attempt(j); err != nil {
		return app.Reply{}, err
	}
	if j.panicked != nil {
		panic(j.panicked)
	}
	return j.reply, j.err
}

// attempt runs j in the open transaction, or begins one.
func (e *liteLone) attempt(j *job) error {
	if e.acts == 0 {
		if err := e.writer.begin(); err != nil {
			return err
		}
	}
	e.acts++
	if err := e.writer.attempt(j); err != nil {
		return e.die(err)
	}
	if e.acts < loneGroup {
		return nil
	}
	return e.commit()
}

// commit ends the transaction that is open, if one is.
func (e *liteLone) commit() error {
	if e.acts == 0 {
		return nil
	}
	e.acts = 0
	if _, err := e.writer.conn.do("COMMIT", nil); err != nil {
		err, _ = liteError(err)
		return e.die(err)
	}
	return nil
}

// die gives up: acts that were answered are lost.
func (e *liteLone) die(err error) error {
	e.writer.rollback()
	e.dead = fmt.Errorf("store: a transaction of answered acts is lost: %w", err)
	return e.dead
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

// one implements engine.
func (e *liteLone) one(ctx context.Context, fn func(*Reader) error) error { return e.view(ctx, fn) }

func (e *liteLone) serving(ctx context.Context) error {
	switch {
	case e.dead != nil:
		return e.dead
	case e.closed:
		return unavailable(errClosed)
	case ctx.Err() != nil:
		return unavailable(context.Cause(ctx))
	}
	return nil
}

// close implements engine.
func (e *liteLone) close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	err := e.dead
	if err == nil {
		err = e.commit()
	}
	return errors.Join(err, e.writer.conn.close(), e.lock.Close())
}
