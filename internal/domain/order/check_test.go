package order_test

import (
	"slices"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	. "github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// active is a base with a running term.
func active(name id.Product, change ...func(*subscription.Subscription)) subscription.Subscription {
	s := subscription.Subscription{
		ID: "base", Item: id.Item{Product: name, Sku: "0001", Availability: "A"}, State: subscription.Active, Term: when.Month, AnchorDay: 1,
		Current: when.Period{Start: when.Date(2023, 5, 1), End: when.Date(2023, 6, 1)},
	}
	for _, c := range change {
		c(&s)
	}
	return s
}

func TestCheck(t *testing.T) {
	flag := func(name id.Product, change func(*catalog.Product)) func(*Shop) {
		return func(s *Shop) { change(&s.Shelf[name].Product) }
	}
	base := func(b subscription.Subscription) func(*Shop) { return func(s *Shop) { s.Bases["base"] = b } }
	held := func(name id.Product, h Holding) func(*Shop) {
		return func(s *Shop) { s.Held[catalog.Ref{Product: name, Sku: "0001"}] = h }
	}
	sell := func(name id.Product, m market.Country) func(*Shop) {
		return func(s *Shop) {
			s.Buyer.Market = m
			s.Shelf[name].Availabilities[0].Market = m
			for i := range s.Shelf[name].Prices {
				s.Shelf[name].Prices[i].Market = m
			}
		}
	}
	before := func(s *Shop) { s.Now = policy.PlansFrom.Add(-µs) }
	direct := func(s *Shop) { s.Direct = true }
	turn := func(s *Shop) { s.Now = policy.PlansFrom }
	for _, c := range []struct {
		name  string
		line  CartLine
		shop  func(*Shop)
		fault string
	}{
		{"F03 software", line("OFFICE", 1), nil, ""},
		{"unknown product", line("NOTHING", 1), nil, "item.unknown"},
		{"unknown SKU", line("OFFICE", 1, func(l *CartLine) { l.Item.Sku = "0009" }), nil, "item.unknown"},
		{"F81 no price in the market", line("UNPRICED", 1), nil, "offer.no_price"},
		{"F12 another segment", line("OFFICE", 1), func(s *Shop) { s.Buyer.Segment = market.Education }, "offer.segment"},
		{"F12 another market", line("OFFICE", 1), func(s *Shop) { s.Buyer.Market = "FR" }, "offer.market"},
		{"F15 not for the country", line("CRM", 1), flag("CRM", func(p *catalog.Product) { p.OnlyMarkets = []market.Country{"FR"} }), "offer.market"},
		{"F16 no resale", line("CRM", 1), flag("CRM", func(p *catalog.Product) { p.ResaleOptOut = true }), "offer.no_resale"},
		{"F17 exclusive to others", line("CRM", 1), flag("CRM", func(p *catalog.Product) { p.OnlyPartners = []id.Partner{"p2"} }), "offer.exclusive"},
		{"F17 exclusive to this partner", line("CRM", 1), flag("CRM", func(p *catalog.Product) { p.OnlyPartners = []id.Partner{"p1"} }), ""},
		{"F18 not transactable", line("METER", 1), flag("METER", func(p *catalog.Product) { p.NotTransactable = true }), "offer.not_transactable"},
		{"E16 withdrawn", line("OFFICE", 1), func(s *Shop) { s.Shelf["OFFICE"].Availabilities[0].Until = now }, "offer.withdrawn"},
		{"F06 reservation", line("VM", 1), nil, ""},
		{"F06 worked case: BQ", line("VM", 1), sell("VM", "BQ"), "reservation.market"},
		{"F06 worked case: AU", line("VM", 1), sell("VM", "AU"), ""},
		{"F20 at the least", line("MAIL", 5, by(when.Month, catalog.Monthly)), nil, ""},
		{"F20 below it", line("MAIL", 4, by(when.Month, catalog.Monthly)), nil, "quantity.out_of_range"},
		{"F20 at the most", line("MAIL", 300, by(when.Month, catalog.Monthly)), nil, ""},
		{"F20 above it", line("MAIL", 301, by(when.Month, catalog.Monthly)), nil, "quantity.out_of_range"},
		{"E11 quantity 0", line("OFFICE", 0), nil, "quantity.out_of_range"},
		{"E11 negative quantity", line("OFFICE", -1), nil, "quantity.out_of_range"},
		{"F20 metered has no quantity", line("METER", 0), nil, ""},
		{"attestation needed", line("SWORN", 1), nil, "attestation.needed"},
		{"attestation given", line("SWORN", 1, func(l *CartLine) { l.Attested = true }), nil, ""},
		{"F05 the plan must be chosen", line("MAIL", 5), nil, "plan.needed"},
		{"§9 an order's default plan", line("MAIL", 5), direct, ""},
		{"§9 F05 an order by a plan the sheet lacks", line("MAIL", 5, by(when.Year, catalog.Monthly)), direct, "plan.not_offered"},
		{"§8 the market's currency", line("OFFICE", 1, in("USD")), nil, ""},
		{"§8 another currency", line("OFFICE", 1, in("EUR")), nil, "currency.foreign"},
		{"§8 another currency of a metered plan", line("METER", 0, in("EUR")), nil, "currency.foreign"},
		{"F05 a plan the sheet lacks", line("MAIL", 5, by(when.Year, catalog.Monthly)), nil, "plan.not_offered"},
		{"F05 a term the sheet lacks", line("WINSUB", 1, by(when.Month, "")), nil, "plan.not_offered"},
		{"F05 2021-10-21: three years, three charges", line("WINSUB", 1, by(when.ThreeYears, catalog.Annual)), before, "plan.not_offered"},
		{"F05 2021-10-21: three years, one charge", line("WINSUB", 1, by(when.ThreeYears, catalog.Triennial)), before, ""},
		{"F05 2021-10-22: three years, three charges", line("WINSUB", 1, by(when.ThreeYears, catalog.Annual)), turn, ""},
		{"F05 2021-10-22: three years, one charge", line("WINSUB", 1, by(when.ThreeYears, catalog.Triennial)), turn, ""},
		{"too large", line("OFFICE", 1e6), func(s *Shop) {
			s.Shelf["OFFICE"].Skus[0].MaxQuantity, s.Shelf["OFFICE"].Prices[0].Unit = 1e6, money.PriceOf(9e18, "USD")
		}, "money.too_large"},

		{"F25 add-on under its base", line("ARCHIVE", 1, under("base"), by(when.Term{}, catalog.Monthly)), base(active("MAIL")), ""},
		{"F25 from the catalogue", line("ARCHIVE", 1), nil, "addon.base_only"},
		{"F25 base unknown", line("ARCHIVE", 1, under("other")), nil, "addon.base_not_active"},
		{"F25 base suspended", line("ARCHIVE", 1, under("base")), base(active("MAIL", func(s *subscription.Subscription) { s.State = subscription.Suspended })), "addon.base_not_active"},
		{"F25 base cancelled", line("ARCHIVE", 1, under("base")), base(active("MAIL", func(s *subscription.Subscription) { s.State = subscription.Cancelled })), "addon.base_not_active"},
		{"F25 base pending", line("ARCHIVE", 1, under("base")), base(active("CRM", func(s *subscription.Subscription) { s.State = subscription.Pending })), "addon.base_not_active"},
		{"F28 base in its free days has no term to join", line("ARCHIVE", 1, under("base")), base(active("CRM", func(s *subscription.Subscription) { s.Current = when.Period{} })), "addon.base_not_active"},
		{"F28 base's last microsecond", line("ARCHIVE", 1, under("base")), base(active("MAIL", func(s *subscription.Subscription) { s.Current.End = now.Add(µs) })), ""},
		{"F28 base's term is over", line("ARCHIVE", 1, under("base")), base(active("MAIL", func(s *subscription.Subscription) { s.Current.End = now })), "addon.base_not_active"},
		{"F28 another term than the base's", line("ARCHIVE", 1, under("base"), by(when.Year, catalog.Annual)), base(active("MAIL")), "plan.not_offered"},
		{"F28 the base's term", line("ARCHIVE", 1, under("base"), by(when.Year, catalog.Annual)), base(active("MAIL", func(s *subscription.Subscription) { s.Term = when.Year })), ""},
		{"F26 not made for that base", line("ARCHIVE", 1, under("base")), base(active("TWO")), "addon.not_related"},
		{"F26 no add-on under a base", line("TWO", 1, under("base")), base(active("MAIL")), "addon.not_related"},
		{"F25 indirect provider", line("ARCHIVE", 1, under("base")), func(s *Shop) { s.Buyer.Kind = party.IndirectProvider; s.Bases["base"] = active("MAIL") }, ""},
		{"F25 indirect reseller", line("ARCHIVE", 1, under("base")), func(s *Shop) { s.Buyer.Kind = party.IndirectReseller; s.Bases["base"] = active("MAIL") }, "addon.partner_kind"},

		{"F76 first-party trial", line("TRIAL", 25), nil, ""},
		{"E18 its lifetime limit", line("TRIAL", 25), held("TRIAL", Holding{Slots: []int{1}}), "offer.limit"},
		{"F13 one of two", line("TWO", 1), held("TWO", Holding{Slots: []int{2}}), ""},
		{"F13 two of two", line("TWO", 1), held("TWO", Holding{Slots: []int{1, 2}}), "offer.limit"},
		{"F14 E23 a suspended one", line("TWO", 1), held("TWO", Holding{Slots: []int{1, 2}, Suspended: "s9"}), "offer.limit_suspended"},
		{"F14 a suspended one, a place left", line("TWO", 1), held("TWO", Holding{Slots: []int{1}, Suspended: "s9"}), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := shop()
			if c.shop != nil {
				c.shop(&s)
			}
			got := s.Check([]CartLine{c.line}, true)[0]
			if code(got.Fault) != c.fault {
				t.Errorf("%v, want %q", got.Fault, c.fault)
			}
		})
	}
}

