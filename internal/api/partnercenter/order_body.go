package partnercenter

import (
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
)

// orderBody is an order as callers send it, to place one or to change one. The .NET SDK sends back everything it read.
type orderBody struct {
	ReferenceCustomerID string          `json:"referenceCustomerId"`
	BillingCycle        enumText        `json:"billingCycle"`
	Status              string          `json:"status"`
	LineItems           []orderLineBody `json:"lineItems"`
	Attested            bool            `json:"partnerOnRecordAttestationAccepted"`
	Acknowledged        bool            `json:"cancellationAcknowledged"` // F65, ours
}

type orderLineBody struct {
	Number               *lineNumber        `json:"lineItemNumber"`
	OfferID              string             `json:"offerId"`
	Quantity             int64              `json:"quantity"`
	FriendlyName         string             `json:"friendlyName"`
	ParentSubscriptionID string             `json:"parentSubscriptionId"`
	PartnerIDOnRecord    string             `json:"partnerIdOnRecord"`
	AdditionalPartnerIDs []string           `json:"additionalPartnerIdsOnRecord"`
	Context              map[string]*string `json:"provisioningContext"`
	TermDuration         string             `json:"termDuration"`
	RenewsTo             renewsTo           `json:"renewsTo"`
	PromotionID          string             `json:"promotionId"`
	CustomEnd            wireTime           `json:"customTermEndDate"`
	Attested             bool               `json:"attestationAccepted"`
}

// wishes are lines of the body as things to buy.
func (b orderBody) wishes(lines []orderLineBody) []cartLineBody {
	out := make([]cartLineBody, len(lines))
	for i, l := range lines {
		w := cartLineBody{
			ID: l.Number, CatalogItemID: l.OfferID, FriendlyName: l.FriendlyName, Quantity: l.Quantity, BillingCycle: b.BillingCycle,
			TermDuration: l.TermDuration, PromotionID: l.PromotionID, RenewsTo: l.RenewsTo, CustomEnd: l.CustomEnd, Attested: l.Attested,
			Context: map[string]*string{},
		}
		for key, value := range l.Context {
			w.Context[key] = value
		}
		if l.ParentSubscriptionID != "" {
			w.Context["parentSubscriptionId"] = &l.ParentSubscriptionID
		}
		if l.PartnerIDOnRecord != "" {
			w.Participants = append(w.Participants, participantBody{resellerOfRecord, l.PartnerIDOnRecord})
		}
		for _, mpn := range l.AdditionalPartnerIDs {
			w.Participants = append(w.Participants, participantBody{additionalReseller, mpn})
		}
		out[i] = w
	}
	return out
}

// cancels tells whether the body asks for a cancellation; the American spelling is taken too.
func (b orderBody) cancels() bool {
	status := strings.TrimSpace(b.Status)
	return strings.EqualFold(status, "cancelled") || strings.EqualFold(status, "canceled")
}

// cancelled are the lines to cancel; none means all that are active. So does a body that names every line of the order,
// as a whole object does: those that are cancelled already are no news then.
func (b orderBody) cancelled(o order.Order) ([]int, error) {
	var numbers []int
	named := map[int]bool{}
	for _, l := range b.LineItems {
		if l.Number == nil {
			return nil, fault.Invalid("member.missing", fault.Args{"member": "lineItems.lineItemNumber"})
		}
		n := int(*l.Number)
		if n < len(o.Lines) && !l.sells(o.Lines[n]) {
			return nil, fault.Invalid("line.mismatch", fault.Args{"line": n})
		}
		numbers = append(numbers, n)
		named[n] = true
	}
	for _, l := range o.Lines {
		if !named[l.Number] {
			return numbers, nil
		}
	}
	if len(named) > len(o.Lines) { // beyond the last one: the order says so
		return numbers, nil
	}
	return nil, nil
}

// sells tells whether the line sent is of the offer that the stored line sells; one without an offer is.
func (b orderLineBody) sells(l order.Line) bool {
	sent := strings.TrimSpace(b.OfferID)
	return sent == "" || strings.EqualFold(sent, l.Item.String())
}

// added are the add-on lines that the body has and the order has not. What else differs is refused: "order.fixed" with
// the member.
func (b orderBody) added(o order.Order) ([]cartLineBody, error) {
	fixed := func(member string) error { return fault.Refuse("order.fixed", fault.Args{"member": member}) }
	switch status := strings.TrimSpace(b.Status); {
	case status == "", strings.EqualFold(status, "none"), strings.EqualFold(status, "unknown"), strings.EqualFold(status, string(o.Status)):
	default:
		return nil, fixed("status")
	}
	var lines []orderLineBody
	for _, l := range b.LineItems {
		if l.Number != nil && int(*l.Number) < len(o.Lines) && l.sells(o.Lines[*l.Number]) {
			stored := o.Lines[*l.Number]
			if l.Quantity != 0 && (l.Quantity != stored.Quantity || stored.State == order.LineCancelled) {
				return nil, fixed("lineItems.quantity")
			}
			continue
		}
		if l.ParentSubscriptionID == "" && !l.hasParent() {
			return nil, fixed("lineItems")
		}
		l.Number = nil // its place is in an order of its own
		if l.TermDuration == "" {
			l.TermDuration = termOfBase(o, l.ParentSubscriptionID)
		}
		lines = append(lines, l)
	}
	_, given, err := subscriptionCycles.read("billingCycle", b.BillingCycle)
	switch {
	case err != nil:
		return nil, err
	case !given:
		b.BillingCycle = enumText(o.Plan)
	}
	return b.wishes(lines), nil
}

// recycled is the billing cycle that the body has in place of the order's; empty when it is the same, or none was given. A
// body that adds lines says by it how those are charged.
func (b orderBody) recycled(o order.Order, added []cartLineBody) (catalog.Plan, error) {
	cycle, given, err := subscriptionCycles.read("billingCycle", b.BillingCycle)
	if err != nil || !given || cycle == string(o.Plan) || cycle == (dialect{java: true}).cycle(o.Plan) || len(added) > 0 {
		return "", err
	}
	return catalog.Plan(cycle), nil
}

func (b orderLineBody) hasParent() bool {
	for key, value := range b.Context {
		if strings.EqualFold(key, "parentSubscriptionId") && value != nil && *value != "" {
			return true
		}
	}
	return false
}

// termOfBase is the term of the line that started a subscription; empty when the order has none.
func termOfBase(o order.Order, sub string) string {
	guid, _ := id.ParseGUID(strings.TrimSpace(sub))
	for _, l := range o.Lines {
		if l.Subscription != "" && string(l.Subscription) == guid {
			return l.Term.String()
		}
	}
	return ""
}
