package billing_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	. "github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

const µs = time.Microsecond

// at reads an instant: 2021-01-16, 2021-01-16T12:00 or with seconds and fractions.
func at(s string) time.Time {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05.999999", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	panic("no instant: " + s)
}

func period(from, to string) when.Period { return when.Period{Start: at(from), End: at(to)} }

func price(t interface{ Fatal(...any) }, s string, c money.Currency) money.Price {
	p, err := money.ParsePrice(s, c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// tariff is a term price with a tax rate in ppm.
func tariff(t interface{ Fatal(...any) }, unit string, c money.Currency, ppm int64, inclusive bool) Tariff {
	return Tariff{Unit: price(t, unit, c), PriceRow: "price", Policy: "P04", Tax: market.TaxRow{ID: "tax", RatePPM: ppm, Inclusive: inclusive}}
}

func code(err error) string {
	if err == nil {
		return ""
	}
	return fault.Of(err).Code
}

func TestParts(t *testing.T) {
	for _, c := range []struct {
		name     string
		unit     string
		currency money.Currency
		quantity int64
		parts    int
		want     []string
	}{
		{"E11 JPY 1,000 over 3", "1000", "JPY", 1, 3, []string{"333", "334", "333"}},
		{"E11 KWD keeps 3 digits", "1", "KWD", 1, 3, []string{"0.333", "0.334", "0.333"}},
		{"E11 100.00 over 12", "100", "EUR", 1, 12, []string{"8.33", "8.34", "8.33", "8.33", "8.34", "8.33", "8.33", "8.34", "8.33", "8.33", "8.34", "8.33"}},
		{"E11 multiply first, round the line", "0.00333", "EUR", 1000, 1, []string{"3.33"}},
		{"E11 half away from zero", "0.005", "EUR", 1, 1, []string{"0.01"}},
		{"E11 zero-price lines stay", "0", "EUR", 5, 2, []string{"0.00", "0.00"}},
		{"F05 three years, one charge", "3000", "EUR", 1, 1, []string{"3000.00"}},
		{"F05 three years, three charges", "3000", "EUR", 1, 3, []string{"1000.00", "1000.00", "1000.00"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i, want := range c.want {
				priced, taxed, err := tariff(t, c.unit, c.currency, 0, false).Part(c.quantity, i, c.parts)
				if err != nil || priced.Decimal() != want || taxed.Gross() != priced {
					t.Errorf("part %d: %v (%v), %v, want %s", i, priced, taxed, err, want)
				}
			}
		})
	}
	if _, _, err := tariff(t, "90000000000", "EUR", 0, false).Part(1e9, 0, 1); code(err) != "money.too_large" {
		t.Error(err)
	}
}

// anyTariff draws a price of any digits, a currency and a tax of either mode.
func anyTariff(t *rapid.T) (Tariff, money.Currency) {
	c := rapid.SampledFrom([]money.Currency{"JPY", "EUR", "KWD"}).Draw(t, "currency")
	ppm := rapid.SampledFrom([]int64{0, 1, 55_000, 100_000, 170_000, 200_000, 333_333, 1_000_000}).Draw(t, "ppm")
	units := rapid.Int64Range(0, 10_000_00000000)
	if rapid.Bool().Draw(t, "cheap") {
		units = rapid.Int64Range(0, 3_00000000)
	}
	return Tariff{
		Unit: money.PriceOf(units.Draw(t, "units"), c), PriceRow: "price", Policy: "P04",
		Tax: market.TaxRow{ID: "tax", RatePPM: ppm, Inclusive: rapid.Bool().Draw(t, "inclusive")},
	}, c
}

// TestPartsSumToTheWhole: E09, E11, for the price and for the tax.
func TestPartsSumToTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tar, _ := anyTariff(t)
		quantity := rapid.Int64Range(1, 10_000).Draw(t, "quantity")
		parts := rapid.IntRange(1, 60).Draw(t, "parts")
		whole, taxed, err := tar.Part(quantity, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		if want := tar.Tax.On(whole); taxed != want {
			t.Fatalf("the whole is taxed %v, want %v", taxed, want)
		}
		var priced, net, tax money.Amount
		for i := range parts {
			p, x, err := tar.Part(quantity, i, parts)
			if err != nil {
				t.Fatal(err)
			}
			if p.Sign() < 0 || x.Net.Sign() < 0 || x.Tax.Sign() < 0 {
				t.Fatalf("part %d is negative: %v %v", i, p, x)
			}
			if inclusive := tar.Tax.Inclusive; inclusive && x.Gross() != p || !inclusive && x.Net != p {
				t.Fatalf("part %d: priced %v, taxed %v", i, p, x)
			}
			priced, net, tax = priced.Add(p), net.Add(x.Net), tax.Add(x.Tax)
		}
		if priced != whole || net != taxed.Net || tax != taxed.Tax {
			t.Fatalf("parts sum to %v, %v, %v of %v, %v", priced, net, tax, whole, taxed)
		}
	})
}

