package ui

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// TermWords is a term as it is said: "1 year", "30 days"; what has none is perpetual.
func (v *Visit) TermWords(t when.Term) string {
	if t.IsZero() {
		return v.T("term.none")
	}
	return v.TermOf(t)
}

// ByWhom is who did something, by the name that the log keeps.
func (v *Visit) ByWhom(name string) string {
	if name == app.SweepName {
		return v.T("part.by_itself")
	}
	return name
}

// Lasting is a length as the rules say it: "24 h", "7 × 24 h".
func (v *Visit) Lasting(d time.Duration) string {
	hours := int64(d / time.Hour)
	if hours > 24 && hours%24 == 0 {
		return v.T("console.days_of_24", "d", hours/24)
	}
	return v.T("console.hours", "h", hours)
}

// PlanWords is how often something is charged: "each month". A plan whose one charge pays the whole term is said so.
func (v *Visit) PlanWords(p catalog.Plan, t when.Term) string {
	if p == catalog.NoPlan {
		return v.T("charged.none")
	}
	if n, _ := p.Charges(t); n == 1 && !t.IsZero() && p != catalog.Monthly {
		return v.T("charged.whole", "term", v.TermWords(t))
	}
	return v.T("charged." + string(p))
}
