package web

import (
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// appPage enrols an authenticator app: a square code to read, the same secret to type, and the first code as proof.
type appPage struct {
	Code   ui.Square
	Facts  ui.Facts
	Form   ui.Form
	Remove *ui.Button
}

func appFrame(v *ui.Visit) ui.Page {
	return ui.Page{Title: v.T("me.app"), Crumbs: []ui.Link{{Text: v.T("me.title"), Href: "/me"}}}
}

// enrolApp shows a fresh secret, to who has proved who they are; nothing is kept until its first code was typed.
func enrolApp(v *ui.Visit) error {
	if err := v.Prove(); err != nil {
		return err
	}
	if v.Signed.Person.TOTP != nil {
		return v.Show("me-app", appFrame(v), appPage{Remove: &ui.Button{Text: v.T("app.remove"), Post: "/me/app/remove", Kind: "ask"}})
	}
	secret, uri := v.People.EnrolTOTP(v.Signed.Person)
	return showApp(v, 200, secret, uri, nil)
}

func showApp(v *ui.Visit, status int, secret, uri string, f *fault.Fault) error {
	square, err := ui.SquareCode(v.T("app.square"), uri)
	if err != nil {
		return err
	}
	page := appPage{
		Code:  square,
		Facts: ui.Facts{ID: "secret", Title: v.T("app.by_hand"), Rows: []ui.Fact{{Name: v.T("app.secret"), Value: ui.ID(secret)}, {Name: v.T("me.upn"), Value: ui.Mono(v.Signed.Person.UPN)}}},
		Form: ui.Form{
			Action: "/me/app", Hidden: []ui.Pair{{Name: "secret", Value: secret}}, Submit: ui.Button{Text: v.T("app.confirm"), Kind: "main"}, Back: &ui.Button{Text: v.T("part.back"), Href: "/me"},
			Fields: []ui.Field{{Name: "code", Label: v.T("app.code"), Hint: v.T("app.code_hint"), Autocomplete: "one-time-code", Required: true, MaxLength: 9}},
		},
	}
	p := appFrame(v)
	if f != nil {
		p.Errors = page.Form.Blame(v.L, f, "code")
	}
	v.Secret()
	return v.ShowAs(status, "me-app", p, page)
}

// confirmApp takes the first code: from now on signing in takes one.
func confirmApp(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	secret := sent.Get("secret")
	err = v.People.ConfirmTOTP(v.R.Context(), v.Signed, secret, sent.Get("code"))
	if f := fault.Of(err); f != nil && (f.Code == "signin.code" || f.Code == "signin.wait") {
		return showApp(v, ui.Again(f), secret, v.People.TOTPAddress(v.Signed.Person, secret), f)
	}
	if err != nil {
		return err
	}
	return v.Redirect("/me", v.T("app.enrolled"))
}

// removeApp forgets the app: the password alone signs in again.
func removeApp(v *ui.Visit) error {
	if err := v.People.DropTOTP(v.R.Context(), v.Signed); err != nil {
		return err
	}
	return v.Redirect("/me", v.T("app.removed"))
}
