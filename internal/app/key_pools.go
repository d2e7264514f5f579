package app

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// KeyPools are the pools of the actor's partner, by name and version (R15).
func (a *App) KeyPools(ctx context.Context, who party.Actor) ([]license.Pool, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]license.Pool, error) { return r.KeyPools(who.Scope) })
}

// SetLowWater says from how few free keys on a pool is low (R15); 0 takes the mark back. The pool need not have keys yet. The
// outcome is the license.Pool. Faults: "pool.malformed", "pool.mark".
func (a *App) SetLowWater(ctx context.Context, who party.Actor, req Request, pool, version string, mark int64) (Reply, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Reply{}, err
	}
	if !poolNamed(pool, version) {
		return Reply{}, fault.Invalid("pool.malformed", nil)
	}
	if mark < 0 || mark > maxMark {
		return Reply{}, fault.Invalid("pool.mark", fault.Args{"max": maxMark})
	}
	act := Act{Actor: who, Lock: Lock{Partner: true}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		if err := tx.SetLowWater(pool, version, mark); err != nil {
			return nil, err
		}
		s := saver{a, tx, &act, party.Customer{}, a.Clock.Now()}
		err := s.record(activity.UpdateKeyPool, activity.KeyPool, pool,
			activity.Detail{Key: "Version", Value: version}, activity.Detail{Key: "LowWater", Value: strconv.FormatInt(mark, 10)})
		if err != nil {
			return nil, err
		}
		return poolOf(tx, who.Scope, pool, version)
	})
}

func poolOf(r Reader, scope party.Scope, name, version string) (license.Pool, error) {
	pools, err := r.KeyPools(scope)
	i := slices.IndexFunc(pools, func(p license.Pool) bool { return p.Name == name && p.Version == version })
	if err != nil || i < 0 {
		return license.Pool{Name: name, Version: version}, err
	}
	return pools[i], nil
}

// The bounds of what is imported.
const (
	maxMark = 1_000_000
	maxKey  = 256 // bytes
)

// KeyBatch are keys of one pool and version.
type KeyBatch struct {
	Pool, Version string
	Kind          string // MAK, or empty for it
	Keys          []Clear
}

// AddedKeys is what became of keys that were imported. No key is in it, nor a part of one.
type AddedKeys struct {
	Pool   license.Pool // as it stands now, when all were of one
	Rows   int
	Added  int
	Served int // lines that had waited and have their key now

	// Held were in their pool already, Twice stood before among the same: neither is an error, each is left out. Repeated
	// are the first hundred of them.
	Held, Twice int
	Repeated    []RepeatedKey
}

// RepeatedKey is a place in what was imported, from 1; Line is 0 where there are no lines.
type RepeatedKey struct {
	Item, Line int
	Held       bool // else it stood before among the same
}

// AddKeys puts product keys into a pool, all or none, sealed from the first moment (R15); lines that wait for one are served
// first, the oldest order before the others. Safe to repeat. The outcome is AddedKeys.
// Faults: "pool.malformed", "key.kms_refused" (F50), "key.unknown_kind", "key.malformed" with the row.
func (a *App) AddKeys(ctx context.Context, who party.Actor, req Request, b KeyBatch) (Reply, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Reply{}, err
	}
	if !poolNamed(b.Pool, b.Version) {
		return Reply{}, fault.Invalid("pool.malformed", nil)
	}
	return a.addKeys(ctx, who, req, b)
}

// SupplyKeys puts product keys into the pool that a publisher's own product takes them from (R17), as AddKeys does; sku may be
// empty where the product's SKUs share one. The outcome is AddedKeys.
// Faults: "publisher.none", "product.unknown" for one that is another's or has no keys, "key.several_pools", "key.no_such_version",
// "key.other_supplier", those of AddKeys.
func (a *App) SupplyKeys(ctx context.Context, who party.Actor, req Request, product id.Product, sku id.Sku, b KeyBatch) (Reply, error) {
	if err := who.May(party.SupplyKeys); err != nil {
		return Reply{}, err
	}
	if who.Publisher == "" {
		return Reply{}, fault.Deny("publisher.none", nil)
	}
	entries, err := read(ctx, a.Store, func(r Reader) (map[id.Product]*catalog.Entry, error) { return r.Entries([]id.Product{product}) })
	if err != nil {
		return Reply{}, err
	}
	e := entries[product]
	if e == nil || e.Product.Publisher != who.Publisher {
		return Reply{}, fault.NotFound("product.unknown", nil)
	}
	if b.Pool, b.Version, err = poolOfProduct(e, sku, b.Version); err != nil {
		return Reply{}, err
	}
	return a.addKeys(ctx, who, req, b)
}

// poolOfProduct is the one pool, and the version in the catalogue's spelling, that keys of a product belong to.
func poolOfProduct(e *catalog.Entry, sku id.Sku, asked string) (pool, version string, err error) {
	found := false
	for _, s := range e.Skus {
		if !s.Delivery.HasKeys || sku != "" && s.ID != sku {
			continue
		}
		v, bad := s.Delivery.KeyVersion(asked)
		if bad == nil && s.Delivery.SupplierOf(v) != license.FromPool {
			bad = fault.Refuse("key.other_supplier", nil)
		}
		switch {
		case bad != nil:
			err = bad
		case found && (s.Delivery.Pool != pool || v != version):
			return "", "", fault.Invalid("key.several_pools", nil)
		default:
			pool, version, found = s.Delivery.Pool, v, true
		}
	}
	switch {
	case found:
		return pool, version, nil
	case err != nil:
		return "", "", err
	}
	return "", "", fault.NotFound("product.unknown", nil)
}

// addKeys checks keys of one pool and takes them in.
func (a *App) addKeys(ctx context.Context, who party.Actor, req Request, b KeyBatch) (Reply, error) {
	switch {
	case strings.EqualFold(b.Kind, "KMS"):
		return Reply{}, fault.Refuse("key.kms_refused", nil)
	case b.Kind != "" && !strings.EqualFold(b.Kind, license.MAK):
		return Reply{}, fault.Invalid("key.unknown_kind", nil)
	}
	for i, k := range b.Keys {
		if !keyFormed(string(k)) {
			return Reply{}, fault.Invalid("key.malformed", fault.Args{"row": i + 1})
		}
	}
	return a.takeIn(ctx, who, req, func(each func(keyRow) error) error {
		for i, k := range b.Keys {
			if err := each(keyRow{item: i + 1, poolVersion: poolVersion{b.Pool, b.Version}, key: k}); err != nil {
				return err
			}
		}
		return nil
	}, func(int) {})
}

// poolNamed tells whether texts can name a pool and a version; a version may be empty.
func poolNamed(pool, version string) bool {
	return license.Word(pool) && (version == "" || license.Word(version))
}

// keyFormed tells whether a text can be a product key: opaque, but something, and nothing that cannot be seen (F44).
func keyFormed(k string) bool { return k != "" && len(k) <= maxKey && license.Plain(k) }
