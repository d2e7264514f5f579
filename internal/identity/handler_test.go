package identity

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

func TestTokenV1AllNumbersAreStrings(t *testing.T) {
	w := newWorld(t)
	rec := w.do("POST", "/"+partner+"/oauth2/token", w.form("scope"))
	if rec.Code != 200 || rec.Header().Get("Cache-Control") != "no-store" || rec.Header().Get("Content-Type") != "application/json; charset=utf-8" {
		t.Fatalf("%d %v", rec.Code, rec.Header())
	}
	got := decode[map[string]string](t, rec.Body) // a number would not decode
	delete(got, "access_token")
	want := map[string]string{
		"token_type": "Bearer", "expires_in": "3600", "ext_expires_in": "3600", "resource": graph,
		"expires_on": "1709298000", "not_before": "1709294100",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTokenV2NumbersAreIntegers(t *testing.T) {
	w := newWorld(t)
	rec := w.do("POST", "/"+partner+"/oauth2/v2.0/token", w.form("resource"))
	got := decode[map[string]any](t, rec.Body)
	delete(got, "access_token")
	want := map[string]any{"token_type": "Bearer", "expires_in": json.Number("3600"), "ext_expires_in": json.Number("3600")}
	if diff := cmp.Diff(want, got); rec.Code != 200 || diff != "" {
		t.Error(rec.Code, diff)
	}
}

func TestTokenAccepted(t *testing.T) {
	w := newWorld(t)
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(appID+":"+url.QueryEscape(w.secret)))
	for _, c := range []struct{ name, path, body, auth string }{
		{"tenant by GUID", "/" + partner + "/oauth2/token", w.form(), ""},
		{"tenant by GUID in capitals", "/" + strings.ToUpper(partner) + "/OAuth2/Token", w.form(), ""},
		{"tenant by domain", "/Fabrikam.example/oauth2/token", w.form(), ""},
		{"common", "/common/oauth2/token", w.form(), ""},
		{"organizations, trailing slash, double slash", "//organizations/oauth2//v2.0/token/", w.form(), ""},
		{"resource with a slash", "/common/oauth2/token", w.form("resource=" + graph + "/"), ""},
		{"the API's own resource", "/common/oauth2/token", w.form("resource=" + api), ""},
		{"the API's application id", "/common/oauth2/token", w.form("resource=fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd"), ""},
		{"scope with the double slash of a resource that ends in one", "/common/oauth2/v2.0/token", w.form("scope=" + graph + "//.default"), ""},
		{"scope among OpenID's, as MSAL for Java sends it", "/common/oauth2/v2.0/token", w.form("scope=openid profile offline_access " + api + "/.default"), ""},
		{"scope of the application id", "/common/oauth2/v2.0/token", w.form("scope=fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd/.default"), ""},
		{"client id in capitals", "/common/oauth2/token", w.form("client_id=" + strings.ToUpper(appID)), ""},
		{"HTTP Basic", "/common/oauth2/token", w.form("client_id", "client_secret"), basic},
		{"HTTP Basic, client id repeated", "/common/oauth2/token", w.form("client_secret"), basic},
	} {
		t.Run(c.name, func(t *testing.T) {
			var header []string
			if c.auth != "" {
				header = []string{"Authorization", c.auth}
			}
			if rec := w.do("POST", c.path, c.body, header...); rec.Code != 200 {
				t.Errorf("%d %s", rec.Code, rec.Body)
			}
			if !Serves(c.path) {
				t.Error("Serves denies it")
			}
		})
	}
}

func TestTokenRefused(t *testing.T) {
	w := newWorld(t)
	const v1path, v2path = "/" + partner + "/oauth2/token", "/" + partner + "/oauth2/v2.0/token"
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(appID+":"+w.secret))
	for _, c := range []struct {
		name, path, body string
		header           []string
		status           int
		word             string
		number           int
	}{
		{"wrong secret", v1path, w.form("client_secret=wrong"), nil, 401, "invalid_client", 7000215},
		{"no secret", v1path, w.form("client_secret"), nil, 401, "invalid_client", 7000216},
		{"unknown client", v1path, w.form("client_id=aa000000-0000-4000-8000-00000000000f"), nil, 400, "unauthorized_client", 700016},
		{"client id not a GUID", v1path, w.form("client_id=' OR 1=1"), nil, 400, "unauthorized_client", 700016},
		{"no client id", v1path, w.form("client_id"), nil, 400, "invalid_request", 900144},
		{"another tenant's path", "/" + reseller + "/oauth2/token", w.form(), nil, 400, "unauthorized_client", 700016},
		{"unknown domain", "/nowhere.example/oauth2/token", w.form(), nil, 400, "invalid_request", 90002},
		{"other resource", v1path, w.form("resource=https://graph.microsoft.com"), nil, 400, "invalid_resource", 500011},
		{"a resource that begins like ours", v1path, w.form("resource=" + api + ".evil.example"), nil, 400, "invalid_resource", 500011},
		{"other resource in v2", v2path, w.form("scope=https://graph.microsoft.com/.default"), nil, 400, "invalid_resource", 500011},
		{"no resource", v1path, w.form("resource"), nil, 400, "invalid_request", 900144},
		{"no scope", v2path, w.form("scope"), nil, 400, "invalid_request", 900144},
		{"scope without .default", v2path, w.form("scope=" + api + "/user_impersonation"), nil, 400, "invalid_scope", 1002012},
		{"two scopes", v2path, w.form("scope=" + graph + "/.default " + api + "/.default"), nil, 400, "invalid_scope", 1002012},
		{"OpenID's scopes alone", v2path, w.form("scope=openid profile offline_access"), nil, 400, "invalid_scope", 1002012},
		{"no grant type", v1path, w.form("grant_type"), nil, 400, "invalid_request", 900144},
		{"password grant", v1path, w.form("grant_type=password"), nil, 400, "unsupported_grant_type", 70003},
		{"repeated parameter", v1path, w.form() + "&client_id=x", nil, 400, "invalid_request", 90014},
		{"too large", v1path, w.form("x=" + strings.Repeat("x", maxForm)), nil, 400, "invalid_request", 90014},
		{"not a form", v1path, `{"grant_type":"client_credentials"}`, []string{"Content-Type", "application/json"}, 400, "invalid_request", 90014},
		{"bad escape", v1path, "grant_type=%zz", nil, 400, "invalid_request", 90014},
		{"secret in the address is not read", v1path + "?" + w.form(), "", nil, 400, "invalid_request", 900144},
		{"Basic and a form secret", v1path, w.form(), []string{"Authorization", basic}, 400, "invalid_request", 90023},
		{"a token instead of Basic", v1path, w.form(), []string{"Authorization", "Bearer x"}, 400, "invalid_request", 90014},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec := w.do("POST", c.path, c.body, append(c.header, "client-request-id", "CC000000-0000-4000-8000-000000000001")...)
			got := decode[wireRefusal](t, rec.Body)
			if rec.Code != c.status || got.Error != c.word || !slices.Equal(got.Codes, []int{c.number}) {
				t.Fatalf("%d %+v", rec.Code, got)
			}
			if !strings.HasPrefix(got.Description, "AADSTS") || got.Timestamp != "2024-03-01 12:00:00Z" || got.TraceID == "" ||
				got.CorrelationID != "cc000000-0000-4000-8000-000000000001" || rec.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%+v %v", got, rec.Header())
			}
			if strings.Contains(rec.Body.String()+got.Description, w.secret) || strings.Contains(got.Description, "evil") {
				t.Error("the answer repeats what was sent")
			}
		})
	}
}

