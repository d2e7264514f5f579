package identity_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/identity"
)

func TestCodeFlow(t *testing.T) {
	centres(t, nil, func(c *centre) {
		r := c.get(ask("prompt", "login", "login_hint", "ana@p.example"))
		if r.status != http.StatusSeeOther || r.location().Path != identity.SignInPath {
			c.Fatalf("not sent to sign in: %d %s", r.status, r.location())
		}
		page := c.get(r.location().String())
		if page.status != 200 || !strings.Contains(page.body, `value="ana@p.example"`) ||
			!strings.Contains(page.header.Get("Content-Security-Policy"), "form-action 'self' https://app.example;") && !strings.HasSuffix(page.header.Get("Content-Security-Policy"), "form-action 'self' https://app.example") {
			c.Errorf("%d %s\n%s", page.status, page.header.Get("Content-Security-Policy"), page.body)
		}
		next := r.location().Query().Get("next")
		r = c.post("/sign-in", "name", "Ana@P.example", "password", pass, "next", next)
		if r.status != http.StatusSeeOther || r.location().String() != next || strings.Contains(next, "prompt") {
			c.Fatalf("%d %s", r.status, r.location())
		}
		r = c.get(next)
		to := r.location()
		if r.status != http.StatusFound || !strings.HasPrefix(to.String(), back+"&") || to.Query().Get("state") != "a b&c" || r.header.Get("Cache-Control") != "no-store" {
			c.Fatalf("%d %s %v", r.status, to, r.header)
		}
		r = c.redeem(to.Query().Get("code"))
		got := c.told(r)
		if r.header.Get("Cache-Control") != "no-store" || got.Type != "Bearer" || got.Expires != 3600 || got.Refresh == "" || got.Info == "" || got.Scope != api+"/user_impersonation" {
			c.Errorf("%+v", got)
		}
		claims := c.claims(got.Access)
		for name, want := range map[string]any{
			"aud": api, "azp": webApp, "azpacr": "1", "idtyp": "user", "oid": "u1", "preferred_username": "ana@p.example", "upn": "ana@p.example",
			"scp": "user_impersonation", "tid": partner, "ver": "2.0", "exp": float64(noon.Add(time.Hour).Unix()),
		} {
			if claims[name] != want {
				c.Errorf("access token: %s is %v, want %v", name, claims[name], want)
			}
		}
		claims = c.claims(got.ID)
		for name, want := range map[string]any{
			"aud": webApp, "iss": c.url + "/" + partner + "/v2.0", "nonce": "n-1", "oid": "u1", "preferred_username": "ana@p.example", "name": "Name of ana@p.example",
		} {
			if claims[name] != want {
				c.Errorf("id token: %s is %v, want %v", name, claims[name], want)
			}
		}
		actor, err := c.auth.Actor(t.Context(), got.Access)
		want := party.Actor{
			Scope: party.NewScope(partner, ""), Kind: party.DirectBill, Client: webApp, User: "u1", Name: "ana@p.example", Alias: "alias of ana@p.example",
			Roles: party.RolesOf(party.AdminAgent), Proved: true, // GA is the person's alone, BA the client's
		}
		if diff := cmp.Diff(want, actor, cmp.AllowUnexported(party.Scope{})); err != nil || diff != "" {
			c.Errorf("%v\n%s", err, diff)
		}
		if _, err := c.auth.Actor(t.Context(), got.ID); code(err) != "token.invalid" {
			c.Errorf("an id token passes for an access token: %v", err)
		}
		if again := c.told(c.refresh(got.Refresh)); again.Refresh == got.Refresh || c.claims(again.ID)["nonce"] != nil {
			c.Errorf("not rotated: %+v", again)
		}
	})
}

func TestV1CodeFlowAllNumbersAreStrings(t *testing.T) {
	centres(t, nil, func(c *centre) {
		c.signIn("ana@p.example")
		v1 := strings.Replace(ask("scope", "", "nonce", "", "resource", "https://graph.windows.net", "response_mode", "fragment"), "/v2.0", "", 1)
		r := c.get(v1)
		fragment, err := url.ParseQuery(r.location().Fragment)
		if err != nil || fragment.Get("code") == "" {
			c.Fatalf("%d %s", r.status, r.location())
		}
		r = c.post("/"+partner+"/oauth2/token", "grant_type", "authorization_code", "client_id", webApp, "client_secret", c.secret,
			"code", fragment.Get("code"), "redirect_uri", back, "code_verifier", verifier)
		var got map[string]string
		if err := json.Unmarshal([]byte(r.body), &got); err != nil {
			c.Fatalf("%d %s", r.status, r.body)
		}
		if got["expires_in"] != "3600" || got["expires_on"] != "1772370000" || got["resource"] != "https://graph.windows.net" || got["refresh_token"] == "" ||
			got["id_token"] == "" || got["scope"] != "user_impersonation" {
			c.Errorf("%v", got)
		}
		if c.claims(got["access_token"])["unique_name"] != "ana@p.example" {
			c.Errorf("%v", c.claims(got["access_token"]))
		}
		r = c.post("/common/oauth2/token", "grant_type", "refresh_token", "client_id", webApp, "client_secret", c.secret, "refresh_token", got["refresh_token"], "resource", api)
		if r.status != 200 || !strings.Contains(r.body, `"resource":"`+api+`"`) {
			c.Errorf("another resource: %d %s", r.status, r.body)
		}
	})
}

