// Sealing again, after a rotation of the vault's key: product keys and the tokens of links.
package store

import (
	"context"
	"fmt"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
)

const (
	sqlSealedKeys  = `SELECT partner_id, id, sealed FROM license_key WHERE (partner_id, id) > ($1, $2) ORDER BY partner_id, id LIMIT $3`
	sqlSealedLinks = `SELECT partner_id, id, sealed FROM download_link WHERE (partner_id, id) > ($1, $2) AND sealed IS NOT NULL
		ORDER BY partner_id, id LIMIT $3`
	// The version stays: what is in the row is the same, and whoever read it may go on. A row that was written meanwhile is
	// left as it is.
	sqlRewrapKey  = `UPDATE license_key SET sealed = $3 WHERE partner_id = $1 AND id = $2 AND sealed = $4`
	sqlRewrapLink = `UPDATE download_link SET sealed = $3 WHERE partner_id = $1 AND id = $2 AND sealed = $4`
)

// Resealer seals again what was sealed with a key that is no longer the primary one.
type Resealer interface {
	Stale(sealed []byte) bool
	Reseal(ad string, sealed []byte) ([]byte, error)
}

// rewrapRows is how many rows one transaction of Rewrap looks at.
const rewrapRows = 200

// sealedRow is a row of either table.
type sealedRow struct {
	partner id.Partner
	id      string
	sealed  []byte
}

// Rewrap seals every product key and link token again that v calls stale, in small transactions that reveals run between, and
// says how many. It ends early with ctx; run again, it goes on with what is left. A row that does not open is left as it is
// and counted in broken.
func (s *Store) Rewrap(ctx context.Context, v Resealer) (done, broken int, err error) {
	for _, table := range []struct {
		list, write string
		binding     func(r sealedRow) string
	}{
		{sqlSealedKeys, sqlRewrapKey, func(r sealedRow) string { return license.Key{Partner: r.partner, ID: id.Key(r.id)}.Binding() }},
		{sqlSealedLinks, sqlRewrapLink, func(r sealedRow) string { return license.Link{Partner: r.partner, ID: id.Link(r.id)}.Binding() }},
	} {
		last := sealedRow{}
		for more := true; more; {
			if ctx.Err() != nil {
				return done, broken, fmt.Errorf("store: rewrap: %w", context.Cause(ctx))
			}
			var n, bad int
			at := last
			_, err := s.update(ctx, &app.Act{}, nil, func(t *Tx) (any, error) {
				n, bad = 0, 0
				rows, err := collect(&t.Reader, func(r *sealedRow, scan func(...any) error) error { return scan(&r.partner, &r.id, &r.sealed) },
					table.list, last.partner, last.id, rewrapRows)
				if err != nil {
					return nil, err
				}
				for _, r := range rows {
					at = r
					if !v.Stale(r.sealed) {
						continue
					}
					fresh, err := v.Reseal(table.binding(r), r.sealed)
					if err != nil {
						bad++
						continue
					}
					n++
					if err := t.exec(anyRows, nil, table.write, r.partner, r.id, fresh, r.sealed); err != nil {
						return nil, err
					}
				}
				more = len(rows) == rewrapRows
				return nil, nil
			})
			if err != nil {
				return done, broken, err
			}
			last, done, broken = at, done+n, broken+bad
		}
	}
	return done, broken, nil
}
