package money

import (
	"errors"
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		name    string
		of      Amount
		weights []int64
		want    []int64
	}{
		{"E11 JPY 1,000 over three", Of(1000, "JPY"), []int64{1, 1, 1}, []int64{333, 334, 333}},
		{"E11 JPY 1,000 over three, negative", Of(-1000, "JPY"), []int64{1, 1, 1}, []int64{-333, -334, -333}},
		{"E11 100.00 over twelve", Of(10000, "EUR"), slices.Repeat([]int64{1}, 12),
			[]int64{833, 834, 833, 833, 834, 833, 833, 834, 833, 833, 834, 833}},
		{"E11 KWD 1.000 over three keeps 3 digits", Of(1000, "KWD"), []int64{1, 1, 1}, []int64{333, 334, 333}},
		{"a weight of nothing gets nothing", Of(7, "EUR"), []int64{0, 1, 0}, []int64{0, 7, 0}},
		{"by days", Of(36500, "EUR"), []int64{45, 320}, []int64{4500, 32000}},
		{"128-bit products", Of(math.MaxInt64, "EUR"), []int64{math.MaxInt64 - 1, 1}, []int64{math.MaxInt64 - 1, 1}},
		{"nothing", Of(0, "EUR"), []int64{2, 1}, []int64{0, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []int64
			for _, part := range c.of.Split(c.weights...) {
				got = append(got, part.Minor())
				if part.Currency() != c.of.Currency() {
					t.Errorf("part is in %q", part.Currency())
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestSplitKeepsEveryCent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(-MaxMinor, MaxMinor).Draw(t, "minor")
		weights := rapid.SliceOfN(rapid.Int64Range(1, 366), 1, 24).Draw(t, "weights")
		var sum Amount
		var total, run int64
		for _, w := range weights {
			total += w
		}
		parts := Of(minor, "EUR").Split(weights...)
		mirror := Of(-minor, "EUR").Split(weights...)
		for i, part := range parts {
			sum = sum.Add(part)
			run += weights[i]
			if want := Of(minor, "EUR").Ratio(run, total); sum != want {
				t.Fatalf("running total %v after part %d, want %v", sum, i, want)
			}
			if mirror[i] != part.Neg() {
				t.Fatalf("part %d of the opposite is %v, want %v", i, mirror[i], part.Neg())
			}
		}
		if sum.Minor() != minor {
			t.Fatalf("parts sum to %d, want %d", sum.Minor(), minor)
		}
	})
}

// bigMulDiv is a × num / den, half away from zero, without bounds.
func bigMulDiv(a, num, den int64) *big.Int {
	n := new(big.Int).Mul(big.NewInt(a), big.NewInt(num))
	sign := int64(n.Sign())
	n.Abs(n).Mul(n, big.NewInt(2)).Add(n, big.NewInt(den))
	n.Quo(n, new(big.Int).Mul(big.NewInt(2), big.NewInt(den)))
	return n.Mul(n, big.NewInt(sign))
}

func checkMulDiv(t interface{ Errorf(string, ...any) }, a, num, den int64) {
	want := bigMulDiv(a, num, den)
	fits := want.CmpAbs(big.NewInt(math.MaxInt64)) <= 0
	got, ok := mulDiv(a, num, den)
	if ok != fits || ok && big.NewInt(got).Cmp(want) != 0 {
		t.Errorf("%d × %d / %d = %d, %v; want %v, %v", a, num, den, got, ok, want, fits)
	}
}

func TestMulDiv(t *testing.T) {
	t.Run("against math/big", rapid.MakeCheck(func(t *rapid.T) {
		num := rapid.Int64Range(0, math.MaxInt64).Draw(t, "num")
		den := rapid.Int64Range(1, math.MaxInt64).Draw(t, "den")
		checkMulDiv(t, rapid.Int64().Draw(t, "a"), num, den)
	}))
	t.Run("shares always fit", rapid.MakeCheck(func(t *rapid.T) {
		den := rapid.Int64Range(1, math.MaxInt64).Draw(t, "den")
		num := rapid.Int64Range(0, den).Draw(t, "num")
		a := rapid.Int64Range(-math.MaxInt64, math.MaxInt64).Draw(t, "a")
		checkMulDiv(t, a, num, den)
		if _, ok := mulDiv(a, num, den); !ok {
			t.Errorf("%d × %d / %d does not fit", a, num, den)
		}
	}))
	for _, c := range [][3]int64{
		{1<<33 - 1, 1<<33 + 1, 4}, // the quotient is 2^64 - 1 and rounds up
		{math.MaxInt64, 1, 1},
		{-math.MaxInt64, 1, 1},
		{math.MinInt64, 1, 1},
		{math.MinInt64, 1, 2},
		{math.MaxInt64, 3, 2},
		{math.MaxInt64, math.MaxInt64, math.MaxInt64},
		{1, 1, 2}, {-1, 1, 2}, {1, 1, 3}, {2, 1, 3}, {-2, 1, 3}, {0, 0, 1},
		{1, 1, math.MaxInt64}, {1<<62 + 1, 1, math.MaxInt64}, {math.MaxInt64, 0, 5},
	} {
		checkMulDiv(t, c[0], c[1], c[2])
	}
	for _, c := range [][3]int64{{1, -1, 1}, {1, 1, 0}, {1, 1, -1}} {
		if _, ok := mulDiv(c[0], c[1], c[2]); ok {
			t.Errorf("mulDiv%v is taken", c)
		}
	}
}

func TestTotalsAreOrderIndependent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minors := rapid.SliceOfN(rapid.Int64Range(-1e15, 1e15), 1, 40).Draw(t, "minors")
		shuffled := rapid.Permutation(minors).Draw(t, "shuffled")
		var a, b Amount
		for i := range minors {
			a = a.Add(Of(minors[i], "RUB"))
			b = b.Sub(Of(-shuffled[i], "RUB"))
		}
		if a != b || a.Cmp(b) != 0 {
			t.Fatalf("%v in one order, %v in another", a, b)
		}
	})
}

