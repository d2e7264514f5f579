// The bodies of catalogue rows: what no statement asks for by value (body.go).
package store

import (
	"fmt"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

type productBody struct {
	Title            string           `json:"title,omitempty"`
	Description      string           `json:"description,omitempty"`
	Publisher        id.Publisher     `json:"publisher,omitempty"`
	PublisherName    string           `json:"publisher_name,omitempty"`
	LinuxPlan        bool             `json:"linux_plan,omitempty"`
	NeedsInformation bool             `json:"needs_information,omitempty"`
	ResaleOptOut     bool             `json:"resale_opt_out,omitempty"`
	NotTransactable  bool             `json:"not_transactable,omitempty"`
	OnlyPartners     []id.Partner     `json:"only_partners,omitempty"`
	OnlyMarkets      []market.Country `json:"only_markets,omitempty"`
	ContactURI       string           `json:"contact,omitempty"`
	LandingPage      string           `json:"landing_page,omitempty"`
}

func bodyOfProduct(p *catalog.Product) productBody {
	return productBody{
		Title: p.Title, Description: p.Description, Publisher: p.Publisher, PublisherName: p.PublisherName,
		LinuxPlan: p.LinuxPlan, NeedsInformation: p.NeedsInformation, ResaleOptOut: p.ResaleOptOut,
		NotTransactable: p.NotTransactable, OnlyPartners: p.OnlyPartners, OnlyMarkets: p.OnlyMarkets,
		ContactURI: p.ContactURI, LandingPage: p.LandingPage,
	}
}

// fill sets what the body tells; the columns are set already.
func (b *productBody) fill(p *catalog.Product) {
	p.Title, p.Description, p.Publisher, p.PublisherName = b.Title, b.Description, b.Publisher, b.PublisherName
	p.LinuxPlan, p.NeedsInformation, p.ResaleOptOut = b.LinuxPlan, b.NeedsInformation, b.ResaleOptOut
	p.NotTransactable, p.OnlyPartners, p.OnlyMarkets = b.NotTransactable, b.OnlyPartners, b.OnlyMarkets
	p.ContactURI, p.LandingPage = b.ContactURI, b.LandingPage
}

type skuBody struct {
	Title         string            `json:"title,omitempty"`
	Description   string            `json:"description,omitempty"`
	MinQuantity   int64             `json:"min,omitempty"`
	MaxQuantity   int64             `json:"max,omitempty"`
	UnitType      string            `json:"unit,omitempty"`
	Trial         bool              `json:"trial,omitempty"`
	TrialDays     int               `json:"trial_days,omitempty"`
	Metered       bool              `json:"metered,omitempty"`
	AutoRenewable bool              `json:"auto_renewable,omitempty"`
	AddOn         bool              `json:"add_on,omitempty"`
	Bases         []refBody         `json:"bases,omitempty"`
	ConvertsTo    []refBody         `json:"converts_to,omitempty"`
	Limit         int               `json:"limit,omitempty"`
	LimitUnit     catalog.LimitUnit `json:"limit_unit,omitempty"`
	Attestation   bool              `json:"attestation,omitempty"`
	Agreement     bool              `json:"agreement,omitempty"`
	Delivery      *deliveryBody     `json:"delivery,omitempty"`
}

// refBody is a SKU's name: product, or product and SKU.
type refBody []string

type deliveryBody struct {
	HasKeys      bool     `json:"keys,omitempty"`
	HasDownloads bool     `json:"downloads,omitempty"`
	Pool         string   `json:"pool,omitempty"`
	KeyVersions  []string `json:"key_versions,omitempty"`
	Supplier     string   `json:"supplier,omitempty"`
	// Suppliers of some of the versions, by version.
	Suppliers    map[string]string `json:"suppliers,omitempty"`
	Instructions string            `json:"instructions,omitempty"`
	Files        []fileBody        `json:"files,omitempty"`
}

type fileBody struct {
	Version  string `json:"version,omitempty"`
	Language string `json:"language,omitempty"`
	FileType string `json:"type,omitempty"`
	Name     string `json:"name"`
	Blob     string `json:"blob"`
	Size     int64  `json:"size"`
	SHA256   string `json:"sha256"`
}

func bodyOfSku(s *catalog.Sku) skuBody {
	b := skuBody{
		Title: s.Title, Description: s.Description, MinQuantity: s.MinQuantity, MaxQuantity: s.MaxQuantity,
		UnitType: s.UnitType, Trial: s.Trial, TrialDays: s.TrialDays, Metered: s.Metered, AutoRenewable: s.AutoRenewable,
		AddOn: s.AddOn, Bases: refBodies(s.Bases), ConvertsTo: refBodies(s.ConvertsTo), Limit: s.Limit,
		LimitUnit: s.LimitUnit, Attestation: s.Attestation, Agreement: s.Agreement,
	}
	d := &s.Delivery
	if d.HasKeys || d.HasDownloads || d.Pool != "" || d.Supplier != "" || d.InstructionsURI != "" || len(d.KeyVersions)+len(d.Suppliers)+len(d.Files) > 0 {
		b.Delivery = &deliveryBody{
			HasKeys: d.HasKeys, HasDownloads: d.HasDownloads, Pool: d.Pool, KeyVersions: d.KeyVersions,
			Supplier: d.Supplier, Suppliers: d.Suppliers, Instructions: d.InstructionsURI,
		}
		for _, f := range d.Files {
			b.Delivery.Files = append(b.Delivery.Files, fileBody(f))
		}
	}
	return b
}

func (b *skuBody) sku(sku id.Sku) catalog.Sku {
	s := catalog.Sku{
		ID: sku, Title: b.Title, Description: b.Description, MinQuantity: b.MinQuantity, MaxQuantity: b.MaxQuantity,
		UnitType: b.UnitType, Trial: b.Trial, TrialDays: b.TrialDays, Metered: b.Metered, AutoRenewable: b.AutoRenewable,
		AddOn: b.AddOn, Bases: refs(b.Bases), ConvertsTo: refs(b.ConvertsTo), Limit: b.Limit, LimitUnit: b.LimitUnit,
		Attestation: b.Attestation, Agreement: b.Agreement,
	}
	if d := b.Delivery; d != nil {
		s.Delivery = license.Delivery{
			HasKeys: d.HasKeys, HasDownloads: d.HasDownloads, Pool: d.Pool, KeyVersions: d.KeyVersions,
			Supplier: d.Supplier, Suppliers: d.Suppliers, InstructionsURI: d.Instructions,
		}
		for _, f := range d.Files {
			s.Delivery.Files = append(s.Delivery.Files, license.File(f))
		}
	}
	return s
}

func refBodies(rs []catalog.Ref) []refBody {
	var out []refBody
	for _, r := range rs {
		b := refBody{string(r.Product)}
		if r.Sku != "" {
			b = append(b, string(r.Sku))
		}
		out = append(out, b)
	}
	return out
}

func refs(bs []refBody) []catalog.Ref {
	var out []catalog.Ref
	for _, b := range bs {
		var r catalog.Ref
		if len(b) > 0 {
			r.Product = id.Product(b[0])
		}
		if len(b) > 1 {
			r.Sku = id.Sku(b[1])
		}
		out = append(out, r)
	}
	return out
}

type availabilityBody struct {
	Currency money.Currency `json:"currency"`
	From     *int64         `json:"from,omitempty"` // microseconds; absent: always
	Until    *int64         `json:"until,omitempty"`
}

func bodyOfAvailability(a *catalog.Availability) availabilityBody {
	return availabilityBody{a.Currency, micros(a.From), micros(a.Until)}
}

func (b *availabilityBody) fill(a *catalog.Availability) {
	a.Currency, a.From, a.Until = b.Currency, instant(b.From), instant(b.Until)
}

type priceBody struct {
	Market   market.Country `json:"market"`
	Segment  market.Segment `json:"segment"`
	Currency money.Currency `json:"currency"`
	Term     *[3]int        `json:"term,omitempty"` // years, months, days; absent: perpetual
	Plan     catalog.Plan   `json:"plan"`
	Unit     int64          `json:"unit"` // 10^-8 of the major unit
	TierMin  int64          `json:"tier_min,omitempty"`
	TierMax  int64          `json:"tier_max,omitempty"`
	From     *int64         `json:"from,omitempty"`
	Until    *int64         `json:"until,omitempty"`
}

func bodyOfPrice(p *catalog.PriceRow) (priceBody, error) {
	if p.Unit.Currency() != p.Currency {
		return priceBody{}, fmt.Errorf("store: price row %s is in two currencies", p.ID)
	}
	b := priceBody{
		Market: p.Market, Segment: p.Segment, Currency: p.Currency, Plan: p.Plan, Unit: p.Unit.Units(),
		TierMin: p.TierMin, TierMax: p.TierMax, From: micros(p.From), Until: micros(p.Until),
	}
	if !p.Term.IsZero() {
		b.Term = &[3]int{p.Term.Years, p.Term.Months, p.Term.Days}
	}
	return b, nil
}

func (b *priceBody) fill(p *catalog.PriceRow) {
	p.Market, p.Segment, p.Currency, p.Plan = b.Market, b.Segment, b.Currency, b.Plan
	p.Unit, p.TierMin, p.TierMax = money.PriceOf(b.Unit, b.Currency), b.TierMin, b.TierMax
	p.From, p.Until = instant(b.From), instant(b.Until)
	if b.Term != nil {
		p.Term = when.Term{Years: b.Term[0], Months: b.Term[1], Days: b.Term[2]}
	}
}
