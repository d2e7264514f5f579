package order_test

import (
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	. "github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// bought is what cancelling an order of a placement starts from.
func bought(p Placement, n int) Cancellation {
	c := Cancellation{
		Order: p.Orders[n], Rules: policy.Shipped, Subs: map[id.Subscription]subscription.Held{}, Children: map[id.Subscription][]subscription.Held{},
	}
	for _, ch := range p.Charges {
		if ch.Order == c.Order.ID {
			c.Charges = append(c.Charges, ch)
		}
	}
	for _, s := range p.Subscriptions {
		h := subscription.Held{Subscription: s}
		h.Rule, _ = policy.ByID(policy.Shipped, s.Tariff.Policy)
		for _, ch := range p.Charges {
			if ch.Subscription == s.ID {
				h.Charges = append(h.Charges, ch)
			}
		}
		c.Subs[s.ID] = h
		if s.Parent != "" {
			c.Children[s.Parent] = append(c.Children[s.Parent], h)
		}
	}
	return c
}

func net(out subscription.Outcome) string {
	sum := money.Of(0, "USD")
	for _, c := range out.Charges {
		sum = sum.Add(c.Net)
	}
	return sum.Decimal()
}

// bundle is one order of three lines: two perpetual licences and one bought as a yearly one-time subscription.
func bundle(t *testing.T) Cancellation {
	s := shop()
	s.Shelf["WINSUB"].Prices[0].Plan = catalog.OneTime
	return bought(place(t, s, line("OFFICE", 1), line("WINSUB", 1, by(when.Year, catalog.OneTime)), line("OFFICE", 2)), 0)
}

func TestCancelLines(t *testing.T) {
	s := shop()
	linux := bought(place(t, s, line("RHEL", 1)), 0)
	for _, c := range []struct {
		name   string
		from   Cancellation
		lines  []int
		after  time.Duration
		credit string
		states string // a letter for each line: a active, c cancelled
		status Status
		code   string
	}{
		{"F54 E04 one line", bundle(t), []int{2}, 10 * 24 * time.Hour, "-500.00", "aac", Completed, ""},
		{"F54 the same line named twice", bundle(t), []int{2, 2}, 0, "-500.00", "aac", Completed, ""},
		{"F54 all lines, none named", bundle(t), nil, 0, "-1115.00", "ccc", Cancelled, ""},
		{"F54 all lines, named", bundle(t), []int{2, 1, 0}, 0, "-1115.00", "ccc", Cancelled, ""},
		{"F66 software subscription prorated over 366 days, perpetual whole", bundle(t), []int{0, 1}, 2 * 24 * time.Hour, "-613.01", "cca", Completed, ""},
		{"P02 last microsecond", bundle(t), []int{0}, 30*24*time.Hour + 14*time.Hour + 29*time.Minute - µs, "-250.00", "caa", Completed, ""},
		{"P02 23:59:00Z itself", bundle(t), []int{0}, 30*24*time.Hour + 14*time.Hour + 29*time.Minute, "", "", "", "cancel.window_closed"},
		{"E04 one line outside its window refuses them all", bundle(t), []int{0, 1}, 8 * 24 * time.Hour, "", "", "", "cancel.window_closed"},
		{"no such line", bundle(t), []int{3}, 0, "", "", "", "line.unknown"},
		{"no line below zero", bundle(t), []int{-1}, 0, "", "", "", "line.unknown"},
		{"F61 Linux plan", linux, nil, 0, "", "", "", "cancel.never"},
		{"ISV plan: by its subscription", bought(place(t, s, line("CRM", 1)), 0), nil, 0, "", "", "", "cancel.use_subscription"},
		{"metered: by its subscription", bought(place(t, s, line("METER", 1)), 0), nil, 0, "", "", "", "cancel.use_subscription"},
		{"online service: not software", bought(place(t, s, line("TWO", 1)), 0), nil, 0, "", "", "", "cancel.not_software"},
		{"F06 reservation: not software", bought(place(t, s, line("VM", 1)), 0), nil, 0, "", "", "", "cancel.not_software"},
		{"first-party trial: not software", bought(place(t, s, line("TRIAL", 1)), 0), nil, 0, "", "", "", "cancel.not_software"},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := now.Add(c.after)
			o, out, err := CancelLines(new(id.Counting), c.from, c.lines, at)
			if code(fault.Of(err)) != c.code {
				t.Fatalf("%v, want %q", err, c.code)
			}
			if err != nil {
				return
			}
			states, cancelled := "", 0
			for i, l := range o.Lines {
				states += string(l.State)[:1]
				if l.State == LineCancelled {
					if cancelled++; !l.EndedAt.Equal(at) {
						t.Errorf("line %d ended at %v", i, l.EndedAt)
					}
				}
				if c.from.Order.Lines[i].State != LineActive {
					t.Error("the order that was read changed")
				}
			}
			if states != c.states || o.Status != c.status || net(out) != c.credit || len(out.Cancelled) != cancelled || !out.EndsAt.Equal(at) {
				t.Errorf("%s %s, credit %s, %v", states, o.Status, net(out), out.Cancelled)
			}
			again := c.from
			again.Order = o
			again.Charges = append(again.Charges, out.Charges...)
			lines := c.lines
			if _, _, err := CancelLines(new(id.Counting), again, lines, at); code(fault.Of(err)) != "cancel.line_already" {
				t.Errorf("E03 again: %v", err)
			}
		})
	}
}

