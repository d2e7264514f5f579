package identity

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

func code(err error) string {
	switch f := fault.Of(err); {
	case err == nil:
		return ""
	case f == nil:
		return "internal: " + err.Error()
	default:
		return f.Code
	}
}

func TestClaims(t *testing.T) {
	w := newWorld(t)
	for v, want := range map[version]string{
		v1: `{"aud":"` + graph + `","iss":"` + base + `/` + partner + `/","iat":1709294400,"nbf":1709294100,"exp":1709298000,"appid":"` + appID +
			`","appidacr":"1","idtyp":"app","roles":["AA","BA"],"tid":"` + partner + `","ver":"1.0"}`,
		v2: `{"aud":"` + api + `","iss":"` + base + `/` + partner + `/v2.0","iat":1709294400,"nbf":1709294100,"exp":1709298000,"azp":"` + appID +
			`","azpacr":"1","idtyp":"app","roles":["AA","BA"],"tid":"` + partner + `","ver":"2.0"}`,
	} {
		payload, err := base64.RawURLEncoding.DecodeString(strings.Split(w.token(t, v), ".")[1])
		if err != nil {
			t.Fatal(err)
		}
		got, wanted := decode[map[string]any](t, strings.NewReader(string(payload))), decode[map[string]any](t, strings.NewReader(want))
		for _, name := range []string{"oid", "sub", "uti"} {
			if s, _ := got[name].(string); s == "" || s == appID {
				t.Errorf("v%d: %s is %v", v, name, got[name])
			}
			delete(got, name)
		}
		if diff := cmp.Diff(wanted, got); diff != "" {
			t.Errorf("v%d: %s", v, diff)
		}
	}
}

// sign makes a token of any claims, as a forger with a key of his own, or as this server, would.
func sign(t *testing.T, alg jose.SignatureAlgorithm, key any, kid string, claims any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: key, KeyID: kid}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestVerify(t *testing.T) {
	w := newWorld(t)
	good := w.token(t, v1)
	parts := strings.Split(good, ".")
	claims, err := w.auth.Tokens.Verify(good)
	if err != nil {
		t.Fatal(err)
	}
	var kid string
	for kid = range w.auth.Tokens.public {
	}
	with := func(change func(*Claims)) Claims { c := claims; change(&c); return c }
	b64 := base64.RawURLEncoding.EncodeToString
	none := b64([]byte(`{"alg":"none","kid":"`+kid+`"}`)) + "." + parts[1] + "."
	richer := strings.Replace(mustDecode(t, parts[1]), `"AA"`, `"OA"`, 1)
	for _, c := range []struct {
		name, raw string
		at        time.Duration
		code      string
	}{
		{"good", good, 0, ""},
		{"last microsecond", good, TokenLife - time.Microsecond, ""},
		{"expired on the dot", good, TokenLife, "token.expired"},
		{"five minutes early", good, -early, ""},
		{"clock set back", good, -early - time.Microsecond, "token.not_yet"},
		{"clock set back by ten years", good, -10 * 365 * 24 * time.Hour, "token.not_yet"},
		{"none given", "", 0, "token.missing"},
		{"not a token", "abc", 0, "token.invalid"},
		{"too large", good + strings.Repeat("A", maxToken), 0, "token.invalid"},
		{"alg none", none, 0, "token.invalid"},
		{"claims changed", parts[0] + "." + b64([]byte(richer)) + "." + parts[2], 0, "token.invalid"},
		{"signature of another token", parts[0] + "." + parts[1] + "." + strings.Split(w.token(t, v1), ".")[2], 0, "token.invalid"},
		{"no signature", parts[0] + "." + parts[1] + ".", 0, "token.invalid"},
		{"another key under our name", sign(t, jose.RS256, otherKey(), kid, claims), 0, "token.invalid"},
		{"another key", sign(t, jose.RS256, otherKey(), "other", claims), 0, "token.invalid"},
		{"our key, no kid", sign(t, jose.RS256, ourKey(), "", claims), 0, "token.invalid"},
		{"another algorithm of our key", sign(t, jose.PS256, ourKey(), kid, claims), 0, "token.invalid"},
		{"public key used as a shared secret", sign(t, jose.HS256, ourKey().N.Bytes(), kid, claims), 0, "token.invalid"},
		{"another issuer", sign(t, jose.RS256, ourKey(), kid, with(func(c *Claims) { c.Issuer = "https://evil.example/" })), 0, "token.invalid"},
		{"another tenant than its issuer's", sign(t, jose.RS256, ourKey(), kid, with(func(c *Claims) { c.Tenant = reseller })), 0, "token.invalid"},
		{"another audience", sign(t, jose.RS256, ourKey(), kid, with(func(c *Claims) { c.Audience = "https://example.org" })), 0, "token.audience"},
		{"no client", sign(t, jose.RS256, ourKey(), kid, with(func(c *Claims) { c.AppID = "" })), 0, "token.invalid"},
		{"no end", sign(t, jose.RS256, ourKey(), kid, with(func(c *Claims) { c.Expires = 0 })), 0, "token.expired"},
		{"an id token, or another kind", sign(t, jose.RS256, ourKey(), kid, with(func(c *Claims) { c.IDType = "" })), 0, "token.invalid"},
		{"claims not an object", sign(t, jose.RS256, ourKey(), kid, []int{1}), 0, "token.invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.wall.Set(start.Add(c.at))
			for range 2 { // the second time from memory
				if _, err := w.auth.Tokens.Verify(c.raw); code(err) != c.code {
					t.Errorf("got %q, want %q", code(err), c.code)
				}
			}
		})
	}
}

