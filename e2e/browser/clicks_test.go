//go:build e2e

package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/comptoir-dev/comptoir/e2e/chrome"
)

// hand counts the clicks of somebody on a page.
type hand struct {
	*testing.T
	page   *chrome.Page
	clicks int
}

// leads clicks what leads to another page.
func (h *hand) leads(selector string) {
	h.Helper()
	h.clicks++
	if status, err := h.page.Led(chromedp.Click(selector)); err != nil || status != 200 {
		h.Fatalf("%s: %d %v", selector, status, err)
	}
	silent(h.T, h.page, selector)
}

// here clicks what stays on the page.
func (h *hand) here(selector string) {
	h.Helper()
	h.clicks++
	must(h.T, h.page.Do(chromedp.Click(selector)))
}

func (h *hand) within(n int, what string) {
	h.Helper()
	if h.clicks > n {
		h.Errorf("%s takes %d clicks, more than %d", what, h.clicks, n)
	}
	h.Logf("%s: %d clicks", what, h.clicks)
	h.clicks = 0
}

// TestKeyAndCancellation counts, from a customer's page: a key within 3 clicks, a cancellation within 4, its credit told before
// the last. In each language, with scripts and without, and each dialog is looked at by axe.
func TestKeyAndCancellation(t *testing.T) {
	w := open(t)
	agent := w.SignIn(t, w.As(t, "AA"))
	customer := "/customers/" + w.Customers[0].ID
	for _, tag := range languages {
		for _, scripts := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, scripts %t", tag, scripts), func(t *testing.T) {
				p := w.page(t, agent)
				must(t, p.Language(tag))
				must(t, p.Scripts(scripts))
				h := &hand{T: t, page: p}
				look := func(what string) {
					if scripts { // axe is one
						accessible(t, p, tag+" "+what, everything)
					}
					must(t, p.Show(chrome.Look{Width: 320, Height: 900}))
					if by := value[float64](t, p, overflow); by > 0 {
						t.Errorf("%s is %.0f pixels too wide for a telephone", what, by)
					}
					must(t, p.Show(chrome.Look{Width: 1280, Height: 900}))
				}

				visit(t, p, customer)
				h.leads(`.head .acts a[href$="/software"]`)
				h.here(`.items > li:nth-child(2) summary`) // not even the first
				h.leads(`.items > li:nth-child(2) .take button.main`)
				if key := value[string](t, p, `document.querySelector("#taken-key").textContent`); len(key) < 16 {
					t.Errorf("the key has %d characters", len(key))
				}
				h.within(3, "a key")
				look("the key")
				h.leads(`#taken a[data-close]`)
				h.here(`.items > li:first-child summary`)
				h.leads(`.items > li:first-child .take [formaction$="/link"]`)
				look("the link")

				h.clicks = 0
				visit(t, p, customer)
				h.leads(`.head .acts a[href$="/software"]`)
				h.leads(`.items > li:first-child > .acts a`)
				h.here(`#f-ack`)
				if told := value[string](t, p, `document.querySelector("#cancel .final").textContent`); !strings.ContainsAny(told, "123456789") {
					t.Errorf("the credit is not told: %q", told)
				}
				look("the cancellation")
				if tag == "ru" && !scripts { // the last round does it
					h.leads(`#cancel .final`)
					h.within(4, "a cancellation")
					if n := value[int](t, p, `document.querySelectorAll(".said").length`); n != 1 {
						t.Error("nothing says that it is cancelled")
					}
				}
				visit(t, p, customer+"/software")
				h.leads(`.items > li:nth-child(2) > .acts a`)
				look("a refused cancellation")
			})
		}
	}
}
