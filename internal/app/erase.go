package app

import (
	"context"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Erase forgets a name for the operator (R15): whoever goes by it is removed, and the log says "erased" wherever it was. What
// was recorded stays, and stays proved: records never held the name. The actor works in the scope of the person, or in none
// when the person was removed before. The outcome is the number of aliases that were erased.
// Faults: "user.unknown" when nothing is known by that name, "user.last_admin".
func (a *App) Erase(ctx context.Context, who party.Actor, req Request, name string, p *party.Person) (Reply, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Reply{}, err
	}
	if err := who.Prove(); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Partner: who.Scope.Own() != ""}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		s := saver{app: a, tx: tx, act: &act, now: a.Clock.Now()}
		resource, row := activity.PartnerUser, ""
		if p != nil {
			found, err := tx.Person(who.Scope, p.Customer, p.ID)
			if err != nil {
				return nil, err
			}
			if s.customer, err = employer(tx, who, p.Customer); err != nil {
				return nil, err
			}
			if err := keepAdmin(tx, who, found, nil); err != nil {
				return nil, err
			}
			if err := tx.RemovePerson(found); err != nil {
				return nil, err
			}
			if row = string(p.ID); p.Customer != "" {
				if err := tx.FreeSeatsOf(p.Customer, p.ID); err != nil {
					return nil, err
				}
				resource = activity.CustomerUser
			}
		}
		n, err := tx.EraseAliases(name, a.Wall.Now())
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return nil, fault.NotFound("user.unknown", nil)
		}
		return n, s.record(activity.EraseUser, resource, row)
	})
}
