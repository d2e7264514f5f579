//go:build e2e

package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// What scripts add to every page: bulk acts that come with a choice, a slider that says its day, keys that can be switched off.
func TestTheShellWithScripts(t *testing.T) {
	w := open(t)
	p := w.page(t, w.SignIn(t, w.As(t, "AA")))
	us := "/customers/" + w.Of(t, "US").ID
	visit(t, p, us+"/subscriptions")
	hidden := func() bool { return value[bool](t, p, `document.querySelector("[data-bulk]").hidden`) }
	if !hidden() {
		t.Error("bulk acts stand there with nothing chosen")
	}
	must(t, p.Do(chromedp.Click("tbody input[name=pick]")))
	if hidden() || value[string](t, p, `document.querySelector("[data-chosen] output").textContent`) != "1" {
		t.Error("one is chosen and nothing can be done with it")
	}
	accessible(t, p, "with one chosen", everything)
	must(t, p.Do(chromedp.Click("input[data-all]"), chromedp.Click("input[data-all]")))
	if !hidden() {
		t.Error("none is chosen any more")
	}
	must(t, p.Scripts(false))
	visit(t, p, us+"/subscriptions")
	if hidden() {
		t.Error("without scripts nothing can be done with what is chosen")
	}
	must(t, p.Scripts(true))

	visit(t, p, "/me")
	accessible(t, p, "/me", everything)
	must(t, p.Do(chromedp.Click("#f-keys")))
	if status, err := p.Led(chromedp.Click(`form[action="/me/keys"] button`)); err != nil || status != 200 {
		t.Fatal(status, err)
	}
	visit(t, p, "/customers")
	must(t, p.Do(chromedp.KeyEvent("?"), chromedp.KeyEvent("/")))
	if value[bool](t, p, `document.querySelector("dialog:modal") !== null || document.activeElement.matches("input")`) {
		t.Error("a single key acts though it is switched off")
	}
	must(t, p.Do(chromedp.KeyEvent("k", chromedp.KeyModifiers(2))))
	if value[string](t, p, `document.activeElement.id`) != "find" {
		t.Error("Ctrl K leads nowhere")
	}
	silent(t, p, "switching keys off")

	o := w.page(t, w.SignIn(t, w.As(t, "OA")))
	visit(t, o, "/operator")
	value[bool](t, o, `(() => { const s = document.getElementById("scrub"); s.value = "3"; s.dispatchEvent(new Event("input", {bubbles: true})); return true; })()`)
	if said := value[string](t, o, `document.getElementById("scrub-to").textContent`); !strings.HasPrefix(said, "+3 · ") {
		t.Errorf("the slider says %q", said)
	}
	must(t, o.Do(chromedp.KeyEvent("k", chromedp.KeyModifiers(2))))
	if value[string](t, o, `document.activeElement.id`) != "find" {
		t.Error("Ctrl K leads nowhere in the console")
	}
	silent(t, o, "scrubbing")
}
