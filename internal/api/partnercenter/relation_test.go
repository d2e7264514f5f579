package partnercenter_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// What becomes of a customer beside what it buys, rule by rule, on both engines.
func TestRelation(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		for _, part := range []struct {
			name string
			test func(*testing.T, *demo)
		}{
			{"R12 the billing profile", billingProfile},
			{"R12 the end of a relationship", endOfRelation},
			{"R12 a customer deleted", customerDeleted},
			{"F12 qualifications open a segment", func(t *testing.T, d *demo) { qualified(t, d, s.Store) }},
			{"an agreement before the purchase", func(t *testing.T, d *demo) { agreementFirst(t, d, s.Store) }},
		} {
			t.Run(part.name, func(t *testing.T) { d.t = t; part.test(t, d) })
		}
	})
}

// newCustomer makes a customer of its own for a test.
func (d *demo) newCustomer(domain, country string) string {
	d.t.Helper()
	return "/v1/customers/" + d.do(201, "POST", "/v1/customers", fmt.Sprintf(`{"companyProfile":{"domain":"%s"},"billingProfile":{"email":"a@b.example","culture":"fr-FR",
		"language":"fr","companyName":"%s","defaultAddress":{"country":"%s","city":"Lille","addressLine1":"1 rue","postalCode":"59000"}}}`, domain, domain, country)).text("id")
}

// recorded counts the records of an operation on a customer.
func (d *demo) recorded(customer, operation string) int {
	d.t.Helper()
	n := 0
	for _, r := range d.do(200, "GET", "/v1/auditrecords?startDate=2026-11-01", "").items() {
		if r.text("customerId") == strings.TrimPrefix(customer, "/v1/customers/") && r.text("operationType") == operation {
			n++
		}
	}
	return n
}

func billingProfile(t *testing.T, d *demo) {
	customer := d.newCustomer("bill.example", "FR")
	uri := customer + "/profiles/billing"
	body := func(email, country, etag string) string {
		return fmt.Sprintf(`{"Id":null,"FirstName":null,"LastName":null,"Email":"%s","Culture":"fr-FR","Language":"fr","CompanyName":"Bill",
			"DefaultAddress":{"Country":"%s","City":"Lille","AddressLine1":"1 rue","PostalCode":"59000"},"Attributes":{"Etag":"%s","ObjectType":"CustomerBillingProfile"}}`, email, country, etag)
	}
	first := d.do(200, "GET", uri, "").object("attributes").text("etag")
	second := d.do(200, "PUT", uri, body("one@b.example", "FR", first)).object("attributes").text("etag")
	if second == first {
		t.Error("the etag stayed")
	}
	d.refused(400, "2055", "PUT", uri, body("two@b.example", "FR", first))
	d.refused(400, "2055", "PUT", uri, body("two@b.example", "FR", ""), "If-Match", `"`+first+`"`)
	d.do(200, "PUT", uri, body("two@b.example", "FR", first), "If-Match", `"`+second+`"`) // the header counts first
	d.refused(400, "990050", "PUT", uri, body("two@b.example", "BE", ""))
	d.refused(400, "3000", "PUT", uri, body("", "FR", ""))
	if got := d.do(200, "PUT", uri, body("two@b.example", "fr", "")); got.text("email") != "two@b.example" || got.object("defaultAddress").text("country") != "FR" {
		t.Errorf("%v", got)
	}
	if n := d.recorded(customer, "update_customer_billing_profile"); n != 2 {
		t.Errorf("%d records of two changes and a repetition", n)
	}
}

