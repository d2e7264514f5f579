// One connection to SQLite, and the session of whatever transaction is open on it. Statements are prepared once and kept by
// their text.
package store

import "fmt"

// liteStatements bounds the statements a connection keeps; what comes beyond is prepared anew each time.
const liteStatements = 1024

// liteConn is a connection and the session of whatever transaction is open on it. Not safe for concurrent use. No caller's
// context is known here: it would interrupt everybody in its group.
type liteConn struct {
	h     *liteHandle
	stmts map[string]*liteStmt
	// totals are shared by the readers of a file; nil: nothing is kept
	totals *liteTotals
}

type liteStmt struct {
	p       uintptr
	args    []int // for each of SQLite's parameters, the argument that it takes
	columns int
	kept    bool
}

func openLite(path string, pragmas ...string) (*liteConn, error) {
	h, err := openHandle(path, pragmas)
	if err != nil {
		return nil, err
	}
	return &liteConn{h: h, stmts: map[string]*liteStmt{}}, nil
}

func (c *liteConn) prepare(sql string, args []any) (*liteStmt, error) {
	st, ok := c.stmts[sql]
	if !ok {
		var err error
		if st, err = c.h.prepare(sql); err != nil {
			return nil, err
		}
		if st.kept = len(c.stmts) < liteStatements; st.kept {
			c.stmts[sql] = st
		}
	}
	if err := c.h.bind(st, args); err != nil {
		c.release(st)
		return nil, err
	}
	return st, nil
}

// release frees a statement that is not kept.
func (c *liteConn) release(st *liteStmt) {
	if !st.kept {
		c.h.finalize(st)
	}
}

// do runs a statement and counts the rows it changed.
func (c *liteConn) do(sql string, args []any) (int64, error) {
	st, err := c.prepare(sql, args)
	if err != nil {
		return 0, err
	}
	defer c.release(st)
	return c.h.run(st)
}

// query implements session.
func (c *liteConn) query(sql string, args []any) (cursor, error) {
	st, err := c.prepare(sql, args)
	if err != nil {
		return nil, liteStatement(err, sql)
	}
	row, err := c.h.step(st)
	if err != nil {
		c.h.reset(st)
		c.release(st)
		return nil, liteStatement(err, sql)
	}
	return &liteCursor{c: c, st: st, sql: sql, ahead: true, row: row}, nil
}

// batch implements session: one after the other, there is no trip to save.
func (c *liteConn) batch(reads []read) error {
	for _, r := range reads {
		cur, err := c.query(r.sql, r.args)
		if err != nil {
			return err
		}
		scan := func(dest ...any) error { return cur.scan(dest) }
		for err == nil && cur.next() {
			err = r.each(scan)
		}
		if cerr := cur.close(); err == nil {
			err = cerr
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// exec implements session: at once.
func (c *liteConn) exec(w write) error {
	n, err := c.do(w.sql, w.args)
	if err != nil {
		sorted, unique := liteError(err)
		return w.ofWrite(sorted, unique)
	}
	return w.check(n)
}

// add implements session.
func (c *liteConn) add(b *bulk, args []any) error { return b.each(&b.lite, args, c.exec) }

// flush implements session.
func (c *liteConn) flush() error { return nil }

func (c *liteConn) close() error {
	for _, st := range c.stmts {
		c.h.finalize(st)
	}
	return c.h.close()
}

func liteStatement(err error, sql string) error {
	sorted, _ := liteError(err)
	return fmt.Errorf("%w in: %s", sorted, oneLine(sql))
}

// liteCursor reads one result.
type liteCursor struct {
	c     *liteConn
	st    *liteStmt
	sql   string
	ahead bool // the first step was made
	row   bool // there is one
	err   error
}

func (c *liteCursor) next() bool {
	if c.ahead {
		c.ahead = false
		return c.row
	}
	if c.row {
		var err error
		if c.row, err = c.c.h.step(c.st); err != nil {
			c.err = liteStatement(err, c.sql)
		}
	}
	return c.row
}

func (c *liteCursor) scan(dest []any) error {
	if len(dest) != c.st.columns {
		return fmt.Errorf("store: %d columns into %d values: %s", c.st.columns, len(dest), oneLine(c.sql))
	}
	for i, d := range dest {
		if d == nil { // not asked for
			continue
		}
		if err := c.c.h.column(c.st, i, d); err != nil {
			return fmt.Errorf("%w, column %d of: %s", err, i+1, oneLine(c.sql))
		}
	}
	return nil
}

func (c *liteCursor) close() error {
	c.c.h.reset(c.st)
	c.c.release(c.st)
	return c.err
}
