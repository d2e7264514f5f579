package partnercenter_test

import (
	"encoding/csv"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// What was sold, as clients see it, from the demo's story on both engines.
func TestSold(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		for _, part := range []struct {
			name string
			test func(*testing.T, *demo)
		}{
			{"lists", lists}, {"subscription", changeSubscription}, {"cancel", cancelSubscription}, {"activate", activate},
			{"software", software}, {"money", invoices}, {"audit", audit}, {"clock", clock},
		} {
			t.Run(part.name, func(t *testing.T) { d.t = t; part.test(t, d) })
		}
	})
}

func lists(t *testing.T, d *demo) {
	north, french := d.of("US"), d.of("FR")
	titles := map[string]bool{}
	for _, s := range d.do(200, "GET", north+"/subscriptions", "").items() {
		titles[s.text("creationDate")[:10]] = true
		self := s.object("links").object("self").text("uri")
		if one := d.do(200, "GET", "/v1"+self, ""); one.text("id") != s.text("id") || one.text("status") != s.text("status") {
			t.Errorf("%s is not what the list says", self)
		}
		d.do(200, "GET", "/v1"+self+"/provisioningstatus", "")
	}
	if titles["2020-09-01"] || !titles["2021-10-14"] {
		t.Errorf("F40 subscriptions ordered on %v", titles)
	}
	suite := find(t, d.do(200, "GET", french+"/subscriptions", "").items(), "offerName", "Mail Suite")
	addOns := d.do(200, "GET", french+"/subscriptions/"+suite.text("id")+"/addons", "").items()
	if len(addOns) != 1 || addOns[0].text("parentSubscriptionId") != suite.text("id") {
		t.Errorf("add-ons %v", addOns)
	}
	byOrder := d.do(200, "GET", french+"/subscriptions?order_id="+suite.text("orderId"), "").items()
	if len(byOrder) != 2 {
		t.Errorf("order_id finds %d", len(byOrder))
	}
	if got := d.do(200, "GET", french+"/subscriptions?mpn_id=4711", "").items(); len(got) != 0 {
		t.Errorf("mpn_id finds %v", got)
	}
	d.refused(404, "20000", "GET", french+"/subscriptions?order_id=nothing", "")
	d.refused(404, "20003", "GET", french+"/subscriptions/"+strings.Repeat("0", 8)+"-0000-4000-8000-"+strings.Repeat("0", 12), "")

	software := d.do(200, "GET", french+"/entitlements?entitlementType=software&showExpiry=True", "").items()
	perpetual, dated := 0, 0
	for _, e := range software {
		if e.text("expiryDate") == "" {
			perpetual++
		} else {
			dated++
		}
	}
	if perpetual != 2 || dated != 2 {
		t.Errorf("%d perpetual, %d dated entitlements", perpetual, dated)
	}
	for _, e := range d.do(200, "GET", french+"/entitlements", "").items() {
		if e["expiryDate"] != nil {
			t.Errorf("expiry shown without being asked for: %v", e)
		}
	}
	reserved := d.do(200, "GET", d.of("AU")+"/entitlements?entitlementType=ReservedInstance", "").items()
	if len(reserved) != 1 {
		t.Fatalf("reservations %v", reserved)
	}
	link := reserved[0].list("entitledArtifacts")[0].object("link").text("uri")
	if details := d.do(200, "GET", "/v1"+link, ""); len(details.list("reservations")) != 1 || len(details.list("virtualMachineReservations")) != 1 {
		t.Errorf("%v", details)
	}
}

