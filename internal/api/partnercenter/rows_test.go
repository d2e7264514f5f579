package partnercenter_test

import (
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// row is one row of a database, as it stands.
type row struct {
	text  string   // all of it
	texts []string // its texts, those within JSON one by one
}

func (r row) has(cell string) bool { return strings.Contains(r.text, cell) }

// rowOf is a row of a table.
func rowOf(text string, cells []any) row {
	r := row{text: text}
	for _, c := range cells {
		if text, ok := c.(string); ok {
			r.texts = append(r.texts, leavesOf(text)...)
		}
	}
	return r
}

// appendRow is what tells a row from others.
func appendRow(b []byte, table string, cells []any) []byte {
	b = append(b, table...)
	for _, c := range cells {
		b = append(b, ' ')
		switch c := c.(type) {
		case string:
			b = append(b, c...)
		case int64:
			b = strconv.AppendInt(b, c, 10)
		case []byte:
			b = hex.AppendEncode(b, c)
		default:
			b = fmt.Append(b, c)
		}
	}
	return b
}

// rowReader reads a database beside the server that works on it.
type rowReader struct {
	t      *testing.T
	db     *sql.DB
	tables []string
	known  map[string]row // those that were read before
	line   []byte
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
	r := &rowReader{t: t, db: db, known: map[string]row{}}
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
			r.line = appendRow(r.line[:0], table, cells)
			one, ok := r.known[string(r.line)]
			if !ok {
				one = rowOf(string(r.line), cells)
				r.known[one.text] = one
			}
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b row) int { return strings.Compare(a.text, b.text) })
	return all
}

// missing tells the rows of one sorted list that are not in the other.
func missing(was, is []row) string {
	var b strings.Builder
	for _, r := range was {
		for len(is) > 0 && is[0].text < r.text {
			is = is[1:]
		}
		if len(is) == 0 || is[0].text != r.text {
			fmt.Fprintf(&b, "%.600s\n", r.text)
		}
	}
	return b.String()
}
