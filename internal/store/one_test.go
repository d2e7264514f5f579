package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
	"github.com/comptoir-dev/comptoir/internal/turn"
)

const (
	sqlEcho    = `SELECT CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS TEXT)`
	sqlNothing = `SELECT CAST(1 AS BIGINT) WHERE CAST($1 AS BIGINT) < 0`
)

// together has many callers at once, each with a connection's mark, many times; ask tells what was wrong.
func together(t *testing.T, callers, times int, ask func(ctx context.Context, caller, n int) error) {
	t.Helper()
	var all sync.WaitGroup
	for c := range callers {
		ctx := turn.Caller(context.Background())
		all.Go(func() {
			for n := range times {
				if err := ask(ctx, c, n); err != nil {
					t.Errorf("caller %d, %d: %v", c, n, err)
					return
				}
			}
		})
	}
	all.Wait()
}

// echo asks for what it sends, and for what there is none of.
func echo(ctx context.Context, s *store.Store, caller, n int) error {
	number, text := int64(caller*1_000_000+n), strings.Repeat("é", n%300)
	return s.OneReader(ctx, func(r *store.Reader) error {
		var got int64
		var said, null string
		check := func() error {
			if got != number || said != text || null != "" {
				return fmt.Errorf("asked for %d %q, was answered %d %q %q", number, text, got, said, null)
			}
			return nil
		}
		if err := r.Row(sqlEcho, []any{number, text, nil}, &got, &said, &null); err != nil || check() != nil {
			return errors.Join(err, check())
		}
		if err := r.Row(sqlNothing, []any{number}, &got); !errors.Is(err, store.ErrNoRow) {
			return fmt.Errorf("no row is answered with %w", err)
		}
		got, said = 0, ""
		rows := 0
		err := r.Batch(
			store.NewRead(func(scan func(...any) error) error { rows++; return scan(&got) }, sqlNothing, number),
			store.NewRead(func(scan func(...any) error) error { rows++; return scan(&got, &said, &null) }, sqlEcho, number, text, nil),
		)
		if err == nil && rows != 1 {
			err = fmt.Errorf("%d rows", rows)
		}
		return errors.Join(err, check())
	})
}

// TestOneIsAnsweredItsOwn, many at a time.
func TestOneIsAnsweredItsOwn(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		together(t, 40, 100, func(ctx context.Context, caller, n int) error { return echo(ctx, s, caller, n) })
	})
}

