package harness

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // database/sql over PostgreSQL
	_ "modernc.org/sqlite"             // database/sql over SQLite
)

// Books looks into a site's database from outside, read-only, while its server runs.
type Books struct {
	db     *sql.DB
	engine Engine
}

// Books opens the site's database until the end of the test.
func (s *Site) Books(t testing.TB) Books {
	t.Helper()
	driver, source := "pgx", s.Database
	if s.Engine == SQLite {
		driver = "sqlite"
		source = "file:" + url.PathEscape(filepath.Join(s.Dir, "comptoir.db")) + "?mode=ro&_pragma=busy_timeout(10000)&_pragma=query_only(1)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() }) // read only
	return Books{db, s.Engine}
}

// Count is the number a query gives.
func (b Books) Count(t testing.TB, query string, args ...any) (n int64) {
	t.Helper()
	if err := b.db.QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// Settle waits until a server on PostgreSQL has ended what a process that was killed had sent: a commit under way is one.
func (b Books) Settle(t testing.TB) {
	t.Helper()
	if b.engine != Postgres {
		return
	}
	Until(t, "the end of what was sent", func() bool {
		return b.Count(t, `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`) == 0
	})
}

// Texts is the one column of texts that a query gives.
func (b Books) Texts(t testing.TB, query string, args ...any) (out []string) {
	t.Helper()
	rows, err := b.db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// Balanced checks that each ledger entry sums to zero in each currency, that there are entries at all, and that what the
// charges say is what the receivables hold.
func (b Books) Balanced(t testing.TB) {
	t.Helper()
	if n := b.Count(t, `SELECT COUNT(*) FROM (SELECT 1 AS one FROM posting GROUP BY partner_id, entry_id, currency HAVING SUM(amount) <> 0) AS unbalanced`); n != 0 {
		t.Errorf("%d ledger entries do not sum to zero", n)
	}
	if b.Count(t, `SELECT COUNT(*) FROM posting`) == 0 {
		t.Error("the ledger is empty")
	}
	if d := b.Count(t, `SELECT CAST((SELECT COALESCE(SUM(net + tax), 0) FROM charge) - (SELECT COALESCE(SUM(amount), 0) FROM posting WHERE account = 'receivable') AS BIGINT)`); d != 0 {
		t.Errorf("charges and receivables are %d minor units apart", d)
	}
}

// Sum is a digest of everything the site keeps but its clock, table by table: equal before and after what must change
// nothing.
func (b Books) Sum(t testing.TB) map[string]string {
	t.Helper()
	tables := `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name`
	if b.engine == SQLite {
		tables = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`
	}
	out := map[string]string{}
	for _, table := range b.Texts(t, tables) {
		if table != "clock" {
			out[table] = b.digest(t, table)
		}
	}
	if len(out) < 10 {
		t.Fatalf("only %d tables were found", len(out))
	}
	return out
}

func (b Books) digest(t testing.TB, table string) string {
	t.Helper()
	rows, err := b.db.QueryContext(t.Context(), `SELECT * FROM "`+table+`"`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		row, dest := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			dest[i] = &row[i]
		}
		if err := rows.Scan(dest...); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%q", row))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	sum := sha256.Sum256(fmt.Append(nil, lines))
	return fmt.Sprintf("%d rows %s", len(lines), hex.EncodeToString(sum[:6]))
}
