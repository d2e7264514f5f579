package operator

import (
	"net/url"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

const (
	trialPath = backupPath + "/test"
	fetchPath = backupPath + "/copies/{file}"
	trialAge  = 30 * 24 * time.Hour // after which another test is due
)

func fetchAddress(name string) string { return backupPath + "/copies/" + url.PathEscape(name) }

// trialText says what came of a test.
func trialText(v *ui.Visit, t ui.Trial) string {
	switch {
	case t.Failed:
		return v.T("trial.failed")
	case t.Differences > 0:
		return v.T("trial.differs", "n", t.Differences)
	}
	return v.T("trial.good")
}

func triedCell(v *ui.Visit, t *ui.Trial) ui.Cell {
	if t == nil {
		return ui.Cell{Value: v.T("trial.never")}
	}
	return ui.Cell{Value: t.At, Hint: trialText(v, *t)}
}

// lastTrial tells how old the last test of any copy is, and what came of it.
func lastTrial(v *ui.Visit, all []ui.Backup) ui.Note {
	var last *ui.Trial
	for _, b := range all {
		if b.Trial != nil && (last == nil || b.Trial.At.After(last.At)) {
			last = b.Trial
		}
	}
	if last == nil {
		return ui.Note{Kind: "warn", Title: v.T("trial.none"), Text: v.T("trial.why")}
	}
	span := v.L.Span(v.Wall.Now().Sub(last.At))
	switch {
	case !last.Good():
		return ui.Note{Kind: "stop", Title: trialText(v, *last), Text: v.T("trial.mend"), Rows: []ui.Fact{{Name: v.T("trial.column"), Value: last.At}}}
	case v.Wall.Now().Sub(last.At) > trialAge:
		return ui.Note{Kind: "warn", Title: v.T("trial.overdue", "span", span), Text: v.T("trial.why")}
	}
	return ui.Note{Kind: "good", Title: v.T("trial.fresh", "at", v.L.Date(last.At)), Text: trialText(v, *last)}
}

// testBackup restores the newest copy aside and says what came of it.
func testBackup(v *ui.Visit) error {
	if err := v.Actor.May(party.OperateSystem); err != nil {
		return err
	}
	if v.Backups == nil {
		return fault.NotFound("page.unknown", nil)
	}
	t, done, err := v.Backups.Test(v.R.Context(), v.Wall.Now())
	if err != nil {
		return err
	}
	if !done {
		return v.Redirect(backupPath, v.T("trial.goes_on"))
	}
	return v.Redirect(backupPath, trialText(v, t))
}

// fetchBackup sends a copy away. It is asked for with a form, since it leaves a record.
func fetchBackup(v *ui.Visit) error {
	if err := v.Actor.May(party.OperateSystem); err != nil {
		return err
	}
	if v.Backups == nil {
		return fault.NotFound("page.unknown", nil)
	}
	if err := v.Prove(); err != nil {
		return err
	}
	file, b, err := v.Backups.Open(v.Path("file"))
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	if err := v.Try(func(req app.Request) (app.Reply, error) {
		return v.App.FetchBackup(v.R.Context(), v.Actor, req, b.Name, b.Size)
	}, func(any) {}); err != nil {
		return err
	}
	return v.Stream("application/vnd.sqlite3", b.Name, b.Size, file)
}

// migrations are the steps of the schema, and whether this program and the database agree.
func (p *backupPage) migrations(v *ui.Visit) error {
	if v.Schema == nil {
		return nil
	}
	all, err := v.Schema(v.R.Context())
	if err != nil {
		return err
	}
	var here, ours int64 // what the database has, and what this program brings
	p.Steps = &ui.Table{
		ID: "steps", Title: v.T("schema.steps"), Caption: v.T("schema.steps"), Hint: v.T("schema.hint"),
		Columns: []ui.Column{{Head: v.T("schema.version")}, {Head: v.T("schema.name")}, {Head: v.T("schema.at")}},
	}
	for _, m := range all {
		var at, name any = v.T("schema.pending"), ui.Mono(m.Name)
		if !m.At.IsZero() {
			at, here = m.At, max(here, m.Version)
		}
		if m.Name == "" {
			name = v.T("schema.unknown")
		} else {
			ours = max(ours, m.Version)
		}
		p.Steps.Rows = append(p.Steps.Rows, ui.Row{Cells: []ui.Cell{{Value: m.Version}, {Value: name}, {Value: at}}})
	}
	p.Schema = &ui.Facts{ID: "schema", Title: v.T("schema.title"), Rows: []ui.Fact{
		{Name: v.T("schema.here"), Value: here}, {Name: v.T("schema.ours", "version", v.Version), Value: ours},
	}}
	return nil
}
