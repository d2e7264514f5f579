package partnercenter

import (
	"context"
	"net/http"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// productOperations are contract.md §7.1: one tree under a country, the same under a customer.
func (a *api) productOperations() []operation {
	read := []party.Act{party.ReadCommerce}
	ops := []operation{{
		method: http.MethodPost, path: "/v1/extensions/product/checkinventory", acts: read, scope: scopePartner, status: http.StatusOK,
		handle: a.checkInventory,
	}}
	for _, tree := range []struct {
		base  string
		scope scope
	}{{"/v1/products", scopePartner}, {"/v1/customers/{customer}/products", scopeCustomer}} {
		for _, row := range []struct {
			path   string
			handle func(context.Context, *request) (answer, error)
		}{
			{"", a.listProducts},
			{"/{product}", a.showProduct},
			{"/{product}/skus", a.listSkus},
			{"/{product}/skus/{sku}", a.showSku},
			{"/{product}/skus/{sku}/availabilities", a.listAvailabilities},
			{"/{product}/skus/{sku}/availabilities/{availability}", a.showAvailability},
		} {
			ops = append(ops, operation{
				method: http.MethodGet, path: tree.base + row.path, acts: read, scope: tree.scope, status: http.StatusOK, handle: row.handle,
			})
		}
	}
	return ops
}

// view is what a targetView shows: products of some kinds, and of them those with an item of a class. A view without
// kinds is a word of the contract for which there is nothing here.
type view struct {
	kinds []catalog.Kind
	class catalog.Class // empty: all
}

var (
	software     = []catalog.Kind{catalog.Software}
	reservations = []catalog.Kind{catalog.Reservation}
	views        = map[string]view{
		"Azure":                     {kinds: []catalog.Kind{catalog.SaaS}},
		"AzureReservations":         {kinds: reservations},
		"AzureReservationsVM":       {kinds: reservations},
		"AzureReservationsSQL":      {},
		"AzureReservationsCosmosDb": {},
		"MicrosoftAzure":            {},
		"OnlineServices":            {kinds: []catalog.Kind{catalog.OnlineService, catalog.SaaS}},
		"MarketplaceSaaS":           {kinds: []catalog.Kind{catalog.SaaS}},
		"Software":                  {kinds: software},
		"SoftwareSUSELinux":         {software, catalog.LinuxPlan},
		"SoftwareSUSE":              {software, catalog.LinuxPlan}, // an alias that clients use
		"SoftwarePerpetual":         {software, catalog.Perpetual},
		"SoftwareSubscriptions":     {software, catalog.SoftwareSub},
	}
	viewWords = named("Azure", "AzureReservations", "AzureReservationsVM", "AzureReservationsSQL", "AzureReservationsCosmosDb",
		"MicrosoftAzure", "OnlineServices", "MarketplaceSaaS", "Software", "SoftwareSUSELinux", "SoftwareSUSE", "SoftwarePerpetual",
		"SoftwareSubscriptions")
)

// shows tells whether the view keeps a product because of one of its items.
func (v view) shows(s shelf, items []app.Offered) bool {
	if v.class == "" {
		return true
	}
	for _, i := range items {
		for _, o := range s.options(i.Item) {
			if classOf(i.Item, o) == v.class {
				return true
			}
		}
	}
	return false
}

func (a *api) listProducts(ctx context.Context, r *request) (answer, error) {
	sent := r.query.get("targetview")
	if sent == "" {
		return answer{}, badValue("targetView", "one of "+strings.Join(viewWords.words, ", "))
	}
	word, ok := viewWords.match(sent)
	if !ok {
		return answer{}, fault.Deny("target.view", fault.Args{"known": viewWords.words})
	}
	v := views[word]
	found, entries, err := a.app.Products(ctx, r.actor, r.customer, r.query.get("country"), r.query.get("targetsegment"), v.kinds)
	if err != nil {
		return answer{}, err
	}
	if len(v.kinds) == 0 { // looked all the same: the country, the segment and the caller's right were asked
		entries = nil
	}
	s := shelf{Shelf: found, dialect: r.dialect(), tree: r.treeOf(found.Market)}
	items := make([]wireProduct, 0, len(entries))
	for _, e := range entries {
		if v.shows(s, found.Listed(e)) {
			items = append(items, s.product(e))
		}
	}
	return unpaged(r, items)
}

// unpaged answers a list that is not paged.
func unpaged[T any](r *request, items []T) (answer, error) {
	c := collect(items)
	c.Links = &collectionLinks{Self: linkTo(r.uri(r.query))}
	return reply(c)
}

// onShelf finds the product of the path with its items that are listed; with a {sku} in the path, the items of that one.
// Faults: "product.unknown", "sku.unknown".
func (a *api) onShelf(ctx context.Context, r *request) (shelf, *catalog.Entry, []app.Offered, error) {
	product := id.Product(strings.ToUpper(r.path("product")))
	found, e, err := a.app.Product(ctx, r.actor, r.customer, r.query.get("country"), r.query.get("targetsegment"), product)
	if err != nil {
		return shelf{}, nil, nil, err
	}
	items := found.Listed(e)
	if sku := r.path("sku"); sku != "" {
		if items = ofSku(items, sku); len(items) == 0 {
			return shelf{}, nil, nil, fault.NotFound("sku.unknown", nil)
		}
	}
	return shelf{Shelf: found, dialect: r.dialect(), tree: r.treeOf(found.Market)}, e, items, nil
}

// skusOnShelf is onShelf where SKUs are shown: they tell whether there are add-ons for them.
func (a *api) skusOnShelf(ctx context.Context, r *request) (shelf, *catalog.Entry, []app.Offered, error) {
	s, e, items, err := a.onShelf(ctx, r)
	if err == nil {
		s.addOns, err = a.app.AddOnsOnShelf(ctx, s.Shelf, e.Product.Kind)
	}
	return s, e, items, err
}

func ofSku(items []app.Offered, sku string) []app.Offered {
	var own []app.Offered
	for _, i := range items {
		if strings.EqualFold(string(i.Sku.ID), sku) {
			own = append(own, i)
		}
	}
	return own
}

func (a *api) showProduct(ctx context.Context, r *request) (answer, error) {
	s, e, _, err := a.onShelf(ctx, r)
	if err != nil {
		return answer{}, err
	}
	return reply(s.product(e))
}

func (a *api) listSkus(ctx context.Context, r *request) (answer, error) {
	s, e, items, err := a.skusOnShelf(ctx, r)
	if err != nil {
		return answer{}, err
	}
	skus := make([]wireSku, 0, len(e.Skus))
	for i := range e.Skus {
		if own := ofSku(items, string(e.Skus[i].ID)); len(own) > 0 {
			skus = append(skus, s.sku(own))
		}
	}
	return unpaged(r, skus)
}

func (a *api) showSku(ctx context.Context, r *request) (answer, error) {
	s, _, items, err := a.skusOnShelf(ctx, r)
	if err != nil {
		return answer{}, err
	}
	return reply(s.sku(items))
}

func (a *api) listAvailabilities(ctx context.Context, r *request) (answer, error) {
	s, _, items, err := a.skusOnShelf(ctx, r)
	if err != nil {
		return answer{}, err
	}
	list := make([]wireAvailability, len(items))
	for n, i := range items {
		list[n] = s.availability(i)
	}
	return unpaged(r, list)
}

func (a *api) showAvailability(ctx context.Context, r *request) (answer, error) {
	s, _, items, err := a.skusOnShelf(ctx, r)
	if err != nil {
		return answer{}, err
	}
	for _, i := range items {
		if strings.EqualFold(string(i.Availability.ID), r.path("availability")) {
			return reply(s.availability(i))
		}
	}
	return answer{}, fault.NotFound("availability.unknown", nil)
}

// inventoryCheck asks which of some items a customer could buy. A product without a SKU means all of its SKUs.
type inventoryCheck struct {
	TargetItems []struct {
		ProductID string `json:"productId"`
		SkuID     string `json:"skuId"`
	} `json:"targetItems"`
	InventoryContext map[string]*string `json:"inventoryContext"`
}

type inventoryItem struct {
	ProductID    string        `json:"productId"`
	SkuID        string        `json:"skuId"`
	IsRestricted bool          `json:"isRestricted"`
	Restrictions []restriction `json:"restrictions"`
}

type restriction struct {
	ReasonCode  string `json:"reasonCode"`
	Description string `json:"description"`
}

const maxTargets = 100

// checkInventory answers with a bare array; what is unknown is left out of it.
func (a *api) checkInventory(ctx context.Context, r *request) (answer, error) {
	in, err := read[inventoryCheck](r)
	if err != nil {
		return answer{}, err
	}
	targets := in.value.TargetItems
	switch {
	case len(targets) == 0:
		return answer{}, fault.Invalid("member.missing", fault.Args{"member": "targetItems"})
	case len(targets) > maxTargets:
		return answer{}, fault.Invalid("member.too_many", fault.Args{"member": "targetItems", "max": maxTargets})
	}
	customer, err := inventoryCustomer(in.value.InventoryContext)
	if err != nil {
		return answer{}, err
	}
	items := []inventoryItem{}
	for _, t := range targets {
		product := id.Product(strings.ToUpper(strings.TrimSpace(t.ProductID)))
		found, e, err := a.app.Product(ctx, r.actor, customer, r.query.get("country"), "", product)
		switch f := fault.Of(err); {
		case f != nil && f.Code == "product.unknown":
			continue
		case err != nil:
			return answer{}, err
		}
		items = append(items, inventoryOf(e, found.Listed(e), strings.TrimSpace(t.SkuID))...)
	}
	return reply(items)
}

// inventoryCustomer is the customerId of the context, whose keys are in any case; empty when none was sent.
func inventoryCustomer(context map[string]*string) (id.Customer, error) {
	for key, value := range context {
		if !strings.EqualFold(key, "customerId") || value == nil || *value == "" {
			continue
		}
		guid, ok := id.ParseGUID(strings.TrimSpace(*value))
		if !ok {
			return "", fault.NotFound("customer.unknown", nil)
		}
		return id.Customer(guid), nil
	}
	return "", nil
}

// inventoryOf is one row per SKU, or for the one asked for: restricted when nothing of it can be bought.
func inventoryOf(e *catalog.Entry, items []app.Offered, sku string) []inventoryItem {
	var out []inventoryItem
	for _, k := range e.Skus {
		own := ofSku(items, string(k.ID))
		if len(own) == 0 || sku != "" && !strings.EqualFold(string(k.ID), sku) {
			continue
		}
		row := inventoryItem{ProductID: string(e.Product.ID), SkuID: string(k.ID), IsRestricted: true, Restrictions: []restriction{}}
		for _, i := range own {
			if i.Barred == nil {
				row.IsRestricted, row.Restrictions = false, []restriction{}
				break
			}
			b := barredOf(i.Barred)
			row.Restrictions = append(row.Restrictions, restriction{"NotAvailableForSubscription", b.Description})
		}
		out = append(out, row)
	}
	return out
}
