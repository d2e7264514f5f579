package partnercenter

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// auditOperations are contract.md §13. Each caller sees only the kinds of record its roles may read (R06, R07).
func (a *api) auditOperations() []operation {
	acts := []party.Act{party.ReadBusinessLog, party.ReadSecurityLog}
	list := operation{method: http.MethodGet, path: "/v1/auditrecords", acts: acts, scope: scopePartner, status: http.StatusOK, handle: a.listRecords}
	one, elsewhere := list, list
	one.path, one.handle = list.path+"/{record}", a.showRecord
	elsewhere.path, elsewhere.handle = "/auditactivity/v1/auditrecords/{record}", a.showRecord
	proof, export := one, list
	proof.path, proof.handle = one.path+"/proof", a.proveRecord       // ours
	export.path, export.handle = list.path+"/export", a.exportRecords // ours
	return []operation{list, one, elsewhere, proof, export}
}

type auditRecord struct {
	ID                    string        `json:"id"`
	PartnerID             string        `json:"partnerId"`
	CustomerID            string        `json:"customerId,omitempty"`
	CustomerName          string        `json:"customerName,omitempty"`
	UserPrincipalName     string        `json:"userPrincipalName,omitempty"`
	ApplicationID         string        `json:"applicationId,omitempty"`
	ResourceType          string        `json:"resourceType"`
	ResourceOldValue      string        `json:"resourceOldValue,omitempty"`
	ResourceNewValue      string        `json:"resourceNewValue,omitempty"`
	OperationType         string        `json:"operationType"`
	OriginalCorrelationID string        `json:"originalCorrelationId,omitempty"`
	OperationDate         wireTime      `json:"operationDate"`
	OperationStatus       string        `json:"operationStatus"`
	CustomizedData        []auditDetail `json:"customizedData"`
	Links                 *selfLinks    `json:"links"`
	Attributes            *attributes   `json:"attributes"`
}

type auditDetail struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

func (d dialect) record(partner id.Partner, rec activity.Record) auditRecord {
	w := auditRecord{
		ID: recordID(partner, rec), PartnerID: string(partner), CustomerID: string(rec.Customer), CustomerName: rec.CustomerName,
		UserPrincipalName: rec.Actor, ApplicationID: string(rec.Client), ResourceType: d.resource(rec.Resource), OperationType: d.operation(rec.Operation),
		OriginalCorrelationID: rec.Correlation, OperationDate: at(rec.At), OperationStatus: string(rec.Status),
		CustomizedData: make([]auditDetail, len(rec.Details)), Attributes: of("AuditRecord"),
	}
	for i, detail := range rec.Details {
		w.CustomizedData[i] = auditDetail{detail.Key, detail.Value}
	}
	w.ResourceOldValue, w.ResourceNewValue = d.values(rec)
	w.Links = self("/auditrecords/" + w.ID)
	return w
}

// recordID is the composite id that readers of audit records know: partner, customer, the record, the operation in one
// word, and the instant in ticks of 100 ns since the year 1. No part of it holds an underscore.
func recordID(partner id.Partner, rec activity.Record) string {
	const epoch = 621_355_968_000_000_000 // ticks to 1970
	return strings.Join([]string{
		string(partner), string(rec.Customer), string(rec.ID), foldWord(string(rec.Operation)), strconv.FormatInt(epoch+rec.At.UnixMicro()*10, 10),
	}, "_")
}

// recordOf finds the record in a composite id, or takes a bare one.
func recordOf(sent string) (id.Record, bool) {
	if parts := strings.Split(sent, "_"); len(parts) == 5 {
		sent = parts[2]
	}
	guid, ok := id.ParseGUID(sent)
	return id.Record(guid), ok
}

const (
	auditPage    = 500
	maxAuditPage = 1000 // more, or all, is as many
	auditDays    = 30   // of a query without a start
)

var unknownRecord = fault.NotFound("record.unknown", nil)

// listRecords lists records, newest first: from startDate, or of the last 30 days, to endDate, a day that is included. Days
// are those of zone, UTC when none is given.
func (a *api) listRecords(ctx context.Context, r *request) (answer, error) {
	p, err := r.page(auditPage, maxAuditPage)
	if err != nil {
		return answer{}, err
	}
	if p.size == 0 {
		p.size = maxAuditPage
	}
	q, _, err := r.recordQuery(a.app.Clock.Now())
	if err != nil {
		return answer{}, err
	}
	if p.after != nil {
		when, rest, ok := seekPoint(p.after)
		if !ok {
			return answer{}, fault.Invalid("cursor.invalid", nil)
		}
		q.After = app.RecordCursor{At: when, ID: id.Record(rest)}
	}
	q.Limit = p.size + 1
	found, err := a.app.Records(ctx, r.actor, q)
	if err != nil {
		return answer{}, err
	}
	var last []string
	if len(found) > p.size {
		found = found[:p.size]
		end := found[len(found)-1]
		last = seekKey(end.At, string(end.ID))
	}
	d, items := r.dialect(), make([]auditRecord, len(found))
	for i, rec := range found {
		items[i] = d.record(r.actor.Scope.Partner(), rec)
	}
	return reply(seek(r, p, items, last))
}

