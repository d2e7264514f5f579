package app

import (
	"context"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Explain tells how each line came about (F75, R08), in the order of the lines: for credits with what was charged and
// credited on their order before.
func (a *App) Explain(ctx context.Context, who party.Actor, lines []StatementLine) ([]billing.Explanation, error) {
	if err := who.May(party.ReadInvoices); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]billing.Explanation, error) { return explain(r, who.Scope, lines) })
}

func explain(r Reader, scope party.Scope, lines []StatementLine) ([]billing.Explanation, error) {
	out := make([]billing.Explanation, len(lines))
	orders := map[id.Order][]billing.Charge{}
	for i, l := range lines {
		charges, known := orders[l.Charge.Order]
		if l.Of != "" && !known {
			var err error
			if charges, err = r.Charges(scope, ChargeQuery{Customer: l.Charge.Customer, Order: l.Charge.Order}); err != nil {
				return nil, err
			}
			orders[l.Charge.Order] = charges
		}
		out[i] = billing.Explain(l.Charge, charges)
	}
	return out, nil
}
