package money

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestTimes(t *testing.T) {
	for _, c := range []struct {
		name          string
		price         string
		currency      Currency
		qty, num, den int64
		minor         int64
		code          string
	}{
		{"E11 multiply first, round the line", "0.005", "EUR", 3, 1, 1, 2, ""},
		{"E11 half away from zero", "0.005", "EUR", 1, 1, 1, 1, ""},
		{"E11 eight digits", "0.00000001", "EUR", 1_000_000, 1, 1, 1, ""},
		{"E11 KWD keeps 3 digits", "1.2345", "KWD", 1, 1, 1, 1235, ""},
		{"E11 JPY has none", "99.5", "JPY", 1, 1, 1, 100, ""},
		{"E11 a price of nothing stays a line", "0", "EUR", 5, 1, 1, 0, ""},
		{"F28 seat of 31.00 a month, 16 days left of 31", "31.00", "EUR", 1, 16, 31, 1600, ""},
		{"nothing left", "31.00", "EUR", 1, 0, 31, 0, ""},
		{"quantity 0 costs nothing", "31.00", "EUR", 0, 1, 1, 0, ""},
		{"at the bound", "1", "JPY", MaxMinor, 1, 1, MaxMinor, ""},
		{"above the bound", "1", "JPY", MaxMinor + 1, 1, 1, 0, "money.too_large"},
		{"far above", "90000000000", "EUR", math.MaxInt64, 1_000_000, 1, 0, "money.too_large"},
		{"negative quantity", "1", "EUR", -1, 1, 1, 0, "money.too_large"},
		{"negative part", "1", "EUR", 1, -1, 1, 0, "money.too_large"},
		{"part of nothing", "1", "EUR", 1, 1, 0, 0, "money.too_large"},
		{"part too fine", "1", "EUR", 1, 1, 1_000_001, 0, "money.too_large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := ParsePrice(c.price, c.currency)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.TimesRatio(c.qty, c.num, c.den)
			if codeOf(err) != c.code || got.Minor() != c.minor {
				t.Errorf("%d, %v; want %d, %q", got.Minor(), err, c.minor, c.code)
			}
			if err == nil && got.Currency() != c.currency {
				t.Errorf("in %q", got.Currency())
			}
		})
	}
	if _, err := PriceOf(math.MinInt64, "JPY").Times(1_000_000_000); codeOf(err) != "money.too_large" {
		t.Errorf("a negative price out of bounds: %v", err)
	}
}

func TestTimesAgainstBig(t *testing.T) {
	scale := map[Currency]int64{"EUR": 1e6, "JPY": 1e8, "KWD": 1e5, "CLF": 1e4}
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom([]Currency{"EUR", "JPY", "KWD", "CLF"}).Draw(t, "currency")
		units := rapid.Int64Range(0, math.MaxInt64).Draw(t, "units")
		qty := rapid.Int64Range(0, 1e9).Draw(t, "qty")
		den := rapid.Int64Range(1, 1_000_000).Draw(t, "den")
		num := rapid.Int64Range(0, 1_000_000).Draw(t, "num")
		// half away from zero: floor((2n + d) / 2d)
		n := new(big.Int).Mul(big.NewInt(units), big.NewInt(qty))
		n.Mul(n, big.NewInt(num))
		d := big.NewInt(scale[c] * den)
		want := n.Add(n.Lsh(n, 1), d)
		want.Quo(want, d.Lsh(d, 1))
		got, err := PriceOf(units, c).TimesRatio(qty, num, den)
		if want.Cmp(big.NewInt(MaxMinor)) > 0 {
			if codeOf(err) != "money.too_large" {
				t.Fatalf("%v, %v; want it refused at %v", got, err, want)
			}
		} else if err != nil || got.Minor() != want.Int64() {
			t.Fatalf("%v, %v; want %v", got, err, want)
		}
	})
}

func TestPriceDecimal(t *testing.T) {
	for _, c := range []struct {
		units    int64
		currency Currency
		want     string
	}{
		{12_30000000, "EUR", "12.30"}, {12_34567000, "EUR", "12.34567"}, {1, "EUR", "0.00000001"}, {0, "EUR", "0.00"},
		{1000_00000000, "JPY", "1000"}, {99_50000000, "JPY", "99.5"}, {1_20000000, "KWD", "1.200"},
	} {
		if got := PriceOf(c.units, c.currency).Decimal(); got != c.want {
			t.Errorf("%d %s: %q, want %q", c.units, c.currency, got, c.want)
		}
	}
	for in, code := range map[string]string{
		"-1": "price.negative", "0.000000001": "money.too_many_digits", "x": "money.not_an_amount",
		"92233720369": "money.too_large",
	} {
		if _, err := ParsePrice(in, "EUR"); codeOf(err) != code {
			t.Errorf("%q: %v, want %q", in, err, code)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom([]Currency{"EUR", "JPY", "KWD", "CLF"}).Draw(t, "currency")
		want := PriceOf(rapid.Int64Range(0, math.MaxInt64).Draw(t, "units"), c)
		if got, err := ParsePrice(want.Decimal(), c); err != nil || got != want {
			t.Fatalf("%s reads back as %s, %v", want.Decimal(), got.Decimal(), err)
		}
	})
}
