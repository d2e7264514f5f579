package partnercenter

import (
	"net/url"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// wireSubscription is a subscription in an answer (contract.md §10).
type wireSubscription struct {
	ID                    string              `json:"id"`
	OrderID               string              `json:"orderId"`
	OfferID               string              `json:"offerId"`
	OfferName             string              `json:"offerName"`
	FriendlyName          string              `json:"friendlyName,omitempty"`
	ProductType           *itemType           `json:"productType,omitempty"`
	Quantity              int64               `json:"quantity"`
	UnitType              string              `json:"unitType,omitempty"`
	ParentSubscriptionID  string              `json:"parentSubscriptionId,omitempty"`
	HasPurchasableAddons  bool                `json:"hasPurchasableAddons"`
	CreationDate          wireTime            `json:"creationDate"`
	EffectiveStartDate    wireTime            `json:"effectiveStartDate,omitzero"`
	CommitmentEndDate     wireTime            `json:"commitmentEndDate,omitzero"`
	CommitmentEndDateTime wireTime            `json:"commitmentEndDateTime,omitzero"`
	CancellationUntil     wireTime            `json:"cancellationAllowedUntilDate,omitzero"`
	BillingCycleEndDate   wireTime            `json:"billingCycleEndDate,omitzero"`
	BillingCycleEndTime   wireTime            `json:"billingCycleEndDateTime,omitzero"`
	Status                string              `json:"status"`
	AutoRenewEnabled      bool                `json:"autoRenewEnabled"`
	IsTrial               bool                `json:"isTrial"`
	BillingType           string              `json:"billingType"`
	BillingCycle          string              `json:"billingCycle"`
	TermDuration          string              `json:"termDuration,omitempty"`
	RenewalTermDuration   string              `json:"renewalTermDuration,omitempty"`
	NextTerm              *nextTerm           `json:"scheduledNextTermInstructions,omitempty"`
	Actions               []string            `json:"actions"`
	SuspensionReasons     []string            `json:"suspensionReasons,omitempty"`
	RefundOptions         []refundOption      `json:"refundOptions,omitempty"`
	RefundableQuantity    *refundableQuantity `json:"refundableQuantity,omitempty"`
	IsMicrosoftProduct    bool                `json:"isMicrosoftProduct"`
	PartnerID             string              `json:"partnerId,omitempty"` // MPN of the reseller of record
	PublisherName         string              `json:"publisherName,omitempty"`
	ContractType          string              `json:"contractType"`
	AttentionNeeded       bool                `json:"attentionNeeded"`
	ActionTaken           bool                `json:"actionTaken"`
	Preview               *wirePreview        `json:"preview,omitempty"`
	Links                 *subscriptionLinks  `json:"links"`
	Attributes            *attributes         `json:"attributes"`
}

// itemType says what sort of thing a product is.
type itemType struct {
	ID          string    `json:"id"`
	DisplayName string    `json:"displayName"`
	SubType     *itemType `json:"subType,omitempty"`
}

var itemTypes = map[catalog.Kind]*itemType{
	catalog.Software:      {ID: "Software", DisplayName: "Software"},
	catalog.SaaS:          {ID: "Azure", DisplayName: "Azure", SubType: &itemType{ID: "SaaS", DisplayName: "SaaS"}},
	catalog.OnlineService: {ID: "OnlineServicesNCE", DisplayName: "OnlineServicesNCE"},
	catalog.Reservation:   {ID: "Azure", DisplayName: "Azure", SubType: &itemType{ID: "VirtualMachines", DisplayName: "Virtual Machines"}},
}

// refundOption is what a cancellation gives back until an instant.
type refundOption struct {
	Type      string   `json:"type"` // Full, Partial
	ExpiresAt wireTime `json:"expiresAt,omitzero"`
}

type refundableQuantity struct {
	TotalQuantity int64             `json:"totalQuantity"`
	Details       []refundableBatch `json:"details"`
}

type refundableBatch struct {
	Quantity     int64    `json:"quantity"`
	AllowedUntil wireTime `json:"allowedUntilDateTime"`
}

type subscriptionLinks struct {
	Offer              link `json:"offer,omitzero"`
	ParentSubscription link `json:"parentSubscription,omitzero"`
	Product            link `json:"product,omitzero"`
	Sku                link `json:"sku,omitzero"`
	Availability       link `json:"availability,omitzero"`
	ActivationLinks    link `json:"activationLinks,omitzero"`
	Self               link `json:"self"`
}

// subscription is v in the words of a client.
func (d dialect) subscription(v app.SubscriptionView) wireSubscription {
	s := v.Subscription
	w := wireSubscription{
		ID: string(s.ID), OrderID: string(s.Order), OfferID: s.Item.String(), OfferName: s.Title, FriendlyName: s.FriendlyName,
		Quantity: s.Quantity, UnitType: s.UnitType, ParentSubscriptionID: string(s.Parent), HasPurchasableAddons: v.HasAddOns,
		CreationDate: at(s.OrderedAt), EffectiveStartDate: at(startOf(s)),
		Status: d.status(s), AutoRenewEnabled: s.AutoRenew, IsTrial: s.InTrial(v.Now),
		NextTerm:    d.nextTerm(s.Scheduled),
		BillingType: "license", BillingCycle: d.cycle(s.Plan), TermDuration: s.Term.String(), Actions: actionsOf(v),
		IsMicrosoftProduct: s.Publisher == id.FirstParty, PartnerID: subscription.ResellerOf(s.Participants), ContractType: "subscription",
		Preview: previewOf(v.Preview), Links: linksOf(v),
		Attributes: &attributes{etag(string(s.ID), s.Version), "Subscription"},
	}
	if s.Class == catalog.Metered {
		w.BillingType = "usage"
	}
	if s.Item.Sku != "" { // imported offers have no product
		w.ProductType = itemTypes[s.Kind]
	}
	if v.Entry != nil {
		w.PublisherName = v.Entry.Product.PublisherName
	}
	if w.IsTrial && s.Class != catalog.Trial {
		w.RenewalTermDuration = s.Term.String()
	}
	w.ends(s)
	if s.State == subscription.Suspended {
		w.SuspensionReasons = []string{pascal(s.SuspensionReason)}
	}
	if s.State.Live() {
		w.CancellationUntil = at(v.Window.Until)
		w.RefundOptions, w.RefundableQuantity = refundsOf(v)
	}
	return w
}

// startOf is when what runs now began; zero while nothing does.
func startOf(s subscription.Subscription) time.Time {
	if s.Current.Start.IsZero() && !s.TrialUntil.IsZero() {
		return s.TrialUntil.Add(-time.Duration(s.TrialDays) * 24 * time.Hour)
	}
	if !s.Current.Start.IsZero() && s.LineAt.After(s.Current.Start) { // it joined a term that ran: its base's, or one that ends on a date of choice (F28)
		return s.LineAt
	}
	return s.Current.Start
}

// ends fills in the ends of the term and of the running charged period. Dates are the last day that is included, except
// for imported offers, whose ends have always been exclusive; date-times are exact. What never ends is in the year 9999.
func (w *wireSubscription) ends(s subscription.Subscription) {
	day := lastDay
	if s.Item.Sku == "" {
		day = func(end time.Time) time.Time { return end }
	}
	end := s.Current.End
	switch {
	case end.IsZero():
		end = s.TrialUntil
	case s.Class == catalog.Metered && s.AutoRenew && s.State.Live():
		w.CommitmentEndDate = at(when.Never)
		w.BillingCycleEndDate, w.BillingCycleEndTime = at(day(end)), at(end)
		return
	}
	if end.IsZero() {
		return
	}
	w.CommitmentEndDate, w.CommitmentEndDateTime = at(day(end)), at(end)
	if s.State.Live() && s.Class != catalog.Trial && !s.Current.End.IsZero() {
		if !s.NextCharge.IsZero() {
			end = s.NextCharge
		}
		w.BillingCycleEndDate, w.BillingCycleEndTime = at(day(end)), at(end)
	}
}

// actionsOf is what can be done now.
func actionsOf(v app.SubscriptionView) []string {
	actions := []string{}
	if v.State == subscription.Active || v.State == subscription.Suspended {
		actions = append(actions, "edit")
	}
	pending := v.State == subscription.Pending
	if v.State.Live() && (pending || v.Window.Allowed || v.Rule.After == policy.Deprovision || v.Rule.After == policy.EndAtTerm && v.AutoRenew) {
		actions = append(actions, "cancel")
	}
	return actions
}

// refundsOf tells what a cancellation gives back and which seats can go, until when: the instants are those that the
// windows are enforced by.
func refundsOf(v app.SubscriptionView) ([]refundOption, *refundableQuantity) {
	if v.InTrial(v.Now) || v.Rule.Credit == policy.NoCredit || v.Rule.Credit == "" {
		return nil, nil
	}
	var options []refundOption
	add := func(kind string, until time.Time) {
		if v.Now.Before(until) {
			options = append(options, refundOption{kind, at(until)})
		}
	}
	if v.Window.Allowed {
		switch v.Rule.Credit {
		case policy.Full:
			add("Full", v.Window.Until)
		case policy.FullFirstDay:
			add("Full", v.LineAt.Add(24*time.Hour))
			add("Partial", v.Window.Until)
		case policy.Prorated:
			add("Partial", v.Window.Until)
		}
	}
	if v.State == subscription.Pending { // its seats do not move, so that no instant stands for them
		return options, nil
	}
	return options, refundable(v.Refunds)
}

// refundable are the seats that can go, and until when.
func refundable(batches []subscription.Refund) *refundableQuantity {
	q := &refundableQuantity{Details: []refundableBatch{}}
	for _, r := range batches {
		q.TotalQuantity += r.Quantity
		q.Details = append(q.Details, refundableBatch{r.Quantity, at(r.Until)})
	}
	return q
}

func linksOf(v app.SubscriptionView) *subscriptionLinks {
	base := "/customers/" + string(v.Subscription.Customer) + "/subscriptions/"
	l := &subscriptionLinks{Self: linkTo(base + string(v.ID))}
	l.Product, l.Sku, l.Availability, l.Offer = itemLinks(v.Item, v.Customer.Country())
	if v.Parent != "" {
		l.ParentSubscription = linkTo(base + string(v.Parent))
	}
	if v.Kind == catalog.SaaS {
		l.ActivationLinks = linkTo(base + string(v.ID) + "/activationlinks")
	}
	return l
}

// itemLinks lead to what a line sells, in a market: product, SKU and availability, or an imported offer.
func itemLinks(item id.Item, m market.Country) (product, sku, availability, offer link) {
	query := "?country=" + url.QueryEscape(string(m))
	if item.Sku == "" {
		return product, sku, availability, linkTo("/offers/" + string(item.Product) + query)
	}
	p := "/products/" + string(item.Product)
	s := p + "/skus/" + string(item.Sku)
	return linkTo(p + query), linkTo(s + query), linkTo(s + "/availabilities/" + string(item.Availability) + query), offer
}

// pascal is a snake word in the casing of the contract's free texts: "non_payment" is NonPayment.
func pascal(word string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(word, "_") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}
