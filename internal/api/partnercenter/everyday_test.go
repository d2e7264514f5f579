package partnercenter_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/vault/vaulttest"
)

// What everybody does with a partner centre, rule by rule, on both engines.
func TestEveryday(t *testing.T) {
	secrets := vaulttest.Secrets(t)
	both(t, store.Options{Sealer: secrets.Vault}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		for _, part := range []struct {
			name string
			test func(*testing.T, *demo)
		}{
			{"F01 a customer's record comes before its first sale", recordFirst},
			{"R20 who reads", readers},
			{"R05 who cancels software", cancellers},
			{"F15 F16 F17 F18 shown, not sold, with the reason", barred},
			{"F13 F14 limited offers", limited},
			{"F37 every kind is cancelled over the API", cancelEveryKind},
			{"F40 by order or by subscription, with one result", twoWays},
			{"F62 F64 what a cancellation leaves", leaves},
			{"F60 no fee inside the window, no cancellation after it", noFee},
			{"E02 a policy's change is for later orders", func(t *testing.T, d *demo) { policyChanges(t, d, s.Store) }},
		} {
			t.Run(part.name, func(t *testing.T) { d.t = t; part.test(t, d) })
		}
	})
}

// sold is one bought line: the addresses of its order and, unless it is perpetual, of its subscription.
type sold struct{ id, order, sub, title string }

// buy checks one line out for a customer.
func (d *demo) buy(customer, line string) sold {
	d.t.Helper()
	cart := d.cartOf(customer, line)
	o := d.do(201, "POST", customer+"/carts/"+cart.text("id")+"/checkout", "").list("orders")[0]
	l := o.list("lineItems")[0]
	s := sold{id: o.text("id"), order: customer + "/orders/" + o.text("id"), title: l.text("friendlyName")}
	if sub := l.text("subscriptionId"); sub != "" {
		s.sub = customer + "/subscriptions/" + sub
	}
	return s
}

func lineOf(p id.Product, sku id.Sku, m market.Country, quantity int, plan, term string) string {
	return fmt.Sprintf(`{"catalogItemId":"%s","quantity":%d,"billingCycle":"%s","termDuration":"%s"}`, item(p, sku, m), quantity, plan, term)
}

// money is what the lines of an order come to in the open period: how many there are, and their sum in cents.
func (d *demo) money(order, currency string) (lines int, cents int64) {
	d.t.Helper()
	for _, l := range d.do(200, "GET", "/v1/invoices/unbilled/lineitems?provider=all&invoicelineitemtype=billinglineitems&period=current&size=2000&currencycode="+currency, "").items() {
		if strings.EqualFold(l.text("orderId"), order) {
			total := l["totalForCustomer"].(float64) * 100
			if total < 0 {
				total--
			}
			lines, cents = lines+1, cents+int64(total+0.5)
		}
	}
	return lines, cents
}

const deleted, cancelled = `{"status":"deleted"}`, `{"status":"cancelled"}`

func recordFirst(t *testing.T, d *demo) {
	body := func(domain, name string) string {
		return `{"companyProfile":{"domain":"` + domain + `"},"billingProfile":{"email":"a@b.example","culture":"en-US","language":"en","companyName":"` + name +
			`","firstName":"A","lastName":"B","defaultAddress":{"country":"US","city":"Bend","state":"OR","addressLine1":"1 Mill","postalCode":"97701"}}}`
	}
	line := lineOf(sandbox.UserCAL, "0001", "US", 1, "one_time", "")
	nobody := "/v1/customers/00000000-0000-4000-8000-00000000feed"
	for _, uri := range []string{"/carts", "/orders"} {
		if w := d.call("POST", nobody+uri, `{"lineItems":[`+line+`]}`); w.Code != 404 {
			t.Errorf("sold to nobody: %s %d %s", uri, w.Code, w.Body)
		}
	}
	made := d.do(201, "POST", "/v1/customers", body("mill.example", "Mill Race"))
	find(t, d.do(200, "GET", "/v1/customers", "").items(), "id", made.text("id")) // at once
	if w := d.call("POST", "/v1/customers", body("MILL.example", "Another")); w.Code != 409 {
		t.Errorf("a domain twice: %d %s", w.Code, w.Body)
	}
	taken := 0
	for _, c := range d.do(200, "GET", "/v1/customers", "").items() {
		if c.object("companyProfile").text("domain") == "mill.example" {
			taken++
		}
	}
	if taken != 1 {
		t.Errorf("%d customers of one domain", taken)
	}
	customer := "/v1/customers/" + made.text("id")
	bought := d.buy(customer, line)
	find(t, d.do(200, "GET", customer+"/orders", "").items(), "id", bought.id)
}

