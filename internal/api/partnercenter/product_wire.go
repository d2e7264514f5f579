package partnercenter

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// wireProduct, wireSku and wireAvailability are contract.md §7.1.
type wireProduct struct {
	ID                 string       `json:"id"`
	Title              string       `json:"title"`
	Description        string       `json:"description"`
	ProductType        *itemType    `json:"productType,omitempty"`
	IsMicrosoftProduct bool         `json:"isMicrosoftProduct"`
	PublisherName      string       `json:"publisherName,omitempty"`
	Links              productLinks `json:"links"`
	Attributes         *attributes  `json:"attributes"`
}

type productLinks struct {
	Skus link `json:"skus"`
	Self link `json:"self"`
}

type wireSku struct {
	ID                    string         `json:"id"`
	ProductID             string         `json:"productId"`
	Title                 string         `json:"title"`
	Description           string         `json:"description"`
	MinimumQuantity       int64          `json:"minimumQuantity"`
	MaximumQuantity       int64          `json:"maximumQuantity"`
	IsTrial               bool           `json:"isTrial"`
	SupportedBillingCycle []string       `json:"supportedBillingCycles"`
	PurchasePrerequisites []string       `json:"purchasePrerequisites"`
	InventoryVariables    []string       `json:"inventoryVariables"`
	ProvisioningVariables []string       `json:"provisioningVariables"`
	Actions               []string       `json:"actions"`
	DynamicAttributes     map[string]any `json:"dynamicAttributes"`
	Attestation           *attestation   `json:"attestationProperties,omitempty"`
	ConsumptionType       string         `json:"consumptionType,omitempty"`
	Links                 skuLinks       `json:"links"`
	Attributes            *attributes    `json:"attributes"`
}

type attestation struct {
	Enforce bool   `json:"enforceAttestation"`
	Type    string `json:"attestationType"`
}

type skuLinks struct {
	Availabilities link `json:"availabilities"`
	Self           link `json:"self"`
}

type wireAvailability struct {
	ID              string        `json:"id"`
	ProductID       string        `json:"productId"`
	SkuID           string        `json:"skuId"`
	CatalogItemID   string        `json:"catalogItemId"`
	DefaultCurrency currencyInfo  `json:"defaultCurrency"`
	Segment         string        `json:"segment"`
	Country         string        `json:"country"`
	IsPurchasable   bool          `json:"isPurchasable"`
	IsRenewable     bool          `json:"isRenewable"`
	Renewals        []itemRenewal `json:"renewalInstructions"`
	Barred          *barred       `json:"notPurchasable,omitempty"` // ours: why (F12)
	Terms           []offerTerm   `json:"terms"`
	Product         wireProduct   `json:"product"`
	Sku             wireSku       `json:"sku"`
	Links           *selfLinks    `json:"links"`
	Attributes      *attributes   `json:"attributes"`
}

type currencyInfo struct {
	Code   string `json:"code"`
	Symbol string `json:"symbol"`
}

// itemRenewal is what some terms renew to by themselves.
type itemRenewal struct {
	Terms   []string      `json:"applicableTermIds"`
	Options []renewalGoal `json:"renewalOptions"`
}

type renewalGoal struct {
	RenewToID       string `json:"renewToId"` // product and SKU: availabilities change
	IsAutoRenewable bool   `json:"isAutoRenewable"`
}

// barred tells why an item that is shown cannot be bought.
type barred struct {
	Code        string `json:"code"`
	Description string `json:"description"`
}

type offerTerm struct {
	ID                   string               `json:"id"`
	Duration             string               `json:"duration,omitempty"` // none: perpetual
	Description          string               `json:"description"`
	BillingCycle         string               `json:"billingCycle"`
	RenewalOptions       []renewalOption      `json:"renewalOptions,omitempty"`
	CancellationPolicies []cancellationPolicy `json:"cancellationPolicies"`
}

type renewalOption struct {
	TermDuration string `json:"termDuration"`
}

type cancellationPolicy struct {
	RefundOptions []purchaseRefund `json:"refundOptions"`
}

// purchaseRefund is what a cancellation gives back until a length of time after the purchase.
type purchaseRefund struct {
	SequenceID   int    `json:"sequenceId"`
	Type         string `json:"type"` // Full, Partial
	ExpiresAfter string `json:"expiresAfter,omitempty"`
}

// tree is where a look at the catalogue stands: the partner's, of a country, or a customer's own.
type tree struct{ base, query string }

