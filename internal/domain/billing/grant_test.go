package billing_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	. "github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

func TestF77Grant(t *testing.T) {
	eur := func(minor int64) money.Amount { return money.Of(minor, "EUR") }
	rds := tariff(t, "120", "EUR", 200_000, false) // 12.00 with tax a month
	first := charged(t, "m0", rds, 1, period("2021-11-15", "2021-12-15"), 0, 12)
	second := charged(t, "m1", rds, 1, period("2021-12-15", "2022-01-15"), 1, 12)
	both := []Charge{first, second}
	tenth := Charge{ID: "g", Of: "m1", Net: eur(-100), Tax: eur(-20), TaxPPM: 200_000}
	for _, c := range []struct {
		name    string
		charges []Charge
		amount  money.Amount
		want    string // each credit: original net tax
		code    string
	}{
		{"F77 the latest charge first", both, eur(600), "m1 -5.00 -1.00;", ""},
		{"F77 then the one before", both, eur(1500), "m1 -10.00 -2.00;m0 -2.50 -0.50;", ""},
		{"F77 no amount: all that is open", both, money.Amount{}, "m1 -10.00 -2.00;m0 -10.00 -2.00;", ""},
		{"E26 F77 after an earlier credit", append(both[:2:2], tenth), money.Amount{}, "m1 -9.00 -1.80;m0 -10.00 -2.00;", ""},
		{"E26 F77 all of it and no more", both, eur(2400), "m1 -10.00 -2.00;m0 -10.00 -2.00;", ""},
		{"E26 F77 a cent too much", both, eur(2401), "", "refund.too_much"},
		{"E26 F77 too much after an earlier credit", append(both[:2:2], tenth), eur(2400), "", "refund.too_much"},
		{"F77 nothing charged", nil, eur(1), "", "refund.nothing_open"},
		{"F77 nothing", both, eur(0), "", "refund.not_positive"},
		{"F77 below zero", both, eur(-1), "", "refund.not_positive"},
		{"F77 another currency", both, money.Of(1, "JPY"), "", "refund.currency"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Grant(new(id.Counting), c.charges, c.amount, at("2022-01-01"))
			if code(err) != c.code {
				t.Fatalf("%v, want %q", err, c.code)
			}
			text := ""
			for _, credit := range got {
				text += string(credit.Of) + " " + credit.Net.Decimal() + " " + credit.Tax.Decimal() + ";"
				if credit.Quantity != 0 || credit.Kind != Cancel || !credit.At.Equal(at("2022-01-01")) || credit.PriceRow != "price" {
					t.Errorf("%+v", credit)
				}
			}
			if text != c.want {
				t.Errorf("%s, want %s", text, c.want)
			}
		})
	}
}

