package web

import (
	"github.com/comptoir-dev/comptoir/internal/identity"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// mePage is the reader's own page: who they are, what they may, where they are signed in.
type mePage struct {
	Facts    ui.Facts
	Sessions ui.Table
	SignOut  ui.Button
	Others   ui.Button
	Keys     ui.Form
}

// me shows it (promises.md, Sessions).
func me(v *ui.Visit) error {
	all, err := v.People.Sessions(v.R.Context(), v.Signed)
	if err != nil {
		return err
	}
	mine, err := v.People.PasskeysOf(v.R.Context(), v.Signed.Person)
	if err != nil {
		return err
	}
	u := v.Signed.Person
	p := mePage{
		Facts: ui.Facts{ID: "who", Title: v.T("me.facts"), Rows: []ui.Fact{
			{Name: v.T("me.name"), Value: u.DisplayName}, {Name: v.T("me.upn"), Value: ui.Mono(u.UPN)}, {Name: v.T("me.roles")},
			{Name: v.T("me.app"), Value: yes(v, u.TOTP != nil), Hint: ui.To{Href: "/me/app", Text: v.T(appKey(u.TOTP != nil))}},
			{Name: v.T("passkey.title"), Value: len(mine), Hint: ui.To{Href: "/me/passkeys", Text: v.T("app.manage")}},
			{Name: v.T("views.title"), Value: len(u.Views), Hint: ui.To{Href: "/me/views", Text: v.T("app.manage")}},
			{Name: v.T("me.language"), Value: v.L.Name},
		}},
		Sessions: ui.Table{
			ID: "sessions", Title: v.T("me.sessions"), Caption: v.T("me.sessions"),
			Columns: []ui.Column{{Head: v.T("me.browser")}, {Head: v.T("me.since")}, {Head: v.T("me.seen")}, {Head: v.T("me.how")}, {Head: v.T("me.end"), Hidden: true}},
		},
		SignOut: ui.Button{Text: v.T("me.sign_out"), Post: identity.SignOutPath, Icon: "out"},
		Keys: ui.Form{
			Action: "/me/keys", Fields: []ui.Field{{Name: "keys", Kind: "check", Label: v.T("keys.own"), Value: ticked(!u.KeysOff), Hint: v.T("keys.own_hint")}},
			Submit: ui.Button{Text: v.T("part.save")},
		},
		Others: ui.Button{Text: v.T("me.end_others"), Post: "/me/sessions", Hidden: []ui.Pair{{Name: "others", Value: "1"}}},
	}
	roles := ""
	for i, r := range u.Roles.List() {
		if i > 0 {
			roles += ", "
		}
		roles += v.T("role." + string(r))
	}
	p.Facts.Rows[2].Value = roles
	for _, e := range all {
		row := ui.Row{Cells: []ui.Cell{
			{Value: agent(e.Agent)}, {Value: e.MadeAt}, {Value: e.SeenAt}, {Value: v.T("me.how." + e.Method)},
			{Acts: []ui.Button{{Text: v.T("me.end"), Post: "/me/sessions", Kind: "small", Hidden: []ui.Pair{{Name: "session", Value: e.ID}}}}},
		}}
		if e.ID == v.Signed.Session.ID {
			row.Cells[0].Hint, row.Cells[4].Acts, row.On = v.T("me.this"), nil, true
		}
		p.Sessions.Rows = append(p.Sessions.Rows, row)
	}
	return v.Show("me", ui.Page{Title: v.T("me.title")}, p)
}

func ticked(on bool) string {
	if on {
		return "1"
	}
	return ""
}

func appKey(on bool) string {
	if on {
		return "app.manage"
	}
	return "app.set_up"
}

func agent(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func yes(v *ui.Visit, is bool) string {
	if is {
		return v.T("part.yes")
	}
	return v.T("part.no")
}

// endSessions ends one of the reader's sessions, or all but this one.
func endSessions(v *ui.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	if form.Has("others") {
		err = v.People.RevokeOthers(v.R.Context(), v.Signed)
	} else {
		err = v.People.Revoke(v.R.Context(), v.Signed, form.Get("session"))
	}
	if err != nil {
		return err
	}
	return v.Redirect("/me", v.T("me.ended"))
}
