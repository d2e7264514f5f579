package party

import (
	"strings"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
)

// The bounds of a new partner.
const (
	maxPartnerName = 200 // characters
	maxMPN         = 20  // digits
	lastBillingDay = 28  // every month has it (F71)
)

// Check refuses what a partner cannot be (R15). Faults: "partner.name", "partner.kind", "country.unknown", "partner.day" with the
// last one, "partner.mpn", and "partner.provider" where a reseller has none or somebody else has one.
func (p Partner) Check() error {
	if n := utf8.RuneCountInString(p.Name); strings.TrimSpace(p.Name) == "" || n > maxPartnerName || strings.ContainsFunc(p.Name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return fault.Invalid("partner.name", fault.Args{"max": maxPartnerName})
	}
	if _, ok := ParseKind(string(p.Kind)); !ok {
		return fault.Invalid("partner.kind", nil)
	}
	if (p.Kind == IndirectReseller) != (p.Provider != "") {
		return fault.Invalid("partner.provider", nil)
	}
	if _, ok := market.Lookup(string(p.Country)); !ok {
		return fault.Invalid("country.unknown", nil)
	}
	if p.BillingDay < 1 || p.BillingDay > lastBillingDay {
		return fault.Invalid("partner.day", fault.Args{"max": lastBillingDay})
	}
	if len(p.MPN) > maxMPN || strings.Trim(p.MPN, "0123456789") != "" {
		return fault.Invalid("partner.mpn", fault.Args{"max": maxMPN})
	}
	return nil
}