func readers(t *testing.T, d *demo) {
	own, nobody := d.roles, d.customer
	defer func() { d.roles, d.customer = own, nobody }()
	french := d.of("FR")
	o := d.buy(french, lineOf(sandbox.ServerPerpetual, "0001", "FR", 1, "one_time", ""))
	w := d.call("POST", french+"/software/"+o.id+"/0/keys", `{"version":"2022"}`)
	_, key, _ := strings.Cut(w.Body.String(), `"productKey":"`)
	key, _, _ = strings.Cut(key, `"`)
	if w.Code != 200 || len(key) < 20 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	uris := []string{
		"", "/orders", "/orders/" + o.id, "/subscriptions", "/software", "/software/" + o.id + "/0/options", "/products?targetView=Software", "/entitlements",
	}
	for _, role := range party.AllRoles() {
		d.roles, d.customer.ID = party.RolesOf(role), ""
		if role.Side() == party.CustomerSide {
			d.customer.ID = id.Customer(strings.TrimPrefix(french, "/v1/customers/"))
		}
		may := strings.Contains(" AA GA SA HA BA CGA ", " "+string(role)+" ")
		for _, uri := range uris {
			w := d.call("GET", french+uri, "")
			if want := map[bool]int{true: 200, false: 403}[may]; w.Code != want {
				t.Errorf("%s reads %s: %d, want %d", role, uri, w.Code, want)
			}
			if strings.Contains(w.Body.String(), key) {
				t.Errorf("%s sees a key at %s", role, uri)
			}
		}
		if d.customer.ID != "" {
			for _, uri := range uris[:2] {
				if w := d.call("GET", d.of("US")+uri, ""); w.Code != 403 {
					t.Errorf("%s of another tenant reads %s: %d", role, uri, w.Code)
				}
			}
		}
	}
}

// cancelEveryKind buys each kind and cancels it by the calls alone; the preview said so, and saved nothing.
func cancelEveryKind(t *testing.T, d *demo) {
	french := d.of("FR")
	for _, c := range []struct {
		name, line     string
		play, by, want string // by: the order or the subscription
		credits        int
	}{
		{"perpetual", lineOf(sandbox.ServerPerpetual, "0001", "FR", 2, "one_time", ""), "", "order", "cancelled", 1},
		{"software subscription by its order", lineOf(sandbox.WindowsServer, "0001", "FR", 1, "annual", "P1Y"), "", "order", "cancelled", 1},
		{"software subscription", lineOf(sandbox.WindowsServer, "0001", "FR", 1, "annual", "P1Y"), "", "subscription", "deleted", 1},
		{"SaaS in its free days", lineOf(sandbox.OrbitCRM, "0001", "FR", 2, "monthly", "P1M"), "activate", "subscription", "deleted", 0},
		{"SaaS billed monthly", lineOf(sandbox.LedgerDesk, "0001", "FR", 2, "monthly", "P1M"), "activate", "subscription", "deleted", 1},
		{"SaaS billed annually", lineOf(sandbox.LedgerDesk, "0001", "FR", 2, "annual", "P1Y"), "activate", "subscription", "deleted", 1},
		{"SaaS that waits for its publisher", lineOf(sandbox.LedgerDesk, "0001", "FR", 2, "monthly", "P1M"), "", "subscription", "deleted", 0},
		{"metered SaaS", lineOf(sandbox.PulseMetrics, "0001", "FR", 0, "none", ""), "activate", "subscription", "deleted", 0},
		{"online service", lineOf(sandbox.MailSuite, "0001", "FR", 3, "monthly", "P1Y"), "", "subscription", "deleted", 1},
		{"trial", lineOf(sandbox.MailSuite, "0002", "FR", 25, "none", ""), "", "subscription", "deleted", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			d.t = t
			s := d.buy(french, c.line)
			if c.play != "" {
				d.do(200, "POST", s.sub+"/"+c.play, "")
			}
			uri, body, before := s.sub, deleted, ""
			if c.by == "order" {
				uri, body = s.order, cancelled
			}
			before = d.do(200, "GET", uri, "").text("status")
			preview := d.do(200, "PATCH", uri+"?preview=true", body).object("preview")
			if len(preview.list("credits")) != c.credits {
				t.Errorf("previewed %v, want %d credits", preview, c.credits)
			}
			if now := d.do(200, "GET", uri, "").text("status"); now != before {
				t.Errorf("the preview made it %s", now)
			}
			if got := d.do(200, "PATCH", uri, body, "If-Preview-Match", preview.text("hash")); got.text("status") != c.want {
				t.Errorf("it is %s, want %s", got.text("status"), c.want)
			}
			if got := d.do(200, "GET", uri, ""); got.text("status") != c.want {
				t.Errorf("it reads back %s, want %s", got.text("status"), c.want)
			}
		})
	}
	d.t = t
}

