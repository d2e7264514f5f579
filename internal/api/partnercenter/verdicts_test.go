package partnercenter_test

import (
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// TestVerdicts: R20, what can be done and why not, in the words that the act itself would answer with.
func TestVerdicts(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		french := d.of("FR")
		subs := french + "/subscriptions"
		suite := subs + "/" + find(t, d.do(200, "GET", subs, "").items(), "offerName", "Mail Suite").text("id")
		acts := func(target string) map[string]object {
			out := map[string]object{}
			for _, v := range d.do(200, "GET", target+"/verdicts", "").items() {
				out[v.text("act")] = v
			}
			return out
		}

		v := acts(suite)
		if v["suspend"]["allowed"] != true || v["reactivate"]["allowed"] != false || v["reactivate"].object("reason").text("name") != "reactivate.not_suspended" {
			t.Errorf("active: %v", v)
		}
		if v["cancel"].text("policy") != "P11" || v["cancel"].text("until") == "" {
			t.Errorf("P11 cancel: %v", v["cancel"])
		}
		if q := v["change_quantity"]; q["allowed"] != true || q["maximumQuantity"].(float64) < q["minimumQuantity"].(float64) || q.object("refundableQuantity") == nil {
			t.Errorf("E17 seats: %v", q)
		}
		d.do(200, "PATCH", suite, `{"status":"suspended"}`)
		v = acts(suite)
		for _, act := range []string{"change_quantity", "buy_add_on"} {
			if v[act]["allowed"] != false || v[act].object("mend").text("act") != "reactivate" || "/v1"+v[act].object("mend").text("uri") != suite {
				t.Errorf("F25 E17 suspended, %s: %v", act, v[act])
			}
		}
		if v["reactivate"]["allowed"] != true || v["reactivate"].text("until") == "" {
			t.Errorf("F32 reactivate: %v", v["reactivate"])
		}
		child := suite[:strings.LastIndex(suite, "/")+1] + d.do(200, "GET", suite+"/addons", "").items()[0].text("id")
		if r := acts(child)["reactivate"]; r.object("reason").text("code") != "27009" || "/v1"+r.object("mend").text("uri") != suite {
			t.Errorf("F29 an add-on under a suspended base: %v", r)
		}
		d.do(200, "PATCH", suite, `{"status":"active"}`)

		software := d.do(200, "GET", french+"/software", "").items()
		perpetual := find(t, software, "title", "Server Standard")
		line := french + "/orders/" + perpetual.text("orderId") + "/lineitems/0"
		v = acts(line)
		if window := perpetual.object("cancellation"); v["cancel"]["allowed"] != window["allowed"] || v["cancel"].text("until") != window.text("until") {
			t.Errorf("F54 cancel by order: %v, the software page says %v", v["cancel"], window)
		}
		if v["reveal_key"]["allowed"] != true || v["download"]["allowed"] != true {
			t.Errorf("F44 F45: %v", v)
		}
		own := d.roles
		d.roles = party.RolesOf(party.SalesAgent)
		v = acts(line)
		for _, act := range []string{"cancel", "reveal_key", "download"} {
			if v[act].object("reason").text("code") != "900150" {
				t.Errorf("R04 R05 a sales agent, %s: %v", act, v[act])
			}
		}
		if v["cancel"].text("until") == "" {
			t.Errorf("the window is told to whoever reads: %v", v["cancel"])
		}
		d.roles = own

		d.refused(400, "800071", "GET", french+"/orders/"+perpetual.text("orderId")+"/lineitems/9/verdicts", "")
		d.refused(404, "20000", "GET", french+"/orders/none/lineitems/0/verdicts", "")
		for _, o := range d.do(200, "GET", french+"/orders", "").items() {
			l := o.list("lineItems")[0]
			if !strings.HasPrefix(l.text("friendlyName"), "Orbit CRM") || l.text("subscriptionId") == "" {
				continue
			}
			mend := acts(french + "/orders/" + o.text("id") + "/lineitems/0")["cancel"].object("mend")
			if mend.text("act") != "cancel" || "/v1"+mend.text("uri") != subs+"/"+l.text("subscriptionId") {
				t.Errorf("F33 a plan is cancelled by its subscription: %v", mend)
			}
		}
	})
}
