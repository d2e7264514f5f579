package subscription

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
)

// warned are the days before the end of a term at which a subscription is looked at: is what it sells withdrawn (E16)?
var warned = []int{30, 7}

// Warning is one look at a term that nears its end.
type Warning struct {
	At   time.Time // Days × 24 h before the end
	Days int
}

// Warnings are the looks at the running term, first to last. One that lies before the term, or before the subscription
// joined it, falls away: it has none in a month of 30 days but the last.
func (s Subscription) Warnings() []Warning {
	if s.Current.Start.IsZero() || s.Current.End.IsZero() || s.Class == catalog.Trial {
		return nil
	}
	var out []Warning
	for _, days := range warned {
		at := s.Current.End.Add(-time.Duration(days) * 24 * time.Hour)
		if at.After(s.Current.Start) && at.After(s.LineAt) {
			out = append(out, Warning{at, days})
		}
	}
	return out
}

// NextWarning is the first look that was not taken yet; ok is false when none is left. Every subscription whose term runs
// is looked at, for an offer can be withdrawn at any time.
func (s Subscription) NextWarning() (w Warning, ok bool) {
	if s.State != Active && s.State != Suspended || s.Lapsed() {
		return w, false
	}
	for _, w := range s.Warnings() {
		if w.At.After(s.Warned) {
			return w, true
		}
	}
	return w, false
}

// Withdrawn tells that a subscription which is to renew ends with its term all the same, because what it sells, or what its
// base sells, is not sold any more at that instant (E16).
func (s Subscription) Withdrawn(base *Subscription, quote Quoter) bool {
	end := s.Current.End
	if s.State != Active || !s.AutoRenew || s.Class == catalog.Trial || s.Current.Start.IsZero() || end.IsZero() {
		return false
	}
	if _, _, sold := s.renewal(quote, end); !sold {
		return true
	}
	return base != nil && base.AutoRenew && !base.Current.End.After(end) && base.Withdrawn(nil, quote)
}
