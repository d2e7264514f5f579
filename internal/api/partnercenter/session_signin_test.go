package partnercenter_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	. "github.com/comptoir-dev/comptoir/internal/api/partnercenter"
	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/identity"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/vault"
	"github.com/comptoir-dev/comptoir/internal/vault/vaulttest"
)

// wired is the demo behind a socket with TLS, entered as clients do: by tokens of its own authority.
type wired struct {
	*demo
	url, tenant string
	secret      string
	transport   *http.Transport
	// between stands between a client and the server; nil: nothing does.
	between func(http.Handler) http.Handler
}

const (
	sessionApp      = "aa000000-0000-4000-8000-0000000005e5"
	sessionBack     = "http://localhost:8400/"
	sessionPerson   = "ana@quainine.example"
	sessionPassword = "correct horse battery"
	apiResource     = "https://api.partnercenter.microsoft.com"
	graphResource   = "https://graph.windows.net"
)

// sessions runs a test on each engine.
func sessions(t *testing.T, test func(t *testing.T, w *wired)) {
	t.Helper()
	secrets := vaulttest.Secrets(t)
	both(t, store.Options{Sealer: secrets.Vault}, func(t *testing.T, s *begun) { test(t, wire(t, s, secrets)) })
}

// wire puts the demo on a socket.
func wire(t *testing.T, s *begun, secrets *vault.Secrets) *wired {
	t.Helper()
	w := &wired{demo: demoOn(t, s)}
	var handler http.Handler
	server := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { handler.ServeHTTP(rw, r) }))
	t.Cleanup(server.Close)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // connections are dropped on purpose
	w.url = strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	w.transport = server.Client().Transport.(*http.Transport)
	w.transport.TLSClientConfig.ServerName = "example.com" // what the test's certificate is for
	wall, log := w.core.Wall, slog.New(slog.NewTextHandler(testLog{t}, nil))
	tokens, err := identity.NewTokens(w.url, secrets.SigningKeys(), wall, id.Random{})
	if err != nil {
		t.Fatal(err)
	}
	w.auth = identity.Authenticator{Tokens: tokens, Store: s}
	api := New(w.core, Options{
		Auth: w.auth, IDs: id.Random{}, Wall: wall, Log: log,
		CursorKey: secrets.Derive("paging", 32), PublicURL: w.url,
	})
	people := &identity.People{Store: s, Wall: wall, IDs: id.Random{}, Vault: secrets.Vault, Key: secrets.Derive("sign-in", 32), Secure: true, Log: log}
	authority := identity.Handler(identity.Options{Tokens: tokens, People: people, Store: s, Wall: wall, IDs: id.Random{}, Log: log})
	handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch {
		case !Owns(r.URL.Path):
			authority.ServeHTTP(rw, r)
		case w.between != nil:
			w.between(api).ServeHTTP(rw, r)
		default:
			api.ServeHTTP(rw, r)
		}
	})
	w.furnish(s.Store)
	w.clock.AdvanceTo(w.clock.Now().Add(123_456 * time.Microsecond)) // an instant that not every client can keep
	return w
}

