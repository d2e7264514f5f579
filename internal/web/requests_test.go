package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/blobs"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// upload sends a form with a file in its last field.
func (b *browser) upload(path, file, content string, pairs ...string) answer {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i+1 < len(pairs); i += 2 {
		_ = w.WriteField(pairs[i], pairs[i+1])
	}
	part, err := w.CreateFormFile("file", file)
	if err != nil {
		b.t.Fatal(err)
	}
	_, _ = part.Write([]byte(content))
	_ = w.Close()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+path, &body)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Origin", b.url)
	return b.send(r)
}

// A refund is asked for from its order's line, followed, answered, and closed (F58, F68, F69; R10).
func TestF68F69RequestsAreRaisedAndFollowed(t *testing.T) {
	c := open(t)
	files, err := blobs.Open(t.TempDir(), 10<<20)
	if err != nil {
		t.Fatal(err)
	}
	c.app.Files = files
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	customer := c.seeded.Customers[0]
	var views []app.OrderView
	who := party.Actor{Scope: party.NewScope(c.seeded.Partner.ID, ""), Roles: party.RolesOf(party.AdminAgent)}
	if views, err = c.app.Orders(t.Context(), who, customer.ID, "", false); err != nil {
		t.Fatal(err)
	}
	var from order.Order
	for _, v := range views {
		if v.Order.Lines[0].State == order.LineActive {
			from = v.Order
		}
	}
	b.has(b.get("/requests"), 200, "No requests", "Report a problem")
	b.has(b.get("/requests/new"), 200, "CSP purchase/refund on behalf of customers", "Type of problem")
	form := b.get("/requests/new?topic=32444671&customer=" + string(customer.ID) + "&order=" + string(from.ID) + "&line=0")
	b.has(form, 200, `value="Refund: `, `value="`+string(from.ID)+`"`, `value="`+string(customer.ID)+`"`)
	sent := []string{"once", form.once(), "topic", "32444671", "customer", customer.Domain, "severity", "moderate", "title", "Back", "order", string(from.ID), "line", "0", "amount", "10,50"}
	b.has(b.post("/requests/new", sent...), 422, `href="#f-reason"`, `value="10,50"`, `href="#f-phone"`)
	sent = append(sent, "reason", "bought <b>twice</b>", "first", "Ada", "last", "Agent", "email", "ada@quai.example", "phone", "1")
	b.has(b.post("/requests/new", append([]string{"amount", "ten"}, sent...)...), 422, `href="#f-amount"`)
	one := b.post("/requests/new", sent...)
	b.has(one, 200, "is filed.", "bought &lt;b&gt;twice&lt;/b&gt;", "Window judged at")
	if again := b.post("/requests/new", sent...); again.path != one.path {
		t.Errorf("sent twice: %s and %s", one.path, again.path)
	}
	at := one.path
	b.has(b.post(at+"/reply", "text", "", "severity", "moderate"), 422, `href="#f-text"`)
	b.has(b.post(at+"/reply", "text", "please\nhurry", "severity", "critical"), 200, "please<br>hurry", "Critical")
	b.has(b.upload(at+"/files", "run.html", "<html>"), 422, `href="#f-file"`)
	b.has(b.upload(at+"/files", "proof.txt", "paid twice", "once", "f1"), 200, "The file is added.", "proof.txt")
	page := b.get(at)
	href := page.body[strings.Index(page.body, at+"/files/"):]
	file := b.get(href[:strings.IndexByte(href, '"')])
	if file.status != 200 || file.body != "paid twice" || file.header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("G58 %d %q %s", file.status, file.body, file.header.Get("Content-Type"))
	}
	b.has(b.post(at+"/state", "state", "closed"), 200, "The request is closed.", "Open it again")
	b.has(b.get("/requests?state=open"), 200, "No requests")
	b.has(b.get("/requests?format=csv"), 200, "Number,Type of problem")
	for _, lang := range []string{"fr", "ru"} {
		b.lang = lang
		b.has(b.get(at), 200)
		b.has(b.get("/requests/new?topic=32444673&invoice=G000000001"), 200, "G000000001")
	}
	other := c.as(c.seeded.Provider, "", party.AdminAgent)
	other.has(other.get(at), 404)
}
