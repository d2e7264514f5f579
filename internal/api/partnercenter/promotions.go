package partnercenter

import (
	"context"
	"net/http"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// promotionOperations are the promotions of contract.md §7.1. Nothing is sold under a promotion here: lists are empty, and
// nobody is eligible.
func (a *api) promotionOperations() []operation {
	const all = "/v1/productpromotions"
	read := []party.Act{party.ReadCommerce}
	return []operation{
		{method: http.MethodGet, path: all, acts: read, scope: scopePartner, status: http.StatusOK, handle: a.listPromotions},
		{method: http.MethodGet, path: all + "/{promotion}", acts: read, scope: scopePartner, status: http.StatusOK, handle: a.showPromotion},
		{method: http.MethodPost, path: "/v1/customers/{customer}/promotionEligibilities", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.checkPromotions},
	}
}

func (a *api) listPromotions(_ context.Context, r *request) (answer, error) {
	if err := r.promotionQuery(); err != nil {
		return answer{}, err
	}
	return unpaged(r, []struct{}{})
}

func (a *api) showPromotion(_ context.Context, r *request) (answer, error) {
	if err := r.promotionQuery(); err != nil {
		return answer{}, err
	}
	return answer{}, fault.NotFound("promotion.none", nil)
}

// promotionQuery reads country, which is needed, and segment.
func (r *request) promotionQuery() error {
	if err := r.mayAny(); err != nil {
		return err
	}
	country := r.query.get("country")
	if country == "" {
		return badValue("country", "a country such as FR")
	}
	if _, ok := market.Lookup(country); !ok {
		return fault.Invalid("country.unknown", nil)
	}
	if sent := r.query.get("segment", "targetsegment"); sent != "" {
		if _, ok := market.ParseSegment(sent); !ok {
			return fault.Deny("segment.not_allowed", nil)
		}
	}
	return nil
}

type promotionCheck struct {
	Items []promotionItem `json:"items"`
}

// promotionItem is what somebody thinks of buying.
type promotionItem struct {
	CatalogItemID string   `json:"catalogItemId"`
	Quantity      int64    `json:"quantity"`
	TermDuration  string   `json:"termDuration"`
	BillingCycle  enumText `json:"billingCycle"`
	PromotionID   string   `json:"promotionId"`
}

type promotionEligibility struct {
	CatalogItemID string            `json:"catalogItemId"`
	Quantity      int64             `json:"quantity"`
	TermDuration  string            `json:"termDuration,omitempty"`
	BillingCycle  string            `json:"billingCycle,omitempty"`
	Eligibilities []promotionAnswer `json:"eligibilities"`
	Attributes    *attributes       `json:"attributes"`
}

// promotionAnswer has a description, which is ours: readers know the errors' types of promotions that exist, and no other.
type promotionAnswer struct {
	PromotionID string     `json:"promotionId"`
	IsEligible  bool       `json:"isEligible"`
	Errors      []struct{} `json:"errors"`
	Description string     `json:"description"`
}

func (a *api) checkPromotions(ctx context.Context, r *request) (answer, error) {
	in, err := read[promotionCheck](r)
	if err != nil {
		return answer{}, err
	}
	if _, err := a.app.Customer(ctx, r.actor, r.customer); err != nil {
		return answer{}, err
	}
	switch n := len(in.value.Items); {
	case n == 0:
		return answer{}, fault.Invalid("member.missing", fault.Args{"member": "items"})
	case n > maxTargets:
		return answer{}, fault.Invalid("member.too_many", fault.Args{"member": "items", "max": maxTargets})
	}
	items := make([]promotionEligibility, len(in.value.Items))
	for i, one := range in.value.Items {
		cycle, _, err := subscriptionCycles.read("billingCycle", one.BillingCycle)
		if err != nil {
			return answer{}, err
		}
		items[i] = promotionEligibility{
			CatalogItemID: one.CatalogItemID, Quantity: one.Quantity, TermDuration: one.TermDuration, BillingCycle: cycle,
			Eligibilities: []promotionAnswer{{strings.TrimSpace(one.PromotionID), false, []struct{}{}, faultOf["promotion.unknown"].text}},
			Attributes:    of("PromotionEligibilities"),
		}
	}
	return reply(collect(items))
}