// furnish makes the client that signs in, and a person.
func (w *wired) furnish(s *store.Store) {
	w.t.Helper()
	plain, secret := identity.NewSecret()
	secret.MadeAt = w.core.Wall.Now()
	partner := w.seeded.Partner.ID
	w.tenant, w.secret = string(partner), plain
	roles := party.RolesOf(party.AdminAgent, party.GlobalAdmin, party.BillingAdmin, party.OperatorAdmin)
	owner := party.Actor{Scope: party.NewScope(partner, "")}
	_, err := s.Update(context.Background(), app.Act{Actor: owner}, func(tx app.Tx) (any, error) {
		if err := tx.AddClient(party.Client{
			ID: sessionApp, Name: "Session", CreatedAt: secret.MadeAt, Secrets: []party.Secret{secret}, Roles: roles, Redirects: []string{sessionBack},
		}); err != nil {
			return nil, err
		}
		return nil, tx.AddPerson(party.Person{
			ID: "5e550000-0000-4000-8000-000000000001", UPN: sessionPerson, Alias: "ana", DisplayName: "Ana", Roles: roles, State: party.PersonActive,
			Password: identity.Credentials{}.HashPassword(sessionPassword),
		})
	})
	if err == nil {
		err = s.SetDomain(context.Background(), partner, "quainine.example")
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// fetch sends a form, or gets where there is none, and reads JSON; a jar keeps cookies.
func (w *wired) fetch(status int, address string, form url.Values, jar http.CookieJar, headers ...string) (*http.Response, map[string]any) {
	w.t.Helper()
	method, body := http.MethodGet, ""
	if form != nil {
		method, body = http.MethodPost, form.Encode()
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{Transport: w.transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	if resp.StatusCode != status {
		w.t.Fatalf("%s %s: %d, want %d: %s", method, address, resp.StatusCode, status, text)
	}
	var out map[string]any
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(text, &out); err != nil {
			w.t.Fatal(err)
		}
	}
	return resp, out
}

func (w *wired) own(grant string, pairs ...string) url.Values {
	form := url.Values{"grant_type": {grant}, "client_id": {sessionApp}, "client_secret": {w.secret}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

func (w *wired) token(answer map[string]any) string {
	w.t.Helper()
	token, _ := answer["access_token"].(string)
	if token == "" || answer["token_type"] != "Bearer" {
		w.t.Fatalf("no token: %v", answer)
	}
	return token
}

// byV1 is the form of the older authority, which asks for the graph. All numbers of its answer are texts.
func (w *wired) byV1() string {
	w.t.Helper()
	_, answer := w.fetch(200, w.url+"/quainine.example/oauth2/token", w.own("client_credentials", "resource", graphResource), nil)
	for _, name := range []string{"expires_in", "ext_expires_in", "expires_on", "not_before"} {
		if _, ok := answer[name].(string); !ok {
			w.t.Errorf("v1: %s is %v", name, answer[name])
		}
	}
	return w.token(answer)
}

// byGeneratedToken is what the Python client does: a token of v1, shown to /generatetoken for another.
func (w *wired) byGeneratedToken() string {
	w.t.Helper()
	_, answer := w.fetch(200, w.url+"/"+w.tenant+"/oauth2/token", w.own("client_credentials", "resource", apiResource), nil)
	_, answer = w.fetch(200, w.url+"/generatetoken", url.Values{"grant_type": {"jwt_token"}}, nil, "Authorization", "Bearer "+w.token(answer))
	return w.token(answer)
}

// byMSAL is v2 with discovery: of the instance, of the tenant's endpoints, then a token by the endpoint that was told.
func (w *wired) byMSAL() string {
	w.t.Helper()
	authority := w.url + "/" + w.tenant
	w.fetch(200, w.url+"/common/discovery/instance?api-version=1.1&authorization_endpoint="+url.QueryEscape(authority+"/oauth2/v2.0/authorize"), nil, nil)
	_, found := w.fetch(200, authority+"/v2.0/.well-known/openid-configuration", nil, nil)
	endpoint, _ := found["token_endpoint"].(string)
	keys, _ := found["jwks_uri"].(string)
	if !strings.HasPrefix(endpoint, w.url+"/") || found["issuer"] != authority+"/v2.0" {
		w.t.Fatalf("discovery: %v", found)
	}
	if _, set := w.fetch(200, keys, nil, nil); len(set["keys"].([]any)) == 0 {
		w.t.Error("no keys")
	}
	_, answer := w.fetch(200, endpoint, w.own("client_credentials", "scope", graphResource+"/.default", "client_info", "1"), nil,
		"x-client-SKU", "MSAL.NetCore", "client-request-id", "cc000000-0000-4000-8000-000000000001")
	if answer["expires_in"] != 3600.0 {
		w.t.Errorf("v2: expires_in is %v", answer["expires_in"])
	}
	return w.token(answer)
}

// byRefreshToken is the secure application model: a person signs in once, then the refresh token does.
func (w *wired) byRefreshToken() string { return w.signedIn(sessionPerson) }

// signedIn is a token of the client for a person.
func (w *wired) signedIn(person string) string {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	w.fetch(http.StatusSeeOther, w.url+identity.SignInPath, url.Values{"name": {person}, "password": {sessionPassword}}, jar)
	scope := apiResource + "/user_impersonation openid offline_access"
	back, _ := w.fetch(http.StatusFound, w.url+"/"+w.tenant+"/oauth2/v2.0/authorize?"+url.Values{
		"client_id": {sessionApp}, "response_type": {"code"}, "redirect_uri": {sessionBack}, "scope": {scope}, "state": {"s"},
	}.Encode(), nil, jar)
	to, err := back.Location()
	if err != nil {
		w.t.Fatal(err)
	}
	endpoint := w.url + "/" + w.tenant + "/oauth2/v2.0/token"
	_, answer := w.fetch(200, endpoint, w.own("authorization_code", "code", to.Query().Get("code"), "redirect_uri", sessionBack), nil)
	refresh, _ := answer["refresh_token"].(string)
	_, answer = w.fetch(200, endpoint, w.own("refresh_token", "refresh_token", refresh, "scope", apiResource+"/user_impersonation"), nil)
	if next, _ := answer["refresh_token"].(string); next == "" || next == refresh {
		w.t.Error("the refresh token is not a new one")
	}
	return w.token(answer)
}
