// Partners, and the directory of all tenants.
package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	sqlPartnersAll   = `SELECT p.id, p.kind, p.provider_id, p.version, p.body, t.domain FROM partner p JOIN tenant t ON t.id = p.id`
	sqlPartner       = sqlPartnersAll + ` WHERE p.id = $1`
	sqlPartnersOf    = sqlPartnersAll + ` WHERE p.provider_id = $1`
	sqlPartnersByMPN = sqlPartnersAll + ` WHERE p.mpn = $1`
	sqlPartnerUpdate = `UPDATE partner SET mpn = $3, body = $4, version = version + 1 WHERE id = $1 AND version = $2`
	sqlPartnerInsert = `INSERT INTO partner (id, kind, provider_id, mpn, body) VALUES ($1, $2, $3, $4, $5)`
	sqlTenantInsert  = `INSERT INTO tenant (id, domain) VALUES ($1, $2)`
	sqlTenantDomain  = `UPDATE tenant SET domain = $2 WHERE id = $1`
	sqlTenantAt      = `SELECT id FROM tenant WHERE domain = $1`
	sqlTenantsAt     = `SELECT domain, id FROM tenant WHERE domain >= $1 AND domain <= $2`
	sqlTenantKnown   = `SELECT COUNT(*) FROM tenant WHERE id = $1`
	sqlDomainTaken   = `SELECT COUNT(*) FROM tenant WHERE domain = $1`
	sqlDomainPartner = `SELECT p.id FROM tenant t JOIN partner p ON p.id = t.id WHERE t.domain = $1`
)

type partnerShape struct {
	Name          string         `json:"name,omitempty"`
	Country       market.Country `json:"country,omitempty"`
	MPN           string         `json:"mpn,omitempty"`
	BillingDay    int            `json:"billing_day,omitempty"`
	Culture       string         `json:"culture,omitempty"`
	RatePerMinute int            `json:"rate,omitempty"`
	Sandbox       bool           `json:"sandbox,omitempty"`
	PeopleOnly    bool           `json:"people_only,omitempty"`
	SuspendedAt   *int64         `json:"suspended,omitempty"`
	Profiles      profilesShape  `json:"profiles,omitzero"`
}

// profilesShape is what a partner tells of itself.
type profilesShape struct {
	Organization struct {
		Address  addressShape `json:"address,omitzero"`
		Email    string       `json:"email,omitempty"`
		Language string       `json:"language,omitempty"`
	} `json:"organization,omitzero"`
	Billing struct {
		Company       string       `json:"company,omitempty"`
		Address       addressShape `json:"address,omitzero"`
		Contact       contactShape `json:"contact,omitzero"`
		PurchaseOrder string       `json:"purchase_order,omitempty"`
		TaxID         string       `json:"tax_id,omitempty"`
	} `json:"billing,omitzero"`
	Legal struct {
		Company         string       `json:"company,omitempty"`
		Address         addressShape `json:"address,omitzero"`
		Contact         contactShape `json:"contact,omitzero"`
		ApproverAddress addressShape `json:"approver_address,omitzero"`
		ApproverEmail   string       `json:"approver_email,omitempty"`
	} `json:"legal,omitzero"`
	Support struct {
		Email     string `json:"email,omitempty"`
		Telephone string `json:"telephone,omitempty"`
		Website   string `json:"website,omitempty"`
	} `json:"support,omitzero"`
}

func fromProfiles(p party.Profiles) (s profilesShape) {
	o, b, l := p.Organization, p.Billing, p.Legal
	s.Organization.Address, s.Organization.Email, s.Organization.Language = addressShape(o.Address), o.Email, o.Language
	s.Billing.Company, s.Billing.Address, s.Billing.Contact = b.Company, addressShape(b.Address), contactShape(b.Contact)
	s.Billing.PurchaseOrder, s.Billing.TaxID = b.PurchaseOrder, b.TaxID
	s.Legal.Company, s.Legal.Address, s.Legal.Contact = l.Company, addressShape(l.Address), contactShape(l.Contact)
	s.Legal.ApproverAddress, s.Legal.ApproverEmail = addressShape(l.ApproverAddress), l.ApproverEmail
	s.Support.Email, s.Support.Telephone, s.Support.Website = p.Support.Email, p.Support.Telephone, p.Support.Website
	return s
}

func (s profilesShape) profiles() party.Profiles {
	o, b, l := s.Organization, s.Billing, s.Legal
	return party.Profiles{
		Organization: party.Organization{Address: party.Address(o.Address), Email: o.Email, Language: o.Language},
		Billing: party.BillingProfile{
			Company: b.Company, Address: party.Address(b.Address), Contact: party.Contact(b.Contact), PurchaseOrder: b.PurchaseOrder, TaxID: b.TaxID,
		},
		Legal: party.LegalProfile{
			Company: l.Company, Address: party.Address(l.Address), Contact: party.Contact(l.Contact),
			ApproverAddress: party.Address(l.ApproverAddress), ApproverEmail: l.ApproverEmail,
		},
		Support: party.SupportProfile{Email: s.Support.Email, Telephone: s.Support.Telephone, Website: s.Support.Website},
	}
}

