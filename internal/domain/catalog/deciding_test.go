package catalog_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	. "github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// TestF24Deciding: a price list has exactly the rows that some quantity would be sold at.
func TestF24Deciding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := &Entry{}
		for i := range rapid.IntRange(0, 6).Draw(t, "rows") {
			lo := rapid.Int64Range(0, 6).Draw(t, "min")
			hi := rapid.SampledFrom([]int64{0, lo, lo + 1, lo + 3}).Draw(t, "max")
			from := day(2022, 1, rapid.IntRange(1, 9).Draw(t, "from"))
			until := rapid.SampledFrom([]time.Time{{}, from.AddDate(0, 0, 4), from.AddDate(0, 0, 9)}).Draw(t, "until")
			plan := rapid.SampledFrom([]Plan{Annual, Monthly}).Draw(t, "plan")
			e.Prices = append(e.Prices, row(string(rune('a'+i)), tier(lo, hi), dated(from, until), option(when.Year, plan)))
		}
		now := day(2022, 1, rapid.IntRange(1, 14).Draw(t, "now"))
		want := map[string]bool{}
		for _, plan := range []Plan{Annual, Monthly} {
			for quantity := int64(1); quantity < 20; quantity++ {
				if p, ok := e.Price(&shelf, Option{when.Year, plan}, quantity, now); ok {
					want[p.ID] = true
				}
			}
		}
		got := e.Deciding(&shelf, now)
		for _, p := range got {
			if !want[p.ID] {
				t.Fatalf("%s decides nothing", p.ID)
			}
			delete(want, p.ID)
		}
		if len(want) > 0 {
			t.Fatalf("left out: %v of %v", want, e.Prices)
		}
	})
}
