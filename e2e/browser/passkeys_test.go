//go:build e2e

package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestPasskeys adds a passkey of a device that Chromium plays, signs in with it, steps up with it, and removes it; the pages
// are looked at by axe on the way. Without the device's owner nothing is signed in.
func TestPasskeys(t *testing.T) {
	w := open(t)
	p := w.page(t, w.SignIn(t, w.As(t, "AA")))
	verified, err := p.Device()
	must(t, err)
	at := func() string { return value[string](t, p, `location.pathname`) }
	leads := func(css string, want int) {
		t.Helper()
		if status, err := p.Led(chromedp.Click(css)); err != nil || status != want {
			t.Fatalf("%s leads to %d %v: %s", css, status, err, value[string](t, p, `document.body.innerText.slice(0, 600)`))
		}
	}
	visit(t, p, "/me/passkeys")
	accessible(t, p, "/me/passkeys", everything)
	must(t, p.Do(chromedp.SendKeys("#f-name", "Test device")))
	leads("form[data-passkey] button", 200)
	silent(t, p, "adding")
	if body := value[string](t, p, `document.querySelector("table").innerText`); !strings.Contains(body, "Test device") {
		t.Fatalf("not listed: %s", body)
	}
	accessible(t, p, "/me/passkeys with one", everything)

	visit(t, p, "/sign-out")
	leads("main button", 200)
	visit(t, p, "/sign-in?next=%2Fme%2Fpasskeys")
	accessible(t, p, "/sign-in", everything)
	must(t, verified(false))
	must(t, p.Do(chromedp.Click("form[data-passkey] button"), chromedp.WaitVisible("[data-trouble]")))
	if at() != "/sign-in" {
		t.Errorf("without the owner the page is %s", at())
	}
	must(t, verified(true))
	leads("form[data-passkey] button", 200)
	if at() != "/me/passkeys" {
		t.Fatalf("after signing in the page is %s", at())
	}
	silent(t, p, "signing in")

	visit(t, p, "/step-up?next=%2Fme")
	accessible(t, p, "/step-up", everything)
	leads("form[data-passkey] button", 200)
	if at() != "/me" {
		t.Errorf("after the step-up the page is %s", at())
	}
	if how := value[string](t, p, `document.querySelector("tr.is-on").innerText`); !strings.Contains(how, "Passkey") {
		t.Errorf("the session says it began by %q", how)
	}
	silent(t, p, "stepping up")

	must(t, p.Scripts(false))
	visit(t, p, "/me/passkeys")
	if !strings.Contains(value[string](t, p, `document.querySelector("main").innerText`), "needs scripts") {
		t.Error("without scripts nothing says what is missing")
	}
	must(t, p.Scripts(true))
	visit(t, p, "/me/passkeys")
	leads(`form[action$="/remove"] button`, 200)
	visit(t, p, "/sign-out")
	leads("main button", 200)
	visit(t, p, "/sign-in")
	leads("form[data-passkey] button", 403)
	if said := value[string](t, p, `document.querySelector("#problem").innerText`); !strings.Contains(said, "not accepted") {
		t.Errorf("a removed passkey: %s", said)
	}
	p.Wrong() // the browser notes the 403
}
