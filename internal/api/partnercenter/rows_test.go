package partnercenter_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// row is one row of a database, as it stands.
type row struct {
	table string
	cells []any
	text  string // all of it
}

func (r row) has(cell string) bool { return strings.Contains(r.text, cell) }

// texts are the row's texts, those within JSON one by one.
func (r row) texts() (all []string) {
	for _, c := range r.cells {
		if text, ok := c.(string); ok {
			all = append(all, leavesOf(text)...)
		}
	}
	return all
}

// rowReader reads a database beside the server that works on it.
type rowReader struct {
	t      *testing.T
	db     *sql.DB
	tables []string
}

func openRows(t *testing.T, driver, url string) *rowReader {
	t.Helper()
	db, err := sql.Open(driver, strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	query := `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	if driver == "pgx" {
		query = `SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`
	}
	r := &rowReader{t: t, db: db}
	for _, cells := range r.query(query) {
		if table := fmt.Sprint(cells[0]); table != "activity_tree" { // it grows with anybody's records, when they are numbered
			r.tables = append(r.tables, table)
		}
	}
	slices.Sort(r.tables)
	if len(r.tables) < 30 {
		t.Fatalf("only %v", r.tables)
	}
	return r
}

func (r *rowReader) query(query string) (all [][]any) {
	r.t.Helper()
	rows, err := r.db.Query(query)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	for err == nil && rows.Next() {
		cells, to := make([]any, len(names)), make([]any, len(names))
		for i := range cells {
			to[i] = &cells[i]
		}
		err = rows.Scan(to...)
		all = append(all, cells)
	}
	if err == nil {
		err = rows.Err()
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

// read is every row there is, in order.
func (r *rowReader) read() (all []row) {
	r.t.Helper()
	for _, table := range r.tables {
		for _, cells := range r.query("SELECT * FROM " + table) {
			all = append(all, row{table, cells, fmt.Sprintf("%s %v", table, cells)})
		}
	}
	slices.SortFunc(all, func(a, b row) int { return strings.Compare(a.text, b.text) })
	return all
}

// missing tells the rows of one list that are not in the other.
func missing(was, is []row) string {
	var b strings.Builder
	there := map[string]bool{}
	for _, r := range is {
		there[r.text] = true
	}
	for _, r := range was {
		if !there[r.text] {
			fmt.Fprintf(&b, "%.600s\n", r.text)
		}
	}
	return b.String()
}
