package identity_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/identity"
)

// issuer is an OpenID issuer that vouches for whatever the test says.
type issuer struct {
	*httptest.Server
	key    *rsa.PrivateKey
	mu     sync.Mutex
	claims map[string]any // of the next id token
	secret string
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{key: key, secret: "the operator's secret"}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{
			"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "k", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		defer i.mu.Unlock()
		user, secret, ok := r.BasicAuth()
		if !ok {
			user, secret = r.FormValue("client_id"), r.FormValue("client_secret")
		}
		if s, err := url.QueryUnescape(secret); err == nil {
			secret = s
		}
		if user != "comptoir" || secret != i.secret || r.FormValue("code") != "good" || r.FormValue("code_verifier") == "" {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(400)
			_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
			return
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: i.key, KeyID: "k"}}, nil)
		if err != nil {
			panic(err)
		}
		text, _ := json.Marshal(i.claims)
		signed, err := signer.Sign(text)
		if err != nil {
			panic(err)
		}
		raw, _ := signed.CompactSerialize()
		answer(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": raw})
	})
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

func TestExternalSignIn(t *testing.T) {
	out := newIssuer(t)
	var external *identity.External
	centres(t, func(o *identity.Options) {
		external = &identity.External{Name: "Directory <x>", Issuer: out.URL, ClientID: "comptoir", ClientSecret: out.secret, HTTP: out.Client()}
		o.External = external
	}, func(c *centre) {
		if r := c.get("/sign-in?next=/home"); !strings.Contains(r.body, "/sign-in/external?next=%2fhome") && !strings.Contains(r.body, "/sign-in/external?next=%2Fhome") || !strings.Contains(r.body, "Directory &lt;x&gt;") {
			c.Errorf("no way out: %s", r.body)
		}
		// leave goes to the issuer and gives the state; the issuer will vouch with claims.
		leave := func(next string, claims map[string]any) string {
			c.newBrowser()
			r := c.get("/sign-in/external?next=" + url.QueryEscape(next))
			to := r.location()
			q := to.Query()
			if r.status != http.StatusFound || !strings.HasPrefix(to.String(), out.URL+"/authorize?") || q.Get("redirect_uri") != c.url+identity.CallbackPath ||
				q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || len(q.Get("state")) < 40 || strings.Contains(to.String(), "secret") {
				c.Fatalf("%d %s", r.status, to)
			}
			base := map[string]any{
				"iss": out.URL, "aud": "comptoir", "sub": "s-1", "nonce": q.Get("nonce"), "iat": noon.Unix(), "exp": c.wall.Now().Add(time.Hour).Unix(),
				"email": "ana@p.example", "email_verified": true,
			}
			for k, v := range claims {
				base[k] = v
			}
			out.mu.Lock()
			out.claims = base
			out.mu.Unlock()
			return q.Get("state")
		}
		comeBack := func(state string) reply {
			return c.get(identity.CallbackPath + "?code=good&state=" + url.QueryEscape(state))
		}
		none := map[string]any{}
		for _, q := range []struct {
			name   string
			claims map[string]any
			says   string
		}{
			{"not verified", map[string]any{"email_verified": false}, "Nobody here"},
			{"a upn beside", map[string]any{"email_verified": false, "upn": "ana@p.example"}, "Nobody here"},
			{"a upn alone", map[string]any{"email": "", "upn": "ana@p.example"}, "Nobody here"},
			{"nobody here", map[string]any{"email": "who@p.example"}, "Nobody here"},
			{"no name at all", map[string]any{"email": ""}, "Nobody here"},
			{"another audience", map[string]any{"aud": "other"}, "did not come to an end"},
			{"another issuer", map[string]any{"iss": "https://evil.example"}, "did not come to an end"},
			{"another nonce", map[string]any{"nonce": "x"}, "did not come to an end"},
			{"expired", map[string]any{"exp": noon.Add(-time.Hour).Unix()}, "did not come to an end"},
			{"switched off", map[string]any{"email": "off@p.example"}, "switched off"},
		} {
			state := leave("/home", q.claims)
			if r := comeBack(state); r.status != 403 || !strings.Contains(r.body, q.says) {
				c.Errorf("%s: %d %s", q.name, r.status, r.body)
			}
		}
		state := leave("/home", none)
		if r := comeBack("x" + state[1:]); r.status != 403 {
			c.Errorf("another state: %d", r.status)
		}
		if r := comeBack(state); r.status != 403 {
			c.Errorf("a trip comes back twice: %d", r.status)
		}
		state = leave("/home", none)
		c.newBrowser()
		if r := comeBack(state); r.status != 403 {
			c.Errorf("another browser comes back: %d", r.status)
		}
		state = leave("/home", none)
		if r := c.get(identity.CallbackPath + "?code=bad&state=" + state); r.status != 403 || !strings.Contains(r.body, "did not come to an end") {
			c.Errorf("the issuer refuses the code: %d", r.status)
		}
		state = leave("/home", none)
		c.wall.Advance(10 * time.Minute)
		if r := comeBack(state); r.status != 403 {
			c.Errorf("after ten minutes: %d", r.status)
		}

		state = leave("//evil.example", none)
		if r := comeBack(state); r.status != http.StatusSeeOther || r.header.Get("Location") != "/" {
			c.Errorf("G57: %d %s", r.status, r.location())
		}
		s, err := c.signed()
		if err != nil || s.Person.ID != "u1" || s.Session.Method != "ext" || s.Person.Subject == "" {
			c.Fatalf("%v %+v", err, s)
		}
		c.change("u1", func(p *party.Person) { p.UPN = "renamed@p.example" })
		state = leave("/home", none)
		if r := comeBack(state); r.status != http.StatusSeeOther {
			c.Errorf("by the subject that was linked: %d %s", r.status, r.body)
		}
		c.change("u1", func(p *party.Person) { p.UPN = "ana@p.example" })
		state = leave("/home", map[string]any{"sub": "s-2"})
		if r := comeBack(state); r.status != 403 || !strings.Contains(r.body, "Nobody here") {
			c.Errorf("somebody else out there takes the name: %d", r.status)
		}
		secret := c.enrolled()
		state = leave("/home", none)
		r := comeBack(state)
		if r.status != 200 || half(r) == "" {
			c.Fatalf("an authenticator app is not asked for: %d", r.status)
		}
		c.wall.Advance(time.Minute)
		if r := c.post("/sign-in", "half", half(r), "code", code6(c, secret), "next", "/home"); r.status != http.StatusSeeOther {
			c.Errorf("%d %s", r.status, r.body)
		}
		subject := func() string {
			c.Helper()
			u, _, err := c.store.Person(c.Context(), "u1")
			if err != nil {
				c.Fatal(err)
			}
			return u.Subject
		}
		before := subject()
		c.change("u1", func(p *party.Person) { p.Subject = "" })
		c.wall.Advance(time.Minute)
		r = comeBack(leave("/home", map[string]any{"sub": "s-3"}))
		stranger := link(r)
		c.wall.Advance(time.Second)
		r = comeBack(leave("/home", none))
		if r.status != 200 || half(r) == "" || link(r) == "" || subject() != "" {
			c.Errorf("linked before the code: %d %q", r.status, subject())
		}
		if r = c.post("/sign-in", "half", half(r), "link", link(r), "code", "000000", "next", "/home"); r.status != 403 || link(r) == "" || subject() != "" {
			c.Errorf("linked by a wrong code: %d %q", r.status, subject())
		}
		for name, other := range map[string]string{"of another trip": stranger, "made up": "x" + link(r), "none": ""} {
			c.wall.Advance(time.Minute)
			if r := c.post("/sign-in", "half", half(r), "link", other, "code", code6(c, secret), "next", "/home"); r.status != http.StatusSeeOther || subject() != "" {
				c.Errorf("a link %s: %d %q", name, r.status, subject())
			}
		}
		c.wall.Advance(time.Minute)
		if r := c.post("/sign-in", "half", half(r), "link", link(r), "code", code6(c, secret), "next", "/home"); r.status != http.StatusSeeOther || subject() != before {
			c.Errorf("with the code: %d %q", r.status, subject())
		}
		external.UPN = true
		state = leave("/home", map[string]any{"sub": "s-9", "email_verified": false, "upn": "sam@p.example"})
		if r := comeBack(state); r.status != http.StatusSeeOther {
			c.Errorf("by a upn that the operator trusts: %d %s", r.status, r.body)
		}
		if strings.Contains(c.log.String(), out.secret) {
			c.Error("G42: the issuer's secret is in the log")
		}
	})
}

var hiddenLink = regexp.MustCompile(`name="link" value="([^"]+)"`)

// link is what a page carries of a link to the issuer's subject.
func link(r reply) string {
	if m := hiddenLink.FindStringSubmatch(r.body); m != nil {
		return html.UnescapeString(m[1])
	}
	return ""
}

// enrolled signs in and enrols an authenticator app.
func (c *centre) enrolled() string {
	c.Helper()
	c.newBrowser()
	c.signIn("ana@p.example")
	return c.enrol()
}
