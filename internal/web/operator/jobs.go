package operator

import (
	"net/url"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// jobsPage is what happens by itself: what failed, what is overdue, what comes next, and lines that wait for keys (R15).
type jobsPage struct {
	Strip   ui.Strip
	Trouble *ui.Note
	Kinds   *ui.Table
	Late    ui.Table
	Next    ui.Table
	Low     ui.Table
	Uploads *ui.Table
	Discard *ui.Form
}

const nextDays = 30

func jobs(v *ui.Visit) error { return showJobs(v, 200, nil, nil) }

// showJobs shows them; refused is what was wrong with what was sent to discard something.
func showJobs(v *ui.Visit, code int, sent url.Values, refused *fault.Fault) error {
	ctx := v.R.Context()
	now := v.App.Clock.Now()
	late, err := v.App.DueList(ctx, v.Actor, now, ui.Limit+1)
	if err != nil {
		return err
	}
	next, err := v.App.DueList(ctx, v.Actor, now.AddDate(0, 0, nextDays), len(late)+ui.Limit)
	if err != nil {
		return err
	}
	next = next[min(len(late), len(next)):]
	tree, err := v.App.LogTree(ctx, v.Actor)
	if err != nil {
		return err
	}
	low, err := v.App.LowPools(ctx)
	if err != nil {
		return err
	}
	names := partnerNames(v)
	count := v.L.Value(len(late))
	if len(late) > ui.Limit {
		count, late = v.T("jobs.more_than", "n", ui.Limit), late[:ui.Limit]
	}
	page := jobsPage{
		Late: dueTable(v, "late", v.T("jobs.late"), late, names), Next: dueTable(v, "next", v.T("jobs.next", "n", nextDays), next, names),
		Low: ui.Table{
			ID: "low", Title: v.T("console.low"), Caption: v.T("console.low"), Empty: ui.Empty{Title: v.T("console.nothing_low")},
			Columns: []ui.Column{{Head: v.T("console.pool")}, {Head: v.T("console.version")}, {Head: v.T("console.free"), Num: true}, {Head: v.T("console.mark"), Num: true}, {Head: v.T("console.lines_waiting"), Num: true}},
		},
	}
	page.Late.Empty = ui.Empty{Title: v.T("jobs.all_done"), Text: v.T("jobs.all_done_text")}
	page.Next.Empty = ui.Empty{Title: v.T("jobs.nothing_next")}
	for _, q := range low {
		page.Low.Rows = append(page.Low.Rows, ui.Row{Cells: []ui.Cell{
			{Value: q.Pool.Name, Href: "/operator/tenants/" + string(q.Partner) + "?pool=" + q.Pool.Name + "&version=" + q.Pool.Version, Hint: names(q.Partner)},
			{Value: q.Pool.Version}, {Value: q.Pool.Free}, {Value: q.Pool.LowWater}, {Value: q.Pool.Waiting},
		}})
	}
	page.Strip = ui.Strip{Label: v.T("jobs.title"), Figures: []ui.Figure{
		{Name: v.T("jobs.late"), Value: count, Hint: v.T("jobs.late_hint")}, {Name: v.T("jobs.log"), Value: tree.Size, Hint: v.T("jobs.log_hint")}, {Name: v.T("console.low"), Value: len(low), Hint: v.T("console.low_hint")},
	}}
	if v.Sweep != nil {
		ran, err := v.Sweep()
		seen := ui.Figure{Name: v.T("jobs.looked"), Value: "–", Hint: v.T("jobs.every")}
		if !ran.IsZero() {
			seen.Value = ran
		}
		page.Strip.Figures = append(page.Strip.Figures, seen)
		if err != nil {
			page.Trouble = trouble(v, err)
		}
	}
	if page.Kinds, err = kinds(v); err != nil {
		return err
	}
	uploads, err := v.App.OpenUploads(ctx, v.Actor)
	if err != nil {
		return err
	}
	page.Uploads, page.Discard = openUploads(v, uploads), discardForm(v, uploads)
	frame := ui.Page{Title: v.T("jobs.title"), Area: "jobs"}
	if refused != nil && page.Discard != nil {
		page.Discard.Fill(sent)
		frame.Errors = page.Discard.Blame(v.L, refused, "reason")
	}
	return v.ShowAs(code, "op-jobs", frame, page)
}

// trouble tells what the last run could not do. An error of ours stands in the log; here is only that there is one.
func trouble(v *ui.Visit, err error) *ui.Note {
	n := &ui.Note{Kind: "stop", Title: v.T("jobs.held"), Text: v.T("jobs.held_text")}
	for _, e := range parts(err) {
		if f := fault.Of(e); f != nil {
			n.Rows = append(n.Rows, ui.Fact{Name: v.T("jobs.cause"), Value: v.L.Fault(f)})
		}
	}
	if len(n.Rows) == 0 {
		n.Rows = []ui.Fact{{Name: v.T("jobs.cause"), Value: v.T("jobs.see_log")}}
	}
	n.Rows = n.Rows[:min(len(n.Rows), 20)]
	return n
}

// parts are the errors that were joined.
func parts(err error) []error {
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		var out []error
		for _, e := range all.Unwrap() {
			out = append(out, parts(e)...)
		}
		return out
	}
	return []error{err}
}

func dueTable(v *ui.Visit, key, title string, all []app.Due, names func(id.Partner) string) ui.Table {
	t := ui.Table{
		ID: key, Title: title, Caption: title,
		Columns: []ui.Column{{Head: v.T("jobs.due")}, {Head: v.T("portal.what")}, {Head: v.T("console.partner")}, {Head: v.T("console.of")}},
	}
	for _, d := range all {
		what, of := v.T("jobs.subscription"), string(d.Subscription)
		switch {
		case d.Subscription != "":
		case d.Period.End.IsZero():
			what, of = v.T("jobs.account"), string(d.Currency)
		default:
			what, of = v.T("jobs.bills"), string(d.Currency)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Value: d.At}, {Value: what}, {Value: names(d.Scope.Partner())}, {Value: ui.Mono(of)}}})
	}
	return t
}