func partnerBody(p party.Partner) string {
	return toBody(partnerShape{p.Name, p.Country, p.MPN, p.BillingDay, p.Culture, p.RatePerMinute, p.Sandbox, p.PeopleOnly, micros(p.SuspendedAt), fromProfiles(p.Profiles)})
}

func scanPartner(p *party.Partner, scan func(dest ...any) error) error {
	var text []byte
	if err := scan(&p.ID, &p.Kind, &p.Provider, &p.Version, &text, &p.Domain); err != nil {
		return err
	}
	return partnerFrom(text, p)
}

func (r *Reader) partner(p id.Partner) (party.Partner, error) {
	found, err := collect(r, scanPartner, sqlPartner, p)
	if err != nil {
		return party.Partner{}, err
	}
	if len(found) == 0 {
		return party.Partner{}, fault.NotFound("partner.unknown", nil)
	}
	return found[0], nil
}

// Partner implements app.Reader. A reseller's scope gives its provider: who is billed. Fault "partner.unknown".
func (r *Reader) Partner(s party.Scope) (party.Partner, error) { return r.partner(s.Partner()) }

// OwnPartner implements app.Reader.
func (r *Reader) OwnPartner(s party.Scope) (party.Partner, error) { return r.partner(s.Own()) }

// Resellers implements app.Reader.
func (r *Reader) Resellers(s party.Scope) ([]party.Partner, error) {
	if s.Reseller() != "" {
		own, err := r.OwnPartner(s)
		return []party.Partner{own}, err
	}
	all, err := collect(r, scanPartner, sqlPartnersOf, s.Partner())
	return byName(all), err
}

// Partners implements app.Reader.
func (r *Reader) Partners() ([]party.Partner, error) {
	all, err := collect(r, scanPartner, sqlPartnersAll)
	return byName(all), err
}

func byName(all []party.Partner) []party.Partner {
	slices.SortFunc(all, func(a, b party.Partner) int {
		return cmp.Or(strings.Compare(fold(a.Name), fold(b.Name)), strings.Compare(string(a.ID), string(b.ID)))
	})
	return all
}

// PartnersByMPN implements app.Reader.
func (r *Reader) PartnersByMPN(mpn string) ([]party.Partner, error) {
	return collect(r, scanPartner, sqlPartnersByMPN, mpn)
}

// SavePartner implements app.Tx. Kind and provider stay.
func (t *Tx) SavePartner(p party.Partner) error {
	return t.exec(1, fault.Conflict("partner.changed", nil), sqlPartnerUpdate, p.ID, p.Version, null(p.MPN), partnerBody(p))
}

// partnerFrom fills in what of a partner is in its body.
func partnerFrom(text []byte, p *party.Partner) error {
	var b partnerShape
	if err := fromBody(text, &b); err != nil {
		return err
	}
	p.Name, p.Country, p.MPN, p.BillingDay, p.Culture = b.Name, b.Country, b.MPN, b.BillingDay, b.Culture
	p.RatePerMinute, p.Sandbox, p.PeopleOnly, p.Profiles = b.RatePerMinute, b.Sandbox, b.PeopleOnly, b.Profiles.profiles()
	p.SuspendedAt = instant(b.SuspendedAt)
	return nil
}

// AddPartner implements app.Tx: one that is there already is "partner.exists". Added rows have version 1, here as
// everywhere; a saved one has one more than it was read with.
func (t *Tx) AddPartner(p party.Partner) error {
	exists := fault.Conflict("partner.exists", nil)
	if err := t.exec(1, exists, sqlPartnerInsert, p.ID, p.Kind, null(p.Provider), null(p.MPN), partnerBody(p)); err != nil {
		return err
	}
	return t.exec(1, exists, sqlTenantInsert, p.ID, nil)
}

// NameTenant implements app.Tx.
func (t *Tx) NameTenant(p id.Partner, domain string) error {
	return t.exec(1, fault.Conflict("partner.domain_taken", nil), sqlTenantDomain, p, domain)
}

// DomainTaken implements app.Reader; domain is lower case.
func (r *Reader) DomainTaken(domain string) (bool, error) {
	var n int64
	err := r.queryRow(sqlDomainTaken, domain).scan(&n)
	return n > 0, err
}

// SetDomain gives a partner a domain, in lower case, by which its token endpoints are found.
// Faults: "customer.domain_taken", "partner.unknown".
func (s *Store) SetDomain(ctx context.Context, p id.Partner, domain string) error {
	return s.change(ctx, func(t *Tx) error {
		if _, err := t.Partner(party.NewScope(p, "")); err != nil {
			return err
		}
		return t.exec(1, domainTaken, sqlTenantDomain, p, domain)
	})
}

// Tenant is the partner that a domain, in lower case, belongs to. Fault "partner.unknown".
func (s *Store) Tenant(ctx context.Context, domain string) (p id.Partner, err error) {
	err = s.engine.view(ctx, func(r *Reader) error {
		return r.queryRow(sqlDomainPartner, domain).scanOr(fault.NotFound("partner.unknown", nil), &p)
	})
	return p, err
}

// change is an Update that no caller asked for: nobody's scope, no lock, no replay record.
func (s *Store) change(ctx context.Context, fn func(*Tx) error) error {
	_, err := s.update(ctx, &app.Act{}, nil, func(t *Tx) (any, error) { return nil, fn(t) })
	return err
}
