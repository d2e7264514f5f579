package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

const (
	readClients = 32
	readIDs     = 10_000 // at most, asked for in turn
	goalGet     = 5 * time.Millisecond
)

// readable is what is read by its id: the query that lists ids, each with its customer's, the rows of one by primary key,
// and the address of one.
type readable struct{ name, ids, rows, path string }

var readables = []readable{
	{"customer", `SELECT id, id FROM customer WHERE partner_id = $1 ORDER BY id LIMIT $2`,
		`SELECT id, domain, reseller_id, version, body FROM customer WHERE partner_id = $1 AND id = $2 AND id = $3`,
		"/v1/customers/%s"},
	{"subscription", `SELECT customer_id, id FROM subscription WHERE partner_id = $1 ORDER BY id LIMIT $2`,
		`SELECT id, order_id, parent_id, state, ordered_at, version, body FROM subscription
			WHERE partner_id = $1 AND customer_id = $2 AND id = $3`,
		"/v1/customers/%s/subscriptions/%s"},
	{"order", `SELECT customer_id, id FROM orders WHERE partner_id = $1 ORDER BY id LIMIT $2`,
		`SELECT o.id, o.plan, o.currency, o.at, o.status, o.version, l.n, l.subscription_id, l.state, l.ended_at, l.body
			FROM orders o JOIN order_line l ON l.partner_id = o.partner_id AND l.order_id = o.id
			WHERE o.partner_id = $1 AND o.customer_id = $2 AND o.id = $3 ORDER BY l.n`,
		"/v1/customers/%s/orders/%s"},
}

func (r readable) target(customer, key string) string {
	if strings.Count(r.path, "%s") == 1 {
		return fmt.Sprintf(r.path, key)
	}
	return fmt.Sprintf(r.path, customer, key)
}

// got is one kind read by id on one engine.
type got struct {
	engine, name string
	ids          int
	raw, http    figures // as fast as they are answered
	rawPaced     figures // asked some times a second (-pace)
	paced        figures // the same through HTTP
}

func (g got) say(w io.Writer) {
	fmt.Fprintf(w, "%-9s GET %s by id, %d ids, %d clients\n", g.engine, g.name, g.ids, readClients)
	for _, l := range [...]struct {
		how       string
		http, raw figures
	}{{"flat out", g.http, g.raw}, {"paced", g.paced, g.rawPaced}} {
		fmt.Fprintf(w, "%10s %-10s %6.0f/s, p50 %.2f ms, p99 %.2f ms; database alone %6.0f/s, p50 %.2f ms, p99 %.2f ms; others %.0f %%\n", "", l.how,
			l.http.rate(), milliseconds(l.http.at(0.5)), milliseconds(l.http.at(0.99)),
			l.raw.rate(), milliseconds(l.raw.at(0.5)), milliseconds(l.raw.at(0.99)), 100*max(l.raw.others(), l.http.others()))
	}
}

func (g got) goal(say func(met bool, format string, args ...any)) {
	for _, l := range [...]struct {
		how       string
		http, raw figures
	}{{"flat out", g.http, g.raw}, {"paced", g.paced, g.rawPaced}} {
		p99 := l.http.at(0.99)
		say(p99 <= goalGet, "%s, GET %s by id, %d clients, %s, %.0f a second: p99 %.2f ms (at most %.0f ms; the database alone %.2f ms)", g.engine, g.name,
			readClients, l.how, l.http.rate(), milliseconds(p99), milliseconds(goalGet), milliseconds(l.raw.at(0.99)))
	}
}

