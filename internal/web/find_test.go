package web_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Customers find their own things by name or id, and nobody else's (F02).
func TestF02CustomersFindTheirOwn(t *testing.T) {
	c := open(t)
	first := c.seeded.Customers[0]
	who := party.Actor{Scope: party.NewScope(c.seeded.Partner.ID, ""), Roles: party.RolesOf(party.GlobalAdmin)}
	b := c.as(c.seeded.Partner, first.ID, party.CustomerGlobal)
	b.has(b.get("/portal"), 200, `action="/portal/search"`)
	b.has(b.get("/me"), 200, `action="/portal/search"`, `<kbd>Ctrl K</kbd>`)
	b.has(b.get("/portal/search"), 200, "What are you looking for?")
	subs, err := c.app.Subscriptions(t.Context(), who, first.ID, app.SubscriptionQuery{})
	if err != nil || len(subs) == 0 {
		t.Fatal(len(subs), err)
	}
	at := regexp.MustCompile(`href="(/portal/software/([^"/]+)/\d+)"`).FindStringSubmatch(b.get("/portal/products?tab=software").body)
	bill := regexp.MustCompile(`href="(/portal/bills/(B\d+))"`).FindStringSubmatch(b.get("/portal/bills").body)
	for _, x := range []struct{ name, q, text string }{
		{"a part of a name, without case", strings.ToUpper(subs[0].Title[1:6]), subs[0].Title},
		{"a subscription", string(subs[0].ID), subs[0].Title},
		{"the beginning of one", string(subs[0].ID)[:5], subs[0].Title},
		{"an order", at[2][:len(at[2])-1], "/portal/products?q="},
	} {
		b.has(b.get("/portal/search?q="+url.QueryEscape(x.q)), 200, x.text)
	}
	for q, to := range map[string]string{
		bill[2]: bill[1], strings.ToLower(bill[2]): bill[1], strings.TrimLeft(bill[2], "B0"): bill[1], at[2]: at[1], id.AlternateID(id.Order(at[2])): at[1],
	} {
		if page := b.get("/portal/search?q=" + url.QueryEscape(q)); page.path != to {
			t.Errorf("%s leads to %s, not to %s", q, page.path, to)
		}
	}
	b.has(b.get("/portal/search?q=zzzz"), 200, "Nothing fits")
	b.has(b.get("/portal/search?q=B999999999"), 200, "Nothing fits")

	other := c.as(c.seeded.Partner, c.seeded.Customers[1].ID, party.CustomerGlobal)
	for _, q := range []string{string(subs[0].ID), at[2], bill[2]} {
		other.has(other.get("/portal/search?q="+q), 200, "Nothing fits")
	}
	billing := c.as(c.seeded.Partner, first.ID, party.CustomerBilling) // reads bills and nothing of what there is
	billing.has(billing.get("/portal/search?q="+string(subs[0].ID)), 200, "Nothing fits")
	user := c.as(c.seeded.Partner, first.ID, party.CustomerUser)
	user.has(user.get("/portal/search?q="+bill[2]), 200, "Nothing fits")
	user.has(user.get("/portal/search?q="+at[2]), 200, "Software") // what they have, without the way to its keys
}

// The operator finds whose something is, and goes straight to what has a page of its own (R15).
func TestR15TheOperatorFindsWhoseItIs(t *testing.T) {
	c := open(t)
	first := c.seeded.Customers[0]
	who := party.Actor{Scope: party.NewScope(c.seeded.Partner.ID, ""), Roles: party.RolesOf(party.GlobalAdmin)}
	o := c.ops(party.OperatorAdmin)
	o.has(o.get("/operator"), 200, `action="/operator/search"`)
	o.has(o.get("/operator/search"), 200, "What are you looking for?")
	subs, err := c.app.Subscriptions(t.Context(), who, first.ID, app.SubscriptionQuery{})
	if err != nil || len(subs) == 0 {
		t.Fatal(len(subs), err)
	}
	orders, err := c.app.Orders(t.Context(), who, first.ID, "", true)
	if err != nil || len(orders) == 0 {
		t.Fatal(len(orders), err)
	}
	invoices, err := c.app.Invoices(t.Context(), who, app.InvoiceQuery{})
	if err != nil || len(invoices) == 0 {
		t.Fatal(len(invoices), err)
	}
	tenant := "/operator/tenants/" + string(c.seeded.Partner.ID)
	for _, q := range []string{
		c.seeded.Partner.Name[1:], first.CompanyName[:4], strings.ToUpper(first.Domain), string(first.ID), string(subs[0].ID), string(subs[0].ID)[:8],
		string(orders[0].Order.ID), id.AlternateID(orders[0].Order.ID), string(invoices[0].ID),
	} {
		page := o.get("/operator/search?q=" + url.QueryEscape(q))
		if !strings.Contains(page.body, `href="`+tenant) && !strings.HasPrefix(page.path, tenant) {
			t.Errorf("%q does not lead to %s: %s", q, tenant, page.path)
		}
	}
	hash := strings.Repeat("0", 64)
	kept, err := c.app.KeptPolicies(t.Context(), party.Actor{Roles: party.RolesOf(party.OperatorAdmin)})
	if err != nil {
		t.Fatal(err)
	}
	for q, to := range map[string]string{string(c.seeded.Partner.ID): tenant, strings.ToLower(kept.Cancellation[0].ID): "/operator/policies?"} {
		if page := o.get("/operator/search?q=" + q); !strings.HasPrefix(page.path, to) || strings.HasPrefix(page.path, "/operator/search") {
			t.Errorf("%s leads to %s, not to %s", q, page.path, to)
		}
	}
	if list := o.get("/operator/downloads"); strings.Contains(list.body, hash) {
		o.has(o.get("/operator/search?q="+hash[:8]), 200, "/operator/downloads?after=")
	}
	o.has(o.get("/operator/search?q=zzzzzz"), 200, "Nothing fits")
	o.has(o.get("/operator/search?q=%25%00_"), 200, "Nothing fits")

	support := c.ops(party.SupportAgent) // answers requests, sees no tenants (R16)
	support.has(support.get("/operator/search?q="+string(first.ID)), 200, "Nothing fits")
	staff := c.as(c.seeded.Partner, "", party.GlobalAdmin)
	staff.has(staff.get("/operator/search?q=x"), 404)
}
