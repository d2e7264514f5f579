//go:build e2e

package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/e2e/chrome"
	"github.com/comptoir-dev/comptoir/e2e/harness"
)

// overflow is by how many pixels the page is wider than its window.
const overflow = `Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)`

// TestEveryPage follows every link as everybody, then opens each kind of page in Chromium: in three languages, with
// scripts and without, light, dark and in forced colours, wide and 320 px narrow. A page that no link leads to fails.
func TestEveryPage(t *testing.T) {
	w := open(t)
	s := newSite()
	ways := w.filled(t)
	for _, u := range w.Users {
		s.crawl(t, w.SignIn(t, u), ways[u]...)
	}
	stranger := w.SignIn(t, w.Users[0])
	stranger.HTTP.Jar = nil
	s.crawl(t, stranger)
	for _, pattern := range s.unseen() {
		t.Errorf("nothing leads to %s", pattern)
	}
	places := s.all()
	t.Logf("%d routes, %d pages", len(s.places), len(places))
	tabs := map[harness.User]*chrome.Page{}
	seen := 0
	for _, at := range places {
		p := tabs[at.who]
		if p == nil {
			p = w.page(t, w.SignIn(t, at.who))
			tabs[at.who] = p
		}
		t.Run(strings.TrimPrefix(at.pattern, "GET ")+" "+at.path, func(t *testing.T) { everyWay(t, p, at.path) })
		seen++
	}
	t.Logf("%d pages were opened", seen)
}

// filled adds what the demo has none of, and gives the addresses that forms lead to: a cart, an order just made, a request
// with a file.
func (w *world) filled(t *testing.T) map[harness.User][]string {
	t.Helper()
	agent, api := w.SignIn(t, w.As(t, "AA")), w.Client(t)
	us := "/customers/" + w.Of(t, "US").ID
	form := agent.Get(t, "/requests/new?topic=32444673")
	made := agent.Post(t, "/requests/new?topic=32444673", "once", form.Once(), "topic", "32444673", "title", "An invoice", "description", "Which days are these?", "severity", "moderate", "first", "a", "last", "b", "email", "a@b.example", "phone", "1")
	request := made.Header.Get("Location")
	if a := agent.Attach(t, request+"/files", "days.txt", "1 to 30"); a.Status != 303 {
		t.Fatalf("attaching a file: %d", a.Status)
	}
	theirs := w.SignIn(t, w.As(t, "CGA"))
	form = theirs.Get(t, "/portal/requests/new?topic=32444673")
	made = theirs.Post(t, "/portal/requests/new?topic=32444673", "once", form.Once(), "topic", "32444673", "title", "A bill", "description", "Which days are these?", "severity", "moderate", "first", "a", "last", "b", "email", "a@b.example", "phone", "1")
	ours := made.Header.Get("Location")
	if a := theirs.Attach(t, ours+"/files", "bill.txt", "1 to 30"); a.Status != 303 {
		t.Fatalf("attaching a file in the portal: %d", a.Status)
	}
	var carts [2]string
	for i := range carts {
		carts[i] = us + "/carts/" + harness.Read[struct{ ID string }](t, api.Call(t, "POST", "/v1"+us+"/carts", map[string]any{
			"lineItems": []any{map[string]any{"id": 0, "catalogItemId": w.item(t, api, us), "quantity": 1, "billingCycle": "annual", "termDuration": "P1Y"}},
		}), 201).ID
	}
	harness.Read[any](t, api.Call(t, "POST", "/v1"+carts[1]+"/checkout", nil), 201)
	return map[harness.User][]string{theirs.User: {ours}, w.As(t, "AA"): {request, carts[0], carts[1] + "/bought", us + "/software/cancel-several", us + "/move/script"}}
}

// item is something that can be bought for a year.
func (w *world) item(t *testing.T, api *harness.Client, customer string) string {
	t.Helper()
	subs := harness.Read[struct {
		Items []struct{ OfferID, BillingCycle, TermDuration, Status string }
	}](t, api.Call(t, "GET", "/v1"+customer+"/subscriptions", nil), 200)
	for _, s := range subs.Items {
		if s.BillingCycle == "annual" && s.TermDuration == "P1Y" && strings.Count(s.OfferID, ":") == 2 {
			return s.OfferID
		}
	}
	t.Fatalf("nothing is bought for a year: %v", subs)
	return ""
}

// TestTheDoor opens the pages of somebody who is not signed in.
func TestTheDoor(t *testing.T) {
	w := open(t)
	p := w.page(t, nil)
	for _, path := range []string{"/", "/sign-in", "/sign-in?next=%2Fcustomers", "/sign-out"} {
		t.Run(path, func(t *testing.T) { everyWay(t, p, path) })
	}
	q := w.page(t, w.SignIn(t, w.As(t, "AA")))
	for _, path := range []string{"/step-up?next=%2Fme", "/device"} {
		t.Run(path, func(t *testing.T) { everyWay(t, q, path) })
	}
}

// everyWay opens one page in every language and look.
func everyWay(t *testing.T, p *chrome.Page, path string) {
	t.Helper()
	for _, tag := range languages {
		where := tag + " " + path
		must(t, p.Language(tag))
		must(t, p.Show(chrome.Look{Width: 1280, Height: 900}))
		visit(t, p, path)
		if got := value[string](t, p, `document.documentElement.lang`); got != tag {
			t.Errorf("%s: the page is in %q", where, got)
		}
		if n := value[int](t, p, `document.querySelectorAll("h1").length`); n != 1 {
			t.Errorf("%s: %d h1", where, n)
		}
		accessible(t, p, where, false)
		for _, width := range []int64{1280, 320} {
			must(t, p.Show(chrome.Look{Width: width, Height: 900, Still: true}))
			if by := value[int](t, p, overflow); by > 0 {
				t.Errorf("%s: %d px wider than a window of %d: %s", where, by, width, value[string](t, p, widest))
			}
			if n := value[int](t, p, `document.getAnimations().length`); n > 0 {
				t.Errorf("%s: %d things move although the reader wants none to", where, n)
			}
		}
		if tag == "en" {
			for _, look := range []chrome.Look{{Width: 1280, Height: 900, Dark: true}, {Width: 1280, Height: 900, Forced: true}} {
				must(t, p.Show(look))
				accessible(t, p, fmt.Sprintf("%s dark %t forced %t", where, look.Dark, look.Forced), true)
			}
			must(t, p.Show(chrome.Look{Width: 320, Height: 900}))
			accessible(t, p, where+" 320 px", false)
		}
		silent(t, p, where)
	}
	must(t, p.Language("en"))
	forms := value[int](t, p, `document.forms.length`)
	must(t, p.Scripts(false))
	visit(t, p, path)
	if n := value[int](t, p, `document.forms.length`); n != forms {
		t.Errorf("%s without scripts: %d forms, with them %d", path, n, forms)
	}
	if by := value[int](t, p, `document.querySelectorAll("[data-dialog]").length`); by > 0 {
		t.Errorf("%s without scripts: %d buttons do nothing", path, by)
	}
	must(t, p.Scripts(true))
}

// widest names what is wider than the window.
const widest = `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest(".reel, .vh, pre")).slice(0, 4).map(e => e.tagName + "." + e.className + " " + (e.textContent ?? "").trim().slice(0, 40)).join(" | ")`
