package when

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestNext(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		name   string
		start  string
		anchor int
		term   Term
		want   []string // one after another
	}{
		{"E12 31 Jan", "2021-01-31T10:00:00Z", 31, Month, []string{"2021-02-28T10:00:00Z", "2021-03-31T10:00:00Z", "2021-04-30T10:00:00Z"}},
		{"E12 30 Jan in a leap year", "2024-01-30T00:00:00Z", 30, Month, []string{"2024-02-29T00:00:00Z", "2024-03-30T00:00:00Z"}},
		{"E12 29 Feb by the year", "2028-02-29T00:00:00Z", 29, Year,
			[]string{"2029-02-28T00:00:00Z", "2030-02-28T00:00:00Z", "2031-02-28T00:00:00Z", "2032-02-29T00:00:00Z"}},
		{"E12 29 Feb by three years", "2028-02-29T00:00:00Z", 29, ThreeYears,
			[]string{"2031-02-28T00:00:00Z", "2034-02-28T00:00:00Z", "2037-02-28T00:00:00Z", "2040-02-29T00:00:00Z"}},
		{"E12 a trial's 30 days are days", "2021-01-31T10:00:00Z", 31, Term{Days: 30}, []string{"2021-03-02T10:00:00Z", "2021-04-01T10:00:00Z"}},
		{"over New Year", "2021-12-31T23:59:59.999999Z", 31, Month, []string{"2022-01-31T23:59:59.999999Z"}},
		{"a year and a half", "2021-08-31T00:00:00Z", 31, Term{Years: 1, Months: 6}, []string{"2023-02-28T00:00:00Z"}},
		{"months first, then days", "2021-01-31T00:00:00Z", 31, Term{Months: 1, Days: 1}, []string{"2021-03-01T00:00:00Z"}},
		{"no term", "2021-01-31T10:00:00Z", 31, Term{}, []string{"2021-01-31T10:00:00Z"}},
		{"E01 the zone of the viewer is nothing", "2021-02-01T01:00:00+02:00", 31, Month, []string{"2021-02-28T23:00:00Z"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := at(c.start)
			for _, want := range c.want {
				if got = Next(got, c.anchor, c.term); got != at(want) {
					t.Fatalf("%v, want %v", got, want)
				}
			}
		})
	}
}

func TestNextKeepsItsAnchor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		anchor := rapid.IntRange(1, 31).Draw(t, "anchor")
		month := rapid.IntRange(0, 1200).Draw(t, "month")
		term := Term{Years: rapid.IntRange(0, 3).Draw(t, "years"), Months: rapid.IntRange(1, 24).Draw(t, "months")}
		start := Next(Date(2020, 1, 1), anchor, Term{Months: month})
		end := Next(start, anchor, term)
		months := (end.Year()-start.Year())*12 + int(end.Month()) - int(start.Month())
		if want, _ := term.AllMonths(); months != want {
			t.Fatalf("%v + %v = %v", start, term, end)
		}
		if tomorrow := end.AddDate(0, 0, 1); end.Day() != anchor && (end.Day() > anchor || tomorrow.Day() != 1) {
			t.Fatalf("%v + %v = %v with anchor %d", start, term, end, anchor)
		}
	})
}

func TestParseTerm(t *testing.T) {
	for s, want := range map[string]Term{
		"": {}, "P1M": Month, "P1Y": Year, "P3Y": ThreeYears, "P30D": {Days: 30}, "P1Y6M": {Years: 1, Months: 6},
		"P1Y2M3D": {1, 2, 3}, "p1m": Month, "P9999D": {Days: 9999},
	} {
		if got, err := ParseTerm(s); err != nil || got != want {
			t.Errorf("%q: %+v, %v", s, got, err)
		}
	}
	for _, s := range []string{
		"P", "1M", "P1", "PM", "P1W", "PT1H", "P1MT1H", "P-1M", "P+1M", "P1.5M", "P0M", "P0Y0D", "P10000D", "P1M1Y", "P1M1M", "P1D1", "P1DX", "P 1M", "PP1M",
	} {
		if got, err := ParseTerm(s); err == nil {
			t.Errorf("%q is taken as %+v", s, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 9999)
		want := Term{n.Draw(t, "years"), n.Draw(t, "months"), n.Draw(t, "days")}
		if got, err := ParseTerm(want.String()); err != nil || got != want {
			t.Fatalf("%v reads back as %v, %v", want, got, err)
		}
	})
}

func TestDays(t *testing.T) {
	for _, c := range []struct {
		name string
		p    Period
		want int64
	}{
		{"E27 a month", Period{Date(2021, 1, 1), Date(2021, 2, 1)}, 31},
		{"E27 stub of anchor 31 in February", Period{Date(2021, 2, 14), Date(2021, 2, 28)}, 14},
		{"E27 clamped to clamped", Period{Date(2021, 1, 31), Date(2021, 2, 28)}, 28},
		{"E27 clamped start", Period{Date(2021, 2, 28), Date(2021, 3, 31)}, 31},
		{"E27 February of a leap year", Period{Date(2024, 2, 1), Date(2024, 3, 1)}, 29},
		{"E27 a year", Period{Date(2021, 2, 1), Date(2022, 2, 1)}, 365},
		{"E27 a leap year", Period{Date(2024, 1, 1), Date(2025, 1, 1)}, 366},
		{"E27 the time of day does not count", Period{Date(2021, 1, 1).Add(23 * time.Hour), Date(2021, 1, 2)}, 1},
		{"E27 part of a day", Period{Date(2021, 1, 1), Date(2021, 1, 1).Add(time.Hour)}, 1},
	} {
		if got := c.p.Days(); got != c.want {
			t.Errorf("%s: %d days, want %d", c.name, got, c.want)
		}
	}
	if got := DaysBetween(Date(2021, 1, 1), Never); got != 2914268 {
		t.Errorf("%d days until the wire's end of time, want 2914268", got)
	}
	if got := DaysBetween(Date(2021, 1, 2), Date(2021, 1, 1)); got != -1 {
		t.Errorf("%d days back, want -1", got)
	}
	if got := DaysBetween(Date(1970, 1, 1).Add(-time.Microsecond), Date(1970, 1, 1)); got != 1 {
		t.Errorf("%d days over the epoch, want 1", got)
	}
}

func TestDaysCeil(t *testing.T) {
	const day = 24 * time.Hour
	for d, want := range map[time.Duration]int64{
		-1: 0, 0: 0, 1: 1, day - 1: 1, day: 1, day + 1: 2, 45 * day: 45, 45*day + time.Microsecond: 46, 1<<63 - 1: 106752,
	} {
		if got := DaysCeil(d); got != want {
			t.Errorf("%v: %d, want %d", d, got, want)
		}
	}
}

func TestPeriodIsHalfOpen(t *testing.T) {
	p := Period{Date(2021, 1, 1), Date(2021, 2, 1)}
	for at, want := range map[time.Time]bool{
		p.Start.Add(-time.Microsecond): false, p.Start: true, p.End.Add(-time.Microsecond): true, p.End: false,
	} {
		if p.Contains(at) != want {
			t.Errorf("%v inside: %v", at, !want)
		}
	}
}
