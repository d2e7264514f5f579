package subscription_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	. "github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

var plans = []plan{isvMonthly, isvAnnual, isvTrial, metered, software, rdsMonthly, linux, online, onlineYear, onlineParts, firstTrial, reserved}

// TestDueMakesProgress: whatever happens to a subscription, no instant falls due twice, what fell due is done within
// bounds, no day of a seat is charged twice, and nothing is charged before its instant.
func TestDueMakesProgress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := at("2021-06-01").Add(time.Duration(rapid.IntRange(0, 800*24).Draw(t, "ordered")) * time.Hour)
		l := buy(t, rapid.SampledFrom(plans).Draw(t, "plan"), start)
		now, last := start, time.Time{}
		for range rapid.IntRange(1, 25).Draw(t, "acts") {
			now = now.Add(time.Duration(rapid.IntRange(0, 45*24).Draw(t, "later")) * time.Hour)
			for steps := 0; ; steps++ {
				due := l.s.Due(policy.PendingFor)
				if due.IsZero() || due.After(now) {
					break
				}
				if steps > 4 { // in 45 days: a charge each month, a term's end, data gone
					t.Fatalf("%d things in one go, next %v", steps, due)
				}
				if !due.After(last) && !last.IsZero() {
					t.Fatalf("%v falls due after %v: %+v", due, last, l.s)
				}
				if last = l.step(); l.s.Due(policy.PendingFor).Equal(last) {
					t.Fatalf("%v again: %+v", last, l.s)
				}
			}
			if l.s.Behind(now) {
				t.Fatalf("behind after its steps: %+v", l.s)
			}
			act(t, l, now)
			last = later(last, now)
			if due := l.s.Due(policy.PendingFor); !due.IsZero() && due.Before(now) {
				t.Fatalf("an act at %v leaves %v due: %+v", now, due, l.s)
			} else if due.Equal(now) {
				last = now.Add(-µs)
			}
		}
		paid := map[time.Time]bool{}
		for _, c := range l.all {
			if c.Kind == billing.AddQuantity || c.Of != "" {
				continue
			}
			if paid[c.Period.Start] || c.At.After(now) || c.Period.Start.Before(c.At) {
				t.Fatalf("%v", l.charged())
			}
			paid[c.Period.Start] = true
		}
		for i, c := range l.all {
			for _, d := range l.all[:i] {
				whole := c.Of == "" && d.Of == "" && c.Kind != billing.AddQuantity && d.Kind != billing.AddQuantity
				if whole && c.Period.Start.Before(d.Period.End) && d.Period.Start.Before(c.Period.End) {
					t.Fatalf("a day is charged twice: %v", l.charged())
				}
			}
		}
	})
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// act does one thing a person could do; refusals leave everything as it is.
func act(t *rapid.T, l *life, now time.Time) {
	var out Outcome
	var err error
	switch rapid.IntRange(0, 6).Draw(t, "act") {
	case 0:
		out, err = Activate(l.ids, l.s, now)
	case 1:
		out, err = Suspend(l.s, nil, Account{}, ReasonUnspecified, now)
	case 2:
		out, err = l.reactivate(now)
	case 3:
		out, err = SetAutoRenew(l.s, rapid.Bool().Draw(t, "on"), now)
	case 4:
		out, err = SetQuantity(l.ids, l.held(), seats(1, 50), rapid.Int64Range(1, 50).Draw(t, "seats"), now)
	case 5:
		if rapid.IntRange(0, 3).Draw(t, "really") == 0 {
			out, err = l.cancel(now)
		}
	}
	switch f := fault.Of(err); {
	case err == nil:
		l.done(out, nil)
	case f == nil:
		t.Fatal(err)
	case f.Kind == fault.KindUnavailable:
		t.Fatalf("%v although nothing is left to do: %+v", f, l.s)
	}
}
