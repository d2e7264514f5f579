package partnercenter_test

import (
	"strings"
	"testing"

	. "github.com/comptoir-dev/comptoir/internal/api/partnercenter"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// try is one call of a route and the acts of which any one suffices for it; none: any of the route's.
type try struct {
	target, body string
	acts         []party.Act
}

// TestMatrix is G40: every route in every single role, on the own tenant. Who may is not told that a role is missing, who may
// not is told nothing else. A route that needs one of several acts is called once for each.
func TestMatrix(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		d := demoOn(t, s)
		d.wished()
		tries, own := d.tries(), d.roles
		for _, row := range Table() {
			d.roles, d.customer.ID = own, ""
			calls := tries[row.Method+" "+row.Path]
			if calls == nil {
				if len(row.Acts) > 1 {
					t.Errorf("%s %s needs a call for each of its acts", row.Method, row.Path)
				}
				calls = []try{{target: d.fill(row.Path), body: `{}`}}
			}
			for _, c := range calls {
				if c.acts == nil {
					c.acts = row.Acts
				}
				for _, role := range party.AllRoles() {
					d.roles, d.customer.ID = party.RolesOf(role), ""
					if role.Side() == party.CustomerSide {
						d.customer.ID = id.Customer(strings.TrimPrefix(d.of("FR"), "/v1/customers/"))
					}
					d.mayOnly(row.Method, c, role)
				}
			}
		}
		d.roles, d.customer.ID = own, ""
		d.foreign(tries)
		d.elsewhere(tries)
		for _, c := range tries["POST /v1/customers/{customer}/orders"] {
			d.do(200, "POST", c.target, c.body) // the calls themselves are good
		}
	})
}

// mayOnly makes the call in a role: refused for want of it exactly when none of the acts is the role's.
func (d *demo) mayOnly(method string, c try, role party.Role) {
	d.t.Helper()
	actor, _ := d.Actor(d.t.Context(), "")
	allowed := len(c.acts) == 0 // reference data
	for _, act := range c.acts {
		allowed = allowed || actor.May(act) == nil
	}
	w := d.call(method, c.target, c.body)
	if missing := w.Code == 403 && (method == "HEAD" || strings.Contains(w.Body.String(), `"900150"`)); missing == allowed || w.Code >= 500 {
		d.t.Errorf("%v as %s: %s %s %s: %d %s", c.acts, role, method, c.target, c.body, w.Code, w.Body)
	}
}

// foreign is G41: every route about a customer, or with the id of a record or an invoice, asked by another partner.
func (d *demo) foreign(tries map[string][]try) {
	d.t.Helper()
	paths := map[string]string{} // filled before the caller is somebody else
	for _, row := range Table() {
		paths[row.Path] = d.fill(row.Path)
	}
	own := d.seeded.Partner
	d.seeded.Partner = d.seeded.Provider
	defer func() { d.seeded.Partner = own }()
	for _, row := range Table() {
		calls := tries[row.Method+" "+row.Path]
		if calls == nil {
			calls = []try{{target: paths[row.Path], body: `{}`}}
		}
		for _, c := range calls {
			switch {
			case strings.Contains(row.Path, "{customer}"):
				d.refused(403, "20002", row.Method, c.target, c.body)
			case strings.HasPrefix(row.Path, "/v1/operator/"): // those of all partners
			case strings.Contains(row.Path, "{request}") && (row.Method != "POST" || strings.HasSuffix(row.Path, "/attachments")):
				if strings.HasSuffix(row.Path, "/attachments") {
					c.body = formOf("a.txt", "x")
				}
				d.refused(404, "1000", row.Method, c.target, c.body, "Content-Type", formKind)
			case strings.Contains(row.Path, "{record}"), strings.Contains(row.Path, "{invoice}"):
				d.refused(404, "1000", row.Method, c.target, c.body)
			}
		}
	}
}

