package party

import (
	"slices"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// MayGrant tells whether the actor may give, or take away, roles of people and clients of its own partner (R11, R13):
// what the operator's and publishers' staff are, only the operator's admin; what a global admin is, only one; the rest both a
// global admin and the user-management admin. Fault "role.above" with the roles that it may not.
func (a Actor) MayGrant(roles Roles) error {
	above := slices.DeleteFunc(roles.List(), func(r Role) bool {
		switch {
		case r.Side() == OperatorSide, r.Side() == PublisherSide:
			return a.Roles[OperatorAdmin]
		case r == GlobalAdmin, r.Side() != PartnerSide:
			return a.Roles[GlobalAdmin]
		}
		return a.Roles[GlobalAdmin] || a.Roles[UserAdmin]
	})
	if len(above) > 0 {
		return fault.Deny("role.above", fault.Args{"roles": words(above)})
	}
	return nil
}

// MayEmpower tells whether the actor may give somebody a role of a customer's staff, or take it away, or let in somebody who holds it
// (R11): a global admin's, who sees keys on the customer's portal, only the customer's own and who of the partner reveals keys (R04).
// Fault "role.above".
func (a Actor) MayEmpower(roles Roles) error {
	if !roles[CustomerGlobal] || a.Customer != "" || a.May(RevealKey) == nil {
		return nil
	}
	return fault.Deny("role.above", fault.Args{"roles": words([]Role{CustomerGlobal})})
}

// Equal tells whether two sets hold the same roles.
func (r Roles) Equal(other Roles) bool { return r.String() == other.String() }

// KeepAdmin refuses to let staff go on without anybody who can manage it: after is what becomes of one of them, nil when
// that one is removed. Fault "user.last_admin".
func KeepAdmin(staff []Person, user id.User, after *Person) error {
	admin := func(p Person) bool { return p.State == PersonActive && p.Roles[GlobalAdmin] }
	had := false
	for _, p := range staff {
		if p.ID != user && admin(p) {
			return nil
		}
		had = had || p.ID == user && admin(p)
	}
	if had && (after == nil || !admin(*after)) {
		return fault.Refuse("user.last_admin", nil)
	}
	return nil
}
