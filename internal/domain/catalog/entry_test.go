package catalog_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	. "github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

const µs = time.Microsecond

var day = when.Date

// row is a price row of SKU 0001 in the US, open in time and quantity.
func row(name string, change ...func(*PriceRow)) PriceRow {
	r := PriceRow{
		ID: name, Sku: "0001", Market: "US", Segment: market.Commercial, Currency: "USD", Term: when.Year, Plan: Annual,
		Unit: money.PriceOf(100_00000000, "USD"),
	}
	for _, c := range change {
		c(&r)
	}
	return r
}

func dated(from, until time.Time) func(*PriceRow) {
	return func(r *PriceRow) { r.From, r.Until = from, until }
}

func tier(lo, hi int64) func(*PriceRow) { return func(r *PriceRow) { r.TierMin, r.TierMax = lo, hi } }

func option(term when.Term, plan Plan) func(*PriceRow) {
	return func(r *PriceRow) { r.Term, r.Plan = term, plan }
}

var shelf = Availability{ID: "AVAIL1", Sku: "0001", Market: "US", Segment: market.Commercial, Currency: "USD"}

var yearly = Option{when.Year, Annual}

func TestPrice(t *testing.T) {
	var open time.Time
	turn, end := day(2022, 1, 1), day(2022, 7, 1)
	for _, c := range []struct {
		name     string
		rows     []PriceRow
		quantity int64
		at       time.Time
		want     string
	}{
		{"before it begins", []PriceRow{row("a", dated(turn, end))}, 1, turn.Add(-µs), ""},
		{"on the dot", []PriceRow{row("a", dated(turn, end))}, 1, turn, "a"},
		{"last microsecond", []PriceRow{row("a", dated(turn, end))}, 1, end.Add(-µs), "a"},
		{"ended", []PriceRow{row("a", dated(turn, end))}, 1, end, ""},
		{"overlap: the earlier end decides", []PriceRow{row("long"), row("sale", dated(turn, end))}, 1, turn, "sale"},
		{"overlap: until it passes", []PriceRow{row("sale", dated(turn, end)), row("long")}, 1, end, "long"},
		{"overlap: before the sale", []PriceRow{row("sale", dated(turn, end)), row("long")}, 1, turn.Add(-µs), "long"},
		{"overlap: both end", []PriceRow{row("later", dated(open, end)), row("sooner", dated(open, turn))}, 1, turn.Add(-µs), "sooner"},
		{"same end: the newest from", []PriceRow{row("old"), row("new", dated(turn, open))}, 1, turn, "new"},
		{"tier: below", []PriceRow{row("low", tier(1, 9)), row("high", tier(10, 0))}, 9, turn, "low"},
		{"tier: first of the next", []PriceRow{row("low", tier(1, 9)), row("high", tier(10, 0))}, 10, turn, "high"},
		{"tier: under the smallest", []PriceRow{row("high", tier(10, 20))}, 9, turn, ""},
		{"tier: over the largest", []PriceRow{row("high", tier(10, 20))}, 21, turn, ""},
		{"another plan", []PriceRow{row("a", option(when.Year, Monthly))}, 1, turn, ""},
		{"another term", []PriceRow{row("a", option(when.ThreeYears, Annual))}, 1, turn, ""},
		{"another market", []PriceRow{row("a", func(r *PriceRow) { r.Market = "FR" })}, 1, turn, ""},
		{"another segment", []PriceRow{row("a", func(r *PriceRow) { r.Segment = market.Education })}, 1, turn, ""},
		{"F81 another currency is never converted", []PriceRow{row("a", func(r *PriceRow) { r.Currency = "EUR" })}, 1, turn, ""},
		{"another SKU", []PriceRow{row("a", func(r *PriceRow) { r.Sku = "0002" })}, 1, turn, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := &Entry{Prices: c.rows}
			got, ok := e.Price(&shelf, yearly, c.quantity, c.at)
			if got.ID != c.want || ok != (c.want != "") {
				t.Errorf("%q, %v", got.ID, ok)
			}
		})
	}
}