func changeSubscription(t *testing.T, d *demo) {
	french := d.of("FR")
	suite := find(t, d.do(200, "GET", french+"/subscriptions", "").items(), "offerName", "Mail Suite")
	uri := french + "/subscriptions/" + suite.text("id")
	etag := suite.object("attributes").text("etag")

	whole := `{"Quantity":17,"Status":"active","AutoRenewEnabled":true,"BillingCycle":"monthly","Attributes":{"Etag":"` + etag + `"}}`
	more := d.do(200, "PATCH", uri+"?preview=true", whole)
	if len(more.object("preview").list("charges")) != 1 || more.object("preview").text("hash") == "" || more["quantity"] != 17.0 {
		t.Errorf("preview %v", more)
	}
	if now := d.do(200, "GET", uri, ""); now["quantity"] != 15.0 {
		t.Error("a preview was saved")
	}
	d.refused(409, "990001", "PATCH", uri, `{"quantity":16}`, "If-Preview-Match", more.object("preview").text("hash"))
	got := d.do(200, "PATCH", uri, whole, "If-Preview-Match", more.object("preview").text("hash"))
	if got["quantity"] != 17.0 || got.object("attributes").text("etag") == etag || got["preview"] != nil {
		t.Errorf("%v", got)
	}
	if q := got.object("refundableQuantity"); q["totalQuantity"] != 2.0 || len(q.list("details")) != 1 {
		t.Errorf("E17 each batch its own window: %v", q)
	}
	d.refused(400, "2055", "PATCH", uri, `{"quantity":18,"attributes":{"etag":"`+etag+`"}}`)
	d.refused(400, "2055", "PATCH", uri, `{"quantity":18}`, "If-Match", `"`+etag+`"`)
	d.refused(400, "2054", "PATCH", uri, `{"friendlyName":"lost","billingCycle":"annual"}`)
	d.refused(400, "900127", "PATCH", uri, `{"nextChargeInstructions":{"quantity":1}}`)
	d.refused(400, "3000", "PATCH", uri, `{"quantity":"many"}`)
	if now := d.do(200, "GET", uri, ""); now.text("friendlyName") == "lost" || now["quantity"] != 17.0 {
		t.Errorf("a refusal changed something: %v", now)
	}
	const request = "11111111-1111-4111-8111-111111111111"
	first := d.call("PATCH", uri, `{"friendlyName":"Mail for all"}`, "MS-RequestId", request)
	again := d.call("PATCH", uri, `{"friendlyName":"Mail for all"}`, "MS-RequestId", request)
	if first.Code != 200 || first.Body.String() != again.Body.String() {
		t.Errorf("a retry is answered from the record: %s and %s", first.Body, again.Body)
	}
	// F27: the seats of its add-on and one more of them, at once or not at all.
	own := d.do(200, "GET", uri+"/addons", "").items()[0]
	archive := `{"catalogItemId":"` + own.text("offerId") + `","quantity":2,"billingCycle":"monthly"}`
	d.refused(400, "2002", "PATCH", uri+"/addons", `{"items":[{"id":"`+own.text("id")+`","quantity":19},`+strings.Replace(archive, "2,", "0,", 1)+`]}`)
	d.refused(404, "20003", "PATCH", uri+"/addons", `{"items":[{"id":"`+suite.text("id")+`","quantity":9}]}`)
	d.refused(404, "20003", "PATCH", uri+"/addons", `{"items":[{"id":"none","quantity":9}]}`)
	d.refused(400, "3000", "PATCH", uri+"/addons", `{}`)
	if now := d.do(200, "GET", uri+"/addons", "").items(); len(now) != 1 || now[0]["quantity"] != own["quantity"] {
		t.Errorf("F27 a refusal changed something: %v", now)
	}
	several := `{"items":[{"id":"` + own.text("id") + `","quantity":19},` + archive + `]}`
	shown := d.do(200, "PATCH", uri+"/addons?preview=true", several)
	if len(shown.object("preview").list("charges")) != 2 {
		t.Errorf("F27 %v", shown)
	}
	if got := d.do(200, "PATCH", uri+"/addons", several, "If-Preview-Match", shown.object("preview").text("hash")).items(); len(got) != 2 || got[0]["quantity"] != 19.0 || got[1].text("parentSubscriptionId") != suite.text("id") {
		t.Errorf("F27 %v", got)
	}
	// F29: the base takes its add-on along, and back.
	addOn := french + "/subscriptions/" + d.do(200, "GET", uri+"/addons", "").items()[0].text("id")
	if s := d.do(200, "PATCH", uri, `{"status":"suspended"}`); s.text("status") != "suspended" || !slices.Equal(s["suspensionReasons"].([]any), []any{"Unspecified"}) {
		t.Errorf("%v", s)
	}
	if s := d.do(200, "GET", addOn, ""); s.text("status") != "suspended" {
		t.Errorf("add-on %v", s["status"])
	}
	d.refused(400, "2001", "PATCH", uri, `{"quantity":18,"status":"suspended"}`)
	d.refused(409, "27009", "PATCH", addOn, `{"status":"active"}`)
	d.do(200, "PATCH", uri, `{"status":"active"}`)
	if s := d.do(200, "GET", addOn, ""); s.text("status") != "active" {
		t.Errorf("add-on %v", s["status"])
	}
	d.roles = party.RolesOf(party.HelpdeskAgent)
	d.do(200, "PATCH", uri, `{"friendlyName":"R02 helpdesk"}`)
	software := find(t, d.do(200, "GET", french+"/subscriptions", "").items(), "offerName", "SQL Server")
	d.refused(403, "900150", "PATCH", french+"/subscriptions/"+software.text("id"), `{"friendlyName":"R03 helpdesk"}`)
	d.roles = party.RolesOf(party.AdminAgent, party.GlobalAdmin, party.BillingAdmin, party.OperatorAdmin)
	d.refused(400, "800095", "PATCH", french+"/subscriptions/"+software.text("id"), `{"quantity":9}`)
}

