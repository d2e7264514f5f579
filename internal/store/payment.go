// Payments, append-only.
package store

import (
	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	sqlPayments      = `SELECT id, invoice_id, paid_on, at, currency, amount FROM payment WHERE partner_id = $1`
	sqlPaymentInsert = `INSERT INTO payment (partner_id, id, invoice_id, paid_on, at, currency, amount)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`
)

func scanPayment(p *billing.Payment, scan func(dest ...any) error) error {
	var currency money.Currency
	var minor int64
	err := scan(&p.ID, &p.Invoice, &p.On, &p.At, &currency, &minor)
	p.Amount = money.Of(minor, currency)
	return err
}

// Payments implements app.Reader. Those of one day: the last recorded first. An indirect reseller has none: its provider
// is billed.
func (r *Reader) Payments(s party.Scope, q app.PaymentQuery) ([]billing.Payment, error) {
	if s.Reseller() != "" {
		return nil, nil
	}
	f := where(sqlPayments, s.Partner())
	equal(f, " AND invoice_id = ?", q.Invoice)
	equal(f, " AND currency = ?", q.Currency)
	f.and(" ORDER BY paid_on DESC, at DESC, id DESC")
	f.limit(q.Limit)
	return rowsOf(r, f, scanPayment)
}

// AddPayment implements app.Tx.
func (t *Tx) AddPayment(p billing.Payment) error {
	return t.exec(1, nil, sqlPaymentInsert, t.scope.Partner(), p.ID, p.Invoice, p.On, p.At, p.Amount.Currency(), p.Amount.Minor())
}