func TestAuthorizeRefused(t *testing.T) {
	centres(t, nil, func(c *centre) {
		c.signIn("ana@p.example")
		for _, q := range []struct{ name, address, tells string }{
			{"unknown client", ask("client_id", "aa000000-0000-4000-8000-00000000000f"), "AADSTS700016"},
			{"no client", ask("client_id", ""), "AADSTS900144"},
			{"another tenant", strings.Replace(ask(), partner, other, 1), "AADSTS700016"},
			{"G57 redirect of nobody", ask("redirect_uri", "https://evil.example/cb"), "AADSTS50011"},
			{"G57 redirect that begins alike", ask("redirect_uri", back+"&more=1"), "AADSTS50011"},
			{"G57 redirect one letter larger", ask("redirect_uri", "https://app.example/CB?x=1"), "AADSTS50011"},
			{"G57 redirect on another port", ask("redirect_uri", "https://app.example:8443/cb?x=1"), "AADSTS50011"},
			{"no redirect", ask("redirect_uri", ""), "AADSTS50011"},
			{"G57 a desktop's port for a path that is not registered", ask("client_id", desktop, "redirect_uri", "http://localhost:99/x"), "AADSTS50011"},
			{"G57 a desktop's port with a name in front", ask("client_id", desktop, "redirect_uri", "http://evil.example@localhost:99"), "AADSTS50011"},
			{"twice", ask() + "&client_id=x", "AADSTS90014"},
		} {
			r := c.get(q.address)
			if r.status != 400 || r.header.Get("Location") != "" || !strings.Contains(r.body, q.tells) {
				c.Errorf("%s: %d %q %s", q.name, r.status, r.header.Get("Location"), r.body)
			}
		}
		for _, q := range []struct{ name, address, word string }{
			{"implicit", ask("response_type", "token"), "unsupported_response_type"},
			{"hybrid", ask("response_type", "code id_token"), "unsupported_response_type"},
			{"plain challenge", ask("code_challenge_method", "plain"), "invalid_request"},
			{"challenge without a method is plain", ask("code_challenge_method", ""), "invalid_request"},
			{"short challenge", ask("code_challenge", "abc"), "invalid_request"},
			{"public client without a challenge", ask("client_id", desktop, "redirect_uri", "http://localhost:1234", "code_challenge", "", "code_challenge_method", ""), "invalid_request"},
			{"another resource", ask("scope", "https://graph.microsoft.com/User.Read"), "invalid_scope"},
			{"two resources", ask("scope", api+"/.default https://graph.windows.net/.default"), "invalid_scope"},
			{"response mode", ask("response_mode", "web_message"), "invalid_request"},
			{"request object", ask("request", "x.y.z"), "request_not_supported"},
		} {
			r := c.get(q.address)
			if got := r.location().Query(); r.status != http.StatusFound || got.Get("error") != q.word || got.Get("state") != "a b&c" || got.Get("code") != "" {
				c.Errorf("%s: %d %s", q.name, r.status, r.location())
			}
		}
		for _, allowed := range []string{"http://localhost:1234", "http://localhost", "msalaa://auth"} {
			if r := c.get(ask("client_id", desktop, "redirect_uri", allowed)); r.status != http.StatusFound || !strings.HasPrefix(r.header.Get("Location"), allowed+"?code=") {
				c.Errorf("%s: %d %s", allowed, r.status, r.header.Get("Location"))
			}
		}
		r := c.get(ask("response_mode", "form_post"))
		if r.status != 200 || !strings.Contains(r.body, `action="https://app.example/cb?x=1"`) || !strings.Contains(r.body, `name="state" value="a b&amp;c"`) || !strings.Contains(r.body, "Web &lt;app&gt;") {
			c.Errorf("form_post: %d %s", r.status, r.body)
		}
		c.newBrowser()
		if r := c.get(ask("prompt", "none")); r.location().Query().Get("error") != "login_required" {
			c.Errorf("prompt=none: %s", r.location())
		}
		for _, stranger := range []string{"eve@other.example", "sam@p.example", "cga@c.example"} { // another partner's; no role in common
			c.newBrowser()
			c.signIn(stranger)
			if r := c.get(ask()); r.status != 403 || !strings.Contains(r.body, stranger) || r.header.Get("Location") != "" {
				c.Errorf("%s: %d %s", stranger, r.status, r.body)
			}
			if r := c.get(ask("prompt", "none")); r.location().Query().Get("error") != "access_denied" {
				c.Errorf("%s: %s", stranger, r.location())
			}
		}
	})
}

