package partner

import (
	"cmp"
	"strconv"
	"strings"
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

// changesPage is what a price sheet would change, before it does.
type changesPage struct {
	Strip ui.Strip
	List  ui.Table
	Form  ui.Form
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
	if v.May(party.OperateSystem) {
		form = sheetForm(v)
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
		Filters: &ui.Filters{Label: v.T("prices.filter"), Action: pricesPath, Fields: ask.fields(v)},
		Empty:   ui.Empty{Title: v.T("prices.none"), Text: v.T("prices.none_text")},
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
		row.Cells = append(row.Cells, priceCells(v, p.PriceRow)...)
		if reason := limits(v, p); reason != "" {
			row.Cells[0].Mark = &ui.Mark{Kind: "wait", Text: reason}
		}
		t.Rows = append(t.Rows, row)
	}
	if v.IsCSV() {
		return v.CSV("prices", withIDs(t, found))
	}
	p := ui.Page{Title: v.T("prices.title"), Area: "prices", Errors: errors}
	m, _ := market.Lookup(ask.country)
	p.Head.Sub = []any{m.Country, string(m.Currency), v.L.HTML("prices.as_of", "at", ui.Value(v.L, ask.at))}
	if m.PriceIncludesTax {
		p.Head.Sub = append(p.Head.Sub, v.T("overview.incl_tax"))
	} else {
		p.Head.Sub = append(p.Head.Sub, v.T("overview.excl_tax"))
	}
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv", "after", ""), Icon: "down"}}
	return v.ShowAs(status, "prices", p, pricesPage{t, form, bad, ui.Call{
		ID: "call", Method: "GET", Path: "/v1/prices?country=" + ask.country + "&at=" + ask.at.UTC().Format(time.RFC3339), URL: v.URL,
	}})
}

// withIDs puts the ids before what people read.
func withIDs(t ui.Table, found []app.ShelfPrice) ui.Table {
	var columns []ui.Column
	for _, name := range []string{"ProductId", "SkuId"} { // as price sheets call them
		columns = append(columns, ui.Column{Head: name})
	}
	t.Columns = append(columns, t.Columns...)
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

// priceCells are a row's way to pay, quantities, dates and price.
func priceCells(v *ui.Visit, p catalog.PriceRow) []ui.Cell {
	tier := v.T("prices.any")
	switch {
	case p.TierMax > 0:
		tier = v.L.Int(max(1, p.TierMin)) + "–" + v.L.Int(p.TierMax)
	case p.TierMin > 1:
		tier = v.T("prices.from_n", "n", p.TierMin)
	}
	from, until := any(ui.Day(p.From)), any(ui.Day(p.Until))
	if p.From.IsZero() || p.From.Year() < 1900 {
		from = v.T("prices.always")
	}
	if p.Until.IsZero() {
		until = v.T("prices.open")
	}
	return []ui.Cell{{Value: planWords(v, p.Plan, p.Term), Hint: termWords(v, p.Term)}, {Value: tier}, {Value: from}, {Value: until}, {Value: p.Unit}}
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
		cells := append(priceCells(v, row), ui.Cell{})
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

// sheets keeps price sheets between the look and the import.
var sheets ui.Stage

const maxSheet = 128 << 20 // bytes, of a sheet that comes through the page; larger ones come by the command

func sheetForm(v *ui.Visit) *ui.Form {
	return &ui.Form{
		Action: pricesPath + "/check", Files: true, Submit: ui.Button{Text: v.T("prices.check"), Kind: "main"},
		Fields: []ui.Field{
			{Name: "vendors", Label: v.T("prices.vendors"), Hint: v.T("prices.vendors_hint"), Value: strings.Join(app.Vendors, ", "), MaxLength: 500},
			{Name: "file", Label: v.T("move.file"), Kind: "file", Hint: v.T("prices.file_hint"), Required: true},
		},
	}
}

func vendorsOf(text string) (all []string) {
	for name := range strings.SplitSeq(text, ",") {
		if name = strings.TrimSpace(name); name != "" {
			all = append(all, name)
		}
	}
	return all
}

// checkSheet shows what a sheet would change: nothing is saved (R15). A sheet with a bad row says which rows.
func checkSheet(v *ui.Visit) error {
	if err := v.Actor.May(party.OperateSystem); err != nil {
		return err
	}
	up, err := v.Upload(maxSheet)
	var kept ui.StagedFile
	if err == nil {
		kept, err = sheets.Keep(string(v.Signed.Person.ID), up.Whole(), maxSheet, v.Wall.Now())
	}
	vendors := up.Values.Get("vendors")
	var found app.PriceChanges
	if err == nil {
		found, err = v.App.PreviewPrices(v.R.Context(), v.Actor, app.PriceSheet{File: kept.File, Size: kept.Size, Vendors: vendorsOf(vendors)})
	}
	if err != nil {
		return refusedSheet(v, err, found, vendors)
	}
	return showChanges(v, 200, nil, found, kept.Name, vendors)
}

// refusedSheet shows the list again with the rows that kept a sheet out.
func refusedSheet(v *ui.Visit, err error, found app.PriceChanges, vendors string) error {
	f := fault.Of(err)
	if f == nil || f.Kind == fault.KindDenied {
		return err
	}
	form := sheetForm(v)
	form.Field("vendors").Value = cmp.Or(vendors, form.Field("vendors").Value)
	var bad *ui.Table
	if len(found.Bad) > 0 {
		bad = v.BadRows(len(found.Bad), func(i int) (int, string, string) {
			text := "prices." + found.Bad[i].Code
			if !v.L.Has(text) {
				text = found.Bad[i].Code
			}
			return found.Bad[i].Line, found.Bad[i].Member, v.RowText(text, 0)
		})
	}
	return showPrices(v, ui.Again(f), form, form.Blame(v.L, f, "file"), bad)
}

func showChanges(v *ui.Visit, status int, notes []ui.Note, found app.PriceChanges, file, vendors string) error {
	page := changesPage{
		Strip: ui.Strip{Label: v.T("prices.changes"), Figures: []ui.Figure{
			{Name: v.T("prices.rows"), Value: found.Rows, Hint: v.T("prices.same", "n", found.Rows-found.Added)}, {Name: v.T("prices.fresh"), Value: found.Fresh, Hint: v.T("prices.new_products", "n", found.Products)},
			{Name: v.T("prices.dearer"), Value: found.Dearer}, {Name: v.T("prices.cheaper"), Value: found.Cheaper},
		}},
		List: ui.Table{
			ID: "changes", Title: v.T("prices.changes"), Caption: v.T("prices.changes"),
			Columns: []ui.Column{{Head: v.T("buy.offer")}, {Head: v.T("pricing.country")}, {Head: v.T("cart.plan")}, {Head: v.T("cart.quantity")}, {Head: v.T("prices.from")}, {Head: v.T("prices.until")}, {Head: v.T("prices.was"), Num: true}, {Head: v.T("prices.will_be"), Cash: true}},
			Empty:   ui.Empty{Title: v.T("prices.no_changes"), Text: v.T("prices.no_changes_text")},
		},
		Form: ui.Form{
			Action: pricesPath + "/import", Hidden: []ui.Pair{{Name: "file", Value: file}, {Name: "match", Value: found.Match}, {Name: "vendors", Value: vendors}},
			Before: v.T("prices.before", "n", found.Added), Submit: ui.Button{Text: v.T("prices.take", "n", found.Added), Kind: "final"}, Back: &ui.Button{Text: v.T("prices.leave"), Href: pricesPath},
		},
	}
	for _, c := range found.First {
		was := any("–")
		if c.Was != nil {
			was = *c.Was
		}
		cells := priceCells(v, c.PriceRow)
		page.List.Rows = append(page.List.Rows, ui.Row{Cells: append(append([]ui.Cell{{Value: cmp.Or(c.Title, c.Product.Title), Hint: ui.Mono(app.SkuName(id.Item{Product: c.Product.ID, Sku: c.Sku}))}, {Value: c.Market, Hint: v.T("segment." + string(c.Segment))}}, cells[:4]...), ui.Cell{Value: was}, cells[4])})
	}
	if found.Added > len(found.First) {
		page.List.Pager.Shown = v.T("prices.first", "n", len(found.First), "all", found.Added)
	}
	p := ui.Page{Title: v.T("prices.look_over"), Area: "prices", Crumbs: []ui.Link{{Text: v.T("prices.title"), Href: pricesPath}}, Notes: notes}
	return v.ShowAs(status, "price-changes", p, page)
}

// takeSheet imports the sheet that was looked over, all of it or nothing. Where the price lists moved meanwhile it is shown anew.
func takeSheet(v *ui.Visit) error {
	if err := v.Actor.May(party.OperateSystem); err != nil {
		return err
	}
	sent, err := v.Form()
	if err != nil {
		return err
	}
	vendors := sent.Get("vendors")
	kept, err := sheets.Find(string(v.Signed.Person.ID), sent.Get("file"), v.Wall.Now())
	if err != nil {
		return refusedSheet(v, err, app.PriceChanges{}, vendors)
	}
	sheet := app.PriceSheet{File: kept.File, Size: kept.Size, Vendors: vendorsOf(vendors)}
	found, err := v.App.TakePrices(v.R.Context(), v.Actor, sheet, sent.Get("match"))
	if f := fault.Of(err); f != nil && f.Code == "preview.moved" {
		if found, err = v.App.PreviewPrices(v.R.Context(), v.Actor, sheet); err != nil {
			return refusedSheet(v, err, found, vendors)
		}
		return showChanges(v, 409, []ui.Note{{Kind: "stop", Title: v.T("prices.moved"), Text: v.T("prices.moved_text")}}, found, kept.Name, vendors)
	}
	if err != nil {
		return refusedSheet(v, err, found, vendors)
	}
	return v.Redirect(pricesPath, v.T("prices.taken", "n", found.Added))
}
