//go:build e2e

package browser

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/e2e/harness"
)

var problems = regexp.MustCompile(`<li><a href="#[^"]*">[^<]*`)

// payloads are n texts that would run a script, or break out of where they stand, if a page took them for markup.
func payloads(n int) []string {
	const run = `top.__ran=%d`
	shapes := []string{
		`<script>%s</script>`, `"><script>%s</script>`, `'><img src=x onerror=%s>`, `<svg onload=%s>`, `</title><script>%s</script>`, `</textarea><script>%s</script>`,
		`" onmouseover=%s autofocus onfocus=%[1]s x="`, `' onfocus='%s' autofocus='`, `javascript:%s`, `</script><script>%s</script>`, `<iframe srcdoc="<script>%s</script>">`,
		`{{%s}}`, `${%s}`, `<!--><script>%s</script>-->`, `<details open ontoggle=%s>`, `<math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror=%s src>">`,
		`<input autofocus onfocus=%s>`, `<a href="javascript:%s" id=x>x</a>`, "<scr\u0000ipt>%s</script>", `<style>@import '//evil.example/%s'</style>`, `<base href="//evil.example/%s">`,
		`<form action="//evil.example"><button>%s`, `<object data="data:text/html,<script>%s</script>">`, `<meta http-equiv=refresh content="0;url=javascript:%s">`, `&lt;script&gt;%s&lt;/script&gt;`,
	}
	out := make([]string, n)
	for i := range out {
		shape := strings.ReplaceAll(shapes[i%len(shapes)], "\u0000", "")
		text := strings.ReplaceAll(strings.ReplaceAll(shape, "%[1]s", fmt.Sprintf(run, i)), "%s", fmt.Sprintf(run, i))
		out[i] = fmt.Sprintf("%d %s", i, text)
	}
	return out
}