func TestTwoLiveSecrets(t *testing.T) {
	w := newWorld(t)
	plain, secret := NewSecret()
	w.change(func(c *party.Client, _ *party.Partner) {
		c.Secrets[0].Until = start.Add(time.Hour)
		c.Secrets = append(c.Secrets, secret)
	})
	status := func(secret string) int {
		return w.do("POST", "/common/oauth2/token", w.form("client_secret="+secret)).Code
	}
	if status(w.secret) != 200 || status(plain) != 200 {
		t.Error("R13: both secrets work during rotation")
	}
	w.wall.Set(start.Add(time.Hour))
	if status(w.secret) != 401 || status(plain) != 200 {
		t.Error("R13: the old one ends on the dot, the new one goes on")
	}
}

func TestG47BoundedTries(t *testing.T) {
	w := newWorld(t)
	try := func(secret string) int {
		return w.do("POST", "/common/oauth2/token", w.form("client_secret="+secret)).Code
	}
	results := make(chan int, 200)
	for range 200 {
		go func() { results <- try("wrong") }()
	}
	count := map[int]int{}
	for range 200 {
		count[<-results]++
	}
	if !maps.Equal(count, map[int]int{401: 10, 429: 190}) {
		t.Fatalf("G47: %v, want 10 evaluated", count)
	}
	rec := w.do("POST", "/common/oauth2/token", w.form("client_secret=wrong"))
	if rec.Code != 429 || rec.Header().Get("Retry-After") != "900" {
		t.Errorf("a wrong secret while full: %d, Retry-After %q", rec.Code, rec.Header().Get("Retry-After"))
	}
	if try(w.secret) != 200 {
		t.Error("the right secret is locked out by wrong ones")
	}
	w.wall.Advance(failureWindow - time.Microsecond)
	if try("wrong") != 429 {
		t.Error("free a microsecond early")
	}
	w.wall.Advance(time.Microsecond)
	if try("wrong") != 401 {
		t.Error("not free after 15 minutes")
	}
	for range 9 {
		try("wrong")
	}
	w.wall.Set(start.AddDate(-10, 0, 0))
	if try("wrong") != 401 {
		t.Error("G10: a clock set back by years locks out for years")
	}
}

