package partnercenter_test

import (
	"io"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// kept are the names in the folder of attachments.
func (d *demo) kept() []string {
	d.t.Helper()
	entries, err := os.ReadDir(d.files)
	if err != nil {
		d.t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestG58AttachmentsOverTheWire: what is taken comes back byte for byte, as something to save; what is not leaves nothing.
func TestG58AttachmentsOverTheWire(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		request := d.do(201, "POST", "/v1/servicerequests/en-US", `{"title":"x","description":"y","severity":"minimal","supportTopicId":32444676}`).text("id")
		one := "/v1/servicerequests/" + request
		again := []string{"Content-Type", formKind, "MS-RequestId", "0b1c2d3e-0000-4a5b-8c9d-0000000000a3"}
		first := d.call("POST", one+"/attachments", formOf(`..\..\счёт;5.pdf`, "%PDF-1.7"), again...)
		second := d.call("POST", one+"/attachments", formOf(`..\..\счёт;5.pdf`, "%PDF-1.7"), again...)
		if first.Code != 201 || second.Body.String() != first.Body.String() || len(d.kept()) != 1 {
			t.Fatalf("G58 %d %s, then %s; %v", first.Code, first.Body, second.Body, d.kept())
		}
		d.refused(409, "800060", "POST", one+"/attachments", formOf("other.pdf", "%PDF-1.7"), again...)
		shown := d.do(200, "GET", one, "").list("fileLinks")
		if len(shown) != 1 || shown[0].text("fileNameWithoutExtension") != "счёт_5" || shown[0].text("fileExtension") != ".pdf" ||
			shown[0]["fileSize"] != 8.0 || shown[0].text("comment") != "as asked" || len(shown[0].text("sha256")) != 64 {
			t.Fatalf("G58 %v", shown)
		}
		uri := "/v1" + shown[0].object("content").text("uri")
		for _, path := range []string{uri, "/v1/operator/requests/" + request + "/attachments/" + shown[0].text("id")} {
			got := d.call("GET", path, "")
			h := got.Header()
			if got.Code != 200 || got.Body.String() != "%PDF-1.7" || h.Get("Content-Type") != "application/octet-stream" || h.Get("X-Content-Type-Options") != "nosniff" ||
				!strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox; default-src 'none'") || h.Get("Content-Length") != "8" ||
				h.Get("Content-Disposition") != `attachment; filename*=utf-8''%D1%81%D1%87%D1%91%D1%82_5.pdf` || h.Get("Cache-Control") != "private, no-store" {
				t.Errorf("G58 %s: %d %v", path, got.Code, h)
			}
			if head := d.call("HEAD", path, ""); head.Code != 200 || head.Body.Len() != 0 || head.Header().Get("Content-Length") != "8" {
				t.Errorf("G58 HEAD: %d %v", head.Code, head.Header())
			}
		}

		big := strings.Repeat("x", 10<<20)
		for _, c := range []struct{ name, code, kind, body string }{
			{"G58 html", "990078", formKind, formOf("a.html", "<p>")},
			{"G58 html by another name", "990078", formKind, formOf("a.txt", "<!DOCTYPE html><script>alert(1)</script>")},
			{"G58 svg", "990078", formKind, formOf("a.svg", "<svg/>")},
			{"G58 svg by another name", "990078", formKind, formOf("a.png", "<svg onload=alert(1)>")},
			{"G58 program", "990078", formKind, formOf("a.exe", "MZ")},
			{"G58 no extension", "990078", formKind, formOf("a", "x")},
			{"G58 empty", "990078", formKind, formOf("a.txt", "")},
			{"G58 a byte too large", "990078", formKind, formOf("a.txt", big+"x")},
			{"G58 larger than a form may be", "990078", formKind, formOf("a.txt", big+big)},
			{"G58 no file", "990078", formKind, "--edge\r\nContent-Disposition: form-data; name=\"comment\"\r\n\r\nx\r\n--edge--\r\n"},
			{"G58 two files", "990078", formKind, strings.TrimSuffix(formOf("a.txt", "x"), "--\r\n") + "\r\n" + strings.TrimPrefix(formOf("b.txt", "y"), "--edge\r\n")},
			{"G58 no form", "990078", "application/json", `{"a":1}`},
			{"G58 no boundary", "990078", "multipart/form-data", "x"},
			{"G58 no end", "800002", formKind, strings.TrimSuffix(formOf("a.txt", strings.Repeat("x", 8000)), "--edge--\r\n")},
			{"G58 nothing", "990078", formKind, ""},
			{"G58 a long comment", "3000", formKind, strings.Replace(formOf("a.txt", "x"), "as asked", strings.Repeat("x", 201), 1)},
		} {
			t.Run(c.name, func(t *testing.T) {
				d.refused(400, c.code, "POST", one+"/attachments", c.body, "Content-Type", c.kind)
				if names := d.kept(); len(names) != 1 {
					t.Errorf("%s left %v", c.name, names)
				}
			})
		}
		d.attach(request, "full.txt", big)
		d.refused(404, "1000", "POST", "/v1/servicerequests/1/attachments", formOf("a.txt", "x"), "Content-Type", formKind)
		d.refused(404, "1000", "GET", one+"/attachments/00000000-0000-4000-8000-00000000ffff", "")
		d.refused(404, "1000", "GET", one+"/attachments/..%2f..%2fsecrets", "")
		own := d.seeded.Partner
		d.seeded.Partner = d.seeded.Provider
		d.refused(404, "1000", "GET", uri, "")
		d.refused(404, "1000", "POST", one+"/attachments", formOf("a.txt", "x"), "Content-Type", formKind)
		d.seeded.Partner = own
		d.acting(supporter, d.of("FR"), []party.Role{party.CustomerGlobal}, func() { d.refused(404, "1000", "GET", uri, "") })
		for range 8 {
			d.attach(request, "a.txt", "x")
		}
		d.refused(400, "990073", "POST", one+"/attachments", formOf("a.txt", "x"), "Content-Type", formKind)
		if len(d.kept()) != 10 {
			t.Errorf("G58 %v", d.kept())
		}
	})
}

// TestG58KilledUploads: whatever a process that died left in the folder is gone at the next start, and nothing else.
func TestG58KilledUploads(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		request := d.do(201, "POST", "/v1/servicerequests/en-US", `{"title":"x","description":"y","severity":"minimal","supportTopicId":32444676}`).text("id")
		whole := d.attach(request, "a.txt", "x").text("id")
		for _, name := range []string{".new-half", "00000000-0000-4000-8000-00000000dead", "ffffffff-0000-4000-8000-00000000dead"} {
			if err := os.WriteFile(d.files+"/"+name, []byte("half"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if removed, err := d.core.SweepFiles(t.Context(), time.Now().Add(-time.Hour)); err != nil || removed != 0 {
			t.Errorf("G58 young ones may be on their way: %d, %v", removed, err)
		}
		removed, err := d.core.SweepFiles(t.Context(), time.Now().Add(time.Minute))
		if names := d.kept(); err != nil || removed != 3 || len(names) != 1 || names[0] != whole {
			t.Errorf("G58 %d removed, %v left, %v", removed, names, err)
		}
		// A caller who hangs up in the middle leaves nothing.
		r := httptest.NewRequest("POST", "/v1/servicerequests/"+request+"/attachments", io.MultiReader(strings.NewReader(formOf("a.txt", "x")[:150]), broken{}))
		r.Header.Set("Authorization", "Bearer x")
		r.Header.Set("Content-Type", formKind)
		w := httptest.NewRecorder()
		d.door.ServeHTTP(w, r)
		if names := d.kept(); w.Code != 400 || len(names) != 1 {
			t.Errorf("G58 %d %s, %v", w.Code, w.Body, names)
		}
	})
}

// broken is a line that breaks.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
