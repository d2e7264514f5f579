package partnercenter_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// The ids that directories everywhere know these roles by.
const (
	globalAdmin  = "62e90394-69f5-4237-9190-012177145e10"
	billingAdmin = "b0f54661-2d74-4c50-afa3-1ec803f12efe"
	plainUser    = "a0b1b346-4d3e-4e8b-98f8-753987be4970"
)

// A customer's people, on both engines.
func TestCustomerUsers(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		for _, part := range []struct {
			name string
			test func(*testing.T, *demo)
		}{
			{"R11 R18 who reads them and who manages them", userManagers},
			{"users come and go", usersComeAndGo},
			{"pages, orders, filters", userPages},
			{"R04 directory roles", members},
			{"R04 R11 who gives a customer's powers", func(t *testing.T, d *demo) { powers(t, d, s.Store) }},
			{"passwords go in and never out", func(t *testing.T, d *demo) { passwords(t, d, s.Store) }},
		} {
			t.Run(part.name, func(t *testing.T) { d.t = t; part.test(t, d) })
		}
	})
}

// userIn is a body for a new user of a customer's domain.
func userIn(name, domain string) string {
	return fmt.Sprintf(`{"UserPrincipalName":"%s@%s","DisplayName":"%s","FirstName":null,"LastName":"%s","UsageLocation":"FR","State":"active",
		"PasswordProfile":{"Password":"quai-du-Port-9","ForceChangePassword":true},"Attributes":{"ObjectType":"CustomerUser"}}`, name, domain, strings.ToUpper(name), name)
}

func userManagers(t *testing.T, d *demo) {
	customer := d.newCustomer("staff.example", "FR")
	own := d.roles
	defer func() { d.roles, d.customer.ID = own, "" }()
	for i, c := range []struct {
		role   party.Role
		reads  bool
		writes bool
	}{{party.GlobalAdmin, true, false}, {party.AdminAgent, true, true}, {party.HelpdeskAgent, true, true}, {party.SalesAgent, false, false}, {party.BillingAdmin, false, false},
		{party.CustomerGlobal, true, true}, {party.CustomerBilling, false, false}, {party.CustomerUser, false, false}} {
		d.roles, d.customer.ID = party.RolesOf(c.role), ""
		if c.role.Side() == party.CustomerSide {
			d.customer.ID = id.Customer(strings.TrimPrefix(customer, "/v1/customers/"))
		}
		status := map[bool]int{true: 200, false: 403}
		if w := d.call("GET", customer+"/users", ""); w.Code != status[c.reads] {
			t.Errorf("%s reads: %d", c.role, w.Code)
		}
		if w := d.call("POST", customer+"/users", userIn(fmt.Sprintf("user%d", i), "staff.example")); w.Code != status[c.writes] {
			t.Errorf("%s adds: %d %s", c.role, w.Code, w.Body)
		}
		if c.role == party.CustomerGlobal {
			d.refused(403, "20002", "GET", d.of("US")+"/users", "")
		}
	}
}

