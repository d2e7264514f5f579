package party

import (
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// Act is a row of the role × act table. Acts are the variables below; the zero Act is allowed to nobody.
// Two acts may share a row of the rulebook (R11, R12, R16, R17); names are unique.
type Act struct {
	ID   string // of the rule: "R01"
	Name string // stable, such as "buy_software": message key of the act's title
	Doc  string

	// short words of the roles that may, separated by spaces
	partner, customer, publisher, operator string
	// portal: customer staff act here as people on the customer's own portal, never through an API client
	portal bool
}

// The acts of rules.md §1. Customer staff act on their own tenant only, see MayFor.
var (
	BuySoftware        = Act{ID: "R01", Name: "buy_software", Doc: "buy software, perpetual licences, reservations", partner: "GA AA"}
	ManageOnline       = Act{ID: "R02", Name: "manage_online", Doc: "buy, edit, suspend, reactivate, cancel an online subscription, its add-ons, its auto-renew", partner: "GA AA SA HA BA"}
	ManageSoftware     = Act{ID: "R03", Name: "manage_software", Doc: "auto-renew, scheduled change, suspend, reactivate, rename a software subscription", partner: "GA AA"}
	RevealKey          = Act{ID: "R04", Name: "reveal_key", Doc: "reveal a key, download, make a link, run the migration planner", partner: "AA", customer: "CGA", portal: true}
	CancelSoftware     = Act{ID: "R05", Name: "cancel_software", Doc: "cancel a software subscription or a perpetual licence", partner: "AA"}
	ReadSecurityLog    = Act{ID: "R06", Name: "read_security_log", Doc: "read the security activity log: keys, links, downloads, software pages", partner: "GA AcA RA MCA", customer: "CGA"}
	ReadBusinessLog    = Act{ID: "R07", Name: "read_business_log", Doc: "read the business activity log", partner: "GA AA SA HA BA UA", customer: "CGA"}
	ReadInvoices       = Act{ID: "R08", Name: "read_invoices", Doc: "read invoices, statements, reconciliation, estimates", partner: "GA BA"}
	ReadBills          = Act{ID: "R09", Name: "read_bills", Doc: "read the bills the partner issues to the customer", customer: "CGA CBA"}
	RaiseSupport       = Act{ID: "R10", Name: "raise_support", Doc: "raise and follow a support request", partner: "GA AA SA HA BA", customer: "CGA CBA"}
	ManagePartnerUsers = Act{ID: "R11", Name: "manage_partner_users", Doc: "manage the partner's users and their roles", partner: "GA UA"}

	ManageCustomerUsers = Act{ID: "R11", Name: "manage_customer_users", Doc: "manage a customer's users and their roles", partner: "AA HA", customer: "CGA"}

	EditCustomer    = Act{ID: "R12", Name: "edit_customer", Doc: "create and edit a customer", partner: "GA AA SA HA BA"}
	EndRelationship = Act{ID: "R12", Name: "end_relationship", Doc: "end the relationship of partner and customer", partner: "GA AA", customer: "CGA"}
	ManageClients   = Act{ID: "R13", Name: "manage_clients", Doc: "API clients and their secrets, webhooks", partner: "GA"}
	ReadPrices      = Act{ID: "R14", Name: "read_prices", Doc: "price lists, pricing and offers page", partner: "GA AA SA HA BA"}
	OperateSystem   = Act{ID: "R15", Name: "operate_system", Doc: "policies, tax rows, catalogue, prices, key pools, media, tenants, backup", operator: "OA"}
	AnswerSupport   = Act{ID: "R16", Name: "answer_support", Doc: "answer support requests, propose a refund", operator: "OA OS"}
	// ApproveRefund above the set amount also needs another person than the proposer: the support room sees to that.
	ApproveRefund = Act{ID: "R16", Name: "approve_refund", Doc: "approve a refund", operator: "OA"}
	ManageOffers  = Act{ID: "R17", Name: "manage_offers", Doc: "a publisher's offers, plans, activation, metering, webhooks", publisher: "PA PD"}
	// SupplyKeys is write-only: nothing of R17 reads a key or a pool.
	SupplyKeys     = Act{ID: "R17", Name: "supply_keys", Doc: "put product keys into the pools of a publisher's own products, never read them (D)", publisher: "PA"}
	ReadPayouts    = Act{ID: "R17", Name: "read_payouts", Doc: "a publisher's payouts", publisher: "PA PF"}
	AssignLicences = Act{ID: "R18", Name: "assign_licences", Doc: "assign users and licences of a customer", partner: "GA AA HA", customer: "CGA"}
	OwnProducts    = Act{ID: "R19", Name: "own_products", Doc: "see one's own products, without keys", customer: "CU"}
	ReadCommerce   = Act{ID: "R20", Name: "read_commerce", Doc: "read customers, catalogue, prices, orders, subscriptions, software without keys, verdicts, policies", partner: "GA AA SA HA BA", customer: "CGA"}
	// ReadPartner is what of R20 is no customer's: customer staff read nothing of it.
	ReadPartner = Act{ID: "R20", Name: "read_partner", Doc: "read the partner's own profiles and its relationships (D)", partner: "GA AA SA HA BA"}
	// PlaySandbox exists only on a server started with --sandbox: the door asks for that first.
	PlaySandbox    = Act{ID: "R21", Name: "play_sandbox", Doc: "move the sandbox clock, snapshot, restore, play the publisher's activation", operator: "OA"}
	RecordPayments = Act{ID: "R22", Name: "record_payments", Doc: "record payments", operator: "OA"}
	ManageMarkup   = Act{ID: "R23", Name: "manage_markup", Doc: "the partner's mark-up and own prices for bills", partner: "GA"}
	// EditPartner has no row of its own: like the mark-up, it is the partner's business with its customers.
	EditPartner = Act{ID: "R23", Name: "edit_partner", Doc: "edit the partner's own profiles (D)", partner: "GA"}
)

// Acts is the whole table, in the order of the rulebook: what a page or a CSV prints.
func Acts() []Act {
	return []Act{
		BuySoftware, ManageOnline, ManageSoftware, RevealKey, CancelSoftware, ReadSecurityLog, ReadBusinessLog, ReadInvoices,
		ReadBills, RaiseSupport, ManagePartnerUsers, ManageCustomerUsers, EditCustomer, EndRelationship, ManageClients,
		ReadPrices, OperateSystem, AnswerSupport, ApproveRefund, ManageOffers, SupplyKeys, ReadPayouts, AssignLicences, OwnProducts,
		ReadCommerce, ReadPartner, PlaySandbox, RecordPayments, ManageMarkup, EditPartner,
	}
}

// Roles is who may do the act on one side, in the order of the rulebook.
func (a Act) Roles(side Side) []Role {
	var list []Role
	for word := range strings.FieldsSeq(a.words(side)) {
		list = append(list, Role(word))
	}
	return list
}

// PortalOnly tells whether customer staff do the act on the customer's own portal and nowhere else (R04).
func (a Act) PortalOnly() bool { return a.portal }

func (a Act) words(side Side) string {
	switch side {
	case PartnerSide:
		return a.partner
	case CustomerSide:
		return a.customer
	case PublisherSide:
		return a.publisher
	case OperatorSide:
		return a.operator
	}
	return ""
}

// May tells whether the actor holds a role for the act. A role counts only on its own side: with Customer set those of
// customer staff alone, without it any other. Fault "role.missing" with the rule and the roles that are needed.
// An act that names a customer asks MayFor instead.
func (a Actor) May(act Act) error {
	sides := []Side{PartnerSide, PublisherSide, OperatorSide}
	if a.Customer != "" {
		sides = []Side{CustomerSide}
	}
	var needed []Role
	for _, side := range sides {
		open := act.openTo(a, side)
		if slices.ContainsFunc(open, func(r Role) bool { return a.Roles[r] }) {
			return nil
		}
		needed = append(needed, open...)
	}
	if len(needed) == 0 { // nobody on this side may: name those who do
		for _, side := range Sides() {
			needed = append(needed, act.openTo(a, side)...)
		}
	}
	return fault.Deny("role.missing", fault.Args{"act": act.ID, "roles": words(needed)})
}

// openTo is who of a side may do the act the way the actor comes: none of the customer's when it is for its portal
// and the actor is an API client.
func (a Act) openTo(actor Actor, side Side) []Role {
	if a.portal && side == CustomerSide && actor.Client != "" {
		return nil
	}
	return a.Roles(side)
}

// MayFor is May for an act on one customer: customer staff touch only their own tenant, else fault "tenant.foreign".
// That a partner's customer is its own is the Scope's matter.
func (a Actor) MayFor(act Act, customer id.Customer) error {
	if err := a.May(act); err != nil {
		return err
	}
	if a.Customer != "" && a.Customer != customer {
		return fault.Deny("tenant.foreign", nil)
	}
	return nil
}
