package party

import (
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/market"
)

// AddressFinding is what the rules of its country say of an address.
type AddressFinding struct {
	Known   bool     // false: nothing is known of addresses there, so nothing was found
	Missing []string // members that an address there needs: "state", "postalCode"
	Wrong   []string // members that do not have the country's form
	// Tidy is the address as it is written there: codes in capitals, no spaces around.
	Tidy Address
}

// Good tells whether the address has everything in the right form. Whether anybody lives there nobody asks.
func (f AddressFinding) Good() bool { return f.Known && len(f.Missing) == 0 && len(f.Wrong) == 0 }

// Check holds an address against the rules of its country; ok is false when that is none.
func (a Address) Check() (f AddressFinding, ok bool) {
	rule, ok := market.AddressRuleOf(string(a.Country))
	if !ok {
		return f, false
	}
	f.Known, f.Tidy = rule.Known, a
	f.Tidy.Country = rule.Country
	f.Tidy.State, f.Tidy.PostalCode = strings.TrimSpace(a.State), strings.ToUpper(strings.TrimSpace(a.PostalCode))
	if len(rule.States) > 0 {
		f.Tidy.State = strings.ToUpper(f.Tidy.State)
	}
	if !rule.Known {
		return f, true
	}
	for _, m := range [...]struct {
		name, value string
		needed      bool
		fits        bool
	}{
		{"addressLine1", a.AddressLine1, true, true},
		{"city", a.City, true, true},
		{"state", f.Tidy.State, len(rule.States) > 0, len(rule.States) == 0 || slices.Contains(rule.States, f.Tidy.State)},
		{"postalCode", f.Tidy.PostalCode, rule.PostalNeeded, rule.MatchesPostalCode(f.Tidy.PostalCode)},
		{"phoneNumber", a.PhoneNumber, false, rule.MatchesPhone(strings.TrimSpace(a.PhoneNumber))},
	} {
		switch empty := strings.TrimSpace(m.value) == ""; {
		case empty && m.needed:
			f.Missing = append(f.Missing, m.name)
		case !empty && !m.fits:
			f.Wrong = append(f.Wrong, m.name)
		}
	}
	return f, true
}
