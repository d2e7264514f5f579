// Bills from partners to their customers (F78): append-only, numbered without a gap for each partner.
package store

import (
	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

const (
	sqlBills = `SELECT id, customer_id, number, document, currency, period_start, period_end, issued_at, due_at, net, tax, lines, charges,
			carried, carry_out, body FROM bill
		WHERE partner_id = $1`
	sqlBill     = sqlBills + ` AND id = $2 AND customer_id = $3`
	sqlLastBill = sqlBills + ` AND customer_id = $2 AND currency = $3 ORDER BY period_start DESC LIMIT 1`
	// The charges of a period are walked once for many customers, and grouped by the engine.
	sqlBillable = `SELECT c.currency, c.customer_id FROM charge c
			WHERE c.partner_id = $1 AND c.at >= $2 AND c.at < $3 AND (c.currency, c.customer_id) > ($4, $5)
			AND NOT EXISTS (SELECT 1 FROM bill d WHERE d.partner_id = $1 AND d.customer_id = c.customer_id AND d.currency = c.currency
				AND d.period_start = $2)
		UNION SELECT b.currency, b.customer_id FROM bill b
			WHERE b.partner_id = $1 AND (b.currency, b.customer_id) > ($4, $5) AND b.carry_out < 0 AND b.period_start < $2
			AND NOT EXISTS (SELECT 1 FROM bill n WHERE n.partner_id = $1 AND n.customer_id = b.customer_id AND n.currency = b.currency
				AND n.period_start > b.period_start)
		ORDER BY currency, customer_id LIMIT $6`
	sqlBillInsert = `INSERT INTO bill (partner_id, id, customer_id, number, document, currency, period_start, period_end, issued_at, due_at,
			net, tax, lines, charges, carried, carry_out, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`
	sqlBillNumber = `INSERT INTO bill_series (partner_id, last) VALUES ($1, 1)
		ON CONFLICT (partner_id) DO UPDATE SET last = bill_series.last + 1 RETURNING last`
	sqlBillRunInsert = `INSERT INTO bill_run (partner_id, currency, period_start, period_end, due_at) VALUES ($1, $2, $3, $4, $4)
		ON CONFLICT (partner_id, currency, period_start) DO NOTHING`
	sqlBillRunDone = `UPDATE bill_run SET due_at = NULL WHERE partner_id = $1 AND currency = $2 AND period_start = $3`
)

// billShape is how a bill names who it is from and for.
type billShape struct {
	Issuer  string `json:"issuer,omitempty"`
	Name    string `json:"name,omitempty"`
	Domain  string `json:"domain,omitempty"`
	Culture string `json:"culture,omitempty"`
	Country string `json:"country,omitempty"`
}

func scanBill(b *billing.CustomerBill, scan func(dest ...any) error) error {
	var net, tax, carried, carry int64
	var s billShape
	if err := scan(&b.ID, &b.Customer, &b.Number, &b.Document, &b.Currency, &b.Period.Start, &b.Period.End, &b.IssuedAt, &b.DueAt,
		&net, &tax, &b.Totals.Lines, &b.Totals.Charges, &carried, &carry, body{&s}); err != nil {
		return err
	}
	b.Issuer, b.Name, b.Domain, b.Culture, b.Country = s.Issuer, s.Name, s.Domain, s.Culture, s.Country
	of := func(minor int64) money.Amount { return money.Of(minor, b.Currency) }
	b.Edition, b.Paid = 1, of(0)
	b.Totals.Net, b.Totals.Tax, b.Carried, b.CarryOut = of(net), of(tax), of(carried), of(carry)
	return nil
}

// Bill implements app.Reader.
func (r *Reader) Bill(s party.Scope, c id.Customer, number id.Invoice) (billing.CustomerBill, error) {
	found, err := collect(r, scanBill, sqlBill, s.Partner(), number, c)
	if err == nil && len(found) == 0 {
		err = fault.NotFound("bill.unknown", nil)
	}
	if err != nil {
		return billing.CustomerBill{}, err
	}
	return found[0], nil
}

// Bills implements app.Reader.
func (r *Reader) Bills(s party.Scope, c id.Customer, q app.InvoiceQuery) ([]billing.CustomerBill, error) {
	f := where(sqlBills, s.Partner())
	f.and(" AND customer_id = ?", c)
	f.instant(" AND issued_at >= ?", q.From)
	f.instant(" AND issued_at < ?", q.Until)
	f.and(" ORDER BY issued_at DESC, number DESC")
	f.page(q.Offset, q.Limit)
	return rowsOf(r, f, scanBill)
}

// LastBill implements app.Reader.
func (r *Reader) LastBill(s party.Scope, c id.Customer, currency money.Currency) (b billing.CustomerBill, ok bool, err error) {
	found, err := collect(r, scanBill, sqlLastBill, s.Partner(), c, currency)
	if len(found) == 0 {
		return b, false, err
	}
	return found[0], true, err
}

// Billable implements app.Reader.
func (r *Reader) Billable(s party.Scope, p when.Period, after app.Billable, limit int) ([]app.Billable, error) {
	return collect(r, func(b *app.Billable, scan func(dest ...any) error) error { return scan(&b.Currency, &b.Customer) },
		sqlBillable, s.Partner(), p.Start, p.End, after.Currency, after.Customer, limit)
}

// DueBills implements app.Tx.
func (t *Tx) DueBills(c money.Currency, p when.Period) error {
	return t.exec(anyRows, nil, sqlBillRunInsert, t.scope.Partner(), c, p.Start, p.End)
}

// BillsDone implements app.Tx.
func (t *Tx) BillsDone(c money.Currency, p when.Period) error {
	return t.exec(1, nil, sqlBillRunDone, t.scope.Partner(), c, p.Start)
}

// NextBillNumber implements app.Tx: from 1, and none is taken by an act that does not commit.
func (t *Tx) NextBillNumber() (n int64, err error) {
	err = t.queryRow(sqlBillNumber, t.scope.Partner()).scan(&n)
	return n, err
}

// AddBill implements app.Tx. A second bill of a customer's period is an internal error: its maker holds the partner's row.
func (t *Tx) AddBill(b billing.CustomerBill) error {
	return t.exec(1, nil, sqlBillInsert, t.scope.Partner(), b.ID, b.Customer, b.Number, b.Document, b.Currency, b.Period.Start, b.Period.End,
		b.IssuedAt, b.DueAt, b.Totals.Net.Minor(), b.Totals.Tax.Minor(), b.Totals.Lines, b.Totals.Charges, b.Carried.Minor(),
		b.CarryOut.Minor(), toBody(billShape{b.Issuer, b.Name, b.Domain, b.Culture, b.Country}))
}
