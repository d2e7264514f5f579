package billing_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	. "github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

func euros(t *testing.T, s string) money.Price {
	t.Helper()
	p, err := money.ParsePrice(s, "EUR")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestF78SellingPrice: which row decides, and what it comes to.
func TestF78SellingPrice(t *testing.T) {
	jan, feb, mar := when.Date(2027, 1, 1), when.Date(2027, 2, 1), when.Date(2027, 3, 1)
	row := catalog.PriceRow{Sku: "0001", Market: "FR", Term: when.Year, Plan: catalog.Annual, Currency: "EUR"}
	own := func(from time.Time, unit string) OwnPrice {
		return OwnPrice{Product: "CMP1", Sku: "0001", Market: "FR", Term: when.Year, Plan: catalog.Annual, From: from, Unit: euros(t, unit)}
	}
	elsewhere, monthly, dollars := own(jan, "1"), own(jan, "2"), own(jan, "3")
	elsewhere.Market, monthly.Plan, dollars.Unit = "BE", catalog.Monthly, money.PriceOf(300_000_000, "USD")
	back := own(mar, "0")
	back.ByMarkup = true
	up := func(from time.Time, points int64) Markup { return Markup{From: from, Points: points} }
	for _, c := range []struct {
		name string
		r    Resale
		at   time.Time
		cost string
		want string
	}{
		{"F78 no rows: at cost", Resale{}, mar, "31.99", "31.99"},
		{"F78 0 bp", Resale{Markups: []Markup{up(jan, 0)}}, mar, "31.99", "31.99"},
		{"F78 before the first row", Resale{Markups: []Markup{up(feb, 1000)}}, feb.Add(-µs), "100", "100.00"},
		{"F78 at its very instant", Resale{Markups: []Markup{up(feb, 1000)}}, feb, "100", "110.00"},
		{"F78 the newer from wins, in any order", Resale{Markups: []Markup{up(feb, 2000), up(jan, 1000)}}, mar, "100", "120.00"},
		{"F78 of one from, the later word", Resale{Markups: []Markup{up(feb, 2000), up(feb, 1500)}}, mar, "100", "115.00"},
		{"E11 all digits of a price", Resale{Markups: []Markup{up(jan, 725)}}, mar, "31.99", "34.309275"},
		{"E11 rounded once, half away from zero", Resale{Markups: []Markup{up(jan, 5000)}}, mar, "0.00000001", "0.00000002"},
		{"F78 an own price, not marked up", Resale{Markups: []Markup{up(jan, 1000)}, Prices: []OwnPrice{own(jan, "150")}}, mar, "100", "150.00"},
		{"F78 an own price below cost", Resale{Prices: []OwnPrice{own(jan, "50")}}, mar, "100", "50.00"},
		{"F78 an own price of nothing", Resale{Prices: []OwnPrice{own(jan, "0")}}, mar, "100", "0.00"},
		{"F78 not yet", Resale{Prices: []OwnPrice{own(feb, "150")}}, feb.Add(-µs), "100", "100.00"},
		{"F78 overlapping: the newer from", Resale{Prices: []OwnPrice{own(feb, "160"), own(jan, "150")}}, mar, "100", "160.00"},
		{"F78 another market, plan, currency", Resale{Prices: []OwnPrice{elsewhere, monthly, dollars}}, mar, "100", "100.00"},
		{"F78 by the mark-up again", Resale{Markups: []Markup{up(jan, 1000)}, Prices: []OwnPrice{own(jan, "150"), back}}, mar, "100", "110.00"},
		{"F78 still its own before", Resale{Markups: []Markup{up(jan, 1000)}, Prices: []OwnPrice{own(jan, "150"), back}}, mar.Add(-µs), "100", "150.00"},
		{"F78 what costs nothing", Resale{Markups: []Markup{up(jan, 1000)}, Prices: []OwnPrice{own(jan, "150")}}, mar, "0", "0.00"},
	} {
		if got := c.r.Unit("CMP1", row, euros(t, c.cost), c.at).Decimal(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	for _, c := range []struct {
		name string
		row  Markup
		code string
	}{
		{"R23 from now on", up(feb, 0), ""},
		{"R23 later", up(mar, MaxPoints), ""},
		{"R23 a microsecond ago", up(feb.Add(-µs), 10), "resale.past"},
		{"R23 below zero", up(mar, -1), "resale.points"},
		{"R23 beyond the bound", up(mar, MaxPoints+1), "resale.points"},
	} {
		err, code := c.row.Sells(feb), ""
		if f := fault.Of(err); f != nil {
			code = f.Code
		}
		if code != c.code {
			t.Errorf("%s: %q, want %q", c.name, code, c.code)
		}
	}
}

// TestF78AnySale: E07 E09 E11 E26. Whatever the selling price, the parts of a term sum to the whole's price and tax; credits
// and what they leave sum to what was charged, and nothing is ever below zero; every figure is explained; and at the cost
// itself all figures are those of the cost.
func TestF78AnySale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := pick(func(n int64) int64 { return rapid.Int64Range(0, n-1).Draw(t, "pick") })
		d := anyDeal(p)
		tax := market.TaxRow{ID: "tax", RatePPM: d.ppm, Inclusive: d.inside}
		tar := Tariff{Unit: money.PriceOf(d.unit, d.currency), Tax: tax, PriceRow: "cost"}
		points := one(p, 0, 1, 725, 10_000, p(MaxPoints+1), MaxPoints)
		selling := Resale{Markups: []Markup{{Points: points, From: d.start}}}.Unit("P", catalog.PriceRow{}, tar.Unit, d.start)
		if p(4) == 0 { // a price of the partner's own
			selling = money.PriceOf(p.sized(12), d.currency)
		}
		term := when.Period{Start: d.start, End: when.Next(d.start, d.start.Day(), d.term)}
		periods := Schedule(term, term.Start.Day(), d.term, d.plan)
		var priced, taxes int64
		var some Charge
		chosen := int(p(int64(len(periods))))
		for i, q := range periods {
			c, err := tar.Charge(Charge{ID: "c", Kind: New, Quantity: d.quantity, Period: q, At: q.Start}, i, len(periods))
			if err != nil {
				t.Fatal(err)
			}
			s := sell(t, c, nil, selling)
			if s.Net.Sign() < 0 || s.Tax.Sign() < 0 || s.PriceRow != "" {
				t.Fatalf("part %d: %+v", i, s)
			}
			priced, taxes = priced+s.Priced().Minor(), taxes+s.Tax.Minor()
			if i == chosen {
				some = c
			}
		}
		whole, err := selling.Times(d.quantity)
		if err != nil {
			t.Fatal(err)
		}
		if priced != whole.Minor() || taxes != tax.On(whole).Tax.Minor() {
			t.Fatalf("%d parts sum to %d with a tax of %d, the whole is %v with %v", len(periods), priced, taxes, whole, tax.On(whole).Tax)
		}
		if p(3) == 0 {
			joined := Charge{ID: "c", Kind: AddQuantity, Quantity: d.quantity, Period: some.Period, At: within(p, some.Period)}
			if some, err = tar.ChargeRest(joined, some.Part, some.Parts); err != nil {
				t.Fatal(err)
			}
		}
		sellCredits(t, p, some, selling)
	})
}

