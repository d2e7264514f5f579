package web_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// ops signs in somebody of the operator's own, who is no partner's.
func (c *town) ops(roles ...party.Role) *browser {
	c.t.Helper()
	return c.as(party.Partner{ID: ""}, "", roles...)
}

// The console: who runs the system sees all of it, a support agent the queue alone (R15, R16, R21, R22).
func TestR15R16Console(t *testing.T) {
	c := open(t)
	o := c.ops(party.OperatorAdmin)
	o.has(o.get("/"), 200, "Status", "Key pools that need keys", "partners on this server")
	tenant := "/operator/tenants/" + string(c.seeded.Partner.ID)
	for _, lang := range []string{"fr", "ru", "en"} {
		o.lang = lang
		for _, path := range []string{"/operator", "/operator/tenants", tenant, "/operator/policies", "/operator/requests", "/operator/clock", "/operator/security", "/operator/backup"} {
			o.has(o.get(path), 200)
		}
	}
	o.has(o.get("/operator/policies?class=perpetual&at=2021-05-31"), 200, "P01", `datetime="2021-07-30T23:59:00Z"`)
	o.has(o.get("/operator/policies?class=perpetual&at=2021-06-01"), 200, `datetime="2021-07-01T23:59:00Z"`)
	o.has(o.get("/operator/security"), 200, "Buy software and reservations", "Admin agent")

	page := o.get(tenant)
	o.has(page, 200, "Open documents", "Record a payment", "Key pools")
	number := regexp.MustCompile(`<option value="(G\d+)"`).FindStringSubmatch(page.body)
	if number == nil {
		t.Fatal("nothing is open")
	}
	o.has(o.post(tenant+"/payments", "invoice", number[1], "amount", "99999999"), 409, `href="#f-amount"`, `value="99999999"`)
	amount := regexp.MustCompile(`name="amount"[^>]*value="([^"]+)"`).FindStringSubmatch(page.body)
	o.has(o.post(tenant+"/payments", "once", "p1", "invoice", number[1], "amount", amount[1], "on", "2026-11-19"), 200, "The payment is recorded.")
	o.has(o.post(tenant+"/keys", "pool", "new-pool", "version", "", "keys", ""), 422, `href="#f-k-keys"`)
	keys := o.post(tenant+"/keys", "once", "k1", "pool", "new-pool", "version", "", "keys", "SECRET-KEY-ONE\r\nSECRET-KEY-TWO\r\n")
	o.has(keys, 200, "The keys are imported.", "new-pool")
	if strings.Contains(keys.body, "SECRET-KEY") {
		t.Error("a key is shown")
	}
	o.has(o.post(tenant+"/mark", "once", "m1", "pool", "new-pool", "version", "", "mark", "5"), 200, "The mark is set.", "Low")
	o.has(o.post(tenant+"/mark", "pool", "new-pool", "version", "", "mark", "x"), 422, `href="#f-m-mark"`)
	for _, lang := range []string{"fr", "ru", "en"} {
		o.lang = lang
		for _, path := range []string{"/operator/policies/new", "/operator/ledger", "/operator/ledger?sums=1", "/operator/jobs", "/operator/downloads"} {
			o.has(o.get(path), 200)
		}
	}
	o.has(o.post("/clock", "advance", "due", "next", "/operator/clock"), 200, "What the last jump did")

	s := c.ops(party.SupportAgent)
	s.has(s.get("/"), 200, "Requests")
	s.has(s.get("/operator/requests"), 200, "All clear")
	for _, path := range []string{"/operator/tenants", tenant, "/operator/policies", "/operator/clock", "/operator/security", "/operator/backup"} {
		s.has(s.get(path), 403)
	}
	staff := c.as(c.seeded.Partner, "", party.GlobalAdmin, party.AdminAgent)
	for _, path := range []string{"/operator", "/operator/tenants", "/operator/requests"} {
		staff.has(staff.get(path), 404)
	}
}

// A request is answered, its refund worked out, proposed and approved with what goes back; another is refused (F70, R16).
func TestF70RequestsAreDecided(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	who := party.Actor{Scope: party.NewScope(c.seeded.Partner.ID, ""), Roles: party.RolesOf(party.AdminAgent)}
	var from order.Order
	var of string
	for _, customer := range c.seeded.Customers {
		items, err := c.app.Software(t.Context(), who, customer.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range items {
			if i.Open && i.Line.Number == 0 {
				from, of = i.Order, customer.Domain
			}
		}
	}
	if from.ID == "" {
		t.Fatal("no window is open in the story")
	}
	raise := func(once string) string {
		a := b.post("/requests/new", "once", once, "topic", "32444671", "customer", of, "severity", "moderate", "title", "Back", "order", string(from.ID), "line", "0", "amount", "10",
			"reason", "bought twice", "first", "Ada", "last", "Agent", "email", "ada@quai.example", "phone", "1")
		b.has(a, 200, "is filed.")
		return "/operator" + a.path
	}
	o, s := c.ops(party.OperatorAdmin), c.ops(party.SupportAgent)
	first, second := raise("r1"), raise("r2")
	o.has(o.get("/operator/requests"), 200, "Back", c.seeded.Partner.Name)
	o.has(o.post(first+"/reply", "text", ""), 422, `href="#f-text"`)
	s.has(s.post(first+"/reply", "once", "a1", "text", "which line?"), 200, "The answer is sent.", "which line?", "would go back")
	b.has(b.get(strings.TrimPrefix(first, "/operator")), 200, "which line?", "Your answer is awaited")
	page := s.get(first)
	if strings.Contains(page.body, ">Approve ") {
		t.Error("R16 a support agent is offered to approve")
	}
	match := regexp.MustCompile(`name="match" value="([^"]+)"`)
	hash := match.FindStringSubmatch(page.body)
	if hash == nil {
		t.Fatal("no preview")
	}
	s.has(s.post(first+"/propose", "once", "a2", "match", hash[1]), 200, "The refund is proposed", "Proposed, waits for another person")
	s.has(s.post(first+"/approve", "once", "a3", "match", hash[1]), 403)
	o.has(o.post(first+"/approve", "once", "a4", "match", strings.Repeat("0", len(hash[1]))), 409)
	hash = match.FindStringSubmatch(o.get(first).body)
	o.has(o.post(first+"/approve", "once", "a5", "match", hash[1]), 200, "The refund is approved", "Approved")
	b.has(b.get(strings.TrimPrefix(first, "/operator")), 200, "goes back with the next invoice")
	o.has(o.get(second), 200, "The rules give nothing back")
	o.has(o.post(second+"/refuse", "once", "a6", "reason", ""), 422, `href="#f-reason"`)
	o.has(o.post(second+"/refuse", "once", "a7", "reason", "given back already"), 200, "The request is refused.", "given back already")
}
