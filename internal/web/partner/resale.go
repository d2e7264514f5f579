package partner

import (
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// resalePage is what the partner sells by: its mark-up and its own prices (F78, R23).
type resalePage struct {
	Strip  ui.Strip
	Markup ui.Form
	Price  ui.Form
	Rows   ui.Table
	Prices ui.Table
	Call   ui.Call
}

// resale shows the mark-up and the own prices, and takes new rows of either.
func resale(v *ui.Visit) error { return showResale(v, 200, nil, "", nil) }

// showResale shows the page; sent and about are a form that was refused, its fields as they were typed.
func showResale(v *ui.Visit, code int, refused *fault.Fault, about string, sent map[string][]string) error {
	ctx := v.R.Context()
	m, err := v.App.Markup(ctx, v.Actor)
	if err != nil {
		return err
	}
	prices, err := v.App.OwnPrices(ctx, v.Actor, app.OwnPriceQuery{Limit: ui.Export})
	if err != nil {
		return err
	}
	now := v.App.Clock.Now()
	page := resalePage{
		Strip: ui.Strip{Label: v.T("resale.title"), Figures: []ui.Figure{
			{Name: v.T("resale.points"), Value: v.L.Percent(m.Points * 100), Hint: v.T("resale.points_hint")},
			{Name: v.T("resale.own"), Value: len(prices), Hint: v.T("resale.own_hint")},
		}},
		Markup: markupForm(v), Price: priceForm(v), Rows: markupRows(v, m, now), Prices: ownPriceRows(v, prices, now),
		Call: ui.Call{ID: "call", Method: "GET", Path: "/v1/partner/markup", URL: v.URL},
	}
	p := ui.Page{Title: v.T("resale.title"), Area: "billing", Crumbs: []ui.Link{{Text: v.T("nav.billing"), Href: "/billing"}}}
	if refused != nil {
		form, field := &page.Markup, "percent"
		if about == "price" {
			form, field = &page.Price, priceField[refused.Code]
		}
		if refused.Code == "resale.past" {
			field = "from"
		}
		form.Fill(sent)
		p.Errors = form.Blame(v.L, refused, field)
	}
	return v.ShowAs(code, "resale", p, page)
}

// priceField is the field that a fault about an own price is about.
var priceField = map[string]string{"resale.product": "product", "resale.sku": "sku", "resale.item": "term", "money.not_an_amount": "price", "money.too_many_digits": "price", "money.too_large": "price", "country.unknown": "country"}

func markupForm(v *ui.Visit) ui.Form {
	return ui.Form{
		Action: "/billing/resale/markup", Once: v.Once(),
		Fields: []ui.Field{
			{Name: "percent", Label: v.T("resale.percent"), Hint: v.T("resale.percent_hint"), Required: true, MaxLength: 10, Prefix: "m-"},
			{Name: "from", Label: v.T("resale.from"), Kind: "date", Hint: v.T("resale.from_hint"), Prefix: "m-"},
		},
		Before: v.T("resale.markup_before"), Submit: ui.Button{Text: v.T("resale.set"), Kind: "main"},
	}
}

func priceForm(v *ui.Visit) ui.Form {
	f := ui.Form{
		Action: "/billing/resale/prices", Once: v.Once(),
		Fields: []ui.Field{
			{Name: "product", Label: v.T("recon.product"), Required: true, MaxLength: 64, Prefix: "p-", Value: v.Query("product")},
			{Name: "sku", Label: v.T("recon.sku"), Required: true, MaxLength: 64, Prefix: "p-", Value: v.Query("sku")},
			{Name: "country", Label: v.T("pricing.country"), Kind: "select", Prefix: "p-", Value: v.Query("country")},
			{Name: "term", Label: v.T("resale.term"), Kind: "select", Prefix: "p-", Value: v.Query("term")},
			{Name: "plan", Label: v.T("resale.plan"), Kind: "select", Prefix: "p-", Value: v.Query("plan")},
			{Name: "price", Label: v.T("resale.price"), Hint: v.T("resale.price_hint"), MaxLength: 30, Prefix: "p-"},
			{Name: "from", Label: v.T("resale.from"), Kind: "date", Hint: v.T("resale.from_hint"), Prefix: "p-"},
		},
		Before: v.T("resale.price_before"), Submit: ui.Button{Text: v.T("resale.add"), Kind: "main"},
	}
	for _, c := range v.L.Countries() {
		f.Fields[2].Options = append(f.Fields[2].Options, ui.Option{Value: string(c), Text: v.L.Country(c)})
	}
	for _, t := range []when.Term{{}, when.Month, {Years: 1}, {Years: 3}} {
		f.Fields[3].Options = append(f.Fields[3].Options, ui.Option{Value: t.String(), Text: v.TermOf(t)})
	}
	for _, p := range []catalog.Plan{catalog.OneTime, catalog.Monthly, catalog.Annual, catalog.Triennial} {
		f.Fields[4].Options = append(f.Fields[4].Options, ui.Option{Value: string(p), Text: v.T("plan." + string(p))})
	}
	return f
}

func markupRows(v *ui.Visit, m app.MarkupView, now time.Time) ui.Table {
	t := ui.Table{
		ID: "markups", Title: v.T("resale.markups"), Caption: v.T("resale.markups"), Columns: []ui.Column{{Head: v.T("resale.from")}, {Head: v.T("resale.points"), Num: true}, {Head: v.T("resale.state")}},
		Empty: ui.Empty{Title: v.T("resale.no_markup"), Text: v.T("resale.no_markup_text")},
	}
	decided := false
	for _, row := range slices.Backward(m.Rows) {
		state := ui.Mark{Kind: "plain", Text: v.T("resale.past")}
		switch {
		case row.From.After(now):
			state = ui.Mark{Kind: "prep", Text: v.T("resale.to_come")}
		case !decided && row.Points == m.Points:
			state, decided = ui.Mark{Kind: "good", Text: v.T("resale.now")}, true
		}
		t.Rows = append(t.Rows, ui.Row{Past: state.Kind == "plain", Cells: []ui.Cell{{Value: row.From}, {Value: v.L.Percent(row.Points * 100)}, {Value: state}}})
	}
	return t
}

func ownPriceRows(v *ui.Visit, rows []billing.OwnPrice, now time.Time) ui.Table {
	t := ui.Table{
		ID: "own", Title: v.T("resale.own"), Caption: v.T("resale.own"),
		Columns: []ui.Column{{Head: v.T("recon.product")}, {Head: v.T("pricing.country")}, {Head: v.T("resale.term")}, {Head: v.T("resale.from")}, {Head: v.T("resale.price"), Cash: true}},
		Empty:   ui.Empty{Title: v.T("resale.no_own"), Text: v.T("resale.no_own_text")},
	}
	if len(rows) > ui.Limit {
		t.Pager.Shown = v.T("part.shown", "n", ui.Limit)
		rows = rows[len(rows)-ui.Limit:]
	}
	for _, row := range slices.Backward(rows) {
		price := ui.Cell{Value: row.Unit}
		if row.ByMarkup {
			price.Value = v.T("resale.by_markup")
		}
		from := ui.Cell{Value: row.From}
		if row.From.After(now) {
			from.Mark = &ui.Mark{Kind: "prep", Text: v.T("resale.to_come")}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Value: ui.Mono(string(row.Product) + ":" + string(row.Sku))}, {Value: row.Market}, {Value: v.TermOf(row.Term), Hint: v.T("plan." + string(row.Plan))}, from, price,
		}})
	}
	return t
}

