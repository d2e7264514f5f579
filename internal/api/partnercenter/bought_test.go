package partnercenter_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	. "github.com/comptoir-dev/comptoir/internal/api/partnercenter"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/vault/vaulttest"
)

// From the shelf to the order, as clients buy, in the demo's story on both engines.
func TestBought(t *testing.T) {
	secrets := vaulttest.Secrets(t)
	both(t, store.Options{Sealer: secrets.Vault}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		for _, part := range []struct {
			name string
			test func(*testing.T, *demo)
		}{
			{"customers", customers}, {"catalogue", catalogue}, {"offers", offers}, {"carts", carts}, {"checkout", checkout},
			{"order", directOrder}, {"cancel", cancelOrder}, {"patch", patchOrder}, {"links", activationLinks}, {"roles", roles},
		} {
			t.Run(part.name, func(t *testing.T) { d.t = t; part.test(t, d) })
		}
	})
}

// item is a catalogue item of the demo.
func item(p id.Product, sku id.Sku, m market.Country) string { return sandbox.Item(p, sku, m).String() }

// cartOf opens a cart of lines for the customer of a country.
func (d *demo) cartOf(customer string, lines ...string) object {
	d.t.Helper()
	return d.do(201, "POST", customer+"/carts", `{"lineItems":[`+strings.Join(lines, ",")+`]}`)
}

