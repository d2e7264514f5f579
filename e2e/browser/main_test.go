//go:build e2e

// Package browser walks the pages of the real program in a real Chromium.
package browser

import (
	"testing"

	"github.com/comptoir-dev/comptoir/e2e/chrome"
	"github.com/comptoir-dev/comptoir/e2e/harness"
)

func TestMain(m *testing.M) { harness.Main(m) }

var languages = []string{"en", "fr", "ru"}

// world is a demo that runs, and a browser.
type world struct {
	*harness.Site
	chrome *chrome.Browser
}

func open(t *testing.T) *world {
	t.Helper()
	w := &world{Site: harness.Demo(t, harness.SQLite)}
	w.Start(t)
	w.browse(t)
	return w
}

// browse starts the browser.
func (w *world) browse(t *testing.T) {
	t.Helper()
	var err error
	if w.chrome, err = chrome.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.chrome.Stop(); err != nil {
			t.Error(err)
		}
	})
}

// page is a tab of somebody who is signed in; nil is a stranger.
func (w *world) page(t *testing.T, r *harness.Reader) *chrome.Page {
	t.Helper()
	p, err := w.chrome.Open(w.URL)
	if r != nil {
		p, err = w.chrome.Open(w.URL, r.Cookies()...)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	must(t, p.Show(chrome.Look{Width: 1280, Height: 900}))
	return p
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// value is what an expression gives on the page.
func value[T any](t *testing.T, p *chrome.Page, expression string) T {
	t.Helper()
	v, err := chrome.Eval[T](p, expression)
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// visit opens a page that must be there and in order.
func visit(t *testing.T, p *chrome.Page, path string) {
	t.Helper()
	status, err := p.Go(path)
	if err != nil || status != 200 {
		t.Fatalf("%s: %d %v", path, status, err)
	}
	silent(t, p, path)
}

// silent fails for all that the browser complained of.
func silent(t *testing.T, p *chrome.Page, where string) {
	t.Helper()
	for _, wrong := range p.Wrong() {
		t.Errorf("%s: %s", where, wrong)
	}
}
