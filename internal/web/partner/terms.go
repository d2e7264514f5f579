package partner

import (
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// wayWords is a term with its billing plan.
func wayWords(v *ui.Visit, o catalog.Option) string {
	if o.Term.IsZero() {
		return v.T("charged.one_time")
	}
	if n, _ := o.Plan.Charges(o.Term); n == 1 {
		return v.TermWords(o.Term)
	}
	return v.T("charged.of", "term", v.TermWords(o.Term), "plan", v.PlanWords(o.Plan, o.Term))
}

// wayKey is a way in a form, and wayOf reads it back; what is none is empty, and whoever decides says so.
func wayKey(o catalog.Option) string { return o.Term.String() + "/" + string(o.Plan) }

func wayOf(key string) (when.Term, catalog.Plan) {
	term, plan, _ := strings.Cut(key, "/")
	t, err := when.ParseTerm(term)
	p, ok := catalog.ParsePlan(plan)
	if err != nil || !ok {
		return when.Term{}, ""
	}
	return t, p
}

// windowWords says how long something can be cancelled and what comes back then.
func windowWords(v *ui.Visit, r policy.CancelRule) string {
	switch r.Window.Kind {
	case policy.ByNever:
		if r.After == policy.Deprovision {
			return v.T("window.use")
		}
		return v.T("window.never")
	case policy.ByAllAlong:
		return v.T("window.always")
	}
	credit := v.T("window." + string(r.Credit))
	if r.Window.Kind == policy.ByElapsed && r.Window.Span < 48*time.Hour {
		return v.T("window.hours", "h", strconv.Itoa(int(r.Window.Span/time.Hour)), "credit", credit)
	}
	return v.T("window.days", "n", r.Window.Length(), "credit", credit)
}
