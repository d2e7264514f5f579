package money

import (
	"math"
	"math/bits"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// PriceDigits is how many decimal digits of the major unit a Price keeps.
const PriceDigits = 8

// Price is a unit price: finer than the currency, 10^-8 of the major unit. It becomes an Amount only once,
// multiplied and rounded for a whole line (E11).
type Price struct {
	units    int64
	currency Currency
}

// PriceOf is a price of units × 10^-8 of the currency's major unit.
func PriceOf(units int64, c Currency) Price { return Price{units, c} }

// ParsePrice reads a decimal of major units with at most 8 digits after the point.
// Faults: those of Parse, and "price.negative".
func ParsePrice(s string, c Currency) (Price, error) {
	v, err := scaled(s, PriceDigits)
	if err != nil {
		return Price{}, err
	}
	if v < 0 {
		return Price{}, fault.Invalid("price.negative", nil)
	}
	return Price{v, c}, nil
}

// Units is the price in 10^-8 of the major unit.
func (p Price) Units() int64 { return p.units }

// Currency is the price's currency.
func (p Price) Currency() Currency { return p.currency }

// Decimal is the price in major units with as many digits as it needs, at least the currency's.
func (p Price) Decimal() string {
	s := decimal(p.units, PriceDigits)
	keep := len(s) - PriceDigits + p.currency.Digits()
	s = s[:keep] + strings.TrimRight(s[keep:], "0")
	return strings.TrimSuffix(s, ".")
}

// Ratio is price × num / den, rounded once to the digits of a price, half away from zero. ok is false when num < 0,
// den <= 0 or the result does not fit.
func (p Price) Ratio(num, den int64) (_ Price, ok bool) {
	units, ok := mulDiv(p.units, num, den)
	return Price{units, p.currency}, ok
}

// Times is price × quantity, rounded once to the currency, half away from zero. Products are taken in 128 bits.
// Fault "money.too_large" when the result passes MaxMinor or the quantity is negative. Quantity 0 costs nothing:
// refusing it is the order's matter (E11).
func (p Price) Times(quantity int64) (Amount, error) { return p.TimesRatio(quantity, 1, 1) }

// TimesRatio is price × quantity × num / den, rounded once: the price of a part of a period (F28). num may be 0 to a
// million, den 1 to a million, else fault "money.too_large" as well.
func (p Price) TimesRatio(quantity, num, den int64) (Amount, error) {
	tooLarge := fault.Invalid("money.too_large", nil)
	scale := int64(1)
	for range PriceDigits - p.currency.Digits() {
		scale *= 10
	}
	if quantity < 0 || num < 0 || den <= 0 || den > 1_000_000 || num > 1_000_000 {
		return Amount{}, tooLarge
	}
	hi, lo := bits.Mul64(uint64(quantity), uint64(num))
	if hi != 0 || lo > math.MaxInt64 {
		return Amount{}, tooLarge
	}
	m, ok := mulDiv(p.units, int64(lo), scale*den)
	if !ok || m > MaxMinor || m < -MaxMinor {
		return Amount{}, tooLarge
	}
	return Amount{m, p.currency}, nil
}
