package partnercenter

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
)

// wireOrder is an order in an answer (contract.md §9). In a preview it has no id, and neither have the subscriptions that
// it would start.
type wireOrder struct {
	ID                  string          `json:"id,omitempty"`
	AlternateID         string          `json:"alternateId,omitempty"`
	ReferenceCustomerID string          `json:"referenceCustomerId"`
	BillingCycle        string          `json:"billingCycle"`
	CurrencyCode        string          `json:"currencyCode"`
	CurrencySymbol      string          `json:"currencySymbol"`
	LineItems           []wireOrderLine `json:"lineItems"`
	CreationDate        wireTime        `json:"creationDate"`
	Status              string          `json:"status"`
	TransactionType     string          `json:"transactionType"`
	TotalPrice          json.Number     `json:"totalPrice,omitempty"`
	Attested            bool            `json:"partnerOnRecordAttestationAccepted,omitempty"`
	Preview             *wirePreview    `json:"preview,omitempty"`
	Links               *orderLinks     `json:"links,omitempty"`
	Attributes          *attributes     `json:"attributes"`
}

type orderLinks struct {
	Self               link `json:"self"`
	ProvisioningStatus link `json:"provisioningStatus"`
	PatchOperation     link `json:"patchOperation,omitzero"` // while a line can be cancelled by the order
}

type wireOrderLine struct {
	LineItemNumber       int               `json:"lineItemNumber"`
	OfferID              string            `json:"offerId"`
	SubscriptionID       string            `json:"subscriptionId,omitempty"`
	ParentSubscriptionID string            `json:"parentSubscriptionId,omitempty"`
	TermDuration         string            `json:"termDuration,omitempty"`
	TransactionType      string            `json:"transactionType"`
	CustomEnd            wireTime          `json:"customTermEndDate,omitzero"`
	FriendlyName         string            `json:"friendlyName"`
	Quantity             int64             `json:"quantity"` // 0 once cancelled
	Pricing              *pricing          `json:"pricing,omitempty"`
	PartnerIDOnRecord    string            `json:"partnerIdOnRecord,omitempty"`
	AdditionalPartnerIDs []string          `json:"additionalPartnerIdsOnRecord,omitempty"`
	Context              map[string]string `json:"provisioningContext,omitempty"`
	Attested             bool              `json:"attestationAccepted,omitempty"`
	Acknowledged         bool              `json:"cancellationAcknowledged,omitempty"`
	Links                *orderLineLinks   `json:"links"`
	Attributes           *attributes       `json:"attributes"`
}

type orderLineLinks struct {
	Subscription       link `json:"subscription,omitzero"`
	Offer              link `json:"offer,omitzero"`
	Product            link `json:"product,omitzero"`
	Sku                link `json:"sku,omitzero"`
	Availability       link `json:"availability,omitzero"`
	ProvisioningStatus link `json:"provisioningStatus,omitzero"` // the order's: it tells of each line
	ActivationLinks    link `json:"activationLinks,omitzero"`
}

// pricing is in the terms of the price sheet: with tax where prices include it (F04), without it elsewhere. The prices are
// of one unit for the whole term, extendedPrice of the quantity, proratedPrice is the line's first charge.
type pricing struct {
	ListPrice       json.Number `json:"listPrice"`
	DiscountedPrice json.Number `json:"discountedPrice"`
	ProratedPrice   json.Number `json:"proratedPrice,omitempty"`
	Price           json.Number `json:"price"`
	ExtendedPrice   json.Number `json:"extendedPrice"`
}

// orderDetail says how an order is shown.
type orderDetail struct {
	prices  bool
	preview bool // it is not made: without its ids
}

func orderURI(c id.Customer, o id.Order) string { return customerURI(c) + "/orders/" + string(o) }