// treeOf is the tree of a call, as its links repeat it.
func (r *request) treeOf(m market.Country) tree {
	t := tree{base: "/products"}
	q := url.Values{}
	if r.customer != "" {
		t.base = customerURI(r.customer) + t.base
	} else {
		q.Set("country", string(m))
	}
	if s := r.query.get("targetsegment"); s != "" {
		q.Set("targetSegment", s)
	}
	if len(q) > 0 {
		t.query = "?" + q.Encode()
	}
	return t
}

func (t tree) product(p id.Product) string       { return t.base + "/" + string(p) }
func (t tree) sku(p id.Product, s id.Sku) string { return t.product(p) + "/skus/" + string(s) }

// shelf maps what a look at the catalogue found, in the words of a client.
type shelf struct {
	app.Shelf
	dialect
	tree
	addOns []*catalog.Sku // that SKUs shown here may have
}

func (s shelf) product(e *catalog.Entry) wireProduct {
	p := &e.Product
	at := s.tree.product(p.ID)
	return wireProduct{
		ID: string(p.ID), Title: p.Title, Description: p.Description, ProductType: itemTypes[p.Kind],
		IsMicrosoftProduct: p.Publisher == id.FirstParty, PublisherName: p.PublisherName,
		Links:      productLinks{linkTo(at + "/skus" + s.query), linkTo(at + s.query)},
		Attributes: of("Product"),
	}
}

// sku is a SKU with the billing plans that its items offer; items are its own and at least one.
func (s shelf) sku(items []app.Offered) wireSku {
	e, k := items[0].Entry, items[0].Sku
	own := catalog.Ref{Product: e.Product.ID, Sku: k.ID}
	at := s.tree.sku(e.Product.ID, k.ID)
	w := wireSku{
		ID: string(k.ID), ProductID: string(e.Product.ID), Title: k.Title, Description: k.Description,
		MinimumQuantity: max(1, k.MinQuantity), MaximumQuantity: k.MaxQuantity, IsTrial: k.Trial,
		SupportedBillingCycle: []string{}, PurchasePrerequisites: []string{}, InventoryVariables: []string{},
		ProvisioningVariables: []string{}, Actions: []string{},
		DynamicAttributes: map[string]any{
			"isAddon": k.AddOn, "isAutoRenewable": k.AutoRenewable, "unitType": k.UnitType, "billingType": billingType(k),
			"hasAddOns": slices.ContainsFunc(s.addOns, func(a *catalog.Sku) bool { return a.HangsOn(own) }),
		},
		Links:      skuLinks{linkTo(at + "/availabilities" + s.query), linkTo(at + s.query)},
		Attributes: of("Sku"),
	}
	for _, i := range items {
		for _, o := range s.options(i.Item) {
			if word := s.cycle(o.Plan); !slices.Contains(w.SupportedBillingCycle, word) {
				w.SupportedBillingCycle = append(w.SupportedBillingCycle, word)
			}
			if rule, ok := s.rule(i.Item, o); ok && len(refundsBefore(rule)) > 0 {
				w.Actions = []string{"Refund"}
			}
		}
	}
	if e.Product.Kind == catalog.Reservation {
		w.ProvisioningVariables = []string{"Scope", "SubscriptionId", "Duration"}
	}
	if len(k.Bases) > 0 {
		bases := make([]string, 0, len(k.Bases))
		for _, b := range k.Bases {
			bases = append(bases, strings.TrimSuffix(string(b.Product)+":"+string(b.Sku), ":"))
		}
		w.DynamicAttributes["prerequisiteSkus"] = bases
	}
	if k.LimitUnit != catalog.NoLimit {
		w.DynamicAttributes["limit"], w.DynamicAttributes["limitUnitOfMeasure"] = k.Limit, string(k.LimitUnit)
	}
	if k.TrialDays > 0 {
		w.DynamicAttributes["trialDays"] = k.TrialDays
	}
	if k.Agreement {
		w.PurchasePrerequisites = []string{"MicrosoftCustomerAgreement"}
	}
	if k.Attestation {
		w.Attestation = &attestation{true, "Statement"}
	}
	if k.Metered {
		w.ConsumptionType = "metered"
	}
	return w
}

func billingType(k *catalog.Sku) string {
	if k.Metered {
		return "usage"
	}
	return "license"
}

