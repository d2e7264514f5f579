package partnercenter

import (
	"context"
	"encoding/csv"
	"io"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// recordProof is the answer to who asks for a proof; with the same members as a proof of the command line.
type recordProof struct {
	N          int64       `json:"n"`
	Leaf       string      `json:"leaf,omitempty"` // what the hash is taken over; absent where the caller is not shown all of it
	Hash       string      `json:"hash"`
	Path       []string    `json:"path"`
	Checkpoint string      `json:"checkpoint"`
	Key        string      `json:"key"`
	RecordID   string      `json:"recordId"`
	Links      *selfLinks  `json:"links"`
	Attributes *attributes `json:"attributes"`
}

// proveRecord answers with the proof that a record is in the log (R06, R07), checked by nobody's leave: comptoir log verify.
func (a *api) proveRecord(ctx context.Context, r *request) (answer, error) {
	rec, ok := recordOf(r.path("record"))
	if !ok {
		return answer{}, unknownRecord
	}
	p, err := a.app.ProveRecord(ctx, r.actor, rec)
	if err != nil {
		return answer{}, err
	}
	w := recordProof{
		N: p.N, Leaf: string(p.Leaf), Hash: p.Hash.String(), Path: make([]string, len(p.Path)), Checkpoint: p.Checkpoint, Key: p.Key,
		RecordID: string(rec), Links: self("/auditrecords/" + string(rec) + "/proof"), Attributes: of("AuditRecordProof"),
	}
	for i, h := range p.Path {
		w.Path[i] = h.String()
	}
	return reply(w)
}

// recordsPage is how many records are in memory at a time, however many an export has.
const recordsPage = 1000

var recordColumns = []string{
	"operationDate", "operationType", "resourceType", "operationStatus", "customerId", "customerName", "userPrincipalName",
	"applicationId", "originalCorrelationId", "customizedData", "id", "resourceOldValue", "resourceNewValue",
}

// exportRecords answers with all records of a range as CSV, newest first, written while they are read (F53). Without a range
// those of the last month. Instants are shown in the zone asked for.
func (a *api) exportRecords(ctx context.Context, r *request) (answer, error) {
	now := a.app.Clock.Now()
	q, zone, err := r.recordQuery(now)
	if err != nil {
		return answer{}, err
	}
	if !r.query.has("startdate") {
		y, m, d := when.MonthBefore(when.DayOf(now, zone))
		q.From = when.DayStart(y, m, d, zone)
	}
	q.Limit = recordsPage
	first, err := a.app.Records(ctx, r.actor, q)
	if err != nil {
		return answer{}, err
	}
	d, partner := r.dialect(), r.actor.Scope.Partner()
	r.stream = func(w io.Writer) error {
		return d.writeRecords(w, partner, zone, first, func(last activity.Record) ([]activity.Record, error) {
			q.After = app.RecordCursor{At: last.At, ID: last.ID}
			return a.app.Records(ctx, r.actor, q)
		})
	}
	return answer{Header: map[string]string{
		"Content-Type":        typeCSV + "; charset=utf-8",
		"Content-Disposition": "attachment; filename=ActivityLog.csv",
		"Cache-Control":       "private, no-store",
	}}, nil
}

// writeRecords writes records, and those that next has after each whole page.
func (d dialect) writeRecords(w io.Writer, partner id.Partner, zone *time.Location, found []activity.Record, next func(activity.Record) ([]activity.Record, error)) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(recordColumns); err != nil {
		return err
	}
	for {
		for _, rec := range found {
			details := make([]string, len(rec.Details))
			for i, detail := range rec.Details {
				details[i] = detail.Key + "=" + detail.Value
			}
			was, is := d.values(rec)
			row := []string{
				rec.At.In(zone).Format(time.RFC3339Nano), d.operation(rec.Operation), d.resource(rec.Resource), string(rec.Status),
				string(rec.Customer), rec.CustomerName, rec.Actor, string(rec.Client), rec.Correlation, strings.Join(details, "; "), recordID(partner, rec),
				was, is,
			}
			for i := range row {
				row[i] = harmless(row[i])
			}
			if err := out.Write(row); err != nil {
				return err
			}
		}
		out.Flush()
		if err := out.Error(); err != nil || len(found) < recordsPage {
			return err
		}
		var err error
		if found, err = next(found[len(found)-1]); err != nil {
			return err
		}
	}
}
