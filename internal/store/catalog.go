// The catalogue: products with their SKUs, availabilities and price rows, read whole (F08–F20).
package store

import (
	"slices"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
)

// Products are read entryWidth at a time, in trips of at most entryTrip such groups.
const (
	entryWidth = 32
	entryTrip  = 8

	in32 = ` IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
		$17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)`

	sqlProducts       = `SELECT id, kind, imported, version, body FROM product WHERE id` + in32
	sqlSkus           = `SELECT product_id, id, body FROM sku WHERE product_id` + in32 + ` ORDER BY product_id, n`
	sqlAvailabilities = `SELECT product_id, sku_id, id, country, segment, body FROM availability
		WHERE product_id` + in32 + ` ORDER BY product_id, n`
	sqlPrices = `SELECT product_id, sku_id, id, body FROM price WHERE product_id` + in32 + ` ORDER BY product_id, n`

	sqlMarket = `SELECT DISTINCT p.id, p.kind FROM availability a JOIN product p ON p.id = a.product_id
		WHERE a.country = $1 AND a.segment = $2 AND p.imported = 0 ORDER BY p.id`
)

// Entries implements app.CatalogReader.
func (r *Reader) Entries(products []id.Product) (map[id.Product]*catalog.Entry, error) {
	ids := slices.Clone(products)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	found := make(map[id.Product]*catalog.Entry, len(ids))
	if len(ids) == 0 {
		return found, r.err
	}
	c, err := r.learn()
	if err != nil {
		return nil, err
	}
	for range stampTries {
		stamp := c.stamp
		missing := ids
		if !c.wrote {
			missing = theShelves.find(stamp, ids, found)
		}
		for part := range slices.Chunk(missing, entryWidth*entryTrip) {
			if err := r.load(c, part, found); err != nil {
				return nil, err
			}
		}
		if c.stamp == stamp {
			return found, nil
		}
		clear(found) // the parts are of two states: once more, all of one
	}
	return nil, r.fail(unavailable(errRestless))
}

// load reads products that are not kept, in one trip, and keeps them.
func (r *Reader) load(c *catalogued, ids []id.Product, found map[id.Product]*catalog.Entry) error {
	var l loader
	err := r.steady(c, func() []read {
		l = loader{entries: make(map[id.Product]*shelved, len(ids))}
		var reads []read
		for part := range slices.Chunk(ids, entryWidth) {
			reads = append(reads,
				read{sqlProducts, wide(part), l.product}, read{sqlSkus, wide(part), l.sku},
				read{sqlAvailabilities, wide(part), l.availability}, read{sqlPrices, wide(part), l.price})
		}
		return reads
	})
	if err != nil {
		return err
	}
	all := make([]shelved, 0, len(l.entries))
	for p, e := range l.entries {
		found[p] = e.entry
		all = append(all, *e)
	}
	if !c.wrote {
		theShelves.keep(c.stamp, all)
	}
	return nil
}

// wide fills the 32 places of a statement; the last id again in those to spare.
func wide(ids []id.Product) []any {
	args := make([]any, entryWidth)
	for i := range args {
		args[i] = ids[min(i, len(ids)-1)]
	}
	return args
}

// loader puts entries together from their rows.
type loader struct{ entries map[id.Product]*shelved }

func (l *loader) product(scan func(...any) error) error {
	e := new(catalog.Entry)
	var body []byte
	p := &e.Product
	if err := scan(&p.ID, &p.Kind, &p.Imported, &e.Version, &body); err != nil {
		return err
	}
	var b productBody
	if err := fromBody(body, &b); err != nil {
		return err
	}
	b.fill(p)
	l.entries[p.ID] = &shelved{e, len(body)}
	return nil
}

// of is the entry of a row; one whose product came after the product was read is left out, and read again.
func (l *loader) of(p id.Product, body []byte) *catalog.Entry {
	e, ok := l.entries[p]
	if !ok {
		return new(catalog.Entry)
	}
	e.bytes += len(body)
	return e.entry
}

func (l *loader) sku(scan func(...any) error) error {
	var p id.Product
	var sku id.Sku
	var body []byte
	if err := scan(&p, &sku, &body); err != nil {
		return err
	}
	var b skuBody
	if err := fromBody(body, &b); err != nil {
		return err
	}
	e := l.of(p, body)
	e.Skus = append(e.Skus, b.sku(sku))
	return nil
}

func (l *loader) availability(scan func(...any) error) error {
	var p id.Product
	var a catalog.Availability
	var body []byte
	if err := scan(&p, &a.Sku, &a.ID, &a.Market, &a.Segment, &body); err != nil {
		return err
	}
	var b availabilityBody
	if err := fromBody(body, &b); err != nil {
		return err
	}
	b.fill(&a)
	e := l.of(p, body)
	e.Availabilities = append(e.Availabilities, a)
	return nil
}

func (l *loader) price(scan func(...any) error) error {
	var p id.Product
	var row catalog.PriceRow
	var body []byte
	if err := scan(&p, &row.Sku, &row.ID, &body); err != nil {
		return err
	}
	var b priceBody
	if err := fromBody(body, &b); err != nil {
		return err
	}
	b.fill(&row)
	e := l.of(p, body)
	e.Prices = append(e.Prices, row)
	return nil
}

// Market implements app.CatalogReader.
func (r *Reader) Market(m market.Country, segment market.Segment, kinds []catalog.Kind) ([]*catalog.Entry, error) {
	type listed struct {
		id   id.Product
		kind catalog.Kind
	}
	rows, err := collect(r, func(l *listed, scan func(...any) error) error { return scan(&l.id, &l.kind) },
		sqlMarket, m, segment)
	if err != nil {
		return nil, err
	}
	var ids []id.Product
	for _, l := range rows {
		if len(kinds) == 0 || slices.Contains(kinds, l.kind) {
			ids = append(ids, l.id)
		}
	}
	entries, err := r.Entries(ids)
	if err != nil {
		return nil, err
	}
	list := make([]*catalog.Entry, 0, len(ids))
	for _, p := range ids {
		if e, ok := entries[p]; ok {
			list = append(list, e)
		}
	}
	return list, nil
}
