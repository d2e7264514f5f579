// SQLite: one file, one process, one writer, several readers.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"

	"modernc.org/sqlite"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/turn"
)

// litePragmas of every connection (libraries.md): WAL with FULL lost nothing in 2,000 simulated power cuts.
var litePragmas = []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"}

// writerPragmas: 8 MB of pages, which the driver keeps in twice the memory. What a savepoint might take back is kept in
// memory instead of a temporary file (a sixth of the writer's time otherwise). The log is moved by others (sqlite_log.go).
var writerPragmas = append(slices.Clone(litePragmas), "cache_size(-8000)", "temp_store(MEMORY)", "wal_autocheckpoint(0)")

// readerPragmas: pages are read where the system keeps them, and not copied (decision 0029). What lies beyond the mapped
// gigabyte, and in the log, is read as before.
var readerPragmas = append(slices.Clone(litePragmas), "query_only(1)", "cache_size(-1000)", "mmap_size(1073741824)")

type liteEngine struct {
	path    string
	gate    sync.RWMutex // held for writing while nobody may be inside: the file is copied or replaced
	lock    *os.File
	readers *liteReaders
	turns   *turn.Turns // of those who ask for one object, one for each processor: such a read seldom waits for the disk
	writer  *liteWriter
}

// openLiteAt opens the file at path, served to many or, lax, to a simulation.
func openLiteAt(ctx context.Context, path string, lax bool) (engine, error) {
	if path == "" {
		return nil, errors.New("no path in sqlite:PATH")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if lax {
		return openLone(ctx, path)
	}
	return openSQLite(ctx, path)
}

func openSQLite(ctx context.Context, path string) (_ *liteEngine, err error) {
	e := &liteEngine{path: path, turns: turn.Few(min(runtime.NumCPU(), readersOf()))}
	if e.lock, err = lockFile(path + ".lock"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = e.lock.Close()
		}
	}()
	w, err := openReady(ctx, path, writerPragmas)
	if err != nil {
		return nil, err
	}
	e.start(w)
	return e, nil
}

// readersOf is how many read at a time.
func readersOf() int { return min(max(4, 2*runtime.NumCPU()), 16) }

// start begins to serve the file, which w will write.
func (e *liteEngine) start(w *liteConn) {
	e.writer = newLiteWriter(w, func() (*liteConn, error) {
		return openLite(e.path, append(slices.Clone(litePragmas), "cache_size(-100)")...)
	})
	totals := new(liteTotals)
	e.readers = newLiteReaders(func() (*liteConn, error) {
		c, err := openLite(e.path, readerPragmas...)
		if err == nil {
			c.totals = totals
		}
		return c, err
	}, readersOf())
}

func (e *liteEngine) update(ctx context.Context, u *update) (app.Reply, error) {
	e.gate.RLock()
	defer e.gate.RUnlock()
	return e.writer.update(ctx, u)
}

func (e *liteEngine) close() error {
	e.gate.RLock()
	defer e.gate.RUnlock()
	err := errors.Join(e.writer.close(), e.readers.close())
	return errors.Join(err, e.lock.Close())
}

// openReady opens the database at path, whole and with this program's schema.
func openReady(ctx context.Context, path string, pragmas []string) (*liteConn, error) {
	if err := prepareFile(ctx, path, pragmas); err != nil {
		return nil, err
	}
	c, err := openLite(path, pragmas...)
	if err != nil || c.ready() {
		return c, err
	}
	if err := c.close(); err != nil {
		return nil, err
	}
	if err := migrateLite(ctx, path, pragmas); err != nil {
		return nil, err
	}
	return openLite(path, pragmas...)
}

// ready tells whether the schema is this program's. What keeps it from telling, migrating will meet.
func (c *liteConn) ready() bool {
	var have int64
	err := c.batch([]read{{sql: sqlSchemaVersion, each: func(scan func(...any) error) error { return scan(&have) }}})
	return err == nil && have == schemaVersion()
}

// prepareFile makes sure that a whole database stands at path. A new one is made, with this program's schema, under another
// name and moved into place when it is durable: a crash in between leaves no half-made file.
func prepareFile(ctx context.Context, path string, pragmas []string) error {
	if _, err := os.Lstat(path + "-journal"); err == nil {
		return fmt.Errorf("%s-journal lies beside the database: left by a crash in another mode, or another file's; "+
			"opening would roll the database back to it. Look at both before removing either", path)
	}
	switch _, err := os.Stat(path); {
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	fresh := path + ".new"
	for _, tail := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(fresh + tail); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := os.Remove(path + tail); err != nil && !errors.Is(err, fs.ErrNotExist) { // a lost file's log is not ours
			return err
		}
	}
	f, err := os.OpenFile(fresh, os.O_CREATE|os.O_RDWR|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := migrateLite(ctx, fresh, pragmas); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Rename(fresh, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// migrateLite brings the schema up and leaves everything in the main file.
func migrateLite(ctx context.Context, path string, pragmas []string) error {
	c, err := sqlite.NewConnector(liteDSN(path, pragmas))
	if err != nil {
		return err
	}
	db := sql.OpenDB(c)
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	changed, err := migrate(ctx, db, sqliteMigrations)
	if err != nil || !changed {
		return err
	}
	if _, err := db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// liteDSN is path for the driver, which only migrations use.
func liteDSN(path string, pragmas []string) string {
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: url.Values{"_pragma": pragmas}.Encode()}).String()
}

// lockFile holds path for this process until it ends: two writers on one file would both believe themselves alone.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%s is held: the database is open in another process (%w)", path, err)
	}
	return f, nil
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
