package app

import (
	"context"
	"strconv"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// MaxWithdrawn is how many keys one act revokes at most.
const MaxWithdrawn = 10_000

// WithdrawKeys revokes keys of a pool that nobody was given yet (R15): count of them, those that were added last, because a
// batch that leaked is most often the latest. There is no way back: a revoked key is never imported again. free is how
// many the caller saw free: what was looked at is what is done. Who does it has proved who they are. The outcome is the license.Pool.
// Faults: "proof.needed", "pool.malformed", "pool.withdraw" with the most there may be, "pool.changed".
func (a *App) WithdrawKeys(ctx context.Context, who party.Actor, req Request, pool, version string, count int, free int64) (Reply, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Reply{}, err
	}
	if err := who.Prove(); err != nil {
		return Reply{}, err
	}
	if !poolNamed(pool, version) {
		return Reply{}, fault.Invalid("pool.malformed", nil)
	}
	if most := min(free, MaxWithdrawn); count < 1 || int64(count) > most {
		return Reply{}, fault.Invalid("pool.withdraw", fault.Args{"max": max(most, 0)})
	}
	act := Act{Actor: who, Lock: Lock{Partner: true}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		if err := tx.HoldPool(pool, version); err != nil { // no import serves lines meanwhile
			return nil, err
		}
		before, err := poolOf(tx, who.Scope, pool, version)
		if err != nil {
			return nil, err
		}
		if before.Free != free {
			return nil, fault.Conflict("pool.changed", nil)
		}
		now := a.Clock.Now()
		if err := tx.WithdrawKeys(pool, version, count, now); err != nil {
			return nil, err
		}
		s := saver{a, tx, &act, party.Customer{}, now}
		err = s.record(activity.UpdateKeyPool, activity.KeyPool, pool, activity.Detail{Key: "Version", Value: version}, activity.Detail{Key: "Revoked", Value: strconv.Itoa(count)})
		before.Free, before.Revoked = before.Free-int64(count), before.Revoked+int64(count)
		return before, err
	})
}
