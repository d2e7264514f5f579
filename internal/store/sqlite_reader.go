// SQLite's readers: a few connections of their own, each View one read transaction, never in the way of the writer.
package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// liteReaders lends connections. A nil in the channel is one not opened yet.
type liteReaders struct {
	open  func() (*liteConn, error)
	idle  chan *liteConn
	ended chan struct{} // closed by close
	once  sync.Once
}

func newLiteReaders(open func() (*liteConn, error), n int) *liteReaders {
	p := &liteReaders{open: open, idle: make(chan *liteConn, n), ended: make(chan struct{})}
	for range n {
		p.idle <- nil
	}
	return p
}

// look implements engine: a transaction costs no trip here.
func (e *liteEngine) look(ctx context.Context, fn func(*Reader) error) error { return e.view(ctx, fn) }

// view runs fn in one read transaction: its snapshot is taken by the first statement. ctx is looked at between
// statements and never given to SQL.
func (e *liteEngine) view(ctx context.Context, fn func(*Reader) error) (err error) {
	e.gate.RLock()
	defer e.gate.RUnlock()
	p := e.readers
	var c *liteConn
	select {
	case <-p.ended:
		return unavailable(errClosed)
	default:
	}
	select {
	case c = <-p.idle:
	case <-ctx.Done():
		return unavailable(context.Cause(ctx))
	case <-p.ended:
		return unavailable(errClosed)
	}
	broken := true
	defer func() {
		if broken && c != nil {
			_ = c.close()
			c = nil
		}
		p.idle <- c
	}()
	if c == nil {
		if c, err = p.open(); err != nil {
			err, _ = liteError(err)
			return err
		}
	}
	if _, err := c.do("BEGIN", nil); err != nil {
		err, _ = liteError(err)
		return err
	}
	r := Reader{s: watched{c, ctx}}
	err = fn(&r)
	if rerr := r.end(); rerr != nil {
		err = rerr
	}
	if _, rerr := c.do("ROLLBACK", nil); rerr != nil {
		if err == nil {
			err, _ = liteError(rerr)
		}
		return err
	}
	broken = false
	return err
}

func (p *liteReaders) close() (err error) {
	p.once.Do(func() {
		close(p.ended)
		for range cap(p.idle) {
			if c := <-p.idle; c != nil {
				err = errors.Join(err, c.close())
			}
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
