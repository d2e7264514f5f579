// Migrations: two embedded folders with equal numbers, run by goose.
package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"sync"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

const sqlSchemaVersion = `SELECT MAX(version_id) FROM goose_db_version`

type dialect struct {
	folder string
	goose  goose.Dialect
}

var (
	sqliteMigrations   = dialect{"migrations/sqlite", goose.DialectSQLite3}
	postgresMigrations = dialect{"migrations/postgres", goose.DialectPostgres}
)

// schemaVersion is the number of the newest migration, the same in both folders.
var schemaVersion = sync.OnceValue(func() int64 {
	files, err := migrations.ReadDir(sqliteMigrations.folder)
	if err != nil || len(files) == 0 {
		panic("store: no migrations")
	}
	head, _, _ := strings.Cut(files[len(files)-1].Name(), "_")
	n, err := strconv.ParseInt(head, 10, 64)
	if err != nil {
		panic("store: a migration without a number")
	}
	return n
})

// migrate brings the schema up to this program's and says whether it had to. A newer schema is refused: this program
// does not know what it would be writing into.
func migrate(ctx context.Context, db *sql.DB, d dialect) (changed bool, err error) {
	var have int64
	if err := db.QueryRowContext(ctx, sqlSchemaVersion).Scan(&have); err == nil {
		if have == schemaVersion() {
			return false, nil
		}
		if have > schemaVersion() {
			return false, fmt.Errorf("the schema (%d) is newer than this program (%d)", have, schemaVersion())
		}
	} // no such table: a new database, or one that goose will complain about
	folder, err := fs.Sub(migrations, d.folder)
	if err != nil {
		return false, err
	}
	p, err := goose.NewProvider(d.goose, db, folder, goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return false, err
	}
	if _, err := p.Up(ctx); err != nil {
		return false, fmt.Errorf("migrate: %w", err)
	}
	return true, nil
}
