package billing

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Schedule gives the charged periods of a term: one per charge of the plan, on the term's anchor day (F05, E12).
func Schedule(current when.Period, anchorDay int, term when.Term, plan catalog.Plan) []when.Period {
	n, ok := plan.Charges(term)
	step, _ := plan.Step().AllMonths()
	if !ok || n == 1 || step == 0 {
		return []when.Period{current}
	}
	out := make([]when.Period, n)
	at := current.Start
	for i := range n {
		end := when.Next(current.Start, anchorDay, when.Term{Months: step * (i + 1)})
		if i == n-1 {
			end = current.End
		}
		out[i] = when.Period{Start: at, End: end}
		at = end
	}
	return out
}

// PeriodAt is the billing period of a partner that an instant falls into: its billing day 00:00Z to the next (F71).
// A day before 1 is 1, the default; one after 28 is 28.
func PeriodAt(billingDay int, at time.Time) when.Period {
	billingDay = max(1, min(billingDay, 28))
	y, m, d := at.UTC().Date()
	if d < billingDay {
		m--
	}
	return when.Period{Start: when.Date(y, m, billingDay), End: when.Date(y, m+1, billingDay)}
}
