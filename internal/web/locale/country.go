package locale

import (
	"slices"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/comptoir-dev/comptoir/internal/domain/market"
)

// renamed are countries that the library's data still calls by a name they have left.
var renamed = map[string]map[string]string{
	"CZ": {"en": "Czechia", "fr": "Tchéquie", "ru": "Чехия"},
	"MK": {"en": "North Macedonia", "fr": "Macédoine du Nord", "ru": "Северная Македония"},
	"SZ": {"en": "Eswatini", "fr": "Eswatini", "ru": "Эсватини"},
	"TR": {"en": "Türkiye", "fr": "Turquie", "ru": "Турция"},
	"XK": {"en": "Kosovo", "fr": "Kosovo", "ru": "Косово"},
	"HK": {"en": "Hong Kong SAR", "fr": "R.A.S. de Hong Kong", "ru": "Гонконг (САР)"},
	"MO": {"en": "Macao SAR", "fr": "R.A.S. de Macao", "ru": "Макао (САР)"},
	"CV": {"en": "Cabo Verde", "fr": "Cap-Vert", "ru": "Кабо-Верде"},
}

func countries(lang language.Tag) map[string]string {
	regions := display.Regions(lang)
	out := map[string]string{}
	for _, m := range market.All() {
		code := string(m.Country)
		if name, ok := renamed[code][lang.String()]; ok {
			out[code] = name
			continue
		}
		region, err := language.ParseRegion(code)
		if err != nil {
			out[code] = code
			continue
		}
		out[code] = regions.Name(region)
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
