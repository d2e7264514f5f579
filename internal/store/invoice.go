// Invoices and what amends them, their gap-free numbers, and the billing periods that run (F71, E10).
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
	// What became of a document, what was paid on it, and what its lines are, are rows of their own.
	sqlInvoices = `SELECT i.id, i.number, i.document, i.edition, i.currency, i.period_start, i.period_end, i.issued_at, i.due_at,
			i.net, i.tax, i.lines, i.charges, i.carried, i.carry_out, i.amends,
			COALESCE((SELECT CAST(SUM(p.amount) AS BIGINT) FROM payment p WHERE p.partner_id = i.partner_id AND p.invoice_id = i.id), 0),
			(SELECT v.id FROM invoice v WHERE v.partner_id = i.partner_id AND v.amends = i.id AND v.document = 'void_note'),
			(SELECT a.id FROM invoice a WHERE a.partner_id = i.partner_id AND a.amends = i.id AND a.document <> 'void_note'),
			CASE WHEN EXISTS (SELECT 1 FROM charge c WHERE c.partner_id = i.partner_id AND c.imported = 1 AND c.currency = i.currency
				AND c.at >= i.period_start AND c.at < i.period_end) THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END
		FROM invoice i WHERE i.partner_id = $1`
	sqlInvoice  = sqlInvoices + ` AND i.id = $2`
	sqlEditions = sqlInvoices + ` AND i.currency = $2 AND i.period_start > $3 AND i.period_start <= $4 AND i.document <> 'void_note'
		ORDER BY i.period_start, i.edition`
	sqlCarry = `SELECT carry_out FROM invoice WHERE partner_id = $1 AND currency = $2 AND document <> 'void_note'
		ORDER BY period_start DESC, edition DESC LIMIT 1`

	sqlInvoiceInsert = `INSERT INTO invoice (partner_id, id, number, document, edition, currency, period_start, period_end, issued_at, due_at,
			net, tax, lines, charges, carried, carry_out, amends)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`
	sqlSeriesNext = `UPDATE series SET last = last + 1 WHERE name = $1 RETURNING last`

	sqlCurrencies = `SELECT currency FROM account WHERE partner_id = $1 ORDER BY currency`
	// A charge that a late sweep makes may lie before the period that was opened first: that one waits.
	sqlAccountInsert = `INSERT INTO account (partner_id, currency, due_at) VALUES ($1, $2, $3)
		ON CONFLICT (partner_id, currency) DO UPDATE SET due_at = excluded.due_at WHERE excluded.due_at < account.due_at`
	sqlAccountUpdate = `UPDATE account SET due_at = $4 WHERE partner_id = $1 AND currency = $2 AND due_at = $3`
)

// invoiceSeries is the name of the numbers of all documents in series.
const invoiceSeries = "invoice"

func invoiceDone() *fault.Fault { return fault.Conflict("invoice.done", nil) }

func scanInvoice(i *billing.Invoice, scan func(dest ...any) error) error {
	var net, tax, carried, carry, paid int64
	err := scan(&i.ID, &i.Number, &i.Document, &i.Edition, &i.Currency, &i.Period.Start, &i.Period.End, &i.IssuedAt, &i.DueAt,
		&net, &tax, &i.Totals.Lines, &i.Totals.Charges, &carried, &carry, &i.Amends, &paid, &i.VoidedBy, &i.ReplacedBy, &i.Imported)
	of := func(minor int64) money.Amount { return money.Of(minor, i.Currency) }
	i.Totals.Net, i.Totals.Tax = of(net), of(tax)
	i.Carried, i.CarryOut, i.Paid = of(carried), of(carry), of(paid)
	return err
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
	f.and(" AND i.document <> 'void_note'")
	f.instant(" AND i.issued_at >= ?", q.From)
	f.instant(" AND i.issued_at < ?", q.Until)
	f.and(" ORDER BY i.issued_at DESC, i.number DESC")
	f.page(q.Offset, q.Limit)
	return rowsOf(r, f, scanInvoice)
}

// longestPeriod is more than any billing period lasts: what lies in one began at most so long before it.
const longestPeriod = 32 * 24 * time.Hour

// Editions implements app.Reader.
func (r *Reader) Editions(s party.Scope, c money.Currency, from, to time.Time) ([]billing.Invoice, error) {
	if s.Reseller() != "" {
		return nil, nil
	}
	return collect(r, scanInvoice, sqlEditions, s.Partner(), c, from.Add(-longestPeriod), to)
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

// AddInvoice implements app.Tx. A period that has this edition, and a document that is amended already: "invoice.done".
func (t *Tx) AddInvoice(i billing.Invoice) error {
	return t.exec(1, invoiceDone(), sqlInvoiceInsert, t.scope.Partner(), i.ID, i.Number, i.Document, i.Edition, i.Currency,
		i.Period.Start, i.Period.End, i.IssuedAt, i.DueAt, i.Totals.Net.Minor(), i.Totals.Tax.Minor(), i.Totals.Lines,
		i.Totals.Charges, i.Carried.Minor(), i.CarryOut.Minor(), null(i.Amends))
}

// OpenAccount implements app.Tx.
func (t *Tx) OpenAccount(c money.Currency, end time.Time) error {
	return t.exec(anyRows, nil, sqlAccountInsert, t.scope.Partner(), c, end)
}

// CloseAccount implements app.Tx.
func (t *Tx) CloseAccount(c money.Currency, end, next time.Time) error {
	return t.exec(1, invoiceDone(), sqlAccountUpdate, t.scope.Partner(), c, end, next)
}
