//go:build e2e

package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/comptoir-dev/comptoir/e2e/chrome"
	"github.com/comptoir-dev/comptoir/e2e/harness"
)

// mouse is in somebody's hand; it finds what says a text, and its clicks are counted.
type mouse struct {
	t      *testing.T
	p      *chrome.Page
	clicks int
}

// mark finds the first element that fits and that the reader sees, and gives it a name. text is a part of what it says.
const mark = `(css, text) => {
	for (const e of document.querySelectorAll("[data-e2e]")) e.removeAttribute("data-e2e");
	const modal = document.querySelector("dialog:modal");
	const found = [...document.querySelectorAll(css)].find(e => e.textContent.includes(text) && (!modal || modal.contains(e)) && e.checkVisibility() && e.ariaDisabled !== "true");
	if (!found) return false;
	found.setAttribute("data-e2e", "1");
	found.scrollIntoView({block: "center"});
	return true;
}`

func (h *mouse) find(css, text string) {
	h.t.Helper()
	if !value[bool](h.t, h.p, fmt.Sprintf("(%s)(%q, %q)", mark, css, text)) {
		h.t.Fatalf("there is no %s that says %q on %s", css, text, value[string](h.t, h.p, `location.href + "\n" + document.querySelector("main").innerText.slice(0, 1500)`))
	}
}

// go clicks on what leads to another page, which must be there.
func (h *mouse) goes(css, text string) {
	h.t.Helper()
	h.find(css, text)
	h.clicks++
	status, err := h.p.Led(chromedp.Click("[data-e2e]"))
	if err != nil || status >= 400 && status != 409 && status != 422 {
		h.t.Fatalf("%s %q leads to %d %v: %s", css, text, status, err, value[string](h.t, h.p, `document.body.innerText.slice(0, 600)`))
	}
	silent(h.t, h.p, text)
}

// within fails when it took more clicks than it may.
func (h *mouse) within(what string, most int) {
	h.t.Helper()
	h.t.Logf("%s: %d clicks", what, h.clicks)
	if h.clicks > most {
		h.t.Errorf("%s takes %d clicks, at most %d", what, h.clicks, most)
	}
}

// at opens a customer's page as somebody and lays the hand on the mouse; with scripts or without.
func (w *world) at(t *testing.T, role, country string, scripts bool) *mouse {
	t.Helper()
	p := w.page(t, w.SignIn(t, w.As(t, role)))
	must(t, p.Scripts(scripts))
	visit(t, p, "/customers/"+w.Of(t, country).ID)
	return &mouse{t: t, p: p}
}

// TestF03Buy counts, from the customer's page to the order: buying within 6 clicks, with scripts and without.
func TestF03Buy(t *testing.T) {
	w := open(t)
	for _, scripts := range []bool{true, false} {
		name := map[bool]string{true: "with scripts", false: "without"}[scripts]
		t.Run("F03 buy, "+name, func(t *testing.T) {
			h := w.at(t, "AA", "US", scripts)
			h.goes(".head .acts a", "Add products")
			h.goes("main td button", "Add")
			if value[bool](t, h.p, `!document.querySelector("button[value=buy]")`) {
				h.goes("main a, header a", "Review")
			}
			h.goes("button[value=buy]", "")
			if at := value[string](t, h.p, `location.pathname`); !strings.HasSuffix(at, "/bought") {
				t.Errorf("after Buy the page is %s", at)
			}
			h.within("buying", 6)
		})
	}
}

// active is a subscription of a customer that is active, and no add-on.
func (w *world) active(t *testing.T, api *harness.Client, customer string) string {
	t.Helper()
	all := harness.Read[struct {
		Items []struct{ ID, Status, ParentSubscriptionID string }
	}](t, api.Call(t, "GET", "/v1/customers/"+customer+"/subscriptions", nil), 200)
	for _, s := range all.Items {
		if s.Status == "active" && s.ParentSubscriptionID == "" {
			return s.ID
		}
	}
	t.Fatal("nothing is active")
	return ""
}