func TestCheckFillsIn(t *testing.T) {
	s := shop()
	got := s.Check([]CartLine{
		line("OFFICE", 2, func(l *CartLine) { l.FriendlyName, l.Context = "name", map[string]string{"scope": "shared"} }),
		line("METER", 0), line("TRIAL", 25), line("CHAT", 1, by(when.Term{}, catalog.Monthly)),
	}, true)
	for i, want := range []struct {
		plan catalog.Plan
		term when.Term
		row  string
		n    int64
	}{
		{catalog.OneTime, when.Term{}, "OFFICE/250", 2},
		{catalog.NoPlan, when.Month, "", 1},
		{catalog.NoPlan, when.Term{Days: 30}, "", 25},
		{catalog.Monthly, when.Month, "CHAT/5", 1},
	} {
		l := got[i]
		if l.Fault != nil || l.Plan != want.plan || l.Term != want.term || l.PriceRow != want.row || l.Quantity != want.n || l.Currency != "USD" || l.Title == "" {
			t.Errorf("%+v", l)
		}
	}
	if got[0].FriendlyName != "name" || got[0].Context["scope"] != "shared" {
		t.Errorf("%+v", got[0])
	}
}

// Contract.md §9: the billing cycle "unknown" of an order is the default, what binds shortest and is charged most often; in
// a cart it is to be chosen.
func TestDefaultPlanOfAnOrder(t *testing.T) {
	s := shop()
	s.Direct = true
	for _, c := range []struct {
		line CartLine
		want catalog.Option
	}{
		{line("MAIL", 5), catalog.Option{Term: when.Month, Plan: catalog.Monthly}},
		{line("MAIL", 5, by(when.Year, "")), catalog.Option{Term: when.Year, Plan: catalog.Annual}},
		{line("WINSUB", 1, by(when.ThreeYears, "")), catalog.Option{Term: when.ThreeYears, Plan: catalog.Annual}},
		{line("WINSUB", 1, by(when.ThreeYears, catalog.Triennial)), catalog.Option{Term: when.ThreeYears, Plan: catalog.Triennial}},
		{line("OFFICE", 1), catalog.Option{Plan: catalog.OneTime}},
	} {
		if l := s.Check([]CartLine{c.line}, true)[0]; l.Fault != nil || l.Plan != c.want.Plan || l.Term != c.want.Term {
			t.Errorf("%s: %v %q, want %v; %v", l.Item.Product, l.Term, l.Plan, c.want, l.Fault)
		}
	}
}

