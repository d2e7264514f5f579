package partnercenter_test

import (
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/identity"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/vault/vaulttest"
)

// R11: the partner's own staff.
func TestPartnerUsers(t *testing.T) {
	secrets := vaulttest.Secrets(t)
	both(t, store.Options{Sealer: secrets.Vault}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		const users = "/v1/partner/users"
		ga, ua := party.RolesOf(party.GlobalAdmin), party.RolesOf(party.UserAdmin)
		user := func(name, roles string) string {
			return `{"userPrincipalName":"` + name + `@quainine.example","roles":[` + roles + `]}`
		}
		d.roles = ga
		boss := d.do(201, "POST", users, user("boss", `"GA"`), "MS-RequestId", "00000000-0000-4000-8000-0000000000a1")
		password := boss.object("passwordProfile").text("password")
		if len(password) < 16 || boss.object("passwordProfile")["forceChangePassword"] != true {
			t.Errorf("%v", boss)
		}
		again := d.do(201, "POST", users, user("boss", `"GA"`), "MS-RequestId", "00000000-0000-4000-8000-0000000000a1")
		if again.object("passwordProfile").text("password") != password {
			t.Error("a retry is not answered with the same password")
		}
		if shown := d.do(200, "GET", users+"/"+boss.text("id"), ""); shown.object("passwordProfile") != nil {
			t.Errorf("the password is shown again: %v", shown)
		}
		p, _, err := s.PersonNamed(t.Context(), "boss@quainine.example")
		if err != nil || !strings.HasPrefix(p.Password, "$argon2id$") || strings.Contains(p.Password, password) || !p.MustChange || p.Partner != d.seeded.Partner.ID {
			t.Errorf("%v %+v", err, p)
		}
		agent := users + "/" + d.do(201, "POST", users, user("agent", `"SA","HA"`)).text("id")
		boss1 := users + "/" + boss.text("id")

		for _, c := range []struct {
			name               string
			roles              party.Roles
			status             int
			code               string
			method, path, body string
		}{
			{"an unknown role", ga, 400, "900126", "POST", users, user("x", `"BOSS"`)},
			{"a customer's role", ga, 400, "3000", "POST", users, user("x", `"CGA"`)},
			{"no name", ga, 400, "3000", "POST", users, `{"roles":[]}`},
			{"a name that is taken", ga, 409, "990054", "POST", users, user("boss", "")},
			{"a weak password", ga, 400, "3000", "POST", users, `{"userPrincipalName":"y@quainine.example","passwordProfile":{"password":"12345678"}}`},
			{"a password with the name in it", ga, 400, "3000", "PATCH", agent, `{"passwordProfile":{"password":"my agent pass"}}`},
			{"R11 a user admin makes no global admin", ua, 403, "990042", "POST", users, user("z", `"GA"`)},
			{"R11 nor becomes one", ua, 403, "990042", "PATCH", agent, `{"roles":["GA"]}`},
			{"R11 nor takes one's password", ua, 403, "990042", "PATCH", boss1, `{"passwordProfile":{}}`},
			{"R11 nor removes one", ua, 403, "990042", "DELETE", boss1, ""},
			{"R11 a global admin makes no operator", ga, 403, "990042", "POST", users, user("z", `"OA"`)},
			{"R11 the last global admin stays, removed", ga, 400, "990041", "DELETE", boss1, ""},
			{"R11 the last global admin stays, demoted", ga, 400, "990041", "PATCH", boss1, `{"roles":["AA"]}`},
			{"R11 the last global admin stays, switched off", ga, 400, "990041", "PATCH", boss1, `{"state":"inactive"}`},
			{"a stale etag", ga, 400, "2055", "PATCH", agent, `{"displayName":"x","attributes":{"etag":"eyJpZCI6IngiLCJ2ZXJzaW9uIjo5fQ=="}}`},
			{"no such user", ga, 404, "60002", "PATCH", users + "/00000000-0000-4000-8000-00000000ffff", `{"displayName":"x"}`},
			{"not an id", ga, 404, "60002", "GET", users + "/me", ""},
		} {
			d.roles = c.roles
			d.refused(c.status, c.code, c.method, c.path, c.body)
		}

		d.roles = ua
		if got := d.do(200, "PATCH", agent, `{"roles":["AA"],"displayName":"Agent","state":"inactive"}`); got.text("state") != "inactive" || got["roles"].([]any)[0] != "AA" {
			t.Errorf("R11 a user admin manages the others: %v", got)
		}
		d.unproved = true
		d.refused(403, "990040", "POST", users, user("w", `"SA"`))
		d.refused(403, "990040", "PATCH", agent, `{"roles":["SA"]}`)
		d.refused(403, "990040", "PATCH", agent, `{"passwordProfile":{}}`)
		d.refused(403, "990040", "DELETE", agent, "")
		d.do(200, "PATCH", agent, `{"displayName":"Agent 2","roles":["AA"]}`) // roles as they are
		d.do(201, "POST", users, user("nobody", ""))
		d.unproved = false
		d.do(204, "DELETE", agent, "")
		d.refused(404, "60002", "GET", agent, "")

		d.roles = party.RolesOf(party.GlobalAdmin, party.AdminAgent)
		n := map[string]int{}
		for _, r := range d.do(200, "GET", "/v1/auditrecords?size=100", "").items() {
			if r.text("resourceType") == "partner_user" {
				n[r.text("operationType")]++
			}
			if strings.Contains(strings.Join(details(r), " "), password) {
				t.Errorf("G42: a password in the log: %v", r)
			}
		}
		if n["create_partner_user"] != 3 || n["update_partner_user"] != 2 || n["remove_partner_user"] != 1 {
			t.Errorf("%v", n)
		}
	})
}

