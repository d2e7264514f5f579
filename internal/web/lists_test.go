package web_test

import (
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Lists that are whole on their page are ordered by any column, and the address holds it (pages.md §2).
func TestWholeListsAreSorted(t *testing.T) {
	c := open(t)
	first := c.seeded.Customers[0]
	at := "/customers/" + string(first.ID)
	c.as(c.seeded.Partner, "", party.SalesAgent) // somebody more
	for _, x := range []struct {
		who   *browser
		paths []string
	}{
		{c.ops(party.OperatorAdmin), []string{"/operator/tenants?sort=-1", "/operator/tenants/" + string(c.seeded.Partner.ID) + "?sort=-pools.1"}},
		{c.as(c.seeded.Partner, "", party.GlobalAdmin), []string{at + "/users?sort=-users.1", "/account/users?sort=-2", at + "/orders?sort=-1"}},
		{c.as(c.seeded.Partner, first.ID, party.CustomerGlobal), []string{"/portal/products?sort=-1", "/portal/users?sort=-1"}},
	} {
		for _, path := range x.paths {
			page := x.who.get(path)
			x.who.has(page, 200, ` aria-sort="descending"><a href="`)
			up := x.who.get(strings.Replace(path, "sort=-", "sort=", 1))
			x.who.has(up, 200, ` aria-sort="ascending"><a href="`)
			if first, last := firstRow(up.body), firstRow(page.body); first == last && strings.Count(page.body, `scope="row"`) > 2 && !strings.Contains(path, "orders") {
				t.Errorf("%s: both ways begin with %q", path, first)
			}
		}
	}
}

// firstRow is what the first row of the sorted table is called.
func firstRow(body string) string {
	_, body, _ = strings.Cut(body, `aria-sort="`)
	_, body, _ = strings.Cut(body, `<th scope="row" role="rowheader">`)
	row, _, _ := strings.Cut(body, "</th>")
	return row
}

// A subscription's page draws its life, the log who acted when; each with its table (pages.md §4).
func TestPicturesOfLifeAndOfTheLog(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.GlobalAdmin)
	at := "/customers/" + string(c.seeded.Customers[0].ID)
	who := party.Actor{Scope: party.NewScope(c.seeded.Partner.ID, ""), Roles: party.RolesOf(party.GlobalAdmin)}
	subs, err := c.app.Subscriptions(t.Context(), who, c.seeded.Customers[0].ID, app.SubscriptionQuery{})
	if err != nil || len(subs) == 0 {
		t.Fatal(len(subs), err)
	}
	for _, lang := range []string{"fr", "ru", "en"} {
		b.lang = lang
		for _, s := range subs {
			page := b.get(at + "/subscriptions/" + string(s.ID))
			b.has(page, 200, `aria-labelledby="life-w"><title id="life-w">`, `aria-labelledby="life-n">`)
		}
		b.has(b.get("/activity"), 200, `aria-labelledby="ribbon-w">`, `aria-labelledby="ribbon-n">`)
	}
	b.has(b.get(at+"/subscriptions/"+string(subs[0].ID)), 200, ">Ordered</th>", "Its life")
	b.has(b.get("/activity"), 200, "Who acted when", ">First</th>")
}
