package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

func TestF02AnythingIsFound(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.GlobalAdmin)
	first := c.seeded.Customers[0]
	who := party.Actor{Scope: party.NewScope(c.seeded.Partner.ID, ""), Roles: party.RolesOf(party.GlobalAdmin)}
	subs, err := c.app.Subscriptions(t.Context(), who, first.ID, app.SubscriptionQuery{})
	if err != nil || len(subs) == 0 {
		t.Fatal(len(subs), err)
	}
	sub := subs[0]
	orders, err := c.app.Orders(t.Context(), who, first.ID, "", true)
	if err != nil || len(orders) == 0 {
		t.Fatal(len(orders), err)
	}
	order := orders[0].Order
	invoices, err := c.app.Invoices(t.Context(), who, app.InvoiceQuery{})
	if err != nil || len(invoices) == 0 {
		t.Fatal(len(invoices), err)
	}
	at := "/customers/" + string(first.ID)
	for _, x := range []struct{ name, q, href string }{
		{"company name, a part, without case", "RTHSTAR", at},
		{"domain", "northstar.example", at},
		{"tenant id", strings.ToUpper(string(first.ID)), at},
		{"tenant id, its beginning", string(first.ID)[:6], at},
		{"subscription id", string(sub.ID), at + "/subscriptions/" + string(sub.ID)},
		{"subscription id, its beginning", string(sub.ID)[:7], at + "/subscriptions/" + string(sub.ID)},
		{"order id", string(order.ID), at + "/orders/" + string(order.ID)},
		{"alternate id", id.AlternateID(order.ID), at + "/orders/" + string(order.ID)},
		{"alternate id, its beginning", id.AlternateID(order.ID)[:5], at + "/orders/" + string(order.ID)},
		{"invoice", strings.ToLower(string(invoices[0].ID)), "/billing/invoices/" + string(invoices[0].ID)},
		{"invoice, its number alone", strings.TrimLeft(string(invoices[0].ID), "G0"), "/billing/invoices/" + string(invoices[0].ID)},
	} {
		if a := b.get("/search?q=" + url.QueryEscape(x.q)); !strings.Contains(a.body, `<a href="`+x.href+`"`) && a.path != x.href {
			t.Errorf("%s: %q does not lead to %s", x.name, x.q, x.href)
		}
	}
	for q, to := range map[string]string{ // a whole id leads straight there
		strings.ToUpper(string(first.ID)): at, string(sub.ID): at + "/subscriptions/" + string(sub.ID), string(order.ID): at + "/orders/" + string(order.ID),
		id.AlternateID(order.ID): at + "/orders/" + string(order.ID), string(invoices[0].ID): "/billing/invoices/" + string(invoices[0].ID),
	} {
		if a := b.get("/search?q=" + url.QueryEscape(q)); a.status != 200 || a.path != to {
			t.Errorf("%s leads to %s, not to %s", q, a.path, to)
		}
	}
	title := strings.ToLower(sub.Title)[1:5]
	b.has(b.get("/search?kind=subscriptions&q="+url.QueryEscape(title)), 200, sub.Title)
	b.has(b.get("/search?q="), 200, "What are you looking for?")
	b.has(b.get("/search?q=%25%00_"), 200, "Nothing fits")
	b.has(b.get("/search?q=zzzzzz"), 200, "Nothing fits")

	// A product is found under the new name too, and under its own still.
	if _, err := c.app.ChangeSubscription(t.Context(), who, app.Request{Answer: func(any) (app.Reply, error) { return app.Reply{}, nil }}, first.ID, sub.ID,
		app.Changes{Name: new("Кассы на складе")}, app.Asked{}); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"КАССЫ", "на складе", title} {
		b.has(b.get("/search?q="+url.QueryEscape(q)), 200, "Кассы на складе")
	}

	// Invoices are for R08 alone; what another partner has is not there; who may find nothing is told so.
	helpdesk := c.as(c.seeded.Partner, "", party.HelpdeskAgent)
	helpdesk.has(helpdesk.get("/search?q="+string(invoices[0].ID)), 200, "Nothing fits")
	other := c.as(c.seeded.Provider, "", party.GlobalAdmin)
	for _, q := range []string{first.CompanyName, string(first.ID), string(sub.ID), string(order.ID), string(invoices[0].ID)} {
		if a := other.get("/search?q=" + url.QueryEscape(q)); strings.Contains(a.body, at) || strings.Contains(a.body, "/billing/invoices/") {
			t.Errorf("another partner finds %s", q)
		}
	}
	ua := c.as(c.seeded.Partner, "", party.UserAdmin)
	ua.has(ua.get("/search?q=x"), 403)
	if strings.Contains(ua.get("/me").body, `action="/search"`) {
		t.Error("a search is offered to who may find nothing")
	}
	b.has(b.get("/me"), 200, `action="/search"`)
}
