package market

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

func TestTaxFor(t *testing.T) {
	y2020, y2022 := when.Date(2020, 1, 1), when.Date(2022, 1, 1)
	rows := []TaxRow{
		{ID: "any-2022", Market: "FR", From: y2022, RatePPM: 210_000},
		{ID: "saas-2020", Market: "FR", Class: "saas", From: y2020, RatePPM: 55_000},
		{ID: "any-2020", Market: "FR", From: y2020, RatePPM: 200_000},
		{ID: "any-2020-b", Market: "FR", From: y2020, RatePPM: 205_000},
		{ID: "saas-2023", Market: "FR", Class: "saas", From: when.Date(2023, 1, 1), RatePPM: 60_000},
		{ID: "us", Market: "US", From: y2020},
	}
	for _, c := range []struct {
		name   string
		market Country
		class  string
		at     time.Time
		want   string
	}{
		{"F79 newest not after the instant", "FR", "perpetual", y2022, "any-2022"},
		{"F79 last microsecond of the row before", "FR", "perpetual", y2022.Add(-time.Microsecond), "any-2020-b"},
		{"F79 a class's own row beats a newer one for any", "FR", "saas", y2022, "saas-2020"},
		{"F79 a class's newer row", "FR", "saas", when.Date(2024, 1, 1), "saas-2023"},
		{"F79 before any row", "FR", "saas", y2020.Add(-time.Microsecond), ""},
		{"F79 zero is a row too", "US", "saas", y2022, "us"},
		{"F79 another market", "DE", "saas", y2022, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := TaxFor(rows, c.market, c.class, c.at)
			if got.ID != c.want || ok != (c.want != "") || got.Market != c.market {
				t.Errorf("%+v, %v; want %q", got, ok, c.want)
			}
		})
	}
}

func TestF79MarketWithoutRow(t *testing.T) {
	for market, inclusive := range map[Country]bool{"AU": true, "BR": true, "FR": false, "US": false} {
		row, ok := TaxFor(nil, market, "saas", when.Date(2022, 1, 1))
		if ok || row.ID != "" || row.Inclusive != inclusive {
			t.Errorf("%s: %+v, %v", market, row, ok)
		}
		if got, want := row.On(money.Of(999, "EUR")), (Taxed{money.Of(999, "EUR"), money.Of(0, "EUR")}); got != want {
			t.Errorf("%s bills %+v", market, got)
		}
	}
}

func TestF79ExampleRows(t *testing.T) {
	want := map[Country]struct {
		ppm       int64
		inclusive bool
	}{"US": {0, false}, "FR": {200_000, false}, "RU": {200_000, false}, "AU": {100_000, true}, "BR": {170_000, true}}
	rows := ExampleTaxRows()
	if len(rows) != len(want) {
		t.Errorf("%d rows, want %d", len(rows), len(want))
	}
	for _, r := range rows {
		w := want[r.Market]
		if r.RatePPM != w.ppm || r.Inclusive != w.inclusive || r.Class != "" {
			t.Errorf("%+v", r)
		}
		if !strings.Contains(r.Source, "example") || !strings.Contains(r.ID, "example") {
			t.Errorf("%s is not marked as an example", r.ID)
		}
		if r.Inclusive != byCode[r.Market].PriceIncludesTax {
			t.Errorf("F04 %s: inclusive %v", r.Market, r.Inclusive)
		}
		if err := r.Check(); err != nil {
			t.Errorf("%s: %v", r.ID, err)
		}
		if got, ok := TaxFor(rows, r.Market, "perpetual", when.Date(2020, 6, 1)); !ok || got != r {
			t.Errorf("%s is not found", r.ID)
		}
	}
}

func TestTaxRowCheck(t *testing.T) {
	good := TaxRow{ID: "x", Market: "FR", Source: "law", RatePPM: MaxRatePPM}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for code, spoil := range map[string]func(*TaxRow){
		"tax.incomplete":     func(r *TaxRow) { r.Source = "" },
		"tax.market_unknown": func(r *TaxRow) { r.Market = "fr" },
		"tax.rate":           func(r *TaxRow) { r.RatePPM++ },
	} {
		bad := good
		spoil(&bad)
		if f := fault.Of(bad.Check()); f == nil || f.Code != code || f.Kind != fault.KindInvalid {
			t.Errorf("%+v: %v, want %s", bad, f, code)
		}
	}
	if bad := (TaxRow{ID: "x", Market: "FR", Source: "law", RatePPM: -1}); bad.Check() == nil {
		t.Error("a negative rate is taken")
	}
	if bad := (TaxRow{Market: "FR", Source: "law"}); bad.Check() == nil {
		t.Error("a row without an id is taken")
	}
}

func TestE09On(t *testing.T) {
	for _, c := range []struct {
		name      string
		ppm       int64
		inclusive bool
		priced    money.Amount
		net, tax  int64
	}{
		{"E09 exclusive", 200_000, false, money.Of(10000, "EUR"), 10000, 2000},
		{"E09 inclusive", 200_000, true, money.Of(12000, "EUR"), 10000, 2000},
		{"E09 AU 10 % inclusive", 100_000, true, money.Of(1000, "AUD"), 909, 91},
		{"E09 half away from zero", 100_000, false, money.Of(5, "EUR"), 5, 1},
		{"E09 half away from zero, credit", 100_000, false, money.Of(-5, "EUR"), -5, -1},
		{"E09 JPY", 100_000, true, money.Of(1000, "JPY"), 909, 91},
		{"E09 8.875 %", 88_750, false, money.Of(10000, "USD"), 10000, 888},
		{"E09 no tax", 0, true, money.Of(10000, "USD"), 10000, 0},
		{"E09 100 % of the largest", MaxRatePPM, false, money.Of(money.MaxMinor, "EUR"), money.MaxMinor, money.MaxMinor},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := TaxRow{RatePPM: c.ppm, Inclusive: c.inclusive}.On(c.priced)
			want := Taxed{money.Of(c.net, c.priced.Currency()), money.Of(c.tax, c.priced.Currency())}
			if got != want {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
}

func TestE09TaxProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		row := TaxRow{
			RatePPM:   rapid.Int64Range(0, MaxRatePPM).Draw(t, "ppm"),
			Inclusive: rapid.Bool().Draw(t, "inclusive"),
		}
		priced := money.Of(rapid.Int64Range(0, money.MaxMinor).Draw(t, "minor"), "EUR")
		got := row.On(priced)
		if got.Tax.Sign() < 0 || got.Net.Sign() < 0 {
			t.Fatalf("negative part in %v", got)
		}
		if base := map[bool]money.Amount{true: got.Gross(), false: got.Net}[row.Inclusive]; base != priced {
			t.Fatalf("%v priced became %v", priced, got)
		}
		if got.Net.Add(got.Tax) != got.Gross() {
			t.Fatalf("net + tax is not gross in %v", got)
		}
		if back := row.On(priced.Neg()); back.Net != got.Net.Neg() || back.Tax != got.Tax.Neg() {
			t.Fatalf("the credit of %v is %v", got, back)
		}
		// The tax of a credit is what is left after the tax of what is kept: never negative, never above the charge's.
		kept := row.On(priced.Ratio(rapid.Int64Range(0, 365).Draw(t, "kept"), 365))
		if kept.Tax.Cmp(got.Tax) > 0 {
			t.Fatalf("tax of a part %v is above the tax of the whole %v", kept.Tax, got.Tax)
		}
	})
}
