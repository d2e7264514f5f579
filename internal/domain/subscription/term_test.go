package subscription_test

import (
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	. "github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

func TestActivate(t *testing.T) {
	ordered := at("2021-02-01T10:00")
	gone := buy(t, isvMonthly, ordered)
	gone.done(gone.cancel(ordered))
	for _, c := range []struct {
		name  string
		life  *life
		after time.Duration
		code  string
	}{
		{"F74 at the order", buy(t, isvMonthly, ordered), 0, ""},
		{"F74 last microsecond", buy(t, isvMonthly, ordered), 30*day - µs, ""},
		{"F74 at 30×24 h: unsubscribed", buy(t, isvMonthly, ordered), 30 * day, "subscription.deleted"},
		{"F74 after the sweep", buy(t, isvMonthly, ordered).sweep(ordered.Add(30 * day)), 30 * day, "subscription.deleted"},
		{"twice", buy(t, isvMonthly, ordered).activate(ordered), day, "activate.already"},
		{"suspended", buy(t, isvMonthly, ordered).activate(ordered).suspend(ordered), day, "activate.already"},
		{"cancelled", gone, day, "subscription.deleted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			now := ordered.Add(c.after)
			out, err := Activate(c.life.ids, c.life.s, now)
			if code(err) != c.code {
				t.Fatal(err)
			}
			if err != nil {
				return
			}
			s := out.Subscriptions[0]
			if s.State != Active || !s.Current.Start.Equal(now) || !s.LineAt.Equal(ordered) || len(out.Charges) != 1 || !out.Charges[0].At.Equal(now) {
				t.Errorf("term and billing start now, the window at the order: %+v", s)
			}
		})
	}
}

func TestF23FreeDays(t *testing.T) {
	l := buy(t, isvTrial, at("2021-01-31T10:00")).activate(at("2021-02-01T10:00"))
	if len(l.all) != 0 || !l.s.TrialUntil.Equal(at("2021-03-03T10:00")) || !l.s.Current.Start.IsZero() || !l.s.InTrial(at("2021-03-03T10:00").Add(-µs)) || l.s.InTrial(at("2021-03-03T10:00")) {
		t.Fatalf("%+v", l.s)
	}
	l.sweep(at("2021-05-03T10:00"))
	equal(t, l.charged(),
		"2021-03-03 convert 30.00 2021-03-03…2021-04-03",
		"2021-04-03 renew 30.00 2021-04-03…2021-05-03",
		"2021-05-03 renew 30.00 2021-05-03…2021-06-03")
	if l.s.AnchorDay != 3 {
		t.Errorf("anchor %d", l.s.AnchorDay)
	}
	off := buy(t, isvTrial, at("2021-02-01")).activate(at("2021-02-01")).autoRenew(false, at("2021-02-02")).sweep(at("2022-01-01"))
	if off.s.State != Expired || !off.s.EndedAt.Equal(at("2021-03-03")) || len(off.all) != 0 {
		t.Errorf("with auto-renew off it ends at the trial's end, nothing charged: %+v", off.s)
	}
	changed := buy(t, isvTrial, at("2021-02-01")).activate(at("2021-02-01")).seats(4, at("2021-02-10")).sweep(at("2021-03-03"))
	equal(t, changed.charged(), "2021-03-03 convert 120.00 2021-03-03…2021-04-03")
	if got := changed.held().Refundable(at("2021-03-03")); len(got) != 0 {
		t.Errorf("P12 the paid term does not reopen the window: %+v", got)
	}
	suspended := buy(t, isvTrial, at("2021-02-01")).activate(at("2021-02-01")).suspend(at("2021-02-10")).sweep(at("2021-03-03"))
	if !suspended.s.Lapsed() || len(suspended.all) != 0 {
		t.Fatalf("E22 %+v", suspended.s)
	}
	suspended.done(suspended.reactivate(at("2021-03-20")))
	equal(t, suspended.charged(), "2021-03-20 renew 30.00 2021-03-20…2021-04-20")
}

func TestF76FirstPartyTrial(t *testing.T) {
	l := buy(t, firstTrial, at("2021-02-01T10:00"))
	if l.s.State != Active || !l.s.Current.End.Equal(at("2021-03-03T10:00")) || l.s.AutoRenew {
		t.Fatalf("%+v", l.s)
	}
	l.s.AutoRenew = true // even so
	if l.sweep(at("2021-03-03T10:00").Add(-µs)); l.s.State != Active {
		t.Error("it ended early")
	}
	if l.sweep(at("2021-03-03T10:00")); l.s.State != Expired || len(l.all) != 0 || !l.s.EndedAt.Equal(at("2021-03-03T10:00")) {
		t.Errorf("it does not convert by itself: %+v", l.s)
	}
}

