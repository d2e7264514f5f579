package partnercenter_test

import (
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// TestRolesOfRules asks what R02, R03, R08 and R14 name, in every single role there is. The roles stand here in the words of
// the rulebook, so that the table of acts is held to it.
func TestRolesOfRules(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		french := d.of("FR")
		subs := d.do(200, "GET", french+"/subscriptions", "").items()
		online := french + "/subscriptions/" + find(t, subs, "offerName", "Mail Suite").text("id")
		software := french + "/subscriptions/" + find(t, subs, "offerName", "SQL Server").text("id")
		addOn := d.do(200, "GET", online+"/addons", "").items()[0].text("id")
		invoice := "/v1/invoices/" + d.do(200, "GET", "/v1/invoices?size=1", "").items()[0].text("id")
		buys := `{"billingCycle":"monthly","lineItems":[{"lineItemNumber":0,"offerId":"` + item(sandbox.MailSuite, "0001", "FR") + `","quantity":1,"termDuration":"P1Y"}]}`
		const quantities = `"quantity":7,"billingCycle":"annual"`
		for _, rule := range []struct {
			id, roles string
			calls     [][3]string
		}{
			{"R02", "AA BA GA HA SA", [][3]string{
				{"POST", french + "/orders?preview=true", buys},
				{"PATCH", online + "?preview=true", `{"friendlyName":"edited"}`},
				{"PATCH", online + "?preview=true", `{"status":"suspended"}`},
				{"PATCH", online + "?preview=true", `{"status":"active"}`},
				{"PATCH", online + "?preview=true", `{"autoRenewEnabled":false}`},
				{"PATCH", online + "/addons?preview=true", `{"items":[{"id":"` + addOn + `","quantity":99}]}`},
				{"PATCH", french + "/subscriptions/" + addOn + "?preview=true", `{"quantity":99}`},
				{"PATCH", french + "/subscriptions/" + addOn + "?preview=true", `{"status":"suspended"}`},
			}},
			{"R03", "AA GA", [][3]string{
				{"PATCH", software + "?preview=true", `{"autoRenewEnabled":false}`},
				{"PATCH", software + "?preview=true", `{"scheduledNextTermInstructions":{` + quantities + `}}`},
				{"PATCH", software + "?preview=true", `{"status":"suspended"}`},
				{"PATCH", software + "?preview=true", `{"status":"active"}`},
				{"PATCH", software + "?preview=true", `{"friendlyName":"renamed"}`},
			}},
			{"R08", "GA BA", [][3]string{
				{"GET", "/v1/invoices", ""}, {"GET", invoice, ""}, {"GET", "/v1/invoices/summary", ""}, {"GET", "/v1/invoices/summaries", ""},
				{"GET", invoice + "/documents/statement", ""}, {"GET", invoice + "/lineitems", ""}, {"GET", invoice + "/reconciliation", ""},
				{"GET", "/v1/invoices/estimates/links", ""}, {"GET", "/v1/invoices/unbilled/lineitems", ""},
			}},
			{"R14", "AA GA SA BA HA", [][3]string{{"GET", "/v1/prices?country=FR", ""}}},
		} {
			own := d.roles
			for _, role := range party.AllRoles() {
				d.roles, d.customer.ID = party.RolesOf(role), ""
				if role.Side() == party.CustomerSide {
					d.customer.ID = id.Customer(strings.TrimPrefix(french, "/v1/customers/"))
				}
				may := false
				for word := range strings.FieldsSeq(rule.roles) {
					may = may || party.Role(word) == role
				}
				for _, c := range rule.calls {
					w := d.call(c[0], c[1], c[2])
					missing := w.Code == 403 && strings.Contains(w.Body.String(), `"900150"`)
					if may && w.Code != 200 || !may && !missing {
						t.Errorf("%s as %s: %s %s %s: %d %.200s", rule.id, role, c[0], c[1], c[2], w.Code, w.Body)
					}
				}
			}
			d.roles, d.customer.ID = own, ""
		}
	})
}
