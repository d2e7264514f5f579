package partnercenter

import (
	"context"
	"net/http"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// deliveryOperations are our extension: the operator says what a SKU of software gives its buyer (R15).
func (a *api) deliveryOperations() []operation {
	const path = "/v1/operator/products/{product}/skus/{sku}/delivery"
	acts := []party.Act{party.OperateSystem}
	return []operation{
		{method: http.MethodGet, path: path, acts: acts, scope: scopeOperator, status: http.StatusOK, handle: a.showDelivery},
		{method: http.MethodPut, path: path, acts: acts, scope: scopeOperator, status: http.StatusOK, handle: a.putDelivery},
	}
}

type delivery struct {
	HasKeys         bool              `json:"hasKeys"`
	Supplier        string            `json:"supplier,omitempty"` // absent: the pool
	Suppliers       map[string]string `json:"suppliers,omitempty"`
	Pool            string            `json:"pool,omitempty"`
	KeyVersions     []string          `json:"keyVersions,omitempty"`
	InstructionsURI string            `json:"instructionsUri,omitempty"`
	Files           []deliveredFile   `json:"files"`
	Attributes      *attributes       `json:"attributes"`
}

type deliveredFile struct {
	Version  string `json:"version,omitempty"`
	Language string `json:"language,omitempty"`
	FileType string `json:"fileType,omitempty"`
	FileName string `json:"fileName"`
	SHA256   string `json:"sha256"`
	Size     int64  `json:"size"` // bytes; not read
}

// suppliersPool is the word for the pool where one has to be said.
const suppliersPool = "pool"

func deliveryOf(d license.Delivery) delivery {
	w := delivery{
		HasKeys: d.HasKeys, Supplier: d.Supplier, Pool: d.Pool, KeyVersions: d.KeyVersions, InstructionsURI: d.InstructionsURI,
		Files: make([]deliveredFile, len(d.Files)), Attributes: of("SoftwareDelivery"),
	}
	for v, s := range d.Suppliers {
		if w.Suppliers == nil {
			w.Suppliers = map[string]string{}
		}
		if w.Suppliers[v] = s; s == license.FromPool {
			w.Suppliers[v] = suppliersPool
		}
	}
	for i, f := range d.Files {
		w.Files[i] = deliveredFile{f.Version, f.Language, f.FileType, f.Name, f.SHA256, f.Size}
	}
	return w
}

func (w delivery) read() license.Delivery {
	supplier := func(s string) string {
		if s = strings.TrimSpace(s); strings.EqualFold(s, suppliersPool) {
			return license.FromPool
		}
		return s
	}
	d := license.Delivery{
		HasKeys: w.HasKeys, Supplier: supplier(w.Supplier), Pool: strings.TrimSpace(w.Pool), KeyVersions: w.KeyVersions,
		InstructionsURI: strings.TrimSpace(w.InstructionsURI),
	}
	for v, s := range w.Suppliers {
		if d.Suppliers == nil {
			d.Suppliers = map[string]string{}
		}
		d.Suppliers[v] = supplier(s)
	}
	for _, f := range w.Files {
		d.Files = append(d.Files, license.File{
			Version: strings.TrimSpace(f.Version), Language: strings.TrimSpace(f.Language), FileType: strings.TrimSpace(f.FileType),
			Name: f.FileName, SHA256: strings.ToLower(f.SHA256),
		})
	}
	return d
}

func (r *request) sku() (id.Product, id.Sku) {
	return id.Product(strings.ToUpper(r.path("product"))), id.Sku(strings.ToUpper(r.path("sku")))
}

func (a *api) showDelivery(ctx context.Context, r *request) (answer, error) {
	product, sku := r.sku()
	d, err := a.app.Delivery(ctx, r.actor, product, sku)
	if err != nil {
		return answer{}, err
	}
	return reply(deliveryOf(d))
}

// putDelivery replaces what a SKU delivers, whole.
func (a *api) putDelivery(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	in, err := read[delivery](r)
	if err != nil {
		return answer{}, err
	}
	product, sku := r.sku()
	req := r.replay(false, func(outcome any) (answer, error) { return reply(deliveryOf(outcome.(license.Delivery))) })
	return a.app.SetDelivery(ctx, r.actor, req, product, sku, in.value.read(), "")
}
