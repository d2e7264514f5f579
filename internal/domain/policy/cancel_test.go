package policy_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	. "github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

const µs = time.Microsecond

// at reads an instant of a table: 2021-05-31T23:59, with seconds and fractions if needed.
func at(s string) time.Time {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05.999999", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	panic("no instant: " + s)
}

func TestRowInForce(t *testing.T) {
	old, later := at("1970-01-01"), at("2099-12-31")
	for _, c := range []struct {
		name  string
		class catalog.Class
		at    time.Time
		want  string
	}{
		{"P01 long ago", catalog.Perpetual, old, "P01"},
		{"P01 last microsecond", catalog.Perpetual, at("2021-06-01").Add(-µs), "P01"},
		{"P02 on the dot", catalog.Perpetual, at("2021-06-01"), "P02"},
		{"P02 one more", catalog.Perpetual, at("2021-06-01").Add(µs), "P02"},
		{"P02 after 2022-07-11 too", catalog.Perpetual, later, "P02"},
		{"P03 long ago", catalog.SoftwareSub, old, "P03"},
		{"P03 last microsecond", catalog.SoftwareSub, at("2021-06-01").Add(-µs), "P03"},
		{"P04 on the dot", catalog.SoftwareSub, at("2021-06-01"), "P04"},
		{"P04 one more", catalog.SoftwareSub, at("2021-06-01").Add(µs), "P04"},
		{"P04 last microsecond", catalog.SoftwareSub, at("2022-07-11").Add(-µs), "P04"},
		{"P05 on the dot", catalog.SoftwareSub, at("2022-07-11"), "P05"},
		{"P05 one more", catalog.SoftwareSub, at("2022-07-11").Add(µs), "P05"},
		{"P05 for good", catalog.SoftwareSub, later, "P05"},
		{"P06 any", catalog.LinuxPlan, old, "P06"},
		{"P06 for good", catalog.LinuxPlan, later, "P06"},
		{"P07 any", catalog.ReservedClass, old, "P07"},
		{"P08 any", catalog.SaaSMonthly, old, "P08"},
		{"P09 any", catalog.SaaSAnnual, later, "P09"},
		{"P10 any", catalog.Metered, old, "P10"},
		{"P11 any", catalog.OnlineLicensed, later, "P11"},
		{"P12 any", catalog.Trial, old, "P12"},
		{"no row, never cancellable", "nothing", later, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := For(Shipped, c.class, c.at)
			if got.ID != c.want || ok != (c.want != "") {
				t.Errorf("%q, %v", got.ID, ok)
			}
		})
	}
}

// TestWindowEnds: the window is open at its start and in its last microsecond, closed at its end.
func TestWindowEnds(t *testing.T) {
	for _, c := range []struct{ name, row, ordered, until string }{
		{"P01 worked case: perpetual 2021-05-31T23:59Z", "P01", "2021-05-31T23:59", "2021-07-30T23:59"},
		{"P02 worked case: perpetual 2021-06-01T00:00Z", "P02", "2021-06-01T00:00", "2021-07-01T23:59"},
		{"P02 last microsecond of a day is that day", "P02", "2021-06-01T23:59:59.999999", "2021-07-01T23:59"},
		{"P02 leap day counts", "P02", "2024-01-31", "2024-03-01T23:59"},
		{"P02 no leap day", "P02", "2023-01-31", "2023-03-02T23:59"},
		{"P02 ordered on the leap day", "P02", "2024-02-29T12:00", "2024-03-30T23:59"},
		{"P02 over the year's end", "P02", "2021-12-31T23:59:59.999999", "2022-01-30T23:59"},
		{"P03 60 days", "P03", "2020-09-01", "2020-10-31T23:59"},
		{"P04 30 days, worked case: subscription 2021-10-13", "P04", "2021-10-13T10:00", "2021-11-12T23:59"},
		{"P04 worked case: RDS CAL 2021-11-15", "P04", "2021-11-15", "2021-12-15T23:59"},
		{"P05 168 hours", "P05", "2022-07-11T08:15:30.000001", "2022-07-18T08:15:30.000001"},
		{"P05 over a leap day", "P05", "2024-02-26T10:00", "2024-03-04T10:00"},
		{"P08 24 hours, worked case: ISV monthly", "P08", "2021-02-01T10:00", "2021-02-02T10:00"},
		{"P08 over the leap day", "P08", "2024-02-28T10:00", "2024-02-29T10:00"},
		{"P09 14 × 24 hours, worked case: ISV annual", "P09", "2021-02-01T10:00", "2021-02-15T10:00"},
		{"P11 168 hours", "P11", "2021-12-31T23:59:59.999999", "2022-01-07T23:59:59.999999"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rule, ok := ByID(Shipped, c.row)
			if !ok {
				t.Fatal("no row")
			}
			ordered := at(c.ordered)
			until, ok := rule.End(ordered, ordered)
			if !ok || !until.Equal(at(c.until)) {
				t.Fatalf("%v, %v", until, ok)
			}
			for d, open := range map[time.Duration]bool{-µs: true, 0: false, µs: false} {
				if now := until.Add(d); now.Before(until) != open {
					t.Errorf("at %v: %v", d, !open)
				}
			}
			if !ordered.Before(until) {
				t.Error("closed when it was ordered")
			}
		})
	}
}