func mustDecode(t *testing.T, s string) string {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestKeyRotation(t *testing.T) {
	w := newWorld(t)
	old := w.token(t, v1)
	both := newTokens(t, w.wall, otherKey(), ourKey())
	if _, err := both.Verify(old); err != nil {
		t.Errorf("the former key no longer verifies: %v", err)
	}
	fresh, _, err := both.issue(v1, bearer{client: w.rows[appID], resource: graph})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.auth.Tokens.Verify(fresh); code(err) != "token.invalid" {
		t.Errorf("the former key signed: %v", err)
	}
	if _, err := newTokens(t, w.wall, otherKey()).Verify(old); code(err) != "token.invalid" {
		t.Errorf("a retired key verifies: %v", err)
	}
}

func TestRememberedTokensAreBounded(t *testing.T) {
	tokens := newTokens(t, newWorld(t).wall, ourKey())
	for i := range remembered + 100 {
		var sum [32]byte
		copy(sum[:], fmt.Sprint(i))
		tokens.remember(sum, Claims{})
	}
	if len(tokens.seen) != remembered {
		t.Errorf("%d kept, want %d", len(tokens.seen), remembered)
	}
}

func TestActor(t *testing.T) {
	w := newWorld(t)
	token := w.token(t, v2)
	for _, c := range []struct {
		name   string
		change func(*party.Client, *party.Partner)
		want   party.Actor
		code   string
	}{
		{"direct bill", func(*party.Client, *party.Partner) {}, party.Actor{Scope: party.NewScope(partner, ""), Kind: party.DirectBill, Roles: party.RolesOf("AA", "BA")}, ""},
		{"a partner that asks for people", func(_ *party.Client, p *party.Partner) { p.PeopleOnly = true }, party.Actor{
			Scope: party.NewScope(partner, ""), Kind: party.DirectBill, Roles: party.RolesOf("AA", "BA"), NeedsPerson: true,
		}, ""},
		{"and no longer", func(_ *party.Client, p *party.Partner) { p.PeopleOnly = false }, party.Actor{
			Scope: party.NewScope(partner, ""), Kind: party.DirectBill, Roles: party.RolesOf("AA", "BA"),
		}, ""},
		{"roles taken away since", func(c *party.Client, _ *party.Partner) { c.Roles = party.RolesOf() }, party.Actor{Scope: party.NewScope(partner, ""), Kind: party.DirectBill, Roles: party.RolesOf()}, ""},
		{"reseller works inside its provider", func(_ *party.Client, p *party.Partner) { p.Kind, p.Provider = party.IndirectReseller, reseller }, party.Actor{Scope: party.NewScope(reseller, partner), Kind: party.IndirectReseller, Roles: party.RolesOf()}, ""},
		{"reseller without a provider", func(_ *party.Client, p *party.Partner) { p.Provider = "" }, party.Actor{}, "token.invalid"},
		{"client moved to another partner", func(c *party.Client, p *party.Partner) { p.Kind, c.Partner = party.DirectBill, reseller }, party.Actor{}, "token.invalid"},
		{"disabled at once", func(c *party.Client, _ *party.Partner) { c.Partner, c.Disabled = partner, true }, party.Actor{}, "client.disabled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.change(c.change)
			got, err := w.auth.Actor(t.Context(), token)
			if code(err) != c.code {
				t.Fatalf("got %q, want %q", code(err), c.code)
			}
			if err == nil {
				c.want.Client, c.want.Name = appID, "script"
			}
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(party.Scope{})); diff != "" {
				t.Error(diff)
			}
		})
	}
	delete(w.rows, appID)
	if _, err := w.auth.Actor(t.Context(), token); code(err) != "client.disabled" {
		t.Errorf("removed: %v", err)
	}
	w.err = fmt.Errorf("disk on fire")
	if _, err := w.auth.Actor(t.Context(), token); fault.Of(err) != nil || err == nil {
		t.Errorf("a failure of ours is told as the caller's: %v", err)
	}
}

func TestBearer(t *testing.T) {
	for header, want := range map[string]string{"Bearer abc": "abc", "bearer  abc ": "abc", "Basic abc": "", "": "", "Bearer": "", "abc": ""} {
		if got := Bearer(header); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}

func TestSecretHash(t *testing.T) {
	plain, secret := NewSecret()
	other, _ := NewSecret()
	hash := SecretHash(secret.Hash)
	if !hash.Matches(plain) || hash.Matches(other) || hash.Matches("") || strings.Contains(string(hash), plain) || len(plain) != 46 {
		t.Errorf("%d characters", len(plain))
	}
	if again := hashSecret(plain, []byte("0123456789abcdef")); again == hash || !again.Matches(plain) {
		t.Error("the salt does nothing")
	}
	for _, damaged := range []SecretHash{"", "sha256:", SecretHash(plain), hash[:len(hash)-1], "md5" + hash[6:], hash + ":"} {
		if damaged.Matches(plain) || damaged.Matches("") {
			t.Errorf("%q matches", damaged)
		}
	}
}
