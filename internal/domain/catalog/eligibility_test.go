package catalog_test

import (
	"testing"
	"time"

	. "github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
)

var now = day(2023, 5, 10)

// item is a publisher's offer, sold in a market and segment with a price, after a change to it.
func item(m market.Country, change func(*Entry, *Availability)) Item {
	e := &Entry{Product: Product{ID: "P", Kind: SaaS, Publisher: "isv", ContactURI: "https://isv.example"}, Skus: []Sku{{ID: "0001"}}}
	a := shelf
	a.Market = m
	if change != nil {
		change(e, &a)
	}
	e.Availabilities = []Availability{a}
	for i := range e.Prices {
		e.Prices[i].Market = m
	}
	return Item{id.Item{Product: "P", Sku: "0001", Availability: a.ID}, e, &e.Skus[0], &e.Availabilities[0]}
}

func priced(e *Entry, _ *Availability) { e.Prices = []PriceRow{row("p")} }

func with(changes ...func(*Entry, *Availability)) func(*Entry, *Availability) {
	return func(e *Entry, a *Availability) {
		for _, c := range changes {
			c(e, a)
		}
	}
}

func product(change func(*Product)) func(*Entry, *Availability) {
	return func(e *Entry, _ *Availability) { change(&e.Product) }
}

func sku(change func(*Sku)) func(*Entry, *Availability) {
	return func(e *Entry, _ *Availability) { change(&e.Skus[0]) }
}

