package web

import (
	"net/url"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// viewsPage is all views that the reader keeps; the form is there when one could not be kept.
type viewsPage struct {
	List ui.Table
	Form *ui.Form
}

func views(v *ui.Visit) error { return showViews(v, 200, nil, nil) }

func showViews(v *ui.Visit, code int, form *ui.Form, errors *ui.Errors) error {
	t := ui.Table{
		Caption: v.T("views.title"), Columns: []ui.Column{{Head: v.T("views.name")}, {Head: v.T("views.asks")}, {Head: v.T("views.remove"), Hidden: true}},
		Empty: ui.Empty{Title: v.T("views.none"), Text: v.T("views.none_text", "n", party.MaxViews)},
	}
	for _, one := range v.Signed.Person.Views {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Value: one.Name, Href: one.At}, {Value: asked(one)},
			{Acts: []ui.Button{{Text: v.T("views.remove"), More: one.Name, Post: "/me/views/remove", Kind: "small", Hidden: []ui.Pair{{Name: "name", Value: one.Name}, {Name: "at", Value: one.At}, {Name: "back", Value: "1"}}}}},
		}})
	}
	p := ui.Page{Title: v.T("views.title"), Errors: errors, Crumbs: []ui.Link{{Text: v.T("me.title"), Href: "/me"}}}
	return v.ShowAs(code, "me-views", p, viewsPage{t, form})
}

// asked is what a view asks of its page, as it stands in the address.
func asked(one party.View) ui.Mono {
	text, err := url.QueryUnescape(strings.TrimPrefix(one.At, one.Path()))
	if err != nil {
		text = ""
	}
	return ui.Mono(one.Path() + text)
}

// keepView keeps a list as it is asked for under a name, and leads back to it.
func keepView(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	one := party.View{Name: sent.Get("name"), At: sent.Get("at")}
	err = v.People.KeepView(v.R.Context(), v.Signed, one)
	switch f := fault.Of(err); {
	case err == nil:
		return v.Redirect(local(one.At), v.T("views.kept", "name", strings.TrimSpace(one.Name)))
	case f == nil || f.Code == "view.address":
		return err
	default:
		form := ui.Form{Action: "/me/views", Hidden: []ui.Pair{{Name: "at", Value: local(one.At)}}, Fields: []ui.Field{{Name: "name", Label: v.T("views.name"), Value: one.Name, Required: true, MaxLength: 60}}, Submit: ui.Button{Text: v.T("views.keep"), Kind: "main"}, Back: &ui.Button{Text: v.T("part.back"), Href: local(one.At)}}
		return showViews(v, ui.Again(f), &form, form.Blame(v.L, f, "name"))
	}
}

// removeView forgets one, and leads back to its list or to all of them.
func removeView(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	one := party.View{Name: sent.Get("name"), At: sent.Get("at")}
	if err := v.People.DropView(v.R.Context(), v.Signed, one); err != nil {
		return err
	}
	to := local(one.At)
	if sent.Get("back") != "" {
		to = "/me/views"
	}
	return v.Redirect(to, v.T("views.removed", "name", one.Name))
}
