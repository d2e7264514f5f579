package order_test

import (
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	. "github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

const days = 24 * time.Hour

// gross is what comes back with its tax: what is granted is told in gross amounts.
func gross(out subscription.Outcome) string { return billing.Open(out.Charges).Decimal() }

// TestF70WindowAtTheRequest: a request filed inside the window counts as inside whenever it is approved; one filed outside
// does not, however soon.
func TestF70WindowAtTheRequest(t *testing.T) {
	s := shop()
	for _, c := range []struct {
		name       string
		from       Cancellation
		lines      []int
		asked, now time.Duration
		credit     string
		code       string
	}{
		{"F70 perpetual, asked in the last microsecond, approved ten days later", bundle(t), []int{0}, 30*days + 14*time.Hour + 29*time.Minute - µs, 41 * days, "-250.00", ""},
		{"F70 perpetual, asked at 23:59:00Z", bundle(t), []int{0}, 30*days + 14*time.Hour + 29*time.Minute, 31 * days, "", "cancel.window_closed"},
		{"F70 subscription, asked on its first day, approved on the ninth: full", bundle(t), []int{1}, days - µs, 9 * days, "-365.00", ""},
		{"F70 subscription, asked on the seventh day, approved on the ninth: nine days are used", bundle(t), []int{1}, 7*days - µs, 9 * days, "-356.02", ""},
		{"F70 subscription, asked after a week", bundle(t), []int{1}, 7 * days, 9 * days, "", "cancel.window_closed"},
		{"F70 an ISV plan inside its day", bought(place(t, s, line("CRM", 1)), 0), []int{0}, days - µs, 3 * days, "0.00", ""}, // not activated: nothing was charged
		{"F70 F61 a Linux plan", bought(place(t, s, line("RHEL", 1)), 0), []int{0}, 0, 0, "", "cancel.never"},
		{"F70 F06 a reservation", bought(place(t, s, line("VM", 1)), 0), []int{0}, 0, 0, "", "cancel.never"},
		{"F70 an online service", bought(place(t, s, line("TWO", 1)), 0), []int{0}, 0, 2 * days, "", ""},
		{"F70 E04 all or nothing", bundle(t), []int{0, 1}, 8 * days, 8 * days, "", "cancel.window_closed"},
		{"no such line", bundle(t), []int{3}, 0, 0, "", "line.unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, out, err := RefundLines(new(id.Counting), c.from, c.lines, now.Add(c.asked), now.Add(c.now))
			if code(fault.Of(err)) != c.code {
				t.Fatalf("%v, want %q", err, c.code)
			}
			if err != nil {
				return
			}
			if c.credit != "" && net(out) != c.credit || o.Lines[c.lines[0]].State != LineCancelled || !out.EndsAt.Equal(now.Add(c.now)) {
				t.Errorf("credit %s, %+v", net(out), out.Cancelled)
			}
			again := c.from
			again.Order = o
			if _, _, err := RefundLines(new(id.Counting), again, c.lines, now, now.Add(c.now)); code(fault.Of(err)) != "cancel.line_already" {
				t.Errorf("E03 again: %v", err)
			}
		})
	}
}

// TestF70NothingIsLeftToItsTerm: an approval gives money back or is refused; it never only switches a renewal off.
func TestF70NothingIsLeftToItsTerm(t *testing.T) {
	c := bought(place(t, shop(), line("CRM", 1)), 0)
	h := c.Subs[c.Order.Lines[0].Subscription]
	h.State, h.Current.Start, h.Current.End = subscription.Active, now, now.AddDate(0, 1, 0)
	c.Subs[h.ID] = h
	if _, out, err := RefundLines(new(id.Counting), c, []int{0}, now.Add(20*days), now.Add(20*days)); code(fault.Of(err)) != "cancel.window_closed" {
		t.Errorf("%+v, %v", out, err)
	}
}

// TestF70ARenewedLine: what was asked of a line that was renewed since is done to the term that runs.
func TestF70ARenewedLine(t *testing.T) {
	c := bundle(t)
	sub := c.Order.Lines[1].Subscription
	h := c.Subs[sub]
	h.Order, h.Line, h.LineAt, h.Current.Start, h.Current.End = "renewal", 0, now.AddDate(1, 0, 0), now.AddDate(1, 0, 0), now.AddDate(2, 0, 0)
	h.NextCharge = time.Time{}
	h.Charges = []billing.Charge{{
		ID: "second year", Order: "renewal", Quantity: 1, Period: h.Current, Days: 365, Net: money.Of(36500, "USD"), Tax: money.Of(0, "USD"), At: h.LineAt,
	}}
	c.Subs[sub] = h
	c.Order = c.Order.Supersede(1)
	at := now.AddDate(1, 0, 0).Add(20 * days)
	_, out, err := RefundLines(new(id.Counting), c, []int{1}, now.Add(days), at)
	if err != nil || net(out) != "-345.00" || len(out.Cancelled) != 1 || out.Cancelled[0].Order != "renewal" {
		t.Errorf("F70 asked in the first year, approved on day 20 of the second: %s, %v, %v", net(out), out.Cancelled, err)
	}
	_, out, err = GrantLines(new(id.Counting), c, []Granted{{Line: 1}}, at)
	if err != nil || net(out) != "-730.00" || len(out.Cancelled) != 1 {
		t.Errorf("F77 both years stand on the line: %s, %v, %v", net(out), out.Cancelled, err)
	}
	if still := c.StillCharged([]int{1}); still != money.Of(36500+40150, "USD") {
		t.Errorf("E26 still charged, with tax where it was pinned: %v", still)
	}
}

