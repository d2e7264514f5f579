package web_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// A list is kept as it was asked for, for the person, opened again, and forgotten (pages.md §2).
func TestViewsAreKept(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.GlobalAdmin)
	name := regexp.MustCompile(`p[0-9a-f]{8}@[0-9a-f]{8}\.example`).FindString(b.get("/me").body)
	b.has(b.get("/me/views"), 200, "No saved views yet")
	b.has(b.get("/customers?q=north&after=abc"), 200, `action="/me/views"><input type="hidden" name="at" value="/customers?q=north">`)
	page := b.post("/me/views", "at", "/customers?q=north", "name", " North <1> ")
	b.has(page, 200, "The view North &lt;1&gt; is kept.", `<a href="/customers?q=north" aria-current="true">North &lt;1&gt;</a>`, "Northstar")
	if page.path != "/customers?q=north" {
		t.Errorf("it leads to %s", page.path)
	}
	if strings.Contains(b.get("/activity").body, "North &lt;1&gt;") {
		t.Error("a view of one list stands at another")
	}
	other := c.stranger() // another browser of the same person
	other.post("/sign-in", "name", name, "password", password, "next", "/")
	other.has(other.get("/customers"), 200, `<a href="/customers?q=north">North`)
	other.has(other.get("/me/views"), 200, `<a href="/customers?q=north">North`, "/customers?q=north")
	somebody := c.as(c.seeded.Partner, "", party.GlobalAdmin)
	if strings.Contains(somebody.get("/customers").body, "North &lt;1&gt;") {
		t.Error("a view of somebody else's")
	}

	b.has(b.post("/me/views", "at", "/customers", "name", ""), 422, `href="#f-name"`, `name="at" value="/customers"`)
	b.has(b.post("/me/views", "at", "https://x.example/", "name", "x"), 422)
	b.has(b.post("/me/views", "at", "//x.example/", "name", "x"), 422)
	for i := range party.MaxViews - 1 {
		b.post("/me/views", "at", "/activity?from=2026-01-01", "name", strconv.Itoa(i))
	}
	b.has(b.post("/me/views", "at", "/activity", "name", "one more"), 409, "You keep 20 views", `value="one more"`)
	b.has(b.post("/me/views/remove", "at", "/customers?q=north", "name", "North <1>"), 200, "is removed")
	b.has(b.post("/me/views", "at", "/activity", "name", "one more"), 200, "is kept")
	portal := c.as(c.seeded.Partner, c.seeded.Customers[0].ID, party.CustomerGlobal)
	portal.has(portal.post("/me/views", "at", "/portal/products?q=a", "name", "A"), 200, `<a href="/portal/products?q=a" aria-current="true">A</a>`)
}
