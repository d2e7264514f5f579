// Bench measures, in one run, what a database does with the rows of one checkout and what our HTTP does in front of it,
// on both engines, and says which goals of docs/performance.md are met. Only ratios within a run count: figures of two
// runs, or of two machines, say little about each other.
//
//	go run ./bench [-measure checkout,billing,reveal,downloads,log,pages,web] [-engine sqlite,postgres] [-clients 1,8,32,64]
//		[-seconds 8] [-pace 1000] [-subscriptions 100000] [-records 10000000] [-dir FOLDER] [-profile FOLDER]
//
// It needs Linux (it reads /proc) and PostgreSQL 15 (see internal/store/storetest/pg). It talks to the loopback alone.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/comptoir-dev/comptoir/internal/store/storetest/pg"
)

// flags narrow a run.
type flags struct {
	measures      []string
	engines       []string
	clients       []int
	subscriptions int           // that a billing run charges
	records       int           // of the log that pages are read of
	webRecords    int           // of the log behind the pages of people
	laid          string        // the database of that log, when it is to stay
	measure       time.Duration // of one row, after its warm-up
	pace          float64       // reads by id a second, of all clients together
	dir           string        // where databases are made
	profile       string        // folder for CPU profiles of the server; empty: the released binary is measured
}

// rounds a row is measured in, raw and HTTP in turn: so what else the machine does falls on both.
const rounds = 2

const (
	engineSQLite   = "sqlite"
	enginePostgres = "postgres"

	measureCheckout = "checkout"
	measureBilling  = "billing"
	measureLog      = "log"
	measurePages    = "pages"
)

