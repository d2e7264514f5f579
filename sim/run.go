package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/sim/model"
)

// run is one seed: the product, the model of it, and what chance does to both.
type run struct {
	seed  uint64
	step  int
	g     *generator
	m     *model.Model
	w     *world
	since time.Time // charges made since the last comparison are at or after it
	log   []noted   // the last commands
	late  int       // steps for which no sweep runs: the process that does it is down
	acts  map[string]int
}

const (
	compareEvery = 100  // steps between two comparisons of the state
	wholeEvery   = 1000 // and between two that leave nothing out
	dieEvery     = 8    // seeds of which one ends with processes that die
)

// play plays steps acts and then a calm phase, in which all due work must finish. In some seeds processes die in the last
// steps before it: sync, when set, is called before and after those, since what is written then must last.
func (r *run) play(steps int, sync func(on bool) error) error {
	for _, c := range r.g.customers() {
		r.m.AddCustomer(c)
		if err := r.w.addCustomer(c); err != nil {
			return r.fail("customer", err)
		}
	}
	r.since = r.g.now
	crashes := 0
	if r.seed%dieEvery == 0 {
		crashes = min(60, steps/4)
	}
	for r.step = range steps {
		if r.step == steps-crashes && sync != nil {
			if err := sync(true); err != nil {
				return r.fail("sync", err)
			}
		}
		if r.step >= steps-crashes && r.g.one(12) || r.g.one(2000) {
			if err := r.restart(); err != nil {
				return err
			}
		}
		if err := r.one(); err != nil {
			return err
		}
		if r.step%compareEvery == compareEvery-1 {
			if err := r.compare(r.step%wholeEvery == wholeEvery-1); err != nil {
				return err
			}
		}
	}
	if crashes > 0 && sync != nil {
		if err := sync(false); err != nil {
			return r.fail("sync", err)
		}
	}
	return r.calm()
}

// one is one step.
func (r *run) one() error {
	switch n := r.g.IntN(100); {
	case n < 16:
		return r.pass(r.g.moment())
	case n < 19:
		return r.sweep(r.g.now)
	case n < 21:
		return r.estimates()
	case n < 22:
		r.say("wall")
		w := []time.Duration{time.Minute, 24*time.Hour - time.Microsecond, 24 * time.Hour, time.Hour}
		r.w.wall.Advance(pick(r.g, w))
		return nil
	case n < 28 && len(r.g.recent) > 0:
		return r.again()
	case n < 30:
		return r.oversleep()
	}
	c := r.g.command()
	if slices.Contains([]string{"cancel", "change", "convert", "transition"}, c.Act) && r.g.one(6) {
		return r.preview(c)
	}
	return r.act(c)
}

// pass lets time go by; mostly the sweep is on its way at once, sometimes it is late.
func (r *run) pass(to time.Time) error {
	r.g.now = to
	r.w.clock.Set(to)
	r.say("now %s", instant(to))
	if r.late = max(r.late-1, 0); r.g.one(40) {
		r.late = 2 + r.g.IntN(12)
	}
	if r.late > 0 || r.g.one(4) {
		return nil
	}
	return r.sweep(to)
}

// oversleep lets the free days of a customer who has paid nothing yet end in one month, with no sweep until it buys
// something in the next: the charge that is made last is its first (F71).
func (r *run) oversleep() error {
	for _, s := range r.m.Subs {
		if s.State != "active" || s.FreeUntil.IsZero() || !s.Start.IsZero() || !r.m.Customers[s.Customer].FirstBilling.IsZero() {
			continue
		}
		later := s.FreeUntil.AddDate(0, 0, 10+r.g.IntN(20))
		if later.Before(r.g.now) || later.After(r.g.now.AddDate(0, 0, 60)) {
			continue
		}
		r.late = 3
		if err := r.pass(later); err != nil {
			return err
		}
		c := model.Command{Act: "order", Customer: s.Customer, Actor: r.m.Customers[s.Customer].Partner}
		c.Lines = []model.Line{{Product: "SIMPERPETUAL", Qty: 1 + r.g.Int64N(3), Plan: "one_time", Parent: -1}}
		return r.do(c, "")
	}
	return nil
}

// sweep has a worker do what is due; now and then the other one comes between its look and its work.
func (r *run) sweep(until time.Time) error {
	a := r.g.IntN(2)
	var between func(time.Time)
	first := r.m.NextDue()
	twice := r.g.one(10) && !first.IsZero() && !first.After(until)
	r.say("sweep %s by %d, both %t", instant(until), a, twice)
	var inner error
	if twice {
		done := false
		between = func(at time.Time) {
			if !done {
				done = true
				inner = r.w.workers[1-a].RunDue(ctx, at, nil, nil)
			}
		}
		r.m.Sweep(first)
	}
	r.m.Sweep(until)
	if err := r.w.workers[a].RunDue(ctx, until, between, nil); err != nil {
		return r.fail("sweep", err)
	}
	if inner != nil {
		return r.fail("sweep", inner)
	}
	return nil
}

