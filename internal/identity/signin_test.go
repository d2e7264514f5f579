package identity_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/identity"
)

func TestSignInPage(t *testing.T) {
	centres(t, nil, func(c *centre) {
		for language, want := range map[string][2]string{
			"": {"en", "Sign in"}, "fr-CA, en;q=0.5": {"fr", "Se connecter"}, "ru": {"ru", "Вход"}, "de": {"en", "Sign in"}, "fr;q=x": {"en", "Sign in"},
		} {
			r := c.get("/sign-in", "Accept-Language", language)
			policy := r.header.Get("Content-Security-Policy")
			if r.status != 200 || !strings.Contains(r.body, `lang="`+want[0]+`"`) || !strings.Contains(r.body, want[1]) {
				c.Errorf("%q: %d %s", language, r.status, r.body)
			}
			// The passkey button's script is the only one, and a file of our own.
			if strings.Count(r.body, "<script") != 1 || !strings.Contains(r.body, `<script src="/static/passkey.js" defer></script>`) ||
				!strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; ") || strings.Contains(policy, "unsafe") ||
				!strings.Contains(policy, "frame-ancestors 'none'") || !strings.HasSuffix(policy, "form-action 'self'") || r.header.Get("Cache-Control") != "no-store" {
				c.Errorf("%v", r.header)
			}
			for _, must := range []string{`<label for="name">`, `id="name"`, `<label for="password">`, `id="password"`, `autocomplete="current-password"`, `<main class="sheet" id="main">`, "<h1>"} {
				if !strings.Contains(r.body, must) {
					c.Errorf("%q: no %s", language, must)
				}
			}
		}
		r := c.post("/sign-in", "name", `"><b>x@p.example`, "password", "no", "next", `/"><i>`)
		if strings.Contains(r.body, "<b>x") || strings.Contains(r.body, "<i>") {
			c.Errorf("G55: %s", r.body)
		}
		for _, must := range []string{`role="alert"`, `href="#name"`, `aria-invalid="true"`, `<title>There is a problem`} {
			if r.status != 403 || !strings.Contains(r.body, must) {
				c.Errorf("%d: no %s in %s", r.status, must, r.body)
			}
		}
	})
}

func TestWhoGetsIn(t *testing.T) {
	centres(t, nil, func(c *centre) {
		wrong := c.post("/sign-in", "name", "ana@p.example", "password", "no").body
		for _, q := range []struct{ name, upn, password, says string }{
			{"wrong password", "ana@p.example", "no", "wrong"},
			{"no password", "ana@p.example", "", "wrong"},
			{"unknown name", "ana@p.example", "x", "wrong"},
			{"off, wrong password", "off@p.example", "no", "wrong"},
			{"off, right password", "off@p.example", pass, "switched off"},
		} {
			if r := c.post("/sign-in", "name", q.upn, "password", q.password); r.status != 403 || !strings.Contains(r.body, q.says) || r.header.Get("Set-Cookie") != "" {
				c.Errorf("%s: %d %s", q.name, r.status, r.body)
			}
		}
		nobody := c.post("/sign-in", "name", "nobody@p.example", "password", "no").body
		if strings.ReplaceAll(nobody, "nobody", "ana") != wrong {
			c.Errorf("one can tell that nobody has the name:\n%s\n%s", nobody, wrong)
		}
		for _, upn := range []string{"ana@p.example", "cga@c.example", "eve@other.example"} {
			c.newBrowser()
			c.signIn(upn)
			s, err := c.signed()
			if err != nil || s.Person.UPN != upn || s.Actor.Name != upn || s.Actor.Client != "" || !s.Actor.Proved {
				c.Errorf("%s: %v %+v", upn, err, s.Actor)
			}
		}
		c.newBrowser()
		c.signIn("cga@c.example")
		if s, err := c.signed(); err != nil || s.Actor.Customer == "" || s.Actor.Scope != party.NewScope(partner, "") || s.Actor.May(party.RevealKey) != nil {
			c.Errorf("a customer's admin: %v %+v", err, s)
		}
		r := c.send("POST", "/sign-in", form("name", "ana@p.example", "password", pass), "Sec-Fetch-Site", "cross-site")
		if r.status != 403 || r.header.Get("Set-Cookie") != "" {
			c.Errorf("G54: another site's form signs in: %d", r.status)
		}
		if r := c.send("POST", "/sign-in", form("name", "ana@p.example", "password", pass), "Origin", "https://evil.example"); r.status != 403 || r.header.Get("Set-Cookie") != "" {
			c.Errorf("G54: another origin's form signs in: %d", r.status)
		}
		r = c.post("/sign-in", "name", "ana@p.example", "password", pass)
		if k := r.header.Get("Set-Cookie"); !strings.HasPrefix(k, "__Host-comptoir=") || !strings.Contains(k, "; HttpOnly; Secure; SameSite=Lax") || !strings.Contains(k, "Path=/;") || strings.Contains(k, "Domain") {
			c.Errorf("cookie %q", k)
		}
	})
}

