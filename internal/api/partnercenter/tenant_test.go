package partnercenter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// A sandbox tenant may hold 75 customers, 5 subscriptions of each, 25 licences of each subscription (contract.md §20.45),
// and cancels publishers' plans and reservations by their order (P07). Other tenants have neither.
func TestSandboxTenant(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		distant, australian := d.of("GP"), d.of("AU")
		pending := find(t, d.do(200, "GET", distant+"/subscriptions", "").items(), "offerName", "Ledger")
		reserved := d.do(200, "GET", australian+"/entitlements?entitlementType=reservedinstance", "").items()[0]
		planOrder := distant + "/orders/" + pending.text("orderId")
		reservedOrder := australian + "/orders/" + reserved.object("referenceOrder").text("id")
		const cancelled = `{"status":"cancelled"}`
		d.refused(403, "800077", "PATCH", planOrder, cancelled)
		d.refused(403, "800019", "PATCH", reservedOrder, cancelled)

		d.sandbox = true
		if o := d.do(200, "PATCH", planOrder, cancelled); o.text("status") != "cancelled" {
			t.Errorf("a plan by its order: %v", o)
		}
		if p := d.do(200, "PATCH", reservedOrder+"?preview=true", cancelled).object("preview"); len(p.list("credits")) != 1 || p.list("credits")[0]["daysKept"] != nil || p.list("credits")[0]["total"].(float64) >= 0 {
			t.Errorf("P07 previewed: %v", p)
		}
		if o := d.do(200, "PATCH", reservedOrder, cancelled); o.text("status") != "cancelled" || o.list("lineItems")[0]["quantity"] != 0.0 {
			t.Errorf("P07 a reservation by its order: %v", o)
		}
		d.refused(409, "800061", "PATCH", reservedOrder, cancelled)
		if left := d.do(200, "GET", australian+"/entitlements?entitlementType=reservedinstance", "").items(); len(left) != 0 {
			t.Errorf("P07 still there: %v", left)
		}

		newCustomer := func(n int) string {
			return fmt.Sprintf(`{"companyProfile":{"domain":"c%d.example"},"billingProfile":{"email":"a@b.example","culture":"fr-FR","language":"fr","companyName":"C%d","defaultAddress":{"country":"FR","city":"x","addressLine1":"x","postalCode":"59000","firstName":"a","lastName":"b"}}}`, n, n)
		}
		there := len(d.do(200, "GET", "/v1/customers?size=0", "").items())
		own := "/v1/customers/" + d.do(201, "POST", "/v1/customers", newCustomer(0)).text("id")
		for n := there + 1; n < 75; n++ {
			d.do(201, "POST", "/v1/customers", newCustomer(n))
		}
		d.refused(400, "800018", "POST", "/v1/customers", newCustomer(75))

		line := func(id, quantity int) string {
			return fmt.Sprintf(`{"id":%d,"lineItemNumber":%d,"catalogItemId":"%s","offerId":"%s","quantity":%d,"billingCycle":"monthly","termDuration":"P1M"}`,
				id, id, item(sandbox.MailSuite, "0001", "FR"), item(sandbox.MailSuite, "0001", "FR"), quantity)
		}
		orderOf := func(lines ...string) string {
			return `{"billingCycle":"monthly","lineItems":[` + strings.Join(lines, ",") + `]}`
		}
		d.refused(400, "800018", "POST", own+"/orders", orderOf(line(0, 26)))
		full := d.do(201, "POST", own+"/orders", orderOf(line(0, 25), line(1, 1), line(2, 1), line(3, 1)))
		sub := own + "/subscriptions/" + full.list("lineItems")[0].text("subscriptionId")
		d.refused(400, "800018", "PATCH", sub, `{"quantity":26}`)
		d.refused(400, "800018", "POST", own+"/orders", orderOf(line(0, 1), line(1, 1)))
		marked := d.do(201, "POST", own+"/carts", `{"lineItems":[`+line(0, 1)+`,`+line(1, 1)+`]}`).list("lineItems")
		if marked[0].object("error") != nil || marked[1].object("error").text("errorCode") != "sandbox_limit_exceeded" {
			t.Errorf("%v", marked)
		}
		d.do(201, "POST", own+"/orders", orderOf(line(0, 1)))                                                                  // the fifth
		d.do(201, "POST", own+"/orders", `{"lineItems":[{"offerId":"`+item(sandbox.UserCAL, "0001", "FR")+`","quantity":1}]}`) // no subscription
		d.refused(400, "800018", "POST", own+"/orders", orderOf(line(0, 1)))
		d.do(200, "PATCH", sub, `{"status":"deleted"}`)
		d.do(201, "POST", own+"/orders", orderOf(line(0, 1)))
	})
}
