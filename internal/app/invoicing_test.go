package app_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// run brings the world to an instant, with all that falls due on the way.
func (w *world) run(until time.Time) {
	w.t.Helper()
	if err := w.RunDue(context.Background(), until, w.clock.Set, nil); err != nil {
		w.t.Fatal(err)
	}
	w.clock.Set(until)
}

// alone makes the world's actor that of a new partner with one customer, who has bought nothing yet.
func (w *world) alone() party.Customer {
	w.t.Helper()
	partner := party.Partner{ID: "7d000000-0000-4000-8000-0000000000aa", Name: "Solo", Kind: party.DirectBill, Country: "FR", BillingDay: 1, Culture: "fr-FR"}
	w.who.Scope = party.NewScope(partner.ID, "")
	c := party.Customer{
		ID: "6f000000-0000-4000-8000-0000000000aa", CompanyName: "Atelier", Domain: "solo.example", Segment: market.Commercial,
		Address: party.Address{Country: "FR"}, CreatedAt: now,
	}
	if _, err := w.Store.Update(context.Background(), app.Act{Actor: w.who}, func(tx app.Tx) (any, error) {
		return nil, errors.Join(tx.AddPartner(partner), tx.AddCustomer(c))
	}); err != nil {
		w.t.Fatal(err)
	}
	return c
}

// buy takes one perpetual licence.
func (w *world) buy(c party.Customer, quantity int64) order.Order {
	w.t.Helper()
	got, err := do[app.Purchase](w, func(req app.Request) (app.Reply, error) {
		return w.PlaceOrder(context.Background(), w.who, req, c.ID, []order.CartLine{
			{Item: sandbox.Item(sandbox.UserCAL, "0001", c.Country()), Quantity: quantity, Plan: catalog.OneTime},
		}, app.Asked{})
	})
	if err != nil || len(got.Orders) != 1 {
		w.t.Fatal(err, got.Failed)
	}
	return got.Orders[0]
}