// setMarkup adds a row of the mark-up; per cent are typed, basis points are kept.
func setMarkup(v *ui.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	row := billing.Markup{}
	points, ok := basisPoints(form.Get("percent"))
	from, day := dayOf(form.Get("from"))
	switch {
	case !ok:
		err = fault.Invalid("resale.points", fault.Args{"max": billing.MaxPoints})
	case !day:
		err = fault.Invalid("form.date", nil)
	}
	row.Points, row.From = points, from
	if err == nil {
		err = v.Act(func(req app.Request) (app.Reply, error) { return v.App.SetMarkup(v.R.Context(), v.Actor, req, row) },
			func(any) ui.Then { return ui.Then{To: "/billing/resale", Said: v.T("resale.said_markup")} })
	}
	return again(v, err, "markup", form)
}

// again shows the page once more with a fault at its field.
func again(v *ui.Visit, err error, about string, form map[string][]string) error {
	f := fault.Of(err)
	if f == nil || f.Kind == fault.KindDenied {
		return err
	}
	return showResale(v, ui.Again(f), f, about, form)
}

// basisPoints reads per cent such as "12.5" or "12,5"; ok is false for anything finer than a basis point.
func basisPoints(s string) (int64, bool) {
	r, ok := new(big.Rat).SetString(strings.TrimSuffix(strings.ReplaceAll(strings.TrimSpace(s), ",", "."), "%"))
	if !ok || len(s) > 12 {
		return 0, false
	}
	r.Mul(r, big.NewRat(100, 1))
	return r.Num().Int64(), r.IsInt() && r.Num().IsInt64()
}

// dayOf reads a day; nothing is the zero instant.
func dayOf(s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, true
	}
	t, err := time.Parse(time.DateOnly, s)
	return t, err == nil
}

// addPrice adds a row of own prices; without a price the mark-up counts again.
func addPrice(v *ui.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	row, err := priceOf(form.Get)
	if err == nil {
		err = v.Act(func(req app.Request) (app.Reply, error) {
			return v.App.AddOwnPrices(v.R.Context(), v.Actor, req, []billing.OwnPrice{row})
		}, func(any) ui.Then { return ui.Then{To: "/billing/resale", Said: v.T("resale.said_price")} })
	}
	return again(v, err, "price", form)
}

func priceOf(get func(string) string) (row billing.OwnPrice, err error) {
	m, ok := market.Lookup(get("country"))
	if !ok {
		return row, fault.Invalid("country.unknown", nil)
	}
	term, err := when.ParseTerm(get("term"))
	if err != nil {
		return row, fault.Invalid("resale.item", nil)
	}
	from, ok := dayOf(get("from"))
	if !ok {
		return row, fault.Invalid("form.date", nil)
	}
	row = billing.OwnPrice{Product: id.Product(strings.TrimSpace(get("product"))), Sku: id.Sku(strings.TrimSpace(get("sku"))), Market: m.Country, Term: term, Plan: catalog.Plan(get("plan")), From: from, Unit: money.PriceOf(0, m.Currency)}
	text := strings.ReplaceAll(strings.TrimSpace(get("price")), ",", ".")
	if row.ByMarkup = text == ""; row.ByMarkup {
		return row, nil
	}
	row.Unit, err = money.ParsePrice(text, m.Currency)
	return row, err
}
