package partnercenter_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// TestSessions: a client of each dialect does its day's work, unmodified, on both engines.
func TestSessions(t *testing.T) {
	sessions(t, func(t *testing.T, w *wired) {
		for _, i := range idioms {
			t.Run(i.name, func(t *testing.T) { (&session{sdk: w.enter(t, i)}).play() })
		}
	})
}

// TestSessionOnARoughNetwork: every answer is lost twice, once as a 502 and once with its connection. The client repeats the
// call with the same request id, as the .NET SDK does: everything is done once.
func TestSessionOnARoughNetwork(t *testing.T) {
	sessions(t, func(t *testing.T, w *wired) {
		c := w.enter(t, idioms[0])
		network := &rough{t: t, told: map[string][]string{}}
		w.between = func(next http.Handler) http.Handler { network.next = next; return network }
		(&session{sdk: c}).play()
		for requestID, told := range network.told {
			if len(told) != 3 {
				t.Errorf("%s was sent %d times", requestID, len(told))
			}
		}
	})
}

// session is one client's work with one customer of its own.
type session struct {
	*sdk
	base                        string // "/v1/customers/{id}"
	customer                    string
	suite, archive, server, cal string // catalogue items
	cart                        string
	orders                      map[string]object // by the item of their first line
	sub                         string            // of the suite
	aligned, planned            string            // two more
}

func (s *session) play() {
	for _, step := range []func(){
		s.createCustomer, s.browse, s.fillCart, s.checkOut, s.readOrders, s.align, s.toggleAutoRenew, s.planNextTerm, s.suspend, s.buyAddOn,
		s.readEntitlements, s.cancelByOrder, s.cancelBySubscription, s.pageCustomers, s.pageInvoiceLines, s.readAudit, s.askForSupport,
	} {
		step()
	}
}

func (s *session) createCustomer() {
	domain := strings.Trim(strings.ToLower(s.name), ".") + ".session.example"
	made := s.call(201, "Customer", "POST", "/v1/customers", s.write("Customer", object{
		"companyProfile": object{"domain": domain},
		"billingProfile": object{
			"culture": "fr-FR", "language": "fr", "email": "office@session.example", "companyName": "Session by " + s.name,
			"defaultAddress": object{
				"country": "FR", "city": "Lille", "addressLine1": "1 rue du Port", "postalCode": "59000", "firstName": "Ana", "lastName": "Roux",
			},
		},
	}))
	if made.object("userCredentials").text("password") == "" {
		s.t.Errorf("no credentials: %v", made)
	}
	s.customer = made.text("id")
	s.base = "/v1/customers/" + s.customer
	if got := s.get("Customer", s.base); got.object("companyProfile").text("domain") != domain || got["userCredentials"] != nil {
		s.t.Errorf("it reads back as %v", got)
	}
	s.call(200, "", "HEAD", "/v1/domains/"+domain, nil)
	s.call(404, "", "HEAD", "/v1/domains/free."+domain, nil)
	found := s.get("*Customer", "/v1/customers?size=10&"+s.filter("CompanyName", "starts_with", "Session by "+s.name)).items()
	if len(found) != 1 || found[0].text("id") != s.customer {
		s.t.Errorf("the filter finds %v", found)
	}
}

// browse goes from the products down by the links.
func (s *session) browse() {
	products := s.get("*Product", "/v1/products?targetView=OnlineServices&country=FR").items()
	suite := find(s.t, products, "id", string(sandbox.MailSuite))
	skus := s.get("*Sku", "/v1"+suite.object("links").object("skus").text("uri")).items()
	sku := find(s.t, skus, "id", "0001")
	shelf := s.get("*Availability", "/v1"+sku.object("links").object("availabilities").text("uri")).items()
	if len(shelf) == 0 || shelf[0]["isPurchasable"] != true {
		s.t.Fatalf("nothing to buy: %v", shelf)
	}
	s.suite = shelf[0].text("catalogItemId")
	item := func(p id.Product) string {
		return s.get("*Availability", s.base+"/products/"+string(p)+"/skus/0001/availabilities").items()[0].text("catalogItemId")
	}
	s.archive, s.server, s.cal = item(sandbox.MailArchive), item(sandbox.WindowsServer), item(sandbox.UserCAL)
	stock := s.call(200, "*InventoryItem", "POST", "/v1/extensions/product/checkInventory?country=FR", s.write("InventoryCheckRequest", object{
		"targetItems": []any{object{"productId": string(sandbox.UserCAL), "skuId": "0001"}},
	})).items()
	if len(stock) != 1 || stock[0]["isRestricted"] != false {
		s.t.Errorf("the stock is %v", stock)
	}
}

