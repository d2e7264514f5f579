package store_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/ledger"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// march is the period of the charges below, of 100 and 10 tax.
var march = when.Period{Start: when.Date(2026, 3, 1), End: when.Date(2026, 4, 1)}

func marchBill(number int64, net int64, carried int64) billing.CustomerBill {
	t := billing.Totals{Net: money.Of(net, "EUR"), Tax: money.Of(net/10, "EUR"), Lines: 1, Charges: 1}
	return billing.IssueBill(number, party.Partner{Name: "Nine"}, party.Customer{ID: acme, CompanyName: "Acme", Culture: "fr-FR"}, "EUR", march, t, money.Of(carried, "EUR"))
}

// charged puts one charge into March.
func charged(t *store.Tx) error {
	c := chargeOf("c", 0, "o", "", 100, "EUR")
	sale, _ := ledger.Sale("e", c.At, c.ID, c.Net, c.Tax)
	return errors.Join(t.AddOrder(order.Order{ID: "o", Customer: acme, At: noon, Status: order.Completed}, ""),
		t.AddCharges([]billing.Charge{c}), t.AddEntries(sale))
}

// TestF78VerifyReadsTheBills: each way in which bills can be wrong is told, and none of a good store.
func TestF78VerifyReadsTheBills(t *testing.T) {
	done := func(t *store.Tx) error { return errors.Join(t.DueBills("EUR", march), t.BillsDone("EUR", march)) }
	number := func(t *store.Tx) error { _, err := t.NextBillNumber(); return err }
	for _, c := range []struct {
		name, want string
		fn         func(t *store.Tx) error
	}{
		{"all is well", "", func(t *store.Tx) error { return errors.Join(number(t), t.AddBill(marchBill(1, 100, 0)), done(t)) }},
		{"not billed yet", "", func(t *store.Tx) error { return t.DueBills("EUR", march) }},
		{"F78 another price", "bill B000000001 holds 121, its charges are sold for 110", func(t *store.Tx) error {
			return errors.Join(number(t), t.AddBill(marchBill(1, 110, 0)), done(t))
		}},
		{"F78 a charge forgotten", "the bills in EUR have 0 lines, their periods 1 charges", done},
		{"E07 a balance from nowhere", "bill B000000001 opens with -5, the one before left 0", func(t *store.Tx) error {
			return errors.Join(number(t), t.AddBill(marchBill(1, 100, -5)), done(t))
		}},
		{"E10 a gap", "the last bill has the number 2, there are 1", func(t *store.Tx) error {
			return errors.Join(number(t), number(t), t.AddBill(marchBill(2, 100, 0)), done(t))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Both(t, func(t *testing.T, s *store.Store) {
				if err := do(s, func(t *store.Tx) error { return errors.Join(charged(t), c.fn(t)) }); err != nil {
					t.Fatal(err)
				}
				got, err := s.Verify(ctx)
				if err != nil || c.want == "" && len(got) > 0 || !strings.Contains(strings.Join(got, "\n"), c.want) {
					t.Errorf("%v %q, want %q", err, got, c.want)
				}
			})
		})
	}
}

// TestF78BillsAreKept: bills and what they are made by read back as they were written; a customer is billable until it has
// its bill, and again while it has a balance; the period's bills are due until they are done; none is made twice.
func TestF78BillsAreKept(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		april := when.Period{Start: march.End, End: when.Date(2026, 5, 1)}
		billable := func(p when.Period, want ...app.Billable) {
			t.Helper()
			got, err := view(s, func(r *store.Reader) ([]app.Billable, error) { return r.Billable(own, p, app.Billable{}, 10) })
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%v\n%s", err, diff)
			}
		}
		if err := do(s, func(t *store.Tx) error {
			return errors.Join(charged(t), t.DueBills("EUR", march), t.DueBills("EUR", march))
		}); err != nil {
			t.Fatal(err)
		}
		billable(march, app.Billable{Currency: "EUR", Customer: acme})
		due, err := s.NextDue(march.End, 10)
		if err != nil || len(due) != 1 || due[0].Period != march || due[0].Currency != "EUR" || !due[0].At.Equal(march.End) {
			t.Errorf("%v %+v", err, due)
		}
		bill := marchBill(1, 100, -500)
		if err := do(s, func(t *store.Tx) error { return errors.Join(t.AddBill(bill), t.BillsDone("EUR", march)) }); err != nil {
			t.Fatal(err)
		}
		billable(march)
		billable(april, app.Billable{Currency: "EUR", Customer: acme})
		if due, err := s.NextDue(april.End, 10); err != nil || len(due) != 0 {
			t.Errorf("%v %+v", err, due)
		}
		for _, read := range []func(r *store.Reader) (billing.CustomerBill, error){
			func(r *store.Reader) (billing.CustomerBill, error) { return r.Bill(own, acme, bill.ID) },
			func(r *store.Reader) (billing.CustomerBill, error) {
				b, _, err := r.LastBill(own, acme, "EUR")
				return b, err
			},
			func(r *store.Reader) (billing.CustomerBill, error) {
				bs, err := r.Bills(own, acme, app.InvoiceQuery{})
				return bs[0], err
			},
		} {
			got, err := view(s, read)
			if diff := cmp.Diff(bill, got, byValue); err != nil || diff != "" {
				t.Errorf("%v\n%s", err, diff)
			}
		}
		if err := do(s, func(t *store.Tx) error { return t.AddBill(marchBill(2, 100, 0)) }); err == nil {
			t.Error("E10 a second bill of one period")
		}
		ups := []billing.Markup{{From: march.Start, Points: 100}, {From: march.Start, Points: 0}}
		prices := []billing.OwnPrice{
			{Product: "P1", Sku: "0001", Market: "FR", Term: when.Year, Plan: catalog.Annual, From: march.Start, Unit: money.PriceOf(12_345, "EUR")},
			{Product: "P2", Sku: "0001", Market: "FR", Plan: catalog.OneTime, From: march.End, Unit: money.PriceOf(0, "EUR"), ByMarkup: true},
		}
		if err := do(s, func(t *store.Tx) error {
			return errors.Join(t.AddMarkup(ups[0], march.Start), t.AddMarkup(ups[1], march.Start), t.AddOwnPrices(prices, march.Start))
		}); err != nil {
			t.Fatal(err)
		}
		gotUps, err := view(s, func(r *store.Reader) ([]billing.Markup, error) { return r.Markups(own) })
		if diff := cmp.Diff(ups, gotUps); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
		gotPrices, err := view(s, func(r *store.Reader) ([]billing.OwnPrice, error) { return r.OwnPrices(own, app.OwnPriceQuery{}) })
		if diff := cmp.Diff(prices, gotPrices, byValue); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
		if err := do(s, func(t *store.Tx) error { return t.AddMarkup(ups[0], march.End) }); err == nil {
			t.Error("R23 a mark-up that begins before it is recorded")
		}
	})
}
