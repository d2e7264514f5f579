package identity

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

//go:embed pages.html
var pagesText string

var pages = template.Must(template.New("pages").Funcs(template.FuncMap{
	"t":      text,
	"signin": func(next string) string { return signInAddress(next, "") },
}).Parse(pagesText))

// policy lets a page show our style sheet and send its forms here; and, where the sign-in goes on to a client, there too:
// browsers judge the redirects that follow a form by it.
// With script it lets the page run ours, which asks for challenges.
func policy(target string, script bool) string {
	p := "default-src 'none'; "
	if script {
		p += "script-src 'self'; connect-src 'self'; "
	}
	p += "style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
	u, err := url.Parse(target)
	switch {
	case err != nil || target == "":
		return p
	case u.Scheme == "http" || u.Scheme == "https":
		return p + " " + u.Scheme + "://" + u.Host
	}
	return p + " " + u.Scheme + ":"
}

// view is what a page shows.
type view struct {
	Name, Title string // of the template, and the key of the heading
	Lang        string
	Problem     string // what went wrong, in the reader's language; empty: nothing
	Field       string // the id of the field it is about
	Next        string // where it goes on
	Half        string // a sign-in between two steps
	Link        string // what of an issuer it is linked to with the code
	Who         string // user principal name
	Client      string // name of the client it is about
	Code        string // of a device
	Coded       bool   // a code of the authenticator app is asked for
	Outside     *outsideLink
	Passkey     *passkeyForm
	Action      template.URL // a form's target at a client
	Fields      url.Values

	Style   string // address of the style sheet
	target  string // of what follows, for the policy
	subject string // that the issuer vouched for, not linked yet
}

type outsideLink struct{ Name, Address string }

// page writes a page, never kept by anybody.
func (s *server) page(w http.ResponseWriter, r *http.Request, status int, v view) {
	v.Lang, v.Style = languageOf(r), s.Style
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, "page", v); err != nil {
		s.Log.ErrorContext(r.Context(), "sign-in page", "err", err)
		http.Error(w, text(v.Lang, "error.ours"), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	noStore(h)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", v.Lang)
	h.Set("Content-Security-Policy", policy(v.target, v.Passkey != nil))
	h.Set("Referrer-Policy", "same-origin") // our forms tell their origin, other sites learn nothing
	h.Set("X-Frame-Options", "DENY")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // a caller who hung up is no error of ours
}

// say is a page with nothing but what went wrong.
func (s *server) say(w http.ResponseWriter, r *http.Request, status int, key string, values ...any) {
	s.page(w, r, status, view{Title: "error.title", Problem: text(languageOf(r), key, values...)})
}

// refusePage tells the person that the client's address is wrong: it is not safe to send them back.
func (s *server) refusePage(w http.ResponseWriter, r *http.Request, f refusal) {
	s.say(w, r, f.status, "error.request", fmt.Sprintf("AADSTS%d: %s", f.number, f.text))
}

// failPage answers an error of ours and logs it.
func (s *server) failPage(w http.ResponseWriter, r *http.Request, err error) {
	s.Log.ErrorContext(r.Context(), "sign-in", "err", err)
	w.Header().Set("Retry-After", "1")
	s.say(w, r, http.StatusServiceUnavailable, "error.ours")
}

// again shows a form once more with what went wrong; an error that is not the person's is ours.
func (s *server) again(w http.ResponseWriter, r *http.Request, v view, field string, err error) {
	f := fault.Of(err)
	if f == nil {
		s.failPage(w, r, err)
		return
	}
	status := http.StatusForbidden
	v.Field, v.Problem = field, ""
	switch _, ok := phrases[f.Code]; {
	case f.Code == "signin.wait":
		seconds, _ := f.Args["seconds"].(int64)
		w.Header().Set("Retry-After", strconv.FormatInt(seconds, 10))
		status, v.Problem = http.StatusTooManyRequests, text(languageOf(r), f.Code, (seconds+59)/60)
	case ok:
		v.Problem = text(languageOf(r), f.Code)
	default:
		s.failPage(w, r, err)
		return
	}
	s.page(w, r, status, v)
}

// form reads what a page sent; false: it was answered already.
func (s *server) form(w http.ResponseWriter, r *http.Request) (url.Values, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 3*maxForm)) // an address to go on to is in it
	if err != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		s.say(w, r, http.StatusBadRequest, "error.form")
		return nil, false
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		s.say(w, r, http.StatusBadRequest, "error.form")
		return nil, false
	}
	return form, true
}