// Contract.md §8: a line that asks for another currency than the market's keeps asking for it, and holds up its order; one
// whose currency we have set follows the market's.
func TestForeignCurrency(t *testing.T) {
	s := shop()
	lines := s.Check([]CartLine{line("OFFICE", 1), line("OFFICE", 1, in("EUR"))}, true)
	if lines[0].Group != lines[1].Group || lines[1].Currency != "EUR" {
		t.Errorf("%+v", lines)
	}
	if p, err := s.Place(s.Check(lines, false)); err != nil || len(p.Orders) != 0 || code(p.Failed[0].Fault) != "currency.foreign" {
		t.Errorf("%+v, %v", p, err)
	}
	s.Shelf["OFFICE"].Availabilities[0].Currency = "CHF"
	if l := s.Check(lines[:1], true)[0]; l.Currency != "CHF" {
		t.Errorf("%+v", l)
	}
}

// TestF13WithinOneCart: lines of one cart count for each other, add-on lines too.
func TestF13WithinOneCart(t *testing.T) {
	s := shop()
	s.Shelf["ARCHIVE"].Skus[0].Limit, s.Shelf["ARCHIVE"].Skus[0].LimitUnit = 1, catalog.Concurrent
	mail := func() CartLine {
		return line("MAIL", 5, by(when.Month, catalog.Monthly), with(line("ARCHIVE", 1, by(when.Month, catalog.Monthly))))
	}
	got := s.Check([]CartLine{line("TRIAL", 1), line("TRIAL", 1), line("TWO", 1), line("TWO", 0), line("TWO", 1), line("TWO", 1), mail(), mail()}, true)
	var codes []string
	for _, l := range got {
		codes = append(codes, code(l.Fault))
	}
	want := []string{"", "offer.limit", "", "quantity.out_of_range", "", "offer.limit", "", ""}
	if !slices.Equal(codes, want) {
		t.Errorf("%q", codes)
	}
	if code(got[6].AddOns[0].Fault) != "" || code(got[7].AddOns[0].Fault) != "offer.limit" {
		t.Errorf("%v, %v", got[6].AddOns[0].Fault, got[7].AddOns[0].Fault)
	}
}

