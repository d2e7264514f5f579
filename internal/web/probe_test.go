package web_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web"
)

var guids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// R01–R23: no page tells a customer of somebody else from one that is not there, whoever asks and whatever for (rules.md §1).
func TestForeignAndUnknownLookTheSame(t *testing.T) {
	c := open(t)
	roles := []party.Role{party.GlobalAdmin, party.AdminAgent}
	first := func(p party.Partner) string {
		t.Helper()
		who := party.Actor{Scope: party.NewScope(p.ID, ""), Kind: p.Kind, Roles: party.RolesOf(roles...)}
		all, err := c.app.Customers(t.Context(), who, app.CustomerQuery{})
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range all {
			if one.Reseller == "" {
				return string(one.ID)
			}
		}
		t.Fatalf("%s has no customer of its own", p.Name)
		return ""
	}
	own, providers := first(c.seeded.Partner), first(c.seeded.Provider)
	for _, asks := range []struct {
		who     party.Partner
		foreign string
	}{{c.seeded.Provider, own}, {c.seeded.Reseller, own}, {c.seeded.Reseller, providers}, {c.seeded.Partner, providers}} {
		b := c.as(asks.who, "", roles...)
		digit := "0"
		if strings.HasSuffix(asks.foreign, digit) {
			digit = "1"
		}
		unknown := asks.foreign[:len(asks.foreign)-1] + digit
		n := 0
		for _, pattern := range web.Patterns() {
			method, path, _ := strings.Cut(pattern, " ")
			if !strings.Contains(path, "{customer}") {
				continue
			}
			n++
			about := func(customer string) answer {
				at := strings.ReplaceAll(path, "{customer}", customer)
				at = holes.ReplaceAllString(at, "1")
				if method == "POST" {
					return b.post(at, "once", "x")
				}
				return b.get(at)
			}
			theirs, nobodys := about(asks.foreign), about(unknown)
			if theirs.status != 404 || nobodys.status != 404 || guids.ReplaceAllString(theirs.body, "") != guids.ReplaceAllString(nobodys.body, "") {
				t.Errorf("%s asks %s: %d %q, %d %q", asks.who.Kind, pattern, theirs.status, said(theirs), nobodys.status, said(nobodys))
			}
		}
		if n < 40 {
			t.Errorf("%d pages", n)
		}
		for _, draft := range []string{"/requests/new?topic=32444671&order=1&customer=", "/requests/new?topic=32444675&customer="} {
			if theirs, nobodys := b.get(draft+asks.foreign), b.get(draft+unknown); theirs.status != nobodys.status || said(theirs) != said(nobodys) {
				t.Errorf("%s drafts %s: %d %q, %d %q", asks.who.Kind, draft, theirs.status, said(theirs), nobodys.status, said(nobodys))
			}
		}
		form := b.get("/requests/new?topic=32444671")
		file := func(customer string) answer {
			return b.post("/requests/new", "once", form.once(), "topic", "32444671", "severity", "moderate", "title", "t", "customer", customer, "order", "1", "amount", "1 EUR", "reason", "r",
				"first", "Ada", "last", "Agent", "email", "ada@quai.example", "phone", "1")
		}
		if theirs, nobodys := file(asks.foreign), file(unknown); theirs.status != 422 || nobodys.status != 422 || said(theirs) != said(nobodys) {
			t.Errorf("%s files a request: %d %q, %d %q", asks.who.Kind, theirs.status, said(theirs), nobodys.status, said(nobodys))
		}
	}
}

var holes = regexp.MustCompile(`\{[a-z]+\}`)

// said is what a page says, without what is around it.
func said(a answer) string {
	_, text, _ := strings.Cut(a.body, "<main")
	text, _, _ = strings.Cut(text, "</main")
	return guids.ReplaceAllString(text, "")
}
