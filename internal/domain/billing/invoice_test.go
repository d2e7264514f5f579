package billing_test

import (
	"testing"

	"pgregory.net/rapid"

	. "github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

func TestPeriodAt(t *testing.T) {
	for _, c := range []struct {
		name       string
		day        int
		at         string
		start, end string
	}{
		{"F71 the first of the month", 1, "2021-05-10T12:00", "2021-05-01", "2021-06-01"},
		{"F71 last microsecond", 1, "2021-05-31T23:59:59.999999", "2021-05-01", "2021-06-01"},
		{"F71 on the dot", 1, "2021-06-01", "2021-06-01", "2021-07-01"},
		{"F71 December", 1, "2021-12-31T23:59:59.999999", "2021-12-01", "2022-01-01"},
		{"F71 January, before the day", 25, "2022-01-24T23:59:59.999999", "2021-12-25", "2022-01-25"},
		{"F71 January, on the day", 25, "2022-01-25", "2022-01-25", "2022-02-25"},
		{"F71 December, on the day", 25, "2021-12-25", "2021-12-25", "2022-01-25"},
		{"F71 the 28th in February", 28, "2021-02-28", "2021-02-28", "2021-03-28"},
		{"F71 the 28th in a leap February", 28, "2024-02-29T10:00", "2024-02-28", "2024-03-28"},
		{"F71 the day before the 28th in March", 28, "2021-03-27T10:00", "2021-02-28", "2021-03-28"},
		{"F71 no day set is the default, 1", 0, "2021-05-10", "2021-05-01", "2021-06-01"},
		{"F71 never past the 28th", 31, "2021-05-30", "2021-05-28", "2021-06-28"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := PeriodAt(c.day, at(c.at)); got != period(c.start, c.end) {
				t.Errorf("%v", got)
			}
		})
	}
}

// TestPeriodsFollowEachOther: F71, every instant lies in exactly one period.
func TestPeriodsFollowEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.IntRange(1, 28).Draw(t, "billing day")
		now := at("2019-12-01").AddDate(0, 0, rapid.IntRange(0, 2000).Draw(t, "days"))
		p := PeriodAt(d, now)
		if !p.Contains(now) || p.Start.Day() != d || p.End.Day() != d {
			t.Fatalf("%v is not in %v", now, p)
		}
		if next := PeriodAt(d, p.End); next.Start != p.End || PeriodAt(d, p.Start.Add(-µs)).End != p.Start {
			t.Fatalf("a gap after %v", p)
		}
	})
}

func TestIssue(t *testing.T) {
	p := period("2021-05-01", "2021-06-01")
	for _, c := range []struct {
		name             string
		net, tax         int64
		carried          int64
		total, carryOut  int64
		nextNet, nextSum int64 // the invoice after, with that net of its own
	}{
		{"F71 a month of charges", 10000, 2000, 0, 12000, 0, 500, 500},
		{"E07 a credit smaller than the charges", 3000, 600, 0, 3600, 0, 0, 0},
		{"E07 a credit larger: total 0, carried", -10000, -2000, 0, 0, -12000, 20000, 8000},
		{"E07 what was carried in is taken off", 10000, 2000, -5000, 7000, 0, 0, 0},
		{"E07 exactly used up", 10000, 2000, -12000, 0, 0, 100, 100},
		{"E07 carried in and on", 10000, 2000, -20000, 0, -8000, 1000, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv := Issue(42, "EUR", p, Totals{Net: eur(c.net), Tax: eur(c.tax), Lines: 3, Charges: 1}, eur(c.carried))
			if inv.Total() != eur(c.total) || inv.CarryOut != eur(c.carryOut) {
				t.Errorf("total %v, carried on %v", inv.Total(), inv.CarryOut)
			}
			next := Issue(43, "EUR", when.Period{Start: p.End, End: at("2021-07-01")}, Totals{Net: eur(c.nextNet), Tax: eur(0), Lines: 1, Charges: 1}, inv.CarryOut)
			if inv.Document != Bill || next.Document != Bill {
				t.Errorf("%s, then %s", inv.Document, next.Document)
			}
			if next.Total() != eur(c.nextSum) {
				t.Errorf("the next is %v", next.Total())
			}
			if inv.ID != "G000000042" || !inv.IssuedAt.Equal(p.End) || !inv.DueAt.Equal(at("2021-07-01")) {
				t.Errorf("F71 %+v", inv)
			}
		})
	}
}

// TestTotalsKnowNoOrder: totals do not depend on the order of the lines, no invoice is below zero (E07), and only a
// period without charges closes with a credit note (E06).
func TestTotalsKnowNoOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(-1e9, 1e9)
		var lines []Charge
		for range rapid.IntRange(1, 20).Draw(t, "lines") {
			lines = append(lines, Charge{Net: money.Of(minor.Draw(t, "net"), "EUR"), Tax: money.Of(minor.Draw(t, "tax"), "EUR")})
		}
		add := func(lines []Charge) (sum Totals) {
			for _, c := range lines {
				sum = sum.Add(c)
			}
			return sum
		}
		a, b := add(lines), add(rapid.Permutation(lines).Draw(t, "mixed"))
		if a != b || a.Lines != len(lines) {
			t.Fatalf("%v, %v", a, b)
		}
		inv := Issue(1, "EUR", period("2021-05-01", "2021-06-01"), a, money.Of(-rapid.Int64Range(0, 1e9).Draw(t, "carried"), "EUR"))
		if (inv.Total().Sign() < 0) != (inv.Document == CreditNote) || inv.Document == CreditNote && a.Charges > 0 ||
			inv.CarryOut.Sign() > 0 || !inv.CarryOut.IsZero() && !inv.Total().IsZero() {
			t.Fatalf("total %v, carried on %v", inv.Total(), inv.CarryOut)
		}
		if got := inv.Total().Add(inv.CarryOut); got != a.Gross().Add(inv.Carried) {
			t.Fatalf("%v is lost", got)
		}
	})
}
