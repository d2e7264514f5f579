package partnercenter_test

import (
	"testing"

	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// TestLifecycle plans, converts, aligns and upgrades over /v1, on both engines.
func TestLifecycle(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		d := demoOn(t, s)
		for _, part := range []struct {
			name string
			test func(*testing.T, *demo)
		}{
			{"edge 18 a plan for the next term", planned},
		} {
			t.Run(part.name, func(t *testing.T) { d.t = t; part.test(t, d) })
		}
	})
}

func planned(t *testing.T, d *demo) {
	sub := d.buy(d.of("US"), lineOf(sandbox.MailSuite, "0001", "US", 10, "annual", "P1Y")).sub
	const member = "scheduledNextTermInstructions"
	plan := `{"scheduledNextTermInstructions":{"product":{"productId":"CMPMAILST001","skuId":"0003","availabilityId":"x","billingCycle":"monthly","termDuration":"P1Y"},"quantity":6}}`
	if shown := d.do(200, "PATCH", sub+"?preview=true", plan); shown.object(member)["quantity"] != 6.0 || len(shown.object("preview").list("charges")) != 0 {
		t.Errorf("%v", shown)
	}
	if d.do(200, "GET", sub, "")[member] != nil {
		t.Error("a preview was saved")
	}
	got := d.do(200, "PATCH", sub, plan).object(member)
	if p := got.object("product"); got["quantity"] != 6.0 || p.text("skuId") != "0003" || p.text("billingCycle") != "monthly" || p.text("availabilityId") == "X" {
		t.Errorf("%v", got)
	}
	read := d.call("GET", sub, "").Body.String()
	if d.do(200, "PATCH", sub, read)[member] == nil { // read, modify, write
		t.Error("lost though it was sent back")
	}
	for _, body := range []string{`{"friendlyName":"Ours"}`, `{"friendlyName":"Theirs","scheduledNextTermInstructions":null}`} {
		d.do(200, "PATCH", sub, plan)
		if d.do(200, "PATCH", sub, body)[member] != nil || d.do(200, "GET", sub, "")[member] != nil {
			t.Errorf("%s keeps the plan", body)
		}
	}
	d.refused(403, "800020", "PATCH", sub, `{"scheduledNextTermInstructions":{"product":{"productId":"CMPLEDDSK001","skuId":"0001"},"quantity":6}}`)
	d.refused(400, "6001", "PATCH", sub, `{"scheduledNextTermInstructions":{"product":{"billingCycle":"triennial"},"quantity":6}}`)
	d.refused(400, "800093", "PATCH", sub, `{"autoRenewEnabled":false,"scheduledNextTermInstructions":{"quantity":6}}`)
}