// act does a command on both sides and compares their answers. Some callers never see the answer and ask again.
func (r *run) act(c model.Command) error {
	if err := r.do(c, ""); err != nil {
		return err
	}
	if c.Act == "cart" && !r.g.one(5) && r.g.carts > 0 {
		if err := r.do(model.Command{Act: "checkout", Actor: c.Actor, Customer: c.Customer, Cart: r.g.carts - 1, Request: r.g.request()}, ""); err != nil {
			return err
		}
	}
	if c.Request != "" {
		r.g.recent = append(r.g.recent, c)
		if len(r.g.recent) > 60 {
			r.g.recent = r.g.recent[1:]
		}
		if r.g.one(12) {
			return r.do(c, "")
		}
	}
	return nil
}

// again repeats an old request, sometimes with another body.
func (r *run) again() error {
	c := pick(r.g, r.g.recent)
	if r.g.one(6) {
		switch {
		case c.Change.Qty != nil:
			q := *c.Change.Qty + 1
			c.Change.Qty = &q
		case len(c.Lines) > 0:
			c.Lines = append([]model.Line{}, c.Lines...)
			c.Lines[0].Qty++
		}
	}
	return r.do(c, "")
}

// preview shows an act first and then does it on that condition, when something may have happened in between.
func (r *run) preview(c model.Command) error {
	c.Preview = true
	want, got, err := r.both(c, "")
	if err != nil || want.Code != "" || want.Print == "" {
		return err
	}
	if got.hash == "" {
		return r.fail("preview", fmt.Errorf("no hash for %s", want.Print))
	}
	switch r.g.IntN(5) {
	case 0:
		if err := r.pass(r.g.moment()); err != nil {
			return err
		}
	case 1:
		between := r.g.change()
		between.Customer, between.Sub, between.Actor = c.Customer, c.Sub, c.Actor
		if c.Act == "cancel" {
			between = r.g.command()
		}
		if err := r.do(between, ""); err != nil {
			return err
		}
	}
	c.Preview, c.Match = false, want.Print
	return r.do(c, got.hash)
}

func (r *run) do(c model.Command, hash string) error {
	_, _, err := r.both(c, hash)
	return err
}

// both does a command in the model and in the product.
func (r *run) both(c model.Command, hash string) (want model.Answer, got answer, err error) {
	worker := r.g.IntN(2)
	if c.Act == "cancel" {
		if err := r.w.renewal(r.m, c.Order); err != nil {
			return want, got, r.fail("renewal", err)
		}
	}
	want = r.m.Apply(r.g.now, r.w.wall.Now(), c)
	r.say("%s → %s", c, want.Code)
	r.acts[c.Act+" "+want.Code]++
	got, err = r.w.do(worker, c, hash, want)
	switch {
	case err != nil:
		err = r.fail(c.String(), err)
	case want.Code != got.code || want.Replay != got.replay || !want.Replay && want.Code == "" && want.Text != got.text:
		err = r.fail(c.String(), fmt.Errorf("the model: %q replay %t\n%s\nthe product: %q replay %t\n%s", want.Code, want.Replay, want.Text, got.code, got.replay, got.text))
	case c.Act == "cart" && want.Code == "" && !want.Replay:
		r.g.carts = want.Cart + 1
	}
	return want, got, err
}

func (r *run) estimates() error {
	p := r.g.IntN(2)
	r.say("estimates of %d", p)
	return r.estimate(p)
}

func (r *run) estimate(p int) error {
	var want []string
	for _, i := range r.m.Estimates(p, r.g.now) {
		want = append(want, i.Text())
	}
	got, err := r.w.estimates(r.g.IntN(2), p)
	if err == nil && strings.Join(want, "\n") != strings.Join(got, "\n") {
		err = fmt.Errorf("the model:\n%s\nthe product:\n%s", strings.Join(want, "\n"), strings.Join(got, "\n"))
	}
	if err != nil {
		return r.fail("estimates", err)
	}
	return nil
}

func (r *run) restart() error {
	die := r.g.one(2)
	r.say("restart, dying %t", die)
	if err := r.w.restart(die); err != nil {
		return r.fail("restart", err)
	}
	return nil
}

// compare compares the subscriptions that live, or did the last time, and the charges since; the whole state includes the
// others, orders, documents, the sums of the books and the balances.
func (r *run) compare(whole bool) error {
	want := r.w.expected(r.m, r.since, r.g.now, whole)
	got, err := r.w.state(r.m, r.since, whole)
	if err == nil {
		err = differ(want, got)
	}
	if err != nil {
		return r.fail("state", err)
	}
	r.since = r.g.now
	if due := r.m.NextDue(); !due.IsZero() && due.Before(r.since) {
		r.since = due
	}
	return nil
}

