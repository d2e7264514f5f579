package billing_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	. "github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

var now = at("2021-01-04")

type fatal interface{ Fatal(...any) }

// charged is charge part of parts for a period, made when it began.
func charged(t fatal, name id.Charge, tar Tariff, quantity int64, p when.Period, part, parts int) Charge {
	c, err := tar.Charge(Charge{ID: name, Kind: New, At: p.Start, Quantity: quantity, Period: p}, part, parts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func sum(cs []Charge) (net, tax money.Amount) {
	for _, c := range cs {
		net, tax = net.Add(c.Net), tax.Add(c.Tax)
	}
	return net, tax
}

func TestCredits(t *testing.T) {
	year := period("2020-09-01", "2021-09-01")
	annual := []Charge{charged(t, "y", tariff(t, "365", "EUR", 0, false), 1, year, 0, 1)}
	rds := tariff(t, "372", "EUR", 0, false)
	months := []Charge{
		charged(t, "m0", rds, 1, period("2021-11-15", "2021-12-15"), 0, 12),
		charged(t, "m1", rds, 1, period("2021-12-15", "2022-01-15"), 1, 12),
	}
	perpetual, err := tariff(t, "100", "EUR", 200_000, false).Charge(Charge{ID: "p", Quantity: 3, At: at("2021-06-01")}, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	month := period("2022-08-01T10:00", "2022-09-01T10:00")
	seats := []Charge{charged(t, "n", tariff(t, "31", "EUR", 0, false), 10, month, 0, 1)}
	joined, err := tariff(t, "31", "EUR", 0, false).ChargeRest(Charge{ID: "a", Kind: AddQuantity, At: at("2022-08-04T10:00"), Quantity: 1, Period: month}, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	batches := append(slices.Clone(seats), joined)
	leap := []Charge{charged(t, "l", tariff(t, "366", "EUR", 0, false), 1, period("2024-01-01", "2025-01-01"), 0, 1)}
	stub := []Charge{charged(t, "s", tariff(t, "28", "EUR", 0, false), 1, period("2021-01-31", "2021-02-28"), 0, 1)}
	for _, c := range []struct {
		name    string
		charges []Charge
		mode    policy.CreditMode
		start   string
		now     string
		want    []string // net of each credit
		kept    []int64
	}{
		{"P03 worked case: 365.00 a year, 45×24 h later", annual, policy.Prorated, "2020-09-01", "2020-10-16", []string{"-320.00"}, []int64{45}},
		{"P03 worked case: 1 µs later", annual, policy.Prorated, "2020-09-01", "2020-10-16T00:00:00.000001", []string{"-319.00"}, []int64{46}},
		{"P03 at once: one day is used", annual, policy.Prorated, "2020-09-01", "2020-09-01", []string{"-364.00"}, []int64{1}},
		{"P04 worked case: RDS CAL monthly", months, policy.Prorated, "2021-11-15", "2021-12-15T12:00", []string{"-30.00"}, []int64{1}},
		{"P04 the instant a period ends is the next one's", months[:1], policy.Prorated, "2021-11-15", "2021-12-15", nil, nil},
		{"P04 last microsecond of a period", months[:1], policy.Prorated, "2021-11-15", "2021-12-14T23:59:59.999999", nil, nil},
		{"P04 the last but one day", months[:1], policy.Prorated, "2021-11-15", "2021-12-14", []string{"-1.03"}, []int64{29}},
		{"P02 perpetual: all of it", []Charge{perpetual}, policy.Full, "2021-06-01", "2021-07-01T23:58:59.999999", []string{"-300.00"}, []int64{0}},
		{"perpetual has no days to prorate", []Charge{perpetual}, policy.Prorated, "2021-06-01", "2021-06-02", nil, nil},
		{"P05 last microsecond of the first 24 h", seats, policy.FullFirstDay, "2022-08-01T10:00", "2022-08-02T09:59:59.999999", []string{"-310.00"}, []int64{0}},
		{"P05 24 h: prorated", seats, policy.FullFirstDay, "2022-08-01T10:00", "2022-08-02T10:00", []string{"-300.00"}, []int64{1}},
		{"P05 a microsecond after", seats, policy.FullFirstDay, "2022-08-01T10:00", "2022-08-02T10:00:00.000001", []string{"-290.00"}, []int64{2}},
		{"P11 each batch has a first day of its own", batches, policy.FullFirstDay, "2022-08-01T10:00", "2022-08-05T09:59:59.999999", []string{"-270.00", "-28.00"}, []int64{4, 0}},
		{"P11 and no longer", batches, policy.FullFirstDay, "2022-08-01T10:00", "2022-08-05T10:00", []string{"-270.00", "-27.00"}, []int64{4, 1}},
		{"P06 P10 P12 nothing", annual, policy.NoCredit, "2020-09-01", "2020-09-01", nil, nil},
		{"E27 leap year of 366 days", leap, policy.Prorated, "2024-01-01", "2024-03-01", []string{"-306.00"}, []int64{60}},
		{"E27 a stub of 28 days", stub, policy.Prorated, "2021-01-31", "2021-02-14", []string{"-14.00"}, []int64{14}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Credits(new(id.Counting), c.charges, c.mode, at(c.start), at(c.now))
			if len(got) != len(c.want) {
				t.Fatalf("%d credits: %v", len(got), got)
			}
			for i, credit := range got {
				if credit.Net.Decimal() != c.want[i] || credit.Kept != c.kept[i] || credit.Kind != Cancel || credit.Of == "" || !credit.At.Equal(at(c.now)) {
					t.Errorf("credit %d: %v, kept %d days, %+v", i, credit.Net, credit.Kept, credit)
				}
			}
		})
	}
}

// TestCreditPointsAtItsCharge: E05, F75: the original, its price, tax and policy rows, the days that come back.
func TestCreditPointsAtItsCharge(t *testing.T) {
	c := charged(t, "c", tariff(t, "31", "EUR", 200_000, false), 2, period("2021-01-01", "2021-02-01"), 0, 1)
	prorated := Credits(new(id.Counting), []Charge{c}, policy.Prorated, c.Period.Start, at("2021-01-16T12:00"))[0]
	if prorated.Of != "c" || prorated.ID == "c" || prorated.PriceRow != "price" || prorated.TaxRow != "tax" || prorated.PolicyRow != "P04" ||
		prorated.Quantity != 2 || prorated.Days != 31 || prorated.Kept != 16 {
		t.Errorf("%+v", prorated)
	}
	if !prorated.Period.Start.Equal(at("2021-01-16T12:00")) || prorated.Period.End != c.Period.End {
		t.Errorf("a prorated credit is for what remains: %v", prorated.Period)
	}
	full := Credits(new(id.Counting), []Charge{c}, policy.Full, c.Period.Start, at("2021-01-16T12:00"))[0]
	if full.Period != c.Period || full.Gross() != c.Gross().Neg() {
		t.Errorf("a full credit is for all of it: %+v", full)
	}
}

// TestE09TaxOfACredit: tax(charge) − tax(what is kept), at the original rate.
func TestE09TaxOfACredit(t *testing.T) {
	for _, c := range []struct {
		name      string
		price     string
		inclusive bool
		net, tax  string
	}{
		// 10.00 over 31 days, 16 kept: 5.16 stays, 4.84 comes back.
		{"exclusive: 2.00 − 1.03", "10", false, "-4.84", "-0.97"},
		{"inclusive: 1.67 − 0.86", "10", true, "-4.03", "-0.81"},
		{"exclusive: 0.01 keeps a day's worth of it", "0.01", false, "0.00", "0.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			charge := charged(t, "c", tariff(t, c.price, "EUR", 200_000, c.inclusive), 1, period("2021-01-01", "2021-02-01"), 0, 1)
			net, tax := money.Of(0, "EUR"), money.Of(0, "EUR")
			for _, credit := range Credits(new(id.Counting), []Charge{charge}, policy.Prorated, charge.Period.Start, at("2021-01-16T12:00")) {
				net, tax = net.Add(credit.Net), tax.Add(credit.Tax)
			}
			if net.Decimal() != c.net || tax.Decimal() != c.tax {
				t.Errorf("net %v, tax %v", net, tax)
			}
		})
	}
}

// TestE09TaxStaysInBounds: a part of a term may bear a unit of tax less than its price alone would, and a granted credit
// may have left more tax than money; the tax of a credit is then neither negative nor more than the credit.
func TestE09TaxStaysInBounds(t *testing.T) {
	jpy := func(minor int64) money.Amount { return money.Of(minor, "JPY") }
	part := Charge{ID: "c", Quantity: 9, Net: jpy(9), Tax: jpy(1), TaxPPM: 200_000}
	first := CreditSeats(new(id.Counting), []Charge{part}, part, 1, policy.Full, now, now)
	if first.Net != jpy(-1) || !first.Tax.IsZero() {
		t.Errorf("8 stay with a tax of 2, 1 was charged: %v %v", first.Net, first.Tax)
	}
	if rest := CreditSeats(new(id.Counting), []Charge{part, first}, part, 8, policy.Full, now, now); rest.Net != jpy(-8) || rest.Tax != jpy(-1) {
		t.Errorf("%v %v", rest.Net, rest.Tax)
	}
	gross := Charge{ID: "c", Quantity: 1, Net: jpy(5), Tax: jpy(5), TaxPPM: 1_000_000, Inclusive: true}
	granted := Charge{ID: "g", Of: "c", Net: jpy(-8), Tax: jpy(0), TaxPPM: 1_000_000, Inclusive: true}
	if last := CreditSeats(new(id.Counting), []Charge{gross, granted}, gross, 1, policy.Full, now, now); !last.Net.IsZero() || last.Tax != jpy(-2) {
		t.Errorf("%v %v", last.Net, last.Tax)
	}
}

func TestE26SeveralCredits(t *testing.T) {
	month := period("2021-01-01", "2021-02-01")
	charge := charged(t, "c", tariff(t, "31", "EUR", 0, false), 10, month, 0, 1)
	ids := new(id.Counting)
	ledger := []Charge{charge}
	five := CreditSeats(ids, ledger, charge, 5, policy.Prorated, month.Start, at("2021-01-04"))
	if five.Net.Decimal() != "-140.00" || five.Kind != RemoveSeats || five.Quantity != 5 || five.Kept != 3 {
		t.Errorf("five seats, 28 of 31 days: %+v", five)
	}
	ledger = append(ledger, five)
	rest := Credits(ids, ledger, policy.Prorated, month.Start, at("2021-01-06"))
	if len(rest) != 1 || rest[0].Net.Decimal() != "-130.00" {
		t.Fatalf("E26 the other five, 26 of 31 days; what the first five used stays charged: %v", rest)
	}
	ledger = append(ledger, rest...)
	if again := Credits(ids, ledger, policy.Full, month.Start, at("2021-01-06")); len(again) != 0 {
		t.Errorf("E03 E10 a second credit: %v", again)
	}
	full := Credits(ids, []Charge{charge, five}, policy.Full, month.Start, at("2021-01-04"))
	if len(full) != 1 || full[0].Net.Decimal() != "-155.00" || full[0].Quantity != 5 {
		t.Errorf("E26 a full credit is for the seats that are left: %v", full)
	}
	goodwill := charge
	goodwill.ID, goodwill.Of, goodwill.Quantity, goodwill.Net, goodwill.Tax = "g", "c", 0, money.Of(-10000, "EUR"), money.Of(0, "EUR")
	if got := Credits(ids, []Charge{charge, goodwill}, policy.Full, month.Start, at("2021-01-04")); len(got) != 1 || got[0].Net.Decimal() != "-210.00" {
		t.Errorf("E26 F70 after a granted credit of 100.00: %v", got)
	}
	joined, err := tariff(t, "31", "EUR", 0, false).ChargeRest(Charge{ID: "j", Kind: AddQuantity, At: at("2021-01-16T12:00"), Quantity: 1, Period: month}, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	back := CreditSeats(ids, []Charge{joined}, joined, 1, policy.FullFirstDay, joined.At, at("2021-01-18T12:00"))
	if joined.Net.Decimal() != "16.00" || back.Net.Decimal() != "-14.00" || back.Days != 16 || back.Kept != 2 {
		t.Errorf("E26 a prorated charge divides by its own days: %v, %+v", joined.Net, back)
	}
	if more := CreditSeats(ids, []Charge{joined, back}, joined, 5, policy.Full, joined.At, at("2021-01-18T12:00")); !more.Gross().IsZero() || more.Quantity != 0 {
		t.Errorf("more seats than are left: %+v", more)
	}
}

// TestE26CreditsNeverPassTheCharge: whatever the sequence of credits, the rate and the digits, what is given back and
// what is kept make the charge, neither is negative, and a last full credit leaves nothing of it.
func TestE26CreditsNeverPassTheCharge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tar, _ := anyTariff(t)
		quantity := rapid.Int64Range(1, 40).Draw(t, "quantity")
		parts := rapid.IntRange(1, 12).Draw(t, "parts")
		start := at("2024-01-31T10:00").AddDate(0, 0, rapid.IntRange(0, 60).Draw(t, "start"))
		p := when.Period{Start: start, End: when.Next(start, start.Day(), when.Month)}
		charge := charged(t, "c", tar, quantity, p, rapid.IntRange(0, parts-1).Draw(t, "part"), parts)
		if rapid.Bool().Draw(t, "joined") {
			joined, err := tar.ChargeRest(Charge{ID: "c", Kind: AddQuantity, Quantity: quantity, Period: p, At: start.Add(time.Duration(rapid.IntRange(0, 27*24).Draw(t, "hours")) * time.Hour)}, 0, parts)
			if err != nil {
				t.Fatal(err)
			}
			charge = joined
		}
		ids := new(id.Counting)
		books, now := []Charge{charge}, charge.Period.Start
		for range rapid.IntRange(0, 6).Draw(t, "credits") {
			now = now.Add(time.Duration(rapid.IntRange(0, 8*24).Draw(t, "later")) * time.Hour)
			mode := rapid.SampledFrom([]policy.CreditMode{policy.Full, policy.Prorated, policy.FullFirstDay}).Draw(t, "mode")
			var made []Charge
			if rapid.Bool().Draw(t, "whole") {
				made = Credits(ids, books, mode, charge.Period.Start, now)
			} else {
				made = []Charge{CreditSeats(ids, books, charge, rapid.Int64Range(1, 40).Draw(t, "seats"), mode, charge.Period.Start, now)}
			}
			for _, c := range made {
				if c.Net.Sign() > 0 || c.Tax.Sign() > 0 || c.Quantity < 0 {
					t.Fatalf("a credit that charges: %+v", c)
				}
			}
			books = append(books, made...)
			net, tax := sum(books)
			if net.Sign() < 0 || tax.Sign() < 0 {
				t.Fatalf("more given back than charged: %v %v of %v %v", net, tax, charge.Net, charge.Tax)
			}
		}
		var seats int64
		for _, c := range books[1:] {
			seats += c.Quantity
		}
		if seats > quantity {
			t.Fatalf("%d seats of %d given back", seats, quantity)
		}
		if len(books) == 1 {
			books = append(books, Credits(ids, books, policy.Full, charge.Period.Start, now)...)
			if net, tax := sum(books); !net.IsZero() || !tax.IsZero() {
				t.Fatalf("a full credit leaves %v %v", net, tax)
			}
		}
	})
}

// TestSeatsInStepsOrAtOnce: taking seats back in steps gives the same money as taking them together at that instant.
func TestSeatsInStepsOrAtOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tar, _ := anyTariff(t)
		quantity := rapid.Int64Range(2, 40).Draw(t, "quantity")
		p := period("2021-01-01", "2021-02-01")
		charge := charged(t, "c", tar, quantity, p, 0, 1)
		ids := new(id.Counting)
		books := []Charge{charge}
		for left := quantity; left > 0; {
			n := rapid.Int64Range(1, left).Draw(t, "seats")
			books = append(books, CreditSeats(ids, books, charge, n, policy.Full, p.Start, p.Start))
			left -= n
		}
		if net, tax := sum(books); !net.IsZero() || !tax.IsZero() {
			t.Fatalf("%v %v stay charged for no seat", net, tax)
		}
	})
}
