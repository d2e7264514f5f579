package partnercenter_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// An indirect provider, its reseller, and who is told what; and what is known of partners, domains and addresses.
func TestPartners(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		if err := s.SetDomain(t.Context(), d.seeded.Reseller.ID, "atelier-reseller.example"); err != nil {
			t.Fatal(err)
		}
		for _, part := range []struct {
			name string
			test func(*testing.T, *demo)
		}{
			{"R20 who sees whose customers", whoSees},
			{"partners of record at the purchase", partnersOfRecord},
			{"the reseller stays on record", staysOnRecord},
			{"R23 profiles", profiles},
			{"domains", domains},
			{"addresses", addresses},
		} {
			t.Run(part.name, func(t *testing.T) { d.t = t; part.test(t, d) })
		}
	})
}

// The MPN ids of the demo: the direct-bill partner's, the provider's, its reseller's, and one of nobody.
const directMPN, providerMPN, resellerMPN, nobodyMPN = "4810000", "4810001", "4810002", "4810999"

// named is a new customer of the provider, sold to through a reseller that its tenant id or MPN names.
func (d *demo) named(domain, reseller string) object {
	d.t.Helper()
	return d.do(201, "POST", "/v1/customers", fmt.Sprintf(`{"companyProfile":{"domain":"%s"},"billingProfile":{"email":"a@b.example","culture":"fr-FR","language":"fr",
		"companyName":"%s","defaultAddress":{"country":"FR"}},"associatedPartnerId":"%s"}`, domain, domain, reseller))
}

func whoSees(t *testing.T, d *demo) {
	reseller, provider := string(d.seeded.Reseller.ID), string(d.seeded.Provider.ID)
	names := func(query string) (all []string) {
		for _, c := range d.do(200, "GET", "/v1/customers"+query, "").items() {
			all = append(all, c.object("companyProfile").text("companyName"))
		}
		return all
	}
	back := d.as(party.IndirectProvider)
	defer func() { back() }()
	direct := d.named("own.example", "")
	byID, byMPN := d.named("byid.example", strings.ToUpper(reseller)), d.named("bympn.example", resellerMPN)
	for _, c := range []object{byID, byMPN} {
		if c.text("associatedPartnerId") != reseller {
			t.Errorf("%v", c)
		}
	}
	if direct["associatedPartnerId"] != nil {
		t.Errorf("%v", direct)
	}
	body := `{"companyProfile":{"domain":"x%d.example"},"billingProfile":{"email":"a@b.example","culture":"fr","language":"fr","companyName":"x","defaultAddress":{"country":"FR"}},"associatedPartnerId":"%s"}`
	for i, c := range []struct{ sent, code string }{{provider, "2072"}, {providerMPN, "2072"}, {nobodyMPN, "800015"}, {string(d.seeded.Partner.ID)[:8], "800015"}, {directMPN, "800015"}} {
		d.refused(404, c.code, "POST", "/v1/customers", fmt.Sprintf(body, i, c.sent))
	}
	filter := func(field, value string) string {
		return "?size=0&filter=" + url.QueryEscape(`{"Field":"`+field+`","Value":"`+value+`","Operator":"starts_with"}`)
	}
	for query, want := range map[string]string{
		"": "byid.example bympn.example Halles du Centre Moulin Bleu own.example", filter("IndirectReseller", reseller): "byid.example bympn.example Moulin Bleu",
		filter("IndirectReseller", "nobody"): "", filter("IndirectCloudSolutionProvider", provider): "byid.example bympn.example Halles du Centre Moulin Bleu own.example",
		filter("IndirectCloudSolutionProvider", reseller): "",
	} {
		if got := strings.Join(names(query), " "); got != want {
			t.Errorf("the provider's list%s is %q, want %q", query, got, want)
		}
	}
	relations := "/v1/relationships?relationship_type=IsIndirectCloudSolutionProviderOf"
	if got := d.do(200, "GET", relations, "").items(); len(got) != 1 || got[0].text("mpnId") != resellerMPN || got[0].text("relationshipType") != "is_indirect_cloud_solution_provider_of" {
		t.Errorf("%v", got)
	}
	for value, want := range map[string]int{"Atel": 1, "zzz": 0} {
		if got := d.do(200, "GET", relations+"&filter="+url.QueryEscape(`{"Field":"Name","Value":"`+value+`","Operator":"starts_with"}`), "").items(); len(got) != want {
			t.Errorf("%s finds %v", value, got)
		}
	}
	if got := d.do(200, "GET", "/v1/relationships?relationship_type=is_indirect_reseller_of", "").items(); len(got) != 0 {
		t.Errorf("%v", got)
	}
	d.refused(400, "3000", "GET", "/v1/relationships", "")
	d.refused(400, "900126", "GET", "/v1/relationships?relationship_type=IsFriendOf", "")
	for c, want := range map[string]int{direct.text("id"): 0, byMPN.text("id"): 1} {
		if got := d.do(200, "GET", "/v1/customers/"+c+"/relationships", "").items(); len(got) != want {
			t.Errorf("%v", got)
		}
	}

	back()
	back = d.as(party.IndirectReseller)
	if got := strings.Join(names(""), " "); got != "byid.example bympn.example Moulin Bleu" {
		t.Errorf("the reseller's list is %q", got)
	}
	d.refused(403, "20002", "GET", "/v1/customers/"+direct.text("id"), "")
	d.refused(403, "20002", "GET", "/v1/customers/"+direct.text("id")+"/relationships", "")
	if got := d.do(200, "GET", "/v1/relationships?relationship_type=IsIndirectResellerOf", "").items(); len(got) != 1 || got[0].text("mpnId") != providerMPN {
		t.Errorf("%v", got)
	}
	if got := d.do(200, "GET", relations, "").items(); len(got) != 0 {
		t.Errorf("%v", got)
	}
	if got := d.named("mine.example", ""); got.text("associatedPartnerId") != reseller {
		t.Errorf("%v", got)
	}
}