// twoWays cancels two equal purchases, each its own way.
func twoWays(t *testing.T, d *demo) {
	french := d.of("FR")
	line := lineOf(sandbox.WindowsServer, "0001", "FR", 3, "annual", "P1Y")
	a, b := d.buy(french, line), d.buy(french, line)
	d.do(200, "POST", "/sandbox/clock", `{"advance":"P2D"}`)
	d.do(200, "PATCH", a.order, cancelled)
	d.do(200, "PATCH", b.sub, deleted)
	aLines, aLeft := d.money(a.id, "EUR")
	bLines, bLeft := d.money(b.id, "EUR")
	if aLines != 2 || aLines != bLines || aLeft != bLeft || aLeft <= 0 {
		t.Errorf("%d lines, %d cents by order; %d lines, %d cents by subscription", aLines, aLeft, bLines, bLeft)
	}
	for _, s := range []sold{a, b} {
		order, sub := d.do(200, "GET", s.order, ""), d.do(200, "GET", s.sub, "")
		if order.text("status") != "cancelled" || order.list("lineItems")[0]["quantity"] != 0.0 || sub.text("status") != "deleted" || sub["autoRenewEnabled"] != false {
			t.Errorf("%v\n%v", order, sub)
		}
	}
}

// leaves looks at every list right after a cancellation.
func leaves(t *testing.T, d *demo) {
	north := d.of("US")
	box := d.buy(north, lineOf(sandbox.ServerPerpetual, "0001", "US", 1, "one_time", ""))
	sub := d.buy(north, lineOf(sandbox.WindowsServer, "0001", "US", 1, "annual", "P1Y"))
	for _, s := range []sold{box, sub} {
		d.do(200, "POST", north+"/software/"+s.id+"/0/keys", `{"version":"2022"}`)
	}
	entitled := len(d.do(200, "GET", north+"/entitlements?entitlementType=software", "").items())
	listed := len(d.do(200, "GET", north+"/software", "").items())
	d.do(200, "PATCH", box.order, cancelled)
	d.do(200, "PATCH", sub.sub, deleted)

	orders, subs := d.do(200, "GET", north+"/orders", "").items(), d.do(200, "GET", north+"/subscriptions", "").items()
	software := d.do(200, "GET", north+"/software", "").items()
	for _, s := range []sold{box, sub} {
		if o := find(t, orders, "id", s.id); o.text("status") != "cancelled" {
			t.Errorf("F62 the list of orders has %s %s", s.title, o.text("status"))
		}
		i := find(t, software, "orderId", s.id)
		if i.text("state") != "cancelled" || i["hasKeys"] != false || i["hasDownloads"] != false || i.object("cancellation")["allowed"] != false {
			t.Errorf("F64 the software page has %v", i)
		}
		if w := d.call("POST", north+"/software/"+s.id+"/0/keys", `{"version":"2022"}`); w.Code < 400 || strings.Contains(w.Body.String(), "productKey") {
			t.Errorf("F64 its key: %d %s", w.Code, w.Body)
		}
	}
	if len(software) != listed {
		t.Errorf("F64 %d items, %d before", len(software), listed)
	}
	if s := find(t, subs, "orderId", sub.id); s.text("status") != "deleted" {
		t.Errorf("F62 the list of subscriptions has it %s", s.text("status"))
	}
	if now := len(d.do(200, "GET", north+"/entitlements?entitlementType=software", "").items()); now != entitled-2 {
		t.Errorf("F62 %d entitlements, %d before", now, entitled)
	}
}

