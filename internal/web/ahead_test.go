package web_test

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// TestCardsLeadToTheirLists: each card of the first page leads to the list of all of it; the address says how far ahead it looks.
func TestCardsLeadToTheirLists(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	home := b.get("/home")
	b.has(home, 200, "/home/renewals?days=30", "/home/waiting", "Twelve months: renewals and closing windows")
	who := operator(c)
	for days, path := range map[int]string{30: "/home/renewals?days=30", 365: "/home/renewals?days=365"} {
		all, err := c.app.Renewals(t.Context(), who, time.Duration(days)*24*time.Hour, app.EndCursor{}, app.AheadMost)
		if err != nil || len(all.Rows) == 0 {
			t.Fatal(err)
		}
		page, rows := b.get(path), 0
		for {
			rows += strings.Count(page.body, `<tr role="row"><th scope="row"`)
			next := regexp.MustCompile(`href="([^"]*)" rel="next"`).FindStringSubmatch(page.body)
			if next == nil {
				break
			}
			page = b.get(html.UnescapeString(next[1]))
		}
		if rows < len(all.Rows) { // and the rows of no other table
			t.Errorf("%s: %d rows of %d", path, rows, len(all.Rows))
		}
		if csv := b.get(path + "&format=csv"); strings.Count(csv.body, "\n") != len(all.Rows)+1 {
			t.Errorf("%s: the file has %d lines", path, strings.Count(csv.body, "\n"))
		}
	}
	b.has(b.get("/home/waiting"), 200, "Ledger Desk", "La Palme")
	windows := b.get("/home/windows?days=60")
	found, err := c.app.Closing(t.Context(), who, 60*24*time.Hour, app.AheadList)
	if err != nil || len(found.Rows) == 0 {
		t.Fatal(err)
	}
	b.has(windows, 200, html.EscapeString(found.Rows[0].Line.Title), `<option value="60" selected>`)
	for lang, text := range map[string]string{"fr": "Délais d’annulation qui se ferment", "ru": "Закрывающиеся окна отмены"} {
		b.lang = lang
		b.has(b.get("/home/windows"), 200, text)
		b.has(b.get("/home/renewals"), 200)
		b.has(b.get("/home/waiting"), 200)
	}
	log := c.as(c.seeded.Partner, "", party.AccountAdmin)
	log.has(log.get("/home/renewals"), 403)
}

// TestCustomersTellIDAndSubscriptions: the list has each customer's id to copy and how many of its subscriptions are active; its
// first page tells what it is charged, how it stands, and leads to its record and the end of the relationship.
func TestCustomersTellIDAndSubscriptions(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	list := b.get("/customers")
	for i, customer := range c.seeded.Customers {
		if customer.ID == "" || i > 3 {
			continue
		}
		counts, err := c.app.ActiveCounts(t.Context(), operator(c), []party.Customer{customer})
		if err != nil {
			t.Fatal(err)
		}
		row := list.row(string(customer.ID))
		if want := fmt.Sprintf(`data-h="Active subscriptions"><div>%d</div>`, counts[customer.ID].N); !strings.Contains(row, want) || !strings.Contains(row, "data-copy") {
			t.Errorf("%s: no %s", customer.CompanyName, want)
		}
	}
	page := b.get(c.at(1))
	b.has(page, 200, "Spend by month", "Balance, not invoiced yet", "Customer agreement", c.at(1)+`/account">Edit`, c.at(1)+"/account/end")
	b.has(b.get(c.at(1)+"/account/end"), 200, "<dialog")
	helper := c.as(c.seeded.Partner, "", party.HelpdeskAgent)
	if page := helper.get(c.at(1)); strings.Contains(page.body, "/account/end") {
		t.Error("R12 the end of the relationship is offered to a helpdesk agent")
	}
	for lang, text := range map[string]string{"fr": "Dépenses par mois", "ru": "Расходы по месяцам"} {
		b.lang = lang
		b.has(b.get(c.at(1)), 200, text)
		b.has(b.get("/customers"), 200)
	}
}
