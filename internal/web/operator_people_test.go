package web_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// The operator ends one session of somebody who lost a device, or all of them; who proved nothing ends none (R15).
func TestR15SessionsAreEnded(t *testing.T) {
	c := open(t)
	o := c.ops(party.OperatorAdmin)
	agent := c.as(c.seeded.Partner, "", party.GlobalAdmin)
	name := regexp.MustCompile(`p[0-9a-f]{8}@[0-9a-z.-]+example`).FindString(agent.get("/me").body)
	if name == "" {
		t.Fatal("nobody is signed in")
	}
	other := c.stranger()
	other.post("/sign-in", "name", name, "password", password, "next", "/")
	at := "/operator/security/people?" + url.Values{"name": {name}}.Encode()
	for _, lang := range []string{"fr", "ru", "en"} {
		o.lang = lang
		o.has(o.get("/operator/security/people"), 200)
		o.has(o.get(at), 200, c.seeded.Partner.Name)
	}
	o.has(o.get("/operator/security"), 200, `href="/operator/security/people"`)
	o.has(o.get("/operator/security/people?name=nobody@example.com"), 422, `href="#f-name"`, `value="nobody@example.com"`)
	sessions := regexp.MustCompile(`name="session" value="([^"]+)"`).FindAllStringSubmatch(o.get(at).body, -1)
	if len(sessions) != 2 {
		t.Fatalf("%d sessions", len(sessions))
	}
	out := func(b *browser) bool { return strings.HasPrefix(b.get("/me").path, "/sign-in") }
	o.has(o.post(at, "session", sessions[0][1]), 200)
	if out(agent) == out(other) {
		t.Error("one session was to end")
	}
	c.wall.Set(now.Add(time.Second)) // they signed in before that
	o.has(o.post(at, "once", "e1", "all", "1"), 200, "is signed out everywhere", "Not signed in anywhere")
	if !out(agent) || !out(other) {
		t.Error("a session goes on")
	}
	s := c.ops(party.SupportAgent)
	s.has(s.get(at), 403)
	s.has(s.post(at, "all", "1"), 403)
}