// TestG55StoredTextsNeverRun stores 200 hostile texts wherever people can store one, and opens every page that shows them
// in Chromium: none runs, and none becomes so much as an element that the policy would have to stop.
func TestG55StoredTextsNeverRun(t *testing.T) {
	w := &world{Site: harness.Demo(t, harness.SQLite)}
	titles := payloads(225)[200:]
	w.priced(t, titles)
	w.Start(t)
	w.browse(t)
	texts := payloads(200)
	next := func() string {
		if len(texts) == 0 {
			t.Fatal("more places than texts")
		}
		s := texts[0]
		texts = texts[1:]
		return s
	}
	agent := w.SignIn(t, w.As(t, "AA"))
	api := w.Client(t)
	pages := []string{"/customers", "/customers?q=onerror", "/search?q=ran", "/requests", "/me"}
	customer := w.Of(t, "US").ID
	for i := range 30 {
		form := agent.Get(t, "/customers/new")
		made := agent.Post(t, "/customers/new", "once", form.Once(), "company", next(), "domain", fmt.Sprintf("hostile-%d.example", i), "country", "US", "segment", "commercial",
			"first", next(), "last", next(), "email", fmt.Sprintf("a@hostile-%d.example", i), "phone", "1", "street", next(), "city", next(), "state", "WA", "postal", "98052")
		if made.Status != 200 && made.Status != 303 {
			t.Fatalf("customer %d: %d %s", i, made.Status, made.Body)
		}
	}
	for _, to := range agent.Get(t, "/customers?q=hostile-").Links() {
		if strings.HasPrefix(to, "/customers/") && len(to) == len("/customers/")+36 {
			pages = append(pages, to)
		}
	}
	if len(pages) < 30 {
		t.Fatalf("only %d pages show what was stored", len(pages))
	}
	subs := harness.Read[struct {
		Items []struct{ ID string }
	}](t, api.Call(t, "GET", "/v1/customers/"+customer+"/subscriptions", nil), 200)
	for i, s := range subs.Items {
		if i < 10 && len(texts) > 30 {
			ans := api.Call(t, "PATCH", "/v1/customers/"+customer+"/subscriptions/"+s.ID, map[string]any{"friendlyName": next()})
			if ans.Status == 200 {
				pages = append(pages, "/customers/"+customer)
			}
		}
	}
	for i, name := range payloads(250)[225:] { // a file's name, on both sides of the desk
		form := agent.Get(t, "/requests/new?topic=32444673")
		made := agent.Post(t, "/requests/new?topic=32444673", "once", form.Once(), "topic", "32444673", "title", "A file", "description", "d", "severity", "moderate", "first", "a", "last", "b", "email", "a@b.example", "phone", "1")
		to := made.Header.Get("Location")
		if a := agent.Attach(t, to+"/files", name+".txt", "text"); a.Status != 303 {
			t.Logf("file %d is refused with %d", i, a.Status)
			continue
		}
		pages = append(pages, to)
	}
	pages = append(pages, w.bought(t, api, customer, titles)...)
	for len(texts) > 1 {
		form := agent.Get(t, "/requests/new?topic=32444673")
		made := agent.Post(t, "/requests/new?topic=32444673", "once", form.Once(), "topic", "32444673", "title", next(), "description", next(), "severity", "moderate", "first", "a", "last", "b", "email", "a@b.example", "phone", "1")
		to := made.Header.Get("Location")
		if made.Status != 303 || !strings.HasPrefix(to, "/requests/") {
			t.Fatalf("request: %d %s %s", made.Status, to, problems.FindAllString(made.Body, -1))
		}
		pages = append(pages, to)
	}
	p := w.page(t, agent)
	for _, path := range append(pages, "/customers/"+customer, "/customers/"+customer+"/software", "/customers?q="+url.QueryEscape(payloads(3)[1])) {
		visit(t, p, path)
		if ran := value[int](t, p, `top.__ran ?? -1`); ran >= 0 {
			t.Errorf("%s: text %d ran", path, ran)
		}
		if odd := value[[]string](t, p, `[...document.querySelectorAll("script, iframe, object, embed, base, style, math, meta[http-equiv], [onerror], [onload], [onfocus], a[href^=javascript]")].map(e => e.outerHTML.slice(0, 120)).filter(s => !s.startsWith('<script src="/static/'))`); len(odd) > 0 {
			t.Errorf("%s: texts became elements: %q", path, odd)
		}
	}
	t.Logf("%d texts, %d pages", 200+len(titles)+25, len(pages)+3)
}

