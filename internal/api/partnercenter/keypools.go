package partnercenter

import (
	"context"
	"net/http"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// keyPoolOperations are our extension: an operator sees how pools of product keys stand and fills them (R15). No answer has a
// key in it.
func (a *api) keyPoolOperations() []operation {
	const all = "/v1/partner/keypools"
	const one = all + "/{pool}"
	acts := []party.Act{party.OperateSystem}
	return []operation{
		{method: http.MethodGet, path: all, acts: acts, scope: scopePartner, status: http.StatusOK, handle: a.listKeyPools},
		{method: http.MethodPut, path: one, acts: acts, scope: scopePartner, status: http.StatusOK, handle: a.putKeyPool},
		{method: http.MethodPost, path: one + "/keys", acts: acts, scope: scopePartner, status: http.StatusOK, handle: a.addKeys},
	}
}

type keyPool struct {
	Pool       string      `json:"pool"`
	Version    string      `json:"version,omitempty"`
	Free       int64       `json:"free"`
	Assigned   int64       `json:"assigned"`
	Revoked    int64       `json:"revoked"`
	Waiting    int64       `json:"waiting"`  // lines that asked when there was no key
	LowWater   int64       `json:"lowWater"` // 0: no mark
	Low        bool        `json:"low"`
	Attributes *attributes `json:"attributes"`
}

func keyPoolOf(p license.Pool) keyPool {
	return keyPool{p.Name, p.Version, p.Free, p.Assigned, p.Revoked, p.Waiting, p.LowWater, p.Low(), of("KeyPool")}
}

func (a *api) listKeyPools(ctx context.Context, r *request) (answer, error) {
	pools, err := a.app.KeyPools(ctx, r.actor)
	if err != nil {
		return answer{}, err
	}
	items := make([]keyPool, len(pools))
	for i, p := range pools {
		items[i] = keyPoolOf(p)
	}
	return unpaged(r, items)
}

type keyPoolMark struct {
	Version  string `json:"version"`
	LowWater int64  `json:"lowWater"`
}

// putKeyPool sets the low-water mark of one version of a pool.
func (a *api) putKeyPool(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	in, err := read[keyPoolMark](r)
	if err != nil {
		return answer{}, err
	}
	if !in.has("lowwater") {
		return answer{}, fault.Invalid("member.missing", fault.Args{"member": "lowWater"})
	}
	req := r.replay(false, func(outcome any) (answer, error) { return reply(keyPoolOf(outcome.(license.Pool))) })
	return a.app.SetLowWater(ctx, r.actor, req, r.path("pool"), strings.TrimSpace(in.value.Version), in.value.LowWater)
}

type keyBatch struct {
	Version string   `json:"version"`
	Kind    string   `json:"kind"`
	Keys    []string `json:"keys"`
}

type keysAdded struct {
	Added      int           `json:"added"`
	Held       int           `json:"held"`       // were in the pool already
	Duplicates int           `json:"duplicates"` // stood before in the same list
	Served     int           `json:"served"`     // waiting lines that have theirs now
	Repeated   []repeatedKey `json:"repeated"`   // where the held and the duplicates stand, the first hundred
	Pool       keyPool       `json:"pool"`
	Attributes *attributes   `json:"attributes"`
}

type repeatedKey struct {
	Row  int  `json:"row"` // from 1
	Held bool `json:"held"`
}

func keysAddedOf(k app.AddedKeys) keysAdded {
	out := keysAdded{k.Added, k.Held, k.Twice, k.Served, make([]repeatedKey, len(k.Repeated)), keyPoolOf(k.Pool), of("KeyImport")}
	for i, place := range k.Repeated {
		out.Repeated[i] = repeatedKey{place.Item, place.Held}
	}
	return out
}

// hide makes keys that came in say nothing from here on.
func hide(keys []string) []app.Clear {
	out := make([]app.Clear, len(keys))
	for i, k := range keys {
		out[i] = app.Clear(k)
	}
	return out
}

// addKeys puts keys into a pool, all or none; they are never shown again here.
func (a *api) addKeys(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	in, err := read[keyBatch](r)
	if err != nil {
		return answer{}, err
	}
	if len(in.value.Keys) == 0 {
		return answer{}, fault.Invalid("member.missing", fault.Args{"member": "keys"})
	}
	req := r.replay(true, func(outcome any) (answer, error) { return reply(keysAddedOf(outcome.(app.AddedKeys))) })
	batch := app.KeyBatch{Pool: r.path("pool"), Version: strings.TrimSpace(in.value.Version), Kind: in.value.Kind, Keys: hide(in.value.Keys)}
	return a.app.AddKeys(ctx, r.actor, req, batch)
}
