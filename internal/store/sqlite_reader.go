// SQLite's readers: a few connections of their own, each View one read transaction, never in the way of the writer.
package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// liteReaders lends connections, the one that came back last first: its pages and statements are warm.
type liteReaders struct {
	open  func() (*liteConn, error)
	slots chan struct{} // one for each connection that may be lent
	ended chan struct{} // closed by close
	once  sync.Once

	mu   sync.Mutex
	idle []*liteConn
}

func newLiteReaders(open func() (*liteConn, error), n int) *liteReaders {
	p := &liteReaders{open: open, slots: make(chan struct{}, n), ended: make(chan struct{})}
	for range n {
		p.slots <- struct{}{}
	}
	return p
}

// lend gives an idle connection or opens one; the caller holds a slot.
func (p *liteReaders) lend() (*liteConn, error) {
	p.mu.Lock()
	n := len(p.idle)
	if n == 0 {
		p.mu.Unlock()
		return p.open()
	}
	defer p.mu.Unlock()
	c := p.idle[n-1]
	p.idle = p.idle[:n-1]
	return c, nil
}

func (p *liteReaders) back(c *liteConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, c)
}

// look implements engine: a statement alone is a transaction, and to begin and end one would be two more.
func (e *liteEngine) look(ctx context.Context, fn func(*Reader) error) error {
	return e.lent(ctx, func(c *liteConn) error { return c.look(ctx, fn) })
}

// one implements engine.
func (e *liteEngine) one(ctx context.Context, fn func(*Reader) error) error {
	mine, err := e.turns.Take(ctx)
	if err != nil {
		return unavailable(err)
	}
	defer mine.Back()
	return e.look(ctx, fn)
}

// view runs fn in one read transaction: its snapshot is taken by the first statement. ctx is looked at between
// statements and never given to SQL.
func (e *liteEngine) view(ctx context.Context, fn func(*Reader) error) error {
	return e.lent(ctx, func(c *liteConn) error {
		if _, err := c.do("BEGIN", nil); err != nil {
			err, _ = liteError(err)
			return brokenConn{err}
		}
		err := c.look(ctx, fn)
		if _, rerr := c.do("ROLLBACK", nil); rerr != nil {
			if err == nil {
				err, _ = liteError(rerr)
			}
			return brokenConn{err}
		}
		return err
	})
}

func (c *liteConn) look(ctx context.Context, fn func(*Reader) error) error {
	r := Reader{s: watched{c, ctx}}
	err := fn(&r)
	if rerr := r.end(); rerr != nil {
		err = rerr
	}
	return err
}

// brokenConn is an error after which a connection is not lent again.
type brokenConn struct{ error }

// errPage is told where a page of the file, mapped into memory, cannot be read.
var errPage = unavailable(errors.New("store: a page of the database's file could not be read"))

// mapped runs fn, which reads the mapped file. A page that the disk does not give would end the process; here it is an
// error, and lost says that the connection was left in the midst of a statement.
func mapped(fn func() error) (lost bool, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(interface{ Addr() uintptr }); !ok {
				panic(p)
			}
			lost, err = true, errPage
		}
	}()
	return false, fn()
}

// lent runs fn with a reader's connection.
func (e *liteEngine) lent(ctx context.Context, fn func(*liteConn) error) (err error) {
	e.gate.RLock()
	defer e.gate.RUnlock()
	p := e.readers
	select {
	case <-p.ended:
		return unavailable(errClosed)
	default:
	}
	select {
	case <-p.slots:
	case <-ctx.Done():
		return unavailable(context.Cause(ctx))
	case <-p.ended:
		return unavailable(errClosed)
	}
	defer func() { p.slots <- struct{}{} }()
	c, err := p.lend()
	if err != nil {
		err, _ = liteError(err)
		return err
	}
	broken, lost := true, false
	defer func() {
		switch {
		case lost: // nothing can be done with it
		case broken:
			_ = c.close()
		default:
			p.back(c)
		}
	}()
	lost, err = mapped(func() error { return fn(c) })
	if b, ok := err.(brokenConn); ok {
		return b.error
	}
	broken = false
	return err
}

func (p *liteReaders) close() (err error) {
	p.once.Do(func() {
		close(p.ended)
		for range cap(p.slots) {
			<-p.slots
		}
		for _, c := range p.idle {
			err = errors.Join(err, c.close())
		}
	})
	return err
}

// watched is a session that stops when ctx has ended.
type watched struct {
	session
	ctx context.Context
}

func (w watched) query(sql string, args []any) (cursor, error) {
	if err := w.ctx.Err(); err != nil {
		return nil, fmt.Errorf("store: %w", context.Cause(w.ctx))
	}
	return w.session.query(sql, args)
}

func (w watched) batch(reads []read) error {
	if err := w.ctx.Err(); err != nil {
		return fmt.Errorf("store: %w", context.Cause(w.ctx))
	}
	return w.session.batch(reads)
}