// order is v in the words of a client.
func (d dialect) order(v app.OrderView, how orderDetail) wireOrder {
	o := v.Order
	uri := orderURI(o.Customer, o.ID)
	w := wireOrder{
		ReferenceCustomerID: string(o.Customer), BillingCycle: d.cycle(o.Plan), CurrencyCode: string(o.Currency),
		CurrencySymbol: market.Symbol(o.Currency), LineItems: make([]wireOrderLine, len(o.Lines)), CreationDate: at(o.At),
		Status: string(o.Status), TransactionType: "UserPurchase", Attested: o.Attested(), Preview: previewOf(v.Preview), Attributes: of("Order"),
	}
	if o.System {
		w.TransactionType = "SystemPurchase"
	}
	total := money.Of(0, o.Currency)
	cancellable := false
	for i, l := range o.Lines {
		w.LineItems[i] = orderLine(v, l)
		if how.prices {
			var extended money.Amount
			w.LineItems[i].Pricing, extended = pricingOf(l, w.LineItems[i].Quantity, v.Charges)
			total = total.Add(extended)
		}
		cancellable = cancellable || l.State == order.LineActive && l.Class.Software()
	}
	if how.prices {
		w.TotalPrice = amount(total)
	}
	if how.preview {
		return w
	}
	w.ID, w.AlternateID = string(o.ID), id.AlternateID(o.ID)
	w.Links = &orderLinks{Self: linkTo(uri), ProvisioningStatus: linkTo(uri + "/provisioningstatus")}
	for i := range w.LineItems {
		w.LineItems[i].Links.ProvisioningStatus = w.Links.ProvisioningStatus
	}
	if cancellable {
		w.Links.PatchOperation = link{uri, http.MethodPatch, noHeaders}
	}
	return w
}

// orderLine is one line: a cancelled one keeps its place with the quantity 0; a subscription is named where the customer
// has one to look at (F40).
func orderLine(v app.OrderView, l order.Line) wireOrderLine {
	w := wireOrderLine{
		LineItemNumber: l.Number, OfferID: l.Item.String(), ParentSubscriptionID: string(l.Parent), TermDuration: l.Term.String(),
		TransactionType: lineTransactions[l.Type], FriendlyName: cmp.Or(l.FriendlyName, l.Title), Quantity: l.Quantity, Context: l.Context,
		Attested: l.Attested, Acknowledged: l.Acknowledged, CustomEnd: at(l.TermEnd), Links: &orderLineLinks{}, Attributes: of("OrderLineItem"),
	}
	if l.State == order.LineCancelled {
		w.Quantity = 0
	}
	for _, p := range l.Participants {
		if p.Key == resellerOfRecord && w.PartnerIDOnRecord == "" {
			w.PartnerIDOnRecord = p.Value
		} else {
			w.AdditionalPartnerIDs = append(w.AdditionalPartnerIDs, p.Value)
		}
	}
	w.Links.Product, w.Links.Sku, w.Links.Availability, w.Links.Offer = itemLinks(l.Item, v.Customer.Country())
	if l.Subscription != "" && policy.Visible(l.Class, v.Order.At) {
		w.SubscriptionID = string(l.Subscription)
		w.Links.Subscription = linkTo(customerURI(v.Order.Customer) + "/subscriptions/" + w.SubscriptionID)
	}
	if l.Kind == catalog.SaaS && l.State == order.LineActive {
		w.Links.ActivationLinks = linkTo(orderURI(v.Order.Customer, v.Order.ID) + "/lineitems/" + strconv.Itoa(l.Number) + "/activationlinks")
	}
	return w
}

var lineTransactions = map[order.LineType]string{
	order.TypeNew: "New", order.TypeRenew: "Renew", order.TypeConvert: "Convert", order.TypeTransition: "Convert",
	order.TypeCycle: "Convert",
}

// The participants of a line that answers call partners of record.
const (
	resellerOfRecord   = "transaction_reseller"
	additionalReseller = "additional_transaction_reseller"
)

