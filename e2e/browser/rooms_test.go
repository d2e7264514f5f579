//go:build e2e

package browser

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// put writes into fields, by their ids; dates and choices as their forms send them.
func (h *mouse) put(pairs ...string) {
	h.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		if !value[bool](h.t, h.p, fmt.Sprintf(`(e => { if (!e) return false; e.value = %q; return true; })(document.getElementById(%q))`, pairs[i+1], pairs[i])) {
			h.t.Fatalf("there is no field %s on %s", pairs[i], value[string](h.t, h.p, `location.href`))
		}
	}
}

// said is what a page says was done.
func (h *mouse) said(what string) {
	h.t.Helper()
	if text := value[string](h.t, h.p, `document.querySelector(".said, .note.good")?.textContent ?? ""`); strings.TrimSpace(text) == "" {
		h.t.Errorf("nothing is said of %s: %s", what, value[string](h.t, h.p, `document.querySelector("main").innerText.slice(0, 600)`))
	}
}

// inEveryWay runs flows of a room in every language, with scripts and without; n counts the rounds.
func inEveryWay(t *testing.T, role string, flows func(h *mouse, n int)) {
	w := open(t)
	n := 0
	for _, tag := range languages {
		for _, scripts := range []bool{true, false} {
			n++
			t.Run(fmt.Sprintf("%s, scripts %t", tag, scripts), func(t *testing.T) {
				p := w.page(t, w.SignIn(t, w.As(t, role)))
				must(t, p.Language(tag))
				must(t, p.Scripts(scripts))
				flows(&mouse{t: t, p: p}, n)
			})
		}
	}
}

// TestF52ThePortal takes a key within three clicks, asks the partner for a change and writes again, and walks up to the second
// step of ending the relationship.
func TestF52ThePortal(t *testing.T) {
	inEveryWay(t, "CGA", func(h *mouse, _ int) {
		visit(h.t, h.p, "/portal")
		h.goes(`.head .acts a[href*="tab=software"]`, "")
		h.goes(`main td a[href^="/portal/software/"]`, "")
		h.goes(`.take button.main`, "")
		if key := value[string](h.t, h.p, `document.querySelector("#taken-key").textContent`); len(key) < 16 {
			h.t.Errorf("the key has %d characters", len(key))
		}
		h.within("a key in the portal", 3)

		visit(h.t, h.p, "/portal/products")
		h.goes(`main td a[href^="/portal/requests/new"]`, "")
		if title := value[string](h.t, h.p, `document.getElementById("f-title").value`); title == "" {
			h.t.Error("the product is not told")
		}
		h.put("f-description", "Two seats more, please.", "f-phone", "1")
		h.goes("main form .btn.main", "")
		h.said("a request")
		h.put("f-text", "From the first of next month.")
		h.goes(`main form[action$="/reply"] .btn.main, main form[action$="/reply"] button`, "")
		h.said("an answer")

		visit(h.t, h.p, "/portal/access")
		h.goes(`main a[href$="/access/end"]`, "")
		h.find("dialog .final", "") // without the tick
		if status, err := h.p.Led(chromedp.Click("[data-e2e]")); err != nil || status != 422 {
			h.t.Errorf("without the tick: %d %v", status, err)
		}
		if value[bool](h.t, h.p, `!document.getElementById("f-sure-error")`) {
			h.t.Error("the relationship ends without a tick")
		}
		h.p.Wrong() // the browser notes the 422
		h.goes("dialog a[data-close]", "")
	})
}

// TestR15TheConsole records a payment, answers a request, adds a dated row, verifies the books, and moves the clock.
func TestR15TheConsole(t *testing.T) {
	inEveryWay(t, "OA", func(h *mouse, n int) {
		visit(h.t, h.p, "/operator/policies")
		h.goes(`.head .acts a[href*="/policies/new"]`, "")
		from := time.Now().AddDate(3, 0, 10*n)
		h.put("f-id", fmt.Sprintf("W%d", n), "f-class", "saas_annual", "f-from", from.Format(time.DateOnly), "f-until", from.AddDate(0, 0, 5).Format(time.DateOnly),
			"f-window", "elapsed", "f-length", "72", "f-credit", "full", "f-after", "end_at_term", "f-source", "contract")
		h.goes("main form .btn.main", "")
		h.said("a row")

		visit(h.t, h.p, "/operator/ledger")
		h.goes(`form[action="/operator/ledger/verify"] button`, "")
		h.said("a proof")
		h.goes(`main a[href*="sums=1"]`, "")
		if value[bool](h.t, h.p, `!document.getElementById("balance")`) {
			h.t.Error("no balance")
		}

		visit(h.t, h.p, "/operator/tenants")
		for _, to := range value[[]string](h.t, h.p, `[...document.querySelectorAll("main th a[href^='/operator/tenants/']")].map(a => a.getAttribute("href"))`) {
			visit(h.t, h.p, to)
			if value[bool](h.t, h.p, `!!document.getElementById("pay")`) {
				break
			}
		}
		h.put("f-amount", "0.01")
		h.goes("#pay .btn.main", "")
		h.said("a payment")

		visit(h.t, h.p, "/operator/clock")
		h.goes(`main form[action="/clock"] button`, "")
		h.said("a move of the clock")
	})
}
