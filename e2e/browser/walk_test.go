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

// unoffered are the acts that the demo, as it is walked, has nothing for; each has a test of its own.
var unoffered = map[string]string{
	"POST /me/views/remove":                                            "nobody has kept a view: TestViewsAreKept",
	"POST /me/app/remove":                                              "nobody has an app: TestAuthenticatorAppIsSetUp",
	"POST /me/passkeys/{passkey}":                                      "nobody has a passkey: TestPasskeys",
	"POST /me/passkeys/{passkey}/remove":                               "nobody has a passkey: TestPasskeys",
	"POST /customers/{customer}/move/mark":                             "devices are chosen first",
	"POST /customers/{customer}/software/cancel-several":               "lines are chosen first",
	"POST /customers/{customer}/subscriptions/{subscription}/activate": "nothing of the customers seen waits for its publisher",
	"POST /prices/check":                                               "the operator of the demo is no partner's staff: TestF24PriceSheets",
	"POST /prices/import":                                              "the operator of the demo is no partner's staff: TestF24PriceSheets",
	"POST /customers/import":                                           "a file is looked over first: TestF01CustomersAreImported",
	"POST /operator/prices/import":                                     "a sheet is looked over first: TestR15SheetsOnTheConsole",
	"POST /portal/users/{user}/restore":                                "nobody was removed: TestR11PortalUsers",
	"POST /portal/access/resume":                                       "no relationship has ended",
	"POST /operator/tenants/{partner}/withdraw":                        "how many is said first: TestR15KeysAreRevoked",
	"POST /operator/tenants/{partner}/waiting":                         "nothing waits for a supplier: TestR15KeysAreHanded",
	"POST /operator/policies/{row}/close":                              "the day is said first: TestR15RowIsEnded",
	"POST /operator/jobs/discard":                                      "no upload is unfinished: TestR15JobsAreRetriedAndDiscarded",
	"POST /operator/backup/test":                                       "no copy is made yet: TestR15BackupsAreTestedAndFetched",
	"POST /operator/backup/copies/{file}":                              "no copy is made yet: TestR15BackupsAreTestedAndFetched",
	"POST /operator/downloads/{file}/replace":                          "the demo has one file: TestR15FileIsReplacedOnTheConsole",
	"POST /operator/uploads":                                           "a script sends it: TestAnUploadGoesOn",
	"POST /operator/uploads/{upload}":                                  "a script sends it: TestAnUploadGoesOn",
	"POST /operator/downloads/{file}/remove":                           "every file is delivered",
}

// lanes are how many tabs of each reader work at a time.
const lanes = 2

// TestEveryPage follows every link as everybody, then opens each kind of page in Chromium: in three languages, with
// scripts and without, light, dark and in forced colours, wide and 320 px narrow. A page that no link leads to fails, and so
// does an act that no form is for.
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
	for _, pattern := range s.unsent() {
		if unoffered[pattern] == "" {
			t.Errorf("no form is for %s", pattern)
		}
	}
	for pattern := range unoffered {
		if s.sent[pattern] {
			t.Errorf("there is a form for %s after all", pattern)
		}
	}
	places := s.all()
	t.Logf("%d routes, %d pages", len(s.places), len(places))
	var f figures
	t.Run("pages", func(t *testing.T) {
		for lane := range lanes {
			t.Run(fmt.Sprintf("lane %d", lane), func(t *testing.T) {
				t.Parallel()
				tabs := map[harness.User]*chrome.Page{}
				for i := lane; i < len(places); i += lanes {
					at := places[i]
					p := tabs[at.who]
					if p == nil {
						p = w.page(t, w.SignIn(t, at.who))
						tabs[at.who] = p
					}
					t.Run(strings.TrimPrefix(at.pattern, "GET ")+" "+at.path, func(t *testing.T) {
						if at.first {
							f.add(everyWay(t, p, at.path))
						} else {
							inPassing(t, p, at.path, languages[1+i%2])
						}
					})
				}
			})
		}
	})
	f.tell(t)
}

// pale is what axe says of the colours of a page in the dark, and where the system forces its own.
func pale(t *testing.T, p *chrome.Page) (out []string) {
	t.Helper()
	for _, look := range []chrome.Look{{Width: 1280, Height: 900, Dark: true}, {Width: 1280, Height: 900, Forced: true}} {
		must(t, p.Show(look))
		for _, wrong := range violations(t, p, colours) {
			out = append(out, fmt.Sprintf("dark %t forced %t: %s", look.Dark, look.Forced, wrong))
		}
	}
	return out
}

// inPassing opens a page that is like one that was looked at in every way: in one language, wide and narrow.
func inPassing(t *testing.T, p *chrome.Page, path, tag string) {
	t.Helper()
	must(t, p.Language(tag))
	must(t, p.Show(chrome.Look{Width: 1280, Height: 900}))
	visit(t, p, path)
	accessible(t, p, tag+" "+path, everything)
	fits(t, p, tag+" "+path)
	silent(t, p, tag+" "+path)
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
	return map[harness.User][]string{theirs.User: {ours}, w.As(t, "AA"): {request, carts[0], carts[1] + "/bought", us + "/software/cancel-several", us + "/move/script", "/customers/" + w.Of(t, "AU").ID + "/reservations"}}
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

// everyWay opens one page in every language and look, and tells what it took.
func everyWay(t *testing.T, p *chrome.Page, path string) figure {
	t.Helper()
	out, forms := figure{path: path}, 0
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
		bytes := value[float64](t, p, transferred)
		if out.bytes = max(out.bytes, bytes); bytes > mostBytes {
			t.Errorf("%s: %.0f bytes were transferred, more than %d", where, bytes, mostBytes)
		}
		if tag == "en" {
			forms = value[int](t, p, `document.forms.length`)
		}
		accessible(t, p, where, everything)
		fits(t, p, where)
		accessible(t, p, where+" 320 px", shapes) // it is that narrow now
		for _, wrong := range pale(t, p) {
			t.Errorf("%s: %s", where, wrong)
		}
		silent(t, p, where)
	}
	must(t, p.Language("en"))
	must(t, p.Show(chrome.Look{Width: 1280, Height: 900}))
	must(t, p.Scripts(false))
	visit(t, p, path)
	if n := value[int](t, p, `document.forms.length`); n != forms {
		t.Errorf("%s without scripts: %d forms, with them %d", path, n, forms)
	}
	if by := value[int](t, p, `document.querySelectorAll("[data-dialog]").length`); by > 0 {
		t.Errorf("%s without scripts: %d buttons do nothing", path, by)
	}
	must(t, p.Scripts(true))
	return out
}

// fits fails for what is wider than the window, at 1280 and 320 px, and for what moves although the reader wants none to.
func fits(t *testing.T, p *chrome.Page, where string) {
	t.Helper()
	for _, width := range []int64{1280, 320} {
		must(t, p.Show(chrome.Look{Width: width, Height: 900, Still: true}))
		got := value[struct{ By, Moves float64 }](t, p, `({By: `+overflow+`, Moves: document.getAnimations().length})`)
		if got.By > 0 {
			t.Errorf("%s: %.0f px wider than a window of %d: %s", where, got.By, width, value[string](t, p, widest))
		}
		if got.Moves > 0 {
			t.Errorf("%s: %.0f things move although the reader wants none to", where, got.Moves)
		}
	}
}

// widest names what is wider than the window.
const widest = `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest(".reel, .vh, pre")).slice(0, 4).map(e => e.tagName + "." + e.className + " " + (e.textContent ?? "").trim().slice(0, 40)).join(" | ")`
