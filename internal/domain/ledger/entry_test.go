package ledger_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	. "github.com/comptoir-dev/comptoir/internal/domain/ledger"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

var now = time.Date(2023, 5, 10, 9, 30, 0, 0, time.UTC)

func eur(minor int64) money.Amount { return money.Of(minor, "EUR") }

func TestNewEntry(t *testing.T) {
	for _, c := range []struct {
		name string
		ps   []Posting
		ok   bool
	}{
		{"nothing", nil, false},
		{"one side", []Posting{{Receivable, eur(1)}}, false},
		{"one side of nothing", []Posting{{Receivable, eur(0)}}, false},
		{"two that differ", []Posting{{Receivable, eur(2)}, {Sales, eur(-1)}}, false},
		{"two on the same side", []Posting{{Receivable, eur(1)}, {Sales, eur(1)}}, false},
		{"two currencies", []Posting{{Receivable, eur(1)}, {Sales, money.Of(-1, "USD")}}, false},
		{"two currencies that each balance", []Posting{{Receivable, eur(1)}, {Sales, eur(-1)}, {Receivable, money.Of(1, "USD")}, {Sales, money.Of(-1, "USD")}}, false},
		{"a currency and none", []Posting{{Receivable, eur(1)}, {Sales, money.Of(-1, "")}}, false},
		{"balanced", []Posting{{Receivable, eur(12)}, {Sales, eur(-10)}, {Tax, eur(-2)}}, true},
		{"a payment", []Posting{{Cash, eur(12)}, {Receivable, eur(-12)}}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, err := NewEntry("e1", now, "c1", c.ps...)
			if (err == nil) != c.ok {
				t.Fatal(err)
			}
			if err == nil && (e.ID() != "e1" || !e.At().Equal(now) || e.Ref() != "c1" || len(e.Postings()) != len(c.ps)) {
				t.Errorf("%+v", e)
			}
		})
	}
}

func TestEntryStaysAsWritten(t *testing.T) {
	ps := []Posting{{Cash, eur(12)}, {Receivable, eur(-12)}}
	e, err := NewEntry("e1", now, "p1", ps...)
	if err != nil {
		t.Fatal(err)
	}
	ps[0].Amount = eur(99)
	e.Postings()[1].Amount = eur(99)
	if got := e.Postings(); got[0].Amount != eur(12) || got[1].Amount != eur(-12) {
		t.Errorf("%v", got)
	}
}

func TestSale(t *testing.T) {
	if _, ok := Sale("e1", now, "c1", eur(0), eur(0)); ok {
		t.Error("an entry for a charge of nothing")
	}
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(-1e12, 1e12)
		net, tax := eur(minor.Draw(t, "net")), eur(minor.Draw(t, "tax"))
		e, ok := Sale("e1", now, "c1", net, tax)
		if ok == (net.IsZero() && tax.IsZero()) {
			t.Fatalf("entry: %v", ok)
		}
		sums, sum := map[Account]money.Amount{}, eur(0)
		for _, p := range e.Postings() {
			if p.Amount.IsZero() {
				t.Fatal("a posting of nothing")
			}
			sums[p.Account] = sums[p.Account].Add(p.Amount)
			sum = sum.Add(p.Amount)
		}
		if !sum.IsZero() || sums[Receivable].Minor() != net.Minor()+tax.Minor() || sums[Sales].Minor() != -net.Minor() || sums[Tax].Minor() != -tax.Minor() {
			t.Fatalf("%v", e.Postings())
		}
	})
}
