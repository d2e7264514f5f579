package web_test

import (
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// TestR12CustomerAccount changes a record, says what the customer is, records an acceptance, and ends the relationship.
func TestR12CustomerAccount(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.SalesAgent)
	north := c.seeded.Customers[0]
	at := "/customers/" + string(north.ID) + "/account"
	page := b.get(at)
	b.has(page, 200, "Billing profile", north.Email, "No acceptance is recorded")
	if strings.Contains(page.body, at+"/end") {
		t.Error("a sales agent is offered to end the relationship")
	}
	version := func(a answer) string {
		_, rest, _ := strings.Cut(a.body, `name="version" value="`)
		text, _, _ := strings.Cut(rest, `"`)
		return text
	}
	seen := func(a answer) string {
		_, rest, _ := strings.Cut(a.body, `name="seen" value="`)
		text, _, _ := strings.Cut(rest, `"`)
		return text
	}
	fields := []string{"company", "Northstar Clinics Inc.", "first", "Ana", "last", "Roux", "email", "bills@northstar.example", "phone", "1", "street", "10 Quay Street", "city", "Portland", "state", "OR", "postal", "97201"}
	b.has(b.post(at, append([]string{"version", version(page), "seen", seen(page)}, fields...)...), 200, "The billing profile is changed", `value="10 Quay Street"`)
	stale := b.post(at, append([]string{"version", version(page), "seen", seen(page)}, fields...)...)
	b.has(stale, 409, "9 Quay Street", "10 Quay Street")
	b.has(b.post(at, "version", version(b.get(at)), "company", "", "email", "typed@x.example"), 422, `href="#f-company"`, `value="typed@x.example"`)

	b.has(b.post(at+"/qualify", "kind", "government_community_cloud"), 422, "Validation code: is missing", `href="#f-code"`, `<option value="government_community_cloud" selected>`)
	b.has(b.post(at+"/qualify", "kind", "education"), 200, "The qualification is recorded", "Education")
	b.has(b.get("/customers/"+string(north.ID)+"/products"), 200, `<option value="education">`)
	b.has(b.post(at+"/qualify", "kind", ""), 200, "The qualification is recorded")

	b.has(b.post(at+"/agree", "agreed", "2999-01-01", "first", "Ana", "last", "Roux", "email", "a@b.example"), 422, `href="#f-a-agreed"`)
	b.has(b.post(at+"/agree", "agreed", "2024-02-03", "first", "Ana", "last", "Roux", "email", "a@b.example"), 200, "The acceptance is recorded", "Customer agreement", "Ana Roux")

	aa := c.as(c.seeded.Partner, "", party.AdminAgent)
	aa.has(aa.get(at), 200, at+"/end")
	aa.has(aa.get(at+"/end"), 200, "End the relationship with Northstar Clinics?")
	aa.has(aa.post(at+"/end"), 409, "still has active subscriptions")
	b.has(b.get(at+"/end"), 403)
	ua := c.as(c.seeded.Partner, "", party.UserAdmin)
	ua.has(ua.get(at), 403)

	// Nobody sold anything to this one: it ends, and nothing is offered any more.
	b.has(b.post("/customers/new", "company", "Brief", "domain", "brief.example", "country", "FR", "segment", "commercial",
		"first", "A", "last", "B", "email", "a@b.example", "street", "1 rue", "city", "Lyon", "postal", "69001"), 200, "admin@brief.example")
	found := b.get("/customers?q=brief.example")
	_, rest, _ := strings.Cut(found.body, `<th scope="row" role="rowheader"><a href="`)
	brief, _, _ := strings.Cut(rest, `"`)
	aa.has(aa.post(brief+"/account/end"), 200, "The relationship has ended", "Ended")
	if ended := aa.get(brief + "/account"); strings.Contains(ended.body, `name="company"`) || strings.Contains(ended.body, "/account/end") {
		t.Error("what has ended is still changed")
	}
	aa.has(aa.post(brief+"/account", append([]string{"version", "1"}, fields...)...), 404)

	// The domain that is taken is this partner's own customer's: the way there.
	b.has(b.post("/customers/new", "company", "N", "domain", "northstar.example", "country", "FR", "segment", "commercial",
		"first", "A", "last", "B", "email", "a@b.example", "street", "1 rue", "city", "Lyon", "postal", "69001"), 409, "This customer is yours already", `href="/customers/`+string(north.ID)+`"`)
}

// A partner has an address to send to a customer who is to take the relationship up again; it names the partner and leads to
// the page where that is done (contract.md §6). Who may not edit customers is not offered it.
func TestRelationIsAskedFor(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.GlobalAdmin)
	b.has(b.get("/customers"), 200, `href="/customers/request"`)
	for _, lang := range []string{"fr", "ru", "en"} {
		b.lang = lang
		page := b.get("/customers/request")
		b.has(page, 200, "/portal/access?partner="+string(c.seeded.Partner.ID), c.seeded.Partner.Name)
	}
	customer := c.as(c.seeded.Partner, c.seeded.Customers[0].ID, party.CustomerGlobal)
	customer.has(customer.get("/portal/access?partner="+string(c.seeded.Partner.ID)), 200, c.seeded.Partner.Name)
}
