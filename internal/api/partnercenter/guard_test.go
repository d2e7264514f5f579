package partnercenter

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

func newRecorder(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestTokens(t *testing.T) {
	d := doorWith(t, options(),
		operation{method: "GET", path: "/v1/orders", scope: scopePartner, handle: says("ok")},
		operation{method: "GET", path: "/v1/rules", scope: scopeNone, handle: says("ok")})
	for _, c := range []struct {
		name, header string
		status       int
		code         string
	}{
		{"good", "Bearer one", 200, ""},
		{"scheme in any case", "bEARER  one ", 200, ""},
		{"none", "", 401, "800001"},
		{"empty", "Bearer ", 401, "800001"},
		{"other scheme", "Basic one", 401, "800001"},
		{"unknown", "Bearer x", 401, "800001"},
		{"other audience", "Bearer audience", 401, "900420"},
		{"any fault of a token is 401", "Bearer odd", 401, "800001"},
		{"error of ours", "Bearer broken", 500, "800003"},
		{"not now", "Bearer busy", 503, "990002"},
		{"no partner", "Bearer operator", 403, "2032"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := call(t, d, "GET", "/v1/orders", "", "Authorization", c.header)
			if w.Code != c.status {
				t.Fatalf("status %d, want %d", w.Code, c.status)
			}
			if c.code != "" && codeOf(t, w) != c.code {
				t.Errorf("body %s", w.Body)
			}
			if got := w.Header().Get("WWW-Authenticate"); (c.status == 401) != strings.HasPrefix(got, "Bearer ") {
				t.Errorf("WWW-Authenticate %q", got)
			}
			if got := w.Header().Get("Retry-After"); (c.status == 503) != (got == "2") {
				t.Errorf("Retry-After %q", got)
			}
		})
	}
	if w := call(t, d, "GET", "/v1/rules", "", "Authorization", "Bearer operator"); w.Code != 200 {
		t.Errorf("reference data for any token: %d", w.Code)
	}
}

func TestTraceHeaders(t *testing.T) {
	var seen request
	d := doorWith(t, options(func(o *Options) { o.ServerID = "node-1" }), operation{
		method: "GET", path: "/v1/orders", scope: scopePartner,
		handle: func(_ context.Context, r *request) (answer, error) { seen = *r; return reply("é") },
	})
	w := call(t, d, "GET", "/v1/orders", "", "MS-RequestId", strings.ToUpper(requestOne), "MS-CorrelationId", customerOne,
		"X-Locale", "fr-FR,fr-FR", "MS-CV", "abc.1")
	h := w.Header()
	for k, want := range map[string]string{
		"MS-RequestId": strings.ToUpper(requestOne), "MS-CorrelationId": customerOne, "X-Locale": "fr-FR", "MS-CV": "abc.1", "MS-ServerId": "node-1",
		"Content-Type": "application/json; charset=utf-8", "Content-Length": "4", "X-Content-Type-Options": "nosniff",
	} {
		if got := h.Get(k); got != want {
			t.Errorf("%s %q, want %q", k, got, want)
		}
	}
	if seen.id != requestOne || seen.locale != "fr-FR" {
		t.Errorf("the handler saw %q %q", seen.id, seen.locale)
	}
	w = call(t, d, "GET", "/v1/orders", "", "X-Locale", "x\"y", "MS-CorrelationId", "not a guid")
	if _, ok := id.ParseGUID(w.Header().Get("MS-RequestId")); !ok || seen.id != "" {
		t.Errorf("made id %q, replay id %q", w.Header().Get("MS-RequestId"), seen.id)
	}
	if _, ok := id.ParseGUID(w.Header().Get("MS-CorrelationId")); !ok {
		t.Error("a correlation id that is no GUID is replaced")
	}
	if got := w.Header().Get("X-Locale"); got != "en-US" {
		t.Errorf("locale %q", got)
	}
	if w := call(t, d, "GET", "/v1/orders", "", "MS-RequestId", "42"); w.Code != 400 || codeOf(t, w) != "3000" {
		t.Errorf("a request id that is no GUID: %d", w.Code)
	}
}

