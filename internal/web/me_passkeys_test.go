package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// The page tells of passkeys where they work; what a browser's script does on it stands in e2e/browser.
func TestPasskeysPage(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	b.has(b.get("/me"), 200, `href="/me/passkeys"`)
	page := b.get("/me/passkeys")
	b.has(page, 200, "No passkey yet", "do not work at this server")
	if strings.Contains(page.body, "data-passkey") {
		t.Error("one can be added where they do not work")
	}
	c.people.URL = "http://localhost"
	b.has(b.get("/me/passkeys"), 200, `data-passkey="create"`, `data-ask="/me/passkeys/ask"`, "/static/passkey.")
	ask := b.post("/me/passkeys/ask")
	b.has(ask, 200, `"challenge"`, `"token"`)
	if ask.header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(ask.header.Get("Content-Type"), "application/json") {
		t.Errorf("%v", ask.header)
	}
	b.has(b.post("/me/passkeys", "name", " ", "token", "x", "answer", "{}"), 422, `href="#f-name"`)
	b.has(b.post("/me/passkeys", "name", "My laptop", "token", "x", "answer", "{}"), 403, "took too long", `value="My laptop"`)
	if a := b.post("/me/passkeys/none", "name", "x"); a.status != 404 {
		t.Errorf("a passkey that is not there: %d", a.status)
	}
	c.wall.Set(now.Add(6 * time.Minute))
	if a := b.get("/me/passkeys"); !strings.HasPrefix(a.path, "/step-up") {
		t.Errorf("without a fresh proof it leads to %s", a.path)
	}
}