func partnersOfRecord(t *testing.T, d *demo) {
	back := d.as(party.IndirectProvider)
	defer func() { back() }()
	customer := "/v1/customers/" + d.named("record.example", "").text("id")
	order := func(line string) string {
		return `{"BillingCycle":"monthly","LineItems":[{"LineItemNumber":0,"OfferId":"` + item(sandbox.MailSuite, "0001", "FR") + `","Quantity":2,"TermDuration":"P1M"` + line + `}]}`
	}
	for _, c := range []struct {
		name, mpn, code string
		status          int
	}{
		{"the provider's own", providerMPN, "2072", 404}, {"nobody's", nobodyMPN, "800015", 404}, {"a direct-bill partner's", directMPN, "800016", 400},
	} {
		d.refused(c.status, c.code, "POST", customer+"/orders", order(`,"PartnerIdOnRecord":"`+c.mpn+`"`))
		d.refused(c.status, c.code, "POST", customer+"/orders", order(`,"PartnerIdOnRecord":"`+resellerMPN+`","AdditionalPartnerIdsOnRecord":["`+c.mpn+`"]`))
		cart := d.cartOf(customer, `{"catalogItemId":"`+item(sandbox.MailSuite, "0001", "FR")+`","quantity":2,"billingCycle":"monthly","termDuration":"P1M",
			"participants":[{"key":"transaction_reseller","value":"`+c.mpn+`"}]}`)
		if e := cart.list("lineItems")[0].object("error"); e.text("errorCode") != "participants_is_not_supported_for_partner" || e.object("additionalInformation").text("code") != c.code {
			t.Errorf("%s: %v", c.name, e)
		}
	}
	made := d.do(201, "POST", customer+"/orders", order(`,"PartnerIdOnRecord":"`+resellerMPN+`","AdditionalPartnerIdsOnRecord":["`+resellerMPN+`"]`)).list("lineItems")[0]
	if made.text("partnerIdOnRecord") != resellerMPN || len(made["additionalPartnerIdsOnRecord"].([]any)) != 1 {
		t.Errorf("%v", made)
	}
	if plain := d.do(201, "POST", customer+"/orders", order("")).list("lineItems")[0]; plain["partnerIdOnRecord"] != nil {
		t.Errorf("nobody was named: %v", plain)
	}
	resold := "/v1/customers/" + d.named("resold.example", resellerMPN).text("id")
	if l := d.do(201, "POST", resold+"/orders", order("")).list("lineItems")[0]; l.text("partnerIdOnRecord") != resellerMPN {
		t.Errorf("the customer's reseller of record: %v", l)
	}
	back()
	back = d.as(party.IndirectReseller)
	if l := d.do(201, "POST", resold+"/orders", order("")).list("lineItems")[0]; l.text("partnerIdOnRecord") != resellerMPN {
		t.Errorf("the reseller itself: %v", l)
	}
	d.refused(404, "2072", "POST", resold+"/orders", order(`,"PartnerIdOnRecord":"`+providerMPN+`"`))
	back()
	back = func() {}
	for _, mpn := range []string{directMPN, resellerMPN} {
		d.refused(400, "800016", "POST", d.of("FR")+"/orders", order(`,"PartnerIdOnRecord":"`+mpn+`"`))
	}
	many := ""
	for n := range 17 {
		many += fmt.Sprintf(`,{"LineItemNumber":%d,"OfferId":"%s","Quantity":1,"PartnerIdOnRecord":"48110%02d"}`, n, item(sandbox.UserCAL, "0001", "FR"), n)
	}
	d.refused(400, "3000", "POST", d.of("FR")+"/orders", `{"LineItems":[`+many[1:]+`]}`)
}

