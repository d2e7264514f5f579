package app_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// game plays a partner at random on a clock that jumps, preferably to where something falls due. The trail and the seed
// tell how it got where a rule broke.
type game struct {
	*world
	rng   *rand.Rand
	trail []string
}

// TestRandomLives plays a seeded life on each engine and looks at the books after every step; -life and -steps play others.
func TestRandomLives(t *testing.T) {
	both(t, func(w *world) {
		g := &game{world: w, rng: rand.New(rand.NewSource(*life))}
		for i := range *steps {
			g.trail = append(g.trail, fmt.Sprintf("%d %s", i, w.clock.Now().Format(time.RFC3339Nano)))
			g.step()
			g.audit()
			if w.t.Failed() {
				w.t.Fatalf("seed %d\n%s", *life, strings.Join(g.trail, "\n"))
			}
		}
	})
}

var (
	life  = flag.Int64("life", 7, "seed of the random life")
	steps = flag.Int("steps", 120, "how long it is")
)

func (g *game) note(format string, args ...any) {
	g.trail[len(g.trail)-1] += " " + fmt.Sprintf(format, args...)
}

func (g *game) fail(format string, args ...any) {
	g.t.Helper()
	g.t.Errorf(format, args...)
}

// internal fails the test when err is no fault: whatever a caller does, it is answered.
func (g *game) internal(err error) bool {
	g.t.Helper()
	if f := fault.Of(err); f != nil {
		g.note("refused %s", f.Code)
	} else if err != nil {
		g.fail("internal error: %v", err)
	}
	return err != nil
}

func (g *game) step() {
	switch n := g.rng.Intn(20); {
	case n < 6:
		g.buy()
	case n < 11:
		g.change()
	case n < 13:
		g.cancelOrder()
	case n < 15:
		g.activate()
	case n < 16:
		g.closing()
	case n < 17:
		g.edge()
	default:
		g.jump()
	}
}

// forward moves the clock on, never back.
func (g *game) forward(at time.Time) {
	if at.After(g.clock.Now()) {
		g.clock.Set(at)
	}
}

// run does what falls due until an instant, on time.
func (g *game) run(until time.Time) {
	if err := g.RunDue(context.Background(), until, g.forward, nil); err != nil {
		g.fail("run due: %v", err)
	}
	g.clock.Set(until)
	if left, err := g.Due.NextDue(until, 1); err != nil || len(left) > 0 {
		g.fail("left due: %v %v", left, err)
	}
}

func (g *game) jump() {
	at := g.clock.Now().Add(time.Duration(g.rng.Int63n(int64(12 * day))))
	if dues, err := g.Due.NextDue(when.Never, 40); err == nil && len(dues) > 0 && g.rng.Intn(3) > 0 {
		at = dues[g.rng.Intn(min(len(dues), 1+g.rng.Intn(len(dues))))].At.Add(time.Duration(g.rng.Intn(3)-1) * time.Microsecond)
	}
	if g.rng.Intn(4) == 0 {
		at = g.clock.Now().Add(24 * time.Hour)
	}
	if at.Before(g.clock.Now()) {
		at = g.clock.Now()
	}
	late := g.rng.Intn(2) == 0
	g.note("jump to %s late %t", at.Format(time.RFC3339Nano), late)
	if late {
		g.clock.Set(at)
		return
	}
	g.run(at)
}

const day = 24 * time.Hour

// closing goes to the last microsecond of the billing period and over it: the invoice holds what the estimate said.
func (g *game) closing() {
	end := billing.PeriodAt(1, g.clock.Now()).End
	g.note("close %s", end.Format(time.DateOnly))
	g.run(end.Add(-time.Microsecond))
	estimates, err := g.Estimates(context.Background(), g.who)
	if err != nil {
		g.fail("estimates: %v", err)
	}
	g.run(end)
	invoices, err := g.Invoices(context.Background(), g.who, app.InvoiceQuery{From: end, Until: end.Add(time.Microsecond)})
	if err != nil || len(invoices) != len(estimates) {
		g.fail("%d invoices of %d estimates: %v", len(invoices), len(estimates), err)
	}
	for _, e := range estimates {
		i := slices.IndexFunc(invoices, func(i billing.Invoice) bool { return i.Currency == e.Currency })
		if i < 0 || invoices[i].Totals != e.Totals || invoices[i].Carried.Minor() != e.Carried.Minor() {
			g.fail("F72 estimate %+v, invoices %+v", e, invoices)
		}
	}
}

