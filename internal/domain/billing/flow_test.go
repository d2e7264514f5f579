package billing_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	. "github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/ledger"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

// cents is a charge, or with of a credit, of net and tax in cents.
func cents(name id.Charge, line int, kind Kind, on string, net, tax int64, of id.Charge) Charge {
	return Charge{ID: name, Line: line, Kind: kind, At: at(on), Net: money.Of(net, "EUR"), Tax: money.Of(tax, "EUR"), Of: of}
}

// booked posts charges as acts do.
func booked(cs []Charge) map[id.Charge][]ledger.Posting {
	posted := map[id.Charge][]ledger.Posting{}
	for _, c := range cs {
		if e, ok := ledger.Sale(id.Entry("e"+c.ID), c.At, c.ID, c.Net, c.Tax); ok {
			posted[c.ID] = e.Postings()
		}
	}
	return posted
}

// stationsOf writes the stations of a flow as text, one line each.
func stationsOf(f Flow) (lines []string) {
	for _, shares := range f.Stations {
		text := ""
		for _, s := range shares {
			name := fmt.Sprintf("%s%s%s", s.Kind, s.Account, s.Document)
			if s.Credit {
				name = "back " + name
			}
			text += fmt.Sprintf("%d %s: %s; ", s.Line, name, s.Amount.Decimal())
		}
		lines = append(lines, text)
	}
	return lines
}

func TestF75FlowOfAnOrder(t *testing.T) {
	november, december := period("2026-11-01", "2026-12-01"), period("2026-12-01", "2027-01-01")
	first := Invoice{ID: "G1", Document: Bill, Edition: 1, Currency: "EUR", Period: november, VoidedBy: "G2"}
	again := Invoice{ID: "G3", Document: Bill, Edition: 2, Currency: "EUR", Period: november, Amends: "G1"}
	dollars := Invoice{ID: "G4", Document: Bill, Currency: "USD", Period: november}
	one := []Charge{cents("a", 0, New, "2026-11-03", 10000, 2000, "")}
	many := []Charge{
		cents("a", 0, New, "2026-11-03", 10000, 2000, ""), cents("b", 1, New, "2026-11-03", 3000, 0, ""), cents("z", 2, New, "2026-11-03", 0, 0, ""),
		cents("c", 0, Cycle, "2026-12-03", 10000, 2000, ""), cents("d", 0, Cancel, "2026-12-04", -7500, -1500, "c"),
	}
	swapped := []Charge{cents("a", 1, New, "2026-11-03", 2, 0, ""), cents("b", 0, New, "2026-11-03", 1, 0, "")}
	for _, c := range []struct {
		name    string
		charges []Charge
		books   map[id.Charge][]ledger.Posting
		docs    []Invoice
		want    []string
		sum     string // charged, invoiced, credited, kept
		sound   bool
	}{
		{"nothing was charged", nil, nil, nil, []string{"", "", "", "", ""}, "0.00 0.00 0.00 0.00", true},
		{"a free line has no way", many[2:3], nil, nil, []string{"", "", "", "", ""}, "0.00 0.00 0.00 0.00", true},
		{"not invoiced yet", one, booked(one), nil, []string{"0 : 120.00; ", "0 new: 120.00; ", "0 sales: 100.00; 0 tax: 20.00; ", "0 : 120.00; ", "0 : 120.00; "}, "120.00 0.00 0.00 120.00", true},
		{"another currency's document", one, booked(one), []Invoice{dollars}, []string{"0 : 120.00; ", "0 new: 120.00; ", "0 sales: 100.00; 0 tax: 20.00; ", "0 : 120.00; ", "0 : 120.00; "}, "120.00 0.00 0.00 120.00", true},
		{"E10 a document that was taken back and issued again", one, booked(one), []Invoice{first, again}, []string{"0 : 120.00; ", "0 new: 120.00; ", "0 sales: 100.00; 0 tax: 20.00; ", "0 G3: 120.00; ", "0 : 120.00; "}, "120.00 120.00 0.00 120.00", true},
		{
			"E05 two lines, two months, a credit not yet invoiced", many, booked(many), []Invoice{again},
			[]string{"0 : 240.00; 1 : 30.00; ", "0 new: 150.00; 0 cycle: 120.00; ", "0 sales: 230.00; 0 tax: 40.00; ", "0 G3: 150.00; 0 : 120.00; ", "0 : 180.00; 0 back : 90.00; "}, "270.00 150.00 90.00 180.00", true,
		},
		{
			"E05 the credit on a later document", many, booked(many), []Invoice{again, {ID: "G5", Currency: "EUR", Period: december}},
			[]string{"0 : 240.00; 1 : 30.00; ", "0 new: 150.00; 0 cycle: 120.00; ", "0 sales: 230.00; 0 tax: 40.00; ", "0 G3: 150.00; 0 G5: 120.00; ", "0 : 180.00; 0 back G5: 90.00; "}, "270.00 270.00 90.00 180.00", true,
		},
		{"lines by their numbers, whatever the charges are called", swapped, booked(swapped), nil,
			[]string{"0 : 0.01; 1 : 0.02; ", "0 new: 0.03; ", "0 sales: 0.03; ", "0 : 0.03; ", "0 : 0.03; "}, "0.03 0.00 0.00 0.03", true},
		{"a charge that the books do not have", one, nil, []Invoice{again}, []string{"0 : 120.00; ", "0 new: 120.00; ", "0 : 120.00; ", "0 G3: 120.00; ", "0 : 120.00; "}, "120.00 120.00 0.00 120.00", false},
		{"a charge whose tax the books do not have", one, map[id.Charge][]ledger.Posting{"a": {{Account: ledger.Receivable, Amount: money.Of(10000, "EUR")}, {Account: ledger.Sales, Amount: money.Of(-10000, "EUR")}}}, nil,
			[]string{"0 : 120.00; ", "0 new: 120.00; ", "0 sales: 100.00; 0 : 20.00; ", "0 : 120.00; ", "0 : 120.00; "}, "120.00 0.00 0.00 120.00", false},
		{"a credit that the books do not have", many, booked(many[:4]), []Invoice{again},
			[]string{"0 : 240.00; 1 : 30.00; ", "0 new: 150.00; 0 cycle: 120.00; ", "0 sales: 230.00; 0 tax: 40.00; ", "0 G3: 150.00; 0 : 120.00; ", "0 : 180.00; 0 back : 90.00; "}, "270.00 150.00 90.00 180.00", false},
		{"a credit of nothing", append(slices.Clone(one), cents("x", 0, Cancel, "2026-12-04", -1, 0, "gone")), booked(append(slices.Clone(one), cents("x", 0, Cancel, "2026-12-04", -1, 0, "gone"))), nil,
			[]string{"0 : 120.00; ", "0 new: 120.00; ", "0 sales: 100.00; 0 tax: 20.00; ", "0 : 120.00; ", "0 : 120.00; "}, "120.00 0.00 0.01 119.99", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := TraceFlow(c.charges, c.books, c.docs)
			if got := stationsOf(f); !slices.Equal(got, c.want) {
				t.Errorf("stations:\n%q\nwant\n%q", got, c.want)
			}
			if got := fmt.Sprint(f.Charged.Decimal(), " ", f.Invoiced.Decimal(), " ", f.Credited.Decimal(), " ", f.Kept().Decimal()); got != c.sum || f.Sound != c.sound {
				t.Errorf("%s, sound %t, want %s, %t", got, f.Sound, c.sum, c.sound)
			}
		})
	}
}

