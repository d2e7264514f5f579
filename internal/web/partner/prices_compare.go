package partner

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// turnsPath is the page that compares the price lists of two instants (F24, R14).
const turnsPath = pricesPath + "/compare"

// turnsPage is what is new, gone, dearer or cheaper at the second of two instants.
type turnsPage struct{ List ui.Table }

// askedTurns reads the address: without instants it asks what turned within the month that ends now.
func askedTurns(v *ui.Visit) (app.TurnQuery, []ui.Field, error) {
	ask, err := askedPrices(v)
	if err != nil {
		return app.TurnQuery{}, nil, err
	}
	now := v.App.Clock.Now().Truncate(time.Minute)
	q := app.TurnQuery{Country: ask.country, Segment: ask.segment, Was: now.AddDate(0, -1, 0), Is: now, Limit: ui.Limit}
	fields := ask.fields(v)[:2]
	currency := ui.Field{Name: "currency", Label: v.T("turns.currency_or"), Value: strings.ToUpper(v.Query("currency")), MaxLength: 3}
	if c, ok := money.ParseCurrency(v.Query("currency")); ok {
		q.Currency = c
	} else if currency.Value != "" {
		currency.Error = v.T("turns.currency_unknown")
	}
	fields = append(fields, currency)
	for _, one := range []struct {
		name string
		at   *time.Time
	}{{"was", &q.Was}, {"is", &q.Is}} {
		field := ui.Field{Name: one.name, Label: v.T("turns." + one.name + "_at"), Kind: "datetime-local"}
		if text := v.Query(one.name); text != "" {
			if at, ok := readInstant(text); ok {
				*one.at = at
			} else {
				field.Error = v.T("turns.instant_unknown")
			}
		}
		field.Value = one.at.Format(atLayout)
		fields = append(fields, field)
	}
	turn := ui.Field{Name: "turn", Label: v.T("turns.turn"), Kind: "select", Value: v.Query("turn"), Options: []ui.Option{{Text: v.T("part.any")}}}
	for _, t := range catalog.Turns() {
		turn.Options = append(turn.Options, ui.Option{Value: string(t), Text: v.T("turns." + string(t))})
		if turn.Value == string(t) {
			q.Turn = t
		}
	}
	return q, append(fields, turn), nil
}

