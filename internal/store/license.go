// Product keys, sealed (rules.md §2.4).
package store

import (
	"fmt"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	keyColumns = `id, partner_id, pool, version, kind, state, customer_id, order_id, line,
		assigned_at, revoked_at, sealed, fingerprint, row_version`
	sqlKeys    = `SELECT ` + keyColumns + ` FROM license_key WHERE partner_id = $1 AND order_id = $2 AND line = $3 ORDER BY assigned_at, id`
	sqlFreeKey = `SELECT ` + keyColumns + ` FROM license_key
		WHERE partner_id = $1 AND pool = $2 AND version = $3 AND state = 'free' ORDER BY n, id LIMIT 1`
	// Acts on different customers run at once on PostgreSQL: each takes a key nobody else is about to take. SQLite has one
	// writer and no row locks.
	sqlFreeKeyAlone = sqlFreeKey + ` FOR UPDATE SKIP LOCKED`
	sqlAssignKey    = `UPDATE license_key SET state = 'assigned', customer_id = $3, order_id = $4, line = $5, assigned_at = $6,
			row_version = row_version + 1
		WHERE partner_id = $1 AND id = $2 AND state = 'free' AND row_version = $7`
	sqlRevokeKeys = `UPDATE license_key SET state = 'revoked', revoked_at = $4, row_version = row_version + 1
		WHERE partner_id = $1 AND order_id = $2 AND line = $3 AND state = 'assigned'`
	sqlMoveKeys = `UPDATE license_key SET order_id = $4, line = $5, row_version = row_version + 1
		WHERE partner_id = $1 AND order_id = $2 AND line = $3`
	sqlPoolAge = `SELECT COALESCE(MAX(n), 0) FROM license_key WHERE partner_id = $1`
	sqlAddKey  = `INSERT INTO license_key (partner_id, id, pool, version, kind, n, state, sealed, fingerprint, row_version)
		VALUES ($1, $2, $3, $4, $5, $6, 'free', $7, $8, 1)`
)

func scanKey(k *license.Key, scan func(...any) error) error {
	return scan(&k.ID, &k.Partner, &k.Pool, &k.Version, &k.Kind, &k.State, &k.Customer, &k.Order, &k.Line,
		&k.AssignedAt, &k.RevokedAt, &k.Sealed, &k.Fingerprint, &k.RowVersion)
}

// Keys implements app.Reader, the first assigned first.
func (r *Reader) Keys(s party.Scope, o id.Order, line int) ([]license.Key, error) {
	return collect(r, scanKey, sqlKeys, s.Partner(), o, line)
}

// FreeKey implements app.Reader: the oldest one. In an Update on PostgreSQL the key is held until the act ends.
func (r *Reader) FreeKey(s party.Scope, pool, version string) (license.Key, bool, error) {
	sql := sqlFreeKey
	if r.updatesPostgres() {
		sql = sqlFreeKeyAlone
	}
	ks, err := collect(r, scanKey, sql, s.Partner(), pool, version)
	if err != nil || len(ks) == 0 {
		return license.Key{}, false, err
	}
	return ks[0], true, nil
}

// AssignKey implements app.Tx. k is the key as license.Key.Assign left it. A key that somebody else has taken, or a second
// one of the same version for the line (F44): "key.taken".
func (t *Tx) AssignKey(k license.Key) error {
	return t.exec(1, fault.Conflict("key.taken", nil), sqlAssignKey,
		t.scope.Partner(), k.ID, k.Customer, k.Order, k.Line, k.AssignedAt, k.RowVersion)
}

// RevokeLine implements app.Tx, as license.Revoke decides: what is revoked or replaced already stays as it is.
func (t *Tx) RevokeLine(o id.Order, line int, now time.Time) error {
	if err := t.exec(anyRows, nil, sqlRevokeKeys, t.scope.Partner(), o, line, now); err != nil {
		return err
	}
	return t.exec(anyRows, nil, sqlRevokeLinks, t.scope.Partner(), o, line)
}

// MoveLine implements app.Tx: keys in any state, and links with their counters.
func (t *Tx) MoveLine(from id.Order, line int, to id.Order, toLine int) error {
	if err := t.exec(anyRows, nil, sqlMoveKeys, t.scope.Partner(), from, line, to, toLine); err != nil {
		return err
	}
	return t.exec(anyRows, nil, sqlMoveLinks, t.scope.Partner(), from, line, to, toLine)
}

// AddKeys implements app.Tx: free keys, the first the oldest of its pool. "key.duplicate" for a key that is in its pool
// already, by fingerprint, or twice in ks.
func (t *Tx) AddKeys(ks []license.Key) error {
	var age int64
	if err := t.queryRow(sqlPoolAge, t.scope.Partner()).scan(&age); err != nil {
		return err
	}
	for i, k := range ks {
		if k.Partner != t.scope.Partner() || k.State != license.Free { // sealed for another row: it would never open
			return t.fail(fmt.Errorf("store: key %d of %d is not a free one of the act's partner", i+1, len(ks)))
		}
		err := t.exec(1, fault.Conflict("key.duplicate", nil), sqlAddKey,
			k.Partner, k.ID, k.Pool, k.Version, k.Kind, age+int64(i)+1, k.Sealed, k.Fingerprint)
		if err != nil {
			return err
		}
	}
	return nil
}
