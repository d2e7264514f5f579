package subscription_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	. "github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

func seats(lo, hi int64) *catalog.Sku { return &catalog.Sku{MinQuantity: lo, MaxQuantity: hi} }

func (l *life) seats(n int64, now time.Time) *life {
	return l.done(SetQuantity(l.ids, l.held(), seats(1, 1000), n, now))
}

func TestE17WhoMayChangeSeats(t *testing.T) {
	now := at("2022-08-02")
	start := at("2022-08-01")
	cancelled := buy(t, online, start)
	cancelled.done(cancelled.cancel(start))
	for _, c := range []struct {
		name     string
		life     *life
		quantity int64
		want     int64
		code     string
	}{
		{"up", buy(t, online, start), 12, 12, ""},
		{"down, in the window", buy(t, online, start), 8, 8, ""},
		{"the same is no change", buy(t, online, start), 10, 0, ""},
		{"at the SKU's most", buy(t, online, start), 100, 100, ""},
		{"above it", buy(t, online, start), 101, 0, "quantity.out_of_range"},
		{"at its least", buy(t, online, start), 2, 2, ""},
		{"below it", buy(t, online, start), 1, 0, "quantity.out_of_range"},
		{"none", buy(t, online, start), 0, 0, "quantity.out_of_range"},
		{"software never, up", buy(t, software, start), 2, 0, "quantity.fixed"},
		{"software never, down to none", buy(t, software, start), 0, 0, "quantity.fixed"},
		{"a software subscription as it is", buy(t, software, start), 1, 0, ""},
		{"Linux plan never", buy(t, linux, start), 2, 0, "quantity.fixed"},
		{"metered has no seats", buy(t, metered, start).activate(start), 2, 0, "quantity.fixed"},
		{"F76 first-party trial: fixed", buy(t, firstTrial, start), 26, 0, "quantity.fixed"},
		{"F06 reservation: only seen", buy(t, reserved, start), 2, 0, "quantity.fixed"},
		{"pending", buy(t, isvMonthly, start), 2, 0, "subscription.pending"},
		{"suspended", buy(t, online, start).suspend(start), 12, 0, "quantity.suspended"},
		{"cancelled", cancelled, 12, 0, "subscription.deleted"},
		{"F23 in the free days: nothing to charge", buy(t, isvTrial, start).activate(start), 5, 5, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := SetQuantity(c.life.ids, c.life.held(), seats(2, 100), c.quantity, now)
			if code(err) != c.code {
				t.Fatalf("%v, want %q", err, c.code)
			}
			if c.want == 0 && len(out.Subscriptions)+len(out.Charges) > 0 || c.want > 0 && out.Subscriptions[0].Quantity != c.want {
				t.Errorf("%+v", out)
			}
		})
	}
}

func TestF28AddedSeats(t *testing.T) {
	l := buy(t, plan{online.class, monthly, catalog.Monthly, "31", 1, 0}, at("2021-01-01T10:00"))
	l.seats(2, at("2021-01-16T12:00")).sweep(at("2021-02-01T10:00"))
	equal(t, l.charged(),
		"2021-01-01 new 31.00 2021-01-01…2021-02-01",
		"2021-01-16 add_quantity 16.00 2021-01-16…2021-02-01",
		"2021-02-01 renew 62.00 2021-02-01…2021-03-01")

	parts := buy(t, onlineParts, at("2022-08-01")) // 372.00 a year, 31.00 a month
	parts.seats(11, at("2022-08-16T12:00")).sweep(at("2022-10-01"))
	equal(t, parts.charged(),
		"2022-08-01 new 310.00 2022-08-01…2022-09-01",
		"2022-08-16 add_quantity 16.00 2022-08-16…2022-09-01",
		"2022-09-01 cycle 341.00 2022-09-01…2022-10-01",
		"2022-10-01 cycle 341.00 2022-10-01…2022-11-01")
	addOn := buyUnder(t, buy(t, onlineParts, at("2022-08-01")), plan{online.class, yearly, catalog.Monthly, "372", 1, 0}, at("2022-09-16T12:00"))
	addOn.sweep(at("2022-11-01"))
	equal(t, addOn.charged(),
		"2022-09-16 new 15.50 2022-09-16…2022-10-01", // 15 of 30 days
		"2022-10-01 cycle 31.00 2022-10-01…2022-11-01",
		"2022-11-01 cycle 31.00 2022-11-01…2022-12-01")
	if l.all[1].PriceRow != l.all[0].PriceRow {
		t.Error("E15 added seats cost the term's price")
	}
}