// staysOnRecord: what was sold through a reseller says so in subscriptions, after renewals, in reconciliation lines and in the log.
func staysOnRecord(t *testing.T, d *demo) {
	defer d.as(party.IndirectProvider)()
	customer := "/v1/customers/" + d.named("stays.example", resellerMPN).text("id")
	sold := d.buy(customer, lineOf(sandbox.MailSuite, "0001", "FR", 2, "monthly", "P1M"))
	sub := d.do(200, "GET", sold.sub, "")
	if sub.text("partnerId") != resellerMPN {
		t.Errorf("%v", sub)
	}
	echo := fmt.Sprintf(`{"Id":"%s","PartnerId":"%s","FriendlyName":"Mail","Status":"none"}`, sub.text("id"), resellerMPN)
	if got := d.do(200, "PATCH", sold.sub, echo); got.text("friendlyName") != "Mail" {
		t.Errorf("%v", got)
	}
	d.refused(400, "800098", "PATCH", sold.sub, `{"PartnerId":"`+providerMPN+`","FriendlyName":"Not this"}`)
	for mpn, want := range map[string]int{resellerMPN: 1, providerMPN: 0} {
		if got := d.do(200, "GET", customer+"/subscriptions?mpn_id="+mpn, "").items(); len(got) != want {
			t.Errorf("mpn_id=%s finds %d", mpn, len(got))
		}
	}
	lines := func() (n int) {
		for _, l := range d.do(200, "GET", "/v1/invoices/unbilled/lineitems?provider=all&invoicelineitemtype=billinglineitems&period=current&currencycode=EUR", "").items() {
			if "/v1/customers/"+l.text("customerId") == customer {
				n++
				if l.text("mpnId") != providerMPN || fmt.Sprint(l["resellerMpnId"]) != "4.810002e+06" {
					t.Errorf("%v %v", l["mpnId"], l["resellerMpnId"])
				}
			}
		}
		return n
	}
	if n := lines(); n != 1 {
		t.Errorf("%d lines", n)
	}
	found := false
	for _, r := range d.do(200, "GET", "/v1/auditrecords?startDate=2026-11-01", "").items() {
		for _, data := range r.list("customizedData") {
			found = found || r.text("operationType") == "create_order" && data.text("key") == "PartnerOnRecord-0" && data.text("value") == resellerMPN
		}
	}
	if !found {
		t.Error("the log does not name the partner of record")
	}
	d.do(200, "POST", "/sandbox/clock", `{"advance":"P35D"}`)
	renewed := d.do(200, "GET", sold.sub, "")
	if renewed.text("orderId") == sold.id || renewed.text("partnerId") != resellerMPN {
		t.Errorf("after its renewal %v", renewed)
	}
	if l := d.do(200, "GET", customer+"/orders/"+renewed.text("orderId"), "").list("lineItems")[0]; l.text("partnerIdOnRecord") != resellerMPN {
		t.Errorf("%v", l)
	}
	if n := lines(); n != 1 {
		t.Errorf("%d lines of the renewal", n)
	}
}

