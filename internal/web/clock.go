package web

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
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
