package partnercenter_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/identity"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/vault/vaulttest"
)

const uploadsPath = "/v1/operator/media/uploads"

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// begin announces a file and gives its upload's path.
func (d *demo) begin(name, text string) string {
	d.t.Helper()
	body := fmt.Sprintf(`{"FileName":%q,"Size":%d,"Sha256":%q}`, name, len(text), strings.ToUpper(digestOf(text)))
	return uploadsPath + "/" + d.do(201, "POST", uploadsPath, body).text("id")
}

// TestR15UploadsOverTheWire: an upload goes on after whatever happens on its way, and the headers say where.
func TestR15UploadsOverTheWire(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		one := d.begin("setup.iso", media+media)
		offset := func(want string) {
			t.Helper()
			for _, method := range []string{http.MethodHead, http.MethodGet} {
				w := d.call(method, one, "")
				if h := w.Header(); w.Code != 200 || h.Get("Upload-Offset") != want || h.Get("Upload-Length") != "32" || h.Get("Cache-Control") != "no-store" {
					t.Errorf("%s: %d %v, want %s", method, w.Code, h, want)
				}
			}
		}
		offset("0")
		for _, c := range []struct {
			name, at, body string
			status         int
			code, after    string
		}{
			{"no header", "", "x", 400, "3000", "0"},
			{"no number", "first", "x", 400, "3000", "0"},
			{"below zero", "-1", "x", 400, "3000", "0"},
			{"elsewhere", "5", "x", 409, "990110", "0"},
			{"too long", "0", media + media + "x", 400, "3000", "0"},
			{"a part", "0", media, 200, "", "16"},
			{"the part again", "0", media, 409, "990110", "16"},
			{"nothing", "16", "", 200, "", "16"},
			{"the rest", "16", media, 200, "", "32"},
		} {
			w := d.call("PATCH", one, c.body, "Upload-Offset", c.at, "Content-Type", "application/offset+octet-stream")
			if w.Code != c.status || c.code != "" && !strings.Contains(w.Body.String(), `"`+c.code+`"`) {
				t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
			}
			offset(c.after)
		}
		// A body that breaks off: what came is kept.
		one = d.begin("half.iso", media+media+"!")
		r := httptest.NewRequest("PATCH", one, &cut{strings.NewReader(media[:10])})
		r.Header.Set("Authorization", "Bearer "+anyToken)
		r.Header.Set("Upload-Offset", "0")
		r.ContentLength = 33
		w := httptest.NewRecorder()
		d.door.ServeHTTP(w, r)
		if got := d.call("HEAD", one, "").Header().Get("Upload-Offset"); w.Code != 400 || got != "10" {
			t.Errorf("%d %s, then at %s", w.Code, w.Body, got)
		}
		d.refused(400, "800002", "PATCH", one, "x", "Upload-Offset", "10", "Content-Encoding", "gzip")
		// Other bytes than were announced are forgotten, with the upload.
		one = d.begin("other.iso", media)
		d.refused(400, "990112", "PATCH", one, strings.Repeat("x", 16), "Upload-Offset", "0")
		d.refused(404, "1000", "GET", one, "")
		d.refused(404, "1000", "PATCH", uploadsPath+"/x", "x", "Upload-Offset", "0")
		for _, c := range []struct{ body, code string }{
			{`{"fileName":"a","size":1}`, "3000"}, {`{"fileName":"../a","size":1,"sha256":"` + digestOf("a") + `"}`, "3000"},
			{`{"fileName":"a","size":1.5,"sha256":"` + digestOf("a") + `"}`, "3000"}, {`{"fileName":"a","size":0,"sha256":"` + digestOf("") + `"}`, "3000"},
			{`{"fileName":"a","size":99999999999999,"sha256":"` + digestOf("a") + `"}`, "3000"},
		} {
			d.refused(400, c.code, "POST", uploadsPath, c.body)
		}
	})
}

// cut is a body whose sender hangs up.
type cut struct{ *strings.Reader }

func (c *cut) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if err != nil {
		err = http.ErrBodyReadAfterClose
	}
	return n, err
}