// TestPriceKnowsNoOrder: the order in which a price sheet was imported does not decide.
func TestPriceKnowsNoOrder(t *testing.T) {
	rows := []PriceRow{
		row("a"), row("b", dated(day(2022, 1, 1), time.Time{})), row("c", dated(day(2022, 1, 1), day(2022, 7, 1))),
		row("d", dated(day(2022, 2, 1), day(2022, 7, 1))), row("e", dated(day(2022, 2, 1), day(2022, 7, 1))),
	}
	rapid.Check(t, func(t *rapid.T) {
		mixed := &Entry{Prices: rapid.Permutation(rows).Draw(t, "rows")}
		at := day(2021, 12, 1).AddDate(0, 0, rapid.IntRange(0, 300).Draw(t, "days"))
		a, _ := (&Entry{Prices: rows}).Price(&shelf, yearly, 1, at)
		if b, _ := mixed.Price(&shelf, yearly, 1, at); a.ID != b.ID {
			t.Fatalf("at %v: %s or %s", at, a.ID, b.ID)
		}
	})
}

func TestOptions(t *testing.T) {
	e := &Entry{Prices: []PriceRow{
		row("a", tier(1, 9)), row("b", tier(10, 0)), row("c", option(when.ThreeYears, Triennial)),
		row("d", option(when.Year, Monthly), dated(day(2021, 10, 22), day(2022, 1, 1))),
		row("e", func(r *PriceRow) { r.Market = "FR"; r.Plan = OneTime }),
	}}
	for s, want := range map[time.Time][]Option{
		day(2021, 10, 21): {yearly, {when.ThreeYears, Triennial}},
		day(2021, 10, 22): {yearly, {when.ThreeYears, Triennial}, {when.Year, Monthly}},
		day(2022, 1, 1):   {yearly, {when.ThreeYears, Triennial}},
	} {
		if diff := cmp.Diff(want, e.Options(&shelf, s)); diff != "" {
			t.Errorf("F05 at %v: %s", s, diff)
		}
	}
}

func TestItem(t *testing.T) {
	e := &Entry{
		Product:        Product{ID: "CMP000000001"},
		Skus:           []Sku{{ID: "0001"}, {ID: "000A"}},
		Availabilities: []Availability{shelf, {ID: "AVAIL2", Sku: "000A", Market: "FR"}},
	}
	old := &Entry{
		Product: Product{ID: "2B3B8D2D", Imported: true}, Skus: []Sku{{ID: "1"}},
		Availabilities: []Availability{{ID: "U", Sku: "1", Market: "US"}, {ID: "F", Sku: "1", Market: "FR"}},
	}
	for _, c := range []struct {
		name         string
		e            *Entry
		item         id.Item
		found        bool
		availability id.Availability
		wire         string
	}{
		{"as written", e, id.Item{Product: "CMP000000001", Sku: "0001", Availability: "AVAIL1"}, true, "AVAIL1", "CMP000000001:0001:AVAIL1"},
		{"in any case, answered as stored", e, id.Item{Product: "CMP000000001", Sku: "000a", Availability: "avail2"}, true, "AVAIL2", "CMP000000001:000A:AVAIL2"},
		{"availability of another SKU", e, id.Item{Product: "CMP000000001", Sku: "0001", Availability: "AVAIL2"}, false, "", ""},
		{"unknown SKU", e, id.Item{Product: "CMP000000001", Sku: "0009", Availability: "AVAIL1"}, false, "", ""},
		{"no SKU", e, id.Item{Product: "CMP000000001"}, false, "", ""},
		{"imported: the buyer's market", old, id.Item{Product: "2B3B8D2D"}, true, "F", "2B3B8D2D"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := c.e.Item(c.item, "FR")
			if ok != c.found {
				t.Fatal(ok)
			}
			if ok && (got.Availability.ID != c.availability || got.ID.String() != c.wire || got.Entry != c.e || got.Sku == nil) {
				t.Errorf("%+v", got)
			}
		})
	}
	if got, ok := old.Item(id.Item{Product: "2B3B8D2D"}, "DE"); !ok || got.Availability != nil {
		t.Errorf("an imported offer not sold in the market is known, without availability: %+v, %v", got, ok)
	}
}

func TestOffered(t *testing.T) {
	e := &Entry{
		Product: Product{ID: "P"}, Skus: []Sku{{ID: "0001"}},
		Availabilities: []Availability{
			{ID: "OLD", Sku: "0001", Market: "US", Segment: market.Commercial, Until: day(2022, 1, 1)},
			{ID: "NEW", Sku: "0001", Market: "US", Segment: market.Commercial, From: day(2022, 1, 1), Until: day(2023, 1, 1)},
		},
	}
	item := id.Item{Product: "P", Sku: "0001", Availability: "OLD"}
	for at, want := range map[time.Time]id.Availability{
		day(2021, 12, 31): "OLD", day(2022, 1, 1): "NEW", day(2023, 1, 1).Add(-µs): "NEW", day(2023, 1, 1): "",
	} {
		got, ok := e.Offered(item, "US", market.Commercial, at)
		if ok != (want != "") || ok && (got.Availability.ID != want || got.ID != item) {
			t.Errorf("E16 at %v: %+v, %v", at, got, ok)
		}
	}
	if _, ok := e.Offered(item, "FR", market.Commercial, day(2022, 1, 1)); ok {
		t.Error("offered in another market")
	}
	if _, ok := e.Offered(item, "US", market.Education, day(2022, 1, 1)); ok {
		t.Error("offered in another segment")
	}
}

