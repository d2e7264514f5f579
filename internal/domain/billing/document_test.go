package billing_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	. "github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// may is the period of the documents below.
var may = when.Period{Start: at("2021-05-01"), End: at("2021-06-01")}

func TestCloseOut(t *testing.T) {
	for _, c := range []struct {
		name            string
		totals          Totals
		carried         int64
		document        Document
		total, carryOut int64
	}{
		{"E06 credits and nothing to bill: payable now", Totals{Net: eur(-10000), Tax: eur(-2000), Lines: 1}, 0, CreditNote, -12000, 0},
		{"E06 a balance and nothing else", Totals{Net: eur(0), Tax: eur(0)}, -700, CreditNote, -700, 0},
		{"E06 a balance and credits", Totals{Net: eur(-100), Tax: eur(-20), Lines: 2}, -700, CreditNote, -820, 0},
		{"E06 a free line bills nothing", Totals{Net: eur(-100), Tax: eur(-20), Lines: 2, Charges: 0}, 0, CreditNote, -120, 0},
		{"E07 one charge is an invoice", Totals{Net: eur(-100), Tax: eur(-20), Lines: 2, Charges: 1}, 0, Bill, 0, -120},
		{"E06 only free lines: an invoice of nothing", Totals{Net: eur(0), Tax: eur(0), Lines: 1}, 0, Bill, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv := Issue(7, "EUR", may, c.totals, eur(c.carried))
			if inv.Document != c.document || inv.Total() != eur(c.total) || inv.CarryOut != eur(c.carryOut) || inv.Edition != 1 {
				t.Errorf("%s, total %v, carried on %v", inv.Document, inv.Total(), inv.CarryOut)
			}
		})
	}
}

// TestE07CarryOverThreeMonths: a credit of 500.00 comes off what three months charge, to the cent.
func TestE07CarryOverThreeMonths(t *testing.T) {
	carried, sum := eur(0), eur(0)
	for i, c := range []struct{ net, total, carryOut int64 }{
		{10000 - 50000, 0, -40000}, // a charge of 100.00 and the credit
		{30000, 0, -10000},
		{25000, 15000, 0},
	} {
		p := when.Period{Start: when.Date(2021, time.Month(5+i), 1), End: when.Date(2021, time.Month(6+i), 1)}
		inv := Issue(int64(i+1), "EUR", p, Totals{Net: eur(c.net), Tax: eur(0), Lines: 2, Charges: 1}, carried)
		if inv.Document != Bill || inv.Total() != eur(c.total) || inv.CarryOut != eur(c.carryOut) || inv.Carried != carried {
			t.Errorf("month %d: %+v", i, inv)
		}
		carried, sum = inv.CarryOut, sum.Add(inv.Total())
	}
	if sum != eur(10000-50000+30000+25000) {
		t.Errorf("billed %v in all", sum)
	}
}

func TestPay(t *testing.T) {
	now := at("2021-06-10T12:00")
	bill := Issue(1, "EUR", may, Totals{Net: eur(10000), Tax: eur(2000), Lines: 1, Charges: 1}, eur(0))
	credit := Issue(2, "EUR", may, Totals{Net: eur(-10000), Tax: eur(-2000), Lines: 1}, eur(0))
	part := bill
	part.Paid = eur(11900)
	voided := bill
	voided.VoidedBy = "G000000009"
	for _, c := range []struct {
		name         string
		invoice      Invoice
		amount       money.Amount
		on           string
		code         string
		recorded     int64
		open         int64
		standing     Standing
		afterDueDate Standing
	}{
		{"F80 the whole", bill, eur(12000), "2021-06-10", "", 12000, 0, Settled, Settled},
		{"F80 a part", bill, eur(1), "2021-06-01", "", 1, 11999, Unpaid, Overdue},
		{"F80 the rest", part, eur(100), "2021-06-10T23:59:59.999999", "", 100, 0, Settled, Settled},
		{"F80 a cent more than is open", part, eur(101), "2021-06-10", "payment.too_much", 0, 0, "", ""},
		{"F80 nothing", bill, eur(0), "2021-06-10", "payment.not_positive", 0, 0, "", ""},
		{"F80 below zero", bill, eur(-1), "2021-06-10", "payment.not_positive", 0, 0, "", ""},
		{"F80 another currency", bill, money.Of(12000, "USD"), "2021-06-10", "payment.currency", 0, 0, "", ""},
		{"F80 tomorrow", bill, eur(1), "2021-06-11", "payment.future", 0, 0, "", ""},
		{"F80 E06 a credit note is paid out", credit, eur(12000), "2021-06-10", "", -12000, 0, Settled, Settled},
		{"F80 E06 in part", credit, eur(2000), "2021-06-10", "", -2000, -10000, Unpaid, Unpaid},
		{"F80 E06 more than is owed", credit, eur(12001), "2021-06-10", "payment.too_much", 0, 0, "", ""},
		{"F80 E10 a voided invoice", voided, eur(1), "2021-06-10", "invoice.voided", 0, 0, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv, p, err := Pay(c.invoice, "p1", c.amount, at(c.on), now)
			if c.code != "" {
				if f := fault.Of(err); f == nil || f.Code != c.code {
					t.Fatalf("%v, want %s", err, c.code)
				}
				return
			}
			if err != nil || p.Amount != eur(c.recorded) || inv.Open() != eur(c.open) || !p.On.Equal(when.Midnight(at(c.on))) || p.Invoice != inv.ID || !p.At.Equal(now) {
				t.Errorf("%v: %+v, open %v", err, p, inv.Open())
			}
			if got := inv.Standing(inv.DueAt.Add(-time.Microsecond)); got != c.standing {
				t.Errorf("F71 the last microsecond before it is due: %s", got)
			}
			if got := inv.Standing(inv.DueAt); got != c.afterDueDate {
				t.Errorf("F71 on the dot: %s", got)
			}
		})
	}
}

