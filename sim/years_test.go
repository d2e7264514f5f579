//go:build sim

package sim

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/sim/model"
)

// held is how many subscriptions each partner's customers have at all times.
const held = 30

// years is many partners in one store for a long time: worlds of two partners each, with a model of its own each.
type years struct {
	*rand.Rand
	store *store.Store
	clock *when.Fixed
	runs  []*run
	now   time.Time
	tell  func(format string, args ...any)
}

// TestYears lets years pass over partners with 30 subscriptions each: SIM_YEARS of them, SIM_PARTNERS partners. Some are
// cancelled, suspended or changed on the way, others are bought in their place. What is estimated a microsecond before a
// billing period ends is the invoice that follows, each month; each year all is compared.
func TestYears(t *testing.T) {
	pairs, span, seed := setting(t, "SIM_PARTNERS", 100)/2, setting(t, "SIM_YEARS", 20), setting(t, "SIM_FROM", 1)
	began := when.Wall{}.Now()
	parts := min(runtime.GOMAXPROCS(0), pairs)
	var all sync.WaitGroup
	for part := range parts { // a store for each processor
		y, err := openYears(t, (pairs+part)/parts, uint64(seed*parts+part))
		if err != nil {
			t.Fatal(err)
		}
		y.tell = func(format string, args ...any) {
			t.Logf("store %d, %s: "+format, append([]any{part + 1, when.Wall{}.Now().Sub(began).Round(time.Second)}, args...)...)
		}
		all.Go(func() {
			defer func() { _ = y.store.Close() }()
			if err := y.live(span); err != nil {
				t.Errorf("store %d: %v", part+1, err)
			}
		})
	}
	all.Wait()
	t.Logf("%d partners, %d years, in %s", 2*pairs, span, when.Wall{}.Now().Sub(began).Round(time.Second))
}

// live lets years pass, and compares all at the end.
func (y *years) live(span int) error {
	for n := range span {
		if err := y.pass(); err != nil {
			return fmt.Errorf("divergence in year %d: %w", n+1, err)
		}
		charges, invoices, subs := 0, 0, 0
		for _, r := range y.runs {
			charges, invoices, subs = charges+len(r.m.Charges), invoices+len(r.m.Invoices), subs+r.g.live(-1)
		}
		y.tell("year %d over, %d subscriptions, %d charges and credits, %d documents so far", n+1, subs, charges, invoices)
	}
	for _, r := range y.runs {
		if err := r.compareAll(); err != nil {
			return fmt.Errorf("divergence at the end: %w", err)
		}
	}
	return verify(y.store)
}

func openYears(t *testing.T, pairs int, seed uint64) (*years, error) {
	y := &years{Rand: rand.New(rand.NewPCG(seed, 0x7ea5)), now: day(2022, 1, 3)}
	f := &sqliteWorld{path: filepath.Join(t.TempDir(), "years.db"), lax: true}
	if err := copyFile(stocked(t, pairs), f.path); err != nil {
		return nil, err
	}
	first, err := newWorld(y.now, f.open)
	if err != nil {
		return nil, err
	}
	y.store, y.clock = first.store, first.clock
	for n := range pairs {
		r := newRun(seed*1000 + uint64(n))
		r.w = emptyWorld(n)
		r.w.shared, r.w.store, r.w.workers, r.w.clock, r.w.wall, r.w.ids = true, first.store, first.workers, first.clock, first.wall, first.ids
		r.g.now, r.g.started, r.g.crowd = y.now, y.now, 0
		for _, c := range r.g.customers() {
			r.m.AddCustomer(c)
			if err := r.w.addCustomer(c); err != nil {
				return nil, err
			}
		}
		r.since = y.now
		y.runs = append(y.runs, r)
		if err := y.fill(r); err != nil {
			return nil, err
		}
	}
	return y, nil
}

// pass is one year: twelve times to the end of each billing period, with some acts on the way.
func (y *years) pass() error {
	for range 12 {
		month := time.Date(y.now.Year(), y.now.Month(), 1, 0, 0, 0, 0, time.UTC)
		for _, p := range []int{1, 0} {
			end := month.AddDate(0, 1-p, model.BillingDays[p]-1)
			if err := y.to(y.now.Add(time.Duration(y.Int64N(int64(end.Sub(y.now)))))); err != nil {
				return err
			}
			for _, r := range y.runs {
				if err := y.act(r); err != nil {
					return err
				}
			}
			if err := y.close(p, end); err != nil {
				return err
			}
		}
	}
	for _, r := range y.runs {
		if err := r.compare(false); err != nil {
			return err
		}
	}
	return nil
}

// to lets time pass, to the microsecond, and has everything due done.
func (y *years) to(at time.Time) error {
	y.now = at.Truncate(time.Microsecond)
	y.clock.Set(y.now)
	if err := y.runs[0].w.workers[0].RunDue(ctx, y.now, nil, nil); err != nil {
		return err
	}
	for _, r := range y.runs {
		r.g.now = y.now
		r.m.Sweep(y.now)
	}
	return nil
}

// act does something in a few worlds, and keeps up the number of subscriptions in all.
func (y *years) act(r *run) error {
	r.step++
	if y.IntN(3) == 0 {
		if c := r.g.command(); c.Invoice == 0 {
			if err := r.act(c); err != nil {
				return err
			}
		}
	}
	return y.fill(r)
}

// fill buys until both partners have their subscriptions, and has publishers activate theirs.
func (y *years) fill(r *run) error {
	for p := range model.BillingDays {
		for range 1000 {
			if r.g.live(p) >= held {
				break
			}
			customer := r.g.IntN(len(r.m.Customers))
			if r.m.Customers[customer].Partner != p {
				continue
			}
			c := r.g.buyFor(customer)
			c.Actor, c.Request = p, r.g.request()
			if err := r.act(c); err != nil {
				return err
			}
		}
	}
	for s := r.g.pending(); s != nil; s = r.g.pending() {
		c := model.Command{Act: "activate", Customer: s.Customer, Sub: s.Handle, Actor: r.m.Customers[s.Customer].Partner}
		if err := r.do(c, ""); err != nil {
			return err
		}
	}
	return nil
}

// close goes to the end of a partner's billing period: what is estimated just before is invoiced.
func (y *years) close(p int, end time.Time) error {
	if err := y.to(end.Add(-time.Microsecond)); err != nil {
		return err
	}
	estimated := make([][]model.Invoice, len(y.runs))
	for n, r := range y.runs {
		if err := r.estimate(p); err != nil {
			return err
		}
		estimated[n] = r.m.Estimates(p, y.now)
	}
	before := make([]int, len(y.runs))
	for n, r := range y.runs {
		before[n] = len(r.m.Invoices)
	}
	if err := y.to(end); err != nil {
		return err
	}
	for n, r := range y.runs {
		var want, made, got []string
		for _, i := range estimated[n] {
			want = append(want, i.Text())
		}
		for _, i := range r.m.Invoices[before[n]:] {
			told := *i
			told.Number = 0
			made = append(made, told.Text())
		}
		err := y.store.View(ctx, func(rd app.Reader) error {
			got = nil
			documents, err := rd.Invoices(r.w.scope(p), app.InvoiceQuery{From: end})
			for _, i := range documents {
				i.Number = 0
				got = append(got, invoiceText(p, i))
			}
			return err
		})
		if err == nil {
			err = differ(want, made)
		}
		if err == nil {
			err = differ(want, got)
		}
		if err != nil {
			return r.fail("invoices", err)
		}
	}
	return nil
}
