package web_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

func TestAuthenticatorAppIsSetUp(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	page := b.get("/me/app")
	b.has(page, 200, `class="square"`, "Read the code with your app")
	if page.header.Get("Cache-Control") != "no-store" || page.header.Get("Content-Encoding") != "" {
		t.Error("a page with a secret may be kept")
	}
	secret := regexp.MustCompile(`name="secret" value="([A-Z2-7]{32})"`).FindStringSubmatch(page.body)
	if secret == nil {
		t.Fatal("no secret")
	}
	for _, short := range []string{"", "AAAAAAAA"} { // only what we make is taken
		code, err := totp.GenerateCode(short, c.wall.Now())
		if err != nil {
			t.Fatal(err)
		}
		b.has(b.post("/me/app", "secret", short, "code", code), 422)
	}
	again := b.post("/me/app", "secret", secret[1], "code", "000000")
	b.has(again, 403, `href="#f-code"`, secret[1], `class="square"`) // the same secret once more
	code, err := totp.GenerateCode(secret[1], c.wall.Now())
	if err != nil {
		t.Fatal(err)
	}
	b.has(b.post("/me/app", "secret", secret[1], "code", code), 200, "From now on signing in takes a code")
	b.has(b.get("/me/app"), 200, "An authenticator app is set up")
	name := regexp.MustCompile(`p[0-9a-f]{8}@[0-9a-f]{8}\.example`).FindString(b.get("/me").body)
	other := c.stranger()
	if a := other.post("/sign-in", "name", name, "password", password, "next", "/me"); strings.Contains(a.body, "Where you are signed in") {
		t.Error("the password alone signs in")
	}
	c.wall.Set(now.Add(6 * time.Minute))
	if a := b.post("/me/app/remove"); !strings.HasPrefix(a.path, "/step-up") {
		t.Errorf("without a fresh proof it leads to %s", a.path)
	}
}

// A language that somebody chose is theirs: on another browser too, whatever that asks for.
func TestLanguageIsThePersons(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.SalesAgent)
	b.has(b.get("/customers"), 200, `<html lang="en">`)
	b.has(b.post("/language", "language", "ru", "next", "/me"), 200, `<html lang="ru">`)
	name := regexp.MustCompile(`p[0-9a-f]{8}@[0-9a-f]{8}\.example`).FindString(b.get("/me").body)
	other := c.stranger()
	other.lang = "fr"
	other.has(other.get("/"), 200, `<html lang="fr">`)
	other.post("/sign-in", "name", name, "password", password, "next", "/")
	other.has(other.get("/me"), 200, `<html lang="ru">`)
	if a := other.post("/language", "language", "xx", "next", "/me"); !strings.Contains(a.body, `<html lang="en">`) {
		t.Error("a language that is none of ours is not English")
	}
}

// Single keys are switched off for the person, wherever they sign in; Ctrl K stays (WCAG 2.1.4).
func TestKeysAreSwitchedOff(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.SalesAgent)
	b.has(b.get("/customers"), 200, `<nav id="jumps" hidden>`, `<dialog id="keys"`)
	b.has(b.get("/me"), 200, `name="keys" value="1" checked`)
	b.has(b.post("/me/keys"), 200, "Single keys do nothing any more.")
	name := regexp.MustCompile(`p[0-9a-f]{8}@[0-9a-f]{8}\.example`).FindString(b.get("/me").body)
	other := c.stranger()
	other.post("/sign-in", "name", name, "password", password, "next", "/")
	for _, who := range []*browser{b, other} {
		page := who.get("/customers")
		who.has(page, 200, `id="find"`)
		if strings.Contains(page.body, `id="jumps"`) || strings.Contains(page.body, `<dialog id="keys"`) {
			t.Error("single keys still lead somewhere")
		}
		sheet := who.get("/keys")
		who.has(sheet, 200, "<kbd>Ctrl K</kbd>", "switched single keys off")
		if strings.Contains(sheet.body, "<kbd>j</kbd>") {
			t.Error("the sheet lists what does not work")
		}
	}
	b.has(b.post("/me/keys", "keys", "1"), 200, `id="jumps"`, `name="keys" value="1" checked`)
	b.has(b.get("/keys"), 200, "<kbd>j</kbd>", "can be switched off")
}
