// Devices of the migration planner (rules.md F51).
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
	sqlDevices       = `SELECT id, name, product, activated_at, moved_at, version FROM device WHERE partner_id = $1 AND customer_id = $2`
	sqlDeviceByID    = sqlDevices + ` AND id = $3`
	sqlDeviceByName  = sqlDevices + ` AND name_key = $3`
	sqlDevicesInPlan = ` ORDER BY done, activated_at, name_key`

	// By the day of the deadline: 180 days are whole days. Above a bound the next state begins.
	sqlDeviceDeadlines = `SELECT CASE WHEN activated_at = 0 THEN 0 WHEN activated_at <= $3 THEN 1 WHEN activated_at <= $4 THEN 2 WHEN activated_at <= $5 THEN 3 ELSE 4 END,
			activated_at / 86400000000, COUNT(*)
		FROM device WHERE partner_id = $1 AND customer_id = $2 AND done = 0 GROUP BY 1, 2`
	sqlDevicesDone = `SELECT moved_at / 86400000000, COUNT(*) FROM device WHERE partner_id = $1 AND customer_id = $2 AND done = 1 GROUP BY 1`

	sqlAddDevices = `INSERT INTO device (partner_id, customer_id, name_key, id, name, product, product_key, activated_at, done, moved_at, version)`
	sqlSaveDevice = `UPDATE device SET product = $5, product_key = $6, activated_at = $7, done = $8, moved_at = $9, version = version + 1
		WHERE partner_id = $1 AND customer_id = $2 AND id = $3 AND version = $4`
	sqlSaveDevices = `UPDATE device d SET product = u.product, product_key = u.product_key, activated_at = u.activated_at,
			done = u.done, moved_at = u.moved_at, version = d.version + 1
		FROM unnest($3::text[], $4::bigint[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[])
			AS u (id, version, product, product_key, activated_at, done, moved_at)
		WHERE d.partner_id = $1 AND d.customer_id = $2 AND d.id = u.id AND d.version = u.version`
	sqlRemoveDevice = `DELETE FROM device WHERE partner_id = $1 AND customer_id = $2 AND id = $3 AND version = $4`
)

var addDevices = newBulk(sqlAddDevices)

func scanDevice(d *license.Device, scan func(...any) error) error {
	var activated int64
	err := scan(&d.ID, &d.Name, &d.Product, &activated, &d.MovedAt, &d.Version)
	if activated > 0 {
		d.LastActivation = time.UnixMicro(activated).UTC()
	}
	return err
}

// activated is the column of a last activation: 0 sorts what is not known before everything.
func activated(d license.Device) int64 { return microsOr0(d.LastActivation) }

