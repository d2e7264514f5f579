package partner

import (
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// sale is whether reservations are sold in a market, and by which rule (F04, F06).
type sale struct {
	key  string
	tile ui.Tile
	in   func(market.Market) bool
}

var sales = []sale{
	{"markets.sold", ui.TileFull, func(m market.Market) bool { return m.Reservations && !m.PriceIncludesTax }},
	{"markets.gross", ui.TileCut, func(m market.Market) bool { return m.Reservations && m.PriceIncludesTax }},
	{"markets.unsold", ui.TileStruck, func(m market.Market) bool { return !m.Reservations }},
}

// saleIn is the one that a market belongs to.
func saleIn(c market.Country) sale {
	m, _ := market.Lookup(string(c))
	return sales[slices.IndexFunc(sales, func(s sale) bool { return s.in(m) })]
}

// marketMap draws where reservations are sold (F06), with the customer's own country marked.
func marketMap(v *ui.Visit, here market.Country) ui.Chart {
	sold := 0
	all := market.All()
	for _, m := range all {
		if m.Reservations {
			sold++
		}
	}
	c := ui.Chart{
		ID: "markets", Title: v.T("markets.title"), Hint: v.T("markets.hint", "sold", sold, "all", len(all)),
		Twin: ui.Table{Caption: v.T("markets.title"), Columns: []ui.Column{
			{Head: v.T("markets.whether")}, {Head: v.T("markets.region")}, {Head: v.T("markets.count"), Num: true}, {Head: v.T("markets.countries")},
		}},
	}
	for _, s := range sales {
		c.Keys = append(c.Keys, ui.Key{Sign: ui.TileSign(s.tile), Text: v.T(s.key)})
		for _, r := range ui.Regions() {
			if names := namesOf(v, r.Countries, s); len(names) > 0 {
				c.Twin.Rows = append(c.Twin.Rows, ui.Row{Cells: []ui.Cell{{Value: v.T(s.key), Hint: v.T(s.key + "_why")}, {Value: r.Name(v.L)}, {Value: len(names)}, {Value: strings.Join(names, ", ")}}})
			}
		}
	}
	c.Keys = append(c.Keys, ui.Key{Sign: ui.HereSign(), Text: v.T("markets.here", "country", v.L.Country(here))})
	sentence := "markets.sentence_sold"
	if saleIn(here).tile == ui.TileStruck {
		sentence = "markets.sentence_unsold"
	}
	return ui.World(v.L, c, v.T(sentence, "sold", sold, "all", len(all), "country", v.L.Country(here)), func(c market.Country) ui.Tile { return saleIn(c).tile }, here)
}

// namesOf are the countries of a region where a sale is so, by name, each with its code.
func namesOf(v *ui.Visit, countries []market.Country, s sale) []string {
	var found []market.Country
	for _, c := range countries {
		if saleIn(c).tile == s.tile {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b market.Country) int { return v.L.Compare(v.L.Country(a), v.L.Country(b)) })
	names := make([]string, len(found))
	for i, c := range found {
		names[i] = v.L.Country(c) + " (" + string(c) + ")"
	}
	return names
}