// noFee: inside its window a cancellation leaves exactly what the policy keeps; after it, everything stays as it was.
func noFee(t *testing.T, d *demo) {
	north := d.of("US")
	box, sub := lineOf(sandbox.ServerPerpetual, "0001", "US", 2, "one_time", ""), lineOf(sandbox.WindowsServer, "0001", "US", 1, "annual", "P1Y")
	a, b := d.buy(north, box), d.buy(north, sub)
	late, closed := d.buy(north, box), d.buy(north, sub)
	d.do(200, "POST", "/sandbox/clock", `{"advance":"P2D"}`)
	d.do(200, "PATCH", a.order, cancelled)
	d.do(200, "PATCH", b.sub, deleted)
	if lines, cents := d.money(a.id, "USD"); lines != 2 || cents != 0 {
		t.Errorf("perpetual: %d lines, %d cents stay", lines, cents)
	}
	if lines, cents := d.money(b.id, "USD"); lines != 2 || cents != 200 { // 365.00 a year, two days used
		t.Errorf("subscription: %d lines, %d cents stay", lines, cents)
	}
	d.do(200, "POST", "/sandbox/clock", `{"advance":"P29D"}`)
	for _, s := range []sold{late, closed} {
		was := d.do(200, "GET", s.order, "")
		d.refused(400, "900117", "PATCH", s.order, cancelled)
		if s.sub != "" {
			d.refused(400, "900117", "PATCH", s.sub, deleted)
			if got := d.do(200, "GET", s.sub, ""); got.text("status") != "active" {
				t.Errorf("after the refusal it is %s", got.text("status"))
			}
		}
		if got := d.do(200, "GET", s.order, ""); fmt.Sprint(got) != fmt.Sprint(was) {
			t.Errorf("after the refusal the order is %v", got)
		}
		if lines, _ := d.money(s.id, "USD"); lines != 0 { // its charge is on an invoice since, and nothing followed
			t.Errorf("the refusal left %d lines", lines)
		}
	}
}

// policyChanges puts a row in force that is kinder, then one that is harder: orders placed before keep theirs.
func policyChanges(t *testing.T, d *demo, s *store.Store) {
	north := d.of("US")
	box := lineOf(sandbox.UserCAL, "0001", "US", 1, "one_time", "")
	until := func(s sold) (window, row string) {
		p := d.do(200, "PATCH", s.order+"?preview=true", cancelled).object("preview")
		return p.text("window"), p.text("policy")
	}
	put := func(row string, days int) {
		t.Helper()
		actor, _ := d.Actor(t.Context(), "")
		_, err := s.Update(context.Background(), app.Act{Actor: actor, Lock: app.Lock{Partner: true}}, func(tx app.Tx) (any, error) {
			return nil, tx.PutRules([]policy.CancelRule{{
				ID: row, Class: catalog.Perpetual, From: d.clock.Now(), Window: policy.DayEnd(days), Credit: policy.Full, After: policy.Refused, Source: "operator",
			}}, nil, nil)
		})
		if err != nil {
			t.Fatal(err)
		}
		d.do(200, "POST", "/sandbox/clock", `{"advance":"PT1H"}`)
	}
	day := func(n int) string {
		return d.clock.Now().UTC().AddDate(0, 0, n).Format(time.DateOnly) + "T23:59:00.0000000Z"
	}
	type pinned struct{ window, row string }
	want, bought := map[string]pinned{}, []sold{}
	for _, step := range []struct {
		row  string
		days int
	}{{"P02", 30}, {"X90", 90}, {"X05", 5}} {
		if step.row != "P02" {
			put(step.row, step.days)
		}
		o := d.buy(north, box)
		bought, want[o.id] = append(bought, o), pinned{day(step.days), step.row}
		for _, o := range bought {
			if w, r := until(o); w != want[o.id].window || r != want[o.id].row {
				t.Errorf("with %s in force: until %s by %s, want %v", step.row, w, r, want[o.id])
			}
		}
	}
	d.do(200, "POST", "/sandbox/clock", `{"advance":"P20D"}`)
	d.do(200, "PATCH", bought[0].order, cancelled)
	d.refused(400, "900117", "PATCH", bought[2].order, cancelled)
	d.do(200, "POST", "/sandbox/clock", `{"advance":"P60D"}`)
	d.do(200, "PATCH", bought[1].order, cancelled)
}