// pricingOf is a line's price; nil where the price sheet has none (metered plans, trials).
func pricingOf(l order.Line, quantity int64, charges []billing.Charge) (*pricing, money.Amount) {
	unit := l.Tariff.Unit
	extended, err := unit.Times(quantity)
	if l.Tariff.PriceRow == "" || err != nil {
		return nil, money.Amount{}
	}
	p := &pricing{ListPrice: price(unit), DiscountedPrice: price(unit), Price: price(unit), ExtendedPrice: amount(extended)}
	for _, c := range charges {
		if c.Line == l.Number && c.Of == "" {
			p.ProratedPrice = amount(c.Priced())
			break
		}
	}
	return p, extended
}

// checkoutResult is contract.md §8's CartCheckoutResult.
type checkoutResult struct {
	Orders      []wireOrder  `json:"orders"`
	OrderErrors []orderError `json:"orderErrors,omitempty"`
	Preview     *wirePreview `json:"preview,omitempty"`
	Attributes  *attributes  `json:"attributes"`
}

type orderError struct {
	OrderGroupID string      `json:"orderGroupId"`
	Code         int         `json:"code"`
	Description  string      `json:"description"`
	Attributes   *attributes `json:"attributes"`
}

func (d dialect) checkoutResult(p app.Purchase) checkoutResult {
	w := checkoutResult{Orders: make([]wireOrder, len(p.Orders)), Preview: previewOf(p.Preview), Attributes: of("CartCheckoutResult")}
	for i, o := range p.Orders {
		w.Orders[i] = d.purchased(p, o)
	}
	for _, f := range p.Failed {
		wf := wireFaultOf(f.Fault, nil)
		code, _ := strconv.Atoi(wf.code) // all codes of the table are digits
		w.OrderErrors = append(w.OrderErrors, orderError{f.Group, code, describe(wf.text, f.Fault.Args), of("OrderError")})
	}
	return w
}

// purchased is one order of a purchase; in a preview without the ids of what would be made.
func (d dialect) purchased(p app.Purchase, o order.Order) wireOrder {
	v := app.OrderView{Customer: p.Customer, Order: o}
	if p.Preview == nil {
		return d.order(v, orderDetail{})
	}
	w := d.order(v, orderDetail{preview: true})
	for i := range w.LineItems {
		l := &w.LineItems[i]
		l.SubscriptionID, l.Links.Subscription, l.Links.ActivationLinks = "", link{}, link{}
		for _, s := range p.Made.Subscriptions {
			if l.ParentSubscriptionID == string(s.ID) {
				l.ParentSubscriptionID = ""
			}
		}
	}
	return w
}

// lineProvisioning tells whether what a line sold can be used.
type lineProvisioning struct {
	LineItemNumber int                    `json:"lineItemNumber"`
	Status         string                 `json:"status"` // Fulfilled, PrefulfillmentPending, Unfulfilled
	Quantities     []quantityProvisioning `json:"quantityProvisioningInformation"`
	Attributes     *attributes            `json:"attributes"`
}

type quantityProvisioning struct {
	Quantity int64  `json:"quantity"`
	Status   string `json:"status"`
}

// provisioningOf is the status of every line; pending are the subscriptions that wait for their publisher.
func provisioningOf(o order.Order, pending map[id.Subscription]bool) []lineProvisioning {
	lines := make([]lineProvisioning, len(o.Lines))
	for i, l := range o.Lines {
		status, quantity := "Fulfilled", l.Quantity
		switch {
		case l.State == order.LineCancelled:
			status, quantity = "Unfulfilled", 0
		case pending[l.Subscription]:
			status = "PrefulfillmentPending"
		}
		lines[i] = lineProvisioning{l.Number, status, []quantityProvisioning{{quantity, status}}, of("OrderLineItemProvisioningStatus")}
	}
	return lines
}

// lineLink is a publisher's page for a line; it has no attributes.
type lineLink struct {
	LineItemNumber int  `json:"lineItemNumber"`
	Link           link `json:"link"`
}

func lineLinks(found []app.ActivationLink) []lineLink {
	links := make([]lineLink, len(found))
	for i, l := range found {
		links[i] = lineLink{l.Line, linkTo(l.URI)}
	}
	return links
}
