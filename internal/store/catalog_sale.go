package store

import (
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
)

const sqlOnSale = `SELECT DISTINCT product_id FROM availability
	WHERE country = $1 AND segment = $2 AND product_id >= $3 ORDER BY product_id LIMIT $4`

// Each reads its own key alone, in the key's order, and ends where it has enough: of one statement for both PostgreSQL would read
// all before it joins them.
const (
	sqlRepriced = `SELECT DISTINCT product_id FROM price
		WHERE country = $1 AND segment = $2 AND product_id >= $3 AND (from_at > $4 AND from_at <= $5 OR until_at > $4 AND until_at <= $5)
		ORDER BY product_id LIMIT $6`
	sqlReshelved = `SELECT DISTINCT product_id FROM availability
		WHERE country = $1 AND segment = $2 AND product_id >= $3 AND (from_at > $4 AND from_at <= $5 OR until_at > $4 AND until_at <= $5)
		ORDER BY product_id LIMIT $6`
)

// Repriced implements app.CatalogReader.
func (r *Reader) Repriced(m market.Country, segment market.Segment, from id.Product, since, until time.Time, limit int) (found []id.Product, err error) {
	limit = max(limit, 0)
	args := []any{m, segment, from, since, until, limit}
	one := func(scan func(...any) error) error {
		var p id.Product
		err := scan(&p)
		found = append(found, p)
		return err
	}
	err = r.batch(read{sqlRepriced, args, one}, read{sqlReshelved, args, one})
	slices.Sort(found)
	found = slices.Compact(found)
	return found[:min(len(found), limit)], err
}

// OnSale implements app.CatalogReader.
func (r *Reader) OnSale(m market.Country, segment market.Segment, from id.Product, limit int) ([]id.Product, error) {
	return collect(r, func(p *id.Product, scan func(...any) error) error { return scan(p) }, sqlOnSale, m, segment, from, max(limit, 0))
}
