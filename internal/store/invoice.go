// Invoices, their gap-free numbers, and the billing periods that run (F71).
package store

import (
	"errors"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	sqlInvoices = `SELECT id, number, currency, issued_at, carry_out, body FROM invoice WHERE partner_id = $1`
	sqlInvoice  = sqlInvoices + ` AND id = $2`
	sqlCarry    = `SELECT carry_out FROM invoice WHERE partner_id = $1 AND currency = $2 ORDER BY period_start DESC LIMIT 1`

	sqlInvoiceInsert = `INSERT INTO invoice (partner_id, id, number, currency, period_start, issued_at, carry_out, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlSeriesNext = `UPDATE series SET last = last + 1 WHERE name = $1 RETURNING last`

	sqlCurrencies = `SELECT currency FROM account WHERE partner_id = $1 ORDER BY currency`
	// A charge that a late sweep makes may lie before the period that was opened first: that one waits.
	sqlAccountInsert = `INSERT INTO account (partner_id, currency, due_at) VALUES ($1, $2, $3)
		ON CONFLICT (partner_id, currency) DO UPDATE SET due_at = excluded.due_at WHERE excluded.due_at < account.due_at`
	sqlAccountUpdate = `UPDATE account SET due_at = $4 WHERE partner_id = $1 AND currency = $2 AND due_at = $3`
)

// invoiceSeries is the name of the invoice numbers in series.
const invoiceSeries = "invoice"

func invoiceDone() *fault.Fault { return fault.Conflict("invoice.done", nil) }

// invoiceShape holds amounts in minor units of the row's currency.
type invoiceShape struct {
	Period  periodShape `json:"period,omitzero"`
	DueAt   *int64      `json:"due,omitempty"`
	Net     int64       `json:"net,omitempty"`
	Tax     int64       `json:"tax,omitempty"`
	Lines   int         `json:"lines,omitempty"`
	Carried int64       `json:"carried,omitempty"`
	Paid    int64       `json:"paid,omitempty"`
}

func scanInvoice(i *billing.Invoice, scan func(dest ...any) error) error {
	var text []byte
	var carry int64
	if err := scan(&i.ID, &i.Number, &i.Currency, &i.IssuedAt, &carry, &text); err != nil {
		return err
	}
	var b invoiceShape
	if err := fromBody(text, &b); err != nil {
		return err
	}
	of := func(minor int64) money.Amount { return money.Of(minor, i.Currency) }
	i.Period, i.DueAt = b.Period.period(), instant(b.DueAt)
	i.Totals = billing.Totals{Net: of(b.Net), Tax: of(b.Tax), Lines: b.Lines}
	i.Carried, i.CarryOut, i.Paid = of(b.Carried), of(carry), of(b.Paid)
	return nil
}

// Invoice implements app.Reader. An indirect reseller sees none: its provider is billed.
func (r *Reader) Invoice(s party.Scope, number id.Invoice) (billing.Invoice, error) {
	unknown := fault.NotFound("invoice.unknown", nil)
	if s.Reseller() != "" {
		return billing.Invoice{}, unknown
	}
	found, err := collect(r, scanInvoice, sqlInvoice, s.Partner(), number)
	if err != nil {
		return billing.Invoice{}, err
	}
	if len(found) == 0 {
		return billing.Invoice{}, unknown
	}
	return found[0], nil
}

// Invoices implements app.Reader.
func (r *Reader) Invoices(s party.Scope, q app.InvoiceQuery) ([]billing.Invoice, error) {
	if s.Reseller() != "" {
		return nil, nil
	}
	f := where(sqlInvoices, s.Partner())
	f.instant(" AND issued_at >= ?", q.From)
	f.instant(" AND issued_at < ?", q.Until)
	f.and(" ORDER BY issued_at DESC, number DESC")
	f.page(q.Offset, q.Limit)
	return rowsOf(r, f, scanInvoice)
}

// Carry implements app.Reader; zero in the currency without an invoice.
func (r *Reader) Carry(s party.Scope, c money.Currency) (money.Amount, error) {
	var minor int64
	err := r.queryRow(sqlCarry, s.Partner(), c).scan(&minor)
	if errors.Is(err, errNoRow) {
		err = nil
	}
	return money.Of(minor, c), err
}

// Currencies implements app.Reader: those with a billing period that runs. A reseller is billed in none: its provider is.
func (r *Reader) Currencies(s party.Scope) ([]money.Currency, error) {
	if s.Reseller() != "" {
		return nil, nil
	}
	return collect(r, func(c *money.Currency, scan func(dest ...any) error) error { return scan(c) }, sqlCurrencies, s.Partner())
}

// NextInvoiceNumber implements app.Tx: from 1. Acts that take numbers run one after another, and an act that does not
// commit has taken none.
func (t *Tx) NextInvoiceNumber() (n int64, err error) {
	err = t.queryRow(sqlSeriesNext, invoiceSeries).scan(&n)
	return n, err
}

// AddInvoice implements app.Tx. A period that has its invoice: "invoice.done".
func (t *Tx) AddInvoice(i billing.Invoice) error {
	return t.exec(1, invoiceDone(), sqlInvoiceInsert, t.scope.Partner(), i.ID, i.Number, i.Currency, i.Period.Start, i.IssuedAt,
		i.CarryOut.Minor(), toBody(invoiceShape{
			fromPeriod(i.Period), micros(i.DueAt), i.Totals.Net.Minor(), i.Totals.Tax.Minor(), i.Totals.Lines,
			i.Carried.Minor(), i.Paid.Minor(),
		}))
}

// OpenAccount implements app.Tx.
func (t *Tx) OpenAccount(c money.Currency, end time.Time) error {
	return t.exec(anyRows, nil, sqlAccountInsert, t.scope.Partner(), c, end)
}

// CloseAccount implements app.Tx.
func (t *Tx) CloseAccount(c money.Currency, end, next time.Time) error {
	return t.exec(1, invoiceDone(), sqlAccountUpdate, t.scope.Partner(), c, end, next)
}