func TestEligibility(t *testing.T) {
	firstParty := product(func(p *Product) { p.Publisher = id.FirstParty; p.Kind = OnlineService })
	reserved := product(func(p *Product) { p.Publisher = id.FirstParty; p.Kind = Reservation })
	until := func(at time.Time) func(*Entry, *Availability) {
		return func(_ *Entry, a *Availability) { a.Until = at }
	}
	commercial := Buyer{Partner: "p1", Market: "US", Segment: market.Commercial}
	for _, c := range []struct {
		name   string
		buyer  Buyer
		item   Item
		listed bool
		barred string
	}{
		{"F19 licence SaaS", commercial, item("US", priced), true, ""},
		{"F12 first-party with a price", commercial, item("US", with(firstParty, priced)), true, ""},
		{"F12 first-party without a price is hidden", commercial, item("US", firstParty), false, "offer.no_price"},
		{"F12 first-party, price not begun", commercial, item("US", with(firstParty, priced, func(e *Entry, _ *Availability) { e.Prices[0].From = now.Add(µs) })), false, "offer.no_price"},
		{"F12 first-party, price begins now", commercial, item("US", with(firstParty, priced, func(e *Entry, _ *Availability) { e.Prices[0].From = now })), true, ""},
		{"F12 first-party, price ended", commercial, item("US", with(firstParty, priced, func(e *Entry, _ *Availability) { e.Prices[0].Until = now })), false, "offer.no_price"},
		{"F81 a publisher's offer without a price is shown", commercial, item("US", nil), true, "offer.no_price"},
		{"F81 an imported offer without a price is shown", commercial, item("US", with(firstParty, product(func(p *Product) { p.Imported = true }))), true, "offer.no_price"},
		{"F76 a first-party trial needs no price", commercial, item("US", with(firstParty, sku(func(s *Sku) { s.Trial = true }))), true, ""},
		{"F19 a metered plan needs no price", commercial, item("US", sku(func(s *Sku) { s.Metered = true })), true, ""},
		{"F12 another segment is hidden", Buyer{Market: "US", Segment: market.Education}, item("US", priced), false, "offer.segment"},
		{"F12 a segment the customer is qualified for is not shown unasked, but sold", Buyer{Market: "US", Segment: market.Education, Also: []market.Segment{market.Commercial}},
			item("US", priced), false, ""},
		{"F12 another market is hidden", Buyer{Market: "FR", Segment: market.Commercial}, item("US", priced), false, "offer.market"},
		{"E16 last microsecond", commercial, item("US", with(priced, until(now.Add(µs)))), true, ""},
		{"E16 withdrawn", commercial, item("US", with(priced, until(now))), false, "offer.withdrawn"},
		{"F15 not for the customer's country", commercial, item("US", with(priced, product(func(p *Product) { p.OnlyMarkets = []market.Country{"FR"} }))), true, "offer.market"},
		{"F15 for the customer's country", commercial, item("US", with(priced, product(func(p *Product) { p.OnlyMarkets = []market.Country{"FR", "US"} }))), true, ""},
		{"F16 no resale", commercial, item("US", with(priced, product(func(p *Product) { p.ResaleOptOut = true }))), true, "offer.no_resale"},
		{"F17 not named", commercial, item("US", with(priced, product(func(p *Product) { p.OnlyPartners = []id.Partner{"p2"} }))), true, "offer.exclusive"},
		{"F17 named", commercial, item("US", with(priced, product(func(p *Product) { p.OnlyPartners = []id.Partner{"p2", "p1"} }))), true, ""},
		{"F18 not transactable", commercial, item("US", with(priced, product(func(p *Product) { p.NotTransactable = true }))), true, "offer.not_transactable"},
		{"F18 first-party without a price, shown with its link", commercial, item("US", with(firstParty, product(func(p *Product) { p.NotTransactable = true }))), true, "offer.not_transactable"},
		{"F06 reservation", commercial, item("US", with(reserved, priced)), true, ""},
		{"F06 commercial only", Buyer{Market: "US", Segment: market.Government}, item("US", with(reserved, priced, func(e *Entry, a *Availability) {
			a.Segment, e.Prices[0].Segment = market.Government, market.Government
		})), true, "reservation.segment"},
		{"F06 worked case: BQ", Buyer{Market: "BQ", Segment: market.Commercial}, item("BQ", with(reserved, priced)), true, "reservation.market"},
		{"F06 worked case: SJ", Buyer{Market: "SJ", Segment: market.Commercial}, item("SJ", with(reserved, priced)), true, "reservation.market"},
		{"F06 worked case: XK", Buyer{Market: "XK", Segment: market.Commercial}, item("XK", with(reserved, priced)), true, "reservation.market"},
		{"F06 worked case: CN", Buyer{Market: "CN", Segment: market.Commercial}, item("CN", with(reserved, priced)), true, "reservation.market"},
		{"F06 worked case: AU", Buyer{Market: "AU", Segment: market.Commercial}, item("AU", with(reserved, priced)), true, ""},
		{"F06 software is sold where reservations are not", Buyer{Market: "CN", Segment: market.Commercial}, item("CN", with(priced, product(func(p *Product) { p.Kind = Software }))), true, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.item.Listed(c.buyer, now); got != c.listed {
				t.Errorf("listed %v", got)
			}
			code := ""
			if f := c.item.Barred(c.buyer, now); f != nil {
				code = f.Code
			}
			if code != c.barred {
				t.Errorf("barred %q", code)
			}
		})
	}
	nowhere := Item{Entry: &Entry{}, Sku: &Sku{}}
	if f := nowhere.Barred(commercial, now); f == nil || f.Code != "offer.market" || nowhere.Listed(commercial, now) {
		t.Errorf("an imported offer of another market: %v", f)
	}
}

func TestHangsOn(t *testing.T) {
	s := Sku{AddOn: true, Bases: []Ref{{Product: "A", Sku: "0001"}, {Product: "B"}}}
	for ref, want := range map[Ref]bool{
		{Product: "A", Sku: "0001"}: true, {Product: "A", Sku: "0002"}: false, {Product: "B", Sku: "0002"}: true, {Product: "C", Sku: "0001"}: false,
	} {
		if got := s.HangsOn(ref); got != want {
			t.Errorf("F26 %v: %v", ref, got)
		}
	}
}
