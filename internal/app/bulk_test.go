package app_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx", for a look at the tables

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/vault/vaulttest"
)

// oneByOne is a store that takes no chunks: everything due is done in a transaction of its own.
type oneByOne struct {
	app.Store
	refused int
}

// Update implements app.Store.
func (s *oneByOne) Update(ctx context.Context, act app.Act, fn func(app.Tx) (any, error)) (app.Reply, error) {
	if len(act.Lock.Customers) > 0 {
		s.refused++
		return app.Reply{}, errors.New("one by one")
	}
	return s.Store.Update(ctx, act, fn)
}

// TestE13BulkIsOneByOne plays one life twice, and does what falls due in the four months after it in bulk and one by one:
// the rows that come of it are the same, and so is what is told.
func TestE13BulkIsOneByOne(t *testing.T) {
	secrets := vaulttest.Secrets(t)
	for engine, url := range map[string]func(testing.TB) (string, told){"sqlite": story.SQLite, "pgx": story.Postgres} {
		t.Run(engine, func(t *testing.T) {
			var rows [2][]string
			var told [2][]app.Happened
			for way := range 2 {
				at, of := url(t)
				w := newWorld(t, at, of, secrets, nil)
				w.live()
				single := &oneByOne{Store: w.store}
				if way == 1 {
					w.Store = single
				}
				if err := w.RunDue(context.Background(), w.clock.Now().AddDate(0, 4, 0), w.clock.Set, func(h app.Happened) { told[way] = append(told[way], h) }); err != nil {
					t.Fatal(err)
				}
				if way == 1 && single.refused == 0 {
					t.Error("nothing was to be done in bulk")
				}
				w.books()
				rows[way] = tables(t, engine, at)
			}
			if diff := cmp.Diff(rows[1], rows[0]); diff != "" {
				t.Errorf("one by one -, in bulk +:\n%s", diff)
			}
			if diff := cmp.Diff(told[1], told[0], cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })); diff != "" {
				t.Errorf("told one by one -, in bulk +:\n%s", diff)
			}
			if len(told[0]) < 500 {
				t.Errorf("only %d things happened", len(told[0]))
			}
		})
	}
}

