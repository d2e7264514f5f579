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
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// conversionOperations are how a trial becomes a paid subscription (F76, contract.md §10).
func (a *api) conversionOperations(one string) []operation {
	return []operation{
		{method: http.MethodGet, path: one + "/conversions", acts: []party.Act{party.ReadCommerce}, scope: scopeCustomer, status: http.StatusOK, handle: a.listConversions},
		{method: http.MethodPost, path: one + "/conversions", acts: []party.Act{party.ManageOnline}, scope: scopeCustomer, status: http.StatusOK, handle: a.convertTrial},
	}
}

// wireConversion is what a trial can become, and what one is asked to become.
type wireConversion struct {
	OfferID       string      `json:"offerId"`
	TargetOfferID string      `json:"targetOfferId"`
	OrderID       string      `json:"orderId"`
	Quantity      int64       `json:"quantity"`
	BillingCycle  string      `json:"billingCycle"`
	Attributes    *attributes `json:"attributes"`
}

type conversionResult struct {
	SubscriptionID string       `json:"subscriptionId"`
	OfferID        string       `json:"offerId"`
	TargetOfferID  string       `json:"targetOfferId"`
	Preview        *wirePreview `json:"preview,omitempty"`
	Attributes     *attributes  `json:"attributes"`
}

func (a *api) listConversions(ctx context.Context, r *request) (answer, error) {
	found, err := a.app.Conversions(ctx, r.actor, r.customer, r.subscription)
	if err != nil {
		return answer{}, err
	}
	d, items := r.dialect(), make([]wireConversion, len(found))
	for i, c := range found {
		items[i] = wireConversion{c.From.String(), c.To.String(), string(c.Order), c.Quantity, d.cycle(c.Plan), of("Conversion")}
	}
	c := collect(items)
	c.Links = &collectionLinks{Self: linkTo(r.uri(r.query))}
	return reply(c)
}

// conversionBody asks for a conversion. The length of the term is ours: without it the shortest of the cycle is meant.
type conversionBody struct {
	TargetOfferID string   `json:"targetOfferId"`
	Quantity      int64    `json:"quantity"`
	BillingCycle  enumText `json:"billingCycle"`
	TermDuration  string   `json:"termDuration"`
}

func (b conversionBody) wish() (w subscription.NextTerm, err error) {
	if text := strings.TrimSpace(b.TargetOfferID); text != "" {
		var ok bool
		if w.Item, ok = id.ParseItem(text); !ok {
			return w, fault.Invalid("item.unknown", nil)
		}
	}
	plan, _, err := subscriptionCycles.read("billingCycle", b.BillingCycle)
	if err != nil {
		return w, err
	}
	w.Plan = catalog.Plan(plan)
	if b.Quantity < 0 {
		return w, fault.Invalid("quantity.out_of_range", nil)
	}
	w.Quantity = b.Quantity
	w.Term, err = termOf("termDuration", b.TermDuration)
	return w, err
}

// convertTrial makes a trial a paid subscription, or shows what that would charge.
func (a *api) convertTrial(ctx context.Context, r *request) (answer, error) {
	in, err := read[conversionBody](r)
	if err != nil {
		return answer{}, err
	}
	want, err := in.value.wish()
	if err != nil {
		return answer{}, err
	}
	asked, err := r.asked()
	if err != nil {
		return answer{}, err
	}
	return a.app.ConvertTrial(ctx, r.actor, r.replay(true, func(outcome any) (answer, error) {
		c := outcome.(app.Conversion)
		return reply(conversionResult{
			string(c.Subscription), c.From.String(), c.To.String(), previewOf(c.Preview), of("ConversionResult"),
		})
	}), r.customer, r.subscription, want, asked)
}