// priced imports a price sheet of products with such titles.
func (w *world) priced(t *testing.T, titles []string) {
	t.Helper()
	var b strings.Builder
	out := csv.NewWriter(&b)
	_ = out.Write(strings.Split("ProductTitle,ProductId,SkuId,SkuTitle,SkuDescription,Publisher,TermDuration,BillingPlan,Market,Currency,UnitPrice,EffectiveStartDate,EffectiveEndDate,Segment", ","))
	for i, title := range titles {
		_ = out.Write([]string{title, fmt.Sprintf("NCEHOSTILE%02d", i), "1", title, title, title, "P1Y", "Annual", "US", "USD", "100", "1/1/2020", "12/31/9999", "Commercial"})
	}
	out.Flush()
	file := filepath.Join(t.TempDir(), "prices.csv")
	must(t, os.WriteFile(file, []byte(b.String()), 0o600))
	cmd := w.Command("prices", file)
	cmd.Args = append([]string{cmd.Args[0], "import"}, cmd.Args[1:]...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
}

// bought orders some of these products, and gives the pages that show them.
func (w *world) bought(t *testing.T, api *harness.Client, customer string, titles []string) []string {
	t.Helper()
	at := "/customers/" + customer
	pages := []string{at + "/subscriptions", at + "/orders", at + "/software", "/search?q=ran"}
	for page := at + "/products"; page != "" && len(pages) < 40; {
		sheet := w.SignIn(t, w.As(t, "AA")).Get(t, page)
		pages, page = append(pages, page), ""
		for _, to := range sheet.Links() {
			if strings.HasPrefix(to, at+"/products?") && strings.Contains(to, "after=") && !slices.Contains(pages, to) {
				page = to
			}
		}
	}
	n := 0
	for i := range titles {
		item := fmt.Sprintf("NCEHOSTILE%02d:0001", i)
		found := api.Call(t, "GET", fmt.Sprintf("/v1/products/NCEHOSTILE%02d/skus/0001/availabilities?country=US", i), nil)
		var all struct{ Items []struct{ ID string } }
		if found.Status != 200 || json.Unmarshal([]byte(found.Body), &all) != nil || len(all.Items) == 0 {
			t.Fatalf("%s is not for sale: %d %s", item, found.Status, found.Body)
		}
		cart := harness.Read[struct{ ID string }](t, api.Call(t, "POST", "/v1"+at+"/carts", map[string]any{
			"lineItems": []any{map[string]any{"id": 0, "catalogItemId": item + ":" + all.Items[0].ID, "quantity": 1, "billingCycle": "annual", "termDuration": "P1Y"}},
		}), 201)
		pages = append(pages, at+"/carts/"+cart.ID)
		if i%5 == 0 {
			order := harness.Read[struct {
				Orders []struct {
					ID        string
					LineItems []struct{ SubscriptionID string }
				}
			}](t, api.Call(t, "POST", "/v1"+at+"/carts/"+cart.ID+"/checkout", nil), 201)
			pages = append(pages, at+"/carts/"+cart.ID+"/bought", at+"/orders/"+order.Orders[0].ID, at+"/subscriptions/"+order.Orders[0].LineItems[0].SubscriptionID)
			n++
		}
	}
	if n == 0 {
		t.Error("nothing with such a title was bought")
	}
	return pages
}

// TestG54CrossSitePostsAreRefused sends every form there is as another site's page would.
func TestG54CrossSitePostsAreRefused(t *testing.T) {
	w := open(t)
	agent := w.SignIn(t, w.As(t, "AA"))
	forms := map[string]bool{"/sign-in": true, "/sign-out": true, "/step-up": true, "/language": true, "/clock": true}
	customer := "/customers/" + w.Of(t, "US").ID
	for _, path := range []string{"/customers/new", customer, customer + "/software", customer + "/products", "/me", "/me/app", "/requests/new?topic=32444673"} {
		for _, to := range agent.Get(t, path).Forms() {
			forms[to] = true
		}
	}
	if len(forms) < 8 {
		t.Errorf("only %d forms were found", len(forms))
	}
	before := w.Books(t).Sum(t)
	for to := range forms {
		for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
			if a := agent.PostAs(t, to, url.Values{"x": {"1"}}, header...); a.Status != 403 {
				t.Errorf("%s with %v: %d", to, header, a.Status)
			}
		}
	}
	after := w.Books(t).Sum(t)
	for table, sum := range before {
		if after[table] != sum && table != "session" {
			t.Errorf("%s changed", table)
		}
	}
}

// TestG57NoOpenRedirects asks every way that leads on to lead elsewhere.
func TestG57NoOpenRedirects(t *testing.T) {
	w := open(t)
	u := w.As(t, "AA")
	agent := w.SignIn(t, u)
	for _, next := range []string{"//evil.example", "https://evil.example", `/\evil.example`, `\\evil.example`, "/\t/evil.example", "javascript:alert(1)", "http:evil.example", "/%0d%0aLocation:https://evil.example", ".evil.example", "@evil.example"} {
		for _, a := range []harness.Sheet{
			agent.Post(t, "/language", "language", "en", "next", next),
			agent.Post(t, "/clock", "advance", "", "next", next),
			agent.Post(t, "/sign-in", "name", u.UserPrincipalName, "password", u.Password, "next", next),
			agent.Post(t, "/step-up", "password", u.Password, "next", next),
			agent.Get(t, "/sign-in?next="+url.QueryEscape(next)),
		} {
			to := a.Header.Get("Location")
			if to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\t\r\n")) {
				t.Errorf("next=%q leads to %q", next, to)
			}
		}
	}
}