// TestOneReadsAllValues, and several rows in their order.
func TestOneReadsAllValues(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		kind := "BLOB"
		if !onSQLite(s) {
			kind = "BYTEA"
		}
		err := s.OneReader(t.Context(), func(r *store.Reader) error {
			var some, none, empty []byte
			var yes bool
			err := r.Row(`SELECT CAST($1 AS `+kind+`), CAST($2 AS `+kind+`), CAST($3 AS `+kind+`), CAST($4 AS BIGINT)`,
				[]any{[]byte{0, 1, 255}, nil, []byte{}, true}, &some, &none, &empty, &yes)
			if err == nil && (!bytes.Equal(some, []byte{0, 1, 255}) || len(none) > 0 || len(empty) > 0 || !yes) {
				err = fmt.Errorf("%v %v %v %v", some, none, empty, yes)
			}
			rows, rerr := r.Ints(`SELECT CAST(3 AS BIGINT) AS n UNION ALL SELECT 1 UNION ALL SELECT 2 ORDER BY n`)
			if rerr == nil && fmt.Sprint(rows) != "[1 2 3]" {
				rerr = fmt.Errorf("%v", rows)
			}
			return errors.Join(err, rerr)
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func onSQLite(s *store.Store) (lite bool) {
	_ = s.ViewReader(context.Background(), func(r *store.Reader) error {
		var n int64
		lite = r.Row(`SELECT COUNT(*) FROM sqlite_master`, nil, &n) == nil
		return nil
	})
	return lite
}

// TestWhatFailsInCompanyFailsAlone: on PostgreSQL, where many share a trip.
func TestWhatFailsInCompanyFailsAlone(t *testing.T) {
	s := storetest.Open(t, storetest.Postgres(t), store.Options{})
	together(t, 30, 60, func(ctx context.Context, caller, n int) error {
		var got int64
		wants := func(text, sql string, args ...any) error {
			err := s.OneReader(ctx, func(r *store.Reader) error {
				return r.Batch(store.NewRead(func(scan func(...any) error) error { return scan(&got) }, sql, args...),
					store.NewRead(func(scan func(...any) error) error { return scan(&got) }, `SELECT CAST(7 AS BIGINT)`))
			})
			if err == nil || !strings.Contains(err.Error(), text) || fault.Of(err) != nil {
				return fmt.Errorf("want an error about %q without a fault: %w", text, err)
			}
			return nil
		}
		switch {
		case caller == 0:
			return wants("division by zero", `SELECT 1 / CAST($1 AS BIGINT)`, 0)
		case caller == 1 && n%10 == 0:
			return wants("does not exist", `SELECT n FROM nowhere`)
		case caller == 2 && n%10 == 0:
			return wants("in company", `SELECT CAST(1 AS BIGINT) WHERE 'a' = ANY ($1)`, []string{"a"})
		}
		return echo(ctx, s, caller, n)
	})
}

// TestOneOfManyWhoAskTheSame: callers who ask by texts share a statement on PostgreSQL. Each has its own rows, in their order, and
// what one asks that cannot be answered is nobody else's.
func TestOneOfManyWhoAskTheSame(t *testing.T) {
	const (
		letters = `SELECT CAST(1 AS BIGINT) / (LENGTH($1) - 3), w.n, CAST($2 AS TEXT)
			FROM (SELECT CAST(3 AS BIGINT) AS n UNION ALL SELECT 1 UNION ALL SELECT 2) w WHERE w.n < LENGTH($1) ORDER BY w.n DESC`
		anyone = `SELECT COUNT(*) FROM (SELECT 1 AS n) w WHERE $1 = $1 OR w.n = 1`
	)
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		divides := onSQLite(s) // NULL there
		together(t, 40, 60, func(ctx context.Context, caller, n int) error {
			word, mark := strings.Repeat("é", (caller+n)%5), fmt.Sprint(caller, "/", n)
			var got []int64
			var count int64
			err := s.OneReader(ctx, func(r *store.Reader) error {
				err := r.Batch(store.NewRead(func(scan func(...any) error) error {
					var ratio, number int64
					var said string
					err := scan(&ratio, &number, &said)
					if said != mark {
						return fmt.Errorf("%q is answered what %q has asked", mark, said)
					}
					got = append(got, number)
					return err
				}, letters, word, mark))
				return errors.Join(err, r.Row(anyone, []any{mark}, &count))
			})
			want := [5]string{"[]", "[]", "[1]", "[2 1]", "[3 2 1]"}[(caller+n)%5]
			if (caller+n)%5 == 3 && !divides {
				if err == nil || !strings.Contains(err.Error(), "division by zero") || fault.Of(err) != nil {
					return fmt.Errorf("want an error about a division, without a fault: %w", err)
				}
				return nil
			}
			if err == nil && (fmt.Sprint(got) != want || count != 1) {
				err = fmt.Errorf("%d and %d of %q, want %s", count, got, word, want)
			}
			return err
		})
	})
}

// TestWhoAsksForMoreAsksAlone: who sends a text more than a statement has parameters, or one less, is told, and nobody else's rows move.
func TestWhoAsksForMoreAsksAlone(t *testing.T) {
	const sql = `SELECT CAST($1 AS TEXT), CAST($2 AS TEXT)`
	s := storetest.Open(t, storetest.Postgres(t), store.Options{})
	together(t, 30, 100, func(ctx context.Context, caller, n int) error {
		a, b := fmt.Sprint("partner", caller), fmt.Sprint("customer", n)
		args := []any{a, b}
		if caller < 2 {
			args = []any{a, b, "more"}[:1+2*caller]
		}
		var x, y string
		err := s.OneReader(ctx, func(r *store.Reader) error { return r.Row(sql, args, &x, &y) })
		switch {
		case caller < 2 && err == nil:
			return fmt.Errorf("%d texts for two parameters are answered", len(args))
		case caller >= 2 && (err != nil || x != a || y != b):
			return fmt.Errorf("asked of %s and %s, answered %s and %s: %w", a, b, x, y, err)
		}
		return nil
	})
}

// connected is a connection to a PostgreSQL database that has the schema.
func connected(t *testing.T) *pgx.Conn {
	t.Helper()
	url := storetest.Postgres(t)
	storetest.Open(t, url, store.Options{})
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(ctx) })
	return conn
}

