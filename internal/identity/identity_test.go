package identity

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

const (
	base     = "https://centre.example:8443"
	partner  = "7d000000-0000-4000-8000-000000000001"
	reseller = "7d000000-0000-4000-8000-000000000002"
	appID    = "aa000000-0000-4000-8000-000000000001"
	graph    = "https://graph.windows.net"
	api      = "https://api.partnercenter.microsoft.com"
)

var start = time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC)

var newKey = func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

var ourKey, otherKey = sync.OnceValue(newKey), sync.OnceValue(newKey)

// clients is a store of one tenant, as far as clients' own tokens ask for it.
type clients struct {
	Store
	mu      sync.Mutex
	rows    map[id.Client]party.Client
	partner party.Partner
	err     error
}

func (c *clients) Client(_ context.Context, client id.Client) (party.Client, party.Partner, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	row, ok := c.rows[client]
	if !ok && c.err == nil {
		return party.Client{}, party.Partner{}, fault.NotFound("client.not_found", nil)
	}
	return row, c.partner, c.err
}

func (c *clients) Caller(ctx context.Context, client id.Client) (party.Client, party.Partner, error) {
	return c.Client(ctx, client)
}

func (c *clients) Tenant(_ context.Context, domain string) (id.Partner, error) {
	if domain != "fabrikam.example" {
		return "", fault.NotFound("tenant.not_found", nil)
	}
	return partner, nil
}

func (c *clients) change(f func(*party.Client, *party.Partner)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	row := c.rows[appID]
	f(&row, &c.partner)
	c.rows[appID] = row
}

// world is the endpoints with one client in a store.
type world struct {
	*clients
	auth   Authenticator
	wall   *when.Fixed
	http   http.Handler
	secret string
	log    *bytes.Buffer
}

func newWorld(t testing.TB) *world {
	t.Helper()
	plain, secret := NewSecret()
	w := &world{secret: plain, wall: when.NewFixed(start), log: &bytes.Buffer{}}
	w.clients = &clients{partner: party.Partner{ID: partner, Kind: party.DirectBill}, rows: map[id.Client]party.Client{appID: {
		ID: appID, Name: "script", Partner: partner,
		Roles: party.RolesOf(party.AdminAgent, party.BillingAdmin), Secrets: []party.Secret{secret},
	}}}
	w.auth = Authenticator{newTokens(t, w.wall, ourKey()), w.clients}
	w.http = Handler(Options{Tokens: w.auth.Tokens, Store: w.clients, Wall: w.wall, IDs: &id.Counting{}, Log: slog.New(slog.NewTextHandler(w.log, nil))})
	return w
}

func newTokens(t testing.TB, wall when.Clock, keys ...*rsa.PrivateKey) *Tokens {
	t.Helper()
	tokens, err := NewTokens(base, keys, wall, &id.Counting{})
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

func (w *world) do(method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	w.http.ServeHTTP(rec, r)
	return rec
}

// form is a good token request with changes: "name=value" sets, "name" removes.
func (w *world) form(changes ...string) string {
	f := url.Values{"grant_type": {"client_credentials"}, "client_id": {appID}, "client_secret": {w.secret}, "resource": {graph}, "scope": {api + "/.default"}}
	for _, c := range changes {
		if name, value, ok := strings.Cut(c, "="); ok {
			f.Set(name, value)
		} else {
			f.Del(c)
		}
	}
	return f.Encode()
}

func (w *world) token(t *testing.T, v version) string {
	t.Helper()
	path := "/" + partner + "/oauth2/token"
	if v == v2 {
		path = "/" + partner + "/oauth2/v2.0/token"
	}
	var out struct {
		Token string `json:"access_token"`
	}
	rec := w.do("POST", path, w.form())
	if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil || out.Token == "" {
		t.Fatalf("no token: %d %s", rec.Code, rec.Body)
	}
	return out.Token
}

func decode[T any](t *testing.T, r io.Reader) T {
	t.Helper()
	var v T
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}
