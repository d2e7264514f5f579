package identity_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/identity"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
	"github.com/comptoir-dev/comptoir/internal/vault"
)

const (
	partner = "7d000000-0000-4000-8000-000000000001"
	other   = "7d000000-0000-4000-8000-000000000002"
	webApp  = "aa000000-0000-4000-8000-000000000001" // confidential
	desktop = "aa000000-0000-4000-8000-000000000002" // public
	api     = "https://api.partnercenter.microsoft.com"
	back    = "https://app.example/cb?x=1"
	pass    = "correct horse battery"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// centre is a running server over TLS, on a real store, with a browser in front of it.
type centre struct {
	*testing.T
	store  *store.Store
	wall   *when.Fixed
	auth   identity.Authenticator
	people *identity.People
	url    string
	client *http.Client // the browser: it keeps cookies and follows nothing
	tls    *http.Transport
	secret string // of webApp
	log    *bytes.Buffer
	dsn    string
}

type syncWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *syncWriter) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(b)
}

// centres runs a test on each engine.
func centres(t *testing.T, options func(*identity.Options), test func(c *centre)) {
	t.Helper()
	secrets, err := vault.Open(vault.Options{Dir: t.TempDir() + "/secrets", Env: os.Getenv, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range []struct {
		name string
		url  func(testing.TB) string
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		t.Run(engine.name, func(t *testing.T) {
			dsn := engine.url(t)
			c := &centre{T: t, store: storetest.Open(t, dsn, store.Options{Sealer: secrets.Vault}), wall: when.NewFixed(noon), log: &bytes.Buffer{}, dsn: dsn}
			var handler http.Handler
			server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !identity.Serves(r.URL.Path) {
					_, _ = io.WriteString(w, "elsewhere: "+r.URL.Path)
					return
				}
				handler.ServeHTTP(w, r)
			}))
			t.Cleanup(server.Close)
			c.url = strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
			c.tls = server.Client().Transport.(*http.Transport)
			c.tls.TLSClientConfig.ServerName = "example.com" // what the test's certificate is for
			log := slog.New(slog.NewTextHandler(&syncWriter{w: c.log}, nil))
			tokens, err := identity.NewTokens(c.url, secrets.SigningKeys(), c.wall, id.Random{})
			if err != nil {
				t.Fatal(err)
			}
			c.auth = identity.Authenticator{Tokens: tokens, Store: c.store}
			c.people = &identity.People{
				Store: c.store, Wall: c.wall, IDs: id.Random{}, Vault: secrets.Vault, Key: secrets.Derive("sign-in", 32), Secure: true, URL: c.url, Log: log,
			}
			o := identity.Options{Tokens: tokens, People: c.people, Store: c.store, Wall: c.wall, IDs: id.Random{}, Log: log, Script: "/static/passkey.js"}
			if options != nil {
				options(&o)
				if o.External != nil {
					o.External.Callback = c.url + identity.CallbackPath
				}
			}
			handler = identity.Handler(o)
			c.newBrowser()
			c.furnish()
			test(c)
		})
	}
}

