// Package market knows the countries that customers are billed in: their currency and culture, what their prices
// include, what is not sold there, and their tax rows. Names of countries are CLDR's and belong to pages.
package market

import (
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

// Country is an ISO 3166-1 alpha-2 code in upper case, or the user-assigned XK.
type Country string

// Market is what selling in a country means. A customer's market is the billing country at the order.
type Market struct {
	Country  Country
	Currency money.Currency // decided by the market, never by the request
	Culture  string         // BCP 47, such as "fr-FR"

	PriceIncludesTax bool // F04: AU and BR only, in every segment
	Reservations     bool // F06: reservations are sold here
}

var (
	all    = build()
	byCode = index(all)
)

func build() []Market {
	refused := strings.Fields(noReservations)
	markets := make([]Market, 0, len(countries))
	for _, c := range countries {
		markets = append(markets, Market{
			Country:          c.country,
			Currency:         c.currency,
			Culture:          c.culture,
			PriceIncludesTax: c.country == "AU" || c.country == "BR",
			Reservations:     !slices.Contains(refused, string(c.country)),
		})
	}
	return markets
}

func index(markets []Market) map[Country]Market {
	m := make(map[Country]Market, len(markets))
	for _, v := range markets {
		m[v.Country] = v
	}
	return m
}

// registering are the countries whose organizations are sold to by their registration number (contract.md §3).
var registering = strings.Fields("AM AZ BY HU KG KZ MD RU TJ UA UZ")

// Registering tells whether customers of the country are known by the number that their organization is registered under.
func (c Country) Registering() bool { return slices.Contains(registering, string(c)) }

// All is every market, in the order of its code.
func All() []Market { return slices.Clone(all) }

// Lookup finds a market by its code in any case; ok is false for a code that names no country.
func Lookup(code string) (m Market, ok bool) {
	if len(code) != 2 {
		return Market{}, false
	}
	m, ok = byCode[Country(strings.ToUpper(code))]
	return m, ok
}
