package subscription_test

import (
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	. "github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

const (
	µs  = time.Microsecond
	day = 24 * time.Hour
)

// at reads an instant: 2021-01-16, 2021-01-16T12:00 or with seconds and fractions.
func at(s string) time.Time {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05.999999", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	panic("no instant: " + s)
}

func code(err error) string {
	if err == nil {
		return ""
	}
	if f := fault.Of(err); f != nil {
		return f.Code
	}
	return "internal: " + err.Error()
}

// failer is *testing.T or *rapid.T.
type failer interface {
	Fatal(...any)
	Fatalf(string, ...any)
}

// life is one subscription driven through its decisions, with everything it was ever charged.
type life struct {
	t       failer
	ids     *id.Counting
	s       Subscription
	all     []billing.Charge
	ended   []LineRef
	parent  *life
	addOns  []*life
	quote   Quoter
	renewed int
}

// plan is how a class is bought: what it is, its term, billing plan and term price of a seat.
type plan struct {
	class catalog.Class
	term  when.Term
	bill  catalog.Plan
	unit  string
	seats int64
	trial int
}

var (
	monthly = when.Month
	yearly  = when.Year

	isvMonthly  = plan{catalog.SaaSMonthly, monthly, catalog.Monthly, "31", 1, 0}
	isvAnnual   = plan{catalog.SaaSAnnual, yearly, catalog.Annual, "365", 1, 0}
	isvTrial    = plan{catalog.SaaSMonthly, monthly, catalog.Monthly, "30", 1, 30}
	metered     = plan{catalog.Metered, monthly, catalog.NoPlan, "0", 1, 0}
	software    = plan{catalog.SoftwareSub, yearly, catalog.Annual, "365", 1, 0}
	rdsMonthly  = plan{catalog.SoftwareSub, yearly, catalog.Monthly, "372", 1, 0}
	linux       = plan{catalog.LinuxPlan, yearly, catalog.Annual, "365", 1, 0}
	online      = plan{catalog.OnlineLicensed, monthly, catalog.Monthly, "31", 10, 0}
	onlineYear  = plan{catalog.OnlineLicensed, yearly, catalog.Annual, "365", 10, 0}
	onlineParts = plan{catalog.OnlineLicensed, yearly, catalog.Monthly, "372", 10, 0}
	firstTrial  = plan{catalog.Trial, when.Term{Days: 30}, catalog.NoPlan, "0", 25, 30}
	reserved    = plan{catalog.ReservedClass, when.ThreeYears, catalog.OneTime, "1000", 1, 0}
)

func (p plan) kind() catalog.Kind {
	switch p.class {
	case catalog.SaaSMonthly, catalog.SaaSAnnual, catalog.Metered:
		return catalog.SaaS
	case catalog.SoftwareSub, catalog.LinuxPlan:
		return catalog.Software
	case catalog.ReservedClass:
		return catalog.Reservation
	}
	return catalog.OnlineService
}

func tariff(t failer, p plan, unit string, now time.Time) billing.Tariff {
	price, err := money.ParsePrice(unit, "EUR")
	if err != nil {
		t.Fatal(err)
	}
	rule, _ := policy.For(policy.Shipped, p.class, now)
	return billing.Tariff{Unit: price, PriceRow: "price-" + unit, Policy: rule.ID}
}

// buy places an order; an ISV plan waits for its activation.
func buy(t failer, p plan, now time.Time) *life { return buyUnder(t, nil, p, now) }

func buyUnder(t failer, base *life, p plan, now time.Time) *life {
	l := &life{t: t, ids: new(id.Counting), parent: base}
	on, switchable := policy.AutoRenew(p.class, now, true)
	s := Subscription{
		ID: "s1", Order: "o1", Line: 2, LineAt: now, OrderedAt: now, Kind: p.kind(), Class: p.class, Currency: "EUR", Quantity: p.seats,
		Batches: []Batch{{Quantity: p.seats, At: now}}, Term: p.term, Plan: p.bill, Tariff: tariff(t, p, p.unit, now),
		AutoRenew: on, Switchable: switchable, TrialDays: p.trial,
	}
	var under *Subscription
	if base != nil {
		l.ids, s.ID, s.Parent, under = base.ids, id.Subscription("add-on-"+string(rune('1'+len(base.addOns)))), base.s.ID, &base.s
		base.addOns = append(base.addOns, l)
	}
	l.quote = func(s Subscription, at time.Time) (Quote, bool) {
		return Quote{Tariff: tariff(t, p, p.unit, at), AutoRenew: s.AutoRenew, Switchable: s.Switchable, Order: id.Order("renewal-" + string(s.ID) + "-" + at.Format(time.DateOnly))}, true
	}
	out, err := Begin(l.ids, s, under, now)
	return l.done(out, err)
}

// done takes over what a decision changed, for the subscription itself and its add-ons.
func (l *life) done(out Outcome, err error) *life {
	if err != nil {
		l.t.Fatal(err)
	}
	for _, s := range out.Subscriptions {
		who := l
		for _, a := range l.addOns {
			if a.s.ID == s.ID {
				who = a
			}
		}
		who.s = s
		for _, c := range out.Charges {
			if c.Subscription == s.ID {
				who.all = append(who.all, c)
			}
		}
	}
	l.ended = append(l.ended, out.Cancelled...)
	if out.Renewed {
		l.renewed++
	}
	return l
}

func (l *life) activate(now time.Time) *life { return l.done(Activate(l.ids, l.s, now)) }

// held is what decisions are given: the pinned rule and the charges of the current line.
func (l *life) held() Held {
	rule, _ := policy.ByID(policy.Shipped, l.s.Tariff.Policy)
	h := Held{Subscription: l.s, Rule: rule}
	for _, c := range l.all {
		if c.Order == l.s.Order {
			h.Charges = append(h.Charges, c)
		}
	}
	return h
}

func (l *life) children() (out []Held) {
	for _, a := range l.addOns {
		out = append(out, a.held())
	}
	return out
}

func (l *life) plain() (out []Subscription) {
	for _, a := range l.addOns {
		out = append(out, a.s)
	}
	return out
}

// step does the next due thing and returns its instant.
func (l *life) step() time.Time {
	due := l.s.Due(policy.PendingFor)
	var base *Subscription
	if l.parent != nil {
		base = &l.parent.s
	}
	out, err := Step(l.ids, l.held(), base, l.quote, policy.PendingFor)
	l.done(out, err)
	return due
}

// sweep does everything due up to now, in the order of the instants, bases and add-ons together.
func (l *life) sweep(now time.Time) *life {
	for n := 0; ; n++ {
		if n > 500 {
			l.t.Fatalf("no end of due work before %v: %v %v", now, l.s.State, l.s.Due(policy.PendingFor))
		}
		var next *life
		var first time.Time
		for _, one := range append([]*life{l}, l.addOns...) {
			if due := one.s.Due(policy.PendingFor); !due.IsZero() && !due.After(now) && (first.IsZero() || due.Before(first)) {
				next, first = one, due
			}
		}
		if next == nil {
			return l
		}
		next.step()
	}
}

func (l *life) cancel(now time.Time) (Outcome, error) {
	return Cancel(l.ids, l.held(), l.children(), now)
}

func (l *life) suspend(now time.Time) *life {
	return l.done(Suspend(l.s, l.plain(), Account{}, ReasonNonPayment, now))
}

func (l *life) reactivate(now time.Time) (Outcome, error) {
	var parent *Subscription
	if l.parent != nil {
		parent = &l.parent.s
	}
	return Reactivate(l.ids, l.s, l.plain(), parent, l.quote, now)
}

func (l *life) autoRenew(on bool, now time.Time) *life { return l.done(SetAutoRenew(l.s, on, now)) }

// charged is every charge as "date of instant: net for from…to", credits with their minus.
func (l *life) charged() (out []string) {
	for _, c := range l.all {
		out = append(out, c.At.Format(time.DateOnly)+" "+string(c.Kind)+" "+c.Net.Decimal()+" "+c.Period.Start.Format(time.DateOnly)+"…"+c.Period.End.Format(time.DateOnly))
	}
	return out
}

func net(cs []billing.Charge) string {
	sum := money.Of(0, "EUR")
	for _, c := range cs {
		sum = sum.Add(c.Net)
	}
	return sum.Decimal()
}

func equal(t *testing.T, got []string, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%q\nwant %q", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("%d: %q, want %q", i, got[i], want[i])
		}
	}
}
