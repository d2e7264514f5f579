package store

import (
	"context"
	"database/sql"
	"io/fs"
	"runtime"

	"github.com/pressly/goose/v3"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// What the engine's tests reach that is otherwise for the aggregates' files alone.

const (
	AnyRows   = anyRows
	CallerAge = callerAge
)

func OfCallers(sql string) bool { return ofCallers(sql) }

var ErrNoRow = errNoRow

func Together(sql string, places int) string { return pgTogether(sql, places) }

type Read = read

func NewRead(each func(scan func(dest ...any) error) error, sql string, args ...any) Read {
	return read{sql, args, each}
}

func (s *Store) UpdateTx(ctx context.Context, act app.Act, version func(*Tx) (int64, error), fn func(*Tx) (any, error)) (app.Reply, error) {
	return s.update(ctx, &act, version, fn)
}

func (s *Store) ViewReader(ctx context.Context, fn func(*Reader) error) error {
	return s.engine.view(ctx, fn)
}

func (s *Store) OneReader(ctx context.Context, fn func(*Reader) error) error {
	return s.engine.one(ctx, fn)
}

func (t *Tx) Exec(want int64, f *fault.Fault, sql string, args ...any) error {
	return t.exec(want, f, sql, args...)
}

func (r *Reader) Batch(reads ...Read) error { return r.batch(reads...) }

func (r *Reader) Row(sql string, args []any, dest ...any) error {
	return r.queryRow(sql, args...).scan(dest...)
}

func (r *Reader) RowOr(f *fault.Fault, sql string, args []any, dest ...any) error {
	return r.queryRow(sql, args...).scanOr(f, dest...)
}

func (r *Reader) Ints(sql string, args ...any) ([]int64, error) {
	return collect(r, func(v *int64, scan func(...any) error) error { return scan(v) }, sql, args...)
}

func (r *Reader) Texts(sql string, args ...any) ([]string, error) {
	return collect(r, func(v *string, scan func(...any) error) error { return scan(v) }, sql, args...)
}

// Each reads rows and calls fn inside the loop; it leaves the rows open when fn says stop.
func (r *Reader) Each(fn func() (stop bool), sql string, args ...any) error {
	rs := r.query(sql, args...)
	for rs.next() {
		if fn() {
			return nil
		}
	}
	return rs.err()
}

func OnSQLite(t *Tx) bool { _, ok := t.s.(*liteConn); return ok }

// InsertPartner and InsertCustomer make rows to lock.
func InsertPartner(t *Tx, id string) error {
	return t.exec(1, nil, `INSERT INTO partner (id, kind, body) VALUES ($1, 'direct_bill', '{}')`, id)
}

func InsertCustomer(t *Tx, partner, id string) error {
	return t.exec(1, nil, `INSERT INTO customer (partner_id, id, domain, name, body) VALUES ($1, $2, '', '', '{}')`, partner, id)
}

// Waiting is how many acts wait for the SQLite writer.
func (s *Store) Waiting() int { return len(s.engine.(*liteEngine).writer.jobs) }

// TripsBegun tells whether as many trips as there may be have begun on PostgreSQL.
func (s *Store) TripsBegun() bool {
	t := s.engine.(*pgEngine).trips
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.idle == 0
}

// Yield lets other goroutines run.
func Yield() { runtime.Gosched() }

// OnWriter runs a statement on the SQLite writer's connection, which must be idle.
func (s *Store) OnWriter(sql string) error {
	w := s.engine.(*liteEngine).writer
	w.busy.Lock()
	defer w.busy.Unlock()
	_, err := w.conn.do(sql, nil)
	return err
}

// MigrateTo makes the schema of an earlier release.
func MigrateTo(ctx context.Context, db *sql.DB, lite bool, version int64) error {
	d := postgresMigrations
	if lite {
		d = sqliteMigrations
	}
	folder, err := fs.Sub(migrations, d.folder)
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(d.goose, db, folder, goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err == nil {
		_, err = p.UpTo(ctx, version)
	}
	return err
}

// Noting is r, and what it asks for is noted.
func (r *Reader) Noting(to *[]string) *Reader { return &Reader{s: noting{r.s, to}} }

type noting struct {
	session
	to *[]string
}

func (n noting) query(sql string, args []any) (cursor, error) {
	*n.to = append(*n.to, sql)
	return n.session.query(sql, args)
}
