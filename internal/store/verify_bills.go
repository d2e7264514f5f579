// Bills recomputed from the charges that they sell (comptoir verify).
package store

import (
	"fmt"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	// The series of each partner has no gap.
	sqlBillGaps = `SELECT s.partner_id, '', s.last, CAST(COUNT(b.id) AS BIGINT) FROM bill_series s
		LEFT JOIN bill b ON b.partner_id = s.partner_id
		GROUP BY s.partner_id, s.last HAVING s.last <> COUNT(b.id) OR s.last <> MAX(b.number) ORDER BY s.partner_id LIMIT 100`
	// Every charge of a period whose bills are made stands on one, and none on two.
	sqlUnbilledCharges = `SELECT r.partner_id, r.currency, CAST(SUM(r.billed) AS BIGINT), CAST(SUM(r.charged) AS BIGINT) FROM (
			SELECT run.partner_id, run.currency, COALESCE(b.lines, 0) AS billed,
				(SELECT COUNT(*) FROM charge c WHERE c.partner_id = run.partner_id AND c.currency = run.currency
					AND c.at >= run.period_start AND c.at < run.period_end) AS charged
			FROM bill_run run
			LEFT JOIN (SELECT partner_id, currency, period_start, CAST(SUM(lines) AS BIGINT) AS lines FROM bill
				GROUP BY partner_id, currency, period_start) b
				ON b.partner_id = run.partner_id AND b.currency = run.currency AND b.period_start = run.period_start
			WHERE run.due_at IS NULL
		) r
		WHERE r.billed <> r.charged GROUP BY r.partner_id, r.currency ORDER BY r.partner_id, r.currency LIMIT 100`
	// What one bill leaves over opens the customer's next (E07); a credit note leaves nothing and is below zero (E06).
	sqlBrokenBills = `SELECT i.partner_id, i.id, i.carried, COALESCE(b.carry_out, 0) FROM bill i
		LEFT JOIN bill b ON b.partner_id = i.partner_id AND b.customer_id = i.customer_id AND b.currency = i.currency
			AND b.period_start = (SELECT MAX(p.period_start) FROM bill p WHERE p.partner_id = i.partner_id
				AND p.customer_id = i.customer_id AND p.currency = i.currency AND p.period_start < i.period_start)
		WHERE i.carried <> COALESCE(b.carry_out, 0)
			OR i.carry_out <> CASE WHEN i.document = 'credit_note' OR i.net + i.tax + i.carried > 0 THEN 0 ELSE i.net + i.tax + i.carried END
			OR i.document <> CASE WHEN i.charges = 0 AND i.net + i.tax + i.carried < 0 THEN 'credit_note' ELSE 'invoice' END
		ORDER BY i.partner_id, i.id LIMIT 100`
	sqlAllBills = `SELECT partner_id, id, customer_id FROM bill WHERE (partner_id, id) > ($1, $2) ORDER BY partner_id, id LIMIT 500`
)

// verifyBills sells the charges of every bill again, and compares what they come to.
func (r *Reader) verifyBills(out *[]string) error {
	type key struct {
		partner  id.Partner
		bill     id.Invoice
		customer id.Customer
	}
	var totals func(billing.CustomerBill) (billing.Totals, error) // of the bills of a partner
	for last := (key{}); ; {
		keys, err := collect(r, func(k *key, scan func(dest ...any) error) error { return scan(&k.partner, &k.bill, &k.customer) },
			sqlAllBills, last.partner, last.bill)
		if err != nil || len(keys) == 0 {
			return err
		}
		for _, k := range keys {
			scope := party.NewScope(k.partner, "")
			if k.partner != last.partner {
				if totals, err = app.BillTotals(r, scope); err != nil {
					return err
				}
			}
			last = k
			b, err := r.Bill(scope, k.customer, k.bill)
			if err != nil {
				return err
			}
			t, err := totals(b)
			if err != nil {
				return err
			}
			if t != b.Totals {
				*out = append(*out, fmt.Sprintf("partner %s: bill %s holds %d, its charges are sold for %d", k.partner, k.bill,
					b.Totals.Gross().Minor(), t.Gross().Minor()))
			}
		}
	}
}
