package store

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
)

const sqlOnSale = `SELECT DISTINCT product_id FROM availability
	WHERE country = $1 AND segment = $2 AND product_id >= $3 ORDER BY product_id LIMIT $4`

// Each half reads its own key alone, in the key's order.
const sqlRepriced = `SELECT DISTINCT product_id FROM price
		WHERE country = $1 AND segment = $2 AND product_id >= $3 AND (from_at > $4 AND from_at <= $5 OR until_at > $4 AND until_at <= $5)
	UNION SELECT DISTINCT product_id FROM availability
		WHERE country = $1 AND segment = $2 AND product_id >= $3 AND (from_at > $4 AND from_at <= $5 OR until_at > $4 AND until_at <= $5)
	ORDER BY product_id LIMIT $6`

// Repriced implements app.CatalogReader.
func (r *Reader) Repriced(m market.Country, segment market.Segment, from id.Product, since, until time.Time, limit int) ([]id.Product, error) {
	return collect(r, func(p *id.Product, scan func(...any) error) error { return scan(p) }, sqlRepriced, m, segment, from, since, until, max(limit, 0))
}

// OnSale implements app.CatalogReader.
func (r *Reader) OnSale(m market.Country, segment market.Segment, from id.Product, limit int) ([]id.Product, error) {
	return collect(r, func(p *id.Product, scan func(...any) error) error { return scan(p) }, sqlOnSale, m, segment, from, max(limit, 0))
}
