package app

import (
	"context"
	"slices"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// recurringMost bounds the active subscriptions of one customer that are added up.
const recurringMost = 2_000

// recurringTogether is how many customers one trip asks about.
const recurringTogether = 200

// Recurring is what a customer's active subscriptions bring in a month: subscription.Monthly of each, added up by currency.
// Currencies are never added to each other.
type Recurring struct {
	Sums   []money.Amount // by code; none: nothing
	Active Counted        // the subscriptions; where there are more, it is more than that
}

// Recurring tells the monthly recurring revenue of each of a list's customers, at the prices that the partner is charged (R14: they are
// prices); of one that is not the caller's there is none.
func (a *App) Recurring(ctx context.Context, who party.Actor, customers []party.Customer) (map[id.Customer]Recurring, error) {
	if err := who.May(party.ReadPrices); err != nil {
		return nil, err
	}
	ids := make([]id.Customer, len(customers))
	for i, c := range customers {
		ids[i] = c.ID
	}
	return read(ctx, a.Store, func(r Reader) (map[id.Customer]Recurring, error) {
		all := make(map[id.Customer]Recurring, len(ids))
		for some := range slices.Chunk(ids, recurringTogether) {
			found, err := r.Recurring(who.Scope, some, recurringMost)
			if err != nil {
				return nil, err
			}
			for c, one := range found {
				all[c] = one
			}
		}
		return all, nil
	})
}