func carts(t *testing.T, d *demo) {
	french := d.of("FR")
	// As the .NET SDK sends one: every member there is.
	cart := d.do(201, "POST", french+"/carts", `{"Id":null,"CreationTimestamp":null,"LastModifiedTimestamp":null,"ExpirationTimestamp":"0001-01-01T00:00:00",
		"LastModifiedUser":null,"Status":null,"LineItems":[{"Id":0,"CatalogItemId":"`+strings.ToLower(item(sandbox.WindowsServer, "0002", "FR"))+`","FriendlyName":null,
		"Quantity":4,"CurrencyCode":null,"BillingCycle":"triennial","TermDuration":"P3Y","Participants":null,"ProvisioningContext":null,"AddonItems":null,
		"RenewsTo":null,"Error":null}],"Attributes":{"ObjectType":"Cart"}}`)
	if cart.text("status") != "Active" || cart.text("expirationTimestamp") != "2026-11-27T10:00:00.0000000Z" {
		t.Errorf("%v", cart)
	}
	l := cart.list("lineItems")[0]
	if l["error"] != nil || l.text("catalogItemId") != item(sandbox.WindowsServer, "0002", "FR") || l.text("currencyCode") != "EUR" || l["quantity"] != 4.0 {
		t.Errorf("%v", l)
	}
	uri := french + "/carts/" + cart.text("id")
	if got := d.do(200, "GET", uri+"/", ""); got.text("lastModifiedUser") != "demo script" {
		t.Errorf("%v", got)
	}

	// F20: a bad line is marked, the cart is made.
	bad := d.cartOf(french,
		`{"id":"0","catalogItemId":"NOTHING","quantity":1,"billingCycle":"annual"}`,
		`{"id":1,"catalogItemId":"`+item(sandbox.StarterKit, "0001", "FR")+`","quantity":2,"billingCycle":"annual"}`,
		`{"id":2,"catalogItemId":"`+item(sandbox.WindowsServer, "0001", "FR")+`","quantity":1,"billingCycle":"triennial"}`,
		`{"id":3,"catalogItemId":"`+item(sandbox.NorthExclusive, "0001", "FR")+`","quantity":1,"billingCycle":"monthly"}`,
		`{"id":4,"catalogItemId":"`+item(sandbox.MailArchive, "0001", "FR")+`","quantity":1,"billingCycle":"annual"}`,
		`{"id":5,"catalogItemId":"`+item(sandbox.RemoteCAL, "0001", "FR")+`","quantity":1,"billingCycle":"annual",
			"provisioningContext":{"Scope":"Shared","DURATION":"1Year"},"participants":[{"Key":"TransactionReseller","Value":"4711"}]}`)
	want := []string{
		"catalog_item_id_is_not_valid", "invalid_input", "billing_plan_not_supported", "unable_to_process_cart_line_item",
		"unable_to_process_cart_line_item", "participants_is_not_supported_for_partner",
	}
	for i, l := range bad.list("lineItems") {
		if e := l.object("error"); e.text("errorCode") != want[i] || (e.text("errorDescription") == "") != (want[i] == "") {
			t.Errorf("line %d: %v, want %s", i, l, want[i])
		}
	}
	if l := bad.list("lineItems")[5]; l.object("provisioningContext").text("duration") != "1Year" || l.list("participants")[0].text("key") != "transaction_reseller" {
		t.Errorf("%v", l)
	}

	// §8: another currency than the market's marks the line, until it is written in the market's.
	for code, want := range map[string]string{`"usd"`: "currency_is_not_supported", `"euros"`: "currency_is_not_supported", `" eur "`: "", `""`: "", `null`: ""} {
		cart := d.cartOf(french, `{"id":0,"catalogItemId":"`+item(sandbox.UserCAL, "0001", "FR")+`","quantity":3,"currencyCode":`+code+`}`)
		uri := french + "/carts/" + cart.text("id")
		if l := d.do(200, "GET", uri, "").list("lineItems")[0]; l.object("error").text("errorCode") != want || want == "" && l.text("currencyCode") != "EUR" {
			t.Errorf("%s: %v", code, l)
		}
		if want == "" {
			continue
		}
		if got := d.do(201, "POST", uri+"/checkout", ""); len(got.list("orders")) != 0 || got.list("orderErrors")[0]["code"] != 10000.0 {
			t.Errorf("%s: %v", code, got)
		}
	}

	put := d.do(201, "PUT", uri, `{"lineItems":[{"id":7,"catalogItemId":"`+item(sandbox.UserCAL, "0001", "FR")+`","quantity":3}]}`)
	if l := put.list("lineItems"); len(l) != 1 || l[0]["id"] != 7.0 || l[0].text("billingCycle") != "one_time" || l[0]["termDuration"] != nil {
		t.Errorf("%v", put)
	}
	for _, c := range []struct{ name, code, body string }{
		{"no line", "800009", `{"lineItems":[]}`},
		{"quantity is a text", "3000", `{"lineItems":[{"catalogItemId":"x","quantity":"many"}]}`},
		{"quantity is a fraction", "3000", `{"lineItems":[{"catalogItemId":"x","quantity":1.5}]}`},
		{"cycle", "900126", `{"lineItems":[{"catalogItemId":"x","quantity":1,"billingCycle":"weekly"}]}`},
		{"term", "3000", `{"lineItems":[{"catalogItemId":"x","quantity":1,"termDuration":"a year"}]}`},
		{"number twice", "3000", `{"lineItems":[{"id":1,"catalogItemId":"x","quantity":1},{"id":1,"catalogItemId":"x","quantity":1}]}`},
		{"negative number", "3000", `{"lineItems":[{"id":-1,"catalogItemId":"x","quantity":1}]}`},
		{"add-on of an add-on", "3000", `{"lineItems":[{"catalogItemId":"x","addonItems":[{"catalogItemId":"x","addonItems":[{"catalogItemId":"x"}]}]}]}`},
		{"promotion", "27007", `{"lineItems":[{"catalogItemId":"x","quantity":1,"promotionId":"P"}]}`},
		{"end of choice", "3000", `{"lineItems":[{"catalogItemId":"x","quantity":1,"customTermEndDate":"next month"}]}`},
		{"parent", "3000", `{"lineItems":[{"catalogItemId":"x","quantity":1,"provisioningContext":{"ParentSubscriptionId":"x"}}]}`},
		{"participant", "900126", `{"lineItems":[{"catalogItemId":"x","quantity":1,"participants":[{"key":"friend","value":"1"}]}]}`},
	} {
		t.Run(c.name, func(t *testing.T) { d.refused(400, c.code, "PUT", uri, c.body) })
	}
	if got := d.do(200, "GET", uri, ""); len(got.list("lineItems")) != 1 {
		t.Errorf("a refusal changed something: %v", got)
	}
	d.refused(404, "800008", "GET", french+"/carts/00000000-0000-4000-8000-00000000dead", "")
	d.refused(404, "800008", "GET", d.of("US")+"/carts/"+cart.text("id"), "")
}

