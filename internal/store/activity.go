// The activity log, append-only (F53).
package store

import (
	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	sqlRecords      = `SELECT id, at, customer_id, operation, resource, body FROM activity WHERE partner_id = $1`
	sqlRecordInsert = `INSERT INTO activity (partner_id, id, at, customer_id, customer_name, operation, resource, security, body)`
)

var recordInsert = newBulk(sqlRecordInsert)

type recordShape struct {
	CustomerName string          `json:"customer,omitempty"`
	Actor        string          `json:"actor,omitempty"`
	Client       id.Client       `json:"client,omitempty"`
	ResourceID   string          `json:"resource_id,omitempty"`
	Status       activity.Status `json:"status,omitempty"`
	Correlation  string          `json:"correlation,omitempty"`
	Details      [][2]string     `json:"details,omitempty"`
}

func scanRecord(rec *activity.Record, scan func(dest ...any) error) error {
	var text []byte
	if err := scan(&rec.ID, &rec.At, &rec.Customer, &rec.Operation, &rec.Resource, &text); err != nil {
		return err
	}
	var b recordShape
	if err := fromBody(text, &b); err != nil {
		return err
	}
	rec.CustomerName, rec.Actor, rec.Client = b.CustomerName, b.Actor, b.Client
	rec.ResourceID, rec.Status, rec.Correlation = b.ResourceID, b.Status, b.Correlation
	for _, d := range b.Details {
		rec.Details = append(rec.Details, activity.Detail{Key: d[0], Value: d[1]})
	}
	return nil
}

// Records implements app.Reader.
func (r *Reader) Records(s party.Scope, q app.RecordQuery) ([]activity.Record, error) {
	f := where(sqlRecords, s.Partner())
	switch { // written out, so that the index of security records serves
	case q.Security && q.Business:
	case q.Security:
		f.and(" AND security = 1")
	case q.Business:
		f.and(" AND security = 0")
	default:
		return nil, nil
	}
	equal(f, sqlOfReseller, s.Reseller())
	equal(f, " AND customer_id = ?", q.Customer)
	equal(f, " AND resource = ?", q.Resource)
	f.text("customer_name", "substring", q.CustomerName)
	f.instant(" AND at >= ?", q.From)
	f.instant(" AND at < ?", q.Until)
	if q.After != (app.RecordCursor{}) {
		f.and(" AND (at, id) < (?, ?)", q.After.At, q.After.ID)
	}
	f.and(" ORDER BY at DESC, id DESC")
	f.limit(q.Limit)
	return rowsOf(r, f, scanRecord)
}

// Record implements app.Reader.
func (r *Reader) Record(s party.Scope, rec id.Record) (activity.Record, error) {
	f := where(sqlRecords, s.Partner())
	equal(f, sqlOfReseller, s.Reseller())
	f.and(" AND id = ?", rec)
	found, err := rowsOf(r, f, scanRecord)
	if err != nil {
		return activity.Record{}, err
	}
	if len(found) == 0 {
		return activity.Record{}, fault.NotFound("record.unknown", nil)
	}
	return found[0], nil
}

// AddRecord implements app.Tx.
func (t *Tx) AddRecord(rs ...activity.Record) error {
	args := make([]any, 0, len(rs)*recordInsert.columns)
	for _, r := range rs {
		details := make([][2]string, len(r.Details))
		for i, d := range r.Details {
			details[i] = [2]string{d.Key, d.Value}
		}
		args = append(args, t.scope.Partner(), r.ID, r.At, null(r.Customer), fold(r.CustomerName),
			r.Operation, r.Resource, r.Security(), toBody(recordShape{
				r.CustomerName, r.Actor, r.Client, r.ResourceID, r.Status, r.Correlation, details,
			}))
	}
	return t.add(recordInsert, args)
}
