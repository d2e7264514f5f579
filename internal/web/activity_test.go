package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// F53: each role reads its kinds of records and no others (R06, R07), by day in the reader's own zone.
func TestF53ActivityLog(t *testing.T) {
	c := open(t)
	customer := c.seeded.Customers[0]
	agent := c.as(c.seeded.Partner, "", party.AdminAgent)
	at := "/customers/" + string(customer.ID) + "/software"
	agent.has(agent.post(at+"/key", agent.get(at).values(`action="`+at+`/key"`)...), 200, "Copy key")

	const seen, placed = "Product key seen", "Order placed"
	for _, r := range []struct {
		role             party.Role
		secret, business bool
	}{{party.GlobalAdmin, true, true}, {party.AccountAdmin, true, false}, {party.AdminAgent, false, true}, {party.SalesAgent, false, true}} {
		b := c.as(c.seeded.Partner, "", r.role)
		for _, path := range []string{"/activity", "/activity?format=csv"} {
			page := b.get(path)
			b.has(page, 200)
			if got := strings.Contains(page.body, seen); got != r.secret {
				t.Errorf("%s: %s shows keys: %t", r.role, path, got)
			}
			if got := strings.Contains(page.body, placed); got != r.business {
				t.Errorf("%s: %s shows business: %t", r.role, path, got)
			}
		}
	}
	b := c.as(c.seeded.Partner, "", party.GlobalAdmin)
	b.has(b.get("/customers/"+string(customer.ID)+"/activity"), 200, seen, customer.CompanyName, "/software?q=")
	if page := b.get("/customers/" + string(c.seeded.Customers[1].ID) + "/activity"); strings.Contains(page.body, seen) {
		t.Error("F53 it shows what was done for others")
	}
	// The key was seen on 20 November at 10:00 UTC: on Kiritimati, 14 hours ahead, it was the 21st.
	b.has(b.get("/activity?from=2026-11-21&to=2026-11-21&zone=Pacific/Kiritimati"), 200, seen, "21\u00a0Nov\u00a02026, 00:00:00")
	if page := b.get("/activity?from=2026-11-21&to=2026-11-21"); strings.Contains(page.body, seen) {
		t.Error("F53 in UTC it was the day before")
	}
	b.http.Jar.SetCookies(must(url.Parse(b.url)), []*http.Cookie{{Name: "comptoir-zone", Value: "Pacific/Kiritimati"}}) // as the script tells it
	b.has(b.get("/activity?from=2026-11-21&to=2026-11-21"), 200, seen, `value="Pacific/Kiritimati"`)
	b.http.Jar.SetCookies(must(url.Parse(b.url)), []*http.Cookie{{Name: "comptoir-zone", Value: "../../etc"}})
	b.has(b.get("/activity"), 200, seen, `value="UTC"`)
	for path, want := range map[string]string{
		"/activity?from=tomorrow":                     "This is no date",
		"/activity?zone=Atlantis":                     "no such time zone",
		"/activity?from=2026-11-20&to=2026-11-01":     "From has to come before To",
		"/activity?from=2020-01-01&to=2026-11-20&q=x": "days apart at most",
	} {
		b.has(b.get(path), 422, want)
	}
	other := c.as(c.seeded.Partner, "", party.Role("UA"))
	other.has(other.get("/activity"), 200, "Your roles read business records")
}
