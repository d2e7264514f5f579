// The books recomputed from their rows (comptoir verify).
package store

import (
	"context"
	"fmt"
)

const (
	sqlUnbalancedEntries = `SELECT partner_id, entry_id, currency, CAST(SUM(amount) AS BIGINT) FROM posting
		GROUP BY partner_id, entry_id, currency HAVING SUM(amount) <> 0 ORDER BY partner_id, entry_id LIMIT 100`
	// Each charge has its entry, for its net and tax, and no entry is without a charge. Zero charges move nothing.
	// The postings are summed first: neither engine has an index from a charge to them.
	sqlUnpostedCharges = `SELECT c.partner_id, c.id, c.net + c.tax, COALESCE(p.amount, 0) FROM charge c
		LEFT JOIN (SELECT partner_id, ref, CAST(SUM(amount) AS BIGINT) AS amount FROM posting WHERE account = 'receivable' GROUP BY partner_id, ref) p
			ON p.partner_id = c.partner_id AND p.ref = c.id
		WHERE COALESCE(p.amount, 0) <> c.net + c.tax ORDER BY c.partner_id, c.id LIMIT 100`
	sqlInvoiceGaps = `SELECT COUNT(*), COALESCE(MAX(number), 0) FROM invoice`
)

// Verify recomputes what can be recomputed and tells each difference in a line; none is the good answer. It names rows,
// never what they hold.
func (s *Store) Verify(ctx context.Context) ([]string, error) {
	var out []string
	err := s.engine.view(ctx, func(r *Reader) error {
		out = nil
		if err := r.differences(&out, sqlUnbalancedEntries, func(scan func(dest ...any) error) (string, error) {
			var partner, entry, currency string
			var sum int64
			err := scan(&partner, &entry, &currency, &sum)
			return fmt.Sprintf("partner %s: entry %s is off by %d in %s", partner, entry, sum, currency), err
		}); err != nil {
			return err
		}
		if err := r.differences(&out, sqlUnpostedCharges, func(scan func(dest ...any) error) (string, error) {
			var partner, charge string
			var want, have int64
			err := scan(&partner, &charge, &want, &have)
			return fmt.Sprintf("partner %s: charge %s is %d, its entry %d", partner, charge, want, have), err
		}); err != nil {
			return err
		}
		var count, last int64
		if err := r.queryRow(sqlInvoiceGaps).scan(&count, &last); err != nil {
			return err
		}
		if count != last {
			out = append(out, fmt.Sprintf("%d invoices, but the last number is %d", count, last))
		}
		return nil
	})
	return out, err
}

// differences reads rows that should not be there, a line of text each.
func (r *Reader) differences(out *[]string, sql string, tell func(scan func(dest ...any) error) (string, error)) error {
	rs := r.query(sql)
	defer rs.close()
	for rs.next() {
		line, err := tell(rs.scan)
		if err != nil {
			return err
		}
		*out = append(*out, line)
	}
	return rs.err()
}