func TestE12MonthlyFromThe31st(t *testing.T) {
	l := buy(t, online, at("2023-12-31T08:00")).sweep(at("2024-05-01"))
	equal(t, l.charged(),
		"2023-12-31 new 310.00 2023-12-31…2024-01-31",
		"2024-01-31 renew 310.00 2024-01-31…2024-02-29",
		"2024-02-29 renew 310.00 2024-02-29…2024-03-31",
		"2024-03-31 renew 310.00 2024-03-31…2024-04-30",
		"2024-04-30 renew 310.00 2024-04-30…2024-05-31")
	if l.renewed != 4 || l.s.Order != "renewal-s1-2024-04-30" || !l.s.LineAt.Equal(at("2024-04-30T08:00")) {
		t.Errorf("%d renewals, %+v", l.renewed, l.s)
	}
}

func TestF05AnnualBilledMonthly(t *testing.T) {
	l := buy(t, rdsMonthly, at("2021-11-30")).sweep(at("2022-11-30").Add(-µs))
	if len(l.all) != 12 || l.renewed != 0 || net(l.all) != "372.00" || !l.s.NextCharge.IsZero() {
		t.Fatalf("%q", l.charged())
	}
	for i, c := range l.all {
		if c.Part != i || c.Parts != 12 || i > 0 && c.Kind != billing.Cycle || !c.Period.Start.Equal(c.At) {
			t.Errorf("%+v", c)
		}
	}
	if l.sweep(at("2022-11-30")); len(l.all) != 13 || l.renewed != 1 || l.all[12].Kind != billing.Renew || l.s.Tariff.Policy != "P05" {
		t.Errorf("%q, %s", l.charged(), l.s.Tariff.Policy)
	}
	three := buy(t, plan{catalog.SoftwareSub, when.ThreeYears, catalog.Annual, "3000", 1, 0}, at("2021-10-22")).sweep(at("2024-10-01"))
	equal(t, three.charged(), "2021-10-22 new 1000.00 2021-10-22…2022-10-22", "2022-10-22 cycle 1000.00 2022-10-22…2023-10-22", "2023-10-22 cycle 1000.00 2023-10-22…2024-10-22")
}

func TestF39ExpiresOnTheDateTold(t *testing.T) {
	l := buy(t, software, at("2021-10-13")).sweep(at("2025-01-01"))
	if l.s.State != Expired || !l.s.EndedAt.Equal(at("2022-10-13")) || len(l.all) != 1 {
		t.Errorf("2021-10-13: %+v", l.s)
	}
	r := buy(t, software, at("2021-10-14")).sweep(at("2023-10-14"))
	if r.s.State != Active || r.renewed != 2 {
		t.Errorf("2021-10-14: %s, %d renewals", r.s.State, r.renewed)
	}
}

func TestEnds(t *testing.T) {
	start := at("2022-08-01")
	t.Run("F38 auto-renew off", func(t *testing.T) {
		l := buy(t, online, start).autoRenew(false, start).sweep(at("2023-01-01"))
		if l.s.State != Expired || !l.s.EndedAt.Equal(at("2022-09-01")) || len(l.all) != 1 || len(l.ended) != 0 {
			t.Errorf("%+v", l.s)
		}
	})
	t.Run("E16 offer withdrawn", func(t *testing.T) {
		l := buy(t, online, start)
		l.quote = func(Subscription, time.Time) (Quote, bool) { return Quote{}, false }
		if l.sweep(at("2023-01-01")); l.s.State != Expired || !l.s.EndedAt.Equal(at("2022-09-01")) {
			t.Errorf("%+v", l.s)
		}
	})
	t.Run("F74 never activated, never billed", func(t *testing.T) {
		l := buy(t, isvMonthly, start).sweep(at("2023-01-01"))
		if l.s.State != Cancelled || !l.s.EndedAt.Equal(start.Add(30*day)) || len(l.all) != 0 || len(l.ended) != 1 || l.ended[0] != (LineRef{"o1", 2}) {
			t.Errorf("%+v, lines %v", l.s, l.ended)
		}
	})
	t.Run("F31 data gone", func(t *testing.T) {
		l := buy(t, onlineYear, start).suspend(at("2022-08-10")).sweep(at("2023-01-01"))
		if l.s.State != Cancelled || !l.s.EndedAt.Equal(at("2022-11-08")) || len(l.ended) != 1 {
			t.Errorf("%+v", l.s)
		}
	})
	t.Run("F41 data gone, the term is still paid", func(t *testing.T) {
		l := buy(t, onlineParts, start)
		l.s.Slot = 1
		if l.suspend(at("2022-08-10")).sweep(at("2022-11-08")); l.s.State != Cancelled || len(l.all) != 4 || l.s.Slot != 1 {
			t.Fatalf("%s, place %d, %q", l.s.State, l.s.Slot, l.charged())
		}
		if l.sweep(at("2022-12-01")); l.s.Slot != 0 {
			t.Error("F13 its place is given back twice")
		}
		if l.sweep(at("2025-01-01")); l.s.State != Cancelled || len(l.all) != 12 || net(l.all) != "3720.00" || !l.s.Due(0).IsZero() {
			t.Errorf("%q", l.charged())
		}
	})
	t.Run("F41 data gone at the instant of a charge", func(t *testing.T) {
		l := buy(t, onlineParts, start).suspend(at("2022-08-03")) // 90 days: 2022-11-01
		if l.sweep(at("2022-11-01")); l.s.State != Cancelled || len(l.all) != 4 || !l.s.Due(0).Equal(at("2022-12-01")) {
			t.Errorf("%s, %q, due %v", l.s.State, l.charged(), l.s.Due(0))
		}
	})
}