func TestClassOf(t *testing.T) {
	for _, c := range []struct {
		name string
		p    Product
		s    Sku
		plan Plan
		term when.Term
		want Class
	}{
		{"P01 P02 perpetual: software without a term", Product{Kind: Software}, Sku{}, OneTime, when.Term{}, Perpetual},
		{"P03 P04 P05 software with a term", Product{Kind: Software}, Sku{}, Triennial, when.ThreeYears, SoftwareSub},
		{"P06 Linux plan", Product{Kind: Software, LinuxPlan: true}, Sku{}, Annual, when.Year, LinuxPlan},
		{"P06 Linux plan without a term", Product{Kind: Software, LinuxPlan: true}, Sku{}, OneTime, when.Term{}, LinuxPlan},
		{"P07 reservation", Product{Kind: Reservation}, Sku{}, OneTime, when.ThreeYears, ReservedClass},
		{"P08 billed monthly, term of a month", Product{Kind: SaaS}, Sku{}, Monthly, when.Month, SaaSMonthly},
		{"P08 billed monthly, term of a year", Product{Kind: SaaS}, Sku{}, Monthly, when.Year, SaaSMonthly},
		{"P09 billed annually", Product{Kind: SaaS}, Sku{}, Annual, when.Year, SaaSAnnual},
		{"P09 billed annually, term of three", Product{Kind: SaaS}, Sku{}, Annual, when.ThreeYears, SaaSAnnual},
		{"P09 billed for three years", Product{Kind: SaaS}, Sku{}, Triennial, when.ThreeYears, SaaSAnnual},
		{"P08 free days do not make a trial of an ISV plan", Product{Kind: SaaS}, Sku{TrialDays: 30}, Monthly, when.Month, SaaSMonthly},
		{"P10 any meter makes it metered", Product{Kind: SaaS}, Sku{Metered: true}, Monthly, when.Month, Metered},
		{"P11 first-party online service", Product{Kind: OnlineService}, Sku{}, Monthly, when.Year, OnlineLicensed},
		{"P11 its add-on", Product{Kind: OnlineService}, Sku{AddOn: true}, Annual, when.Year, OnlineLicensed},
		{"P12 first-party trial", Product{Kind: OnlineService}, Sku{Trial: true, TrialDays: 30}, NoPlan, when.Term{Days: 30}, Trial},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := ClassOf(&c.p, &c.s, c.plan, c.term); got != c.want {
				t.Error(got)
			}
		})
	}
}

func TestPlanCharges(t *testing.T) {
	for _, c := range []struct {
		plan Plan
		term when.Term
		n    int
		ok   bool
	}{
		{Monthly, when.Month, 1, true},
		{Monthly, when.Year, 12, true},
		{Monthly, when.ThreeYears, 36, true},
		{Monthly, when.Term{Years: 1, Months: 6}, 18, true},
		{Annual, when.Year, 1, true},
		{Annual, when.ThreeYears, 3, true},
		{Annual, when.Term{Months: 18}, 1, false},
		{Annual, when.Month, 1, false},
		{Biennial, when.Term{Years: 4}, 2, true},
		{Triennial, when.ThreeYears, 1, true},
		{OneTime, when.ThreeYears, 1, true},
		{OneTime, when.Term{}, 1, true},
		{NoPlan, when.Month, 1, true},
		{Monthly, when.Term{Days: 30}, 1, true},
	} {
		if n, ok := c.plan.Charges(c.term); n != c.n || ok != c.ok {
			t.Errorf("%s of %v: %d, %v", c.plan, c.term, n, ok)
		}
	}
	for _, p := range []Plan{OneTime, Monthly, Annual, Biennial, Triennial, NoPlan} {
		if got, ok := ParsePlan(string(p)); !ok || got != p {
			t.Errorf("%s reads back as %s", p, got)
		}
	}
	if _, ok := ParsePlan("Weekly"); ok {
		t.Error("weekly is a plan")
	}
}
