package partnercenter_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/store"
)

// The third meaning of PATCH of an order: another billing cycle for offers of the older catalogue (contract.md §9).
func TestOrderBillingCycle(t *testing.T) {
	const one, two = "6513270E-269E-4D37-B2A7-4DE452E6B438", "9531985D-5D9D-49F8-9818-E811892F902B"
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		us := d.of("US")
		buy := func(term string) object {
			return d.do(201, "POST", us+"/orders", `{"billingCycle":"monthly","lineItems":[{"lineItemNumber":0,"termDuration":"`+term+
				`","offerId":"`+one+`","quantity":3},{"lineItemNumber":1,"termDuration":"`+term+`","offerId":"`+two+`","quantity":1}]}`)
		}
		order := buy("P1Y")
		path := us + "/orders/" + order.text("id")
		d.do(200, "POST", "/sandbox/clock", `{"advance":"P40D"}`)

		order = d.do(200, "GET", path, "")
		order["billingCycle"] = "annual" // the whole object back, as SDKs send it
		whole, err := json.Marshal(order)
		if err != nil {
			t.Fatal(err)
		}
		preview := d.do(200, "PATCH", path+"?preview=true", string(whole))
		if p := preview.object("preview"); len(p.list("charges")) != 2 || len(p.list("credits")) != 2 || preview.text("id") != "" {
			t.Errorf("previewed: %v", preview)
		}
		if now := d.do(200, "GET", path, ""); now.text("billingCycle") != "monthly" {
			t.Errorf("a preview changed it: %v", now)
		}
		again := []string{"MS-RequestId", "0b1c2d3e-0000-4a5b-8c9d-0000000000c1"}
		changed := d.do(200, "PATCH", path, string(whole), again...)
		if twice := d.do(200, "PATCH", path, string(whole), again...); twice.text("id") != changed.text("id") {
			t.Errorf("done twice: %s and %s", changed.text("id"), twice.text("id"))
		}
		if changed.text("billingCycle") != "annual" || changed.text("id") == order.text("id") || len(changed.list("lineItems")) != 2 {
			t.Errorf("%v", changed)
		}
		was, is := `{"BillingCycle":"monthly","Id":"`+order.text("id")+`"}`, `{"BillingCycle":"annual","Id":"`+changed.text("id")+`"}`
		if r := d.do(200, "GET", "/v1/auditrecords?size=1", "").items()[0]; r.text("resourceOldValue") != was || r.text("resourceNewValue") != is {
			t.Errorf("recorded as %v", r)
		}
		for n, l := range changed.list("lineItems") {
			sub := d.do(200, "GET", us+"/subscriptions/"+l.text("subscriptionId"), "")
			if l["lineItemNumber"] != float64(n) || sub.text("billingCycle") != "annual" || sub.text("orderId") != changed.text("id") ||
				sub.text("commitmentEndDate") != "2027-11-20T10:00:00.0000000Z" || l.text("subscriptionId") != order.list("lineItems")[n].text("subscriptionId") {
				t.Errorf("line %d: %v, %v", n, l, sub)
			}
		}
		if got := d.do(200, "GET", us+"/orders/"+changed.text("id"), ""); got.text("billingCycle") != "annual" {
			t.Errorf("stored as %v", got)
		}
		d.refused(400, "6000", "PATCH", path, `{"billingCycle":"one_time"}`) // nothing stands on the former one any more
		next := us + "/orders/" + changed.text("id")
		d.refused(400, "6001", "PATCH", next, `{"billingCycle":"triennial"}`)
		d.do(200, "PATCH", next, `{"billingCycle":"annual"}`) // it is
		sub := us + "/subscriptions/" + changed.list("lineItems")[1].text("subscriptionId")
		d.do(200, "PATCH", sub, `{"status":"suspended"}`)
		d.refused(400, "6000", "PATCH", next, `{"billingCycle":"monthly"}`)
		d.do(200, "PATCH", sub, `{"status":"active"}`)
		back := d.do(200, "PATCH", next, `{"billingCycle":"monthly"}`)
		d.do(200, "POST", "/sandbox/clock", `{"advance":"P25D"}`)
		charged := 0
		for _, l := range d.do(200, "GET", "/v1/invoices/unbilled/lineitems?provider=office&invoicelineitemtype=billinglineitems&currencycode=usd&period=current&size=0", "").items() {
			if l.text("orderId") == back.text("id") && strings.EqualFold(l.text("chargeType"), "cycleCharge") {
				charged++
			}
		}
		if charged != 2 {
			t.Errorf("%d of two subscriptions are charged by the month again", charged)
		}

		short := buy("P1M")
		d.refused(400, "6001", "PATCH", us+"/orders/"+short.text("id"), `{"billingCycle":"annual"}`)
		french := d.of("FR")
		other := find(t, d.do(200, "GET", french+"/subscriptions", "").items(), "offerName", "Mail Suite")
		d.refused(400, "800080", "PATCH", french+"/orders/"+other.text("orderId"), `{"billingCycle":"annual"}`)
	})
}
