package web_test

import (
	"regexp"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// In production the clock's page says why it is not moved, and who may not move one sees none (R21).
func TestR21ClockOfProduction(t *testing.T) {
	c := open(t)
	o, s := c.ops(party.OperatorAdmin), c.ops(party.SupportAgent)
	c.site.Sandbox = nil
	for _, lang := range []string{"fr", "ru", "en"} {
		o.lang = lang
		o.has(o.get("/operator/clock"), 200)
	}
	o.has(o.get("/operator/clock"), 200, "It is refused to move it")
	o.has(o.post("/clock", "advance", "1d", "next", "/operator/clock"), 404)
	s.has(s.get("/operator/clock"), 403)
}

// Read-only: acts are refused with 503 and change nothing, whoever does them; reading, signing in, the sweep's look and the switch
// itself go on. Its name is typed before, and a record is made (R15, pages.md §2 and §3).
func TestR15ReadOnly(t *testing.T) {
	c := open(t)
	o := c.ops(party.OperatorAdmin)
	agent := c.as(c.seeded.Partner, "", party.GlobalAdmin, party.AdminAgent)
	s := c.ops(party.SupportAgent)
	name := regexp.MustCompile(`p[0-9a-f]{8}@[0-9a-z.-]+example`).FindString(agent.get("/me").body)
	for _, lang := range []string{"fr", "ru", "en"} {
		o.lang = lang
		o.has(o.get("/operator"), 200, `id="paces"`, `href="/operator/mode"`)
		o.has(o.get("/operator/mode"), 200, `id="f-typed"`)
	}
	o.has(o.get("/operator"), 200, "over 10,000 ms", "without a number")
	o.has(o.post("/operator/mode", "once", "m0", "on", "1", "reason", "moving house", "typed", "yes"), 422, `href="#f-typed"`, `value="moving house"`)
	for range 2 {
		o.has(o.post("/operator/mode", "once", "m1", "on", "1", "reason", "Moving <house>", "typed", "pc.example"), 200, "The server is read-only now.", "Moving &lt;house&gt;", "Take changes again")
	}
	if n := c.records("set_server_mode"); n != 1 {
		t.Errorf("%d records", n)
	}
	customer := "/customers/" + string(c.seeded.Customers[0].ID)
	agent.has(agent.get(customer), 200, "Moving &lt;house&gt;")
	limits := "/operator/tenants/" + string(c.seeded.Partner.ID) + "/settings"
	o.has(o.post(limits, "once", "m2", "rate", "77"), 503, "read-only at this moment")
	p, _, err := c.app.Tenant(t.Context(), party.Actor{Roles: party.RolesOf(party.OperatorAdmin)}, c.seeded.Partner.ID)
	if err != nil || p.RatePerMinute == 77 {
		t.Errorf("changed all the same: %v, %v", p.RatePerMinute, err)
	}
	if err := c.app.RunDue(t.Context(), now.AddDate(1, 0, 0), nil, nil); fault.Of(err) == nil || fault.Of(err).Code != "server.read_only" {
		t.Errorf("the sweep: %v", err)
	}
	o.has(o.post("/operator/jobs/sweep/retry", "once", "m3"), 503)
	again := c.stranger()
	again.post("/sign-in", "name", name, "password", password, "next", "/")
	again.has(again.get("/me"), 200, name)
	o.has(o.post("/operator/mode", "once", "m4", "on", "1", "typed", "pc.example"), 409)
	s.has(s.get("/operator/mode"), 403)
	s.has(s.post("/operator/mode", "once", "m5"), 403)
	if m, err := c.app.Mode(t.Context()); err != nil || !m.ReadOnly {
		t.Errorf("%+v, %v", m, err)
	}
	o.has(o.post("/operator/mode", "once", "m6"), 200, "The server takes changes again.")
	o.has(o.post(limits, "once", "m7", "rate", "77"), 200)
	// A process that begins finds it as it was left.
	if _, err := c.app.SetReadOnly(t.Context(), party.Actor{Roles: party.RolesOf(party.OperatorAdmin), Proved: true}, app.Request{}, true, ""); err != nil {
		t.Fatal(err)
	}
	fresh := &app.Gate{Store: c.app.Store.(*app.Gate).Store, Wall: c.wall}
	if m, err := fresh.Mode(t.Context()); err != nil || !m.ReadOnly {
		t.Errorf("after a restart: %+v, %v", m, err)
	}
}