// verify has a store recompute its books.
func verify(s *store.Store) error {
	wrong, err := s.Verify(ctx)
	if err == nil && len(wrong) > 0 {
		err = fmt.Errorf("verify: %s", strings.Join(wrong, "\n"))
	}
	return err
}

// differ tells the lines that only one side has.
func differ(want, got []string) error {
	have := map[string]int{}
	for _, l := range got {
		have[strings.TrimSpace(l)]++
	}
	var b strings.Builder
	for _, l := range want {
		if l = strings.TrimSpace(l); have[l] > 0 {
			have[l]--
		} else {
			b.WriteString("model only:   " + l + "\n")
		}
	}
	for _, l := range got {
		if l = strings.TrimSpace(l); have[l] > 0 {
			have[l]--
			b.WriteString("product only: " + l + "\n")
		}
	}
	if b.Len() == 0 {
		return nil
	}
	return fmt.Errorf("states differ:\n%s", b.String())
}

// calm finishes all due work over some months without any act. Each estimate, asked a microsecond before the period
// ends, is the invoice that follows; a second sweep finds nothing.
func (r *run) calm() error {
	r.step++
	if err := r.sweep(r.g.now); err != nil {
		return err
	}
	for range 3 {
		end := r.g.now.AddDate(0, 1, 0)
		for p, d := range model.BillingDays {
			next := time.Date(r.g.now.Year(), r.g.now.Month(), d, 0, 0, 0, 0, time.UTC)
			if !next.After(r.g.now) {
				next = next.AddDate(0, 1, 0)
			}
			if next.Before(end) {
				end = next
			}
			_ = p
		}
		if err := r.close(end); err != nil {
			return err
		}
	}
	if err := r.compareAll(); err != nil {
		return err
	}
	before := len(r.m.Invoices)
	happened := 0
	if err := r.w.workers[0].RunDue(ctx, r.g.now, nil, func(app.Happened) { happened++ }); err != nil || happened > 0 || len(r.m.Invoices) != before {
		return r.fail("second sweep", fmt.Errorf("%d things done again: %w", happened, err))
	}
	due, err := r.w.store.NextDue(when.Never, 1)
	if err != nil || len(due) == 1 && !due[0].At.After(r.g.now) {
		return r.fail("left over", fmt.Errorf("%v %w", due, err))
	}
	return nil
}

// close goes to the end of a billing period: what is estimated just before is invoiced.
func (r *run) close(end time.Time) error {
	r.g.now = end.Add(-time.Microsecond)
	r.w.clock.Set(r.g.now)
	if err := r.sweep(r.g.now); err != nil {
		return err
	}
	estimated := map[string]bool{}
	for p := range model.BillingDays {
		if err := r.estimate(p); err != nil {
			return err
		}
		for _, i := range r.m.Estimates(p, r.g.now) {
			estimated[i.Text()] = true
		}
	}
	before := len(r.m.Invoices)
	r.g.now = end
	r.w.clock.Set(end)
	if err := r.sweep(end); err != nil {
		return err
	}
	for _, i := range r.m.Invoices[before:] {
		told := *i
		if told.Number = 0; !estimated[told.Text()] {
			return r.fail("invoice", fmt.Errorf("not as estimated: %s", i.Text()))
		}
	}
	return nil
}

// compareAll compares everything that ever was, and has the store recompute its books.
func (r *run) compareAll() error {
	r.since = time.Time{}
	if err := r.compare(true); err != nil || r.w.shared {
		return err
	}
	if err := verify(r.w.store); err != nil {
		return r.fail("verify", err)
	}
	return nil
}

// noted is something that was done, put into words only for a failure.
type noted struct {
	step   int
	format string
	args   []any
}

// say notes what is done for the report of a failure.
func (r *run) say(format string, args ...any) {
	r.log = append(r.log, noted{r.step, format, args})
	if len(r.log) > 400 {
		r.log = append(r.log[:0], r.log[200:]...)
	}
}

// told is how many of the last commands a failure prints.
const told = 40

func (r *run) fail(what string, err error) error {
	var tail strings.Builder
	for _, n := range r.log[max(0, len(r.log)-told):] {
		fmt.Fprintf(&tail, "%d "+n.format+"\n", append([]any{n.step}, n.args...)...)
	}
	return fmt.Errorf("seed %d, step %d, at %s: %s\n%w\nlast commands:\n%s", r.seed, r.step, at(r.g.now), what, err, &tail)
}

// instant is one that is put into words later.
type instant time.Time

func (i instant) String() string { return at(time.Time(i)) }
