// What the files of the aggregates are written with: reads on Reader, queued writes on Tx.
package store

import (
	"errors"
	"fmt"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Reader reads one snapshot, or inside an Update what the act sees. It lives as long as the function it was given to
// and belongs to one goroutine. The first error of a statement stays: every later one repeats it, so that both engines
// end an act with the same answer.
type Reader struct {
	s    session
	err  error
	open *rows // being read, or nil
}

// Tx is a Reader that also writes, in the scope of its act.
type Tx struct {
	Reader
	act   *app.Act
	scope party.Scope
	added int64
	// callers is set by a write of their tables.
	callers bool
	keyAge  int64 // the largest n of the partner's keys, once it was read
}

// next numbers what the act adds, so that rows of one instant keep the order they were made in.
func (t *Tx) next() int64 {
	t.added++
	return t.added
}

// session is one transaction of an engine. Arguments are canonical (value.go).
type session interface {
	// query sends what is queued, then reads.
	query(sql string, args []any) (cursor, error)
	// batch sends what is queued, then all reads, in one trip where the engine can.
	batch(reads []read) error
	// exec queues w, or runs it.
	exec(w write) error
	// add inserts rows, or queues them: the columns of all, row by row.
	add(b *bulk, args []any) error
	// flush sends what is queued.
	flush() error
}

// cursor is a result being read.
type cursor interface {
	next() bool
	scan(dest []any) error
	close() error // frees the statement; the error that ended next early, if any
}

// write is a statement with what it expects.
type write struct {
	sql   string
	args  []any
	want  int64
	fault *fault.Fault
}

// anyRows as the count a write expects: any number will do.
const anyRows = -1

var (
	// errNoRow: queryRow found nothing. An aggregate turns it into its own fault, see row.scanOr.
	errNoRow = errors.New("store: no row")
	// errRowsOpen is a programmer's mistake: PostgreSQL reads one result at a time, and a result changed while it is
	// read differs between the engines. Collect first, then go on.
	errRowsOpen = errors.New("store: a statement while rows are being read")
	// errEnded is another: a Reader or Tx was used after its function had returned.
	errEnded = errors.New("store: used after its end")
)

// query reads rows after flushing what is queued:
//
//	rs := r.query(`SELECT id, at FROM cart WHERE partner_id = $1`, scope.Partner())
//	defer rs.close()
//	for rs.next() {
//		if err := rs.scan(&c.ID, &c.At); err != nil { … }
//	}
//	return rs.err()
//
// No other statement may run before the rows are at their end or closed. Values and NULLs: see value.go.
func (r *Reader) query(sql string, args ...any) *rows {
	if err := r.ready(args); err != nil {
		return &rows{r: r}
	}
	c, err := r.s.query(sql, args)
	if err != nil {
		r.fail(err)
		return &rows{r: r}
	}
	r.open = &rows{r: r, c: c}
	return r.open
}

// queryRow reads the first row; the rest is ignored.
func (r *Reader) queryRow(sql string, args ...any) row { return row{r.query(sql, args...)} }

// read is one of several reads that go out together; each is called for every row.
type read struct {
	sql  string
	args []any
	each func(scan func(dest ...any) error) error
}

// batch runs several reads, in one trip to PostgreSQL. An error of each stops it and ends the act.
func (r *Reader) batch(reads ...read) error {
	for i := range reads {
		if err := r.ready(reads[i].args); err != nil {
			return err
		}
	}
	r.open = &rows{r: r} // each may not run statements
	err := r.s.batch(reads)
	r.open = nil
	return r.fail(err)
}

// collect reads all rows into a slice; scan fills one value. nil when there are none.
func collect[T any](r *Reader, scan func(v *T, scan func(dest ...any) error) error, sql string, args ...any) ([]T, error) {
	rs := r.query(sql, args...)
	defer rs.close()
	var all []T
	for rs.next() {
		var v T
		if err := scan(&v, rs.scan); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rs.err()
}

// exec writes with an expectation: want rows (anyRows: any number), else the act ends with f and nothing is kept.
// A unique index that refuses the row is answered with f as well. Where f is nil both are internal errors.
// The write is queued on PostgreSQL: its fault may come from a later statement or at the end of the act; an act's
// answer is the first fault in the order of its writes on both engines. Bytes given must not change afterwards.
func (t *Tx) exec(want int64, f *fault.Fault, sql string, args ...any) error {
	if err := t.ready(args); err != nil {
		return err
	}
	t.callers = t.callers || ofCallers(sql)
	if err := t.s.exec(write{sql, args, want, f}); err != nil {
		return t.fail(err)
	}
	return nil
}

func (t *Tx) flush() error {
	if t.err != nil {
		return t.err
	}
	return t.fail(t.s.flush())
}

// ready refuses a statement after an error or among open rows, and makes args canonical in place.
func (r *Reader) ready(args []any) error {
	if r.err != nil {
		return r.err
	}
	if r.open != nil {
		return r.fail(errRowsOpen)
	}
	for i, a := range args {
		v, err := canonical(a)
		if err != nil {
			return r.fail(err)
		}
		args[i] = v
	}
	return nil
}

// fail keeps the first error and returns it; nil changes nothing.
func (r *Reader) fail(err error) error {
	if r.err == nil {
		r.err = err
	}
	return r.err
}

// end closes what was left open, which is a programmer's mistake, and makes every later use an error.
func (r *Reader) end() error {
	if r.open != nil {
		r.open.close()
		r.open = nil
		_ = r.fail(errors.New("store: rows left open"))
	}
	err := r.err
	r.err = errEnded
	return err
}

// rows is a result being read.
type rows struct {
	r *Reader
	c cursor // nil: closed
}

// next moves to the next row; false at the end or on an error, and then the rows are closed.
func (rs *rows) next() bool {
	if rs.c == nil {
		return false
	}
	if rs.c.next() {
		return true
	}
	rs.close()
	return false
}

// scan stores the row's columns into dest, in order.
func (rs *rows) scan(dest ...any) error {
	if rs.c == nil {
		return rs.r.fail(errors.New("store: scan without a row"))
	}
	if err := rs.c.scan(dest); err != nil {
		return rs.r.fail(err)
	}
	return nil
}

// err is what ended the rows early, if anything did.
func (rs *rows) err() error { return rs.r.err }

// close frees the result; more than once does no harm.
func (rs *rows) close() {
	if rs.c == nil {
		return
	}
	err := rs.c.close()
	rs.c, rs.r.open = nil, nil
	if err != nil {
		rs.r.fail(err)
	}
}

// row is the first row of a result.
type row struct{ rs *rows }

// scan stores the row's columns into dest; errNoRow when there is none.
func (w row) scan(dest ...any) error {
	defer w.rs.close()
	if !w.rs.next() {
		if err := w.rs.err(); err != nil {
			return err
		}
		return errNoRow
	}
	if err := w.rs.scan(dest...); err != nil {
		return err
	}
	w.rs.close()
	return w.rs.err()
}

// scanOr is scan with f in place of errNoRow.
func (w row) scanOr(f *fault.Fault, dest ...any) error {
	err := w.scan(dest...)
	if err == errNoRow { //nolint:errorlint // never wrapped
		return f
	}
	return err
}

// check compares a write's count with what it expected.
func (w *write) check(n int64) error {
	switch {
	case w.want == anyRows || n == w.want:
		return nil
	case w.fault != nil:
		return w.fault
	}
	return fmt.Errorf("store: %d rows instead of %d: %s", n, w.want, oneLine(w.sql))
}

// oneLine is the statement's text (constant, without values) for an internal error.
func oneLine(sql string) string { return strings.Join(strings.Fields(sql), " ") }