func TestG57SignInGoesOnHereAlone(t *testing.T) {
	centres(t, nil, func(c *centre) {
		for next, want := range map[string]string{
			"/customers?x=1": "/customers?x=1", "": "/", "customers": "/", "//evil.example": "/", `/\evil.example`: "/", "https://evil.example/": "/",
			"/\t/evil.example": "/", "javascript:alert(1)": "/", "///evil.example": "/", "/%2f/evil.example": "/", "/./evil": "/evil",
			"http:/evil.example": "/", "/x\r\nSet-Cookie: a=b": "/", "/.//evil.example": "/evil.example",
		} {
			r := c.post("/sign-in", "name", "ana@p.example", "password", pass, "next", next)
			if got := r.header.Get("Location"); r.status != http.StatusSeeOther || got != want && strings.ToLower(got) != want {
				c.Errorf("%q: sent to %q, want %q", next, got, want)
			}
		}
	})
}

func TestG47BoundedTriesOfPeople(t *testing.T) {
	centres(t, nil, func(c *centre) {
		for _, upn := range []string{"ana@p.example", "nobody@p.example"} {
			var group sync.WaitGroup
			var mu sync.Mutex
			count := map[int]int{}
			for range 30 {
				group.Go(func() {
					r := c.post("/sign-in", "name", upn, "password", "guess")
					mu.Lock()
					defer mu.Unlock()
					count[r.status]++
				})
			}
			group.Wait()
			if count[403] != 10 || count[429] != 20 {
				c.Errorf("G47 %s: %v, want 10 evaluated", upn, count)
			}
		}
		r := c.post("/sign-in", "name", "ana@p.example", "password", pass)
		if r.status != 429 || r.header.Get("Retry-After") != "900" || !strings.Contains(r.body, "15 minutes") {
			c.Errorf("the right password while full: %d %v", r.status, r.header)
		}
		c.wall.Advance(15 * time.Minute)
		c.signIn("ana@p.example")
	})
}

func code6(c *centre, secret string) string {
	c.Helper()
	code, err := totp.GenerateCode(secret, c.wall.Now())
	if err != nil {
		c.Fatal(err)
	}
	return code
}