// TestE04WholeOrderInSteps: the order is cancelled when its last line is.
func TestE04WholeOrderInSteps(t *testing.T) {
	c := bundle(t)
	for i, want := range []Status{Completed, Completed, Cancelled} {
		o, out, err := CancelLines(new(id.Counting), c, []int{i}, now)
		if err != nil || o.Status != want {
			t.Fatalf("line %d: %s, %v", i, o.Status, err)
		}
		c.Order, c.Charges = o, append(c.Charges, out.Charges...)
	}
	if _, _, err := CancelLines(new(id.Counting), c, nil, now); code(fault.Of(err)) != "cancel.line_already" {
		t.Errorf("E03 %v", err)
	}
	c = bundle(t)
	c.Order, _, _ = CancelLines(new(id.Counting), c, []int{0}, now)
	if o, _, err := CancelLines(new(id.Counting), c, nil, now); err != nil || o.Status != Cancelled {
		t.Errorf("the rest of it: %s, %v", o.Status, err)
	}
}

// TestE19AddOnLinesOfTheOrder: software with an add-on in the same order ends once, whichever line is named first.
func TestE19AddOnLinesOfTheOrder(t *testing.T) {
	for name, lines := range map[string][]int{"none named": nil, "base only": {0}, "base first": {0, 1}, "add-on first": {1, 0}} {
		t.Run(name, func(t *testing.T) {
			s := shop()
			s.Shelf["ARCHIVE"].Product.Kind = catalog.Software
			s.Shelf["ARCHIVE"].Skus[0].Bases = []catalog.Ref{{Product: "WINSUB"}}
			c := bought(place(t, s, line("WINSUB", 1, by(when.Year, catalog.Annual), with(line("ARCHIVE", 1)))), 0)
			o, out, err := CancelLines(new(id.Counting), c, lines, now)
			if err != nil || o.Status != Cancelled || net(out) != "-730.00" || len(out.Charges) != 2 || len(out.Cancelled) != 2 || len(out.Subscriptions) != 2 {
				t.Errorf("%s, credit %s, %v, %v", o.Status, net(out), out.Cancelled, err)
			}
		})
	}
}

func TestCancelWithoutARow(t *testing.T) {
	c := bundle(t)
	c.Rules = nil
	if _, _, err := CancelLines(new(id.Counting), c, []int{0}, now); code(fault.Of(err)) != "cancel.never" {
		t.Errorf("no row, never cancellable: %v", err)
	}
	c = bundle(t)
	h := c.Subs[c.Order.Lines[1].Subscription]
	h.State = subscription.Expired
	c.Subs[h.ID] = h
	if _, _, err := CancelLines(new(id.Counting), c, []int{1}, now); code(fault.Of(err)) != "cancel.line_already" {
		t.Errorf("its subscription has ended: %v", err)
	}
}

func TestEndLine(t *testing.T) {
	o := bundle(t).Order
	for i, want := range []Status{Completed, Completed, Cancelled} {
		if o = o.EndLine(i, now); o.Status != want || o.Lines[i].State != LineCancelled || !o.Lines[i].EndedAt.Equal(now) {
			t.Errorf("E04 %d: %+v", i, o)
		}
	}
	if again := o.EndLine(0, now.Add(time.Hour)); !again.Lines[0].EndedAt.Equal(now) {
		t.Error("E03 ended twice")
	}
	if got := o.EndLine(9, now); got.Status != Cancelled {
		t.Errorf("%+v", got)
	}
}
