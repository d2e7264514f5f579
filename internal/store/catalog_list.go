// The catalogue as the operator looks through it (rules.md R15).
package store

import (
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

const sqlCatalogue = `SELECT id, kind, imported, body FROM product WHERE id > $1 ORDER BY id LIMIT $2`

// Catalogue implements app.CatalogReader.
func (r *Reader) Catalogue(after id.Product, limit int) ([]catalog.Product, error) {
	return collect(r, func(p *catalog.Product, scan func(...any) error) error {
		var body []byte
		if err := scan(&p.ID, &p.Kind, &p.Imported, &body); err != nil {
			return err
		}
		var b productBody
		err := fromBody(body, &b)
		b.fill(p)
		return err
	}, sqlCatalogue, after, limit)
}
