package partnercenter

import (
	"context"
	"net/http"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// keyRequestOperations are our extension: lines that wait for a key from a supplier other than their pool, which the operator can
// hand over (R15), and the keys that a publisher brings for its own products (R17). No answer has a key in it.
func (a *api) keyRequestOperations() []operation {
	const all = "/v1/partner/keyrequests"
	operate := []party.Act{party.OperateSystem}
	return []operation{
		{method: http.MethodGet, path: all, acts: operate, scope: scopePartner, status: http.StatusOK, handle: a.listKeyRequests},
		{method: http.MethodPost, path: all + "/{keyrequest}", acts: operate, scope: scopePartner, status: http.StatusOK, handle: a.handKey},
		{
			method: http.MethodPost, path: "/v1/publisher/products/{product}/keys", acts: []party.Act{party.SupplyKeys}, scope: scopePartner,
			status: http.StatusOK, handle: a.supplyKeys,
		},
	}
}

type keyRequestLine struct {
	ID             string      `json:"id"`
	Supplier       string      `json:"supplier"`
	Pool           string      `json:"pool"`
	Version        string      `json:"version,omitempty"`
	CustomerID     string      `json:"customerId"`
	OrderID        string      `json:"orderId"`
	LineItemNumber int         `json:"lineItemNumber"`
	ProductID      string      `json:"productId"`
	SkuID          string      `json:"skuId"`
	Title          string      `json:"title"`
	Quantity       int64       `json:"quantity"`
	OrderedAt      wireTime    `json:"orderedAt"`
	AskedAt        wireTime    `json:"askedAt"`
	Attributes     *attributes `json:"attributes"`
}

func (a *api) listKeyRequests(ctx context.Context, r *request) (answer, error) {
	found, err := a.app.KeyRequests(ctx, r.actor)
	if err != nil {
		return answer{}, err
	}
	items := make([]keyRequestLine, len(found))
	for i, k := range found {
		items[i] = keyRequestLine{
			k.Ref, k.Supplier, k.Pool, k.Version, string(k.Customer), string(k.Order), k.Line, string(k.Product), string(k.Sku), k.Title, k.Quantity,
			at(k.OrderedAt), at(k.AskedAt), of("KeyRequest"),
		}
	}
	return unpaged(r, items)
}

type handedKey struct {
	ProductKey string `json:"productKey"`
	Kind       string `json:"kind"`
}

type keyHanded struct {
	OrderID        string      `json:"orderId"`
	LineItemNumber int         `json:"lineItemNumber"`
	Version        string      `json:"version,omitempty"`
	State          string      `json:"state"`
	Attributes     *attributes `json:"attributes"`
}

// handKey gives one line that waits its key.
func (a *api) handKey(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	in, err := read[handedKey](r)
	if err != nil {
		return answer{}, err
	}
	switch {
	case strings.EqualFold(in.value.Kind, "KMS"):
		return answer{}, fault.Refuse("key.kms_refused", nil)
	case in.value.Kind != "" && !strings.EqualFold(in.value.Kind, license.MAK):
		return answer{}, fault.Invalid("key.unknown_kind", nil)
	case in.value.ProductKey == "":
		return answer{}, fault.Invalid("member.missing", fault.Args{"member": "productKey"})
	}
	ref, _ := id.ParseGUID(r.path("keyrequest"))
	req := r.replay(true, func(outcome any) (answer, error) {
		k := outcome.(license.Key)
		return reply(keyHanded{string(k.Order), k.Line, k.Version, "active", of("KeyRequest")})
	})
	return a.app.HandKey(ctx, r.actor, req, ref, app.Clear(in.value.ProductKey))
}

type publisherKeys struct {
	SkuID   string   `json:"skuId"`
	Version string   `json:"version"`
	Kind    string   `json:"kind"`
	Keys    []string `json:"keys"`
}

// keysBrought says no more than what became of the keys that came: write-only.
type keysBrought struct {
	Added      int           `json:"added"`
	Held       int           `json:"held"`
	Duplicates int           `json:"duplicates"`
	Repeated   []repeatedKey `json:"repeated"`
	Attributes *attributes   `json:"attributes"`
}

// supplyKeys puts keys of a publisher's own product into its pool.
func (a *api) supplyKeys(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	in, err := read[publisherKeys](r)
	if err != nil {
		return answer{}, err
	}
	if len(in.value.Keys) == 0 {
		return answer{}, fault.Invalid("member.missing", fault.Args{"member": "keys"})
	}
	req := r.replay(true, func(outcome any) (answer, error) {
		k := keysAddedOf(outcome.(app.AddedKeys))
		return reply(keysBrought{k.Added, k.Held, k.Duplicates, k.Repeated, of("KeyImport")})
	})
	product := id.Product(strings.ToUpper(r.path("product")))
	batch := app.KeyBatch{Version: strings.TrimSpace(in.value.Version), Kind: in.value.Kind, Keys: hide(in.value.Keys)}
	return a.app.SupplyKeys(ctx, r.actor, req, product, id.Sku(strings.ToUpper(strings.TrimSpace(in.value.SkuID))), batch)
}
