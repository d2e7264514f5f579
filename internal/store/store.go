// Package store keeps everything in SQL: SQLite or PostgreSQL, from one text (house.md §3). This file is the door:
// Open, Update, View. tx.go holds what the files of the aggregates are written with; sqlite*.go and postgres*.go are
// the two engines behind it.
package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

var (
	_ app.Store    = (*Store)(nil)
	_ app.DueStore = (*Store)(nil)
	_ app.Reader   = (*Reader)(nil)
	_ app.Tx       = (*Tx)(nil)
)

// Sealer encrypts answers that carry a secret before they are kept for replay. ad binds the bytes to their row:
// what was sealed for one row does not open for another.
type Sealer interface {
	Seal(ad string, plain []byte) ([]byte, error)
	OpenSealed(ad string, sealed []byte) ([]byte, error)
}

// Options of a store. The zero value runs on the machine's own clock and refuses sealed answers.
type Options struct {
	Wall   when.Clock // wall time of replay records; nil: the machine's clock
	Sealer Sealer     // nil: an act whose answer is sealed is an internal error, before anything runs
	// Lax leaves it to the system when SQLite's file is written: a power cut may lose what was answered, or the file; and
	// lets in one caller at a time. For simulations alone; no flag and no URL sets it.
	Lax bool
}

// Store is one open database. It is safe for concurrent use.
type Store struct {
	engine  engine
	opts    Options
	close   func() error
	callers callers
}

// engine is what differs between the two databases.
type engine interface {
	// update runs u in a transaction of its own, behind its lock. Once begun it ends, whatever becomes of ctx.
	update(ctx context.Context, u *update) (app.Reply, error)
	view(ctx context.Context, fn func(*Reader) error) error
	// look is view without a transaction: each statement sees an instant of its own.
	look(ctx context.Context, fn func(*Reader) error) error
	// one is look for what is few and small: many callers may wait for the same at a time, whoever was served longest ago is next.
	one(ctx context.Context, fn func(*Reader) error) error
	close() error
}

// Open opens the database at url, "sqlite:PATH" or "postgres://…", creating the file and bringing the schema up to this
// program's where needed. It refuses a schema newer than its own, a SQLite file that another process has open, and one
// with a rollback journal beside it.
func Open(ctx context.Context, url string, opts Options) (*Store, error) {
	if opts.Wall == nil {
		opts.Wall = when.Wall{}
	}
	var e engine
	var err error
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		e, err = openLiteAt(ctx, path, opts.Lax)
	} else if isPostgres(url) {
		e, err = openPostgres(ctx, url)
	} else {
		err = errors.New("the URL is neither sqlite:PATH nor postgres://…")
	}
	if err != nil {
		return nil, fmt.Errorf("store: open: %w", err)
	}
	return &Store{engine: e, opts: opts, close: sync.OnceValue(e.close)}, nil
}

func isPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

// Update implements app.Store. An error without a fault is internal; fault "store.unavailable" means that the database
// could not be asked or did not answer: the outcome may be unknown, and the same request id finds it out. A ctx that
// ends before the act's turn is "store.unavailable" too, with nothing done; one that ends later changes nothing.
// fn must stay in its goroutine (no t.FailNow in it); its panics reach the caller after a rollback.
func (s *Store) Update(ctx context.Context, act app.Act, fn func(app.Tx) (any, error)) (app.Reply, error) {
	var version func(*Tx) (int64, error)
	if act.Version != nil {
		version = func(t *Tx) (int64, error) { return act.Version(t) }
	}
	return s.update(ctx, &act, version, func(t *Tx) (any, error) { return fn(t) })
}

func (s *Store) update(ctx context.Context, act *app.Act, version func(*Tx) (int64, error), fn func(*Tx) (any, error)) (app.Reply, error) {
	u := update{act: act, fn: fn, version: version, sealer: s.opts.Sealer, now: s.opts.Wall.Now()}
	if err := validText(act.Lock.Customer); err != nil {
		return app.Reply{}, err
	}
	if act.Request.ID != "" && !act.Preview {
		u.key = keyOf(act)
		for _, part := range u.key.args() {
			if err := validText(part.(string)); err != nil {
				return app.Reply{}, err
			}
		}
		if act.Request.Sealed && u.sealer == nil {
			return app.Reply{}, errNoSealer
		}
	}
	reply, err := s.engine.update(ctx, &u)
	if u.callers {
		s.callers.forget()
	}
	return reply, err
}

// View implements app.Store: every read of fn sees the same instant. A ctx that has ended stops it at the next statement.
func (s *Store) View(ctx context.Context, fn func(app.Reader) error) error {
	return s.engine.view(ctx, func(r *Reader) error { return fn(r) })
}

// Look implements app.Store.
func (s *Store) Look(ctx context.Context, fn func(app.Reader) error) error {
	return s.engine.look(ctx, func(r *Reader) error { return fn(r) })
}

// One implements app.Store.
func (s *Store) One(ctx context.Context, fn func(app.Reader) error) error {
	return s.engine.one(ctx, func(r *Reader) error { return fn(r) })
}

// Health is nil when the database answers and has at least this program's schema.
func (s *Store) Health(ctx context.Context) error {
	return s.engine.view(ctx, func(r *Reader) error {
		var have int64
		if err := r.queryRow(sqlSchemaVersion).scan(&have); err != nil {
			return err
		}
		if have < schemaVersion() {
			return fmt.Errorf("store: schema %d is older than this program's %d", have, schemaVersion())
		}
		return nil
	})
}

// Close lets the updates that wait run to their end, refuses new ones, and closes the database. More than once does
// no harm.
func (s *Store) Close() error { return s.close() }