// TestE15PriceChanged: the cart keeps the price it showed until the caller writes the line again.
func TestE15PriceChanged(t *testing.T) {
	s := shop()
	lines := s.Check([]CartLine{line("OFFICE", 1)}, true)
	s.Shelf["OFFICE"].Prices[0].ID = "reissued"
	if got := s.Check(lines, false)[0]; got.Fault != nil {
		t.Errorf("the same price in another row: %v", got.Fault)
	}
	s.Shelf["OFFICE"].Prices[0].Unit = money.PriceOf(26000000000, "USD")
	got := s.Check(lines, false)
	if f := got[0].Fault; code(f) != "price.changed" || f.Args["was"] != "250.00" || f.Args["now"] != "260.00" {
		t.Errorf("%+v", f)
	}
	if again := s.Check(got, false)[0]; code(again.Fault) != "price.changed" || again.Unit.Decimal() != "250.00" {
		t.Errorf("it stays refused: %+v", again)
	}
	if p, err := s.Place(got); err != nil || len(p.Orders) != 0 || code(p.Failed[0].Fault) != "price.changed" {
		t.Errorf("%+v, %v", p, err)
	}
	if again := s.Check(got, true)[0]; again.Fault != nil || again.Unit.Decimal() != "260.00" {
		t.Errorf("accepted: %+v", again)
	}
}

