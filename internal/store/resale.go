// What partners sell by: dated rows, added and never changed (F78).
package store

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

const (
	sqlMarkups      = `SELECT valid_from, basis_points FROM markup WHERE partner_id = $1 ORDER BY n`
	sqlMarkupInsert = `INSERT INTO markup (partner_id, n, valid_from, at, basis_points)
		VALUES ($1, (SELECT COALESCE(MAX(n), 0) + 1 FROM markup WHERE partner_id = $1), $2, $3, $4)`
	sqlOwnPrices = `SELECT product_id, sku_id, country, term, plan, valid_from, currency, CASE WHEN unit IS NULL THEN 1 ELSE 0 END, COALESCE(unit, 0) FROM own_price
		WHERE partner_id = $1`
	sqlOwnPriceInsert = `INSERT INTO own_price (partner_id, n, product_id, sku_id, country, term, plan, valid_from, at, currency, unit)
		VALUES ($1, (SELECT COALESCE(MAX(n), 0) + 1 FROM own_price WHERE partner_id = $1), $2, $3, $4, $5, $6, $7, $8, $9, $10)`
)

// Markups implements app.Reader.
func (r *Reader) Markups(s party.Scope) ([]billing.Markup, error) {
	return collect(r, func(m *billing.Markup, scan func(dest ...any) error) error { return scan(&m.From, &m.Points) }, sqlMarkups, s.Partner())
}

// AddMarkup implements app.Tx. Rows are numbered behind the partner's lock.
func (t *Tx) AddMarkup(m billing.Markup, now time.Time) error {
	return t.exec(1, nil, sqlMarkupInsert, t.scope.Partner(), m.From, now, m.Points)
}

func scanOwnPrice(p *billing.OwnPrice, scan func(dest ...any) error) (err error) {
	var term string
	var currency money.Currency
	var units int64
	if err = scan(&p.Product, &p.Sku, &p.Market, &term, &p.Plan, &p.From, &currency, &p.ByMarkup, &units); err != nil {
		return err
	}
	p.Unit = money.PriceOf(units, currency)
	p.Term, err = when.ParseTerm(term)
	return err
}

// OwnPrices implements app.Reader.
func (r *Reader) OwnPrices(s party.Scope, q app.OwnPriceQuery) ([]billing.OwnPrice, error) {
	f := where(sqlOwnPrices, s.Partner())
	equal(f, " AND product_id = ?", q.Product)
	f.and(" ORDER BY n")
	f.page(q.Offset, q.Limit)
	return rowsOf(r, f, scanOwnPrice)
}

// AddOwnPrices implements app.Tx.
func (t *Tx) AddOwnPrices(rows []billing.OwnPrice, now time.Time) error {
	for _, p := range rows {
		unit := any(p.Unit.Units())
		if p.ByMarkup {
			unit = nil
		}
		if err := t.exec(1, nil, sqlOwnPriceInsert, t.scope.Partner(), p.Product, p.Sku, p.Market, p.Term.String(), p.Plan, p.From, now,
			p.Unit.Currency(), unit); err != nil {
			return err
		}
	}
	return nil
}