func TestCodeIsGoodOnce(t *testing.T) {
	centres(t, nil, func(c *centre) {
		c.signIn("ana@p.example")
		for _, q := range []struct {
			name    string
			changes []string
			word    string
		}{
			{"wrong verifier", []string{"code_verifier", strings.Repeat("x", 43)}, "invalid_grant"},
			{"no verifier", []string{"code_verifier", ""}, "invalid_grant"},
			{"the challenge as verifier", []string{"code_verifier", challenge}, "invalid_grant"},
			{"another redirect", []string{"redirect_uri", "https://app.example/cb"}, "invalid_grant"},
			{"no redirect", []string{"redirect_uri", ""}, "invalid_grant"},
			{"another client's", []string{"client_id", desktop, "client_secret", ""}, "invalid_grant"},
			{"no secret", []string{"client_secret", ""}, "invalid_client"},
			{"wrong secret", []string{"client_secret", "cs_x"}, "invalid_client"},
			{"as a refresh token", []string{"grant_type", "refresh_token"}, "invalid_request"},
			{"no code", []string{"code", ""}, "invalid_request"},
			{"made up", []string{"code", "ac_x"}, "invalid_grant"},
		} {
			code := c.code(ask())
			if r := c.redeem(code, q.changes...); r.word() != q.word {
				c.Errorf("%s: %d %s", q.name, r.status, r.body)
			}
			if q.name != "made up" && c.redeem(code).status != 200 {
				c.Errorf("%s: a refusal used the code up", q.name)
			}
		}
		code := c.code(ask("code_challenge", "", "code_challenge_method", ""))
		if r := c.redeem(code); r.word() != "invalid_grant" {
			c.Errorf("a verifier without a challenge: %s", r.body)
		}

		code = c.code(ask())
		first := c.told(c.redeem(code))
		if r := c.redeem(code); r.status != 400 || r.word() != "invalid_grant" || !strings.Contains(r.body, "AADSTS54005") {
			c.Errorf("replayed: %d %s", r.status, r.body)
		}
		if r := c.refresh(first.Refresh); r.word() != "invalid_grant" {
			c.Errorf("what came of a replayed code still works: %s", r.body)
		}

		code = c.code(ask())
		c.wall.Advance(identity.CodeLife - time.Microsecond)
		if r := c.redeem(code); r.status != 200 {
			c.Errorf("last microsecond: %s", r.body)
		}
		code = c.code(ask())
		c.wall.Advance(identity.CodeLife)
		if r := c.redeem(code); !strings.Contains(r.body, "AADSTS70008") {
			c.Errorf("expired on the dot: %s", r.body)
		}
	})
}

func TestCodeRedeemedByManyAtOnce(t *testing.T) {
	centres(t, nil, func(c *centre) {
		c.signIn("ana@p.example")
		code := c.code(ask())
		var group sync.WaitGroup
		got := make([]reply, 8)
		for i := range got {
			group.Go(func() { got[i] = c.redeem(code) })
		}
		group.Wait()
		n := 0
		for _, r := range got {
			if r.status == 200 {
				n++
			} else if r.word() != "invalid_grant" {
				c.Errorf("%d %s", r.status, r.body)
			}
		}
		if n > 1 {
			c.Errorf("redeemed %d times", n)
		}
	})
}

func TestReusedRefreshTokenEndsTheFamily(t *testing.T) {
	centres(t, nil, func(c *centre) {
		c.signIn("ana@p.example")
		stolen := c.told(c.redeem(c.code(ask()))).Refresh
		elsewhere := c.told(c.redeem(c.code(ask()))).Refresh
		second := c.told(c.refresh(stolen)).Refresh
		third := c.told(c.refresh(second)).Refresh
		if r := c.refresh(stolen); r.status != 400 || r.word() != "invalid_grant" {
			c.Errorf("reused: %d %s", r.status, r.body)
		}
		if r := c.refresh(third); r.word() != "invalid_grant" {
			c.Errorf("the family lives on: %s", r.body)
		}
		if r := c.refresh(elsewhere); r.status != 200 {
			c.Errorf("another sign-in ended too: %s", r.body)
		}
		if !strings.Contains(c.log.String(), "brought twice") {
			c.Error("nothing in the log")
		}
	})
}

