package partnercenter

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

const (
	partnerOne  = "7d000000-0000-4000-8000-000000000001"
	partnerTwo  = "7d000000-0000-4000-8000-000000000002"
	customerOne = "6f1d0c0e-1111-4f60-9d6e-0a4b9a3f0001"
	requestOne  = "0b1c2d3e-2222-4a5b-8c9d-000000000002"
)

// tokens is an Authenticator of fixed tokens.
type tokens struct{}

func (tokens) Actor(_ context.Context, token string) (party.Actor, error) {
	switch token {
	case "one":
		return party.Actor{Scope: party.NewScope(partnerOne, "")}, nil
	case "two":
		return party.Actor{Scope: party.NewScope(partnerTwo, "")}, nil
	case "operator":
		return party.Actor{}, nil
	case "audience":
		return party.Actor{}, fault.Deny("token.audience", nil)
	case "odd":
		return party.Actor{}, fault.NotFound("client.unknown", nil)
	case "broken":
		return party.Actor{}, errors.New("database gone")
	case "busy":
		return party.Actor{}, fault.Unavailable("server.busy", nil)
	}
	return party.Actor{}, fault.Deny("token.invalid", nil)
}

func options(change ...func(*Options)) Options {
	o := Options{
		Auth: tokens{}, IDs: &id.Counting{}, Wall: when.NewFixed(time.Date(2026, 11, 2, 9, 15, 0, 0, time.UTC)),
		Log: slog.New(slog.DiscardHandler), CursorKey: []byte("0123456789abcdef0123456789abcdef"),
	}
	for _, f := range change {
		f(&o)
	}
	return o
}

// doorWith is a door over the operations given; those that need nothing special get a scope and an act.
func doorWith(t testing.TB, o Options, ops ...operation) *door {
	t.Helper()
	for i := range ops {
		if ops[i].scope == scopeNone && strings.Contains(ops[i].path, "{customer}") {
			ops[i].scope = scopeCustomer
		}
		ops[i].acts = []party.Act{party.ReadCommerce}
		if ops[i].status == 0 {
			ops[i].status = 200
		}
	}
	return newDoor(newAPI(nil, o), ops)
}

// says answers with a text, to tell which operation was reached.
func says(text string) func(context.Context, *request) (answer, error) {
	return func(context.Context, *request) (answer, error) { return reply(text) }
}

func fails(err error) func(context.Context, *request) (answer, error) {
	return func(context.Context, *request) (answer, error) { return answer{}, err }
}

