package app

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
)

// NewCustomer is a created customer with its first administrator's sign-in, shown once.
type NewCustomer struct {
	Customer party.Customer
	UserName string
	Password string
}

// CreateCustomer makes the record that every sale needs first (F01, R12). The domain is unique among all tenants.
// c.Reseller is the tenant id or the MPN of the reseller that a provider sells to it through; empty: none, or the caller.
// Faults: "member.missing", "country.unknown", "customer.no_number", "customer.no_phone", "customer.domain_taken",
// "reseller.unknown", "reseller.provider".
func (a *App) CreateCustomer(ctx context.Context, who party.Actor, req Request, c party.Customer) (Reply, error) {
	if err := who.May(party.EditCustomer); err != nil {
		return Reply{}, err
	}
	c, err := a.newCustomer(who, c)
	if err != nil {
		return Reply{}, err
	}
	admin, password := a.firstAdmin(who, c)
	act := Act{Actor: who, Lock: Lock{Partner: true}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		if err := sandboxRoom(tx, who); err != nil {
			return nil, err
		}
		c := c // fn may run again
		c.CreatedAt = a.Clock.Now()
		if c.Reseller, err = resellerOf(tx, who, string(c.Reseller)); err != nil {
			return nil, err
		}
		if err := tx.AddCustomer(c); err != nil {
			return nil, err
		}
		s := saver{a, tx, &act, c, c.CreatedAt}
		if err := s.record(activity.AddCustomer, activity.Customer, string(c.ID), activity.Detail{Key: "Domain", Value: c.Domain}); err != nil {
			return nil, err
		}
		if a.Credentials != nil {
			if err := errors.Join(tx.AddAlias(a.alias(&admin)), tx.AddPerson(admin)); err != nil {
				return nil, err
			}
		}
		return NewCustomer{c, admin.UPN, password}, nil
	})
}

// firstAdmin is the global administrator that a new customer starts with, and the password that is shown once and has to be
// changed. Where nobody can sign in (App.Credentials) there is no such person.
func (a *App) firstAdmin(who party.Actor, c party.Customer) (p party.Person, password string) {
	if a.Credentials == nil {
		return party.Person{UPN: "admin@" + c.Domain}, a.IDs.Opaque(16)
	}
	p = a.administrator(who, c)
	password = a.Credentials.NewPassword()
	p.Password, p.MustChange = a.Credentials.HashPassword(password), true
	return p, password
}

// administrator is a new customer's first global administrator, who has no password: nobody signs in as them before one is set.
func (a *App) administrator(who party.Actor, c party.Customer) party.Person {
	return party.Person{
		ID: id.User(a.IDs.GUID()), Partner: who.Scope.Partner(), Customer: c.ID, UPN: "admin@" + c.Domain, FirstName: c.FirstName, LastName: c.LastName,
		DisplayName: cmp.Or(strings.TrimSpace(c.FirstName+" "+c.LastName), "Administrator"), UsageLocation: string(c.Country()),
		Roles: party.RolesOf(party.CustomerGlobal, party.CustomerUser), State: party.PersonActive, CreatedAt: a.Wall.Now(),
	}
}

// sandboxRoom refuses a sandbox tenant more customers than it may have. Fault "sandbox.customers".
func sandboxRoom(r Reader, who party.Actor) error {
	if !who.Sandbox {
		return nil
	}
	there, err := r.Customers(who.Scope, CustomerQuery{Limit: policy.SandboxCustomers})
	if err != nil || len(there) < policy.SandboxCustomers {
		return err
	}
	return fault.Refuse("sandbox.customers", fault.Args{"limit": policy.SandboxCustomers})
}

