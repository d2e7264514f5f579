package partnercenter_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	. "github.com/comptoir-dev/comptoir/internal/api/partnercenter"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// stop is one call of the tour through all routes.
type stop struct {
	route  string // "GET /v1/customers"
	target string // empty: the route's path; {names} are filled in
	body   string
	status int               // empty: 200
	keep   map[string]string // what later stops name: its path in the answer, "items.0.id"
	quiet  bool              // its route has its golden from another stop: this one only leads on
	as     party.Kind        // of the demo's partner that calls; empty: the direct-bill one
	// sandbox: only a sandbox tenant's partner may
	sandbox bool
	sqlite  bool   // there is nothing of it on PostgreSQL
	kind    string // of the body, where it is no JSON
	header  string // one more: "Name: value"
	// publisher whose admin calls; empty: the partner's own client
	publisher id.Publisher
	again     bool // for what later stops need: another stop has the golden
}

// TestRoutesGolden calls each route of the demo once, on both engines, and compares the answers with testdata/routes. Ids
// and tokens stand there in the order they come, so that another customer in the demo changes nothing.
func TestRoutesGolden(t *testing.T) {
	mine := map[string]bool{}
	for _, l := range RouteLines(t) {
		if l.Golden == RouteGolden(l.Method, l.Path) {
			mine[l.Method+" "+l.Path] = true
		}
	}
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		names := d.names()
		seen := map[string]bool{}
		for _, stop := range d.tour() {
			if stop.sqlite && strings.Contains(t.Name(), "postgres") {
				continue
			}
			if !mine[stop.route] {
				t.Errorf("%s has no line in testdata/routes.txt, or another golden", stop.route)
			}
			seen[stop.route] = true
			d.visit(stop, names)
		}
		for route := range mine {
			if !seen[route] && !strings.Contains(t.Name(), "postgres") {
				t.Errorf("the tour leaves out %s", route)
			}
		}
	})
	files, err := filepath.Glob("testdata/routes/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		known := false
		for route := range mine {
			method, path, _ := strings.Cut(route, " ")
			known = known || RouteGolden(method, path)+".json" == strings.TrimPrefix(filepath.ToSlash(file), "testdata/")
		}
		if !known {
			t.Errorf("%s is of no route", file)
		}
	}
}

// visit makes one call, keeps what later ones need and compares the answer.
func (d *demo) visit(s stop, names map[string]string) {
	d.t.Helper()
	method, path, _ := strings.Cut(s.route, " ")
	target := s.target
	if target == "" {
		target = path
	}
	fill := func(text string) string { return filled(text, names) }
	if s.status == 0 {
		s.status = 200
	}
	defer d.dressed(s)()
	var headers []string
	if s.kind != "" {
		headers = []string{"Content-Type", s.kind}
	}
	if name, value, ok := strings.Cut(s.header, ": "); ok {
		headers = append(headers, name, value)
	}
	w := d.call(method, fill(target), fill(s.body), headers...)
	if w.Code != s.status {
		d.t.Errorf("%s: %d, want %d: %s", s.route, w.Code, s.status, w.Body)
		return
	}
	got := golden{Call: method + " " + fill(target), Status: w.Code, Location: w.Header().Get("Location")}
	if s.body != "" && s.kind == "" {
		got.Body = json.RawMessage(fill(s.body))
	}
	switch kind := w.Header().Get("Content-Type"); {
	case w.Body.Len() == 0:
	case strings.HasPrefix(kind, "application/json"):
		if w.Code < 300 && !strings.HasSuffix(path, "/activationlinks") { // those are the publishers', so absolute
			Strict(d.t, w.Body.Bytes())
		}
		got.Answer = w.Body.Bytes()
	default:
		got.Kind = kind
	}
	for name, at := range s.keep {
		names[name] = pick(d.t, w.Body.Bytes(), at)
	}
	if !s.quiet {
		if !s.again {
			d.compare(RouteGolden(method, path), got)
		}
	}
}

// dressed makes the caller who a stop wants it to be, until the function it gives is called.
func (d *demo) dressed(s stop) (back func()) {
	own, as := d.roles, d.as(s.as)
	d.sandbox, d.publisher = s.sandbox, s.publisher
	if s.publisher != "" {
		d.roles = party.RolesOf(party.PublisherAdmin)
	}
	return func() {
		as()
		d.sandbox, d.publisher, d.roles = false, "", own
	}
}