// R13: API clients and their secrets.
func TestPartnerClients(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		const clients = "/v1/partner/clients"
		d.roles = party.RolesOf(party.GlobalAdmin)
		made := d.do(201, "POST", clients, `{"name":"Sync","roles":["AA","BA"],"redirectUris":["https://sync.example/cb"]}`)
		one, first := clients+"/"+made.text("id"), made.text("clientSecret")
		row, _, err := s.Client(t.Context(), id.Client(made.text("id")))
		if err != nil || len(row.Secrets) != 1 || !identity.SecretHash(row.Secrets[0].Hash).Matches(first) || strings.Contains(row.Secrets[0].Hash, first) {
			t.Errorf("%v %+v", err, row)
		}
		second := d.do(201, "POST", one+"/secrets", "")
		if second.text("clientSecret") == first || second.text("fingerprint") == made.list("secrets")[0].text("fingerprint") {
			t.Errorf("%v", second)
		}
		d.refused(409, "990044", "POST", one+"/secrets", "")
		d.do(204, "DELETE", one+"/secrets/"+made.list("secrets")[0].text("fingerprint"), "")
		d.refused(404, "1000", "DELETE", one+"/secrets/"+made.list("secrets")[0].text("fingerprint"), "")
		if row, _, _ = s.Client(t.Context(), id.Client(made.text("id"))); len(row.Secrets) != 1 || identity.SecretHash(row.Secrets[0].Hash).Matches(first) {
			t.Errorf("R13 the revoked secret is still there: %+v", row.Secrets)
		}
		if shown := d.do(200, "GET", one, ""); shown["clientSecret"] != nil || shown.list("secrets")[0]["clientSecret"] != nil {
			t.Errorf("a secret is shown again: %v", shown)
		}
		public := d.do(201, "POST", clients, `{"name":"Desk","isPublic":true,"roles":[],"redirectUris":["http://localhost","msalx://auth"]}`)
		if public["clientSecret"] != nil || len(public.list("secrets")) != 0 {
			t.Errorf("a public client has a secret: %v", public)
		}
		d.refused(400, "990043", "POST", clients+"/"+public.text("id")+"/secrets", "")
		d.refused(400, "3000", "POST", one+"/secrets", `{"endDateTime":"2020-01-01"}`)
		for _, uri := range []string{
			"http://app.example/cb", "javascript:alert(1)", "https://a.example/#x", "https://u:p@a.example/", "//a.example", "https:///x", "*", "data:text/html,x", "https://a.example/ x",
		} {
			d.refused(400, "3000", "POST", clients, `{"name":"x","redirectUris":["`+uri+`"]}`)
		}
		d.refused(400, "3000", "POST", clients, `{"roles":["AA"]}`)
		d.refused(403, "990042", "POST", clients, `{"name":"x","roles":["OA"]}`)
		if got := d.do(200, "PATCH", one, `{"isEnabled":false,"name":"Sync 2","redirectUris":[]}`); got["isEnabled"] != false || len(got["redirectUris"].([]any)) != 0 || got.text("name") != "Sync 2" {
			t.Errorf("%v", got)
		}
		d.unproved = true
		for _, c := range [][3]string{
			{"POST", clients, `{"name":"x"}`}, {"PATCH", one, `{"name":"x"}`}, {"POST", one + "/secrets", ""}, {"DELETE", one + "/secrets/x", ""}, {"DELETE", one, ""},
		} {
			d.refused(403, "990040", c[0], c[1], c[2])
		}
		d.do(200, "GET", clients, "")
		d.unproved = false
		d.do(204, "DELETE", one, "")
		d.refused(404, "1000", "GET", one, "")
	})
}

// What the real service refuses to clients that act for nobody is refused where the partner asks for it (contract.md §2).
func TestPeopleOnly(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		d.do(200, "GET", "/v1/invoices/G000000001", "") // off: as in the demo
		d.people = true
		for _, target := range []string{"/v1/invoices/G000000001", "/v1/Invoices/G000000001/documents/statement/", d.of("FR") + "/agreements"} {
			d.refused(403, "900308", "GET", target, "")
		}
		d.do(200, "GET", "/v1/invoices", "")
		d.do(200, "GET", d.of("FR")+"/subscriptions", "")
		qualify := `{"qualification":"Education","educationSegment":"K12","website":"school.example"}`
		d.refused(403, "900308", "POST", d.of("FR")+"/qualifications", qualify)
		if w := d.call("GET", d.of("FR")+"/qualifications", ""); w.Code != 200 {
			t.Errorf("reading them: %d", w.Code)
		}
		d.user = "00000000-0000-4000-8000-0000000000ff"
		d.do(200, "GET", "/v1/invoices/G000000001", "")
		d.do(201, "POST", d.of("FR")+"/qualifications", qualify)
	})
}
