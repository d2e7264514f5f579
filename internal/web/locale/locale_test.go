package locale

import (
	"regexp"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		lang string
		a    money.Amount
		want string
	}{
		{"en", money.Of(346560, "EUR"), "€3,465.60"},
		{"fr", money.Of(346560, "EUR"), "3\u202f465,60\u00a0€"},
		{"ru", money.Of(346560, "EUR"), "3\u00a0465,60\u00a0€"},
		{"en", money.Of(-3200, "EUR"), "−€32.00"},
		{"fr", money.Of(-3200, "EUR"), "−32,00\u00a0€"},
		{"en", money.Of(1000, "JPY"), "¥1,000"},
		{"ru", money.Of(123456789, "RUB"), "1\u00a0234\u00a0567,89\u00a0₽"},
		{"en", money.Of(0, "USD"), "$0.00"},
	} {
		if got := Of(c.lang).Money(c.a); got != c.want {
			t.Errorf("%s: %q, want %q", c.lang, got, c.want)
		}
	}
}

// A sign of French never begins a line, and a quotation never ends one.
func TestFrenchSignsStayWithTheirWord(t *testing.T) {
	l := Of("fr")
	for key, want := range map[string]string{
		"part.of_field": "Quantité\u00a0: 3", "files.none_text": "Envoyez-en un ci-dessous, ou importez un dossier\u00a0: «\u00a0comptoir import media DIR\u00a0».",
	} {
		if got := l.Text(key, "field", "Quantité", "error", 3); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	alone := regexp.MustCompile(` [:;?!%»]|« `)
	for key := range l.words {
		for _, n := range []int{0, 1, 2, 1_000_000} {
			if text := l.Text(key, "n", n); alone.MatchString(text) {
				t.Errorf("%s: %q", key, text)
			}
		}
	}
}

func TestDates(t *testing.T) {
	at := time.Date(2026, 11, 23, 10, 5, 59, 0, time.UTC)
	first := time.Date(2026, 11, 1, 0, 0, 0, 0, time.FixedZone("", 3600))
	for lang, want := range map[string][2]string{
		"en": {"23 Nov 2026, 10:05 UTC", "31 Oct 2026"}, "fr": {"23 nov. 2026, 10:05 UTC", "31 oct. 2026"}, "ru": {"23 нояб. 2026, 10:05 UTC", "31 окт. 2026"},
	} {
		if got := breaks(Of(lang).Instant(at)); got != want[0] {
			t.Errorf("%s: %q", lang, got)
		}
		if got := breaks(Of(lang).Date(first)); got != want[1] { // in UTC it is still October
			t.Errorf("%s: %q", lang, got)
		}
	}
	if got := breaks(Of("fr").Date(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))); got != "1er nov. 2026" {
		t.Error(got)
	}
	for d, want := range map[time.Duration]string{0: "", -time.Hour: "", 30 * time.Second: "less than a minute", 6*time.Hour + 25*time.Minute: "6 h 25 min", 72 * time.Hour: "3 d 0 h", 24 * 200 * time.Hour: "200 days"} {
		if got := Of("en").Span(d); got != want {
			t.Errorf("%v: %q", d, got)
		}
	}
}

func breaks(s string) string {
	out := []rune(s)
	for i, r := range out {
		if r == '\u00a0' {
			out[i] = ' '
		}
	}
	return string(out)
}

func TestCountries(t *testing.T) {
	for _, tag := range Languages {
		l := Of(tag)
		seen := map[string]bool{}
		before, order := "", collate.New(language.MustParse(tag))
		for _, c := range l.Countries() {
			name := l.Country(c)
			if name == "" || name == string(c) || seen[name] {
				t.Errorf("%s: %s is %q", tag, c, name)
			}
			if order.CompareString(before, name) > 0 {
				t.Errorf("%s: %s stands after %s", tag, name, before)
			}
			seen[name], before = true, name
		}
		if len(seen) != len(market.All()) {
			t.Errorf("%s: %d of %d", tag, len(seen), len(market.All()))
		}
	}
	for code, want := range map[market.Country][3]string{
		"SZ": {"Eswatini", "Eswatini", "Эсватини"}, "MK": {"North Macedonia", "Macédoine du Nord", "Северная Македония"},
		"TR": {"Türkiye", "Turquie", "Турция"}, "CZ": {"Czechia", "Tchéquie", "Чехия"}, "FR": {"France", "France", "Франция"}, "RU": {"Russia", "Russie", "Россия"},
	} {
		for i, tag := range Languages {
			if got := Of(tag).Country(code); got != want[i] {
				t.Errorf("%s %s: %q, want %q", tag, code, got, want[i])
			}
		}
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct{ header, chosen, want string }{
		{"", "", "en"}, {"fr-CA,en;q=0.5", "", "fr"}, {"ru", "", "ru"}, {"de", "", "en"}, {"fr;q=x", "", "en"}, {"ru", "fr", "fr"}, {"ru", "xx", "ru"},
	} {
		if got := Match(c.header, c.chosen).Tag; got != c.want {
			t.Errorf("%q chosen %q: %s, want %s", c.header, c.chosen, got, c.want)
		}
	}
}

// TestOrderOfNames: names of products stand where the language puts them.
func TestOrderOfNames(t *testing.T) {
	names := []string{"Office 365", "Office", "office pro", "Éclair", "eclat", "Zeta", "Ångström", "angle", "A1", "Ab", "йод", "ион", "ёлка", "если", "ель", "Яндекс", "аз"}
	for _, tag := range Languages {
		l, order := Of(tag), collate.New(language.MustParse(tag))
		for _, a := range names {
			for _, b := range names {
				if a != b && (unicode.Is(unicode.Cyrillic, []rune(a)[0]) == unicode.Is(unicode.Cyrillic, []rune(b)[0])) && l.Compare(a, b) != order.CompareString(a, b) {
					t.Errorf("%s: %q and %q: %d", tag, a, b, l.Compare(a, b))
				}
			}
		}
	}
}
