package web_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// TestR18SeatsOnPages walks through licences on the partner's pages and on the customer's own: somebody is added, gets a
// licence and loses it, a file is refused with its rows and then taken; who may not give seats finds no way there.
func TestR18SeatsOnPages(t *testing.T) {
	c := open(t)
	atelier := c.seeded.Customers[1]
	at := "/customers/" + string(atelier.ID) + "/users"
	b := c.as(c.seeded.Partner, "", party.AdminAgent)

	page := b.get(at)
	b.has(page, 200, "Users and licenses", "Licenses", "0 of 15", "Mail Suite Business", "Assign by file")
	one := b.lise(at)
	page = b.get(one)
	b.has(page, 200, "Lise Bel", "Mail Suite Business", "Assign", "licenseupdates")
	sub := regexp.MustCompile(`name="subscription" value="([^"]*)"><input type="hidden" name="held"[^>]*><button[^>]*>Assign<span class="vh"> Mail Suite Business`).FindStringSubmatch(page.body)
	if sub == nil {
		t.Fatalf("nothing to assign:\n%s", page.body)
	}
	once := page.once()
	page = b.post(one+"/seat", "once", once, "subscription", sub[1], "held", "1")
	b.has(page, 200, "The license is assigned.", "1 of 15", "Take away")
	b.has(b.post(one+"/seat", "once", once, "subscription", sub[1], "held", "1"), 200, "1 of 15")
	b.has(b.get(at), 200, "1 of 15", ">Mail Suite Business")
	b.has(b.post(one+"/seat", "subscription", sub[1]), 200, "somebody else can have it", "0 of 15")
	b.has(b.post(one+"/seat", "subscription", sub[1]), 409, "has no license of it")

	page = b.upload(at+"/seats", "seats.csv", "User,Subscription\nlise@atelier.example,Mail Suite Business\nnobody@atelier.example,Mail Suite Business\nlise@atelier.example,Typewriter\n")
	b.has(page, 422, "Rows that kept the file out", "is no user of this customer", "names no subscription", "0 of 15")
	page = b.upload(at+"/seats", "seats.csv", "User,Subscription\nlise@atelier.example,Mail Suite Business\n")
	b.has(page, 200, "1 row taken: 1 assigned", "1 of 15")
	if csv := b.get(at + "?format=csv"); !strings.Contains(csv.body, "Mail Suite Business") {
		t.Errorf("the file of users names no licences: %s", csv.body)
	}

	// Fewer seats than are given are refused on the subscription's own page.
	own := c.as(c.seeded.Partner, atelier.ID, party.CustomerGlobal)
	page = own.get("/portal/users")
	own.has(page, 200, "1 of 15", "Assign by file")
	mine := strings.Replace(one, at, "/portal/users", 1)
	own.has(own.get(mine), 200, "Take away")
	own.has(own.post(mine+"/seat", "subscription", sub[1]), 200, "0 of 15")
	own.has(own.upload("/portal/users/seats", "seats.csv", "nonsense\n"), 422, "A column is missing")

	sales := c.as(c.seeded.Partner, "", party.SalesAgent)
	if page := sales.get("/customers/" + string(atelier.ID)); strings.Contains(page.body, at) {
		t.Error("a sales agent is led to the licences")
	}
	sales.has(sales.get(one), 403)
	sales.has(sales.post(one+"/seat", "subscription", sub[1], "held", "1"), 403)
	for _, lang := range []string{"fr", "ru"} {
		b.lang = lang
		b.has(b.get(one), 200, map[string]string{"fr": "Licences de cet utilisateur", "ru": "Лицензии пользователя"}[lang])
	}
}

// lisesPassword is what she is added with.
const lisesPassword = "Quai-du-Port-9!"

// lise adds her to the customer whose users are at an address, and gives the address of her page.
func (b *browser) lise(at string) string {
	b.t.Helper()
	page := b.post(at, "once", b.get(at).once(), "upn", "lise@atelier.example", "first", "Lise", "last", "Bel", "password", lisesPassword)
	b.has(page, 200, "lise@atelier.example", "Lise Bel")
	one := regexp.MustCompile(`href="(/customers/[^"]*/users/[0-9a-f-]{36})">Lise Bel`).FindStringSubmatch(page.body)
	if one == nil {
		b.t.Fatalf("no way to Lise: %s", page.body)
	}
	return one[1]
}
