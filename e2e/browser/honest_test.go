//go:build e2e

package browser

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/e2e/chrome"
)

// What the other tests look for is seen when it is there: on a page with everything that is forbidden.
func TestWhatIsWrongIsSeen(t *testing.T) {
	elsewhere := httptest.NewServer(http.NotFoundHandler())
	defer elsewhere.Close()
	sheet := `.day { color: #ddd } @media (prefers-color-scheme: dark) { .night { color: #ddd } } @media (forced-colors: active) { .forced { forced-color-adjust: none; color: #ddd; background: #fff } }`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad.js" {
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = w.Write([]byte(`console.error("spoken"); setTimeout(() => { throw new Error("thrown") })`))
			return
		}
		if r.URL.Path == "/pale.css" {
			w.Header().Set("Content-Type", "text/css")
			_, _ = w.Write([]byte(sheet))
			return
		}
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src *")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(`<!doctype html><html><title>Bad</title><link rel="stylesheet" href="/pale.css"><body><main><h1>Bad</h1><script src="/bad.js"></script><script>alert(1)</script>
			<p style="color:#eee">pale</p><p class="day">pale by day</p><p class="night">pale by night</p><p class="forced">pale when forced</p><img src="` + elsewhere.URL + `/x.png"><input></main>`))
	}))
	defer server.Close()
	b, err := chrome.Start(t.Context())
	must(t, err)
	defer func() { must(t, b.Stop()) }()
	p, err := b.Open(server.URL)
	must(t, err)
	defer p.Close()
	_, err = p.Go("/")
	must(t, err)
	value[bool](t, p, `new Promise(done => setTimeout(() => done(true), 50))`) // the error that is thrown later
	wrong := strings.Join(p.Wrong(), "\n")
	for _, want := range []string{"inline script", "inline style", "spoken", "thrown", "leaves the site: " + elsewhere.URL} {
		if !strings.Contains(wrong, want) {
			t.Errorf("%q is not seen:\n%s", want, wrong)
		}
	}
	found := strings.Join(violations(t, p, everything), "\n")
	for _, want := range []string{"html-has-lang", "image-alt", "label", "pale by day"} {
		if !strings.Contains(found, want) {
			t.Errorf("%q is not seen:\n%s", want, found)
		}
	}
	if strings.Contains(found, "pale by night") || strings.Contains(found, "pale when forced") {
		t.Errorf("what is pale in other colours is seen by day:\n%s", found)
	}
	found = strings.Join(pale(t, p), "\n")
	for _, want := range []string{`dark true forced false: color-contrast`, "pale by night", `dark false forced true: color-contrast`, "pale when forced"} {
		if !strings.Contains(found, want) {
			t.Errorf("%q is not seen:\n%s", want, found)
		}
	}
	if wide := value[int](t, p, `(document.querySelector("h1").textContent = "x".repeat(9999), `+overflow+`)`); wide == 0 {
		t.Error("what is too wide is not seen")
	}
}