func TestRest(t *testing.T) {
	january := period("2021-01-01T10:00", "2021-02-01T10:00")
	for _, c := range []struct {
		name      string
		unit      string
		quantity  int64
		part      int
		parts     int
		p         when.Period
		now       string
		want      string
		remaining int64
	}{
		{"F28 worked case: seat of 31.00 bought 01-16T12:00Z", "31", 1, 0, 1, january, "2021-01-16T12:00", "16.00", 16},
		{"F28 at the start: all of it", "31", 1, 0, 1, january, "2021-01-01T10:00", "31.00", 31},
		{"F28 within the first day: all of it", "31", 1, 0, 1, january, "2021-01-02T09:59:59.999999", "31.00", 31},
		{"F28 a whole day later", "31", 1, 0, 1, january, "2021-01-02T10:00", "30.00", 30},
		{"F28 a day is started by a microsecond", "31", 1, 0, 1, january, "2021-01-31T09:59:59.999999", "2.00", 2},
		{"F28 the last day", "31", 1, 0, 1, january, "2021-01-31T10:00", "1.00", 1},
		{"F28 the last microsecond", "31", 1, 0, 1, january, "2021-02-01T09:59:59.999999", "1.00", 1},
		{"F28 five seats", "31", 5, 0, 1, january, "2021-01-16T12:00", "80.00", 80 / 5},
		{"E27 February of 28 days", "28", 1, 0, 1, period("2021-01-31", "2021-02-28"), "2021-02-14", "14.00", 14},
		{"E27 February of 29 days", "29", 1, 0, 1, period("2024-02-01", "2024-03-01"), "2024-02-29", "1.00", 1},
		{"F28 a month of an annual price", "372", 1, 0, 12, january, "2021-01-16T12:00", "16.00", 16},
		{"F28 E11 rounded once: 14 of 30 days of 0.41666…, not of 0.42", "5", 1, 0, 12, period("2021-01-01", "2021-01-31"), "2021-01-17", "0.19", 14},
		{"without an end: all of it", "31", 1, 0, 1, when.Period{Start: at("2021-01-01")}, "2023-01-01", "31.00", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			taxed, remaining, err := tariff(t, c.unit, "EUR", 0, false).Rest(c.quantity, c.part, c.parts, c.p, at(c.now))
			if err != nil || taxed.Net.Decimal() != c.want || remaining != c.remaining {
				t.Errorf("%v, %d days, %v", taxed.Net, remaining, err)
			}
		})
	}
}

