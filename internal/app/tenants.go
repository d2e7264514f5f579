package app

import (
	"context"
	"slices"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Tenants are all partners there are, by name (R15).
func (a *App) Tenants(ctx context.Context, who party.Actor) ([]party.Partner, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]party.Partner, error) { return r.Partners() })
}

// Tenant is one of them, with the operator at work in it (R15): what an actor of this scope may do is what the operator's
// roles allow and no more. Resellers have no books of their own: theirs are their provider's. Fault: "partner.unknown".
func (a *App) Tenant(ctx context.Context, who party.Actor, one id.Partner) (party.Partner, party.Actor, error) {
	all, err := a.Tenants(ctx, who)
	if err != nil {
		return party.Partner{}, who, err
	}
	i := slices.IndexFunc(all, func(p party.Partner) bool { return p.ID == one })
	if i < 0 {
		return party.Partner{}, who, fault.NotFound("partner.unknown", nil)
	}
	return all[i], who.Attending(party.NewScope(one, "")), nil
}

// Owing are the documents of the actor's partner that something is open on, the one that is due first on top (F80, R22).
func (a *App) Owing(ctx context.Context, who party.Actor) ([]billing.Invoice, error) {
	if err := who.May(party.RecordPayments); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]billing.Invoice, error) {
		all, err := r.Invoices(who.Scope, InvoiceQuery{})
		all = slices.DeleteFunc(all, func(i billing.Invoice) bool { return i.Open().IsZero() })
		slices.SortStableFunc(all, func(x, y billing.Invoice) int { return x.DueAt.Compare(y.DueAt) })
		return all, err
	})
}