func TestInternalErrorsStayInside(t *testing.T) {
	var log bytes.Buffer
	d := doorWith(t, options(func(o *Options) { o.Log = slog.New(slog.NewJSONHandler(&log, nil)) }),
		operation{method: "POST", path: "/v1/error", scope: scopePartner, handle: fails(errors.New("disk is full"))},
		operation{method: "POST", path: "/v1/panic", scope: scopePartner, handle: func(context.Context, *request) (answer, error) { panic("out of reach") }})
	for path, cause := range map[string]string{"/v1/error": "disk is full", "/v1/panic": "out of reach"} {
		log.Reset()
		w := call(t, d, "POST", path, `{"key":"canary"}`, "MS-CorrelationId", customerOne, "MS-RequestId", requestOne)
		if w.Code != 500 || codeOf(t, w) != "800003" || !strings.Contains(w.Body.String(), customerOne) || strings.Contains(w.Body.String(), cause) {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		for _, want := range []string{cause, customerOne, requestOne, "POST " + path} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("%s: the log lacks %q: %s", path, want, &log)
			}
		}
		if strings.Contains(log.String(), "canary") || strings.Contains(log.String(), "Bearer") {
			t.Errorf("%s: the log holds what was sent: %s", path, &log)
		}
	}
}

func TestCallerGone(t *testing.T) {
	var log bytes.Buffer
	d := doorWith(t, options(func(o *Options) { o.Log = slog.New(slog.NewJSONHandler(&log, nil)) }),
		operation{method: "GET", path: "/v1/slow", scope: scopePartner, handle: func(ctx context.Context, _ *request) (answer, error) { return answer{}, ctx.Err() }})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r := httptest.NewRequest("GET", "/v1/slow", nil).WithContext(ctx)
	r.Header.Set("Authorization", "Bearer one")
	if w := newRecorder(d, r); w.Code != 503 || log.Len() > 0 {
		t.Errorf("%d, log %s", w.Code, &log)
	}
}

func TestFaults(t *testing.T) {
	until := time.Date(2026, 12, 2, 23, 59, 0, 0, time.UTC)
	for _, c := range []struct {
		err    error
		path   string
		status int
		code   string
		text   string // exact, when not empty
	}{
		{fault.Refuse("cancel.window_closed", fault.Args{"days": 30, "until": until, "policy": "P02"}), "", 400, "900117",
			"The 30-day cancellation window of this purchase ended on 2026-12-02T23:59:00Z. Policy P02."},
		{fault.Refuse("cancel.window_closed", fault.Args{"days": 30, "until": until}), "", 400, "900117",
			"The 30-day cancellation window of this purchase ended on 2026-12-02T23:59:00Z."},
		{fault.Refuse("cancel.window_closed", nil), "", 400, "900117", "The cancellation window of this purchase ended."},
		{fault.Conflict("cancel.already", nil), "/v1/customers/{customer}/subscriptions/{subscription}", 409, "2011", ""},
		{fault.Conflict("cancel.already", nil), "/v1/customers/{customer}/orders/{order}", 409, "800061", ""},
		{fault.Refuse("subscription.deleted", nil), "", 400, "2011", ""},
		{fault.Refuse("quantity.out_of_range", fault.Args{"min": 1, "max": 25}), "", 400, "2002", "The quantity is out of range: 1 to 25."},
		{fault.Conflict("replay.other_body", nil), "", 409, "800060", ""},
		{fault.Conflict("preview.moved", fault.Args{"was": money.Of(1230, "EUR"), "now": money.Of(1240, "EUR")}), "", 409, "990001",
			"The result is no longer what the preview showed. Shown: 12.30 EUR. Now: 12.40 EUR."},
		{fault.Deny("tenant.foreign", nil), "", 403, "20002", ""},
		{fault.NotFound("customer.unknown", nil), "", 404, "60003", ""},
		{fault.NotFound("order.unknown", nil), "", 404, "20000", ""},
		{fault.NotFound("subscription.unknown", nil), "", 404, "20003", ""},
		{fault.NotFound("cart.unknown", nil), "", 404, "800008", ""},
		{fault.Deny("role.missing", fault.Args{"roles": []string{"AA", "GA"}}), "", 403, "900150", "The caller lacks the right to do this. Needed: AA, GA."},
		{fault.Invalid("etag.stale", nil), "", 400, "2055", ""},
		{fault.Conflict("reactivate.parent", nil), "", 409, "27009", ""},
		{fault.NotFound("product.unknown", nil), "", 404, "400013", ""},
		{fault.NotFound("sku.unknown", nil), "", 404, "400018", ""},
		{fault.Refuse("offers.not_served", nil), "", 400, "2100", ""},
		{fault.Deny("target.view", nil), "", 403, "400036", ""},
		{fault.Deny("target.segment", nil), "", 403, "400030", ""},
		{fault.Refuse("key.kms_refused", nil), "", 400, "990010", ""},
		{fault.Invalid("x.y", nil), "", 400, "3000", "A value of the request is not valid (x.y)."},
		{fault.Refuse("x.y", nil), "", 400, "800002", ""},
		{fault.NotFound("x.y", nil), "", 404, "1000", ""},
		{fault.Conflict("x.y", nil), "", 409, "900278", ""},
		{fault.Deny("x.y", nil), "", 403, "900150", ""},
		{fault.Unavailable("x.y", nil), "", 503, "990002", ""},
		{&fault.Fault{Code: "x.y"}, "", 400, "800002", ""},
		{errors.Join(errors.New("cause"), fault.NotFound("order.unknown", nil)), "", 404, "20000", ""},
	} {
		path := c.path
		if path == "" {
			path = "/v1/thing"
		}
		d := doorWith(t, options(), operation{method: "GET", path: path, handle: fails(c.err)})
		w := call(t, d, "GET", strings.NewReplacer("{customer}", customerOne, "{subscription}", requestOne, "{order}", "o1").Replace(path), "")
		if w.Code != c.status || codeOf(t, w) != c.code {
			t.Errorf("%v: %d %s, want %d %s", c.err, w.Code, w.Body, c.status, c.code)
		}
		if want := `"description":"` + c.text + `"`; c.text != "" && !strings.Contains(w.Body.String(), want) {
			t.Errorf("%v: %s, want %s", c.err, w.Body, want)
		}
	}
}

