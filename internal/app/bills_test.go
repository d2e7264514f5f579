package app_test

import (
	"context"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// bills are a customer's, oldest first, each with its lines.
func (w *world) bills(c party.Customer) (all []app.BillView) {
	w.t.Helper()
	found, err := w.Bills(context.Background(), w.who, c.ID, app.InvoiceQuery{})
	if err != nil {
		w.t.Fatal(err)
	}
	for i := len(found) - 1; i >= 0; i-- {
		v, err := w.Bill(context.Background(), w.who, c.ID, found[i].ID, 0, 100)
		if err != nil {
			w.t.Fatal(err)
		}
		sum := billing.Totals{}
		for _, l := range v.Lines {
			sum = sum.Add(l.Charge)
			if l.PriceRow != "" || l.Line.Tariff != (billing.Tariff{}) {
				w.t.Errorf("R09 a line tells of the cost: %+v", l)
			}
		}
		if sum.Gross().Minor() != v.Totals.Gross().Minor() || sum.Lines != v.Totals.Lines {
			w.t.Errorf("F78 %s holds %+v, its lines %+v", v.ID, v.Totals, sum)
		}
		all = append(all, v)
	}
	return all
}

func (w *world) markup(points int64, from time.Time) (app.MarkupView, error) {
	return do[app.MarkupView](w, func(req app.Request) (app.Reply, error) {
		return w.SetMarkup(context.Background(), w.who, req, billing.Markup{Points: points, From: from})
	})
}

func (w *world) prices(rows ...billing.OwnPrice) error {
	_, err := do[[]billing.OwnPrice](w, func(req app.Request) (app.Reply, error) {
		return w.AddOwnPrices(context.Background(), w.who, req, rows)
	})
	return err
}

func month(y int, m time.Month) time.Time { return when.Date(y, m, 1) }

// TestF78Bills: F78 R23 E10. A bill is the month's charges at the partner's price when they were ordered, numbered from 1 for
// each partner; the invoice stays at cost; a later mark-up or name changes nothing that was ordered, nor a bill.
func TestF78Bills(t *testing.T) {
	both(t, func(w *world) {
		c := w.alone()
		if _, err := w.markup(1_000, time.Time{}); err != nil {
			t.Fatal(err)
		}
		o := w.buy(c, 3)
		w.clock.Set(now.Add(time.Hour))
		if v, err := w.markup(5_000, time.Time{}); err != nil || v.Points != 5_000 || len(v.Rows) != 2 {
			t.Fatalf("R23 %+v %v", v, err)
		}
		w.buy(c, 1)
		if len(w.bills(c)) != 0 {
			t.Error("F78 billed before the period's end")
		}
		w.run(month(2026, 12))
		cost, all := w.invoices()[0], w.bills(c)
		if len(all) != 1 {
			t.Fatalf("F78 %d bills", len(all))
		}
		b := all[0]
		one := cost.Totals.Net.Minor() / 4
		if b.ID != "B000000001" || b.Issuer != "Solo" || b.Name != "Atelier" || !b.IssuedAt.Equal(month(2026, 12)) || !b.DueAt.Equal(b.IssuedAt.Add(billing.PaymentTerm)) ||
			b.Totals.Net.Minor() != 3*(one+one/10)+one+one/2 || b.Totals.Tax.Minor() != 2_383+1_083 || b.Document != billing.Bill {
			t.Errorf("F78 %+v, at cost %+v", b.CustomerBill, cost)
		}
		if _, err := w.markup(0, time.Time{}); err != nil {
			t.Fatal(err)
		}
		if err := w.prices(userCAL(w, "1")); err != nil {
			t.Fatal(err)
		}
		if again := w.bills(c); !reflect.DeepEqual(again, all) {
			t.Errorf("F78 the bill moved: %+v, was %+v", again, all)
		}
		// A credit gives back what was billed, not what it would be billed now (E26).
		w.clock.Set(month(2026, 12).Add(9 * 24 * time.Hour))
		w.cancel(c, o)
		w.buy(c, 2)
		w.run(month(2027, 1))
		if all = w.bills(c); len(all) != 2 || all[1].ID != "B000000002" {
			t.Fatalf("F78 %+v", all)
		}
		last := all[1]
		if want := money.Of(200-3*(one+one/10), "EUR"); last.Totals.Net != want || last.CarryOut != last.Totals.Gross() || !last.Total().IsZero() {
			t.Errorf("F78 E07 %+v, want %v", last.CustomerBill, want)
		}
		w.run(month(2027, 6)) // what is carried closes in a month that charges nothing
		if all = w.bills(c); len(all) != 3 || all[2].Document != billing.CreditNote || all[2].Total() != last.CarryOut || all[2].Totals.Lines != 0 || !all[2].IssuedAt.Equal(month(2027, 2)) {
			t.Errorf("E06 %+v", all)
		}
	})
}

// userCAL is an own price of the user licence in France.
func userCAL(w *world, unit string) billing.OwnPrice {
	p, err := money.ParsePrice(unit, "EUR")
	if err != nil {
		w.t.Fatal(err)
	}
	return billing.OwnPrice{Product: sandbox.UserCAL, Sku: "0001", Market: "FR", Plan: catalog.OneTime, Unit: p}
}

// TestF78AtCost: without a mark-up, and with one of 0, the customer is billed the sum of its charges, line by line, whatever
// was bought, added, renewed and cancelled; the demo's own partner sells at more, by its mark-up.
func TestF78AtCost(t *testing.T) {
	both(t, func(w *world) {
		demo := w.who
		c := w.alone()
		mail, err := do[app.Purchase](w, func(req app.Request) (app.Reply, error) {
			return w.PlaceOrder(context.Background(), w.who, req, c.ID, []order.CartLine{
				{Item: sandbox.Item(sandbox.MailSuite, "0001", "FR"), Quantity: 7, Plan: catalog.Monthly, Term: when.Year},
			}, app.Asked{})
		})
		if err != nil || len(mail.Orders) != 1 {
			t.Fatal(err, mail.Failed)
		}
		w.buy(c, 3)
		o := w.buy(c, 1)
		w.run(month(2026, 12))
		if _, err := w.markup(0, time.Time{}); err != nil {
			t.Fatal(err)
		}
		w.clock.Set(now.Add(12 * 24 * time.Hour))
		w.cancel(c, o)
		w.run(month(2028, 3))
		invoices, bills := w.invoices(), w.bills(c)
		if len(bills) != len(invoices) || len(bills) < 15 {
			t.Fatalf("F78 %d bills, %d invoices", len(bills), len(invoices))
		}
		for i, b := range bills {
			inv := invoices[len(invoices)-1-i]
			_, lines, err := w.InvoiceLines(context.Background(), w.who, inv.ID, app.ChargeQuery{})
			if err != nil || b.Totals != inv.Totals || b.Total() != inv.Total() || len(lines) != len(b.Lines) {
				t.Fatalf("F78 %+v is not %+v: %v", b.CustomerBill, inv, err)
			}
			for n, l := range lines {
				if b.Lines[n].Net != l.Net || b.Lines[n].Tax != l.Tax || b.Lines[n].Unit != l.Unit {
					t.Errorf("F78 %+v is not %+v", b.Lines[n], l)
				}
			}
		}
		w.who = demo
		cost, sold := map[money.Currency]int64{}, map[money.Currency]int64{}
		for _, i := range w.invoices() {
			cost[i.Currency] += i.Totals.Gross().Minor()
		}
		for _, c := range w.seeded.Customers {
			for _, b := range w.bills(c) {
				sold[b.Currency] += b.Totals.Gross().Minor()
			}
		}
		for currency, at := range cost {
			if at > 0 && sold[currency] <= at {
				t.Errorf("F78 in %s %d of cost are sold for %d", currency, at, sold[currency])
			}
		}
	})
}

// TestE10BillsOnce: sweeps that run at once, and one that was cut off, bill each customer once, without a gap in the numbers.
func TestE10BillsOnce(t *testing.T) {
	both(t, func(w *world) {
		due := month(2026, 12)
		var all sync.WaitGroup
		for i := range 4 {
			all.Go(func() {
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				stop := i == 0 // the first is cut off at its first bill
				err := w.RunDue(ctx, due, w.clock.Set, func(h app.Happened) {
					if stop && h.What == "bill" {
						cancel()
					}
				})
				if err != nil && !stop {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.run(due)
		numbers := map[id.Invoice]bool{}
		for _, c := range w.seeded.Customers {
			for _, b := range w.bills(c) {
				if numbers[b.ID] {
					t.Errorf("E10 %s twice", b.ID)
				}
				numbers[b.ID] = true
			}
		}
		if len(numbers) < 8 {
			t.Errorf("%d bills", len(numbers))
		}
	})
}

// TestR23: mark-up and own prices are the global admin's, begin now or later, and name what the price sheet sells.
func TestR23MarkupAndPrices(t *testing.T) {
	both(t, func(w *world) {
		c := w.alone()
		owner := w.who
		for _, role := range party.AllRoles() {
			w.who.Roles = party.RolesOf(role)
			_, err := w.markup(1, time.Time{})
			if allowed := role == party.GlobalAdmin; allowed != (err == nil) || !allowed && code(err) != "role.missing" {
				t.Errorf("R23 %s: %v", role, err)
			}
			if _, err := w.OwnPrices(context.Background(), w.who, app.OwnPriceQuery{}); (err == nil) != (role == party.GlobalAdmin) {
				t.Errorf("R23 %s: %v", role, err)
			}
		}
		w.who = owner
		seat := userCAL(w, "99.5")
		unknown, sku, country, plan := seat, seat, seat, seat
		unknown.Product, sku.Sku, country.Market, plan.Plan = "CMPNOTHING01", "9999", "DE", catalog.Monthly
		dollars, past, later, free := seat, seat, seat, seat
		dollars.Unit, past.From, later.From, free.ByMarkup = money.PriceOf(1, "USD"), now.Add(-time.Microsecond), month(2026, 12), true
		free.From = month(2027, 1)
		for _, x := range []struct {
			name, code string
			row        billing.OwnPrice
		}{
			{"unknown product", "resale.product", unknown}, {"unknown SKU", "resale.sku", sku}, {"not sold there", "resale.item", country},
			{"not sold by this plan", "resale.item", plan}, {"not sold in this currency", "resale.item", dollars}, {"in the past", "resale.past", past},
		} {
			if err := w.prices(later, x.row); code(err) != x.code {
				t.Errorf("R23 %s: %v", x.name, err)
			}
		}
		if rows, err := w.OwnPrices(context.Background(), w.who, app.OwnPriceQuery{}); err != nil || len(rows) != 0 {
			t.Errorf("R23 a set that was refused left %+v %v", rows, err)
		}
		if err := w.prices(later, free); err != nil {
			t.Fatal(err)
		}
		// Ordered before, with and after the own price.
		if _, err := w.markup(10_000, time.Time{}); err != nil {
			t.Fatal(err)
		}
		for m := range 3 {
			w.clock.Set(month(2026, 11+time.Month(m)).Add(20 * 24 * time.Hour))
			w.buy(c, 2)
			w.run(month(2026, 12+time.Month(m)))
		}
		all, cost := w.bills(c), w.invoices()[0].Totals.Net
		if len(all) != 3 {
			t.Fatalf("%d bills", len(all))
		}
		for i, want := range []int64{2 * cost.Minor(), 2 * 9950, 2 * cost.Minor()} {
			if all[i].Totals.Net.Minor() != want {
				t.Errorf("F78 month %d: %v, want %d", i, all[i].Totals.Net, want)
			}
		}
		w.who.Scope = party.NewScope(w.seeded.Provider.ID, w.seeded.Reseller.ID)
		if _, err := w.Markup(context.Background(), w.who); code(err) != "resale.provider" {
			t.Errorf("R23 a reseller: %v", err)
		}
	})
}

// TestR09WhoReadsBills: the customer's own admins, and the partner's people who read its invoices.
func TestR09WhoReadsBills(t *testing.T) {
	both(t, func(w *world) {
		own, other := w.seeded.Customers[1], w.seeded.Customers[0]
		staff := w.who
		for _, role := range party.AllRoles() {
			w.who = staff
			w.who.Roles, w.who.Client = party.RolesOf(role), ""
			if role.Side() == party.CustomerSide {
				w.who.Customer = own.ID
			}
			may := role == party.CustomerGlobal || role == party.CustomerBilling || role == party.GlobalAdmin || role == party.BillingAdmin
			found, err := w.Bills(context.Background(), w.who, own.ID, app.InvoiceQuery{})
			if may != (err == nil) || may && len(found) == 0 {
				t.Errorf("R09 %s: %d bills, %v", role, len(found), err)
			}
			if _, err := w.Bills(context.Background(), w.who, other.ID, app.InvoiceQuery{}); role.Side() == party.CustomerSide && err == nil {
				t.Errorf("R09 %s reads another's bills", role)
			}
			if role.Side() == party.CustomerSide {
				if _, err := w.Invoices(context.Background(), w.who, app.InvoiceQuery{}); err == nil {
					t.Errorf("R09 %s reads the partner's invoices", role)
				}
				if _, err := w.Markup(context.Background(), w.who); err == nil {
					t.Errorf("R09 %s reads the margin", role)
				}
			}
		}
	})
}
