package party

import (
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// Scope is the tenant a command works in. Its fields are set only by NewScope, which only the guard of a door
// (and seeding) calls with the partner of a verified caller: a store method that takes a Scope cannot be asked
// for another tenant's rows.
type Scope struct {
	partner  id.Partner
	reseller id.Partner
}

// NewScope is the scope of a direct-bill partner or an indirect provider; or of one indirect reseller inside its
// provider's, when reseller is not empty: it sees only customers it is the reseller of.
func NewScope(partner, reseller id.Partner) Scope { return Scope{partner, reseller} }

// Partner owns every row in the scope: the direct-bill partner, or the indirect provider.
func (s Scope) Partner() id.Partner { return s.partner }

// Reseller is the indirect reseller the scope is narrowed to, or empty.
func (s Scope) Reseller() id.Partner { return s.reseller }

// Own is the partner whose staff works in the scope: the reseller, where the scope is narrowed to one.
func (s Scope) Own() id.Partner {
	if s.reseller != "" {
		return s.reseller
	}
	return s.partner
}

// Kind is the kind of a partner (rules.md §1).
type Kind string

// The kinds of partner.
const (
	DirectBill       Kind = "direct_bill"
	IndirectProvider Kind = "indirect_provider"
	IndirectReseller Kind = "indirect_reseller"
)

// ParseKind reads a kind's word; ok is false for another word.
func ParseKind(s string) (k Kind, ok bool) {
	switch k = Kind(s); k {
	case DirectBill, IndirectProvider, IndirectReseller:
		return k, true
	}
	return "", false
}

// MayBuyAddOns tells whether a kind of partner buys add-ons: direct-bill partners and indirect providers do,
// indirect resellers never (F25, rules.md §1).
func MayBuyAddOns(k Kind) bool { return k == DirectBill || k == IndirectProvider }

// Actor is a verified caller: a person, an API client, or a client acting for a person.
type Actor struct {
	Scope Scope
	Kind  Kind // of the acting partner

	Client id.Client // the application; empty for a person on pages
	User   id.User   // the person; empty for an app-only token
	Name   string    // user principal name, or the client's name: what the log shows (D)
	Alias  id.Alias  // of the person's name, in records; empty: an app-only token, or no person at all

	// Roles the caller holds. With a person in a client's token: those that both hold.
	Roles Roles
	// Customer is set for customer staff: the only tenant they may touch.
	Customer id.Customer
	// Sandbox tells that the scope's partner is a sandbox tenant (Partner.Sandbox).
	Sandbox bool
	// RichStates: the client reads every word for the state of a subscription; others are shown four.
	RichStates bool
	// Publisher is set for publisher staff: the only publisher whose offers they may touch.
	Publisher id.Publisher

	// Proved says that a person showed who they are: within the last five minutes on pages, or by signing in to the client
	// that acts for them.
	Proved bool
	// NeedsPerson says that the partner takes some calls only with a person in the token (Partner.PeopleOnly).
	NeedsPerson bool
}

// Prove refuses who has not shown just now who they are: what changes somebody's powers asks for it. Fault "proof.needed".
func (a Actor) Prove() error {
	if a.Proved {
		return nil
	}
	return fault.Deny("proof.needed", nil)
}

// Key names the actor in replay records: one client acting for two people is two actors.
func (a Actor) Key() string { return string(a.Client) + "/" + string(a.User) }
