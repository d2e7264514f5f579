// Whether the server takes acts: one row.
package store

import (
	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

const (
	sqlMode     = `SELECT read_only, since, reason FROM mode WHERE id = 1`
	sqlModeSave = `UPDATE mode SET read_only = $1, since = $2, reason = $3 WHERE id = 1 AND read_only <> $1`
)

// Mode implements app.Reader.
func (r *Reader) Mode() (m app.Mode, err error) {
	err = r.queryRow(sqlMode).scan(&m.ReadOnly, &m.Since, &m.Reason)
	return m, err
}

// SaveMode implements app.Tx.
func (t *Tx) SaveMode(m app.Mode) error {
	return t.exec(1, fault.Conflict("mode.same", nil), sqlModeSave, m.ReadOnly, m.Since, m.Reason)
}
