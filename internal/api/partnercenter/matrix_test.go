package partnercenter_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	. "github.com/comptoir-dev/comptoir/internal/api/partnercenter"
	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/identity"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/vault/vaulttest"
)

// try is one call of a route and the acts of which any one suffices for it; none: any of the route's.
type try struct {
	target, body string
	acts         []party.Act
}

// TestMatrix is G40: every route in every single role, on the own tenant. Who may is not told that a role is missing, who may
// not is told nothing else. A route that needs one of several acts is called once for each.
func TestMatrix(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
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

// TestMatrixOfAClientAndAPerson is G40 with a person in the client's token (rules.md §1): what one of the two holds alone is
// refused, whoever it is; what both hold is not. For every act, and every call of a route that needs it.
func TestMatrixOfAClientAndAPerson(t *testing.T) {
	secrets := vaulttest.Secrets(t)
	s := begin(t, store.Options{Sealer: secrets.Vault})
	w := wire(t, s, secrets)
	w.wished()
	const theirs = "carol@customer.example"
	w.written(s.Store, func(tx app.Tx) error {
		return tx.AddPerson(party.Person{
			ID: "5e550000-0000-4000-8000-000000000002", Customer: id.Customer(idOf(w.of("FR"))), UPN: theirs, Alias: "carol", DisplayName: "Carol",
			State: party.PersonActive, Password: identity.Credentials{}.HashPassword(sessionPassword),
		})
	})
	type call struct {
		method string
		try
	}
	var calls []call
	for _, act := range party.Acts() {
		calls = append(calls, call{"", try{acts: []party.Act{act}}}) // the decision alone: some acts have no route
	}
	tries := w.tries()
	for _, row := range Table() {
		of := tries[row.Method+" "+row.Path]
		if of == nil {
			of = []try{{target: w.fill(row.Path), body: `{}`}}
		}
		for _, c := range of {
			if c.acts == nil {
				c.acts = row.Acts
			}
			if len(c.acts) > 0 {
				calls = append(calls, call{row.Method, c})
			}
		}
	}
	tokens := map[string]string{}
	for person, role := range map[string]party.Role{sessionPerson: party.AdminAgent, theirs: party.CustomerGlobal} {
		w.hold(s.Store, person, party.RolesOf(role), party.RolesOf(role)) // who shares nothing with the client cannot sign in to it
		tokens[person] = w.signedIn(person)
	}
	for _, c := range calls {
		person, holders, others := sessionPerson, party.Roles{}, party.Roles{}
		staff := func(ofCustomer bool) {
			for _, role := range party.AllRoles() {
				if (role.Side() == party.CustomerSide) != ofCustomer {
					continue
				}
				holds := slices.ContainsFunc(c.acts, func(a party.Act) bool { return slices.Contains(a.Roles(role.Side()), role) })
				holders[role], others[role] = holds, !holds
			}
		}
		staff(false)
		if len(holders.List()) == 0 { // an act of the customer's own staff
			person, holders, others = theirs, party.Roles{}, party.Roles{}
			staff(true)
		}
		for _, who := range []struct {
			name           string
			client, person party.Roles
			may            bool
		}{
			{"the client alone", holders, others, false},
			{"the person alone", others, holders, false},
			{"both", holders, holders, true},
		} {
			w.hold(s.Store, person, who.client, who.person)
			actor, err := w.auth.Actor(t.Context(), tokens[person])
			if err != nil {
				t.Fatal(err)
			}
			if may := slices.ContainsFunc(c.acts, func(a party.Act) bool { return actor.May(a) == nil }); may != who.may {
				t.Errorf("%v, held by %s: may is %t", c.acts, who.name, may)
			}
			if c.method == "" {
				continue
			}
			a := w.call(c.method, c.target, c.body, "Authorization", "Bearer "+tokens[person])
			missing := a.Code == 403 && (c.method == "HEAD" || strings.Contains(a.Body.String(), `"900150"`))
			if missing == who.may || a.Code >= 500 {
				t.Errorf("%v, held by %s: %s %s: %d %s", c.acts, who.name, c.method, c.target, a.Code, a.Body)
			}
		}
	}
}

// hold gives the client and a person their roles.
func (w *wired) hold(s *store.Store, upn string, ofClient, ofPerson party.Roles) {
	w.t.Helper()
	c, _, err := s.Client(w.t.Context(), sessionApp)
	if err != nil {
		w.t.Fatal(err)
	}
	p, _, err := s.PersonNamed(w.t.Context(), upn)
	if err != nil {
		w.t.Fatal(err)
	}
	c.Roles, p.Roles = ofClient, ofPerson
	w.written(s, func(tx app.Tx) error { return errors.Join(tx.SaveClient(c), tx.SavePerson(p)) })
}

// written writes as the partner.
func (w *wired) written(s *store.Store, fn func(app.Tx) error) {
	w.t.Helper()
	owner := party.Actor{Scope: party.NewScope(w.seeded.Partner.ID, "")}
	if _, err := s.Update(w.t.Context(), app.Act{Actor: owner}, func(tx app.Tx) (any, error) { return nil, fn(tx) }); err != nil {
		w.t.Fatal(err)
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

		"PATCH " + root + "/activations": {{target: french + "/activations", body: `{"devices":["PC-1"],"done":true}`}},

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
		"GET /v1/auditrecords/{record}/proof":                    {{target: "/v1/auditrecords/" + record + "/proof"}},
		"GET /v1/auditrecords/export":                            {{target: "/v1/auditrecords/export"}},
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
