// Copies of a SQLite database while it serves, and going back to one (product.md: sandbox snapshots).
package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// Snapshot copies the whole database into file, which must not exist, and returns when the copy is durable. clock tells the
// business clock; what it says is stored and copied too, at an instant at which nothing else is written: the copy's clock
// is behind none of its rows. Callers wait meanwhile. Fault: "snapshot.not_here" on PostgreSQL.
func (s *Store) Snapshot(_ context.Context, file string, clock func() (offset time.Duration, high time.Time)) error {
	e, ok := s.engine.(*liteEngine)
	if !ok {
		return fault.Refuse("snapshot.not_here", nil)
	}
	if err := e.snapshot(file, clock); err != nil {
		return fmt.Errorf("store: snapshot: %w", err)
	}
	return nil
}

// Restore puts a copy made by Snapshot in the place of the database. What is under way ends first, callers who come
// meanwhile wait. The copy is looked through before anything is touched: with an error before that the database is what it
// was. clock sets the business clock to the instant of the copy and tells its offset, to be stored with it.
// Fault: "snapshot.not_here" on PostgreSQL.
func (s *Store) Restore(ctx context.Context, file string, clock func(high time.Time) (offset time.Duration)) error {
	e, ok := s.engine.(*liteEngine)
	if !ok {
		return fault.Refuse("snapshot.not_here", nil)
	}
	err := e.restore(ctx, file, clock)
	s.callers.forget()
	if err != nil {
		return fmt.Errorf("store: restore: %w", err)
	}
	return nil
}

// serving tells whether the engine was closed; the gate is held.
func (e *liteEngine) serving() error {
	e.writer.mu.RLock()
	defer e.writer.mu.RUnlock()
	if e.writer.closed {
		return unavailable(errClosed)
	}
	return nil
}

func (e *liteEngine) snapshot(file string, clock func() (time.Duration, time.Time)) error {
	e.gate.Lock()
	defer e.gate.Unlock()
	if err := e.serving(); err != nil {
		return err
	}
	e.writer.busy.Lock() // nobody is inside, but the log may be tended
	defer e.writer.busy.Unlock()
	c := e.writer.conn
	offset, high := clock()
	if err := c.saveClock(offset, high); err != nil {
		return err
	}
	return c.copyInto(file)
}

// copyInto writes what the connection sees into file, whole and durable or not at all.
func (c *liteConn) copyInto(file string) error {
	fresh := file + ".new"
	if err := removeLite(fresh); err != nil {
		return err
	}
	if _, err := c.do("VACUUM INTO $1", []any{fresh}); err != nil {
		err, _ = liteError(err)
		return errors.Join(err, removeLite(fresh))
	}
	return moveInto(fresh, file)
}

func (c *liteConn) saveClock(offset time.Duration, high time.Time) error {
	n, err := c.do(sqlClockSave, []any{offset.Microseconds(), high.UnixMicro()})
	if err == nil && n != 1 {
		err = errors.New("no clock is stored")
	}
	return err
}

func (e *liteEngine) restore(ctx context.Context, file string, clock func(time.Time) time.Duration) error {
	fresh := e.path + ".restore"
	high, err := prepareCopy(ctx, file, fresh)
	if err == nil && high.IsZero() {
		err = errors.New("the copy holds no clock")
	}
	if err != nil {
		return errors.Join(err, removeLite(fresh))
	}
	e.gate.Lock()
	defer e.gate.Unlock()
	if err := e.serving(); err != nil {
		return errors.Join(err, removeLite(fresh))
	}
	swapped := e.swap(fresh)
	w, err := openLite(e.path, writerPragmas...)
	if err != nil { // nothing serves any more: callers are told so
		return errors.Join(swapped, err)
	}
	e.start(w)
	if swapped != nil {
		return swapped
	}
	return e.writer.conn.saveClock(clock(high), high)
}

// swap ends every connection and puts fresh in the database's place. With an error the old file stands as it was.
func (e *liteEngine) swap(fresh string) error {
	if err := e.readers.close(); err != nil {
		return err
	}
	e.writer.stop()
	err := e.writer.log.close() // else it might hold the log
	if err == nil {
		_, err = e.writer.conn.do("PRAGMA wal_checkpoint(TRUNCATE)", nil)
	}
	if err := errors.Join(err, e.writer.conn.close()); err != nil {
		return err
	}
	// A log left beside the new file would be played into it.
	if info, err := os.Stat(e.path + "-wal"); err == nil && info.Size() > 0 {
		return errors.New("the log could not be emptied")
	}
	for _, tail := range []string{"-wal", "-shm"} {
		if err := os.Remove(e.path + tail); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := syncDir(filepath.Dir(e.path)); err != nil {
		return err
	}
	return moveInto(fresh, e.path)
}

// prepareCopy copies a snapshot to fresh, brings its schema up, looks it through, ends its sessions, and gives the
// instant of its clock.
func prepareCopy(ctx context.Context, file, fresh string) (high time.Time, err error) {
	if err := removeLite(fresh); err != nil {
		return high, err
	}
	if err := copyFile(file, fresh); err != nil {
		return high, err
	}
	if err := migrateLite(ctx, fresh, litePragmas); err != nil {
		return high, err
	}
	c, err := openLite(fresh, litePragmas...)
	if err != nil {
		return high, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	r := Reader{s: c}
	var sound string
	if err := r.queryRow("PRAGMA quick_check(1)").scan(&sound); err != nil {
		return high, err
	}
	if sound != "ok" {
		return high, errors.New("the copy is damaged")
	}
	if _, err := c.do(sqlSessionsForget, nil); err != nil { // who was signed in then need not be the one who is now
		return high, err
	}
	var offset int64
	err = r.queryRow(sqlClock).scan(&offset, &high)
	return high, err
}

// removeLite removes a database with what may lie beside it.
func removeLite(path string) error {
	for _, tail := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(path + tail); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// moveInto makes fresh durable and gives it its name.
func moveInto(fresh, name string) error {
	f, err := os.OpenFile(fresh, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Chmod(0o600), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(fresh, name); err != nil {
		return err
	}
	return syncDir(filepath.Dir(name))
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // only read
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
