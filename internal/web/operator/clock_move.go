package operator

import (
	"net/url"
	"strconv"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

const (
	clockPath   = "/operator/clock"
	clockLayout = "2006-01-02T15:04" // what a field for an instant sends
	mostUnits   = 10_000             // more of any unit is further than the clock goes at a time
)

// clockForms move the clock by a length, or to an instant (R21).
func clockForms(v *ui.Visit, now time.Time) (by, to ui.Form) {
	unit := ui.Field{Name: "unit", Label: v.T("advance.unit"), Kind: "select", Value: "days"}
	for _, u := range []string{"hours", "days", "months"} {
		unit.Options = append(unit.Options, ui.Option{Value: u, Text: v.T("advance." + u)})
	}
	by = ui.Form{
		Action: clockPath, Fields: []ui.Field{{Name: "by", Label: v.T("advance.by"), Kind: "number", Min: "1", Max: strconv.Itoa(mostUnits), Required: true}, unit},
		Submit: ui.Button{Text: v.T("advance.do"), Kind: "main"},
	}
	to = ui.Form{
		Action: clockPath, Fields: []ui.Field{{Name: "to", Label: v.T("advance.to"), Kind: "datetime-local", Min: now.UTC().Format(clockLayout), Hint: v.T("advance.to_hint"), Required: true}},
		Submit: ui.Button{Text: v.T("advance.go")},
	}
	return by, to
}

// advanced is where a form leads from now, and the field that decides it. Months are the calendar's: from the 31st they end on a
// month's last day. Faults "clock.length", "clock.instant", "clock.back".
func advanced(sent url.Values, now time.Time) (to time.Time, field string, err error) {
	if sent.Has("to") {
		to, err := time.Parse(clockLayout, sent.Get("to"))
		if err != nil {
			return to, "to", fault.Invalid("clock.instant", nil)
		}
		if !to.After(now) {
			return to, "to", fault.Invalid("clock.back", fault.Args{"now": now})
		}
		return to, "to", nil
	}
	n, err := strconv.Atoi(sent.Get("by"))
	if err != nil || n < 1 || n > mostUnits {
		return to, "by", fault.Invalid("clock.length", nil)
	}
	switch sent.Get("unit") {
	case "hours":
		return now.Add(time.Duration(n) * time.Hour), "by", nil
	case "days":
		return now.AddDate(0, 0, n), "by", nil
	case "months":
		return when.Next(now, now.UTC().Day(), when.Term{Months: n}), "by", nil
	}
	return to, "unit", fault.Invalid("clock.length", nil)
}

func advance(v *ui.Visit) error {
	if err := v.Actor.May(party.PlaySandbox); err != nil {
		return err
	}
	if v.Sandbox == nil {
		return fault.NotFound("page.unknown", nil)
	}
	sent, err := v.Form()
	if err != nil {
		return err
	}
	state, err := v.Sandbox.State(v.R.Context())
	if err != nil {
		return err
	}
	to, field, err := advanced(sent, state.Now)
	if err == nil {
		state, err = v.Sandbox.Move(v.R.Context(), v.Actor, to)
	}
	if f := fault.Of(err); f != nil && f.Kind != fault.KindDenied {
		return showClock(v, ui.Again(f), sent, field, f)
	}
	if err != nil {
		return err
	}
	if state.Running {
		return v.Redirect(clockPath, v.T("sandbox.running"))
	}
	return v.Redirect(clockPath, v.T("sandbox.moved", "now", state.Now, "n", state.Done))
}