func main() {
	if len(os.Args) == 7 && os.Args[1] == billingProcess {
		if err := runBillingProcess(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, "bench: the billing run:", err)
			os.Exit(1)
		}
		return
	}
	if len(os.Args) == 3 && os.Args[1] == plainServer {
		if err := servePlain(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, "bench: the plain server:", err)
			os.Exit(1)
		}
		return
	}
	if len(os.Args) > 1 && os.Args[1] == profiledServer {
		if err := serveProfiled(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, "bench: the profiled server:", err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	f, err := parseFlags()
	if err == nil {
		err = run(ctx, f)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func parseFlags() (flags, error) {
	measures := flag.String("measure", "checkout,billing", "what is measured, separated by commas: checkout, billing, reveal, downloads, log, pages, web")
	records := flag.Int("records", 10_000_000, "of the log that pages are read of, 100000 to 20000000")
	webRecords := flag.Int("web-records", 100_000, "of the log behind the pages of people, 0 to 20000000")
	subscriptions := flag.Int("subscriptions", 100_000, "that a billing run charges or that stand behind the pages of people, 1000 to 10000000")
	engines := flag.String("engine", "sqlite,postgres", "engines, separated by commas")
	clients := flag.String("clients", "1,8,32,64", "numbers of clients, separated by commas")
	seconds := flag.Int("seconds", 8, "how long each row is measured, 1 to 60")
	pace := flag.Float64("pace", 1000, "reads by id a second, of 32 clients together, 1 to 100000: the default is more than a server sells")
	laid := flag.String("laid", "", "sqlite:PATH or postgres://…: pages are read of this database alone, which is filled when it has no records, and stays")
	dir := flag.String("dir", "", "folder on a real disk; the default is the temporary folder, or another where that is memory")
	profile := flag.String("profile", "", "write CPU and allocation profiles of the server into this folder")
	flag.Parse()
	f := flags{measures: strings.Split(*measures, ","), subscriptions: *subscriptions, records: *records, webRecords: *webRecords, laid: *laid, engines: strings.Split(*engines, ","), measure: time.Duration(*seconds) * time.Second, pace: *pace, dir: *dir, profile: *profile}
	for _, m := range f.measures {
		if known := []string{measureCheckout, measureBilling, measureReveal, measureDownloads, measureLog, measurePages, measureWeb}; !slices.Contains(known, m) {
			return f, fmt.Errorf("-measure %s: none of %v", m, known)
		}
	}
	if f.webRecords < 0 || f.webRecords > 20_000_000 {
		return f, errors.New("-web-records is from 0 to 20000000")
	}
	if f.records < 100_000 || f.records > 20_000_000 {
		return f, errors.New("-records is from 100000 to 20000000")
	}
	if f.subscriptions < 1000 || f.subscriptions > 10_000_000 {
		return f, errors.New("-subscriptions is from 1000 to 10000000")
	}
	for _, e := range f.engines {
		if e != engineSQLite && e != enginePostgres {
			return f, fmt.Errorf("-engine %s: neither %s nor %s", e, engineSQLite, enginePostgres)
		}
	}
	for _, c := range strings.Split(*clients, ",") {
		n, err := strconv.Atoi(c)
		if err != nil || n < 1 || n > 1000 {
			return f, fmt.Errorf("-clients %s: numbers from 1 to 1000", c)
		}
		f.clients = append(f.clients, n)
	}
	if f.pace < 1 || f.pace > 100_000 {
		return f, errors.New("-pace is from 1 to 100000")
	}
	if *seconds < 1 || *seconds > 60 || flag.NArg() > 0 {
		return f, errors.New("-seconds is from 1 to 60, and there are no arguments")
	}
	return f, nil
}

// pgSettings are what docs/operate.md tells operators to set, for both sides of each measure: a quarter of the memory among it.
func pgSettings() ([]string, error) {
	var machine syscall.Sysinfo_t
	if err := syscall.Sysinfo(&machine); err != nil {
		return nil, err
	}
	quarter := machine.Totalram * uint64(machine.Unit) / 4
	return []string{fmt.Sprintf("shared_buffers=%dMB", quarter>>20), "max_wal_size=8GB", "min_wal_size=8GB", "wal_buffers=64MB", "checkpoint_timeout=15min", "bgwriter_delay=50ms", "bgwriter_lru_maxpages=1000", "bgwriter_lru_multiplier=4"}, nil
}

// run measures everything and prints as it goes.
func run(ctx context.Context, f flags) (err error) {
	base, err := realDisk(f.dir)
	if err != nil {
		return err
	}
	if err := os.Setenv("TMPDIR", base); err != nil { // PostgreSQL's folder too
		return err
	}
	dir, err := os.MkdirTemp(base, "comptoir-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	syncs, err := syncRate(dir)
	if err != nil {
		return err
	}
	settings, err := pgSettings()
	if err != nil {
		return err
	}
	fmt.Printf("%d cores, %s, disk of %s: %.0f syncs/s; PostgreSQL with %s\n", runtime.NumCPU(), runtime.Version(), base, syncs, strings.Join(settings, ", "))
	pg.Set(settings...)

	b := &bench{flags: f, dir: dir, report: report{syncs: syncs}}
	delivers := slices.Contains(f.measures, measureReveal) || slices.Contains(f.measures, measureDownloads)
	if slices.Contains(f.measures, measureCheckout) || slices.Contains(f.measures, measureWeb) || delivers {
		if err := b.build(ctx); err != nil {
			return err
		}
	}
	for _, engine := range f.engines {
		if slices.Contains(f.measures, measureCheckout) {
			err = b.engine(ctx, engine)
		}
		if err == nil && slices.Contains(f.measures, measureBilling) {
			err = b.billing(ctx, engine)
		}
		if err == nil && delivers {
			err = b.deliver(ctx, engine)
		}
		if err == nil && slices.Contains(f.measures, measureLog) {
			err = b.log(ctx, engine)
		}
		if err == nil && slices.Contains(f.measures, measurePages) {
			err = b.pages(ctx, engine)
		}
		if err == nil && slices.Contains(f.measures, measureWeb) {
			err = b.web(ctx, engine)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("%s: %w", engine, err), pg.StopShared())
		}
	}
	b.report.goals(os.Stdout)
	return pg.StopShared()
}

// bench is one run.
type bench struct {
	flags
	dir    string
	binary string
	report report
}

// engine measures one engine: it makes a demo, learns the rows of a checkout from a real one, lays in customers and
// carts, copies the database, and then runs both sides in turn, each on its own copy.
func (b *bench) engine(ctx context.Context, engine string) error {
	e, err := b.database(ctx, engine)
	if err != nil {
		return err
	}
	dir := filepath.Join(b.dir, engine)
	demo, shape, err := b.learn(ctx, e, dir)
	if err != nil {
		return fmt.Errorf("learning the rows of a checkout: %w", err)
	}
	fmt.Printf("\n%s: a checkout writes %s\n", engine, shape)
	stock, err := layIn(ctx, e, shape, b.carts())
	if err != nil {
		return fmt.Errorf("laying in carts: %w", err)
	}
	if err := e.copy(ctx); err != nil {
		return fmt.Errorf("copying the database: %w", err)
	}
	s, err := b.start(ctx, e, dir, engine)
	if err != nil {
		return err
	}
	defer s.kill()
	raw, err := e.raw(ctx, shape)
	if err != nil {
		return err
	}
	defer raw.close()
	token, err := s.token(ctx, demo)
	if err != nil {
		return err
	}
	head(os.Stdout)
	for row, clients := range b.clients {
		p := pair{engine: engine, clients: clients}
		for range rounds {
			r, err := b.measureRaw(e, raw, stock, row)
			if err != nil {
				return fmt.Errorf("raw, %d clients: %w", clients, err)
			}
			p.raw.add(r)
			if r, err = b.measureHTTP(e, s, token, stock, row); err != nil {
				return fmt.Errorf("http, %d clients: %w", clients, err)
			}
			p.http.add(r)
		}
		b.report.add(os.Stdout, p)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if err := b.reads(ctx, engine, e, s, token, demo.Tenant, stock); err != nil {
		return fmt.Errorf("reading by id: %w", err)
	}
	if err := s.stop(); err != nil {
		return err
	}
	return b.found(ctx, e, stock)
}

// carts is how many carts the rows of one side may use; a row that has used its share ends early, at its true rate.
func (b *bench) carts() []int {
	shares := make([]int, len(b.clients))
	for i, n := range b.clients {
		shares[i] = int((b.measure + rounds*warmUp).Seconds() * float64(min(1000+500*n, 5000)))
	}
	return shares
}
