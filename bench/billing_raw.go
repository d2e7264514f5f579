package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
)

// billingDatabase is what an engine does with the rows of a billing run by itself.
type billingDatabase interface {
	url() string
	settle(ctx context.Context) error // leaves no work behind for what is measured next
	raw(ctx context.Context) (took time.Duration, rows int64, err error)
	drop() error
}

// billingRows are the tables a run writes, with what tells its rows: it also changes every subscription it charges.
func billingRows() []struct{ table, where string } {
	since := fmt.Sprintf("at >= %d", time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC).UnixMicro())
	return []struct{ table, where string }{
		{"charge", since}, {"posting", since}, {"activity", since},
		{"subscription", fmt.Sprintf("due_at >= %d", firstRun.UnixMicro())},
		{"due", fmt.Sprintf("due_at >= %d", firstRun.UnixMicro())},
		{"invoice", fmt.Sprintf("issued_at >= %d", time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC).UnixMicro())},
	}
}

// liteBilling is a file, and one to write its rows to again.
type liteBilling struct{ path, rawPath string }

func (d liteBilling) url() string { return "sqlite:" + d.path }

func (d liteBilling) settle(context.Context) error { return nil }

func (d liteBilling) drop() error {
	return errors.Join(os.RemoveAll(filepath.Dir(d.path)))
}

// raw writes the rows to empty tables with the same keys in a file of its own, a transaction for each table.
func (d liteBilling) raw(ctx context.Context) (took time.Duration, rows int64, err error) {
	db, err := sql.Open("sqlite", "file:"+d.rawPath+litePragmas)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	exec := func(query string, args ...any) (n int64) {
		if err != nil {
			return 0
		}
		var res sql.Result
		if res, err = db.ExecContext(ctx, query, args...); err != nil {
			err = fmt.Errorf("%w in: %s", err, query)
			return 0
		}
		n, _ = res.RowsAffected()
		return n
	}
	exec(`ATTACH $1 AS served`, d.path)
	exec(`ATTACH $1 AS staged`, d.rawPath+".staged")
	for _, r := range billingRows() {
		texts, qerr := schemaOf(ctx, db, r.table)
		if err = errors.Join(err, qerr); err != nil {
			return 0, 0, err
		}
		for _, text := range texts {
			exec(text)
		}
		exec(`CREATE TABLE staged.` + r.table + ` AS SELECT * FROM served.` + r.table + ` NOT INDEXED WHERE ` + r.where)
	}
	exec(`PRAGMA foreign_keys = 0`) // the rows' customers are elsewhere
	for _, r := range billingRows() {
		began := time.Now()
		n := exec(`INSERT INTO main.` + r.table + ` SELECT * FROM staged.` + r.table)
		took += time.Since(began)
		rows += n
		fmt.Printf("    %-13s %9d rows in %.2f s\n", r.table, n, time.Since(began).Seconds())
	}
	return took, rows, err
}

// schemaOf is the statements that make a table with its indexes and triggers.
func schemaOf(ctx context.Context, db *sql.DB, table string) (texts []string, err error) {
	rs, err := db.QueryContext(ctx, `SELECT sql FROM served.sqlite_schema WHERE tbl_name = $1 AND sql IS NOT NULL ORDER BY type = 'table' DESC`, table)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rs.Close()) }()
	for rs.Next() {
		var text string
		if err := rs.Scan(&text); err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, rs.Err()
}

// pgBilling is a database, with a folder for the rows on their way.
type pgBilling struct{ at, dir string }

func (d pgBilling) url() string { return d.at }

func (d pgBilling) drop() error { return nil }

func (d pgBilling) settle(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, d.at)
	if err != nil {
		return err
	}
	for _, text := range []string{"VACUUM ANALYZE", "CHECKPOINT"} {
		if _, err := conn.Exec(ctx, text); err != nil {
			return errors.Join(err, conn.Close(ctx))
		}
	}
	return conn.Close(ctx)
}

// seasoned leaves the server with segments of its log to use again, 8 GB of them (min_wal_size), as one that was in use for a while has: making
// a new one stops every commit for some 50 ms.
func seasoned(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	for range 500 {
		if _, err := conn.Exec(ctx, `SELECT pg_logical_emit_message(false, 'bench', ''), pg_switch_wal()`); err != nil {
			return errors.Join(err, conn.Close(ctx))
		}
	}
	_, err = conn.Exec(ctx, "CHECKPOINT")
	return errors.Join(err, conn.Close(ctx))
}

// raw copies the rows out, and in again to empty tables with the same keys, a COPY and a transaction for each table.
func (d pgBilling) raw(ctx context.Context) (took time.Duration, rows int64, err error) {
	conn, err := pgx.Connect(ctx, d.at)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if _, err := conn.Exec(ctx, `CREATE SCHEMA raw`); err != nil {
		return 0, 0, err
	}
	for _, r := range billingRows() {
		if _, err := conn.Exec(ctx, `CREATE TABLE raw.`+r.table+` (LIKE public.`+r.table+` INCLUDING ALL)`); err != nil {
			return 0, 0, err
		}
		path := filepath.Join(d.dir, r.table)
		f, err := os.Create(path)
		if err != nil {
			return 0, 0, err
		}
		if _, err := conn.PgConn().CopyTo(ctx, f, `COPY (SELECT * FROM public.`+r.table+` WHERE `+r.where+`) TO STDOUT (FORMAT binary)`); err != nil {
			return 0, 0, errors.Join(err, f.Close())
		}
		if _, err := f.Seek(0, 0); err != nil {
			return 0, 0, errors.Join(err, f.Close())
		}
		if _, err := conn.Exec(ctx, `CHECKPOINT`); err != nil {
			return 0, 0, errors.Join(err, f.Close())
		}
		began := time.Now()
		tag, err := conn.PgConn().CopyFrom(ctx, f, `COPY raw.`+r.table+` FROM STDIN (FORMAT binary)`)
		took += time.Since(began)
		rows += tag.RowsAffected()
		fmt.Printf("    %-13s %9d rows in %.2f s\n", r.table, tag.RowsAffected(), time.Since(began).Seconds())
		if err := errors.Join(err, f.Close(), os.Remove(path)); err != nil {
			return 0, 0, err
		}
	}
	_, err = conn.Exec(ctx, `DROP SCHEMA raw CASCADE`)
	return took, rows, err
}
