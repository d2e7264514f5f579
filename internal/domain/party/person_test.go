package party

import (
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

func TestParseUPN(t *testing.T) {
	for sent, want := range map[string]string{
		" Ana@Partner.Example ": "ana@partner.example", "o'neil+x@p.example": "o'neil+x@p.example", "жан@p.example": "жан@p.example",
		"": "", "ana": "", "@p.example": "", "ana@": "", "ana@p@q": "", "a b@p.example": "", "ana@.example": "", "ana@p.": "",
		"ana@пример": "", "a\x00@p.example": "", "<a>@p.example": "", strings.Repeat("a", 250) + "@p.example": "",
	} {
		if got, ok := ParseUPN(sent); got != want || ok != (want != "") {
			t.Errorf("%q: %q %v", sent, got, ok)
		}
	}
}

func TestPersonCheck(t *testing.T) {
	fine := Person{UPN: "ana@p.example", Partner: "p", Roles: RolesOf(AdminAgent)}
	for _, c := range []struct {
		name   string
		change func(*Person)
		code   string
	}{
		{"staff of a partner", func(*Person) {}, ""},
		{"who operate too", func(p *Person) { p.Roles = RolesOf(AdminAgent, OperatorAdmin) }, ""},
		{"the operator's", func(p *Person) { p.Partner, p.Roles = "", RolesOf(OperatorAdmin) }, ""},
		{"the operator's, as an agent", func(p *Person) { p.Partner = "" }, "user.role_foreign"},
		{"a customer's", func(p *Person) { p.Customer, p.Roles = "c", RolesOf(CustomerGlobal, CustomerUser) }, ""},
		{"a customer's, as an agent", func(p *Person) { p.Customer = "c" }, "user.role_foreign"},
		{"a customer's, as the operator", func(p *Person) { p.Customer, p.Roles = "c", RolesOf(OperatorAdmin) }, "user.role_foreign"},
		{"a partner's, as a customer's", func(p *Person) { p.Roles = RolesOf(CustomerGlobal) }, "user.role_foreign"},
		{"a publisher's", func(p *Person) { p.Partner, p.Publisher, p.Roles = "", "x", RolesOf(PublisherDev) }, ""},
		{"no name", func(p *Person) { p.UPN = "ana" }, "user.upn_invalid"},
		{"a line break", func(p *Person) { p.DisplayName = "Ana\r\nBcc: x" }, "user.name_invalid"},
		{"too long", func(p *Person) { p.LastName = strings.Repeat("é", 129) }, "user.name_invalid"},
	} {
		p := fine
		c.change(&p)
		f := fault.Of(p.Check())
		if f == nil && c.code != "" || f != nil && f.Code != c.code {
			t.Errorf("%s: %v, want %q", c.name, f, c.code)
		}
	}
}

func TestCheckPassword(t *testing.T) {
	ana := Person{UPN: "anabelle@p.example"}
	for plain, fine := range map[string]bool{
		"correct horse": true, "пароль-42": true, "1234567890123456": true, "Passw0rd": true,
		"": false, "short-1": false, "12345678": false, "aaaabbbb": false, "Anabelle-2026": false, strings.Repeat("abcde", 52): false,
	} {
		if err := ana.CheckPassword(plain); (err == nil) != fine {
			t.Errorf("%q: %v", plain, err)
		}
	}
}

func TestMayGrant(t *testing.T) {
	for _, c := range []struct {
		actor, roles Roles
		above        string // empty: may
	}{
		{RolesOf(GlobalAdmin), RolesOf(GlobalAdmin, AdminAgent, UserAdmin, CustomerGlobal), ""},
		{RolesOf(GlobalAdmin), RolesOf(OperatorAdmin, AdminAgent), "OA"},
		{RolesOf(UserAdmin), RolesOf(AdminAgent, UserAdmin, BillingAdmin), ""},
		{RolesOf(UserAdmin), RolesOf(GlobalAdmin, CustomerGlobal), "GA CGA"},
		{RolesOf(AdminAgent), RolesOf(SalesAgent), "SA"},
		{RolesOf(OperatorAdmin), RolesOf(OperatorAdmin, SupportAgent), ""},
		{RolesOf(), RolesOf(), ""},
	} {
		f := fault.Of(Actor{Roles: c.actor}.MayGrant(c.roles))
		if f == nil && c.above != "" || f != nil && (f.Code != "role.above" || f.Args["roles"] != c.above) {
			t.Errorf("%s grants %s: %v, want %q", c.actor, c.roles, f, c.above)
		}
	}
}

func TestMayEmpower(t *testing.T) {
	for _, c := range []struct {
		actor Actor
		roles Roles
		above bool
	}{
		{Actor{Roles: RolesOf(HelpdeskAgent)}, RolesOf(CustomerBilling, CustomerUser), false},
		{Actor{Roles: RolesOf(HelpdeskAgent)}, RolesOf(CustomerGlobal, CustomerUser), true},
		{Actor{Roles: RolesOf(HelpdeskAgent, AdminAgent)}, RolesOf(CustomerGlobal), false},
		{Actor{Roles: RolesOf(HelpdeskAgent, GlobalAdmin)}, RolesOf(CustomerGlobal), true},
		{Actor{Roles: RolesOf(CustomerGlobal), Customer: "c", Client: "a"}, RolesOf(CustomerGlobal), false},
	} {
		f := fault.Of(c.actor.MayEmpower(c.roles))
		if c.above != (f != nil) || f != nil && (f.Code != "role.above" || f.Args["roles"] != "CGA") {
			t.Errorf("%s lets in %s: %v", c.actor.Roles, c.roles, f)
		}
	}
}
