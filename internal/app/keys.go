package app

import (
	"context"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// RevealedKey is a product key in clear, on its way to the one who may see it (R04). While it is being prepared there is none
// yet, only its version.
type RevealedKey struct {
	license.Key
	Plain     Clear
	Preparing bool
}

// RevealKey shows a line's product key, taking one from its pool the first time (F44, F50, R04). When the pool is empty the
// line queues up, by the instant of its order, and the answer says that its key is being prepared; so it does where keys come
// from another supplier, which is asked by a Supply. A retry is not answered
// from the replay record: it is decided and recorded like any other reveal, and the line keeps its key.
// Faults: those of license.RevealKey.
func (a *App) RevealKey(ctx context.Context, who party.Actor, req Request, c id.Customer, orderID string, line int, ask license.KeyRequest) (Reply, error) {
	req.ID = ""
	g := guarded{a, who, req, c, orderID, line, activity.GetSoftwareKey, activity.SoftwareKey}
	return g.run(ctx, func(tx Tx, item SoftwareItem, now time.Time) (told, error) {
		reveal, err := revealOf(tx, who, item, ask)
		if err != nil {
			return told{}, err
		}
		key := reveal.Key
		if reveal.Take {
			var ok bool
			if key, ok, err = a.source(reveal.Supplier).take(tx, who.Scope, item, reveal, now); err != nil {
				return told{}, err
			}
			if !ok {
				waiting := RevealedKey{Key: license.Key{Version: reveal.Version}, Preparing: true}
				return told{outcome: waiting, row: string(item.Order.ID), what: reveal.Version, kept: "key.preparing"}, nil
			}
		}
		plain, err := a.Vault.OpenSealed(key.Binding(), key.Sealed)
		return told{outcome: RevealedKey{Key: key, Plain: Clear(plain)}, row: string(key.ID), what: key.Version}, err
	})
}

// revealOf decides which key answers a request: one the line holds, or one that it has yet to take.
func revealOf(r Reader, who party.Actor, item SoftwareItem, ask license.KeyRequest) (license.Reveal, error) {
	held, err := r.Keys(who.Scope, item.Order.ID, item.Line.Number)
	if err != nil {
		return license.Reveal{}, err
	}
	return license.RevealKey(item.Delivery, item.licensed(who.Scope), held, ask)
}

// keySource gives a line a key within an act, or its place in a queue; ok tells which. It asks nobody outside: an act holds
// locks.
type keySource interface {
	take(tx Tx, scope party.Scope, item SoftwareItem, reveal license.Reveal, now time.Time) (key license.Key, ok bool, err error)
}

// source is where keys of a supplier come from: the pool, which is built in, or somebody who is asked later.
func (a *App) source(supplier string) keySource {
	if supplier == license.FromPool {
		return pooled{}
	}
	return supplied{ref: a.IDs.GUID(), due: a.Wall.Now()}
}

// pooled gives the oldest free key of the line's pool.
type pooled struct{}

func (pooled) take(tx Tx, scope party.Scope, item SoftwareItem, reveal license.Reveal, now time.Time) (key license.Key, ok bool, err error) {
	line := item.licensed(scope)
	free, err := tx.FreeKeys(scope, reveal.Pool, reveal.Version, 1)
	if err != nil {
		return key, false, err
	}
	if len(free) > 0 {
		key = free[0]
	} else if key, ok, err = tx.LastKey(reveal.Pool, reveal.Version); err != nil {
		return key, false, err
	} else if !ok {
		return key, false, tx.AddWait(reveal.Wait(line, item.Order.At, now))
	}
	if key, err = key.Assign(line, now); err != nil {
		return license.Key{}, false, err
	}
	return key, true, tx.AssignKey(key)
}

// supplied queues the line up for a supplier outside.
type supplied struct {
	ref string
	due time.Time // wall time
}

func (s supplied) take(tx Tx, scope party.Scope, item SoftwareItem, reveal license.Reveal, now time.Time) (key license.Key, ok bool, err error) {
	w := reveal.Wait(item.licensed(scope), item.Order.At, now)
	w.Ref, w.NextAt = s.ref, s.due
	return key, false, tx.AddWait(w)
}
