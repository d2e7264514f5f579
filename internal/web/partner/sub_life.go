package partner

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// life is the strip of the subscription's stations: ordered, this term, until when it can be cancelled with a credit, and what
// the term's end brings; a suspended one has its own end, and one that is over ends where it ended.
func (r *subRead) life() *ui.Chart {
	s := r.s
	all := []ui.Milestone{{Name: r.T("life.ordered"), At: s.OrderedAt}}
	add := func(key string, at time.Time, hint string, hot bool) {
		if !s.EndedAt.IsZero() && at.After(s.EndedAt) {
			return // it never came to that
		}
		all = append(all, ui.Milestone{Name: r.T(key), At: at, Hint: hint, Hot: hot})
	}
	if start := s.Current.Start; !start.IsZero() && start.Sub(s.OrderedAt) >= 24*time.Hour {
		add("life.term", start, r.TermWords(s.Term), false)
	}
	if w := s.Window; !w.Until.IsZero() && w.Until.Year() < 9000 {
		key := "life.window"
		if s.State == subscription.Pending {
			key = "life.confirm"
		}
		add(key, w.Until, r.T("life.rule", "row", w.Policy), true)
	}
	if s.State == subscription.Suspended {
		add("life.suspended", s.SuspendedAt, "", false)
		add("life.deleted", s.DataUntil, "", true)
	}
	end := "life.ends"
	if s.AutoRenew {
		end = "life.renews"
	}
	add(end, s.TermEnd(), r.renewText(), false)
	if !s.EndedAt.IsZero() {
		all = append(all, ui.Milestone{Name: r.T("life.ended"), At: s.EndedAt})
	}
	c := ui.Lifecycle(r.L, "life", r.T("life.title"), r.T("life.hint"), r.T("life.sentence"), s.Now, all)
	return &c
}
