package operator

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

const (
	backupPath = "/operator/backup"
	backupAge  = 24 * time.Hour // after which another one is due
)

// backupPage is the copies of the database, how old the last one and its last test are, and the steps of the schema (R15).
type backupPage struct {
	Notes  []ui.Note
	List   *ui.Table
	Schema *ui.Facts
	Steps  *ui.Table
}

func backup(v *ui.Visit) error {
	if err := v.Actor.May(party.OperateSystem); err != nil {
		return err
	}
	frame := ui.Page{Title: v.T("backup.title"), Area: "status", Crumbs: []ui.Link{{Text: v.T("console.status"), Href: Home}}}
	var page backupPage
	if err := page.migrations(v); err != nil {
		return err
	}
	if v.Backups == nil {
		page.Notes = []ui.Note{{Kind: "info", Title: v.T("backup.elsewhere"), Text: v.T("backup.elsewhere_text")}}
		return v.Show("op-backup", frame, page)
	}
	all, running, err := v.Backups.List()
	if err != nil {
		return err
	}
	page.List = &ui.Table{
		ID: "backups", Title: v.T("backup.list"), Caption: v.T("backup.list"), Hint: v.T("backup.where"), Empty: ui.Empty{Title: v.T("backup.none")},
		Columns: []ui.Column{{Head: v.T("files.file")}, {Head: v.T("backup.at")}, {Head: v.T("files.size"), Num: true}, {Head: v.T("trial.column")}},
	}
	for _, b := range all[:min(len(all), ui.Limit)] {
		page.List.Rows = append(page.List.Rows, ui.Row{Cells: []ui.Cell{
			{Value: ui.Mono(b.Name), Acts: []ui.Button{{Text: v.T("fetch.open"), More: b.Name, Post: fetchAddress(b.Name), Icon: "down", Kind: "small"}}},
			{Value: b.At}, {Value: v.L.Bytes(b.Size)}, triedCell(v, b.Trial),
		}})
	}
	var note ui.Note
	switch {
	case running:
		note = ui.Note{Kind: "info", Title: v.T("backup.running")}
	case len(all) == 0:
		note = ui.Note{Kind: "warn", Title: v.T("backup.none"), Text: v.T("backup.beside")}
	case v.Wall.Now().Sub(all[0].At) >= backupAge:
		note = ui.Note{Kind: "warn", Title: v.T("backup.overdue", "span", v.L.Span(v.Wall.Now().Sub(all[0].At))), Text: v.T("backup.beside")}
	default:
		note = ui.Note{Kind: "good", Title: v.T("backup.fresh", "at", v.L.Date(all[0].At)), Text: v.T("backup.beside")}
	}
	page.Notes = append(page.Notes, note)
	if len(all) > 0 {
		page.Notes = append(page.Notes, lastTrial(v, all))
	}
	test := ui.Button{Text: v.T("trial.now"), Post: trialPath}
	b := ui.Button{Text: v.T("backup.now"), Post: backupPath, Icon: "down", Kind: "main"}
	if running {
		b = ui.Button{Text: b.Text, Off: v.T("backup.running")}
	}
	switch {
	case len(all) == 0:
		test = ui.Button{Text: test.Text, Off: v.T("backup.none")}
	case running:
		test = ui.Button{Text: test.Text, Off: v.T("backup.running")}
	}
	frame.Head.Acts = []ui.Button{test, b}
	return v.Show("op-backup", frame, page)
}

// makeBackup copies the database now.
func makeBackup(v *ui.Visit) error {
	if err := v.Actor.May(party.OperateSystem); err != nil {
		return err
	}
	if v.Backups == nil {
		return fault.NotFound("page.unknown", nil)
	}
	if err := v.Backups.Make(v.R.Context(), v.Wall.Now()); err != nil {
		return err
	}
	return v.Redirect(backupPath, v.T("backup.said"))
}