// TestWhatIsAskedByTextsIsAskedTogether: every statement of the store that texts are enough for. A parameter within quotes would be
// another text there.
func TestWhatIsAskedByTextsIsAskedTogether(t *testing.T) {
	conn := connected(t)
	looked := 0
	for name, sql := range statements(t) {
		if !strings.HasPrefix(sql, "SELECT") || highest(sql) == 0 {
			continue
		}
		alone, err := conn.Prepare(ctx, "", sql)
		if err != nil || slices.ContainsFunc(alone.ParamOIDs, func(kind uint32) bool { return kind != pgtype.TextOID }) {
			continue // SQLite's, part of another, or not of texts alone
		}
		looked++
		for i, part := range strings.Split(sql, "'") {
			if i%2 == 1 && strings.Contains(part, "$") {
				t.Errorf("%s has a parameter within quotes", name)
			}
		}
		both, err := conn.Prepare(ctx, "", store.Together(sql, 2))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		kind := func(f pgconn.FieldDescription) uint32 { return f.DataTypeOID }
		if !slices.EqualFunc(alone.Fields, both.Fields[:len(both.Fields)-1], func(a, b pgconn.FieldDescription) bool { return kind(a) == kind(b) }) {
			t.Errorf("%s has other columns together", name)
		}
	}
	if looked < 40 {
		t.Errorf("only %d statements were looked at", looked)
	}
}

