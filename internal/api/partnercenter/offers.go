package partnercenter

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// offerOperations are contract.md §7.2: imported offers, answered as they were imported.
func (a *api) offerOperations() []operation {
	read := []party.Act{party.ReadCommerce}
	return []operation{
		{method: http.MethodGet, path: "/v1/offers", acts: read, scope: scopePartner, status: http.StatusOK, handle: a.listOffers},
		{method: http.MethodGet, path: "/v1/offers/{offer}", acts: read, scope: scopePartner, status: http.StatusOK, handle: a.showOffer},
		{method: http.MethodGet, path: "/v1/offers/{offer}/addons", acts: read, scope: scopePartner, status: http.StatusOK, handle: a.listOfferAddOns},
		{method: http.MethodGet, path: "/v1/offercategories", acts: read, scope: scopePartner, status: http.StatusOK, handle: a.listOfferCategories},
		{method: http.MethodGet, path: "/v1/customers/{customer}/offers", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.listOffers},
		{method: http.MethodGet, path: "/v1/customers/{customer}/offercategories", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.listOfferCategories},
	}
}

// maxOfferPage bounds a page of offers; without a size all are answered.
const maxOfferPage = 1000

func (a *api) listOffers(ctx context.Context, r *request) (answer, error) {
	return a.offers(ctx, r, app.OfferQuery{Category: r.query.get("offer_category_id", "offercategoryid")})
}

func (a *api) offers(ctx context.Context, r *request, q app.OfferQuery) (answer, error) {
	p, err := r.offset(0, maxOfferPage)
	if err != nil {
		return answer{}, err
	}
	q.Offset = p.offset
	if p.size > 0 {
		q.Limit = p.size + 1 // one more tells whether there is a next page
	}
	found, err := a.app.Offers(ctx, r.actor, r.customer, r.query.get("country"), q)
	if err != nil {
		return answer{}, err
	}
	more := p.size > 0 && len(found) > p.size
	if more {
		found = found[:p.size]
	}
	items := make([]json.RawMessage, len(found))
	for i, o := range found {
		items[i] = o.Body
	}
	return reply(offsetPage(r, p, items, more))
}

func (r *request) offer() id.Product { return id.Product(strings.ToUpper(r.path("offer"))) }

func (a *api) showOffer(ctx context.Context, r *request) (answer, error) {
	o, err := a.app.Offer(ctx, r.actor, r.query.get("country"), r.offer())
	if err != nil {
		return answer{}, err
	}
	return reply(json.RawMessage(o.Body))
}

func (a *api) listOfferAddOns(ctx context.Context, r *request) (answer, error) {
	if _, err := a.app.Offer(ctx, r.actor, r.query.get("country"), r.offer()); err != nil {
		return answer{}, err
	}
	return a.offers(ctx, r, app.OfferQuery{AddOnsOf: r.offer()})
}

type offerCategory struct {
	ID         string      `json:"id"`
	Name       string      `json:"name"`
	Rank       int         `json:"rank"`
	Locale     string      `json:"locale"`
	Country    string      `json:"country"`
	Attributes *attributes `json:"attributes"`
}

// listOfferCategories lists the categories that offers of the country have, by rank.
func (a *api) listOfferCategories(ctx context.Context, r *request) (answer, error) {
	found, err := a.app.Offers(ctx, r.actor, r.customer, r.query.get("country"), app.OfferQuery{})
	if err != nil {
		return answer{}, err
	}
	seen := map[string]bool{"": true} // add-ons often have none
	items := []offerCategory{}
	for _, o := range found {
		c := o.Category
		if seen[c.ID] {
			continue
		}
		seen[c.ID] = true
		items = append(items, offerCategory{c.ID, c.Name, c.Rank, localeOf(o), string(o.Country), of("OfferCategory")})
	}
	slices.SortStableFunc(items, func(x, y offerCategory) int { return x.Rank - y.Rank })
	return unpaged(r, items)
}

// localeOf is the language an offer was imported in.
func localeOf(o catalog.Offer) string {
	var b struct {
		Locale string `json:"locale"`
	}
	if json.Unmarshal(o.Body, &b) != nil || b.Locale == "" {
		return defaultLocale
	}
	return b.Locale
}
