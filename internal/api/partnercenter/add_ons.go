package partnercenter

import (
	"context"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// addOnsBody is what the add-ons of a subscription are to become, all or nothing (F27, ours): items with an id are add-ons
// that are there, and their seats; items with a catalogItemId are bought.
type addOnsBody struct {
	Items []addOnBody `json:"items"`
}

type addOnBody struct {
	ID            string   `json:"id"`
	CatalogItemID string   `json:"catalogItemId"`
	FriendlyName  string   `json:"friendlyName"`
	Quantity      int64    `json:"quantity"`
	BillingCycle  enumText `json:"billingCycle"`
	TermDuration  string   `json:"termDuration"`
	Attested      bool     `json:"attestationAccepted"`
}

func (b addOnsBody) wish() (w app.AddOnsWish, err error) {
	var buy []cartLineBody
	for _, i := range b.Items {
		if strings.TrimSpace(i.ID) == "" {
			buy = append(buy, cartLineBody{
				CatalogItemID: i.CatalogItemID, FriendlyName: i.FriendlyName, Quantity: i.Quantity, BillingCycle: i.BillingCycle,
				TermDuration: i.TermDuration, Attested: i.Attested,
			})
			continue
		}
		guid, ok := id.ParseGUID(strings.TrimSpace(i.ID))
		if !ok {
			return w, fault.NotFound("subscription.unknown", nil)
		}
		w.Seats = append(w.Seats, app.SeatsOf{Subscription: id.Subscription(guid), Quantity: i.Quantity})
	}
	w.Buy, err = cartLines(buy)
	return w, err
}

// wireAddOns is what became of the add-ons that were named, and of those bought.
type wireAddOns struct {
	TotalCount int                `json:"totalCount"`
	Items      []wireSubscription `json:"items"`
	Preview    *wirePreview       `json:"preview,omitempty"`
	Attributes *attributes        `json:"attributes"`
}

func (d dialect) addOns(change app.AddOnsChange) wireAddOns {
	w := wireAddOns{
		TotalCount: len(change.AddOns), Items: make([]wireSubscription, len(change.AddOns)), Preview: previewOf(change.Preview),
		Attributes: of("Collection"),
	}
	for i, v := range change.AddOns {
		w.Items[i] = d.subscription(v)
	}
	return w
}

// patchAddOns changes several add-ons of a subscription at once, or shows what that would cost.
func (a *api) patchAddOns(ctx context.Context, r *request) (answer, error) {
	in, err := read[addOnsBody](r)
	if err != nil {
		return answer{}, err
	}
	wish, err := in.value.wish()
	if err != nil {
		return answer{}, err
	}
	asked, err := r.asked()
	if err != nil {
		return answer{}, err
	}
	d := r.dialect()
	return a.app.ChangeAddOns(ctx, r.actor, r.replay(true, func(outcome any) (answer, error) {
		return reply(d.addOns(outcome.(app.AddOnsChange)))
	}), r.customer, r.subscription, wish, asked)
}