// elsewhere is G40 on another's customer within one partner: staff of one customer calls every route about another, and a
// reseller those about its provider's own. What they have not the role for, or a reseller never does, may be told as that.
func (d *demo) elsewhere(tries map[string][]try) {
	d.t.Helper()
	refused := func(who, method, target, body string) {
		d.t.Helper()
		w := d.call(method, target, body)
		if told := w.Body.String(); w.Code != 403 || !strings.Contains(told, `"20002"`) && !strings.Contains(told, `"900150"`) && !strings.Contains(told, `"990034"`) {
			d.t.Errorf("%s: %s %s: %d %s", who, method, target, w.Code, told)
		}
	}
	french, american := d.of("FR"), d.of("US")
	back := d.as(party.IndirectProvider)
	halls := d.newCustomer("halls.example", "FR")
	back()
	own, paths := d.roles, map[string]string{}
	for _, row := range Table() {
		paths[row.Path] = d.fill(row.Path)
	}
	for _, row := range Table() {
		if !strings.Contains(row.Path, "{customer}") {
			continue
		}
		calls := tries[row.Method+" "+row.Path]
		if calls == nil {
			calls = []try{{target: paths[row.Path], body: `{}`}}
		}
		for _, c := range calls {
			for _, role := range party.AllRoles() {
				if role.Side() == party.CustomerSide {
					d.roles, d.customer.ID = party.RolesOf(role), id.Customer(idOf(american))
					refused(string(role), row.Method, c.target, c.body)
				}
			}
			d.roles, d.customer.ID = everyRole(), ""
			back := d.as(party.IndirectReseller)
			refused("a reseller", row.Method, strings.Replace(c.target, french, halls, 1), c.body)
			back()
		}
	}
	d.roles = own
}

