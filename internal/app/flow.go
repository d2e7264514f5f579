package app

import (
	"context"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// MostTraced is how many charges and credits of an order are followed.
const MostTraced = 1_000

// OrderFlow follows an order's money through charges, books and invoices (F75, R08), by its id or alternate id. ok is false where
// there is nothing to follow: nothing was charged, there is too much of it, or the reader's partner is not the one that is billed.
// Fault: "order.unknown".
func (a *App) OrderFlow(ctx context.Context, who party.Actor, c id.Customer, orderID string) (flow billing.Flow, ok bool, err error) {
	if err := who.MayFor(party.ReadCommerce, c); err != nil {
		return flow, false, err
	}
	if err := who.May(party.ReadInvoices); err != nil {
		return flow, false, err
	}
	if who.Scope.Reseller() != "" { // its provider is billed
		return flow, false, nil
	}
	flow, err = read(ctx, a.Store, func(r Reader) (billing.Flow, error) {
		_, o, err := r.CustomerOrder(who.Scope, c, orderID)
		if err != nil {
			return billing.Flow{}, err
		}
		charges, err := r.Charges(who.Scope, ChargeQuery{Customer: c, Order: o.ID, Limit: MostTraced + 1})
		if err != nil || len(charges) == 0 || len(charges) > MostTraced {
			return billing.Flow{}, err
		}
		return traced(r, who.Scope, charges)
	})
	return flow, !flow.Charged.IsZero(), err
}

func traced(r Reader, scope party.Scope, charges []billing.Charge) (billing.Flow, error) {
	documents, err := r.Editions(scope, charges[0].Gross().Currency(), charges[0].At, charges[len(charges)-1].At)
	if err != nil {
		return billing.Flow{}, err
	}
	posted, err := r.Postings(scope, charges)
	if err != nil {
		return billing.Flow{}, err
	}
	return billing.TraceFlow(charges, posted, documents), nil
}
