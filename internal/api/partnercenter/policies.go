package partnercenter

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
)

// policyOperations show what decisions are made by: dated rows and price lists (product.md, our extension).
func (a *api) policyOperations() []operation {
	return []operation{
		{method: http.MethodGet, path: "/v1/policies", acts: []party.Act{party.ReadCommerce}, scope: scopePartner, status: http.StatusOK, handle: a.listPolicies},
		{method: http.MethodGet, path: "/v1/prices", acts: []party.Act{party.ReadPrices}, scope: scopePartner, status: http.StatusOK, handle: a.listPrices},
	}
}

// policyRow is a dated row of any kind, flat; what its kind does not have is absent. A row holds for what happens at or
// after validFrom and before validUntil; of several the newest decides.
type policyRow struct {
	Kind       string   `json:"kind"`
	ID         string   `json:"id"`
	Class      string   `json:"class,omitempty"`   // absent: any
	Country    string   `json:"country,omitempty"` // of a tax
	ValidFrom  wireTime `json:"validFrom,omitzero"`
	ValidUntil wireTime `json:"validUntil,omitzero"`
	Source     string   `json:"source"`

	Window         string `json:"window,omitempty"` // day_end, per_term, elapsed, never, all_along
	WindowDays     int    `json:"windowDays,omitempty"`
	WindowHours    int64  `json:"windowHours,omitempty"`
	Credit         string `json:"credit,omitempty"`
	AfterWindow    string `json:"afterWindow,omitempty"`
	LifeHours      int64  `json:"lifeHours,omitempty"` // of a link
	Downloads      int    `json:"downloads,omitempty"`
	RatePPM        *int64 `json:"ratePpm,omitempty"`
	Inclusive      *bool  `json:"inclusive,omitempty"`
	AutoRenew      string `json:"autoRenew,omitempty"` // on, off, by_offer
	Visible        *bool  `json:"visible,omitempty"`
	PartsAllowed   *bool  `json:"partsAllowed,omitempty"`
	DaysKept       int    `json:"daysKept,omitempty"`
	DaysKeptAtMost int    `json:"daysKeptAtMost,omitempty"`
	Charged        *bool  `json:"charged,omitempty"` // periods that begin while suspended
}

var policyKinds = named("cancellation", "link", "tax", "auto_renew", "visibility", "billing_plan", "retention", "suspended_billing")

// listPolicies lists the dated rows; ?kind= narrows them.
func (a *api) listPolicies(ctx context.Context, r *request) (answer, error) {
	kind, given, err := r.query.word(policyKinds, "kind")
	if err != nil {
		return answer{}, err
	}
	p, err := a.app.Policies(ctx, r.actor)
	if err != nil {
		return answer{}, err
	}
	items := []policyRow{}
	for _, row := range policyRows(p) {
		if !given || foldWord(row.Kind) == foldWord(kind) {
			items = append(items, row)
		}
	}
	return unpaged(r, items)
}

func policyRows(p app.Policies) []policyRow {
	var out []policyRow
	for _, c := range p.Cancellation {
		row := policyRow{
			Kind: "cancellation", ID: c.ID, Class: string(c.Class), ValidFrom: at(c.From), ValidUntil: at(c.Until), Source: c.Source,
			Window: string(c.Window.Kind), WindowDays: c.Window.Days, WindowHours: int64(c.Window.Span / time.Hour),
			Credit: string(c.Credit), AfterWindow: string(c.After),
		}
		out = append(out, row)
	}
	for _, l := range p.Links {
		out = append(out, policyRow{
			Kind: "link", ID: l.ID, ValidFrom: at(l.From), Source: l.Source, LifeHours: int64(l.Life / time.Hour), Downloads: l.Downloads,
		})
	}
	for _, t := range p.Taxes {
		out = append(out, policyRow{
			Kind: "tax", ID: t.ID, Class: t.Class, Country: string(t.Market), ValidFrom: at(t.From), Source: t.Source,
			RatePPM: &t.RatePPM, Inclusive: &t.Inclusive,
		})
	}
	dated := func(kind string, row policy.Row) policyRow {
		return policyRow{Kind: kind, ID: row.ID, Class: string(row.Class), ValidFrom: at(row.From), Source: row.Source}
	}
	for _, x := range p.Renewals {
		row := dated("auto_renew", x.Row)
		row.AutoRenew = string(x.Default)
		out = append(out, row)
	}
	for _, x := range p.Visibility {
		row := dated("visibility", x.Row)
		row.Visible = &x.Shown
		out = append(out, row)
	}
	for _, x := range p.Plans {
		row := dated("billing_plan", x.Row)
		row.PartsAllowed = &x.Parts
		out = append(out, row)
	}
	for _, x := range p.Retention {
		row := dated("retention", x.Row)
		row.DaysKept, row.DaysKeptAtMost = x.Days, x.Cap
		out = append(out, row)
	}
	for _, x := range p.Suspended {
		row := dated("suspended_billing", x.Row)
		row.Charged = &x.Charged
		out = append(out, row)
	}
	return out
}

