package app

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

func (p *paper) AddPrices(e catalog.Entry, _ int) error { return p.PutEntry(e) }

func sheetOf(data []byte) PriceSheet {
	return PriceSheet{File: bytes.NewReader(data), Size: int64(len(data)), Vendors: []string{"Comptoir Software"}}
}

func importPrices(p *paper, data string) (PriceReport, error) {
	return ImportPrices(context.Background(), p, operator, sheetOf([]byte(data)), nil)
}

// row is a sheet of one good row after changes to its members, each as Name=value.
func row(changes ...string) string {
	cells := map[string]string{
		"ProductTitle": "Mail", "ProductId": "NCEMAIL00001", "SkuId": "0001", "SkuTitle": "Mail 1", "TermDuration": "P1Y", "BillingPlan": "Annual",
		"Market": "US", "Currency": "USD", "UnitPrice": "60", "Segment": "Commercial", "Publisher": "", "SkuDescription": "", "UnitOfMeasure": "",
		"PricingTierRangeMin": "", "PricingTierRangeMax": "", "EffectiveStartDate": "", "EffectiveEndDate": "", "Tags": "",
	}
	for _, c := range changes {
		name, value, _ := strings.Cut(c, "=")
		cells[name] = value
	}
	var line []string
	for _, name := range columnNames {
		line = append(line, `"`+strings.ReplaceAll(cells[name], `"`, `""`)+`"`)
	}
	return strings.Join(line, ",")
}

func sheet(rows ...string) string {
	return strings.Join(columnNames[:], ",") + "\n" + strings.Join(rows, "\n") + "\n"
}

// priceNow is what a unit of the sheet's usual item costs.
func priceAt(t *testing.T, p *paper, quantity int64, at time.Time) string {
	t.Helper()
	e := p.entries["NCEMAIL00001"]
	if e == nil {
		t.Fatal("no product")
	}
	got, ok := e.Price(&e.Availabilities[0], catalog.Option{Term: when.Year, Plan: catalog.Annual}, quantity, at)
	if !ok {
		return ""
	}
	return got.Unit.Decimal()
}

var today = when.Date(2024, 6, 15)

func TestImportPricesMakesWhatIsNotKnown(t *testing.T) {
	data, err := os.ReadFile("testdata/prices.csv")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"as it is": data, "with a byte order mark": append([]byte("\ufeff"), data...), "CRLF": bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n")),
	} {
		t.Run(name, func(t *testing.T) {
			p := newPaper()
			var steps []string
			got, err := ImportPrices(t.Context(), p, operator, sheetOf(data), func(done, total int) { steps = append(steps, fmt.Sprint(done, "/", total)) })
			if err != nil {
				t.Fatal(err)
			}
			want := PriceReport{Rows: 6, Added: 6, Products: 3, Skus: 4, Availabilities: 4, Made: []MadeProduct{
				{"NCEMAIL00001", catalog.OnlineService}, {"NCEORBIT0001", catalog.SaaS}, {"NCESERVER001", catalog.Software},
			}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if last := fmt.Sprint(2*len(data), "/", 2*len(data)); len(steps) == 0 || steps[len(steps)-1] != last {
				t.Errorf("progress: %v", steps)
			}
			again, err := ImportPrices(t.Context(), p, operator, sheetOf(data), nil)
			if err != nil || again.Added+again.Products+again.Skus+again.Availabilities != 0 {
				t.Errorf("again: %v, %v", again, err)
			}
		})
	}

	p := newPaper()
	if _, err := importPrices(p, string(data)); err != nil {
		t.Fatal(err)
	}
	orbit := p.entries["NCEORBIT0001"]
	want := &catalog.Entry{
		Product: catalog.Product{
			ID: "NCEORBIT0001", Title: "Orbit CRM", Description: "Orbit CRM", Kind: catalog.SaaS, Publisher: "orbit-labs", PublisherName: "Orbit Labs",
		},
		Skus: []catalog.Sku{{
			ID: "0001", Title: "Orbit CRM Team", Description: "He said \"buy\",\nand they did", MinQuantity: 1, MaxQuantity: 999_999_999,
			UnitType: "Licenses", AutoRenewable: true,
		}},
		Availabilities: []catalog.Availability{{ID: orbit.Availabilities[0].ID, Sku: "0001", Market: "KW", Segment: market.Nonprofit, Currency: "KWD"}},
		Prices: []catalog.PriceRow{{
			ID: orbit.Prices[0].ID, Sku: "0001", Market: "KW", Segment: market.Nonprofit, Currency: "KWD", Term: when.Year, Plan: catalog.Monthly,
			Unit: money.PriceOf(1_234_560_000, "KWD"), TierMin: 1, From: when.Date(2024, 6, 1), Until: when.Date(2024, 7, 1),
		}},
	}
	if diff := cmp.Diff(want, orbit, cmp.AllowUnexported(money.Price{})); diff != "" {
		t.Error(diff)
	}
	if len(orbit.Availabilities[0].ID) != 12 {
		t.Errorf("availability %q", orbit.Availabilities[0].ID)
	}
	item := id.Item{Product: "NCEORBIT0001", Sku: "0001", Availability: orbit.Availabilities[0].ID}
	if again, ok := id.ParseItem(item.String()); !ok || again != item {
		t.Errorf("%s is not a catalogue item id", item)
	}
	server := p.entries["NCESERVER001"]
	if len(server.Skus) != 2 || server.Skus[0].ID != "0002" || server.Skus[1].ID != "000B" || server.Skus[1].AutoRenewable ||
		server.Product.Publisher != id.FirstParty || server.Prices[1].Market != "JP" || server.Prices[1].Unit.Decimal() != "1000" {
		t.Errorf("%+v", server)
	}
	for quantity, want := range map[int64]string{1: "60.00", 99: "60.00", 100: "54.00", 5000: "54.00"} {
		if got := priceAt(t, p, quantity, today); got != want {
			t.Errorf("%d units at %q, want %q", quantity, got, want)
		}
	}
}