// enrol enrols an authenticator app for the person who is signed in, and gives its secret.
func (c *centre) enrol() string {
	c.Helper()
	s, err := c.signed()
	if err != nil {
		c.Fatal(err)
	}
	secret, uri := c.people.EnrolTOTP(s.Person)
	if u, err := url.Parse(uri); err != nil || u.Query().Get("secret") != secret || u.Scheme != "otpauth" {
		c.Errorf("%s", uri)
	}
	for _, short := range []string{"", "AAAAAAAA", secret[:24], secret[:31] + "\n", secret[:31] + "1", secret + "AAAAAAAA", strings.ToLower(secret)} {
		now, _ := totp.GenerateCode(short, c.wall.Now())
		if err := c.people.ConfirmTOTP(c.Context(), s, short, now); code(err) != "form.unreadable" {
			c.Errorf("enrolled with %q: %v", short, err)
		}
	}
	if err := c.people.ConfirmTOTP(c.Context(), s, secret, "000000"); code(err) != "signin.code" {
		c.Errorf("enrolled by a wrong code: %v", err)
	}
	if err := c.people.ConfirmTOTP(c.Context(), s, secret, code6(c, secret)); err != nil {
		c.Fatal(err)
	}
	return secret
}

func TestSecondFactor(t *testing.T) {
	centres(t, nil, func(c *centre) {
		c.signIn("ana@p.example")
		secret := c.enrol()
		if p, _, err := c.store.Person(t.Context(), "u1"); err != nil || strings.Contains(string(p.TOTP), secret) {
			c.Errorf("G42: the secret is stored in clear: %v", err)
		}
		c.newBrowser()
		ask := func() reply {
			return c.post("/sign-in", "name", "ana@p.example", "password", pass, "next", "/home")
		}
		r := ask()
		if r.status != 200 || half(r) == "" || r.header.Get("Set-Cookie") != "" || !strings.Contains(r.body, `autocomplete="one-time-code"`) {
			c.Fatalf("no second step: %d %s", r.status, r.body)
		}
		enter := func(r reply, code string) reply {
			return c.post("/sign-in", "half", half(r), "code", code, "next", "/home")
		}
		if got := enter(r, code6(c, secret)); got.status != 403 {
			c.Errorf("the code of the enrolment works again: %d", got.status)
		}
		c.wall.Advance(time.Minute)
		now := code6(c, secret)
		if got := enter(r, now[:3]+" "+now[3:]); got.status != http.StatusSeeOther || got.location().Path != "/home" {
			c.Errorf("%d %s", got.status, got.body)
		}
		if s, err := c.signed(); err != nil || s.Session.Method != "mfa" {
			c.Errorf("%v %+v", err, s.Session)
		}
		if got := enter(r, now); got.status != 403 {
			c.Errorf("a code works twice: %d", got.status)
		}
		c.wall.Advance(time.Minute)
		if got := enter(r, code6(c, secret)); got.status != http.StatusSeeOther {
			c.Errorf("another code: %d", got.status)
		}
		c.wall.Advance(10 * time.Minute)
		if got := enter(r, code6(c, secret)); got.status != 403 || !strings.Contains(got.body, "too long") {
			c.Errorf("a step of ten minutes ago: %d", got.status)
		}
		forged := strings.Replace(half(ask()), half(ask())[:4], "eyJ1", 1)
		for _, bad := range []string{"x", "x.y", forged[:len(forged)-2] + "AA", half(ask()) + "x"} {
			if got := c.post("/sign-in", "half", bad, "code", code6(c, secret)); got.status != 403 {
				c.Errorf("a forged step: %d", got.status)
			}
		}
		r = ask()
		c.change("u1", func(p *party.Person) { p.Password = identity.Credentials{}.HashPassword("another long one") })
		if got := enter(r, code6(c, secret)); got.status != 403 {
			c.Errorf("the password changed between the steps: %d", got.status)
		}
		c.change("u1", func(p *party.Person) { p.Password = identity.Credentials{}.HashPassword(pass) })
		c.wall.Advance(time.Hour)
		r = ask()
		codes := 0
		for range 20 {
			if got := enter(r, "000000"); got.status == 403 {
				codes++
			}
		}
		if codes != 10 {
			c.Errorf("G47: %d codes evaluated, want 10", codes)
		}
		if got := ask(); got.status != 429 {
			c.Errorf("G47: passwords are counted apart from codes: %d", got.status)
		}
		if _, err := c.people.SignIn(t.Context(), identity.Try{Name: "ana@p.example", Password: pass}); code(err) != "signin.wait" {
			c.Errorf("%v", err)
		}
	})
}

