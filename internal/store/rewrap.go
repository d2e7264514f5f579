// Sealing again, after a rotation of the vault's key: product keys, the tokens of links, the secrets of authenticator apps; and
// what is still sealed with an older one.
package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	sqlSealedKeys  = `SELECT partner_id, id, sealed FROM license_key WHERE (partner_id, id) > ($1, $2) ORDER BY partner_id, id LIMIT $3`
	sqlSealedLinks = `SELECT partner_id, id, sealed FROM download_link WHERE (partner_id, id) > ($1, $2) AND sealed IS NOT NULL
		ORDER BY partner_id, id LIMIT $3`
	sqlSealedPeople  = `SELECT id, body FROM person WHERE id > $1 AND body LIKE '%"totp":%' ORDER BY id LIMIT $2`
	sqlSealedAnswers = `SELECT partner_id, actor, request_id, method, target, at, body FROM replay
		WHERE (partner_id, actor, request_id, method, target) > ($1, $2, $3, $4, $5) AND sealed = 1 AND at > $6
		ORDER BY partner_id, actor, request_id, method, target LIMIT $7`
	// The version stays: what is in the row is the same, and whoever read it may go on. A row that was written meanwhile is
	// left as it is.
	sqlRewrapKey    = `UPDATE license_key SET sealed = $3 WHERE partner_id = $1 AND id = $2 AND sealed = $4`
	sqlRewrapLink   = `UPDATE download_link SET sealed = $3 WHERE partner_id = $1 AND id = $2 AND sealed = $4`
	sqlRewrapPerson = `UPDATE person SET body = $2 WHERE id = $1 AND body = $3`
)

// Resealer seals again what was sealed with a key that is no longer the primary one.
type Resealer interface {
	Stale(sealed []byte) bool
	Reseal(ad string, sealed []byte) ([]byte, error)
}

// rewrapRows is how many rows one transaction of Rewrap looks at.
const rewrapRows = 200

// sealedRow is a row with something sealed in it.
type sealedRow struct {
	partner id.Partner
	id      string
	sealed  []byte
	binding string
	body    []byte // the rest of it, where it is kept in one
}

// sealedRows are the rows of one table.
type sealedRows struct {
	// page lists those after one, in order.
	page func(r *Reader, after sealedRow) ([]sealedRow, error)
	save func(t *Tx, row sealedRow, fresh []byte) error
}

func sealedIn(list, write string, binding func(sealedRow) string) sealedRows {
	return sealedRows{
		page: func(r *Reader, after sealedRow) ([]sealedRow, error) {
			return collect(r, func(row *sealedRow, scan func(...any) error) error {
				err := scan(&row.partner, &row.id, &row.sealed)
				row.binding = binding(*row)
				return err
			}, list, after.partner, after.id, rewrapRows)
		},
		save: func(t *Tx, row sealedRow, fresh []byte) error {
			return t.exec(anyRows, nil, write, row.partner, row.id, fresh, row.sealed)
		},
	}
}

// sealedTables are all that lasts; stored answers end by themselves within a day.
var sealedTables = []sealedRows{
	sealedIn(sqlSealedKeys, sqlRewrapKey, func(r sealedRow) string { return license.Key{Partner: r.partner, ID: id.Key(r.id)}.Binding() }),
	sealedIn(sqlSealedLinks, sqlRewrapLink, func(r sealedRow) string { return license.Link{Partner: r.partner, ID: id.Link(r.id)}.Binding() }),
	{
		page: func(r *Reader, after sealedRow) ([]sealedRow, error) {
			return collect(r, scanAuthenticator, sqlSealedPeople, after.id, rewrapRows)
		},
		save: func(t *Tx, row sealedRow, fresh []byte) error {
			var b personShape
			if err := fromBody(row.body, &b); err != nil {
				return err
			}
			b.TOTP = base64.StdEncoding.EncodeToString(fresh)
			return t.exec(anyRows, nil, sqlRewrapPerson, row.id, toBody(b), string(row.body))
		},
	},
}

func scanAuthenticator(row *sealedRow, scan func(...any) error) error {
	var b personShape
	if err := scan(&row.id, &row.body); err != nil {
		return err
	}
	if err := fromBody(row.body, &b); err != nil {
		return err
	}
	var err error
	row.sealed, err = base64.StdEncoding.DecodeString(b.TOTP)
	row.binding = party.Person{ID: id.User(row.id)}.AuthenticatorBinding()
	return err
}

// Rewrap seals again what lasts and v calls stale, in small transactions that reveals run between, and says how many. It ends
// early with ctx; run again, it goes on with what is left. A row that does not open is left as it is and counted in broken.
func (s *Store) Rewrap(ctx context.Context, v Resealer) (done, broken int, err error) {
	for _, table := range sealedTables {
		last := sealedRow{}
		for more := true; more; {
			if ctx.Err() != nil {
				return done, broken, fmt.Errorf("store: rewrap: %w", context.Cause(ctx))
			}
			var n, bad int
			at := last
			_, err := s.update(ctx, &app.Act{}, nil, func(t *Tx) (any, error) {
				n, bad = 0, 0
				rows, err := table.page(&t.Reader, last)
				if err != nil {
					return nil, err
				}
				for _, r := range rows {
					at = r
					if !v.Stale(r.sealed) {
						continue
					}
					fresh, err := v.Reseal(r.binding, r.sealed)
					if err != nil {
						bad++
						continue
					}
					n++
					if err := table.save(t, r, fresh); err != nil {
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

// Sealed is what is still sealed with an older key.
type Sealed struct {
	Rows    int       // that last
	Answers int       // kept for replay
	Until   time.Time // when the last of the answers ends, wall time
}

// Stale counts what v calls stale. Nothing may be rotated out while there is any.
func (s *Store) Stale(ctx context.Context, v Resealer) (out Sealed, err error) {
	count := func(table sealedRows, tell func(sealedRow)) error {
		last := sealedRow{}
		for {
			var rows []sealedRow
			err := s.engine.view(ctx, func(r *Reader) (err error) {
				rows, err = table.page(r, last)
				return err
			})
			if err != nil {
				return err
			}
			for _, r := range rows {
				if last = r; v.Stale(r.sealed) {
					tell(r)
				}
			}
			if len(rows) < rewrapRows {
				return nil
			}
		}
	}
	for _, table := range sealedTables {
		if err := count(table, func(sealedRow) { out.Rows++ }); err != nil {
			return out, err
		}
	}
	living := s.opts.Wall.Now().Add(-replayLife)
	var key replayKey
	for {
		n := 0
		err := s.engine.view(ctx, func(r *Reader) error {
			rs := r.query(sqlSealedAnswers, append(key.args(), living, rewrapRows)...)
			defer rs.close()
			for rs.next() {
				var at time.Time
				var body []byte
				if err := rs.scan(&key.partner, &key.actor, &key.request, &key.method, &key.target, &at, &body); err != nil {
					return err
				}
				if n++; v.Stale(body) {
					out.Answers++
					if end := at.Add(replayLife); end.After(out.Until) {
						out.Until = end
					}
				}
			}
			return rs.err()
		})
		if err != nil || n < rewrapRows {
			return out, err
		}
	}
}
