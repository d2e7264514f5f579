package market

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestAddressRules(t *testing.T) {
	var before Country
	for _, a := range addressRules {
		if a.country <= before {
			t.Errorf("%s stands after %s", a.country, before)
		}
		before = a.country
		r, ok := AddressRuleOf(strings.ToLower(string(a.country)))
		if !ok || !r.Known || r.Country != a.country {
			t.Fatalf("%s: %+v", a.country, r)
		}
		for _, form := range []string{r.PostalCode, r.VATID, r.Phone()} {
			if _, err := regexp.Compile(form); err != nil {
				t.Errorf("%s: %v", a.country, err)
			}
		}
		if !slices.IsSorted(r.States) || len(slices.Compact(slices.Clone(r.States))) != len(r.States) {
			t.Errorf("%s: states %v", a.country, r.States)
		}
	}
	if r, ok := AddressRuleOf("AQ"); !ok || r.Known || r.PostalCode != "" || r.Phone() != "" || !r.MatchesPostalCode("anything") || r.Culture == "" {
		t.Errorf("of the Antarctic we know %+v", r)
	}
	if _, ok := AddressRuleOf("ZZ"); ok {
		t.Error("ZZ is a country")
	}
	for _, c := range []struct {
		country, code string
		want          bool
	}{
		{"US", "97201", true}, {"US", "97201-1234", true}, {"US", "9720", false}, {"CA", "k1a0b1", true}, {"CA", "K1A 0B1", true}, {"CA", "D1A 0B1", false},
		{"GB", "SW1A 1AA", true}, {"GB", "m11ae", true}, {"GB", "1AA SW1A", false}, {"FR", "59000", true}, {"FR", "5900", false}, {"GP", "97110", true},
		{"GP", "59000", false}, {"RU", "191186", true}, {"BR", "22010-000", true}, {"BR", "22010", false}, {"AU", "4870", true}, {"NL", "1012 AB", true}, {"HK", "none", true},
	} {
		if r, _ := AddressRuleOf(c.country); r.MatchesPostalCode(c.code) != c.want {
			t.Errorf("%s %s: %v", c.country, c.code, !c.want)
		}
	}
	for number, want := range map[string]bool{"+33 3 20 00 00 00": true, "0033320000000": true, "03.20.00.00.00": true, "+49 30 1234567": false, "call me": false} {
		if r, _ := AddressRuleOf("FR"); r.MatchesPhone(number) != want {
			t.Errorf("%s: %v", number, !want)
		}
	}
}