func TestImportPricesDates(t *testing.T) {
	for _, c := range []struct{ start, end, from, until string }{
		{"", "", "", ""},
		{"1/1/1753", "12/31/9999", "", ""},
		{"1753-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "", ""},
		{"1/1/1753 12:00:00 AM", "12/31/9999 11:59:59 PM", "", ""},
		{"6/1/2024", "6/30/2024", "2024-06-01T00:00:00Z", "2024-07-01T00:00:00Z"}, // until that day is over
		{"2024-06-01", "2024-06-01", "2024-06-01T00:00:00Z", "2024-06-02T00:00:00Z"},
		{"06/01/2024 00:00:00", "06/30/2024 23:59:59", "2024-06-01T00:00:00Z", "2024-07-01T00:00:00Z"},
		{"6/1/2024 0:00", "6/30/2024 23:59", "2024-06-01T00:00:00Z", "2024-07-01T00:00:00Z"},
		{"6/1/2024 1:05 PM", "7/1/2024 12:00 AM", "2024-06-01T13:05:00Z", "2024-07-01T00:00:00Z"},
		{"2024-06-01T02:00:00+02:00", "2024-06-30 23:59:59.9999999", "2024-06-01T00:00:00Z", "2024-07-01T00:00:00Z"},
		{"2024-06-01T00:00:00.1234567Z", "2024-07-01T06:00", "2024-06-01T00:00:00.123456Z", "2024-07-01T06:00:00Z"},
	} {
		p := newPaper()
		if _, err := importPrices(p, sheet(row("EffectiveStartDate="+c.start, "EffectiveEndDate="+c.end))); err != nil {
			t.Errorf("%s – %s: %v", c.start, c.end, err)
			continue
		}
		got := p.entries["NCEMAIL00001"].Prices[0]
		for what, pair := range map[string][2]string{"from": {instant(got.From), c.from}, "until": {instant(got.Until), c.until}} {
			if pair[0] != pair[1] {
				t.Errorf("%s – %s: %s %s, want %s", c.start, c.end, what, pair[0], pair[1])
			}
		}
	}
}

func instant(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format(time.RFC3339Nano)
}

// What a sheet says of a new product decides its kind; the report shows it.
func TestImportPricesKinds(t *testing.T) {
	for _, c := range []struct {
		name string
		rows []string
		want catalog.Kind
	}{
		{"a subscription", []string{row()}, catalog.OnlineService},
		{"a publisher's", []string{row("Publisher=Orbit Labs")}, catalog.SaaS},
		{"F04 perpetual", []string{row("TermDuration=", "BillingPlan=OneTime")}, catalog.Software},
		{"one perpetual row among others", []string{row(), row("SkuId=2", "TermDuration=", "BillingPlan=OneTime")}, catalog.Software},
		{"server software by its tags", []string{row("Tags=EDU;Server Software")}, catalog.Software},
		{"server software by its unit", []string{row("UnitOfMeasure=2 Core License Pack")}, catalog.Software},
		{"a word within another is none", []string{row("UnitOfMeasure=1 Score", "Tags=Serverless")}, catalog.OnlineService},
		{"F06 reserved", []string{row("Tags=Reservation"), row("SkuId=2", "UnitOfMeasure=Core")}, catalog.Reservation},
	} {
		p := newPaper()
		report, err := importPrices(p, sheet(c.rows...))
		if err != nil || len(report.Made) != 1 || report.Made[0].Kind != c.want || p.entries["NCEMAIL00001"].Product.Kind != c.want {
			t.Errorf("%s: %+v, %v", c.name, report, err)
		}
		if !strings.Contains(report.String(), "NCEMAIL00001 "+string(c.want)) {
			t.Errorf("%s: %s", c.name, report)
		}
	}
}

func TestImportPricesLeavesWhatStands(t *testing.T) {
	p := newPaper()
	before := catalog.Entry{
		Product: catalog.Product{ID: "NCEMAIL00001", Title: "Ours", Kind: catalog.Software, Publisher: "isv", LinuxPlan: true, ResaleOptOut: true},
		Skus:    []catalog.Sku{{ID: "0001", Title: "One", MinQuantity: 5, MaxQuantity: 7, Attestation: true}},
		Availabilities: []catalog.Availability{
			{ID: "CMPAVL000001", Sku: "0001", Market: "US", Segment: market.Commercial, Currency: "USD", Until: when.Date(2030, 1, 1)},
		},
		Prices: []catalog.PriceRow{{
			ID: "zzz", Sku: "0001", Market: "US", Segment: market.Commercial, Currency: "USD", Term: when.Year, Plan: catalog.Annual,
			Unit: money.PriceOf(60_0000_0000, "USD"),
		}},
		Version: 3,
	}
	kept := before
	p.entries["NCEMAIL00001"] = &kept
	if report, err := importPrices(p, sheet(row())); err != nil || report.Added != 0 {
		t.Errorf("the same price: %v, %v", report, err)
	}
	report, err := importPrices(p, sheet(row("UnitPrice=66"), row("Market=FR", "Currency=EUR"), row("SkuId=2")))
	if want := (PriceReport{Rows: 3, Added: 3, Skus: 1, Availabilities: 2}); err != nil || !cmp.Equal(report, want) {
		t.Errorf("%v, %v", report, err)
	}
	got := p.entries["NCEMAIL00001"]
	if diff := cmp.Diff(before.Product, got.Product); diff != "" {
		t.Error(diff)
	}
	if !cmp.Equal(got.Skus[0], before.Skus[0]) || !cmp.Equal(got.Availabilities[0], before.Availabilities[0]) || got.Version != 3 ||
		got.Prices[0] != before.Prices[0] {
		t.Errorf("%+v", got)
	}
	if got.Prices[1].ID != "zzz-000001" {
		t.Errorf("id %s", got.Prices[1].ID)
	}
}

// A price that changed joins the old one, and decides; going back to an old price is a change too.
func TestE15ChangedPricesJoinTheOldOnes(t *testing.T) {
	p := newPaper()
	steps := []struct {
		name  string
		rows  []string
		added int
		want  map[int64]string
	}{
		{"first", []string{row()}, 1, map[int64]string{1: "60.00"}},
		{"again", []string{row()}, 0, map[int64]string{1: "60.00"}},
		{"twice in one sheet", []string{row(), row()}, 0, map[int64]string{1: "60.00"}},
		{"dearer", []string{row("UnitPrice=66")}, 1, map[int64]string{1: "66.00"}},
		{"and back", []string{row()}, 1, map[int64]string{1: "60.00"}},
		{"and back, again", []string{row()}, 0, map[int64]string{1: "60.00"}},
		{"by tiers", []string{row("PricingTierRangeMax=9"), row("PricingTierRangeMin=10", "UnitPrice=50")}, 2, map[int64]string{9: "60.00", 10: "50.00"}},
		{"by tiers, again", []string{row("PricingTierRangeMax=9"), row("PricingTierRangeMin=10", "UnitPrice=50")}, 0, map[int64]string{9: "60.00", 10: "50.00"}},
		{"tiers the other way round", []string{row("PricingTierRangeMin=10", "UnitPrice=50"), row("PricingTierRangeMax=9")}, 0, map[int64]string{9: "60.00", 10: "50.00"}},
		{"without tiers", []string{row("UnitPrice=55")}, 1, map[int64]string{1: "55.00", 10: "55.00"}},
		{"a newer date decides", []string{row("EffectiveStartDate=6/1/2024", "UnitPrice=70")}, 1, map[int64]string{1: "70.00"}},
		{"an earlier end decides until it passes", []string{row("EffectiveEndDate=6/15/2024", "UnitPrice=40")}, 1, map[int64]string{1: "40.00"}},
		{"the old date's price no longer does", []string{row("UnitPrice=56")}, 1, map[int64]string{1: "40.00"}},
	}
	for _, s := range steps {
		var kept []catalog.PriceRow
		if e := p.entries["NCEMAIL00001"]; e != nil {
			kept = e.Prices
		}
		report, err := importPrices(p, sheet(s.rows...))
		if err != nil || report.Added != s.added {
			t.Errorf("%s: %v, %v", s.name, report, err)
		}
		for quantity, want := range s.want {
			if got := priceAt(t, p, quantity, today); got != want {
				t.Errorf("%s: %d units at %q, want %q", s.name, quantity, got, want)
			}
		}
		if got := p.entries["NCEMAIL00001"].Prices; len(kept) > 0 && !cmp.Equal(got[:len(kept)], kept, cmp.AllowUnexported(money.Price{})) {
			t.Errorf("%s: rows that stood were changed", s.name)
		}
	}
	if got := priceAt(t, p, 1, today.AddDate(0, 0, 1)); got != "70.00" {
		t.Errorf("after the earlier end: %s", got)
	}
	if got := priceAt(t, p, 1, when.Date(2023, 1, 1)); got != "40.00" {
		t.Errorf("before the newer start: %s", got)
	}
}

// An imported offer gets its prices from a sheet too, and keeps what its country's file says.
func TestImportPricesOfOffers(t *testing.T) {
	p := newPaper()
	if _, err := ImportOffers(t.Context(), p, operator, madeUp(t), nil); err != nil {
		t.Fatal(err)
	}
	offer := "ProductId=" + strings.ToLower(string(guid(1)))
	report, err := importPrices(p, sheet(row(offer, "SkuId=1"), row(offer, "SkuId=1", "Market=FR", "Currency=EUR")))
	if want := (PriceReport{Rows: 2, Added: 2, Unsold: 1}); err != nil || !cmp.Equal(report, want) {
		t.Fatalf("%+v, %v", report, err)
	}
	item, ok := p.entries[guid(1)].Item(id.Item{Product: guid(1)}, "US")
	if f := item.Barred(catalog.Buyer{Market: "US", Segment: market.Commercial}, today); !ok || f != nil {
		t.Errorf("F81 not sold with a price: %v", f)
	}
	for name, c := range map[string]struct{ sku, product, member, code string }{
		"a SKU it does not have":        {"SkuId=2", offer, "SkuId", "row.unknown"},
		"an offer that is not imported": {"SkuId=1", "ProductId=" + string(guid(99)), "ProductId", "row.not_imported"},
	} {
		report, err := importPrices(p, sheet(row("ProductId=NEW"), row(c.product, c.sku)))
		want := []RowError{{Item: 2, Line: 3, Member: c.member, Code: c.code}}
		if f := fault.Of(err); f == nil || f.Code != "import.rows" || !cmp.Equal(report.Bad, want) || report.BadRows != 1 {
			t.Errorf("%s: %+v, %v", name, report, err)
		}
	}
}

func TestImportPricesNamesBadRows(t *testing.T) {
	const secret = "sEcReT"
	for _, c := range []struct {
		change, member, code string
	}{
		{"ProductId=", "ProductId", "row.missing"},
		{"ProductId=" + secret + " x", "ProductId", "row.malformed"},
		{"ProductId=a:b", "ProductId", "row.malformed"},
		{"ProductId=" + strings.Repeat("A", 37), "ProductId", "row.malformed"},
		{"SkuId=", "SkuId", "row.missing"},
		{"SkuId=" + secret + ":", "SkuId", "row.malformed"},
		{"SkuTitle=" + strings.Repeat(secret, 200), "SkuTitle", "row.too_long"},
		{"SkuTitle=\x00", "SkuTitle", "row.text"},
		{"SkuTitle=caf\xe9", "SkuTitle", "row.text"},
		{"TermDuration=" + secret, "TermDuration", "row.unknown"},
		{"TermDuration=P0M", "TermDuration", "row.unknown"},
		{"TermDuration=P99Y", "TermDuration", "row.unknown"},
		{"TermDuration=P1M", "BillingPlan", "row.term"},
		{"TermDuration=", "BillingPlan", "row.term"},
		{"BillingPlan=", "BillingPlan", "row.missing"},
		{"BillingPlan=" + secret, "BillingPlan", "row.unknown"},
		{"BillingPlan=Triennial", "BillingPlan", "row.term"},
		{"Market=", "Market", "row.missing"},
		{"Market=ZZ", "Market", "row.unknown"},
		{"Currency=", "Currency", "row.missing"},
		{"Currency=" + secret, "Currency", "row.unknown"},
		{"UnitPrice=", "UnitPrice", "row.missing"},
		{"UnitPrice=" + secret, "UnitPrice", "row.not_an_amount"},
		{"UnitPrice=1,234.50", "UnitPrice", "row.not_an_amount"},
		{"UnitPrice=-1", "UnitPrice", "row.negative"},
		{"UnitPrice=1.123456789", "UnitPrice", "row.too_many_digits"},
		{"UnitPrice=99999999999999", "UnitPrice", "row.too_large"},
		{"PricingTierRangeMin=" + secret, "PricingTierRangeMin", "row.type"},
		{"PricingTierRangeMin=-1", "PricingTierRangeMin", "row.range"},
		{"PricingTierRangeMax=-1", "PricingTierRangeMax", "row.range"},
		{"EffectiveStartDate=" + secret, "EffectiveStartDate", "row.date"},
		{"EffectiveStartDate=31/12/2024", "EffectiveStartDate", "row.date"},
		{"EffectiveStartDate=2024-02-30", "EffectiveStartDate", "row.date"},
		{"EffectiveEndDate=1/1/1753", "EffectiveEndDate", "row.before_start"},
		{"Segment=" + secret, "Segment", "row.unknown"},
	} {
		p := newPaper()
		report, err := importPrices(p, sheet(row("SkuId=7"), "", `,,,,,,,,,,,,,,,,,`, row(c.change, "EffectiveStartDate=2020-01-01", c.change)))
		want := []RowError{{Item: 2, Line: 5, Member: c.member, Code: c.code}}
		f := fault.Of(err)
		if f == nil || f.Code != "import.rows" || !cmp.Equal(f.Args, fault.Args{"rows": 1}) {
			t.Errorf("%s: %v", c.change, err)
		} else if diff := cmp.Diff(want, report.Bad); diff != "" {
			t.Errorf("%s: %s", c.change, diff)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error repeats what was sent", c.change)
		}
		if len(p.entries) > 0 {
			t.Errorf("%s: half of it was imported", c.change)
		}
	}
}

func TestImportPricesRefusesContradictions(t *testing.T) {
	for _, c := range []struct {
		name string
		rows []string
		want []RowError
	}{
		{"two prices of one thing", []string{row(), row("UnitPrice=61")}, []RowError{{2, 3, "UnitPrice", "row.twice"}}},
		{"the same id, written otherwise", []string{row("SkuId=1"), row("TermDuration=P12M", "UnitPrice=61")}, []RowError{{2, 3, "UnitPrice", "row.twice"}}},
		{"ranges that overlap", []string{row("PricingTierRangeMin=5"), row("PricingTierRangeMax=5")}, []RowError{{2, 3, "PricingTierRangeMin", "row.overlaps"}}},
		{"a wide range over two", []string{row(), row("PricingTierRangeMin=5", "PricingTierRangeMax=9"), row("PricingTierRangeMin=20")},
			[]RowError{{2, 3, "PricingTierRangeMin", "row.overlaps"}, {3, 4, "PricingTierRangeMin", "row.overlaps"}}},
		{"a row cut short, quotes in the middle", []string{row(), "a,b", `x"y"` + strings.Repeat(",", columnCommas)},
			[]RowError{{2, 3, "", "row.columns"}, {3, 4, "", "row.quotes"}}},
	} {
		report, err := importPrices(newPaper(), sheet(c.rows...))
		if fault.Of(err) == nil || !cmp.Equal(report.Bad, c.want) || report.BadRows != len(c.want) {
			t.Errorf("%s: %+v, %v", c.name, report.Bad, err)
		}
	}
	p := newPaper()
	if _, err := importPrices(p, sheet(row(), row("EffectiveEndDate=2030-01-01", "UnitPrice=61"))); err != nil {
		t.Errorf("rows that overlap in time: %v", err)
	}
}

const columnCommas = int(columns) - 1

// All errors of all rows are counted, a hundred of them told.
func TestImportPricesBoundsItsErrors(t *testing.T) {
	bad := row("Market=ZZ", "UnitPrice=x")
	var rows []string
	for range 80 {
		rows = append(rows, bad)
	}
	report, err := importPrices(newPaper(), sheet(rows...))
	if f := fault.Of(err); f == nil || f.Args["rows"] != 80 || report.BadRows != 80 || report.Errors != 160 || len(report.Bad) != 100 {
		t.Errorf("%d rows, %d errors, %d told: %v", report.BadRows, report.Errors, len(report.Bad), f)
	}
	if !strings.HasSuffix(report.String(), "and 60 more") {
		t.Error(report)
	}
}

func TestImportPricesRefusesWholeFiles(t *testing.T) {
	good := sheet(row())
	for _, c := range []struct {
		name, data, code string
		args             fault.Args
	}{
		{"empty", "", "import.empty", nil},
		{"no rows", sheet(), "import.empty", nil},
		{"another file", "PK\x03\x04", "import.column", fault.Args{"column": "ProductId", "times": 0}},
		{"semicolons", strings.ReplaceAll(good, ",", ";"), "import.column", fault.Args{"column": "ProductId", "times": 0}},
		{"no price", strings.Replace(good, "UnitPrice", "Price", 1), "import.column", fault.Args{"column": "UnitPrice", "times": 0}},
		{"two prices", strings.Replace(good, "Tags", "unit price", 1), "import.column", fault.Args{"column": "UnitPrice", "times": 2}},
		{"cut off", good + `"`, "import.csv", fault.Args{"line": 3}},
		{"a row without an end", good + strings.Repeat("x", maxRecord+1), "import.csv", fault.Args{"line": 3}},
	} {
		p := newPaper()
		_, err := importPrices(p, c.data)
		if f := fault.Of(err); f == nil || f.Code != c.code || !cmp.Equal(f.Args, c.args) {
			t.Errorf("%s: %v %+v", c.name, err, f)
		}
		if len(p.entries) > 0 {
			t.Errorf("%s: half of it was imported", c.name)
		}
	}
	who := party.Actor{Roles: party.RolesOf(party.GlobalAdmin, party.AdminAgent)}
	if _, err := ImportPrices(t.Context(), newPaper(), who, sheetOf([]byte(good)), nil); fault.Of(err) == nil || fault.Of(err).Code != "role.missing" {
		t.Error(err)
	}
	if _, err := ImportPrices(t.Context(), newPaper(), operator, PriceSheet{Size: maxPriceFile + 1}, nil); fault.Of(err) == nil || fault.Of(err).Code != "import.too_large" {
		t.Error(err)
	}
}

// Whatever a sheet holds: it is refused with a fault, or taken so that taking it again changes nothing.
func FuzzPrices(f *testing.F) {
	data, err := os.ReadFile("testdata/prices.csv")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(sheet(row(), row("PricingTierRangeMin=5", "SkuId=2"), row("EffectiveEndDate=6/30/2024"))))
	f.Fuzz(func(t *testing.T, data []byte) {
		p := newPaper()
		first, err := ImportPrices(t.Context(), p, operator, sheetOf(data), nil)
		if err != nil {
			if fault.Of(err) == nil || len(p.entries) > 0 {
				t.Fatal(err, len(p.entries))
			}
			return
		}
		again, err := ImportPrices(t.Context(), p, operator, sheetOf(data), nil)
		if err != nil || first.Rows != again.Rows || again.Added+again.Products+again.Skus+again.Availabilities != 0 {
			t.Fatalf("again: %v, %v", again, err)
		}
		for _, e := range p.entries {
			for _, r := range e.Prices {
				if r.Unit.Units() < 0 || r.TierMin < 1 || r.TierMax != 0 && r.TierMax < r.TierMin || !r.Until.IsZero() && !r.Until.After(r.From) {
					t.Fatalf("%+v", r)
				}
			}
		}
	})
}
