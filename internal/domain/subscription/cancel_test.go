package subscription_test

import (
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	. "github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

func TestCancel(t *testing.T) {
	for _, c := range []struct {
		name      string
		plan      plan
		ordered   string
		activated time.Duration // after the order, for ISV plans; negative: not
		after     time.Duration
		state     State
		credit    string
		endsAt    time.Duration // after the order; 0: at once
		code      string
	}{
		{"F33 worked case: last microsecond", isvMonthly, "2021-02-01T10:00", 0, day - µs, Cancelled, "-31.00", 0, ""},
		{"F33 worked case: on the dot ends 2021-03-01T10:00Z", isvMonthly, "2021-02-01T10:00", 0, day, Active, "0.00", 28 * day, ""},
		{"F33 one more", isvMonthly, "2021-02-01T10:00", 0, day + µs, Active, "0.00", 28 * day, ""},
		{"F33 at once", isvMonthly, "2021-02-01T10:00", 0, 0, Cancelled, "-31.00", 0, ""},
		{"F33 the last microsecond of the term", isvMonthly, "2021-02-01T10:00", 0, 28*day - µs, Active, "0.00", 28 * day, ""},
		{"F33 F74 the window starts at the order, the term at activation", isvMonthly, "2021-02-01T10:00", 5 * day, 6 * day, Active, "0.00", 33 * day, ""},
		{"F33 F74 activated late inside the window", isvMonthly, "2021-02-01T10:00", 12 * time.Hour, day - µs, Cancelled, "-31.00", 0, ""},
		{"F34 worked case: last microsecond", isvAnnual, "2021-02-01T10:00", 0, 14*day - µs, Cancelled, "-365.00", 0, ""},
		{"F34 worked case: on the dot", isvAnnual, "2021-02-01T10:00", 0, 14 * day, Active, "0.00", 365 * day, ""},
		{"F34 one more", isvAnnual, "2021-02-01T10:00", 0, 14*day + µs, Active, "0.00", 365 * day, ""},
		{"F36 metered: de-provisioned at once, no credit", metered, "2021-02-01T10:00", 0, 0, Cancelled, "0.00", 0, ""},
		{"F36 metered: whenever", metered, "2021-02-01T10:00", 0, 20 * day, Cancelled, "0.00", 0, ""},
		{"F74 pending: at once, without charge", isvMonthly, "2021-02-01T10:00", -1, 0, Cancelled, "0.00", 0, ""},
		{"F74 pending: after the window too", isvMonthly, "2021-02-01T10:00", -1, 29 * day, Cancelled, "0.00", 0, ""},
		{"P12 free days of an ISV plan", isvTrial, "2021-02-01T10:00", 0, 10 * day, Cancelled, "0.00", 0, ""},
		{"P12 last microsecond of the free days", isvTrial, "2021-02-01T10:00", 0, 30*day - µs, Cancelled, "0.00", 0, ""},
		{"P12 the paid term does not reopen the window", isvTrial, "2021-02-01T10:00", 0, 30 * day, Active, "0.00", 61 * day, ""},
		{"P12 first-party trial, any day", firstTrial, "2021-02-01T10:00", 0, 29 * day, Cancelled, "0.00", 0, ""},
		{"P03 last microsecond", software, "2020-09-01", 0, 60*day + 23*time.Hour + 59*time.Minute - µs, Cancelled, "-304.00", 0, ""},
		{"P03 closed", software, "2020-09-01", 0, 60*day + 23*time.Hour + 59*time.Minute, "", "", 0, "cancel.window_closed"},
		{"P04 last microsecond", software, "2021-10-14", 0, 30*day + 23*time.Hour + 59*time.Minute - µs, Cancelled, "-334.00", 0, ""},
		{"P04 closed", software, "2021-10-14", 0, 30*day + 23*time.Hour + 59*time.Minute, "", "", 0, "cancel.window_closed"},
		{"P04 worked case: RDS CAL monthly, cancelled 12-15T12:00Z", rdsMonthly, "2021-11-15", 0, 30*day + 12*time.Hour, Cancelled, "-30.00", 0, ""},
		{"P05 first day: full", software, "2022-07-11", 0, day - µs, Cancelled, "-365.00", 0, ""},
		{"P05 then prorated", software, "2022-07-11", 0, day, Cancelled, "-364.00", 0, ""},
		{"P05 last microsecond", software, "2022-07-11", 0, 7*day - µs, Cancelled, "-358.00", 0, ""},
		{"P05 closed", software, "2022-07-11", 0, 7 * day, "", "", 0, "cancel.window_closed"},
		{"P05 a renewed term, of 366 days, opens it again", software, "2022-07-11", 0, 365*day + 7*day - µs, Cancelled, "-358.02", 0, ""},
		{"P05 and closes it again", software, "2022-07-11", 0, 365*day + 7*day, "", "", 0, "cancel.window_closed"},
		{"P04 the renewal pins the row of its own start, P05", software, "2021-10-14", 0, 365*day + 7*day, "", "", 0, "cancel.window_closed"},
		{"P06 F61 never", linux, "2022-07-11", 0, 0, "", "", 0, "cancel.never"},
		{"P07 never", reserved, "2022-07-11", 0, 0, "", "", 0, "cancel.never"},
		{"P11 first day: full", online, "2022-08-01", 0, day - µs, Cancelled, "-310.00", 0, ""},
		{"P11 last microsecond", online, "2022-08-01", 0, 7*day - µs, Cancelled, "-240.00", 0, ""},
		{"P11 closed", online, "2022-08-01", 0, 7 * day, "", "", 0, "cancel.window_closed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ordered := at(c.ordered)
			now := ordered.Add(c.after)
			l := buy(t, c.plan, ordered)
			if l.s.State == Pending && c.activated >= 0 {
				l.activate(ordered.Add(c.activated))
			}
			l.sweep(now)
			out, err := l.cancel(now)
			if code(err) != c.code {
				t.Fatalf("%v, want %q", err, c.code)
			}
			if err != nil {
				return
			}
			s := out.Subscriptions[0]
			ends := now
			if c.endsAt != 0 {
				ends = ordered.Add(c.endsAt)
			}
			if s.State != c.state || net(out.Charges) != c.credit || !out.EndsAt.Equal(ends) {
				t.Errorf("%s, credit %s, ends %v, want %v", s.State, net(out.Charges), out.EndsAt, ends)
			}
			if s.AutoRenew {
				t.Error("it would renew")
			}
			if gone := s.State == Cancelled; gone != (len(out.Cancelled) == 1) || gone && (!s.Due(0).IsZero() || out.Cancelled[0] != LineRef{s.Order, s.Line}) {
				t.Errorf("E03 F63 lines %v, due %v", out.Cancelled, s.Due(0))
			}
			if s.State != Cancelled {
				l.done(out, nil).sweep(ends)
				if l.s.State != Expired || !l.s.EndedAt.Equal(ends) {
					t.Errorf("it %s at %v", l.s.State, l.s.EndedAt)
				}
				return
			}
			if _, err := l.done(out, nil).cancel(now); code(err) != "cancel.already" {
				t.Errorf("E03 again: %v", err)
			}
		})
	}
}