// priceRow is one line of the price list: flat, as price sheets have them. UnitPrice is for the whole term.
type priceRow struct {
	ID                 string      `json:"id"`
	Country            string      `json:"country"`
	Currency           string      `json:"currency"`
	Segment            string      `json:"segment"`
	ProductID          string      `json:"productId"`
	ProductTitle       string      `json:"productTitle"`
	SkuID              string      `json:"skuId"`
	SkuTitle           string      `json:"skuTitle"`
	CatalogItemID      string      `json:"catalogItemId"`
	PublisherName      string      `json:"publisherName,omitempty"`
	TermDuration       string      `json:"termDuration,omitempty"` // absent: perpetual
	BillingCycle       string      `json:"billingCycle"`
	UnitPrice          json.Number `json:"unitPrice"`
	TaxIncluded        bool        `json:"taxIncluded"`
	MinimumQuantity    int64       `json:"minimumQuantity,omitempty"`
	MaximumQuantity    int64       `json:"maximumQuantity,omitempty"`
	EffectiveStartDate wireTime    `json:"effectiveStartDate,omitzero"`
	EffectiveEndDate   wireTime    `json:"effectiveEndDate,omitzero"`
}

const (
	pricePage    = 500
	maxPricePage = 2000 // more, or all, is as many
)

// listPrices lists the price rows on the shelf of a country, now or at an instant (at).
func (a *api) listPrices(ctx context.Context, r *request) (answer, error) {
	p, err := r.page(pricePage, maxPricePage)
	if err != nil {
		return answer{}, err
	}
	if p.size == 0 {
		p.size = maxPricePage
	}
	q, err := r.priceQuery(a.app.Clock.Now())
	if err != nil {
		return answer{}, err
	}
	if p.after != nil {
		if len(p.after) != 4 {
			return answer{}, fault.Invalid("cursor.invalid", nil)
		}
		q.After = app.PriceKey{Segment: market.Segment(p.after[0]), Product: id.Product(p.after[1]), Sku: id.Sku(p.after[2]), Row: p.after[3]}
	}
	q.Limit = p.size + 1
	found, err := a.app.Prices(ctx, r.actor, q)
	if err != nil {
		return answer{}, err
	}
	var last []string
	if len(found) > p.size {
		found = found[:p.size]
		k := found[len(found)-1].Key()
		last = []string{string(k.Segment), string(k.Product), string(k.Sku), k.Row}
	}
	d, items := r.dialect(), make([]priceRow, len(found))
	for i, f := range found {
		items[i] = d.price(f)
	}
	return reply(seek(r, p, items, last))
}

// priceQuery reads country, currency, targetSegment and at. A list without an instant is of now to its last page.
func (r *request) priceQuery(now time.Time) (q app.PriceQuery, err error) {
	q = app.PriceQuery{Country: r.query.get("country")}
	if q.Country == "" {
		return q, badValue("country", "a country such as FR")
	}
	if sent := r.query.get("currency", "currencycode"); sent != "" {
		var ok bool
		if q.Currency, ok = money.ParseCurrency(sent); !ok {
			return q, badValue("currency", "a currency such as EUR")
		}
	}
	if sent := r.query.get("targetsegment", "segment"); sent != "" {
		var ok bool
		if q.Segment, ok = market.ParseSegment(sent); !ok {
			return q, fault.Deny("segment.not_allowed", nil)
		}
	}
	var given bool
	if q.At, given, err = r.query.date("at"); err != nil || given {
		return q, err
	}
	q.At = now
	r.query = append(r.query.without("at"), param{"at", now.UTC().Format(time.RFC3339Nano)})
	return q, nil
}

func (d dialect) price(p app.ShelfPrice) priceRow {
	m, _ := market.Lookup(string(p.Market))
	row := priceRow{
		ID: p.ID, Country: string(p.Market), Currency: string(p.Currency), Segment: string(p.Segment), ProductID: string(p.Product.ID),
		ProductTitle: p.Product.Title, SkuID: string(p.Sku), SkuTitle: p.Title, CatalogItemID: p.Item.String(), PublisherName: p.Product.PublisherName,
		BillingCycle: d.cycle(p.Plan), UnitPrice: price(p.Unit), TaxIncluded: m.PriceIncludesTax, MinimumQuantity: p.TierMin, MaximumQuantity: p.TierMax,
		EffectiveStartDate: at(p.From), EffectiveEndDate: at(p.Until),
	}
	if !p.Term.IsZero() {
		row.TermDuration = p.Term.String()
	}
	return row
}
