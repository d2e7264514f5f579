// SQLite called by its own interface (decision 0019). The driver around it asks for the names and declared types of columns
// with every statement, takes memory for every text it is given, and locks what one goroutine uses at a time.
package store

import (
	"errors"
	"fmt"
	"strconv"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Small pieces of memory that a connection keeps for itself: rows of a usual size, not only the halves that SQLite has by default.
const (
	liteSlotSize = 2048 // bytes
	liteSlots    = 64
)

// liteFault is SQLite's word for what went wrong.
type liteFault struct {
	code int // extended result code
	text string
}

func (e *liteFault) Error() string { return fmt.Sprintf("sqlite: %s (%d)", e.text, e.code) }

// liteHandle is an open database, for one goroutine at a time.
type liteHandle struct {
	tls  *libc.TLS
	db   uintptr
	out  uintptr // where SQLite puts what it answers beside its result code
	room uintptr // the texts and bytes of the statement that runs
	size int     // of room
}

// at is memory that SQLite gave, or that was taken for it: Go neither moves nor frees it.
func at(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

// openHandle opens the file at path, which it makes where there is none, and sets pragmas in their order.
func openHandle(path string, pragmas []string) (_ *liteHandle, err error) {
	h := &liteHandle{tls: libc.NewTLS()}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.close())
		}
	}()
	if h.out = libc.Xmalloc(h.tls, 16); h.out == 0 {
		return nil, errNoMemory
	}
	name, err := libc.CString(path)
	if err != nil {
		return nil, err
	}
	*(*uintptr)(at(h.out)) = 0
	rc := sqlite3.Xsqlite3_open_v2(h.tls, name, h.out, sqlite3.SQLITE_OPEN_READWRITE|sqlite3.SQLITE_OPEN_CREATE|sqlite3.SQLITE_OPEN_NOMUTEX, 0)
	libc.Xfree(h.tls, name)
	if h.db = *(*uintptr)(at(h.out)); rc != sqlite3.SQLITE_OK {
		return nil, h.fault(rc)
	}
	sqlite3.Xsqlite3_extended_result_codes(h.tls, h.db, 1)
	va := libc.NewVaList(uintptr(0), int32(liteSlotSize), int32(liteSlots))
	sqlite3.Xsqlite3_db_config(h.tls, h.db, sqlite3.SQLITE_DBCONFIG_LOOKASIDE, va) // without, it is slower
	libc.Xfree(h.tls, va)
	for _, p := range pragmas {
		if err := h.pragma(p); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// pragma sets one. Some are set when the statement is prepared, so it is not kept.
func (h *liteHandle) pragma(p string) error {
	st, err := h.prepare("PRAGMA " + p)
	if err == nil {
		_, err = h.run(st)
		h.finalize(st)
	}
	return err
}

var errNoMemory = &liteFault{sqlite3.SQLITE_NOMEM, "out of memory"}

// fault is the error of a result code.
func (h *liteHandle) fault(rc int32) error {
	if h.db == 0 {
		return &liteFault{int(rc), libc.GoString(sqlite3.Xsqlite3_errstr(h.tls, rc))}
	}
	if e := sqlite3.Xsqlite3_extended_errcode(h.tls, h.db); e&0xff == rc&0xff {
		rc = e
	}
	return &liteFault{int(rc), libc.GoString(sqlite3.Xsqlite3_errmsg(h.tls, h.db))}
}

func (h *liteHandle) close() error {
	var err error
	if h.db != 0 {
		if rc := sqlite3.Xsqlite3_close_v2(h.tls, h.db); rc != sqlite3.SQLITE_OK {
			err = h.fault(rc)
		}
		h.db = 0
	}
	for _, p := range []uintptr{h.out, h.room} {
		if p != 0 {
			libc.Xfree(h.tls, p)
		}
	}
	h.out, h.room = 0, 0
	h.tls.Close()
	return err
}

// prepare makes a statement of one SQL text, to be used for long.
func (h *liteHandle) prepare(sql string) (*liteStmt, error) {
	text, err := libc.CString(sql)
	if err != nil {
		return nil, err
	}
	rc := sqlite3.Xsqlite3_prepare_v3(h.tls, h.db, text, int32(len(sql)+1), sqlite3.SQLITE_PREPARE_PERSISTENT, h.out, 0)
	libc.Xfree(h.tls, text)
	if rc != sqlite3.SQLITE_OK {
		return nil, h.fault(rc)
	}
	st := &liteStmt{p: *(*uintptr)(at(h.out))}
	if st.p == 0 {
		return nil, errors.New("store: a statement without SQL")
	}
	st.columns = int(sqlite3.Xsqlite3_column_count(h.tls, st.p))
	st.args = make([]int, sqlite3.Xsqlite3_bind_parameter_count(h.tls, st.p))
	for i := range st.args { // $n is a name to SQLite: it counts them as they come
		st.args[i] = i
		if name := sqlite3.Xsqlite3_bind_parameter_name(h.tls, st.p, int32(i+1)); name != 0 {
			n, err := strconv.Atoi(libc.GoString(name)[1:])
			if err != nil || n < 1 {
				h.finalize(st)
				return nil, errors.New("store: a placeholder that is no number")
			}
			st.args[i] = n - 1
		}
	}
	return st, nil
}

func (h *liteHandle) finalize(st *liteStmt) { sqlite3.Xsqlite3_finalize(h.tls, st.p) }

// bind gives the statement its arguments (canonical: value.go). They stay where they are until the next call.
func (h *liteHandle) bind(st *liteStmt, args []any) error {
	need := 1 // an empty text has a place too: none would be NULL
	for _, a := range args {
		switch v := a.(type) {
		case string:
			need += len(v)
		case []byte:
			need += len(v)
		}
	}
	if err := h.reserve(need); err != nil {
		return err
	}
	next := h.room
	put := func(from *byte, n int) (p uintptr) {
		p = next
		copy(unsafe.Slice((*byte)(at(p)), n), unsafe.Slice(from, n))
		next += uintptr(n)
		return p
	}
	for i, a := range st.args {
		if a >= len(args) {
			return fmt.Errorf("store: no argument for $%d", a+1)
		}
		n, rc := int32(i+1), int32(sqlite3.SQLITE_MISMATCH)
		switch v := args[a].(type) {
		case nil:
			rc = sqlite3.Xsqlite3_bind_null(h.tls, st.p, n)
		case int64:
			rc = sqlite3.Xsqlite3_bind_int64(h.tls, st.p, n, v)
		case string:
			rc = sqlite3.Xsqlite3_bind_text(h.tls, st.p, n, put(unsafe.StringData(v), len(v)), int32(len(v)), sqlite3.SQLITE_STATIC)
		case []byte:
			rc = sqlite3.Xsqlite3_bind_blob(h.tls, st.p, n, put(unsafe.SliceData(v), len(v)), int32(len(v)), sqlite3.SQLITE_STATIC)
		default:
			return fmt.Errorf("store: an argument of type %T", v)
		}
		if rc != sqlite3.SQLITE_OK {
			return h.fault(rc)
		}
	}
	return nil
}

// roomKept is how much room is kept for the next statement.
const roomKept = 1 << 20

// reserve makes room for so many bytes.
func (h *liteHandle) reserve(need int) error {
	if need <= h.size && (h.size <= roomKept || need > roomKept) {
		return nil
	}
	if h.room != 0 {
		libc.Xfree(h.tls, h.room)
	}
	size := max(need+need/2, 4096)
	if h.room = libc.Xmalloc(h.tls, libc.Tsize_t(size)); h.room == 0 {
		h.size = 0
		return errNoMemory
	}
	h.size = size
	return nil
}

// step goes to the next row; false: there is none.
func (h *liteHandle) step(st *liteStmt) (bool, error) {
	switch rc := sqlite3.Xsqlite3_step(h.tls, st.p); rc {
	case sqlite3.SQLITE_ROW:
		return true, nil
	case sqlite3.SQLITE_DONE:
		return false, nil
	default:
		return false, h.fault(rc)
	}
}

// run steps to the end and counts the rows changed.
func (h *liteHandle) run(st *liteStmt) (changed int64, err error) {
	for more := true; more && err == nil; {
		more, err = h.step(st)
	}
	if err == nil {
		changed = sqlite3.Xsqlite3_changes64(h.tls, h.db)
	}
	h.reset(st)
	return changed, err
}

// reset ends the statement's run; what was wrong, step has told.
func (h *liteHandle) reset(st *liteStmt) { sqlite3.Xsqlite3_reset(h.tls, st.p) }

// column stores a column of the row into dest.
func (h *liteHandle) column(st *liteStmt, n int, dest any) error {
	i := int32(n)
	switch kind := sqlite3.Xsqlite3_column_type(h.tls, st.p, i); kind {
	case sqlite3.SQLITE_NULL:
		return putNull(dest)
	case sqlite3.SQLITE_INTEGER:
		return putInt(dest, sqlite3.Xsqlite3_column_int64(h.tls, st.p, i))
	case sqlite3.SQLITE_TEXT:
		p := sqlite3.Xsqlite3_column_text(h.tls, st.p, i)
		return putText(dest, unsafe.Slice((*byte)(at(p)), sqlite3.Xsqlite3_column_bytes(h.tls, st.p, i)))
	case sqlite3.SQLITE_BLOB:
		p := sqlite3.Xsqlite3_column_blob(h.tls, st.p, i)
		b := unsafe.Slice((*byte)(at(p)), sqlite3.Xsqlite3_column_bytes(h.tls, st.p, i))
		return putBytes(dest, append(make([]byte, 0, len(b)), b...))
	default:
		return fmt.Errorf("store: a column of kind %d", kind)
	}
}

// written tells how many pages the connection has written since it was asked last.
func (h *liteHandle) written() (int, error) {
	if rc := sqlite3.Xsqlite3_db_status(h.tls, h.db, sqlite3.SQLITE_DBSTATUS_CACHE_WRITE, h.out, h.out+4, 1); rc != sqlite3.SQLITE_OK {
		return 0, h.fault(rc)
	}
	return int(*(*int32)(at(h.out))), nil
}
