package web

import (
	"net/url"
	"strconv"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

var moves = map[string]time.Duration{"1h": time.Hour, "1d": 24 * time.Hour, "7d": 7 * 24 * time.Hour}

// moveClock moves the sandbox's clock by a step, or to what falls due next (R21).
func moveClock(v *ui.Visit) error {
	if v.Sandbox == nil {
		return fault.NotFound("page.unknown", nil)
	}
	form, err := v.Form()
	if err != nil {
		return err
	}
	next := local(form.Get("next"))
	state, err := v.Sandbox.State(v.R.Context())
	if err != nil {
		return err
	}
	to := state.NextDue
	if d, ok := moves[form.Get("advance")]; ok {
		to = state.Now.Add(d)
	} else if form.Get("advance") == "to" {
		if to, err = scrubbed(form, state.Now); err != nil {
			return err
		}
	}
	if to.IsZero() {
		return v.Redirect(next, v.T("sandbox.nothing_due"))
	}
	state, err = v.Sandbox.Move(v.R.Context(), v.Actor, to)
	if err != nil {
		return err
	}
	if state.Running {
		return v.Redirect(next, v.T("sandbox.running"))
	}
	return v.Redirect(next, v.T("sandbox.moved", "now", state.Now, "n", state.Done))
}

// scrubDays is how far the slider of the banner reaches; what is further is asked for by its day.
const scrubDays = 60

// scrubbed is where the slider or the field for a day leads: a day that was chosen wins over the slider, as nothing sets it but
// a hand. It is the beginning of that day, or so many days from now. Fault "clock.where".
func scrubbed(form url.Values, now time.Time) (time.Time, error) {
	if text := form.Get("to"); text != "" {
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return time.Time{}, fault.Invalid("clock.where", nil)
		}
		if y, m, d := now.UTC().Date(); !day.After(when.Date(y, m, d)) {
			return time.Time{}, fault.Invalid("clock.back", fault.Args{"now": now})
		}
		return day, nil
	}
	days, err := strconv.Atoi(form.Get("days"))
	if err != nil || days < 1 || days > scrubDays {
		return time.Time{}, fault.Invalid("clock.where", nil)
	}
	return now.Add(time.Duration(days) * 24 * time.Hour), nil
}