func TestCharge(t *testing.T) {
	whole := Charge{ID: "c1", Kind: New, At: at("2021-01-16T12:00"), Quantity: 1, Period: period("2021-01-01T10:00", "2021-02-01T10:00")}
	tar := tariff(t, "31", "EUR", 200_000, false)
	got, err := tar.Charge(whole, 0, 1)
	if err != nil || got.Net.Decimal() != "31.00" || got.Tax.Decimal() != "6.20" || got.Days != 31 || got.Gross().Decimal() != "37.20" || got.Priced() != got.Net {
		t.Errorf("%+v, %v", got, err)
	}
	if got.PriceRow != "price" || got.PolicyRow != "P04" || got.TaxRow != "tax" || got.TaxPPM != 200_000 || got.Unit != tar.Unit || got.Parts != 1 {
		t.Errorf("F75 %+v", got)
	}
	rest, err := tar.ChargeRest(whole, 0, 1)
	if err != nil || rest.Net.Decimal() != "16.00" || rest.Tax.Decimal() != "3.20" || rest.Days != 16 || !rest.Period.Start.Equal(whole.At) || rest.Period.End != whole.Period.End {
		t.Errorf("%+v, %v", rest, err)
	}
	forever, err := tar.Charge(Charge{ID: "c2", Kind: New, Quantity: 2}, 0, 1)
	if err != nil || forever.Days != 0 || forever.Net.Decimal() != "62.00" {
		t.Errorf("%+v, %v", forever, err)
	}
	au := tariff(t, "110", "AUD", 100_000, true)
	incl, err := au.Charge(Charge{Quantity: 1}, 0, 1)
	if err != nil || incl.Net.Decimal() != "100.00" || incl.Tax.Decimal() != "10.00" || incl.Priced().Decimal() != "110.00" {
		t.Errorf("F04 F06 tax-inclusive price: %+v, %v", incl, err)
	}
	for _, err := range []error{second(tariff(t, "90000000000", "EUR", 0, false).Charge(Charge{Quantity: 1e9}, 0, 1)), second(tariff(t, "90000000000", "EUR", 0, false).ChargeRest(Charge{Quantity: 1e9}, 0, 1))} {
		if code(err) != "money.too_large" {
			t.Error(err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestSchedule(t *testing.T) {
	dates := func(ps []when.Period) (out []string) {
		for i, p := range ps {
			if i > 0 && !p.Start.Equal(ps[i-1].End) {
				t.Errorf("a gap before %v", p.Start)
			}
			out = append(out, p.Start.Format(time.DateOnly))
		}
		return append(out, ps[len(ps)-1].End.Format(time.DateOnly))
	}
	for _, c := range []struct {
		name   string
		from   string
		anchor int
		term   when.Term
		plan   catalog.Plan
		want   []string
	}{
		{"F05 three years, one charge", "2021-10-21", 21, when.ThreeYears, catalog.Triennial, []string{"2021-10-21", "2024-10-21"}},
		{"F05 three years, three charges", "2021-10-22", 22, when.ThreeYears, catalog.Annual, []string{"2021-10-22", "2022-10-22", "2023-10-22", "2024-10-22"}},
		{"E12 monthly from 31 January", "2021-01-31", 31, when.Term{Months: 4}, catalog.Monthly, []string{"2021-01-31", "2021-02-28", "2021-03-31", "2021-04-30", "2021-05-31"}},
		{"E12 monthly from a clamped February", "2021-02-28", 31, when.Term{Months: 3}, catalog.Monthly, []string{"2021-02-28", "2021-03-31", "2021-04-30", "2021-05-31"}},
		{"E12 annual from the leap day", "2028-02-29", 29, when.Term{Years: 4}, catalog.Annual, []string{"2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"}},
		{"a month, monthly", "2021-01-31", 31, when.Month, catalog.Monthly, []string{"2021-01-31", "2021-02-28"}},
		{"a plan that does not divide", "2021-01-31", 31, when.ThreeYears, catalog.Biennial, []string{"2021-01-31", "2024-01-31"}},
		{"days", "2021-01-31", 31, when.Term{Days: 30}, catalog.NoPlan, []string{"2021-01-31", "2021-03-02"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			current := when.Period{Start: at(c.from), End: when.Next(at(c.from), c.anchor, c.term)}
			got := dates(Schedule(current, c.anchor, c.term, c.plan))
			if len(got) != len(c.want) {
				t.Fatalf("%v", got)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("%v, want %v", got, c.want)
				}
			}
		})
	}
}
