package operator

import (
	"net/url"
	"slices"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// clockPage is the sandbox's clock and what the last jump did (R21). The banner of every page moves it as well.
type clockPage struct {
	Strip ui.Strip
	Moves []ui.Button
	By    *ui.Form // a length on
	To    *ui.Form // to an instant
	Done  ui.Table
}

func clock(v *ui.Visit) error { return showClock(v, 200, nil, "", nil) }

// showClock shows the clock; with a fault, what was sent stands in the form with that field.
func showClock(v *ui.Visit, code int, sent url.Values, field string, refused *fault.Fault) error {
	if err := v.Actor.May(party.PlaySandbox); err != nil {
		return err
	}
	if v.Sandbox == nil { // R21: on a sandbox alone
		return v.Show("op-clock", ui.Page{Title: v.T("console.clock"), Area: "clock", Notes: []ui.Note{{
			Kind: "info", Title: v.T("clock.real"), Text: v.T("clock.real_text"),
			Rows: []ui.Fact{{Name: v.T("console.business_time"), Value: v.App.Clock.Now()}, {Name: v.T("console.real_time"), Value: v.Wall.Now()}},
		}}}, clockPage{Strip: ui.Strip{Label: v.T("console.clock")}})
	}
	s, err := v.Sandbox.State(v.R.Context())
	if err != nil {
		return err
	}
	next := ui.Figure{Name: v.T("console.next_due"), Value: "–", Hint: v.T("sandbox.nothing_due")}
	if !s.NextDue.IsZero() {
		next.Value, next.Hint = s.NextDue, v.T("console.in", "span", v.L.Span(s.NextDue.Sub(s.Now)))
	}
	page := clockPage{
		Strip: ui.Strip{Label: v.T("console.clock"), Figures: []ui.Figure{{Name: v.T("console.business_time"), Value: s.Now, Hint: v.T("console.ahead", "span", v.L.Span(s.Now.Sub(v.Wall.Now())))}, next, {Name: v.T("console.last_jump"), Value: s.Done, Hint: v.T("console.things_done")}}},
		Done: ui.Table{
			ID: "done", Title: v.T("console.happened"), Caption: v.T("console.happened"), Columns: []ui.Column{{Head: v.T("portal.when")}, {Head: v.T("portal.what")}, {Head: v.T("console.of")}},
			Empty: ui.Empty{Title: v.T("console.nothing_happened"), Text: v.T("console.nothing_happened_text")},
		},
	}
	for _, step := range []struct{ value, key string }{{"1h", "sandbox.hour"}, {"1d", "sandbox.day"}, {"7d", "sandbox.week"}, {"due", "sandbox.to_due"}} {
		b := ui.Button{Text: v.T(step.key), Post: "/clock", Hidden: []ui.Pair{{Name: "advance", Value: step.value}, {Name: "next", Value: "/operator/clock"}}}
		if s.Running {
			b.Off = v.T("sandbox.running")
		}
		page.Moves = append(page.Moves, b)
	}
	shown := s.Happened
	if len(shown) > 200 {
		page.Done.Pager.Shown, shown = v.T("part.shown", "n", 200), shown[len(shown)-200:]
	}
	for _, h := range slices.Backward(shown) {
		of := string(h.Subscription)
		if h.Invoice != "" {
			of = string(h.Invoice)
		}
		what := h.What
		if key := "console.did." + what; v.L.Has(key) {
			what = v.T(key)
		}
		page.Done.Rows = append(page.Done.Rows, ui.Row{Cells: []ui.Cell{{Value: h.At}, {Value: what}, {Value: ui.Mono(of)}}})
	}
	frame := ui.Page{Title: v.T("console.clock"), Area: "clock"}
	by, to := clockForms(v, s.Now)
	if refused != nil {
		form := &by
		if field == "to" {
			form = &to
		}
		form.Fill(sent)
		frame.Errors = form.Blame(v.L, refused, field)
	}
	if s.Running {
		by.Submit.Off, to.Submit.Off = v.T("sandbox.running"), v.T("sandbox.running")
	}
	page.By, page.To = &by, &to
	return v.ShowAs(code, "op-clock", frame, page)
}