func (g *game) customer() party.Customer {
	return g.seeded.Customers[g.rng.Intn(len(g.seeded.Customers))]
}

var goods = []struct {
	product id.Product
	sku     id.Sku
	plans   []catalog.Option
}{
	{sandbox.WindowsServer, "0001", []catalog.Option{{Term: when.Year, Plan: catalog.Annual}}},
	{sandbox.WindowsServer, "0002", []catalog.Option{{Term: when.ThreeYears, Plan: catalog.Annual}, {Term: when.ThreeYears, Plan: catalog.Triennial}}},
	{sandbox.RemoteCAL, "0001", []catalog.Option{{Term: when.Year, Plan: catalog.Annual}, {Term: when.Year, Plan: catalog.Monthly}}},
	{sandbox.RemoteCAL, "0002", []catalog.Option{{Term: when.ThreeYears, Plan: catalog.Annual}}},
	{sandbox.ServerPerpetual, "0001", []catalog.Option{{Plan: catalog.OneTime}}},
	{sandbox.UserCAL, "0001", []catalog.Option{{Plan: catalog.OneTime}}},
	{sandbox.RedHat, "0001", []catalog.Option{{Term: when.Year, Plan: catalog.Annual}}},
	{sandbox.OrbitCRM, "0001", []catalog.Option{{Term: when.Month, Plan: catalog.Monthly}, {Term: when.Year, Plan: catalog.Annual}}},
	{sandbox.LedgerDesk, "0001", []catalog.Option{{Term: when.Month, Plan: catalog.Monthly}, {Term: when.Year, Plan: catalog.Annual}}},
	{sandbox.PulseMetrics, "0001", []catalog.Option{{Plan: catalog.NoPlan}}},
	{sandbox.NorthExclusive, "0001", []catalog.Option{{Term: when.Month, Plan: catalog.Monthly}}},
	{sandbox.StarterKit, "0001", []catalog.Option{{Term: when.Year, Plan: catalog.Annual}}},
	{sandbox.StarterKit, "0002", []catalog.Option{{Term: when.Year, Plan: catalog.Annual}}},
	{sandbox.MailSuite, "0001", []catalog.Option{{Term: when.Month, Plan: catalog.Monthly}, {Term: when.Year, Plan: catalog.Monthly}, {Term: when.Year, Plan: catalog.Annual}}},
	{sandbox.MailSuite, "0002", []catalog.Option{{Plan: catalog.NoPlan}}},
	{sandbox.MachineReserved, "0001", []catalog.Option{{Term: when.Year, Plan: catalog.OneTime}, {Term: when.Year, Plan: catalog.Monthly}}},
}

func (g *game) wish(c party.Customer) order.CartLine {
	what := goods[g.rng.Intn(len(goods))]
	if g.rng.Intn(3) == 0 {
		what = goods[13] // the one with add-ons
	}
	opt := what.plans[g.rng.Intn(len(what.plans))]
	l := order.CartLine{Item: sandbox.Item(what.product, what.sku, c.Country()), Quantity: g.quantity(), Plan: opt.Plan, Term: opt.Term}
	if what.product == sandbox.MailSuite && what.sku == "0001" && g.rng.Intn(2) == 0 {
		l.AddOns = []order.CartLine{{Item: sandbox.Item(sandbox.MailArchive, "0001", c.Country()), Quantity: g.quantity(), Plan: opt.Plan, Term: opt.Term}}
	}
	if what.sku == "0002" && what.product == sandbox.MailSuite {
		l.Quantity = 25
	}
	if what.product == sandbox.StarterKit {
		l.Quantity = 1
	}
	return l
}

func (g *game) quantity() int64 { return []int64{1, 2, 3, 7, 13, 100}[g.rng.Intn(6)] }