// sellCredits takes seats, sets an amount by hand, then cancels what is left of a charge, and sells it all.
func sellCredits(t *rapid.T, p pick, c Charge, selling money.Price) {
	ids, books, now := new(id.Counting), []Charge{c}, c.Period.Start
	mode := one(p, policy.Full, policy.Prorated, policy.FullFirstDay)
	for range p(4) {
		if next := within(p, c.Period); next.After(now) {
			now = next
		}
		books = append(books, CreditSeats(ids, books, c, 1+p(c.Quantity), mode, c.Period.Start, now))
	}
	books = append(books, Credits(ids, books, mode, c.Period.Start, now.Add(time.Duration(p(2))*24*time.Hour))...)
	sold := sell(t, c, books, selling)
	net, tax := sold.Net, sold.Tax
	for _, b := range books[1:] {
		if same := sell(t, b, books, c.Unit); same.Net != b.Net || same.Tax != b.Tax || same.Unit != b.Unit {
			t.Fatalf("F78 at cost: %+v, sold %+v", b, same)
		}
		s := sell(t, b, books, selling)
		if s.Net.Sign() > 0 || s.Tax.Sign() > 0 || s.PriceRow != "" || s.Unit != selling || s.Quantity != b.Quantity || s.Kept != b.Kept {
			t.Fatalf("credit %+v, sold %+v", b, s)
		}
		if net, tax = net.Add(s.Net), tax.Add(s.Tax); net.Sign() < 0 || tax.Sign() < 0 {
			t.Fatalf("E26 %v and %v are left of %+v after %+v", net, tax, sold, s)
		}
	}
	left := 0
	for _, b := range books[1:] {
		left += int(b.Quantity)
	}
	if mode == policy.Full && int64(left) == c.Quantity && !(net.IsZero() && tax.IsZero()) && !c.Priced().IsZero() {
		t.Fatalf("E26 all seats went back in full, and %v %v are left", net, tax)
	}
	if same := sell(t, c, books, c.Unit); same.Net != c.Net || same.Tax != c.Tax {
		t.Fatalf("F78 at cost: %+v, sold %+v", c, same)
	}
}

