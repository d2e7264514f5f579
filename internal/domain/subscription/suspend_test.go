package subscription_test

import (
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	. "github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

func TestSuspend(t *testing.T) {
	start := at("2021-02-01")
	gone := buy(t, online, start)
	gone.done(gone.cancel(start))
	for _, c := range []struct {
		name  string
		life  *life
		acc   Account
		until string
		code  string
	}{
		{"F31 worked case: 110 days", buy(t, onlineYear, start), Account{at("2021-01-05"), at("2021-01-25")}, "2021-06-28", ""},
		{"F31 worked case: capped at 120", buy(t, onlineYear, start), Account{at("2021-01-05"), at("2021-02-19")}, "2021-07-08", ""},
		{"F31 none yet: 90", buy(t, onlineYear, start), Account{Created: at("2021-01-05")}, "2021-06-08", ""},
		{"F30 in the free days of an ISV plan", buy(t, isvTrial, start).activate(at("2021-03-01")), Account{}, "2021-06-08", ""},
		{"F76 a first-party trial is cancelled instead", buy(t, firstTrial, at("2021-03-01")), Account{}, "", "suspend.trial"},
		{"F30 twice", buy(t, onlineYear, start).suspend(start), Account{}, "", "suspend.already"},
		{"F74 pending", buy(t, isvMonthly, start), Account{}, "", "subscription.pending"},
		{"F30 deleted", gone, Account{}, "", "subscription.deleted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			now := at("2021-03-10")
			out, err := Suspend(c.life.s, nil, c.acc, ReasonFraud, now)
			if code(err) != c.code {
				t.Fatal(err)
			}
			if err != nil {
				return
			}
			s := out.Subscriptions[0]
			if s.State != Suspended || !s.SuspendedAt.Equal(now) || !s.DataUntil.Equal(at(c.until)) || s.SuspensionReason != ReasonFraud || s.SuspendedByParent {
				t.Errorf("%+v", s)
			}
		})
	}
}

// TestF29AddOns: a base's suspension takes its active add-ons along, its reactivation brings back only those.
func TestF29AddOns(t *testing.T) {
	start := at("2022-08-01")
	addOn := plan{online.class, yearly, catalog.Annual, "365", 1, 0}
	base := buy(t, onlineYear, start)
	taken, own, ended := buyUnder(t, base, addOn, start), buyUnder(t, base, addOn, start), buyUnder(t, base, addOn, start)
	ended.done(ended.cancel(start))
	own.suspend(at("2022-08-02"))
	base.suspend(at("2022-08-10"))
	if taken.s.State != Suspended || !taken.s.SuspendedByParent || own.s.SuspendedByParent || !own.s.SuspendedAt.Equal(at("2022-08-02")) || ended.s.State != Cancelled {
		t.Fatalf("%+v\n%+v\n%+v", taken.s, own.s, ended.s)
	}
	if taken.s.DataUntil != base.s.DataUntil {
		t.Errorf("kept until %v, the base until %v", taken.s.DataUntil, base.s.DataUntil)
	}
	if _, err := taken.reactivate(at("2022-08-11")); code(err) != "reactivate.parent" {
		t.Errorf("under a suspended base: %v", err)
	}
	base.done(base.reactivate(at("2022-08-11")))
	if base.s.State != Active || taken.s.State != Active || taken.s.SuspendedByParent || !taken.s.DataUntil.IsZero() || own.s.State != Suspended || ended.s.State != Cancelled {
		t.Errorf("%v %v %v %v", base.s.State, taken.s.State, own.s.State, ended.s.State)
	}
	own.done(own.reactivate(at("2022-08-11")))
	if own.s.State != Active || len(own.all) != 1 {
		t.Errorf("%v %v", own.s.State, own.charged())
	}
}

func TestReactivate(t *testing.T) {
	start := at("2022-08-01")
	until := start.Add(90 * day)
	for _, c := range []struct {
		name  string
		life  *life
		now   time.Time
		state State
		code  string
	}{
		{"F32 last microsecond", buy(t, onlineYear, start).suspend(start), until.Add(-µs), Active, ""},
		{"E20 the last instant: data gone", buy(t, onlineYear, start).suspend(start), until, "", "reactivate.too_late"},
		{"E20 after the sweep", buy(t, onlineYear, start).suspend(start).sweep(until), until, "", "subscription.deleted"},
		{"F32 not suspended", buy(t, onlineYear, start), start, "", "reactivate.not_suspended"},
		{"F74 pending", buy(t, isvMonthly, start), start, "", "reactivate.not_suspended"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := c.life.reactivate(c.now)
			if code(err) != c.code {
				t.Fatal(err)
			}
			if err != nil {
				return
			}
			s := out.Subscriptions[0]
			if s.State != c.state || !s.SuspendedAt.IsZero() || !s.DataUntil.IsZero() || s.SuspensionReason != "" || len(out.Charges) != 0 || out.Renewed {
				t.Errorf("%+v", out)
			}
		})
	}
	l := buy(t, onlineYear, start).suspend(start)
	l.done(l.reactivate(start.Add(50 * day)))
	if l.suspend(start.Add(60 * day)); !l.s.DataUntil.Equal(start.Add(150 * day)) {
		t.Errorf("F32 a new suspension starts a new count: %v", l.s.DataUntil)
	}
}

