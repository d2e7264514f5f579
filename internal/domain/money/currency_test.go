package money

import (
	"testing"

	"golang.org/x/text/currency"
)

func TestDigits(t *testing.T) {
	for c, want := range map[Currency]int{
		"EUR": 2, "USD": 2, "RUB": 2, "HUF": 2, "TWD": 2, "IDR": 2, "MGA": 2, "MRU": 2, "AFN": 2, "LBP": 2, // 2, whatever is used every day
		"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "XPF": 0, "UGX": 0, "UYI": 0,
		"KWD": 3, "IQD": 3, "TND": 3, "LYD": 3, "BHD": 3, "OMR": 3, "JOD": 3,
		"CLF": 4, "UYW": 4,
		"ZZZ": 2,
	} {
		if got := c.Digits(); got != want {
			t.Errorf("%s has %d digits, want %d", c, got, want)
		}
	}
	counts := map[int]int{}
	for _, d := range digitsOf {
		counts[d]++
	}
	if counts[0] != 17 || counts[3] != 7 || counts[4] != 2 {
		t.Errorf("currencies by digits: %v; ISO 4217 has 17 with none, 7 with three, 2 with four", counts)
	}
}

func TestParseCurrency(t *testing.T) {
	for _, s := range []string{"EUR", "eur", "Usd", "XCG", "ZWG", "SLE", "VED"} {
		if _, ok := ParseCurrency(s); !ok {
			t.Errorf("%s is refused", s)
		}
	}
	if c, _ := ParseCurrency("kwd"); c != "KWD" {
		t.Errorf("kwd is %q", c)
	}
	for _, s := range []string{"", "EU", "EURO", "ZZZ", "DEM", "HRK", "BGN", "ANG", "SLL", "XAU", "XXX", "XTS", "€", "12E"} {
		if c, ok := ParseCurrency(s); ok || c != "" {
			t.Errorf("%q is taken as %q", s, c)
		}
	}
}

// A slip of the pen in the table is a code that CLDR does not know, save for those younger than its copy.
func TestCodesAreKnownToCLDR(t *testing.T) {
	young := map[Currency]bool{"MRU": true, "SLE": true, "UYW": true, "VED": true, "VES": true, "XCG": true, "ZWG": true}
	for c := range digitsOf {
		if _, err := currency.ParseISO(string(c)); err != nil && !young[c] {
			t.Errorf("%s: %v", c, err)
		}
	}
}
