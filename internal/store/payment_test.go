package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/ledger"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// pay writes a payment with its entry.
func pay(t *store.Tx, name, invoice string, day int, minor int64) error {
	p := billing.Payment{ID: id.Payment(name), Invoice: id.Invoice(invoice), On: when.Date(2026, 3, day), At: noon, Amount: money.Of(minor, "EUR")}
	e, err := ledger.Payment(id.Entry("entry of "+name), noon, p.ID, p.Amount)
	return errors.Join(err, t.AddPayment(p), t.AddEntries(e))
}

func TestF80PaymentsFoldIntoTheInvoice(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		bill := february(1, "EUR", 1000)
		if err := do(s, func(t *store.Tx) error {
			return errors.Join(t.AddInvoice(bill), t.AddInvoice(february(2, "USD", 10)),
				pay(t, "first", "G000000001", 5, 300), pay(t, "same day", "G000000001", 5, 200), pay(t, "earlier", "G000000001", 4, 1))
		}); err != nil {
			t.Fatal(err)
		}
		got, err := view(s, func(r *store.Reader) (billing.Invoice, error) { return r.Invoice(own, "G000000001") })
		bill.Paid = money.Of(501, "EUR")
		if diff := cmp.Diff(bill, got, byValue); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
		for _, c := range []struct {
			name, want string
			q          app.PaymentQuery
		}{
			{"newest first", "same day first earlier", app.PaymentQuery{Invoice: "G000000001"}},
			{"of a currency, the last", "same day", app.PaymentQuery{Currency: "EUR", Limit: 1}},
			{"of another currency", "", app.PaymentQuery{Currency: "USD"}},
			{"of another invoice", "", app.PaymentQuery{Invoice: "G000000002"}},
		} {
			found, err := view(s, func(r *store.Reader) ([]billing.Payment, error) { return r.Payments(own, c.q) })
			var names []string
			for _, p := range found {
				names = append(names, string(p.ID))
			}
			if err != nil || strings.Join(names, " ") != c.want {
				t.Errorf("%s: %v %v, want %s", c.name, names, err, c.want)
			}
		}
	})
}

func TestE10TheChainIsRead(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		bill := february(1, "EUR", -70)
		note, again, err := billing.Void(bill, 2, noon)
		if err != nil {
			t.Fatal(err)
		}
		if err := do(s, func(t *store.Tx) error {
			return errors.Join(t.AddInvoice(bill), t.AddInvoice(note), t.AddInvoice(again))
		}); err != nil {
			t.Fatal(err)
		}
		bill.VoidedBy, bill.ReplacedBy = note.ID, again.ID
		for _, want := range []billing.Invoice{bill, note, again} {
			got, err := view(s, func(r *store.Reader) (billing.Invoice, error) { return r.Invoice(own, want.ID) })
			if diff := cmp.Diff(want, got, byValue); err != nil || diff != "" {
				t.Errorf("%s: %v\n%s", want.ID, err, diff)
			}
		}
		list, err := view(s, func(r *store.Reader) ([]billing.Invoice, error) { return r.Invoices(own, app.InvoiceQuery{}) })
		if err != nil || len(list) != 2 || list[0].ID != again.ID || list[1].ID != bill.ID {
			t.Errorf("%v: %+v", err, list)
		}
		carry, err := view(s, func(r *store.Reader) (money.Amount, error) { return r.Carry(own, "EUR") })
		if err != nil || carry != money.Of(-70, "EUR") {
			t.Errorf("E07 %v %v is carried", carry, err)
		}
	})
}

