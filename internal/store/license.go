// Product keys, sealed (rules.md §2.4).
package store

import (
	"fmt"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	keyColumns = `id, partner_id, pool, version, kind, state, customer_id, order_id, line,
		assigned_at, revoked_at, sealed, fingerprint, row_version`
	sqlKeys     = `SELECT ` + keyColumns + ` FROM license_key WHERE partner_id = $1 AND order_id = $2 AND line = $3 ORDER BY assigned_at, id`
	sqlFreeKeys = `SELECT ` + keyColumns + ` FROM license_key
		WHERE partner_id = $1 AND pool = $2 AND version = $3 AND state = 'free' ORDER BY n, id LIMIT $4`
	// Acts on different customers run at once on PostgreSQL: each takes a key nobody else is about to take. SQLite has one
	// writer and no row locks.
	sqlFreeKeysAlone = sqlFreeKeys + ` FOR UPDATE SKIP LOCKED`
	sqlAssignKey     = `UPDATE license_key SET state = 'assigned', customer_id = $3, order_id = $4, line = $5, assigned_at = $6,
			row_version = row_version + 1
		WHERE partner_id = $1 AND id = $2 AND state = 'free' AND row_version = $7`
	sqlRevokeKeys = `UPDATE license_key SET state = 'revoked', revoked_at = $4, row_version = row_version + 1
		WHERE partner_id = $1 AND order_id = $2 AND line = $3 AND state = 'assigned'`
	sqlMoveKeys = `UPDATE license_key SET order_id = $4, line = $5, row_version = row_version + 1
		WHERE partner_id = $1 AND order_id = $2 AND line = $3`
	sqlPoolAge = `SELECT COALESCE(MAX(n), 0) FROM license_key WHERE partner_id = $1`
	sqlAddKeys = `INSERT INTO license_key (partner_id, id, pool, version, kind, n, state, sealed, fingerprint, row_version)`
	// By the unique index: a look at what is there would be planned by statistics that know nothing of the rows of this act.
	sqlUnlessKnown = ` ON CONFLICT (partner_id, pool, fingerprint) DO NOTHING RETURNING id`
)

var addKeys = newBulk(sqlAddKeys).ending(sqlUnlessKnown)

func scanKey(k *license.Key, scan func(...any) error) error {
	return scan(&k.ID, &k.Partner, &k.Pool, &k.Version, &k.Kind, &k.State, &k.Customer, &k.Order, &k.Line,
		&k.AssignedAt, &k.RevokedAt, &k.Sealed, &k.Fingerprint, &k.RowVersion)
}

// Keys implements app.Reader, the first assigned first.
func (r *Reader) Keys(s party.Scope, o id.Order, line int) ([]license.Key, error) {
	return collect(r, scanKey, sqlKeys, s.Partner(), o, line)
}

// FreeKeys implements app.Reader. In an Update on PostgreSQL the keys are held until the act ends.
func (r *Reader) FreeKeys(s party.Scope, pool, version string, n int) ([]license.Key, error) {
	sql := sqlFreeKeys
	if r.updatesPostgres() {
		sql = sqlFreeKeysAlone
	}
	return collect(r, scanKey, sql, s.Partner(), pool, version, n)
}

// AssignKey implements app.Tx. k is the key as license.Key.Assign left it. A key that somebody else has taken, or a second
// one of the same version for the line (F44): "key.taken".
func (t *Tx) AssignKey(k license.Key) error {
	if err := t.exec(anyRows, nil, sqlWaited, t.scope.Partner(), k.Order, k.Line, k.Version); err != nil {
		return err
	}
	return t.exec(1, fault.Conflict("key.taken", nil), sqlAssignKey,
		t.scope.Partner(), k.ID, k.Customer, k.Order, k.Line, k.AssignedAt, k.RowVersion)
}

// RevokeLine implements app.Tx, as license.Revoke decides: what is revoked or replaced already stays as it is. The place in
// the queue goes first: an import that is just serving it ends before the keys are looked for, so that they include its.
func (t *Tx) RevokeLine(o id.Order, line int, now time.Time) error {
	if err := t.exec(anyRows, nil, sqlEndWaits, t.scope.Partner(), o, line); err != nil {
		return err
	}
	if err := t.exec(anyRows, nil, sqlRevokeKeys, t.scope.Partner(), o, line, now); err != nil {
		return err
	}
	return t.exec(anyRows, nil, sqlRevokeLinks, t.scope.Partner(), o, line)
}

// MoveLine implements app.Tx: keys in any state, places in the queue, and links with their counters; the queue first, as in
// RevokeLine.
func (t *Tx) MoveLine(from id.Order, line int, to id.Order, toLine int) error {
	for _, sql := range []string{sqlMoveWaits, sqlMoveKeys, sqlMoveLinks} {
		if err := t.exec(anyRows, nil, sql, t.scope.Partner(), from, line, to, toLine); err != nil {
			return err
		}
	}
	return nil
}

// AddKeys implements app.Tx. The act holds the partner: nobody else adds keys meanwhile.
func (t *Tx) AddKeys(ks []license.Key) (known []int, err error) {
	if t.keyAge == 0 {
		if err := t.queryRow(sqlPoolAge, t.scope.Partner()).scan(&t.keyAge); err != nil {
			return nil, err
		}
	}
	reads, fresh := []read(nil), make(map[id.Key]bool, len(ks))
	for some := range slices.Chunk(ks, bulkRows) {
		args := make([]any, 0, len(some)*addKeys.columns)
		for _, k := range some {
			if k.Partner != t.scope.Partner() || k.State != license.Free { // sealed for another row: it would never open
				return nil, t.fail(fmt.Errorf("store: %s is not a free key of the act's partner", k.ID))
			}
			t.keyAge++
			args = append(args, k.Partner, k.ID, k.Pool, k.Version, k.Kind, t.keyAge, k.State, k.Sealed, k.Fingerprint, 1)
		}
		reads = append(reads, read{addKeys.texts[len(some)-1], args, func(scan func(...any) error) error {
			var added id.Key
			err := scan(&added)
			fresh[added] = true
			return err
		}})
	}
	if err := t.batch(reads...); err != nil {
		return nil, err
	}
	for i, k := range ks {
		if !fresh[k.ID] {
			known = append(known, i)
		}
		delete(fresh, k.ID) // the second of two in ks is known
	}
	return known, nil
}