// live is what happens before: many subscriptions charged each month, at one instant and at following ones, and lives of
// every kind.
func (w *world) live() {
	for i := range 6 {
		w.clock.Set(now.Add(time.Duration(i/2) * time.Second))
		for _, c := range w.seeded.Customers[:2] {
			var lines []order.CartLine
			for range 15 {
				lines = append(lines, order.CartLine{Item: sandbox.Item(sandbox.MailSuite, "0001", c.Country()), Quantity: int64(3 + i), Plan: catalog.Monthly, Term: when.Year})
			}
			if _, err := do[app.Purchase](w, func(req app.Request) (app.Reply, error) {
				return w.PlaceOrder(context.Background(), w.who, req, c.ID, lines, app.Asked{})
			}); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	g := &game{world: w, rng: rand.New(rand.NewSource(3))}
	for range 60 {
		g.trail = append(g.trail, "")
		switch g.rng.Intn(4) {
		case 0, 1:
			g.buy()
		case 2:
			g.change()
		default:
			g.activate()
		}
	}
}

// made is an id that the source made after the first few thousand, or the short name of one.
var made = regexp.MustCompile(`0000[0-9a-f]{4}-0000-4000-8000-[0-9a-f]{12}|0{20,}[0-9a-f]+`)

// tables are the rows of what the sweep writes, as text in order, without ids: what has none keeps a place by its words.
func tables(t *testing.T, engine, url string) (out []string) {
	t.Helper()
	db, err := sql.Open(engine, strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, query := range []string{
		`SELECT partner_id, at, customer_id, order_id, line, subscription_id, currency, net, tax, body FROM charge`,
		`SELECT partner_id, n, at, account, currency, amount FROM posting`,
		`SELECT partner_id, at, customer_id, customer_name, operation, resource, security, body FROM activity`,
		`SELECT partner_id, customer_id, id, order_id, parent_id, state, ordered_at, n, due_at, version, body FROM subscription`,
		`SELECT partner_id, customer_id, plan, currency, at, n, status, system, version FROM orders`,
		`SELECT partner_id, n, subscription_id, state, ended_at, body FROM order_line`,
		`SELECT partner_id, id, number, document, edition, currency, period_start, issued_at, due_at, net, tax, lines, charges, carried, carry_out FROM invoice`,
		`SELECT partner_id, currency, due_at FROM account`,
		`SELECT partner_id, id, version, body FROM customer`,
		`SELECT partner_id, customer_id, product_id, sku_id, n, subscription_id FROM slot`,
	} {
		rows, err := db.Query(query)
		if err != nil {
			t.Fatal(err)
		}
		var some []string
		for rows.Next() {
			columns, _ := rows.Columns()
			row := make([]any, len(columns))
			for i := range row {
				row[i] = new(any)
			}
			if err := rows.Scan(row...); err != nil {
				t.Fatal(err)
			}
			line := query[strings.LastIndex(query, " ")+1:]
			for _, v := range row {
				if b, ok := (*v.(*any)).([]byte); ok {
					*v.(*any) = string(b)
				}
				line += fmt.Sprint("|", *v.(*any))
			}
			some = append(some, made.ReplaceAllString(line, "#"))
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
		slices.Sort(some)
		out = append(out, some...)
	}
	return out
}

// TestOneBadItemStopsNobodyElse: a subscription whose row is damaged is held back with its customer, and the invoice of its
// partner waits. All others are charged. Once it is mended, the next run does what is left, and it is on the invoice.
func TestOneBadItemStopsNobodyElse(t *testing.T) {
	secrets := vaulttest.Secrets(t)
	for engine, url := range map[string]func(testing.TB) (string, told){"sqlite": story.SQLite, "pgx": story.Postgres} {
		t.Run(engine, func(t *testing.T) {
			at, of := url(t)
			w := newWorld(t, at, of, secrets, nil)
			w.live()
			db, err := sql.Open(engine, strings.TrimPrefix(at, "sqlite:"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			do := func(query string, args ...any) {
				if _, err := db.Exec(query, args...); err != nil {
					t.Fatal(err)
				}
			}
			bad := w.seeded.Customers[0].ID
			until := w.clock.Now().AddDate(0, 2, 0)
			var sub, body string
			var since int64
			if err := db.QueryRow(`SELECT id, body, due_at FROM subscription WHERE customer_id = $1 AND due_at < $2 AND state = 'active' ORDER BY due_at, id LIMIT 1`,
				bad, until.UnixMicro()).Scan(&sub, &body, &since); err != nil {
				t.Fatal(err)
			}
			do(`UPDATE subscription SET body = '{' WHERE id = $1`, sub)

			g := &game{world: w, trail: []string{""}}
			var told []app.Happened
			run := func() error {
				told = nil
				err := w.RunDue(context.Background(), until, g.forward, func(h app.Happened) { told = append(told, h) })
				g.forward(until)
				return err
			}
			if err := run(); !errors.Is(err, app.ErrHeldBack) || !strings.Contains(err.Error(), sub) {
				t.Errorf("the run says %v", err)
			}
			for _, h := range told {
				if string(h.Subscription) == sub || h.At.UnixMicro() > since && h.Invoice != "" && w.invoiceOf(h) {
					t.Errorf("%+v happened, though what came before did not", h)
				}
			}
			var left int
			if err := db.QueryRow(`SELECT COUNT(*) FROM subscription WHERE due_at <= $1 AND customer_id <> $2`, until.UnixMicro(), bad).Scan(&left); err != nil || left > 0 {
				t.Errorf("%d of others are left (%v)", left, err)
			}
			do(`UPDATE subscription SET body = $1 WHERE id = $2`, body, sub)
			if err := run(); err != nil {
				t.Error(err)
			}
			invoices := 0
			for _, h := range told {
				if h.At.UnixMicro() > since && h.Invoice != "" && w.invoiceOf(h) {
					invoices++
				}
			}
			if invoices == 0 {
				t.Error("the invoice did not come")
			}
			g.audit()
		})
	}
}

// invoiceOf tells whether what happened is an invoice of the partner that is looked at.
func (w *world) invoiceOf(h app.Happened) bool {
	_, err := w.Invoice(context.Background(), w.who, h.Invoice)
	return err == nil
}
