package web_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/blobs"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

var sumCell = regexp.MustCompile(`<td role="cell" class="num cash"[^>]*><div>([^<]*)`)

// The ledger shows entries as they are kept, adds them up to zero in every currency, and verifies all of it (R15).
func TestR15Ledger(t *testing.T) {
	c := open(t)
	o := c.ops(party.OperatorAdmin)
	page := o.get("/operator/ledger?partner=" + string(c.seeded.Partner.ID) + "&sums=1")
	o.has(page, 200, "Trial balance by currency", "Receivable", "Sales")
	sums := sumCell.FindAllStringSubmatch(page.body, -1)
	if len(sums) == 0 {
		t.Fatal("no balance")
	}
	for _, m := range sums {
		if strings.ContainsAny(m[1], "123456789") {
			t.Errorf("the books are off by %q", m[1])
		}
	}
	who := party.Actor{Scope: party.NewScope(c.seeded.Partner.ID, ""), Roles: party.RolesOf(party.OperatorAdmin)}
	all, err := c.app.BookEntries(t.Context(), who, "", 10_000)
	if err != nil || len(all) < 10 {
		t.Fatalf("%v %d entries", err, len(all))
	}
	var paged []app.BookEntry
	for {
		var last id.Entry
		if len(paged) > 0 {
			last = paged[len(paged)-1].ID
		}
		more, err := c.app.BookEntries(t.Context(), who, last, 7)
		if err != nil {
			t.Fatal(err)
		}
		if len(more) == 0 {
			break
		}
		paged = append(paged, more...)
	}
	if len(all) != len(paged) {
		t.Fatalf("%d entries, in pages %d", len(all), len(paged))
	}
	for i, e := range paged {
		if e.ID != all[i].ID || !e.Balanced() {
			t.Fatalf("entry %d is %+v", i, e)
		}
	}
	o.has(o.get("/operator/ledger?partner="+string(c.seeded.Partner.ID)+"&to=2020-01-01"), 200, "Nothing was booked")
	old := all[len(all)-1]
	o.has(o.get("/operator/ledger?partner="+string(c.seeded.Partner.ID)+"&to="+old.At.Format(time.DateOnly)), 200, string(old.ID))
	if first := o.get("/operator/ledger?partner=" + string(c.seeded.Partner.ID)); !strings.Contains(first.body, string(all[0].ID)) || all[0].At.Before(old.At) {
		t.Error("the newest entry does not stand first")
	}
	file := o.get("/operator/ledger?partner=" + string(c.seeded.Partner.ID) + "&format=csv")
	if n := strings.Count(file.body, "\n"); n < 20 || !strings.HasPrefix(file.header.Get("Content-Type"), "text/csv") {
		t.Errorf("%d lines of %s", n, file.header.Get("Content-Type"))
	}
	o.has(o.post("/operator/ledger/verify"), 200, "Books and log are sound")
	s := c.ops(party.SupportAgent)
	for _, path := range []string{"/operator/ledger", "/operator/jobs", "/operator/downloads", "/operator/policies/new", "/operator/policies/tax", "/operator/limits"} {
		s.has(s.get(path), 403)
	}
	if a := s.post("/operator/ledger/verify"); a.status != 403 {
		t.Errorf("a support agent verifies: %d", a.status)
	}
}

// A dated row is added ahead of time, is refused over another one, and decides from its day on (rules.md §3).
func TestP08DatedRowIsAdded(t *testing.T) {
	c := open(t)
	o := c.ops(party.OperatorAdmin)
	day := func(n int) string { return c.app.Clock.Now().AddDate(0, 0, n).Format(time.DateOnly) }
	row := func(once, name, from, until string) answer {
		return o.post("/operator/policies/new", "once", once, "id", name, "class", "saas_monthly", "from", from, "until", until, "window", "elapsed", "length", "72", "credit", "full", "after", "end_at_term", "source", "contract 7")
	}
	o.has(row("a", "", day(1), ""), 422, `href="#f-id"`, `value="contract 7"`)
	o.has(row("b", "X1", day(-1), ""), 422, `href="#f-from"`)
	o.has(row("c", "P08", day(1), ""), 409, `href="#f-id"`)
	o.has(row("d", "X1", "31.12.2030", ""), 422, `href="#f-from"`, `value="31.12.2030"`)
	o.has(row("e", "x1", day(10), day(19)), 200, "Row X1 was added.", "contract 7")
	o.has(row("e", "x1", day(10), day(19)), 200, "Row X1 was added.") // sent twice, done once
	o.has(row("f", "X2", day(19), ""), 409, `href="#f-from"`, "Row X1")
	o.has(row("g", "X2", day(20), ""), 200, "Row X2 was added.")
	o.has(o.get("/operator/policies?class=saas_monthly&at="+day(9)), 200, "<dd>P08")
	o.has(o.get("/operator/policies?class=saas_monthly&at="+day(19)), 200, "<dd>X1")
	o.has(o.get("/operator/policies?class=saas_monthly&at="+day(20)), 200, "<dd>X2")
	c.wall.Set(now.Add(6 * time.Minute))
	if a := o.get("/operator/policies/new"); !strings.HasPrefix(a.path, "/step-up") {
		t.Errorf("without a fresh proof it leads to %s", a.path)
	}
}

