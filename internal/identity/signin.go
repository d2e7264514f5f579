package identity

import (
	"net/http"
	"net/url"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// signIn is the page of that name: name and password, then a code where an app is enrolled, then a new password where
// somebody else chose the old one; then on to next.
func (s *server) signIn(w http.ResponseWriter, r *http.Request, _ route) {
	if r.Method != http.MethodPost {
		query := r.URL.Query()
		v := s.asking(r, localPath(query.Get("next")))
		v.Who = printable(query.Get("login_hint"), 254)
		s.page(w, r, http.StatusOK, v)
		return
	}
	form, ok := s.form(w, r)
	if !ok {
		return
	}
	v := s.asking(r, localPath(form.Get("next")))
	switch half := form.Get("half"); {
	case half == "":
		s.takePassword(w, r, v, form)
	case form.Has("chosen"):
		s.takeChosen(w, r, v, form)
	default:
		s.takeCode(w, r, v, form)
	}
}

// asking is the sign-in page on the way to next.
func (s *server) asking(r *http.Request, next string) view {
	v := view{Name: "signin", Title: "signin.title", Next: next, target: s.targetOf(r, next), Passkey: s.passkeyForm(passkeySignInPath)}
	if s.External != nil {
		v.Outside = &outsideLink{s.External.Name, outsidePath + "?" + url.Values{"next": {next}}.Encode()}
	}
	return v
}

// targetOf is the client's address where next leads to one in the end.
func (s *server) targetOf(r *http.Request, next string) string {
	u, err := url.Parse(next)
	if err != nil {
		return ""
	}
	to, ok := find(u.Path)
	if !ok || to.tenant == "" || !to.page {
		return ""
	}
	q, no, _, err := s.readRequest(r, to, u.RawQuery)
	if err != nil || no != nil {
		return "" // the address itself tells what is wrong
	}
	return q.redirect
}

func (s *server) takePassword(w http.ResponseWriter, r *http.Request, v view, form url.Values) {
	v.Who = printable(form.Get("name"), 254)
	u, err := s.People.password(r.Context(), form.Get("name"), form.Get("password"), s.People.origin(r))
	if err != nil {
		s.again(w, r, v, "name", err)
		return
	}
	s.onward(w, r, v, u, byPassword, nil)
}

func (s *server) takeCode(w http.ResponseWriter, r *http.Request, v view, form url.Values) {
	u, _, err := s.People.resume(r.Context(), form.Get("half"), stepCode)
	if err != nil {
		s.again(w, r, v, "name", err)
		return
	}
	if err := s.People.code(r.Context(), &u, form.Get("code"), s.People.origin(r)); err != nil {
		v.Name, v.Half, v.Link = "code", form.Get("half"), form.Get("link")
		s.again(w, r, v, "code", err)
		return
	}
	if u.Subject == "" {
		u.Subject = s.linked(form.Get("half"), form.Get("link"))
	}
	s.onward(w, r, v, u, byCode, func(tx app.Tx) error { return tx.SavePerson(u) })
}

func (s *server) takeChosen(w http.ResponseWriter, r *http.Request, v view, form url.Values) {
	u, method, err := s.People.resume(r.Context(), form.Get("half"), stepChange)
	if err != nil {
		s.again(w, r, v, "name", err)
		return
	}
	if form.Get("chosen") != form.Get("again") {
		err = fault.Invalid("change.differ", nil)
	} else {
		err = s.People.choose(&u, form.Get("chosen"))
	}
	if err != nil {
		v.Name, v.Title, v.Half = "change", "change.title", form.Get("half")
		s.again(w, r, v, "chosen", err)
		return
	}
	s.finish(w, r, v, u, method, func(tx app.Tx) error { return tx.SavePerson(u) })
}

// onward takes a sign-in to its next step, or ends it. save, which may be nil, is written before either.
func (s *server) onward(w http.ResponseWriter, r *http.Request, v view, u party.Person, method string, save func(app.Tx) error) {
	next, half := s.People.next(u, method)
	if next == stepDone {
		s.finish(w, r, v, u, method, save)
		return
	}
	if save != nil { // a code, or a challenge, is used up even where a password is still to be chosen
		if err := s.People.keep(r.Context(), u, save); err != nil {
			s.again(w, r, v, "name", err)
			return
		}
	}
	v.Name, v.Half = string(next), half
	if v.subject != "" {
		v.Link = s.linkAfter(half, v.subject)
	}
	if next == stepChange {
		v.Title = "change.title"
	}
	s.page(w, r, http.StatusOK, v)
}

// finish begins the session and goes on. A session that the browser had before is over.
func (s *server) finish(w http.ResponseWriter, r *http.Request, v view, u party.Person, method string, save func(app.Tx) error) {
	if before, err := s.People.Authenticate(r); err == nil {
		if err := s.People.Revoke(r.Context(), before, before.Session.ID); err != nil {
			s.failPage(w, r, err)
			return
		}
	}
	cookie, _, err := s.People.start(r.Context(), u, method, r.UserAgent(), save)
	if err != nil {
		v.Name, v.Title = "signin", "signin.title"
		s.again(w, r, v, "name", err)
		return
	}
	s.People.SetCookie(w, cookie)
	s.People.known(w, s.People.origin(r), u)
	noStore(w.Header())
	http.Redirect(w, r, v.Next, http.StatusSeeOther)
}

// stepUp asks a person who is signed in for the password once more.
func (s *server) stepUp(w http.ResponseWriter, r *http.Request, _ route) {
	next := localPath(r.URL.Query().Get("next"))
	signed, err := s.People.Authenticate(r)
	if isCode(err, "session.over") {
		http.Redirect(w, r, signInAddress(next, ""), http.StatusSeeOther)
		return
	}
	if err != nil {
		s.failPage(w, r, err)
		return
	}
	v := s.stepping(r, signed, next)
	if r.Method != http.MethodPost {
		s.page(w, r, http.StatusOK, v)
		return
	}
	form, ok := s.form(w, r)
	if !ok {
		return
	}
	v.Next = localPath(form.Get("next"))
	if err := s.People.StepUp(r.Context(), signed, form.Get("password"), form.Get("code")); err != nil {
		s.again(w, r, v, "password", err)
		return
	}
	noStore(w.Header())
	http.Redirect(w, r, v.Next, http.StatusSeeOther)
}

// signOut ends the session on POST. An address that asks for it by GET, as client libraries do, shows a button: no other
// site can sign anybody out.
func (s *server) signOut(w http.ResponseWriter, r *http.Request, _ route) {
	if r.Method != http.MethodPost {
		s.page(w, r, http.StatusOK, view{Name: "signout", Title: "signout.title"})
		return
	}
	if err := s.People.SignOut(w, r); err != nil {
		s.failPage(w, r, err)
		return
	}
	s.page(w, r, http.StatusOK, view{Name: "out", Title: "out.title"})
}
