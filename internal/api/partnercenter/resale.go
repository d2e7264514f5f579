package partnercenter

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

func (a *api) resaleOperations() []operation {
	const markup, prices = "/v1/partner/markup", "/v1/partner/prices"
	acts := []party.Act{party.ManageMarkup}
	return []operation{
		{method: http.MethodGet, path: markup, acts: acts, scope: scopePartner, status: http.StatusOK, handle: a.showMarkup},
		{method: http.MethodPut, path: markup, acts: acts, scope: scopePartner, status: http.StatusOK, handle: a.putMarkup},
		{method: http.MethodGet, path: prices, acts: acts, scope: scopePartner, status: http.StatusOK, handle: a.listOwnPrices},
		{method: http.MethodPut, path: prices, acts: acts, scope: scopePartner, status: http.StatusOK, handle: a.putOwnPrices},
	}
}

// wireMarkup is what the partner adds to its cost: for what is ordered now, and by every row in the order of recording.
type wireMarkup struct {
	BasisPoints int64       `json:"basisPoints"`
	Rows        []markupRow `json:"rows"`
	Links       *selfLinks  `json:"links"`
	Attributes  *attributes `json:"attributes"`
}

type markupRow struct {
	BasisPoints int64    `json:"basisPoints"`
	From        wireTime `json:"from"`
}

func markupOf(v app.MarkupView) wireMarkup {
	w := wireMarkup{BasisPoints: v.Points, Rows: make([]markupRow, len(v.Rows)), Links: self("/partner/markup"), Attributes: of("Markup")}
	for i, m := range v.Rows {
		w.Rows[i] = markupRow{m.Points, at(m.From)}
	}
	return w
}

func (a *api) showMarkup(ctx context.Context, r *request) (answer, error) {
	v, err := a.app.Markup(ctx, r.actor)
	if err != nil {
		return answer{}, err
	}
	return reply(markupOf(v))
}

// putMarkup adds a row; without from it begins now.
func (a *api) putMarkup(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	in, err := read[markupRow](r)
	if err != nil {
		return answer{}, err
	}
	if !in.has("basispoints") {
		return answer{}, fault.Invalid("member.missing", fault.Args{"member": "basisPoints"})
	}
	return a.app.SetMarkup(ctx, r.actor, r.replay(false, func(out any) (app.Reply, error) {
		return reply(markupOf(out.(app.MarkupView)))
	}), billing.Markup{Points: in.value.BasisPoints, From: in.value.From.Time})
}

// ownPrice is a dated price of the partner's own: of one unit for the whole term. useMarkup ends an own price.
type ownPrice struct {
	ProductID    string       `json:"productId"`
	SkuID        string       `json:"skuId"`
	Country      string       `json:"country"`
	TermDuration string       `json:"termDuration,omitempty"` // absent: perpetual
	BillingCycle enumText     `json:"billingCycle"`
	CurrencyCode string       `json:"currencyCode"`
	UnitPrice    *json.Number `json:"unitPrice,omitempty"`
	UseMarkup    bool         `json:"useMarkup,omitempty"`
	From         wireTime     `json:"from"`
}

func (d dialect) ownPrice(p billing.OwnPrice) ownPrice {
	w := ownPrice{
		ProductID: string(p.Product), SkuID: string(p.Sku), Country: string(p.Market), TermDuration: p.Term.String(),
		BillingCycle: enumText(d.cycle(p.Plan)), CurrencyCode: string(p.Unit.Currency()), UseMarkup: p.ByMarkup, From: at(p.From),
	}
	if !p.ByMarkup {
		unit := price(p.Unit)
		w.UnitPrice = &unit
	}
	return w
}

func (d dialect) ownPrices(ps []billing.OwnPrice) []ownPrice {
	items := make([]ownPrice, len(ps))
	for i, p := range ps {
		items[i] = d.ownPrice(p)
	}
	return items
}

// listOwnPrices lists every row in the order of recording; productId narrows them.
func (a *api) listOwnPrices(ctx context.Context, r *request) (answer, error) {
	p, err := r.offset(pricePage, maxPricePage)
	if err != nil {
		return answer{}, err
	}
	if p.size == 0 {
		p.size = maxPricePage
	}
	item, ok := id.ParseItem(r.query.get("productid"))
	if r.query.has("productid") && !ok {
		return answer{}, badValue("productId", "a product such as CMP000000001")
	}
	found, err := a.app.OwnPrices(ctx, r.actor, app.OwnPriceQuery{Product: item.Product, Offset: p.offset, Limit: p.size + 1})
	if err != nil {
		return answer{}, err
	}
	more := len(found) > p.size
	if more {
		found = found[:p.size]
	}
	return reply(offsetPage(r, p, r.dialect().ownPrices(found), more))
}

type ownPricesBody struct {
	Items []ownPrice `json:"items"`
}

// putOwnPrices adds rows, all or none; the answer is the rows. Those that stand stay, of two for one thing the newer from
// decides.
func (a *api) putOwnPrices(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	in, err := read[ownPricesBody](r)
	switch {
	case err != nil:
		return answer{}, err
	case len(in.value.Items) == 0:
		return answer{}, fault.Invalid("member.missing", fault.Args{"member": "items"})
	case len(in.value.Items) > app.MaxOwnPrices:
		return answer{}, fault.Invalid("member.too_many", fault.Args{"member": "items", "max": app.MaxOwnPrices})
	}
	rows := make([]billing.OwnPrice, len(in.value.Items))
	for i, p := range in.value.Items {
		if rows[i], err = p.row(i + 1); err != nil {
			return answer{}, err
		}
	}
	d := r.dialect()
	return a.app.AddOwnPrices(ctx, r.actor, r.replay(false, func(out any) (app.Reply, error) {
		return reply(collect(d.ownPrices(out.([]billing.OwnPrice))))
	}), rows)
}

// row reads a price as it was sent; n is its place, from 1.
func (p ownPrice) row(n int) (row billing.OwnPrice, err error) {
	wrong := func(member, want string) error {
		return fault.Invalid("resale.member", fault.Args{"row": n, "member": member, "want": want})
	}
	item, ok := id.ParseItem(p.ProductID)
	if !ok || item.Sku != "" {
		return row, wrong("productId", "a product such as CMP000000001")
	}
	m, ok := market.Lookup(p.Country)
	if !ok {
		return row, wrong("country", "a country such as FR")
	}
	currency, ok := money.ParseCurrency(p.CurrencyCode)
	if !ok {
		return row, wrong("currencyCode", "a currency such as EUR")
	}
	term, err := when.ParseTerm(p.TermDuration)
	if err != nil {
		return row, wrong("termDuration", "a length such as P1Y")
	}
	plan, given, err := subscriptionCycles.read("items.billingCycle", p.BillingCycle)
	if err != nil {
		return row, err
	}
	if !given {
		return row, wrong("billingCycle", "a cycle such as monthly")
	}
	row = billing.OwnPrice{
		Product: item.Product, Sku: id.Sku(p.SkuID), Market: m.Country, Term: term, Plan: catalog.Plan(plan), From: p.From.Time,
		Unit: money.PriceOf(0, currency), ByMarkup: p.UseMarkup,
	}
	if p.UseMarkup == (p.UnitPrice != nil) {
		return row, wrong("unitPrice", "a price, or else useMarkup")
	}
	if p.UnitPrice != nil {
		if row.Unit, err = money.ParsePrice(p.UnitPrice.String(), currency); err != nil {
			return row, wrong("unitPrice", "a plain number from 0 with at most 8 decimals")
		}
	}
	return row, nil
}
