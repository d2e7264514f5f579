// Charges and credits, append-only.
package store

import (
	"math"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	sqlCharges = `SELECT id, at, customer_id, order_id, line, subscription_id, imported, currency, net, tax, body FROM charge
		WHERE partner_id = $1`
	sqlChargeInsert = `INSERT INTO charge
		(partner_id, at, id, customer_id, order_id, line, subscription_id, imported, currency, net, tax, body)`
	sqlTotals = `SELECT currency, CAST(SUM(net) AS BIGINT), CAST(SUM(tax) AS BIGINT), COUNT(*),
		COUNT(*) FILTER (WHERE net + tax > 0) FROM charge
		WHERE partner_id = $1 AND at >= $2 AND at < $3`
)

// chargesOf narrows by what was sold. Imported offers have a key of their own, however many charges there are beside theirs.
var chargesOf = map[app.Sold]string{app.SoldProducts: " AND imported = 0", app.SoldOffers: " AND imported = 1", app.SoldNothing: " AND 1 = 0"}

var chargeInsert = newBulk(sqlChargeInsert)

type chargeShape struct {
	Kind      billing.Kind `json:"kind,omitempty"`
	Period    periodShape  `json:"period,omitzero"`
	Quantity  int64        `json:"quantity,omitempty"`
	Unit      priceShape   `json:"unit,omitzero"`
	Part      int          `json:"part,omitempty"`
	Parts     int          `json:"parts,omitempty"`
	Days      int64        `json:"days,omitempty"`
	Whole     int64        `json:"whole,omitempty"`
	Of        id.Charge    `json:"of,omitempty"`
	Kept      int64        `json:"kept,omitempty"`
	TaxRow    string       `json:"tax_row,omitempty"`
	TaxPPM    int64        `json:"tax_ppm,omitempty"`
	Inclusive bool         `json:"inclusive,omitempty"`
	PriceRow  string       `json:"price_row,omitempty"`
	PolicyRow string       `json:"policy_row,omitempty"`
}

func scanCharge(c *billing.Charge, scan func(dest ...any) error) error {
	var b chargeShape
	var currency money.Currency
	var net, tax int64
	if err := scan(&c.ID, &c.At, &c.Customer, &c.Order, &c.Line, &c.Subscription, &c.Imported, &currency, &net, &tax, body{&b}); err != nil {
		return err
	}
	c.Net, c.Tax = money.Of(net, currency), money.Of(tax, currency)
	c.Kind, c.Period, c.Quantity, c.Unit = b.Kind, b.Period.period(), b.Quantity, b.Unit.price()
	c.Part, c.Parts, c.Days, c.Whole, c.Of, c.Kept = b.Part, b.Parts, b.Days, b.Whole, b.Of, b.Kept
	c.TaxRow, c.TaxPPM, c.Inclusive, c.PriceRow, c.PolicyRow = b.TaxRow, b.TaxPPM, b.Inclusive, b.PriceRow, b.PolicyRow
	return nil
}

// Charges implements app.Reader: by their instants, those of one instant by id.
func (r *Reader) Charges(s party.Scope, q app.ChargeQuery) ([]billing.Charge, error) {
	f := where(sqlCharges, s.Partner())
	equal(f, sqlOfReseller, s.Reseller())
	equal(f, " AND order_id = ?", q.Order)
	equal(f, " AND subscription_id = ?", q.Subscription)
	in(f, "order_id", q.Orders)
	at := "at"
	if q.Order != "" || len(q.Orders) > 0 || q.Subscription != "" {
		at = "+at" // the sign keeps SQLite from walking all the partner's charges to save a short sort
	}
	equal(f, " AND customer_id = ?", q.Customer)
	f.and(chargesOf[q.Sold])
	if q.Currency != "" && at == "at" && q.Customer == "" {
		ofCurrency(f, q)
		return rowsOf(r, f, scanCharge)
	}
	equal(f, " AND currency = ?", q.Currency)
	f.instant(" AND "+at+" >= ?", q.From)
	f.instant(" AND "+at+" < ?", q.Until)
	if q.After != (app.ChargeCursor{}) {
		f.and(" AND ("+at+", id) > (?, ?)", q.After.At, q.After.ID)
	}
	f.and(" ORDER BY " + at + ", id")
	f.page(q.Skip, q.Limit)
	return rowsOf(r, f, scanCharge)
}

// ofCurrency narrows to a partner's charges of one currency, which may be few among very many. Written as one row of
// values, so that SQLite takes the key that begins with the currency and not the one of all charges.
func ofCurrency(f *filter, q app.ChargeQuery) {
	low, high, beyond := any(int64(math.MinInt64)), any(int64(math.MaxInt64)), ""
	if !q.From.IsZero() {
		low = q.From
	}
	if !q.Until.IsZero() {
		high = q.Until
	}
	if q.After != (app.ChargeCursor{}) && !q.After.At.Before(q.From) {
		low, beyond = q.After.At, string(q.After.ID)
	}
	f.and(" AND (currency, at, id) > (?, ?, ?)", q.Currency, low, beyond)
	f.and(" AND (currency, at) < (?, ?)", q.Currency, high)
	f.and(" ORDER BY currency, at, id")
	f.page(q.Skip, q.Limit)
}

// AddCharges implements app.Tx. Net and tax of a charge are in one currency.
func (t *Tx) AddCharges(cs []billing.Charge) error {
	args := make([]any, 0, len(cs)*chargeInsert.columns)
	for _, c := range cs {
		args = append(args, t.scope.Partner(), c.At, c.ID, c.Customer, c.Order, c.Line, null(c.Subscription), c.Imported,
			c.Gross().Currency(), c.Net.Minor(), c.Tax.Minor(), toBody(chargeShape{
				c.Kind, fromPeriod(c.Period), c.Quantity, fromPrice(c.Unit), c.Part, c.Parts, c.Days, c.Whole, c.Of, c.Kept,
				c.TaxRow, c.TaxPPM, c.Inclusive, c.PriceRow, c.PolicyRow,
			}))
	}
	return t.add(chargeInsert, args)
}

// Totals implements app.Reader; a zero instant is no bound.
func (r *Reader) Totals(s party.Scope, from, until time.Time) (map[money.Currency]billing.Totals, error) {
	low, high := int64(math.MinInt64), int64(math.MaxInt64)
	if !from.IsZero() {
		low = from.UnixMicro()
	}
	if !until.IsZero() {
		high = until.UnixMicro()
	}
	if k := r.kept(); k != nil && s.Reseller() == "" {
		return k.of(r, spanOfPartner{string(s.Partner()), low, high})
	}
	f := where(sqlTotals, s.Partner(), low, high)
	equal(f, sqlOfReseller, s.Reseller())
	f.and(" GROUP BY currency")
	all := map[money.Currency]billing.Totals{}
	return all, r.totals(all, f.sql.String(), f.args...)
}

// totals adds what a query found to sums.
func (r *Reader) totals(sums map[money.Currency]billing.Totals, sql string, args ...any) error {
	rs := r.query(sql, args...)
	defer rs.close()
	for rs.next() {
		var c money.Currency
		var net, tax int64
		var lines, charges int
		if err := rs.scan(&c, &net, &tax, &lines, &charges); err != nil {
			return err
		}
		t := sums[c]
		t.Net, t.Tax = money.Of(t.Net.Minor()+net, c), money.Of(t.Tax.Minor()+tax, c)
		t.Lines, t.Charges = t.Lines+lines, t.Charges+charges
		sums[c] = t
	}
	return rs.err()
}