// sell sells a charge and sees that its explanation ends with its own figures (F75).
func sell(t *rapid.T, c Charge, line []Charge, unit money.Price) Charge {
	s, of, err := Sell(c, line, unit)
	if err != nil {
		t.Fatal(err)
	}
	steps := Explain(s, of).Steps
	n := len(steps) - 3
	if steps[n].Result != s.Net || steps[n+1].Result != s.Tax || steps[n+2].Result != s.Gross() {
		t.Fatalf("F75 %+v is explained by %+v", s, steps)
	}
	return s
}

// TestF78AmountSetByHand: what a grant (F70) gives back of the cost, the bill gives back in the same share, never more than
// is left; and a credit that has lost its charge is an error.
func TestF78AmountSetByHand(t *testing.T) {
	tar := Tariff{Unit: euros(t, "100"), Tax: market.TaxRow{RatePPM: 200_000}}
	c, err := tar.Charge(Charge{ID: "c", Kind: New, Quantity: 1, Period: when.Period{Start: when.Date(2027, 1, 1), End: when.Date(2027, 1, 31)}}, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	grant := func(n string, minor int64) Charge {
		g := c
		g.ID, g.Of, g.Kind, g.Quantity, g.Days = id.Charge(n), c.ID, Cancel, 0, 0
		g.Net, g.Tax = money.Of(-minor, "EUR"), money.Of(-minor/5, "EUR")
		return g
	}
	line := []Charge{c, grant("1", 2500), grant("2", 7500)}
	for i, want := range []int64{3750, 11250} {
		s, _, err := Sell(line[i+1], line, euros(t, "150"))
		if err != nil || s.Net.Minor() != -want || s.Tax.Minor() != -want/5 {
			t.Errorf("F70 grant %d: %v %v %v, want %d", i, s.Net, s.Tax, err, want)
		}
	}
	if _, _, err := Sell(line[1], line[1:], euros(t, "150")); err == nil {
		t.Error("a credit without its charge was sold")
	}
	huge, _, err := Sell(c, nil, money.PriceOf(1<<62, "EUR"))
	if err != nil || huge.Net.IsZero() {
		t.Errorf("%v %v", huge.Net, err)
	}
	c.Quantity = 1 << 40
	if huge, _, err = Sell(c, nil, money.PriceOf(1<<62, "EUR")); err != nil || huge.Net != c.Net {
		t.Errorf("E11 beyond all amounts: %v %v", huge.Net, err)
	}
}