// What falls due is listed (R15).
func TestR15Jobs(t *testing.T) {
	c := open(t)
	o := c.ops(party.OperatorAdmin)
	o.has(o.get("/operator/jobs"), 200, "All is done", "Due within", "Subscription: charge, renewal or end", "End of a billing period")
}

// A file comes in by the page, and is taken only under the check sum that was told; who does not run the server may not send one (R15).
func TestR15Upload(t *testing.T) {
	c := open(t)
	c.takesFiles()
	o := c.ops(party.OperatorAdmin)
	o.has(o.get("/operator/downloads"), 200, "Downloads", "Upload a file", `enctype="multipart/form-data"`)
	const good = "770e607624d689265ca6c44884d0807d9b054d23c473c106c72be9de08b7376c" // of "good"
	o.has(o.upload("/operator/downloads", "a.iso", "evil", "sha256", good), 409, "check sums differ", good)
	o.has(o.upload("/operator/downloads", "a.iso", "good", "sha256", "abc"), 422, "SHA-256", `value="abc"`)
	o.has(o.upload("/operator/downloads", "a.iso", "good", "sha256", " "+strings.ToUpper(good)+" "), 200, "a.iso is stored", good, "no product")
	o.has(o.get("/operator/downloads?format=csv"), 200, "a.iso", good)
	b := c.as(c.seeded.Partner, "", party.GlobalAdmin)
	b.has(b.upload("/operator/downloads", "b.iso", "more"), 404)
}

// What became of the links to each file stands beside it, to the last one (R15).
func TestR15UseOfLinks(t *testing.T) {
	c := open(t)
	sum := strings.Repeat("0", 64) // of what the demo's products deliver
	system := party.Actor{Name: "test", Roles: party.RolesOf(party.OperatorAdmin)}
	_, err := c.app.Store.Update(t.Context(), app.Act{Actor: system}, func(tx app.Tx) (any, error) {
		return nil, errors.Join(tx.AddMedia(app.MediaFile{SHA256: sum, Name: "demo.zip", Size: 1, StoredAt: now}),
			tx.AddMedia(app.MediaFile{SHA256: strings.Repeat("1", 64), Name: "idle.zip", Size: 1, StoredAt: now}))
	})
	if err != nil {
		t.Fatal(err)
	}
	at := "/customers/" + string(c.seeded.Customers[0].ID) + "/software"
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	form := b.get(at).values(`action="` + at + `/key"`)
	link := output.FindStringSubmatch(b.post(at+"/link", form...).body)[1]
	own := b.post(at+"/download", form...).path
	b.post(at+"/link", append(form, "renew", "1")...)
	for _, visit := range []struct{ address, client string }{{own, "a"}, {own, "b"}} {
		_, _ = c.app.Download(t.Context(), app.Fetch{Token: app.Clear(visit.address[strings.LastIndex(visit.address, "/")+1:]), Client: visit.client})
	}
	o := c.ops(party.OperatorAdmin)
	o.has(o.get("/operator/downloads"), 200, "Links handed out", "Last download", "Downloads of all partners that counted")
	rows := o.get("/operator/downloads?format=csv").body
	stamp := c.clock.Now().Format(time.DateOnly)
	for _, want := range []string{sum + "," + now.Format(time.RFC3339) + ",2,1," + stamp, strings.Repeat("1", 64) + "," + now.Format(time.RFC3339) + ",0,0,\n"} {
		if !strings.Contains(rows, want) {
			t.Errorf("%q is not in %s", want, rows)
		}
	}
	if _, err := c.app.Download(t.Context(), app.Fetch{Token: app.Clear(link[strings.LastIndex(link, "/")+1:]), Client: "c"}); err == nil {
		t.Error("F46 a replaced link gives a file")
	}
	for lang, want := range map[string]string{"fr": "Liens remis", "ru": "Выдано ссылок"} {
		o.lang = lang
		o.has(o.get("/operator/downloads?file="+sum), 200, want)
	}
}