// call sends one request with partner one's token; headers are name, value, name, value …
func call(t testing.TB, h http.Handler, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	req := httptest.NewRequest(method, "/", in)
	target, rawQuery, _ := strings.Cut(target, "?")
	if err := setPath(req.URL, target); err != nil { // as a client would escape it
		req.URL.Path = target
	}
	req.URL.RawQuery = rawQuery
	req.Header.Set("Authorization", "Bearer one")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

// codeOf is the wire code of an error answer.
func codeOf(t testing.TB, w *httptest.ResponseRecorder) string {
	t.Helper()
	var e errorBody
	if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil {
		t.Fatalf("%d %q is no error body: %v", w.Code, w.Body, err)
	}
	if e.Description == "" || e.Data == nil || e.Source != "Comptoir" {
		t.Errorf("incomplete error body %q", w.Body)
	}
	return e.Code
}

func testRoutes(t testing.TB) *door {
	get, post := http.MethodGet, http.MethodPost
	return doorWith(t, options(),
		operation{method: get, path: "/v1/customers", handle: says("customers"), scope: scopePartner},
		operation{method: post, path: "/v1/customers", handle: says("create"), scope: scopePartner, status: 201},
		operation{method: get, path: "/v1/customers/usagerecords", handle: says("usage"), scope: scopePartner},
		operation{method: get, path: "/v1/customers/{customer}", handle: says("customer")},
		operation{method: "DELETE", path: "/v1/customers/{customer}", handle: says("delete")},
		operation{method: get, path: "/v1/customers/{customer}/orders/{order}", handle: func(_ context.Context, r *request) (answer, error) {
			return reply(string(r.customer) + " " + string(r.order))
		}},
		operation{method: get, path: "/v1/customers/{customer}/subscriptions/{subscription}/transitionEligibilities", handle: says("transitions")},
		operation{method: post, path: "/v1/customers/{customer}/carts/{cart}/checkout", handle: says("checkout"), status: 201, body: bodyIgnored},
		operation{method: post, path: "/v1/extensions/product/checkInventory", handle: says("inventory")},
		operation{method: "HEAD", path: "/v1/domains/{domain}", handle: func(_ context.Context, r *request) (answer, error) {
			if r.path("domain") == "Orders.Example" {
				return answer{}, nil
			}
			return answer{}, fault.NotFound("domain.free", nil)
		}},
		operation{method: get, path: "/webhooks/v1/registration/events", handle: says("events"), scope: scopePartner},
	)
}

func TestRoutes(t *testing.T) {
	d := testRoutes(t)
	c := "/v1/customers/" + customerOne
	const s = "/subscriptions/0B1C2D3E-2222-4A5B-8C9D-000000000002"
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		want                     string // the text answered, or the wire code
	}{
		{"plain", "GET", "/v1/customers", "", 200, "customers"},
		{"trailing slash", "POST", "/v1/customers/", "{}", 201, "create"},
		{"double slash", "GET", "/v1//customers", "", 200, "customers"},
		{"slashes everywhere", "GET", "//V1///Customers//", "", 200, "customers"},
		{"upper case", "GET", "/V1/CUSTOMERS", "", 200, "customers"},
		{"escaped literal", "GET", "/v1/%43ustomers", "", 200, "customers"},
		{"literal before wildcard", "GET", "/v1/customers/UsageRecords", "", 200, "usage"},
		{"camel and lower", "GET", c + s + "/transitioneligibilities", "", 200, "transitions"},
		{"camel and lower", "GET", c + s + "/transitionEligibilities", "", 200, "transitions"},
		{"Java's casing", "POST", "/v1/extensions/product/checkInventory", "{}", 200, "inventory"},
		{".NET's casing", "POST", "/v1/extensions/product/checkinventory", "{}", 200, "inventory"},
		{"customer upper case, order keeps its case", "GET", "/v1/CUSTOMERS/" + strings.ToUpper(customerOne) + "/Orders/Qw7tLp0aZc9eRk2vBn4mXs6dUf8gHj1K1", "", 200, customerOne + " Qw7tLp0aZc9eRk2vBn4mXs6dUf8gHj1K1"},
		{"an order id that spells like a route keeps its case", "GET", c + "/orders/Customers", "", 200, customerOne + " Customers"},
		{"imported order, a GUID", "GET", c + "/orders/" + strings.ToUpper(requestOne), "", 200, customerOne + " " + requestOne},
		{"HEAD of a GET", "HEAD", "/v1/customers", "", 200, ""},
		{"HEAD taken", "HEAD", "/v1/Domains/Orders.Example", "", 200, ""},
		{"HEAD free", "HEAD", "/v1/domains/other.example", "", 404, ""},
		{"webhooks beside /v1", "GET", "/Webhooks/V1/registration/events/", "", 200, "events"},
		{"checkout with \"success\"", "POST", c + "/carts/" + requestOne + "/checkout", `"success"`, 201, "checkout"},
		{"checkout with null", "POST", c + "/carts/" + requestOne + "/checkout", `null`, 201, "checkout"},
		{"checkout with nothing", "POST", c + "/carts/" + requestOne + "/checkout", ``, 201, "checkout"},
		{"checkout with any bytes", "POST", c + "/carts/" + requestOne + "/checkout", "\xff{", 201, "checkout"},
		{"unknown", "GET", "/v1/nothing", "", 404, "1000"},
		{"other version", "GET", "/v2/customers", "", 404, "1000"},
		{"root", "GET", "/", "", 404, "1000"},
		{"dots", "GET", "/v1/x/../customers", "", 404, "1000"},
		{"escaped dots are an id", "GET", "/v1/customers/%2e%2e", "", 404, "60003"},
		{"escaped NUL", "GET", "/v1/customers/%00", "", 404, "1000"},
		{"escaped slash is no separator", "GET", "/v1%2Fcustomers", "", 404, "1000"},
		{"not a GUID", "GET", "/v1/customers/42", "", 404, "60003"},
		{"cart not a GUID", "POST", c + "/carts/1/checkout", "", 404, "800008"},
		{"subscription not a GUID", "GET", c + "/subscriptions/1/transitioneligibilities", "", 404, "20003"},
		{"order with odd letters", "GET", c + "/orders/a%20b", "", 404, "20000"},
		{"other method", "PUT", "/v1/customers/", "{}", 405, "900127"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := call(t, d, c.method, c.path, c.body)
			if w.Code != c.status {
				t.Fatalf("status %d, want %d: %s", w.Code, c.status, w.Body)
			}
			switch {
			case c.method == "HEAD":
				if w.Body.Len() != 0 {
					t.Errorf("HEAD with a body: %q", w.Body)
				}
			case c.status >= 400:
				if got := codeOf(t, w); got != c.want {
					t.Errorf("code %s, want %s", got, c.want)
				}
			default:
				var got string
				if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got != c.want {
					t.Errorf("answered %q, want %q", w.Body, c.want)
				}
			}
		})
	}
	if got := call(t, d, "PUT", "/v1/customers", "").Header().Get("Allow"); got != "GET, HEAD, POST" {
		t.Errorf("Allow %q", got)
	}
}