func TestCmp(t *testing.T) {
	if got := Of(math.MaxInt64, "EUR").Cmp(Of(-math.MaxInt64, "EUR")); got != 1 {
		t.Errorf("the largest against the smallest: %d", got)
	}
	if got := (Amount{}).Cmp(Of(1, "EUR")); got != -1 {
		t.Errorf("nothing against a cent: %d", got)
	}
}

func TestProgrammersMistakesPanic(t *testing.T) {
	for name, f := range map[string]func(){
		"two currencies added":        func() { Of(1, "EUR").Add(Of(1, "USD")) },
		"two currencies compared":     func() { Of(1, "EUR").Cmp(Of(1, "USD")) },
		"sum above the range":         func() { Of(math.MaxInt64, "EUR").Add(Of(1, "EUR")) },
		"sum below the range":         func() { Of(math.MinInt64, "EUR").Add(Of(-1, "EUR")) },
		"difference above the range":  func() { Of(math.MaxInt64, "EUR").Sub(Of(-1, "EUR")) },
		"opposite of the smallest":    func() { Of(math.MinInt64, "EUR").Neg() },
		"ratio out of range":          func() { Of(math.MaxInt64, "EUR").Ratio(2, 1) },
		"ratio over nothing":          func() { Of(1, "EUR").Ratio(1, 0) },
		"no weights":                  func() { Of(1, "EUR").Split() },
		"weights of nothing":          func() { Of(1, "EUR").Split(0, 0) },
		"negative weight":             func() { Of(1, "EUR").Split(2, -1) },
		"two weights out of range":    func() { Of(1, "EUR").Split(math.MaxInt64, 1) },
		"three weights wrap to above": func() { Of(1, "EUR").Split(math.MaxInt64, math.MaxInt64, math.MaxInt64) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in       string
		currency Currency
		minor    int64
		code     string
	}{
		{"12.3", "EUR", 1230, ""},
		{"-0.05", "EUR", -5, ""},
		{"-0", "EUR", 0, ""},
		{"007", "EUR", 700, ""},
		{"12.3000", "EUR", 1230, ""},
		{"12.345", "KWD", 12345, ""},
		{"12.345", "EUR", 0, "money.too_many_digits"},
		{"1000", "JPY", 1000, ""},
		{"1000.00", "JPY", 1000, ""},
		{"1000.5", "JPY", 0, "money.too_many_digits"},
		{"1.2345", "CLF", 12345, ""},
		{"1000000000000000", "EUR", MaxMinor, ""},
		{"-1000000000000000", "EUR", -MaxMinor, ""},
		{"1000000000000000.01", "EUR", 0, "money.too_large"},
		{"-1000000000000000.01", "EUR", 0, "money.too_large"},
		{"99999999999999999999999", "EUR", 0, "money.too_large"},
		{"", "EUR", 0, "money.not_an_amount"},
		{"-", "EUR", 0, "money.not_an_amount"},
		{".5", "EUR", 0, "money.not_an_amount"},
		{"5.", "EUR", 0, "money.not_an_amount"},
		{"+5", "EUR", 0, "money.not_an_amount"},
		{"--5", "EUR", 0, "money.not_an_amount"},
		{"1.-5", "EUR", 0, "money.not_an_amount"},
		{"1.2.3", "EUR", 0, "money.not_an_amount"},
		{"1,50", "EUR", 0, "money.not_an_amount"},
		{"1e3", "EUR", 0, "money.not_an_amount"},
		{"1_000", "EUR", 0, "money.not_an_amount"},
		{" 1", "EUR", 0, "money.not_an_amount"},
		{"٣", "EUR", 0, "money.not_an_amount"},
	} {
		got, err := Parse(c.in, c.currency)
		if codeOf(err) != c.code || got.Minor() != c.minor {
			t.Errorf("%q %s: %d, %v; want %d, %q", c.in, c.currency, got.Minor(), err, c.minor, c.code)
		}
	}
}

func TestDecimal(t *testing.T) {
	for _, c := range []struct {
		of   Amount
		want string
	}{
		{Of(-1230, "EUR"), "-12.30"}, {Of(5, "EUR"), "0.05"}, {Of(-5, "EUR"), "-0.05"}, {Of(0, "EUR"), "0.00"},
		{Of(1000, "JPY"), "1000"}, {Of(1, "KWD"), "0.001"}, {Of(-12345, "CLF"), "-1.2345"},
		{Of(math.MinInt64, "EUR"), "-92233720368547758.08"},
	} {
		if got := c.of.Decimal(); got != c.want {
			t.Errorf("%d %s: %q, want %q", c.of.Minor(), c.of.Currency(), got, c.want)
		}
	}
	if got := Of(-1230, "EUR").String(); got != "-12.30 EUR" {
		t.Error(got)
	}
}

func TestDecimalRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom([]Currency{"EUR", "JPY", "KWD", "CLF"}).Draw(t, "currency")
		want := Of(rapid.Int64Range(-MaxMinor, MaxMinor).Draw(t, "minor"), c)
		if got, err := Parse(want.Decimal(), c); err != nil || got != want {
			t.Fatalf("%v reads back as %v, %v", want, got, err)
		}
	})
}

// codeOf is the code of a fault, empty without an error, the text of any other.
func codeOf(err error) string {
	var f *fault.Fault
	switch {
	case err == nil:
		return ""
	case errors.As(err, &f):
		return f.Code
	}
	return err.Error()
}