// buy fills a cart, previews its checkout and does it as it was shown.
func (g *game) buy() {
	ctx, c := context.Background(), g.customer()
	var in order.Cart
	for range 1 + g.rng.Intn(3) {
		in.Lines = append(in.Lines, g.wish(c))
	}
	if subs := g.subs(c); len(subs) > 0 && g.rng.Intn(2) == 0 {
		if s := subs[g.rng.Intn(len(subs))]; s.Item.Product == sandbox.MailSuite && s.Item.Sku == "0001" {
			in.Lines = append(in.Lines, order.CartLine{Item: sandbox.Item(sandbox.MailArchive, "0001", c.Country()), Quantity: g.quantity(), Plan: s.Plan, Term: s.Term, Parent: s.ID})
		}
	}
	n := 0
	for i := range in.Lines {
		in.Lines[i].ID, n = n, n+1
		for j := range in.Lines[i].AddOns {
			in.Lines[i].AddOns[j].ID, n = n, n+1
		}
	}
	cart, err := do[order.Cart](g.world, func(req app.Request) (app.Reply, error) { return g.CreateCart(ctx, g.who, req, c.ID, in) })
	if g.internal(err) {
		return
	}
	out := func(asked app.Asked) (app.Purchase, error) {
		return do[app.Purchase](g.world, func(req app.Request) (app.Reply, error) { return g.Checkout(ctx, g.who, req, c.ID, cart.ID, asked) })
	}
	for _, l := range in.Lines {
		g.note("buy %s %s/%s x%d +%d", l.Item.Product, l.Term, l.Plan, l.Quantity, len(l.AddOns))
	}
	before := g.charges()
	p, err := out(app.Asked{Preview: true})
	if g.internal(err) {
		return
	}
	_, err = out(app.Asked{Match: p.Preview.Hash()})
	if g.internal(err) {
		g.fail("a checkout was not as its preview: %v", err)
		return
	}
	g.same(p.Preview.Charges, before)
}

// same compares what a preview showed with what was written since.
func (g *game) same(shown []billing.Charge, before []billing.Charge) {
	var fresh []billing.Charge
	for _, c := range g.charges() {
		if !slices.ContainsFunc(before, func(b billing.Charge) bool { return b.ID == c.ID }) {
			fresh = append(fresh, c)
		}
	}
	for _, s := range shown {
		i := slices.IndexFunc(fresh, func(c billing.Charge) bool {
			return c.Kind == s.Kind && c.Net == s.Net && c.Tax == s.Tax && c.Quantity == s.Quantity && c.Period == s.Period && c.At.Equal(s.At)
		})
		if i < 0 {
			g.fail("shown but not made: %+v", s)
			continue
		}
		fresh = slices.Delete(fresh, i, i+1)
	}
	for _, c := range fresh { // what the act settled first
		if c.Kind != billing.Cycle && c.Kind != billing.Renew && c.Kind != billing.Convert {
			g.fail("made but not shown: %+v", c)
		}
	}
}

func (g *game) subs(c party.Customer) []subscription.Subscription {
	var subs []subscription.Subscription
	err := g.store.View(context.Background(), func(r app.Reader) (err error) {
		subs, err = r.Subscriptions(g.who.Scope, c.ID, app.SubscriptionQuery{})
		return err
	})
	if err != nil {
		g.fail("subscriptions: %v", err)
	}
	return subs
}

func (g *game) charges() (cs []billing.Charge) {
	err := g.store.View(context.Background(), func(r app.Reader) (err error) {
		cs, err = r.Charges(g.who.Scope, app.ChargeQuery{})
		return err
	})
	if err != nil {
		g.fail("charges: %v", err)
	}
	return cs
}

// some picks a subscription, a living one most of the time.
func (g *game) some() (c party.Customer, s subscription.Subscription, ok bool) {
	c = g.customer()
	subs := g.subs(c)
	if g.rng.Intn(10) > 0 {
		subs = slices.DeleteFunc(subs, func(s subscription.Subscription) bool { return !s.State.Live() })
	}
	if len(subs) == 0 {
		return c, s, false
	}
	n := len(subs) - 1 - g.rng.Intn(min(len(subs), 8))
	return c, subs[n], true
}

func (g *game) ask(c party.Customer, sub id.Subscription, ch app.Changes, asked app.Asked) (app.SubscriptionView, error) {
	return do[app.SubscriptionView](g.world, func(req app.Request) (app.Reply, error) {
		return g.ChangeSubscription(context.Background(), g.who, req, c.ID, sub, ch, asked)
	})
}

