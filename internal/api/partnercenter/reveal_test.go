package partnercenter_test

import (
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/vault/vaulttest"
)

// A retry with the same MS-RequestId hands the secret out again: it is decided and recorded again (G43), and refused once
// the purchase is cancelled (G32), whatever an earlier answer said.
func TestRevealAgain(t *testing.T) {
	secrets := vaulttest.Secrets(t)
	both(t, store.Options{Sealer: secrets.Vault}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		french, own := d.of("FR"), d.roles
		o := d.do(201, "POST", french+"/orders", `{"lineItems":[{"offerId":"`+item(sandbox.ServerPerpetual, "0001", "FR")+`","quantity":1}]}`)
		line := french + "/software/" + o.text("id") + "/0"
		asks := []struct{ uri, body, operation, request string }{
			{line + "/keys", `{"version":"2022"}`, "get_software_key", "11111111-1111-4111-8111-111111111111"},
			{line + "/downloads", `{"version":"2022","language":"fr-FR"}`, "get_software_download_link", "22222222-2222-4222-8222-222222222222"},
		}
		recorded := func(operation string) (n int) {
			for _, r := range d.do(200, "GET", "/v1/auditrecords?size=50", "").items() {
				if r.text("operationType") == operation && strings.Contains(strings.Join(details(r), " "), o.text("id")) {
					n++
				}
			}
			return n
		}
		for _, ask := range asks {
			first := d.call("POST", ask.uri, ask.body, "MS-RequestId", ask.request)
			again := d.call("POST", ask.uri, ask.body, "MS-RequestId", ask.request)
			if first.Code != 200 || again.Code != 200 || first.Body.String() != again.Body.String() {
				t.Errorf("%s: %s, then %s", ask.uri, first.Body, again.Body)
			}
			if n := recorded(ask.operation); n != 2 {
				t.Errorf("G43 %s: %d records of two answers", ask.operation, n)
			}
		}
		d.roles = party.RolesOf(party.GlobalAdmin)
		for _, ask := range asks {
			d.refused(403, "900150", "POST", ask.uri, ask.body, "MS-RequestId", ask.request)
		}
		d.roles = own
		d.do(200, "PATCH", french+"/orders/"+o.text("id"), `{"status":"cancelled"}`)
		for _, ask := range asks {
			d.refused(400, "990011", "POST", ask.uri, ask.body, "MS-RequestId", ask.request)
		}
	})
}

// details are the values of a record's details.
func details(record object) (values []string) {
	for _, d := range record.list("customizedData") {
		values = append(values, d.text("value"))
	}
	return values
}
