package ui

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/identity"
	"github.com/comptoir-dev/comptoir/internal/web/locale"
)

//go:embed html/*.html
var parts embed.FS

// Room is the pages of one audience: their templates, who may enter, and what its navigation offers.
type Room struct {
	Name string // also the prefix of its message keys
	// Enter tells whether an actor belongs here; who does not is told there is no such page. nil: everybody, signed in or not.
	Enter func(party.Actor) bool
	// Nav is what the reader finds at the top of every page.
	Nav func(*Visit) []Link
	// Find is the address of the reader's search, "" where there is none; nil: nobody has one.
	Find func(*Visit) string

	templates func() map[string]*template.Template // by language
}

// NewRoom has a room's pages: the templates *.html of files, beside the parts. They are parsed, once for each language, at
// the first visit: a server that only speaks to programs never does. A template that cannot be parsed panics.
func NewRoom(r Room, files fs.FS) *Room {
	r.templates = sync.OnceValue(func() map[string]*template.Template { return parse(files) })
	return &r
}

func parse(files fs.FS) map[string]*template.Template {
	base := template.New("").Funcs(funcs(locale.Of("")))
	template.Must(base.ParseFS(parts, "html/*.html"))
	if files != nil {
		template.Must(base.ParseFS(files, "*.html"))
	}
	all := map[string]*template.Template{}
	for _, tag := range locale.Languages {
		all[tag] = template.Must(base.Clone()).Funcs(funcs(locale.Of(tag)))
	}
	return all
}

// Mount serves the room's routes on mux and adds their patterns to the site's.
func (room *Room) Mount(mux *http.ServeMux, site *Site, routes []Route) {
	for _, r := range routes {
		site.Patterns = append(site.Patterns, r.Pattern)
		mux.HandleFunc(r.Pattern, func(w http.ResponseWriter, req *http.Request) { room.Serve(site, w, req, r.Handle) })
	}
}

// Serve answers one request with a handler.
func (room *Room) Serve(site *Site, w http.ResponseWriter, r *http.Request, handle Handler) {
	headers(w.Header())
	v := &Visit{Site: site, W: w, R: r, room: room, correlation: site.IDs.GUID(), L: locale.Match(r.Header.Get("Accept-Language"), chosen(r))}
	w.Header().Set("Ms-Correlationid", v.correlation)
	if err := room.enter(v); err != nil {
		v.fail(err)
		return
	}
	if err := guarded(handle, v); err != nil {
		v.fail(err)
	}
}

// guarded turns a panic into an error, but for the one that net/http means for itself.
func guarded(handle Handler, v *Visit) (err error) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			panic(p)
		default:
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return handle(v)
}