func (w *world) cancel(c party.Customer, o order.Order) {
	w.t.Helper()
	if _, err := do[any](w, func(req app.Request) (app.Reply, error) {
		return w.CancelOrder(context.Background(), w.who, req, c.ID, string(o.ID), []int{0}, app.Asked{})
	}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) invoices() []billing.Invoice {
	w.t.Helper()
	all, err := w.Invoices(context.Background(), w.who, app.InvoiceQuery{})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

func (w *world) pay(in app.Receipt) (app.Paid, error) {
	return do[app.Paid](w, func(req app.Request) (app.Reply, error) { return w.RecordPayment(context.Background(), w.who, req, in) })
}

func (w *world) balance() app.Balance {
	w.t.Helper()
	all, err := w.Balances(context.Background(), w.who)
	if err != nil || len(all) != 1 {
		w.t.Fatalf("%v %+v", err, all)
	}
	return all[0]
}

// TestE06CloseOut: a partner whose only purchase is cancelled in the month after gets a credit note at that month's end,
// which is paid out; nothing is carried into months that never come.
func TestE06CloseOut(t *testing.T) {
	both(t, func(w *world) {
		c := w.alone()
		o := w.buy(c, 3)
		w.run(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
		bought := w.invoices()[0]
		if _, err := w.pay(app.Receipt{Invoice: bought.ID, Amount: bought.Total().Decimal()}); err != nil {
			t.Fatal(err)
		}
		w.run(time.Date(2026, 12, 10, 0, 0, 0, 0, time.UTC))
		w.cancel(c, o)
		w.run(time.Date(2027, 6, 1, 0, 0, 0, 0, time.UTC))
		all := w.invoices()
		if len(all) != 2 {
			t.Fatalf("E06 %d documents: %+v", len(all), all)
		}
		note := all[0]
		if note.Document != billing.CreditNote || note.Total() != bought.Total().Neg() || !note.CarryOut.IsZero() || !note.IssuedAt.Equal(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("E06 %+v", note)
		}
		if b := w.balance(); b.Amount != note.Total() || !b.Overdue.IsZero() {
			t.Errorf("E06 balance %v, overdue %v", b.Amount, b.Overdue)
		}
		if _, err := w.pay(app.Receipt{Invoice: note.ID, Amount: note.Total().Neg().Decimal()}); err != nil {
			t.Fatal(err)
		}
		if b := w.balance(); !b.Amount.IsZero() || b.Last == nil || b.Last.Amount != note.Total() {
			t.Errorf("F80 paid out: %+v", b)
		}
	})
}

// TestE07ACreditComesOffThreeMonths: a large credit beside small charges is carried until it is used up.
func TestE07ACreditComesOffThreeMonths(t *testing.T) {
	both(t, func(w *world) {
		c := w.alone()
		o := w.buy(c, 10)
		w.run(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
		w.cancel(c, o)
		for month := range 3 {
			w.buy(c, 4)
			w.run(time.Date(2027, time.January+time.Month(month), 1, 0, 0, 0, 0, time.UTC))
		}
		all := w.invoices() // newest first
		if len(all) != 4 {
			t.Fatalf("%d documents", len(all))
		}
		one := all[3].Total().Minor() / 10
		for i, want := range []struct{ total, carried, out int64 }{{2, -2, 0}, {0, -6, -2}, {0, 0, -6}, {10, 0, 0}} {
			if got := all[i]; got.Total().Minor() != want.total*one || got.Carried.Minor() != want.carried*one || got.CarryOut.Minor() != want.out*one || got.Document != billing.Bill {
				t.Errorf("E07 %s: total %v, carried in %v, on %v, want %+v of %d", got.ID, got.Total(), got.Carried, got.CarryOut, want, one)
			}
		}
		if b := w.balance(); b.Amount.Minor() != 12*one {
			t.Errorf("F80 balance %v", b.Amount)
		}
	})
}

// TestE08ACurrencyWithoutAnAccount: what was charged in a currency that nobody opened an account for has its own document
// at the period's end all the same.
func TestE08ACurrencyWithoutAnAccount(t *testing.T) {
	both(t, func(w *world) {
		c := w.alone()
		o := w.buy(c, 1)
		if _, err := w.Store.Update(context.Background(), app.Act{Actor: w.who}, func(tx app.Tx) (any, error) {
			cs, err := tx.Charges(w.who.Scope, app.ChargeQuery{Order: o.ID})
			if err != nil {
				return nil, err
			}
			yen := cs[0]
			yen.ID, yen.Net, yen.Tax = "yen", money.Of(0, "JPY"), money.Of(0, "JPY")
			return nil, tx.AddCharges([]billing.Charge{yen})
		}); err != nil {
			t.Fatal(err)
		}
		if all, err := w.Estimates(context.Background(), w.who); err != nil || len(all) != 2 {
			t.Errorf("F72 %v %+v", err, all)
		}
		w.run(time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC))
		found := map[money.Currency]int{}
		for _, i := range w.invoices() {
			found[i.Currency]++
		}
		if len(found) != 2 || found["EUR"] != 1 || found["JPY"] != 1 {
			t.Errorf("E08 %v", found)
		}
	})
}

// TestF80PaymentsUnderARace: of two payments that are each good alone, together too much, one is recorded.
func TestF80PaymentsUnderARace(t *testing.T) {
	both(t, func(w *world) {
		c := w.alone()
		w.buy(c, 1)
		w.run(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
		bill := w.invoices()[0]
		var all sync.WaitGroup
		codes := make([]string, 8)
		for i := range codes {
			all.Go(func() {
				_, err := w.pay(app.Receipt{Invoice: bill.ID, Amount: bill.Total().Sub(money.Of(1, "EUR")).Decimal()})
				codes[i] = code(err)
				if err != nil && codes[i] == "" {
					t.Error(err)
				}
			})
		}
		all.Wait()
		recorded := 0
		for _, c := range codes {
			switch c {
			case "":
				recorded++
			case "payment.too_much":
			default:
				t.Errorf("F80 %s", c)
			}
		}
		after := w.invoices()[0]
		if recorded != 1 || after.Open() != money.Of(1, "EUR") {
			t.Errorf("F80 %d were recorded, %v is open", recorded, after.Open())
		}
		for now, want := range map[time.Time]billing.Standing{bill.DueAt.Add(-time.Microsecond): billing.Unpaid, bill.DueAt: billing.Overdue} {
			if got := after.Standing(now); got != want {
				t.Errorf("F80 at %v: %s", now, got)
			}
		}
		w.run(bill.DueAt)
		if b := w.balance(); b.Overdue != money.Of(1, "EUR") {
			t.Errorf("F80 overdue %v", b.Overdue)
		}
	})
}

func TestF80Refusals(t *testing.T) {
	both(t, func(w *world) {
		w.buy(w.alone(), 1)
		w.run(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
		bill := w.invoices()[0].ID
		operator := w.who
		for _, c := range []struct {
			name, code string
			in         app.Receipt
			roles      party.Roles
		}{
			{"R22 a global admin", "role.missing", app.Receipt{Invoice: bill, Amount: "1"}, party.RolesOf(party.GlobalAdmin, party.BillingAdmin)},
			{"F80 unknown invoice", "invoice.unknown", app.Receipt{Invoice: "G999999999", Amount: "1"}, operator.Roles},
			{"F80 another currency", "payment.currency", app.Receipt{Invoice: bill, Amount: "1", Currency: "USD"}, operator.Roles},
			{"F80 nothing", "payment.not_positive", app.Receipt{Invoice: bill, Amount: "0"}, operator.Roles},
			{"F80 below zero", "payment.not_positive", app.Receipt{Invoice: bill, Amount: "-1"}, operator.Roles},
			{"F80 a tenth of a cent", "money.too_many_digits", app.Receipt{Invoice: bill, Amount: "1.001"}, operator.Roles},
			{"F80 no number", "money.not_an_amount", app.Receipt{Invoice: bill, Amount: "1e2"}, operator.Roles},
			{"F80 too much", "payment.too_much", app.Receipt{Invoice: bill, Amount: "1000000"}, operator.Roles},
			{"F80 tomorrow", "payment.future", app.Receipt{Invoice: bill, Amount: "1", On: time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)}, operator.Roles},
			{"F80 today", "", app.Receipt{Invoice: bill, Amount: "1", On: time.Date(2026, 12, 1, 23, 0, 0, 0, time.UTC)}, operator.Roles},
		} {
			w.who.Roles = c.roles
			if _, err := w.pay(c.in); code(err) != c.code || err != nil && c.code == "" {
				t.Errorf("%s: %v", c.name, err)
			}
			w.who = operator
		}
	})
}

// TestE10VoidAndReissue: the chain of an invoice that is taken back twice, its numbers and its balance.
func TestE10VoidAndReissue(t *testing.T) {
	both(t, func(w *world) {
		w.buy(w.alone(), 1)
		w.run(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
		first := w.invoices()[0]
		void := func(number id.Invoice) (app.InvoiceView, error) {
			return do[app.InvoiceView](w, func(req app.Request) (app.Reply, error) {
				return w.VoidInvoice(context.Background(), w.who, req, number)
			})
		}
		one, err := void(first.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := void(first.ID); code(err) != "invoice.voided" {
			t.Errorf("E10 twice: %v", err)
		}
		if _, err := void(one.VoidedBy); code(err) != "invoice.void_note" {
			t.Errorf("E10 the note: %v", err)
		}
		two, err := void(one.ReplacedBy)
		if err != nil {
			t.Fatal(err)
		}
		if two.Number != first.Number+2 || two.Amendments[0].Number != first.Number+3 || two.Amends != first.ID || two.Edition != 2 {
			t.Errorf("E10 %+v", two)
		}
		stands, err := w.Invoice(context.Background(), w.who, two.ReplacedBy)
		if err != nil || stands.Number != first.Number+4 || stands.Total() != first.Total() || stands.Edition != 3 {
			t.Errorf("E10 %v %+v", err, stands)
		}
		if b := w.balance(); b.Amount != first.Total() {
			t.Errorf("E10 balance %v, want %v", b.Amount, first.Total())
		}
		if _, err := w.pay(app.Receipt{Invoice: first.ID, Amount: "1"}); code(err) != "invoice.voided" {
			t.Errorf("F80 E10 %v", err)
		}
		if _, err := w.pay(app.Receipt{Invoice: stands.ID, Amount: "1"}); err != nil {
			t.Error(err)
		}
		if _, err := void(stands.ID); code(err) != "invoice.paid" {
			t.Errorf("E10 with a payment: %v", err)
		}
		_, lines, err := w.InvoiceLines(context.Background(), w.who, one.VoidedBy, app.ChargeQuery{})
		if err != nil || len(lines) != 1 || lines[0].Gross() != first.Totals.Gross().Neg() {
			t.Errorf("E10 lines of the note: %v %+v", err, lines)
		}
		w.who.Roles = party.RolesOf(party.GlobalAdmin)
		if _, err := void(stands.ID); code(err) != "role.missing" {
			t.Errorf("R22 %v", err)
		}
	})
}

// lines are those of the newest document, by kind.
func (w *world) lines() map[billing.Kind]billing.Charge {
	w.t.Helper()
	_, all, err := w.InvoiceLines(context.Background(), w.who, w.invoices()[0].ID, app.ChargeQuery{})
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[billing.Kind]billing.Charge{}
	for _, l := range all {
		if _, twice := out[l.Kind]; twice {
			w.t.Errorf("two lines of kind %s: %+v", l.Kind, all)
		}
		out[l.Kind] = l.Charge
	}
	return out
}

// TestE05BeforeAndAfterTheInvoice: cancelled in the period of its charge, both lines stand on one invoice; cancelled after
// it, the credit stands on the next and points at the line of the one before.
func TestE05BeforeAndAfterTheInvoice(t *testing.T) {
	both(t, func(w *world) {
		c := w.alone()
		w.cancel(c, w.buy(c, 3))
		w.run(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
		one := w.lines()
		bought, credit := one[billing.New], one[billing.Cancel]
		if bill := w.invoices()[0]; len(one) != 2 || credit.Of != bought.ID || !credit.Gross().Add(bought.Gross()).IsZero() || !bill.Total().IsZero() || bill.Document != billing.Bill {
			t.Errorf("E05 before its invoice: %+v of %+v", one, bill)
		}

		w.run(time.Date(2026, 12, 20, 0, 0, 0, 0, time.UTC))
		later := w.buy(c, 5)
		w.run(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
		billed := w.lines()[billing.New]
		first := w.invoices()[0]
		if first.Total() != billed.Gross() || billed.Order != later.ID {
			t.Fatalf("E05 %+v %+v", first, billed)
		}
		w.run(time.Date(2027, 1, 10, 0, 0, 0, 0, time.UTC))
		w.cancel(c, later)
		w.buy(c, 7)
		w.run(time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC))
		next := w.lines()
		credit = next[billing.Cancel]
		if bill := w.invoices()[0]; len(next) != 2 || credit.Of != billed.ID || !credit.Gross().Add(billed.Gross()).IsZero() ||
			bill.Total() != next[billing.New].Gross().Sub(billed.Gross()) || bill.ID == first.ID {
			t.Errorf("E05 after its invoice: %+v of %+v", next, bill)
		}
		if again, err := w.Invoice(context.Background(), w.who, first.ID); err != nil || again.Total() != first.Total() {
			t.Errorf("E05 the invoice that was issued stays: %+v, %v", again.Invoice, err)
		}
	})
}