func usersComeAndGo(t *testing.T, d *demo) {
	customer := d.newCustomer("people.example", "FR")
	users := customer + "/users"
	if first := d.do(200, "GET", users, "").items(); len(first) != 1 || first[0].text("userPrincipalName") != "admin@people.example" {
		t.Errorf("a new customer has %v", first)
	}
	for body, code := range map[string]string{
		userIn("ana", "elsewhere.example"): "990055", userIn("admin", "people.example"): "990054", userIn("a b", "people.example"): "3000", `{}`: "3000",
		strings.Replace(userIn("ana", "people.example"), "quai-du-Port-9", "ana", 1): "3000", strings.Replace(userIn("ana", "people.example"), `"FR"`, `"ZZ"`, 1): "3000",
		strings.Replace(userIn("ana", "people.example"), `"quai-du-Port-9"`, `null`, 1): "3000",
	} {
		status := 400
		if code == "990054" {
			status = 409
		}
		d.refused(status, code, "POST", users, body)
	}
	made := d.do(200, "POST", users+"/", userIn("ana", "people.example"))
	d.do(200, "POST", users, userIn("bea", "mail.people.example"))
	ana := users + "/" + made.text("id")
	tag := made.object("attributes").text("etag")
	d.do(200, "PATCH", ana, `{"DisplayName":"Ana B.","PhoneNumber":"+33 1","Attributes":{"Etag":"`+tag+`"}}`)
	d.refused(400, "2055", "PATCH", ana, `{"DisplayName":"Ana C.","Attributes":{"Etag":"`+tag+`"}}`)
	d.refused(400, "900126", "PATCH", ana, `{"State":"gone"}`)
	d.refused(400, "990055", "PATCH", ana, `{"UserPrincipalName":"ana@elsewhere.example"}`)
	if got := d.do(200, "PATCH", ana, `{"UserPrincipalName":"Ana.B@People.example","State":"active"}`); got.text("userPrincipalName") != "ana.b@people.example" || got.text("displayName") != "Ana B." {
		t.Errorf("%v", got)
	}
	nobody := users + "/00000000-0000-4000-8000-00000000feed"
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		d.refused(404, "60002", method, nobody, `{}`)
	}
	d.refused(404, "60002", "GET", users+"/ana", "")

	d.do(204, "DELETE", ana, "")
	d.refused(404, "60002", "DELETE", ana, "")
	if got := d.do(200, "GET", ana, ""); got.text("state") != "inactive" || got.text("softDeletionTime") != "2026-11-20T10:00:00.0000000Z" {
		t.Errorf("%v", got)
	}
	if n := len(d.do(200, "GET", users, "").items()); n != 2 {
		t.Errorf("%d users are left", n)
	}
	d.refused(400, "990056", "PATCH", ana, `{"DisplayName":"Ana"}`)
	d.refused(409, "990054", "POST", users, userIn("ana.b", "people.example"))
	d.do(200, "POST", "/sandbox/clock", `{"advance":"P29D"}`)
	if got := d.do(200, "PATCH", ana, `{"State":"active"}`); got.text("state") != "active" || got["softDeletionTime"] != nil {
		t.Errorf("%v", got)
	}
	d.do(204, "DELETE", ana, "")
	d.do(200, "POST", "/sandbox/clock", `{"advance":"P30D"}`)
	d.refused(404, "60002", "GET", ana, "")
	d.refused(404, "60002", "PATCH", ana, `{"State":"active"}`)
	if again := d.do(200, "POST", users, userIn("ana.b", "people.example")); again.text("id") == made.text("id") {
		t.Error("the same user")
	}
	for operation, want := range map[string]int{"create_customer_user": 3, "update_customer_user": 2, "delete_customer_user": 2, "restore_customer_user": 1} {
		if n := d.recorded(customer, operation); n != want {
			t.Errorf("%d records of %s, want %d", n, operation, want)
		}
	}
}

func userPages(t *testing.T, d *demo) {
	customer := d.newCustomer("pages.example", "FR")
	users := customer + "/users"
	for _, name := range []string{"cleo", "ana", "bea", "dora"} {
		d.do(200, "POST", users, userIn(name, "pages.example"))
	}
	walk := func(target string) (names []string) {
		var token []string
		for range 9 {
			page := d.do(200, "GET", target, "", token...)
			for _, u := range page.items() {
				names = append(names, strings.TrimSuffix(u.text("userPrincipalName"), "@pages.example"))
			}
			if page.text("continuationToken") == "" {
				return names
			}
			target, token = users+"?seekOperation=Next", []string{"MS-ContinuationToken", page.text("continuationToken")}
		}
		t.Fatal("no end")
		return nil
	}
	filter := func(field, value, op string) string {
		return "?filter=" + url.QueryEscape(`{"Field":"`+field+`","Value":"`+value+`","Operator":"`+op+`"}`)
	}
	for query, want := range map[string]string{
		"?size=2": "admin ana bea cleo dora", "?size=2&sortField=DisplayName&sortDirection=Descending": "dora cleo bea ana admin",
		"?size=0": "admin ana bea cleo dora", filter("UserPrincipalName", "B", "starts_with"): "bea", filter("DisplayName", "o", "substring"): "admin cleo dora",
		filter("UserStatus", "Active", "equals"): "admin ana bea cleo dora", filter("UserStatus", "Inactive", "equals"): "",
		filter("UserStatus", "Inactive", "not_equals"): "admin ana bea cleo dora", filter("UserStatus", "Active", "not_equals"): "",
		filter("DisplayName", "BEA", "not_equals"): "admin ana cleo dora", filter("UserPrincipalName", "a", "not_starts_with"): "bea cleo dora",
	} {
		if got := strings.Join(walk(users+query), " "); got != want {
			t.Errorf("%s gives %q, want %q", query, got, want)
		}
	}
	for _, query := range []string{"?sortField=Age", "?sortDirection=Sideways", filter("UserStatus", "Some", "equals"), filter("UserStatus", "Active", "starts_with"), filter("Age", "1", "equals")} {
		d.refused(400, "3000", "GET", users+query, "")
	}
}