func (g *game) change() {
	c, s, ok := g.some()
	if !ok {
		return
	}
	var ch app.Changes
	if g.rng.Intn(3) == 0 {
		q := max(0, s.Quantity+int64(g.rng.Intn(9)-4))
		ch.Quantity = &q
		g.note("quantity %d→%d", s.Quantity, q)
	}
	if g.rng.Intn(4) == 0 {
		on := g.rng.Intn(3) > 0
		ch.AutoRenew = &on
		g.note("auto-renew %t", on)
	}
	if g.rng.Intn(5) < 3 {
		ch.State = []app.Wanted{app.WantSuspended, app.WantActive, app.WantActive, app.WantCancelled}[g.rng.Intn(4)]
	}
	g.note("change %s %s %s of %s: %s", s.ID, s.Item.Product, s.State, s.OrderedAt.Format(time.DateOnly), ch.State)
	before := g.charges()
	p, err := g.ask(c, s.ID, ch, app.Asked{Preview: true})
	if g.internal(err) || p.Preview == nil {
		return
	}
	_, err = g.ask(c, s.ID, ch, app.Asked{Match: p.Preview.Hash()})
	if g.internal(err) {
		g.fail("a change was not as its preview: %v", err)
		return
	}
	g.same(p.Preview.Charges, before)
}

func (g *game) cancelOrder() {
	ctx, c := context.Background(), g.customer()
	orders, err := g.Orders(ctx, g.who, c.ID, "", false)
	if err != nil || len(orders) == 0 {
		return
	}
	o := orders[g.rng.Intn(min(len(orders), 6))].Order
	var lines []int
	if g.rng.Intn(2) == 0 {
		lines = []int{g.rng.Intn(len(o.Lines))}
	}
	g.note("cancel order %s %v %s", o.ID, lines, o.Lines[0].Item.Product)
	out := func(asked app.Asked) (app.OrderView, error) {
		return do[app.OrderView](g.world, func(req app.Request) (app.Reply, error) {
			return g.CancelOrder(ctx, g.who, req, c.ID, string(o.ID), lines, asked)
		})
	}
	before := g.charges()
	p, err := out(app.Asked{Preview: true})
	if g.internal(err) {
		return
	}
	_, err = out(app.Asked{Match: p.Preview.Hash()})
	if g.internal(err) {
		g.fail("a cancellation was not as its preview: %v", err)
		return
	}
	g.same(p.Preview.Charges, before)
}

func (g *game) activate() {
	c, s, ok := g.some()
	if !ok {
		return
	}
	for _, one := range g.subs(c) {
		if one.State == subscription.Pending {
			s = one
		}
	}
	g.note("activate %s", s.ID)
	_, err := do[app.SubscriptionView](g.world, func(req app.Request) (app.Reply, error) {
		return g.Activate(context.Background(), g.who, req, c.ID, s.ID)
	})
	g.internal(err)
}

// edge goes to the end of a subscription's window: a microsecond before, it ends at once; on the dot it does not.
func (g *game) edge() {
	c, s, ok := g.some()
	if !ok {
		return
	}
	look := func() app.SubscriptionView {
		v, err := g.Subscription(context.Background(), g.who, c.ID, s.ID)
		if f := fault.Of(err); err != nil && (f == nil || f.Code != "subscription.unknown") {
			g.fail("read: %v", err)
		}
		return v
	}
	v := look()
	if !v.Window.Allowed || v.Window.Until.Sub(g.clock.Now()) > 60*day {
		return
	}
	until := v.Window.Until
	g.note("edge of %s %s at %s", s.ID, v.Window.Policy, until.Format(time.RFC3339Nano))
	g.run(until.Add(-time.Microsecond))
	if v = look(); !v.State.Live() || !v.Window.Until.Equal(until) {
		return // its term ended before its window
	}
	got, err := g.ask(c, s.ID, app.Changes{State: app.WantCancelled}, app.Asked{Preview: true})
	if err != nil || got.State != subscription.Cancelled {
		g.fail("a microsecond before its window ends: %s %v", got.State, err)
	}
	g.clock.Set(until)
	got, err = g.ask(c, s.ID, app.Changes{State: app.WantCancelled}, app.Asked{Preview: true})
	if err == nil && got.State == subscription.Cancelled && !(v.State == subscription.Suspended && v.Lapsed()) && v.State != subscription.Pending && v.Window.Policy != "P12" {
		g.fail("on the dot of its window's end it ended at once: %s %s", got.ID, got.Item.Product)
	}
	g.internal(err)
}
