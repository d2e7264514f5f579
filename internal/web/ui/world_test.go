package ui

import (
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/market"
)

// Every market has one square of its own, and no block is wider than a phone.
func TestEveryMarketIsOnTheMap(t *testing.T) {
	at, squares := map[market.Country]string{}, map[[2]int]market.Country{}
	for _, r := range Regions() {
		if len(r.Countries) == 0 || len(r.at) != len(r.Countries) {
			t.Errorf("%s has %d countries in %d squares", r.Key, len(r.Countries), len(r.at))
		}
		for i, c := range r.Countries {
			if _, ok := market.Lookup(string(c)); !ok || at[c] != "" {
				t.Errorf("%s of %s is no market, or stands in %q too", c, r.Key, at[c])
			}
			at[c] = r.Key
			if r.at[i][0] > 9 {
				t.Errorf("%s lies outside of a phone", c)
			}
			square := [2]int{r.col + r.at[i][0], r.row + 1 + r.at[i][1]}
			if square[0] > 34 || squares[square] != "" {
				t.Errorf("%s lies outside, or where %s does", c, squares[square])
			}
			squares[square] = c
		}
	}
	for _, m := range market.All() {
		if at[m.Country] == "" {
			t.Errorf("%s is not on the map", m.Country)
		}
	}
}
