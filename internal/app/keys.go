package app

import (
	"context"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// RevealedKey is a product key in clear, on its way to the one who may see it (R04).
type RevealedKey struct {
	license.Key
	Plain string
}

// RevealKey shows a line's product key, taking one from its pool the first time (F44, F50, R04). A retry is not answered
// from the replay record: it is decided and recorded like any other reveal, and the line keeps its key.
// Faults: those of license.RevealKey, "key.pool_empty".
func (a *App) RevealKey(ctx context.Context, who party.Actor, req Request, c id.Customer, orderID string, line int, ask license.KeyRequest) (Reply, error) {
	req.ID = ""
	g := guarded{a, who, req, c, orderID, line, activity.GetSoftwareKey, activity.SoftwareKey}
	return g.run(ctx, func(tx Tx, item SoftwareItem, now time.Time) (told, error) {
		key, err := a.takeKey(tx, who, item, ask, now)
		if err != nil {
			return told{}, err
		}
		plain, err := a.Vault.OpenSealed(key.Binding(), key.Sealed)
		return told{RevealedKey{key, string(plain)}, string(key.ID), key.Version}, err
	})
}

func (a *App) takeKey(tx Tx, who party.Actor, item SoftwareItem, ask license.KeyRequest, now time.Time) (license.Key, error) {
	key, err := pickKey(tx, who, item, ask)
	if err != nil || key.State == license.Assigned {
		return key, err
	}
	if key, err = key.Assign(item.licensed(who.Scope), now); err != nil {
		return license.Key{}, err
	}
	return key, tx.AssignKey(key)
}

// pickKey finds the key that answers a request: one the line holds, or a free one that it has yet to take.
func pickKey(r Reader, who party.Actor, item SoftwareItem, ask license.KeyRequest) (license.Key, error) {
	held, err := r.Keys(who.Scope, item.Order.ID, item.Line.Number)
	if err != nil {
		return license.Key{}, err
	}
	reveal, err := license.RevealKey(item.Delivery, item.licensed(who.Scope), held, ask)
	if err != nil || !reveal.Take {
		return reveal.Key, err
	}
	free, ok, err := r.FreeKey(who.Scope, reveal.Pool, reveal.Version)
	if err != nil {
		return license.Key{}, err
	}
	if !ok {
		return license.Key{}, license.PoolEmpty()
	}
	return free, nil
}

// AddKeys puts product keys into a pool, sealed from the first moment (R15). Faults: "key.duplicate", "key.malformed".
func (a *App) AddKeys(ctx context.Context, who party.Actor, pool, version string, plain []string) error {
	if err := who.May(party.OperateSystem); err != nil {
		return err
	}
	keys := make([]license.Key, len(plain))
	for i, p := range plain {
		if p == "" || len(p) > 256 {
			return fault.Invalid("key.malformed", fault.Args{"row": i + 1})
		}
		k := license.Key{
			ID: id.Key(a.IDs.GUID()), Partner: who.Scope.Partner(), Pool: pool, Version: version, Kind: license.MAK, State: license.Free,
			Fingerprint: a.Vault.Fingerprint(string(who.Scope.Partner())+"/"+pool, p),
		}
		var err error
		if k.Sealed, err = a.Vault.Seal(k.Binding(), []byte(p)); err != nil {
			return err
		}
		keys[i] = k
	}
	_, err := a.Store.Update(ctx, Act{Actor: who, Lock: Lock{Partner: true}}, func(tx Tx) (any, error) {
		return nil, tx.AddKeys(keys)
	})
	return err
}
