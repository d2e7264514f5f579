package web_test

import (
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// F67 F40: all orders with lines, who and total; an order is cancelled from its page; CSV.
func TestF67OrderHistory(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	a := b.get(c.at(0) + "/orders")
	b.has(a, 200, "Windows Server Standard, 8 cores, 1 year", "1\u00a0Sep\u00a02020", "Completed")
	b.has(b.get(c.at(0)+"/orders?format=csv"), 200, "Order,Date,Lines,By,Status,With tax\n")
	if one := b.get(c.at(0) + "/orders?q=pulse"); one.status != 200 || strings.Contains(one.body, "Windows Server") {
		t.Error("the filter lets other orders through")
	}
	row := b.get(c.at(1) + "/orders?q=SQL+Server+Standard,+2+cores,+1").row("SQL Server Standard, 2 cores, 1 year")
	at := hrefOf(row)
	a = b.get(at)
	b.has(a, 200, "Cancel…", "/software/cancel?order=", "Total so far", "By", "API call")
	old := b.get(hrefOf(b.get(c.at(1) + "/orders?q=Server+Standard,+16").row("Server Standard, 16 cores")))
	b.has(old, 200, "The window closed on") // F57
	for _, lang := range []string{"fr", "ru"} {
		b.lang = lang
		b.has(b.get(c.at(1)+"/orders"), 200)
		b.has(b.get(at), 200)
	}
	foreign := b.get(c.at(0) + "/orders/" + at[strings.LastIndexByte(at, '/')+1:])
	b.has(foreign, 404)
}

func hrefOf(row string) string {
	_, rest, _ := strings.Cut(row, `href="`)
	href, _, _ := strings.Cut(rest, `"`)
	return href
}

// F06: reservations are seen, and the page says why they are neither exchanged nor cancelled, and where they are not sold.
func TestF06Reservations(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	b.has(b.get(c.at(3)+"/reservations"), 200, "Reserved machine D2, 1 year", "Shared: all subscriptions", "Why there is no exchange and no cancellation", "P07", "Add products")
	palme := b.get(c.at(5) + "/reservations")
	b.has(palme, 200, "Reservations are not sold in Guadeloupe")
	if strings.Contains(palme.body, "tab=reservations") {
		t.Error("reservations are offered where they are not sold")
	}
	sales := c.as(c.seeded.Partner, "", party.SalesAgent)
	sales.has(sales.get(c.at(3)+"/reservations"), 403)
}

// R18 R11: a customer's users and the licences bought; a form that fails keeps what was typed, but never the password.
func TestR18UsersAndLicences(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.HelpdeskAgent)
	at := c.at(1) + "/users"
	a := b.get(at)
	b.has(a, 200, "admin@atelier.example", "Global admin of the customer", "Licenses", "Available", "Mail Suite Business", "15")
	bad := b.press(a, `name="upn"`, "upn", "x@elsewhere.example", "first", "Zoé", "last", "Q", "password", "correct horse 9")
	b.has(bad, 422, `value="Zoé"`, `href="#f-upn"`)
	if strings.Contains(bad.body, "correct horse 9") {
		t.Error("a password comes back in the page")
	}
	b.has(b.press(a, `name="upn"`, "upn", "zoe@atelier.example", "first", "Zoé", "last", "Q", "password", "correct horse 9", "once", "z"), 200, "Zoé Q is added", "zoe@atelier.example")
	sales := c.as(c.seeded.Partner, "", party.SalesAgent)
	sales.has(sales.get(at), 403)
}
