package policy_test

import (
	"fmt"
	"testing"
	"time"
	_ "time/tzdata" // the zones of viewers, whatever the machine has

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	. "github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// viewers are zones where days begin elsewhere, and those with a change of clocks near one of the instants below.
var viewers = []string{
	"Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia", "Pacific/Kiritimati", "Asia/Kolkata", "Africa/Casablanca",
}

// turns are instants where calendars and clocks turn.
var turns = []string{
	"2020-02-29", "2024-02-28", "2024-02-29", "2024-03-01", // a leap day, and the days beside it
	"2023-02-28", "2023-03-01", // none
	"2100-02-28", "2100-03-01", // a century without one
	"2021-12-31", "2022-01-01", "2023-01-31", "2023-04-30", "2023-05-01", // ends of months and years
	"2023-03-26T01:00", "2023-10-29T01:00", // Europe's clocks go forward, and back
	"2023-03-12T07:00", "2023-11-05T06:00", // New York's
	"2023-09-30T15:30", "2023-04-01T15:00", // Lord Howe's, by half an hour
	"2011-12-30T10:00",                                     // Samoa left a day out
	"2021-06-01", "2022-07-11", "2021-10-14", "2021-10-22", // where the rows change
}

// seen is an instant as a viewer in each zone has it on the clock; the first is UTC.
func seen(t *testing.T, at time.Time) []time.Time {
	t.Helper()
	out := []time.Time{at}
	for _, name := range viewers {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, at.In(zone))
	}
	return out
}

// windowEnd is the end of a row's window in plain seconds of Unix time, which know no zone, month or leap day.
func windowEnd(row string, ordered, term time.Time) (end time.Time, ok bool) {
	const day = 24 * 3600
	nights := map[string]int64{"P01": 60, "P02": 30, "P03": 60, "P04": 30}
	hours := map[string]time.Duration{"P05": 168, "P08": 24, "P09": 14 * 24, "P11": 168}
	switch {
	case nights[row] > 0:
		midnight := ordered.Unix() - ordered.Unix()%day
		return time.Unix(midnight+nights[row]*day+23*3600+59*60, 0), true
	case row == "P05" || row == "P11":
		return term.Add(hours[row] * time.Hour), true
	case hours[row] > 0:
		return ordered.Add(hours[row] * time.Hour), true
	case row == "P12":
		return when.Never, true
	}
	return time.Time{}, false
}

// TestWindowsEverywhere: E01, G21. Every row's window, ordered at each turn, a microsecond before and one after, ends at the
// same instant wherever the caller, the order and the term are looked at from; it is open at its start and in its last
// microsecond, and closed from its end on.
func TestWindowsEverywhere(t *testing.T) {
	for _, rule := range Shipped {
		t.Run(fmt.Sprintf("E01 %s at every turn", rule.ID), func(t *testing.T) {
			for _, turn := range turns {
				for _, beside := range []time.Duration{-µs, 0, µs} {
					ordered := at(turn).Add(beside)
					term := ordered.AddDate(1, 0, 0) // a renewed one
					want, has := windowEnd(rule.ID, ordered, term)
					for i, o := range seen(t, ordered) {
						until, ok := rule.End(o, seen(t, term)[i])
						if ok != has || !until.Equal(want) {
							t.Fatalf("ordered %v: %v, %v; want %v, %v", o, until, ok, want, has)
						}
						for d, open := range map[time.Duration]bool{-µs: true, 0: false, µs: false} {
							for _, now := range seen(t, want.Add(d)) {
								if has && now.Before(until) != open {
									t.Fatalf("ordered %v: at %v it is open: %v", o, now, !open)
								}
							}
						}
						if has && !o.Before(until) {
							t.Fatalf("ordered %v: closed at once", o)
						}
					}
				}
			}
		})
	}
}

// TestDayWindowsTurnAtMidnightUTC: E01, the order's day is day 0 up to its last microsecond; then the window is a day longer.
func TestDayWindowsTurnAtMidnightUTC(t *testing.T) {
	for _, row := range []string{"P01", "P02", "P03", "P04"} {
		rule, _ := ByID(Shipped, row)
		for _, s := range turns {
			midnight := when.Midnight(at(s))
			last, _ := rule.End(midnight.Add(-µs), midnight)
			first, _ := rule.End(midnight, midnight)
			late, _ := rule.End(midnight.Add(24*time.Hour-µs), midnight)
			if first.Sub(last) != 24*time.Hour || !late.Equal(first) {
				t.Errorf("E01 %s around %v: %v, %v, %v", row, midnight, last, first, late)
			}
		}
	}
}

