package when

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Term is a length in calendar units: years, months or days. The zero Term is "no term" (perpetual).
type Term struct{ Years, Months, Days int }

// Common terms of the trade.
var (
	Month      = Term{Months: 1}
	Year       = Term{Years: 1}
	ThreeYears = Term{Years: 3}
)

// ParseTerm reads the ISO 8601 form (P1M, P1Y, P3Y, P30D, P1Y6M). The empty string is the zero Term.
// Weeks, times, fractions, zero and negative lengths are refused; each unit is at most 9999.
func ParseTerm(s string) (Term, error) {
	if s == "" {
		return Term{}, nil
	}
	rest, ok := strings.CutPrefix(strings.ToUpper(s), "P")
	if !ok || rest == "" {
		return Term{}, fmt.Errorf("when: not a term")
	}
	var t Term
	units := "YMD"
	for rest != "" {
		end := strings.IndexAny(rest, units)
		if end < 1 || end > 4 {
			return Term{}, fmt.Errorf("when: not a term")
		}
		n, err := strconv.ParseUint(rest[:end], 10, 16)
		if err != nil {
			return Term{}, fmt.Errorf("when: not a term")
		}
		switch rest[end] {
		case 'Y':
			t.Years = int(n)
		case 'M':
			t.Months = int(n)
		case 'D':
			t.Days = int(n)
		}
		units = units[strings.IndexByte(units, rest[end])+1:]
		rest = rest[end+1:]
		if units == "" && rest != "" {
			return Term{}, fmt.Errorf("when: not a term")
		}
	}
	if t.IsZero() {
		return Term{}, fmt.Errorf("when: empty term")
	}
	return t, nil
}

// IsZero tells whether there is no term.
func (t Term) IsZero() bool { return t == Term{} }

// AllMonths is the term in months; ok is false when it has days.
func (t Term) AllMonths() (months int, ok bool) { return t.Years*12 + t.Months, t.Days == 0 }

// String is the ISO 8601 form; empty for the zero Term.
func (t Term) String() string {
	if t.IsZero() {
		return ""
	}
	var b strings.Builder
	b.WriteByte('P')
	for _, u := range []struct {
		n int
		c byte
	}{{t.Years, 'Y'}, {t.Months, 'M'}, {t.Days, 'D'}} {
		if u.n != 0 {
			b.WriteString(strconv.Itoa(u.n))
			b.WriteByte(u.c)
		}
	}
	return b.String()
}

// Next is the end of a term that starts at start, keeping the anchor day (1–31) and clamping it to the month's last
// day (E12): 31 Jan → 28 Feb → 31 Mar; 29 Feb 2028 → 28 Feb 2029 → 29 Feb 2032. The time of day is start's, in UTC.
// A term of days adds n × 24 h and knows no anchor; with both, months come first, as in ISO 8601.
func Next(start time.Time, anchorDay int, t Term) time.Time {
	start = start.UTC()
	if months := t.Years*12 + t.Months; months != 0 {
		y, m, _ := start.Date()
		first := time.Date(y, m+time.Month(months), 1, start.Hour(), start.Minute(), start.Second(), start.Nanosecond(), time.UTC)
		start = first.AddDate(0, 0, max(1, min(anchorDay, lastDay(first)))-1)
	}
	return start.Add(time.Duration(t.Days) * 24 * time.Hour)
}

func lastDay(first time.Time) int { return first.AddDate(0, 1, -1).Day() }

// Period is half-open: Start ≤ t < End.
type Period struct{ Start, End time.Time }

// Contains tells whether t lies in p.
func (p Period) Contains(t time.Time) bool { return !t.Before(p.Start) && t.Before(p.End) }

// Days is the number of days in p as bills count them (E27): the difference of its start and end dates, at least 1.
func (p Period) Days() int64 { return max(1, DaysBetween(p.Start, p.End)) }

// DaysBetween is the number of UTC midnights between the dates of a and b; negative when b is on an earlier day.
// It counts in seconds, for a Duration ends at 292 years and Never is further.
func DaysBetween(a, b time.Time) int64 {
	return (Midnight(b).Unix() - Midnight(a).Unix()) / (24 * 60 * 60)
}

// Midnight is 00:00:00Z of t's day.
func Midnight(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// DaysCeil is d in days of 24 h, rounded up; 0 for nothing or less.
func DaysCeil(d time.Duration) int64 {
	const day = 24 * time.Hour
	if d <= 0 {
		return 0
	}
	return int64((d-1)/day) + 1
}

// Date is 00:00:00Z of a date in a table.
func Date(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// Never is the instant that means "does not end" on the wire (year 9999).
var Never = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
