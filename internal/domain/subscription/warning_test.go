package subscription_test

import (
	"testing"
	"time"

	. "github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// TestE16Warnings: 30 × 24 h and 7 × 24 h before the end of the term, each looked at once, from its very instant.
func TestE16Warnings(t *testing.T) {
	for _, c := range []struct {
		name string
		life *life
		want []string
	}{
		{"E16 a year", buy(t, onlineYear, at("2026-03-01T10:00")), []string{"2027-01-30T10:00 30", "2027-02-22T10:00 7"}},
		{"E16 a leap year ends", buy(t, onlineYear, at("2023-03-10")), []string{"2024-02-09T00:00 30", "2024-03-03T00:00 7"}},
		{"E16 a month of 31 days", buy(t, online, at("2026-03-01")), []string{"2026-03-02T00:00 30", "2026-03-25T00:00 7"}},
		{"E16 a month of 30 days begins with the first", buy(t, online, at("2026-04-01")), []string{"2026-04-24T00:00 7"}},
		{"E16 February", buy(t, online, at("2026-02-01")), []string{"2026-02-22T00:00 7"}},
		{"E16 an add-on bought 20 days before the end", buyUnder(t, buy(t, onlineYear, at("2026-03-01")), onlineYear, at("2027-02-09")), []string{"2027-02-22T00:00 7"}},
		{"E16 a publisher's plan", buy(t, isvAnnual, at("2026-03-01")).activate(at("2026-03-02")), []string{"2027-01-31T00:00 30", "2027-02-23T00:00 7"}},
		{"E16 by use", buy(t, metered, at("2026-03-01")).activate(at("2026-03-02")), []string{"2026-03-03T00:00 30", "2026-03-26T00:00 7"}},
		{"E16 waiting for its activation", buy(t, isvAnnual, at("2026-03-01")), nil},
		{"E16 free days", buy(t, isvTrial, at("2026-03-01")).activate(at("2026-03-02")), nil},
		{"E16 a trial", buy(t, firstTrial, at("2026-03-01")), nil},
	} {
		var got []string
		for {
			w, ok := c.life.s.NextWarning()
			if !ok {
				break
			}
			got = append(got, w.At.Format("2006-01-02T15:04")+" "+map[int]string{30: "30", 7: "7"}[w.Days])
			c.life.s.Warned = w.At.Add(-µs)
			if again, ok := c.life.s.NextWarning(); !ok || again != w {
				t.Errorf("%s: looked at before its time", c.name)
			}
			c.life.s.Warned = w.At
		}
		equal(t, got, c.want...)
		if t.Failed() {
			t.Fatal(c.name)
		}
	}
}

func TestE16Withdrawn(t *testing.T) {
	start := at("2026-03-01")
	gone := func(from time.Time) func(*life) Quoter {
		return func(l *life) Quoter {
			quote := l.quote
			return func(s Subscription, at time.Time) (Quote, bool) {
				q, ok := quote(s, at)
				return q, ok && at.Before(from)
			}
		}
	}
	end := at("2027-03-01")
	for _, c := range []struct {
		name string
		life *life
		gone func(*life) Quoter
		want bool
	}{
		{"E16 withdrawn at the very end", buy(t, onlineYear, start), gone(end), true},
		{"E16 sold until after it", buy(t, onlineYear, start), gone(end.Add(µs)), false},
		{"E16 auto-renew is off: it ends by choice", buy(t, onlineYear, start).autoRenew(false, start), gone(start), false},
		{"E16 suspended: it does not renew anyway (E22)", buy(t, onlineYear, start).suspend(start.Add(day)), gone(start), false},
		{"E16 a publisher's plan", buy(t, isvAnnual, start).activate(start), gone(start), true},
		{"E16 its base", buyUnder(t, buy(t, onlineYear, start), onlineYear, start), gone(start), true},
	} {
		var base *Subscription
		if c.life.parent != nil {
			base = &c.life.parent.s
		}
		if got := c.life.s.Withdrawn(base, c.gone(c.life)); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	// The base alone is withdrawn; it ends then, or it was going to anyway.
	child := buyUnder(t, buy(t, onlineYear, start), onlineYear, start)
	onlyBase := func(s Subscription, at time.Time) (Quote, bool) {
		q, ok := child.quote(s, at)
		return q, ok && s.ID == child.s.ID
	}
	if !child.s.Withdrawn(&child.parent.s, onlyBase) {
		t.Error("E16 an add-on ends with a base that is withdrawn")
	}
	off := child.parent.autoRenew(false, start).s
	if child.s.Withdrawn(&off, onlyBase) {
		t.Error("E16 a base that does not renew by choice")
	}
}
