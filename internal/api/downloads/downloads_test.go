package downloads_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/api/downloads"
	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/blobs"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
)

const content = "0123456789abcdef"

// admit answers by token and remembers what was asked.
type admit struct {
	file  license.File
	asked *app.Fetch
}

func (a admit) Download(_ context.Context, f app.Fetch) (license.File, error) {
	*a.asked = f
	switch f.Token {
	case "good":
		return a.file, nil
	case "gone":
		return license.File{Blob: "nothing"}, nil
	case "expired":
		return license.File{}, fault.Refuse("link.expired", fault.Args{"at": time.Date(2026, 11, 16, 9, 15, 0, 0, time.UTC)})
	case "revoked", "replaced", "used_up":
		return license.File{}, fault.Refuse("link."+string(f.Token), nil)
	case "dropped":
		return license.File{}, fault.Refuse("download.none", nil)
	case "busy":
		return license.File{}, fault.Unavailable("store.unavailable", nil)
	case "broken":
		return license.File{}, errors.New("disk is full")
	}
	return license.File{}, fault.NotFound("link.unknown", nil)
}

func handler(t *testing.T) (http.Handler, *app.Fetch, *bytes.Buffer) {
	t.Helper()
	media, err := blobs.Open(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = media.Close() })
	size, sum, err := media.Put(t.Context(), "file.zip", strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	log, asked := new(bytes.Buffer), new(app.Fetch)
	file := license.File{Name: "server 2022 (é).zip", Blob: "file.zip", Size: size, SHA256: sum}
	return downloads.Handler{App: admit{file, asked}, Media: media, Log: slog.New(slog.NewTextHandler(log, nil))}, asked, log
}

func fetch(h http.Handler, method, token string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/downloads/"+token, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestDownload(t *testing.T) {
	h, asked, _ := handler(t)
	w := fetch(h, "GET", "good")
	head := w.Header()
	if w.Code != 200 || w.Body.String() != content || head.Get("Content-Length") != "16" || asked.Ranged || asked.Head {
		t.Errorf("%d %q %v %+v", w.Code, w.Body, head, asked)
	}
	etag := head.Get("ETag")
	for name, want := range map[string]string{
		"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff", "Accept-Ranges": "bytes",
		"Content-Type": "application/octet-stream", "Referrer-Policy": "no-referrer",
		"Content-Disposition": `attachment; filename*=utf-8''server%202022%20%28%C3%A9%29.zip`,
	} {
		if head.Get(name) != want {
			t.Errorf("%s: %q", name, head.Get(name))
		}
	}
	if len(etag) != 66 {
		t.Errorf("ETag %s", etag)
	}
	for _, c := range []struct {
		name, method  string
		headers       []string
		status        int
		body          string
		ranged, ahead bool
	}{
		{"E24 the rest", "GET", []string{"Range", "bytes=10-"}, 206, "abcdef", true, false},
		{"E24 If-Range of this file", "GET", []string{"Range", "bytes=0-1", "If-Range", etag}, 206, "01", true, false},
		{"E24 If-Range of another file", "GET", []string{"Range", "bytes=0-1", "If-Range", `"other"`}, 200, content, true, false},
		{"E24 a range outside", "GET", []string{"Range", "bytes=99-"}, 416, "", true, false},
		{"E24 HEAD", "HEAD", nil, 200, "", false, true},
		{"what was counted is sent", "GET", []string{"If-None-Match", etag}, 200, content, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := fetch(h, c.method, "good", c.headers...)
			if w.Code != c.status || c.status < 400 && w.Body.String() != c.body || asked.Ranged != c.ranged || asked.Head != c.ahead {
				t.Errorf("%d %q %+v", w.Code, w.Body, asked)
			}
		})
	}
	if w := fetch(h, "GET", "good", "Range", "bytes=0-1,4-5"); w.Code != 206 || !strings.HasPrefix(w.Header().Get("Content-Type"), "multipart/byteranges") {
		t.Errorf("several ranges: %d %v", w.Code, w.Header())
	}
}

func TestRefusals(t *testing.T) {
	h, _, log := handler(t)
	for _, c := range []struct {
		name, token string
		status      int
		says        string
	}{
		{"unknown", "nobody", 404, "no such"},
		{"E24 expired tells when", "expired", 410, "2026-11-16T09:15:00Z"},
		{"E24 used up", "used_up", 410, "as often"},
		{"F63 revoked", "revoked", 410, "revoked"},
		{"F46 replaced", "replaced", 410, "newer"},
		{"left the catalogue", "dropped", 410, "no longer"},
		{"busy", "busy", 503, "Try again"},
		{"media is missing", "gone", 500, "wrong"},
		{"ours", "broken", 500, "wrong"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := fetch(h, "GET", c.token)
			if text.Code != c.status || !strings.Contains(text.Body.String(), c.says) || !strings.HasPrefix(text.Header().Get("Content-Type"), "text/plain") {
				t.Errorf("%d %q", text.Code, text.Body)
			}
			js := fetch(h, "GET", c.token, "Accept", "application/json")
			if js.Code != c.status || !strings.Contains(js.Body.String(), `"description":`) || strings.Contains(js.Body.String(), "disk is full") {
				t.Errorf("%d %q", js.Code, js.Body)
			}
			if text.Header().Get("Cache-Control") != "private, no-store" || (c.status == 503) != (text.Header().Get("Retry-After") != "") {
				t.Errorf("%v", text.Header())
			}
		})
	}
	if !strings.Contains(log.String(), "disk is full") || strings.Contains(log.String(), "broken") {
		t.Errorf("the log has the cause and never the token: %s", log)
	}
	if w := fetch(h, "POST", "good"); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d", w.Code)
	}
}

// E24: what is one client — the same address and user agent, whatever the port.
func TestClient(t *testing.T) {
	h, asked, _ := handler(t)
	ask := func(addr, agent string) string {
		r := httptest.NewRequest("GET", "/downloads/good", nil)
		r.RemoteAddr = addr
		r.Header.Set("User-Agent", agent)
		h.ServeHTTP(httptest.NewRecorder(), r)
		return asked.Client
	}
	one := ask("192.0.2.1:1000", "curl")
	if ask("192.0.2.1:2000", "curl") != one || ask("192.0.2.2:1000", "curl") == one || ask("192.0.2.1:1000", "wget") == one {
		t.Error("clients are told apart by address and agent")
	}
	if ask("[2001:db8::1]:1000", "curl") != ask("[2001:db8::1]:2000", "curl") || len(one) != 64 || strings.Contains(one, "192") {
		t.Error(one)
	}
}