func chosen(r *http.Request) string {
	c, err := r.Cookie(identity.LanguageCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

// Choose keeps a language for this browser.
func (v *Visit) Choose(tag string) {
	v.cookie(identity.LanguageCookie, locale.Of(tag).Tag, 365*24*3600)
}

func (room *Room) enter(v *Visit) error {
	signed, err := v.People.Authenticate(v.R)
	switch f := fault.Of(err); {
	case err == nil:
		v.Signed, v.Actor = signed, signed.Actor
		if signed.Person.Language != "" { // the person's own choice, whatever the browser asks for
			v.L = locale.Of(signed.Person.Language)
		}
	case f == nil:
		return err
	case room.Enter != nil:
		return err
	}
	if room.Enter != nil && !room.Enter(v.Actor) {
		return fault.NotFound("page.unknown", nil)
	}
	return nil
}

// status is what a kind of fault is in HTTP. Another tenant's things are not there (rules.md §1).
func status(f *fault.Fault) int {
	if f.Code == "tenant.foreign" {
		return http.StatusNotFound
	}
	switch f.Kind {
	case fault.KindInvalid:
		return http.StatusUnprocessableEntity
	case fault.KindRefused, fault.KindConflict:
		return http.StatusConflict
	case fault.KindNotFound:
		return http.StatusNotFound
	case fault.KindDenied:
		return http.StatusForbidden
	case fault.KindUnavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// fail answers an error: by the way to sign in or to prove oneself, or by a page that says what is wrong.
func (v *Visit) fail(err error) {
	if errors.Is(err, errNotShown) {
		return
	}
	f := fault.Of(err)
	if f == nil {
		v.Log.ErrorContext(v.R.Context(), "page", "path", v.R.URL.Path, "correlation", v.correlation, "err", err)
		v.problem(http.StatusInternalServerError, "problem.ours", nil)
		return
	}
	switch f.Code {
	case "session.over":
		http.Redirect(v.W, v.R, identity.SignInPath+"?next="+url.QueryEscape(v.comeBack()), http.StatusSeeOther)
	case "proof.needed":
		http.Redirect(v.W, v.R, identity.StepUpPath+"?next="+url.QueryEscape(v.comeBack()), http.StatusSeeOther)
	case "tenant.foreign", "customer.unknown", "page.unknown": // told apart, they would tell which ids are somebody's (rules.md §1)
		v.problem(http.StatusNotFound, "problem.not_found", nil)
	default:
		key := "problem.refused"
		switch f.Kind {
		case fault.KindNotFound:
			key = "problem.not_found"
		case fault.KindDenied:
			key = "problem.denied"
		case fault.KindUnavailable:
			key = "problem.unavailable"
		}
		v.problem(status(f), key, f)
	}
}

// comeBack is where a reader goes on after signing in: this page, or the one the form stood on.
func (v *Visit) comeBack() string {
	if v.R.Method == http.MethodGet || v.R.Method == http.MethodHead {
		return v.R.URL.RequestURI()
	}
	if from, err := url.Parse(v.R.Referer()); err == nil && from.Host == v.R.Host && strings.HasPrefix(from.Path, "/") {
		return from.RequestURI()
	}
	return v.R.URL.Path
}

type problem struct {
	Text        string
	Correlation string
	Ours        bool
}

func (v *Visit) problem(code int, key string, f *fault.Fault) {
	p := problem{Text: v.T(key + ".text"), Correlation: v.correlation, Ours: f == nil && code >= 500}
	if f != nil {
		p.Text = v.L.Fault(f)
	}
	if err := v.show(code, "problem", Page{Title: v.T(key)}, p); err != nil && !errors.Is(err, errNotShown) {
		v.Log.ErrorContext(v.R.Context(), "page of a problem", "err", err)
		http.Error(v.W, v.T("problem.ours.text"), http.StatusInternalServerError)
	}
}

// Show answers with a page: the template of that name with its data, inside the shell.
func (v *Visit) Show(name string, p Page, data any) error {
	return v.show(http.StatusOK, name, p, data)
}

// ShowAs is Show with another status, such as that of a form with mistakes (422).
func (v *Visit) ShowAs(code int, name string, p Page, data any) error {
	return v.show(code, name, p, data)
}

func (v *Visit) show(code int, name string, p Page, data any) error {
	body, err := v.room.Render(v.L, v.shell(p), name, data)
	if err != nil {
		return err
	}
	h := v.W.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", v.L.Tag)
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache")
	}
	h.Add("Vary", "Accept-Language, Cookie")
	v.W.WriteHeader(code)
	_, _ = v.W.Write(body) // a reader who hung up is no error of ours
	return nil
}

// Render makes a whole page: the template of that name inside the shell. It is what Show sends, and what tests look at.
func (room *Room) Render(l *locale.L, s Shell, name string, data any) ([]byte, error) {
	t := room.templates()[l.Tag]
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		return nil, fmt.Errorf("ui: %s: %w", name, err)
	}
	s.Content = template.HTML(b.String()) //nolint:gosec // made by our template, escaped there
	if s.Dialog != nil {
		var d bytes.Buffer
		if err := t.ExecuteTemplate(&d, s.Dialog.Name, s.Dialog.Data); err != nil {
			return nil, fmt.Errorf("ui: %s: %w", s.Dialog.Name, err)
		}
		s.DialogHTML = template.HTML(d.String()) //nolint:gosec // likewise
	}
	var page bytes.Buffer
	if err := t.ExecuteTemplate(&page, "shell", s); err != nil {
		return nil, fmt.Errorf("ui: shell: %w", err)
	}
	return page.Bytes(), nil
}

// Templates are the names of the room's own page templates: those that are no parts.
func (room *Room) Templates() []string {
	own := template.Must(template.New("").Funcs(funcs(locale.Of(""))).ParseFS(parts, "html/*.html"))
	var names []string
	for _, t := range room.templates()[locale.Languages[0]].Templates() {
		if n := t.Name(); n != "" && own.Lookup(n) == nil && !strings.HasSuffix(n, ".html") {
			names = append(names, n)
		}
	}
	return names
}