func (r *request) recordQuery(now time.Time) (q app.RecordQuery, zone *time.Location, err error) {
	zone = time.UTC
	if name := r.query.get("zone"); name != "" {
		var ok bool
		if zone, ok = when.Zone(name); !ok {
			return q, zone, badValue("zone", "the name of a time zone, such as Europe/Paris")
		}
	}
	from, given, err := r.dateIn(zone, "startdate")
	if err != nil {
		return q, zone, err
	}
	if q.From = from.start; !given {
		y, m, d := when.DayOf(now, zone)
		q.From = when.DayStart(y, m, d-auditDays, zone)
	}
	until, given, err := r.dateIn(zone, "enddate")
	if err != nil {
		return q, zone, err
	}
	if given {
		q.Until = until.end
	}
	f, err := r.query.filter("CompanyName", "CustomerId", "ResourceType")
	if err != nil {
		return q, zone, err
	}
	if err := f.records(&q); err != nil {
		return q, zone, err
	}
	if own := r.actor.Customer; own != "" { // customer staff: their own tenant's alone
		if q.Customer != "" && q.Customer != own {
			return q, zone, fault.Deny("tenant.foreign", nil)
		}
		q.Customer = own
	}
	return q, zone, nil
}

// span is what a date stands for: a day, or one microsecond.
type span struct{ start, end time.Time }

// dateIn reads a date of the query: a day in the zone, or an instant, which says its offset or is one of the zone's clocks.
func (r *request) dateIn(zone *time.Location, key string) (span, bool, error) {
	t, given, err := r.query.date(key)
	if err != nil || !given {
		return span{}, false, err
	}
	text := r.query.get(key)
	offset := len(text) > 16 && hasZone(text)
	switch y, m, d := t.Date(); {
	case t.Equal(day(t)) && (zone == time.UTC || !offset):
		return span{when.DayStart(y, m, d, zone), when.DayStart(y, m, d+1, zone)}, true, nil
	case zone != time.UTC && !offset:
		t = time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone).UTC()
	}
	return span{t, t.Add(time.Microsecond)}, true, nil
}

// records narrows a query by a filter: a company's name in part, one customer, one type of resource, or several of them.
func (f *filter) records(q *app.RecordQuery) error {
	switch {
	case f == nil:
		return nil
	case f.Op == opAnd:
		if err := f.Left.records(q); err != nil {
			return err
		}
		return f.Right.records(q)
	case f.Field == "CompanyName" && f.Op == opSubstring && q.CustomerName == "":
		q.CustomerName = f.Value
	case f.Field == "CustomerId" && f.Op == opEquals:
		guid, ok := id.ParseGUID(strings.TrimSpace(f.Value))
		if !ok {
			return fault.Invalid("filter.value", nil)
		}
		q.Customer = id.Customer(guid)
	case f.Field == "ResourceType" && f.Op == opEquals:
		word, ok := resources.match(f.Value)
		if !ok {
			return fault.Invalid("filter.value", nil)
		}
		q.Resource = activity.Resource(word)
	default:
		return fault.Invalid("filter.operator", nil)
	}
	return nil
}

// resources are all that the contract knows, also those that nothing is recorded of here.
var resources = named("customer", "customer_user", "order", "subscription", "license", "third_party_add_on", "mpn_association", "transfer",
	"application", "application_credential", "application_user", "referral", "software_key", "software_download_link", "software_page",
	"credit_limit", "invoice", "agreement", "partner_relationship", "partner_customer_dap", "partner_user", "credit", "self_serve_policy",
	"service_request")

// showRecord shows one record by the id that lists give, or by its own.
func (a *api) showRecord(ctx context.Context, r *request) (answer, error) {
	rec, ok := recordOf(r.path("record"))
	if !ok {
		return answer{}, unknownRecord
	}
	found, err := a.app.Record(ctx, r.actor, rec)
	if err != nil {
		return answer{}, err
	}
	if own := r.actor.Customer; own != "" && found.Customer != own {
		return answer{}, unknownRecord
	}
	return reply(r.dialect().record(r.actor.Scope.Partner(), found))
}
