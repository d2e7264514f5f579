package policy

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// WindowKind says what a window counts from.
type WindowKind string

// The kinds of window.
const (
	ByDayEnd   WindowKind = "day_end"   // calendar days, UTC; the order's day is day 0; to 23:59:00Z of day N
	ByTerm     WindowKind = "per_term"  // a span from the start of every term
	ByElapsed  WindowKind = "elapsed"   // a span from the order
	ByNever    WindowKind = "never"     // no window
	ByAllAlong WindowKind = "all_along" // always open
)

// Window is the length in which a cancellation is free of charge.
type Window struct {
	Kind WindowKind
	Days int
	Span time.Duration
}

// Never and AllAlong are the windows without a length.
var (
	Never    = Window{Kind: ByNever}
	AllAlong = Window{Kind: ByAllAlong}
)

// DayEnd is the window to 23:59:00Z of calendar day n.
func DayEnd(n int) Window { return Window{Kind: ByDayEnd, Days: n} }

// PerTerm is the window of d from the start of every term.
func PerTerm(d time.Duration) Window { return Window{Kind: ByTerm, Span: d} }

// Elapsed is the window of d from the order.
func Elapsed(d time.Duration) Window { return Window{Kind: ByElapsed, Span: d} }

// Length is the window in whole days, as error 900117 and the catalogue tell it; 0 when it has no length.
func (w Window) Length() int {
	if w.Kind == ByDayEnd {
		return w.Days
	}
	return int(when.DaysCeil(w.Span))
}
