package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
	"github.com/comptoir-dev/comptoir/internal/vault"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// The raw side is a fair measure only if it writes, for each of its checkouts, what ours writes.
func TestRawWritesWhatACheckoutWrites(t *testing.T) {
	dir := t.TempDir()
	for _, engine := range []string{engineSQLite, enginePostgres} {
		t.Run(engine, func(t *testing.T) {
			b := &bench{dir: dir}
			d, err := b.database(t.Context(), engine)
			if err != nil {
				t.Fatal(err)
			}
			shape := checkedOut(t, d)
			t.Log(shape)
			const each = 40
			st, err := layIn(t.Context(), d, shape, []int{each, each})
			if err != nil {
				t.Fatal(err)
			}
			if err := d.copy(t.Context()); err != nil {
				t.Fatal(err)
			}
			before := rawRows(t, d)
			r, err := d.raw(t.Context(), shape)
			if err != nil {
				t.Fatal(err)
			}
			var working sync.WaitGroup
			for range 8 {
				working.Go(func() {
					for {
						customer, cart, err := st.take(sideRaw, 1)
						if errors.Is(err, errSoldOut) {
							return
						}
						if err := r.checkout(customer, cart); err != nil {
							t.Error(err)
							return
						}
					}
				})
			}
			working.Wait()
			if err := r.checkout(st.customers[0], "no such cart"); err == nil {
				t.Error("a cart that is not there was bought")
			}
			r.close()
			after := rawRows(t, d)
			for _, in := range shape.inserts {
				if got := len(after[in.table].less(before[in.table])); got != each*in.rows {
					t.Errorf("%s: %d rows more, want %d", in.table, got, each*in.rows)
				}
			}
			if got := len(after["cart"].less(before["cart"])); got != each {
				t.Errorf("%d carts changed, want %d", got, each)
			}
			want := map[string]int{"orders": 1, "order_line": 3, "subscription": 3, "charge": 3, "activity": 1, "replay": 1}
			for _, in := range shape.inserts {
				if n := want[in.table]; n != 0 && n != in.rows {
					t.Errorf("a checkout was learned to write %d %s, want %d", in.rows, in.table, n)
				}
				delete(want, in.table)
			}
			if len(want) > 0 {
				t.Errorf("not learned: %v", want)
			}
		})
	}
}

func rawRows(t *testing.T, d database) snapshot { return rowsOf(t, d, true) }

func rowsOf(t *testing.T, d database, raw bool) snapshot {
	t.Helper()
	db, err := d.open(raw)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, db)
	all, err := read(t.Context(), db, d.tables())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func closed(t *testing.T, db *sql.DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// checkedOut makes a demo in the served database and learns from a checkout through the use cases.
func checkedOut(t *testing.T, d database) *shape {
	t.Helper()
	ctx := context.Background()
	secrets, err := vault.Open(vault.Options{Dir: filepath.Join(t.TempDir(), "secrets"), Create: true, Env: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(ctx, d.url(), store.Options{Sealer: secrets.Vault})
	if err != nil {
		t.Fatal(err)
	}
	clock := when.NewFixed(time.Now().UTC())
	a := &app.App{Store: s, Due: s, Clock: clock, Wall: when.Wall{}, IDs: id.Random{}, Vault: secrets.Vault}
	seeder := sandbox.Seeder{App: a, Clock: clock, Keys: func(pool, version string, n int) string { return fmt.Sprint(pool, version, n) }}
	seeded, err := seeder.Seed(ctx, time.Now().UTC())
	if err != nil {
		t.Fatal(err)
	}
	who := party.Actor{
		Scope: party.NewScope(seeded.Partner.ID, ""), Kind: seeded.Partner.Kind, Name: "bench", Roles: party.RolesOf(party.AdminAgent, party.GlobalAdmin),
	}
	c := seeded.Customers[0]
	var lines []order.CartLine
	for i, p := range []id.Product{sandbox.WindowsServer, sandbox.SQLServer, sandbox.RemoteCAL} {
		lines = append(lines, order.CartLine{
			ID: i, Item: sandbox.Item(p, "0001", c.Country()), Quantity: 5, Plan: catalog.Annual, Term: when.Year,
		})
	}
	var cart order.Cart
	_, err = a.CreateCart(ctx, who, app.Request{Answer: func(out any) (app.Reply, error) {
		cart = out.(order.Cart)
		return app.Reply{}, nil
	}}, c.ID, order.Cart{Lines: lines})
	if err != nil {
		t.Fatal(err)
	}
	before := rowsOf(t, d, false)
	path := checkoutPath(string(c.ID), string(cart.ID))
	req := app.Request{ID: id.Random{}.GUID(), Method: http.MethodPost, Path: path, Answer: func(any) (app.Reply, error) {
		return app.Reply{Status: http.StatusCreated, Body: []byte("{}")}, nil
	}}
	if _, err := a.Checkout(ctx, who, req, c.ID, cart.ID, app.Asked{}); err != nil {
		t.Fatal(err)
	}
	after := rowsOf(t, d, false)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	shape, err := shapeOf(before, after, string(seeded.Partner.ID), string(c.ID), string(cart.ID))
	if err != nil {
		t.Fatal(err)
	}
	return shape
}
