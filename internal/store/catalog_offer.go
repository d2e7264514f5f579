// Imported offers, as each country's file told them (contract.md §7.2).
package store

import (
	"math"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"

	"github.com/comptoir-dev/comptoir/internal/app"
)

const (
	sqlOffer = `SELECT id, country, rank, category_id, category_name, category_rank, bases, body
		FROM offer WHERE country = $1 AND id = $2`
	sqlOffers = `SELECT id, country, rank, category_id, category_name, category_rank, bases, body
		FROM offer o WHERE country = $1 AND (category_id = $2 OR $2 = '')
			AND ($3 = '' OR EXISTS (SELECT 1 FROM offer_base b WHERE b.country = $1 AND b.base_id = $3 AND b.offer_id = o.id))
			AND ($4 = '' OR EXISTS (SELECT 1 FROM availability a WHERE a.country = $1 AND a.segment = $4 AND a.product_id = o.id))
		ORDER BY rank, id LIMIT $5 OFFSET $6`
	sqlPutOffer = `INSERT INTO offer (country, id, rank, category_id, category_name, category_rank, bases, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (country, id) DO UPDATE SET rank = excluded.rank, category_id = excluded.category_id,
			category_name = excluded.category_name, category_rank = excluded.category_rank,
			bases = excluded.bases, body = excluded.body`
	sqlDropBases = `DELETE FROM offer_base WHERE country = $1 AND offer_id = $2`
	sqlPutBase   = `INSERT INTO offer_base (country, base_id, offer_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
)

func scanOffer(o *catalog.Offer, scan func(...any) error) error {
	var bases []byte
	c := &o.Category
	if err := scan(&o.ID, &o.Country, &o.Rank, &c.ID, &c.Name, &c.Rank, &bases, &o.Body); err != nil {
		return err
	}
	return fromBody(bases, &o.Prerequisites)
}

// Offer implements app.CatalogReader.
func (r *Reader) Offer(m market.Country, offer id.Product) (catalog.Offer, error) {
	found, err := collect(r, scanOffer, sqlOffer, m, offer)
	if err != nil {
		return catalog.Offer{}, err
	}
	if len(found) == 0 {
		return catalog.Offer{}, fault.NotFound("offer.unknown", nil)
	}
	return found[0], nil
}

// Offers implements app.CatalogReader.
func (r *Reader) Offers(m market.Country, q app.OfferQuery) ([]catalog.Offer, error) {
	limit := q.Limit
	if limit <= 0 {
		limit = math.MaxInt32
	}
	return collect(r, scanOffer, sqlOffers, m, q.Category, q.AddOnsOf, q.Segment, limit, max(0, q.Offset))
}

// PutOffer implements app.Tx: the offer becomes what o tells of it in its country. Its bases need not be known.
func (t *Tx) PutOffer(o catalog.Offer) error {
	if err := t.touch(); err != nil {
		return err
	}
	ids := o.Prerequisites
	if ids == nil {
		ids = []id.Product{}
	}
	bases := toBody(ids)
	c := &o.Category
	if err := t.exec(1, nil, sqlPutOffer, o.Country, o.ID, o.Rank, c.ID, c.Name, c.Rank, bases, string(o.Body)); err != nil {
		return err
	}
	if err := t.exec(anyRows, nil, sqlDropBases, o.Country, o.ID); err != nil {
		return err
	}
	for _, base := range ids {
		if err := t.exec(anyRows, nil, sqlPutBase, o.Country, base, o.ID); err != nil {
			return err
		}
	}
	return nil
}
