package app

import (
	"context"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// RenewReservation switches the auto-renew of a reservation on or off (F06; R01, as its purchase): the one thing of it that
// changes. The outcome is a SubscriptionView. Faults: "subscription.unknown" for anything else, those of
// subscription.SetAutoRenew, "etag.stale" where it is not the version that was seen.
func (a *App) RenewReservation(ctx context.Context, who party.Actor, req Request, c id.Customer, sub id.Subscription, on bool, version int64) (Reply, error) {
	if err := who.MayFor(party.BuySoftware, c); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		d, h, err := a.deciderOn(tx, &act, c, sub)
		if err != nil {
			return nil, err
		}
		switch {
		case h.Kind != catalog.Reservation:
			return nil, fault.NotFound("subscription.unknown", nil)
		case version != 0 && version != h.Version && h.State.Live():
			return nil, fault.Invalid("etag.stale", nil)
		}
		return d.change(h, Changes{AutoRenew: &on}, Asked{})
	})
}