// Every row can be sent: a status of the contract, a code, a sentence whose holes are either in brackets or ours to fill.
func TestFaultTable(t *testing.T) {
	page, err := os.ReadFile("../../../docs/wire.md")
	if err != nil {
		t.Fatal(err)
	}
	statuses := map[int]bool{400: true, 401: true, 403: true, 404: true, 405: true, 409: true, 503: true}
	number := regexp.MustCompile(`^[0-9]{4,6}$`)
	bracket := regexp.MustCompile(`\[[^\[\]]*\]`)
	ours := map[string]bool{"{at}": true, "{limit}": true, "{member}": true, "{name}": true}
	hole := regexp.MustCompile(`\{[a-z]+\}`)
	used := map[string]bool{}
	for code, row := range faultOf {
		if !statuses[row.status] || !number.MatchString(row.code) {
			t.Errorf("%s: %d %s", code, row.status, row.code)
		}
		if row.code >= "990001" && len(row.code) == 6 {
			used[row.code] = true
			if !strings.Contains(string(page), "| "+row.code+" |") {
				t.Errorf("%s: %s is not in docs/wire.md", code, row.code)
			}
		}
		for _, h := range hole.FindAllString(bracket.ReplaceAllString(row.text, ""), -1) {
			if !ours[h] {
				t.Errorf("%s: %s must stand in brackets", code, h)
			}
		}
		if text := describe(row.text, nil); text == "" || strings.ContainsAny(text, "[]{}") || !strings.HasSuffix(text, ".") {
			t.Errorf("%s: %q", code, text)
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^\| (99[0-9]{4}) \|`).FindAllStringSubmatch(string(page), -1) {
		if !used[m[1]] {
			t.Errorf("docs/wire.md tells of %s, which no row uses", m[1])
		}
	}
}

func TestThrottling(t *testing.T) {
	wall := when.NewFixed(time.Date(2026, 11, 2, 9, 15, 0, 0, time.UTC))
	limit := map[id.Partner]int{partnerOne: 5}
	d := doorWith(t, options(func(o *Options) {
		o.Wall = wall
		o.RequestsPerMinute = func(p id.Partner) int { return limit[p] }
	}), operation{method: "GET", path: "/v1/orders", scope: scopePartner, handle: says("ok")})
	for range 5 {
		if w := call(t, d, "GET", "/v1/orders", ""); w.Code != 200 {
			t.Fatalf("within the limit: %d", w.Code)
		}
	}
	for range 3 { // refused requests do not push the end away
		w := call(t, d, "GET", "/v1/orders", "")
		if w.Code != 429 || w.Header().Get("Retry-After") != "12" || w.Body.String() != `{"statusCode":429,"message":"Too many requests; retry after 12 seconds."}` {
			t.Fatalf("over the limit: %d %q %s", w.Code, w.Header().Get("Retry-After"), w.Body)
		}
	}
	if w := call(t, d, "GET", "/v1/orders", "", "Authorization", "Bearer two"); w.Code != 200 {
		t.Errorf("another partner without a limit: %d", w.Code)
	}
	wall.Advance(12 * time.Second)
	if w := call(t, d, "GET", "/v1/orders", ""); w.Code != 200 {
		t.Errorf("after the wait: %d", w.Code)
	}
	limit[partnerOne] = 0
	for range 10 {
		if w := call(t, d, "GET", "/v1/orders", ""); w.Code != 200 {
			t.Fatalf("limit taken off: %d", w.Code)
		}
	}
}

func TestBOM(t *testing.T) {
	d := doorWith(t, options(func(o *Options) { o.BOM = true }),
		operation{method: "GET", path: "/v1/orders", scope: scopePartner, handle: says("ok")},
		operation{method: "GET", path: "/v1/file", scope: scopePartner, handle: func(context.Context, *request) (answer, error) {
			return answer{Header: map[string]string{"Content-Type": "application/pdf"}, Body: []byte("%PDF")}, nil
		}})
	if w := call(t, d, "GET", "/v1/orders", ""); w.Body.String() != "\ufeff\"ok\"" || w.Header().Get("Content-Length") != "7" {
		t.Errorf("%q, length %s", w.Body, w.Header().Get("Content-Length"))
	}
	if w := call(t, d, "GET", "/v1/file", ""); w.Body.String() != "%PDF" || w.Header().Get("Content-Type") != "application/pdf" {
		t.Errorf("a file is sent as it is: %q", w.Body)
	}
}

func TestReplay(t *testing.T) {
	var got app.Request
	d := doorWith(t, options(), operation{
		method: "POST", path: "/v1/customers/{customer}/orders/{order}", status: 201, secret: true, body: bodyIgnored,
		handle: func(_ context.Context, r *request) (answer, error) {
			got = r.replay(true, func(outcome any) (app.Reply, error) { return reply(outcome) })
			return got.Answer("done")
		},
	})
	w := call(t, d, "POST", "/V1//Customers/"+strings.ToUpper(customerOne)+"/ORDERS/aBc/?Preview=false&b=1+2&A=x", "\ufeff{}", "MS-RequestId", requestOne, "MS-CorrelationId", customerOne)
	if w.Code != 201 || w.Body.String() != `"done"` || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %q %v", w.Code, w.Body, w.Header())
	}
	rep, err := got.Answer("done")
	if err != nil || rep.Status != 201 || string(rep.Body) != `"done"` {
		t.Errorf("answer %+v %v", rep, err)
	}
	want := app.Request{
		ID: requestOne, Correlation: customerOne, Method: "POST", Path: "/v1/customers/" + customerOne + "/orders/aBc?a=x&b=1+2&preview=false",
		BodyHash: sha256.Sum256([]byte("\ufeff{}")), StrictBody: true, Sealed: true,
	}
	got.Answer = nil
	if got.ID != want.ID || got.Correlation != want.Correlation || got.Method != want.Method || got.Path != want.Path ||
		got.BodyHash != want.BodyHash || got.StrictBody != want.StrictBody || got.Sealed != want.Sealed {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestExpectedVersion(t *testing.T) {
	fresh := etag(requestOne, 7)
	for _, c := range []struct {
		name, header, body string
		version            int64
		given              bool
		stale              bool
	}{
		{"neither", "", "", 0, false, false},
		{"header", `"` + fresh + `"`, "", 7, true, false},
		{"weak header", `W/"` + fresh + `"`, "", 7, true, false},
		{"body", "", fresh, 7, true, false},
		{"header first", `"` + fresh + `"`, etag(requestOne, 6), 7, true, false},
		{"star leaves it to the body", "*", fresh, 7, true, false},
		{"another object's", "", etag(customerOne, 7), 0, false, true},
		{"unreadable", "", "x", 0, false, true},
	} {
		r := &request{http: httptest.NewRequest("PATCH", "/", nil)}
		if c.header != "" {
			r.http.Header.Set("If-Match", c.header)
		}
		version, given, err := r.expectedVersion(strings.ToUpper(requestOne), c.body)
		if version != c.version || given != c.given || (err != nil) != c.stale || c.stale && fault.Of(err).Code != "etag.stale" {
			t.Errorf("%s: %d %v %v", c.name, version, given, err)
		}
	}
}

func TestPreviewWords(t *testing.T) {
	r := &request{http: httptest.NewRequest("POST", "/", nil)}
	r.http.Header.Set("If-Preview-Match", ` "abc" `)
	if got := r.expectedPreview(); got != "abc" {
		t.Errorf("hash %q", got)
	}
	for raw, want := range map[string]bool{"Preview=True": true, "preview=false": false, "": false} {
		r.query, _ = parseQuery(raw)
		if on, err := r.previews(); on != want || err != nil {
			t.Errorf("%s: %v %v", raw, on, err)
		}
	}
	r.query, _ = parseQuery("preview=maybe")
	if _, err := r.previews(); fault.Of(err) == nil {
		t.Error("maybe is neither")
	}
}