func TestDisabledClientGetsNoToken(t *testing.T) {
	w := newWorld(t)
	w.change(func(c *party.Client, _ *party.Partner) { c.Disabled = true })
	if got := decode[wireRefusal](t, w.do("POST", "/common/oauth2/token", w.form()).Body); got.Codes[0] != 7000112 {
		t.Errorf("right secret: %+v", got)
	}
	if got := decode[wireRefusal](t, w.do("POST", "/common/oauth2/token", w.form("client_secret=x")).Body); got.Codes[0] != 7000215 {
		t.Errorf("wrong secret is told more than it should: %+v", got)
	}
	w.change(func(c *party.Client, p *party.Partner) { c.Disabled, p.Kind = false, party.IndirectReseller })
	if got := decode[wireRefusal](t, w.do("POST", "/common/oauth2/token", w.form()).Body); got.Codes[0] != 700016 {
		t.Errorf("a reseller without a provider: %+v", got)
	}
}

func TestStoreFailureIsOurs(t *testing.T) {
	w := newWorld(t)
	w.err = errors.New("disk on fire")
	rec := w.do("POST", "/common/oauth2/token", w.form())
	if rec.Code != 503 || rec.Header().Get("Retry-After") == "" || strings.Contains(rec.Body.String(), "fire") || !strings.Contains(w.log.String(), "fire") {
		t.Errorf("%d %s; log %s", rec.Code, rec.Body, w.log)
	}
	if strings.Contains(w.log.String(), w.secret) {
		t.Error("G42: the secret is in the log")
	}
}

