// Package money keeps money as whole minor units. Rounding is half away from zero, once per line; parts sum to the whole.
package money

import (
	"cmp"
	"math"
	"math/bits"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// Amount is a sum of money: minor units (cents, yen, fils) of one currency. The zero Amount has no currency
// and adds to any. An invoice, a charge and a posting hold Amounts; a unit price is a Price.
type Amount struct {
	minor    int64
	currency Currency
}

// Of is an amount of minor units.
func Of(minor int64, c Currency) Amount { return Amount{minor, c} }

// Minor is the amount in minor units.
func (a Amount) Minor() int64 { return a.minor }

// Currency is the amount's currency; empty for the zero Amount.
func (a Amount) Currency() Currency { return a.currency }

// IsZero tells whether the amount is nothing.
func (a Amount) IsZero() bool { return a.minor == 0 }

// Sign is -1, 0 or 1.
func (a Amount) Sign() int { return cmp.Compare(a.minor, 0) }

// Neg is the amount with the opposite sign.
func (a Amount) Neg() Amount {
	if a.minor == math.MinInt64 {
		panic("money: overflow")
	}
	return Amount{-a.minor, a.currency}
}

// Add is a + b. It panics when both have a currency and they differ, or on overflow: no input can reach either,
// amounts are bounded by MaxMinor where they enter.
func (a Amount) Add(b Amount) Amount {
	c := common(a, b)
	sum := a.minor + b.minor
	if (sum < a.minor) != (b.minor < 0) {
		panic("money: overflow")
	}
	return Amount{sum, c}
}

// Sub is a - b.
func (a Amount) Sub(b Amount) Amount { return a.Add(b.Neg()) }

// Cmp compares two amounts of one currency: -1, 0, 1. It panics when the currencies differ.
func (a Amount) Cmp(b Amount) int {
	common(a, b)
	return cmp.Compare(a.minor, b.minor)
}

// common is the currency of both; an amount without one takes the other's.
func common(a, b Amount) Currency {
	switch {
	case a.currency == "":
		return b.currency
	case b.currency != "" && b.currency != a.currency:
		panic("money: mixing " + string(a.currency) + " and " + string(b.currency))
	}
	return a.currency
}

// Ratio is a × num / den, rounded once, half away from zero; the product is taken in 128 bits. den must be > 0 and num >= 0.
// It panics when the result does not fit: shares (num <= den) always do.
func (a Amount) Ratio(num, den int64) Amount {
	m, ok := mulDiv(a.minor, num, den)
	if !ok {
		panic("money: ratio out of range")
	}
	return Amount{m, a.currency}
}

// Split cuts a into parts proportional to weights: part i is what the rounded running total grows by
// (JPY 1,000 over three equal weights = 333, 334, 333). No unit is lost or made. Weights must be >= 0
// and not all zero, their sum must fit an int64; products are taken in 128 bits.
func (a Amount) Split(weights ...int64) []Amount {
	var total int64
	for _, w := range weights {
		if w < 0 {
			panic("money: negative weight")
		}
		if total += w; total < 0 {
			panic("money: weights out of range")
		}
	}
	if total == 0 {
		panic("money: no weights")
	}
	parts := make([]Amount, len(weights))
	var run int64
	var done Amount
	for i, w := range weights {
		run += w
		upto := a.Ratio(run, total)
		parts[i] = upto.Sub(done)
		done = upto
	}
	return parts
}

// String is the plain decimal with its currency, such as "-12.30 EUR": for logs and tests, not for pages.
func (a Amount) String() string { return strings.TrimSpace(a.Decimal() + " " + string(a.currency)) }

// Decimal is the amount in major units with exactly the currency's digits, such as "-12.30" or "1000".
func (a Amount) Decimal() string { return decimal(a.minor, a.currency.Digits()) }

// Parse reads a decimal of major units ("12.3", "-0.05"). More digits than the currency has are refused unless zero.
// Faults: "money.not_an_amount", "money.too_many_digits", "money.too_large" beyond MaxMinor either way.
func Parse(s string, c Currency) (Amount, error) {
	m, err := scaled(s, c.Digits())
	if err != nil {
		return Amount{}, err
	}
	if m > MaxMinor || m < -MaxMinor {
		return Amount{}, fault.Invalid("money.too_large", nil)
	}
	return Amount{m, c}, nil
}

// MaxMinor bounds an amount that comes from outside or from a price times a quantity: 10^17 minor units.
const MaxMinor = 100_000_000_000_000_000

// mulDiv is a × num / den rounded half away from zero, in 128 bits; ok is false when num < 0, den <= 0
// or the result is beyond ±(2^63 - 1).
func mulDiv(a, num, den int64) (result int64, ok bool) {
	if num < 0 || den <= 0 {
		return 0, false
	}
	neg := a < 0
	u := uint64(a)
	if neg {
		u = -u
	}
	hi, lo := bits.Mul64(u, uint64(num))
	if hi >= uint64(den) { // the quotient would not fit 64 bits
		return 0, false
	}
	q, r := bits.Div64(hi, lo, uint64(den))
	up := uint64(0)
	if r >= uint64(den)-r {
		up = 1
	}
	if q > math.MaxInt64-up {
		return 0, false
	}
	if q += up; neg {
		return -int64(q), true
	}
	return int64(q), true
}

func decimal(v int64, digits int) string {
	s := strconv.FormatInt(v, 10)
	if digits == 0 {
		return s
	}
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	if len(s) <= digits {
		s = strings.Repeat("0", digits-len(s)+1) + s
	}
	return sign + s[:len(s)-digits] + "." + s[len(s)-digits:]
}

// scaled reads a plain decimal as a whole number of 10^-digits: an optional minus, digits, and a point between digits.
func scaled(s string, digits int) (int64, error) {
	rest, neg := strings.CutPrefix(s, "-")
	whole, frac, point := strings.Cut(rest, ".")
	if whole == "" || point && frac == "" || len(s) > 64 || strings.Trim(whole+frac, "0123456789") != "" {
		return 0, fault.Invalid("money.not_an_amount", nil)
	}
	frac = strings.TrimRight(frac, "0")
	if len(frac) > digits {
		return 0, fault.Invalid("money.too_many_digits", fault.Args{"digits": digits})
	}
	v, err := strconv.ParseInt(whole+frac+strings.Repeat("0", digits-len(frac)), 10, 64)
	if err != nil { // only digits are left: the range is all that can fail
		return 0, fault.Invalid("money.too_large", nil)
	}
	if neg {
		v = -v
	}
	return v, nil
}