// TestE21E22: charging goes on to the term's end, there is no renewal, a reactivation starts a term of its own.
func TestE21E22SuspendedOverTheTermEnd(t *testing.T) {
	start := at("2022-08-31T10:00")
	l := buy(t, online, start)
	end := l.s.Current.End
	l.suspend(start.Add(20 * day)).sweep(end)
	if l.s.State != Suspended || !l.s.Lapsed() || !l.s.EndedAt.Equal(end) || len(l.all) != 1 || l.renewed != 0 {
		t.Fatalf("%+v", l.s)
	}
	if due := l.s.Due(policy.PendingFor); !due.Equal(l.s.DataUntil) {
		t.Errorf("due %v, data until %v", due, l.s.DataUntil)
	}
	if _, err := SetAutoRenew(l.s, true, end); code(err) != "auto_renew.too_late" {
		t.Errorf("E14 %v", err)
	}
	now := at("2022-11-15T08:00")
	l.done(l.reactivate(now))
	if l.s.State != Active || !l.s.Current.Start.Equal(now) || !l.s.Current.End.Equal(at("2022-12-15T08:00")) || !l.s.EndedAt.IsZero() || l.s.AnchorDay != 15 {
		t.Errorf("%+v", l.s)
	}
	if !l.s.LineAt.Equal(now) || l.s.Order == "o1" || l.s.Line != 0 || l.s.Tariff.Policy != "P11" {
		t.Errorf("a new line and its rows: %+v", l.s)
	}
	equal(t, l.charged(), "2022-08-31 new 310.00 2022-08-31…2022-09-30", "2022-11-15 renew 310.00 2022-11-15…2022-12-15")

	parts := buy(t, onlineParts, start).suspend(start.Add(day)).sweep(start.AddDate(0, 2, 15))
	equal(t, parts.charged(), "2022-08-31 new 310.00 2022-08-31…2022-09-30", "2022-09-30 cycle 310.00 2022-09-30…2022-10-31", "2022-10-31 cycle 310.00 2022-10-31…2022-11-30")

	withdrawn := buy(t, online, start).suspend(start.Add(20 * day)).sweep(end)
	withdrawn.quote = func(Subscription, time.Time) (Quote, bool) { return Quote{}, false }
	if _, err := withdrawn.reactivate(now); code(err) != "offer.withdrawn" {
		t.Errorf("E16 %v", err)
	}
	if out, err := withdrawn.cancel(now); err != nil || out.Subscriptions[0].State != Cancelled || len(out.Charges) != 0 {
		t.Errorf("E22 a lapsed one can be let go: %v", err)
	}
}

// TestE21TheRowOfTheSuspension: what begins while suspended is charged by the row of the suspension's own instant, also where
// another one begins meanwhile.
func TestE21TheRowOfTheSuspension(t *testing.T) {
	turn, billed := at("2022-09-10"), policy.SuspendedBillings
	t.Cleanup(func() { policy.SuspendedBillings = billed })
	policy.SuspendedBillings = append(billed[:len(billed):len(billed)], policy.SuspendedBilling{Row: policy.Row{ID: "free", From: turn}})
	start := at("2022-08-31T10:00")
	charges := []string{"2022-08-31 new 310.00 2022-08-31…2022-09-30", "2022-09-30 cycle 310.00 2022-09-30…2022-10-31", "2022-10-31 cycle 310.00 2022-10-31…2022-11-30"}
	for _, c := range []struct {
		name      string
		suspended time.Duration
		want      []string
	}{
		{"E21 suspended a microsecond before the row", -time.Microsecond, charges},
		{"E21 on the instant", 0, []string{charges[0], charges[2]}},
		{"E21 a microsecond later", time.Microsecond, []string{charges[0], charges[2]}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := buy(t, onlineParts, start).suspend(turn.Add(c.suspended)).sweep(at("2022-10-15"))
			equal(t, l.done(l.reactivate(at("2022-10-15"))).sweep(at("2022-11-01")).charged(), c.want...)
			gone := buy(t, onlineParts, start).suspend(turn.Add(c.suspended)).sweep(at("2023-09-01"))
			if n := len(gone.charged()); gone.s.State != Cancelled || (n == 12) != (c.suspended < 0) || n != 12 && n != 1 {
				t.Errorf("F41 %d charges, %s", n, gone.s.State)
			}
		})
	}
}