// fillCart makes a cart, and sends it back whole with another quantity.
func (s *session) fillCart() {
	line := func(item string, n int, cycle catalog.Plan, term string, addOns ...any) object {
		o := object{"catalogItemId": item, "quantity": n, "billingCycle": string(cycle)}
		if term != "" {
			o["termDuration"] = term
		}
		if addOns != nil {
			o["addonItems"] = addOns
		}
		return o
	}
	cart := s.call(201, "Cart", "POST", s.base+"/carts", s.write("Cart", object{"lineItems": []any{
		line(s.suite, 5, catalog.Monthly, "P1Y", line(s.archive, 5, catalog.Monthly, "P1Y")),
		line(s.server, 1, catalog.Annual, "P1Y"),
		line(s.cal, 3, catalog.OneTime, ""),
	}}))
	s.cart = s.base + "/carts/" + cart.text("id")
	seen := map[any]bool{}
	for _, l := range cart.list("lineItems") {
		if l["error"] != nil || seen[l["id"]] {
			s.t.Fatalf("a line is %v", l)
		}
		seen[l["id"]] = true
	}
	cart = s.get("Cart", s.cart)
	cart.list("lineItems")[2]["quantity"] = 4
	put := s.call(201, "Cart", "PUT", s.cart, s.write("Cart", cart))
	if n := number(put.list("lineItems")[2], "quantity"); n != "4" {
		s.t.Errorf("%s of them", n)
	}
}

func (s *session) checkOut() {
	bought := s.call(201, "CartCheckoutResult", "POST", s.cart+"/checkout", `"success"`)
	again := s.call(201, "CartCheckoutResult", "POST", s.cart+"/checkout", `"success"`)
	ids := func(o object) (out []string) {
		for _, o := range o.list("orders") {
			out = append(out, o.text("id"))
		}
		return out
	}
	if len(bought.list("orderErrors")) != 0 || len(ids(bought)) == 0 || !slices.Equal(ids(bought), ids(again)) {
		s.t.Fatalf("bought %v, then %v", bought, again)
	}
	s.orders = map[string]object{}
	for _, o := range bought.list("orders") {
		for _, l := range o.list("lineItems") {
			s.orders[l.text("offerId")] = o
		}
	}
	s.sub = s.base + "/subscriptions/" + s.line(s.suite).text("subscriptionId")
	if s.cart = s.get("Cart", s.cart).text("status"); s.cart != "Ordered" {
		s.t.Errorf("the cart is %s", s.cart)
	}
}

// line is what was bought of an item.
func (s *session) line(item string) object {
	return find(s.t, s.orders[item].list("lineItems"), "offerId", item)
}

func (s *session) order(item string) string { return s.base + "/orders/" + s.orders[item].text("id") }

func (s *session) readOrders() {
	for _, c := range []struct{ cycle, item string }{{"OneTime", s.cal}, {"Monthly", s.suite}, {"annual", s.server}} {
		found := s.get("*Order", s.base+"/orders?billingType="+c.cycle+"&include_price="+s.yes).items()
		o := find(s.t, found, "id", s.orders[c.item].text("id"))
		for _, l := range o.list("lineItems") {
			if l.object("pricing")["extendedPrice"] == nil || o["totalPrice"] == nil {
				s.t.Errorf("no price: %v", o)
			}
		}
		for other, o := range s.orders {
			if o.text("billingCycle") != s.orders[c.item].text("billingCycle") && slices.ContainsFunc(found, func(f object) bool { return f.text("id") == o.text("id") }) {
				s.t.Errorf("%s lists the order of %s too", c.cycle, other)
			}
		}
	}
	if all := s.get("*Order", s.base+"/orders").items(); len(all) < 3 {
		s.t.Errorf("%d orders", len(all))
	}
	if addOns := s.get("*Subscription", s.sub+"/addons").items(); len(addOns) != 1 || !strings.HasSuffix(s.sub, addOns[0].text("parentSubscriptionId")) {
		s.t.Errorf("the add-ons are %v", addOns)
	}
	if subs := s.get("*Subscription", s.base+"/subscriptions?order_id="+s.orders[s.suite].text("id")).items(); len(subs) == 0 {
		s.t.Error("no subscription by its order")
	}
}

