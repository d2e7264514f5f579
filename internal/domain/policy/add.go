package policy

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// Classes are those that cancellation rows are for.
var Classes = []catalog.Class{
	catalog.Perpetual, catalog.SoftwareSub, catalog.LinuxPlan, catalog.ReservedClass, catalog.SaaSMonthly, catalog.SaaSAnnual, catalog.Metered, catalog.OnlineLicensed, catalog.Trial,
}

const (
	maxSource = 200 // characters
	maxDays   = 366 // of a window
)

var rowID = regexp.MustCompile(`^[A-Z][A-Z0-9-]{0,19}$`)

// Add checks a row that an operator adds to those there are, at now (rules.md §3): rows are added ahead of time, never over
// what another says already. An open row lasts until the next one of its class begins. Faults: "policy.id" for an id that is
// none, "policy.taken" for one that is there, "policy.class", "policy.window", "policy.credit" and "policy.after" for what is
// none of ours, "policy.source" where it is missing or long, "policy.past" for a row that begins before now, "policy.backwards"
// for one that ends before it begins, "policy.overlap" with the row, and from when to when it holds (until is left out when it is open).
func Add(rows []CancelRule, r CancelRule, now time.Time) error {
	if !rowID.MatchString(r.ID) {
		return fault.Invalid("policy.id", nil)
	}
	if _, taken := ByID(rows, r.ID); taken {
		return fault.Conflict("policy.taken", fault.Args{"row": r.ID})
	}
	if err := r.sound(); err != nil {
		return err
	}
	if r.From.Before(now) {
		return fault.Invalid("policy.past", fault.Args{"now": now})
	}
	if !r.Until.IsZero() && !r.From.Before(r.Until) {
		return fault.Invalid("policy.backwards", nil)
	}
	for _, other := range rows {
		if other.Class != r.Class {
			continue
		}
		from, until := claim(append([]CancelRule{r}, rows...), other)
		if from.Equal(r.From) || from.After(r.From) && (r.Until.IsZero() || from.Before(r.Until)) || from.Before(r.From) && !until.IsZero() && r.From.Before(until) {
			args := fault.Args{"row": other.ID, "from": from}
			if !until.IsZero() {
				args["until"] = until
			}
			return fault.Refuse("policy.overlap", args)
		}
	}
	return nil
}

// claim is what a row among others holds against new ones: to its own end, or where it has none, to the beginning of the next row
// of its class.
func claim(rows []CancelRule, r CancelRule) (from, until time.Time) {
	if !r.Until.IsZero() {
		return r.From, r.Until
	}
	for _, next := range rows {
		if next.Class == r.Class && next.From.After(r.From) && (until.IsZero() || next.From.Before(until)) {
			until = next.From
		}
	}
	return r.From, until
}

func (r CancelRule) sound() error {
	known := false
	for _, c := range Classes {
		known = known || c == r.Class
	}
	w := r.Window
	switch {
	case !known:
		return fault.Invalid("policy.class", nil)
	case w.Kind == ByDayEnd && (w.Days < 1 || w.Days > maxDays || w.Span != 0),
		(w.Kind == ByTerm || w.Kind == ByElapsed) && (w.Span < time.Hour || w.Span > maxDays*24*hour || w.Days != 0),
		(w.Kind == ByNever || w.Kind == ByAllAlong) && (w.Days != 0 || w.Span != 0),
		w.Kind != ByDayEnd && w.Kind != ByTerm && w.Kind != ByElapsed && w.Kind != ByNever && w.Kind != ByAllAlong:
		return fault.Invalid("policy.window", fault.Args{"max": maxDays})
	case r.Credit != Full && r.Credit != Prorated && r.Credit != FullFirstDay && r.Credit != NoCredit:
		return fault.Invalid("policy.credit", nil)
	case r.After != Refused && r.After != EndAtTerm && r.After != Deprovision:
		return fault.Invalid("policy.after", nil)
	case strings.TrimSpace(r.Source) == "" || utf8.RuneCountInString(r.Source) > maxSource:
		return fault.Invalid("policy.source", fault.Args{"max": maxSource})
	}
	return nil
}
