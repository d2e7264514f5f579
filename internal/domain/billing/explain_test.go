package billing_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	. "github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// told is an explanation in one line.
func told(e Explanation) string {
	var all []string
	for _, s := range e.Steps {
		all = append(all, fmt.Sprintf("%s: %s = %s", s.Name, s.Arithmetic, s.Result.Decimal()))
	}
	return strings.Join(all, "; ")
}

func TestF75Explain(t *testing.T) {
	tariff := func(price, currency string, tax market.TaxRow) Tariff {
		unit, err := money.ParsePrice(price, money.Currency(currency))
		if err != nil {
			t.Fatal(err)
		}
		return Tariff{Unit: unit, PriceRow: "price", Tax: tax, Policy: "P05"}
	}
	must := func(c Charge, err error) Charge {
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	year := period("2020-09-01", "2021-09-01")
	start := Charge{ID: "c1", Kind: New, At: year.Start, Quantity: 1, Period: year}
	french, none := market.TaxRow{ID: "fr", RatePPM: 200_000}, market.TaxRow{}
	software := must(tariff("365", "EUR", french).Charge(start, 0, 1))
	seat := Charge{ID: "c2", Kind: AddQuantity, At: at("2021-01-16T12:00"), Quantity: 1, Period: period("2021-01-01T10:00", "2021-02-01T10:00")}
	three := Charge{ID: "c3", Kind: Cycle, At: year.Start, Quantity: 3, Period: year}
	for _, c := range []struct {
		name, want string
		charge     Charge
		line       []Charge
	}{
		{"a year", "term: 365.00 × 1 = 365.00; net: 365.00 = 365.00; tax: 365.00 × 20% = 73.00; gross: 365.00 + 73.00 = 438.00", software, nil},
		{"E11 the second of three parts of JPY 1,000", "term: 1000 × 1 = 1000; part: 1000 × 2/3 − 1000 × 1/3 = 334; net: 334 = 334; tax: 667 × 0% − 333 × 0% = 0; gross: 334 + 0 = 334",
			must(tariff("1000", "JPY", none).Charge(start, 1, 3)), nil},
		{"F28 a seat in the middle of a month", "term: 31.00 × 1 = 31.00; rest: 31.00 × 1 × 16/31 = 16.00; net: 16.00 = 16.00; tax: 16.00 × 0% = 0.00; gross: 16.00 + 0.00 = 16.00",
			must(tariff("31", "EUR", none).ChargeRest(seat, 0, 1)), nil},
		{"F04 tax inside", "term: 110.00 × 1 = 110.00; net: 110.00 − 10.00 = 100.00; tax: 110.00 × 10%/(100% + 10%) = 10.00; gross: 110.00 = 110.00",
			must(tariff("110", "AUD", market.TaxRow{RatePPM: 100_000, Inclusive: true}).Charge(start, 0, 1)), nil},
		{"E11 every digit of the price", "term: 0.00333333 × 3 = 0.01; net: 0.01 = 0.01; tax: 0.01 × 5.5% = 0.00; gross: 0.01 + 0.00 = 0.01",
			must(tariff("0.00333333", "EUR", market.TaxRow{RatePPM: 55_000}).Charge(three, 0, 1)), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := told(Explain(c.charge, c.line)); got != c.want {
				t.Errorf("F75\n%s, want\n%s", got, c.want)
			}
		})
	}

	ids := &id.Counting{}
	credits := Credits(ids, []Charge{software}, policy.Prorated, year.Start, year.Start.Add(45*24*time.Hour))
	e := Explain(credits[0], append(credits, software))
	if want := "open: 365.00 = 365.00; kept: 365.00 × 45/365 = 45.00; credit: −(365.00 − 45.00) = -320.00; " +
		"net: -320.00 = -320.00; tax: −(73.00 − 45.00 × 20%) = -64.00; gross: -320.00 + -64.00 = -384.00"; told(e) != want {
		t.Errorf("F75 E05\n%s, want\n%s", told(e), want)
	}
	if e.Original != "c1" || e.PriceRow != "price" || e.PolicyRow != "P05" || e.TaxRow != "fr" {
		t.Errorf("F75 %+v", e)
	}
	if got := told(Explain(credits[0], nil)); !strings.HasPrefix(got, "granted: −320.00 = -320.00; ") || !strings.HasSuffix(got, "= -384.00") {
		t.Errorf("F70 F75 %s", got)
	}
}

// TestF75EveryFigureIsWorkedOutAgain: whatever was charged and credited, the explanation ends at the same three figures.
func TestF75EveryFigureIsWorkedOutAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := &id.Counting{}
		p := period("2021-01-31T10:00", "2021-02-28T10:00")
		tariff := Tariff{
			Unit: money.PriceOf(rapid.Int64Range(0, 1e13).Draw(t, "unit"), rapid.SampledFrom([]money.Currency{"EUR", "JPY", "KWD"}).Draw(t, "currency")),
			Tax:  market.TaxRow{RatePPM: rapid.Int64Range(0, 300_000).Draw(t, "ppm"), Inclusive: rapid.Bool().Draw(t, "inclusive")},
		}
		parts := rapid.IntRange(1, 12).Draw(t, "parts")
		part := rapid.IntRange(0, parts-1).Draw(t, "part")
		instant := func(label string) time.Time {
			return p.Start.Add(time.Duration(rapid.Int64Range(0, int64(p.End.Sub(p.Start))-1).Draw(t, label)))
		}
		c := Charge{ID: "c", Kind: AddQuantity, At: instant("bought"), Quantity: rapid.Int64Range(1, 40).Draw(t, "quantity"), Period: p}
		if rapid.Bool().Draw(t, "perpetual") {
			c.Period = when.Period{}
		}
		make := tariff.Charge
		if rapid.Bool().Draw(t, "rest") {
			make = tariff.ChargeRest
		}
		c, err := make(c, part, parts)
		if err != nil {
			t.Fatal(err)
		}
		line, now := []Charge{c}, c.At
		modes := []policy.CreditMode{policy.Full, policy.Prorated, policy.FullFirstDay}
		for range rapid.IntRange(0, 3).Draw(t, "credits") {
			if later := instant("credit"); later.After(now) {
				now = later
			}
			mode := rapid.SampledFrom(modes).Draw(t, "mode")
			credit := CreditSeats(ids, line, c, rapid.Int64Range(1, 15).Draw(t, "seats"), mode, c.At, now)
			if credit.Quantity > 0 {
				line = append(line, credit)
			}
		}
		line = append(line, Credits(ids, line, rapid.SampledFrom(modes).Draw(t, "end"), c.At, now)...)
		for _, l := range line {
			e := Explain(l, line)
			n := len(e.Steps) - 3
			if net, tax, gross := e.Steps[n].Result, e.Steps[n+1].Result, e.Steps[n+2].Result; net != l.Net || tax != l.Tax || gross != l.Gross() {
				t.Fatalf("F75 %+v is explained by %s", l, told(e))
			}
		}
	})
}
