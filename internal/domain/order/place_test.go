package order_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	. "github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// TestF81ThreeLinesThreeOrders: an annual software subscription, a perpetual licence and an ISV plan with free days.
func TestF81ThreeLinesThreeOrders(t *testing.T) {
	s := shop()
	lines := s.Check([]CartLine{line("WINSUB", 2, by(when.Year, catalog.Annual)), line("OFFICE", 3), line("CRM", 4, func(l *CartLine) { l.FriendlyName = "Sales" })}, true)
	p, err := s.Place(lines)
	if err != nil || len(p.Orders) != 3 || len(p.Failed) != 0 || len(p.Subscriptions) != 2 || len(p.Charges) != 2 || len(p.Slots) != 0 {
		t.Fatalf("%+v, %v", p, err)
	}
	for i, want := range []struct {
		group  string
		plan   catalog.Plan
		class  catalog.Class
		policy string
	}{
		{"0", catalog.Annual, catalog.SoftwareSub, "P05"}, {"1", catalog.OneTime, catalog.Perpetual, "P02"}, {"2", catalog.Monthly, catalog.SaaSMonthly, "P08"},
	} {
		o := p.Orders[i]
		l := o.Lines[0]
		if lines[i].Group != want.group || o.Plan != want.plan || o.Currency != "USD" || !o.At.Equal(now) || o.Status != Completed || o.Customer != "c1" || len(o.ID) != 33 {
			t.Errorf("order %d: %+v", i, o)
		}
		if l.Number != 0 || l.Type != TypeNew || l.Class != want.class || l.Tariff.Policy != want.policy || l.Tariff.Tax.ID != "us" || l.State != LineActive {
			t.Errorf("line of order %d: %+v", i, l)
		}
	}
	software, office := p.Charges[0], p.Charges[1]
	if software.Net.Decimal() != "730.00" || software.Tax.Decimal() != "73.00" || software.Order != p.Orders[0].ID || software.Subscription != p.Subscriptions[0].ID {
		t.Errorf("%+v", software)
	}
	if office.Net.Decimal() != "750.00" || office.Subscription != "" || office.Order != p.Orders[1].ID || office.Kind != billing.New || office.PriceRow != "OFFICE/250" || office.PolicyRow != "P02" {
		t.Errorf("%+v", office)
	}
	if p.Orders[1].Lines[0].Subscription != "" {
		t.Error("F40 perpetual is never a subscription")
	}
	sub := p.Subscriptions[1]
	if sub.State != subscription.Pending || sub.FriendlyName != "Sales" || sub.TrialDays != 30 || sub.Order != p.Orders[2].ID || p.Orders[2].Lines[0].Subscription != sub.ID || !sub.AutoRenew {
		t.Errorf("F74 %+v", sub)
	}
	if first := p.Subscriptions[0]; first.FriendlyName != first.Title || !first.AutoRenew || first.Quantity != 2 || !first.OrderedAt.Equal(now) || !first.LineAt.Equal(now) {
		t.Errorf("%+v", first)
	}
}

func TestPlaceSeveralLinesOfOneOrder(t *testing.T) {
	s := shop()
	p := place(t, s, line("OFFICE", 1), line("CRM", 1), line("VM", 1))
	if len(p.Orders) != 2 || len(p.Orders[0].Lines) != 2 || len(p.Orders[1].Lines) != 1 {
		t.Fatalf("%+v", p.Orders)
	}
	if l := p.Orders[0].Lines[1]; l.Number != 1 || l.Class != catalog.ReservedClass || p.Charges[1].Line != 1 || p.Charges[1].Order != p.Orders[0].ID {
		t.Errorf("%+v", l)
	}
	if metered := place(t, s, line("METER", 0)); metered.Orders[0].Currency != "USD" || len(metered.Charges) != 0 {
		t.Errorf("F36 billed after use: %+v", metered)
	}
}

// TestPlaceAddOns: lines under a base of the same cart come after it, in its order, for its term; one for a base that runs
// is charged for what remains (F28).
func TestPlaceAddOns(t *testing.T) {
	s := shop()
	p := place(t, s, line("MAIL", 10, by(when.Year, catalog.Annual), with(line("ARCHIVE", 2))))
	if len(p.Orders) != 1 || len(p.Orders[0].Lines) != 2 || len(p.Subscriptions) != 2 || len(p.Charges) != 2 {
		t.Fatalf("%+v", p)
	}
	base, addOn := p.Subscriptions[0], p.Subscriptions[1]
	if addOn.Parent != base.ID || addOn.Current != base.Current || p.Orders[0].Lines[1].Parent != base.ID || p.Orders[0].Lines[1].Number != 1 || p.Charges[1].Net.Decimal() != "730.00" {
		t.Errorf("%+v, %v", addOn, p.Charges[1].Net)
	}

	s.Bases["base"] = active("MAIL") // 2023-05-01 to 06-01; on 05-10T09:30 22 of 31 days are started
	p = place(t, s, line("ARCHIVE", 3, under("base")))
	addOn = p.Subscriptions[0]
	if addOn.Parent != "base" || addOn.Current != s.Bases["base"].Current || p.Orders[0].Lines[0].Parent != "base" || !addOn.LineAt.Equal(now) {
		t.Errorf("%+v", addOn)
	}
	if c := p.Charges[0]; c.Net.Decimal() != "66.00" || c.Days != 22 || !c.Period.Start.Equal(now) || !c.Period.End.Equal(when.Date(2023, 6, 1)) {
		t.Errorf("%+v", c)
	}
}