// TestLinesComeInTheirOrder also where no key is read in its own.
func TestLinesComeInTheirOrder(t *testing.T) {
	s := storetest.Open(t, storetest.Postgres(t)+"&enable_indexscan=off&enable_bitmapscan=off", store.Options{})
	lines := make([]order.Line, 9)
	for i := range lines {
		lines[i] = order.Line{Number: i + 1, State: order.LineActive}
	}
	o := order.Order{ID: "o", Customer: "c", At: noon, Currency: "EUR", Status: order.Completed, Lines: lines}
	for _, act := range []func(*store.Tx) error{
		func(tx *store.Tx) error {
			return errors.Join(store.InsertPartner(tx, string(partner)), store.InsertCustomer(tx, string(partner), "c"), tx.AddOrder(o, ""))
		},
		func(tx *store.Tx) error { // rows that change move
			o, err := tx.Order(own, "c", "o")
			if err != nil {
				return err
			}
			o.Lines[0].State, o.Lines[4].State = order.LineCancelled, order.LineCancelled
			return tx.SaveOrder(o)
		},
	} {
		if _, err := s.UpdateTx(ctx, app.Act{Actor: party.Actor{Scope: own}}, nil, func(tx *store.Tx) (any, error) { return nil, act(tx) }); err != nil {
			t.Fatal(err)
		}
	}
	err := s.OneReader(ctx, func(r *store.Reader) error {
		_, o, err := r.CustomerOrder(own, "c", "o")
		for i, l := range o.Lines {
			if l.Number != i+1 {
				return fmt.Errorf("line %d comes as number %d", l.Number, i+1)
			}
		}
		if len(o.Lines) != len(lines) {
			return fmt.Errorf("%d lines", len(o.Lines))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestManyLookEachUp: what several ask together is looked up for each, also where reading the whole table once would seem cheaper.
func TestManyLookEachUp(t *testing.T) {
	conn := connected(t)
	for _, sql := range []string{
		`INSERT INTO partner (id, kind, body) VALUES ('p', 'direct_bill', '{}')`,
		`INSERT INTO tenant (id) SELECT 'c' || n FROM generate_series(1, 600) n`,
		`INSERT INTO customer (partner_id, id, domain, name, body) SELECT 'p', 'c' || n, 'd' || n, '', '{}' FROM generate_series(1, 600) n`,
		`ANALYZE customer`,
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := conn.Query(ctx, `EXPLAIN `+store.Together(statements(t)["sqlCustomer"], 4), pgx.QueryExecModeExec, "p", "c1", "p", "c2", "p", "c3", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(plan, "\n"); !strings.Contains(all, "Index Scan using customer_pkey") || strings.Contains(all, "Seq Scan") {
		t.Error(all)
	}
}

// TestOneOutlivesALostConnection: what was under way is unavailable, what follows is answered.
func TestOneOutlivesALostConnection(t *testing.T) {
	url := storetest.Postgres(t)
	s := storetest.Open(t, url, store.Options{})
	var lost atomic.Int64
	together(t, 20, 60, func(ctx context.Context, caller, n int) error {
		if caller == 0 {
			if n%10 > 0 {
				return nil
			}
			return cutOff(url)
		}
		err := echo(ctx, s, caller, n)
		if f := fault.Of(err); f != nil && f.Code == "store.unavailable" {
			lost.Add(1)
			return nil
		}
		return err
	})
	if lost.Load() == 0 {
		t.Error("no connection was lost while it was in use")
	}
	var err error
	for n := range 20 { // the pool may hold some that were lost while idle
		if err = echo(t.Context(), s, 0, n); err == nil {
			return
		}
	}
	t.Errorf("afterwards: %v", err)
}

// TestOneLeavesWhileConnectionsAreTaken: all of the pool's, by whoever looks at much.
func TestOneLeavesWhileConnectionsAreTaken(t *testing.T) {
	s := storetest.Open(t, storetest.Postgres(t)+"&pool_max_conns=1", store.Options{})
	err := s.ViewReader(t.Context(), func(r *store.Reader) error {
		if _, err := r.Ints(`SELECT 1`); err != nil {
			return err
		}
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		answer := make(chan error, 1)
		go func() { answer <- echo(ctx, s, 1, 1) }()
		for !s.TripsBegun() { // it stands in the line by then, and the trip waits for the connection
			store.Yield()
		}
		leave()
		select {
		case err := <-answer:
			if err == nil {
				return errors.New("a caller who has gone was answered")
			}
			return nil
		case <-time.After(10 * time.Second):
			return errors.New("a caller who has gone still waits")
		}
	})
	if err == nil {
		err = echo(t.Context(), s, 1, 1)
	}
	if err != nil {
		t.Error(err)
	}
}

// TestOneWaitsNoLongerThanItsCaller on either engine.
func TestOneWaitsNoLongerThanItsCaller(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		together(t, 20, 50, func(ctx context.Context, caller, n int) error {
			if caller%2 > 0 {
				return echo(ctx, s, caller, n)
			}
			ctx, leave := context.WithCancel(ctx)
			leave()
			err := echo(ctx, s, caller, n)
			if err == nil {
				return errors.New("a caller who has gone was answered")
			}
			return nil
		})
		if err := echo(t.Context(), s, 1, 1); err != nil {
			t.Errorf("after those who have gone: %v", err)
		}
	})
}