func TestPasswordOfSomebodyElsesChoice(t *testing.T) {
	centres(t, nil, func(c *centre) {
		r := c.post("/sign-in", "name", "new@p.example", "password", pass, "next", "/home")
		if r.status != 200 || half(r) == "" || !strings.Contains(r.body, `autocomplete="new-password"`) || r.header.Get("Set-Cookie") != "" {
			c.Fatalf("%d %s", r.status, r.body)
		}
		for _, q := range []struct{ name, chosen, again, says string }{
			{"differ", "a brand new one", "a brand new two", "differ"},
			{"weak", "short", "short", "too easy"},
			{"the same", pass, pass, "already"},
		} {
			if got := c.post("/sign-in", "half", half(r), "chosen", q.chosen, "again", q.again); got.status != 403 || !strings.Contains(got.body, q.says) || half(got) == "" {
				c.Errorf("%s: %d %s", q.name, got.status, got.body)
			}
		}
		if got := c.post("/sign-in", "half", half(r), "code", "123456"); got.status != 403 {
			c.Errorf("the step of one kind serves another: %d", got.status)
		}
		got := c.post("/sign-in", "half", half(r), "chosen", "a brand new one", "again", "a brand new one", "next", "/home")
		if got.status != http.StatusSeeOther || got.location().Path != "/home" {
			c.Fatalf("%d %s", got.status, got.body)
		}
		if _, err := c.people.SignIn(t.Context(), identity.Try{Name: "new@p.example", Password: pass}); code(err) != "signin.wrong" {
			c.Errorf("the old password: %v", err)
		}
		if _, err := c.people.SignIn(t.Context(), identity.Try{Name: "new@p.example", Password: "a brand new one"}); err != nil {
			c.Error(err)
		}
	})
}

func TestSessionEnds(t *testing.T) {
	centres(t, nil, func(c *centre) {
		alive := func(name string, want bool) {
			c.Helper()
			if _, err := c.signed(); (err == nil) != want || err != nil && code(err) != "session.over" {
				c.Errorf("%s: %v", name, err)
			}
		}
		c.signIn("ana@p.example")
		c.wall.Advance(identity.SessionIdle - time.Microsecond)
		alive("idle, last microsecond", true)
		c.wall.Advance(identity.SessionIdle)
		alive("idle on the dot", false)

		c.signIn("ana@p.example")
		begun := c.wall.Now()
		for c.wall.Now().Sub(begun) < identity.SessionLife-29*time.Minute {
			alive("in use", true)
			c.wall.Advance(25 * time.Minute)
		}
		alive("in use", true)
		c.wall.Set(begun.Add(identity.SessionLife - time.Microsecond))
		alive("twelve hours, last microsecond", true)
		c.wall.Set(begun.Add(identity.SessionLife))
		alive("twelve hours on the dot", false)

		c.signIn("ana@p.example")
		c.wall.Advance(-24 * time.Hour)
		alive("G10 a clock set back by a day", false)
		c.wall.Advance(24 * time.Hour)

		c.signIn("ana@p.example")
		c.change("u1", func(p *party.Person) { p.State = party.PersonInactive })
		alive("switched off", false)
		c.change("u1", func(p *party.Person) { p.State = party.PersonActive })
		alive("and on again", true)
		c.change("u1", func(p *party.Person) { p.SignedOutAt = c.wall.Now().Add(time.Microsecond) })
		alive("signed out everywhere", false)
		c.wall.Advance(time.Second)

		c.signIn("ana@p.example")
		if r := c.get("/sign-out"); r.status != 200 || !strings.Contains(r.body, "<button") {
			c.Errorf("GET /sign-out: %d", r.status)
		}
		alive("a link cannot sign out", true)
		if r := c.send("POST", "/sign-out", "", "Sec-Fetch-Site", "cross-site"); r.status != 403 {
			c.Errorf("another site signs out: %d", r.status)
		}
		u, _ := url.Parse(c.url)
		kept := c.client.Jar.Cookies(u)[0]
		if r := c.post("/sign-out"); r.status != 200 || !strings.Contains(r.header.Get("Set-Cookie"), "Max-Age=0") {
			c.Errorf("%d %v", r.status, r.header)
		}
		c.client.Jar.SetCookies(u, []*http.Cookie{{Name: kept.Name, Value: kept.Value, Path: "/", Secure: true}})
		alive("a kept cookie after signing out", false)
	})
}

