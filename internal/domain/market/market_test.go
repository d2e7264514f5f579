package market

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"

	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

func TestMarkets(t *testing.T) {
	markets := All()
	if len(markets) != 250 {
		t.Errorf("%d markets, want the 249 of ISO 3166-1 and XK", len(markets))
	}
	if !slices.IsSortedFunc(markets, func(a, b Market) int { return strings.Compare(string(a.Country), string(b.Country)) }) {
		t.Error("not in the order of their codes")
	}
	seen := map[Country]bool{}
	for _, m := range markets {
		if seen[m.Country] {
			t.Errorf("%s stands twice", m.Country)
		}
		seen[m.Country] = true
		region, err := language.ParseRegion(string(m.Country))
		if err != nil || !region.IsCountry() {
			t.Errorf("%s is no country: %v", m.Country, err)
		}
		if c, ok := money.ParseCurrency(string(m.Currency)); !ok || c != m.Currency {
			t.Errorf("%s is billed in %q", m.Country, m.Currency)
		}
		tag, err := language.Parse(m.Culture)
		if err != nil {
			t.Errorf("%s: culture %q: %v", m.Country, m.Culture, err)
		} else if own, _ := tag.Region(); own.String() != string(m.Country) {
			t.Errorf("%s: culture %q is of another country", m.Country, m.Culture)
		}
		if got, ok := Lookup(strings.ToLower(string(m.Country))); !ok || got != m {
			t.Errorf("%s is not found in lower case", m.Country)
		}
	}
}

// CLDR's copy in x/text is some years old; every other country must agree with it.
func TestCurrenciesAgreeWithCLDR(t *testing.T) {
	other := map[Country]string{
		"BG": "euro since 2026", "HR": "euro since 2023", "CW": "guilder since 2025", "SX": "guilder since 2025",
		"LS": "has two, LSL is its own", "MR": "redenominated 2018", "VE": "redenominated 2018",
		"SL": "redenominated 2022", "ZW": "ZiG since 2024", "AQ": "none of its own",
	}
	for _, m := range All() {
		region := language.MustParseRegion(string(m.Country))
		unit, ok := currency.FromRegion(region)
		if _, differs := other[m.Country]; differs {
			if ok && unit.String() == string(m.Currency) {
				t.Errorf("%s agrees with CLDR, drop its exception", m.Country)
			}
		} else if !ok || unit.String() != string(m.Currency) {
			t.Errorf("%s is billed in %s, CLDR has %v", m.Country, m.Currency, unit)
		}
	}
}

func TestLookup(t *testing.T) {
	for code, want := range map[string]Market{
		"US": {"US", "USD", "en-US", false, true},
		"fr": {"FR", "EUR", "fr-FR", false, true},
		"Ru": {"RU", "RUB", "ru-RU", false, true},
		"AU": {"AU", "AUD", "en-AU", true, true},
		"BR": {"BR", "BRL", "pt-BR", true, true},
		"KW": {"KW", "KWD", "ar-KW", false, true},
		"JP": {"JP", "JPY", "ja-JP", false, true},
		"CN": {"CN", "CNY", "zh-CN", false, false},
		"XK": {"XK", "EUR", "sq-XK", false, false},
	} {
		if got, ok := Lookup(code); !ok || got != want {
			t.Errorf("%s: %+v, %v", code, got, ok)
		}
	}
	for _, code := range []string{"", "U", "USA", "ZZ", "UK", "EU", "AN", "--"} {
		if m, ok := Lookup(code); ok {
			t.Errorf("%q is taken as %+v", code, m)
		}
	}
	All()[0].Currency = "XXX"
	if All()[0].Currency != "EUR" {
		t.Error("the table can be written from outside")
	}
}

func TestF04PriceIncludesTax(t *testing.T) {
	var got []Country
	for _, m := range All() {
		if m.PriceIncludesTax {
			got = append(got, m.Country)
		}
	}
	if !slices.Equal(got, []Country{"AU", "BR"}) {
		t.Errorf("F04 AU and BR only, got %v", got)
	}
}

// contract.md §3 names the countries that ask for the number of an organization.
func TestRegistering(t *testing.T) {
	var got []string
	for _, m := range All() {
		if m.Country.Registering() {
			got = append(got, string(m.Country))
		}
	}
	if want := strings.Fields("AM AZ BY HU KG KZ MD RU TJ UA UZ"); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

func TestF06Reservations(t *testing.T) {
	// rules.md §5, 106 codes
	want := strings.Fields(`
		AD AG AI AQ AS AW AX AZ BF BI BJ BL BQ BT BV CC CD CF CG CK CN CX DJ DM ER FK FM GA GD GF GG GI GL GM GN GP GQ GS GU GW GY HM HT IM IO JE
		KH KI KM LA LC LR LS MF MG MH ML MM MP MQ MR MS MV MW MZ NC NE NF NR NU PF PG PM PN PW RE SB SC SH SJ SL SM SO SR SS ST SX SZ TC TD TF TG
		TK TL TO TV UM VA VC VG VU WF WS XK YE YT`)
	if len(want) != 106 {
		t.Fatalf("the list has %d codes", len(want))
	}
	var got []string
	for _, m := range All() {
		if !m.Reservations {
			got = append(got, string(m.Country))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("refused in %d markets: %v", len(got), got)
	}
	for code, sold := range map[string]bool{"BQ": false, "SJ": false, "XK": false, "CN": false, "AU": true, "US": true, "FR": true} {
		if m, ok := Lookup(code); !ok || m.Reservations != sold {
			t.Errorf("F06 %s: reservations %v, want %v", code, m.Reservations, sold)
		}
	}
}

func TestParseSegment(t *testing.T) {
	for s, want := range map[string]Segment{
		"commercial": Commercial, "Commercial": Commercial, "EDUCATION": Education, "government": Government, "Nonprofit": Nonprofit,
	} {
		if got, ok := ParseSegment(s); !ok || got != want {
			t.Errorf("F12 %q: %q, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "retail", "commercial ", "non-profit"} {
		if got, ok := ParseSegment(s); ok || got != "" {
			t.Errorf("F12 %q is taken as %q", s, got)
		}
	}
}

func TestSymbol(t *testing.T) {
	for c, want := range map[money.Currency]string{
		"USD": "$", "EUR": "€", "RUB": "₽", "BRL": "R$", "AUD": "A$", "GBP": "£", "JPY": "¥", "KWD": "KWD", "CHF": "CHF",
	} {
		if got := Symbol(c); got != want {
			t.Errorf("%s: %q, want %q", c, got, want)
		}
	}
	seen := map[string]money.Currency{}
	for c, s := range symbols {
		if _, ok := money.ParseCurrency(string(c)); !ok {
			t.Errorf("%s is no currency", c)
		}
		if seen[s] != "" {
			t.Errorf("%s and %s both show as %q", c, seen[s], s)
		}
		seen[s] = c
	}
}
