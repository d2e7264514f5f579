package policy

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// Close gives a row that has no end one, at now (rules.md §3): from until on it is chosen no more. Lines that are pinned to it
// keep it. Which row applies then is For's to say: an older one without an end, or none. Faults: "policy.unknown",
// "policy.closed" with the end it has, "policy.end_past" with now for an end before it, "policy.backwards" for one that is not
// after the row's beginning.
func Close(rows []CancelRule, rule string, until, now time.Time) (CancelRule, error) {
	r, ok := ByID(rows, rule)
	switch {
	case !ok:
		return r, fault.NotFound("policy.unknown", nil)
	case !r.Until.IsZero():
		return r, fault.Conflict("policy.closed", fault.Args{"row": r.ID, "until": r.Until})
	case until.Before(now):
		return r, fault.Invalid("policy.end_past", fault.Args{"now": now})
	case !r.From.Before(until):
		return r, fault.Invalid("policy.backwards", nil)
	}
	r.Until = until
	return r, nil
}

// With is rows with one of them put in the place of the one of its id.
func With(rows []CancelRule, r CancelRule) []CancelRule {
	out := append([]CancelRule{}, rows...)
	for i := range out {
		if out[i].ID == r.ID {
			out[i] = r
		}
	}
	return out
}
