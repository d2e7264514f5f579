package party

import (
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

// Partner is a tenant that sells: direct bill, indirect provider, or reseller of a provider.
type Partner struct {
	ID         id.Partner
	Name       string
	Kind       Kind
	Provider   id.Partner // of an indirect reseller: who is billed for it
	Domain     string     // of its tenant: unique, lower case; empty: it has none
	Country    market.Country
	MPN        string // the partner id of the trade programme
	BillingDay int    // 1–28 (F71)
	Culture    string
	// RatePerMinute bounds API requests; 0: no bound.
	RatePerMinute int
	Profiles      Profiles
	// Sandbox turns on what the real service allows only in its sandbox tenants (product.md).
	Sandbox bool
	// PeopleOnly turns on what the real service refuses to clients that act for nobody (contract.md §2).
	PeopleOnly bool
	// SuspendedAt is since when its staff and its clients are let in nowhere; zero: they are. Its books go on, and so does what
	// its customers have (D).
	SuspendedAt time.Time
	Version     int64
}

// Profiles are what a partner tells of itself, beside its name.
type Profiles struct {
	Organization Organization
	Billing      BillingProfile
	Legal        LegalProfile
	Support      SupportProfile
}

// Organization is where a partner is reached.
type Organization struct {
	Address  Address
	Email    string
	Language string // two letters; empty: that of the partner's culture
}

// BillingProfile is who the partner's invoices go to.
type BillingProfile struct {
	Company       string // empty: the partner's name
	Address       Address
	Contact       Contact
	PurchaseOrder string
	TaxID         string
}

// LegalProfile is the business that answers for the partner, and who approves for it.
type LegalProfile struct {
	Company         string // empty: the partner's name
	Address         Address
	Contact         Contact
	ApproverAddress Address
	ApproverEmail   string
}

// SupportProfile is where customers find help.
type SupportProfile struct{ Email, Telephone, Website string }

// Address is a postal address as the contract has it.
type Address struct {
	Country                         market.Country
	Region, City, State             string
	AddressLine1, AddressLine2      string
	PostalCode                      string
	FirstName, MiddleName, LastName string
	PhoneNumber                     string
}

// Customer is a tenant that things are sold to.
type Customer struct {
	ID                 id.Customer
	CommerceID         string
	Domain             string // unique, lower case
	CompanyName        string
	BillingCompany     string
	RegistrationNumber string
	FirstName          string
	LastName           string
	Email              string
	Culture            string // such as "fr-FR"
	Language           string // two letters
	Address            Address
	Segment            market.Segment
	Reseller           id.Partner // the indirect reseller of record; empty: none
	// Qualifications are what entitles it to segments beside its own.
	Qualifications []Qualification
	RelationEnded  bool      // the customer, or the partner, ended the relationship (R12); what was bought stays readable
	Deleted        time.Time // of a sandbox partner's customer; zero: it is there
	CreatedAt      time.Time
	FirstBilling   time.Time // start of the billing period of its first charge; zero: none yet (F71)
	// Budget is what the customer means to spend a month on what is charged by use; zero: nothing was said.
	Budget  money.Amount
	Version int64
}

// Country is the customer's billing country: the market of everything sold to it.
func (c Customer) Country() market.Country { return c.Address.Country }

// Registered refuses a new customer without what its country asks of organizations: the number it is registered under, and a
// telephone number (contract.md §3). Faults "customer.no_number", "customer.no_phone".
func (c Customer) Registered() error {
	switch {
	case !c.Country().Registering():
	case strings.TrimSpace(c.RegistrationNumber) == "":
		return fault.Invalid("customer.no_number", fault.Args{"country": string(c.Country())})
	case strings.TrimSpace(c.Address.PhoneNumber) == "":
		return fault.Invalid("customer.no_phone", fault.Args{"country": string(c.Country())})
	}
	return nil
}

// Dealing refuses what a partner does for a customer whose relationship has ended (R12): nothing is sold, changed or
// revealed any more. Fault "tenant.foreign".
func (c Customer) Dealing() error {
	if c.RelationEnded {
		return fault.Deny("tenant.foreign", nil)
	}
	return nil
}
