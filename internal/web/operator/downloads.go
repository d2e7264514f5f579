package operator

import (
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// downloadsPage is the files that links lead to, with their hashes, and what delivers the chosen one (R15).
type downloadsPage struct {
	List   ui.Table
	Chosen *ui.Facts
	Acts   []ui.Button // with it
	Refuse string
	Open   *ui.Table // uploads that can go on
	Parts  partsBox
	Upload ui.Form
}

const downloadsPath = "/operator/downloads"

func downloads(v *ui.Visit) error {
	return showDownloads(v, 200, v.Query("file"), nil, uploadForm(v), nil)
}

// uploadForm takes a file; the check sum stands before it, so that it is known when the file comes.
func uploadForm(v *ui.Visit) ui.Form {
	return ui.Form{
		Action: downloadsPath, Once: v.Once(), Files: true, Submit: ui.Button{Text: v.T("files.upload"), Kind: "main"},
		Fields: []ui.Field{
			{Name: "sha256", Label: v.T("files.sha256"), Hint: v.T("files.sha256_hint"), MaxLength: 64},
			{Name: "file", Label: v.T("files.file"), Kind: "file", Hint: v.T("files.upload_hint"), Required: true},
		},
	}
}

// takeFile takes a file; a product delivers it once an import or the API says so.
func takeFile(v *ui.Visit) error {
	if err := v.Actor.May(party.OperateSystem); err != nil { // before gigabytes come
		return err
	}
	v.Large()
	up, err := v.Upload(app.MaxMedia)
	if err == nil {
		err = v.Act(func(req app.Request) (app.Reply, error) {
			want := strings.ToLower(strings.TrimSpace(up.Values.Get("sha256")))
			return v.App.TakeMedia(v.R.Context(), v.Actor, req, up.Name, want, up.Whole())
		}, func(out any) ui.Then {
			f := out.(app.MediaFile)
			return ui.Then{To: downloadsPath + "?file=" + f.SHA256, Said: v.T("files.taken", "name", f.Name)}
		})
	}
	f := fault.Of(err)
	if f == nil || f.Kind == fault.KindDenied {
		return err
	}
	form, field := uploadForm(v), "file"
	form.Fill(up.Values)
	if f.Code == "media.sha256" || f.Code == "upload.sha256" {
		field = "sha256"
	}
	errors := form.Blame(v.L, f, field)
	return showDownloads(v, ui.Again(f), "", nil, form, errors)
}

func showDownloads(v *ui.Visit, code int, file string, refused *fault.Fault, upload ui.Form, errors *ui.Errors) error {
	limit := ui.Limit + 1
	if v.IsCSV() {
		limit = ui.Export
	}
	found, err := v.App.MediaFiles(v.R.Context(), v.Actor, v.Query("after"), limit)
	if err != nil {
		return err
	}
	page := downloadsPage{Upload: upload, Parts: partsBox{At: partsPath}, List: ui.Table{
		Caption: v.T("files.title"), Empty: ui.Empty{Title: v.T("files.none"), Text: v.T("files.none_text")},
		Columns: []ui.Column{{Head: v.T("files.file")}, {Head: v.T("files.size"), Num: true}, {Head: v.T("files.sha256")}, {Head: v.T("files.stored")},
			{Head: v.T("files.links"), Num: true}, {Head: v.T("files.downloads"), Num: true}, {Head: v.T("files.last")}},
	}}
	more := len(found) > ui.Limit && !v.IsCSV()
	if more {
		found = found[:ui.Limit]
		page.List.Pager.Next = v.With("after", found[ui.Limit-1].SHA256)
	}
	if v.Query("after") != "" {
		page.List.Pager.First = v.With("after", "")
	}
	use, err := v.App.LinkUse(v.R.Context(), v.Actor, found)
	if err != nil {
		return err
	}
	for _, f := range found {
		u := use[f.SHA256]
		page.List.Rows = append(page.List.Rows, ui.Row{On: f.SHA256 == file, Cells: []ui.Cell{
			{Value: f.Name, Href: downloadsPath + "?file=" + f.SHA256}, {Value: v.L.Bytes(f.Size)}, {Value: ui.Mono(f.SHA256)}, {Value: f.StoredAt},
			{Value: u.Links}, {Value: u.Downloads}, {Value: u.Last},
		}})
	}
	page.List.Sortable(v)
	if file != "" {
		f, err := v.App.Medium(v.R.Context(), v.Actor, file)
		if err == nil {
			err = page.choose(v, f)
		}
		if gone := fault.Of(err); err != nil && (gone == nil || gone.Code != "media.unknown") {
			return err
		}
	}
	if v.IsCSV() {
		return v.CSV("downloads", page.List)
	}
	if len(found) > 0 {
		page.List.More = []any{v.T("files.use_note")}
	}
	unfinished, err := v.App.OpenUploads(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	if page.Open = openUploads(v, unfinished); page.Open != nil {
		page.Open.Hint = v.T("files.open_hint")
	}
	for _, u := range unfinished {
		if string(u.ID) == v.Query("upload") {
			page.goesOn(v, u)
		}
	}
	if refused != nil {
		page.Refuse = v.L.Fault(refused)
	}
	p := ui.Page{Title: v.T("files.title"), Area: "downloads", Errors: errors, Script: "upload.js"}
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: downloadsPath + "?format=csv", Icon: "down"}}
	p.Head.Sub = []any{v.T("files.how")}
	return v.ShowAs(code, "op-downloads", p, page)
}

// choose shows what delivers a file; one that nothing delivers can be removed.
func (d *downloadsPage) choose(v *ui.Visit, f app.MediaFile) error {
	uses, err := v.App.MediaUse(v.R.Context(), v.Actor, f.SHA256)
	if err != nil {
		return err
	}
	d.Chosen = &ui.Facts{ID: "file", Title: f.Name, Rows: []ui.Fact{{Name: v.T("files.size"), Value: v.L.Bytes(f.Size)}, {Name: v.T("files.sha256"), Value: ui.ID(f.SHA256)}, {Name: v.T("files.used_by"), Value: v.T("files.nobody")}}}
	for i, u := range uses {
		fact := ui.Fact{Value: ui.Mono(string(u.Product) + " " + string(u.Sku))}
		if i == 0 {
			d.Chosen.Rows = d.Chosen.Rows[:2]
			fact.Name = v.T("files.used_by")
		}
		d.Chosen.Rows = append(d.Chosen.Rows, fact)
	}
	d.Acts = []ui.Button{{Text: v.T("files.remove"), Post: downloadsPath + "/" + f.SHA256 + "/remove", Once: v.Once(), Kind: "ask"}}
	if len(uses) > 0 {
		d.Acts = []ui.Button{{Text: v.T("replace.open"), Href: replaceAt(f.SHA256), Kind: "ask"}, {Text: v.T("files.remove"), Off: v.T("files.in_use")}}
	}
	return nil
}

func removeFile(v *ui.Visit) error {
	if _, err := v.Form(); err != nil {
		return err
	}
	err := v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.RemoveMedia(v.R.Context(), v.Actor, req, v.Path("file"))
	},
		func(any) ui.Then { return ui.Then{To: downloadsPath, Said: v.T("files.removed")} })
	if f := fault.Of(err); f != nil && f.Code == "media.in_use" {
		return showDownloads(v, 409, v.Path("file"), f, uploadForm(v), nil)
	}
	return err
}
