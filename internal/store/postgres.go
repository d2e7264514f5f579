// PostgreSQL: READ COMMITTED behind a row lock, writes in one batch, every count checked (house.md §3).
package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/comptoir-dev/comptoir/internal/app"
)

const (
	pgConns = 12 // unless the URL has pool_max_conns; 8–16 do best on two cores
	pgTries = 4  // the first and three more, after 40P01 and 40001 alone
)

// The locks. NO KEY UPDATE is the row lock that foreign keys to the row do not wait for.
const (
	sqlLockPartner  = `SELECT version FROM partner WHERE id = $1 FOR NO KEY UPDATE`
	sqlLockCustomer = `SELECT version FROM customer WHERE partner_id = $1 AND id = $2 FOR NO KEY UPDATE`
	// Many at once, always in the same order: two such acts never wait for each other both ways.
	sqlLockCustomers = `SELECT version FROM customer WHERE partner_id = $1 AND id = ANY ($2::text[]) ORDER BY id FOR NO KEY UPDATE`
	sqlLockRequest   = `SELECT pg_advisory_xact_lock($1)`

	// A partner's books: acts on its customers share them, the closing of a billing period has them alone (app.Lock).
	sqlShareBooks = `SELECT pg_advisory_xact_lock_shared($1)`
	sqlLockBooks  = `SELECT pg_advisory_xact_lock($1)`

	// The commit does not wait for the disk (app.Act.Delayed).
	sqlDelayed = `SELECT set_config('synchronous_commit', 'off', true)`
)

var (
	pgWrites = pgx.TxOptions{IsoLevel: pgx.ReadCommitted}
	pgReads  = pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
)

type pgEngine struct {
	pool          *pgxpool.Pool
	writes, looks turns
	trips         *pgTrips
}