func endOfRelation(t *testing.T, d *demo) {
	end, again := `{"relationshipToPartner":"none"}`, `{"RelationshipToPartner":"reseller"}`
	d.refused(400, "990052", "PATCH", d.of("AU"), end) // a reservation
	customer := d.newCustomer("parting.example", "FR")
	mail := d.buy(customer, lineOf(sandbox.MailSuite, "0001", "FR", 3, "monthly", "P1Y"))
	box := d.buy(customer, lineOf(sandbox.ServerPerpetual, "0001", "FR", 1, "one_time", ""))
	d.refused(400, "990053", "PATCH", customer, end)
	d.refused(400, "900126", "PATCH", customer, `{"relationshipToPartner":"advisor"}`)
	d.refused(400, "3000", "PATCH", customer, `{"relationshipToPartner":null}`)
	d.do(200, "PATCH", mail.sub, `{"status":"suspended"}`)
	for range 2 {
		if got := d.do(200, "PATCH", customer, end); got.text("relationshipToPartner") != "none" || got["id"] != nil {
			t.Errorf("%v", got)
		}
	}
	if n := d.recorded(customer, "remove_partner_customer_relationship"); n != 1 {
		t.Errorf("%d records", n)
	}
	if got := d.do(200, "GET", customer, ""); got.text("relationshipToPartner") != "none" || got["allowDelegatedAccess"] != nil {
		t.Errorf("%v", got)
	}
	find(t, d.do(200, "GET", customer+"/orders", "").items(), "id", mail.id)
	line := lineOf(sandbox.UserCAL, "0001", "FR", 1, "one_time", "")
	for _, c := range []struct{ method, uri, body string }{
		{"POST", customer + "/carts", `{"lineItems":[` + line + `]}`},
		{"POST", customer + "/orders", `{"lineItems":[{"lineItemNumber":0,"offerId":"` + item(sandbox.UserCAL, "0001", "FR") + `","quantity":1}]}`},
		{"PATCH", mail.sub, `{"status":"active"}`},
		{"POST", customer + "/software/" + box.id + "/0/keys", `{"version":"2022"}`},
		{"POST", customer + "/qualifications", `{"qualification":"Education"}`},
		{"PUT", customer + "/profiles/billing", `{"email":"a@b.example","culture":"fr","language":"fr","companyName":"x","defaultAddress":{"country":"FR"}}`},
	} {
		d.refused(403, "20002", c.method, c.uri, c.body)
	}
	d.do(200, "PATCH", box.order, cancelled) // its window is still open
	d.refused(403, "900150", "PATCH", customer, again)
	own := d.roles
	d.roles, d.customer.ID = party.RolesOf(party.CustomerGlobal), id.Customer(strings.TrimPrefix(customer, "/v1/customers/"))
	d.do(200, "PATCH", customer, again)
	d.roles, d.customer.ID = own, ""
	d.do(200, "PATCH", mail.sub, `{"status":"active"}`)
}

func customerDeleted(t *testing.T, d *demo) {
	customer := d.newCustomer("gone.example", "FR")
	mail := d.buy(customer, lineOf(sandbox.MailSuite, "0001", "FR", 3, "monthly", "P1Y"))
	box := d.buy(customer, lineOf(sandbox.ServerPerpetual, "0001", "FR", 1, "one_time", ""))
	d.refused(400, "990051", "DELETE", customer, "")
	d.sandbox = true
	defer func() { d.sandbox = false }()
	d.refused(400, "990052", "DELETE", d.of("AU"), "")
	d.refused(400, "990052", "DELETE", customer, "")
	d.do(200, "PATCH", box.order, cancelled)
	d.do(204, "DELETE", customer, "")
	for _, uri := range []string{"", "/orders", "/profiles/billing", "/subscriptions"} {
		d.refused(404, "60003", "GET", customer+uri, "")
	}
	d.refused(404, "60003", "DELETE", customer, "")
	d.refused(404, "60003", "POST", customer+"/carts", `{"lineItems":[`+lineOf(sandbox.UserCAL, "0001", "FR", 1, "one_time", "")+`]}`)
	for _, c := range d.do(200, "GET", "/v1/customers?size=0", "").items() {
		if "/v1/customers/"+c.text("id") == customer {
			t.Error("it is still listed")
		}
	}
	if lines, cents := d.money(mail.id, "EUR"); lines != 2 || cents != 0 { // in its first 24 h: all is given back
		t.Errorf("%d lines, %d cents stay", lines, cents)
	}
	d.do(200, "POST", "/sandbox/clock", `{"advance":"P40D"}`) // nothing of it is charged or renewed any more
	if lines, _ := d.money(mail.id, "EUR"); lines != 0 {
		t.Errorf("%d lines since", lines)
	}
	if again := d.newCustomer("gone.example", "FR"); again == customer {
		t.Error("the same customer")
	}
	if n := d.recorded(customer, "delete_customer"); n != 1 {
		t.Errorf("%d records", n)
	}
}

