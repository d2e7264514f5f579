package partnercenter_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	. "github.com/comptoir-dev/comptoir/internal/api/partnercenter"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

func customers(t *testing.T, d *demo) {
	all := d.do(200, "GET", "/v1/customers", "")
	if len(all.items()) != 6 || all["continuationToken"] != nil {
		t.Fatalf("%d customers of the demo partner", len(all.items()))
	}
	if c := all.items()[0]; c["billingProfile"] != nil || c.text("relationshipToPartner") != "reseller" {
		t.Errorf("a list carries the company profile alone: %v", c)
	}
	var names []string
	page := d.do(200, "GET", "/v1/customers?size=4", "")
	for range 3 {
		for _, c := range page.items() {
			names = append(names, c.object("companyProfile").text("companyName"))
		}
		if page.text("continuationToken") == "" {
			break
		}
		next := page.object("links").object("next")
		if next.list("headers")[0].text("value") != page.text("continuationToken") {
			t.Error("the token of the link is another")
		}
		page = d.do(200, "GET", "/v1/customers?seekOperation=Next", "", "MS-ContinuationToken", page.text("continuationToken"))
	}
	if len(names) != 6 || !slices.IsSortedFunc(names, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }) {
		t.Errorf("paged %v", names)
	}
	for filter, want := range map[string]int{
		`{"Field":"CompanyName","Value":"aTel","Operator":"starts_with"}`:  1,
		`{"Field":"CompanyName","Value":"r","Operator":"Substring"}`:       5,
		`{"Field":"Domain","Value":"rio.example","Operator":"equals"}`:     1,
		`{"Field":"Domain","Value":"rio","Operator":"equals"}`:             0,
		`{"Field":"CompanyName","Value":"zzz","Operator":"starts_with"}`:   0,
		`{"Field":"IndirectReseller","Value":"x","Operator":"startsWith"}`: 0,
		`{"LeftFilter":{"Field":"CompanyName","Value":"r","Operator":"substring"},"RightFilter":{"Field":"Domain","Value":"rio","Operator":"starts_with"},"Operator":"and"}`: 1,
	} {
		if got := d.do(200, "GET", "/v1/customers?filter="+url.QueryEscape(filter), ""); len(got.items()) != want {
			t.Errorf("%s finds %d, want %d", filter, len(got.items()), want)
		}
	}
	d.refused(400, "3000", "GET", "/v1/customers?filter="+url.QueryEscape(`{"Field":"CompanyName","Value":"a","Operator":"less_than"}`), "")
	d.refused(400, "3000", "GET", "/v1/customers?filter="+url.QueryEscape(`{"Field":"Notes","Value":"a","Operator":"equals"}`), "")

	const body = `{"Id":null,"CommerceId":null,"CompanyProfile":{"TenantId":null,"Domain":"Phare.example","CompanyName":null,"Links":null,
		"Attributes":{"ObjectType":"CustomerCompanyProfile"}},"BillingProfile":{"Id":null,"FirstName":"Léa","LastName":"Roux","Email":"lea@phare.example",
		"Culture":"fr-FR","Language":"fr","CompanyName":"Phare","DefaultAddress":{"Country":"fr","City":"Brest","State":null,"AddressLine1":"1 quai","PostalCode":"29200"}},
		"RelationshipToPartner":"none","AllowDelegatedAccess":null,"UserCredentials":null,"CustomDomains":null,"AssociatedPartnerId":null,"Attributes":{"ObjectType":"Customer"}}`
	const request = "21111111-1111-4111-8111-111111111111"
	w := d.call("POST", "/v1/customers", body, "MS-RequestId", request)
	again := d.call("POST", "/v1/customers", body, "MS-RequestId", request)
	if w.Code != 201 || w.Body.String() != again.Body.String() || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %s\nthen %d %s", w.Code, w.Body, again.Code, again.Body)
	}
	Strict(t, w.Body.Bytes())
	var made object
	if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil {
		t.Fatal(err)
	}
	if c := made.object("userCredentials"); c.text("userName") != "admin@phare.example" || len(c.text("password")) < 12 {
		t.Errorf("credentials %v", c)
	}
	one := d.do(200, "GET", "/v1/customers/"+strings.ToUpper(made.text("id")), "")
	if one["userCredentials"] != nil || one.object("billingProfile").object("defaultAddress").text("country") != "FR" || one["allowDelegatedAccess"] != true {
		t.Errorf("%v", one)
	}
	if p := d.do(200, "GET", "/v1/customers/"+made.text("id")+"/profiles/billing", ""); p.text("companyName") != "Phare" || p.object("attributes").text("etag") == "" {
		t.Errorf("%v", p)
	}
	if p := d.do(200, "GET", "/v1/customers/"+made.text("id")+"/profiles/company", ""); p.text("domain") != "phare.example" {
		t.Errorf("%v", p)
	}
	d.refused(409, "990003", "POST", "/v1/customers", body)
	organization := func(country, number, phone string) string {
		return fmt.Sprintf(`{"CompanyProfile":{"Domain":"altyn.example","OrganizationRegistrationNumber":%q},"BillingProfile":{"Email":"a@altyn.example","Culture":"kk-KZ",
			"Language":"kk","CompanyName":"Altyn","DefaultAddress":{"Country":%q,"City":"Almaty","PhoneNumber":%q}}}`, number, country, phone)
	}
	d.refused(400, "600049", "POST", "/v1/customers", organization("KZ", "", "+7 727 000"))
	d.refused(400, "600049", "POST", "/v1/customers", organization("hu", " ", "+7 727 000"))
	d.refused(400, "600051", "POST", "/v1/customers", organization("KZ", "990140000000", ""))
	if got := d.do(201, "POST", "/v1/customers", organization("KZ", "990140000000", "+7 727 000")); got.object("companyProfile").text("organizationRegistrationNumber") != "990140000000" {
		t.Errorf("%v", got)
	}
	d.refused(400, "3000", "POST", "/v1/customers", strings.Replace(body, "Phare.example", "-x", 1))
	d.refused(400, "3000", "POST", "/v1/customers", strings.Replace(strings.Replace(body, "Phare.example", "b.example", 1), `"Country":"fr"`, `"Country":"zz"`, 1))
	d.refused(400, "3000", "POST", "/v1/customers", strings.Replace(body, `"lea@phare.example"`, `null`, 1))
	d.refused(404, "800015", "POST", "/v1/customers", strings.Replace(body, `"AssociatedPartnerId":null`, `"AssociatedPartnerId":"4810002"`, 1))
	d.refused(404, "60003", "GET", "/v1/customers/"+strings.Repeat("0", 8)+"-0000-4000-8000-"+strings.Repeat("0", 12), "")
	d.refused(404, "60003", "GET", "/v1/customers/none", "")
	provider := *d // the provider's customers are nobody else's
	provider.seeded.Partner = d.seeded.Provider
	theirs := provider.listWith(t, d)
	d.refused(403, "20002", "GET", "/v1/customers/"+theirs, "")
}

