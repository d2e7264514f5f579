package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/collector"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/jobs"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// billingProcess is the first argument of this program when it does a part of the billing measure.
const billingProcess = "billing-process"

// billingRun is what a run found, as its process tells it.
type billingRun struct {
	Done      int           // charged and invoiced
	Took      time.Duration // for that
	Chunks    int
	Median    time.Duration // of all chunks
	Most      time.Duration // of 99 of 100 chunks
	CPU       time.Duration // of this process
	Longest   time.Duration // of one chunk, from its lock to its commit
	Private   int64         // bytes, at most
	Before    time.Duration // p99 of a checkout
	During    time.Duration
	Checkouts int // during
}

const (
	besideClients = 8
	besideTime    = 8 * time.Second  // how long checkouts are measured without the run
	besideMost    = 40 * time.Second // and with it: a run that takes longer is ended there
)

func runBillingProcess(args []string) error {
	part, dir, url, profile := args[0], args[1], args[2], args[4]
	n, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	collector.Tune() // as the server does
	ctx := context.Background()
	var out billingRun
	switch {
	case part == "stock":
		return stockBilling(ctx, dir, url, n)
	case part == "beside":
		out, err = runBilling(ctx, dir, url, firstRun, secondRun, true)
	case profile != "":
		err = profiled(profile, func() (err error) {
			out, err = runBilling(ctx, dir, url, stockedAt, firstRun, false)
			return err
		})
	default:
		out, err = runBilling(ctx, dir, url, stockedAt, firstRun, false)
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

// timed is a store that notes how long chunks take, from behind their locks to the end of their commit.
type timed struct {
	app.Store
	mu     sync.Mutex
	chunks []time.Duration
}

// Update implements app.Store.
func (t *timed) Update(ctx context.Context, act app.Act, fn func(app.Tx) (any, error)) (app.Reply, error) {
	if len(act.Lock.Customers) == 0 {
		return t.Store.Update(ctx, act, fn)
	}
	var began time.Time
	reply, err := t.Store.Update(ctx, act, func(tx app.Tx) (any, error) {
		began = time.Now()
		return fn(tx)
	})
	if err != nil {
		return reply, err
	}
	took := time.Since(began)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.chunks = append(t.chunks, took)
	return reply, nil
}

// withoutBills leaves the bills to customers alone, which follow a partner's invoice and are no part of this measure.
type withoutBills struct{ app.DueStore }

// DueAfter implements app.DueStore.
func (w withoutBills) DueAfter(after app.Due, until time.Time, limit int) ([]app.Due, error) {
	dues, err := w.DueStore.DueAfter(after, until, limit)
	return slices.DeleteFunc(dues, func(d app.Due) bool { return !d.Period.Start.IsZero() }), err
}

// runBilling sweeps from one instant to another, alone or beside checkouts.
func runBilling(ctx context.Context, dir, url string, from, until time.Time, beside bool) (out billingRun, err error) {
	clock := when.NewMovable(when.Wall{}, from.Sub(when.Wall{}.Now()), from)
	a, st, err := openApp(ctx, dir, url, clock, false)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	store := &timed{Store: a.Store}
	swept := *a
	swept.Store, swept.Due = store, withoutBills{a.Due}
	sweep := jobs.Sweep{App: &swept, Clock: clock, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	run := func(ctx context.Context) error {
		began := time.Now()
		used, err := ownCPU()
		if err != nil {
			return err
		}
		err = sweep.To(ctx, until, func(app.Happened) { out.Done++ })
		out.Took = time.Since(began)
		after, cerr := ownCPU()
		out.CPU = after - used
		return errors.Join(err, cerr)
	}
	stop := watchPrivate(&out.Private)
	defer func() { stop() }()
	if !beside {
		err = run(ctx)
	} else if err = checkouts(ctx, a, &out, run); err != nil {
		return out, err
	}
	if out.Chunks = len(store.chunks); out.Chunks > 0 {
		slices.Sort(store.chunks)
		out.Median, out.Most, out.Longest = store.chunks[out.Chunks/2], store.chunks[out.Chunks*99/100], store.chunks[out.Chunks-1]
	}
	return out, err
}

// checkouts lets clients buy as fast as they are answered, without the run and with it.
func checkouts(ctx context.Context, a *app.App, out *billingRun, run func(context.Context) error) error {
	partner, customers, err := buyersOf(ctx, a)
	if err != nil {
		return err
	}
	buy := buying(ctx, a, partner, customers)
	f, _, err := drive(besideClients, besideTime, buy)
	if err != nil {
		return err
	}
	out.Before = f.at(0.99)
	limited, cancel := context.WithTimeout(ctx, besideMost)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- run(limited) }()
	var during figures
	for {
		f, _, err := drive(besideClients, time.Second, buy)
		if err != nil {
			return err
		}
		during.add(f)
		select {
		case err := <-ended:
			out.During, out.Checkouts = during.at(0.99), len(during.times)
			if limited.Err() != nil {
				return nil
			}
			return err
		default:
		}
	}
}

// buying is one order of three lines by one of the customers.
func buying(ctx context.Context, a *app.App, partner party.Partner, customers []party.Customer) func(int) error {
	who := everybody(partner)
	return func(int) error {
		c := customers[rand.IntN(len(customers))]
		var lines []order.CartLine
		for _, p := range []id.Product{sandbox.WindowsServer, sandbox.SQLServer, sandbox.RemoteCAL} {
			lines = append(lines, order.CartLine{Item: sandbox.Item(p, "0001", c.Country()), Quantity: 5, Plan: catalog.Annual, Term: when.Year})
		}
		req := app.Request{ID: id.Random{}.GUID(), Method: "POST", Path: "/bench", Answer: func(any) (app.Reply, error) { return app.Reply{Status: 201}, nil }}
		_, err := a.PlaceOrder(ctx, who, req, c.ID, lines, app.Asked{})
		return err
	}
}

// buyersOf is the partner and some of its customers.
func buyersOf(ctx context.Context, a *app.App) (p party.Partner, cs []party.Customer, err error) {
	dues, err := a.Due.NextDue(when.Never, 1000)
	if err != nil {
		return p, nil, err
	}
	err = a.Store.View(ctx, func(r app.Reader) error {
		for _, d := range dues {
			if d.Subscription == "" {
				continue
			}
			c, err := r.Customer(d.Scope, d.Customer)
			if err != nil {
				return err
			}
			if len(c.CompanyName) > 6 && c.CompanyName[:6] == "Billed" {
				cs = append(cs, c)
				if p, err = r.Partner(d.Scope); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if len(cs) == 0 {
		err = errors.Join(err, errors.New("no customer is billed"))
	}
	return p, cs, err
}

// watchPrivate notes the most private memory this process has, until it is stopped.
func watchPrivate(most *int64) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			if n, err := statusOf(os.Getpid(), "RssAnon:"); err == nil {
				*most = max(*most, n)
			}
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() { close(done); <-ended }
}
