package web_test

import (
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// The customer's own portal: each role sees what rules.md §1 gives it, and never what the partner pays (R09, R19, F52).
func TestR09R19Portal(t *testing.T) {
	c := open(t)
	customer := c.seeded.Customers[0]
	admin := c.as(c.seeded.Partner, customer.ID, party.CustomerGlobal)
	home := admin.get("/")
	admin.has(home, 200, customer.CompanyName, "Your partner is ", "Who saw your keys", "Next payment")
	for _, lang := range []string{"fr", "ru", "en"} {
		admin.lang = lang
		for _, path := range []string{"/portal", "/portal/products", "/portal/products?tab=software", "/portal/bills", "/portal/users", "/portal/users/new", "/portal/access", "/portal/access/end", "/portal/requests", "/portal/requests/new"} {
			admin.has(admin.get(path), 200)
		}
	}
	list := admin.get("/portal/bills")
	m := regexp.MustCompile(`href="(/portal/bills/B\d+)"`).FindStringSubmatch(list.body)
	if m == nil {
		t.Fatalf("no bill\n%s", list.body)
	}
	page := admin.get(m[1])
	admin.has(page, 200, "explain this amount")
	why := regexp.MustCompile(`why=([^"&#]+)#explain`).FindStringSubmatch(page.body)
	one := admin.get(m[1] + "?why=" + why[1])
	admin.has(one, 200, "Same today", "Ask about this line")
	if strings.Contains(one.body, "Price row") || strings.Contains(one.body, "Policy row") {
		t.Error("R09 a bill tells of the cost")
	}
	if pdf := admin.get(m[1] + "/statement"); !strings.HasPrefix(pdf.body, "%PDF-") {
		t.Errorf("no PDF: %d", pdf.status)
	}

	bills := c.as(c.seeded.Partner, customer.ID, party.CustomerBilling)
	bills.has(bills.get("/"), 200, "Next payment")
	bills.has(bills.get("/portal/bills"), 200, "B0")
	bills.has(bills.get("/portal/products"), 403)
	bills.has(bills.get("/portal/users"), 403)
	bills.has(bills.get("/portal/access"), 403)

	user := c.as(c.seeded.Partner, customer.ID, party.CustomerUser)
	user.has(user.get("/"), 200, "What you have")
	own := user.get("/portal/products?tab=software")
	user.has(own, 200, "Windows Server")
	if strings.Contains(own.body, "$") {
		t.Error("R19 a price stands among the products")
	}
	for _, path := range []string{"/portal/bills", "/portal/access", "/portal/requests", "/portal/users"} {
		user.has(user.get(path), 403)
	}
	staff := c.as(c.seeded.Partner, "", party.AdminAgent, party.GlobalAdmin)
	for _, path := range []string{"/portal", "/portal/products", "/portal/bills"} {
		staff.has(staff.get(path), 404) // R04: not even with delegated access
	}
}

// The customer's administrator adds people, gives them roles, removes them and brings them back (R11).
func TestR11PortalUsers(t *testing.T) {
	c := open(t)
	customer := c.seeded.Customers[0]
	admin := c.as(c.seeded.Partner, customer.ID, party.CustomerGlobal)
	form := admin.get("/portal/users/new")
	admin.has(admin.post("/portal/users/new", "first", "A", "last", "", "upn", "a"), 422, `href="#f-last"`, `value="a"`)
	admin.has(admin.post("/portal/users/new", "first", "A", "last", "B", "upn", "a@elsewhere.example"), 422, `href="#f-upn"`, customer.Domain)
	made := admin.post("/portal/users/new", "once", form.once(), "first", "Anna", "last", "Bell", "upn", "anna")
	admin.has(made, 200, "anna@"+customer.Domain)
	if made.header.Get("Cache-Control") != "no-store" {
		t.Error("a page with a password may be kept")
	}
	list := admin.get("/portal/users")
	m := regexp.MustCompile(`(?s)Anna Bell.*?action="(/portal/users/[^/"]+)/role"`).FindStringSubmatch(list.body)
	if m == nil {
		t.Fatalf("no user\n%s", list.body)
	}
	admin.has(admin.post(m[1]+"/role", "role", "CBA", "held", "1", "once", "r1"), 200, "Billing admin of the customer")
	admin.has(admin.get(m[1]+"/delete"), 200, "Remove Anna Bell?", "30 days")
	admin.has(admin.post(m[1]+"/delete", "once", "d1"), 200, "Removed users", "Restore")
	admin.has(admin.post(m[1]+"/restore", "once", "d2"), 200, "The user is back.")
}

// Ending the relationship takes two steps, says why it cannot be ended, and can be undone by the customer alone (R12).
func TestR12PortalEndsTheRelationship(t *testing.T) {
	c := open(t)
	customer := c.seeded.Customers[0]
	admin := c.as(c.seeded.Partner, customer.ID, party.CustomerGlobal)
	admin.has(admin.get("/portal/access"), 200, "End the relationship…", "What its staff may do for you")
	admin.has(admin.get("/portal/access/end"), 200, "I understand what ends.", "Keep the relationship")
	admin.has(admin.post("/portal/access/end", "once", "e0"), 422, `id="f-sure-error"`)
	admin.has(admin.post("/portal/access/end", "once", "e1", "sure", "1"), 409, `class="note stop" role="alert"`)
	admin.has(admin.get("/portal/access?format=csv"), 200, "When,Who,What")
}

// The customer's administrator has a key in three clicks: products, the product, Get key; the partner's staff has none of it (F52, R04).
func TestF52PortalKeys(t *testing.T) {
	c := open(t)
	customer := c.seeded.Customers[0]
	admin := c.as(c.seeded.Partner, customer.ID, party.CustomerGlobal)
	m := regexp.MustCompile(`href="(/portal/software/[^"]+)"`).FindStringSubmatch(admin.get("/portal/products?tab=software").body)
	if m == nil {
		t.Fatal("no software with keys")
	}
	admin.has(admin.get(m[1]), 200, "Get key")
	version := regexp.MustCompile(`name="version"[^>]*><option value="([^"]+)"`).FindStringSubmatch(admin.get(m[1]).body)
	if version == nil {
		t.Fatal("no version to choose")
	}
	key := admin.post(m[1]+"/key", "version", version[1])
	admin.has(key, 200, `id="taken-key"`, "data-hide=\"60\"")
	if key.header.Get("Cache-Control") != "no-store" {
		t.Error("a page with a key may be kept")
	}
	if strings.Contains(admin.get(m[1]).body, `id="taken-key"`) {
		t.Error("the key is still there")
	}
	admin.has(admin.get("/portal/access"), 200, "Product key seen")
	admin.has(admin.post(m[1]+"/link", admin.get(m[1]).values(`action="`+m[1]+`/key"`)...), 200, "/downloads/")
	admin.has(admin.get(m[1]), 200, `<div class="gauge"><svg`, "50 of 50 downloads")
	ask := regexp.MustCompile(`href="(/portal/requests/new\?product=[^"]+)"`).FindStringSubmatch(admin.get("/portal/products").body)
	if ask == nil {
		t.Fatal("nothing to ask about")
	}
	admin.has(admin.get(html.UnescapeString(ask[1])), 200, `value="A change of `)
	for _, role := range []party.Role{party.CustomerBilling, party.CustomerUser} {
		b := c.as(c.seeded.Partner, customer.ID, role)
		b.has(b.get(m[1]), 403)
		b.has(b.post(m[1]+"/key"), 403)
	}
	c.wall.Advance(6 * time.Minute)
	if a := admin.post(m[1]+"/key", "version", version[1]); strings.Contains(a.body, `id="taken-key"`) || !strings.Contains(a.path, "next=") {
		t.Errorf("a key without a step-up: %s", a.path)
	}
	c.wall.Advance(14 * 24 * time.Hour)
	late := c.as(c.seeded.Partner, customer.ID, party.CustomerGlobal)
	if page := late.get(m[1]); !strings.Contains(page.body, "The link expired on") || strings.Contains(page.body, "downloads left") {
		t.Error("E24 an expired link looks alive")
	}
}

// The customer reads the whole log of who saw its keys, page by page, and nothing of it twice (R06).
func TestR06PortalLogHasPages(t *testing.T) {
	c := open(t)
	admin := c.as(c.seeded.Partner, c.seeded.Customers[0].ID, party.CustomerGlobal)
	at := regexp.MustCompile(`href="(/portal/software/[^"]+)"`).FindStringSubmatch(admin.get("/portal/products?tab=software").body)[1]
	version := regexp.MustCompile(`name="version"[^>]*><option value="([^"]+)"`).FindStringSubmatch(admin.get(at).body)[1]
	for range 60 {
		admin.post(at+"/key", "version", version)
	}
	rows := regexp.MustCompile(`<tr role="row"><th scope="row" role="rowheader"><time datetime="`)
	var seen, pages int
	for path := "/portal/access"; path != "" && pages < 10; pages++ {
		page := admin.get(path)
		seen += len(rows.FindAllString(page.body, -1))
		next := regexp.MustCompile(`<a href="([^"]+)" rel="next">`).FindStringSubmatch(page.body)
		path = ""
		if next != nil {
			path = html.UnescapeString(next[1])
		}
		if pages > 0 {
			admin.has(page, 200, "First page")
		}
	}
	csv := strings.Count(strings.TrimSpace(admin.get("/portal/access?format=csv").body), "\n")
	if seen != csv || seen < 60 || pages < 2 {
		t.Errorf("%d records on %d pages, %d in the file", seen, pages, csv)
	}
}

// The customer sees where its partner is reached, and can write and call from there; what the link has left is a picture.
func TestR23PortalTellsWhereThePartnerIs(t *testing.T) {
	c := open(t)
	partner := c.as(c.seeded.Partner, "", party.GlobalAdmin)
	version := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(partner.get("/account").body)
	if version == nil {
		t.Fatal("no form of the support profile")
	}
	partner.has(partner.post("/account", "version", version[1], "email", "help+eu?cc=x@quai.example", "phone", "+33 1 23 45", "website", "https://help.quai.example/"), 200)
	admin := c.as(c.seeded.Partner, c.seeded.Customers[0].ID, party.CustomerGlobal)
	for _, path := range []string{"/portal", "/portal/access"} {
		admin.has(admin.get(path), 200, `<a href="mailto:help+eu%3Fcc=x@quai.example">help+eu?cc=x@quai.example</a>`, `<a href="tel:+3312345">+33 1 23 45</a>`, `<a href="https://help.quai.example/">`)
	}
	at := regexp.MustCompile(`href="(/portal/software/[^"]+)"`).FindStringSubmatch(admin.get("/portal/products?tab=software").body)[1]
	admin.post(at+"/link", admin.get(at).values(`action="`+at+`/key"`)...)
	admin.has(admin.get(at), 200, `<div class="gauge"><svg`, "Show as table")
}