func (a *App) newCustomer(who party.Actor, c party.Customer) (party.Customer, error) {
	if err := need(strings.TrimSpace(c.Domain) != "", "companyProfile.domain"); err != nil {
		return c, err
	}
	billing := c
	billing.BillingCompany = c.CompanyName // one name counts for both profiles
	if err := needBilling(billing, "billingProfile."); err != nil {
		return c, err
	}
	m, ok := market.Lookup(string(c.Address.Country))
	if !ok {
		return c, fault.Invalid("country.unknown", nil)
	}
	c.Domain = strings.ToLower(strings.TrimSpace(c.Domain))
	if !domainName(c.Domain) {
		return c, fault.Invalid("domain.malformed", nil)
	}
	c.Address.Country = m.Country
	if err := c.Registered(); err != nil {
		return c, err
	}
	if c.Segment == "" {
		c.Segment = market.Commercial
	}
	c.ID, c.CommerceID = id.Customer(a.IDs.GUID()), a.IDs.GUID()
	return c, nil
}

// resellerOf is the reseller of record of a new customer: a reseller's own, or the one of its resellers that a provider
// names by its tenant id or its MPN.
func resellerOf(r Reader, who party.Actor, named string) (id.Partner, error) {
	own := who.Scope.Reseller()
	switch {
	case own == "" && named == "":
		return "", nil
	case own == "" && who.Kind != party.IndirectProvider:
		return "", fault.Invalid("reseller.unknown", nil)
	}
	resellers, err := r.Resellers(who.Scope) // of a reseller: itself alone
	if err != nil {
		return "", err
	}
	for _, p := range resellers {
		if p.ID == own && named == "" || named != "" && (strings.EqualFold(named, string(p.ID)) || named == p.MPN) {
			return p.ID, nil
		}
	}
	provider, err := r.Partner(who.Scope)
	if err == nil && (strings.EqualFold(named, string(provider.ID)) || named == provider.MPN) {
		return "", fault.NotFound("reseller.provider", nil)
	}
	return "", cmp.Or[error](err, fault.Invalid("reseller.unknown", nil))
}

// needBilling refuses a billing profile that lacks a member; prefix is where its members stand.
func needBilling(c party.Customer, prefix string) error {
	for _, m := range [...]struct{ name, value string }{
		{"email", c.Email}, {"culture", c.Culture}, {"language", c.Language}, {"companyName", c.BillingCompany},
	} {
		if err := need(strings.TrimSpace(m.value) != "", prefix+m.name); err != nil {
			return err
		}
	}
	return nil
}

// domainName takes letters, digits, hyphens and inner dots, 3 to 253 characters.
func domainName(s string) bool {
	if len(s) < 3 || len(s) > 253 || !strings.Contains(s, ".") {
		return false
	}
	for _, label := range strings.Split(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		if strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return true
}

// DomainTaken tells whether a domain belongs to any tenant, so that no customer can be made of it (R12).
func (a *App) DomainTaken(ctx context.Context, who party.Actor, domain string) (bool, error) {
	if err := who.May(party.EditCustomer); err != nil {
		return false, err
	}
	return read(ctx, a.Store, func(r Reader) (bool, error) { return r.DomainTaken(strings.ToLower(strings.TrimSpace(domain))) })
}

// Customers lists the scope's customers (R20); for customer staff their own tenant alone.
func (a *App) Customers(ctx context.Context, who party.Actor, q CustomerQuery) ([]party.Customer, error) {
	if err := who.May(party.ReadCommerce); err != nil {
		return nil, err
	}
	if who.Customer != "" {
		own, err := a.Customer(ctx, who, who.Customer)
		if err != nil || q.After != [2]string{} {
			return nil, err
		}
		return []party.Customer{own}, nil
	}
	return read(ctx, a.Store, func(r Reader) ([]party.Customer, error) { return r.Customers(who.Scope, q) })
}

// Customer reads one (R20).
func (a *App) Customer(ctx context.Context, who party.Actor, c id.Customer) (party.Customer, error) {
	if err := who.MayFor(party.ReadCommerce, c); err != nil {
		return party.Customer{}, err
	}
	return readOne(ctx, a.Store, func(r Reader) (party.Customer, error) { return r.Customer(who.Scope, c) })
}