// TestPlaceFailsByGroup: a group with a bad line fails whole, the others go through (contract.md §8).
func TestPlaceFailsByGroup(t *testing.T) {
	s := shop()
	p := place(t, s, line("OFFICE", 1), line("CRM", 1), line("OFFICE", 0), line("MAIL", 5, by(when.Year, catalog.Annual), with(line("ARCHIVE", 0))), line("NOTHING", 1))
	if len(p.Orders) != 1 || p.Orders[0].Lines[0].Item.Product != "CRM" || len(p.Subscriptions) != 1 || len(p.Charges) != 0 {
		t.Fatalf("%+v", p)
	}
	got := map[string]string{}
	for _, f := range p.Failed {
		got[f.Group] = f.Fault.Code
	}
	if diff := cmp.Diff(map[string]string{"0": "quantity.out_of_range", "2": "quantity.out_of_range", "3": "item.unknown"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestF13Slots(t *testing.T) {
	s := shop()
	two := catalog.Ref{Product: "TWO", Sku: "0001"}
	p := place(t, s, line("TWO", 1), line("TWO", 5))
	if diff := cmp.Diff([]Slot{{two, 1, p.Subscriptions[0].ID}, {two, 2, p.Subscriptions[1].ID}}, p.Slots); diff != "" {
		t.Error(diff)
	}
	if p.Subscriptions[0].Slot != 1 || p.Subscriptions[1].Slot != 2 {
		t.Errorf("%d, %d", p.Subscriptions[0].Slot, p.Subscriptions[1].Slot)
	}
	for held, free := range map[int]int{1: 2, 2: 1} {
		s.Held[two] = Holding{Slots: []int{held}}
		if p := place(t, s, line("TWO", 1)); len(p.Slots) != 1 || p.Slots[0].N != free {
			t.Errorf("the free place beside %d: %+v", held, p.Slots)
		}
	}
	if p := place(t, s, line("ONEBOX", 1)); len(p.Slots) != 1 || p.Slots[0] != (Slot{Ref: catalog.Ref{Product: "ONEBOX", Sku: "0001"}, N: 1}) {
		t.Errorf("perpetual software holds a place too: %+v", p.Slots)
	}
	if p := place(t, s, line("ONEBOX", 1), line("ONEBOX", 1)); len(p.Orders) != 0 || p.Failed[0].Fault.Code != "offer.limit" {
		t.Errorf("%+v", p)
	}
}

// TestF04TaxInclusive: in AU and BR the price includes the tax, set or not; elsewhere it comes on top.
func TestF04TaxInclusive(t *testing.T) {
	for _, c := range []struct {
		name     string
		market   market.Country
		taxes    []market.TaxRow
		net, tax string
	}{
		{"AU", "AU", market.ExampleTaxRows(), "227.27", "22.73"},
		{"BR", "BR", market.ExampleTaxRows(), "213.68", "36.32"},
		{"FR", "FR", market.ExampleTaxRows(), "250.00", "50.00"},
		{"F79 AU, not set: 0", "AU", nil, "250.00", "0.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := shop()
			s.Buyer.Market, s.Taxes = c.market, c.taxes
			e := s.Shelf["OFFICE"]
			e.Availabilities[0].Market, e.Prices[0].Market = c.market, c.market
			got := place(t, s, line("OFFICE", 1)).Charges[0]
			if got.Net.Decimal() != c.net || got.Tax.Decimal() != c.tax || got.Inclusive != (c.market != "FR") {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestF39AutoRenewDefaults(t *testing.T) {
	for day, want := range map[int]bool{13: false, 14: true} {
		s := shop()
		s.Now = when.Date(2021, 10, day)
		sub := place(t, s, line("WINSUB", 1, by(when.Year, catalog.Annual))).Subscriptions[0]
		if sub.AutoRenew != want || sub.Switchable != want {
			t.Errorf("2021-10-%d: %v, %v", day, sub.AutoRenew, sub.Switchable)
		}
	}
}

func TestRenewal(t *testing.T) {
	s := shop()
	p := place(t, s, line("WINSUB", 2, by(when.Year, catalog.Annual)))
	sub := p.Subscriptions[0]
	out, err := subscription.Step(s.IDs, subscription.Held{Subscription: sub}, nil, func(s subscription.Subscription, _ time.Time) (subscription.Quote, bool) {
		return subscription.Quote{Tariff: s.Tariff, AutoRenew: true, Switchable: true, Order: "second"}, true
	}, 0)
	if err != nil || !out.Renewed {
		t.Fatal(errors.Join(err, errors.New("not renewed")))
	}
	old, next := p.Orders[0].Supersede(out.Renewals[0].Before.Line), Renewal(out.Subscriptions[0])
	if old.Lines[0].State != LineSuperseded || old.Status != Completed || p.Orders[0].Lines[0].State != LineActive {
		t.Errorf("%+v", old)
	}
	l := next.Lines[0]
	if next.ID != "second" || !next.System || !next.At.Equal(now.AddDate(1, 0, 0)) || next.Status != Completed || next.Plan != catalog.Annual || next.Currency != "USD" ||
		l.Type != TypeRenew || l.Number != 0 || l.Subscription != sub.ID || l.Quantity != 2 || l.Class != catalog.SoftwareSub || l.Tariff != out.Subscriptions[0].Tariff {
		t.Errorf("%+v", next)
	}
	if got := old.EndLine(0, now); got.Lines[0].State != LineSuperseded {
		t.Errorf("a superseded line stays: %+v", got.Lines[0])
	}
	if got := old.Supersede(7); len(got.Lines) != 1 {
		t.Errorf("%+v", got)
	}
}