// reads reads by id what the checkouts left, through the server and from its very database without it, in turn.
func (b *bench) reads(ctx context.Context, engine string, e database, s *server, token, partner string, st *stock) (err error) {
	db, err := e.open(false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(pgConns)
	db.SetMaxIdleConns(pgConns)
	fmt.Println()
	if err := b.floor(s); err != nil {
		return err
	}
	for _, r := range readables {
		keys, err := r.keys(ctx, db, partner, st.customers)
		if err != nil {
			return fmt.Errorf("ids of a %s: %w", r.name, err)
		}
		g := got{engine: engine, name: r.name, ids: len(keys)}
		for range rounds {
			f, err := b.readRaw(ctx, e, db, r, partner, keys, 0)
			if err != nil {
				return fmt.Errorf("raw, %s: %w", r.name, err)
			}
			g.raw.add(f)
			if f, err = b.readHTTP(e, s, token, r, keys, 0); err != nil {
				return fmt.Errorf("http, %s: %w", r.name, err)
			}
			g.http.add(f)
		}
		for range rounds {
			f, err := b.readRaw(ctx, e, db, r, partner, keys, b.pace)
			if err != nil {
				return fmt.Errorf("raw, %s: %w", r.name, err)
			}
			g.rawPaced.add(f)
			if f, err = b.readHTTP(e, s, token, r, keys, b.pace); err != nil {
				return fmt.Errorf("http, %s: %w", r.name, err)
			}
			g.paced.add(f)
		}
		b.report.gets = append(b.report.gets, g)
		g.say(os.Stdout)
	}
	return ctx.Err()
}

// floor says what an answer without any work takes where clients and server share the machine: nothing read by id can be quicker.
func (b *bench) floor(s *server) error {
	f, _, err := driveFlat(s.addr, "", func() (string, string, string) { return "/healthz", partnerID, "ok" }, b.measure/rounds)
	if err == nil {
		fmt.Printf("%-9s GET /healthz, which reads nothing, %d clients, flat out: %.0f/s, p50 %.2f ms, p99 %.2f ms\n", "", readClients, f.rate(), milliseconds(f.at(0.5)), milliseconds(f.at(0.99)))
	}
	return err
}

// keys are pairs of customer and id, of customers that were laid in: the demo's have what cannot be read by id.
func (r readable) keys(ctx context.Context, db *sql.DB, partner string, customers []string) (keys [][2]string, err error) {
	rows, err := db.QueryContext(ctx, r.ids, partner, readIDs)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	ours := map[string]bool{}
	for _, c := range customers {
		ours[c] = true
	}
	for rows.Next() {
		var k [2]string
		if err := rows.Scan(&k[0], &k[1]); err != nil {
			return nil, err
		}
		if ours[k[0]] {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil, errors.Join(rows.Err(), errors.New("there are none"))
	}
	return keys, rows.Err()
}

// readRaw reads rate times a second, or with 0 as fast as it is answered.
func (b *bench) readRaw(ctx context.Context, e database, db *sql.DB, r readable, partner string, keys [][2]string, rate float64) (f figures, err error) {
	st, err := db.PrepareContext(ctx, r.rows)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	var next atomic.Int64
	meters := []meter{machineCPU, ownCPU}
	if m := e.cpu(); m != nil {
		meters = append(meters, m)
	}
	f, used, err := b.drive(rate, func(int) error {
		k := keys[int(next.Add(1))%len(keys)]
		return readRows(ctx, st, partner, k[0], k[1])
	}, meters...)
	if err != nil {
		return f, err
	}
	f.busy, f.cpu = used[0], used[1]
	if len(used) > 2 {
		f.db = used[2]
	}
	return f, nil
}

// readRows reads the rows of one thing to their end, every column.
func readRows(ctx context.Context, st *sql.Stmt, args ...any) (err error) {
	rows, err := st.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	row := make([]any, len(columns))
	for i := range row {
		row[i] = new(any)
	}
	n := 0
	for ; rows.Next(); n++ {
		if err := rows.Scan(row...); err != nil {
			return err
		}
	}
	if n == 0 {
		return errors.Join(rows.Err(), fmt.Errorf("no rows of %v", args))
	}
	return rows.Err()
}

func (b *bench) drive(rate float64, act func(client int) error, meters ...meter) (figures, []time.Duration, error) {
	if rate == 0 {
		return drive(readClients, b.measure/rounds, act, meters...)
	}
	return drivePaced(readClients, b.measure/rounds, rate, act, meters...)
}

// readHTTP is readRaw through the server.
func (b *bench) readHTTP(e database, s *server, token string, r readable, keys [][2]string, rate float64) (f figures, err error) {
	meters := []meter{machineCPU, cpuOf(s.cmd.Process.Pid), ownCPU}
	if m := e.cpu(); m != nil {
		meters = append(meters, m)
	}
	var next atomic.Int64
	key := func() [2]string { return keys[int(next.Add(1))%len(keys)] }
	var used []time.Duration
	if rate == 0 {
		f, used, err = driveFlat(s.addr, token, func() (string, string, string) {
			k := key()
			return r.target(k[0], k[1]), k[0], `"` + k[1] + `"`
		}, b.measure/rounds, meters...)
	} else {
		f, used, err = b.readPaced(s, token, r, key, rate, meters...)
	}
	if err != nil {
		return f, fmt.Errorf("%w\n%s", err, s.said())
	}
	f.busy, f.cpu, f.load = used[0], used[1], used[2]
	if len(used) > 3 {
		f.db = used[3]
	}
	return f, nil
}

func (b *bench) readPaced(s *server, token string, r readable, key func() [2]string, rate float64, meters ...meter) (f figures, used []time.Duration, err error) {
	callers := make([]*caller, readClients)
	for i := range callers {
		if callers[i], err = newCaller(s.addr, token); err != nil {
			return f, nil, err
		}
		defer func() { _ = callers[i].conn.Close() }()
	}
	return b.drive(rate, func(client int) error {
		k := key()
		return callers[client].get(r.target(k[0], k[1]), k[0], k[1])
	}, meters...)
}

// get reads what has an id, and looks for the id in the answer.
func (c *caller) get(target, customer, key string) error {
	status, err := c.call(http.MethodGet, target, customer)
	if err != nil {
		return err
	}
	if status != http.StatusOK || !strings.Contains(string(c.body), `"`+key+`"`) {
		return fmt.Errorf("GET %s was answered otherwise than with 200 and its id: %d %.500s", target, status, c.body)
	}
	return nil
}