func TestDiscovery(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ path, issuer, token, keys string }{
		{"/" + partner + "/v2.0/.well-known/openid-configuration", base + "/" + partner + "/v2.0", base + "/" + partner + "/oauth2/v2.0/token", base + "/" + partner + "/discovery/v2.0/keys"},
		{"/" + partner + "/.well-known/OpenID-Configuration", base + "/" + partner + "/", base + "/" + partner + "/oauth2/token", base + "/" + partner + "/discovery/keys"},
		{"/fabrikam.example/v2.0/.well-known/openid-configuration", base + "/" + partner + "/v2.0", base + "/fabrikam.example/oauth2/v2.0/token", base + "/fabrikam.example/discovery/v2.0/keys"},
		{"/common/v2.0/.well-known/openid-configuration", base + "/{tenantid}/v2.0", base + "/common/oauth2/v2.0/token", base + "/common/discovery/v2.0/keys"},
	} {
		rec := w.do("GET", c.path, "")
		got := decode[wireConfiguration](t, rec.Body)
		if rec.Code != 200 || got.Issuer != c.issuer || got.Token != c.token || got.Keys != c.keys || !strings.HasSuffix(got.Authorization, "/authorize") {
			t.Errorf("%s: %d %+v", c.path, rec.Code, got)
		}
		for _, own := range []string{got.Token, got.Keys} {
			if u, _ := url.Parse(own); !Serves(u.Path) {
				t.Errorf("%s names %s, which is not served", c.path, own)
			}
		}
	}
	if rec := w.do("GET", "/nowhere.example/.well-known/openid-configuration", ""); rec.Code != 400 || !strings.Contains(rec.Body.String(), "AADSTS90002") {
		t.Errorf("unknown domain: %d %s", rec.Code, rec.Body)
	}
	for query, want := range map[string]string{
		"": "common",
		base + "/" + partner + "/oauth2/authorize":   partner,
		"https://CENTRE.example:8443/organizations/": "organizations",
		base + "/{tenant}/oauth2/authorize":          "common",
	} {
		got := decode[wireInstance](t, w.do("GET", "/common/discovery/instance?api-version=1.1&authorization_endpoint="+url.QueryEscape(query), "").Body)
		if got.Discovery != base+"/"+want+"/v2.0/.well-known/openid-configuration" || len(got.Metadata) != 1 || got.Metadata[0].Network != "centre.example:8443" {
			t.Errorf("instance %q: %+v", query, got)
		}
	}
	if rec := w.do("GET", "/common/discovery/instance?authorization_endpoint=https://evil.example/common/", ""); rec.Code != 400 || !strings.Contains(rec.Body.String(), "invalid_instance") {
		t.Errorf("another instance: %d", rec.Code)
	}
}

func TestKeysVerifyTokens(t *testing.T) {
	w := newWorld(t)
	rec := w.do("GET", "/common/discovery/v2.0/keys", "")
	if strings.Contains(rec.Body.String(), `"d"`) {
		t.Fatal("the private key is published")
	}
	set := decode[jose.JSONWebKeySet](t, rec.Body)
	signed, err := jose.ParseSignedCompact(w.token(t, v2), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	keys := set.Key(signed.Signatures[0].Header.KeyID)
	if len(keys) != 1 {
		t.Fatalf("kid finds %d keys", len(keys))
	}
	if _, err := signed.Verify(keys[0]); err != nil {
		t.Error(err)
	}
}

func TestPathsThatAreNotOurs(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/", "/v1/customers", "/v1/invoices/x/lineitems", "/common/oauth2", "/common/oauth2/token/x", "/..%2f/oauth2/token",
		partner + "/discovery/instance", "/common/oauth2/v3.0/token", "/a b/oauth2/token", "/" + strings.Repeat("/a", 5000)} {
		if Serves(path) {
			t.Errorf("serves %.40q", path)
		}
	}
	if rec := w.do("GET", "/nothing/here", ""); rec.Code != http.StatusNotFound {
		t.Errorf("unknown path: %d", rec.Code)
	}
	if rec := w.do("GET", "/common/oauth2/token", ""); rec.Code != 405 || rec.Header().Get("Allow") != "POST" {
		t.Errorf("GET token: %d", rec.Code)
	}
	if rec := w.do("HEAD", "/common/discovery/keys", ""); rec.Code != 200 {
		t.Errorf("HEAD keys: %d", rec.Code)
	}
}
