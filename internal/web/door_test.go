package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

func TestTheDoor(t *testing.T) {
	c := open(t)
	s := c.stranger()
	a := s.get("/")
	s.has(a, 200, "A partner centre")
	policy := a.header.Get("Content-Security-Policy")
	if want := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"; policy != want {
		t.Errorf("policy %q", policy)
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Content-Language": "en"} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if a := s.get("/customers?q=x"); !strings.HasPrefix(a.path, "/sign-in?next=%2Fcustomers%3Fq%3Dx") {
		t.Errorf("a stranger is sent to %s", a.path)
	}
	s.has(s.get("/nowhere"), 404, "There is no such page")

	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	b.has(b.get("/"), 200, "Renewals in 30 days", "Quai Nine Software")
	b.lang = "fr"
	b.has(b.get("/"), 200, `lang="fr"`, "Clients")
	b.has(b.post("/language", "language", "ru", "next", "/customers"), 200, `lang="ru"`, "Клиенты") // the choice wins over the header
	if a := b.post("/language", "language", "en", "next", "//evil.example/"); !strings.HasPrefix(a.path, "/home") {
		t.Errorf("G57: led to %s", a.path)
	}

	// Another site's form is refused (G54).
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url+"/language", strings.NewReader("language=fr"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	b.has(b.send(r), 403)
}

func TestSessionsEnd(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.SalesAgent)
	b.has(b.get("/me"), 200, "Sales agent", "this browser", "Sign out")
	c.wall.Advance(29 * time.Minute)
	b.has(b.get("/me"), 200)
	c.wall.Advance(30 * time.Minute)
	if a := b.get("/me"); !strings.HasPrefix(a.path, "/sign-in") {
		t.Errorf("after 30 idle minutes: %s", a.path)
	}
}

// Customer staff and partner staff each see their own pages alone.
func TestRoomsAreApart(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, c.seeded.Customers[0].ID, party.CustomerGlobal)
	b.has(b.get("/customers"), 404)
	other := c.as(c.seeded.Provider, "", party.AdminAgent)
	for _, path := range []string{"/customers/" + string(c.seeded.Customers[0].ID), "/customers/00000000-0000-4000-8000-000000000000", "/customers/x"} {
		other.has(other.get(path), 404, "There is no such page") // foreign and unknown look the same
	}
}

// What a stored text holds is shown and never run (G55).
func TestStoredTextsAreShown(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	const nasty = `"><script>alert(1)</script>`
	form := b.get("/customers/new")
	a := b.post("/customers/new", "once", form.once(), "company", nasty, "domain", "nasty.example", "country", "FR", "segment", "commercial",
		"first", nasty, "last", "x", "email", "a@nasty.example", "street", nasty, "city", "Lyon", "postal", "69001")
	b.has(a, 200, "admin@nasty.example")
	for _, page := range []answer{a, b.get("/customers"), b.get("/customers?q=" + "%22%3E%3Cscript%3E")} {
		if strings.Contains(page.body, "<script>alert") {
			t.Errorf("%s: run", page.path)
		}
	}
}