// TestF77ABaseWithItsAddOn: what the law gives on an add-on is given, in whichever order it and its base are named.
func TestF77ABaseWithItsAddOn(t *testing.T) {
	for _, named := range [][2]int{{1, 3}, {3, 1}} {
		c := bundle(t)
		base, addOn := c.Order.Lines[1].Subscription, id.Subscription("add-on")
		h := c.Subs[base]
		h.Line, h.Parent, h.ID = 3, base, addOn
		h.Charges = nil
		for _, ch := range ownCharges(c, 1) {
			ch.ID, ch.Line, ch.Subscription = "of the add-on", 3, addOn
			h.Charges = append(h.Charges, ch)
		}
		l := c.Order.Lines[1]
		l.Number, l.Subscription, l.Parent = 3, addOn, base
		c.Order.Lines, c.Charges = append(c.Order.Lines, l), append(c.Charges, h.Charges...)
		c.Subs[addOn], c.Children = h, map[id.Subscription][]subscription.Held{base: {h}}
		_, out, err := GrantLines(new(id.Counting), c, []Granted{{named[0], money.Of(100, "USD")}, {named[1], money.Of(100, "USD")}}, now.Add(180*days))
		if err != nil || gross(out) != "-2.00" || len(out.Cancelled) != 2 {
			t.Errorf("F77 lines %v: %s, %v, %v", named, gross(out), out.Cancelled, err)
		}
	}
}

func ownCharges(c Cancellation, line int) (own []billing.Charge) {
	for _, ch := range c.Charges {
		if ch.Line == line {
			own = append(own, ch)
		}
	}
	return own
}

// TestF77RequiredByLaw: the policy row is not asked, what runs ends, and no more comes back than is still charged.
func TestF77RequiredByLaw(t *testing.T) {
	usd := func(minor int64) money.Amount { return money.Of(minor, "USD") }
	linux := bought(place(t, shop(), line("RHEL", 1)), 0)
	for _, c := range []struct {
		name   string
		from   Cancellation
		grants []Granted
		credit string
		code   string
	}{
		{"F77 perpetual, half a year later", bundle(t), []Granted{{Line: 0, Amount: usd(10000)}}, "-100.00", ""},
		{"F77 all of it", bundle(t), []Granted{{Line: 0}}, "-275.00", ""},
		{"F77 subscription and perpetual", bundle(t), []Granted{{Line: 0, Amount: usd(1)}, {Line: 1, Amount: usd(2)}}, "-0.03", ""},
		{"F77 F61 a Linux plan, which no row lets go", linux, []Granted{{Line: 0, Amount: usd(100)}}, "-1.00", ""},
		{"E26 F77 a cent too much", bundle(t), []Granted{{Line: 0, Amount: usd(27501)}}, "", "refund.too_much"},
		{"E26 F77 one line does not lend to another", bundle(t), []Granted{{Line: 0, Amount: usd(40000)}, {Line: 1}}, "", "refund.too_much"},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := now.Add(180 * days)
			o, out, err := GrantLines(new(id.Counting), c.from, c.grants, at)
			if code(fault.Of(err)) != c.code {
				t.Fatalf("%v, want %q", err, c.code)
			}
			if err != nil {
				return
			}
			if gross(out) != c.credit || len(out.Cancelled) != len(c.grants) || o.Lines[c.grants[0].Line].State != LineCancelled {
				t.Errorf("credit %s, %v", gross(out), out.Cancelled)
			}
			again := c.from
			again.Order, again.Charges = o, append(again.Charges, out.Charges...)
			for sub, h := range again.Subs {
				h.State = subscription.Cancelled
				again.Subs[sub] = h
			}
			left := again.StillCharged([]int{c.grants[0].Line})
			_, rest, err := GrantLines(new(id.Counting), again, c.grants[:1], at)
			switch {
			case left.Sign() == 0 && code(fault.Of(err)) != "refund.nothing_open":
				t.Errorf("E26 nothing is left: %v", err)
			case left.Sign() > 0 && c.grants[0].Amount.Cmp(left) <= 0 && (err != nil || len(rest.Cancelled) != 0):
				t.Errorf("F77 more of a line that ended: %v, %v", rest.Cancelled, err)
			}
		})
	}
}
