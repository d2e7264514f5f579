package partnercenter

import (
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// nextTerm is contract.md §10's scheduledNextTermInstructions, as it is sent and as it is answered.
type nextTerm struct {
	Product   productTerm `json:"product"`
	Quantity  int64       `json:"quantity"`
	CustomEnd wireTime    `json:"customTermEndDate,omitzero"`
}

// productTerm is what a term sells and how it is charged.
type productTerm struct {
	ProductID      string   `json:"productId"`
	SkuID          string   `json:"skuId,omitempty"`
	AvailabilityID string   `json:"availabilityId,omitempty"`
	BillingCycle   enumText `json:"billingCycle"`
	TermDuration   string   `json:"termDuration,omitempty"`
	PromotionID    string   `json:"promotionId,omitempty"`
}

// nextTerm is a plan in the words of a client; nil when nothing is planned.
func (d dialect) nextTerm(n subscription.NextTerm) *nextTerm {
	if n.IsZero() {
		return nil
	}
	return &nextTerm{
		Product: productTerm{
			ProductID: string(n.Item.Product), SkuID: string(n.Item.Sku), AvailabilityID: string(n.Item.Availability),
			BillingCycle: enumText(d.cycle(n.Plan)), TermDuration: n.Term.String(),
		},
		Quantity: n.Quantity, CustomEnd: at(n.End.At),
	}
}

// wish reads what a client plans: what it leaves out stays as it is. A plan that says nothing at all is refused, for it
// would take another one away.
func (n nextTerm) wish() (w subscription.NextTerm, err error) {
	const of = "scheduledNextTermInstructions.product."
	if strings.TrimSpace(n.Product.PromotionID) != "" {
		return w, fault.Refuse("promotion.unknown", nil)
	}
	if w.Item, err = n.Product.item(of); err != nil {
		return w, err
	}
	plan, _, err := subscriptionCycles.read(of+"billingCycle", n.Product.BillingCycle)
	if err != nil {
		return w, err
	}
	if w.Term, err = termOf(of+"termDuration", n.Product.TermDuration); err != nil {
		return w, err
	}
	if n.Quantity < 0 {
		return w, fault.Invalid("quantity.out_of_range", nil)
	}
	w.Plan, w.Quantity, w.End.At = catalog.Plan(plan), n.Quantity, n.CustomEnd.Time
	if w.IsZero() {
		return w, fault.Invalid("member.missing", fault.Args{"member": "scheduledNextTermInstructions.quantity"})
	}
	return w, nil
}

// item reads product and SKU, or an imported offer's id alone; empty when neither was sent. Which availability it is does
// not matter: their ids change.
func (p productTerm) item(of string) (id.Item, error) {
	product, sku := strings.TrimSpace(p.ProductID), strings.TrimSpace(p.SkuID)
	text := product
	if sku != "" {
		text += ":" + sku + ":ANY"
	}
	if text == "" {
		return id.Item{}, nil
	}
	item, ok := id.ParseItem(text)
	if !ok {
		return item, fault.Invalid("body.member", fault.Args{"member": of + "productId", "want": "a product, with skuId its SKU"})
	}
	return item, nil
}
