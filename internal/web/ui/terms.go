package ui

import (
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