// TestG58MediaDoNoHarm: whatever a download holds and is called, it is sent to be saved.
func TestG58MediaDoNoHarm(t *testing.T) {
	s := begin(t, store.Options{})
	d := demoOn(t, s)
	for name, text := range map[string]string{
		"page.html": "<!doctype html><script>alert(1)</script>", "picture.svg": `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "quote\".js": "alert(1)",
	} {
		if w := d.call("PATCH", d.begin(name, text), text, "Upload-Offset", "0"); w.Code != 200 {
			t.Fatalf("%s: %d %s", name, w.Code, w.Body)
		}
		path := "/v1/operator/products/" + string(sandbox.UserCAL) + "/skus/0001/delivery"
		d.do(200, "PUT", path, fmt.Sprintf(`{"files":[{"fileName":%q,"sha256":%q}]}`, name, digestOf(text)))
		french := d.of("FR")
		order := d.buy(french, lineOf(sandbox.UserCAL, "0001", "FR", 1, "one_time", "")).id
		uri := d.do(200, "POST", french+"/software/"+order+"/0/downloads", "").text("uri")
		w := httptest.NewRecorder()
		d.download.ServeHTTP(w, httptest.NewRequest("GET", strings.TrimPrefix(uri, "https://pc.example"), nil))
		h := w.Header()
		if w.Code != 200 || w.Body.String() != text || h.Get("Content-Type") != "application/octet-stream" || h.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.HasPrefix(h.Get("Content-Disposition"), "attachment;") || !strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox;") {
			t.Errorf("%s: %d %v", name, w.Code, h)
		}
	}
}

// TestR17APublisherSignsIn: a publisher's admin, signed in to a client of the partner that holds the role too, brings keys of the
// publisher's own products and reads nothing; the client alone is nobody's staff.
func TestR17APublisherSignsIn(t *testing.T) {
	secrets := vaulttest.Secrets(t)
	s := begin(t, store.Options{Sealer: secrets.Vault})
	w := wire(t, s, secrets)
	const pat = "pat@publisher.example"
	w.written(s.Store, func(tx app.Tx) error {
		return tx.AddPerson(party.Person{
			ID: "5e550000-0000-4000-8000-000000000003", Publisher: id.FirstParty, UPN: pat, Alias: "pat", DisplayName: "Pat", State: party.PersonActive,
			Password: identity.Credentials{}.HashPassword(sessionPassword),
		})
	})
	w.hold(s.Store, pat, party.RolesOf(party.PublisherAdmin, party.AdminAgent), party.RolesOf(party.PublisherAdmin))
	bearer := "Bearer " + w.signedIn(pat)
	call := func(method, target, body string) (int, string) {
		a := w.call(method, target, body, "Authorization", bearer)
		return a.Code, a.Body.String()
	}
	const keys = `{"version":"2022","keys":["PAT-1","PAT-2"]}`
	if status, body := call("POST", "/v1/publisher/products/"+string(sandbox.SQLPerpetual)+"/keys", keys); status != 200 || !strings.Contains(body, `"added":2`) || strings.Contains(body, "free") {
		t.Errorf("%d %s", status, body)
	}
	if status, body := call("POST", "/v1/publisher/products/"+string(sandbox.OrbitCRM)+"/keys", keys); status != 404 || !strings.Contains(body, "400013") {
		t.Errorf("another publisher's product: %d %s", status, body)
	}
	for _, target := range []string{"/v1/partner/keypools", "/v1/partner/keyrequests", w.of("FR") + "/software", "/v1/operator/media", "/v1/auditrecords"} {
		if status, body := call("GET", target, ""); status != 403 {
			t.Errorf("%s: %d %s", target, status, body)
		}
	}
	own := w.roles
	w.roles = party.RolesOf(party.PublisherAdmin) // of the client, without a person
	defer func() { w.roles = own }()
	w.refused(403, "2032", "POST", "/v1/publisher/products/"+string(sandbox.SQLPerpetual)+"/keys", keys)
}
