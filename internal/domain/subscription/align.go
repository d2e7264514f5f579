package subscription

import (
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// End is where a term is made to end so that it ends with others: at the end of another subscription, whose anchor day it
// takes over, or of a month (contract.md §8, customTermEndDate).
type End struct {
	At        time.Time
	AnchorDay int
}

// Ends are the ends that terms can be aligned with: those of subscriptions that run and renew.
func Ends(subs []Subscription) []End {
	var ends []End
	for _, s := range subs {
		if s.State == Active && s.Class != catalog.Trial && !s.Current.End.IsZero() {
			ends = append(ends, End{s.Current.End, s.AnchorDay})
		}
	}
	return ends
}

// Align finds the end that a date of choice means for a term that starts at start: that of a subscription, or of a month.
// It is the exact instant, at least in its milliseconds, or the last day that is included. Fault "term_end.out_of_range" for an end that is not after
// the start or later than a whole term's, with the latest there is; "term_end.not_aligned" for any other day.
func Align(wish, start time.Time, anchorDay int, term when.Term, ends []End) (End, error) {
	latest := when.Next(start, anchorDay, term)
	found, ok := aligned(wish, ends)
	switch {
	case !ok:
		return End{}, fault.Invalid("term_end.not_aligned", nil)
	case !found.At.After(start), found.At.After(latest):
		return End{}, fault.Invalid("term_end.out_of_range", fault.Args{"until": latest})
	}
	return found, nil
}

// told tells whether an instant that a client brings is this end: some keep no more than its milliseconds.
func (e End) told(t time.Time) bool { return e.At.Equal(t) || e.At.Truncate(time.Millisecond).Equal(t) }

func aligned(wish time.Time, ends []End) (End, bool) {
	day := when.Midnight(wish)
	next := day.AddDate(0, 0, 1)
	for _, same := range []func(End) bool{
		func(e End) bool { return e.At.Equal(wish) },
		func(e End) bool { return e.told(wish) },
	} {
		if i := slices.IndexFunc(ends, same); i >= 0 {
			return ends[i], true
		}
	}
	if day.Equal(wish) && day.Day() == 1 {
		return End{day, 1}, true
	}
	for _, e := range ends {
		if when.Midnight(e.At).Equal(next) {
			return e, true
		}
	}
	return End{next, 1}, next.Day() == 1
}

// AlignedTo is the term that ends at e, as if the subscription had run in it from its start: what joins it is charged for
// the rest (F28).
func (s Subscription) AlignedTo(e End) Subscription {
	back := when.Term{Years: -s.Term.Years, Months: -s.Term.Months, Days: -s.Term.Days}
	s.AnchorDay = e.AnchorDay
	s.Current = when.Period{Start: when.Next(e.At, e.AnchorDay, back), End: e.At}
	return s
}
