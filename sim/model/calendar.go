package model

import "time"

const day = 24 * time.Hour

func date(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func midnight(t time.Time) time.Time { return date(t.Year(), t.Month(), t.Day()) }

// daysOf is the difference of two dates, at least 1 (E27).
func daysOf(start, end time.Time) int64 {
	return max(1, int64(midnight(end).Sub(midnight(start))/day))
}

// startedDays are the days of 24 h begun in d, 0 for nothing.
func startedDays(d time.Duration) int64 {
	if d <= 0 {
		return 0
	}
	n := int64(d / day)
	if d%day != 0 {
		n++
	}
	return n
}

// monthsAfter keeps the anchor day and clamps it to the month (E12).
func monthsAfter(start time.Time, anchor, months int) time.Time {
	y, m := start.Year(), int(start.Month())-1+months
	y, m = y+m/12, m%12
	last := date(y, time.Month(m+2), 0).Day()
	d := min(anchor, last)
	return date(y, time.Month(m+1), d).Add(start.Sub(midnight(start)))
}

// billingPeriod is the partner's month that an instant lies in (F71).
func billingPeriod(billingDay int, at time.Time) (start, end time.Time) {
	start = date(at.Year(), at.Month(), billingDay)
	if at.Before(start) {
		start = date(at.Year(), at.Month()-1, billingDay)
	}
	return start, date(start.Year(), start.Month()+1, billingDay)
}

// stepMonths is the time between two charges of a plan; 0 for one charge or none.
var stepMonths = map[string]int{"monthly": 1, "annual": 12, "triennial": 36}

// charges is how many charges a plan makes in a term of months.
func charges(plan string, months int) int {
	step := stepMonths[plan]
	if step == 0 || months == 0 {
		return 1
	}
	return max(1, months/step)
}

type span struct{ start, end time.Time }

// spans cuts a term into its charged periods.
func spans(start, end time.Time, anchor, months int, plan string) []span {
	n := charges(plan, months)
	if n == 1 {
		return []span{{start, end}}
	}
	out := make([]span, n)
	at := start
	for i := range out {
		next := end
		if i < n-1 {
			next = monthsAfter(start, anchor, stepMonths[plan]*(i+1))
		}
		out[i], at = span{at, next}, next
	}
	return out
}
