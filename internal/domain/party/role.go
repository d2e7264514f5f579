// Package party knows who is there: operator, partners, customers, publishers, their people, and the table of
// which role may do which act (rules.md §1, R01–R23).
package party

// Role is a staff role; the short words are those of rules.md §1.
type Role string

// The roles.
const (
	GlobalAdmin      Role = "GA"
	AdminAgent       Role = "AA"
	SalesAgent       Role = "SA"
	HelpdeskAgent    Role = "HA"
	BillingAdmin     Role = "BA"
	AccountAdmin     Role = "AcA"
	ReferralAdmin    Role = "RA"
	MarketingAdmin   Role = "MCA"
	UserAdmin        Role = "UA"
	CustomerGlobal   Role = "CGA"
	CustomerBilling  Role = "CBA"
	CustomerUser     Role = "CU"
	PublisherAdmin   Role = "PA"
	PublisherDev     Role = "PD"
	PublisherFinance Role = "PF"
	OperatorAdmin    Role = "OA"
	SupportAgent     Role = "OS"
)

// Roles is a set of roles.
type Roles map[Role]bool

// RolesOf is the set of the roles given.
func RolesOf(roles ...Role) Roles {
	set := make(Roles, len(roles))
	for _, r := range roles {
		set[r] = true
	}
	return set
}
