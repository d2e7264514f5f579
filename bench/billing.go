package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/comptoir-dev/comptoir/internal/store/storetest/pg"
)

// The goals of the billing run (docs/performance.md).
const (
	goalCopy    = 2.0      // times COPY, on PostgreSQL
	goalInsert  = 2.5      // times INSERT…SELECT, on SQLite
	goalPrivate = 64 << 20 // bytes
	goalChunk   = 50 * time.Millisecond
	goalBeside  = 5.0 // times the usual p99 of a checkout
)

// billed is what a billing run found.
type billed struct {
	engine string
	ran    billingRun
	raw    time.Duration // the very rows it wrote, written by the database alone
	cpu    time.Duration // of this process meanwhile: on SQLite all there is
	rows   int64
}

// billing measures the billing run on one engine: a store with many subscriptions that are charged each month, the sweep
// of one month with its invoice in a process of its own, the same rows by the database alone, and then another month's
// sweep beside checkouts.
func (b *bench) billing(ctx context.Context, engine string) error {
	dir := filepath.Join(b.dir, "billing-"+engine)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	var d billingDatabase = liteBilling{filepath.Join(dir, "served.db"), filepath.Join(dir, "raw.db")}
	if engine == enginePostgres {
		server, err := pg.Shared(ctx)
		if err != nil {
			return err
		}
		url, err := server.Create(ctx, "billing", "")
		if err != nil {
			return err
		}
		d = pgBilling{url, dir}
		if err := seasoned(ctx, url); err != nil {
			return err
		}
	}
	began := time.Now()
	if err := billingChild(ctx, nil, "stock", dir, d.url(), b.subscriptions, ""); err != nil {
		return fmt.Errorf("stocking: %w", err)
	}
	fmt.Printf("\n%s: %d subscriptions laid in, in %.0f s\n", engine, b.subscriptions, time.Since(began).Seconds())
	if err := d.settle(ctx); err != nil {
		return err
	}
	profile := ""
	if b.profile != "" {
		profile = filepath.Join(b.profile, "billing-"+engine)
	}
	found := billed{engine: engine}
	if err := billingChild(ctx, &found.ran, "run", dir, d.url(), b.subscriptions, profile); err != nil {
		return fmt.Errorf("the run: %w", err)
	}
	var err error
	if err = d.settle(ctx); err == nil {
		var used time.Duration
		if used, err = ownCPU(); err == nil {
			found.raw, found.rows, err = d.raw(ctx)
			found.cpu -= used
		}
	}
	if err != nil {
		return fmt.Errorf("the rows by the database alone: %w", err)
	}
	used, err := ownCPU()
	if err != nil {
		return err
	}
	found.cpu += used
	found.say(os.Stdout)
	if err := d.settle(ctx); err != nil { // what the database alone wrote is no work of a server's
		return err
	}
	var beside billingRun
	if err := billingChild(ctx, &beside, "beside", dir, d.url(), b.subscriptions, ""); err != nil {
		return fmt.Errorf("the run beside checkouts: %w", err)
	}
	found.ran.Before, found.ran.During = beside.Before, beside.During
	found.ran.Checkouts, found.ran.Longest = beside.Checkouts, max(found.ran.Longest, beside.Longest)
	fmt.Printf("%-9s beside 8 clients: %d charged in %.1f s, %d %s; checkout p99 %.1f ms before, %.1f ms during: %.2f ×\n", engine,
		beside.Done, beside.Took.Seconds(), beside.Chunks, beside.told(), milliseconds(beside.Before), milliseconds(beside.During), found.beside())
	b.report.billed = append(b.report.billed, found)
	return d.drop()
}

func (f billed) ratio() float64  { return f.ran.Took.Seconds() / f.raw.Seconds() }
func (f billed) beside() float64 { return f.ran.During.Seconds() / f.ran.Before.Seconds() }

// told says how long chunks took.
func (r billingRun) told() string {
	return fmt.Sprintf("chunks, %.0f ms in the middle, 99 of 100 within %.0f ms, longest %.0f ms", milliseconds(r.Median), milliseconds(r.Most), milliseconds(r.Longest))
}

func (f billed) say(w io.Writer) {
	fmt.Fprintf(w, "%-9s %d charged and invoiced in %.1f s (%.0f/s); %d rows, %.0f/s; database alone %.1f s: %.2f ×; CPU of the process %.1f s, alone %.1f s; private memory %.1f MB; %d %s\n",
		f.engine, f.ran.Done, f.ran.Took.Seconds(), float64(f.ran.Done)/f.ran.Took.Seconds(), f.rows,
		float64(f.rows)/f.ran.Took.Seconds(), f.raw.Seconds(), f.ratio(), f.ran.CPU.Seconds(), f.cpu.Seconds(), megabytes(f.ran.Private), f.ran.Chunks, f.ran.told())
}

// goals says what was reached.
func (f billed) goals(say func(met bool, format string, args ...any)) {
	most, what := goalCopy, "COPY"
	if f.engine == engineSQLite {
		most, what = goalInsert, "INSERT…SELECT"
	}
	say(f.ratio() <= most, "%s, billing run: %.2f × %s of its rows (at most %.1f ×)", f.engine, f.ratio(), what, most)
	say(f.ran.Private <= goalPrivate, "%s, billing run: %.1f MB private memory (at most %.0f MB)", f.engine, megabytes(f.ran.Private), megabytes(goalPrivate))
	say(f.ran.Longest <= goalChunk, "%s, billing run: longest chunk %.0f ms (at most %.0f ms)", f.engine, milliseconds(f.ran.Longest), milliseconds(goalChunk))
	say(f.beside() <= goalBeside, "%s, billing run: checkout p99 %.2f × the usual (at most %.0f ×)", f.engine, f.beside(), goalBeside)
}

// billingChild runs a part of the measure in a process of its own and reads what it found.
func billingChild(ctx context.Context, out any, part, dir, url string, n int, profile string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, billingProcess, part, dir, url, strconv.Itoa(n), profile)
	cmd.Stderr = os.Stderr
	var text bytes.Buffer
	cmd.Stdout = &text
	if err := cmd.Run(); err != nil {
		return err
	}
	if out == nil {
		return nil
	}
	return errors.Join(json.Unmarshal(text.Bytes(), out))
}
