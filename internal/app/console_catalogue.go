package app

import (
	"context"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// PoolKey names a pool of any partner; lists are read on from one.
type PoolKey struct {
	Partner       id.Partner
	Pool, Version string
}

// AllKeyPools are the pools of all partners for the operator (R15), by the partner's name, the pool's and its version: at most limit
// from after one on, partner by partner until there are enough. Resellers have none: theirs are their provider's.
func (a *App) AllKeyPools(ctx context.Context, who party.Actor, after PoolKey, limit int) ([]QueuedPool, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]QueuedPool, error) {
		partners, err := r.Partners()
		if err != nil {
			return nil, err
		}
		from := max(0, slices.IndexFunc(partners, func(p party.Partner) bool { return p.ID == after.Partner }))
		out := []QueuedPool{}
		for _, p := range partners[min(from, len(partners)):] {
			if p.Kind == party.IndirectReseller {
				continue
			}
			pools, err := r.KeyPools(party.NewScope(p.ID, ""))
			if err != nil {
				return nil, err
			}
			for _, pool := range pools {
				if p.ID == after.Partner && (pool.Name < after.Pool || pool.Name == after.Pool && pool.Version <= after.Version) {
					continue
				}
				if len(out) == limit {
					return out, nil
				}
				out = append(out, QueuedPool{Partner: p.ID, Pool: pool})
			}
		}
		return out, nil
	})
}

// Catalogue lists what the installation sells or sold, imported offers too, by id from after one on, for the operator (R15): at most
// limit of those whose id, title or publisher holds text in any case. next is after for the page that follows, empty at the end;
// a page that finds little ends early and goes on there.
func (a *App) Catalogue(ctx context.Context, who party.Actor, text string, after id.Product, limit int) (list []*catalog.Entry, next id.Product, err error) {
	if err := who.May(party.OperateSystem); err != nil {
		return nil, "", err
	}
	text = strings.ToLower(text)
	list, err = read(ctx, a.Store, func(r Reader) ([]*catalog.Entry, error) {
		kept, on, err := catalogued(r, text, after, limit)
		if err != nil {
			return nil, err
		}
		next = on
		entries, err := r.Entries(kept)
		out := make([]*catalog.Entry, 0, len(kept))
		for _, p := range kept {
			if e := entries[p]; e != nil {
				out = append(out, e)
			}
		}
		return out, err
	})
	return list, next, err
}

// Catalogued is one product with all its SKUs, on sale or not, for the operator (R15). Fault: "product.unknown".
func (a *App) Catalogued(ctx context.Context, who party.Actor, product id.Product) (*catalog.Entry, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) (*catalog.Entry, error) {
		entries, err := r.Entries([]id.Product{product})
		if err == nil && entries[product] == nil {
			err = fault.NotFound("product.unknown", nil)
		}
		return entries[product], err
	})
}

// catalogued finds the products that hold text.
func catalogued(r Reader, text string, after id.Product, limit int) (kept []id.Product, next id.Product, err error) {
	for range pageStretches {
		found, err := r.Catalogue(after, pageStretch)
		if err != nil {
			return nil, "", err
		}
		for _, p := range found {
			if strings.Contains(strings.ToLower(string(p.ID)+"\n"+p.Title+"\n"+p.PublisherName), text) {
				if len(kept) == limit {
					return kept, after, nil
				}
				kept = append(kept, p.ID)
			}
			after = p.ID
		}
		if len(found) < pageStretch {
			return kept, "", nil
		}
	}
	return kept, after, nil
}

// CustomerCounts tells how many customers each partner has, those with an ended relationship too, removed ones not; of a reseller those
// that it is the reseller of, which are its provider's as well (R15). Partners without one are left out.
func (a *App) CustomerCounts(ctx context.Context, who party.Actor) (map[id.Partner]int64, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) (map[id.Partner]int64, error) { return r.CustomerCounts() })
}
