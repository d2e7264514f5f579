package money

import (
	"strings"

	"golang.org/x/text/currency"
)

// Currency is an ISO 4217 code in upper case.
type Currency string

// ParseCurrency takes an ISO 4217 code in any case; ok is false for an unknown one.
func ParseCurrency(s string) (Currency, bool) {
	if len(s) != 3 {
		return "", false
	}
	c := Currency(strings.ToUpper(s))
	_, err := currency.ParseISO(string(c))
	return c, err == nil
}

// digitsOf holds the currencies of the trade and those whose digits CLDR tells by everyday use instead of by ISO 4217.
var digitsOf = map[Currency]int{
	"USD": 2, "EUR": 2, "GBP": 2, "RUB": 2, "AUD": 2, "BRL": 2, "CAD": 2, "CHF": 2, "CNY": 2, "INR": 2,
	"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "XAF": 0, "XOF": 0, "XPF": 0, "PYG": 0, "UGX": 0,
	"RWF": 0, "KMF": 0, "GNF": 0, "DJF": 0, "BIF": 0, "VUV": 0, "UYI": 0,
	"KWD": 3, "BHD": 3, "JOD": 3, "OMR": 3, "TND": 3, "IQD": 3, "LYD": 3,
	"UYW": 4, "CLF": 4,
}

// Digits is how many decimal digits the currency's minor unit has (ISO 4217): 2 for EUR, 0 for JPY, 3 for KWD, 4 for UYW.
func (c Currency) Digits() int {
	if d, ok := digitsOf[c]; ok {
		return d
	}
	return 2
}