func TestSessionsAreListedAndRevoked(t *testing.T) {
	centres(t, nil, func(c *centre) {
		c.signIn("ana@p.example")
		token := c.told(c.redeem(c.code(ask())))
		there := c.client.Jar
		c.newBrowser()
		c.wall.Advance(time.Minute)
		c.signIn("ana@p.example")
		here, err := c.signed()
		if err != nil {
			c.Fatal(err)
		}
		all, err := c.people.Sessions(t.Context(), here)
		if err != nil || len(all) != 2 || all[0].ID != here.Session.ID || all[0].Agent == "" {
			c.Fatalf("%v %+v", err, all)
		}
		c.wall.Advance(identity.ProofLife)
		if s, err := c.signed(); err != nil || s.Actor.Proved {
			c.Errorf("proved for more than five minutes: %v", err)
		}
		stale, _ := c.signed()
		for name, err := range map[string]error{
			"revoke others": c.people.RevokeOthers(t.Context(), stale), "drop": c.people.DropTOTP(t.Context(), stale),
			"enrol": c.people.ConfirmTOTP(t.Context(), stale, "JBSWY3DPEHPK3PXP", "000000"),
		} {
			if code(err) != "proof.needed" {
				c.Errorf("%s: %v", name, err)
			}
		}
		if r := c.get("/step-up?next=/x"); r.status != 200 || !strings.Contains(r.body, "ana@p.example") {
			c.Errorf("%d %s", r.status, r.body)
		}
		if r := c.post("/step-up", "password", "no", "next", "/x"); r.status != 403 {
			c.Errorf("%d", r.status)
		}
		if r := c.post("/step-up", "password", pass, "next", "/x"); r.status != http.StatusSeeOther || r.location().Path != "/x" {
			c.Errorf("%d %s", r.status, r.body)
		}
		proved, err := c.signed()
		if err != nil || !proved.Actor.Proved {
			c.Fatalf("%v", err)
		}
		if err := c.people.RevokeOthers(t.Context(), proved); err != nil {
			c.Fatal(err)
		}
		if _, err := c.signed(); err != nil {
			c.Errorf("the own session ended: %v", err)
		}
		c.client.Jar, there = there, c.client.Jar
		if _, err := c.signed(); code(err) != "session.over" {
			c.Errorf("the other session goes on: %v", err)
		}
		if r := c.refresh(token.Refresh); r.word() != "invalid_grant" {
			c.Errorf("tokens go on: %s", r.body)
		}
		c.client.Jar = there
		now, _ := c.signed()
		if err := c.people.ChangePassword(t.Context(), now, "no", "a brand new one"); code(err) != "signin.wrong" {
			c.Errorf("%v", err)
		}
		if err := c.people.ChangePassword(t.Context(), now, pass, "a brand new one"); err != nil {
			c.Error(err)
		}
		now, _ = c.signed()
		if err := c.people.Revoke(t.Context(), now, now.Session.ID); err != nil {
			c.Error(err)
		}
		if _, err := c.signed(); code(err) != "session.over" {
			c.Errorf("revoked: %v", err)
		}
		if r := c.get("/step-up"); r.status != http.StatusSeeOther || r.location().Path != "/sign-in" {
			c.Errorf("without a session: %d", r.status)
		}
	})
}
