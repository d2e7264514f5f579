package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// TestF24SheetsAreLookedOverFirst: the preview says what the import does and saves nothing; an import that carries it is refused
// once the price lists are others; prices through time say what decides when.
func TestF24SheetsAreLookedOverFirst(t *testing.T) {
	both(t, func(w *world) {
		ctx := context.Background()
		sheet := func(rows ...string) app.PriceSheet {
			text := "ProductTitle,ProductId,SkuId,SkuTitle,Publisher,TermDuration,BillingPlan,Market,Currency,UnitPrice,PricingTierRangeMin,PricingTierRangeMax,EffectiveStartDate,EffectiveEndDate,Segment\n"
			for _, r := range rows {
				text += "Typewriter,TYPEWRITER01,0001,Typewriter Pro,Keys & Co,P1Y,Annual,FR,EUR," + r + ",Commercial\n"
			}
			return app.PriceSheet{File: strings.NewReader(text), Size: int64(len(text)), Vendors: []string{"Nobody"}}
		}
		told := func(c app.PriceChanges) string {
			var all []string
			for _, x := range c.First {
				was := "-"
				if x.Was != nil {
					was = x.Was.Decimal()
				}
				all = append(all, fmt.Sprintf("%s→%s from %d", was, x.Unit.Decimal(), max(1, x.TierMin)))
			}
			return fmt.Sprintf("%d added, %d fresh, %d dearer, %d cheaper: %s", c.Added, c.Fresh, c.Dearer, c.Cheaper, strings.Join(all, ", "))
		}
		history := func(at string, quantity int64) (decides string) {
			t.Helper()
			instant, err := time.Parse(time.RFC3339, at)
			if err != nil {
				t.Fatal(err)
			}
			h, err := w.PriceHistory(ctx, w.who, app.HistoryQuery{Country: "FR", Segment: market.Commercial, Product: "TYPEWRITER01", Sku: "0001", Quantity: quantity, At: instant})
			if err != nil {
				return err.Error()
			}
			for _, row := range h.Rows {
				if h.Decides[row.ID] {
					decides += row.Unit.Decimal() + " "
				}
			}
			return decides
		}
		first := sheet("100.00,1,9,1753-01-01,9999-12-31", "80.00,10,,1753-01-01,9999-12-31")
		look, err := w.PreviewPrices(ctx, w.who, first)
		if want := "2 added, 2 fresh, 0 dearer, 0 cheaper: -→100.00 from 1, -→80.00 from 10"; err != nil || told(look) != want || look.Products != 1 {
			t.Fatalf("%s, want %s; %v", told(look), want, err)
		}
		if got := history("2026-11-20T00:00:00Z", 1); !strings.Contains(got, "product.unknown") {
			t.Fatalf("a look saved something: %s", got)
		}
		again, err := w.PreviewPrices(ctx, w.who, first)
		if err != nil || again.Match != look.Match {
			t.Errorf("the same look twice: %v", err)
		}
		if done, err := w.TakePrices(ctx, w.who, first, look.Match); err != nil || done.Added != 2 {
			t.Fatalf("%+v %v", done, err)
		}
		_, err = w.TakePrices(ctx, w.who, first, look.Match)
		is(t, "with the look before", err, "preview.moved")

		next := sheet("110.00,1,9,2027-01-01,9999-12-31", "70.00,10,,1753-01-01,9999-12-31")
		look, err = w.PreviewPrices(ctx, w.who, next)
		if want := "2 added, 0 fresh, 1 dearer, 1 cheaper: 100.00→110.00 from 1, 80.00→70.00 from 10"; err != nil || told(look) != want {
			t.Errorf("%s, want %s; %v", told(look), want, err)
		}
		if _, err := w.TakePrices(ctx, w.who, next, look.Match); err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			at       string
			quantity int64
			want     string
		}{
			{"2026-11-20T00:00:00Z", 1, "100.00 "}, {"2026-12-31T23:59:59Z", 9, "100.00 "}, {"2027-01-01T00:00:00Z", 9, "110.00 "}, {"2027-01-01T00:00:00Z", 10, "70.00 "}, {"2026-11-20T00:00:00Z", 0, "100.00 70.00 "},
		} {
			if got := history(x.at, x.quantity); got != x.want {
				t.Errorf("%d at %s: %q decide, want %q", x.quantity, x.at, got, x.want)
			}
		}
		bad, err := w.PreviewPrices(ctx, w.who, sheet("100.00,1,9,1753-01-01,9999-12-31", "dear,,,1753-01-01,9999-12-31"))
		is(t, "a bad row", err, "import.rows")
		if !slices.EqualFunc(bad.Bad, []int{3}, func(e app.RowError, line int) bool { return e.Line == line }) {
			t.Errorf("%+v", bad.Bad)
		}
		w.who.Roles = party.RolesOf(party.AdminAgent)
		_, err = w.PreviewPrices(ctx, w.who, first)
		is(t, "R15 an admin agent looks a sheet over", err, "role.missing")
		_, err = w.TakePrices(ctx, w.who, first, "")
		is(t, "R15 an admin agent imports", err, "role.missing")
	})
}
