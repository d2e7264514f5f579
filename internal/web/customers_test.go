package web_test

import (
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/locale"
)

func TestF02CustomersAreFound(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.SalesAgent)
	first := c.seeded.Customers[0]
	for _, q := range []string{"northstar", "NORTHSTAR.EX", "star"} {
		a := b.get("/customers?q=" + q)
		b.has(a, 200, first.CompanyName)
		if strings.Contains(a.body, c.seeded.Customers[1].CompanyName) {
			t.Errorf("%q finds others too", q)
		}
	}
	if a := b.get("/customers?q=" + strings.ToUpper(string(first.ID))); a.path != "/customers/"+string(first.ID) {
		t.Errorf("the tenant id leads to %s", a.path)
	}
	b.has(b.get("/customers?q=nobody"), 200, "No customer fits")
	csv := b.get("/customers?format=csv")
	b.has(csv, 200, "Microsoft ID,Company name,Primary domain name,Relationship,Billing country,\"MRR, net\"\n", string(first.ID)+",Northstar Clinics,northstar.example,Reseller,US,")
	months, err := c.app.Recurring(t.Context(), operator(c), c.seeded.Customers)
	if err != nil {
		t.Fatal(err)
	}
	list := b.get("/customers")
	b.has(list, 200, "MRR is the price of running terms")
	told := 0
	for _, one := range c.seeded.Customers {
		sums := months[one.ID].Sums
		if len(sums) != 1 {
			continue
		}
		told++
		b.has(csv, 200, string(one.ID)+","+one.CompanyName+","+one.Domain+",Reseller,"+string(one.Country())+","+sums[0].Decimal()+" "+string(sums[0].Currency())+"\n")
		if amount := locale.Of("en").Money(sums[0]); !strings.Contains(list.row(one.CompanyName), amount) {
			t.Errorf("%s is not told to bring %s a month", one.CompanyName, amount)
		}
	}
	if told < 2 {
		t.Errorf("of %d customers alone the story tells what they bring a month", told)
	}
	for _, lang := range []string{"en", "fr", "ru"} {
		b.lang = lang
		b.has(b.get("/customers/"+string(first.ID)), 200, first.CompanyName, string(first.ID), `role="img"`)
	}
}

func TestF01CustomerIsAdded(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.SalesAgent)
	a := b.post("/customers/new", "company", "Nouveau", "domain", "northstar.example", "country", "FR", "segment", "education",
		"first", "A", "last", "B", "email", "a@b.example", "street", "1 rue", "city", "Lyon", "postal", "69001")
	b.has(a, 409, `value="Nouveau"`, `href="#f-domain"`, `aria-invalid="true"`, `<option value="education" selected>`) // taken: nothing typed is lost
	there := []string{"company", "Neva", "domain", "neva-sever.example", "country", "RU", "segment", "commercial", "first", "A", "last", "B", "email", "a@b.example", "street", "1", "city", "Pskov"}
	b.has(b.post("/customers/new", there...), 422, `href="#f-registration"`, "need the registration number of the organization")
	there = append(there, "registration", "6000000000")
	b.has(b.post("/customers/new", there...), 422, `href="#f-phone"`, "need a telephone number")
	b.has(b.post("/customers/new", append(there, "phone", "+7 811 200 00 00")...), 200, "admin@neva-sever.example")
	b.has(b.post("/customers/new", "company", "Nouveau"), 422, `href="#f-domain"`, `href="#f-email"`)
	a = b.post("/customers/new", "company", "Nouveau", "domain", "nouveau.example", "country", "FR", "segment", "commercial",
		"first", "A", "last", "B", "email", "a@b.example", "street", "1 rue", "city", "Lyon", "postal", "69001")
	b.has(a, 200, "admin@nouveau.example")
	if a.header.Get("Cache-Control") != "no-store" {
		t.Error("a page with a password may be kept")
	}
	b.has(b.get("/customers?q=nouveau"), 200, "Nouveau")
	ua := c.as(c.seeded.Partner, "", party.UserAdmin)
	ua.has(ua.get("/customers"), 403, "Your role does not allow this")
	ua.has(ua.get("/customers/new"), 403)
}
