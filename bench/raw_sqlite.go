package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"os"

	"modernc.org/sqlite"
)

// What the store opens its writer with (internal/store/sqlite.go).
const litePragmas = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)" +
	"&_pragma=cache_size(-8000)&_pragma=temp_store(MEMORY)&_pragma=wal_autocheckpoint(4000)"

// liteGroup is the most checkouts in one transaction, as in the store.
const liteGroup = 64

// liteDatabase is two files.
type liteDatabase struct{ path, rawPath string }

func (d liteDatabase) url() string { return "sqlite:" + d.path }

func (d liteDatabase) open(raw bool) (*sql.DB, error) {
	path := d.path
	if raw {
		path = d.rawPath
	}
	return sql.Open("sqlite", "file:"+path+litePragmas)
}

func (d liteDatabase) tables() string {
	return `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%'`
}

func (d liteDatabase) cpu() meter { return nil }

// copy: whoever closed the file last has moved its log into it.
func (d liteDatabase) copy(context.Context) (err error) {
	if info, err := os.Stat(d.path + "-wal"); err == nil && info.Size() > 0 {
		return errors.New("the database is open or its log was left")
	}
	from, err := os.Open(d.path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := os.Create(d.rawPath)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Sync(), to.Close())
}

// rawLite is one writer that groups what waits, a savepoint each, with statements prepared once.
type rawLite struct {
	shape *shape
	conn  driver.Conn
	stmts map[string]driver.Stmt
	named []driver.NamedValue
	jobs  chan *rawJob
	done  chan struct{}
}

type rawJob struct {
	customer, cart string
	err            error
	ready          chan struct{}
}

func (d liteDatabase) raw(ctx context.Context, s *shape) (raw, error) {
	c, err := sqlite.NewConnector("file:" + d.rawPath + litePragmas)
	if err != nil {
		return nil, err
	}
	r := &rawLite{shape: s, stmts: map[string]driver.Stmt{}, jobs: make(chan *rawJob, 1024), done: make(chan struct{})}
	if r.conn, err = c.Connect(ctx); err != nil {
		return nil, err
	}
	go r.loop()
	return r, nil
}

func (r *rawLite) close() {
	close(r.jobs)
	<-r.done
	for _, st := range r.stmts {
		_ = st.Close()
	}
	_ = r.conn.Close()
}

func (r *rawLite) checkout(customer, cart string) error {
	j := &rawJob{customer: customer, cart: cart, ready: make(chan struct{})}
	r.jobs <- j
	<-j.ready
	return j.err
}

func (r *rawLite) loop() {
	defer close(r.done)
	group := make([]*rawJob, 0, liteGroup)
	for first := range r.jobs {
		group = append(group[:0], first)
	drain:
		for len(group) < liteGroup {
			select {
			case j, ok := <-r.jobs:
				if !ok {
					break drain
				}
				group = append(group, j)
			default:
				break drain
			}
		}
		err := r.together(group)
		for _, j := range group {
			j.err = err
			close(j.ready)
		}
	}
}

func (r *rawLite) together(group []*rawJob) error {
	if _, err := r.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, j := range group {
		if err := r.one(j); err != nil {
			_, rerr := r.exec("ROLLBACK")
			return errors.Join(err, rerr)
		}
	}
	_, err := r.exec("COMMIT")
	return err
}

func (r *rawLite) one(j *rawJob) error {
	s := r.shape
	if _, err := r.exec("SAVEPOINT act"); err != nil {
		return err
	}
	a := s.again(j.customer, j.cart, nowMicros())
	for _, q := range []struct {
		sql  string
		args []any
		rows int
	}{
		{sqlReadReplay, s.replayKey(&a), 0},
		{sqlReadCustomer, []any{s.partner, j.customer}, 1},
		{sqlReadCart, []any{s.partner, j.customer, j.cart}, 1},
		{sqlReadStamp, nil, 1},
	} {
		if err := r.read(q.sql, q.args, q.rows); err != nil {
			return err
		}
	}
	for i := range s.inserts {
		in := &s.inserts[i]
		if n, err := r.exec(in.sql, s.args(in, &a)...); err != nil || n != int64(in.rows) {
			return errors.Join(err, fmt.Errorf("%d rows of %s", n, in.table))
		}
	}
	if n, err := r.exec(sqlWriteCart, s.partner, j.customer, j.cart, int64(1), s.cartBody); err != nil || n != 1 {
		return errors.Join(err, fmt.Errorf("%d carts", n))
	}
	_, err := r.exec("RELEASE act")
	return err
}

func (r *rawLite) prepare(sql string) (driver.Stmt, error) {
	if st, ok := r.stmts[sql]; ok {
		return st, nil
	}
	st, err := r.conn.Prepare(sql)
	if err == nil {
		r.stmts[sql] = st
	}
	return st, err
}

func (r *rawLite) bind(args []any) []driver.NamedValue {
	r.named = r.named[:0]
	for i, a := range args {
		r.named = append(r.named, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return r.named
}

func (r *rawLite) exec(sql string, args ...any) (int64, error) {
	st, err := r.prepare(sql)
	if err != nil {
		return 0, err
	}
	res, err := st.(driver.StmtExecContext).ExecContext(context.Background(), r.bind(args))
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (r *rawLite) read(sql string, args []any, want int) error {
	st, err := r.prepare(sql)
	if err != nil {
		return err
	}
	rows, err := st.(driver.StmtQueryContext).QueryContext(context.Background(), r.bind(args))
	if err != nil {
		return err
	}
	row := make([]driver.Value, len(rows.Columns()))
	n := 0
	for err = rows.Next(row); err == nil; err = rows.Next(row) {
		n++
	}
	if !errors.Is(err, io.EOF) {
		return errors.Join(err, rows.Close())
	}
	if n != want {
		return errors.Join(fmt.Errorf("%d rows instead of %d: %s", n, want, sql), rows.Close())
	}
	return rows.Close()
}