func TestWindowsWithoutALength(t *testing.T) {
	for _, row := range []string{"P06", "P07", "P10"} {
		rule, _ := ByID(Shipped, row)
		if until, ok := rule.End(at("2021-01-01"), at("2021-01-01")); ok || !until.IsZero() || rule.Window.Length() != 0 {
			t.Errorf("%s never opens: %v, %v", row, until, ok)
		}
	}
	rule, _ := ByID(Shipped, "P12")
	if until, ok := rule.End(at("2021-01-01"), at("2021-01-01")); !ok || !until.Equal(when.Never) {
		t.Errorf("P12 is open all along: %v, %v", until, ok)
	}
	if until, ok := (CancelRule{}).End(at("2021-01-01"), at("2021-01-01")); ok || !until.IsZero() {
		t.Errorf("a row that is not there has no window: %v, %v", until, ok)
	}
}

func TestPerTermCountsFromTheTerm(t *testing.T) {
	rule, _ := ByID(Shipped, "P05")
	if until, _ := rule.End(at("2022-08-01"), at("2023-08-01")); !until.Equal(at("2023-08-08")) {
		t.Error(until)
	}
	for _, row := range []string{"P02", "P08", "P09"} {
		rule, _ := ByID(Shipped, row)
		a, _ := rule.End(at("2022-08-01"), at("2022-08-01"))
		if b, _ := rule.End(at("2022-08-01"), at("2023-08-01")); !a.Equal(b) {
			t.Errorf("%s counts from the order, not from %v", row, b)
		}
	}
}

func TestRowsSayWhatTheRulebookSays(t *testing.T) {
	for _, c := range []struct {
		row    string
		credit CreditMode
		after  After
		days   int
	}{
		{"P01", Full, Refused, 60},
		{"P02", Full, Refused, 30},
		{"P03", Prorated, Refused, 60},
		{"P04", Prorated, Refused, 30},
		{"P05", FullFirstDay, Refused, 7},
		{"P06", NoCredit, Refused, 0},
		{"P07", NoCredit, Refused, 0},
		{"P08", Full, EndAtTerm, 1},
		{"P09", Full, EndAtTerm, 14},
		{"P10", NoCredit, Deprovision, 0},
		{"P11", FullFirstDay, Refused, 7},
		{"P12", NoCredit, Deprovision, 0},
	} {
		rule, ok := ByID(Shipped, c.row)
		if !ok || rule.Credit != c.credit || rule.After != c.after || rule.Window.Length() != c.days || rule.Source == "" {
			t.Errorf("%s: %+v, length %d", c.row, rule, rule.Window.Length())
		}
	}
	if _, ok := ByID(Shipped, "P13"); ok || len(Shipped) != 12 {
		t.Errorf("%d rows", len(Shipped))
	}
}

// TestOperatorRows: an operator adds rows and closes rows; the order of the rows does not matter.
func TestOperatorRows(t *testing.T) {
	rows := append([]CancelRule{
		{ID: "X1", Class: catalog.SaaSMonthly, From: at("2023-01-01"), Until: at("2024-01-01"), Window: Elapsed(72 * time.Hour), Credit: Full, After: EndAtTerm, Source: "operator"},
	}, Shipped...)
	for s, want := range map[string]string{
		"2022-12-31T23:59:59.999999": "P08", "2023-01-01": "X1", "2023-12-31T23:59:59.999999": "X1", "2024-01-01": "P08",
	} {
		if got, _ := For(rows, catalog.SaaSMonthly, at(s)); got.ID != want {
			t.Errorf("%s: %s, want %s", s, got.ID, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		mixed := rapid.Permutation(rows).Draw(t, "rows")
		now := at("2020-01-01").Add(time.Duration(rapid.Int64Range(0, 6*365*24).Draw(t, "hours")) * time.Hour)
		for _, class := range []catalog.Class{catalog.Perpetual, catalog.SoftwareSub, catalog.SaaSMonthly} {
			a, _ := For(rows, class, now)
			if b, _ := For(mixed, class, now); a.ID != b.ID {
				t.Fatalf("%s at %v: %s or %s", class, now, a.ID, b.ID)
			}
		}
	})
}