func checkout(t *testing.T, d *demo) {
	french := d.of("FR")
	cart := d.cartOf(french,
		`{"id":0,"catalogItemId":"`+item(sandbox.WindowsServer, "0001", "FR")+`","quantity":2,"billingCycle":"annual","friendlyName":"Servers"}`,
		`{"id":1,"catalogItemId":"`+item(sandbox.MailSuite, "0001", "FR")+`","quantity":5,"billingCycle":"annual","addonItems":[
			{"id":2,"catalogItemId":"`+item(sandbox.MailArchive, "0001", "FR")+`","quantity":5,"billingCycle":"annual"}]}`,
		`{"id":3,"catalogItemId":"`+item(sandbox.UserCAL, "0001", "FR")+`","quantity":1,"billingCycle":"one_time"}`,
		`{"id":4,"catalogItemId":"`+item(sandbox.OptedOut, "0001", "FR")+`","quantity":1,"billingCycle":"monthly"}`)
	uri := french + "/carts/" + cart.text("id") + "/checkout"

	for _, vague := range []string{"preview", "preview=", "preview=%20", "preview=true&preview=false", "preview=false&Preview=true", "preview=yes"} {
		d.refused(400, "3000", "POST", uri+"?"+vague, "")
	}
	preview := d.do(200, "POST", uri+"?preview=true", `"success"`)
	p := preview.object("preview")
	if len(preview.list("orders")) != 2 || len(p.list("charges")) != 4 || len(p.text("hash")) != 64 || len(preview.list("orderErrors")) != 1 {
		t.Fatalf("%v", preview)
	}
	for _, o := range preview.list("orders") {
		if o["id"] != nil || o["alternateId"] != nil || o["links"] != nil {
			t.Errorf("ids of an order that is not made: %v", o)
		}
		for _, l := range o.list("lineItems") {
			if l["subscriptionId"] != nil || l["parentSubscriptionId"] != nil || l.object("links")["subscription"] != nil {
				t.Errorf("ids of a subscription that is not made: %v", l)
			}
		}
	}
	before := len(d.do(200, "GET", french+"/orders", "").items())
	d.refused(409, "990001", "POST", uri, "", "If-Preview-Match", strings.Repeat("0", 64))
	d.refused(400, "3000", "POST", uri, "", "If-Preview-Match", "what I saw")

	done := d.do(201, "POST", uri, `"success"`, "If-Preview-Match", p.text("hash"))
	if done["preview"] != nil || len(done.list("orders")) != 2 {
		t.Fatalf("%v", done)
	}
	if e := done.list("orderErrors"); len(e) != 1 || e[0]["code"] != 800020.0 || e[0].text("orderGroupId") != cart.list("lineItems")[3].text("orderGroup") {
		t.Errorf("F81 one group fails, the others go through: %v", e)
	}
	again := d.do(201, "POST", uri, "")
	if len(again.list("orders")) != 2 || again.list("orders")[0].text("id") != done.list("orders")[0].text("id") || len(again.list("orderErrors")) != 1 {
		t.Errorf("a second checkout tries only what failed: %v", again)
	}
	if after := len(d.do(200, "GET", french+"/orders", "").items()); after != before+2 {
		t.Errorf("%d orders more", after-before)
	}
	first := done.list("orders")[0]
	if first.text("billingCycle") != "annual" || first.text("currencyCode") != "EUR" || first.text("currencySymbol") != "€" ||
		first.text("status") != "completed" || first.text("transactionType") != "UserPurchase" || first.object("links").object("patchOperation").text("method") != "PATCH" {
		t.Errorf("%v", first)
	}
	ls := first.list("lineItems")
	if len(ls) != 3 || ls[0].text("friendlyName") != "Servers" || ls[2].text("parentSubscriptionId") != ls[1].text("subscriptionId") || ls[2].text("subscriptionId") == "" {
		t.Errorf("%v", ls)
	}
	if l := done.list("orders")[1].list("lineItems")[0]; l["subscriptionId"] != nil || l["termDuration"] != nil {
		t.Errorf("F40 perpetual software is no subscription: %v", l)
	}
	d.refused(400, "800065", "PUT", strings.TrimSuffix(uri, "/checkout"), `{"lineItems":[{"catalogItemId":"x","quantity":1}]}`)

	whole := d.cartOf(french, `{"catalogItemId":"`+item(sandbox.UserCAL, "0001", "FR")+`","quantity":1}`)
	uri = french + "/carts/" + whole.text("id")
	one := d.do(201, "POST", uri+"/checkout", "null").list("orders")
	two := d.do(201, "POST", uri+"/Checkout/", "").list("orders")
	if len(one) != 1 || len(two) != 1 || one[0].text("id") != two[0].text("id") {
		t.Errorf("a cart that is ordered answers with its order again: %v then %v", one, two)
	}
	if got := d.do(200, "GET", uri, ""); got.text("status") != "Ordered" {
		t.Errorf("%v", got)
	}
	// F13: places of a limited offer.
	limited := `{"catalogItemId":"` + item(sandbox.StarterKit, "0001", "US") + `","quantity":1,"billingCycle":"annual"}`
	if l := d.cartOf(d.of("US"), limited).list("lineItems")[0]; l.object("error").text("errorCode") != "quota_not_available" {
		t.Errorf("%v", l)
	}
	d.refused(404, "800008", "POST", french+"/carts/00000000-0000-4000-8000-00000000dead/checkout", "")
}

