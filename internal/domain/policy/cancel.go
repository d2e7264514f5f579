// Package policy holds the dated rule rows with their source: cancellation, auto-renew, visibility, billing plans and
// suspension (rules.md §3). Rows are data in the store; these ship with the product. A row is never edited once a line
// is pinned to it: a newer one is added.
package policy

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// CreditMode says how much a cancellation inside the window gives back.
type CreditMode string

// The credit modes.
const (
	Full         CreditMode = "full"
	Prorated     CreditMode = "prorated"
	FullFirstDay CreditMode = "full_first_day" // the first 24 h of each term full, then prorated
	NoCredit     CreditMode = "none"
)

// After says what a cancellation outside the window becomes.
type After string

// What happens after the window.
const (
	Refused     After = "refused"
	EndAtTerm   After = "end_at_term" // F33, F34
	Deprovision After = "deprovision" // F36: ends at once, nothing is given back
)

// CancelRule is one dated row of rules.md §3.
type CancelRule struct {
	ID     string
	Class  catalog.Class
	From   time.Time // order or renewal instants at or after this …
	Until  time.Time // … and before this; zero: open
	Window Window
	Credit CreditMode
	After  After
	Source string
}

func from(y int, m time.Month, d int) time.Time { return when.Date(y, m, d) }

var always time.Time

const hour = time.Hour

// Shipped are the rows of rules.md §3. Within a class the newest From comes first.
var Shipped = []CancelRule{
	{"P02", catalog.Perpetual, from(2021, 6, 1), always, DayEnd(30), Full, Refused, "programme announcement 2021-04; D2, D4"},
	{"P01", catalog.Perpetual, always, always, DayEnd(60), Full, Refused, "D0, D1"},
	{"P05", catalog.SoftwareSub, from(2022, 7, 11), always, PerTerm(7 * 24 * hour), FullFirstDay, Refused, "distributor notice; D2"},
	{"P04", catalog.SoftwareSub, from(2021, 6, 1), always, DayEnd(30), Prorated, Refused, "D4"},
	{"P03", catalog.SoftwareSub, always, always, DayEnd(60), Prorated, Refused, "D0"},
	{"P06", catalog.LinuxPlan, always, always, Never, NoCredit, Refused, "D0, D2, D4"},
	{"P07", catalog.ReservedClass, always, always, Never, NoCredit, Refused, "API"},
	{"P08", catalog.SaaSMonthly, always, always, Elapsed(24 * hour), Full, EndAtTerm, "D3"},
	{"P09", catalog.SaaSAnnual, always, always, Elapsed(14 * 24 * hour), Full, EndAtTerm, "D3"},
	{"P10", catalog.Metered, always, always, Never, NoCredit, Deprovision, "D3"},
	{"P11", catalog.OnlineLicensed, always, always, PerTerm(7 * 24 * hour), FullFirstDay, Refused, "decided: as software subscriptions"},
	{"P12", catalog.Trial, always, always, AllAlong, NoCredit, Deprovision, "D3, API"},
}

// For gives the row in force for a class at an order's or renewal's instant. Of several the newest From decides.
// ok is false when no row fits: such a line can never be cancelled.
func For(rows []CancelRule, class catalog.Class, at time.Time) (rule CancelRule, ok bool) {
	for _, r := range rows {
		if r.Class != class || at.Before(r.From) || !r.Until.IsZero() && !at.Before(r.Until) {
			continue
		}
		if !ok || r.From.After(rule.From) {
			rule, ok = r, true
		}
	}
	return rule, ok
}

// ByID finds a row that a line is pinned to.
func ByID(rows []CancelRule, rule string) (CancelRule, bool) {
	for _, r := range rows {
		if r.ID == rule {
			return r, true
		}
	}
	return CancelRule{}, false
}

// End gives the instant the window of a line ends: an act is allowed while now is before it. ordered is the instant of
// the order (or renewal) line, termStart the start of the term it runs in. ok is false when there is no window at all;
// a window that is open all along ends at when.Never.
func (r CancelRule) End(ordered, termStart time.Time) (until time.Time, ok bool) {
	switch r.Window.Kind {
	case ByDayEnd:
		day := when.Midnight(ordered)
		return day.AddDate(0, 0, r.Window.Days).Add(23*hour + 59*time.Minute), true
	case ByTerm:
		return termStart.Add(r.Window.Span), true
	case ByElapsed:
		return ordered.Add(r.Window.Span), true
	case ByAllAlong:
		return when.Never, true
	}
	return time.Time{}, false
}

// Closing gives the instants of orders whose window ends after from and not after until: first ≤ ordered < last. The term
// starts with the order, as a renewal's does. ok is false where no window ever ends.
func (r CancelRule) Closing(from, until time.Time) (first, last time.Time, ok bool) {
	switch r.Window.Kind {
	case ByDayEnd:
		length := time.Duration(r.Window.Days)*24*hour + 23*hour + 59*time.Minute
		return when.Midnight(from.Add(-length)).Add(24 * hour), when.Midnight(until.Add(-length)).Add(24 * hour), true
	case ByTerm, ByElapsed:
		return from.Add(time.Microsecond - r.Window.Span), until.Add(time.Microsecond - r.Window.Span), true
	}
	return first, last, false
}