func members(t *testing.T, d *demo) {
	customer := d.newCustomer("roles.example", "FR")
	user := d.do(200, "POST", customer+"/users", userIn("ana", "roles.example")).text("id")
	root := customer + "/directoryroles/"
	names := func() string {
		var all []string
		for _, r := range d.do(200, "GET", customer+"/users/"+user+"/directoryroles", "").items() {
			all = append(all, r.text("name"))
		}
		return strings.Join(all, ", ")
	}
	if got := names(); got != "User" {
		t.Errorf("a new user is %s", got)
	}
	body := `{"Id":"` + strings.ToUpper(user) + `"}`
	d.do(201, "POST", root+billingAdmin+"/usermembers", body)
	d.do(201, "POST", root+strings.ToUpper(globalAdmin)+"/usermembers", body)
	d.refused(409, "990057", "POST", root+globalAdmin+"/usermembers", body)
	if got := names(); got != "Global Administrator, Billing Administrator, User" {
		t.Errorf("is %s", got)
	}
	if got := d.do(200, "GET", root+globalAdmin+"/usermembers", "").items(); len(got) != 2 || got[1].text("id") != user || got[1].text("roleId") != globalAdmin {
		t.Errorf("%v", got)
	}
	d.do(204, "DELETE", root+globalAdmin+"/usermembers/"+user, "")
	d.refused(404, "60002", "DELETE", root+globalAdmin+"/usermembers/"+user, "")
	d.do(204, "DELETE", root+billingAdmin+"/usermembers/"+user, "")
	d.do(204, "DELETE", root+plainUser+"/usermembers/"+user, "")
	if got := names(); got != "User" {
		t.Errorf("without any role is %s", got)
	}
	d.refused(404, "1000", "GET", root+"00000000-0000-4000-8000-00000000feed/usermembers", "")
	d.refused(404, "60002", "POST", root+globalAdmin+"/usermembers", `{"Id":"00000000-0000-4000-8000-00000000feed"}`)
	d.refused(400, "3000", "POST", root+globalAdmin+"/usermembers", `{}`)
	for operation, want := range map[string]int{"add_user_member": 2, "remove_user_member": 3} {
		if n := d.recorded(customer, operation); n != want {
			t.Errorf("%d records of %s, want %d", n, operation, want)
		}
	}
}