// filled puts what the tour goes to in the places of its name.
func filled(text string, names map[string]string) string {
	for name, value := range names {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

// golden is a call with its answer, as it is kept.
type golden struct {
	Call     string          `json:"call"`
	Body     json.RawMessage `json:"body,omitempty"`
	Status   int             `json:"status"`
	Location string          `json:"location,omitempty"`
	Kind     string          `json:"contentType,omitempty"`
	Answer   json.RawMessage `json:"answer,omitempty"`
}

func (d *demo) compare(name string, g golden) {
	d.t.Helper()
	var text, b bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(g); err != nil {
		d.t.Fatal(err)
	}
	if err := json.Indent(&b, settled(text.Bytes()), "", "  "); err != nil {
		d.t.Fatal(err)
	}
	file := filepath.Join("testdata", name+".json")
	if Update() {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			d.t.Fatal(err)
		}
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			d.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		d.t.Error(err)
		return
	}
	if !bytes.Equal(want, b.Bytes()) {
		d.t.Errorf("%s differs (go test -run TestRoutesGolden -update writes it); got\n%s", file, b.Bytes())
	}
}

// moving are what differs from run to run, or with every change of the demo: ids are numbered as they come, the rest is
// one word.
var moving = []struct {
	find *regexp.Regexp
	as   string // empty: numbered
}{
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`), ""},
	{regexp.MustCompile(`0{20}[0-9a-f]{13}`), ""},
	{regexp.MustCompile(`("alternateId": ?|"AlternateId","value":)"[0-9a-f]{12}"`), `$1"a1b2c3d4e5f6"`},
	{regexp.MustCompile(`("etag":)"[^"]+"`), `$1"ZXRhZw=="`},
	{regexp.MustCompile(`("(?:password|clientSecret)":)"[^"]+"`), `$1"shown once"`},
	{regexp.MustCompile(`("fingerprint":"|/secrets/)[0-9a-f]{12}`), `${1}0123456789ab`},
	{regexp.MustCompile(`("(?:continuationToken|hash)":|"MS-ContinuationToken","value":)"[^"]+"`), `$1"b3BhcXVl"`},
	{regexp.MustCompile(`("n":)\d+(,"leaf")`), `${1}97$2`},
	{regexp.MustCompile(`("path":)\[[^\]]*\]`), `$1["b3BhcXVl"]`},
	{regexp.MustCompile(`("checkpoint":)"[^"]+"`), `$1"a signed note"`},
	{regexp.MustCompile(`(/downloads/|token=)[A-Za-z0-9_%.-]+`), `${1}b3BhcXVl`},
}

func settled(text []byte) []byte {
	for _, m := range moving {
		if m.as != "" {
			text = m.find.ReplaceAll(text, []byte(m.as))
			continue
		}
		numbers := map[string]int{}
		text = m.find.ReplaceAllFunc(text, func(id []byte) []byte {
			if numbers[string(id)] == 0 {
				numbers[string(id)] = len(numbers) + 1
			}
			n := []byte(strings.Repeat("0", len(id)))
			for i, c := range id {
				if c == '-' {
					n[i] = '-'
				}
			}
			copy(n, "a1a1a1a1")
			number := numbers[string(id)]
			n[len(n)-1], n[len(n)-2], n[len(n)-3] = byte('0'+number%10), byte('0'+number/10%10), byte('0'+number/100%10)
			return n
		})
	}
	return text
}

// pick is a value of an answer by its path: "items.0.id".
func pick(t testing.TB, body []byte, path string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatal(err)
	}
	for part := range strings.SplitSeq(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[part]
		case []any:
			v = at[part[0]-'0']
		}
	}
	s, ok := v.(string)
	if !ok {
		t.Fatalf("no %s in %s", path, body)
	}
	return s
}

// names are the things of the demo that its tour goes to.
func (d *demo) names() map[string]string {
	d.t.Helper()
	french, american, australian, distant := d.of("FR"), d.of("US"), d.of("AU"), d.of("GP")
	tenant := func(customer string) string { return strings.TrimPrefix(customer, "/v1/customers/") }
	in := func(customer, list, member, value, wanted string) string {
		return find(d.t, d.do(200, "GET", customer+list, "").items(), member, value).text(wanted)
	}
	back := d.as(party.IndirectReseller)
	resold := d.do(200, "GET", "/v1/customers", "").items()[0].text("id")
	back()
	reserved := d.do(200, "GET", australian+"/entitlements?entitlementType=reservedinstance", "").items()[0].list("entitledArtifacts")[0]
	return map[string]string{
		"customer": tenant(french), "us": tenant(american), "au": tenant(australian), "gp": tenant(distant),
		"order":        in(french, "/software", "title", "Server Standard", "orderId"),
		"sale":         d.lastSale(american),
		"subscription": in(french, "/subscriptions", "offerName", "Mail Suite", "id"),
		"software":     in(french, "/subscriptions", "offerName", "SQL Server", "id"),
		"pending":      in(distant, "/subscriptions", "offerName", "Ledger Desk", "id"),
		"pendingorder": in(distant, "/subscriptions", "offerName", "Ledger Desk", "orderId"),
		"reserved":     "/v1" + reserved.object("link").text("uri"), "line": "0", "product": string(sandbox.MailSuite), "sku": "0001",
		"availability": string(sandbox.Availability(sandbox.MailSuite, "0001", "FR")),
		"offer":        "6513270E-269E-4D37-B2A7-4DE452E6B438", "invoice": "G000000001",
		"metered":  in(american, "/subscriptions", "offerName", "Pulse Metrics", "id"),
		"user_cal": item(sandbox.UserCAL, "0001", "FR"), "orbit": item(sandbox.OrbitCRM, "0001", "FR"),
		"trial": item(sandbox.MailSuite, "0002", "FR"), "suite": item(sandbox.MailSuite, "0001", "FR"),
		"role": globalAdmin, "resold": resold, "template": party.Templates[0].ID, "enterprise": item(sandbox.MailSuite, "0003", "FR"),
	}
}