// readInstant reads an instant of the address, UTC.
func readInstant(text string) (time.Time, bool) {
	for _, layout := range []string{atLayout, time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// comparePrices shows which prices are others at the second of two instants, and by how much.
func comparePrices(v *ui.Visit) error {
	q, fields, err := askedTurns(v)
	if err != nil {
		return err
	}
	if v.IsCSV() {
		return exportTurns(v, q)
	}
	ui.ReadCursor(v.Query("after"), &q.After)
	found, next, err := v.App.ComparePrices(v.R.Context(), v.Actor, q)
	if err != nil {
		return err
	}
	t := ui.Table{
		Caption: v.T("turns.list"),
		Columns: []ui.Column{{Head: v.T("buy.offer")}, {Head: v.T("cart.plan")}, {Head: v.T("cart.quantity")}, {Head: v.T("turns.was"), Num: true}, {Head: v.T("turns.is"), Cash: true}, {Head: v.T("turns.turn")}},
		Filters: v.Keeps(&ui.Filters{Label: v.T("turns.filter"), Action: turnsPath, Go: v.T("turns.compare"), Fields: fields}),
		Empty:   ui.Empty{Title: v.T("turns.none"), Text: v.T("turns.none_text")},
	}
	if next != (app.TurnKey{}) {
		t.Pager.Next = v.With("after", ui.Cursor(next), "was", cmp.Or(v.Query("was"), q.Was.Format(atLayout)), "is", cmp.Or(v.Query("is"), q.Is.Format(atLayout)))
		if len(found) < q.Limit {
			t.More = []any{v.T("turns.goes_on")}
			t.Empty = ui.Empty{Title: v.T("turns.none_yet"), Text: v.T("turns.goes_on")}
		}
	}
	if v.Query("after") != "" {
		t.Pager.First = v.With("after", "")
	}
	t.Pager.Shown = v.T("part.shown", "n", len(found))
	history := priceAsk{country: q.Country, segment: q.Segment, at: q.Is}
	for _, d := range found {
		cells := v.PriceCells(tierOf(d.Difference))
		row := ui.Row{Past: d.Turn == catalog.Gone, Cells: []ui.Cell{
			{Value: d.Title, Hint: ui.Mono(app.SkuName(id.Item{Product: d.Product.ID, Sku: d.Sku})), Href: history.history(d.Product.ID, d.Sku)}, cells[0], cells[1],
			unitOf(d.Was), unitOf(d.Is), {Value: v.T("turns." + string(d.Turn))},
		}}
		switch d.Turn {
		case catalog.Fresh:
			row.Cells[5].Value = ui.Mark{Kind: "good", Text: v.T("turns.new")}
		case catalog.Gone:
			row.Cells[5].Value = ui.Mark{Kind: "dead", Text: v.T("turns.gone")}
		default:
			row.Cells[5].Hint = step(v, d.Difference)
		}
		t.Rows = append(t.Rows, row)
	}
	t.Sortable(v)
	p := ui.Page{Title: v.T("turns.title"), Area: "prices", Crumbs: []ui.Link{{Text: v.T("prices.title"), Href: pricesPath + "?country=" + q.Country + "&segment=" + string(q.Segment)}}}
	m, _ := market.Lookup(q.Country)
	p.Head.Sub = []any{m.Country, v.T("segment." + string(q.Segment)), v.L.HTML("turns.between", "was", ui.Value(v.L, q.Was), "is", ui.Value(v.L, q.Is))}
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv", "after", "", "sort", ""), Icon: "down"}}
	return v.Show("price-turns", p, turnsPage{t})
}

// tierOf is the row that decides, at the second instant or else at the first, for the quantities of the difference alone.
func tierOf(d catalog.Difference) catalog.PriceRow {
	row := *cmp.Or(d.Is, d.Was)
	row.TierMin, row.TierMax = d.Min, d.Max
	return row
}

func unitOf(row *catalog.PriceRow) ui.Cell {
	if row == nil {
		return ui.Cell{Value: "–"}
	}
	return ui.Cell{Value: row.Unit}
}

// step says by how much a price rose or fell.
func step(v *ui.Visit, d catalog.Difference) string {
	by, ppm, share := d.By()
	sign := "+"
	if d.Turn == catalog.Cheaper {
		sign = "−"
	}
	text := sign + v.L.Price(money.PriceOf(max(by.Units(), -by.Units()), by.Currency()))
	if share {
		text += " (" + sign + v.L.Percent((max(ppm, -ppm)+50)/100*100) + ")" // to a hundredth
	}
	return text
}

// exportTurns is the file of all differences: a row for each, amounts and shares in columns of their own.
func exportTurns(v *ui.Visit, q app.TurnQuery) error {
	t := ui.Table{Columns: append(sheetIDs(), []ui.Column{
		{Head: v.T("buy.offer")}, {Head: v.T("cart.plan")}, {Head: v.T("turns.min")}, {Head: v.T("turns.max")}, {Head: v.T("turns.currency")},
		{Head: v.T("turns.was")}, {Head: v.T("turns.is")}, {Head: v.T("turns.turn")}, {Head: v.T("turns.by")}, {Head: v.T("turns.percent")},
	}...)}
	q.Limit = 1000
	for more := true; more; {
		found, next, err := v.App.ComparePrices(v.R.Context(), v.Actor, q)
		if err != nil {
			return err
		}
		for _, d := range found[:min(len(found), ui.Export-len(t.Rows))] {
			most, by, share := "", "", ""
			if d.Max > 0 {
				most = strconv.FormatInt(d.Max, 10)
			}
			if amount, ppm, ok := d.By(); d.Was != nil && d.Is != nil {
				if by = amount.Decimal(); ok {
					share = money.PriceOf(ppm*10_000, "").Decimal() // parts of a million as percent
				}
			}
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
				{Value: string(d.Product.ID)}, {Value: string(d.Sku)}, {Value: d.Title}, {Value: wayWords(v, d.Option)}, {Value: d.Min}, {Value: most}, {Value: string(d.Currency)},
				{Value: decimalOf(d.Was)}, {Value: decimalOf(d.Is)}, {Value: v.T("turns." + string(d.Turn))}, {Value: by}, {Value: share},
			}})
		}
		q.After = next
		more = next != (app.TurnKey{}) && len(t.Rows) < ui.Export
	}
	return v.CSV("price-changes", t)
}

func decimalOf(row *catalog.PriceRow) string {
	if row == nil {
		return ""
	}
	return row.Unit.Decimal()
}
