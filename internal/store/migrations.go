// Which migrations this program brings, and which of them the database has had.
package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// goose's own table: its times are text in SQLite and a timestamp in PostgreSQL, so both are read as text.
const sqlMigrations = `SELECT version_id, CAST(tstamp AS TEXT) FROM goose_db_version WHERE version_id > 0 ORDER BY version_id`

// migrationTime is how both engines write an instant as text; a fraction of a second may follow.
const migrationTime = "2006-01-02 15:04:05"

// Migration is one step of the schema.
type Migration struct {
	Version int64
	Name    string    // as its file has it, without its number; empty: this program does not know it
	At      time.Time // when it was applied, by the clock of the database; zero: it was not
}

// Migrations are those of this program and those that were applied to the database, the newest first.
func (s *Store) Migrations(ctx context.Context) ([]Migration, error) {
	files, err := migrations.ReadDir(sqliteMigrations.folder)
	if err != nil {
		return nil, err
	}
	all := map[int64]Migration{}
	for _, f := range files {
		number, name, _ := strings.Cut(strings.TrimSuffix(f.Name(), ".sql"), "_")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("store: the migration %s has no number", f.Name())
		}
		all[n] = Migration{Version: n, Name: name}
	}
	err = s.engine.view(ctx, func(r *Reader) error {
		rs := r.query(sqlMigrations)
		defer rs.close()
		for rs.next() {
			var version int64
			var text string
			if err := rs.scan(&version, &text); err != nil {
				return err
			}
			when, err := time.Parse(migrationTime, text)
			if err != nil {
				return fmt.Errorf("store: the time of migration %d: %w", version, err)
			}
			m := all[version]
			m.Version, m.At = version, when
			all[version] = m
		}
		return rs.err()
	})
	if err != nil {
		return nil, err
	}
	return slices.SortedFunc(maps.Values(all), func(x, y Migration) int { return cmp.Compare(y.Version, x.Version) }), nil
}