func TestRefreshTokenEnds(t *testing.T) {
	centres(t, nil, func(c *centre) {
		c.signIn("ana@p.example")
		fresh := func() string {
			c.signIn("ana@p.example")
			return c.told(c.redeem(c.code(ask()))).Refresh
		}
		token := fresh()
		c.wall.Advance(identity.RefreshLife - time.Microsecond)
		if r := c.refresh(token); r.status != 200 {
			c.Errorf("last microsecond: %s", r.body)
		}
		token = fresh()
		c.wall.Advance(identity.RefreshLife)
		if r := c.refresh(token); r.word() != "invalid_grant" {
			c.Errorf("expired on the dot: %s", r.body)
		}
		for _, q := range []struct {
			name   string
			change func(*party.Person)
		}{
			{"switched off", func(p *party.Person) { p.State = party.PersonInactive }},
			{"deleted", func(p *party.Person) { p.State = party.PersonDeleted }},
			{"signed out everywhere", func(p *party.Person) { p.SignedOutAt = c.wall.Now().Add(time.Microsecond) }},
		} {
			signedIn := c.told(c.redeem(c.codeOf(fresh)))
			c.change("u1", q.change)
			if r := c.refresh(signedIn.Refresh); r.word() != "invalid_grant" || !strings.Contains(r.body, "AADSTS50173") {
				c.Errorf("%s: %d %s", q.name, r.status, r.body)
			}
			if _, err := c.auth.Actor(t.Context(), signedIn.Access); code(err) != "person.gone" {
				c.Errorf("%s: the access token stands for somebody: %v", q.name, err)
			}
			c.change("u1", func(p *party.Person) { p.State = party.PersonActive })
			c.wall.Advance(time.Second)
		}
		token = fresh()
		c.change("u1", func(p *party.Person) { p.Roles = party.RolesOf(party.SalesAgent) })
		actor, err := c.auth.Actor(t.Context(), c.told(c.refresh(token)).Access)
		if err != nil || len(actor.Roles) != 0 {
			c.Errorf("roles taken away since: %v %v", actor.Roles, err)
		}
	})
}

// codeOf signs in by fresh and gets a code.
func (c *centre) codeOf(fresh func() string) string {
	c.Helper()
	fresh()
	return c.code(ask())
}

func TestPublicClient(t *testing.T) {
	centres(t, nil, func(c *centre) {
		c.signIn("ana@p.example")
		address := ask("client_id", desktop, "redirect_uri", "http://localhost:5000")
		asDesktop := []string{"client_id", desktop, "client_secret", "", "redirect_uri", "http://localhost:5000"}
		got := c.told(c.redeem(c.code(address), asDesktop...))
		if c.claims(got.Access)["azpacr"] != "0" {
			c.Error("a public client proved itself")
		}
		if r := c.redeem(c.code(address), append(asDesktop, "client_secret", c.secret)...); r.word() != "invalid_client" {
			c.Errorf("with a secret: %s", r.body)
		}
		if r := c.refresh(got.Refresh, "client_id", desktop, "client_secret", ""); r.status != 200 {
			c.Errorf("refresh: %s", r.body)
		}
		if r := c.post("/common/oauth2/v2.0/token", "grant_type", "client_credentials", "client_id", desktop, "scope", api+"/.default"); r.word() != "invalid_client" {
			c.Errorf("for itself: %d %s", r.status, r.body)
		}
	})
}

func TestGenerateToken(t *testing.T) {
	centres(t, nil, func(c *centre) {
		access := c.told(c.post("/common/oauth2/v2.0/token", "grant_type", "client_credentials", "client_id", webApp, "client_secret", c.secret, "scope", api+"/.default")).Access
		c.wall.Advance(10 * time.Minute)
		r := c.send("POST", "/generatetoken", "grant_type=jwt_token", "Authorization", "Bearer "+access)
		got := c.told(r)
		if got.Expires != 3000 || r.header.Get("Cache-Control") != "no-store" {
			c.Errorf("%+v", got)
		}
		if _, err := c.auth.Actor(t.Context(), got.Access); err != nil {
			c.Error(err)
		}
		for _, q := range []struct{ name, body, bearer, word string }{
			{"no token", "grant_type=jwt_token", "", "invalid_grant"},
			{"made up", "grant_type=jwt_token", "Bearer x.y.z", "invalid_grant"},
			{"another grant", "grant_type=password", "Bearer " + access, "unsupported_grant_type"},
			{"no grant", "x=1", "Bearer " + access, "invalid_request"},
		} {
			if r := c.send("POST", "/generatetoken", q.body, "Authorization", q.bearer); r.word() != q.word {
				c.Errorf("%s: %d %s", q.name, r.status, r.body)
			}
		}
	})
}
