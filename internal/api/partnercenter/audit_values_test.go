package partnercenter_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// TestF53OldAndNewValues is what records keep of what they are about, before and after (contract §13, §20.36).
func TestF53OldAndNewValues(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		customer := d.newCustomer("values.example", "FR")
		own := strings.TrimPrefix(customer, "/v1/customers/")
		last := func() object { return d.do(200, "GET", "/v1/auditrecords?size=1", "").items()[0] }
		value := func(text string) (v map[string]any) {
			if text != "" && json.Unmarshal([]byte(text), &v) != nil {
				t.Fatalf("%q is no JSON", text)
			}
			return v
		}
		told := func(what, resource string, was, is map[string]any) {
			t.Helper()
			for _, v := range []map[string]any{was, is} {
				if v != nil && v["Id"] == nil {
					v["Id"] = resource
				}
			}
			if r := last(); !reflect.DeepEqual(value(r.text("resourceOldValue")), was) || !reflect.DeepEqual(value(r.text("resourceNewValue")), is) {
				t.Errorf("%s: %q and %q, want %v and %v", what, r.text("resourceOldValue"), r.text("resourceNewValue"), was, is)
			}
		}
		type m = map[string]any
		told("a customer made", own, nil, m{"CompanyProfile": m{"CompanyName": "values.example", "Domain": "values.example"}})

		profile := `{"Email":"%s","Culture":"%s","Language":"fr","CompanyName":"%s","DefaultAddress":{"Country":"FR","City":"Lille","AddressLine1":"1 rue","PostalCode":"59000"}}`
		d.do(200, "PUT", customer+"/profiles/billing", fmt.Sprintf(profile, "a@b.example", "fr-BE", "Values SA"))
		told("a billing profile", own, m{"CompanyName": "values.example", "Culture": "fr-FR"}, m{"CompanyName": "Values SA", "Culture": "fr-BE"})
		d.do(200, "PUT", customer+"/profiles/billing", fmt.Sprintf(profile, "ana@b.example", "fr-BE", "Values SA"))
		told("what is a person's", own, nil, nil)

		mail := d.buy(customer, lineOf(sandbox.MailSuite, "0001", "FR", 5, "monthly", "P1M"))
		sub := strings.TrimPrefix(mail.sub, customer+"/subscriptions/")
		made := value(last().text("resourceNewValue"))
		line, _ := made["LineItems"].([]any)
		if len(line) != 1 || made["Id"] != mail.id || made["BillingCycle"] != "monthly" || last()["resourceOldValue"] != nil {
			t.Fatalf("an order made: %v", last())
		}
		if l := line[0].(m); l["LineItemNumber"] != 0.0 || l["Quantity"] != 5.0 || l["SubscriptionId"] != sub || l["FriendlyName"] != mail.title {
			t.Errorf("%v", l)
		}

		d.do(200, "PATCH", mail.sub, `{"quantity":7,"friendlyName":"Mail <7>","autoRenewEnabled":false}`)
		told("a subscription", sub, m{"Quantity": 5.0, "FriendlyName": mail.title, "AutoRenewEnabled": true}, m{"Quantity": 7.0, "FriendlyName": "Mail <7>", "AutoRenewEnabled": false})
		d.do(200, "PATCH", mail.sub, `{"status":"suspended"}`)
		told("suspended", sub, m{"Status": "active"}, m{"Status": "suspended"})
		d.do(200, "PATCH", mail.sub, `{"status":"active"}`)
		d.do(200, "PATCH", mail.sub, `{"status":"deleted"}`)
		told("cancelled, in the contract's word", sub, m{"Status": "active"}, m{"Status": "deleted"})

		server := d.buy(customer, lineOf(sandbox.ServerPerpetual, "0001", "FR", 2, "one_time", ""))
		d.do(200, "POST", customer+"/software/"+server.id+"/0/keys", `{"version":"2022"}`)
		told("a key", "", nil, nil)
		d.do(200, "PATCH", server.order, `{"status":"cancelled"}`)
		lines := func(n float64) []any { return []any{m{"LineItemNumber": 0.0, "Quantity": n}} }
		told("an order", server.id, m{"Status": "completed", "LineItems": lines(2)}, m{"Status": "cancelled", "LineItems": lines(0)})

		d.do(200, "PATCH", customer+"/usagebudget", `{"amount":12.5}`)
		told("a budget", own, m{}, m{"Budget": "12.50 EUR"})
		request := d.do(201, "POST", "/v1/servicerequests/en-US", `{"Title":"Hello","Description":"World","Severity":"minimal","SupportTopicId":"32444676"}`).text("id")
		told("a request made", request, nil, m{"Status": "open", "Severity": "minimal"})
		d.do(200, "PATCH", "/v1/servicerequests/"+request, `{"Status":"closed","Severity":"critical"}`)
		told("a request", request, m{"Status": "open", "Severity": "minimal"}, m{"Status": "closed", "Severity": "critical"})

		// A step that falls due keeps it too.
		renewed := d.buy(customer, lineOf(sandbox.MailSuite, "0001", "FR", 1, "monthly", "P1M"))
		d.do(200, "POST", "/sandbox/clock", `{"advance":"P35D"}`)
		found := false
		for _, r := range d.do(200, "GET", "/v1/auditrecords?startDate=2026-11-01&size=1000", "").items() {
			was, is := value(r.text("resourceOldValue")), value(r.text("resourceNewValue"))
			found = found || was != nil && was["OrderId"] == renewed.id && is["OrderId"] != nil && is["OrderId"] != renewed.id
		}
		if !found {
			t.Error("a renewal does not tell of its orders")
		}
		sheet := d.export("?startDate=2026-11-01")
		if all := strings.Join(sheet.column("resourceNewValue"), "\n"); !strings.Contains(all, `"FriendlyName":"Mail <7>"`) || strings.Contains(all, "ana@b.example") {
			t.Errorf("%s", all)
		}
		d.sandbox = true
		d.do(204, "DELETE", customer, "")
		told("a customer deleted", own, m{"CompanyProfile": m{"CompanyName": "values.example", "Domain": "values.example"}}, nil)
	})
}
