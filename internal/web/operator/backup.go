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

// backupPage is the copies of the database, and how old the last one is (R15).
type backupPage struct {
	Note ui.Note
	List *ui.Table
}

func backup(v *ui.Visit) error {
	if err := v.Actor.May(party.OperateSystem); err != nil {
		return err
	}
	frame := ui.Page{Title: v.T("backup.title"), Area: "status", Crumbs: []ui.Link{{Text: v.T("console.status"), Href: Home}}}
	if v.Backups == nil {
		return v.Show("op-backup", frame, backupPage{Note: ui.Note{Kind: "info", Title: v.T("backup.elsewhere"), Text: v.T("backup.elsewhere_text")}})
	}
	all, running, err := v.Backups.List()
	if err != nil {
		return err
	}
	page := backupPage{List: &ui.Table{
		ID: "backups", Title: v.T("backup.list"), Caption: v.T("backup.list"), Hint: v.T("backup.where"), Empty: ui.Empty{Title: v.T("backup.none")},
		Columns: []ui.Column{{Head: v.T("files.file")}, {Head: v.T("backup.at")}, {Head: v.T("files.size"), Num: true}},
	}}
	for _, b := range all[:min(len(all), ui.Limit)] {
		page.List.Rows = append(page.List.Rows, ui.Row{Cells: []ui.Cell{{Value: ui.Mono(b.Name)}, {Value: b.At}, {Value: v.L.Bytes(b.Size)}}})
	}
	switch {
	case running:
		page.Note = ui.Note{Kind: "info", Title: v.T("backup.running")}
	case len(all) == 0:
		page.Note = ui.Note{Kind: "warn", Title: v.T("backup.none"), Text: v.T("backup.beside")}
	case v.Wall.Now().Sub(all[0].At) >= backupAge:
		page.Note = ui.Note{Kind: "warn", Title: v.T("backup.overdue", "span", v.L.Span(v.Wall.Now().Sub(all[0].At))), Text: v.T("backup.beside")}
	default:
		page.Note = ui.Note{Kind: "good", Title: v.T("backup.fresh", "at", v.L.Date(all[0].At)), Text: v.T("backup.beside")}
	}
	b := ui.Button{Text: v.T("backup.now"), Post: backupPath, Icon: "down", Kind: "main"}
	if running {
		b = ui.Button{Text: b.Text, Off: v.T("backup.running")}
	}
	frame.Head.Acts = []ui.Button{b}
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
