package order_test

import (
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	. "github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

const µs = time.Microsecond

var now = time.Date(2023, 5, 10, 9, 30, 0, 0, time.UTC)

// way is one way to buy: a term, a plan and the term's price of one unit.
type way struct {
	term when.Term
	plan catalog.Plan
	unit string
}

// product puts one SKU on the shelf, sold in the US to commercial customers.
func product(name id.Product, kind catalog.Kind, publisher id.Publisher, sku catalog.Sku, ways ...way) *catalog.Entry {
	if sku.MaxQuantity == 0 {
		sku.MaxQuantity = 1000
	}
	sku.ID, sku.Title = "0001", "title of "+string(name)
	e := &catalog.Entry{
		Product: catalog.Product{ID: name, Kind: kind, Publisher: publisher}, Skus: []catalog.Sku{sku},
		Availabilities: []catalog.Availability{{ID: "A", Sku: "0001", Market: "US", Segment: market.Commercial, Currency: "USD"}},
	}
	for _, w := range ways {
		price, err := money.ParsePrice(w.unit, "USD")
		if err != nil {
			panic(err)
		}
		e.Prices = append(e.Prices, catalog.PriceRow{
			ID: string(name) + "/" + w.unit, Sku: "0001", Market: "US", Segment: market.Commercial, Currency: "USD", Term: w.term, Plan: w.plan, Unit: price,
		})
	}
	return e
}

func monthly(unit string) way { return way{when.Month, catalog.Monthly, unit} }

func yearly(unit string) way { return way{when.Year, catalog.Annual, unit} }

// shop sells to a direct-bill partner's commercial customer in the US.
func shop() Shop {
	none := id.FirstParty
	s := Shop{
		Now: now, IDs: new(id.Counting), Customer: "c1",
		Buyer: catalog.Buyer{Partner: "p1", Kind: party.DirectBill, Market: "US", Segment: market.Commercial},
		Shelf: map[id.Product]*catalog.Entry{}, Held: map[catalog.Ref]Holding{}, Bases: map[id.Subscription]subscription.Subscription{},
		Rules: policy.Shipped, Taxes: []market.TaxRow{{ID: "us", Market: "US", RatePPM: 100_000, Source: "test"}},
	}
	under := []catalog.Ref{{Product: "MAIL"}, {Product: "CRM"}}
	for _, e := range []*catalog.Entry{
		product("WINSUB", catalog.Software, none, catalog.Sku{}, yearly("365"), way{when.ThreeYears, catalog.Triennial, "900"}, way{when.ThreeYears, catalog.Annual, "960"}),
		product("OFFICE", catalog.Software, none, catalog.Sku{}, way{when.Term{}, catalog.OneTime, "250"}),
		product("RHEL", catalog.Software, none, catalog.Sku{}, yearly("300")),
		product("CRM", catalog.SaaS, "isv1", catalog.Sku{TrialDays: 30}, monthly("30")),
		product("CHAT", catalog.SaaS, "isv2", catalog.Sku{}, monthly("5"), way{when.Year, catalog.Monthly, "48"}),
		product("METER", catalog.SaaS, "isv1", catalog.Sku{Metered: true, MaxQuantity: -1}),
		product("MAIL", catalog.OnlineService, none, catalog.Sku{MinQuantity: 5, MaxQuantity: 300, AutoRenewable: true}, monthly("31"), yearly("365")),
		product("ARCHIVE", catalog.OnlineService, none, catalog.Sku{AddOn: true, Bases: under}, monthly("31"), yearly("365")),
		product("TRIAL", catalog.OnlineService, none, catalog.Sku{Trial: true, TrialDays: 30, Limit: 1, LimitUnit: catalog.Lifetime}),
		product("TWO", catalog.OnlineService, none, catalog.Sku{Limit: 2, LimitUnit: catalog.Concurrent}, monthly("10")),
		product("ONEBOX", catalog.Software, none, catalog.Sku{Limit: 1, LimitUnit: catalog.Lifetime}, way{when.Term{}, catalog.OneTime, "10"}),
		product("SWORN", catalog.OnlineService, none, catalog.Sku{Attestation: true}, monthly("10")),
		product("UNPRICED", catalog.SaaS, "isv1", catalog.Sku{}),
		product("VM", catalog.Reservation, none, catalog.Sku{}, way{when.Year, catalog.OneTime, "1000"}),
	} {
		s.Shelf[e.Product.ID] = e
	}
	s.Shelf["RHEL"].Product.LinuxPlan = true
	return s
}

// line asks for some of a product.
func line(name id.Product, quantity int64, change ...func(*CartLine)) CartLine {
	l := CartLine{Item: id.Item{Product: name, Sku: "0001", Availability: "A"}, Quantity: quantity}
	for _, c := range change {
		c(&l)
	}
	return l
}

func by(term when.Term, plan catalog.Plan) func(*CartLine) {
	return func(l *CartLine) { l.Term, l.Plan = term, plan }
}

func in(c money.Currency) func(*CartLine) { return func(l *CartLine) { l.Currency = c } }

func under(sub id.Subscription) func(*CartLine) { return func(l *CartLine) { l.Parent = sub } }

func with(addOns ...CartLine) func(*CartLine) { return func(l *CartLine) { l.AddOns = addOns } }

func code(f *fault.Fault) string {
	if f == nil {
		return ""
	}
	return f.Code
}

// place checks lines and buys them.
func place(t *testing.T, s Shop, lines ...CartLine) Placement {
	t.Helper()
	p, err := s.Place(s.Check(lines, true))
	if err != nil {
		t.Fatal(err)
	}
	return p
}