// listWith gives a customer of another partner, by asking the door as that partner.
func (d *demo) listWith(t *testing.T, door *demo) string {
	own := door.seeded.Partner
	door.seeded.Partner = d.seeded.Partner
	defer func() { door.seeded.Partner = own }()
	items := door.do(200, "GET", "/v1/customers", "").items()
	if len(items) == 0 {
		t.Fatal("no customer")
	}
	return items[0].text("id")
}

func catalogue(t *testing.T, d *demo) {
	north, palme := d.of("US"), d.of("GP")
	for view, want := range map[string][]id.Product{
		"Software":              {sandbox.WindowsServer, sandbox.ServerPerpetual, sandbox.RedHat},
		"softwareperpetual":     {sandbox.ServerPerpetual, sandbox.SQLPerpetual, sandbox.UserCAL, sandbox.ExtendedUpdates},
		"SoftwareSubscriptions": {sandbox.WindowsServer, sandbox.SQLServer, sandbox.RemoteCAL},
		"SoftwareSUSELinux":     {sandbox.RedHat},
		"SoftwareSUSE":          {sandbox.RedHat},
		"MarketplaceSaaS":       {sandbox.OrbitCRM, sandbox.PulseMetrics, sandbox.NorthExclusive, sandbox.OptedOut, sandbox.ContainersAway},
		"OnlineServices":        {sandbox.MailSuite, sandbox.OrbitCRM},
		"AzureReservationsVM":   {sandbox.MachineReserved},
		"AzureReservationsSQL":  nil,
		"MicrosoftAzure":        nil,
	} {
		for _, list := range []string{"/v1/products?country=us&targetView=" + view, north + "/products?targetView=" + view} {
			got := map[string]bool{}
			for _, p := range d.do(200, "GET", list, "").items() {
				got[p.text("id")] = true
			}
			for _, p := range want {
				if !got[string(p)] {
					t.Errorf("%s lacks %s", list, p)
				}
			}
			if want == nil && len(got) > 0 || strings.HasPrefix(view, "SoftwareS") && len(got) != len(want) || view == "softwareperpetual" && len(got) != len(want) {
				t.Errorf("%s: %v", list, got)
			}
		}
	}
	d.refused(403, "400036", "GET", "/v1/products?country=US&targetView=Games", "")
	d.refused(400, "3000", "GET", "/v1/products?country=US", "")
	d.refused(400, "3000", "GET", "/v1/products?targetView=Azure", "")
	d.refused(403, "400030", "GET", "/v1/products?country=US&targetView=Azure&targetSegment=royal", "")
	d.refused(403, "400030", "GET", north+"/products?targetView=Azure&targetSegment=education", "")
	d.refused(404, "400013", "GET", "/v1/products/NOTHING?country=US", "")
	d.refused(404, "400018", "GET", north+"/products/"+string(sandbox.WindowsServer)+"/skus/0009", "")
	d.refused(404, "1000", "GET", north+"/products/"+string(sandbox.WindowsServer)+"/skus/0001/availabilities/NOTHING", "")

	// Every link of the trees leads on.
	for _, start := range []string{"/v1/products?country=US&targetView=Software", north + "/products?targetView=OnlineServices"} {
		for _, p := range d.do(200, "GET", start, "").items() {
			follow := func(o object, name string) object {
				return d.do(200, "GET", "/v1"+o.object("links").object(name).text("uri"), "")
			}
			if follow(p, "self").text("id") != p.text("id") {
				t.Error("another product")
			}
			skus := follow(p, "skus").items()
			if len(skus) == 0 {
				t.Errorf("%s has no SKU", p.text("id"))
			}
			for _, k := range skus {
				follow(k, "self")
				for _, a := range follow(k, "availabilities").items() {
					if one := follow(a, "self"); one.object("sku").text("id") != k.text("id") || one.object("product").text("id") != p.text("id") || !reflect.DeepEqual(one, a) {
						t.Errorf("%v is listed as %v", one, a)
					}
				}
			}
		}
	}
	for p, want := range map[id.Product]bool{sandbox.MailSuite: true, sandbox.MailArchive: false, sandbox.WindowsServer: false} { // F26
		sku := d.do(200, "GET", fmt.Sprintf("%s/products/%s/skus/0001", north, p), "")
		listed := d.do(200, "GET", fmt.Sprintf("%s/products/%s/skus", north, p), "").items()
		if got := sku.object("dynamicAttributes")["hasAddOns"]; got != want || listed[0].object("dynamicAttributes")["hasAddOns"] != want {
			t.Errorf("%s has add-ons: %v", p, got)
		}
	}
	term := func(p id.Product, sku, cycle string) object {
		uri := fmt.Sprintf("%s/products/%s/skus/%s/availabilities", north, p, sku)
		a := d.do(200, "GET", uri, "").items()[0]
		return find(t, a.list("terms"), "billingCycle", cycle)
	}
	for _, c := range []struct {
		rule    string
		product id.Product
		cycle   string
		want    string
	}{
		{"P02 published", sandbox.ServerPerpetual, "one_time", "0 Full P30D"},
		{"P05 published", sandbox.WindowsServer, "annual", "0 Full P1D, 1 Partial P7D"},
		{"P06 published", sandbox.RedHat, "annual", ""},
		{"P08 published", sandbox.OrbitCRM, "monthly", "0 Full P1D"},
		{"P09 published", sandbox.OrbitCRM, "annual", "0 Full P14D"},
		{"P10 published", sandbox.PulseMetrics, "none", ""},
		{"P11 published", sandbox.MailSuite, "annual", "0 Full P1D, 1 Partial P7D"},
	} {
		var got []string
		for _, p := range term(c.product, "0001", c.cycle).list("cancellationPolicies") {
			for _, o := range p.list("refundOptions") {
				got = append(got, fmt.Sprint(o["sequenceId"], " ", o["type"], " ", o["expiresAfter"]))
			}
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %v, want %s", c.rule, got, c.want)
		}
	}
	uri := fmt.Sprintf("%s/products/%s/skus/0001/availabilities", north, sandbox.OptedOut)
	if a := d.do(200, "GET", uri, "").items()[0]; a["isPurchasable"] != false || a.object("notPurchasable").text("code") != "800020" {
		t.Errorf("F12 F16 shown with its reason: %v", a)
	}
	uri = fmt.Sprintf("%s/products/%s/skus/0001/availabilities", palme, sandbox.MachineReserved)
	if a := d.do(200, "GET", uri, "").items()[0]; a["isPurchasable"] != false {
		t.Errorf("F06 a market without reservations: %v", a)
	}

	w := d.call("POST", "/v1/extensions/product/checkInventory/?country=US", `{"TargetItems":[{"ProductId":"`+strings.ToLower(string(sandbox.OptedOut))+`","SkuId":"0001"},
		{"ProductId":"`+string(sandbox.WindowsServer)+`"},{"ProductId":"UNKNOWN00001"}],"InventoryContext":{"customerId":"`+strings.TrimPrefix(north, "/v1/customers/")+`"}}`)
	var rows []object
	if err := json.Unmarshal(w.Body.Bytes(), &rows); err != nil || w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if len(rows) != 3 || rows[0]["isRestricted"] != true || rows[1]["isRestricted"] != false || rows[2].text("skuId") != "0002" {
		t.Errorf("%v", rows)
	}
	d.refused(400, "3000", "POST", "/v1/extensions/product/checkinventory?country=US", `{"targetItems":[]}`)
}

