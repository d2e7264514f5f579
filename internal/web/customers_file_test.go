package web_test

import (
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// TestF01CustomersAreImported: a file of customers is looked over, with wrong rows by their lines, and taken once.
func TestF01CustomersAreImported(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.SalesAgent)
	b.has(b.get("/customers"), 200, `href="/customers/import"`)
	b.has(b.get("/customers/import"), 200, "Import customers", `href="/customers/import/template"`, "1,000 rows")
	file := b.get("/customers/import/template")
	b.has(file, 200, "CompanyName,Domain,Country,Segment,FirstName,LastName,Email,Phone,Street,City,State,PostalCode,RegistrationNumber\n")
	head := strings.TrimSpace(file.body) + "\n"
	own := c.seeded.Customers[0]
	row := func(company, domain, country string) string {
		return company + "," + domain + "," + country + ",,Ada,Roux,ada@" + domain + ",,1 rue,Lyon,,69001,\n"
	}
	bad := b.upload("/customers/import/check", "c.csv", head+row("Atelier", "atelier-sud.example", "FR")+row("<b>Bad", "bad.example", "Nowhere"))
	b.has(bad, 422, "Rows that kept the file out", "is no country that is sold to", `href="#f-file"`, "Country")
	if strings.Contains(b.get("/customers?q=atelier-sud").body, ">Atelier<") {
		t.Error("a file with a wrong row made a customer")
	}
	look := b.upload("/customers/import/check", "c.csv", head+row("<i>Atelier", "atelier-sud.example", "FR")+row("Other", own.Domain, "US"))
	b.has(look, 200, "Add 1 customer", "&lt;i&gt;Atelier", "Customers already there", `href="/customers/`+string(own.ID)+`"`, own.CompanyName, "has no password")
	stranger := c.as(c.seeded.Partner, "", party.SalesAgent)
	stranger.has(stranger.post("/customers/import", look.hiddenOf("/customers/import")...), 409, "no longer kept")
	form := look.hiddenOf("/customers/import")
	b.has(b.post("/customers/import", form...), 200, "1 customer is added; 1 were there already.")
	b.has(b.post("/customers/import", form...), 200, "1 customer is added; 1 were there already.") // the same form again: answered, not done
	b.has(b.get("/customers?q=atelier-sud"), 200, "&lt;i&gt;Atelier")
	again := b.upload("/customers/import/check", "c.csv", head+row("<i>Atelier", "atelier-sud.example", "FR")+row("Other", own.Domain, "US"))
	b.has(again, 200, "nothing is added", "Go to the customers")
	first := b.upload("/customers/import/check", "c.csv", head+row("Nord", "nord.example", "FR"))
	second := b.upload("/customers/import/check", "d.csv", head+row("Nord", "nord.example", "FR")+row("Est", "est.example", "FR"))
	b.has(b.post("/customers/import", first.hiddenOf("/customers/import")...), 200, "1 customer is added")
	moved := b.post("/customers/import", second.hiddenOf("/customers/import")...)
	b.has(moved, 409, "Customers changed meanwhile", "Add 1 customer")
	b.has(b.post("/customers/import", moved.hiddenOf("/customers/import")...), 200, "1 customer is added; 1 were there already.")
	ua := c.as(c.seeded.Partner, "", party.UserAdmin)
	ua.has(ua.get("/customers/import"), 403)
	ua.has(ua.get("/customers/import/template"), 403)
	ua.has(ua.upload("/customers/import/check", "c.csv", head+row("A", "a.example", "FR")), 403)
	for lang, text := range map[string]string{"fr": "Importer des clients", "ru": "Загрузить клиентов"} {
		b.lang = lang
		b.has(b.get("/customers/import"), 200, text)
		b.has(b.upload("/customers/import/check", "c.csv", head+row("A", "a.example", "FR")), 200)
	}
}