// TestF20ABadLineMarksTheLine: not the cart, nor what it is called with.
func TestF20ABadLineMarksTheLine(t *testing.T) {
	s := shop()
	in := []CartLine{line("OFFICE", 0), line("OFFICE", 1)}
	got := s.Check(in, true)
	if code(got[0].Fault) != "quantity.out_of_range" || got[1].Fault != nil || in[0].Fault != nil || in[1].Title != "" {
		t.Errorf("%+v\n%+v", got, in)
	}
	got[0].Quantity = 3
	if again := s.Check(got, true); again[0].Fault != nil {
		t.Errorf("mended: %v", again[0].Fault)
	}
}

func TestF81Groups(t *testing.T) {
	s := shop()
	for _, c := range []struct {
		name  string
		lines []CartLine
		want  []string
	}{
		{
			"one per billing cycle and seller",
			[]CartLine{line("WINSUB", 1, by(when.Year, catalog.Annual)), line("OFFICE", 1), line("CRM", 1)}, []string{"0", "1", "2"},
		},
		{
			"the same cycle and seller together, in line order",
			[]CartLine{line("OFFICE", 1), line("CRM", 1), line("VM", 1), line("CHAT", 1, by(when.Month, catalog.Monthly)), line("CRM", 2)}, []string{"0", "1", "0", "2", "1"},
		},
		{
			"a line that is barred stays with its cycle and seller: the order fails whole",
			[]CartLine{line("CRM", 1), line("OFFICE", 1), line("UNPRICED", 1, by(when.Month, catalog.Monthly))}, []string{"0", "1", "0"},
		},
		{"what names nothing is alone", []CartLine{line("X", 1), line("X", 1), line("OFFICE", 1)}, []string{"0", "1", "2"}},
		{"an add-on goes with its base's line", []CartLine{line("OFFICE", 1), line("MAIL", 5, by(when.Month, catalog.Monthly), with(line("ARCHIVE", 1)))}, []string{"0", "1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, l := range s.Check(c.lines, true) {
				got = append(got, l.Group)
				for _, a := range l.AddOns {
					if a.Group != l.Group || a.Fault != nil {
						t.Errorf("%+v", a)
					}
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestAddOnLines(t *testing.T) {
	s := shop()
	for _, c := range []struct {
		name  string
		line  CartLine
		fault string
	}{
		{"F25 under a base bought with it", line("MAIL", 5, by(when.Year, catalog.Annual), with(line("ARCHIVE", 1))), ""},
		{"F28 in the base's term", line("MAIL", 5, by(when.Year, catalog.Annual), with(line("ARCHIVE", 1, by(when.Month, catalog.Monthly)))), "plan.not_offered"},
		{"F26 under another base", line("TWO", 1, with(line("ARCHIVE", 1))), "addon.not_related"},
		{"F25 under a plan that waits for its activation", line("CRM", 1, with(line("ARCHIVE", 1))), "addon.base_not_active"},
		{"F25 under nothing", line("X", 1, with(line("ARCHIVE", 1))), "addon.base_only"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := s.Check([]CartLine{c.line}, true)[0].AddOns[0]
			if code(got.Fault) != c.fault || c.fault == "" && got.Term != when.Year {
				t.Errorf("%+v, want %q", got, c.fault)
			}
		})
	}
}
