//go:build e2e

package browser

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/comptoir-dev/comptoir/e2e/harness"
)

const asking = "/requests/new?topic=32444673"

// typed is a question as somebody types it.
func typed(title string) [][2]string {
	return [][2]string{{"title", title}, {"description", "Which days are these?\nAnd why?"}}
}

// filed counts the requests with a title.
func (w *world) filed(t *testing.T, title string) int {
	t.Helper()
	return strings.Count(w.SignIn(t, w.As(t, "AA")).Get(t, "/requests").Body, title)
}

// TestALostConnectionLosesNothing sends a form while the server is away: going back, what was typed stands there, and is then
// done once. With scripts and without.
func TestALostConnectionLosesNothing(t *testing.T) {
	w := &world{Site: harness.Demo(t, harness.SQLite)}
	whole, server := t, w.Start(t)
	w.browse(t)
	for _, scripts := range []bool{true, false} {
		t.Run(fmt.Sprintf("scripts %t", scripts), func(t *testing.T) {
			p := w.page(t, w.SignIn(t, w.As(t, "AA")))
			must(t, p.Scripts(scripts))
			visit(t, p, asking)
			title := fmt.Sprintf("Lost %t", scripts)
			fields := typed(title)
			for _, f := range fields {
				must(t, p.Do(chromedp.SendKeys("#f-"+f[0], f[1])))
			}
			once := value[string](t, p, `document.querySelector("main [name=once]").value`)
			must(t, server.Stop())
			_, _ = p.Led(chromedp.Click("main form .btn.main")) // the browser says that nobody answers
			if value[bool](t, p, `!!document.getElementById("f-title")`) {
				t.Fatal("the server is still there")
			}
			server = w.Start(whole) // it outlives this round
			if err := p.Back(); err != nil {
				t.Fatalf("%v: %s", err, value[string](t, p, `location.href + " " + document.body.innerText.slice(0, 300)`))
			}
			for _, f := range fields {
				if got := value[string](t, p, `document.getElementById("f-`+f[0]+`")?.value ?? ""`); got != f[1] {
					t.Errorf("%s is %q, %q was typed", f[0], got, f[1])
				}
			}
			if got := value[string](t, p, `document.querySelector("main [name=once]").value`); got != once {
				t.Error("the form is another one: what was done already could be done again")
			}
			p.Wrong() // the browser notes that nobody answered
			value[bool](t, p, `(document.querySelector("main form .btn.main").click(), true)`)
			must(t, p.Until(`/^\/requests\/\d+$/.test(location.pathname) && !!document.querySelector(".said")`))
			silent(t, p, "sent again")
			if n := w.filed(t, title); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// TestSentTwiceIsDoneOnce presses a button twice in a hurry, and sends one form ten times at once.
func TestSentTwiceIsDoneOnce(t *testing.T) {
	w := open(t)
	p := w.page(t, w.SignIn(t, w.As(t, "AA")))
	visit(t, p, asking)
	for _, f := range typed("In a hurry") {
		must(t, p.Do(chromedp.SendKeys("#f-"+f[0], f[1])))
	}
	if status, err := p.Led(chromedp.DoubleClick("main form .btn.main")); err != nil || status != 200 {
		t.Fatalf("pressed twice: %d %v", status, err)
	}
	if n := w.filed(t, "In a hurry"); n != 1 {
		t.Errorf("pressed twice: %d requests", n)
	}
	agent := w.SignIn(t, w.As(t, "AA"))
	pairs := []string{"once", agent.Get(t, asking).Once(), "topic", "32444673", "severity", "moderate"}
	for _, f := range typed("Ten times") {
		pairs = append(pairs, f[0], f[1])
	}
	var all sync.WaitGroup
	answers := make([]harness.Sheet, 10)
	for i := range answers {
		all.Go(func() { answers[i] = agent.Post(t, "/requests/new", pairs...) })
	}
	all.Wait()
	good := 0
	for _, a := range answers {
		if a.Status < 400 {
			good++
		}
	}
	if n := w.filed(t, "Ten times"); n != 1 || good == 0 {
		t.Errorf("sent ten times: %d requests, %d good answers", n, good)
	}
}