// TestRefusalTellsWhy: F57, the rule, its days and its end; the days of the row in force at purchase.
func TestRefusalTellsWhy(t *testing.T) {
	_, err := buy(t, software, at("2021-10-14T10:00")).cancel(at("2021-12-01"))
	f := fault.Of(err)
	if f == nil || f.Args["policy"] != "P04" || f.Args["days"] != 30 || !f.Args["until"].(time.Time).Equal(at("2021-11-13T23:59")) {
		t.Errorf("%+v", f)
	}
	if _, err := buy(t, linux, at("2021-10-14")).cancel(at("2021-10-14")); fault.Of(err).Args["policy"] != "P06" {
		t.Errorf("%+v", err)
	}
}

func TestCancelWindow(t *testing.T) {
	ordered := at("2021-02-01T10:00")
	for _, c := range []struct {
		name    string
		life    *life
		after   time.Duration
		allowed bool
		until   time.Time
		policy  string
	}{
		{"F33 inside", buy(t, isvMonthly, ordered).activate(ordered), day - µs, true, ordered.Add(day), "P08"},
		{"F33 outside", buy(t, isvMonthly, ordered).activate(ordered), day, false, ordered.Add(day), "P08"},
		{"F74 pending, all along", buy(t, isvMonthly, ordered), 30*day - µs, true, ordered.Add(30 * day), "P08"},
		{"F74 pending, over", buy(t, isvMonthly, ordered), 30 * day, false, ordered.Add(30 * day), "P08"},
		{"P12 free days", buy(t, isvTrial, ordered).activate(ordered.Add(day)), 31*day - µs, true, ordered.Add(31 * day), "P12"},
		{"P12 first-party trial", buy(t, firstTrial, ordered), 30*day - µs, true, ordered.Add(30 * day), "P12"},
		{"P06 never", buy(t, linux, ordered), 0, false, time.Time{}, "P06"},
		{"P10 none", buy(t, metered, ordered).activate(ordered), 0, false, time.Time{}, "P10"},
		{"suspended, inside", buy(t, software, at("2022-08-01")).suspend(at("2022-08-02")), at("2022-08-08").Sub(ordered) - µs, true, at("2022-08-08"), "P05"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := c.life.held().CancelWindow(ordered.Add(c.after))
			if w.Allowed != c.allowed || !w.Until.Equal(c.until) || w.Policy != c.policy {
				t.Errorf("%+v", w)
			}
		})
	}
	l := buy(t, software, at("2022-08-01"))
	out, err := l.cancel(at("2022-08-01"))
	if l.done(out, err); l.held().CancelWindow(at("2022-08-01")).Allowed {
		t.Error("E03 a cancelled one can be cancelled")
	}
}