// A script sends a file in parts: it is told how far the upload of that very file is, goes on there, and ends on the page that the
// plain form ends on (R15).
func TestR15UploadInParts(t *testing.T) {
	c := open(t)
	c.takesFiles()
	o := c.ops(party.OperatorAdmin)
	const text = "a download medium"
	raw := sha256.Sum256([]byte(text))
	sum := hex.EncodeToString(raw[:])
	begin := []string{"name", "setup.iso", "size", strconv.Itoa(len(text)), "sha256", sum}
	part := func(b *browser, at, body string, site ...string) answer {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url+at, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range site {
			r.Header.Set("Sec-Fetch-Site", s)
		}
		return b.send(r)
	}
	begun := o.post("/operator/uploads", begin...)
	one := regexp.MustCompile(`"upload":"([^"]+)","at":0`).FindStringSubmatch(begun.body)
	if begun.status != 200 || one == nil || begun.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v %s", begun.status, begun.header, begun.body)
	}
	at := "/operator/uploads/" + one[1] + "?at="
	o.has(part(o, at+"0", text[:10]), 200, `"at":10`)
	o.has(o.post("/operator/uploads", begin...), 200, one[1], `"at":10`) // the same file again
	o.has(part(o, at+"0", text[:10]), 409, `"again":true`)
	o.has(part(o, at+"x", text), 422, `"error"`)
	o.has(part(o, at+"10", text), 422, `"error"`) // more than was announced
	o.has(part(o, at+"10", text[10:], "cross-site"), 403)
	o.has(part(o, "/operator/uploads/none?at=0", text), 422, "Begin it anew")
	o.has(o.post("/operator/uploads", "name", "../a", "size", "1", "sha256", sum), 422, `"error"`)
	o.has(o.post("/operator/uploads", "name", "a.iso", "size", "many", "sha256", sum), 422, `"error"`)
	for _, lang := range []string{"fr", "ru", "en"} {
		o.lang = lang
		o.has(o.get("/operator/downloads"), 200, "setup.iso", `href="/operator/downloads?upload=`+one[1]+`#upload"`, "/static/upload.")
		o.has(o.get("/operator/downloads?upload="+one[1]), 200, `data-sum="`+sum+`"`, `value="`+sum+`"`)
		o.has(o.get("/operator/jobs"), 200, `href="/operator/downloads?upload=`+one[1]+`#upload"`)
	}
	s := c.ops(party.SupportAgent)
	s.has(s.post("/operator/uploads", begin...), 403)
	s.has(part(s, at+"10", text[10:]), 403)
	o.has(part(o, at+"10", text[10:]), 200, `"done":"/operator/downloads?file=`+sum+`"`)
	o.has(o.get("/operator/downloads?file="+sum), 200, "setup.iso is stored.", "no product")
	o.has(o.post("/operator/uploads", begin...), 200, `"done":"/operator/downloads?file=`+sum+`"`) // here already
	other := o.post("/operator/uploads", "name", "b.iso", "size", "4", "sha256", strings.Repeat("a", 64))
	one = regexp.MustCompile(`"upload":"([^"]+)"`).FindStringSubmatch(other.body)
	o.has(part(o, "/operator/uploads/"+one[1]+"?at=0", "evil"), 409, "check sums differ")
	if strings.Contains(o.get("/operator/downloads").body, "b.iso") {
		t.Error("what did not match is still there")
	}
}

// takesFiles gives the town a folder for download files.
func (c *town) takesFiles() {
	c.t.Helper()
	folder, err := blobs.Open(c.t.TempDir(), app.MaxMedia)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = folder.Close() })
	c.app.Media = folder
}
