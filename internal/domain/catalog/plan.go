package catalog

import "github.com/comptoir-dev/comptoir/internal/domain/when"

// Plan is a billing plan: how often a line is charged. On the wire it is the billing cycle.
type Plan string

// The billing plans.
const (
	OneTime   Plan = "one_time"
	Monthly   Plan = "monthly"
	Annual    Plan = "annual"
	Biennial  Plan = "biennial"
	Triennial Plan = "triennial"
	NoPlan    Plan = "none" // charged by use
)

// Step is the time between two charges; the zero Term for plans that charge once or by use.
func (p Plan) Step() when.Term {
	switch p {
	case Monthly:
		return when.Month
	case Annual:
		return when.Year
	case Biennial:
		return when.Term{Years: 2}
	case Triennial:
		return when.ThreeYears
	}
	return when.Term{}
}

// Charges is how many charges the plan makes in a term: the term's months over the step's, at least 1.
// ok is false when the step does not divide the term.
func (p Plan) Charges(term when.Term) (n int, ok bool) {
	step, _ := p.Step().AllMonths()
	months, whole := term.AllMonths()
	if step == 0 || !whole || months == 0 {
		return 1, true
	}
	return max(1, months/step), months%step == 0
}

// ParsePlan takes a stored plan; ok is false for any other word.
func ParsePlan(s string) (Plan, bool) {
	switch p := Plan(s); p {
	case OneTime, Monthly, Annual, Biennial, Triennial, NoPlan:
		return p, true
	}
	return "", false
}