// TestE26NeverMoreThanWasCharged: whatever is granted, given back by rule and taken in seats, and in whatever order, no
// charge gives back more than it was, in net, tax or both, and what is granted is what was asked for.
func TestE26NeverMoreThanWasCharged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		currency := rapid.SampledFrom([]money.Currency{"EUR", "JPY", "KWD"}).Draw(t, "currency")
		tar := tariff(t, "100", currency, rapid.Int64Range(0, 300_000).Draw(t, "ppm"), rapid.Bool().Draw(t, "inclusive"))
		tar.Unit = money.PriceOf(rapid.Int64Range(0, 1e13).Draw(t, "unit"), currency)
		start, ids := at("2024-01-01"), new(id.Counting)
		var ledger []Charge
		for i := range rapid.IntRange(1, 3).Draw(t, "charges") {
			p := when.Period{Start: start.AddDate(0, i, 0), End: start.AddDate(0, i+1, 0)}
			ledger = append(ledger, charged(t, id.Charge(ids.GUID()), tar, rapid.Int64Range(1, 20).Draw(t, "quantity"), p, i, 3))
		}
		charges := len(ledger)
		for range rapid.IntRange(1, 6).Draw(t, "acts") {
			now := start.Add(time.Duration(rapid.Int64Range(0, int64(100*24*time.Hour)).Draw(t, "now")))
			switch rapid.IntRange(0, 2).Draw(t, "act") {
			case 0:
				open := Open(ledger)
				amount := money.Of(rapid.Int64Range(0, open.Minor()+2).Draw(t, "amount"), currency)
				credits, err := Grant(ids, ledger, amount, now)
				if (err == nil) != (amount.Sign() > 0 && amount.Cmp(open) <= 0) {
					t.Fatalf("%v of %v: %v", amount, open, err)
				}
				if err == nil && Open(credits) != amount.Neg() {
					t.Fatalf("granted %v, asked for %v", Open(credits), amount)
				}
				ledger = append(ledger, credits...)
			case 1:
				mode := rapid.SampledFrom([]policy.CreditMode{policy.Full, policy.Prorated, policy.FullFirstDay}).Draw(t, "mode")
				ledger = append(ledger, CreditsFrom(ids, ledger, mode, func(Charge) time.Time { return start }, start.Add(now.Sub(start)/2), now)...)
			default:
				c := ledger[rapid.IntRange(0, charges-1).Draw(t, "of")]
				ledger = append(ledger, CreditSeats(ids, ledger, c, rapid.Int64Range(1, 20).Draw(t, "seats"), policy.Prorated, c.At, now))
			}
			for _, c := range ledger[:charges] {
				gross := c.Gross()
				for _, credit := range ledger[charges:] {
					if credit.Of == c.ID {
						gross = gross.Add(credit.Gross())
						if credit.Net.Sign() > 0 || credit.Tax.Sign() > 0 {
							t.Fatalf("a credit that charges: %+v", credit)
						}
					}
				}
				if gross.Sign() < 0 {
					t.Fatalf("%v of %v came back", gross, c.Gross())
				}
			}
		}
	})
}

// TestF70AskedEarlier: the first 24 h are judged at the request, days are used until the act; what began after the request
// is judged at the act.
func TestF70AskedEarlier(t *testing.T) {
	month := period("2022-08-01T10:00", "2022-09-01T10:00")
	seats := charged(t, "n", tariff(t, "31", "EUR", 0, false), 10, month, 0, 1)
	for _, c := range []struct{ name, asked, now, want string }{
		{"F70 asked within the first day, done on the fifth: full", "2022-08-02T09:59:59.999999", "2022-08-06T10:00", "-310.00"},
		{"F70 asked after it: the days until the act are used", "2022-08-02T10:00", "2022-08-06T10:00", "-260.00"},
		{"F70 asked before the term began, done in it: as if asked now", "2022-07-30T10:00", "2022-08-06T10:00", "-260.00"},
		{"F70 asked before the term began, done on its first day", "2022-07-30T10:00", "2022-08-02T09:00", "-310.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := CreditsFrom(new(id.Counting), []Charge{seats}, policy.FullFirstDay, func(Charge) time.Time { return month.Start }, at(c.asked), at(c.now))
			if len(got) != 1 || got[0].Net.Decimal() != c.want {
				t.Errorf("%v", got)
			}
		})
	}
}

// TestF75GrantIsExplained: a granted credit ends its explanation with its own figures.
func TestF75GrantIsExplained(t *testing.T) {
	c := charged(t, "c", tariff(t, "31", "EUR", 200_000, false), 2, period("2021-01-01", "2021-02-01"), 0, 1)
	credits, err := Grant(new(id.Counting), []Charge{c}, money.Of(1000, "EUR"), at("2021-03-01"))
	if err != nil {
		t.Fatal(err)
	}
	steps := Explain(credits[0], []Charge{c, credits[0]}).Steps
	if steps[0].Name != StepGrant || steps[len(steps)-1].Result != credits[0].Gross() || steps[len(steps)-3].Result != credits[0].Net {
		t.Errorf("F77 %v", steps)
	}
}
