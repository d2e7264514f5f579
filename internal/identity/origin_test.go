package identity_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/identity"
)

// guess tries a wrong password so often, and tells how often each status was answered.
func (c *centre) guess(times int, upn string) map[int]int {
	c.Helper()
	count := map[int]int{}
	for range times {
		count[c.post("/sign-in", "name", upn, "password", "guess").status]++
	}
	return count
}

// TestG47NobodyIsLockedOut by those who try the name elsewhere (decision 0031).
func TestG47NobodyIsLockedOut(t *testing.T) {
	centres(t, nil, func(c *centre) {
		c.signIn("ana@p.example")
		c.get("/sign-out")
		own := c.client
		c.newBrowser()
		if got := c.guess(30, "ana@p.example"); got[403] != 10 || got[429] != 20 {
			c.Errorf("elsewhere: %v", got)
		}
		if r := c.post("/sign-in", "name", "ana@p.example", "password", pass); r.status != 429 {
			c.Errorf("the right password in a new browser while full: %d", r.status)
		}
		elsewhere := c.client
		c.client = own
		c.signIn("ana@p.example")
		if r := c.post("/step-up", "password", pass); r.status != http.StatusSeeOther {
			c.Errorf("a step-up of her session: %d", r.status)
		}
		if got := c.guess(12, "ana@p.example"); got[403] != 10 || got[429] != 2 {
			c.Errorf("her own browser: %v", got)
		}
		if got := c.guess(12, "bob@p.example"); got[403] != 10 { // she is known there, and nobody else
			c.Errorf("another name in her browser: %v", got)
		}
		c.client = elsewhere
		c.wall.Advance(15 * time.Minute)
		c.signIn("ana@p.example")
	})
}

// TestG47KnownBrowsersAreTold by us alone, and open nothing.
func TestG47KnownBrowsersAreTold(t *testing.T) {
	centres(t, nil, func(c *centre) {
		r := c.post("/sign-in", "name", "ana@p.example", "password", pass)
		known := ""
		for _, line := range r.header.Values("Set-Cookie") {
			if name, value, _ := strings.Cut(line, "="); strings.HasSuffix(name, "-known") {
				known, _, _ = strings.Cut(value, ";")
				if !strings.Contains(line, "HttpOnly") || !strings.Contains(line, "SameSite=Lax") {
					c.Errorf("%s", line)
				}
			}
		}
		name, sum, ok := strings.Cut(known, ".")
		if !ok {
			c.Fatalf("no cookie of a known browser: %v", r.header)
		}
		c.newBrowser()
		if got := c.guess(10, "ana@p.example"); got[403] != 10 {
			c.Fatalf("%v", got)
		}
		cookie := c.people.CookieName() + "-known="
		for value, want := range map[string]int{known: 403, name + "." + sum[1:]: 429, "x." + sum: 429, name: 429, name + ".": 429, strings.Repeat("a", 200): 429} {
			got := c.send("POST", "/sign-in", form("name", "ana@p.example", "password", "guess"), "Sec-Fetch-Site", "same-origin", "Cookie", cookie+value)
			if got.status != want {
				c.Errorf("%q: %d, want %d", value, got.status, want)
			}
		}
		c.change("u1", func(p *party.Person) { p.Password = identity.Credentials{}.HashPassword("another long one") })
		if got := c.send("POST", "/sign-in", form("name", "ana@p.example", "password", "guess"), "Sec-Fetch-Site", "same-origin", "Cookie", cookie+known); got.status != 429 {
			c.Errorf("the browser is known after the password changed: %d", got.status)
		}
		if got := c.send("GET", "/device", "", "Cookie", cookie+known); got.status != http.StatusSeeOther {
			c.Errorf("the cookie opens a page: %d", got.status)
		}
	})
}

// TestG47OneAddress that tries a password on everybody is held after a hundred, and who has signed in from there before is not.
func TestG47OneAddress(t *testing.T) {
	centres(t, nil, func(c *centre) {
		c.signIn("ana@p.example")
		own := c.client
		c.newBrowser()
		count := map[int]int{}
		for n := range 25 {
			for status, times := range c.guess(5, fmt.Sprintf("somebody%d@p.example", n)) {
				count[status] += times
			}
		}
		if count[403] != 100 || count[429] != 25 {
			c.Errorf("%v", count)
		}
		c.client = own
		c.signIn("ana@p.example")
	})
}

// TestG47DeviceCodes that nobody signs in with are bounded: each is kept for a while, and needs no secret.
func TestG47DeviceCodes(t *testing.T) {
	centres(t, nil, func(c *centre) {
		count := map[int]int{}
		for range 105 {
			count[c.post("/"+partner+"/oauth2/v2.0/devicecode", "client_id", desktop, "scope", api+"/user_impersonation").status]++
		}
		if count[200] != 100 || count[429] != 5 {
			c.Errorf("%v", count)
		}
	})
}

// TestInventedNamesHideNobody from the operator's list of those who failed to sign in.
func TestInventedNamesHideNobody(t *testing.T) {
	centres(t, nil, func(c *centre) {
		c.guess(1, "ana@p.example")
		for n := range 60 {
			c.guess(1, fmt.Sprintf("somebody%d@p.example", n))
		}
		all, err := c.people.Failures(t.Context(), party.Actor{Roles: party.RolesOf(party.OperatorAdmin)})
		got := map[string]int{}
		for _, f := range all {
			got[f.UPN] += f.N
		}
		if err != nil || len(all) != 2 || got["ana@p.example"] != 1 || got[""] != 60 {
			c.Errorf("%v %v", got, err)
		}
	})
}
