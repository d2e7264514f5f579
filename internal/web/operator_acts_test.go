package web_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// A document that no payment is on is taken back and issued again from the console, once; one that is paid is not offered (E10, R22).
func TestE10DocumentIsTakenBack(t *testing.T) {
	c := open(t)
	o := c.ops(party.OperatorAdmin)
	tenant := "/operator/tenants/" + string(c.seeded.Partner.ID)
	who := party.Actor{Scope: party.NewScope(c.seeded.Partner.ID, ""), Roles: party.RolesOf(party.OperatorAdmin)}
	owing, err := c.app.Owing(context.Background(), who)
	if err != nil || len(owing) == 0 {
		t.Fatal(owing, err)
	}
	i := owing[0]
	at := tenant + "/documents/" + string(i.ID) + "/void"
	o.has(o.get(tenant), 200, `href="`+at+`"`)
	for _, lang := range []string{"fr", "ru", "en"} {
		o.lang = lang
		o.has(o.get(at), 200, string(i.ID))
	}
	o.has(o.get(at), 200, "Two documents come of it")
	o.has(o.get(tenant+"/documents/G999999999/void"), 404)
	o.has(o.post(at, "once", "v1"), 200, string(i.ID)+" is taken back by ")
	o.has(o.post(at, "once", "v1"), 200, string(i.ID)+" is taken back by ") // sent twice, done once
	after, err := c.app.Owing(context.Background(), who)
	if err != nil || len(after) != len(owing) {
		t.Fatalf("%d documents are owing, %d were: %v", len(after), len(owing), err)
	}
	found := false
	for _, d := range after {
		found = found || d.Amends == i.ID && d.Open() == i.Open()
	}
	if !found {
		t.Errorf("no document stands for %s now: %+v", i.ID, after)
	}
	o.has(o.post(at, "once", "v2"), 409)
	paid := after[0]
	o.has(o.post(tenant+"/payments", "once", "p1", "invoice", string(paid.ID), "amount", "1"), 200)
	if page := o.get(tenant); strings.Contains(page.body, string(paid.ID)+"/void") {
		t.Error("one with a payment on it is offered to be taken back")
	}
	o.has(o.get(tenant+"/documents/"+string(paid.ID)+"/void"), 409)
	s := c.ops(party.SupportAgent)
	s.has(s.get(at), 403)
	s.has(s.post(at, "once", "v3"), 403)
}

// nobody is a supplier that does not answer.
type nobody struct{}

func (nobody) Ask(context.Context, app.KeyQuestion) (string, bool, error) {
	return "", false, errors.New("nobody answers")
}
func (nobody) Done(context.Context, string) error                                  { return nil }
func (nobody) Waiting(context.Context, map[string]bool) (left []string, err error) { return nil, nil }

// asksForKey is an order whose line was asked for its key.
func (c *town) asksForKey() (placed id.Order) {
	c.t.Helper()
	customer, staff := c.seeded.Customers[0], operator(c)
	req := app.Request{Answer: func(out any) (app.Reply, error) {
		placed = out.(app.Purchase).Orders[0].ID
		return app.Reply{}, nil
	}}
	line := order.CartLine{Item: sandbox.Item(sandbox.WindowsServer, "0001", customer.Country()), Quantity: 1, Plan: catalog.Annual, Term: when.Year}
	_, err := c.app.PlaceOrder(context.Background(), staff, req, customer.ID, []order.CartLine{line}, app.Asked{})
	if err == nil {
		_, err = c.app.RevealKey(context.Background(), staff, app.Request{Sealed: true}, customer.ID, string(placed), 0, license.KeyRequest{Version: "2022"})
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return placed
}

// A line that waits for its supplier has its key by hand: sealed, its own, never sent back (R15).
func TestR15KeysAreHanded(t *testing.T) {
	c := open(t)
	o := c.ops(party.OperatorAdmin)
	tenant := "/operator/tenants/" + string(c.seeded.Partner.ID)
	at := tenant + "/waiting"
	o.has(o.get(tenant), 200, `href="`+at+`"`)
	for _, lang := range []string{"fr", "ru", "en"} {
		o.lang = lang
		o.has(o.get(at), 200)
	}
	o.has(o.get(at), 200, "No line waits")
	o.has(o.post(at, "once", "h0", "line", "x", "key", "AAAA-BBBB-CCCC"), 404)

	c.app.Suppliers = map[string]app.KeySupplier{"elsewhere": nobody{}}
	who := party.Actor{Scope: party.NewScope(c.seeded.Partner.ID, ""), Roles: party.RolesOf(party.OperatorAdmin)}
	delivery := license.Delivery{HasKeys: true, Pool: "server", KeyVersions: []string{"2022"}, Suppliers: map[string]string{"2022": "elsewhere"}}
	if _, err := c.app.SetDelivery(context.Background(), who, app.Request{}, sandbox.WindowsServer, "0001", delivery, ""); err != nil {
		t.Fatal(err)
	}
	placed := c.asksForKey()
	all, err := c.app.KeyRequests(context.Background(), who)
	if err != nil || len(all) != 1 || all[0].Order != placed {
		t.Fatalf("%+v %v", all, err)
	}
	o.has(o.get(at+"?line="+all[0].Ref), 200, string(placed), "Give the key")
	page := o.post(at, "once", "h1", "line", all[0].Ref, "key", "SECRET\tKEY")
	o.has(page, 422, `href="#f-key"`)
	if strings.Contains(page.body, "SECRET") {
		t.Error("the key is sent back")
	}
	o.has(o.post(at, "once", "h2", "line", "another", "key", "AAAA-BBBB-CCCC"), 422, `href="#f-line"`)
	o.has(o.post(at, "once", "h3", "line", all[0].Ref, "key", "AAAA-BBBB-CCCC"), 200, "The line has its key.", "No line waits")
	s := c.ops(party.SupportAgent)
	s.has(s.get(at), 403)
	s.has(s.post(at, "once", "h4", "line", all[0].Ref, "key", "AAAA-BBBB-CCCC"), 403)
}