// inSegment puts an item of the demo on the shelf of another segment too, and says what it is called there.
func (d *demo) inSegment(s *store.Store, p id.Product, segment market.Segment, change func(*catalog.Entry)) (name string) {
	d.t.Helper()
	actor, _ := d.Actor(d.t.Context(), "")
	_, err := s.Update(context.Background(), app.Act{Actor: actor, Lock: app.Lock{Partner: true}}, func(tx app.Tx) (any, error) {
		found, err := tx.Entries([]id.Product{p})
		if err != nil {
			return nil, err
		}
		e := *found[p]
		e.Skus, e.Availabilities, e.Prices = append([]catalog.Sku(nil), e.Skus...), append([]catalog.Availability(nil), e.Availabilities...), append([]catalog.PriceRow(nil), e.Prices...)
		for _, a := range e.Availabilities {
			if segment != "" && a.Market == "FR" && a.Sku == "0001" {
				a.ID, a.Segment = "SEG"+a.ID[3:], segment
				e.Availabilities = append(e.Availabilities, a)
				name = fmt.Sprintf("%s:%s:%s", p, a.Sku, a.ID)
			}
		}
		for _, row := range e.Prices {
			if segment != "" && row.Market == "FR" {
				row.ID, row.Segment = "seg-"+row.ID, segment
				e.Prices = append(e.Prices, row)
			}
		}
		if change != nil {
			change(&e)
		}
		return nil, tx.PutEntry(e)
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return name
}

func qualified(t *testing.T, d *demo, s *store.Store) {
	school := d.inSegment(s, sandbox.MailSuite, market.Education, nil)
	customer := d.newCustomer("school.example", "FR")
	line := `{"catalogItemId":"` + school + `","quantity":5,"billingCycle":"monthly","termDuration":"P1M"}`
	shelf := customer + "/products?targetView=OnlineServices&targetSegment=education"
	d.refused(403, "400030", "GET", shelf, "")
	if l := d.cartOf(customer, line).list("lineItems")[0]; l.object("error") == nil {
		t.Errorf("sold to a business: %v", l)
	}
	d.refused(400, "900126", "POST", customer+"/qualifications", `{"Qualification":"None"}`)
	d.refused(400, "3000", "POST", customer+"/qualifications", `{"Qualification":"GovernmentCommunityCloud"}`)
	d.do(201, "POST", customer+"/qualifications?code=gcc-1", `{"Qualification":"GovernmentCommunityCloud"}`)
	d.do(201, "POST", customer+"/qualifications", `{"Qualification":"education","EducationSegment":"K12"}`)
	if n := len(d.do(200, "GET", shelf, "").items()); n == 0 {
		t.Error("nothing on the school's shelf")
	}
	sold := d.buy(customer, line)
	d.do(200, "POST", "/sandbox/clock", `{"advance":"P35D"}`)
	if got := d.do(200, "GET", sold.sub, ""); got.text("status") != "active" || got.text("orderId") == sold.id {
		t.Errorf("it did not renew in its segment: %v", got)
	}
	d.buy(customer, lineOf(sandbox.MailSuite, "0001", "FR", 2, "monthly", "P1Y")) // what is for businesses is still sold
	if n := d.recorded(customer, "update_customer_qualification"); n != 2 {
		t.Errorf("%d records", n)
	}
}

func agreementFirst(t *testing.T, d *demo, s *store.Store) {
	d.inSegment(s, sandbox.LedgerDesk, "", func(e *catalog.Entry) { e.Skus[0].Agreement = true })
	customer := d.newCustomer("sign.example", "FR")
	line := lineOf(sandbox.LedgerDesk, "0001", "FR", 2, "monthly", "P1M")
	cart := d.cartOf(customer, line)
	out := d.do(201, "POST", customer+"/carts/"+cart.text("id")+"/checkout", "")
	if errs := out.list("orderErrors"); len(errs) != 1 || errs[0]["code"] != 13605.0 {
		t.Errorf("%v", out)
	}
	agreement := func(template, kind, day string) string {
		return `{"PrimaryContact":{"FirstName":"A","LastName":"B","Email":"a@b.example","PhoneNumber":null},"TemplateId":"` + template + `","DateAgreed":"` + day + `","Type":"` + kind + `"}`
	}
	const mca = "MicrosoftCustomerAgreement"
	d.refused(400, "3000", "POST", customer+"/agreements", agreement("x", mca, "2026-11-19"))
	d.refused(400, "3000", "POST", customer+"/agreements", agreement(party.Templates[1].ID, mca, "2026-11-19"))
	d.refused(400, "3000", "POST", customer+"/agreements", agreement(party.Templates[0].ID, mca, "2031-11-19"))
	d.refused(400, "900126", "POST", customer+"/agreements", agreement(party.Templates[0].ID, "Another", "2026-11-19"))
	d.do(201, "POST", customer+"/agreements", agreement(party.Templates[0].ID, mca, "2026-11-19"))
	d.refused(400, "600061", "POST", customer+"/agreements", agreement(strings.ToUpper(party.Templates[0].ID), "microsoftcustomeragreement", "2026-11-19T00:00:00Z"))
	for query, want := range map[string]int{"": 0, "?agreementType=*": 1, "?agreementType=" + mca: 1} {
		if n := len(d.do(200, "GET", customer+"/agreements"+query, "").items()); n != want {
			t.Errorf("%q: %d agreements", query, n)
		}
	}
	if out := d.do(201, "POST", customer+"/carts/"+cart.text("id")+"/checkout", ""); len(out.list("orders")) != 1 {
		t.Errorf("%v", out)
	}
	if n := d.recorded(customer, "create_agreement"); n != 1 {
		t.Errorf("%d records", n)
	}
}
