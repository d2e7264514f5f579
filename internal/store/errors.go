// What an engine's error means: nobody to ask, somebody was first, or a mistake of ours.
package store

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// unavailable is an answer for the caller ("store.unavailable": try again, with the same request id) that keeps its
// cause for the log.
func unavailable(cause error) error {
	return fmt.Errorf("store: %w: %w", fault.Unavailable("store.unavailable", nil), cause)
}

// errClosed: the store was closed.
var errClosed = errors.New("the store is closed")

// ofWrite is the error of a failed write: its own fault where a unique index refused the row.
func (w *write) ofWrite(err error, unique bool) error {
	if unique && w.fault != nil {
		return w.fault
	}
	return fmt.Errorf("%w in: %s", err, oneLine(w.sql))
}

// liteError sorts an error of SQLite. A full or failing disk and a file held by another are not now; a damaged file is
// an internal error.
func liteError(err error) (sorted error, unique bool) {
	var e *liteFault
	if !errors.As(err, &e) {
		return fmt.Errorf("store: %w", err), false
	}
	switch e.code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return fmt.Errorf("store: %w", err), true
	}
	switch e.code & 0xff {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN,
		sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL:
		return unavailable(err), false
	}
	return fmt.Errorf("store: %w", err), false
}

// pgError sorts an error of PostgreSQL. closed says that the connection is gone: whatever it was doing, nobody answered.
func pgError(err error, closed bool) (sorted error, unique bool) {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		if closed || pgconn.Timeout(err) {
			return unavailable(err), false
		}
		return fmt.Errorf("store: %w", err), false
	}
	if e.Code == "23505" {
		return fmt.Errorf("store: %w", err), true
	}
	switch e.Code[:2] {
	case "08", "53", "57", "58": // connection, resources (disk full), operator intervention, system
		return unavailable(err), false
	}
	switch e.Code {
	case "25006", "55P03", "25P03": // read-only (a former primary), lock timeout, idle too long
		return unavailable(err), false
	}
	return fmt.Errorf("store: %w", err), false
}

// pgAgain says that this transaction gave way to another, a deadlock or the same request's twin: it can simply run again.
func pgAgain(err error) bool {
	var e *pgconn.PgError
	return err == error(errReplayRace) || //nolint:errorlint // never wrapped
		errors.As(err, &e) && (e.Code == "40P01" || e.Code == "40001")
}
