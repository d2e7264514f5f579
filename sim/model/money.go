package model

import (
	"math/big"
	"time"
)

// round is a × num / den in whole units, half away from zero.
func round(a, num, den *big.Int) int64 {
	x := new(big.Int).Mul(a, num)
	twice := new(big.Int).Mul(x, big.NewInt(2))
	half := new(big.Int).Set(den)
	if twice.Sign() < 0 {
		half.Neg(half)
	}
	twice.Add(twice, half)
	return twice.Quo(twice, new(big.Int).Mul(den, big.NewInt(2))).Int64()
}

func share(a, num, den int64) int64 {
	return round(big.NewInt(a), big.NewInt(num), big.NewInt(den))
}

// digits of the currencies that the simulation sells in.
var digits = map[string]int64{"USD": 2, "EUR": 2, "AUD": 2, "BRL": 2, "JPY": 0, "KWD": 3}

// priceOf is the price of a part (num/den) of a quantity at a unit price in 10^-8 of the major unit: multiplied first,
// rounded once (E11).
func priceOf(units *big.Int, quantity, num, den int64, currency string) int64 {
	minor := new(big.Int).Exp(big.NewInt(10), big.NewInt(8-digits[currency]), nil)
	all := new(big.Int).Mul(units, big.NewInt(quantity))
	return round(all, big.NewInt(num), minor.Mul(minor, big.NewInt(den)))
}

// Tax is a row of the tax table; class "" is any. The zero row bills nothing.
type Tax struct {
	ID, Market, Class string
	From              time.Time
	PPM               int64
	Inclusive         bool
}

// on sets the tax of a priced amount apart (E09).
func (t Tax) on(priced int64) (net, tax int64) {
	if t.Inclusive {
		tax = share(priced, t.PPM, 1_000_000+t.PPM)
		return priced - tax, tax
	}
	return priced, share(priced, t.PPM, 1_000_000)
}

// Taxes are the rows that the simulation puts into the store: rates that change, one for a class, one market without.
var Taxes = []Tax{
	{"us", "US", "", date(2000, 1, 1), 0, false},
	{"fr", "FR", "", date(2000, 1, 1), 200_000, false},
	{"fr-2023", "FR", "", date(2023, 7, 1), 215_000, false},
	{"fr-saas", "FR", "saas_monthly", date(2022, 1, 1), 55_000, false},
	{"gp", "GP", "", date(2000, 1, 1), 85_000, false},
	{"au", "AU", "", date(2000, 1, 1), 100_000, true},
	{"br", "BR", "", date(2000, 1, 1), 170_000, true},
	{"br-2024", "BR", "", date(2024, 3, 1), 176_500, true},
	{"jp", "JP", "", date(2000, 1, 1), 100_000, false},
} // KW has none: it bills 0

// taxFor is the row in force: one for the class beats one for any, then the newest.
func taxFor(market, class string, at time.Time) Tax {
	best, found := Tax{}, false
	for _, t := range Taxes {
		if t.Market != market || t.Class != "" && t.Class != class || at.Before(t.From) {
			continue
		}
		if !found || t.Class != "" && best.Class == "" || t.Class == best.Class && t.From.After(best.From) {
			best, found = t, true
		}
	}
	return best
}
