// Package web serves the pages: the rooms of the four audiences, and what they share: the front page, the profile, the
// choice of a language, the sandbox's clock.
package web

import (
	"cmp"
	"embed"
	"html/template"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/web/locale"
	"github.com/comptoir-dev/comptoir/internal/web/operator"
	"github.com/comptoir-dev/comptoir/internal/web/partner"
	"github.com/comptoir-dev/comptoir/internal/web/portal"
	"github.com/comptoir-dev/comptoir/internal/web/static"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

//go:embed *.html
var files embed.FS

// common is the pages of everybody.
var common = ui.NewRoom(ui.Room{Name: "common", Nav: nav, Find: find}, files)

var routes = []ui.Route{
	{Pattern: "GET /{$}", Handle: front},
	{Pattern: "GET /me", Handle: signedIn(me)},
	{Pattern: "POST /me/sessions", Handle: signedIn(endSessions)},
	{Pattern: "GET /me/app", Handle: signedIn(enrolApp)},
	{Pattern: "POST /me/app", Handle: signedIn(confirmApp)},
	{Pattern: "POST /me/app/remove", Handle: signedIn(removeApp)},
	{Pattern: "GET /me/passkeys", Handle: signedIn(passkeys)},
	{Pattern: "POST /me/passkeys", Handle: signedIn(passkeyAct("passkey.added_said", addPasskey))},
	{Pattern: "POST /me/passkeys/ask", Handle: signedIn(askPasskey)},
	{Pattern: "POST /me/passkeys/{passkey}", Handle: signedIn(passkeyAct("passkey.named_said", namePasskey))},
	{Pattern: "POST /me/passkeys/{passkey}/remove", Handle: signedIn(passkeyAct("passkey.removed_said", removePasskey))},
	{Pattern: "GET /keys", Handle: keys},
	{Pattern: "POST /me/keys", Handle: signedIn(setKeys)},
	{Pattern: "GET /me/views", Handle: signedIn(views)},
	{Pattern: "POST /me/views", Handle: signedIn(keepView)},
	{Pattern: "POST /me/views/remove", Handle: signedIn(removeView)},
	{Pattern: "POST /language", Handle: language},
	{Pattern: "POST /clock", Handle: signedIn(moveClock)},
	{Pattern: "/", Handle: nowhere},
}

// Handler serves every path that no other door owns. It panics when the rooms' routes contradict each other.
func Handler(site *ui.Site) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET "+static.Prefix, static.Handler())
	mux.Handle("GET /favicon.ico", http.RedirectHandler(static.Path("seal.svg"), http.StatusSeeOther)) // of pages that name no picture
	common.Mount(mux, site, routes)
	partner.Mount(mux, site)
	portal.Mount(mux, site)
	operator.Mount(mux, site)
	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(1024))
	if err != nil {
		panic(err) // our own options
	}
	return compress(sameSite(site, mux))
}

// Patterns are those of all pages, of http.ServeMux: "GET /customers/{customer}".
func Patterns() []string {
	var site ui.Site
	Handler(&site)
	return site.Patterns
}

// sameSite refuses forms of other sites (G54).
func sameSite(site *ui.Site, next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if protection.Check(r) != nil {
			common.Serve(site, w, r, func(*ui.Visit) error { return fault.Deny("form.cross_site", nil) })
			return
		}
		next.ServeHTTP(w, r)
	})
}

func nowhere(*ui.Visit) error { return fault.NotFound("page.unknown", nil) }

// signedIn lets only readers through who are signed in.
func signedIn(handle ui.Handler) ui.Handler {
	return func(v *ui.Visit) error {
		if v.Signed.Person.ID == "" {
			return fault.Deny("session.over", nil)
		}
		return handle(v)
	}
}

// nav is that of the room where the reader is at home.
func nav(v *ui.Visit) []ui.Link {
	switch {
	case partner.Enter(v.Actor):
		return partner.Nav(v)
	case portal.Enter(v.Actor):
		return portal.Nav(v)
	case operator.Enter(v.Actor):
		return operator.Nav(v)
	}
	return nil
}

// find is the search of that room; each is asked whose reader it is.
func find(v *ui.Visit) string {
	return cmp.Or(partner.Find(v), portal.Find(v), operator.Find(v))
}

// home is where a reader begins: the first page that their roles open.
func home(v *ui.Visit) string {
	if links := nav(v); len(links) > 0 {
		return links[0].Href
	}
	return "/me"
}

// front tells strangers what runs here, and leads readers to their workspace.
func front(v *ui.Visit) error {
	if v.Signed.Person.ID != "" {
		return v.Redirect(home(v), "")
	}
	return v.Show("front", ui.Page{Title: v.T("front.title")}, frontPage{v.Version, v.Database, v.URL, v.Sandbox != nil})
}

type frontPage struct {
	Version, Database, URL string
	Sandbox                bool
}

// keys is the sheet of shortcuts as a page, for those without scripts.
func keys(v *ui.Visit) error {
	page := keysPage{List: v.KeyList()}
	switch {
	case v.Signed.Person.ID == "":
	case page.List.Jumps:
		page.Switch = v.L.HTML("keys.on_text", "profile", ui.Value(v.L, ui.To{Href: "/me#keys-own", Text: v.T("me.title")}))
	default:
		page.Switch = v.L.HTML("keys.off_text", "profile", ui.Value(v.L, ui.To{Href: "/me#keys-own", Text: v.T("me.title")}))
	}
	return v.Show("keys", ui.Page{Title: v.T("keys.title")}, page)
}

// keysPage is what keys do, and where they are switched off and on.
type keysPage struct {
	List   ui.KeyList
	Switch template.HTML
}

// setKeys keeps whether single keys lead somewhere: a character that a speech program or a slip of the hand types must not
// act on whoever does not want it (WCAG 2.1.4).
func setKeys(v *ui.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	on := form.Get("keys") == "1"
	if err := v.People.SetKeys(v.R.Context(), v.Signed, on); err != nil {
		return err
	}
	if on {
		return v.Redirect("/me", v.T("keys.on_said"))
	}
	return v.Redirect("/me", v.T("keys.off_said"))
}

// language keeps the reader's choice: with the person who is signed in, and on this browser for who is not yet.
func language(v *ui.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	if v.Signed.Person.ID != "" {
		if err := v.People.SetLanguage(v.R.Context(), v.Signed, locale.Of(form.Get("language")).Tag); err != nil {
			return err
		}
	}
	v.Choose(form.Get("language"))
	return v.Redirect(local(form.Get("next")), "")
}

// local is a path of this server; "/" for anything else (G57).
func local(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	return next
}