func profiles(t *testing.T, d *demo) {
	defer d.as(party.IndirectReseller)()
	if got := d.do(200, "GET", "/v1/profiles/organization", ""); got.text("companyName") != "Atelier Reseller" || got.object("defaultAddress").text("country") != "FR" {
		t.Errorf("a reseller's own: %v", got)
	}
	for method, body := range map[string]string{"GET": "", "PUT": `{"CompanyName":"Atelier Reseller","Domain":"another.example"}`} {
		if got := d.do(200, method, "/v1/profiles/organization", body); got.text("domain") != "atelier-reseller.example" {
			t.Errorf("%s: its domain, which is not the caller's to choose: %v", method, got)
		}
	}
	if got := d.do(200, "GET", "/v1/profiles/billing", ""); got["billingDay"] != 1.0 || got.text("billingCurrency") != "EUR" {
		t.Errorf("%v", got)
	}
	first := d.do(200, "GET", "/v1/profiles/support", "").object("attributes").text("etag")
	body := func(tag string) string { return `{"Email":"h@b.example","Attributes":{"Etag":"` + tag + `"}}` }
	d.do(200, "PUT", "/v1/profiles/support", body(first))
	d.refused(400, "2055", "PUT", "/v1/profiles/supportprofile", `{"Email":"i@b.example","Attributes":{"Etag":"`+first+`"}}`)
	d.refused(400, "2055", "PUT", "/v1/profiles/billing", `{"CompanyName":"x"}`, "If-Match", `"`+first+`"`)
	for uri, bodies := range map[string][]string{
		"organization":  {`{}`, `{"CompanyName":"x","Email":"no"}`, `{"CompanyName":"x","Culture":"?"}`, `{"CompanyName":"x","DefaultAddress":{"Country":"ZZ"}}`},
		"billing":       {`{"Address":{"Country":"ZZ"}}`, `{"PrimaryContact":{"Email":"no"}}`, `{"TaxId":"` + strings.Repeat("9", 65) + `"}`},
		"legalbusiness": {`{"CompanyApproverEmail":"no"}`, `{"CompanyApproverAddress":{"Country":"ZZ"}}`},
		"support":       {`{"Email":"no"}`, `{"Website":"` + strings.Repeat("9", 257) + `"}`},
	} {
		for _, body := range bodies {
			d.refused(400, "3000", "PUT", "/v1/profiles/"+uri, body)
		}
	}
	d.refused(400, "3000", "GET", "/v1/profiles/legalbusiness?vettingVersion=next", "")
	for mpn, want := range map[string]string{"": "Atelier Reseller", "?mpnId=" + providerMPN: "Grand Bazar Distribution"} {
		if got := d.do(200, "GET", "/v1/profiles/mpn"+mpn, ""); got.text("partnerName") != want {
			t.Errorf("%v", got)
		}
	}
	d.refused(404, "800015", "GET", "/v1/profiles/mpn?mpnId="+directMPN, "") // somebody else's
	n := 0
	for _, r := range d.do(200, "GET", "/v1/auditrecords?startDate=2026-11-01&size=0", "").items() {
		if r.text("operationType") == "update_partner_profile" {
			n++
		}
	}
	if n != 0 {
		t.Errorf("a reseller reads %d records that are no customer's", n)
	}
}

func domains(t *testing.T, d *demo) {
	for domain, want := range map[string]int{"atelier.example": 200, "ATELIER.example": 200, "free.example": 404, "moulin.example": 200} {
		if w := d.call("HEAD", "/v1/domains/"+domain, ""); w.Code != want || w.Body.Len() != 0 {
			t.Errorf("%s: %d %s", domain, w.Code, w.Body)
		}
	}
	if w := d.call("GET", "/v1/domains/atelier.example", ""); w.Code != 405 {
		t.Errorf("GET: %d", w.Code)
	}
}

func addresses(t *testing.T, d *demo) {
	for _, c := range []struct{ body, status, message string }{
		{`{"Country":"FR","City":"Lille","AddressLine1":"1 rue","PostalCode":"59000"}`, "Verified", ""},
		{`{"Country":"FR","City":"Lille","AddressLine1":"1 rue","PostalCode":"59"}`, "InteractionRequired", "Not in the form of the country: postalCode."},
		{`{"Country":"us","City":"Bend","AddressLine1":"1 Mill"}`, "InteractionRequired", "Missing: state, postalCode. "},
		{`{"Country":"AQ"}`, "NotValidated", "Nothing is known of addresses in this country."},
	} {
		got := d.do(200, "POST", "/v1/validations/address", c.body)
		if got.text("status") != c.status || got.text("validationMessage") != c.message || got["suggestedAddresses"] == nil {
			t.Errorf("%s: %v", c.body, got)
		}
	}
	d.refused(400, "3000", "POST", "/v1/validations/address", `{"Country":"ZZ"}`)
	d.refused(400, "3000", "POST", "/v1/validations/address", `{}`)
	d.refused(404, "1000", "GET", "/v1/countryvalidationrules/ZZ", "")
	if got := d.do(200, "GET", "/v1/countryvalidationrules/AQ", ""); got["postalCodeRegex"] != nil || got["isCityRequired"] != false || len(got["countryCallingCodesList"].([]any)) != 0 {
		t.Errorf("of the Antarctic it says %v", got)
	}
}