func TestAddOnEndsWithItsBase(t *testing.T) {
	start := at("2022-08-01T10:00")
	addOn := plan{online.class, monthly, catalog.Monthly, "31", 1, 0}
	withdrawn := func(Subscription, time.Time) (Quote, bool) { return Quote{}, false }
	for _, c := range []struct {
		name string
		end  func(base, child *life)
	}{
		{"auto-renew of the base off", func(base, _ *life) { base.autoRenew(false, start) }},
		{"E16 base withdrawn", func(base, child *life) {
			base.quote = withdrawn
			sold := child.quote
			child.quote = func(s Subscription, at time.Time) (Quote, bool) {
				if s.ID == base.s.ID {
					return Quote{}, false
				}
				return sold(s, at)
			}
		}},
		{"E16 add-on and base withdrawn", func(base, child *life) { base.quote, child.quote = withdrawn, withdrawn }},
	} {
		for _, first := range []string{"base first", "add-on first"} {
			t.Run(c.name+", "+first, func(t *testing.T) {
				base := buy(t, online, start)
				child := buyUnder(t, base, addOn, start.Add(3*day))
				c.end(base, child)
				if first == "base first" {
					base.step()
					child.step()
				} else {
					child.step()
					base.step()
				}
				if end := at("2022-09-01T10:00"); base.s.State != Expired || child.s.State != Expired || !child.s.EndedAt.Equal(end) || len(child.all) != 1 {
					t.Errorf("%s, %s at %v, %q", base.s.State, child.s.State, child.s.EndedAt, child.charged())
				}
			})
		}
	}
	base := buy(t, online, at("2023-12-31"))
	child := buyUnder(t, base, addOn, at("2024-01-10"))
	if base.sweep(at("2024-04-30")); child.renewed != 4 || child.s.Current != base.s.Current {
		t.Errorf("F28 in line through renewals: %v, %v", child.s.Current, base.s.Current)
	}
}

// TestE13Late: work done late is done at its original instants, at their prices, once per missed period.
func TestE13Late(t *testing.T) {
	start := at("2022-01-31")
	dear := func(l *life) Quoter {
		return func(s Subscription, at time.Time) (Quote, bool) {
			q, _ := l.quote(s, at)
			if !at.Before(start.AddDate(0, 0, 59)) { // 2022-03-31
				q.Tariff = tariff(t, online, "62", at)
			}
			return q, true
		}
	}
	late, inTime := buy(t, online, start), buy(t, online, start)
	late.quote, inTime.quote = dear(buy(t, online, start)), dear(buy(t, online, start))
	late.sweep(at("2022-05-15"))
	for d := range 105 {
		inTime.sweep(start.Add(time.Duration(d) * day))
	}
	equal(t, late.charged(),
		"2022-01-31 new 310.00 2022-01-31…2022-02-28",
		"2022-02-28 renew 310.00 2022-02-28…2022-03-31",
		"2022-03-31 renew 620.00 2022-03-31…2022-04-30",
		"2022-04-30 renew 620.00 2022-04-30…2022-05-31")
	equal(t, inTime.charged(), late.charged()...)
	if got, err := Step(late.ids, late.held(), nil, late.quote, policy.PendingFor); err != nil || len(got.Subscriptions) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestStepWithNothingDue(t *testing.T) {
	l := buy(t, online, at("2022-08-01"))
	l.done(l.cancel(at("2022-08-01")))
	if out, err := Step(l.ids, l.held(), nil, l.quote, policy.PendingFor); err != nil || len(out.Subscriptions)+len(out.Charges) != 0 {
		t.Errorf("%+v, %v", out, err)
	}
}