func cancelSubscription(t *testing.T, d *demo) {
	french := d.of("FR")
	sql := find(t, d.do(200, "GET", french+"/subscriptions", "").items(), "offerName", "SQL Server")
	uri := french + "/subscriptions/" + sql.text("id")
	preview := d.do(200, "PATCH", uri+"?preview=true", `{"status":"deleted"}`).object("preview")
	credit := preview.list("credits")
	if len(credit) != 1 || credit[0]["daysKept"] != 3.0 || preview.text("policy") != "P05" || preview.text("window")[:10] != sql.text("cancellationAllowedUntilDate")[:10] {
		t.Fatalf("F56 %v", preview)
	}
	if got := d.do(200, "PATCH", uri, `{"Status":"deleted","Quantity":2}`, "If-Preview-Match", preview.text("hash")); got.text("status") != "deleted" || len(got.list("actions")) != 0 {
		t.Errorf("%v", got)
	}
	d.refused(409, "2011", "PATCH", uri, `{"status":"deleted"}`)     // E03
	d.refused(400, "2011", "PATCH", uri, `{"friendlyName":"later"}`) // E03
	lines := d.do(200, "GET", "/v1/invoices/unbilled/lineitems?provider=all&invoicelineitemtype=billinglineitems&currencycode=eur&period=current&size=2000", "").items()
	found := find(t, lines, "chargeType", "Cancel")
	if found["totalForCustomer"] != credit[0]["total"] || found.text("referenceId") == "" {
		t.Errorf("F66 %v, previewed %v", found, credit[0])
	}
	// F33: after its window an ISV plan ends with its term.
	orbit := find(t, d.do(200, "GET", french+"/subscriptions", "").items(), "offerName", "Orbit CRM")
	if got := d.do(200, "PATCH", french+"/subscriptions/"+orbit.text("id"), `{"status":"deleted"}`); got.text("status") != "active" || got["autoRenewEnabled"] != false {
		t.Errorf("F33 %v", got)
	}
	old := find(t, d.do(200, "GET", d.of("US")+"/subscriptions", "").items(), "creationDate", "2021-10-14")
	d.refused(400, "900117", "PATCH", d.of("US")+"/subscriptions/"+old.text("id"), `{"status":"deleted"}`)
}

func activate(t *testing.T, d *demo) {
	palme := d.of("GP")
	desk := find(t, d.do(200, "GET", palme+"/subscriptions", "").items(), "offerName", "Ledger Desk")
	uri := palme + "/subscriptions/" + desk.text("id")
	if desk.text("status") != "none" || desk["commitmentEndDate"] != nil || desk["refundableQuantity"] != nil {
		t.Errorf("F74 %v", desk)
	}
	d.refused(400, "800081", "PATCH", uri, `{"status":"suspended"}`)
	d.refused(400, "800081", "PATCH", uri, `{"quantity":1}`)
	if got := d.do(200, "POST", uri+"/activate", "null"); got.text("status") != "Success" || got.text("subscriptionId") != desk.text("id") {
		t.Errorf("%v", got)
	}
	d.refused(400, "800041", "POST", uri+"/activate", "")
	if got := d.do(200, "GET", uri, ""); got.text("status") != "active" || got.text("commitmentEndDate") == "" {
		t.Errorf("%v", got)
	}
}