// stays compares a subscription with what it was, but for the members that were changed.
func (s *session) stays(was, is object, but ...string) {
	for _, name := range []string{"id", "offerId", "friendlyName", "quantity", "status", "autoRenewEnabled", "billingCycle", "termDuration", "commitmentEndDate"} {
		if !slices.Contains(but, name) && was[name] != is[name] {
			s.t.Errorf("%s was %v and is %v", name, was[name], is[name])
		}
	}
}

func (s *session) toggleAutoRenew() {
	was := s.get("Subscription", s.sub)
	for _, on := range []bool{false, true} {
		got := s.change("Subscription", s.sub, func(o object) { o["autoRenewEnabled"] = on })
		if got["autoRenewEnabled"] != on {
			s.t.Errorf("auto-renew is %v, want %v", got["autoRenewEnabled"], on)
		}
		s.stays(was, got, "autoRenewEnabled")
	}
	named := s.change("Subscription", s.sub, func(o object) { o["friendlyName"] = "Mail of " + s.name })
	s.stays(was, named, "friendlyName")
}

// align buys what ends with another subscription, by the end that was read of it.
func (s *session) align() {
	end := s.get("Subscription", s.base+"/subscriptions/"+s.line(s.server).text("subscriptionId")).text("commitmentEndDateTime")
	cart := s.call(201, "Cart", "POST", s.base+"/carts", s.write("Cart", object{"lineItems": []any{
		object{"catalogItemId": s.suite, "quantity": 1, "billingCycle": "annual", "termDuration": "P1Y", "customTermEndDate": end},
	}}))
	uri := s.base + "/carts/" + cart.text("id")
	for _, c := range []object{cart, s.call(201, "Cart", "PUT", uri, s.write("Cart", cart))} {
		if l := c.list("lineItems")[0]; l["error"] != nil {
			s.t.Errorf("to end at %s: %v", end, l)
		}
	}
	bought := s.call(201, "CartCheckoutResult", "POST", uri+"/checkout", `"success"`)
	s.aligned = s.base + "/subscriptions/" + bought.list("orders")[0].list("lineItems")[0].text("subscriptionId")
	if sub := s.get("Subscription", s.aligned); sub.text("commitmentEndDateTime") != end {
		s.t.Errorf("it ends at %s, want %s", sub.text("commitmentEndDateTime"), end)
	}
}

// planNextTerm plans something else for the renewal. Who then sends the whole object back for another reason keeps the plan;
// who sends what changes alone takes it away (contract.md §10).
func (s *session) planNextTerm() {
	made := s.call(201, "Order", "POST", s.base+"/orders", s.write("Order", object{"referenceCustomerId": s.customer, "billingCycle": "annual", "lineItems": []any{
		object{"lineItemNumber": 0, "offerId": item(sandbox.RemoteCAL, "0002", "FR"), "quantity": 1, "termDuration": "P3Y"},
	}}))
	uri := s.base + "/subscriptions/" + made.list("lineItems")[0].text("subscriptionId")
	s.planned = uri
	for _, cycle := range []string{"annual", "triennial"} {
		s.call(200, "", "PATCH", uri, `{"scheduledNextTermInstructions":{"product":{"productId":"`+string(sandbox.RemoteCAL)+
			`","skuId":"0002","billingCycle":"`+cycle+`","termDuration":"P3Y"},"quantity":2}}`)
		planned := s.get("Subscription", uri).object("scheduledNextTermInstructions")
		named := s.change("Subscription", uri, func(o object) { o["friendlyName"] = "CALs, " + cycle })
		if is := named.object("scheduledNextTermInstructions"); planned == nil || s.whole && !reflect.DeepEqual(is, planned) || !s.whole && is != nil {
			s.t.Errorf("the plan was %v and is %v", planned, is)
		}
	}
}

