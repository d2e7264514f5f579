package ui

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/klauspost/compress/gzhttp"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/identity"
	"github.com/comptoir-dev/comptoir/internal/web/locale"
)

// Visit is one request to a page: who reads it, in which language, and how it is answered.
type Visit struct {
	*Site
	W    http.ResponseWriter
	R    *http.Request
	L    *locale.L
	room *Room

	Signed identity.Signed // zero where nobody is signed in
	Actor  party.Actor

	correlation string
	form        url.Values // of a POST, read once
	body        [32]byte   // its hash
}

// May tells whether the reader's roles allow an act: what is not allowed is not offered. The server asks again when it is done.
func (v *Visit) May(act party.Act) bool { return v.Actor.May(act) == nil }

// T is a message in the reader's language.
func (v *Visit) T(key string, pairs ...any) string { return v.L.Text(key, pairs...) }

// Path is a part of the pattern, such as "{customer}".
func (v *Visit) Path(name string) string { return v.R.PathValue(name) }

// Query is a value of the address: pages keep all their state there.
func (v *Visit) Query(name string) string { return strings.TrimSpace(v.R.URL.Query().Get(name)) }

// With is the page's own address with some values of its query set; an empty one is left out.
func (v *Visit) With(pairs ...string) string { return With(v.R.URL, pairs...) }

// With sets values of an address's query, in turns name and value; an empty value takes the name away.
func With(u *url.URL, pairs ...string) string {
	q := u.Query()
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			q.Del(pairs[i])
		} else {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return u.Path
	}
	return u.Path + "?" + q.Encode()
}

const maxForm = 1 << 20

// Form reads what a form sent. Fault "form.unreadable".
func (v *Visit) Form() (url.Values, error) {
	if v.form != nil {
		return v.form, nil
	}
	unreadable := fault.Invalid("form.unreadable", nil)
	if !strings.HasPrefix(v.R.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return nil, unreadable
	}
	body, err := io.ReadAll(http.MaxBytesReader(v.W, v.R.Body, maxForm))
	if err != nil {
		return nil, unreadable
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, unreadable
	}
	v.form, v.body = form, sha256.Sum256(body)
	return form, nil
}

// Once is a name for one filled form: it stands in the form, and what was sent twice is done once.
func (v *Visit) Once() string { return v.IDs.GUID() }

// Prove refuses a reader who has not shown within five minutes who they are; the page then asks for it and comes back.
// Fault "proof.needed".
func (v *Visit) Prove() error { return v.Actor.Prove() }

// Then is where an act leads to: an address, and what is said there once.
type Then struct {
	To   string
	Said string // in the reader's language; empty: nothing
	// Only of answers that are not kept: what the page is to show at once, such as a product key.
	Show any
}

// Act runs a use case for a form that was sent. then maps its outcome, inside the transaction, to where the reader goes;
// the same form sent again (same Once) is answered with the same way and not done again.
func (v *Visit) Act(do func(app.Request) (app.Reply, error), then func(outcome any) Then) error {
	var show Then
	req, err := v.request(func(out any) (app.Reply, error) {
		show = then(out)
		return app.Reply{Status: http.StatusSeeOther, Header: map[string]string{"Location": show.To}, Body: []byte(show.Said)}, nil
	})
	if err != nil {
		return err
	}
	reply, err := do(req)
	if err != nil {
		return err
	}
	return v.Redirect(reply.Header["Location"], string(reply.Body))
}

// Try runs a use case whose answer is not a way to another page: previews, and what is shown at once and never kept.
// Its outcome goes to take.
func (v *Visit) Try(do func(app.Request) (app.Reply, error), take func(outcome any)) error {
	req, err := v.request(func(out any) (app.Reply, error) {
		take(out)
		return app.Reply{Status: http.StatusOK}, nil
	})
	if err != nil {
		return err
	}
	req.ID = "" // asked anew each time
	_, err = do(req)
	return err
}

func (v *Visit) request(answer func(any) (app.Reply, error)) (app.Request, error) {
	req := app.Request{Correlation: v.correlation, Method: v.R.Method, Path: v.R.URL.Path, StrictBody: true, Answer: answer}
	if v.R.Method != http.MethodPost {
		return req, nil
	}
	form, err := v.Form()
	if err != nil {
		return req, err
	}
	req.ID, req.BodyHash = strings.ToLower(form.Get("once")), v.body
	if len(req.ID) > 64 {
		return req, fault.Invalid("form.unreadable", nil)
	}
	return req, nil
}

// saidCookie carries what is said once on the next page.
const saidCookie = "comptoir-said"

// Redirect sends the reader on with 303; said is shown there once.
func (v *Visit) Redirect(to, said string) error {
	if said != "" {
		v.say(said)
	}
	v.W.Header().Set("Cache-Control", "no-store")
	http.Redirect(v.W, v.R, to, http.StatusSeeOther)
	return nil
}

func (v *Visit) say(said string) {
	v.cookie(saidCookie, base64.RawURLEncoding.EncodeToString([]byte(said)), 60)
}

func (v *Visit) cookie(name, value string, seconds int) {
	http.SetCookie(v.W, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.People.Secure,
	})
}

// Remember keeps a short value in this browser for the pages below a path, for a week; an empty one is forgotten.
func (v *Visit) Remember(name, value, path string) {
	seconds := 7 * 24 * 3600
	if value == "" {
		seconds = -1
	}
	http.SetCookie(v.W, &http.Cookie{
		Name: "comptoir-" + name, Value: value, Path: path, MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.People.Secure,
	})
}

// Remembered is what was kept under a name; empty when nothing is.
func (v *Visit) Remembered(name string) string {
	c, err := v.R.Cookie("comptoir-" + name)
	if err != nil || len(c.Value) > 200 {
		return ""
	}
	return c.Value
}

func (v *Visit) said() string {
	c, err := v.R.Cookie(saidCookie)
	if err != nil {
		return ""
	}
	v.cookie(saidCookie, "", -1)
	text, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || len(text) > 2000 {
		return ""
	}
	return string(text)
}

// Secret keeps the answer out of every store and out of compression: there is a key or a token in it.
func (v *Visit) Secret() {
	v.W.Header().Set("Cache-Control", "no-store")
	v.W.Header().Set(gzhttp.HeaderNoCompression, "1")
}

// Cursor puts the last thing seen into an address, and ReadCursor takes it out again; ok is false for what is none.
func Cursor(last any) string {
	text, err := json.Marshal(last)
	if err != nil {
		panic(err) // words, numbers, instants
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// ReadCursor reads a cursor into last, and leaves last as it is when it is none.
func ReadCursor(s string, last any) {
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(s) > 2000 {
		return
	}
	_ = json.Unmarshal(text, last) // what does not fit is the first page
}

// errNotShown marks an answer that was begun already.
var errNotShown = errors.New("ui: the answer was begun")
