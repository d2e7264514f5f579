package operator

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// closePage ends a dated row: what applies after it stands before the button (R15).
type closePage struct {
	Ask  ui.Filters
	Next *ui.Note
	End  *ui.Form // its name is typed (pages.md §2)
	Row  ui.Note
}

func closeAddress(row string) string { return "/operator/policies/" + row + "/close" }

func askClose(v *ui.Visit) error { return showClose(v, 200, v.Query("last"), nil) }

// untilSent is the instant after a last day.
func untilSent(last string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, last)
	if err != nil {
		return day, fault.Invalid("form.date", nil)
	}
	return day.AddDate(0, 0, 1), nil
}

func showClose(v *ui.Visit, code int, last string, refused *fault.Fault) error {
	all, err := v.App.KeptPolicies(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	if err := v.Prove(); err != nil {
		return err
	}
	row, ok := policy.ByID(all.Cancellation, v.Path("row"))
	if !ok {
		return fault.NotFound("page.unknown", nil)
	}
	now := v.App.Clock.Now()
	at := closeAddress(row.ID)
	class := v.T("console.class." + string(row.Class))
	frame := ui.Page{Title: v.T("close.title", "row", row.ID), Area: "policies", Crumbs: []ui.Link{{Text: v.T("console.policies"), Href: "/operator/policies?class=" + string(row.Class)}}}
	page := closePage{Row: ui.Note{Kind: "info", Title: row.ID + " · " + class, Rows: ruleFacts(v, row)}}
	field := ui.Field{Name: "last", Label: v.T("console.last_day"), Kind: "date", Value: last, Min: now.Format(time.DateOnly), Hint: v.T("close.last_hint"), Required: true}
	unsure := refused != nil && refused.Code == "confirm.differs"
	if last != "" && (refused == nil || unsure) {
		until, err := untilSent(last)
		closed := row
		if err == nil {
			closed, err = policy.Close(all.Cancellation, row.ID, until, now)
		}
		if wrong := fault.Of(err); wrong != nil {
			refused, code, unsure = wrong, ui.Again(wrong), false
		} else {
			page.Next = whatFollows(v, policy.With(all.Cancellation, closed), row, until)
			page.End = &ui.Form{
				Action: at, Once: v.Once(), Hidden: []ui.Pair{{Name: "last", Value: last}}, Fields: []ui.Field{typed(v, row.ID)},
				Submit: ui.Button{Text: v.T("close.do", "row", row.ID), Kind: "final"}, Back: &ui.Button{Text: v.T("part.back"), Href: "/operator/policies?class=" + string(row.Class)},
			}
		}
	}
	if unsure {
		frame.Errors = page.End.Blame(v.L, refused, "typed")
	} else if refused != nil {
		form := ui.Form{Fields: []ui.Field{field}}
		frame.Errors = form.Blame(v.L, refused, "last")
		field = form.Fields[0]
	}
	page.Ask = ui.Filters{Label: v.T("close.ask"), Action: at, Go: v.T("close.look"), Fields: []ui.Field{field}}
	return v.ShowAs(code, "op-policy-close", frame, page)
}

// whatFollows says which row orders find once this one has ended.
func whatFollows(v *ui.Visit, rows []policy.CancelRule, row policy.CancelRule, until time.Time) *ui.Note {
	n := &ui.Note{Kind: "warn", Title: v.T("close.follows", "at", v.L.Date(until)), Text: v.T("close.pinned", "row", row.ID)}
	next, ok := policy.For(rows, row.Class, until)
	if !ok {
		n.Kind, n.Text = "stop", v.T("console.no_rule")+" "+v.T("close.pinned", "row", row.ID)
		return n
	}
	n.Rows = append([]ui.Fact{{Name: v.T("console.row"), Value: next.ID}}, ruleFacts(v, next)...)
	return n
}

func ruleFacts(v *ui.Visit, r policy.CancelRule) []ui.Fact {
	return []ui.Fact{
		{Name: v.T("console.window"), Value: windowOf(v, r.Window)}, {Name: v.T("console.credit"), Value: v.T("console.credit." + string(r.Credit))},
		{Name: v.T("console.after"), Value: v.T("console.after." + string(r.After))}, {Name: v.T("console.source"), Value: r.Source},
	}
}

func closePolicy(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	last := sent.Get("last")
	until, err := untilSent(last)
	if err == nil {
		err = confirmed(sent, v.Path("row"))
	}
	if err == nil {
		err = v.Act(func(req app.Request) (app.Reply, error) {
			return v.App.ClosePolicy(v.R.Context(), v.Actor, req, v.Path("row"), until)
		}, func(out any) ui.Then {
			row := out.(policy.CancelRule)
			return ui.Then{To: "/operator/policies?class=" + string(row.Class), Said: v.T("close.said", "row", row.ID, "at", v.L.Date(until.AddDate(0, 0, -1)))}
		})
	}
	f := fault.Of(err)
	if f == nil || f.Kind == fault.KindDenied {
		return err
	}
	return showClose(v, ui.Again(f), last, f)
}
