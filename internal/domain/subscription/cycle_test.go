package subscription_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	. "github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// imported is a subscription of an imported offer, priced 365 a year at once and 372 by the month.
func imported(t failer, p plan, start string) *life {
	l := buy(t, p, at(start))
	l.s.Item = id.Item{Product: suite}
	l.quote = func(s Subscription, now time.Time) (Quote, bool) {
		unit := "365"
		if s.Plan == catalog.Monthly {
			unit = "372"
		}
		return Quote{Tariff: tariff(t, p, unit, now)}, true
	}
	return l
}

func (l *life) setPlan(to catalog.Plan, now time.Time) (Outcome, error) {
	return SetPlan(l.ids, l.held(), to, shelfOf(l.s.Kind, "0001"), l.quote, LineRef{Order: "after", Line: 2}, now)
}

// TestSetPlanMoney: credit and charge meet at one instant, and what follows is the other plan's.
func TestSetPlanMoney(t *testing.T) {
	for _, c := range []struct {
		name  string
		plan  plan
		to    catalog.Plan
		after time.Duration
		want  []string
		next  string // charge; empty: none
	}{
		{"annual: the day that has begun is by the month", onlineParts, catalog.Annual, 10*day + time.Hour, []string{
			"2026-03-11 remove_quantity -200.00 2026-03-11…2026-04-01", "2026-03-11 convert 3540.00 2026-03-12…2027-03-01"}, ""},
		{"annual on the last day of a month", onlineParts, catalog.Annual, 30*day + time.Hour, []string{
			"2026-03-31 convert 3340.00 2026-04-01…2027-03-01"}, ""},
		{"P11 annual within the first day", onlineParts, catalog.Annual, 5 * time.Hour, []string{
			"2026-03-01 remove_quantity -310.00 2026-03-01…2026-04-01", "2026-03-01 convert 3650.00 2026-03-01…2027-03-01"}, ""},
		{"monthly", onlineYear, catalog.Monthly, 10*day + time.Hour, []string{
			"2026-03-11 remove_quantity -3540.00 2026-03-11…2027-03-01", "2026-03-11 convert 200.00 2026-03-12…2026-04-01"}, "2026-04-01"},
		{"monthly on the last day of a month: the next one when it is due", onlineYear, catalog.Monthly, 30*day + time.Hour, []string{
			"2026-03-31 remove_quantity -3340.00 2026-03-31…2027-03-01"}, "2026-04-01"},
		{"monthly on the last day of the term", onlineYear, catalog.Monthly, 364*day + time.Hour, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := imported(t, c.plan, "2026-03-01")
			now := at("2026-03-01").Add(c.after)
			if c.plan.bill == catalog.Annual {
				l.sweep(now)
			}
			before, was := len(l.all), l.s
			l.done(l.setPlan(c.to, now))
			equal(t, (&life{all: l.all[before:]}).charged(), c.want...)
			if l.s.Plan != c.to || l.s.Current != was.Current || l.s.LineAt != was.LineAt || l.s.Tariff.Policy != was.Tariff.Policy || l.s.Order != "after" || l.s.Line != 2 {
				t.Errorf("%+v", l.s)
			}
			if c.next == "" != l.s.NextCharge.IsZero() || c.next != "" && !l.s.NextCharge.Equal(at(c.next)) {
				t.Errorf("next charge %v, want %q", l.s.NextCharge, c.next)
			}
		})
	}
}

// TestSetPlanPaysEveryDayOnce: whenever the plan changes and changes back, what is charged covers the term without a gap.
func TestSetPlanPaysEveryDayOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom([]plan{onlineParts, onlineYear}).Draw(t, "plan")
		l := imported(t, p, "2026-01-31")
		l.s.LineAt, l.s.Batches[0].At = l.s.LineAt.Add(-48*time.Hour), l.s.Batches[0].At.Add(-48*time.Hour) // beyond the first day
		now := l.s.Current.Start
		for range rapid.IntRange(1, 4).Draw(t, "times") {
			now = now.Add(time.Duration(rapid.Int64Range(1, int64(120*day)).Draw(t, "later")))
			if !now.Before(l.s.Current.End) {
				break
			}
			l.sweep(now)
			to := catalog.Annual
			if l.s.Plan == catalog.Annual {
				to = catalog.Monthly
			}
			l.done(l.setPlan(to, now))
			l.s.Order = "order" // the helper holds the charges of one order
			for i := range l.all {
				l.all[i].Order = l.s.Order
			}
		}
		l.sweep(l.s.Current.End.Add(-time.Microsecond))
		paid := map[string]int64{}
		for _, c := range l.all {
			from, sign := c.Period.Start, int64(1)
			if c.Of != "" {
				sign = -1
				for _, of := range l.all {
					if of.ID == c.Of {
						from = of.Period.Start.Add(time.Duration(c.Kept) * day)
					}
				}
			}
			for d := from; d.Before(c.Period.End); d = d.Add(day) {
				paid[d.Format(time.DateOnly)] += sign * c.Quantity
			}
		}
		for d := l.s.Current.Start; d.Before(l.s.Current.End); d = d.Add(day) {
			if paid[d.Format(time.DateOnly)] != l.s.Quantity {
				t.Fatalf("%s is paid for %d seats of %d: %v", d.Format(time.DateOnly), paid[d.Format(time.DateOnly)], l.s.Quantity, l.charged())
			}
		}
	})
}

func TestSetPlanRefusals(t *testing.T) {
	for _, c := range []struct {
		name string
		prep func(*life)
		to   catalog.Plan
		code string
	}{
		{"suspended", func(l *life) { l.s.State = Suspended }, catalog.Annual, "cycle.inactive"},
		{"over", func(l *life) { l.s.State = Expired }, catalog.Annual, "cycle.inactive"},
		{"of the new catalogue", func(l *life) { l.s.Item.Sku = "0001" }, catalog.Annual, "cycle.not_here"},
		{"a trial", func(l *life) { l.s.Class = catalog.Trial }, catalog.Annual, "cycle.not_here"},
		{"not sold for this term", func(l *life) { l.s.Term = when.ThreeYears }, catalog.Annual, "plan.not_offered"},
		{"a plan that is not sold", nil, catalog.Triennial, "plan.not_offered"},
		{"behind", func(l *life) { l.s.NextCharge = at("2026-03-02") }, catalog.Annual, "subscription.settling"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := imported(t, onlineParts, "2026-03-01")
			if c.prep != nil {
				c.prep(l)
			}
			_, err := l.setPlan(c.to, at("2026-03-05"))
			if f := fault.Of(err); f == nil || f.Code != c.code {
				t.Errorf("%v, want %s", err, c.code)
			}
		})
	}
}
