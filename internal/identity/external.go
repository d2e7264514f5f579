package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// External is an OpenID issuer of the operator's choice that people may sign in with. Whom it vouches for is found by the
// subject that was linked before, else by the verified e-mail address, and linked.
type External struct {
	Name         string // shown on the button
	Issuer       string
	ClientID     string
	ClientSecret string
	Callback     string // the address of this server that the issuer sends people back to
	// HTTP is how the issuer is reached: the operator named it, so it may be on a private network.
	HTTP *http.Client
	// UPN says that nobody chooses the upn claim there but who runs the issuer: somebody may be found by it, too.
	UPN bool

	mu       sync.Mutex
	provider *oidc.Provider
}

// CallbackPath is where the issuer sends people back to.
const CallbackPath = outsidePath + "/callback"

// outside is asked for when first needed, and again until it answers: the server starts without its issuer.
func (e *External) outside(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.provider == nil {
		// Its keys are fetched again later, when this request is long over.
		p, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), e.HTTP), e.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("identity: asking the issuer: %w", err)
		}
		e.provider = p
	}
	return e.provider, &oauth2.Config{
		ClientID: e.ClientID, ClientSecret: e.ClientSecret, Endpoint: e.provider.Endpoint(), RedirectURL: e.Callback,
		Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
	}, nil
}

// trip is what the browser remembers of a sign-in elsewhere, in a signed cookie.
type trip struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"`
	Next     string `json:"x"`
	Until    int64  `json:"t"`
}

func (s *server) tripCookie() string { return s.People.CookieName() + "-trip" }

// leave sends the browser to the issuer.
func (s *server) leave(w http.ResponseWriter, r *http.Request, _ route) {
	if s.External == nil {
		http.NotFound(w, r)
		return
	}
	_, config, err := s.External.outside(r.Context())
	if err != nil {
		s.failPage(w, r, err)
		return
	}
	t := trip{Verifier: oauth2.GenerateVerifier(), Next: localPath(r.URL.Query().Get("next")), Until: s.Wall.Now().Add(stepLife).UnixMicro()}
	t.State, _ = newTicket("")
	t.Nonce, _ = newTicket("")
	text, err := json.Marshal(t)
	if err != nil {
		panic(err) // words and a number
	}
	body := base64.RawURLEncoding.EncodeToString(text)
	if len(body) > 3500 { // more than a cookie holds: the long way on is lost
		t.Next = "/"
		text, _ = json.Marshal(t)
		body = base64.RawURLEncoding.EncodeToString(text)
	}
	http.SetCookie(w, s.People.cookie(s.tripCookie(), body+"."+s.People.mac("trip/"+body), int(stepLife/time.Second)))
	noStore(w.Header())
	http.Redirect(w, r, config.AuthCodeURL(t.State, oidc.Nonce(t.Nonce), oauth2.S256ChallengeOption(t.Verifier)), http.StatusFound)
}

// comeBack takes what the issuer sent the browser back with.
func (s *server) comeBack(w http.ResponseWriter, r *http.Request, _ route) {
	if s.External == nil {
		http.NotFound(w, r)
		return
	}
	http.SetCookie(w, s.People.cookie(s.tripCookie(), "", -1)) // one trip, one return
	query := r.URL.Query()
	t, ok := s.trip(r, query.Get("state"))
	v := s.asking(r, localPath(t.Next))
	if !ok || query.Get("code") == "" {
		s.again(w, r, v, "", fault.Deny("signin.outside", nil))
		return
	}
	u, subject, err := s.vouched(r.Context(), t, query.Get("code"))
	if err != nil {
		s.again(w, r, v, "", err)
		return
	}
	var save func(app.Tx) error
	switch {
	case u.Subject != "": // linked before
	case u.TOTP != nil: // the issuer alone links nobody whose code is asked for
		v.subject = subject
	default:
		u.Subject = subject
		save = func(tx app.Tx) error { return tx.SavePerson(u) }
	}
	s.onward(w, r, v, u, byExternal, save)
}

// linkAfter carries a subject through the code's page: signed, for this half of a sign-in alone.
func (s *server) linkAfter(half, subject string) string {
	return s.People.mac("link/"+half+"/"+subject) + "." + subject
}

// linked is the subject that such a link carries; empty for what is none.
func (s *server) linked(half, link string) string {
	if _, subject, _ := strings.Cut(link, "."); subject != "" && hmac.Equal([]byte(link), []byte(s.linkAfter(half, subject))) {
		return subject
	}
	return ""
}

func (s *server) trip(r *http.Request, state string) (t trip, ok bool) {
	c, err := r.Cookie(s.tripCookie())
	if err != nil {
		return t, false
	}
	body, sum, _ := strings.Cut(c.Value, ".")
	if !hmac.Equal([]byte(sum), []byte(s.People.mac("trip/"+body))) {
		return t, false
	}
	text, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil || json.Unmarshal(text, &t) != nil {
		return trip{}, false
	}
	return t, s.Wall.Now().Before(time.UnixMicro(t.Until)) && state != "" && hmac.Equal([]byte(t.State), []byte(state))
}

// vouched finds the person that the issuer vouches for, and by which subject. Faults: "signin.outside" when it does not,
// "signin.unknown" when nobody here is that, "signin.inactive".
func (s *server) vouched(ctx context.Context, t trip, code string) (u party.Person, sub string, err error) {
	outside := fault.Deny("signin.outside", nil)
	provider, config, err := s.External.outside(ctx)
	if err != nil {
		return u, "", err
	}
	ctx = oidc.ClientContext(ctx, s.External.HTTP)
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(t.Verifier))
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		s.Log.WarnContext(ctx, "the issuer refused a code", "error", refused.ErrorCode)
		return u, "", outside
	}
	if err != nil {
		return u, "", fmt.Errorf("identity: asking the issuer: %w", err)
	}
	raw, _ := token.Extra("id_token").(string)
	verified, err := provider.VerifierContext(ctx, &oidc.Config{ClientID: s.External.ClientID, Now: s.Wall.Now}).Verify(ctx, raw)
	if err != nil || !hmac.Equal([]byte(verified.Nonce), []byte(t.Nonce)) {
		s.Log.WarnContext(ctx, "an id token of the issuer is not right", "err", err)
		return u, "", outside
	}
	var claims struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
		UPN      string `json:"upn"`
	}
	if err := verified.Claims(&claims); err != nil {
		return u, "", outside
	}
	name := ""
	switch {
	case claims.Verified && claims.Email != "":
		name = claims.Email
	case s.External.UPN:
		name = claims.UPN
	}
	sub = subject(verified.Issuer, verified.Subject)
	u, err = s.known(ctx, sub, name)
	return u, sub, err
}

// subject is an issuer's subject in one word of bounded length.
func subject(issuer, sub string) string {
	sum := sha256.Sum256([]byte(sub))
	return url.QueryEscape(issuer) + " " + base64.RawURLEncoding.EncodeToString(sum[:])
}

// known finds a person by subject, or by name where no subject is linked yet.
func (s *server) known(ctx context.Context, subject, name string) (party.Person, error) {
	unknown := fault.Deny("signin.unknown", nil)
	u, partner, err := s.Store.PersonOf(ctx, subject)
	if missing(err) {
		upn, ok := party.ParseUPN(name)
		if !ok {
			return u, unknown
		}
		u, partner, err = s.Store.PersonNamed(ctx, upn)
		if missing(err) || err == nil && u.Subject != "" { // linked to somebody else out there
			return u, unknown
		}
	}
	if err != nil {
		return u, err
	}
	if !admitted(u, partner) {
		return u, barred
	}
	return u, nil
}
