package identity

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// request is what an authorize address asks for.
type request struct {
	client    party.Client
	partner   party.Partner
	redirect  string
	state     string
	mode      string // how the answer travels: "query", "fragment", "form_post"
	want      asked
	challenge string
	nonce     string
	prompt    string
	hint      string // the name that is probably signing in
}

// readRequest judges an authorize address. Until client and redirect are known to belong together, what is wrong is told
// to the person (no); after that to the client, by the redirect (back).
func (s *server) readRequest(r *http.Request, to route, rawQuery string) (q request, no, back *refusal, err error) {
	form, no := parseForm(rawQuery)
	if no != nil {
		return q, &malformedQuery, nil, nil
	}
	q.client, q.partner, no, err = s.client(r, to.tenant, form.Get("client_id"))
	switch {
	case err != nil || no != nil:
		return q, no, nil, err
	case q.client.Disabled:
		return q, &disabledClient, nil, nil
	}
	q.redirect, q.state, q.mode = form.Get("redirect_uri"), form.Get("state"), form.Get("response_mode")
	if !q.client.SendsTo(q.redirect) {
		return q, &unknownRedirect, nil, nil
	}
	if len(q.state) > maxAsked {
		q.state = ""
		return q, nil, &malformedQuery, nil
	}
	switch q.mode {
	case "":
		q.mode = "query"
	case "query", "fragment", "form_post":
	default:
		q.mode = "query"
		return q, nil, &otherMode, nil
	}
	q.want, back = askedFor(to.v, form)
	if back != nil {
		return q, nil, back, nil
	}
	q.challenge, q.nonce, q.prompt, q.hint = form.Get("code_challenge"), form.Get("nonce"), form.Get("prompt"), form.Get("login_hint")
	method := form.Get("code_challenge_method")
	switch {
	case form.Get("response_type") != "code":
		back = &otherResponse
	case form.Get("request") != "" || form.Get("request_uri") != "":
		back = &requestObject
	case q.challenge == "" && method != "", q.challenge != "" && (method != "S256" || len(q.challenge) != 43):
		back = &otherChallenge
	case q.challenge == "" && q.client.Public:
		back = &noChallenge
	case len(q.nonce) > 512 || len(q.hint) > 512:
		back = &malformedQuery
	}
	return q, nil, back, nil
}

// authorize sends a person who is signed in back to the client with a code; others sign in first. There is no question of
// consent: a partner's clients are registered by its own global admin.
func (s *server) authorize(w http.ResponseWriter, r *http.Request, to route) {
	q, no, back, err := s.readRequest(r, to, r.URL.RawQuery)
	switch {
	case err != nil:
		s.failPage(w, r, err)
		return
	case no != nil:
		s.refusePage(w, r, *no)
		return
	case back != nil:
		s.sendRefusal(w, r, q, *back)
		return
	}
	signed, err := s.People.Authenticate(r)
	over := isCode(err, "session.over")
	if err != nil && !over {
		s.failPage(w, r, err)
		return
	}
	if over || strings.Contains(q.prompt, "login") || strings.Contains(q.prompt, "select_account") {
		if q.prompt == "none" {
			s.sendRefusal(w, r, q, loginRequired)
			return
		}
		http.Redirect(w, r, signInAddress(withoutPrompt(r.URL), q.hint), http.StatusSeeOther)
		return
	}
	actor, _ := clientActor(q.client, q.partner)
	if !assigned(actor, q.client, signed) {
		if q.prompt == "none" {
			s.sendRefusal(w, r, q, notAssigned)
			return
		}
		s.page(w, r, http.StatusForbidden, view{Name: "other", Title: "other.title", Client: q.client.Name, Who: signed.Person.UPN,
			Next: withoutPrompt(r.URL)})
		return
	}
	code, err := s.issueCode(r.Context(), q, signed)
	if err != nil {
		s.failPage(w, r, err)
		return
	}
	s.send(w, r, q, url.Values{"code": {code}})
}

// assigned tells whether a person may act by a client at all: one of the same partner, with a role that both hold.
func assigned(client party.Actor, c party.Client, s Signed) bool {
	return s.Person.Partner == c.Partner && len(client.Roles.Both(s.Person.Roles)) > 0
}

func (s *server) issueCode(ctx context.Context, q request, signed Signed) (string, error) {
	now := s.Wall.Now()
	code, hash := newTicket(codePrefix)
	k := party.Ticket{
		Hash: hash, Kind: party.CodeTicket, Family: s.IDs.GUID(), Client: q.client.ID, Person: signed.Person.ID,
		Resource: q.want.resource, Scope: q.want.scope, Redirect: q.redirect, Challenge: q.challenge, Nonce: q.nonce,
		Method: signed.Session.Method, SignedInAt: signed.Session.ProvedAt, MadeAt: now, ExpiresAt: now.Add(CodeLife),
	}
	_, err := s.Store.Update(ctx, app.Act{Actor: own(q.client.Partner, signed.Person)}, func(tx app.Tx) (any, error) { return nil, tx.AddTicket(k) })
	return code, err
}

// send sends the browser back to the client. The address was registered: it is nobody else's.
func (s *server) send(w http.ResponseWriter, r *http.Request, q request, values url.Values) {
	if q.state != "" {
		values.Set("state", q.state)
	}
	noStore(w.Header())
	if q.mode == "form_post" {
		s.page(w, r, http.StatusOK, view{Name: "post", Title: "post.title", Client: q.client.Name, Action: template.URL(q.redirect), Fields: values, target: q.redirect}) //nolint:gosec // registered, and of a scheme that runs nothing
		return
	}
	to, sep := q.redirect, "?"
	switch {
	case q.mode == "fragment":
		sep = "#"
	case strings.Contains(to, "?"):
		sep = "&"
	}
	w.Header().Set("Location", to+sep+values.Encode()) // http.Redirect would clean it, and add a page
	w.WriteHeader(http.StatusFound)
}

// sendRefusal tells the client, by its redirect, what was wrong.
func (s *server) sendRefusal(w http.ResponseWriter, r *http.Request, q request, f refusal) {
	s.send(w, r, q, url.Values{
		"error":             {f.word},
		"error_description": {fmt.Sprintf("AADSTS%d: %s Timestamp: %s", f.number, f.text, s.Wall.Now().Format(time.RFC3339))},
	})
}

// withoutPrompt is an authorize address as a path of this server, to come back to once signed in.
func withoutPrompt(u *url.URL) string {
	query := u.Query()
	query.Del("prompt")
	return u.EscapedPath() + "?" + query.Encode()
}

// signInAddress is the sign-in page that goes on to next.
func signInAddress(next, hint string) string {
	query := url.Values{"next": {next}}
	if hint != "" {
		query.Set("login_hint", hint)
	}
	return SignInPath + "?" + query.Encode()
}

// localPath is next where it is a path of this server, else "/": nobody is sent elsewhere by a link to our page (G57).
func localPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || len(next) > 2*maxForm || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t\x00") ||
		u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || strings.HasPrefix(u.Path, "//") {
		return "/"
	}
	return next
}

func isCode(err error, code string) bool {
	f := fault.Of(err)
	return f != nil && f.Code == code
}

func denied(err error) bool {
	f := fault.Of(err)
	return f != nil && f.Kind == fault.KindDenied
}
