package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// demo is what demo.json tells.
type demo struct {
	Tenant       string `json:"tenant"`
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
	Customers    []struct {
		ID      string `json:"id"`
		Country string `json:"country"`
	} `json:"customers"`
}

// database makes the databases of an engine.
func (b *bench) database(ctx context.Context, engine string) (database, error) {
	dir := filepath.Join(b.dir, engine)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	if engine == enginePostgres {
		return startPostgres(ctx)
	}
	return liteDatabase{filepath.Join(dir, "served.db"), filepath.Join(dir, "raw.db")}, nil
}

// learn lets the demo be made, checks out twice, and looks at what the second checkout wrote: the first of a customer
// also opens its billing.
func (b *bench) learn(ctx context.Context, e database, dir string) (d demo, s *shape, err error) {
	server, err := b.serve(ctx, e, dir, "demo")
	if err != nil {
		return d, nil, err
	}
	defer server.kill()
	if d, err = server.demo(); err != nil {
		return d, nil, err
	}
	token, err := server.token(ctx, d)
	if err != nil {
		return d, nil, err
	}
	customer := d.Customers[0].ID
	cart := ""
	var before snapshot
	db, err := e.open(false)
	if err != nil {
		return d, nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for range 2 {
		if cart, err = server.cart(ctx, token, customer, market.Country(d.Customers[0].Country)); err != nil {
			return d, nil, err
		}
		if before, err = read(ctx, db, e.tables()); err != nil {
			return d, nil, err
		}
		if err := server.checkout(ctx, token, customer, cart); err != nil {
			return d, nil, err
		}
	}
	after, err := read(ctx, db, e.tables())
	if err != nil {
		return d, nil, err
	}
	if err := server.stop(); err != nil {
		return d, nil, err
	}
	s, err = shapeOf(before, after, d.Tenant, customer, cart)
	return d, s, err
}

// demo reads demo.json, which is written whole a moment after the server answers.
func (s *server) demo() (d demo, err error) {
	for begin := time.Now(); time.Since(begin) < readyTimeout; time.Sleep(time.Millisecond) {
		text, err := os.ReadFile(filepath.Join(s.data, "demo.json"))
		if err == nil {
			return d, json.Unmarshal(text, &d)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return d, err
		}
	}
	return d, errors.New("no demo.json")
}

// cart makes a cart of three lines that become one order: the same billing cycle and seller.
func (s *server) cart(ctx context.Context, token, customer string, m market.Country) (string, error) {
	type line struct {
		ID            int    `json:"id"`
		CatalogItemID string `json:"catalogItemId"`
		Quantity      int    `json:"quantity"`
		BillingCycle  string `json:"billingCycle"`
		TermDuration  string `json:"termDuration"`
	}
	var in struct {
		LineItems []line `json:"lineItems"`
	}
	for i, p := range []id.Product{sandbox.WindowsServer, sandbox.SQLServer, sandbox.RemoteCAL} {
		in.LineItems = append(in.LineItems, line{i, sandbox.Item(p, "0001", m).String(), 5, "annual", "P1Y"})
	}
	var out struct {
		ID        string `json:"id"`
		LineItems []struct {
			Error any `json:"error"`
		} `json:"lineItems"`
	}
	if err := s.post(ctx, token, "/v1/customers/"+customer+"/carts", in, http.StatusCreated, &out); err != nil {
		return "", err
	}
	for _, l := range out.LineItems {
		if l.Error != nil {
			return "", fmt.Errorf("a line of the cart cannot be bought: %v", l.Error)
		}
	}
	return out.ID, nil
}

// checkout buys a cart and reads the answer whole.
func (s *server) checkout(ctx context.Context, token, customer, cart string) error {
	var out checkoutAnswer
	if err := s.post(ctx, token, checkoutPath(customer, cart), nil, http.StatusCreated, &out); err != nil {
		return err
	}
	return out.check()
}

// checkoutAnswer is what is looked at of a checkout's answer.
type checkoutAnswer struct {
	Orders []struct {
		LineItems []struct {
			SubscriptionID string `json:"subscriptionId"`
		} `json:"lineItems"`
	} `json:"orders"`
	OrderErrors []any `json:"orderErrors"`
}

func (a checkoutAnswer) check() error {
	if len(a.Orders) != 1 || len(a.Orders[0].LineItems) != cartLines || len(a.OrderErrors) != 0 {
		return fmt.Errorf("a checkout did not make one order of %d lines: %+v", cartLines, a)
	}
	return nil
}