// TestF75FlowLosesNoCent: whatever was charged, posted, invoiced and credited, each station comes to what was charged, and what
// reaches a node is what leaves it; what the books lack is in the sum, too.
func TestF75FlowLosesNoCent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []Charge
		var charged, credited, invoiced, tax int64
		var docs []Invoice
		for m := range 6 {
			p := period(fmt.Sprintf("2026-%02d-01", m+1), fmt.Sprintf("2026-%02d-01", m+2))
			if rapid.Bool().Draw(t, "issued") {
				docs = append(docs, Invoice{ID: id.Invoice(fmt.Sprint("G", m)), Currency: "EUR", Period: p})
			}
		}
		for i := range rapid.IntRange(1, 12).Draw(t, "charges") {
			net := rapid.Int64Range(0, 1_000_00).Draw(t, "net")
			c := cents(id.Charge(fmt.Sprint("c", i)), rapid.IntRange(0, 4).Draw(t, "line"), rapid.SampledFrom([]Kind{New, Cycle, Renew, AddQuantity}).Draw(t, "kind"),
				fmt.Sprintf("2026-%02d-%02d", rapid.IntRange(1, 6).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day")), net, rapid.Int64Range(0, net).Draw(t, "tax"), "")
			all, charged, tax = append(all, c), charged+c.Gross().Minor(), tax+c.Tax.Minor()
			if slices.ContainsFunc(docs, func(d Invoice) bool { return d.Period.Contains(c.At) }) {
				invoiced += c.Gross().Minor()
			}
			net, held := c.Net.Minor(), c.Tax.Minor()
			for j := range rapid.IntRange(0, 2).Draw(t, "credits") {
				n, x := rapid.Int64Range(0, net).Draw(t, "back"), rapid.Int64Range(0, held).Draw(t, "back tax")
				net, held, credited = net-n, held-x, credited+n+x
				all = append(all, cents(id.Charge(fmt.Sprint("d", i, j)), c.Line, Cancel, fmt.Sprintf("2026-%02d-15", rapid.IntRange(1, 6).Draw(t, "credit month")), -n, -x, c.ID))
			}
		}
		posted := booked(all)
		whole := true
		for _, c := range all {
			if !c.Gross().IsZero() && rapid.IntRange(0, 9).Draw(t, "lost") == 0 {
				delete(posted, c.ID)
				whole = false
				if c.Of == "" {
					tax -= c.Tax.Minor()
				}
			}
		}
		f := TraceFlow(all, posted, docs)
		if f.Charged.Minor() != charged || f.Credited.Minor() != credited || f.Invoiced.Minor() != invoiced || f.Kept().Minor() != charged-credited || f.Sound != whole {
			t.Fatalf("%+v, want %d, %d, %d, sound %t", f, charged, credited, invoiced, whole)
		}
		for s, shares := range f.Stations {
			var sum int64
			for i, share := range shares {
				var in, out int64
				for _, x := range f.Streams[max(0, s-1)] {
					if x.To == i {
						in += x.Amount.Minor()
					}
				}
				for _, x := range f.Streams[min(s, len(f.Streams)-1)] {
					if x.From == i {
						out += x.Amount.Minor()
					}
				}
				if sum += share.Amount.Minor(); s > 0 && in != share.Amount.Minor() || s < len(f.Streams) && out != share.Amount.Minor() || share.Amount.Sign() <= 0 {
					t.Fatalf("%d reach %+v of station %d, %d leave it", in, share, s, out)
				}
				if share.Account == ledger.Tax && share.Amount.Minor() != tax {
					t.Fatalf("%d of tax, want %d", share.Amount.Minor(), tax)
				}
			}
			if sum != charged {
				t.Fatalf("station %d comes to %d of %d", s, sum, charged)
			}
		}
	})
}