// TestE19BaseCancelled: add-ons end with their base; each is credited by its own row if inside its own window.
func TestE19BaseCancelled(t *testing.T) {
	start := at("2022-08-01T10:00")
	base := buy(t, online, start)
	addOn := buyUnder(t, base, plan{online.class, monthly, online.bill, "31", 2, 0}, start.Add(5*day))
	equal(t, addOn.charged(), "2022-08-06 new 52.00 2022-08-06…2022-09-01")
	out, err := base.cancel(start.Add(6*day - µs))
	if err != nil {
		t.Fatal(err)
	}
	base.done(out, nil)
	// The base keeps 6 of its 31 days, the add-on is in its own first day.
	if base.s.State != Cancelled || addOn.s.State != Cancelled || len(out.Cancelled) != 2 || len(out.Charges) != 2 ||
		out.Charges[0].Net.Decimal() != "-250.00" || out.Charges[1].Net.Decimal() != "-52.00" {
		t.Errorf("%v %v %v", base.charged(), addOn.charged(), out.Cancelled)
	}

	isv := buy(t, isvAnnual, start).activate(start)
	under := buyUnder(t, isv, plan{online.class, yearly, catalog.Annual, "365", 1, 0}, start.Add(2*day)) // 363 days remain
	isv.done(isv.cancel(start.Add(5 * day)))
	if net(isv.all) != "0.00" || net(under.all) != "3.00" || under.s.State != Cancelled {
		t.Errorf("the base in full, the add-on by its own row: %q, %q", isv.charged(), under.charged())
	}

	old := buy(t, onlineYear, at("2022-08-01"))
	child := buyUnder(t, old, plan{online.class, yearly, onlineYear.bill, "365", 1, 0}, at("2022-08-01"))
	old.sweep(at("2023-08-03")) // both renewed: the base's window is open again, and the add-on's
	if old.renewed != 1 || child.renewed != 1 {
		t.Fatalf("renewed %d and %d times", old.renewed, child.renewed)
	}
	passed := buyUnder(t, old, plan{online.class, yearly, onlineYear.bill, "365", 1, 0}, at("2023-08-03"))
	passed.s.LineAt = at("2023-07-01") // its own window has passed
	out, err = old.cancel(at("2023-08-04"))
	if err != nil || len(out.Subscriptions) != 3 || len(out.Charges) != 2 {
		t.Fatalf("%v, %v", out.Charges, err)
	}
	for _, s := range out.Subscriptions {
		if s.State != Cancelled {
			t.Errorf("%s is %s", s.ID, s.State)
		}
	}
}