// TestE22WithAddOns: what lapsed with the base comes back with it, on lines of their own, for the base's term.
func TestE22WithAddOns(t *testing.T) {
	start := at("2022-08-01")
	base := buy(t, online, start)
	addOn := buyUnder(t, base, plan{online.class, monthly, catalog.Monthly, "62", 1, 0}, start.Add(5*day))
	alone := buyUnder(t, base, plan{online.class, monthly, catalog.Monthly, "62", 1, 0}, start.Add(5*day))
	alone.suspend(start.Add(6 * day))
	base.suspend(start.Add(10 * day)).sweep(at("2022-09-20"))
	if !base.s.Lapsed() || !addOn.s.Lapsed() || !alone.s.Lapsed() {
		t.Fatal("not lapsed")
	}
	now := at("2022-09-20T12:00")
	out, err := base.reactivate(now)
	if err != nil || len(out.Renewals) != 2 || out.Renewals[0] != (Renewal{base.s.ID, LineRef{"o1", 2}}) || out.Renewals[1] != (Renewal{addOn.s.ID, LineRef{"o1", 2}}) {
		t.Fatalf("%+v, %v", out.Renewals, err)
	}
	base.done(out, nil)
	if addOn.s.Current != base.s.Current || addOn.s.Order == base.s.Order || addOn.s.AnchorDay != 20 {
		t.Errorf("%+v\n%+v", addOn.s, base.s)
	}
	alone.done(alone.reactivate(at("2022-09-30T12:00"))) // 20 of 30 days remain
	if alone.s.Current != base.s.Current || alone.all[1].Net.Decimal() != "41.33" || !alone.s.LineAt.Equal(at("2022-09-30T12:00")) {
		t.Errorf("F28 in line with its base: %+v, %v", alone.s.Current, alone.charged())
	}
	end := base.s.Current.End
	base.sweep(end)
	if base.s.Current.Start != end || addOn.s.Current != base.s.Current || alone.s.Current != base.s.Current {
		t.Errorf("%v %v %v", base.s.Current, addOn.s.Current, alone.s.Current)
	}
}

func TestSetAutoRenew(t *testing.T) {
	start := at("2022-08-01")
	end := at("2022-09-01")
	gone := buy(t, online, start)
	gone.done(gone.cancel(start))
	for _, c := range []struct {
		name string
		life *life
		now  time.Time
		code string
	}{
		{"F38 off", buy(t, online, start), start, ""},
		{"E14 last microsecond", buy(t, online, start), end.Add(-µs), ""},
		{"E14 at the renewal instant: renewal wins", buy(t, online, start), end, "auto_renew.too_late"},
		{"E14 back on after the end", buy(t, online, start).autoRenew(false, start).sweep(end), end, "subscription.deleted"},
		{"F23 E14 at the end of the free days", buy(t, isvTrial, start).activate(start), start.Add(30 * day), "auto_renew.too_late"},
		{"F23 before the end of the free days", buy(t, isvTrial, start).activate(start), start.Add(30*day - µs), ""},
		{"F74 pending", buy(t, isvMonthly, start), start, ""},
		{"F38 suspended", buy(t, online, start).suspend(start), start, ""},
		{"F39 before 2021-10-14: not offered", buy(t, software, at("2021-10-13")), at("2021-10-14"), "auto_renew.not_offered"},
		{"F39 from 2021-10-14", buy(t, software, at("2021-10-14")), at("2021-10-15"), ""},
		{"F76 trial", buy(t, firstTrial, start), start, "auto_renew.not_offered"},
		{"deleted", gone, start, "subscription.deleted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := SetAutoRenew(c.life.s, false, c.now)
			if code(err) != c.code {
				t.Fatal(err)
			}
			if err == nil && (out.Subscriptions[0].AutoRenew || len(out.Charges) > 0) {
				t.Errorf("%+v", out)
			}
		})
	}
}

func TestRename(t *testing.T) {
	l := buy(t, online, at("2022-08-01"))
	if l.done(Rename(l.s, "Paris")); l.s.FriendlyName != "Paris" {
		t.Error(l.s.FriendlyName)
	}
	l.done(l.cancel(at("2022-08-01")))
	if _, err := Rename(l.s, "Lyon"); fault.Of(err) == nil || code(err) != "subscription.deleted" {
		t.Error(err)
	}
}