// newBrowser forgets all cookies.
func (c *centre) newBrowser() {
	jar, err := cookiejar.New(nil)
	if err != nil {
		c.Fatal(err)
	}
	c.client = &http.Client{Transport: c.tls, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// do writes as a partner.
func (c *centre) do(p id.Partner, fn func(tx app.Tx) error) {
	c.Helper()
	_, err := c.store.Update(context.Background(), app.Act{Actor: party.Actor{Scope: party.NewScope(p, "")}}, func(tx app.Tx) (any, error) { return nil, fn(tx) })
	if err != nil {
		c.Fatal(err)
	}
}

// furnish makes two partners, a web application and a desktop program of the first, and some people.
func (c *centre) furnish() {
	c.Helper()
	plain, secret := identity.NewSecret()
	c.secret = plain
	hash := identity.Credentials{}.HashPassword(pass)
	person := func(user id.User, upn string, roles ...party.Role) party.Person {
		return party.Person{ID: user, UPN: upn, Alias: id.Alias("alias of " + upn), DisplayName: "Name of " + upn, Roles: party.RolesOf(roles...), State: party.PersonActive, Password: hash}
	}
	for _, p := range []id.Partner{partner, other} {
		c.do(p, func(tx app.Tx) error {
			return tx.AddPartner(party.Partner{ID: p, Kind: party.DirectBill, Name: "P", BillingDay: 1})
		})
	}
	changing, off := person("u4", "new@p.example", party.GlobalAdmin), person("u5", "off@p.example", party.GlobalAdmin)
	changing.MustChange, off.State = true, party.PersonInactive
	cga := person("u6", "cga@c.example", party.CustomerGlobal)
	cga.Customer = "cc000000-0000-4000-8000-000000000001"
	c.do(partner, func(tx app.Tx) error {
		return errors.Join(
			tx.AddClient(party.Client{
				ID: webApp, Name: "Web <app>", Roles: party.RolesOf(party.AdminAgent, party.BillingAdmin), Secrets: []party.Secret{secret}, Redirects: []string{back},
			}),
			tx.AddClient(party.Client{
				ID: desktop, Name: "Desktop", Roles: party.RolesOf(party.AdminAgent, party.GlobalAdmin), Public: true, Redirects: []string{"http://localhost", "msalaa://auth"},
			}),
			tx.AddPerson(person("u1", "ana@p.example", party.AdminAgent, party.GlobalAdmin)),
			tx.AddPerson(person("u2", "sam@p.example", party.SalesAgent)),
			tx.AddPerson(changing), tx.AddPerson(off), tx.AddPerson(cga),
		)
	})
	c.do(other, func(tx app.Tx) error { return tx.AddPerson(person("u3", "eve@other.example", party.AdminAgent)) })
}

// change changes a person's row.
func (c *centre) change(user id.User, fn func(*party.Person)) {
	c.Helper()
	p, _, err := c.store.Person(context.Background(), user)
	if err != nil {
		c.Fatal(err)
	}
	fn(&p)
	c.do(p.Partner, func(tx app.Tx) error { return tx.SavePerson(p) })
}

// reply is an answer as a test looks at it.
type reply struct {
	status int
	header http.Header
	body   string
}

func (r reply) location() *url.URL {
	u, err := url.Parse(r.header.Get("Location"))
	if err != nil {
		return &url.URL{}
	}
	return u
}

func (r reply) word() string {
	var w struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal([]byte(r.body), &w)
	return w.Error
}

func (c *centre) send(method, address, body string, header ...string) reply {
	c.Helper()
	if strings.HasPrefix(address, "/") {
		address = c.url + address
	}
	r, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		c.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := c.client.Do(r)
	if err != nil {
		c.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		c.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(text)}
}

func (c *centre) get(address string, header ...string) reply {
	c.Helper()
	return c.send("GET", address, "", header...)
}

// post sends a form: name, value, name, value …
func (c *centre) post(address string, pairs ...string) reply {
	c.Helper()
	return c.send("POST", address, form(pairs...), "Sec-Fetch-Site", "same-origin")
}

func form(pairs ...string) string {
	f := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f.Encode()
}

var hiddenHalf = regexp.MustCompile(`name="half" value="([^"]+)"`)

func half(r reply) string {
	if m := hiddenHalf.FindStringSubmatch(r.body); m != nil {
		return m[1]
	}
	return ""
}

// signIn signs the browser in.
func (c *centre) signIn(upn string) {
	c.Helper()
	if r := c.post("/sign-in", "name", upn, "password", pass); r.status != http.StatusSeeOther {
		c.Fatalf("%s does not get in: %d %s", upn, r.status, r.body)
	}
}

// signed is the browser's session, by the API that pages use.
func (c *centre) signed() (identity.Signed, error) {
	r := httptest.NewRequest("GET", "/", nil)
	u, _ := url.Parse(c.url)
	for _, k := range c.client.Jar.Cookies(u) {
		r.AddCookie(k)
	}
	return c.people.Authenticate(r)
}

const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" // of RFC 7636, appendix B

// ask is an authorize address of the web application in v2; changes as of url.Values.
func ask(changes ...string) string {
	q := url.Values{
		"client_id": {webApp}, "response_type": {"code"}, "redirect_uri": {back}, "scope": {api + "/user_impersonation openid offline_access"},
		"state": {"a b&c"}, "nonce": {"n-1"}, "code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	for i := 0; i+1 < len(changes); i += 2 {
		if changes[i+1] == "" {
			q.Del(changes[i])
		} else {
			q.Set(changes[i], changes[i+1])
		}
	}
	return "/" + partner + "/oauth2/v2.0/authorize?" + q.Encode()
}

// code gets a code for the person who is signed in.
func (c *centre) code(address string) string {
	c.Helper()
	r := c.get(address)
	code := r.location().Query().Get("code")
	if r.status != http.StatusFound || code == "" {
		c.Fatalf("no code: %d %v %s", r.status, r.header, r.body)
	}
	return code
}

// redeem exchanges a code in v2.
func (c *centre) redeem(code string, changes ...string) reply {
	c.Helper()
	pairs := append([]string{
		"grant_type", "authorization_code", "client_id", webApp, "client_secret", c.secret, "code", code, "redirect_uri", back, "code_verifier", verifier,
	}, changes...)
	return c.post("/"+partner+"/oauth2/v2.0/token", pairs...)
}

func (c *centre) refresh(token string, changes ...string) reply {
	c.Helper()
	pairs := append([]string{"grant_type", "refresh_token", "client_id", webApp, "client_secret", c.secret, "refresh_token", token}, changes...)
	return c.post("/"+partner+"/oauth2/v2.0/token", pairs...)
}

// told is a token answer of v2.
type told struct {
	Type    string `json:"token_type"`
	Scope   string `json:"scope"`
	Expires int    `json:"expires_in"`
	Ext     int    `json:"ext_expires_in"`
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	ID      string `json:"id_token"`
	Info    string `json:"client_info"`
}

func (c *centre) told(r reply) told {
	c.Helper()
	var t told
	if err := json.Unmarshal([]byte(r.body), &t); err != nil || r.status != http.StatusOK || t.Access == "" {
		c.Fatalf("no token: %d %s", r.status, r.body)
	}
	return t
}

// claims reads a token without checking it.
func (c *centre) claims(token string) map[string]any {
	c.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		c.Fatalf("not a token: %q", token)
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		c.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		c.Fatal(err)
	}
	return out
}

// code is a fault's code, empty without an error, the text of any other.
func code(err error) string {
	if f := fault.Of(err); f != nil {
		return f.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}
