// Lines that wait for the supplier of their keys, and pools that run low, whosever they are (rules.md R15, F44).
package store

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	sqlKeyRequests = `SELECT ` + waitColumns + ` FROM key_wait WHERE partner_id = $1 AND supplier <> ''
		ORDER BY ordered_at, order_id, line, version LIMIT $2`
	sqlKeyRequest = `SELECT ` + waitColumns + ` FROM key_wait WHERE partner_id = $1 AND ref = $2 AND ref <> ''`
	// The job that asks suppliers serves all partners.
	sqlDueWaits = `SELECT partner_id, ` + waitColumns + ` FROM key_wait WHERE supplier = $1 AND supplier <> '' AND next_at <= $2
		ORDER BY ordered_at, order_id, line, version LIMIT $3`
	sqlWaitNames = `SELECT partner_id || '_' || ref FROM key_wait WHERE supplier = $1 AND supplier <> ''`
	sqlWaitLater = `UPDATE key_wait SET next_at = $3 WHERE partner_id = $1 AND ref = $2`
	sqlKeyThere  = `SELECT COUNT(*) FROM license_key WHERE partner_id = $1 AND id = $2`

	sqlKeyPrint    = `SELECT COUNT(*) FROM license_key WHERE partner_id = $1 AND pool = $2 AND fingerprint = $3`
	sqlAddSupplied = `INSERT INTO license_key (partner_id, id, pool, version, kind, n, state, customer_id, order_id, line, assigned_at,
			sealed, fingerprint, row_version)
		VALUES ($1, $2, $3, $4, $5, $6, 'assigned', $7, $8, $9, $10, $11, $12, 1) ON CONFLICT DO NOTHING`

	// Every pool that has a mark or ever ran out has a row.
	sqlPools       = `SELECT partner_id, pool, version, low_water FROM key_pool ORDER BY partner_id, pool, version`
	sqlFreeUpTo    = `SELECT COUNT(*) FROM (SELECT 1 AS one FROM license_key WHERE partner_id = $1 AND pool = $2 AND version = $3 AND state = 'free' LIMIT $4) AS free`
	sqlPoolWaiting = `SELECT COUNT(*) FROM key_wait WHERE partner_id = $1 AND pool = $2 AND version = $3 AND supplier = ''`
)

// KeyRequests implements app.Reader.
func (r *Reader) KeyRequests(s party.Scope, limit int) ([]license.Wait, error) {
	return collect(r, scanWait, sqlKeyRequests, s.Partner(), limit)
}

// KeyRequest implements app.Reader.
func (r *Reader) KeyRequest(s party.Scope, ref string) (license.Wait, error) {
	return one(r, scanWait, fault.NotFound("keyrequest.unknown", nil), sqlKeyRequest, s.Partner(), ref)
}

// DueWaits implements app.Reader.
func (r *Reader) DueWaits(supplier string, now time.Time, limit int) ([]app.QueuedWait, error) {
	return collect(r, func(q *app.QueuedWait, scan func(...any) error) error {
		return scanWait(&q.Wait, func(dest ...any) error { return scan(append([]any{&q.Partner}, dest...)...) })
	}, sqlDueWaits, supplier, now, limit)
}

// WaitNames implements app.Reader.
func (r *Reader) WaitNames(supplier string) (map[string]bool, error) {
	names, err := collect(r, func(s *string, scan func(...any) error) error { return scan(s) }, sqlWaitNames, supplier)
	all := make(map[string]bool, len(names))
	for _, name := range names {
		all[name] = true
	}
	return all, err
}

// KeyThere implements app.Reader.
func (r *Reader) KeyThere(partner id.Partner, k id.Key) (bool, error) {
	var n int64
	err := r.queryRow(sqlKeyThere, partner, k).scan(&n)
	return n > 0, err
}

// SaveWait implements app.Tx.
func (t *Tx) SaveWait(w license.Wait) error {
	return t.exec(anyRows, nil, sqlWaitLater, t.scope.Partner(), w.Ref, w.NextAt)
}

// AddSupplied implements app.Tx.
func (t *Tx) AddSupplied(k license.Key) error {
	var known, age int64
	if err := t.queryRow(sqlKeyPrint, t.scope.Partner(), k.Pool, k.Fingerprint).scan(&known); err != nil {
		return err
	}
	if known > 0 {
		return fault.Conflict("key.duplicate", nil)
	}
	if err := t.queryRow(sqlPoolAge, t.scope.Partner()).scan(&age); err != nil {
		return err
	}
	if err := t.exec(1, fault.Conflict("key.taken", nil), sqlWaited, t.scope.Partner(), k.Order, k.Line, k.Version); err != nil {
		return err
	}
	return t.exec(1, fault.Conflict("key.taken", nil), sqlAddSupplied, t.scope.Partner(), k.ID, k.Pool, k.Version, k.Kind, age+1,
		k.Customer, k.Order, k.Line, k.AssignedAt, k.Sealed, k.Fingerprint)
}

// LowPools implements app.Reader. Free is counted up to the mark alone.
func (r *Reader) LowPools() ([]app.QueuedPool, error) {
	type row struct {
		partner id.Partner
		pool    license.Pool
	}
	rows, err := collect(r, func(q *row, scan func(...any) error) error {
		return scan(&q.partner, &q.pool.Name, &q.pool.Version, &q.pool.LowWater)
	}, sqlPools)
	if err != nil {
		return nil, err
	}
	var low []app.QueuedPool
	for _, q := range rows {
		p := q.pool
		if err := r.queryRow(sqlFreeUpTo, q.partner, p.Name, p.Version, max(p.LowWater, 1)).scan(&p.Free); err != nil {
			return nil, err
		}
		if err := r.queryRow(sqlPoolWaiting, q.partner, p.Name, p.Version).scan(&p.Waiting); err != nil {
			return nil, err
		}
		if p.Low() {
			low = append(low, app.QueuedPool{Partner: q.partner, Pool: p})
		}
	}
	return low, nil
}