// TestBehind: what fell due decides first, whoever comes before the sweep is asked to come again.
func TestBehind(t *testing.T) {
	start := at("2021-11-15")
	l := buy(t, rdsMonthly, start)
	second := at("2021-12-15") // the second month's charge
	if l.s.Behind(second.Add(-µs)) || !l.s.Behind(second) {
		t.Error("behind from the instant on at which something falls due")
	}
	if _, err := l.cancel(second.Add(12 * time.Hour)); code(err) != "subscription.settling" {
		t.Errorf("inside the window, a charge to come: %v", err)
	}
	if _, err := l.cancel(second.Add(2 * day)); code(err) != "cancel.window_closed" {
		t.Errorf("no charge opens the window: %v", err)
	}
	if _, err := l.cancel(start.AddDate(1, 0, 0)); code(err) != "subscription.settling" {
		t.Errorf("E14 a renewal may open a window: %v", err)
	}
	if _, err := Suspend(l.s, nil, Account{}, "", start.AddDate(1, 0, 0)); code(err) != "subscription.settling" {
		t.Errorf("E13 a term over before the suspension is renewed: %v", err)
	}
	o := buy(t, onlineParts, at("2022-08-01"))
	if _, err := SetQuantity(o.ids, o.held(), seats(1, 100), 20, at("2022-09-01")); code(err) != "subscription.settling" {
		t.Errorf("F28 which month is it: %v", err)
	}
	o.suspend(at("2022-08-02"))
	if _, err := o.reactivate(at("2022-09-01")); code(err) != "subscription.settling" {
		t.Errorf("E21 a month to be charged: %v", err)
	}
}

func TestF56DaysLeft(t *testing.T) {
	for _, c := range []struct {
		name, until, now string
		days             int64
	}{
		{"F56 day 30 of a perpetual licence, bought that day", "2021-07-01T23:59", "2021-06-01", 30},
		{"F56 the same at the day's end", "2021-07-01T23:59", "2021-06-01T23:59:59.999999", 30},
		{"F56 over a month's end and a leap day", "2024-03-01T23:59", "2024-02-28T12:00", 2},
		{"F56 the day before", "2021-07-01T23:59", "2021-06-30T23:59:59.999999", 1},
		{"F56 the last day", "2021-07-01T23:59", "2021-07-01T00:00", 0},
		{"F56 its last microsecond", "2021-07-01T23:59", "2021-07-01T23:58:59.999999", 0},
		{"F56 a window that ends at midnight ends with the day before", "2021-02-15", "2021-02-13T10:00", 1},
		{"F56 within a day", "2021-02-02T10:00", "2021-02-01T10:00", 1},
	} {
		if days, ok := (Window{Allowed: true, Until: at(c.until)}).DaysLeft(at(c.now)); !ok || days != c.days {
			t.Errorf("%s: %d, %v", c.name, days, ok)
		}
	}
	if _, ok := (Window{Until: at("2021-07-01T23:59")}).DaysLeft(at("2021-06-01")); ok {
		t.Error("F57 no days are left where it is refused")
	}
}