// tries are the calls of routes that one act does not describe, and of those that need a body to get anywhere.
func (d *demo) tries() map[string][]try {
	const root = "/v1/customers/{customer}"
	french := d.of("FR")
	software := `{"lineItems":[{"id":0,"lineItemNumber":0,"catalogItemId":"` + item(sandbox.UserCAL, "0001", "FR") + `","offerId":"` + item(sandbox.UserCAL, "0001", "FR") + `","quantity":1}]}`
	online := `{"billingCycle":"monthly","lineItems":[{"id":0,"lineItemNumber":0,"billingCycle":"monthly","termDuration":"P1M","catalogItemId":"` + item(sandbox.OrbitCRM, "0001", "FR") + `","offerId":"` + item(sandbox.OrbitCRM, "0001", "FR") + `","quantity":1}]}`
	carts := map[string]string{}
	for kind, body := range map[string]string{"software": software, "online": online} {
		carts[kind] = french + "/carts/" + d.do(201, "POST", french+"/carts", body).text("id")
	}
	buys := func(software, online try) []try {
		software.acts, online.acts = []party.Act{party.BuySoftware}, []party.Act{party.ManageOnline}
		return []try{software, online}
	}
	subs := d.do(200, "GET", french+"/subscriptions", "").items()
	softwareSub := french + "/subscriptions/" + find(d.t, subs, "offerName", "SQL Server").text("id")
	onlineSub := french + "/subscriptions/" + find(d.t, subs, "offerName", "Mail Suite").text("id")
	record := d.do(200, "GET", "/v1/auditrecords?size=1", "").items()[0].text("id")
	order := d.fill(root + "/orders/{order}")
	bills := french + "/bills/" + d.do(200, "GET", french+"/bills", "").items()[0].text("id")
	return map[string][]try{
		"GET " + root + "/bills":                            {{target: french + "/bills"}},
		"GET " + root + "/bills/{bill}":                     {{target: bills}},
		"GET " + root + "/bills/{bill}/documents/statement": {{target: bills + "/documents/statement"}},

		"GET " + root + "/carts/{cart}":           {{target: carts["software"]}},
		"POST " + root + "/carts":                 buys(try{target: french + "/carts", body: software}, try{target: french + "/carts", body: online}),
		"PUT " + root + "/carts/{cart}":           buys(try{target: carts["software"], body: software}, try{target: carts["online"], body: online}),
		"POST " + root + "/carts/{cart}/checkout": buys(try{target: carts["software"] + "/checkout?preview=true"}, try{target: carts["online"] + "/checkout?preview=true"}),
		"POST " + root + "/orders":                buys(try{target: french + "/orders?preview=true", body: software}, try{target: french + "/orders?preview=true", body: online}),
		"PATCH " + root + "/orders/{order}": {
			{target: order + "?preview=true", body: `{"status":"cancelled"}`, acts: []party.Act{party.CancelSoftware}},
			{target: order + "?preview=true", body: `{"status":"cancelled","lineItems":[{"lineItemNumber":0}]}`, acts: []party.Act{party.CancelSoftware}},
			{target: order, body: `{}`},
		},
		"PATCH " + root + "/subscriptions/{subscription}": {
			{target: onlineSub, body: `{"friendlyName":"R02"}`, acts: []party.Act{party.ManageOnline}},
			{target: onlineSub + "?preview=true", body: `{"status":"deleted"}`, acts: []party.Act{party.ManageOnline}},
			{target: softwareSub, body: `{"friendlyName":"R03"}`, acts: []party.Act{party.ManageSoftware}},
			{target: softwareSub + "?preview=true", body: `{"status":"deleted"}`, acts: []party.Act{party.CancelSoftware}},
		},
		"PATCH " + root + "/subscriptions/{subscription}/addons": {{target: onlineSub + "/addons?preview=true", body: `{"items":[{"id":"` + strings.Repeat("0", 8) + `-0000-4000-8000-000000000000","quantity":1}]}`}},
		"POST " + root + "/subscriptions/{subscription}/transitions": {
			{target: onlineSub + "/transitions?preview=true", body: `{}`, acts: []party.Act{party.ManageOnline}},
			{target: softwareSub + "/transitions?preview=true", body: `{}`, acts: []party.Act{party.ManageSoftware}},
		},
		"PUT " + root + "/subscriptions/{subscription}/supportcontact": {
			{target: onlineSub + "/supportcontact", body: `{"supportTenantId":"7d000000-0000-4000-8000-000000000077","name":"R02"}`, acts: []party.Act{party.ManageOnline}},
			{target: softwareSub + "/supportcontact", body: `{"supportTenantId":"7d000000-0000-4000-8000-000000000077","name":"R03"}`, acts: []party.Act{party.ManageSoftware}},
		},
		"POST " + root + "/subscriptions/{subscription}/upgrades": {{target: onlineSub + "/upgrades", body: `{"targetOffer":{"id":"6513270E-269E-4D37-B2A7-4DE452E6B438"}}`}},
		"POST /v1/customers":                                     {{target: "/v1/customers", body: `{"companyProfile":{"domain":"northstar.example"},"billingProfile":{"email":"a@b.example","culture":"fr-FR","language":"fr","companyName":"x","defaultAddress":{"country":"FR"}}}`}},
		"GET /v1/auditrecords":                                   {{target: "/v1/auditrecords"}},
		"GET /v1/prices":                                         {{target: "/v1/prices?country=FR"}},
		"GET /v1/auditrecords/{record}":                          {{target: "/v1/auditrecords/" + record}},
		"GET /auditactivity/v1/auditrecords/{record}":            {{target: "/auditactivity/v1/auditrecords/" + record}},
		"GET /v1/products":                                       {{target: "/v1/products?country=FR&targetView=Software"}},
		"GET " + root + "/products":                              {{target: french + "/products?targetView=Software"}},
		"POST /v1/extensions/product/checkinventory":             {{target: "/v1/extensions/product/checkinventory?country=FR", body: `{"targetItems":[{"productId":"CMPUSRCAL001"}]}`}},
		"GET /v1/invoices/{invoice}/lineitems/{provider}/{type}": {{target: "/v1/invoices/G000000001/lineitems/OneTime/BillingLineItems"}},
		"GET /v1/invoices/unbilled/lineitems":                    {{target: "/v1/invoices/unbilled/lineitems?provider=all&invoiceLineItemType=billinglineitems&currencyCode=EUR&period=current"}},
	}
}

// fill puts real ids of the French customer in a path: a line of software with keys and downloads, one of its subscriptions.
func (d *demo) fill(path string) string {
	french := d.of("FR")
	perpetual := find(d.t, d.do(200, "GET", french+"/software", "").items(), "title", "Server Standard")
	if strings.Contains(path, "{request}") || strings.Contains(path, "{file}") {
		path = strings.NewReplacer("{request}", d.wish, "{file}", d.file).Replace(path)
	}
	path = strings.NewReplacer(
		"/v1/customers/{customer}", french, "{role}", globalAdmin, "{user}", "00000000-0000-4000-8000-00000000feed", "{artifact}", "reservedinstance", "{order}", perpetual.text("orderId"), "{line}", "0",
		"{subscription}", find(d.t, d.do(200, "GET", french+"/subscriptions", "").items(), "offerName", "Mail Suite").text("id"),
	).Replace(path)
	if strings.Contains(path, "products") || strings.Contains(path, "offer") {
		path += "?country=FR"
	}
	return path
}
