package e2e

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/e2e/harness"
	"github.com/comptoir-dev/comptoir/internal/store/storetest/pg"
)

// canary stands in what is sent; it may appear neither in an answer nor in the log.
const canary = "Xq7canaryXq7"

// TestBadInput: each is refused with its own error, tells nothing of what was sent, and changes nothing (G50, G51, G41).
func TestBadInput(t *testing.T) {
	harness.Both(t, func(t *testing.T, site *harness.Site) {
		server := site.Start(t)
		client, books := site.Client(t), site.Books(t)
		own := "/v1/customers/" + site.Of(t, "FR").ID
		foreign := "/v1/customers/" + books.Texts(t, `SELECT id FROM customer WHERE partner_id <> $1 ORDER BY id`, site.Tenant)[0]
		subs := harness.Read[collection[subscription]](t, client.Call(t, "GET", own+"/subscriptions", nil), 200).Items
		sub := own + "/subscriptions/" + subs[0].ID
		good := `{"lineItems":[{"id":0,"catalogItemId":"` + perpetualItem + `","quantity":1,"billingCycle":"one_time"}]}`
		before := books.Sum(t)
		for _, c := range []struct {
			name, method, path, body string
			header                   []string
			status                   int
			code                     string
		}{
			{"JSON cut short", "POST", own + "/carts", `{"lineItems":[{"friendlyName":"` + canary + `"`, nil, 400, "800002"},
			{"not JSON", "POST", own + "/carts", canary, nil, 400, "800002"},
			{"not UTF-8", "POST", own + "/carts", "{\"lineItems\":[{\"friendlyName\":\"" + canary + "\xff\"}]}", nil, 400, "800002"},
			{"half a surrogate pair", "POST", own + "/carts", `{"lineItems":[{"friendlyName":"` + canary + `\ud800"}]}`, nil, 400, "800002"},
			{"two values", "POST", own + "/carts", good + good, nil, 400, "800002"},
			{"nothing", "POST", own + "/carts", "", nil, 400, "800002"},
			{"no line", "POST", own + "/carts", `{"lineItems":[]}`, nil, 400, "800009"},
			{"a member twice", "POST", own + "/carts", `{"lineItems":[{"quantity":1,"quantity":2,"friendlyName":"` + canary + `"}]}`, nil, 400, "800002"},
			{"a member twice in two cases", "POST", own + "/carts", `{"lineItems":[],"LineItems":["` + canary + `"]}`, nil, 400, "800002"},
			{"a text for a number", "POST", own + "/carts", `{"lineItems":[{"quantity":"` + canary + `"}]}`, nil, 400, "3000"},
			{"a fraction for a count", "POST", own + "/carts", strings.Replace(good, `"quantity":1`, `"quantity":1.5`, 1), nil, 400, "3000"},
			{"a number that is none", "POST", own + "/carts", strings.Replace(good, `"quantity":1`, `"quantity":NaN`, 1), nil, 400, "800002"},
			{"a number out of range", "POST", own + "/carts", strings.Replace(good, `"quantity":1`, `"quantity":1e999`, 1), nil, 400, "800002"},
			{"a number that overflows", "POST", own + "/carts", strings.Replace(good, `"quantity":1`, `"quantity":9223372036854775808`, 1), nil, 400, "3000"},
			{"an object for an array", "POST", own + "/carts", `{"lineItems":{"` + canary + `":1}}`, nil, 400, "3000"},
			{"an array for an object", "POST", own + "/carts", `["` + canary + `"]`, nil, 400, "800002"},
			{"an unknown word", "POST", own + "/carts", strings.Replace(good, "one_time", canary, 1), nil, 400, "900126"},
			{"a term that is none", "POST", own + "/carts", strings.Replace(good, `"quantity"`, `"termDuration":"`+canary+`","quantity"`, 1), nil, 400, "3000"},
			{"33 levels", "POST", own + "/carts", `{"lineItems":` + strings.Repeat("[", 32) + strings.Repeat("]", 32) + `}`, nil, 400, "800002"},
			{"100,000 levels", "POST", own + "/carts", strings.Repeat(`{"a":`, 100_000) + `"` + canary + `"`, nil, 400, "800002"},
			{"2 MB", "POST", own + "/carts", `{"lineItems":[{"friendlyName":"` + strings.Repeat(canary, 2<<20/len(canary)) + `"}]}`, nil, 400, "800002"},
			{"compressed", "POST", own + "/carts", good, []string{"Content-Encoding", "gzip"}, 400, "800002"},
			{"a request id that is none", "POST", own + "/carts", good, []string{"MS-RequestId", canary}, 400, "3000"},
			{"a customer of another partner: cart", "POST", foreign + "/carts", good, nil, 403, "20002"},
			{"… orders", "GET", foreign + "/orders", "", nil, 403, "20002"},
			{"… subscriptions", "GET", foreign + "/subscriptions", "", nil, 403, "20002"},
			{"… the customer", "GET", foreign, "", nil, 403, "20002"},
			{"a customer of nobody", "GET", "/v1/customers/11111111-2222-4333-8444-555555555555/orders", "", nil, 404, "60003"},
			{"a customer that is no id", "GET", "/v1/customers/" + canary + "/orders", "", nil, 404, "60003"},
			{"a cart of nobody", "POST", own + "/carts/11111111-2222-4333-8444-555555555555/checkout", "", nil, 404, "800008"},
			{"an order of nobody", "PATCH", own + "/orders/" + canary, `{"status":"cancelled"}`, nil, 404, "20000"},
			{"no token", "POST", own + "/carts", good, []string{"Authorization", ""}, 401, "800001"},
			{"a token that is none", "POST", own + "/carts", good, []string{"Authorization", "Bearer " + canary}, 401, "800001"},
			{"a token whose end was changed", "POST", own + "/carts", good, []string{"Authorization", "Bearer " + client.Token[:len(client.Token)-6] + "AAAAAA"}, 401, "800001"},
			{"a quantity for a text", "PATCH", sub, `{"status":["` + canary + `"]}`, nil, 400, "3000"},
			{"a status that nobody sets", "PATCH", sub, `{"status":"expired"}`, nil, 400, "800040"},
			{"a date that is none", "GET", "/v1/auditrecords?startDate=" + canary, "", nil, 400, "3000"},
			{"a filter that is none", "GET", "/v1/customers?filter=" + canary, "", nil, 400, "3000"},
			{"a continuation that is forged", "GET", "/v1/customers?seekOperation=Next", "", []string{"MS-ContinuationToken", canary}, 400, "3000"},
			{"a path that is none", "GET", "/v1/" + canary, "", nil, 404, "1000"},
			{"a method that is none", "DELETE", own + "/orders", "", nil, 405, "900127"},
			{"a clock that goes back", "POST", "/sandbox/clock", `{"to":"2001-01-01T00:00:00Z"}`, nil, 400, "3000"},
			{"an address that was guessed", "GET", "/downloads/" + canary, "", nil, 404, "link.unknown"},
		} {
			t.Run(c.name, func(t *testing.T) {
				header := c.header
				if !slices.Contains(header, "MS-RequestId") && !strings.HasPrefix(c.path, "/downloads/") {
					header = append(header, "MS-RequestId", guid(len(c.name)))
				}
				ans, err := client.Try(c.method, c.path, []byte(c.body), header...)
				if err != nil {
					t.Fatal(err)
				}
				if strings.HasPrefix(c.path, "/downloads/") {
					if ans.Status != c.status || !strings.Contains(string(ans.Body), c.code) {
						t.Errorf("answered %d %s", ans.Status, ans.Body)
					}
				} else {
					harness.Refused(t, ans, c.status, c.code)
				}
				if strings.Contains(string(ans.Body), canary) {
					t.Errorf("the answer tells what was sent: %.300s", ans.Body)
				}
				if ans.Status == 401 && !strings.HasPrefix(ans.Header.Get("WWW-Authenticate"), "Bearer") {
					t.Error("401 without WWW-Authenticate")
				}
			})
		}
		after := books.Sum(t)
		for _, table := range slices.Sorted(maps.Keys(before)) {
			if before[table] != after[table] {
				t.Errorf("table %s was changed: %s, then %s", table, before[table], after[table])
			}
		}
		if log := server.Log(); strings.Contains(log, canary) || strings.Contains(log, client.Token) || strings.Contains(log, site.ClientSecret) {
			t.Errorf("the log tells what was sent:\n%.2000s", log)
		}
	})
}

