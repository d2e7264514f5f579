package store

import (
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
)

const sqlOnSale = `SELECT DISTINCT product_id FROM availability
	WHERE country = $1 AND segment = $2 AND product_id >= $3 ORDER BY product_id LIMIT $4`

// OnSale implements app.CatalogReader.
func (r *Reader) OnSale(m market.Country, segment market.Segment, from id.Product, limit int) ([]id.Product, error) {
	return collect(r, func(p *id.Product, scan func(...any) error) error { return scan(p) }, sqlOnSale, m, segment, from, max(limit, 0))
}
