package catalog_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	. "github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

func costs(units int64) func(*PriceRow) {
	return func(p *PriceRow) { p.Unit = money.PriceOf(units, p.Currency) }
}

func told(ds []Difference) string {
	var all []string
	for _, d := range ds {
		text := fmt.Sprintf("%s %d-%d", d.Turn, d.Min, d.Max)
		if by, ppm, ok := d.By(); ok {
			text += fmt.Sprintf(" %d %d", by.Units(), ppm)
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

// TestF24Differences: what turned between two instants, to the microsecond of an effective date.
func TestF24Differences(t *testing.T) {
	turn := day(2022, 3, 1)
	year := option(when.Year, Annual)
	first := day(2022, 1, 1)
	for _, c := range []struct {
		name   string
		prices []PriceRow
		was    time.Time
		is     time.Time
		want   string
	}{
		{"the last microsecond before a date", []PriceRow{row("a", year, costs(100)), row("b", year, costs(110), dated(turn, turn.AddDate(1, 0, 0)))}, first, turn.Add(-time.Microsecond), ""},
		{"the date itself", []PriceRow{row("a", year, costs(100)), row("b", year, costs(110), dated(turn, turn.AddDate(1, 0, 0)))}, first, turn, "dearer 1-0 10 100000"},
		{"a microsecond after it", []PriceRow{row("a", year, costs(100)), row("b", year, costs(110), dated(turn, turn.AddDate(1, 0, 0)))}, first, turn.Add(time.Microsecond), "dearer 1-0 10 100000"},
		{"across the microsecond", []PriceRow{row("a", year, costs(100)), row("b", year, costs(110), dated(turn, turn.AddDate(1, 0, 0)))}, turn.Add(-time.Microsecond), turn, "dearer 1-0 10 100000"},
		{"an end, its last microsecond", []PriceRow{row("a", year, costs(100), dated(time.Time{}, turn))}, first, turn.Add(-time.Microsecond), ""},
		{"an end is gone on its date", []PriceRow{row("a", year, costs(100), dated(time.Time{}, turn))}, first, turn, "gone 1-0"},
		{"new on its date", []PriceRow{row("a", year, costs(100), dated(turn, time.Time{}))}, first, turn, "new 1-0"},
		{"not before", []PriceRow{row("a", year, costs(100), dated(turn, time.Time{}))}, first, turn.Add(-time.Microsecond), ""},
		{"backwards", []PriceRow{row("a", year, costs(100)), row("b", year, costs(110), dated(turn, turn.AddDate(1, 0, 0)))}, turn, first, "cheaper 1-0 -10 -90909"},
		{"another row, the same price", []PriceRow{row("a", year, costs(100)), row("b", year, costs(100), dated(turn, turn.AddDate(1, 0, 0)))}, first, turn, ""},
		{"it was free: no share", []PriceRow{row("a", year, costs(0)), row("b", year, costs(5), dated(turn, turn.AddDate(1, 0, 0)))}, first, turn, "dearer 1-0"},
		{"a half share goes up", []PriceRow{row("a", year, costs(2_000_000)), row("b", year, costs(2_000_001), dated(turn, turn.AddDate(1, 0, 0)))}, first, turn, "dearer 1-0 1 1"},
		{
			"some quantities alone", []PriceRow{row("a", year, costs(100)), row("b", year, tier(10, 49), costs(90), dated(turn, turn.AddDate(1, 0, 0)))},
			first, turn, "cheaper 10-49 -10 -100000",
		},
		{
			"tiers are cut where rows of either instant begin and end", []PriceRow{
				row("a", year, tier(1, 24), costs(100), dated(time.Time{}, turn)), row("b", year, tier(25, 0), costs(80), dated(time.Time{}, turn)),
				row("c", year, tier(1, 9), costs(100), dated(turn, time.Time{})), row("d", year, tier(10, 0), costs(85), dated(turn, time.Time{})),
			}, first, turn, "cheaper 10-24 -15 -150000, dearer 25-0 5 62500",
		},
		{"each way to buy for itself", []PriceRow{
			row("a", year, costs(100), dated(time.Time{}, turn)), row("b", option(when.Year, Monthly), costs(100), dated(turn, time.Time{})),
		}, first, turn, "gone 1-0, new 1-0"},
	} {
		e := &Entry{Prices: c.prices}
		if got := told(Differences(e.Deciding(&shelf, c.was), e.Deciding(&shelf, c.is))); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestF24DifferencesAreThoseOfPrices: for every quantity, what is told is what buying it tells.
func TestF24DifferencesAreThoseOfPrices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := &Entry{}
		for i := range rapid.IntRange(0, 7).Draw(t, "rows") {
			lo := rapid.Int64Range(0, 6).Draw(t, "min")
			from := day(2022, 1, rapid.IntRange(1, 9).Draw(t, "from"))
			until := rapid.SampledFrom([]time.Time{{}, from.AddDate(0, 0, 4), from.AddDate(0, 0, 9)}).Draw(t, "until")
			e.Prices = append(e.Prices, row(string(rune('a'+i)), tier(lo, rapid.SampledFrom([]int64{0, lo, lo + 3}).Draw(t, "max")), dated(from, until),
				option(when.Year, rapid.SampledFrom([]Plan{Annual, Monthly}).Draw(t, "plan")), costs(rapid.Int64Range(1, 3).Draw(t, "unit"))))
		}
		was, is := day(2022, 1, rapid.IntRange(1, 19).Draw(t, "was")), day(2022, 1, rapid.IntRange(1, 19).Draw(t, "is"))
		all := Differences(e.Deciding(&shelf, was), e.Deciding(&shelf, is))
		if !slices.IsSortedFunc(all, func(x, y Difference) int { return cmp.Compare(x.Key(), y.Key()) }) {
			t.Fatal("out of order")
		}
		for _, plan := range []Plan{Annual, Monthly} {
			for quantity := int64(1); quantity < 20; quantity++ {
				before, had := e.Price(&shelf, Option{when.Year, plan}, quantity, was)
				after, has := e.Price(&shelf, Option{when.Year, plan}, quantity, is)
				var told []Difference
				for _, d := range all {
					if d.Plan == plan && quantity >= d.Min && (d.Max == 0 || quantity <= d.Max) {
						told = append(told, d)
					}
				}
				if had == has && before.Unit == after.Unit {
					if len(told) > 0 {
						t.Fatalf("%d: %v, though nothing turned", quantity, told)
					}
					continue
				}
				if len(told) != 1 || (told[0].Was != nil) != had || (told[0].Is != nil) != has || had && told[0].Was.ID != before.ID || has && told[0].Is.ID != after.ID {
					t.Fatalf("%d: %v, want %v and %v", quantity, told, before, after)
				}
			}
		}
	})
}