func software(t *testing.T, d *demo) {
	north := d.of("US")
	items := d.do(200, "GET", north+"/software", "").items()
	var server object
	for _, i := range items {
		if c := i.object("cancellation"); i["hasDownloads"] == true && c["allowed"] == true {
			server = i
		}
	}
	if server == nil {
		t.Fatalf("%v", items)
	}
	uri := north + "/software/" + server.text("orderId") + "/0"
	if o := d.do(200, "GET", uri+"/options", ""); len(o["versions"].([]any)) != 2 || len(o["languages"].([]any)) != 3 || o["fileTypes"] != nil {
		t.Errorf("F43 %v", o)
	}
	d.refused(400, "990015", "POST", uri+"/keys", "")
	d.refused(400, "990010", "POST", uri+"/keys", `{"version":"2022","kind":"KMS"}`)
	w := d.call("POST", uri+"/keys", `{"version":"2022"}`)
	if w.Code != 200 || w.Header().Get("Cache-Control") != "no-store" || !strings.Contains(w.Body.String(), `"productKey":"server-2022-`) {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if again := d.call("POST", uri+"/keys", `{"version":"2022"}`); again.Body.String() != w.Body.String() {
		t.Errorf("F44 another key: %s", again.Body)
	}
	ask := `{"version":"2019","language":"FR-fr"}`
	link := d.do(200, "POST", uri+"/downloads", ask)
	if link["remainingDownloads"] != 50.0 || link["size"] != 16.0 || !strings.HasPrefix(link.text("uri"), "https://pc.example/downloads/") {
		t.Fatalf("F46 %v", link)
	}
	get := func(method, uri string, headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, strings.TrimPrefix(uri, "https://pc.example"), nil)
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		d.download.ServeHTTP(w, r)
		return w
	}
	if w := get("GET", link.text("uri")); w.Code != 200 || w.Body.String() != media {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := get("GET", link.text("uri"), "Range", "bytes=10-"); w.Code != 206 || w.Body.String() != media[10:] {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	get("HEAD", link.text("uri"))
	if again := d.do(200, "POST", uri+"/downloads", ask); again.text("uri") != link.text("uri") || again["remainingDownloads"] != 49.0 {
		t.Errorf("E24 one download was counted: %v", again)
	}
	renewed := d.do(200, "POST", uri+"/downloads", `{"version":"2019","language":"fr-FR","renew":true}`)
	if renewed.text("uri") == link.text("uri") || get("GET", link.text("uri")).Code != 410 {
		t.Error("F46 the old link still works")
	}
	once := d.do(200, "POST", uri+"/downloads", `{"version":"2019","language":"fr-FR","oneTime":true}`)
	if get("GET", once.text("uri")).Code != 200 || get("GET", once.text("uri")).Code != 410 {
		t.Error("F45 an address for one use")
	}
	if get("GET", "https://pc.example/downloads/nothing").Code != 404 {
		t.Error("an unknown address")
	}
	d.roles = party.RolesOf(party.SalesAgent)
	d.refused(403, "900150", "POST", uri+"/keys", `{"version":"2022"}`)
	d.do(200, "GET", north+"/software", "")
	d.roles = party.RolesOf(party.AdminAgent, party.GlobalAdmin, party.BillingAdmin, party.OperatorAdmin)
	none := find(t, d.do(200, "GET", d.of("GP")+"/software", "").items(), "title", "Extended")
	if none.text("instructionsUri") == "" {
		t.Errorf("F49 %v", none)
	}
	d.refused(400, "990013", "POST", d.of("GP")+"/software/"+none.text("orderId")+"/0/keys", "")
	d.refused(400, "990016", "POST", d.of("GP")+"/software/"+none.text("orderId")+"/0/downloads", "")
	d.refused(400, "800071", "POST", uri[:len(uri)-1]+"9/keys", "")
}

func invoices(t *testing.T, d *demo) {
	all := d.do(200, "GET", "/v1/invoices?size=3", "")
	if len(all.items()) != 3 || all.object("links").object("next").text("uri") != "/invoices?size=3&offset=3" {
		t.Fatalf("%v", all)
	}
	var credited object
	for _, i := range d.do(200, "GET", "/v1/invoices", "").items() {
		one := d.do(200, "GET", "/v1/invoices/OneTime-"+i.text("id"), "")
		if one["totalCharges"] != i["totalCharges"] {
			t.Errorf("%v and %v", one, i)
		}
		detail := i.list("invoiceDetails")[0].object("links").object("self").text("uri")
		var sum float64
		for _, l := range d.do(200, "GET", "/v1"+detail, "").items() {
			sum += l["totalForCustomer"].(float64)
			if l.text("chargeType") == "Cancel" {
				credited = l
			}
		}
		if want := i["totalCharges"].(float64) - i["carriedIn"].(float64) + i["carriedOut"].(float64); sum-want > 0.005 || want-sum > 0.005 {
			t.Errorf("%s: lines come to %v, the invoice says %v", i.text("id"), sum, want)
		}
		reconciled(t, d, i)
	}
	if credited == nil || credited["subtotal"].(float64) >= 0 {
		t.Errorf("F66 no credit: %v", credited)
	}
	// A walk in pages of two ends where the whole list does.
	whole := d.do(200, "GET", "/v1/invoices/unbilled/lineitems?provider=all&currencycode=EUR", "").items()
	page := d.do(200, "GET", "/v1/invoices/unbilled/lineitems?provider=all&currencycode=EUR&size=2", "")
	walked := page.items()
	for n := 0; page.text("continuationToken") != "" && n < 100; n++ {
		next := page.object("links").object("next")
		page = d.do(200, "GET", "/v1"+next.text("uri"), "", "MS-ContinuationToken", page.text("continuationToken"))
		walked = append(walked, page.items()...)
	}
	if len(walked) != len(whole) || len(whole) < 3 {
		t.Fatalf("%d lines in pages, %d at once", len(walked), len(whole))
	}
	for i := range whole {
		if whole[i].text("referenceId") != walked[i].text("referenceId") {
			t.Errorf("line %d differs", i)
		}
	}
	older := d.do(200, "GET", "/v1/invoices/"+d.do(200, "GET", "/v1/invoices", "").items()[0].text("id")+"/lineitems/OneTime/BillingLineItems?size=1&offset=0", "")
	if len(older.items()) != 1 {
		t.Errorf("older form: %v", older)
	}
	if got := d.do(200, "GET", "/v1/invoices/unbilled/lineitems?provider=marketplace&invoicelineitemtype=usagelineitems", "").items(); len(got) != 0 {
		t.Errorf("use: %v", got)
	}
	estimates := d.do(200, "GET", "/v1/invoices/estimates/links?currencycode=EUR", "").items()
	if len(estimates) != 2 || estimates[0].object("estimate")["lines"] != float64(len(whole)) {
		t.Errorf("F72 %v, %d lines", estimates, len(whole))
	}
	if lines := d.do(200, "GET", "/v1"+estimates[0].object("link").text("uri"), "").items(); len(lines) != len(whole) {
		t.Errorf("the link leads to %d lines", len(lines))
	}
	d.do(200, "GET", "/v1"+estimates[1].object("link").text("uri"), "")
	d.do(200, "GET", "/v1/invoices/summary", "")
	d.do(200, "GET", "/v1/invoices/summaries", "")
	d.refused(404, "1000", "GET", "/v1/invoices/G999999999", "")
	d.refused(404, "1000", "GET", "/v1/invoices/G999999999/reconciliation", "")
	d.roles = party.RolesOf(party.AdminAgent)
	d.refused(403, "900150", "GET", "/v1/invoices", "")
	d.refused(403, "900150", "GET", "/v1/invoices/estimates/links", "")
	d.roles = party.RolesOf(party.AdminAgent, party.GlobalAdmin, party.BillingAdmin, party.OperatorAdmin)
}

// reconciled is F73: the lines of an invoice as CSV come to its total, to the cent.
func reconciled(t *testing.T, d *demo, i object) {
	t.Helper()
	w := d.call("GET", "/v1/invoices/"+i.text("id")+"/reconciliation", "")
	if w.Code != 200 || w.Header().Get("Content-Type") != "text/csv; charset=utf-8" || w.Header().Get("Content-Disposition") != "attachment; filename=Reconciliation_"+i.text("id")+".csv" {
		t.Fatalf("F73 %d %v", w.Code, w.Header())
	}
	rows, err := csv.NewReader(w.Body).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("F73 %v, %d rows", err, len(rows))
	}
	sum := new(big.Rat)
	for _, row := range rows[1:] {
		of := func(name string) *big.Rat {
			n, ok := new(big.Rat).SetString(row[slices.Index(rows[0], name)])
			if !ok {
				t.Fatalf("F73 no number: %s of %v", name, row)
			}
			return n
		}
		total := of("totalForCustomer")
		if sum.Add(sum, total); total.Cmp(new(big.Rat).Add(of("subtotal"), of("taxTotal"))) != 0 {
			t.Errorf("F73 %v", row)
		}
		if start, end := row[slices.Index(rows[0], "chargeStartDate")], row[slices.Index(rows[0], "chargeEndDate")]; end < start {
			t.Errorf("E28 %s to %s", start, end)
		}
	}
	want := i["totalCharges"].(float64) - i["carriedIn"].(float64) + i["carriedOut"].(float64)
	if sum.FloatString(2) != strconv.FormatFloat(want, 'f', 2, 64) {
		t.Errorf("F73 %s comes to %s, the invoice says %v", i.text("id"), sum.FloatString(2), want)
	}
}

func audit(t *testing.T, d *demo) {
	kinds := func() map[string]int {
		n := map[string]int{}
		for _, r := range d.do(200, "GET", "/v1/auditrecords", "").items() {
			n[r.text("operationType")+" "+r.text("operationStatus")]++
			if one := d.do(200, "GET", "/auditactivity/v1/auditrecords/"+r.text("id"), ""); one.text("id") != r.text("id") {
				t.Errorf("%v", one)
			}
		}
		return n
	}
	all := kinds()
	for _, kind := range []string{"create_order succeeded", "update_subscription succeeded", "get_software_key succeeded", "get_software_key failed", "get_software_download_link succeeded"} {
		if all[kind] == 0 {
			t.Errorf("no record of %s: %v", kind, all)
		}
	}
	keys := d.do(200, "GET", `/v1/auditrecords?startDate=1/1/2020&endDate=2026-11-20&filter=%7B%22Field%22:%22ResourceType%22,%22Value%22:%22SoftwareKey%22,%22Operator%22:%22equals%22%7D`, "").items()
	for _, r := range keys {
		if r.text("resourceType") != "software_key" {
			t.Errorf("%v", r)
		}
	}
	page := d.do(200, "GET", "/v1/auditrecords?size=2", "")
	if len(page.items()) != 2 || page.items()[0].text("operationDate") < page.items()[1].text("operationDate") {
		t.Errorf("newest first: %v", page)
	}
	next := d.do(200, "GET", "/v1/auditrecords?seekOperation=Next", "", "MS-ContinuationToken", page.text("continuationToken"))
	if len(next.items()) != 2 || next.items()[0].text("id") == page.items()[1].text("id") {
		t.Errorf("%v", next)
	}
	secret := keys[0].text("id")
	d.roles = party.RolesOf(party.HelpdeskAgent) // R07 without R06
	for kind := range kinds() {
		if strings.HasPrefix(kind, "get_software") {
			t.Errorf("R06 helpdesk reads %s", kind)
		}
	}
	d.refused(404, "1000", "GET", "/v1/auditrecords/"+secret, "")
	d.roles = party.RolesOf(party.ReferralAdmin) // R06 without R07
	for kind := range kinds() {
		if !strings.HasPrefix(kind, "get_software") {
			t.Errorf("R07 referral admin reads %s", kind)
		}
	}
	d.roles = nil
	d.refused(403, "900150", "GET", "/v1/auditrecords", "")
	d.roles = party.RolesOf(party.CustomerGlobal) // own tenant only
	d.customer = d.seeded.Customers[0]
	for _, r := range d.do(200, "GET", "/v1/auditrecords?startDate=2020-01-01", "").items() {
		if r.text("customerId") != string(d.customer.ID) {
			t.Errorf("R06 R07 another tenant's %v", r)
		}
	}
	d.customer = party.Customer{}
	d.roles = party.RolesOf(party.AdminAgent, party.GlobalAdmin, party.BillingAdmin, party.OperatorAdmin)
}

func clock(t *testing.T, d *demo) {
	before := d.do(200, "GET", "/sandbox/clock", "")
	if before.text("now") != "2026-11-20T10:00:00.0000000Z" || before["running"] != false || before.text("nextDue") == "" {
		t.Errorf("%v", before)
	}
	moved := d.do(200, "POST", "/sandbox/clock", `{"advance":"P12D"}`)
	if moved.text("now") != "2026-12-02T10:00:00.0000000Z" {
		t.Errorf("%v", moved)
	}
	find(t, moved.list("happened"), "what", "invoice")
	d.refused(400, "3000", "POST", "/sandbox/clock", `{"to":"2026-01-01T00:00:00Z"}`)
	d.refused(400, "900127", "POST", "/sandbox/clock", `{"advance":"P2Y"}`)
	if issued := d.do(200, "GET", "/v1/invoices?size=1", "").items()[0]; issued.text("invoiceDate") != "2026-12-01T00:00:00.0000000Z" {
		t.Errorf("F71 %v", issued)
	}
	if w := d.call(http.MethodDelete, "/sandbox/clock", ""); w.Code != 405 {
		t.Errorf("%d", w.Code)
	}
}