// TestVerifyReadsTheDocuments: each way in which documents and payments can be wrong is told, and none of a good store.
func TestVerifyReadsTheDocuments(t *testing.T) {
	for _, c := range []struct {
		name, want string
		fn         func(t *store.Tx, bill billing.Invoice) error
	}{
		{"all is well", "", func(t *store.Tx, bill billing.Invoice) error {
			note, again, _ := billing.Void(bill, 2, noon)
			next := billing.Issue(4, "EUR", when.Period{Start: when.Date(2026, 3, 1), End: when.Date(2026, 4, 1)},
				billing.Totals{Net: money.Of(0, "EUR"), Tax: money.Of(0, "EUR")}, money.Of(0, "EUR"))
			return errors.Join(t.AddInvoice(bill), t.AddInvoice(note), t.AddInvoice(again), t.AddInvoice(next), pay(t, "p", string(again.ID), 5, 110))
		}},
		{"F71 totals", "document G000000001 holds 111, its period charged 110", func(t *store.Tx, bill billing.Invoice) error {
			bill.Totals.Tax = bill.Totals.Tax.Add(money.Of(1, "EUR"))
			return t.AddInvoice(bill)
		}},
		{"F71 a line less", "document G000000001 holds 110, its period charged 110", func(t *store.Tx, bill billing.Invoice) error {
			bill.Totals.Lines = 0
			return t.AddInvoice(bill)
		}},
		{"E06 a charge forgotten", "the documents in EUR hold 0, their periods charged 110", func(t *store.Tx, bill billing.Invoice) error {
			p := when.Period{Start: when.Date(2026, 5, 1), End: when.Date(2026, 6, 1)}
			return t.AddInvoice(billing.Issue(1, "EUR", p, billing.Totals{Net: money.Of(0, "EUR"), Tax: money.Of(0, "EUR")}, money.Of(0, "EUR")))
		}},
		{"E07 a balance from nowhere", "document G000000001 opens with -5, the one before left 0", func(t *store.Tx, bill billing.Invoice) error {
			bill.Carried = money.Of(-5, "EUR")
			return t.AddInvoice(bill)
		}},
		{"E07 a balance left over that is not", "document G000000001 opens with 0", func(t *store.Tx, bill billing.Invoice) error {
			bill.CarryOut = money.Of(-5, "EUR")
			return t.AddInvoice(bill)
		}},
		{"E10 a void note of another sum", "document G000000002 over -109 does not match what it amends, 110", func(t *store.Tx, bill billing.Invoice) error {
			note, _, _ := billing.Void(bill, 2, noon)
			note.Totals.Net = note.Totals.Net.Add(money.Of(1, "EUR"))
			return errors.Join(t.AddInvoice(bill), t.AddInvoice(note))
		}},
		{"F80 more than the total", "document G000000001 asks for 110, its payments are 111", func(t *store.Tx, bill billing.Invoice) error {
			return errors.Join(t.AddInvoice(bill), pay(t, "p", "G000000001", 5, 111))
		}},
		{"F80 out for an invoice", "document G000000001 asks for 110, its payments are -1", func(t *store.Tx, bill billing.Invoice) error {
			return errors.Join(t.AddInvoice(bill), pay(t, "p", "G000000001", 5, -1))
		}},
		{"F80 on what was voided", "document G000000001 asks for 110, its payments are 1", func(t *store.Tx, bill billing.Invoice) error {
			note, again, _ := billing.Void(bill, 2, noon)
			return errors.Join(t.AddInvoice(bill), t.AddInvoice(note), t.AddInvoice(again), pay(t, "p", "G000000001", 5, 1))
		}},
		{"F80 without its entry", "payment p is 1, its entry 0", func(t *store.Tx, bill billing.Invoice) error {
			return errors.Join(t.AddInvoice(bill), t.AddPayment(billing.Payment{ID: "p", Invoice: bill.ID, On: noon, At: noon, Amount: money.Of(1, "EUR")}))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Both(t, func(t *testing.T, s *store.Store) {
				if err := do(s, func(t *store.Tx) error {
					charge := chargeOf("c", 0, "o", "", 100, "EUR")
					charge.At = noon.AddDate(0, 1, 0)
					period := billing.PeriodAt(1, charge.At)
					sale, _ := ledger.Sale("e", charge.At, charge.ID, charge.Net, charge.Tax)
					bill := billing.Issue(1, "EUR", period, billing.Totals{}.Add(charge), money.Of(0, "EUR"))
					return errors.Join(t.AddCharges([]billing.Charge{charge}), t.AddEntries(sale), c.fn(t, bill))
				}); err != nil {
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

// TestInvoicesOutliveTheirMigration: what 0001 kept in a body is in columns of its own after 0003.
func TestInvoicesOutliveTheirMigration(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		folder := "postgres"
		if err := do(s, func(t *store.Tx) error {
			if store.OnSQLite(t) {
				folder = "sqlite"
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		old := readUp(t, filepath.Join("migrations", folder, "0001_start.sql"), "CREATE TABLE invoice (", "\n);", "\n) STRICT;")
		move := readUp(t, filepath.Join("migrations", folder, "0003_payments.sql"), "INSERT INTO invoice\n", "ORDER BY number;")
		body := `{"period":{"start":1769904000000000,"end":1772323200000000},"due":1774915200000000,"net":100,"tax":10,"lines":2,"carried":-30}`
		for _, step := range []func(t *store.Tx) error{
			func(t *store.Tx) error {
				return t.Exec(store.AnyRows, nil, strings.Replace(old, "TABLE invoice", "TABLE invoice_before", 1))
			},
			func(t *store.Tx) error {
				return errors.Join(
					t.Exec(1, nil, `INSERT INTO invoice_before (partner_id, id, number, currency, period_start, issued_at, carry_out, body)
						VALUES ($1, 'G000000001', 1, 'EUR', 1769904000000000, 1772323200000000, 0, $2)`, partner, body),
					t.Exec(1, nil, move))
			},
		} {
			if err := do(s, step); err != nil {
				t.Fatal(err)
			}
		}
		got, err := view(s, func(r *store.Reader) (billing.Invoice, error) { return r.Invoice(own, "G000000001") })
		want := billing.Issue(1, "EUR", when.Period{Start: when.Date(2026, 2, 1), End: when.Date(2026, 3, 1)},
			billing.Totals{Net: money.Of(100, "EUR"), Tax: money.Of(10, "EUR"), Lines: 2, Charges: 2}, money.Of(-30, "EUR"))
		if diff := cmp.Diff(want, got, byValue); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}

// readUp is the piece of a migration from its first words to one of its last.
func readUp(t *testing.T, file, from string, to ...string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), from)
	for _, end := range to {
		if piece, _, ok := strings.Cut(rest, end); found && ok && len(piece) < 2000 {
			return from + piece + strings.TrimSuffix(end, ";")
		}
	}
	t.Fatalf("%s has no %q", file, from)
	return ""
}
