package partnercenter_test

import (
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// TestLifecycle plans, converts, aligns and upgrades over /v1, on both engines.
func TestLifecycle(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		for _, part := range []struct {
			name string
			test func(*testing.T, *demo)
		}{
			{"edge 18 a plan for the next term", planned},
			{"F76 a trial converted by hand", converted},
			{"F28 a first term that ends with others", aligned},
			{"edge 23 seats become another SKU", upgraded},
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
	ending := func(line, end string) string {
		return strings.TrimSuffix(line, "}") + `,"customTermEndDate":"` + end + `"}`
	}
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

func upgraded(t *testing.T, d *demo) {
	us := d.of("US")
	bought := d.buy(us, lineOf(sandbox.MailSuite, "0001", "US", 10, "annual", "P1Y"))
	was := d.do(200, "GET", bought.sub, "")
	found := d.do(200, "GET", bought.sub+"/transitioneligibilities?eligibilityType=immediate", "").items()
	if len(found) != 1 || found[0].text("title") != "Mail Suite Enterprise" || found[0]["quantity"] != 10.0 || found[0].list("eligibilities")[0]["isEligible"] != true {
		t.Fatalf("%v", found)
	}
	body := `{"ToCatalogItemId":"` + found[0].text("catalogItemId") + `","ToSubscriptionId":null,"Quantity":4,"TermDuration":"P1Y","BillingCycle":"annual","TransitionType":"transition_only","PromotionId":null}`
	shown := d.do(200, "POST", bought.sub+"/transitions?preview=true", body)
	p := shown.object("preview")
	if c, k := p.list("charges"), p.list("credits"); len(c) != 1 || len(k) != 1 || c[0]["total"] != 400.0 || k[0]["total"] != -240.0 || shown["toSubscriptionId"] != nil || shown["operationId"] != nil {
		t.Errorf("%v", shown)
	}
	if got := d.do(200, "GET", bought.sub+"/transitions", "").items(); len(got) != 0 {
		t.Errorf("a preview was saved: %v", got)
	}
	d.refused(409, "990001", "POST", bought.sub+"/transitions", strings.Replace(body, ":4,", ":5,", 1), "If-Preview-Match", p.text("hash"))
	d.refused(400, "900127", "POST", bought.sub+"/transitions", strings.Replace(body, "annual", "monthly", 1))
	d.refused(400, "900127", "POST", bought.sub+"/transitions", strings.Replace(body, "null", `"00000000-0000-4000-8000-00000000feed"`, 1))
	d.refused(403, "800020", "POST", bought.sub+"/transitions", `{"toCatalogItemId":"`+item(sandbox.StarterKit, "0001", "US")+`"}`)
	d.refused(400, "3000", "POST", bought.sub+"/transitions", `{}`)
	const request = "33333333-3333-4333-8333-333333333333"
	done := d.do(200, "POST", bought.sub+"/transitions", body, "If-Preview-Match", p.text("hash"), "MS-RequestId", request)
	if again := d.do(200, "POST", bought.sub+"/transitions", body, "If-Preview-Match", p.text("hash"), "MS-RequestId", request); again.text("operationId") != done.text("operationId") {
		t.Error("done twice")
	}
	split := us + "/subscriptions/" + done.text("toSubscriptionId")
	rest, got := d.do(200, "GET", bought.sub, ""), d.do(200, "GET", split, "")
	if rest["quantity"] != 6.0 || got["quantity"] != 4.0 || got.text("offerName") != "Mail Suite Enterprise" ||
		got["cancellationAllowedUntilDate"] != was["cancellationAllowedUntilDate"] || got["commitmentEndDateTime"] != was["commitmentEndDateTime"] {
		t.Errorf("%v\n%v", rest, got)
	}
	for _, sub := range []string{bought.sub, split} {
		if l := d.do(200, "GET", sub+"/transitions?operationId="+done.text("operationId"), "").items(); len(l) != 1 || l[0].list("events")[0].text("status") != "Completed" {
			t.Errorf("%s: %v", sub, l)
		}
	}
	// The rest goes too: now all seats, so the subscription keeps its id and its old line is over.
	all := d.do(200, "POST", bought.sub+"/transitions", `{"toCatalogItemId":"`+found[0].text("catalogItemId")+`"}`)
	if !strings.HasSuffix(bought.sub, all.text("toSubscriptionId")) || all["quantity"] != 6.0 {
		t.Errorf("%v", all)
	}
	now := d.do(200, "GET", bought.sub, "")
	if now.text("offerName") != "Mail Suite Enterprise" || now.text("orderId") == bought.id || now["cancellationAllowedUntilDate"] != was["cancellationAllowedUntilDate"] {
		t.Errorf("%v", now)
	}
	back := d.do(200, "GET", bought.sub+"/transitionEligibilities?eligibilityType=scheduled", "").items()
	if len(back) != 1 || back[0].text("title") != "Mail Suite Business" || back[0].list("eligibilities")[0]["isEligible"] != true {
		t.Errorf("%v", back)
	}
	if got := d.do(200, "GET", bought.sub+"/transitionEligibilities", "").items(); len(got) != 0 {
		t.Errorf("down in the middle of a term: %v", got)
	}
	for _, sub := range []string{bought.sub, split} { // edge 23: the window that gives all back is the parent's
		d.do(200, "PATCH", sub, `{"status":"deleted"}`)
	}
	sum := int64(0)
	for _, o := range []string{bought.id, done.text("operationId"), all.text("operationId")} {
		_, cents := d.money(o, "usd")
		sum += cents
	}
	if sum != 0 {
		t.Errorf("all cancelled within the first day leaves %d cents", sum)
	}
}