// TestF30Suspend counts, from the customer's page to a suspended subscription: within 3 clicks, in every language, with scripts
// and without. Its page is then looked at by axe.
func TestF30Suspend(t *testing.T) {
	w := open(t)
	api := w.Client(t)
	us := w.Of(t, "US")
	active := w.active(t, api, us.ID)
	for _, tag := range languages {
		for _, scripts := range []bool{true, false} {
			t.Run(fmt.Sprintf("F30 %s, scripts %t", tag, scripts), func(t *testing.T) {
				h := w.at(t, "AA", "US", scripts)
				must(t, h.p.Language(tag))
				visit(t, h.p, "/customers/"+us.ID)
				h.goes(`.rail a[href$="/subscriptions"]`, "")
				at := "/customers/" + us.ID + "/subscriptions/" + active
				h.goes(`main th a[href="`+at+`"]`, "")
				h.goes(`main form[action$="/suspend"] button, main a[href$="/suspend"]`, "")
				sub := harness.Read[struct{ Status string }](t, api.Call(t, "GET", "/v1"+at, nil), 200)
				if sub.Status != "suspended" {
					t.Errorf("%s is %s", at, sub.Status)
				}
				h.within("suspending", 3)
				if scripts {
					accessible(t, h.p, tag+" suspended", everything)
				}
				harness.Read[any](t, api.Call(t, "PATCH", "/v1"+at, map[string]any{"status": "active"}), 200)
			})
		}
	}
}

// TestKeyboardAlone cancels software without a mouse: every step is reached by Tab, and where the focus is can be seen.
func TestKeyboardAlone(t *testing.T) {
	w := open(t)
	h := w.at(t, "AA", "US", true)
	h.goes(".rail a", "Software")
	press := func(keys string, leads bool) {
		t.Helper()
		var err error
		if leads {
			_, err = h.p.Led(chromedp.KeyEvent(keys))
		} else {
			err = h.p.Do(chromedp.KeyEvent(keys))
		}
		must(t, err)
	}
	reach := func(css string) {
		t.Helper()
		for range 200 {
			press("\t", false)
			if !value[bool](t, h.p, `(() => { const e = document.activeElement, s = getComputedStyle(e); return e === document.body || e.matches("dialog") || s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== "none"; })()`) {
				t.Errorf("the focus is not seen on %s", value[string](t, h.p, `document.activeElement.outerHTML.slice(0, 200)`))
			}
			if value[bool](t, h.p, `document.activeElement.matches(`+fmt.Sprintf("%q", css)+`)`) {
				return
			}
		}
		t.Fatalf("%s is not reached by Tab", css)
	}
	reach(".itemrow > .acts a.ask")
	press("\r", true)
	reach("#f-ack")
	press(" ", false)
	reach("dialog .final")
	press("\r", true)
	if said := value[string](t, h.p, `document.querySelector(".said")?.textContent ?? ""`); said == "" {
		t.Error("nothing is said of what was done")
	}
	// Ctrl K goes to the search from anywhere, ? opens the sheet of shortcuts and Esc closes it.
	must(t, h.p.Do(chromedp.KeyEvent("k", chromedp.KeyModifiers(2))))
	if got := value[string](t, h.p, `document.activeElement.id`); got != "find" {
		t.Errorf("Ctrl K leads to %q", got)
	}
	value[bool](t, h.p, `(document.activeElement.blur(), true)`)
	press("?", false)
	if !value[bool](t, h.p, `document.getElementById("keys").matches(":modal")`) {
		t.Error("? opens nothing")
	}
	press("\u001b", false)
	if value[bool](t, h.p, `document.getElementById("keys").open`) {
		t.Error("Esc does not close it")
	}
	silent(t, h.p, "keys")
}
