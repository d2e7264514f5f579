package operator

import (
	"cmp"
	"slices"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

const (
	jobsPath    = "/operator/jobs"
	discardPath = jobsPath + "/discard"
)

// kinds are the jobs of this server, those that fail on top, each with its way to be done at once; nil where there are none.
func kinds(v *ui.Visit) (*ui.Table, error) {
	all, err := v.App.JobList(v.Actor)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	slices.SortStableFunc(all, func(x, y app.Job) int { return cmp.Compare(min(y.Fails, 1), min(x.Fails, 1)) })
	t := &ui.Table{
		ID: "kinds", Title: v.T("jobs.kinds"), Caption: v.T("jobs.kinds"), Hint: v.T("jobs.kinds_hint"),
		Columns: []ui.Column{{Head: v.T("jobs.kind")}, {Head: v.T("subs.status")}, {Head: v.T("jobs.ran")}, {Head: v.T("jobs.fails"), Num: true}, {Head: v.T("jobs.retry"), Hidden: true}},
	}
	for _, j := range all {
		name := v.T("jobs.kind." + j.Kind)
		state, ran := ui.Cell{Value: ui.Mark{Kind: "good", Text: v.T("jobs.well")}}, ui.Cell{Value: "–"}
		if j.Fails > 0 {
			state = ui.Cell{Value: ui.Mark{Kind: "soon", Text: v.T("jobs.failing")}, Hint: v.T("jobs.since", "at", v.L.Value(j.Since)), Reason: cause(v, j.Err)}
		}
		if !j.At.IsZero() {
			ran.Value = j.At
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Value: name, Hint: v.T("jobs.kind_hint." + j.Kind)}, state, ran, {Value: j.Fails},
			{Acts: []ui.Button{{Text: v.T("jobs.retry"), More: name, Post: jobsPath + "/" + j.Kind + "/retry", Once: v.Once(), Kind: "small"}}},
		}})
	}
	return t, nil
}

// cause is the first fault among what was joined; any other error stands in the log.
func cause(v *ui.Visit, err error) string {
	for _, e := range parts(err) {
		if f := fault.Of(e); f != nil {
			return v.L.Fault(f)
		}
	}
	return v.T("jobs.see_log")
}

// retryJob does a job at once.
func retryJob(v *ui.Visit) error {
	if _, err := v.Form(); err != nil {
		return err
	}
	return v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.RetryJob(v.R.Context(), v.Actor, req, v.Path("kind"))
	}, func(out any) ui.Then {
		return ui.Then{To: jobsPath, Said: v.T("jobs.retried", "kind", v.T("jobs.kind."+out.(string)))}
	})
}

// openUploads are the uploads that are not whole: all that may be discarded, since nobody has ordered it.
func openUploads(v *ui.Visit, all []app.MediaUpload) *ui.Table {
	if len(all) == 0 {
		return nil
	}
	t := &ui.Table{
		ID: "uploads", Title: v.T("jobs.uploads"), Caption: v.T("jobs.uploads"), Hint: v.T("jobs.uploads_hint"),
		Columns: []ui.Column{{Head: v.T("files.file")}, {Head: v.T("jobs.received")}, {Head: v.T("jobs.touched")}, {Head: v.T("jobs.by")}, {Head: v.T("files.continue"), Hidden: true}},
	}
	for _, u := range all {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Value: u.Name}, {Value: v.T("jobs.received_of", "n", v.L.Bytes(u.Received), "all", v.L.Bytes(u.Size))}, {Value: u.TouchedAt}, {Value: u.By},
			{Acts: []ui.Button{{Text: v.T("files.continue"), More: u.Name, Href: continueAt(u), Kind: "small"}}},
		}})
	}
	return t
}

// discardForm gives one of them up, for a reason; nil where there are none.
func discardForm(v *ui.Visit, all []app.MediaUpload) *ui.Form {
	if len(all) == 0 {
		return nil
	}
	pick := ui.Field{Name: "upload", Label: v.T("jobs.upload"), Kind: "select"}
	for _, u := range all {
		pick.Options = append(pick.Options, ui.Option{Value: string(u.ID), Text: u.Name + " · " + v.T("jobs.received_of", "n", v.L.Bytes(u.Received), "all", v.L.Bytes(u.Size))})
	}
	return &ui.Form{
		Action: discardPath, Once: v.Once(), Before: v.T("jobs.discard_before"),
		Fields: []ui.Field{pick, {Name: "reason", Label: v.T("jobs.reason"), Required: true, MaxLength: 500}},
		Submit: ui.Button{Text: v.T("jobs.discard"), Kind: "ask"},
	}
}

func discardUpload(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	err = v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.DiscardUpload(v.R.Context(), v.Actor, req, id.Upload(sent.Get("upload")), sent.Get("reason"))
	}, func(out any) ui.Then {
		return ui.Then{To: jobsPath, Said: v.T("jobs.discarded", "name", out.(app.MediaUpload).Name)}
	})
	if f := fault.Of(err); f != nil && f.Code == "discard.reason" {
		return showJobs(v, ui.Again(f), sent, f)
	}
	return err
}
