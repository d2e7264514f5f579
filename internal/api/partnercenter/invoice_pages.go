package partnercenter

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

const (
	maxLines        = 2000 // of a page; more, or all, is as many
	billingLines    = "billing_line_items"
	providerOneTime = "one_time"
	providerOffice  = "office"
)

var (
	lineProviders = named("all", providerOneTime, providerOffice, "azure", "marketplace", "external")
	lineTypes     = named(billingLines, "usage_line_items")
	linePeriods   = named(string(app.CurrentPeriod), string(app.PreviousPeriod))
)

// lineQuery is which lines of an invoice are asked for.
type lineQuery struct {
	page     page
	skip     int  // rows before the first
	rows     bool // links count rows: the offset form (contract.md §1.6)
	currency money.Currency
	period   app.Which
	provider string
	usage    bool
	explain  bool // with how each line came about
}

// lineQuery reads the parameters of both forms; the older one has provider and type in its path.
func (r *request) lineQuery() (q lineQuery, err error) {
	if q.page, err = r.page(maxLines, maxLines); err != nil {
		return q, err
	}
	if q.page.size == 0 {
		q.page.size = maxLines
	}
	if code := r.query.get("currencycode"); code != "" {
		known := false
		if q.currency, known = money.ParseCurrency(code); !known {
			return q, badValue("currencyCode", "a currency such as EUR")
		}
	}
	which, given, err := r.query.word(linePeriods, "period")
	if err != nil {
		return q, err
	}
	if q.period = app.CurrentPeriod; given {
		q.period = app.Which(which)
	}
	provider, kind := r.path("provider"), r.path("type")
	if provider == "" {
		provider, kind = r.query.get("provider"), r.query.get("invoicelineitemtype")
	}
	if q.provider, _, err = lineProviders.read("provider", enumText(provider)); err != nil {
		return q, err
	}
	word, _, err := lineTypes.read("invoiceLineItemType", enumText(kind))
	if err != nil {
		return q, err
	}
	q.usage = word == "usage_line_items"
	if q.page.after == nil {
		if q.skip, err = r.query.number("offset", 0); err != nil {
			return q, err
		}
		q.skip = max(q.skip, 0)
		older := r.path("provider") != "" && q.provider == providerOffice && !r.query.has("seekoperation")
		q.rows = older || r.query.has("offset")
	}
	r.query = r.query.without("offset") // a continuation begins where this page ends
	q.explain, err = r.query.flag("explain")
	return q, err
}

// charges are those that the lines asked for stand for. Imported offers are the office's. Use is not rated yet, so no
// provider has lines of it.
func (q lineQuery) charges(after app.ChargeCursor) app.ChargeQuery {
	c := app.ChargeQuery{Currency: q.currency, Sold: app.SoldNothing, After: after, Skip: q.skip, Limit: q.page.size + 1}
	switch {
	case q.usage:
	case q.provider == "" || q.provider == "all":
		c.Sold = ""
	case q.provider == providerOneTime:
		c.Sold = app.SoldProducts
	case q.provider == providerOffice:
		c.Sold = app.SoldOffers
	}
	return c
}

// listUnbilled lists what was charged and credited in the open period, or in the one before (F72, F73).
func (a *api) listUnbilled(ctx context.Context, r *request) (answer, error) {
	return r.lines(ctx, func(q lineQuery, charges app.ChargeQuery) (billing.Invoice, []app.StatementLine, error) {
		lines, err := a.app.Unbilled(ctx, r.actor, q.period, charges)
		return billing.Invoice{}, lines, err
	})
}

// listInvoiceLines lists the lines of an issued invoice (F73).
func (a *api) listInvoiceLines(ctx context.Context, r *request) (answer, error) {
	return r.lines(ctx, func(_ lineQuery, charges app.ChargeQuery) (billing.Invoice, []app.StatementLine, error) {
		return a.app.InvoiceLines(ctx, r.actor, r.invoiceNumber(), charges)
	})
}

