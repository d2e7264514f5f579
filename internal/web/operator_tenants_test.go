package web_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// A partner is added on the console, its admin signs in with the password that was shown once, and while it is suspended its
// staff is let in nowhere; its customers are (R15).
func TestR15PartnersAreAddedAndSuspended(t *testing.T) {
	c := open(t)
	o := c.ops(party.OperatorAdmin)
	for _, lang := range []string{"fr", "ru", "en"} {
		o.lang = lang
		o.has(o.get("/operator/tenants/new"), 200)
	}
	fields := []string{"kind", "direct_bill", "country", "BR", "language", "fr", "day", "5", "first", "Ana", "last", "Lys"}
	with := func(pairs ...string) []string { return append(append([]string{}, fields...), pairs...) }
	o.has(o.post("/operator/tenants/new", with("name", "", "upn", "ana@verte.example")...), 422, `href="#f-name"`, `value="ana@verte.example"`)
	o.has(o.post("/operator/tenants/new", with("name", "Maison Verte", "upn", "ana")...), 422, `href="#f-upn"`, `value="Maison Verte"`)
	o.has(o.post("/operator/tenants/new", with("name", "Maison Verte", "upn", "ana@verte.example", "provider", string(c.seeded.Provider.ID))...), 422, `href="#f-provider"`)
	made := o.post("/operator/tenants/new", with("name", "Maison Verte", "upn", "ana@verte.example", "domain", "verte.example")...)
	o.has(made, 200, "Maison Verte is added", "shown this once")
	if cache := made.header.Get("Cache-Control"); cache != "no-store" {
		t.Errorf("a password is kept: %q", cache)
	}
	secret := regexp.MustCompile(`<dt>Password</dt><dd>(?:<[^>]*>)*([^<]+)<`).FindStringSubmatch(made.body)
	tenant := regexp.MustCompile(`href="(/operator/tenants/[0-9a-f-]{36})"`).FindStringSubmatch(made.body)
	if secret == nil || tenant == nil {
		t.Fatalf("no password, or no way on: %s", made.body)
	}
	o.has(o.get("/operator/tenants"), 200, "Maison Verte", "Active")
	o.has(o.get(tenant[1]), 200, "Brazil", "Suspend the partner")
	sign := func() (*browser, answer) {
		b := c.stranger()
		return b, b.post("/sign-in", "name", "ana@verte.example", "password", secret[1], "next", "/")
	}
	if _, a := sign(); !strings.Contains(a.body, `name="chosen"`) {
		t.Fatalf("the first sign-in asks for no other password: %.3000s", a.body)
	}

	staff := c.as(party.Partner{ID: id.Partner(strings.TrimPrefix(tenant[1], "/operator/tenants/"))}, "", party.GlobalAdmin)
	staff.has(staff.get("/account/users"), 200, "Ana Lys")
	o.has(o.get(tenant[1]+"/suspend"), 200, "Suspend Maison Verte?", "its customers keep their portal")
	o.has(o.post(tenant[1]+"/state", "once", "s0", "act", "erase"), 422)
	o.has(o.post(tenant[1]+"/state", "once", "s1", "act", "suspend", "typed", "Maison"), 422, `href="#f-typed"`, "Nothing was done.")
	o.has(o.post(tenant[1]+"/state", "once", "s1", "act", "suspend", "typed", "Maison Verte"), 200, "Maison Verte is suspended.", "Suspended since")
	if a := staff.get("/account/users"); !strings.HasPrefix(a.path, "/sign-in") {
		t.Errorf("a suspended partner's staff is let in: %s", a.path)
	}
	if _, a := sign(); !strings.Contains(a.body, "switched off") {
		t.Errorf("a suspended partner's staff signs in: %.3000s", a.body)
	}
	o.has(o.post(tenant[1]+"/state", "once", "s2", "act", "reactivate"), 200, "is let in again", "Suspend the partner")
	staff.has(staff.get("/account/users"), 200)

	mine := "/operator/tenants/" + string(c.seeded.Partner.ID)
	customer := c.as(c.seeded.Partner, c.seeded.Customers[0].ID, party.CustomerGlobal)
	agent := c.as(c.seeded.Partner, "", party.AdminAgent)
	o.has(o.post(mine+"/state", "once", "s3", "act", "suspend", "typed", c.seeded.Partner.Name), 200)
	customer.has(customer.get("/portal"), 200)
	if a := agent.get("/customers"); !strings.HasPrefix(a.path, "/sign-in") {
		t.Errorf("an agent of a suspended partner reads customers: %s", a.path)
	}
	o.has(o.get(mine), 200, "Open documents")

	seen := regexp.MustCompile(`name="version" value="(\d+)"><input type="hidden" name="seen" value="([^"]+)"`).FindStringSubmatch(o.get(mine).body)
	if seen == nil {
		t.Fatal("the form does not say what it shows")
	}
	o.has(o.post(mine+"/settings", "once", "t0", "rate", "41", "version", seen[1], "seen", seen[2]), 200)
	o.has(o.post(mine+"/settings", "once", "t00", "rate", "42", "version", seen[1], "seen", seen[2]), 409, "41", `value="42"`)
	o.has(o.post(mine+"/settings", "once", "t1", "rate", "x"), 422, `href="#f-rate"`)
	o.has(o.post(mine+"/settings", "once", "t2", "rate", "600", "people", "1"), 200, "The limits are set.", `value="600"`)
	s := c.ops(party.SupportAgent)
	s.has(s.get("/operator/tenants/new"), 403)
	s.has(s.post(mine+"/state", "act", "reactivate"), 403)
}