// TestBadLine: a bad line marks the line, not the cart, and keeps nobody else from being bought (F20).
func TestBadLine(t *testing.T) {
	harness.Both(t, func(t *testing.T, site *harness.Site) {
		site.Start(t)
		client, books := site.Client(t), site.Books(t)
		base := "/v1/customers/" + site.Of(t, "FR").ID + "/carts"
		made := harness.Read[cart](t, client.Call(t, "POST", base, cartOf(
			wish(perpetualItem, 1, "one_time", ""), wish("CMPNOTHING00:0001:AVNOTHINGX00", 1, "one_time", ""),
			wish(subscriptionItem, 0, "annual", "P1Y"), wish(planItem, 10_001, "monthly", "P1M"), wish(subscriptionItem, -3, "annual", "P1Y"),
		)), 201)
		want := []string{"", "catalog_item_id_is_not_valid", "invalid_input", "invalid_input", "invalid_input"}
		for i, l := range made.LineItems {
			got := ""
			if l.Error != nil {
				got, _ = l.Error.ErrorCode.(string)
			}
			if got != want[i] {
				t.Errorf("line %d has the error %q, want %q", i, got, want[i])
			}
		}
		bought := harness.Read[checkout](t, client.Call(t, "POST", base+"/"+made.ID+"/checkout", nil), 201)
		if len(bought.Orders) != 1 || bought.Orders[0].LineItems[0].OfferID != perpetualItem || len(bought.OrderErrors) != 3 {
			t.Errorf("bought %+v", bought)
		}
		if n := books.Count(t, `SELECT COUNT(*) FROM orders WHERE cart_id = $1`, made.ID); n != 1 {
			t.Errorf("%d orders, want 1", n)
		}
		books.Balanced(t)
	})
}