func TestOwns(t *testing.T) {
	for path, want := range map[string]bool{
		"/v1/customers": true, "//V1//x": true, "/v1": true, "/v2/customers": true, "/v1.0/x": true, "/webhooks/v1/registration": true,
		"/AuditActivity/v1/auditrecords/x": true, "/": false, "/vault": false, "/v": false, "/partner": false, "/downloads/x": false,
	} {
		if Owns(path) != want {
			t.Errorf("Owns(%q) = %v", path, !want)
		}
	}
}

func TestContradictoryTablePanics(t *testing.T) {
	get := operation{method: "GET", path: "/v1/customers", handle: says(""), status: 200, acts: []party.Act{party.ReadCommerce}, scope: scopePartner}
	noStatus, noAct, noCustomer, clash := get, get, get, get
	noStatus.status = 0
	noAct.acts = nil
	noCustomer.scope = scopeCustomer
	clash.path = "/v1/Customers"
	for name, table := range map[string][]operation{
		"no status": {noStatus}, "no act": {noAct}, "no customer in the path": {noCustomer}, "twice": {get, clash},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			newDoor(newAPI(nil, options()), table)
		}()
	}
	New(nil, options()) // the real table holds together
}

func FuzzRoute(f *testing.F) {
	d := testRoutes(f)
	for _, s := range []string{"/v1/customers", "//v1/%2e%2e/..", "/v1/customers/%00", "*", "", "/V1/CUSTOMERS/" + customerOne + "/orders/%FF", "/v1/a/b/c/./d/"} {
		f.Add("GET", s, "size=1&filter={", "")
	}
	f.Fuzz(func(t *testing.T, method, path, rawQuery, body string) {
		req := httptest.NewRequest("GET", "/", strings.NewReader(body))
		req.Method, req.URL.Path, req.URL.RawQuery = method, path, rawQuery
		req.Header.Set("Authorization", "Bearer one")
		w := httptest.NewRecorder()
		d.ServeHTTP(w, req)
		if w.Code >= 500 || w.Code >= 300 && w.Code < 400 || w.Code < 200 {
			t.Errorf("%q %q: %d %s", method, path, w.Code, w.Body)
		}
	})
}

func FuzzCanonicalPath(f *testing.F) {
	l := literals{}
	l.learn("/v1/Customers/{customer}/orders")
	for _, s := range []string{"/v1/customers", "//V1/CUSTOMERS//x/Orders/", "/%56%31/", "/a/./b", "/v1/%zz"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		once, ok := l.canonical(path)
		if !ok {
			return
		}
		if strings.Contains(once, "//") || !strings.HasPrefix(once, "/") || once != "/" && strings.HasSuffix(once, "/") {
			t.Errorf("canonical(%q) = %q", path, once)
		}
		if twice, ok := l.canonical(once); !ok || twice != once {
			t.Errorf("canonical is not stable: %q, %q, %q", path, once, twice)
		}
	})
}