// TestE17BatchWindows: seats go only within the window of their batch, the newest first.
func TestE17BatchWindows(t *testing.T) {
	start := at("2022-08-01T10:00")
	l := buy(t, online, start).seats(15, start.Add(3*day)) // 5 more, their window to day 10
	for _, c := range []struct {
		name      string
		after     time.Duration
		quantity  int64
		credit    string
		removable any
	}{
		{"the new ones, in their first day: full", 4*day - µs, 12, "-84.00", nil},
		{"the new ones, prorated by their own days", 4 * day, 12, "-81.00", nil},
		{"new and old together", 4 * day, 8, "-189.00", nil},
		{"the last microsecond of the first window", 7*day - µs, 1, "-336.00", nil},
		{"the first window closed: only the new ones", 7 * day, 10, "-120.00", nil},
		{"one more than that", 7 * day, 9, "", int64(5)},
		{"the last microsecond of the second window", 10*day - µs, 10, "-105.00", nil},
		{"both closed", 10 * day, 14, "", int64(0)},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := SetQuantity(l.ids, l.held(), seats(1, 100), c.quantity, start.Add(c.after))
			if c.removable != nil {
				if f := fault.Of(err); f == nil || f.Code != "quantity.window_closed" || f.Args["removable"] != c.removable || f.Args["policy"] != "P11" {
					t.Fatalf("%+v", f)
				}
				return
			}
			if err != nil || net(out.Charges) != c.credit || out.Subscriptions[0].Quantity != c.quantity {
				t.Fatalf("%s, %v", net(out.Charges), err)
			}
			var left int64
			for _, b := range out.Subscriptions[0].Batches {
				left += b.Quantity
			}
			if left != c.quantity {
				t.Errorf("batches hold %d seats", left)
			}
		})
	}
	if got := l.held().Refundable(start.Add(4 * day)); len(got) != 2 || got[0].Quantity != 5 || !got[0].Until.Equal(start.Add(10*day)) || got[1].Quantity != 10 || !got[1].Until.Equal(start.Add(7*day)) {
		t.Errorf("%+v", got)
	}
	if got := l.held().Refundable(start.Add(10 * day)); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	waiting := l.held()
	waiting.State = Pending
	if got := waiting.Refundable(start.Add(4 * day)); len(got) != 0 {
		t.Errorf("F74 %+v", got)
	}
	l.sweep(start.AddDate(0, 1, 0))
	if got := l.held().Refundable(l.s.Current.Start); len(got) != 1 || got[0].Quantity != 15 {
		t.Errorf("a renewal opens one window for all seats: %+v", got)
	}
}

// TestE26BatchesOfOneCharge: two batches that one charge pays for are cut from it one after the other.
func TestE26BatchesOfOneCharge(t *testing.T) {
	l := buy(t, plan{online.class, yearly, catalog.Monthly, "4", 1, 0}, at("2022-08-01")) // three seats: 1.00 a month
	l.seats(2, at("2022-08-31T13:00")).seats(3, at("2022-08-31T14:00")).sweep(at("2022-09-01"))
	out, err := SetQuantity(l.ids, l.held(), seats(1, 10), 1, at("2022-09-01T12:00"))
	out.Charges = slices.DeleteFunc(out.Charges, func(c billing.Charge) bool { return c.Part == 0 }) // August's day, given back too
	if err != nil || len(out.Charges) != 2 || out.Charges[0].Net.Decimal() != "-0.33" || out.Charges[1].Net.Decimal() != "-0.34" {
		t.Errorf("%v, %v", out.Charges, err)
	}
}

// TestSeatsThenCancellation: whatever the seats' way up and down, a cancellation on the first day leaves nothing charged,
// and no way leaves less than nothing.
func TestSeatsThenCancellation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom([]plan{online, onlineYear, onlineParts}).Draw(t, "plan")
		start := at("2022-08-31T10:00")
		l := buy(t, p, start)
		now, first := start, true
		for range rapid.IntRange(0, 6).Draw(t, "changes") {
			step := time.Duration(rapid.IntRange(0, 40).Draw(t, "hours")) * time.Hour
			if now = now.Add(step); now.Sub(start) >= 7*day {
				break
			}
			first = first && now.Sub(start) < day
			out, err := SetQuantity(l.ids, l.held(), seats(1, 1000), rapid.Int64Range(1, 30).Draw(t, "seats"), now)
			if f := fault.Of(err); f != nil {
				t.Fatal(f)
			}
			if l.done(out, nil); net(l.all)[0] == '-' {
				t.Fatalf("%s charged: %v", net(l.all), l.charged())
			}
		}
		if now.Sub(start) >= 7*day {
			return
		}
		l.done(l.cancel(now))
		sum := money.Of(0, "EUR")
		for _, c := range l.all {
			sum = sum.Add(c.Net)
		}
		if sum.Sign() < 0 || first && !sum.IsZero() {
			t.Fatalf("%v stays charged after %v: %v", sum, now.Sub(start), l.charged())
		}
		again := billing.Credits(l.ids, l.held().Charges, l.held().Rule.Credit, start, now)
		if len(again) != 0 && net(again) != "0.00" && first {
			t.Fatalf("E10 a second credit: %v", again)
		}
	})
}

// TestE17FullIsAllOfIt takes seats back that were added shortly before a charge of the term: in full is both what was
// charged for the rest of the period before and for the running one; prorated is of the running one only.
func TestE17FullIsAllOfIt(t *testing.T) {
	threeYears := plan{catalog.SaaSAnnual, when.ThreeYears, catalog.Annual, "1095", 1, 0} // 365.00 a year
	isv := buy(t, threeYears, at("2021-02-01")).activate(at("2021-02-01"))
	isv.seats(3, at("2022-01-22")) // 2 × 10.00 for ten days
	isv.sweep(at("2022-02-01"))
	month := buy(t, onlineParts, at("2022-08-01")) // 31.00 a month
	month.seats(12, at("2022-08-31T12:00")).sweep(at("2022-09-01"))
	for _, c := range []struct {
		name     string
		life     *life
		at       string
		quantity int64
		credit   string
	}{
		{"P09 both seats", isv, "2022-02-03", 1, "-750.00"},
		{"P09 one of them", isv, "2022-02-03", 2, "-375.00"},
		{"P11 in their first day", month, "2022-09-01T11:00", 10, "-64.00"},
		{"P11 later: 1 day of 30 used", month, "2022-09-01T13:00", 10, "-59.93"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := SetQuantity(c.life.ids, c.life.held(), seats(1, 100), c.quantity, at(c.at))
			if err != nil || net(out.Charges) != c.credit {
				t.Errorf("%s, %v: %+v", net(out.Charges), err, out.Charges)
			}
		})
	}
}
