package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

var operator = party.Actor{Name: "operator", Roles: party.RolesOf(party.OperatorAdmin)}

// paper is a catalogue on paper: enough of a store for an import.
type paper struct {
	Tx
	Store
	entries map[id.Product]*catalog.Entry
	offers  map[id.Product]catalog.Offer
}

func newPaper() *paper {
	return &paper{entries: map[id.Product]*catalog.Entry{}, offers: map[id.Product]catalog.Offer{}}
}

func (p *paper) Update(_ context.Context, _ Act, fn func(Tx) (any, error)) (Reply, error) {
	_, err := fn(p)
	return Reply{}, err
}

func (p *paper) View(_ context.Context, fn func(Reader) error) error { return fn(p) }

func (p *paper) Entries(ids []id.Product) (map[id.Product]*catalog.Entry, error) {
	found := map[id.Product]*catalog.Entry{}
	for _, i := range ids {
		if e, ok := p.entries[i]; ok {
			found[i] = e
		}
	}
	return found, nil
}

func (p *paper) PutEntry(e catalog.Entry) error { p.entries[e.Product.ID] = &e; return nil }
func (p *paper) PutOffer(o catalog.Offer) error { p.offers[o.ID] = o; return nil }

func madeUp(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/offers.json")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func guid(n int) id.Product { return id.Product(fmt.Sprintf("11111111-AAAA-4AAA-8AAA-%012d", n)) }

func TestImportOffersReports(t *testing.T) {
	var steps []string
	p := newPaper()
	got, err := ImportOffers(t.Context(), p, operator, madeUp(t), func(done, total int) { steps = append(steps, fmt.Sprint(done, "/", total)) })
	if err != nil {
		t.Fatal(err)
	}
	want := OfferReport{
		Country: "US", Offers: 7, AddOns: 2, Trials: 2, Changed: 7, Prerequisites: 4, Resolved: 3, Unresolved: 1,
		Missing: []id.Product{"11111111-AAAA-4AAA-8AAA-0000000000FF"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(p.entries) != 7 || len(p.offers) != 7 {
		t.Errorf("%d products, %d offers", len(p.entries), len(p.offers))
	}
	if len(steps) == 0 || steps[len(steps)-1] != "7/7" {
		t.Errorf("progress: %v", steps)
	}
	if again, err := ImportOffers(t.Context(), p, operator, madeUp(t), nil); err != nil || again.Changed != 0 {
		t.Errorf("again: %d changed, %v", again.Changed, err)
	}
	if s := got.String(); !strings.Contains(s, "7 offers") || !strings.Contains(s, "1 unresolved") {
		t.Error(s)
	}
}

func TestImportedOffers(t *testing.T) {
	p := newPaper()
	if _, err := ImportOffers(t.Context(), p, operator, madeUp(t), nil); err != nil {
		t.Fatal(err)
	}
	shelf := func(s market.Segment) []catalog.Availability {
		return []catalog.Availability{{ID: "OFFER00000US", Sku: "0001", Market: "US", Segment: s, Currency: "USD"}}
	}
	service := func(n id.Product, title string) catalog.Product {
		return catalog.Product{ID: n, Title: title, Description: title + ", sold by subscription.", Kind: catalog.OnlineService, Publisher: id.FirstParty, Imported: true}
	}
	meter := service("MS-AZR-0145P", "Cloud Meter")
	meter.NotTransactable = true
	for _, c := range []struct {
		name string
		want catalog.Entry
	}{
		{"a base", catalog.Entry{
			Product: service(guid(1), "Mail Plan 1"), Availabilities: shelf(market.Commercial),
			Skus: []catalog.Sku{{ID: "0001", Title: "Mail Plan 1", MinQuantity: 1, MaxQuantity: 300, UnitType: "Licenses", AutoRenewable: true}},
		}},
		{"F12 a nonprofit's", catalog.Entry{
			Product: service(guid(2), "Mail Plan 1 (Nonprofit Staff Pricing)"), Availabilities: shelf(market.Nonprofit),
			Skus: []catalog.Sku{{
				ID: "0001", Title: "Mail Plan 1 (Nonprofit Staff Pricing)", MinQuantity: 1, MaxQuantity: 300, UnitType: "Licenses",
				AutoRenewable: true,
			}},
		}},
		{"F26 an add-on, its bases in upper case, known or not", catalog.Entry{
			Product: service(guid(3), "Archive Storage"), Availabilities: shelf(market.Commercial),
			Skus: []catalog.Sku{{
				ID: "0001", Title: "Archive Storage", MinQuantity: 1, MaxQuantity: 300, UnitType: "Add-On Licenses", AutoRenewable: true,
				AddOn: true, Bases: []catalog.Ref{{Product: guid(1)}, {Product: guid(2)}, {Product: "11111111-AAAA-4AAA-8AAA-0000000000FF"}},
			}},
		}},
		{"F13 a limit", catalog.Entry{
			Product: service(guid(4), "Call Credit"), Availabilities: shelf(market.Commercial),
			Skus: []catalog.Sku{{
				ID: "0001", Title: "Call Credit", MinQuantity: 1, MaxQuantity: 300, UnitType: "Licenses", AutoRenewable: true,
				AddOn: true, Bases: []catalog.Ref{{Product: guid(1)}}, Limit: 2, LimitUnit: catalog.Concurrent,
			}},
		}},
		{"F76 a trial of a month is one of 30 days", catalog.Entry{
			Product: service(guid(5), "Mail Plan 1 Trial"), Availabilities: shelf(market.Commercial),
			Skus: []catalog.Sku{{
				ID: "0001", Title: "Mail Plan 1 Trial", MinQuantity: 25, MaxQuantity: 25, UnitType: "Licenses", Trial: true, TrialDays: 30,
				ConvertsTo: []catalog.Ref{{Product: guid(1), Sku: "0001"}}, Limit: 1, LimitUnit: catalog.Lifetime,
			}},
		}},
		{"F76 a trial of days; its segment comes from the qualification", catalog.Entry{
			Product: service(guid(6), "Mail Plan 1 (Nonprofit) Trial"), Availabilities: shelf(market.Nonprofit),
			Skus: []catalog.Sku{{
				ID: "0001", Title: "Mail Plan 1 (Nonprofit) Trial", MinQuantity: 25, MaxQuantity: 25, UnitType: "Licenses", Trial: true,
				TrialDays: 45, Limit: 1, LimitUnit: catalog.Lifetime,
			}},
		}},
		{"F18 usage is not sold here", catalog.Entry{
			Product: meter, Availabilities: shelf(market.Commercial),
			Skus: []catalog.Sku{{ID: "0001", Title: "Cloud Meter", MinQuantity: 1, MaxQuantity: 999999999, UnitType: "Usage-based", Metered: true}},
		}},
	} {
		if diff := cmp.Diff(&c.want, p.entries[c.want.Product.ID]); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	o := p.offers[guid(3)]
	if !json.Valid(o.Body) || !bytes.Contains(o.Body, []byte(`"hasAddOns":false`)) || bytes.Contains(o.Body, []byte("\n")) {
		t.Errorf("body: %s", o.Body)
	}
	if want := (catalog.Category{ID: "Trial_Key", Name: "Trial", Rank: 70}); p.offers[guid(5)].Category != want || p.offers[guid(5)].Rank != 5 {
		t.Errorf("%+v", p.offers[guid(5)])
	}
}

func TestImportOffersRefusesWholeFiles(t *testing.T) {
	good := string(madeUp(t))
	for _, c := range []struct {
		name, data, code string
		args             fault.Args
	}{
		{"empty", "", "import.json", fault.Args{"line": 1}},
		{"no JSON", "PK\x03\x04", "import.json", fault.Args{"line": 1}},
		{"cut off", good[:len(good)/2], "import.json", fault.Args{"line": 1 + strings.Count(good[:len(good)/2], "\n")}},
		{"broken in line 3", "{\"items\": [\n{},\n{\"id\" 1}]}", "import.json", fault.Args{"line": 3}},
		{"another thing", `[{"id":"x"}]`, "import.json", fault.Args{"line": 1}},
		{"items of another shape", `{"items":{}}`, "import.json", fault.Args{"line": 1}},
		{"items twice", `{"items":[],"items":[]}`, "import.json", fault.Args{"line": 1}},
		{"something behind it", good + "x", "import.json", fault.Args{"line": 1 + strings.Count(good, "\n")}},
		{"no items", `{"totalCount":0}`, "import.empty", nil},
		{"none in it", `{"items":[]}`, "import.empty", nil},
		{"Latin-1", "{\"items\":[{\"name\":\"caf\xe9\"}]}", "import.not_utf8", nil},
	} {
		p := newPaper()
		_, err := ImportOffers(t.Context(), p, operator, []byte(c.data), nil)
		f := fault.Of(err)
		if f == nil || f.Code != c.code || !cmp.Equal(f.Args, c.args) {
			t.Errorf("%s: %v %+v", c.name, err, f)
		}
		if len(p.entries)+len(p.offers) > 0 {
			t.Errorf("%s: half of it was imported", c.name)
		}
	}
	if _, err := ImportOffers(t.Context(), newPaper(), operator, []byte("\ufeff"+good), nil); err != nil {
		t.Errorf("a byte order mark: %v", err)
	}
}

// Row errors name the item, its line and the member; never what stood there.
func TestImportOffersNamesBadRows(t *testing.T) {
	var file struct {
		Items []json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(madeUp(t), &file); err != nil {
		t.Fatal(err)
	}
	const secret = "sEcReT"
	for _, c := range []struct {
		name, old, new, member, code string
	}{
		{"no id", `"id":"11111111-AAAA-4AAA-8AAA-000000000001",`, ``, "id", "row.missing"},
		{"an id that is none", `"id":"11111111-AAAA`, `"id":"` + secret + ` é`, "id", "row.malformed"},
		{"an id of three parts", `"id":"11111111-AAAA-4AAA-8AAA-000000000001"`, `"id":"` + secret + `:0001:A"`, "id", "row.malformed"},
		{"two of one id", `-000000000001",`, `-000000000002",`, "id", "row.twice"},
		{"no name", `"name":"Mail Plan 1",`, ``, "name", "row.missing"},
		{"a long name", `"name":"Mail`, `"name":"` + strings.Repeat(secret, 200), "name", "row.too_long"},
		{"NUL", `"name":"Mail`, `"name":"` + secret + `\u0000`, "name", "row.text"},
		{"a name that is a number", `"name":"Mail Plan 1"`, `"name":7`, "name", "row.type"},
		{"no quantity", `"maximumQuantity":300,`, ``, "maximumQuantity", "row.missing"},
		{"none at all", `"minimumQuantity":1,`, `"minimumQuantity":0,`, "minimumQuantity", "row.range"},
		{"less than the least", `"minimumQuantity":1,`, `"minimumQuantity":301,`, "maximumQuantity", "row.range"},
		{"a quantity beyond numbers", `"maximumQuantity":300`, `"maximumQuantity":1e999`, "maximumQuantity", "row.type"},
		{"a nested member", `"rank":20`, `"rank":"` + secret + `"`, "category.rank", "row.type"},
		{"a country that is none", `"country":"US","category"`, `"country":"ZZ","category"`, "country", "row.unknown"},
		{"another country than the others'", `"country":"US","category"`, `"country":"FR","category"`, "country", "row.differs"},
		{"a base that is none", `"prerequisiteOffers":[]`, `"prerequisiteOffers":["` + secret + ` "," "]`, "prerequisiteOffers", "row.malformed"},
		{"a limit that is not known", `"limitUnitOfMeasure":"None"`, `"limitUnitOfMeasure":"` + secret + `"`, "limitUnitOfMeasure", "row.unknown"},
		{"F12 a qualification that is not known", `"reselleeQualifications":[]`, `"reselleeQualifications":["` + secret + `"]`, "reselleeQualifications", "row.unknown"},
		{"F76 a trial without days", `"isTrial":false`, `"isTrial":true,"term":0`, "term", "row.range"},
		{"F76 a trial without an end", `"isTrial":false`, `"isTrial":true,"termUnitOfMeasure":"` + secret + `"`, "termUnitOfMeasure", "row.unknown"},
		{"a long offer", `"isTrial":false`, `"isTrial":false,"more":"` + strings.Repeat(secret, 60_000) + `"`, "", "row.too_long"},
	} {
		var first bytes.Buffer
		if err := json.Compact(&first, file.Items[0]); err != nil {
			t.Fatal(err)
		}
		row := strings.Replace(first.String(), c.old, c.new, 1)
		if row == first.String() {
			t.Fatalf("%s: the sample lacks %s", c.name, c.old)
		}
		var second bytes.Buffer
		if err := json.Compact(&second, file.Items[1]); err != nil {
			t.Fatal(err)
		}
		p := newPaper()
		report, err := ImportOffers(t.Context(), p, operator, []byte("{\"items\": [\n"+second.String()+",\n\n "+row+"]}"), nil)
		want := []RowError{{Item: 2, Line: 4, Member: c.member, Code: c.code}}
		if f := fault.Of(err); f == nil || f.Code != "import.rows" {
			t.Errorf("%s: %v", c.name, err)
		} else if diff := cmp.Diff(want, report.Bad); diff != "" || report.BadRows != 1 {
			t.Errorf("%s: %s", c.name, diff)
		} else if strings.Contains(err.Error()+fmt.Sprint(f.Args), secret) {
			t.Errorf("%s: the error repeats what was sent", c.name)
		}
		if len(p.entries) > 0 {
			t.Errorf("%s: half of it was imported", c.name)
		}
	}
}

func TestImportOffersIsForOperators(t *testing.T) {
	who := party.Actor{Roles: party.RolesOf(party.GlobalAdmin, party.AdminAgent)}
	if _, err := ImportOffers(t.Context(), newPaper(), who, madeUp(t), nil); fault.Of(err) == nil || fault.Of(err).Code != "role.missing" {
		t.Error(err)
	}
}

func FuzzOffers(f *testing.F) {
	data, err := os.ReadFile("testdata/offers.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"items":[{"id":1},[],null]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, bad, err := readOffers(data)
		if err != nil {
			if fault.Of(err) == nil {
				t.Fatal(err)
			}
			return
		}
		if len(rows)+len(bad) == 0 {
			t.Fatal("nothing was read, and nothing said")
		}
		for _, r := range rows {
			if r.sku.MinQuantity < 1 || r.sku.MaxQuantity < r.sku.MinQuantity || r.offer.ID == "" || !json.Valid(r.offer.Body) {
				t.Fatalf("%+v", r)
			}
		}
	})
}
