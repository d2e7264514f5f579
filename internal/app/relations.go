package app

import (
	"context"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Resellers are the indirect resellers of a provider, by name; other partners have none (R20).
func (a *App) Resellers(ctx context.Context, who party.Actor) ([]party.Partner, error) {
	if err := who.May(party.ReadPartner); err != nil || who.Kind != party.IndirectProvider {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]party.Partner, error) { return r.Resellers(who.Scope) })
}

// Provider is the indirect provider that a reseller sells through; other partners have none (R20).
func (a *App) Provider(ctx context.Context, who party.Actor) ([]party.Partner, error) {
	if err := who.May(party.ReadPartner); err != nil || who.Kind != party.IndirectReseller {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]party.Partner, error) {
		p, err := r.Partner(who.Scope)
		return []party.Partner{p}, err
	})
}

// CustomerReseller is the reseller of record of a customer, if it has one (R20).
func (a *App) CustomerReseller(ctx context.Context, who party.Actor, c id.Customer) ([]party.Partner, error) {
	if err := who.MayFor(party.ReadPartner, c); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]party.Partner, error) {
		customer, err := r.Customer(who.Scope, c)
		if err != nil || customer.Reseller == "" {
			return nil, err
		}
		resellers, err := r.Resellers(who.Scope)
		for _, p := range resellers {
			if p.ID == customer.Reseller {
				return []party.Partner{p}, err
			}
		}
		return nil, err
	})
}

// OwnPartner is the caller's partner with what it tells of itself (R20).
func (a *App) OwnPartner(ctx context.Context, who party.Actor) (party.Partner, error) {
	if err := who.May(party.ReadPartner); err != nil {
		return party.Partner{}, err
	}
	return read(ctx, a.Store, func(r Reader) (party.Partner, error) { return r.OwnPartner(who.Scope) })
}

// PartnerByMPN finds the caller's partner, or one that it has a relationship with, by its id in the trade programme (R20).
// Fault: "reseller.mpn_unknown".
func (a *App) PartnerByMPN(ctx context.Context, who party.Actor, mpn string) (party.Partner, error) {
	if err := who.May(party.ReadPartner); err != nil {
		return party.Partner{}, err
	}
	return read(ctx, a.Store, func(r Reader) (party.Partner, error) {
		found, err := r.PartnersByMPN(mpn)
		if err != nil {
			return party.Partner{}, err
		}
		for _, p := range found {
			if p.ID == who.Scope.Own() || p.ID == who.Scope.Partner() || p.Provider == who.Scope.Own() {
				return p, nil
			}
		}
		return party.Partner{}, fault.NotFound("reseller.mpn_unknown", nil)
	})
}

// EditPartner changes what the caller's partner tells of itself (R23); version is the one the caller believes to change, 0:
// whichever is there. change keeps what identifies the partner. Faults: "etag.stale", "partner.changed".
func (a *App) EditPartner(ctx context.Context, who party.Actor, req Request, version int64, change func(*party.Partner)) (Reply, error) {
	if err := who.May(party.EditPartner); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Partner: true}, Request: req, Version: func(tx Tx) (int64, error) {
		p, err := tx.OwnPartner(who.Scope)
		return p.Version, err
	}}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		p, err := tx.OwnPartner(who.Scope)
		if err != nil {
			return nil, err
		}
		if version != 0 && version != p.Version {
			return nil, fault.Invalid("etag.stale", nil)
		}
		before := p
		if change(&p); p == before {
			return p, nil
		}
		if err := tx.SavePartner(p); err != nil {
			return nil, err
		}
		p.Version++
		s := saver{app: a, tx: tx, act: &act, now: a.Clock.Now()}
		return p, s.record(activity.UpdatePartner, activity.PartnerProfile, string(p.ID))
	})
}
