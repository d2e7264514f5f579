package locale

import (
	"fmt"
	"time"
)

// Date is the day of an instant in UTC: "23 Nov 2026", "1er nov. 2026". A zero instant is a dash.
func (l *L) Date(t time.Time) string {
	if t.IsZero() {
		return dashed
	}
	t = t.UTC()
	return fmt.Sprintf("%s%s%s%s%d", l.day(t), nbsp, l.numbers.months[t.Month()-1], nbsp, t.Year())
}

// DayMonth is a day without its year.
func (l *L) DayMonth(t time.Time) string {
	return l.day(t.UTC()) + nbsp + l.numbers.months[t.UTC().Month()-1]
}

// Weekday is a day with the name of its day of the week before it.
func (l *L) Weekday(t time.Time) string { return l.numbers.days[t.UTC().Weekday()] + nbsp + l.Date(t) }

func (l *L) day(t time.Time) string {
	if t.Day() == 1 {
		return l.numbers.first
	}
	return fmt.Sprint(t.Day())
}

// Month is a month with its year, as it heads a column: "Nov 2026".
func (l *L) Month(t time.Time) string {
	return l.numbers.months[t.UTC().Month()-1] + nbsp + fmt.Sprint(t.UTC().Year())
}

// MonthName is the short name of a month.
func (l *L) MonthName(t time.Time) string { return l.numbers.months[t.UTC().Month()-1] }

// Instant is a moment to the minute, cut and not rounded: "23 Nov 2026, 10:05 UTC". A dash for the zero instant.
func (l *L) Instant(t time.Time) string {
	if t.IsZero() {
		return dashed
	}
	return l.Date(t) + ", " + l.Clock(t) + nbsp + "UTC"
}

// Clock is the time of day, UTC.
func (l *L) Clock(t time.Time) string { return t.UTC().Format("15:04") }

// Span is how long it is from now until then, in its two largest units: "3 d 0 h", "6 h 25 min"; nothing when it is over.
func (l *L) Span(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	minutes := int64(d / time.Minute)
	days, hours := minutes/(24*60), minutes/60%24
	switch {
	case days >= 100:
		return l.Text("span.d", "d", days)
	case days > 0:
		return l.Text("span.dh", "d", days, "h", hours)
	case hours > 0:
		return l.Text("span.hm", "h", hours, "m", minutes%60)
	case minutes > 0:
		return l.Text("span.m", "m", minutes)
	}
	return l.Text("span.less")
}
