// The activity log, append-only (F53).
package store

import (
	"cmp"
	"errors"

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
	Who          id.Alias        `json:"who,omitempty"` // in place of actor
	Client       id.Client       `json:"client,omitempty"`
	ResourceID   string          `json:"resource_id,omitempty"`
	Status       activity.Status `json:"status,omitempty"`
	Correlation  string          `json:"correlation,omitempty"`
	Details      [][]string      `json:"details,omitempty"` // key, value; or key, nothing, the alias of who it names
	Changes      [][3]string     `json:"changes,omitempty"` // member, old, new
}

func scanRecord(rec *activity.Record, scan func(dest ...any) error) error {
	var b recordShape
	if err := scan(&rec.ID, &rec.At, &rec.Customer, &rec.Operation, &rec.Resource, body{&b}); err != nil {
		return err
	}
	rec.CustomerName, rec.Who, rec.Actor, rec.Client = b.CustomerName, b.Who, b.Actor, b.Client
	rec.ResourceID, rec.Status, rec.Correlation = b.ResourceID, b.Status, b.Correlation
	for _, d := range b.Details {
		if len(d) < 2 {
			return errors.New("store: a damaged body: a detail without a value")
		}
		detail := activity.Detail{Key: d[0], Value: d[1]}
		if len(d) > 2 {
			detail.Who = id.Alias(d[2])
		}
		rec.Details = append(rec.Details, detail)
	}
	for _, c := range b.Changes {
		rec.Changes = append(rec.Changes, activity.Change{Member: c[0], Old: c[1], New: c[2]})
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
	switch {
	case q.Customer == "":
		f.instant(" AND at >= ?", q.From)
		f.instant(" AND at < ?", q.Until)
	// Bound on both sides SQLite would rather walk everybody's records of those days: the plus keeps it in the key of the
	// customer, which one side bounds, of a later page that of the record seen last.
	case q.After == (app.RecordCursor{}):
		f.instant(" AND at >= ?", q.From)
		f.instant(" AND +at < ?", q.Until)
	default:
		f.instant(" AND +at >= ?", q.From)
		f.instant(" AND +at < ?", q.Until)
	}
	if q.After != (app.RecordCursor{}) {
		f.and(" AND (at, id) < (?, ?)", q.After.At, q.After.ID)
	}
	f.and(" ORDER BY at DESC, id DESC")
	f.limit(q.Limit)
	return r.records(f)
}

// records reads what a filter finds, and puts the names of people in.
func (r *Reader) records(f *filter) ([]activity.Record, error) {
	found, err := rowsOf(r, f, scanRecord)
	if err != nil {
		return nil, err
	}
	var ids []id.Alias
	each := func(do func(who id.Alias, name *string)) {
		for i := range found {
			rec := &found[i]
			if rec.Who != "" {
				do(rec.Who, &rec.Actor)
			}
			for j := range rec.Details {
				if d := &rec.Details[j]; d.Who != "" {
					do(d.Who, &d.Value)
				}
			}
		}
	}
	each(func(who id.Alias, _ *string) { ids = append(ids, who) })
	names, err := r.names(ids)
	// Who has no row was erased too, or was never kept: what stands in the record is all there is.
	each(func(who id.Alias, name *string) { *name = cmp.Or(names[who], activity.Erased) })
	return found, err
}

// Record implements app.Reader.
func (r *Reader) Record(s party.Scope, rec id.Record) (activity.Record, error) {
	f := where(sqlRecords, s.Partner())
	equal(f, sqlOfReseller, s.Reseller())
	f.and(" AND id = ?", rec)
	found, err := r.records(f)
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
		details := make([][]string, len(r.Details))
		for i, d := range r.Details {
			if details[i] = []string{d.Key, d.Value}; d.Who != "" {
				details[i] = []string{d.Key, "", string(d.Who)}
			}
		}
		var changes [][3]string
		for _, c := range r.Changes {
			changes = append(changes, [3]string{c.Member, c.Old, c.New})
		}
		if r.Who != "" {
			r.Actor = ""
		}
		args = append(args, t.scope.Partner(), r.ID, r.At, null(r.Customer), fold(r.CustomerName),
			r.Operation, r.Resource, r.Security(), toBody(recordShape{
				r.CustomerName, r.Actor, r.Who, r.Client, r.ResourceID, r.Status, r.Correlation, details, changes,
			}))
	}
	return t.add(recordInsert, args)
}