// TestDatabaseGone: PostgreSQL ends under the server. Callers are told to come back, the server stays.
func TestDatabaseGone(t *testing.T) {
	database, err := pg.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := database.Stop(); err != nil {
			t.Error(err)
		}
	})
	url, err := database.Create(t.Context(), "comptoir", "")
	if err != nil {
		t.Fatal(err)
	}
	site := harness.New(t, harness.Postgres, url)
	server := site.Start(t)
	client, customer := site.Client(t), site.Of(t, "FR").ID
	made := harness.Read[cart](t, client.Call(t, "POST", "/v1/customers/"+customer+"/carts", cartOf(wish(perpetualItem, 1, "one_time", ""))), 201)
	database.Kill()
	for _, c := range []struct{ method, path, body string }{
		{"GET", "/v1/customers/" + customer + "/orders", ""},
		{"POST", "/v1/customers/" + customer + "/carts/" + made.ID + "/checkout", ""},
		{"POST", "/v1/customers/" + customer + "/carts", `{"lineItems":[{"catalogItemId":"` + perpetualItem + `","quantity":1,"billingCycle":"one_time","friendlyName":"` + canary + `"}]}`},
	} {
		ans := client.Call(t, c.method, c.path, []byte(c.body))
		harness.Refused(t, ans, 503, "990002")
		if seconds, err := strconv.Atoi(ans.Header.Get("Retry-After")); err != nil || seconds < 1 {
			t.Errorf("Retry-After %q", ans.Header.Get("Retry-After"))
		}
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 503} {
		if ans, err := client.Try("GET", path, nil); err != nil || ans.Status != want {
			t.Errorf("%s answers %d, %v, want %d", path, ans.Status, err, want)
		}
	}
	if log := server.Log(); strings.Contains(log, canary) || strings.Contains(log, client.Token) {
		t.Errorf("the log tells what was sent:\n%.2000s", log)
	}
}
