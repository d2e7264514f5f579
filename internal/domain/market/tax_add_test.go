package market_test

import (
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

func TestF79AddTax(t *testing.T) {
	now := when.Date(2026, 11, 20)
	there := []market.TaxRow{{ID: "GP-1", Market: "GP", From: now, RatePPM: 85_000, Source: "s"}}
	for name, c := range map[string]struct {
		change func(*market.TaxRow)
		want   string
	}{
		"F79 as it should be":              {func(*market.TaxRow) {}, ""},
		"F79 from this instant on":         {func(r *market.TaxRow) { r.From = now }, ""},
		"F79 a microsecond ago":            {func(r *market.TaxRow) { r.From = now.Add(-time.Microsecond) }, "policy.past"},
		"F79 an id in small letters":       {func(r *market.TaxRow) { r.ID = "gp-2" }, "policy.id"},
		"F79 an id that is there":          {func(r *market.TaxRow) { r.ID = "GP-1" }, "policy.taken"},
		"F79 no source":                    {func(r *market.TaxRow) { r.Source = "" }, "tax.incomplete"},
		"F79 a long source":                {func(r *market.TaxRow) { r.Source = strings.Repeat("x", 401) }, "policy.source"},
		"F79 no such market":               {func(r *market.TaxRow) { r.Market = "QQ" }, "tax.market_unknown"},
		"F79 all of it":                    {func(r *market.TaxRow) { r.RatePPM = market.MaxRatePPM }, ""},
		"F79 a millionth more than all":    {func(r *market.TaxRow) { r.RatePPM = market.MaxRatePPM + 1 }, "tax.rate"},
		"F79 less than nothing, no chance": {func(r *market.TaxRow) { r.RatePPM = -1 }, "tax.rate"},
	} {
		t.Run(name, func(t *testing.T) {
			row := market.TaxRow{ID: "GP-2", Market: "GP", From: now.AddDate(0, 0, 1), RatePPM: 85_000, Source: "the law"}
			c.change(&row)
			got := ""
			if f := fault.Of(market.AddTax(there, row, now)); f != nil {
				got = f.Code
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
