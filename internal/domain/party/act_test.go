package party

import (
	"slices"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// table is rules.md §1 once more: act → rule and roles, in the rulebook's order of roles.
var table = []struct{ rule, act, who string }{
	{"R01", "buy_software", "GA AA"},
	{"R02", "manage_online", "GA AA SA HA BA"},
	{"R03", "manage_software", "GA AA"},
	{"R04", "reveal_key", "AA CGA"},
	{"R05", "cancel_software", "AA"},
	{"R06", "read_security_log", "GA AcA RA MCA CGA"},
	{"R07", "read_business_log", "GA AA SA HA BA UA CGA"},
	{"R08", "read_invoices", "GA BA"},
	{"R09", "read_bills", "CGA CBA"},
	{"R10", "raise_support", "GA AA SA HA BA CGA CBA"},
	{"R11", "manage_partner_users", "GA UA"},
	{"R11", "manage_customer_users", "AA HA CGA"},
	{"R12", "edit_customer", "GA AA SA HA BA"},
	{"R12", "end_relationship", "GA AA CGA"},
	{"R13", "manage_clients", "GA"},
	{"R14", "read_prices", "GA AA SA HA BA"},
	{"R15", "operate_system", "OA"},
	{"R16", "answer_support", "OA OS"},
	{"R16", "approve_refund", "OA"},
	{"R17", "manage_offers", "PA PD"},
	{"R17", "supply_keys", "PA"},
	{"R17", "read_payouts", "PA PF"},
	{"R18", "assign_licences", "GA AA HA CGA"},
	{"R19", "own_products", "CU"},
	{"R20", "read_commerce", "GA AA SA HA BA CGA"},
	{"R20", "read_partner", "GA AA SA HA BA"},
	{"R21", "play_sandbox", "OA"},
	{"R22", "record_payments", "OA"},
	{"R23", "manage_markup", "GA"},
	{"R23", "edit_partner", "GA"},
}

const tenant id.Customer = "11111111-1111-4111-8111-111111111111"

// staff is a person who holds one role, on the side the role belongs to.
func staff(r Role) Actor {
	a := Actor{User: "u", Roles: RolesOf(r)}
	switch r.Side() {
	case CustomerSide:
		a.Customer = tenant
	case PublisherSide:
		a.Publisher = "p"
	}
	return a
}

func TestRoleActMatrix(t *testing.T) {
	acts := Acts()
	if len(acts) != len(table) {
		t.Fatalf("%d acts, the rulebook has %d", len(acts), len(table))
	}
	for i, row := range table {
		t.Run(row.rule+" "+row.act, func(t *testing.T) {
			act := acts[i]
			if act.ID != row.rule || act.Name != row.act || act.Doc == "" {
				t.Errorf("%+v", act)
			}
			var printed []string
			for _, side := range Sides() {
				for _, r := range act.Roles(side) {
					if r.Side() != side {
						t.Errorf("%s stands on the %s side", r, side)
					}
					printed = append(printed, string(r))
				}
			}
			if got := strings.Join(printed, " "); got != row.who {
				t.Errorf("prints %q, want %q", got, row.who)
			}
			who := strings.Fields(row.who)
			for _, r := range AllRoles() {
				want := slices.Contains(who, string(r))
				err := staff(r).May(act)
				if (err == nil) != want {
					t.Errorf("%s: %v, want allowed %v", r, err, want)
				}
				if f := fault.Of(err); err != nil && (f == nil || f.Kind != fault.KindDenied || f.Code != "role.missing" || f.Args["act"] != row.rule) {
					t.Errorf("%s: %v", r, err)
				}
			}
			if (Actor{}).May(act) == nil || (Actor{Customer: tenant}).May(act) == nil {
				t.Error("allowed without a role")
			}
		})
	}
}

func TestActsStandInOrder(t *testing.T) {
	seen := map[Act]bool{}
	names := map[string]bool{}
	for _, a := range Acts() {
		if seen[a] || names[a.Name] {
			t.Errorf("%s stands twice", a.Name)
		}
		seen[a], names[a.Name] = true, true
	}
	if !slices.IsSortedFunc(Acts(), func(a, b Act) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("not in the order of the rules")
	}
}

func TestMayCountsARoleOnItsOwnSide(t *testing.T) {
	for _, act := range Acts() {
		for _, r := range AllRoles() {
			inTenant := Actor{Roles: RolesOf(r), Customer: tenant}
			if r.Side() != CustomerSide && inTenant.May(act) == nil {
				t.Errorf("%s: %s acts as customer staff", act.Name, r)
			}
			without := Actor{Roles: RolesOf(r)}
			if r.Side() == CustomerSide && without.May(act) == nil {
				t.Errorf("%s: %s acts without a tenant", act.Name, r)
			}
		}
	}
}

func TestMayForOwnTenantOnly(t *testing.T) {
	for _, act := range Acts() {
		for _, r := range AllRoles() {
			who := staff(r)
			if own, may := who.MayFor(act, tenant), who.May(act); (own == nil) != (may == nil) {
				t.Errorf("%s: %s on the own tenant: %v, want %v", act.Name, r, own, may)
			}
			for _, foreign := range []id.Customer{"22222222-2222-4222-8222-222222222222", ""} {
				err := who.MayFor(act, foreign)
				switch f := fault.Of(err); {
				case who.May(act) != nil:
					if f == nil || f.Code != "role.missing" {
						t.Errorf("%s: %s without the role: %v", act.Name, r, err)
					}
				case r.Side() == CustomerSide:
					if f == nil || f.Code != "tenant.foreign" || f.Kind != fault.KindDenied {
						t.Errorf("%s: %s on %q: %v", act.Name, r, foreign, err)
					}
				case err != nil:
					t.Errorf("%s: %s: %v", act.Name, r, err)
				}
			}
		}
	}
}

func TestMaySaysWhatIsNeeded(t *testing.T) {
	cga := staff(CustomerGlobal)
	cgaByClient := cga
	cgaByClient.Client = "c"
	aaByClient := staff(AdminAgent)
	aaByClient.Client = "c"
	for _, c := range []struct {
		name  string
		who   Actor
		act   Act
		needs string // empty: allowed
	}{
		{"R01 a sales agent", staff(SalesAgent), BuySoftware, "GA AA"},
		{"R04 the customer's admin on the portal", cga, RevealKey, ""},
		{"R04 the customer's admin through an API client", cgaByClient, RevealKey, "AA"},
		{"R04 an admin agent through an API client", aaByClient, RevealKey, ""},
		{"R04 the customer's billing admin", staff(CustomerBilling), RevealKey, "CGA"},
		{"R04 a global admin", staff(GlobalAdmin), RevealKey, "AA"},
		{"R05 the customer's admin", cga, CancelSoftware, "AA"},
		{"R08 the customer's admin never reads a partner invoice", cga, ReadInvoices, "GA BA"},
		{"R09 a partner's billing admin", staff(BillingAdmin), ReadBills, "CGA CBA"},
		{"R09 the customer's admin through an API client", cgaByClient, ReadBills, ""},
		{"R15 a global admin", staff(GlobalAdmin), OperateSystem, "OA"},
		{"several roles", Actor{Roles: RolesOf(SalesAgent, BillingAdmin)}, ReadInvoices, ""},
		{"partner and operator in one client", Actor{Client: "c", Roles: RolesOf(AdminAgent, OperatorAdmin)}, RecordPayments, ""},
		{"a role set to false", Actor{Roles: Roles{GlobalAdmin: false}}, ManageClients, "GA"},
		{"an act that is none", staff(OperatorAdmin), Act{}, "nobody"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.who.May(c.act)
			f := fault.Of(err)
			switch {
			case c.needs == "":
				if err != nil {
					t.Error(err)
				}
			case f == nil:
				t.Errorf("allowed or ours: %v", err)
			case c.needs == "nobody" && f.Args["roles"] == "":
			case f.Args["roles"] != c.needs:
				t.Errorf("needs %q, want %q", f.Args["roles"], c.needs)
			}
		})
	}
	for _, a := range Acts() {
		if a.PortalOnly() != (a.ID == "R04") {
			t.Errorf("%s: portal only %v", a.Name, a.PortalOnly())
		}
	}
}

func TestF25MayBuyAddOns(t *testing.T) {
	for word, want := range map[string]bool{"direct_bill": true, "indirect_provider": true, "indirect_reseller": false} {
		if k, ok := ParseKind(word); !ok || MayBuyAddOns(k) != want {
			t.Errorf("F25 %s: %v, want %v", word, MayBuyAddOns(k), want)
		}
	}
	if k, ok := ParseKind("reseller"); ok || k != "" || MayBuyAddOns(k) {
		t.Errorf("an unknown kind is %q", k)
	}
}
