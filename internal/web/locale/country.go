package locale

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/comptoir-dev/comptoir/internal/domain/market"
)

// countryNames are the names of all markets in our languages. They are Unicode's, which a test compares; the library that has
// them would put those of two hundred other languages into the binary.
//
//go:embed countries.json
var countryNames []byte

// countries are the names of countries by language and code. It panics like load.
func countries() map[string]map[string]string {
	var all map[string]map[string]string
	if err := json.Unmarshal(countryNames, &all); err != nil {
		panic(fmt.Sprintf("locale: countries.json: %v", err))
	}
	out := map[string]map[string]string{}
	for _, tag := range Languages {
		out[tag] = map[string]string{}
		for code, names := range all {
			out[tag][code] = names[tag]
		}
	}
	return out
}

// Country is the name of a country; its code where there is none.
func (l *L) Country(code market.Country) string {
	if name, ok := l.country[string(code)]; ok && name != "" {
		return name
	}
	return string(code)
}

// Countries are all markets, in the order of their names.
func (l *L) Countries() []market.Country {
	var codes []market.Country
	for _, m := range market.All() {
		codes = append(codes, m.Country)
	}
	slices.SortFunc(codes, func(a, b market.Country) int { return l.Compare(l.Country(a), l.Country(b)) })
	return codes
}
