package market

import (
	"regexp"
	"strings"
)

// AddressRule is what an address in a country has to hold, as far as it is known here.
type AddressRule struct {
	Country Country
	Culture string
	Known   bool // false: nothing is known of addresses there

	States       []string // an address names one of them; none: it need not
	PostalCode   string   // regular expression; empty: the country has no postal codes, or none that are known
	PostalNeeded bool
	VATID        string // regular expression; empty: no VAT numbers, or none that are known
	CallingCodes []string
}

// AddressRuleOf is the rule of a country; ok is false for a code that names none.
func AddressRuleOf(code string) (r AddressRule, ok bool) {
	m, ok := Lookup(code)
	if !ok {
		return r, false
	}
	r.Country, r.Culture = m.Country, m.Culture
	for _, a := range addressRules {
		if a.country != m.Country {
			continue
		}
		r.Known, r.States, r.CallingCodes = true, strings.Fields(a.states), []string{a.calling}
		if a.postal != "" {
			r.PostalCode, r.PostalNeeded = "^("+a.postal+")$", !a.postalFree
		}
		if a.vat != "" {
			r.VATID = "^" + a.vat + "$"
		}
	}
	return r, true
}

// Phone is the form of a telephone number: the country's calling code or none, and what people write between digits.
// Empty where nothing is known.
func (r AddressRule) Phone() string {
	if len(r.CallingCodes) == 0 {
		return ""
	}
	return `^((\+|00)` + r.CallingCodes[0] + `)?[0-9 ()./-]{4,20}$`
}

// MatchesPostalCode tells whether a postal code has the form of the country's, in any letter case; any code does where no
// form is known.
func (r AddressRule) MatchesPostalCode(code string) bool { return matches(r.PostalCode, code) }

// MatchesPhone is the same of a telephone number.
func (r AddressRule) MatchesPhone(number string) bool { return matches(r.Phone(), number) }

func matches(form, value string) bool {
	return form == "" || regexp.MustCompile("(?i)"+form).MatchString(value)
}
