package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/comptoir-dev/comptoir/internal/store/storetest/pg"
)

// pgConns is the store's pool (internal/store/postgres.go).
const pgConns = 12

const (
	pgServed = "served"
	pgRaw    = "raw"
)

// The locks of the store: the partner's books shared, the customer's row alone.
const (
	sqlShareBooks      = `SELECT pg_advisory_xact_lock_shared($1)`
	sqlReadLockedOwner = sqlReadCustomer + ` FOR NO KEY UPDATE`
)

// pgDatabase is two databases of one server.
type pgDatabase struct {
	server *pg.Server
	pid    int
}

func startPostgres(ctx context.Context) (*pgDatabase, error) {
	server, err := pg.Shared(ctx)
	if err != nil {
		return nil, err
	}
	u, err := server.Create(ctx, pgServed, "")
	if err != nil {
		return nil, err
	}
	pid, err := postmaster(u)
	return &pgDatabase{server, pid}, err
}

// postmaster is the process of the server behind a URL.
func postmaster(u string) (int, error) {
	parsed, err := url.Parse(u)
	if err != nil {
		return 0, err
	}
	text, err := os.ReadFile(filepath.Join(parsed.Query().Get("host"), "data", "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		return 0, fmt.Errorf("postmaster.pid: %w", err)
	}
	return pid, nil
}

func (d *pgDatabase) url() string { return d.server.URL(pgServed) }

func (d *pgDatabase) open(raw bool) (*sql.DB, error) {
	name := pgServed
	if raw {
		name = pgRaw
	}
	return sql.Open("pgx", d.server.URL(name))
}

func (d *pgDatabase) tables() string {
	return `SELECT table_name::text FROM information_schema.tables
		WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'goose_%'`
}

func (d *pgDatabase) cpu() meter { return cpuOfChildren(d.pid) }

func (d *pgDatabase) copy(ctx context.Context) error {
	db, err := d.open(false)
	if err != nil {
		return err
	}
	for _, sql := range []string{"VACUUM ANALYZE", "CHECKPOINT"} {
		if _, err := db.ExecContext(ctx, sql); err != nil {
			return errors.Join(err, db.Close())
		}
	}
	if err := db.Close(); err != nil {
		return err
	}
	_, err = d.server.Create(ctx, pgRaw, pgServed)
	return err
}

// rawPg is three trips a checkout: begin, lock and read; write all; commit once every count is right.
type rawPg struct {
	shape *shape
	pool  *pgxpool.Pool
}

func (d *pgDatabase) raw(ctx context.Context, s *shape) (raw, error) {
	cfg, err := pgxpool.ParseConfig(d.server.URL(pgRaw))
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = pgConns
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &rawPg{s, pool}, nil
}

func (r *rawPg) close() { r.pool.Close() }

func (r *rawPg) checkout(customer, cart string) error {
	ctx := context.Background()
	conn, err := r.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release() // which closes it if its transaction is still open
	s := r.shape
	a := s.again(customer, cart, nowMicros())
	var b pgx.Batch
	b.BeginTx(pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	b.Queue(sqlShareBooks, int64(1))
	b.Queue(sqlReadLockedOwner, s.partner, customer)
	b.Queue(sqlReadReplay, s.replayKey(&a)...)
	b.Queue(sqlReadCart, s.partner, customer, cart)
	b.Queue(sqlReadStamp)
	br := conn.SendBatch(ctx, &b)
	tx := br.Tx()
	if err := counts(br, []int64{0, 1, 1, 0, 1, 1}); err != nil {
		return err
	}
	b = pgx.Batch{}
	want := make([]int64, 0, len(s.inserts)+1)
	for i := range s.inserts {
		in := &s.inserts[i]
		b.Queue(in.sql, s.args(in, &a)...)
		want = append(want, int64(in.rows))
	}
	b.Queue(sqlWriteCart, s.partner, customer, cart, int64(1), s.cartBody)
	if err := counts(conn.SendBatch(ctx, &b), append(want, 1)); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// counts reads the results of a batch to its end; rows read are drained and counted.
func counts(br pgx.BatchResults, want []int64) error {
	for i, n := range want {
		tag, err := br.Exec()
		if err == nil && tag.RowsAffected() != n {
			err = fmt.Errorf("statement %d of a batch: %d rows instead of %d", i, tag.RowsAffected(), n)
		}
		if err != nil {
			return errors.Join(err, br.Close())
		}
	}
	return br.Close()
}
