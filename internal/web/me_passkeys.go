package web

import (
	"encoding/json"
	"net/url"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// passkeysPage is the reader's passkeys: those there are, and the form that adds one.
type passkeysPage struct {
	List   ui.Table
	Rename *ui.Form
	Add    *ui.Form
	Ask    string // where the script asks for a challenge
}

const passkeysAt = "/me/passkeys"

func passkeys(v *ui.Visit) error {
	if err := v.Prove(); err != nil {
		return err
	}
	return showPasskeys(v, 200, nil, nil)
}

// showPasskeys shows them; refused is about the form whose values were sent.
func showPasskeys(v *ui.Visit, code int, refused *fault.Fault, sent url.Values) error {
	all, err := v.People.PasskeysOf(v.R.Context(), v.Signed.Person)
	if err != nil {
		return err
	}
	p := ui.Page{Title: v.T("passkey.title"), Crumbs: []ui.Link{{Text: v.T("me.title"), Href: "/me"}}, Script: "passkey.js"}
	page := passkeysPage{Ask: passkeysAt + "/ask", List: ui.Table{
		ID: "passkeys", Title: v.T("passkey.yours"), Caption: v.T("passkey.yours"), Empty: ui.Empty{Title: v.T("passkey.none"), Text: v.T("passkey.none_text")},
		Columns: []ui.Column{{Head: v.T("passkey.name")}, {Head: v.T("passkey.made")}, {Head: v.T("passkey.used")}, {Head: v.T("passkey.acts"), Hidden: true}},
	}}
	for _, k := range all {
		at := passkeysAt + "/" + k.ID
		row := ui.Row{Cells: []ui.Cell{{Value: k.Name}, {Value: k.MadeAt}, {Value: v.T("passkey.never")}, {Acts: []ui.Button{
			{Text: v.T("passkey.rename"), More: k.Name, Href: v.With("rename", k.ID) + "#f-r-name", Kind: "small"},
			{Text: v.T("passkey.remove"), More: k.Name, Post: at + "/remove", Kind: "small"},
		}}}}
		if !k.UsedAt.IsZero() {
			row.Cells[2].Value = k.UsedAt
		}
		if k.Copied {
			row.Cells[0].Mark, row.Cells[0].Hint = &ui.Mark{Kind: "soon", Text: v.T("passkey.is_copied")}, v.T("passkey.copied_hint")
		}
		if k.ID == v.Query("rename") || k.ID == v.Path("passkey") {
			row.On = true
			page.Rename = &ui.Form{Action: at, Submit: ui.Button{Text: v.T("passkey.rename"), Kind: "main"}, Back: &ui.Button{Text: v.T("part.back"), Href: passkeysAt}, Fields: []ui.Field{
				{Name: "name", Label: v.T("passkey.rename_title", "name", k.Name), Value: k.Name, Prefix: "r-", Required: true, MaxLength: 60},
			}}
		}
		page.List.Rows = append(page.List.Rows, row)
	}
	switch {
	case !v.People.Passkeys():
		p.Notes = append(p.Notes, ui.Note{Kind: "warn", Text: v.T("passkey.nowhere")})
	case len(all) < party.MaxPasskeys:
		page.Add = &ui.Form{Action: passkeysAt, Fields: []ui.Field{{Name: "name", Label: v.T("passkey.name"), Hint: v.T("passkey.name_hint"), Required: true, MaxLength: 60}}}
	}
	if refused != nil {
		form := page.Add
		if v.Path("passkey") != "" {
			form = page.Rename
		}
		if form == nil {
			return refused
		}
		form.Fill(sent)
		field := ""
		if refused.Code == "passkey.name" {
			field = "name"
		}
		p.Errors = form.Blame(v.L, refused, field)
	}
	return v.ShowAs(code, "me-passkeys", p, page)
}

// askPasskey gives the browser a challenge that a new passkey answers.
func askPasskey(v *ui.Visit) error {
	c, err := v.People.AskPasskey(v.R.Context(), v.Signed)
	if err != nil {
		return err
	}
	body, err := json.Marshal(c)
	if err != nil {
		return err
	}
	v.Secret()
	v.W.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = v.W.Write(body) // a reader who hung up is no error of ours
	return nil
}

// passkeyAct does one thing with the reader's passkeys and comes back to them.
func passkeyAct(said string, do func(v *ui.Visit, sent url.Values) error) ui.Handler {
	return func(v *ui.Visit) error {
		sent, err := v.Form()
		if err != nil {
			return err
		}
		if err := v.Prove(); err != nil {
			return err
		}
		err = do(v, sent)
		if f := fault.Of(err); f != nil {
			return showPasskeys(v, ui.Again(f), f, sent)
		}
		if err != nil {
			return err
		}
		return v.Redirect(passkeysAt, v.T(said))
	}
}

func addPasskey(v *ui.Visit, sent url.Values) error {
	return v.People.AddPasskey(v.R.Context(), v.Signed, sent.Get("name"), sent.Get("token"), sent.Get("answer"))
}

func namePasskey(v *ui.Visit, sent url.Values) error {
	return v.People.NamePasskey(v.R.Context(), v.Signed, v.Path("passkey"), sent.Get("name"))
}

func removePasskey(v *ui.Visit, _ url.Values) error {
	return v.People.RemovePasskey(v.R.Context(), v.Signed, v.Path("passkey"))
}
