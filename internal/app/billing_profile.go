package app

import (
	"context"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// UpdateBilling replaces a customer's billing profile (R12): what of b is not part of it is not looked at. version is the
// one the caller believes to change; 0: whichever is there. The country stays: what was sold there is priced, taxed and
// renewed there. Faults: "member.missing", "country.unknown", "customer.country_fixed", "etag.stale", "tenant.foreign".
func (a *App) UpdateBilling(ctx context.Context, who party.Actor, req Request, c id.Customer, b party.Customer, version int64) (Reply, error) {
	if err := who.MayFor(party.EditCustomer, c); err != nil {
		return Reply{}, err
	}
	if err := needBilling(b, ""); err != nil {
		return Reply{}, err
	}
	m, ok := market.Lookup(string(b.Address.Country))
	if !ok {
		return Reply{}, fault.Invalid("country.unknown", nil)
	}
	b.Address.Country = m.Country
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req, Version: customerVersion(who, c)}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		now := a.Clock.Now()
		old, err := tx.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		switch err := old.Dealing(); {
		case err != nil:
			return nil, err
		case version != 0 && version != old.Version:
			return nil, fault.Invalid("etag.stale", nil)
		case b.Address.Country != old.Country():
			return nil, fault.Refuse("customer.country_fixed", fault.Args{"country": string(old.Country())})
		}
		next := old
		next.FirstName, next.LastName, next.Email, next.Culture, next.Language = b.FirstName, b.LastName, b.Email, b.Culture, b.Language
		next.BillingCompany, next.Address = b.BillingCompany, b.Address
		changed := billingDiffers(old, next)
		if changed == "" {
			return old, nil
		}
		if err := tx.SaveCustomer(next); err != nil {
			return nil, err
		}
		next.Version++
		s := saver{a, tx, &act, next, now}
		return next, s.changed(activity.UpdateBilling, activity.Customer, string(c), billingChanges(old, next), activity.Detail{Key: "Changed", Value: changed})
	})
}

// customerVersion is the version that a stored answer about a customer is good for.
func customerVersion(who party.Actor, c id.Customer) func(Tx) (int64, error) {
	return func(tx Tx) (int64, error) {
		found, err := tx.Customer(who.Scope, c)
		return found.Version, err
	}
}

// billingDiffers names what differs between two billing profiles; empty when nothing does.
func billingDiffers(a, b party.Customer) string {
	var names []string
	for _, m := range [...]struct {
		name    string
		differs bool
	}{
		{"FirstName", a.FirstName != b.FirstName}, {"LastName", a.LastName != b.LastName}, {"Email", a.Email != b.Email},
		{"Culture", a.Culture != b.Culture}, {"Language", a.Language != b.Language},
		{"CompanyName", a.BillingCompany != b.BillingCompany}, {"DefaultAddress", a.Address != b.Address},
	} {
		if m.differs {
			names = append(names, m.name)
		}
	}
	return strings.Join(names, ", ")
}