func (s *session) suspend() {
	was := s.get("Subscription", s.sub)
	for _, status := range []string{"suspended", "active"} {
		got := s.change("Subscription", s.sub, func(o object) { o["status"] = status })
		if got.text("status") != status {
			s.t.Errorf("it is %s, want %s", got.text("status"), status)
		}
		s.stays(was, got, "status")
		for _, addOn := range s.get("*Subscription", s.sub+"/addons").items() {
			if addOn.text("status") != status {
				s.t.Errorf("the add-on is %s, its base %s", addOn.text("status"), status)
			}
		}
	}
}

// buyAddOn patches the order of the base: first with the one line that the documentation's sample sends, which has the
// number 0 like the line that is there, then with the whole order and a line more.
func (s *session) buyAddOn() {
	parent := s.line(s.suite).text("subscriptionId")
	addOn := object{"lineItemNumber": 0, "offerId": s.archive, "parentSubscriptionId": parent, "quantity": 2, "friendlyName": "More archive"}
	before := len(s.get("*Subscription", s.sub+"/addons").items())
	made := s.call(200, "Order", "PATCH", s.order(s.suite), s.write("Order", object{"referenceCustomerId": s.customer, "lineItems": []any{addOn}}))
	if made.text("status") != "completed" || find(s.t, made.list("lineItems"), "offerId", s.archive).text("subscriptionId") == "" {
		s.t.Errorf("it is %v", made)
	}
	whole := s.get("Order", s.order(s.suite))
	lines, _ := whole["lineItems"].([]any)
	addOn["lineItemNumber"] = len(lines)
	whole["lineItems"] = append(lines, addOn)
	s.call(200, "Order", "PATCH", s.order(s.suite), s.write("Order", whole))
	if now := len(s.get("*Subscription", s.sub+"/addons").items()); now != before+2 {
		s.t.Errorf("%d add-ons, there were %d", now, before)
	}
}

func (s *session) readEntitlements() {
	software := s.get("*Entitlement", s.base+"/entitlements?showExpiry="+s.yes+"&entitlementType=software").items()
	if len(software) != 3 {
		s.t.Errorf("%d entitlements", len(software))
	}
	australian := s.of("AU")
	reserved := s.get("*Entitlement", australian+"/entitlements?entitlementType=reservedinstance").items()
	if len(reserved) == 0 {
		s.t.Error("no reservations")
	}
	s.get("*Subscription", australian+"/subscriptions")
	s.get("*Order", australian+"/orders?include_price="+s.yes)
}

func (s *session) cancelByOrder() {
	uri := s.order(s.cal)
	done := s.change("Order", uri, func(o object) { o["id"], o["status"] = s.orders[s.cal].text("id"), "cancelled" })
	lines := done.list("lineItems")
	if done.text("status") != "cancelled" || len(lines) != 1 || number(lines[0], "quantity") != "0" {
		s.t.Errorf("it is %v", done)
	}
	if got := s.get("Order", uri); got.text("status") != "cancelled" {
		s.t.Errorf("it reads back as %v", got)
	}
}

func (s *session) cancelBySubscription() {
	for _, uri := range []string{s.sub, s.base + "/subscriptions/" + s.line(s.server).text("subscriptionId"), s.aligned, s.planned} {
		done := s.change("Subscription", uri, func(o object) { o["status"] = "deleted" })
		if done.text("status") != "deleted" {
			s.t.Errorf("it is %v", done)
		}
		s.get("Subscription", uri)
	}
	for _, sub := range s.get("*Subscription", s.base+"/subscriptions").items() {
		if sub.text("status") != "deleted" {
			s.t.Errorf("left behind: %v", sub)
		}
	}
}

func (s *session) pageCustomers() {
	s.walked("Customer", "/v1/customers?size=2", "/v1/customers?size=0")
}

// walked compares a walk by pages with the whole list.
func (s *session) walked(model, paged, all string) {
	key := map[string]string{"Customer": "id", "OneTimeInvoiceLineItem": "referenceId", "AuditRecord": "id"}[model]
	ids := func(list []object) (out []string) {
		for _, o := range list {
			out = append(out, o.text(key)+" "+o.text("chargeType"))
		}
		return out
	}
	walk, list := ids(s.pages(model, paged)), ids(s.pages(model, all))
	if len(list) < 3 || !slices.Equal(walk, list) {
		s.t.Errorf("%s: by pages\n%s\nat once\n%s", paged, strings.Join(walk, "\n"), strings.Join(list, "\n"))
	}
}

