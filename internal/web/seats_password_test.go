package web_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// TestR11PasswordOfACustomersUser has another password made for one of a customer's people, by the partner and on the
// customer's own pages: it is shown once and lets them in, the one before does not; nobody makes their own there.
func TestR11PasswordOfACustomersUser(t *testing.T) {
	c := open(t)
	atelier := c.seeded.Customers[1]
	at := "/customers/" + string(atelier.ID) + "/users"
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	one := b.lise(at)
	shown := func(who *browser, path string) string {
		t.Helper()
		a := who.press(who.get(path), path+"/password")
		who.has(a, 200, "New password", "shown this once", "lise@atelier.example")
		secret := regexp.MustCompile(`Password</dt><dd[^>]*>(?:<[^>]*>)*([^<\s]+)`).FindStringSubmatch(a.body)
		if secret == nil {
			t.Fatalf("no password is shown: %s", a.body)
		}
		return secret[1]
	}
	enters := func(password string) bool {
		other := c.stranger()
		a := other.post("/sign-in", "name", "lise@atelier.example", "password", password, "next", "/")
		return strings.Contains(a.body, `name="chosen"`) // another is to be chosen at the first sign-in
	}
	second := shown(b, one)
	if enters(lisesPassword) || !enters(second) {
		t.Error("the old password lets in, or the new one does not")
	}
	own := c.as(c.seeded.Partner, atelier.ID, party.CustomerGlobal)
	mine := strings.Replace(one, at, "/portal/users", 1)
	third := shown(own, mine)
	if third == second || enters(second) || !enters(third) {
		t.Error("on the customer's own pages: the old password lets in, or the new one does not")
	}
	me := regexp.MustCompile(`href="(/portal/users/[0-9a-f-]{36})">Pat &lt;Tester`).FindStringSubmatch(own.get("/portal/users").body)
	if me == nil {
		t.Fatal("the reader is not among the users")
	}
	if page := own.get(me[1]); strings.Contains(page.body, "/password") {
		t.Error("one's own password is made there")
	}
	own.has(own.post(me[1]+"/password"), 422)
	sales := c.as(c.seeded.Partner, "", party.SalesAgent)
	sales.has(sales.post(one+"/password"), 403)
}

// R04 R11: a helpdesk agent makes no password of somebody who sees keys on the portal; an admin agent, who reveals keys, does.
func TestR04PasswordOfWhoSeesKeys(t *testing.T) {
	c := open(t)
	atelier := c.seeded.Customers[1]
	at := "/customers/" + string(atelier.ID) + "/users"
	c.as(c.seeded.Partner, atelier.ID, party.CustomerGlobal)
	desk := c.as(c.seeded.Partner, "", party.HelpdeskAgent)
	plain := desk.lise(at)
	found := regexp.MustCompile(`href="(` + at + `/[0-9a-f-]{36})">Pat &lt;Tester`).FindStringSubmatch(desk.get(at).body)
	if found == nil {
		t.Fatal("the global admin is not among the users")
	}
	keys := found[1] + "/password"
	if page := desk.get(found[1]); strings.Contains(page.body, keys) {
		t.Error("a helpdesk agent is offered a password of who sees keys")
	}
	desk.has(desk.post(keys), 403, "roles above your own")
	desk.has(desk.press(desk.get(plain), plain+"/password"), 200, "shown this once")
	agent := c.as(c.seeded.Partner, "", party.AdminAgent)
	agent.has(agent.press(agent.get(found[1]), keys), 200, "shown this once")
}