// powers: passwords of those who are there and directory roles are a person's to give, and those of a global administrator, who sees
// keys, are no helpdesk's.
func powers(t *testing.T, d *demo, s *store.Store) {
	customer := d.newCustomer("powers.example", "FR")
	own := d.roles
	defer func() { d.roles, d.unproved, d.customer.ID = own, false, "" }()
	user := d.do(200, "POST", customer+"/users", userIn("ana", "powers.example")).text("id")
	admin := find(t, d.do(200, "GET", customer+"/users", "").items(), "userPrincipalName", "admin@").text("id")
	one := func(user string) string { return customer + "/users/" + user }
	members := func(role string) string { return customer + "/directoryroles/" + role + "/usermembers" }
	const password, state = `{"PasswordProfile":{"Password":"rue-du-Bac-17","ForceChangePassword":false}}`, `{"State":"active"}`
	body := `{"Id":"` + user + `"}`

	d.unproved = true
	for _, d.roles = range []party.Roles{party.RolesOf(party.AdminAgent), party.RolesOf(party.HelpdeskAgent)} {
		for _, who := range []string{user, admin} {
			d.refused(403, "990040", "PATCH", one(who), password)
		}
		for _, role := range []string{globalAdmin, billingAdmin} {
			d.refused(403, "990040", "POST", members(role), body)
		}
		d.refused(403, "990040", "DELETE", members(globalAdmin)+"/"+admin, "")
		d.do(200, "PATCH", one(user), `{"DisplayName":"Ana","PasswordProfile":null,"State":"active"}`) // what takes no proof goes on without
		d.do(204, "DELETE", one(user), "")
		d.do(200, "PATCH", one(user), state)
	}

	d.unproved, d.roles = false, party.RolesOf(party.HelpdeskAgent)
	d.do(200, "PATCH", one(user), password)
	d.do(201, "POST", members(billingAdmin), body)
	d.do(200, "PATCH", one(admin), `{"DisplayName":"A","State":"active"}`)
	d.refused(403, "990042", "PATCH", one(admin), password)
	d.refused(403, "990042", "DELETE", one(admin), "")
	d.refused(403, "990042", "PATCH", one(admin), `{"UserPrincipalName":"hal@powers.example"}`) // an issuer may vouch for the new name
	d.refused(403, "990042", "POST", members(globalAdmin), body)
	d.refused(403, "990042", "DELETE", members(globalAdmin)+"/"+admin, "")
	d.roles = party.RolesOf(party.AdminAgent)
	d.do(204, "DELETE", one(admin), "")
	d.roles = party.RolesOf(party.HelpdeskAgent)
	d.refused(403, "990042", "PATCH", one(admin), state)

	d.roles = party.RolesOf(party.AdminAgent)
	d.do(200, "PATCH", one(admin), state)
	d.do(200, "PATCH", one(admin), password)
	d.do(201, "POST", members(globalAdmin), body)
	mustChange := func(who string) bool { return storedPerson(t, d, s, customer, who).MustChange }
	if mustChange(user) || !mustChange(admin) {
		t.Error("a global administrator keeps the password of the partner's choice, or a plain user may not")
	}
	d.roles, d.customer.ID = party.RolesOf(party.CustomerGlobal), id.Customer(strings.TrimPrefix(customer, "/v1/customers/"))
	d.do(200, "PATCH", one(admin), password)
	if mustChange(admin) {
		t.Error("the customer's own choice has to be changed")
	}
	d.do(204, "DELETE", members(globalAdmin)+"/"+user, "")
}

// storedPerson is one of a customer's people as the store has them; customer is its address.
func storedPerson(t *testing.T, d *demo, s *store.Store, customer, user string) (p party.Person) {
	t.Helper()
	err := s.View(t.Context(), func(r app.Reader) (err error) {
		p, err = r.Person(party.NewScope(d.seeded.Partner.ID, ""), id.Customer(strings.TrimPrefix(customer, "/v1/customers/")), id.User(user))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// hashed tells what a stored password looks like.
func hashed(s string) bool { return strings.HasPrefix(s, "$argon2id$") && !strings.Contains(s, "-") }

func passwords(t *testing.T, d *demo, s *store.Store) {
	customer := d.newCustomer("secret.example", "FR")
	stored := func(user string) party.Person { return storedPerson(t, d, s, customer, user) }
	w := d.call("POST", customer+"/users", userIn("ana", "secret.example"))
	if w.Code != 200 || strings.Contains(strings.ToLower(w.Body.String()), "password") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	user := find(t, d.do(200, "GET", customer+"/users", "").items(), "userPrincipalName", "ana").text("id")
	if p := stored(user); !hashed(p.Password) || !p.MustChange {
		t.Errorf("stored %+v", p)
	}
	before := stored(user).Password
	w = d.call("PATCH", customer+"/users/"+user, `{"PasswordProfile":{"Password":"rue-du-Bac-17","ForceChangePassword":false}}`)
	if w.Code != 200 || strings.Contains(w.Body.String(), "Bac") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if p := stored(user); !hashed(p.Password) || p.Password == before || p.MustChange || p.SignedOutAt.IsZero() {
		t.Errorf("stored %+v", p)
	}
	if n := d.recorded(customer, "reset_customer_user_password"); n != 1 {
		t.Errorf("%d records", n)
	}
	if log := d.call("GET", "/v1/auditrecords?startDate=2026-11-01&size=0", ""); strings.Contains(log.Body.String(), "Bac-17") || strings.Contains(log.Body.String(), "Port-9") {
		t.Error("a password stands in the log")
	}
	admin := find(t, d.do(200, "GET", customer+"/users", "").items(), "userPrincipalName", "admin@").text("id")
	if p := stored(admin); !hashed(p.Password) || !p.MustChange || !p.Roles[party.CustomerGlobal] {
		t.Errorf("the first administrator is %+v", p)
	}
}
