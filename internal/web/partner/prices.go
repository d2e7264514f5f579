package partner

import (
	"cmp"
	"strconv"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// pricesPath is the page Pricing and offers (F24, R14).
const pricesPath = "/prices"

// pricesPage is the price list of a market at an instant.
type pricesPage struct {
	List   ui.Table
	Import *ui.Form
	Bad    *ui.Table
	Call   ui.Call
}

// historyPage is all prices of one SKU in a market, with those that decide at an instant.
type historyPage struct {
	Facts ui.Facts
	List  ui.Table
}

// atLayout is how an instant stands in a field and in the address; UTC.
const atLayout = "2006-01-02T15:04"

// priceAsk is what the address asks for: a market, a segment and an instant.
type priceAsk struct {
	country string
	segment market.Segment
	at      time.Time
	now     bool // nothing else was asked for
}

func askedPrices(v *ui.Visit) (q priceAsk, err error) {
	q = priceAsk{country: v.Query("country"), segment: market.Commercial, at: v.App.Clock.Now(), now: true}
	for _, s := range market.Segments() {
		if v.Query("segment") == string(s) {
			q.segment = s
		}
	}
	if text := v.Query("at"); text != "" {
		for _, layout := range []string{atLayout, time.DateOnly, time.RFC3339} {
			if at, err := time.Parse(layout, text); err == nil {
				q.at, q.now = at.UTC(), false
			}
		}
	}
	if q.country == "" {
		own, err := v.App.OwnPartner(v.R.Context(), v.Actor)
		if err != nil && fault.Of(err) == nil {
			return q, err
		}
		q.country = cmp.Or(string(own.Country), "US")
	}
	return q, nil
}

func (q priceAsk) fields(v *ui.Visit) []ui.Field {
	country := ui.Field{Name: "country", Label: v.T("pricing.country"), Kind: "select", Value: q.country}
	for _, c := range v.L.Countries() {
		country.Options = append(country.Options, ui.Option{Value: string(c), Text: v.L.Country(c)})
	}
	segment := ui.Field{Name: "segment", Label: v.T("customers.segment"), Kind: "select", Value: string(q.segment)}
	for _, s := range market.Segments() {
		segment.Options = append(segment.Options, ui.Option{Value: string(s), Text: v.T("segment." + string(s))})
	}
	at := ui.Field{Name: "at", Label: v.T("prices.at"), Kind: "datetime-local"}
	if !q.now {
		at.Value = q.at.Format(atLayout)
	}
	return []ui.Field{country, segment, at}
}

// prices lists what decides in a market at an instant.
func prices(v *ui.Visit) error {
	var form *ui.Form
	if v.May(party.OperateSystem) { // on a small installation they are the same people
		form = sheets.Form(v)
	}
	return showPrices(v, 200, form, nil, nil)
}

func showPrices(v *ui.Visit, status int, form *ui.Form, errors *ui.Errors, bad *ui.Table) error {
	ask, err := askedPrices(v)
	if err != nil {
		return err
	}
	q := app.PriceQuery{Country: ask.country, Segment: ask.segment, At: ask.at, Limit: ui.Limit + 1}
	ui.ReadCursor(v.Query("after"), &q.After)
	if v.IsCSV() {
		q.After, q.Limit = app.PriceKey{}, ui.Export
	}
	found, err := v.App.Prices(v.R.Context(), v.Actor, q)
	if err != nil {
		return err
	}
	t := ui.Table{
		Caption: v.T("prices.list"),
		Columns: []ui.Column{{Head: v.T("buy.offer")}, {Head: v.T("cart.plan")}, {Head: v.T("cart.quantity")}, {Head: v.T("prices.from")}, {Head: v.T("prices.until")}, {Head: v.T("prices.price"), Cash: true}},
		Filters: v.Keeps(&ui.Filters{Label: v.T("prices.filter"), Action: pricesPath, Fields: ask.fields(v)}),
		Empty:   ui.Empty{Title: v.T("prices.none"), Text: v.T("prices.none_text")},
	}
	if v.R.URL.RawQuery != "" {
		t.Empty.Act = &ui.Button{Text: v.T("prices.all"), Href: pricesPath, Kind: "main"}
	}
	if len(found) > ui.Limit && !v.IsCSV() {
		found = found[:ui.Limit]
		t.Pager.Next = v.With("after", ui.Cursor(found[ui.Limit-1].Key()))
	}
	if v.Query("after") != "" {
		t.Pager.First = v.With("after", "")
	}
	t.Pager.Shown = v.T("part.shown", "n", len(found))
	for _, p := range found {
		row := ui.Row{Cells: []ui.Cell{{Value: p.Title, Hint: ui.Mono(app.SkuName(id.Item{Product: p.Product.ID, Sku: p.Sku})), Href: ask.history(p.Product.ID, p.Sku)}}}
		row.Cells = append(row.Cells, v.PriceCells(p.PriceRow)...)
		if reason := limits(v, p); reason != "" {
			row.Cells[0].Reason = reason
		}
		t.Rows = append(t.Rows, row)
	}
	if v.IsCSV() {
		return v.CSV("prices", withIDs(t, found))
	}
	t.Sortable(v)
	p := ui.Page{Title: v.T("prices.title"), Area: "prices", Errors: errors}
	m, _ := market.Lookup(ask.country)
	p.Head.Sub = []any{m.Country, string(m.Currency), v.L.HTML("prices.as_of", "at", ui.Value(v.L, ask.at))}
	if m.PriceIncludesTax {
		p.Head.Sub = append(p.Head.Sub, v.T("overview.incl_tax"))
	} else {
		p.Head.Sub = append(p.Head.Sub, v.T("overview.excl_tax"))
	}
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv", "after", ""), Icon: "down"}, {Text: v.T("turns.title"), Href: turnsPath + "?country=" + ask.country + "&segment=" + string(ask.segment)}}
	return v.ShowAs(status, "prices", p, pricesPage{t, form, bad, ui.Call{
		ID: "call", Method: "GET", Path: "/v1/prices?country=" + ask.country + "&at=" + ask.at.UTC().Format(time.RFC3339), URL: v.URL,
	}})
}

// sheetIDs are the heads of the ids, as price sheets call them in every language.
func sheetIDs() (columns []ui.Column) {
	for _, name := range []string{"ProductId", "SkuId"} {
		columns = append(columns, ui.Column{Head: name})
	}
	return columns
}

// withIDs puts the ids before what people read.
func withIDs(t ui.Table, found []app.ShelfPrice) ui.Table {
	t.Columns = append(sheetIDs(), t.Columns...)
	for i, p := range found {
		t.Rows[i].Cells = append([]ui.Cell{{Value: string(p.Product.ID)}, {Value: string(p.Sku)}}, t.Rows[i].Cells...)
	}
	return t
}

// history is the address of one SKU's prices.
func (q priceAsk) history(p id.Product, sku id.Sku) string {
	at := pricesPath + "/" + string(p) + "/" + string(sku) + "?country=" + q.country + "&segment=" + string(q.segment)
	if !q.now {
		at += "&at=" + q.at.Format(atLayout)
	}
	return at
}

// limits says what is not for everybody, or not as often as one likes (F13, F15–F18).
func limits(v *ui.Visit, p app.ShelfPrice) string {
	switch {
	case len(p.Product.OnlyPartners) > 0:
		return v.T("prices.exclusive")
	case p.Of.Limit > 0:
		return v.T("buy.limit."+string(p.Of.LimitUnit), "n", p.Of.Limit)
	case len(p.Product.OnlyMarkets) > 0:
		return v.T("prices.markets")
	}
	return ""
}

// priceHistory shows one SKU's prices through time, and what a purchase at an instant would cost.
func priceHistory(v *ui.Visit) error {
	ask, err := askedPrices(v)
	if err != nil {
		return err
	}
	quantity, _ := strconv.ParseInt(v.Query("quantity"), 10, 64)
	h, err := v.App.PriceHistory(v.R.Context(), v.Actor, app.HistoryQuery{
		Country: ask.country, Segment: ask.segment, Product: id.Product(v.Path("product")), Sku: id.Sku(v.Path("sku")), Quantity: max(0, quantity), At: ask.at,
	})
	if err != nil {
		return err
	}
	t := ui.Table{
		ID: "history", Title: v.T("prices.history"), Caption: v.T("prices.history"), Hint: v.T("prices.history_hint"),
		Columns: []ui.Column{{Head: v.T("cart.plan")}, {Head: v.T("cart.quantity")}, {Head: v.T("prices.from")}, {Head: v.T("prices.until")}, {Head: v.T("prices.price"), Cash: true}, {Head: v.T("prices.state")}},
		Filters: &ui.Filters{Label: v.T("prices.filter"), Action: v.R.URL.Path, Go: v.T("prices.simulate"), Fields: append(ask.fields(v), ui.Field{Name: "quantity", Label: v.T("cart.quantity"), Kind: "number", Min: "1", Value: v.Query("quantity")})},
		Empty:   ui.Empty{Title: v.T("prices.none"), Text: v.T("prices.none_here")},
	}
	facts := ui.Facts{ID: "facts", Title: v.T("overview.facts"), Rows: []ui.Fact{
		{Name: v.T("buy.offer"), Value: h.Sku.Title, Hint: h.Product.Title}, {Name: v.T("prices.id"), Value: ui.ID(app.SkuName(id.Item{Product: h.Product.ID, Sku: h.Sku.ID}))},
		{Name: v.T("buy.publisher"), Value: cmp.Or(h.Product.PublisherName, string(h.Product.Publisher))},
	}}
	const most = 500 // of one SKU in one market
	for _, row := range h.Rows[:min(len(h.Rows), most)] {
		cells := append(v.PriceCells(row), ui.Cell{})
		r := ui.Row{Cells: cells}
		switch {
		case h.Decides[row.ID]:
			r.On = true
			cells[5].Value = ui.Mark{Kind: "good", Text: v.T("prices.decides")}
			if quantity > 0 {
				sum, err := row.Unit.Times(quantity)
				if err != nil {
					return err
				}
				facts.Rows = append(facts.Rows, ui.Fact{Name: v.T("prices.would_cost", "n", quantity), Value: sum, Hint: wayWords(v, catalog.Option{Term: row.Term, Plan: row.Plan})})
			}
		case row.From.After(h.At):
			cells[5].Value = ui.Mark{Kind: "prep", Text: v.T("prices.to_come")}
		case !row.Until.IsZero() && !h.At.Before(row.Until):
			r.Past, cells[5].Value = true, ui.Mark{Kind: "dead", Text: v.T("prices.past")}
		case quantity > 0 && (quantity < row.TierMin || row.TierMax > 0 && quantity > row.TierMax):
			cells[5].Value = ui.Mark{Kind: "plain", Text: v.T("prices.other_tier")}
		default:
			r.Past, cells[5].Value = true, ui.Mark{Kind: "plain", Text: v.T("prices.overruled")}
		}
		t.Rows = append(t.Rows, r)
	}
	if v.IsCSV() {
		return v.CSV("price-history", t)
	}
	p := ui.Page{Title: h.Sku.Title, Area: "prices", Crumbs: []ui.Link{{Text: v.T("prices.title"), Href: pricesPath + "?country=" + ask.country + "&segment=" + string(ask.segment)}}}
	p.Head.Sub = []any{v.L.HTML("prices.as_of", "at", ui.Value(v.L, h.At)), v.T("segment." + string(ask.segment)), v.L.Country(market.Country(ask.country))}
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv"), Icon: "down"}}
	return v.Show("price-history", p, historyPage{facts, t})
}

// sheets are how a price sheet is looked over and taken (R15).
var sheets = ui.Sheets{At: pricesPath, Frame: func(v *ui.Visit, title string) ui.Page {
	return ui.Page{Title: title, Area: "prices", Crumbs: []ui.Link{{Text: v.T("prices.title"), Href: pricesPath}}}
}}

func init() { sheets.Refused = showPrices } // which knows sheets