func (s *session) pageInvoiceLines() {
	invoices := s.offsets("Invoice", "/v1/invoices?", 7)
	longest, lines := "", 0
	for _, i := range invoices {
		n := len(s.offsets("OneTimeInvoiceLineItem", "/v1/invoices/"+i.text("id")+"/lineitems/OneTime/BillingLineItems?", 100))
		if n > lines {
			longest, lines = i.text("id"), n
		}
	}
	target := "/v1/invoices/" + longest + "/lineitems?provider=all&invoiceLineItemType=billinglineitems&size="
	s.walked("OneTimeInvoiceLineItem", target+"2", target+"2000")
	target = "/v1/invoices/unbilled/lineitems?provider=onetime&invoicelineitemtype=BillingLineItems&currencyCode=EUR&period=current&size="
	s.walked("OneTimeInvoiceLineItem", target+"2", target+"0")
	if one := s.get("Invoice", "/v1/invoices/"+longest); one.text("id") != longest {
		s.t.Errorf("it reads back as %v", one)
	}
}

func (s *session) readAudit() {
	date := func(t time.Time) string { return strings.ReplaceAll(t.Format(s.usDate), " ", "%20") }
	today := s.clock.Now().UTC().Truncate(24 * time.Hour)
	target := "/v1/auditrecords?startDate=" + date(today.AddDate(0, 0, -20)) + "&endDate=" + date(today)
	own := target + "&" + s.filter("CustomerId", "equals", s.customer)
	s.walked("AuditRecord", own+"&size=3", own+"&size=0")
	counts := map[string]int{}
	for _, r := range s.pages("AuditRecord", own+"&size=50") {
		counts[r.text("operationType")]++
	}
	if counts["add_customer"] != 1 || counts["create_order"] < 3 || counts["update_subscription"] < 5 {
		s.t.Errorf("the records are of %v", counts)
	}
	s.pages("AuditRecord", "/v1/auditrecords?startDate=1/1/2021&size=500") // every word that the demo's story left
}

func (s *session) askForSupport() {
	topics := s.get("*SupportTopic", "/v1/servicerequests/supporttopics").items()
	topic := topics[len(topics)-1]
	raised := s.call(201, "ServiceRequest", "POST", "/v1/servicerequests/en-US", s.write("ServiceRequest", object{
		"title": "A question of " + s.name, "description": "How does it work?", "severity": "minimal", "supportTopicId": topic.text("id"), "countryCode": "FR",
		"primaryContact": object{"firstName": "Ana", "lastName": "Roux", "email": "ana@quainine.example", "phoneNumber": "+33 320 000 000"},
	}))
	uri := "/v1/servicerequests/" + raised.text("id")
	s.call(200, "", "POST", "/v1/operator/requests/"+raised.text("id")+"/reply", `{"text":"Like this. Does it help?"}`)
	if raised.text("status") != "open" {
		s.t.Errorf("raised as %v", raised)
	}
	if got := s.get("ServiceRequest", uri); got.text("status") != "attention_needed" {
		s.t.Errorf("answered, it is %v", got)
	}
	answered := s.change("ServiceRequest", uri, func(o object) { o["newNote"] = object{"text": "It does."} })
	if notes := answered.list("notes"); len(notes) != 2 || notes[1].text("text") != "It does." {
		s.t.Errorf("the notes are %v", notes)
	}
	closed := s.change("ServiceRequest", uri, func(o object) { o["status"] = "closed" })
	listed := s.get("*ServiceRequest", "/v1/servicerequests?size=50&offset=0&"+s.filter("Status", "equals", "closed")).items()
	if closed.text("status") != "closed" || find(s.t, listed, "id", raised.text("id")).text("title") != "A question of "+s.name {
		s.t.Errorf("closed, it is %v; listed are %v", closed, listed)
	}
}

// number is a whole number as it was written.
func number(o object, name string) string {
	n, _ := o[name].(json.Number)
	return n.String()
}