// TestRowsTurnOnTheInstant: E01, E02. The row in force changes on the microsecond of its From and Until for every class,
// and for every viewer at once; so do the defaults of renewal, visibility and plans.
func TestRowsTurnOnTheInstant(t *testing.T) {
	closed := CancelRule{
		ID: "X1", Class: catalog.SaaSMonthly, From: at("2023-03-26T01:00"), Until: at("2024-02-29"), Window: Elapsed(72 * time.Hour), Credit: Full, After: EndAtTerm, Source: "operator",
	}
	rows := append([]CancelRule{closed}, Shipped...)
	for _, c := range []struct {
		name         string
		class        catalog.Class
		turn         string
		before, then string
	}{
		{"P01 P02 perpetual", catalog.Perpetual, "2021-06-01", "P01", "P02"},
		{"P03 P04 software subscription", catalog.SoftwareSub, "2021-06-01", "P03", "P04"},
		{"P04 P05 software subscription", catalog.SoftwareSub, "2022-07-11", "P04", "P05"},
		{"P02 stays on 2022-07-11", catalog.Perpetual, "2022-07-11", "P02", "P02"},
		{"P08 an operator's row begins as clocks go forward", catalog.SaaSMonthly, "2023-03-26T01:00", "P08", "X1"},
		{"P08 … and is closed on the leap day", catalog.SaaSMonthly, "2024-02-29", "X1", "P08"},
		{"P06 any instant", catalog.LinuxPlan, "2021-06-01", "P06", "P06"},
		{"P07 any instant", catalog.ReservedClass, "2021-06-01", "P07", "P07"},
		{"P09 any instant", catalog.SaaSAnnual, "2023-03-26T01:00", "P09", "P09"},
		{"P10 any instant", catalog.Metered, "2021-06-01", "P10", "P10"},
		{"P11 any instant", catalog.OnlineLicensed, "2022-07-11", "P11", "P11"},
		{"P12 any instant", catalog.Trial, "2022-07-11", "P12", "P12"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for d, want := range map[time.Duration]string{-µs: c.before, 0: c.then, µs: c.then} {
				for _, now := range seen(t, at(c.turn).Add(d)) {
					if got, ok := For(rows, c.class, now); !ok || got.ID != want {
						t.Errorf("at %v: %s, want %s", now, got.ID, want)
					}
				}
			}
		})
	}
	for d, on := range map[time.Duration]bool{-µs: false, 0: true, µs: true} {
		for _, now := range seen(t, RenewFrom.Add(d)) {
			if renews, switchable := AutoRenew(catalog.SoftwareSub, now, true); renews != on || switchable != on || Visible(catalog.SoftwareSub, now) != on {
				t.Errorf("F39 F40 at %v: not %v", now, on)
			}
		}
		for _, now := range seen(t, PlansFrom.Add(d)) {
			if got := PlanAllowed(catalog.SoftwareSub, catalog.Annual, when.ThreeYears, now); got != on {
				t.Errorf("F05 at %v: %v", now, got)
			}
		}
	}
}

// TestDataUntilEverywhere: F31, days of 24 h from the suspension, the gap in UTC dates, whoever looks.
func TestDataUntilEverywhere(t *testing.T) {
	for _, turn := range turns {
		suspended, created, first := at(turn), at(turn).Add(-40*24*time.Hour-µs), when.Midnight(at(turn)).Add(-30*24*time.Hour)
		gap := (first.Unix() - created.Unix() + created.Unix()%(24*3600)) / (24 * 3600)
		want := suspended.Add(time.Duration(90+gap) * 24 * time.Hour)
		s, c, f := seen(t, suspended), seen(t, created), seen(t, first)
		for i := range s {
			if got := RetentionAt(s[i]).DataUntil(s[i], c[i], f[i]); !got.Equal(want) {
				t.Errorf("F31 suspended %v, gap of %d days: %v, want %v", s[i], gap, got, want)
			}
		}
	}
}