// availability is an item with its terms, its product and its SKU.
func (s shelf) availability(i app.Offered) wireAvailability {
	av := i.Availability
	w := wireAvailability{
		ID: string(av.ID), ProductID: string(i.Entry.Product.ID), SkuID: string(i.Sku.ID), CatalogItemID: i.ID.String(),
		DefaultCurrency: currencyInfo{string(av.Currency), market.Symbol(av.Currency)}, Segment: string(av.Segment),
		Country: string(av.Market), IsPurchasable: i.Barred == nil, Renewals: []itemRenewal{}, Barred: barredOf(i.Barred), Terms: []offerTerm{},
		Product: s.product(i.Entry), Sku: s.sku([]app.Offered{i}),
		Links:      self(s.tree.sku(i.Entry.Product.ID, i.Sku.ID) + "/availabilities/" + string(av.ID) + s.query),
		Attributes: of("Availability"),
	}
	var renewed []string
	for _, o := range s.options(i.Item) {
		t := s.term(i.Item, o)
		w.Terms = append(w.Terms, t)
		if on, _ := policy.AutoRenew(classOf(i.Item, o), s.Now, i.Sku.AutoRenewable); on {
			renewed = append(renewed, t.ID)
		}
	}
	if w.IsRenewable = len(renewed) > 0; w.IsRenewable {
		w.Renewals = []itemRenewal{{renewed, []renewalGoal{{w.ProductID + ":" + w.SkuID, true}}}}
	}
	return w
}

func barredOf(f *fault.Fault) *barred {
	if f == nil {
		return nil
	}
	wf := wireFaultOf(f, nil)
	return &barred{wf.code, describe(wf.text, f.Args)}
}

func classOf(i catalog.Item, o catalog.Option) catalog.Class {
	return catalog.ClassOf(&i.Entry.Product, i.Sku, o.Plan, o.Term)
}

// options are the ways an item can be bought now: those on the price sheet that the billing-plan rule allows (F05).
// Metered plans and first-party trials have one way and no price.
func (s shelf) options(i catalog.Item) []catalog.Option {
	switch {
	case i.Sku.Metered:
		return []catalog.Option{{Term: when.Month, Plan: catalog.NoPlan}}
	case i.Sku.Trial:
		return []catalog.Option{{Term: when.Term{Days: i.Sku.TrialDays}, Plan: catalog.NoPlan}}
	}
	return slices.DeleteFunc(i.Entry.Options(i.Availability, s.Now), func(o catalog.Option) bool {
		return !policy.PlanAllowed(classOf(i, o), o.Plan, o.Term, s.Now)
	})
}

// rule is the cancellation row that a purchase made now is pinned to.
func (s shelf) rule(i catalog.Item, o catalog.Option) (policy.CancelRule, bool) {
	return policy.For(s.Rules, classOf(i, o), s.Now)
}

func (s shelf) term(i catalog.Item, o catalog.Option) offerTerm {
	w := offerTerm{
		ID: strings.Trim(o.Term.String()+"-"+string(o.Plan), "-"), Duration: o.Term.String(), Description: describeTerm(o),
		BillingCycle: s.cycle(o.Plan), CancellationPolicies: []cancellationPolicy{},
	}
	if on, _ := policy.AutoRenew(classOf(i, o), s.Now, i.Sku.AutoRenewable); on && !o.Term.IsZero() {
		w.RenewalOptions = []renewalOption{{o.Term.String()}}
	}
	if rule, ok := s.rule(i, o); ok {
		if refunds := refundsBefore(rule); len(refunds) > 0 {
			w.CancellationPolicies = append(w.CancellationPolicies, cancellationPolicy{refunds})
		}
	}
	return w
}

func describeTerm(o catalog.Option) string {
	if o.Term.IsZero() {
		return "One-time purchase"
	}
	plan := "billed " + strings.ReplaceAll(string(o.Plan), "_", "-")
	if o.Plan == catalog.NoPlan {
		plan = "not billed by term"
	}
	return "Term " + o.Term.String() + ", " + plan
}

// refundsBefore publishes a row's window before the purchase: what is given back, until how long after it. A row without
// a window, and one that gives nothing back, has none.
func refundsBefore(rule policy.CancelRule) []purchaseRefund {
	span := windowLength(rule.Window)
	switch {
	case span == "":
		return nil
	case rule.Credit == policy.Full:
		return []purchaseRefund{{0, "Full", span}}
	case rule.Credit == policy.Prorated:
		return []purchaseRefund{{0, "Partial", span}}
	case rule.Credit == policy.FullFirstDay:
		return []purchaseRefund{{0, "Full", "P1D"}, {1, "Partial", span}}
	}
	return nil
}

// windowLength is a window as an ISO 8601 length; empty when it has none. Calendar days are days.
func windowLength(w policy.Window) string {
	switch {
	case w.Kind == policy.ByDayEnd:
		return "P" + strconv.Itoa(w.Days) + "D"
	case w.Span <= 0:
		return ""
	case w.Span%(24*time.Hour) == 0:
		return "P" + strconv.Itoa(int(w.Span/(24*time.Hour))) + "D"
	}
	return "PT" + strconv.Itoa(int(w.Span/time.Second)) + "S"
}