func openPostgres(ctx context.Context, url string) (*pgEngine, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	transactions, trips := int(cfg.MaxConns), int(cfg.MaxConns)
	if !strings.Contains(url, "pool_max_conns") {
		cfg.MaxConns = pgConns
		transactions, trips = pgTurns(cfg)
	}
	// A backend whose client has gone must not hold its locks for long. The URL may say otherwise.
	for name, value := range map[string]string{"lock_timeout": "20s", "idle_in_transaction_session_timeout": "60s"} {
		if _, ok := cfg.ConnConfig.RuntimeParams[name]; !ok {
			cfg.ConnConfig.RuntimeParams[name] = value
		}
	}
	// An acknowledged act must survive: off loses the last commits when the server falls. Stronger levels stay as set.
	cfg.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`)
		return err
	}
	if err := migratePostgres(ctx, cfg.ConnConfig.Copy()); err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &pgEngine{pool, make(turns, transactions), make(turns, transactions), &pgTrips{pool: pool, idle: trips}}, nil
}

// migratePostgres brings the schema up, one process at a time.
func migratePostgres(ctx context.Context, cfg *pgx.ConnConfig) error {
	cfg.RuntimeParams["lock_timeout"] = "0"
	db := stdlib.OpenDB(*cfg)
	defer func() { _ = db.Close() }()
	guard, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = guard.Close() }() // and with it the lock
	if _, err := guard.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, advisoryKey("migrate")); err != nil {
		return err
	}
	_, err = migrate(ctx, db, postgresMigrations)
	return err
}

// advisoryKey is where a name falls among the advisory locks. Two names on one key wait for each other, no more.
func advisoryKey(name string) int64 {
	sum := sha256.Sum256([]byte("comptoir\x00" + name))
	return int64(binary.BigEndian.Uint64(sum[:])) //nolint:gosec // any 64 bits will do
}

func (e *pgEngine) update(ctx context.Context, u *update) (app.Reply, error) {
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), updateTimeout)
	defer cancel()
	for try := 1; ; try++ {
		reply, err := e.once(ctx, work, u)
		if !pgAgain(err) {
			return reply, err
		}
		if try == pgTries {
			return reply, unavailable(err)
		}
	}
}

// once is one transaction of u. ctx bounds the wait for a connection, work everything after it.
func (e *pgEngine) once(ctx, work context.Context, u *update) (reply app.Reply, err error) {
	if err := e.writes.take(ctx); err != nil {
		return app.Reply{}, err
	}
	defer e.writes.back()
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		return app.Reply{}, unavailable(err)
	}
	defer conn.Release() // closes the connection if a transaction is still open on it: after a panic
	s := &pgSession{ctx: work, conn: conn.Conn()}
	found, err := s.start(u)
	var commit bool
	if err == nil {
		t := u.tx(s)
		defer func() { _ = t.end() }()
		reply, commit, err = u.run(t, found)
	}
	if err == nil && commit {
		if err = s.tx.Commit(work); err != nil {
			return app.Reply{}, s.sorted(err)
		}
		return reply, nil
	}
	if s.tx != nil {
		_ = s.tx.Rollback(work) // where it fails the connection is of no more use, and Release sees to that
	}
	if err != nil {
		return app.Reply{}, err
	}
	return reply, nil
}

// start begins, takes the act's lock and reads its replay record in one trip. Where there is no row to lock (yet), the
// same request sent twice at once still waits for its twin, on an advisory lock of its key.
func (s *pgSession) start(u *update) (*record, error) {
	var b pgx.Batch
	b.BeginTx(pgWrites)
	partner := string(u.act.Actor.Scope.Partner())
	locks, others := 0, 0
	if u.act.Delayed {
		b.Queue(sqlDelayed)
		others++
	}
	switch {
	case u.act.Lock.Books:
		b.Queue(sqlLockBooks, advisoryKey("books/"+partner))
		others++
	case u.act.Lock.Customer != "" || len(u.act.Lock.Customers) > 0:
		b.Queue(sqlShareBooks, advisoryKey("books/"+partner))
		others++
	}
	if u.act.Lock.Partner {
		b.Queue(sqlLockPartner, partner)
		locks++
	}
	if u.act.Lock.Customer != "" {
		b.Queue(sqlLockCustomer, partner, u.act.Lock.Customer)
		locks++
	}
	if len(u.act.Lock.Customers) > 0 {
		b.Queue(sqlLockCustomers, partner, u.act.Lock.Customers)
		locks++
	}
	keyed := u.key != (replayKey{})
	if locks == 0 && keyed {
		b.Queue(sqlLockRequest, advisoryKey(u.key.String()))
		locks++
	}
	if keyed {
		b.Queue(sqlReplay, u.key.args()...)
	}
	ahead := aheadOf(partner, u.act.Lock)
	for _, f := range ahead {
		b.Queue(f.sql, f.args...)
	}
	locked := int64(0)
	found, err := s.first(&b, func(br pgx.BatchResults) error {
		for i := range others + locks {
			tag, err := br.Exec()
			if err != nil {
				return err
			}
			if i < others {
				continue
			}
			locked += tag.RowsAffected()
		}
		return nil
	}, keyed, ahead)
	if err != nil || locked > 0 || !keyed {
		return found, err
	}
	b = pgx.Batch{}
	b.Queue(sqlLockRequest, advisoryKey(u.key.String()))
	b.Queue(sqlReplay, u.key.args()...)
	return s.first(&b, func(br pgx.BatchResults) error { _, err := br.Exec(); return err }, keyed, nil)
}

// first sends b, lets locks read the results of its locks, and reads behind them the replay record and what comes ahead.
func (s *pgSession) first(b *pgx.Batch, locks func(pgx.BatchResults) error, keyed bool, ahead []fetched) (found *record, err error) {
	br := s.send(b)
	err = s.begun(br)
	if err == nil {
		err = locks(br)
	}
	if err == nil && keyed {
		c := &pgCursor{s: s, sql: sqlReplay}
		if c.rows, err = br.Query(); err == nil {
			var rec record
			if c.next() {
				if err = c.scan(rec.dest()); err == nil {
					found = &rec
				}
			}
			if cerr := c.close(); err == nil {
				err = cerr
			}
		}
	}
	if err == nil {
		err = s.fetch(br, ahead)
	}
	if cerr := br.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, s.sorted(err)
	}
	return found, nil
}

// view begins with the first read, in the same trip: one read costs two trips, all of one instant. ctx bounds the wait
// for a connection and is looked at between statements; ending a statement half-way would cost the connection.
func (e *pgEngine) view(ctx context.Context, fn func(*Reader) error) error {
	return e.read(ctx, &pgReads, fn)
}

// look implements engine: a statement of its own sees one instant without a transaction around it.
func (e *pgEngine) look(ctx context.Context, fn func(*Reader) error) error {
	if err := e.looks.take(ctx); err != nil {
		return err
	}
	defer e.looks.back()
	return e.read(ctx, nil, fn)
}

// one implements engine.
func (e *pgEngine) one(ctx context.Context, fn func(*Reader) error) error {
	r := Reader{s: watched{&pgOne{ctx: ctx, trips: e.trips}, ctx}}
	err := fn(&r)
	if rerr := r.end(); rerr != nil {
		err = rerr
	}
	return err
}

func (e *pgEngine) read(ctx context.Context, begin *pgx.TxOptions, fn func(*Reader) error) error {
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		return unavailable(err)
	}
	defer conn.Release()
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), viewTimeout)
	defer cancel()
	s := &pgSession{ctx: work, conn: conn.Conn(), begin: begin}
	r := Reader{s: watched{s, ctx}}
	err = fn(&r)
	if rerr := r.end(); rerr != nil {
		err = rerr
	}
	if s.tx != nil {
		if rerr := s.tx.Rollback(work); rerr != nil && err == nil {
			err = s.sorted(rerr)
		}
	}
	return err
}

// viewTimeout bounds a View's statements; exports of whole tables go in many Views.
const viewTimeout = 5 * time.Minute

func (e *pgEngine) close() error {
	e.pool.Close() // waits for connections in use
	return nil
}

// sorted sorts an error of this session's connection, unless it is sorted already.
func (s *pgSession) sorted(err error) error { return pgSorted(s.conn, err) }

func pgSorted(c *pgx.Conn, err error) error {
	sorted, _ := pgError(err, c.IsClosed())
	return sorted
}

func pgStatement(c *pgx.Conn, err error, sql string) error {
	return fmt.Errorf("%w in: %s", pgSorted(c, err), oneLine(sql))
}
