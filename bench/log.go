package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/jobs"
	"github.com/comptoir-dev/comptoir/internal/store/storetest/pg"
	"github.com/comptoir-dev/comptoir/internal/vault"
)

// The goals of the integrator (docs/performance.md).
const (
	goalLag  = time.Second
	goalCost = 0.10 // of the writers' rate
)

const (
	logClients = 64
	logRounds  = 6 // pairs of one with the integrator and one without, in turn
	logBuyers  = 2000
)

// logged is what the log's integrator costs and how far it stays behind.
type logged struct {
	engine        string
	with, without figures
	lag           time.Duration // of the record that waited longest
	records       int64         // numbered while counting
}

// log measures orders with and without the integrator, in turn, in one process: the use case without a door, so that what
// the integrator takes weighs more than it does in a server.
func (b *bench) log(ctx context.Context, engine string) error {
	dir := filepath.Join(b.dir, "log-"+engine)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	url := "sqlite:" + filepath.Join(dir, "log.db")
	if engine == enginePostgres {
		server, err := pg.Shared(ctx)
		if err != nil {
			return err
		}
		if url, err = server.Create(ctx, "log", ""); err != nil {
			return err
		}
	}
	if err := stockBilling(ctx, dir, url, logBuyers*perCustomer); err != nil {
		return fmt.Errorf("laying in customers: %w", err)
	}
	found, err := b.loggedOn(ctx, engine, dir, url)
	if err != nil {
		return err
	}
	found.say(os.Stdout)
	b.report.logged = append(b.report.logged, found)
	return os.RemoveAll(dir)
}

func (b *bench) loggedOn(ctx context.Context, engine, dir, url string) (out logged, err error) {
	out.engine = engine
	clock := when.NewMovable(when.Wall{}, stockedAt.Sub(when.Wall{}.Now()), stockedAt)
	a, st, err := openApp(ctx, dir, url, clock, false)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	secrets, err := vault.Open(vault.Options{Dir: filepath.Join(dir, "secrets")})
	if err != nil {
		return out, err
	}
	partner, customers, err := buyersOf(ctx, a)
	if err != nil {
		return out, err
	}
	lag := &lagging{TreeStore: st}
	buy := lag.acknowledged(buying(ctx, a, partner, customers))
	key := secrets.LogKey()
	with := func() error {
		integrator := &app.Integrator{Store: lag, Key: key.Signer, Wall: when.Wall{}}
		if _, err := integrator.CatchUp(ctx); err != nil { // what a round without it left
			return err
		}
		stop := lag.watch(ctx, integrator, filepath.Join(dir, "checkpoints.txt"), key.Known)
		f, _, err := drive(logClients, b.measure/2, buy)
		if serr := stop(); err == nil {
			err = serr
		}
		if err == nil {
			out.with.add(f)
		}
		return err
	}
	without := func() error {
		f, _, err := drive(logClients, b.measure/2, buy)
		if err == nil {
			out.without.add(f)
		}
		return err
	}
	for round := range logRounds {
		pair := []func() error{with, without}
		if round%2 > 0 { // the store grows meanwhile: neither side comes first more often
			pair[0], pair[1] = pair[1], pair[0]
		}
		for _, side := range pair {
			if err := side(); err != nil {
				return out, err
			}
		}
	}
	out.lag, out.records = lag.longest, lag.numbered
	return out, nil
}

// lagging notes when the n-th order was acknowledged, each with one record, and when the tree had as many records more.
type lagging struct {
	app.TreeStore
	mu       sync.Mutex
	watching bool
	acked    []time.Time // not numbered yet
	ahead    int         // numbered, and not acknowledged yet
	longest  time.Duration
	numbered int64
}

func (l *lagging) acknowledged(buy func(int) error) func(int) error {
	return func(client int) error {
		err := buy(client)
		l.mu.Lock()
		defer l.mu.Unlock()
		switch {
		case !l.watching || err != nil:
		case l.ahead > 0:
			l.ahead--
		default:
			l.acked = append(l.acked, time.Now())
		}
		return err
	}
}

// Grow implements app.TreeStore.
func (l *lagging) Grow(ctx context.Context, g app.Growth) (bool, error) {
	ok, err := l.TreeStore.Grow(ctx, g)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.watching && ok {
		now := time.Now()
		n := min(len(g.Seqs), len(l.acked)) // some are seen committed before their answer is heard
		l.ahead += len(g.Seqs) - n
		if n > 0 {
			l.longest = max(l.longest, now.Sub(l.acked[0]))
		}
		l.acked = l.acked[n:]
		l.numbered += int64(len(g.Seqs))
	}
	return ok, err
}

// watch runs the integrator as a server does; what it leaves at the end is numbered, and counts.
func (l *lagging) watch(ctx context.Context, i *app.Integrator, file string, keys []note.Verifier) (stop func() error) {
	l.mu.Lock()
	l.watching, l.acked, l.ahead = true, nil, 0
	l.mu.Unlock()
	job := jobs.Log{
		Tree: i, Files: &jobs.Checkpoints{Path: file, Keys: keys}, Every: time.Second, Wall: when.Wall{},
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	}
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { job.Run(ctx) })
	return func() error {
		cancel()
		running.Wait()
		l.mu.Lock()
		defer l.mu.Unlock()
		l.watching = false
		if len(l.acked) > 0 {
			return fmt.Errorf("%d orders were acknowledged that no record was numbered for", len(l.acked))
		}
		return nil
	}
}

func (l logged) cost() float64 { return 1 - l.with.rate()/l.without.rate() }

func (l logged) say(w io.Writer) {
	fmt.Fprintf(w, "\n%-9s %d clients: %.0f orders/s with the integrator (p99 %.1f ms), %.0f/s without (p99 %.1f ms): it costs %.1f %%; %d records numbered, the longest waited %.0f ms\n",
		l.engine, logClients, l.with.rate(), milliseconds(l.with.at(0.99)), l.without.rate(), milliseconds(l.without.at(0.99)), 100*l.cost(), l.records, milliseconds(l.lag))
}

// goals says what was reached.
func (l logged) goals(say func(met bool, format string, args ...any)) {
	say(l.cost() <= goalCost, "%s, activity log: the integrator costs %.1f %% of the writers' rate (at most %.0f %%)", l.engine, 100*l.cost(), 100*goalCost)
	say(l.lag <= goalLag, "%s, activity log: a record is numbered after at most %.0f ms at %.0f orders/s (at most %.0f ms)", l.engine, milliseconds(l.lag), l.with.rate(), milliseconds(goalLag))
}
