// Package party knows who is there: operator, partners, customers, publishers, their people, and the table of
// which role may do which act (rules.md §1, R01–R23).
package party

import (
	"slices"
	"strings"
)

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

// Side is whose staff a role belongs to.
type Side string

// The sides.
const (
	PartnerSide   Side = "partner"
	CustomerSide  Side = "customer"
	PublisherSide Side = "publisher"
	OperatorSide  Side = "operator"
)

// Sides is every side, in the order of the rulebook.
func Sides() []Side { return []Side{PartnerSide, CustomerSide, PublisherSide, OperatorSide} }

var roles = []struct {
	role Role
	side Side
}{
	{GlobalAdmin, PartnerSide}, {AdminAgent, PartnerSide}, {SalesAgent, PartnerSide}, {HelpdeskAgent, PartnerSide},
	{BillingAdmin, PartnerSide}, {AccountAdmin, PartnerSide}, {ReferralAdmin, PartnerSide}, {MarketingAdmin, PartnerSide},
	{UserAdmin, PartnerSide},
	{CustomerGlobal, CustomerSide}, {CustomerBilling, CustomerSide}, {CustomerUser, CustomerSide},
	{PublisherAdmin, PublisherSide}, {PublisherDev, PublisherSide}, {PublisherFinance, PublisherSide},
	{OperatorAdmin, OperatorSide}, {SupportAgent, OperatorSide},
}

// AllRoles is every role, in the order of the rulebook.
func AllRoles() []Role {
	list := make([]Role, len(roles))
	for i, r := range roles {
		list[i] = r.role
	}
	return list
}

// Side is whose staff holds the role; empty for a word that is no role.
func (r Role) Side() Side {
	for _, known := range roles {
		if known.role == r {
			return known.side
		}
	}
	return ""
}

// ParseRole reads a role's short word in any case; ok is false for another word.
func ParseRole(s string) (role Role, ok bool) {
	for _, known := range roles {
		if strings.EqualFold(s, string(known.role)) {
			return known.role, true
		}
	}
	return "", false
}

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

// ParseRoles reads short words separated by spaces or commas, such as "AA GA"; ok is false when one is no role.
// Nothing is the empty set.
func ParseRoles(s string) (set Roles, ok bool) {
	set = Roles{}
	for word := range strings.FieldsFuncSeq(s, func(c rune) bool { return c == ' ' || c == ',' }) {
		r, ok := ParseRole(word)
		if !ok {
			return nil, false
		}
		set[r] = true
	}
	return set, true
}

// Both is what two sets share: with a person in a client's token an act needs the role in both (rules.md §1).
func (r Roles) Both(other Roles) Roles {
	set := Roles{}
	for role, held := range r {
		if held && other[role] {
			set[role] = true
		}
	}
	return set
}

// List is the set in the order of the rulebook.
func (r Roles) List() []Role {
	return slices.DeleteFunc(AllRoles(), func(role Role) bool { return !r[role] })
}

// String is the short words in the order of the rulebook, separated by spaces; ParseRoles reads it back.
func (r Roles) String() string { return words(r.List()) }

func words(list []Role) string {
	var b strings.Builder
	for i, role := range list {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(role))
	}
	return b.String()
}