// TestPaymentsNeverPassTheTotal: F80, whatever is tried.
func TestPaymentsNeverPassTheTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gross := rapid.Int64Range(-1e6, 1e6).Draw(t, "gross")
		charges := 0
		if gross > 0 {
			charges = 1
		}
		inv := Issue(1, "EUR", may, Totals{Net: eur(gross), Tax: eur(0), Lines: 1, Charges: charges}, eur(0))
		sum := eur(0)
		for range 8 {
			after, p, err := Pay(inv, "p", eur(rapid.Int64Range(-10, 1e6).Draw(t, "amount")), inv.IssuedAt, inv.IssuedAt)
			if err == nil {
				inv, sum = after, sum.Add(p.Amount)
			}
		}
		if inv.Paid != sum || inv.Open().Sign()*inv.Total().Sign() < 0 || inv.Open().Add(inv.Paid) != inv.Total() {
			t.Fatalf("total %v, paid %v, open %v", inv.Total(), inv.Paid, inv.Open())
		}
	})
}

func TestVoid(t *testing.T) {
	now := at("2021-06-15T08:30")
	bill := Issue(1, "EUR", may, Totals{Net: eur(-100), Tax: eur(-20), Lines: 3, Charges: 1}, eur(-50))
	note, again, err := Void(bill, 8, now)
	if err != nil {
		t.Fatal(err)
	}
	if zero := note.Total().Add(bill.Total()); !zero.IsZero() || note.CarryOut.Add(bill.CarryOut).Sign() != 0 || note.Carried.Add(bill.Carried).Sign() != 0 {
		t.Errorf("E10 the note takes back %v of %v", note.Total(), bill.Total())
	}
	if note.ID != "G000000008" || note.Document != VoidNote || note.Amends != bill.ID || !note.Open().IsZero() || !note.IssuedAt.Equal(now) {
		t.Errorf("E10 void note %+v", note)
	}
	want := bill
	want.ID, want.Number, want.Edition, want.Amends, want.IssuedAt, want.DueAt = "G000000009", 9, 2, bill.ID, now, now.Add(PaymentTerm)
	if diff := cmp.Diff(want, again, cmp.Comparer(func(a, b money.Amount) bool { return a == b })); diff != "" {
		t.Errorf("E10 issued again:\n%s", diff)
	}
	voided, paid := bill, bill
	voided.VoidedBy = note.ID
	paid.Paid = eur(1)
	for code, i := range map[string]Invoice{"invoice.voided": voided, "invoice.void_note": note, "invoice.paid": paid} {
		if _, _, err := Void(i, 10, now); fault.Of(err) == nil || fault.Of(err).Code != code {
			t.Errorf("E10 %s: %v", code, err)
		}
	}
	if voided.Standing(now) != Voided || !voided.Open().IsZero() {
		t.Errorf("E10 %s, open %v", voided.Standing(now), voided.Open())
	}
}

func eur(minor int64) money.Amount { return money.Of(minor, "EUR") }