func directOrder(t *testing.T, d *demo) {
	north := d.of("US")
	me := strings.TrimPrefix(north, "/v1/customers/")
	const request = "31111111-1111-4111-8111-111111111111"
	body := `{"Id":null,"AlternateId":null,"ReferenceCustomerId":"` + strings.ToUpper(me) + `","BillingCycle":"annual","CurrencyCode":null,"LineItems":[
		{"LineItemNumber":0,"OfferId":"` + item(sandbox.WindowsServer, "0001", "US") + `","SubscriptionId":null,"ParentSubscriptionId":null,"TermDuration":"P1Y",
		"FriendlyName":"Direct","Quantity":3,"PartnerIdOnRecord":null,"AdditionalPartnerIdsOnRecord":[],"ProvisioningContext":null}],
		"CreationDate":null,"Status":null,"Attributes":{"ObjectType":"Order"}}`
	w := d.call("POST", north+"/orders", body, "MS-RequestId", request)
	again := d.call("POST", north+"/orders", body, "MS-RequestId", request)
	if w.Code != 201 || w.Body.String() != again.Body.String() {
		t.Fatalf("%d %s then %s", w.Code, w.Body, again.Body)
	}
	Strict(t, w.Body.Bytes())
	d.refused(409, "800060", "POST", north+"/orders", strings.Replace(body, `"Quantity":3`, `"Quantity":4`, 1), "MS-RequestId", request)
	var o object
	if err := json.Unmarshal(w.Body.Bytes(), &o); err != nil {
		t.Fatal(err)
	}
	l := o.list("lineItems")[0]
	if l["partnerIdOnRecord"] != nil || l["additionalPartnerIdsOnRecord"] != nil || l["pricing"] != nil {
		t.Errorf("%v", l)
	}
	if sub := d.do(200, "GET", "/v1"+l.object("links").object("subscription").text("uri"), ""); sub.text("friendlyName") != "Direct" {
		t.Errorf("%v", sub)
	}
	for _, name := range []string{o.text("id"), o.text("alternateId")} {
		got := d.do(200, "GET", north+"/orders/"+name+"?include_price=True", "")
		p := got.list("lineItems")[0].object("pricing")
		if got["totalPrice"] != 1095.0 || p["listPrice"] != 365.0 || p["extendedPrice"] != 1095.0 || p["proratedPrice"] != 1095.0 {
			t.Errorf("%v: %v", got["totalPrice"], p)
		}
	}
	counts := map[string]int{}
	for _, cycle := range []string{"annual", "OneTime", "one_time", "onetime", "none", "unknown", ""} {
		for _, o := range d.do(200, "GET", north+"/orders?billingType="+cycle+"&include_price=true", "").items() {
			counts[cycle]++
			if got := o.text("billingCycle"); cycle != "" && cycle != "unknown" && got != map[string]string{"annual": "annual", "none": "none"}[cycle] && got != "one_time" {
				t.Errorf("%s finds %s", cycle, got)
			}
		}
	}
	if counts["OneTime"] == 0 || counts["OneTime"] != counts["one_time"] || counts["onetime"] != counts["OneTime"] || counts["none"] != 1 || counts[""] != counts["unknown"] ||
		counts[""] != counts["annual"]+counts["OneTime"]+counts["none"] {
		t.Errorf("%v", counts)
	}
	d.refused(400, "900126", "GET", north+"/orders?billingType=weekly", "")
	for _, c := range []struct {
		name   string
		status int
		code   string
		line   string
	}{
		{"unknown", 400, "800004", `"OfferId":"NOTHING"`},
		{"exclusive", 403, "800020", `"OfferId":"` + item(sandbox.NorthExclusive, "0001", "US") + `"`},
		{"limit", 400, "27006", `"OfferId":"` + item(sandbox.StarterKit, "0001", "US") + `"`},
		{"plan", 400, "6001", `"OfferId":"` + item(sandbox.WindowsServer, "0001", "US") + `","TermDuration":"P1M"`},
		{"range", 400, "2002", `"OfferId":"` + item(sandbox.WindowsServer, "0001", "US") + `","Quantity":20000`},
		{"add-on alone", 400, "800029", `"OfferId":"` + item(sandbox.MailArchive, "0001", "US") + `"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			line := c.line
			if !strings.Contains(line, "Quantity") {
				line += `,"Quantity":1`
			}
			d.refused(c.status, c.code, "POST", north+"/orders", `{"BillingCycle":"annual","LineItems":[{`+line+`}]}`)
		})
	}
	d.refused(400, "3000", "POST", north+"/orders", strings.Replace(body, strings.ToUpper(me), strings.TrimPrefix(d.of("FR"), "/v1/customers/"), 1))
	d.refused(400, "800002", "POST", north+"/orders", `{"LineItems":[{"LineItemNumber":0,"OfferId":"`+item(sandbox.WindowsServer, "0001", "US")+`","Quantity":1},
		{"LineItemNumber":1,"OfferId":"`+item(sandbox.UserCAL, "0001", "US")+`","Quantity":1}]}`)

	// §9: without a billing cycle, in each of the words for none, an order has the default one; a cart line is marked.
	const classic = "6513270E-269E-4D37-B2A7-4DE452E6B438"
	for _, cycle := range []string{`"BillingCycle":"unknown",`, `"BillingCycle":null,`, `"BillingCycle":0,`, ""} {
		got := d.do(201, "POST", north+"/orders", `{`+cycle+`"CurrencyCode":null,"LineItems":[{"LineItemNumber":0,"OfferId":"`+classic+`","Quantity":1}]}`)
		if l := got.list("lineItems")[0]; got.text("billingCycle") != "monthly" || l.text("termDuration") != "P1M" {
			t.Errorf("%s: %v", cycle, got)
		}
	}
	if l := d.cartOf(north, `{"catalogItemId":"`+classic+`","quantity":1,"billingCycle":"unknown"}`).list("lineItems")[0]; l.object("error").text("errorCode") != "billing_plan_not_supported" {
		t.Errorf("%v", l)
	}

	// §9: the partner of record's attestation stays with the order, whether it came with the order or with its cart.
	attested := `"partnerOnRecordAttestationAccepted":true`
	direct := d.do(201, "POST", north+"/orders", `{`+attested+`,"LineItems":[{"OfferId":"`+classic+`","Quantity":1}]}`)
	cart := d.do(201, "POST", north+"/carts", `{`+attested+`,"lineItems":[{"catalogItemId":"`+item(sandbox.UserCAL, "0001", "US")+`","quantity":1}]}`)
	bought := d.do(201, "POST", north+"/carts/"+cart.text("id")+"/checkout", "").list("orders")[0]
	for _, o := range []object{direct, bought, d.do(200, "GET", north+"/orders/"+direct.text("id"), ""), d.do(200, "GET", north+"/orders/"+bought.text("id"), "")} {
		if o["partnerOnRecordAttestationAccepted"] != true || o.list("lineItems")[0]["attestationAccepted"] != nil {
			t.Errorf("%v", o)
		}
	}
	if o := d.do(200, "GET", north+"/orders/"+o.text("id"), ""); o["partnerOnRecordAttestationAccepted"] != nil {
		t.Errorf("%v", o)
	}

	// An imported offer by its bare id, and in a preview.
	for _, o := range d.do(200, "GET", "/v1/offers?country=US", "").items() {
		if o["isAddOn"] == true || o["isTrial"] == true || len(o["reselleeQualifications"].([]any)) > 0 {
			continue
		}
		one := `{"billingCycle":"annual","lineItems":[{"lineItemNumber":0,"offerId":"` + strings.ToLower(o.text("id")) + `","quantity":` + fmt.Sprint(o["minimumQuantity"]) + `}]}`
		w := d.call("POST", north+"/orders?preview=true", one)
		if w.Code != 200 {
			continue // without a price it is shown, not sold
		}
		Strict(t, w.Body.Bytes())
		got := d.do(201, "POST", north+"/orders", one)
		if l := got.list("lineItems")[0]; l.text("offerId") != o.text("id") || l.object("links").object("offer").text("uri") == "" {
			t.Errorf("%v", l)
		}
		return
	}
	t.Error("no imported offer is sold")
}

func cancelOrder(t *testing.T, d *demo) {
	french := d.of("FR")
	buy := func(lines ...string) object {
		c := d.cartOf(french, lines...)
		return d.do(201, "POST", french+"/carts/"+c.text("id")+"/checkout", `"success"`).list("orders")[0]
	}
	perpetual := `{"catalogItemId":"` + item(sandbox.ServerPerpetual, "0001", "FR") + `","quantity":2}`
	cals := `{"catalogItemId":"` + item(sandbox.UserCAL, "0001", "FR") + `","quantity":4}`
	o := buy(perpetual, cals)
	uri := french + "/orders/" + o.text("id")
	d.do(200, "POST", french+"/software/"+o.text("id")+"/0/keys", `{"version":"2022"}`)

	one := `{"id":"` + o.text("id") + `","status":"cancelled","lineItems":[{"lineItemNumber":0,"offerId":"` + item(sandbox.ServerPerpetual, "0001", "FR") + `"}]}`
	preview := d.do(200, "PATCH", uri+"?preview=true", one)
	p := preview.object("preview")
	if len(p.list("credits")) != 1 || p["keysRevoked"] == 0.0 || p.text("hash") == "" || p.text("window") != "2026-12-20T23:59:00.0000000Z" || p.text("policy") != "P02" {
		t.Errorf("%v", p)
	}
	if now := d.do(200, "GET", uri, ""); now.list("lineItems")[0]["quantity"] != 2.0 {
		t.Error("a preview was saved")
	}
	d.refused(400, "800071", "PATCH", uri, strings.Replace(one, `"lineItemNumber":0`, `"lineItemNumber":1`, 1)) // another offer
	d.refused(400, "800071", "PATCH", uri, `{"status":"cancelled","lineItems":[{"lineItemNumber":9}]}`)
	d.refused(400, "3000", "PATCH", uri, `{"status":"cancelled","lineItems":[{"offerId":"x"}]}`)
	d.refused(400, "3000", "PATCH", uri, `{"status":"cancelled","referenceCustomerId":"`+strings.TrimPrefix(d.of("US"), "/v1/customers/")+`"}`)

	cut := d.do(200, "PATCH", uri, one, "If-Preview-Match", p.text("hash"))
	ls := cut.list("lineItems")
	if cut.text("status") != "completed" || ls[0]["quantity"] != 0.0 || ls[1]["quantity"] != 4.0 {
		t.Errorf("E04 %v", cut)
	}
	d.refused(409, "800061", "PATCH", uri, one) // E03
	// The whole object, as the .NET SDK sends it back: only the status differs.
	text, err := json.Marshal(d.do(200, "GET", uri, ""))
	if err != nil {
		t.Fatal(err)
	}
	body := strings.Replace(string(text), `"status":"completed"`, `"status":"Cancelled"`, 1)
	if done := d.do(200, "PATCH", uri, body); done.text("status") != "cancelled" || done.list("lineItems")[1]["quantity"] != 0.0 || done.object("links")["patchOperation"] != nil {
		t.Errorf("%v", done)
	}
	d.refused(409, "800061", "PATCH", uri, body)
	d.refused(409, "800061", "PATCH", uri, `{"status":"cancelled"}`)

	// By the alternate id, a subscription; its credit is prorated and the subscription ends with it.
	o = buy(`{"catalogItemId":"` + item(sandbox.WindowsServer, "0001", "FR") + `","quantity":1,"billingCycle":"annual"}`)
	if got := d.do(200, "PATCH", french+"/orders/"+o.text("alternateId"), `{"Status":"cancelled"}`); got.text("status") != "cancelled" {
		t.Errorf("%v", got)
	}
	if s := d.do(200, "GET", french+"/subscriptions/"+o.list("lineItems")[0].text("subscriptionId"), ""); s.text("status") != "deleted" {
		t.Errorf("F59 %v", s.text("status"))
	}
	// What the order cannot cancel.
	orders := func(customer, name string) string {
		for _, o := range d.do(200, "GET", customer+"/orders", "").items() {
			for _, l := range o.list("lineItems") {
				if strings.HasPrefix(l.text("friendlyName"), name) && l["quantity"] != 0.0 && o.text("transactionType") == "UserPurchase" {
					return customer + "/orders/" + o.text("id")
				}
			}
		}
		t.Fatalf("no order of %s", name)
		return ""
	}
	for _, c := range []struct {
		name, country, title string
		status               int
		code                 string
	}{
		{"F61 Linux plans never", "RU", "Enterprise Linux", 400, "800061"},
		{"SaaS by its subscription", "RU", "Orbit CRM", 403, "800077"},
		{"mail is no software", "AU", "Mail Suite", 403, "800019"},
		{"reservation", "AU", "Reserved machine", 403, "800019"},
		{"F57 the window is over", "GP", "Extended Security", 400, "900117"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d.refused(c.status, c.code, "PATCH", orders(d.of(c.country), c.title), `{"status":"cancelled"}`)
		})
	}
	closed := d.do(400, "PATCH", orders(d.of("GP"), "Extended Security"), `{"status":"cancelled"}`)
	if !strings.Contains(closed.text("description"), "30-day") || !strings.Contains(closed.text("description"), "P02") {
		t.Errorf("F57 the rule and the date: %v", closed)
	}
	d.refused(404, "20000", "PATCH", french+"/orders/nothing", `{"status":"cancelled"}`)
}

func patchOrder(t *testing.T, d *demo) {
	french := d.of("FR")
	var suite object
	for _, o := range d.do(200, "GET", french+"/orders", "").items() {
		for _, l := range o.list("lineItems") {
			if l.text("friendlyName") == "Mail Suite Business" && len(o.list("lineItems")) == 2 {
				suite = o
			}
		}
	}
	uri := french + "/orders/" + suite.text("id")
	text, _ := json.Marshal(suite)
	same := d.do(200, "PATCH", uri, string(text))
	if same.text("id") != suite.text("id") || same.text("status") != "completed" {
		t.Errorf("what is sent back unchanged changes nothing: %v", same)
	}
	for _, c := range []struct{ name, code, body string }{
		{"status", "900127", `{"status":"pending"}`},
		{"cycle", "800080", `{"billingCycle":"annual"}`},
		{"quantity", "900127", `{"lineItems":[{"lineItemNumber":0,"quantity":99}]}`},
		{"another line", "900127", `{"lineItems":[{"lineItemNumber":5,"offerId":"` + item(sandbox.MailSuite, "0001", "FR") + `","quantity":1}]}`},
	} {
		t.Run(c.name, func(t *testing.T) { d.refused(400, c.code, "PATCH", uri, c.body) })
	}
	base := suite.list("lineItems")[0].text("subscriptionId")
	body := `{"Id":null,"ReferenceCustomerId":null,"BillingCycle":"unknown","LineItems":[{"LineItemNumber":0,"OfferId":"` + item(sandbox.MailArchive, "0001", "FR") +
		`","ParentSubscriptionId":"` + strings.ToUpper(base) + `","Quantity":2,"FriendlyName":"More archive"}],"Status":null}`
	if p := d.do(200, "PATCH", uri+"?preview=true", body); len(p.object("preview").list("charges")) != 1 || p["id"] != nil ||
		p.list("lineItems")[0].object("links")["provisioningStatus"] != nil || p.list("lineItems")[0].text("parentSubscriptionId") != base {
		t.Errorf("F28 %v", p)
	}
	added := d.do(200, "PATCH", uri, body)
	l := added.list("lineItems")[0]
	if l.text("parentSubscriptionId") != base || l.text("termDuration") != "P1Y" || added.text("billingCycle") != "monthly" {
		t.Errorf("F25 %v", added)
	}
	if got := d.do(200, "GET", french+"/subscriptions/"+base+"/addons", "").items(); len(got) != 2 {
		t.Errorf("%d add-ons", len(got))
	}
	if line := l.object("links").object("provisioningStatus").text("uri"); line == "" || line != added.object("links").object("provisioningStatus").text("uri") {
		t.Errorf("§9 a line leads to the provisioning status of its order: %q", line)
	}
	status := d.do(200, "GET", "/v1"+added.object("links").object("provisioningStatus").text("uri"), "").items()
	if len(status) != 1 || status[0].text("status") != "Fulfilled" || status[0].list("quantityProvisioningInformation")[0]["quantity"] != 2.0 {
		t.Errorf("%v", status)
	}
}

func activationLinks(t *testing.T, d *demo) {
	palme := d.of("GP")
	var pending object
	for _, o := range d.do(200, "GET", palme+"/orders", "").items() {
		if strings.HasPrefix(o.list("lineItems")[0].text("friendlyName"), "Ledger Desk") {
			pending = o
		} else if got := d.do(200, "GET", palme+"/orders/"+o.text("id")+"/activationlinks", "").items(); len(got) != 0 {
			t.Errorf("software has no publisher's page: %v", got)
		}
	}
	uri := palme + "/orders/" + pending.text("id")
	if s := d.do(200, "GET", uri+"/provisioningstatus", "").items()[0]; s.text("status") != "PrefulfillmentPending" {
		t.Errorf("%v", s)
	}
	l := pending.list("lineItems")[0]
	for _, at := range []string{
		uri + "/activationlinks", uri + "/lineitems/0/activationLinks", palme + "/subscriptions/" + l.text("subscriptionId") + "/activationlinks",
		"/v1" + l.object("links").object("activationLinks").text("uri"),
	} {
		w := d.call("GET", at, "") // an address of the publisher's is absolute
		var got object
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 || len(got.items()) != 1 {
			t.Fatalf("%s: %d %s", at, w.Code, w.Body)
		}
		link := got.items()[0].object("link")
		page, err := url.Parse(link.text("uri"))
		if err != nil || page.Host != "ledgerdesk.example" || len(page.Query().Get("token")) < 40 || strings.Contains(link.text("uri"), l.text("subscriptionId")) {
			t.Errorf("F22 %v", link)
		}
	}
	d.refused(400, "800071", "GET", uri+"/lineitems/7/activationlinks", "")
	d.refused(400, "800071", "GET", uri+"/lineitems/x/activationlinks", "")
}

// roles asks each act as somebody who lacks it.
func roles(t *testing.T, d *demo) {
	own := d.roles
	defer func() { d.roles = own }()
	french := d.of("FR")
	cart := d.cartOf(french, `{"catalogItemId":"`+item(sandbox.UserCAL, "0001", "FR")+`","quantity":1}`)
	o := d.do(200, "GET", french+"/orders", "").items()[0]

	d.roles = party.RolesOf(party.SalesAgent)
	d.do(200, "GET", french+"/orders/"+o.text("id"), "")
	d.refused(403, "900150", "POST", french+"/carts/"+cart.text("id")+"/checkout", "") // R01
	d.refused(403, "900150", "PATCH", french+"/orders/"+o.text("id"), `{"status":"cancelled"}`)
	d.roles = party.RolesOf(party.UserAdmin)
	for _, c := range []struct{ method, uri, body string }{
		{"GET", "/v1/customers", ""}, {"POST", "/v1/customers", `{"companyProfile":{"domain":"x.example","companyName":"X"},"billingProfile":{"email":"x@x.example","culture":"fr","language":"fr","defaultAddress":{"country":"FR"}}}`},
		{"GET", french, ""}, {"GET", "/v1/products?country=FR&targetView=Software", ""}, {"GET", french + "/products?targetView=MicrosoftAzure", ""},
		{"GET", "/v1/offers?country=US", ""}, {"GET", "/v1/offercategories?country=US", ""}, {"GET", french + "/carts/" + cart.text("id"), ""},
		{"POST", french + "/carts", `{"lineItems":[{"catalogItemId":"x","quantity":1}]}`}, {"GET", french + "/orders", ""},
		{"POST", french + "/orders", `{"lineItems":[{"offerId":"x","quantity":1}]}`}, {"GET", french + "/orders/" + o.text("id"), ""},
		{"PATCH", french + "/orders/" + o.text("id"), `{"lineItems":[]}`}, {"GET", french + "/orders/" + o.text("id") + "/provisioningstatus", ""},
		{"GET", french + "/orders/" + o.text("id") + "/activationlinks", ""},
	} {
		d.refused(403, "900150", c.method, c.uri, c.body)
	}
	// R20: customer staff read their own tenant and no other.
	staff := d.customer
	d.roles, d.customer.ID = party.RolesOf(party.CustomerGlobal), id.Customer(strings.TrimPrefix(french, "/v1/customers/"))
	if list := d.do(200, "GET", "/v1/customers?size=1", "").items(); len(list) != 1 || "/v1/customers/"+list[0].text("id") != french {
		t.Errorf("%v", list)
	}
	d.do(200, "GET", french+"/orders", "")
	d.refused(403, "20002", "GET", d.of("US")+"/orders", "")
	d.refused(403, "20002", "GET", d.of("US")+"/products?targetView=Software", "")
	d.refused(403, "900150", "POST", french+"/carts", `{"lineItems":[{"catalogItemId":"x","quantity":1}]}`)
	d.customer = staff

	d.roles = own
	d.do(200, "POST", "/sandbox/clock", `{"advance":"P8D"}`)
	d.refused(400, "800009", "POST", french+"/carts/"+cart.text("id")+"/checkout", "")
}
