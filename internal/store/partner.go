// Partners, and the directory of all tenants.
package store

import (
	"context"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	sqlPartner       = `SELECT id, kind, provider_id, version, body FROM partner WHERE id = $1`
	sqlPartnerInsert = `INSERT INTO partner (id, kind, provider_id, mpn, body) VALUES ($1, $2, $3, $4, $5)`
	sqlTenantInsert  = `INSERT INTO tenant (id, domain) VALUES ($1, $2)`
	sqlTenantDomain  = `UPDATE tenant SET domain = $2 WHERE id = $1`
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
}

// Partner implements app.Reader. A reseller's scope gives its provider: who is billed. Fault "partner.unknown".
func (r *Reader) Partner(s party.Scope) (p party.Partner, err error) {
	var text []byte
	if err := r.queryRow(sqlPartner, s.Partner()).
		scanOr(fault.NotFound("partner.unknown", nil), &p.ID, &p.Kind, &p.Provider, &p.Version, &text); err != nil {
		return party.Partner{}, err
	}
	if err := partnerFrom(text, &p); err != nil {
		return party.Partner{}, err
	}
	return p, nil
}

// partnerFrom fills in what of a partner is in its body.
func partnerFrom(text []byte, p *party.Partner) error {
	var b partnerShape
	if err := fromBody(text, &b); err != nil {
		return err
	}
	p.Name, p.Country, p.MPN, p.BillingDay, p.Culture = b.Name, b.Country, b.MPN, b.BillingDay, b.Culture
	p.RatePerMinute, p.Sandbox, p.PeopleOnly = b.RatePerMinute, b.Sandbox, b.PeopleOnly
	return nil
}

// AddPartner implements app.Tx: one that is there already is "partner.exists". Added rows have version 1, here as
// everywhere; a saved one has one more than it was read with.
func (t *Tx) AddPartner(p party.Partner) error {
	exists := fault.Conflict("partner.exists", nil)
	if err := t.exec(1, exists, sqlPartnerInsert, p.ID, p.Kind, null(p.Provider), null(p.MPN),
		toBody(partnerShape{p.Name, p.Country, p.MPN, p.BillingDay, p.Culture, p.RatePerMinute, p.Sandbox, p.PeopleOnly})); err != nil {
		return err
	}
	return t.exec(1, exists, sqlTenantInsert, p.ID, nil)
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