func microsOr0(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Device implements app.Reader.
func (r *Reader) Device(s party.Scope, c id.Customer, named string) (d license.Device, err error) {
	sql, key := sqlDeviceByName, license.DeviceKey(named)
	if guid, ok := id.ParseGUID(named); ok {
		sql, key = sqlDeviceByID, guid
	}
	row := r.queryRow(sql, s.Partner(), c, key)
	err = scanDevice(&d, func(dest ...any) error { return row.scanOr(fault.NotFound("activation.unknown", nil), dest...) })
	return d, err
}

// Devices implements app.Reader.
func (r *Reader) Devices(s party.Scope, c id.Customer, q app.DeviceQuery) ([]license.Device, error) {
	f := where(sqlDevices, s.Partner(), c)
	after := q.After
	switch from, until, ranged := q.State.Activated(q.Now); {
	case q.State == "" && !q.Open: // the whole of the plan
		if after != (app.DeviceCursor{}) {
			f.and(` AND (done, activated_at, name_key) > (?, ?, ?)`, after.Done, microsOr0(after.LastActivation), after.Key)
		}
	case q.State == license.MoveDone:
		f.and(` AND done = 1`)
		if after != (app.DeviceCursor{}) {
			f.and(` AND (activated_at, name_key) > (?, ?)`, microsOr0(after.LastActivation), after.Key)
		}
	default:
		f.and(` AND done = 0`)
		if ranged {
			f.and(` AND activated_at > ?`, microsOr0(from))
		}
		if ranged && !until.IsZero() {
			f.and(` AND activated_at <= ?`, until)
		}
		if q.State == license.MoveUnknown {
			f.and(` AND activated_at = 0`)
		}
		if after != (app.DeviceCursor{}) {
			f.and(` AND (activated_at, name_key) > (?, ?)`, microsOr0(after.LastActivation), after.Key)
		}
	}
	f.text("name_key", "starts_with", q.Name)
	equal(f, ` AND product_key = ?`, fold(q.Product))
	f.and(sqlDevicesInPlan)
	f.limit(q.Limit)
	return rowsOf(r, f, scanDevice)
}

// DeviceGroups implements app.Reader.
func (r *Reader) DeviceGroups(s party.Scope, c id.Customer, now time.Time) (groups []license.DeviceGroup, err error) {
	states := license.MoveStates()
	bounds := []any{s.Partner(), c}
	for _, state := range []license.MoveState{license.MoveLapsed, license.MoveUrgent, license.MoveSoon} {
		_, until, _ := state.Activated(now)
		bounds = append(bounds, until)
	}
	err = r.batch(
		read{sqlDeviceDeadlines, bounds, func(scan func(...any) error) error {
			var state int
			var day, n int64
			if err := scan(&state, &day, &n); err != nil {
				return err
			}
			g := license.DeviceGroup{State: states[state], N: n}
			if g.State != license.MoveUnknown {
				g.Day = dayOf(day).Add(license.KMSActivation)
			}
			groups = append(groups, g)
			return nil
		}},
		read{sqlDevicesDone, []any{s.Partner(), c}, func(scan func(...any) error) error {
			var day, n int64
			err := scan(&day, &n)
			groups = append(groups, license.DeviceGroup{State: license.MoveDone, Day: dayOf(day), N: n})
			return err
		}},
	)
	return groups, err
}

// dayOf is 00:00Z of a day since 1970.
func dayOf(n int64) time.Time { return time.Unix(n*86_400, 0).UTC() }

// AddDevices implements app.Tx. The act holds the customer: nobody else adds devices meanwhile.
func (t *Tx) AddDevices(c id.Customer, ds []license.Device) error {
	const chunk = 2000
	for len(ds) > 0 {
		n := min(len(ds), chunk)
		args := make([]any, 0, n*addDevices.columns)
		for _, d := range ds[:n] {
			args = append(args, t.scope.Partner(), c, license.DeviceKey(d.Name), d.ID, d.Name, d.Product, fold(d.Product), activated(d), !d.MovedAt.IsZero(), d.MovedAt, 1)
		}
		if err := t.add(addDevices, args); err != nil {
			return err
		}
		ds = ds[n:]
	}
	return nil
}

// SaveDevices implements app.Tx: SQLite saves no trip by doing it in one statement.
func (t *Tx) SaveDevices(c id.Customer, ds []license.Device) error {
	changed := fault.Conflict("activation.changed", nil)
	if !t.updatesPostgres() {
		for _, d := range ds {
			err := t.exec(1, changed, sqlSaveDevice, t.scope.Partner(), c, d.ID, d.Version, d.Product, fold(d.Product), activated(d), !d.MovedAt.IsZero(), d.MovedAt)
			if err != nil {
				return err
			}
		}
		return nil
	}
	if len(ds) == 0 {
		return nil
	}
	n := len(ds)
	ids, products, keys := make([]string, n), make([]string, n), make([]string, n)
	versions, lasts, dones, moved := make([]int64, n), make([]int64, n), make([]int64, n), make([]*int64, n)
	for i, d := range ds {
		ids[i], versions[i], products[i], keys[i] = string(d.ID), d.Version, d.Product, fold(d.Product)
		lasts[i], moved[i] = activated(d), micros(d.MovedAt)
		if moved[i] != nil {
			dones[i] = 1
		}
	}
	return t.exec(int64(n), changed, sqlSaveDevices, t.scope.Partner(), c, ids, versions, products, keys, lasts, dones, moved)
}

// RemoveDevice implements app.Tx.
func (t *Tx) RemoveDevice(c id.Customer, d license.Device) error {
	return t.exec(1, fault.Conflict("activation.changed", nil), sqlRemoveDevice, t.scope.Partner(), c, d.ID, d.Version)
}
