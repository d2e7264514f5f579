package locale

import (
	"testing"

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

// TestCountryNamesAreUnicodes: every market has the name that Unicode gives it in each language, and no other country has one.
func TestCountryNamesAreUnicodes(t *testing.T) {
	names := countries()
	for _, tag := range Languages {
		regions := display.Regions(language.MustParse(tag))
		for _, m := range market.All() {
			code := string(m.Country)
			want, ok := renamed[code][tag]
			if !ok {
				want = regions.Name(language.MustParseRegion(code))
			}
			if got := names[tag][code]; got != want || got == "" {
				t.Errorf("%s in %s: %q, not %q", code, tag, got, want)
			}
		}
		if len(names[tag]) != len(market.All()) {
			t.Errorf("%s: names of %d countries for %d markets", tag, len(names[tag]), len(market.All()))
		}
	}
}
