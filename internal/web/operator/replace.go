package operator

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// replacePage puts another file in the place of one: all that changes stands before the button (R15).
type replacePage struct {
	Ask     ui.Filters
	Preview *ui.Note
	Places  *ui.Table
	Do      *ui.Form // the file's name is typed (pages.md §2)
	Facts   ui.Facts
}

// mostChoices is how many files can be chosen from a list; where there are more the SHA-256 is typed.
const mostChoices = 100

func replaceAt(sum string) string { return downloadsPath + "/" + url.PathEscape(sum) + "/replace" }

func askReplace(v *ui.Visit) error { return showReplace(v, 200, v.Query("with"), nil) }

func showReplace(v *ui.Visit, code int, by string, refused *fault.Fault) error {
	by = strings.ToLower(strings.TrimSpace(by))
	old, err := v.App.Medium(v.R.Context(), v.Actor, v.Path("file"))
	if err != nil {
		return err
	}
	if err := v.Prove(); err != nil {
		return err
	}
	field, err := chooseFile(v, old, by)
	if err != nil {
		return err
	}
	at := replaceAt(old.SHA256)
	back := downloadsPath + "?file=" + old.SHA256
	frame := ui.Page{Title: v.T("replace.title", "name", old.Name), Area: "downloads", Crumbs: []ui.Link{{Text: v.T("files.title"), Href: downloadsPath}, {Text: old.Name, Href: back}}}
	page := replacePage{Facts: ui.Facts{ID: "file", Title: v.T("replace.old"), Rows: []ui.Fact{
		{Name: v.T("files.file"), Value: old.Name}, {Name: v.T("files.size"), Value: v.L.Bytes(old.Size)}, {Name: v.T("files.sha256"), Value: ui.ID(old.SHA256)}, {Name: v.T("files.stored"), Value: old.StoredAt},
	}}}
	unsure := refused != nil && refused.Code == "confirm.differs"
	if by != "" {
		r, err := v.App.PreviewReplace(v.R.Context(), v.Actor, old.SHA256, by)
		f := fault.Of(err)
		switch {
		case f != nil:
			if refused == nil || unsure {
				refused, code, unsure = f, ui.Again(f), false
			}
		case err != nil:
			return err
		default:
			page.show(v, r, at, back)
		}
	}
	switch {
	case unsure:
		frame.Errors = page.Do.Blame(v.L, refused, "typed")
	case refused != nil:
		form := ui.Form{Fields: []ui.Field{field}}
		frame.Errors = form.Blame(v.L, refused, "with")
		field = form.Fields[0]
	}
	page.Ask = ui.Filters{Label: v.T("replace.ask"), Action: at, Go: v.T("replace.look"), Fields: []ui.Field{field}}
	return v.ShowAs(code, "op-replace", frame, page)
}

// show tells what is replaced where, and has the name of the file typed.
func (page *replacePage) show(v *ui.Visit, r app.Replacement, at, back string) {
	n := len(r.Places)
	page.Preview = &ui.Note{Kind: "warn", Title: v.T("replace.preview", "n", n, "name", r.New.Name), Text: v.T("replace.preview_text"), Rows: []ui.Fact{
		{Name: v.T("replace.new"), Value: r.New.Name, Hint: ui.Mono(r.New.SHA256)},
		{Name: v.T("files.size"), Value: v.L.Bytes(r.Old.Size) + " → " + v.L.Bytes(r.New.Size)},
		{Name: v.T("replace.links"), Value: v.T("replace.links_text")},
	}}
	page.Places = &ui.Table{
		ID: "places", Title: v.T("replace.places"), Caption: v.T("replace.places"),
		Columns: []ui.Column{{Head: v.T("pools.skus")}, {Head: v.T("replace.saved_as")}, {Head: v.T("replace.choice")}},
	}
	for _, p := range r.Places {
		for _, f := range p.Files {
			page.Places.Rows = append(page.Places.Rows, ui.Row{Cells: []ui.Cell{
				{Value: cmp.Or(p.Sku, p.Product), Hint: ui.Mono(string(p.Ref.Product) + " " + string(p.Ref.Sku)), Href: deliveryAt(p.Ref.Product) + "?" + url.Values{"sku": {string(p.Ref.Sku)}}.Encode()},
				{Value: f.Name}, {Value: choiceText(f.Choice())},
			}})
		}
	}
	page.Do = &ui.Form{
		Action: at, Once: v.Once(), Hidden: []ui.Pair{{Name: "with", Value: r.New.SHA256}, {Name: "seen", Value: r.Hash()}}, Fields: []ui.Field{typed(v, r.Old.Name)},
		Submit: ui.Button{Text: v.T("replace.do", "n", n), Kind: "final"}, Back: &ui.Button{Text: v.T("part.back"), Href: back},
	}
}

func choiceText(c license.FileChoice) string {
	words := slices.DeleteFunc([]string{c.Version, c.Language, c.FileType}, func(s string) bool { return s == "" })
	return strings.Join(words, " · ")
}

// chooseFile is where another file is chosen: of a list, the latest first, or by its SHA-256 where there are too many.
func chooseFile(v *ui.Visit, old app.MediaFile, by string) (ui.Field, error) {
	field := ui.Field{Name: "with", Label: v.T("replace.with"), Value: by, Required: true, Hint: v.T("replace.with_hint")}
	all, err := v.App.MediaFiles(v.R.Context(), v.Actor, "", mostChoices+2)
	if err != nil {
		return field, err
	}
	all = slices.DeleteFunc(all, func(f app.MediaFile) bool { return f.SHA256 == old.SHA256 })
	if len(all) > mostChoices {
		field.MaxLength, field.Hint = 64, v.T("replace.sha256_hint")
		return field, nil
	}
	slices.SortStableFunc(all, func(x, y app.MediaFile) int { return y.StoredAt.Compare(x.StoredAt) })
	field.Kind, field.Options = "select", []ui.Option{{Value: "", Text: v.T("replace.choose")}}
	for _, f := range all {
		field.Options = append(field.Options, ui.Option{Value: f.SHA256, Text: strings.Join([]string{f.Name, v.L.Date(f.StoredAt), f.SHA256[:12]}, " · ")})
	}
	return field, nil
}

func replaceFile(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	old, err := v.App.Medium(v.R.Context(), v.Actor, v.Path("file"))
	if err != nil {
		return err
	}
	by := strings.ToLower(strings.TrimSpace(sent.Get("with")))
	if err = confirmed(sent, old.Name); err == nil {
		err = v.Act(func(req app.Request) (app.Reply, error) {
			return v.App.ReplaceMedia(v.R.Context(), v.Actor, req, old.SHA256, by, sent.Get("seen"))
		}, func(out any) ui.Then {
			r := out.(app.Replacement)
			return ui.Then{To: downloadsPath + "?file=" + r.New.SHA256, Said: v.T("replace.said", "n", len(r.Places), "name", r.New.Name)}
		})
	}
	f := fault.Of(err)
	if f == nil || f.Kind == fault.KindDenied {
		return err
	}
	return showReplace(v, ui.Again(f), by, f)
}
