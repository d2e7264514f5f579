package partnercenter_test

import (
	"strings"
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
			{"F76 a trial converted by hand", converted},
			{"F28 a first term that ends with others", aligned},
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

func converted(t *testing.T, d *demo) {
	us := d.of("US")
	trial := d.buy(us, `{"catalogItemId":"`+item(sandbox.MailSuite, "0002", "US")+`","quantity":25}`)
	found := d.do(200, "GET", trial.sub+"/conversions", "").items()
	if len(found) != 2 || found[0].text("orderId") != trial.id || found[0]["quantity"] != 25.0 {
		t.Fatalf("%v", found)
	}
	body := `{"OfferId":"` + found[0].text("offerId") + `","TargetOfferId":"` + found[0].text("targetOfferId") + `","OrderId":"x","Quantity":30,"BillingCycle":"annual"}`
	shown := d.do(200, "POST", trial.sub+"/conversions?preview=true", body).object("preview")
	if lines := shown.list("charges"); len(lines) != 1 || lines[0]["total"] != 1800.0 || lines[0].text("chargeType") != "convert" {
		t.Errorf("%v", shown)
	}
	if s := d.do(200, "GET", trial.sub, ""); s["isTrial"] != true {
		t.Error("a preview was saved")
	}
	d.refused(409, "990001", "POST", trial.sub+"/conversions", strings.Replace(body, "30", "31", 1), "If-Preview-Match", shown.text("hash"))
	d.refused(403, "800020", "POST", trial.sub+"/conversions", strings.Replace(body, ":0001:", ":0003:", 1))
	d.refused(400, "2002", "POST", trial.sub+"/conversions", strings.Replace(body, "30", "30000", 1))
	d.refused(400, "3000", "POST", trial.sub+"/conversions", `{"quantity":30}`)
	done := d.do(200, "POST", trial.sub+"/conversions", body, "If-Preview-Match", shown.text("hash"))
	if !strings.HasSuffix(trial.sub, done.text("subscriptionId")) || done["error"] != nil {
		t.Errorf("%v", done)
	}
	paid := d.do(200, "GET", trial.sub, "")
	if paid["isTrial"] != false || paid["quantity"] != 30.0 || paid.text("billingCycle") != "annual" || paid.text("orderId") == trial.id || paid.text("offerName") != "Mail Suite Business" {
		t.Errorf("%v", paid)
	}
	if got := d.do(200, "GET", trial.sub+"/conversions", "").items(); len(got) != 0 {
		t.Errorf("what is paid converts to %v", got)
	}
	d.refused(400, "900127", "POST", trial.sub+"/conversions", body)
	if lines, cents := d.money(paid.text("orderId"), "usd"); lines != 1 || cents != 180000 {
		t.Errorf("%d lines, %d cents", lines, cents)
	}
	if l := d.do(200, "GET", us+"/orders/"+paid.text("orderId"), "").list("lineItems")[0]; l.text("transactionType") != "Convert" {
		t.Errorf("%v", l)
	}
	d.refused(400, "27006", "POST", us+"/orders", `{"lineItems":[{"offerId":"`+item(sandbox.MailSuite, "0002", "US")+`","quantity":25}]}`)
}

func aligned(t *testing.T, d *demo) {
	us := d.of("US") // it is 2026-11-20T10:00Z
	line := lineOf(sandbox.MailSuite, "0001", "US", 10, "annual", "P1Y")
	ending := func(line, end string) string { return strings.TrimSuffix(line, "}") + `,"customTermEndDate":"` + end + `"}` }
	for _, c := range []struct{ name, line, word string }{
		{"a day like any other", ending(line, "2027-01-15"), "invalid_custom_term_end_date"},
		{"a month that is over", ending(line, "2026-10-31"), "invalid_custom_term_end_date"},
		{"later than its term", ending(line, "2027-11-30"), "invalid_custom_term_end_date"},
		{"perpetual software", ending(lineOf(sandbox.UserCAL, "0001", "US", 1, "one_time", ""), "2026-12-31"), "invalid_custom_term_end_date_product"},
		{"what waits for its publisher", ending(lineOf(sandbox.OrbitCRM, "0001", "US", 1, "monthly", "P1M"), "2026-11-30"), "invalid_custom_term_end_date_product"},
	} {
		w := d.cartOf(us, c.line).list("lineItems")[0].object("error")
		if w.text("errorCode") != c.word {
			t.Errorf("%s: %v", c.name, w)
		}
	}
	d.refused(400, "10017", "POST", us+"/orders", `{"billingCycle":"annual","lineItems":[`+strings.Replace(ending(line, "2027-01-15"), "catalogItemId", "offerId", 1)+`]}`)

	shown := d.cartOf(us, ending(line, "2026-12-31T00:00:00Z")).list("lineItems")[0]
	if shown["error"] != nil || shown.text("customTermEndDate") != "2026-12-31T00:00:00.0000000Z" {
		t.Errorf("%v", shown)
	}
	bought := d.buy(us, ending(line, "2026-12-31"))
	s := d.do(200, "GET", bought.sub, "")
	if s.text("commitmentEndDateTime") != "2027-01-01T00:00:00.0000000Z" || s.text("commitmentEndDate") != "2026-12-31T00:00:00.0000000Z" ||
		s.text("effectiveStartDate")[:10] != "2026-11-20" || s.text("termDuration") != "P1Y" {
		t.Errorf("%v", s)
	}
	if _, cents := d.money(bought.id, "usd"); cents != 6904 { // 10 × 60.00 × 42 days of 365
		t.Errorf("%d cents", cents)
	}
	if l := d.do(200, "GET", bought.order, "").list("lineItems")[0]; l.text("customTermEndDate") != "2027-01-01T00:00:00.0000000Z" {
		t.Errorf("%v", l)
	}
	with := d.buy(us, ending(lineOf(sandbox.WindowsServer, "0001", "US", 1, "annual", "P1Y"), s.text("commitmentEndDate")))
	if got := d.do(200, "GET", with.sub, ""); got["commitmentEndDateTime"] != s["commitmentEndDateTime"] {
		t.Errorf("%v", got)
	}
	d.do(200, "PATCH", with.sub, `{"status":"deleted"}`)
	if lines, cents := d.money(with.id, "usd"); lines != 2 || cents != 0 {
		t.Errorf("P05 a short term within its first day leaves %d cents in %d lines", cents, lines)
	}
}
