package identity

import (
	"net/http"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// Where browsers ask for challenges, and where their answers go.
const (
	passkeySignInPath = "/sign-in/passkey"
	passkeyStepUpPath = "/step-up/passkey"
	passkeyAsk        = "/ask"
)

// passkeyForm is the form of the passkey button; nil: it is not offered.
type passkeyForm struct{ Action, Ask, Script string }

func (s *server) passkeyForm(action string) *passkeyForm {
	if s.Script == "" || !s.People.Passkeys() {
		return nil
	}
	return &passkeyForm{action, action + passkeyAsk, s.Script}
}

// passkeyCookie binds the challenge of a sign-in to the browser that asked for it.
func (s *server) passkeyCookie() string { return s.People.CookieName() + "-passkey" }

// askSignIn gives a browser a challenge to sign in with.
func (s *server) askSignIn(w http.ResponseWriter, r *http.Request, _ route) {
	bound, _ := newTicket("")
	c, err := s.People.askSignIn(bound)
	if err != nil {
		s.noChallenge(w, r, err)
		return
	}
	http.SetCookie(w, s.People.cookie(s.passkeyCookie(), bound, int(challengeLife.Seconds())))
	noStore(w.Header())
	writeJSON(w, http.StatusOK, c)
}

// askStepUp gives one to who is signed in.
func (s *server) askStepUp(w http.ResponseWriter, r *http.Request, _ route) {
	signed, err := s.People.Authenticate(r)
	if err == nil {
		var c Challenge
		if c, err = s.People.askStepUp(r.Context(), signed); err == nil {
			noStore(w.Header())
			writeJSON(w, http.StatusOK, c)
			return
		}
	}
	s.noChallenge(w, r, err)
}

func (s *server) noChallenge(w http.ResponseWriter, r *http.Request, err error) {
	noStore(w.Header())
	f := fault.Of(err)
	if f == nil {
		s.Log.ErrorContext(r.Context(), "passkey", "err", err)
		writeJSON(w, http.StatusServiceUnavailable, map[string]string{"error": "error.ours"})
		return
	}
	writeJSON(w, http.StatusForbidden, map[string]string{"error": f.Code})
}

// passkeySignIn takes the answer. A new password is chosen after it where somebody else chose the old one.
func (s *server) passkeySignIn(w http.ResponseWriter, r *http.Request, _ route) {
	form, ok := s.form(w, r)
	if !ok {
		return
	}
	v := s.asking(r, localPath(form.Get("next")))
	bound := ""
	if cookie, err := r.Cookie(s.passkeyCookie()); err == nil && len(cookie.Value) <= 100 {
		bound = cookie.Value
	}
	http.SetCookie(w, s.People.cookie(s.passkeyCookie(), "", -1))
	c, err := s.People.answered(toSignIn, bound, form.Get("token"))
	if err != nil {
		s.again(w, r, v, "", err)
		return
	}
	u, save, err := s.People.usePasskey(r.Context(), c, form.Get("answer"))
	if err != nil {
		s.again(w, r, v, "", err)
		return
	}
	s.onward(w, r, v, u, byPasskey, save)
}

// passkeyStepUp takes the answer of who is signed in.
func (s *server) passkeyStepUp(w http.ResponseWriter, r *http.Request, _ route) {
	form, ok := s.form(w, r)
	if !ok {
		return
	}
	next := localPath(form.Get("next"))
	signed, err := s.People.Authenticate(r)
	if isCode(err, "session.over") {
		http.Redirect(w, r, signInAddress(next, ""), http.StatusSeeOther)
		return
	}
	if err == nil {
		err = s.People.stepUpByPasskey(r.Context(), signed, form.Get("token"), form.Get("answer"))
	}
	if err != nil {
		s.again(w, r, s.stepping(r, signed, next), "", err)
		return
	}
	noStore(w.Header())
	http.Redirect(w, r, next, http.StatusSeeOther)
}

// stepping is the page that asks somebody who is signed in once more.
func (s *server) stepping(r *http.Request, signed Signed, next string) view {
	v := view{Name: "stepup", Title: "stepup.title", Who: signed.Person.UPN, Coded: signed.Person.TOTP != nil, Next: next}
	if all, err := s.People.PasskeysOf(r.Context(), signed.Person); err == nil && len(all) > 0 {
		v.Passkey = s.passkeyForm(passkeyStepUpPath)
	}
	return v
}
