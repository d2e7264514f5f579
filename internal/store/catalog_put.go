package store

import (
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

const (
	sqlPutProduct = `INSERT INTO product (id, kind, imported, version, body) VALUES ($1, $2, $3, 1, $4)
		ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, imported = excluded.imported, body = excluded.body,
			version = product.version + 1
		WHERE product.version = $5 OR $5 = 0`
	sqlDropPrices         = `DELETE FROM price WHERE product_id = $1`
	sqlDropAvailabilities = `DELETE FROM availability WHERE product_id = $1`
	sqlDropSkus           = `DELETE FROM sku WHERE product_id = $1`
	sqlPutSku             = `INSERT INTO sku (product_id, id, n, body) VALUES ($1, $2, $3, $4)`
	sqlPutAvailability    = `INSERT INTO availability (product_id, sku_id, id, n, country, segment, body, from_at, until_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlPutPrice = `INSERT INTO price (product_id, sku_id, id, n, body, country, segment, from_at, until_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlNewVersion = `UPDATE product SET version = version + 1 WHERE id = $1 AND version = $2`
)

// PutEntry implements app.Tx: the product and its rows become exactly those of e. An entry that was read (Version > 0)
// is written only if nobody wrote it since: "catalog.changed". One made afresh (Version 0) is written over what stands.
// Two SKUs, availabilities or prices of one id: "catalog.duplicate".
func (t *Tx) PutEntry(e catalog.Entry) error {
	if err := t.touch(); err != nil {
		return err
	}
	p := &e.Product
	body := toBody(bodyOfProduct(p))
	if err := t.exec(1, fault.Conflict("catalog.changed", nil), sqlPutProduct, p.ID, p.Kind, p.Imported, body, e.Version); err != nil {
		return err
	}
	for _, sql := range []string{sqlDropPrices, sqlDropAvailabilities, sqlDropSkus} {
		if err := t.exec(anyRows, nil, sql, p.ID); err != nil {
			return err
		}
	}
	return t.putRows(&e)
}

func (t *Tx) putRows(e *catalog.Entry) error {
	p, twice := e.Product.ID, fault.Conflict("catalog.duplicate", nil)
	for i := range e.Skus {
		s := &e.Skus[i]
		body := toBody(bodyOfSku(s))
		if err := t.exec(1, twice, sqlPutSku, p, s.ID, i, body); err != nil {
			return err
		}
	}
	for i := range e.Availabilities {
		a := &e.Availabilities[i]
		body := toBody(bodyOfAvailability(a))
		if err := t.exec(1, twice, sqlPutAvailability, p, a.Sku, a.ID, i, a.Market, a.Segment, body, a.From, a.Until); err != nil {
			return err
		}
	}
	return t.putPrices(e, 0)
}

// AddPrices implements app.Tx: the price rows of e from the place first on join those of the product, which was read.
// Faults: "catalog.changed" when somebody wrote it since, "catalog.duplicate" for an id that stands already.
func (t *Tx) AddPrices(e catalog.Entry, first int) error {
	if err := t.touch(); err != nil {
		return err
	}
	if err := t.exec(1, fault.Conflict("catalog.changed", nil), sqlNewVersion, e.Product.ID, e.Version); err != nil {
		return err
	}
	return t.putPrices(&e, first)
}

func (t *Tx) putPrices(e *catalog.Entry, first int) error {
	twice := fault.Conflict("catalog.duplicate", nil)
	for i := first; i < len(e.Prices); i++ {
		row := &e.Prices[i]
		b, err := bodyOfPrice(row)
		if err != nil {
			return err
		}
		body := toBody(b)
		if err := t.exec(1, twice, sqlPutPrice, e.Product.ID, row.Sku, row.ID, i, body, row.Market, row.Segment, row.From, row.Until); err != nil {
			return err
		}
	}
	return nil
}
