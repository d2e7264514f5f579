// One connection to SQLite, spoken to through the driver itself: database/sql in between would cost about a fifth of
// the checkout rate (house.md §3). Statements are prepared once and kept by their text.
package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"time"

	"modernc.org/sqlite"
)

// liteStatements bounds the statements a connection keeps; what comes beyond is prepared anew each time.
const liteStatements = 1024

// background is the only context SQL ever sees here: a caller's would interrupt everybody in its group.
var background = context.Background()

// liteConn is a connection and the session of whatever transaction is open on it. Not safe for concurrent use.
type liteConn struct {
	conn  driver.Conn
	stmts map[string]*liteStmt
	named []driver.NamedValue // reused: bound values are copied by the driver
	row   []driver.Value      // reused: one result is read at a time
	// totals are shared by the readers of a file; nil: nothing is kept
	totals *liteTotals
}

type liteStmt struct {
	driver.Stmt
	run  driver.StmtExecContext
	ask  driver.StmtQueryContext
	kept bool
}

func openLite(path, pragmas string) (*liteConn, error) {
	c, err := sqlite.NewConnector(liteDSN(path, pragmas))
	if err != nil {
		return nil, err
	}
	conn, err := c.Connect(background)
	if err != nil {
		return nil, err
	}
	return &liteConn{conn: conn, stmts: map[string]*liteStmt{}}, nil
}

func (c *liteConn) prepare(sql string) (*liteStmt, error) {
	if st, ok := c.stmts[sql]; ok {
		return st, nil
	}
	ds, err := c.conn.Prepare(sql)
	if err != nil {
		return nil, err
	}
	st := &liteStmt{Stmt: ds, kept: len(c.stmts) < liteStatements}
	st.run, st.ask = ds.(driver.StmtExecContext), ds.(driver.StmtQueryContext)
	if st.kept {
		c.stmts[sql] = st
	}
	return st, nil
}

// release frees a statement that is not kept.
func (st *liteStmt) release() {
	if !st.kept {
		_ = st.Close()
	}
}

func (c *liteConn) bind(args []any) []driver.NamedValue {
	c.named = c.named[:0]
	for i, a := range args {
		c.named = append(c.named, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return c.named
}

// do runs a statement and counts the rows it changed.
func (c *liteConn) do(sql string, args []any) (int64, error) {
	st, err := c.prepare(sql)
	if err != nil {
		return 0, err
	}
	defer st.release()
	res, err := st.run.ExecContext(background, c.bind(args))
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// query implements session.
func (c *liteConn) query(sql string, args []any) (cursor, error) {
	st, err := c.prepare(sql)
	if err != nil {
		return nil, liteStatement(err, sql)
	}
	rs, err := st.ask.QueryContext(background, c.bind(args))
	if err != nil {
		st.release()
		return nil, liteStatement(err, sql)
	}
	n := len(rs.Columns())
	if cap(c.row) < n {
		c.row = make([]driver.Value, n)
	}
	return &liteCursor{st: st, sql: sql, rs: rs, row: c.row[:n]}, nil
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
		_ = st.Close()
	}
	return c.conn.Close()
}

func liteStatement(err error, sql string) error {
	sorted, _ := liteError(err)
	return fmt.Errorf("%w in: %s", sorted, oneLine(sql))
}

// liteCursor reads one result.
type liteCursor struct {
	st  *liteStmt
	sql string
	rs  driver.Rows
	row []driver.Value
	err error
}

func (c *liteCursor) next() bool {
	err := c.rs.Next(c.row)
	if err != nil && !errors.Is(err, io.EOF) {
		c.err = liteStatement(err, c.sql)
	}
	return err == nil
}

func (c *liteCursor) scan(dest []any) error {
	if len(dest) != len(c.row) {
		return fmt.Errorf("store: %d columns into %d values: %s", len(c.row), len(dest), oneLine(c.sql))
	}
	for i, d := range dest {
		var err error
		switch v := c.row[i].(type) {
		case nil:
			err = putNull(d)
		case int64:
			err = putInt(d, v)
		case string:
			err = putText(d, v)
		case []byte:
			err = putBytes(d, v)
		case bool:
			err = putInt(d, map[bool]int64{true: 1}[v])
		case time.Time: // the driver makes these of columns declared as dates; there are none
			err = mismatch(d, "a time")
		default:
			err = fmt.Errorf("store: a column of type %T", v)
		}
		if err != nil {
			return fmt.Errorf("%w, column %d of: %s", err, i+1, oneLine(c.sql))
		}
	}
	return nil
}

func (c *liteCursor) close() error {
	err := c.rs.Close()
	c.st.release()
	if c.err == nil && err != nil {
		c.err = liteStatement(err, c.sql)
	}
	return c.err
}
