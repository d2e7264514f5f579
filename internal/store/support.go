// Support requests with their notes and files (R10, R16), and the operator's limits of refunds.
package store

import (
	"slices"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
)

const (
	sqlRequests = `SELECT partner_id, id, customer_id, side, state, filed_at, version, body FROM service_request WHERE partner_id = $1`
	// The operator's queue: whosever they are.
	sqlRequestQueue = `SELECT partner_id, id, customer_id, side, state, filed_at, version, body FROM service_request
		WHERE state IN ($1, $2, $3)`
	sqlRequestHome = `SELECT partner_id, customer_id FROM service_request WHERE id = $1`

	sqlRequestOfReseller = ` AND (reseller_id = ? OR customer_id IN (SELECT id FROM customer WHERE partner_id = $1 AND reseller_id = ?))`

	sqlRequestNotes = `SELECT n, at, side, author, text FROM service_note WHERE partner_id = $1 AND request_id = $2 ORDER BY n`
	sqlRequestFiles = `SELECT id, at, side, author, name, comment, size, sha256 FROM service_file
		WHERE partner_id = $1 AND request_id = $2 ORDER BY at, id`
	sqlFilesKnown = `SELECT id FROM service_file WHERE id >= $1 AND id <= $2`

	sqlRequestInsert = `INSERT INTO service_request (partner_id, id, customer_id, reseller_id, side, state, filed_at, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlRequestUpdate = `UPDATE service_request SET state = $3, body = $4, version = version + 1
		WHERE partner_id = $1 AND id = $2 AND version = $5`
	sqlNoteInsert = `INSERT INTO service_note (partner_id, request_id, n, at, side, author, text) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	sqlFileInsert = `INSERT INTO service_file (partner_id, request_id, id, at, side, author, name, comment, size, sha256)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

	sqlRefundLimits      = `SELECT currency, COALESCE(request_above, -1), COALESCE(second_above, -1) FROM refund_limit ORDER BY currency`
	sqlRefundLimitsClear = `DELETE FROM refund_limit`
	sqlRefundLimitInsert = `INSERT INTO refund_limit (currency, request_above, second_above) VALUES ($1, $2, $3)
		ON CONFLICT (currency) DO UPDATE SET request_above = $2, second_above = $3`
)

// requestSeries is the name of the numbers of requests in series.
const requestSeries = "request"

func requestChanged() *fault.Fault { return fault.Conflict("request.changed", nil) }

// Request, named with its partner, as the operator's queue shows it.
func scanRequest(q *app.Queued, scan func(dest ...any) error) error {
	var b requestShape
	r := &q.Request
	if err := scan(&q.Partner, &r.ID, &r.Customer, &r.Side, &r.State, &r.FiledAt, &r.Version, body{&b}); err != nil {
		return err
	}
	b.into(r)
	return nil
}

// ServiceRequest implements app.Reader, with notes and files. Fault "request.unknown".
func (r *Reader) ServiceRequest(s party.Scope, one id.Request) (support.Request, error) {
	f := where(sqlRequests, s.Partner())
	ofReseller(f, s)
	f.and(" AND id = ?", string(one))
	found, err := rowsOf(r, f, scanRequest)
	if err != nil {
		return support.Request{}, err
	}
	if len(found) == 0 {
		return support.Request{}, fault.NotFound("request.unknown", nil)
	}
	got := found[0].Request
	if got.Notes, err = collect(r, func(n *support.Note, scan func(dest ...any) error) error {
		return scan(&n.Number, &n.At, &n.Side, &n.By, &n.Text)
	}, sqlRequestNotes, s.Partner(), one); err != nil {
		return support.Request{}, err
	}
	got.Files, err = collect(r, func(f *support.File, scan func(dest ...any) error) error {
		return scan(&f.ID, &f.At, &f.Side, &f.By, &f.Name, &f.Comment, &f.Size, &f.SHA256)
	}, sqlRequestFiles, s.Partner(), one)
	return got, err
}

// ServiceRequests implements app.Reader: the newest first, without notes and files.
func (r *Reader) ServiceRequests(s party.Scope, q app.RequestQuery) ([]support.Request, error) {
	f := where(sqlRequests, s.Partner())
	ofReseller(f, s)
	equal(f, " AND customer_id = ?", q.Customer)
	equal(f, " AND side = ?", q.Side)
	equal(f, " AND state = ?", q.State)
	equal(f, " AND state <> ?", q.NotState)
	f.and(" ORDER BY filed_at DESC, id DESC")
	f.page(q.Offset, q.Limit)
	found, err := rowsOf(r, f, scanRequest)
	if err != nil {
		return nil, err
	}
	all := make([]support.Request, len(found))
	for i, one := range found {
		all[i] = one.Request
	}
	return all, nil
}

// ofReseller narrows to what an indirect reseller raised, and what its customers did.
func ofReseller(f *filter, s party.Scope) {
	if s.Reseller() != "" {
		f.and(sqlRequestOfReseller, string(s.Reseller()), string(s.Reseller()))
	}
}

// RequestQueue implements app.Reader: the oldest first, without notes and files.
func (r *Reader) RequestQueue(q app.RequestQuery) ([]app.Queued, error) {
	states := []any{support.Open, support.Attention, support.Closed}
	if q.State != "" {
		states = []any{q.State, q.State, q.State}
	}
	f := where(sqlRequestQueue, states...)
	equal(f, " AND state <> ?", q.NotState)
	f.and(" ORDER BY filed_at, id")
	f.page(q.Offset, q.Limit)
	return rowsOf(r, f, scanRequest)
}

// RequestHome implements app.Reader.
func (r *Reader) RequestHome(one id.Request) (s party.Scope, c id.Customer, err error) {
	var partner id.Partner
	err = r.queryRow(sqlRequestHome, one).scanOr(fault.NotFound("request.unknown", nil), &partner, &c)
	return party.NewScope(partner, ""), c, err
}

// FilesKnown implements app.Reader.
func (r *Reader) FilesKnown(names []string) (map[string]bool, error) {
	known := map[string]bool{}
	if len(names) == 0 {
		return known, nil
	}
	found, err := collect(r, func(s *string, scan func(dest ...any) error) error { return scan(s) },
		sqlFilesKnown, slices.Min(names), slices.Max(names))
	for _, name := range found {
		known[name] = true
	}
	return known, err
}

// RefundLimits implements app.Reader.
func (r *Reader) RefundLimits() (map[money.Currency]support.Limit, error) {
	all := map[money.Currency]support.Limit{}
	rs := r.query(sqlRefundLimits)
	defer rs.close()
	for rs.next() {
		var c money.Currency
		var request, second int64 // -1: none
		if err := rs.scan(&c, &request, &second); err != nil {
			return nil, err
		}
		var l support.Limit
		if request >= 0 {
			l.Request = money.Of(request, c)
		}
		if second >= 0 {
			l.Second = money.Of(second, c)
		}
		all[c] = l
	}
	return all, rs.err()
}

// NextRequestNumber implements app.Tx.
func (t *Tx) NextRequestNumber() (n int64, err error) {
	err = t.queryRow(sqlSeriesNext, requestSeries).scan(&n)
	return n, err
}

// AddServiceRequest implements app.Tx.
func (t *Tx) AddServiceRequest(r support.Request) error {
	return t.exec(1, nil, sqlRequestInsert, t.scope.Partner(), r.ID, null(r.Customer), null(t.scope.Reseller()), r.Side, r.State,
		r.FiledAt, toBody(fromRequest(r)))
}

// SaveServiceRequest implements app.Tx.
func (t *Tx) SaveServiceRequest(r support.Request, notes []support.Note, files []support.File) error {
	if err := t.exec(1, requestChanged(), sqlRequestUpdate, t.scope.Partner(), r.ID, r.State, toBody(fromRequest(r)), r.Version); err != nil {
		return err
	}
	for _, n := range notes {
		if err := t.exec(1, requestChanged(), sqlNoteInsert, t.scope.Partner(), r.ID, n.Number, n.At, n.Side, n.By, n.Text); err != nil {
			return err
		}
	}
	for _, f := range files {
		if err := t.exec(1, nil, sqlFileInsert, t.scope.Partner(), r.ID, f.ID, f.At, f.Side, f.By, f.Name, f.Comment, f.Size, f.SHA256); err != nil {
			return err
		}
	}
	return nil
}

// PutRefundLimits implements app.Tx: what is not named has no limit.
func (t *Tx) PutRefundLimits(all map[money.Currency]support.Limit) error {
	if err := t.exec(anyRows, nil, sqlRefundLimitsClear); err != nil {
		return err
	}
	for c, l := range all {
		if err := t.exec(1, nil, sqlRefundLimitInsert, c, minorOrNull(l.Request), minorOrNull(l.Second)); err != nil {
			return err
		}
	}
	return nil
}

func minorOrNull(a money.Amount) any {
	if a == (money.Amount{}) {
		return nil
	}
	return a.Minor()
}