// lines answers with one page of reconciliation lines. The offset form has a continuation too, for whoever goes on by it.
func (r *request) lines(ctx context.Context, load func(lineQuery, app.ChargeQuery) (billing.Invoice, []app.StatementLine, error)) (answer, error) {
	q, err := r.lineQuery()
	if err != nil {
		return answer{}, err
	}
	after, err := chargeAfter(q.page.after)
	if err != nil {
		return answer{}, err
	}
	document, found, err := load(q, q.charges(after))
	if err != nil {
		return answer{}, err
	}
	var last []string
	if len(found) > q.page.size {
		found = found[:q.page.size]
		c := found[len(found)-1].Charge
		last = seekKey(c.At, string(c.ID))
	}
	var why []billing.Explanation
	if q.explain && document.Document != billing.VoidNote { // a void note's lines are explained where they were charged
		if why, err = r.api.app.Explain(ctx, r.actor, found); err != nil {
			return answer{}, err
		}
	}
	partner := r.actor.Scope.Partner()
	items := make([]any, len(found))
	for i, l := range found {
		if q.provider == providerOffice {
			items[i] = officeItemOf(partner, l)
			continue
		}
		item := lineItemOf(partner, document.ID, l)
		if why != nil {
			item.Explanation = explanationOf(l.Charge, why[i])
		}
		items[i] = item
	}
	c := seek(r, q.page, items, last)
	if q.rows {
		c.Links = offsetPage(r, offset{q.page.size, q.skip}, items, last != nil).Links
	}
	return reply(c)
}

func chargeAfter(key []string) (c app.ChargeCursor, err error) {
	if key == nil {
		return c, nil
	}
	at, rest, ok := seekPoint(key)
	if !ok {
		return c, fault.Invalid("cursor.invalid", nil)
	}
	return app.ChargeCursor{At: at, ID: id.Charge(rest)}, nil
}

// estimateLink leads to the lines of a period that is not invoiced; with the open one come its sums, which the public
// contract has not.
type estimateLink struct {
	Type        string      `json:"type"`
	Title       string      `json:"title"`
	Description string      `json:"description"`
	Period      string      `json:"period"` // Current, Previous
	Link        link        `json:"link"`
	Estimate    *estimate   `json:"estimate,omitempty"`
	Attributes  *attributes `json:"attributes"`
}

// estimate is what the next invoice would hold, live (F72).
type estimate struct {
	CurrencyCode string      `json:"currencyCode"`
	Lines        int         `json:"lines"`
	Subtotal     json.Number `json:"subtotal"`
	TaxTotal     json.Number `json:"taxTotal"`
	Total        json.Number `json:"total"`
	Carried      json.Number `json:"carried"` // from the invoice before: zero or negative
	PeriodStart  wireTime    `json:"billingPeriodStartDate"`
	PeriodEnd    wireTime    `json:"billingPeriodEndDate"` // its last day
}

// listEstimates gives, for one currency or for all in use, a link to the open period and one to the period before.
func (a *api) listEstimates(ctx context.Context, r *request) (answer, error) {
	var wanted money.Currency
	if code := r.query.get("currencycode"); code != "" {
		known := false
		if wanted, known = money.ParseCurrency(code); !known {
			return answer{}, badValue("currencyCode", "a currency such as EUR")
		}
	}
	found, err := a.app.Estimates(ctx, r.actor)
	if err != nil {
		return answer{}, err
	}
	c := collect(estimateLinks(found, wanted))
	c.Links = &collectionLinks{Self: linkTo(r.uri(r.query))}
	return reply(c)
}

func estimateLinks(found []app.Estimate, wanted money.Currency) []estimateLink {
	items := []estimateLink{}
	seen := false
	for _, e := range found {
		if wanted != "" && e.Currency != wanted {
			continue
		}
		seen = true
		items = append(items, estimateLinkOf(e.Currency, app.CurrentPeriod, &estimate{
			string(e.Currency), e.Totals.Lines, amount(e.Totals.Net), amount(e.Totals.Tax), amount(e.Totals.Gross()), amount(e.Carried),
			at(e.Period.Start), at(lastDay(e.Period.End)),
		}), estimateLinkOf(e.Currency, app.PreviousPeriod, nil))
	}
	if !seen && wanted != "" {
		items = append(items, estimateLinkOf(wanted, app.CurrentPeriod, nil), estimateLinkOf(wanted, app.PreviousPeriod, nil))
	}
	return items
}

func estimateLinkOf(c money.Currency, period app.Which, e *estimate) estimateLink {
	shown := pascal(string(period))
	return estimateLink{
		Type: "RECON", Title: shown + " period, " + string(c), Description: "Charges and credits of the " + string(period) + " billing period",
		Period: shown, Estimate: e, Attributes: of("EstimateLink"),
		Link: linkTo("/invoices/unbilled/lineitems?provider=all&invoicelineitemtype=billinglineitems&currencycode=" +
			url.QueryEscape(strings.ToLower(string(c))) + "&period=" + string(period) + "&size=" + strconv.Itoa(maxLines)),
	}
}
