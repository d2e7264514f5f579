// Package catalog knows what is for sale: products, SKUs, availabilities per market and segment, price rows by date,
// and who may buy what, with reasons (F08–F20, F76, F81). An old sale keeps the rows it was made with.
package catalog

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Kind is what sort of thing a product is.
type Kind string

// The kinds of product.
const (
	Software      Kind = "software"       // on-premises: perpetual, or by subscription
	SaaS          Kind = "saas"           // a publisher's online service, by licence or metered
	OnlineService Kind = "online_service" // first-party online services
	Reservation   Kind = "reservation"
)

// Class decides which dated policy row applies to a line (rules.md §3).
type Class string

// The classes of rules.md §3.
const (
	Perpetual      Class = "perpetual"
	SoftwareSub    Class = "software_subscription"
	LinuxPlan      Class = "linux_plan" // Red Hat and SUSE plans
	ReservedClass  Class = "reservation"
	SaaSMonthly    Class = "saas_monthly" // billed monthly, whatever the term
	SaaSAnnual     Class = "saas_annual"  // billed annually or longer
	Metered        Class = "metered"
	OnlineLicensed Class = "online_service"
	Trial          Class = "trial"
)

// Software tells whether lines of the class are software: cancelled by admin agents only (R05), by order (F54).
func (c Class) Software() bool { return c == Perpetual || c == SoftwareSub || c == LinuxPlan }

// LimitUnit says what a limit per customer counts (F13).
type LimitUnit string

// The units of a limit.
const (
	NoLimit    LimitUnit = ""
	Concurrent LimitUnit = "concurrent" // active, suspended and pending ones
	Lifetime   LimitUnit = "lifetime"   // every one ever bought
)

// Product is one row of the catalogue. Flags are facts of the listing; Entry.Barred turns them into reasons.
type Product struct {
	ID               id.Product
	Title            string
	Description      string
	Kind             Kind
	Publisher        id.Publisher
	PublisherName    string
	Imported         bool // an offer of the older catalogue: served by /offers, sold by its GUID
	LinuxPlan        bool // never cancelled nor exchanged (F61)
	NeedsInformation bool // its cancellation goes through a support request (F58)
	ResaleOptOut     bool // the publisher does not sell through partners (F16)
	NotTransactable  bool // sold elsewhere (F18)
	OnlyPartners     []id.Partner
	OnlyMarkets      []market.Country // billing countries the publisher allows (F15); empty: all
	ContactURI       string           // the publisher, for F16–F18
	LandingPage      string           // where an ISV's customer finishes set-up (F22)
}

// Ref names a SKU.
type Ref struct {
	Product id.Product
	Sku     id.Sku
}

// Sku is one edition or plan of a product.
type Sku struct {
	ID            id.Sku
	Title         string
	Description   string
	MinQuantity   int64
	MaxQuantity   int64
	UnitType      string // "Licenses", "Usage-based": free text on the wire
	Trial         bool   // a first-party trial: ends by itself after TrialDays (F76)
	TrialDays     int    // of a trial SKU, or the free days an ISV plan starts with (F23); 0: none
	Metered       bool   // any meter makes the whole plan metered (F36)
	AutoRenewable bool   // F38, for first-party online services
	AddOn         bool   // bought from its base only (F25)
	Bases         []Ref  // SKUs the add-on may hang on; an empty Sku is any of the product
	ConvertsTo    []Ref
	Limit         int // per customer, with LimitUnit (F13)
	LimitUnit     LimitUnit
	Attestation   bool // the buyer must accept a statement
	Agreement     bool // the customer must have accepted a customer agreement
	Delivery      license.Delivery
}

// Availability is a SKU's presence in one market and segment between two instants.
type Availability struct {
	ID       id.Availability
	Sku      id.Sku
	Market   market.Country
	Segment  market.Segment
	Currency money.Currency
	From     time.Time
	Until    time.Time // zero: open
}

// Live tells whether the availability is on the shelf at an instant.
func (a Availability) Live(at time.Time) bool {
	return !at.Before(a.From) && (a.Until.IsZero() || at.Before(a.Until))
}

// PriceRow is one dated price of a SKU in a market and segment, for a term and billing plan. Unit is the price of one
// unit for the whole term; each charge of a plan is the term price split over the number of charges (F05).
type PriceRow struct {
	ID       string
	Sku      id.Sku
	Market   market.Country
	Segment  market.Segment
	Currency money.Currency
	Term     when.Term // zero: perpetual
	Plan     Plan
	Unit     money.Price
	TierMin  int64
	TierMax  int64 // 0: no upper bound
	From     time.Time
	Until    time.Time // zero: open
}

// Offer is what the older catalogue's API tells of an imported offer beyond its Product and Sku: words and relations as
// they were imported (contract.md §7.2).
type Offer struct {
	ID            id.Product
	Country       market.Country
	Category      Category
	Rank          int
	Body          []byte       // the offer as it was imported, JSON
	Prerequisites []id.Product // ids of base offers, resolved or not
}

// Category groups imported offers.
type Category struct {
	ID, Name string
	Rank     int
}