func offers(t *testing.T, d *demo) {
	all := d.do(200, "GET", "/v1/offers?country=US", "").items()
	if len(all) < 12 {
		t.Fatalf("%d offers", len(all))
	}
	var paged []string
	uri := "/v1/offers?country=US&size=5"
	for range len(all) {
		page := d.do(200, "GET", uri, "")
		for _, o := range page.items() {
			paged = append(paged, o.text("id"))
		}
		next := page.object("links").object("next").text("uri")
		if next == "" {
			break
		}
		uri = "/v1" + next
	}
	for i, o := range all {
		if i >= len(paged) || paged[i] != o.text("id") {
			t.Fatalf("paged %v", paged)
		}
	}
	one := d.do(200, "GET", "/v1"+all[0].object("links").object("self").text("uri"), "")
	if one.text("name") != all[0].text("name") {
		t.Errorf("%v", one)
	}
	addOns := 0
	for _, o := range all {
		addOns += len(d.do(200, "GET", "/v1/offers/"+strings.ToLower(o.text("id"))+"/addons?country=US", "").items())
	}
	if addOns == 0 {
		t.Error("no offer has an add-on")
	}
	if got := d.do(200, "GET", d.of("US")+"/offers?size=3", "").items(); len(got) != 3 {
		t.Errorf("%d offers of a customer", len(got))
	}
	categories := d.do(200, "GET", "/v1/offercategories?country=US", "").items()
	if len(categories) == 0 {
		t.Fatal("no categories")
	}
	if got := d.do(200, "GET", "/v1/offers?country=US&offer_category_id="+categories[0].text("id"), "").items(); len(got) == 0 || len(got) == len(all) {
		t.Errorf("%d offers of %v", len(got), categories[0])
	}
	d.refused(404, "1000", "GET", "/v1/offers/"+all[0].text("id")+"?country=FR", "")
	served := item(sandbox.WindowsServer, "0001", "US") // what subscriptions of the newer catalogue have as their offerId
	for _, theirs := range []string{string(sandbox.WindowsServer), served, strings.ToLower(served)} {
		d.refused(400, "2100", "GET", "/v1/offers/"+theirs+"?country=US", "")
		d.refused(400, "2100", "GET", "/v1/offers/"+theirs+"/addons?country=US", "")
	}
	for _, unknown := range []string{"CMPNOTHING01:0001:CMPNOTHING02", string(sandbox.WindowsServer) + ":9999:CMPNOTHING02", all[0].text("id") + ":0001:CMPNOTHING02"} {
		d.refused(404, "1000", "GET", "/v1/offers/"+unknown+"?country=US", "")
	}
	d.refused(404, "1000", "GET", "/v1/offers/00000000-0000-4000-8000-000000000000?country=US", "")
}
