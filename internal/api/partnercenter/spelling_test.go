package partnercenter_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// Words of an enumeration are spelled by their place: snake case in bodies, Pascal case in paths and queries; every client
// writes them in a way of its own.
func TestSpellings(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		french := d.of("FR")
		same := func(name string, calls ...string) {
			t.Helper()
			want := -1
			for _, target := range calls {
				n := len(d.do(200, "GET", target, "").items())
				if want < 0 {
					want = n
				}
				if n == 0 || n != want {
					t.Errorf("%s: %s finds %d, the first %d", name, target, n, want)
				}
			}
		}
		same("billingType", french+"/orders?billingType=OneTime", french+"/orders?billingtype=one_time", french+"/orders?billingType=onetime")
		same("lineitems", "/v1/invoices/G000000001/lineitems/OneTime/BillingLineItems", "/v1/invoices/G000000001/lineitems/onetime/billinglineitems",
			"/v1/invoices/OneTime-G000000001/lineitems?provider=one_time&invoiceLineItemType=billing_line_items")
		same("targetView", french+"/products?targetView=SoftwarePerpetual", french+"/products?targetview=softwareperpetual")
		same("entitlementType", french+"/entitlements?entitlementType=software&showExpiry=True", french+"/entitlements?entitlementtype=Software&showexpiry=false")
		filter := func(op string) string {
			return "/v1/customers?filter=" + url.QueryEscape(`{"Field":"CompanyName","Value":"atel","Operator":"`+op+`"}`)
		}
		same("operator", filter("starts_with"), filter("StartsWith"), filter("startswith"))

		for _, cycle := range []string{`"monthly"`, `"Monthly"`, `1`, `"MONTHLY"`} {
			c := d.do(201, "POST", french+"/carts", `{"lineItems":[{"catalogItemId":"`+item(sandbox.MailSuite, "0001", "FR")+`","quantity":1,"billingCycle":`+cycle+`}]}`)
			if l := c.list("lineItems")[0]; l.text("billingCycle") != "monthly" || c.text("status") != "Active" {
				t.Errorf("billingCycle %s: %v, cart %s", cycle, l["billingCycle"], c.text("status"))
			}
		}
		mail := french + "/subscriptions/" + find(t, d.do(200, "GET", french+"/subscriptions", "").items(), "offerName", "Mail Suite").text("id")
		for _, word := range []struct{ sent, want string }{{`"Suspended"`, "suspended"}, {`1`, "active"}, {`"none"`, "active"}, {`2`, "suspended"}, {`"ACTIVE"`, "active"}} {
			if got := d.do(200, "PATCH", mail, `{"Status":`+word.sent+`}`).text("status"); got != word.want {
				t.Errorf("status %s: %s, want %s", word.sent, got, word.want)
			}
		}
		d.refused(400, "900126", "PATCH", mail, `{"Status":"paused"}`)

		// One word a place, whatever came in.
		order := d.do(200, "GET", french+"/orders", "").items()[0]
		bill := d.do(200, "GET", "/v1/invoices/G000000001", "")
		line := d.do(200, "GET", "/v1/invoices/G000000001/lineitems/OneTime/BillingLineItems?size=1", "").items()[0]
		links := d.do(200, "GET", "/v1/invoices/estimates/links?currencyCode=EUR", "").items()
		for _, c := range []struct{ place, got, want string }{
			{"order.status", order.text("status"), "completed"}, {"order.transactionType", order.text("transactionType"), "UserPurchase"},
			{"invoice.invoiceType", bill.text("invoiceType"), "OneTime"}, {"invoice.documentType", bill.text("documentType"), "invoice"},
			{"line.billingProvider", line.text("billingProvider"), "one_time"}, {"line.invoiceLineItemType", line.text("invoiceLineItemType"), "billing_line_items"},
			{"line.chargeType", line.text("chargeType"), "New"}, {"estimate.period", links[0].text("period"), "Current"},
		} {
			if c.got != c.want {
				t.Errorf("%s is %q, want %q", c.place, c.got, c.want)
			}
		}
	})
}

// A client's flag shows every state; the Java SDK, which throws on a word it does not know, is never shown one.
func TestRichStates(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		distant := d.of("GP")
		pending := distant + "/subscriptions/" + find(t, d.do(200, "GET", distant+"/subscriptions", "").items(), "offerName", "Ledger").text("id")
		java := []string{"MS-PartnerCenter-Client", "Partner Center Java SDK"}
		state := func(headers ...string) string {
			w := d.call("GET", pending, "", headers...)
			_, rest, _ := strings.Cut(w.Body.String(), `"status":"`)
			word, _, _ := strings.Cut(rest, `"`)
			return word
		}
		if got := state(); got != "none" {
			t.Errorf("without the flag: %s", got)
		}
		d.rich = true
		if got, folded := state(), state(java...); got != "pending" || folded != "none" {
			t.Errorf("with the flag: %s, to Java %s", got, folded)
		}
		if w := d.call("PATCH", pending, `{"status":"pending"}`); w.Code != 200 {
			t.Errorf("sent back as it was read: %d %s", w.Code, w.Body)
		}
		for _, r := range d.do(200, "GET", "/v1/auditrecords?size=0&startDate=2020-01-01", "", java...).items() {
			switch r.text("operationType") {
			case "get_software_key", "get_software_download_link", "ready_invoice", "create_credit":
				t.Errorf("Java is told of %s", r.text("operationType"))
			}
		}
	})
}
