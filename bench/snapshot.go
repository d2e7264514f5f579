package main

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// snapshot is a small database as it stands: its tables, row by row.
type snapshot map[string]*table

type table struct {
	columns []string
	rows    [][]any // text, int64, bytes, nil
}

// column is the place of a column; a table without it is a programmer's mistake.
func (t *table) column(name string) int {
	for i, c := range t.columns {
		if c == name {
			return i
		}
	}
	panic("bench: no column " + name)
}

// find is the first row with a text in a column, or nil.
func (t *table) find(column, value string) []any {
	at := t.column(column)
	for _, row := range t.rows {
		if row[at] == value {
			return row
		}
	}
	return nil
}

// read reads every table named by the query tables.
func read(ctx context.Context, db *sql.DB, tables string) (snapshot, error) {
	names, err := db.QueryContext(ctx, tables)
	if err != nil {
		return nil, err
	}
	defer func() { _ = names.Close() }()
	all := snapshot{}
	for names.Next() {
		var name string
		if err := names.Scan(&name); err != nil {
			return nil, err
		}
		if !strings.HasPrefix(name, "activity_") { // the log's tree grows by itself, later
			all[name] = nil
		}
	}
	if err := names.Err(); err != nil {
		return nil, err
	}
	for name := range all {
		if all[name], err = readTable(ctx, db, name); err != nil {
			return nil, fmt.Errorf("table %s: %w", name, err)
		}
	}
	return all, nil
}

func readTable(ctx context.Context, db *sql.DB, name string) (*table, error) {
	rows, err := db.QueryContext(ctx, `SELECT * FROM "`+name+`"`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	t := &table{}
	if t.columns, err = rows.Columns(); err != nil {
		return nil, err
	}
	for rows.Next() {
		row := make([]any, len(t.columns))
		into := make([]any, len(row))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		t.rows = append(t.rows, row)
	}
	t.leaveOut("seq")
	return t, rows.Err()
}

// leaveOut drops a column whose values the database gives.
func (t *table) leaveOut(column string) {
	at := slices.Index(t.columns, column)
	if at < 0 {
		return
	}
	t.columns = slices.Delete(t.columns, at, at+1)
	for i, row := range t.rows {
		t.rows[i] = slices.Delete(row, at, at+1)
	}
}

// less are the rows of t that other does not have.
func (t *table) less(other *table) [][]any {
	had := map[string]int{}
	for _, row := range other.rows {
		had[fmt.Sprintf("%q", row)]++
	}
	var out [][]any
	for _, row := range t.rows {
		if key := fmt.Sprintf("%q", row); had[key] > 0 {
			had[key]--
		} else {
			out = append(out, row)
		}
	}
	return out
}
