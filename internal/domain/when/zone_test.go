package when

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestF53DaysOfAZone(t *testing.T) {
	for _, c := range []struct {
		name, zone string
		day        string
		want       string
		hours      float64 // until the next day
	}{
		{"UTC", "UTC", "2026-11-20", "2026-11-20T00:00:00Z", 24},
		{"F53 clocks go forward", "Europe/Paris", "2026-03-29", "2026-03-28T23:00:00Z", 23},
		{"F53 the day after", "Europe/Paris", "2026-03-30", "2026-03-29T22:00:00Z", 24},
		{"F53 clocks go back", "Europe/Paris", "2026-10-25", "2026-10-24T22:00:00Z", 25},
		{"F53 half hours", "Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", 24.5},
		{"F53 midnight is skipped", "Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z", 23},
		{"F53 midnight is skipped by an hour", "America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", 23},
		{"F53 midnight comes twice", "America/Havana", "2026-11-01", "2026-11-01T04:00:00Z", 25},
		{"F53 the hour before midnight comes twice", "America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z", 25},
		{"F53 a day that was not", "Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", 0},
		{"F53 the day before it", "Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", 24},
	} {
		zone, ok := Zone(c.zone)
		if !ok {
			t.Fatal(c.zone)
		}
		d, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		start := DayStart(d.Year(), d.Month(), d.Day(), zone)
		next := DayStart(d.Year(), d.Month(), d.Day()+1, zone)
		if got := start.Format(time.RFC3339); got != c.want || next.Sub(start).Hours() != c.hours {
			t.Errorf("%s: %s, %v hours", c.name, got, next.Sub(start).Hours())
		}
	}
	for _, name := range []string{"", "Local", "Mars/Olympus", "../etc/passwd", "/etc/localtime"} {
		if _, ok := Zone(name); ok {
			t.Errorf("%q is a zone", name)
		}
	}
	if y, m, d := MonthBefore(2026, 3, 31); y != 2026 || m != 2 || d != 28 {
		t.Error(y, m, d)
	}
	if y, m, d := MonthBefore(2026, 1, 15); y != 2025 || m != 12 || d != 15 {
		t.Error(y, m, d)
	}
}

// Every instant is in exactly one day: clocks show the day, or a later one, from its start on, and an earlier one just before.
func TestF53EveryInstantHasItsDay(t *testing.T) {
	zones := []string{
		"UTC", "Europe/Paris", "America/New_York", "America/Sao_Paulo", "America/Havana", "Africa/Cairo", "Asia/Beirut", "Asia/Gaza",
		"Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati", "Asia/Kathmandu", "America/St_Johns", "Antarctica/Troll",
	}
	rapid.Check(t, func(t *rapid.T) {
		zone, _ := Zone(rapid.SampledFrom(zones).Draw(t, "zone"))
		day := Date(1970, 1, 1).AddDate(0, 0, rapid.IntRange(0, 30_000).Draw(t, "day"))
		start := DayStart(day.Year(), day.Month(), day.Day(), zone)
		shown := func(at time.Time) time.Time {
			y, m, d := DayOf(at, zone)
			return Date(y, m, d)
		}
		if shown(start).Before(day) {
			t.Fatalf("%s starts at %s, when clocks show %s", day, start, shown(start))
		}
		if before := shown(start.Add(-time.Microsecond)); !before.Before(day) {
			t.Fatalf("%s starts at %s, when clocks have shown it already", day, start)
		}
	})
}
