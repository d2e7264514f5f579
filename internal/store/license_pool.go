// Pools of product keys, and the lines that wait for one (rules.md R15, F44).
package store

import (
	"cmp"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	sqlPoolCounts = `SELECT pool, version, state, COUNT(*) FROM license_key WHERE partner_id = $1 GROUP BY pool, version, state`
	sqlPoolWaits  = `SELECT pool, version, COUNT(*) FROM key_wait WHERE partner_id = $1 AND supplier = '' GROUP BY pool, version`
	sqlPoolMarks  = `SELECT pool, version, low_water FROM key_pool WHERE partner_id = $1`
	// The row is made where there is none, and locked either way.
	sqlHoldPool = `INSERT INTO key_pool (partner_id, pool, version) VALUES ($1, $2, $3)
		ON CONFLICT (partner_id, pool, version) DO UPDATE SET low_water = key_pool.low_water`
	sqlLowWater = `INSERT INTO key_pool (partner_id, pool, version, low_water) VALUES ($1, $2, $3, $4)
		ON CONFLICT (partner_id, pool, version) DO UPDATE SET low_water = excluded.low_water`
	// Unlike sqlFreeKeysAlone it waits for a key that another act is about to take, and may give back.
	sqlLastKeyAlone = sqlFreeKeys + ` FOR UPDATE`

	// The newest go first. The state is asked again outside: on PostgreSQL another act may have taken one meanwhile.
	sqlWithdrawKeys = `UPDATE license_key SET state = 'revoked', revoked_at = $4, row_version = row_version + 1
		WHERE partner_id = $1 AND state = 'free' AND id IN (SELECT id FROM license_key
			WHERE partner_id = $1 AND pool = $2 AND version = $3 AND state = 'free' ORDER BY n DESC, id DESC LIMIT $5)`

	waitColumns  = `customer_id, order_id, line, pool, version, ordered_at, asked_at, supplier, ref, next_at`
	sqlWaits     = `SELECT ` + waitColumns + ` FROM key_wait WHERE partner_id = $1 AND customer_id = $2`
	sqlNextWaits = `SELECT ` + waitColumns + ` FROM key_wait
		WHERE partner_id = $1 AND pool = $2 AND version = $3 AND supplier = '' ORDER BY ordered_at, order_id, line LIMIT $4`
	sqlNextWaitsAlone = sqlNextWaits + ` FOR UPDATE`
	// A line that waits elsewhere moves; one that waits here already stays as it is, its reference too.
	sqlAddWait = `INSERT INTO key_wait (partner_id, order_id, line, version, pool, customer_id, ordered_at, asked_at, supplier, ref, next_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (partner_id, order_id, line, version) DO UPDATE SET pool = excluded.pool, supplier = excluded.supplier,
			ref = excluded.ref, next_at = excluded.next_at
		WHERE key_wait.pool <> excluded.pool OR key_wait.supplier <> excluded.supplier`
	sqlWaited    = `DELETE FROM key_wait WHERE partner_id = $1 AND order_id = $2 AND line = $3 AND version = $4`
	sqlEndWaits  = `DELETE FROM key_wait WHERE partner_id = $1 AND order_id = $2 AND line = $3`
	sqlMoveWaits = `UPDATE key_wait SET order_id = $4, line = $5 WHERE partner_id = $1 AND order_id = $2 AND line = $3`
)

func scanWait(w *license.Wait, scan func(...any) error) error {
	return scan(&w.Customer, &w.Order, &w.Line, &w.Pool, &w.Version, &w.OrderedAt, &w.AskedAt, &w.Supplier, &w.Ref, &w.NextAt)
}

// KeyPools implements app.Reader.
func (r *Reader) KeyPools(s party.Scope) ([]license.Pool, error) {
	all := map[[2]string]*license.Pool{}
	pool := func(name, version string) *license.Pool {
		p := all[[2]string{name, version}]
		if p == nil {
			p = &license.Pool{Name: name, Version: version}
			all[[2]string{name, version}] = p
		}
		return p
	}
	var name, version string
	var n int64
	err := r.batch(
		read{sqlPoolCounts, []any{s.Partner()}, func(scan func(...any) error) error {
			var state license.KeyState
			err := scan(&name, &version, &state, &n)
			switch p := pool(name, version); state {
			case license.Free:
				p.Free = n
			case license.Assigned:
				p.Assigned = n
			case license.KeyRevoked:
				p.Revoked = n
			}
			return err
		}},
		read{sqlPoolWaits, []any{s.Partner()}, func(scan func(...any) error) error {
			err := scan(&name, &version, &n)
			pool(name, version).Waiting = n
			return err
		}},
		read{sqlPoolMarks, []any{s.Partner()}, func(scan func(...any) error) error {
			err := scan(&name, &version, &n)
			pool(name, version).LowWater = n
			return err
		}},
	)
	if err != nil {
		return nil, err
	}
	out := make([]license.Pool, 0, len(all))
	for _, p := range all {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b license.Pool) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	return out, nil
}

// Waits implements app.Reader.
func (r *Reader) Waits(s party.Scope, c id.Customer) ([]license.Wait, error) {
	return collect(r, scanWait, sqlWaits, s.Partner(), c)
}

// SetLowWater implements app.Tx.
func (t *Tx) SetLowWater(pool, version string, mark int64) error {
	return t.exec(1, nil, sqlLowWater, t.scope.Partner(), pool, version, mark)
}

// HoldPool implements app.Tx.
func (t *Tx) HoldPool(pool, version string) error {
	return t.exec(1, nil, sqlHoldPool, t.scope.Partner(), pool, version)
}

// WithdrawKeys implements app.Tx.
func (t *Tx) WithdrawKeys(pool, version string, n int, now time.Time) error {
	return t.exec(int64(n), fault.Conflict("pool.changed", nil), sqlWithdrawKeys, t.scope.Partner(), pool, version, now, n)
}

// LastKey implements app.Tx.
func (t *Tx) LastKey(pool, version string) (license.Key, bool, error) {
	if err := t.HoldPool(pool, version); err != nil {
		return license.Key{}, false, err
	}
	sql := sqlFreeKeys
	if t.updatesPostgres() {
		sql = sqlLastKeyAlone
	}
	ks, err := collect(&t.Reader, scanKey, sql, t.scope.Partner(), pool, version, 1)
	if err != nil || len(ks) == 0 {
		return license.Key{}, false, err
	}
	return ks[0], true, nil
}

// AddWait implements app.Tx. One whose product takes its keys from elsewhere now waits there.
func (t *Tx) AddWait(w license.Wait) error {
	return t.exec(anyRows, nil, sqlAddWait, t.scope.Partner(), w.Order, w.Line, w.Version, w.Pool, w.Customer, w.OrderedAt, w.AskedAt,
		w.Supplier, w.Ref, w.NextAt)
}

// NextWaits implements app.Tx.
func (t *Tx) NextWaits(pool, version string, n int) ([]license.Wait, error) {
	sql := sqlNextWaits
	if t.updatesPostgres() {
		sql = sqlNextWaitsAlone
	}
	return collect(&t.Reader, scanWait, sql, t.scope.Partner(), pool, version, n)
}
