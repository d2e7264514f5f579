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

	// A document holds what its period charged.
	sqlWrongInvoices = `SELECT i.partner_id, i.id, i.net + i.tax, CAST(COALESCE(SUM(c.net + c.tax), 0) AS BIGINT) FROM invoice i
		LEFT JOIN charge c ON c.partner_id = i.partner_id AND c.at >= i.period_start AND c.at < i.period_end AND c.currency = i.currency
		WHERE i.document <> 'void_note'
		GROUP BY i.partner_id, i.id, i.net, i.tax, i.lines, i.charges
		HAVING i.net <> COALESCE(SUM(c.net), 0) OR i.tax <> COALESCE(SUM(c.tax), 0) OR i.lines <> COUNT(c.id)
			OR i.charges <> COUNT(c.id) FILTER (WHERE c.net + c.tax > 0)
		ORDER BY i.partner_id, i.id LIMIT 100`
	// What was charged up to the last period that is closed stands on documents, none of it twice and none forgotten (E06).
	sqlForgottenCharges = `SELECT d.partner_id, d.currency, d.billed, CAST(COALESCE(SUM(c.net + c.tax), 0) AS BIGINT) FROM
			(SELECT partner_id, currency, CAST(SUM(net + tax) AS BIGINT) AS billed, MAX(period_end) AS until FROM invoice
				WHERE document <> 'void_note' AND edition = 1 GROUP BY partner_id, currency) d
		LEFT JOIN charge c ON c.partner_id = d.partner_id AND c.currency = d.currency AND c.at < d.until
		GROUP BY d.partner_id, d.currency, d.billed HAVING d.billed <> COALESCE(SUM(c.net + c.tax), 0)
		ORDER BY d.partner_id, d.currency LIMIT 100`
	// What one period leaves over opens the next (E07); a credit note leaves nothing and is below zero (E06).
	sqlBrokenCarries = `SELECT i.partner_id, i.id, i.carried, COALESCE(b.carried, 0) FROM invoice i
		LEFT JOIN (SELECT partner_id, currency, period_start,
				LAG(carry_out) OVER (PARTITION BY partner_id, currency ORDER BY period_start) AS carried
			FROM invoice WHERE document <> 'void_note' AND edition = 1) b
			ON b.partner_id = i.partner_id AND b.currency = i.currency AND b.period_start = i.period_start
		WHERE i.document <> 'void_note' AND (i.carried <> COALESCE(b.carried, 0)
			OR i.carry_out <> CASE WHEN i.document = 'credit_note' OR i.net + i.tax + i.carried > 0 THEN 0 ELSE i.net + i.tax + i.carried END
			OR i.document <> CASE WHEN i.charges = 0 AND i.net + i.tax + i.carried < 0 THEN 'credit_note' ELSE 'invoice' END)
		ORDER BY i.partner_id, i.id LIMIT 100`
	// A void note reverses what it takes back, to the last figure; an invoice issued again repeats it (E10).
	sqlBrokenChains = `SELECT a.partner_id, a.id, a.net + a.tax, i.net + i.tax FROM invoice a
		JOIN invoice i ON i.partner_id = a.partner_id AND i.id = a.amends
		WHERE CASE a.document WHEN 'void_note'
			THEN a.edition <> i.edition OR a.net <> -i.net OR a.tax <> -i.tax OR a.carried <> -i.carried OR a.carry_out <> -i.carry_out
			ELSE a.edition <> i.edition + 1 OR a.period_start <> i.period_start OR a.carried <> i.carried OR a.carry_out <> i.carry_out END
			OR a.currency <> i.currency OR i.document = 'void_note'
		ORDER BY a.partner_id, a.id LIMIT 100`
	// Payments never pass the total, are of its sign and currency, and stand on what is not voided (F80).
	sqlWrongPayments = `SELECT i.partner_id, i.id, i.net + i.tax + i.carried - i.carry_out, CAST(SUM(p.amount) AS BIGINT) FROM payment p
		JOIN invoice i ON i.partner_id = p.partner_id AND i.id = p.invoice_id
		LEFT JOIN invoice v ON v.partner_id = i.partner_id AND v.amends = i.id AND v.document = 'void_note'
		GROUP BY i.partner_id, i.id, i.net, i.tax, i.carried, i.carry_out, i.document, v.id
		HAVING i.document = 'void_note' OR v.id IS NOT NULL OR COUNT(*) FILTER (WHERE p.currency <> i.currency) > 0
			OR CASE WHEN i.net + i.tax + i.carried - i.carry_out < 0 THEN SUM(p.amount) < i.net + i.tax + i.carried - i.carry_out OR MAX(p.amount) > 0
				ELSE SUM(p.amount) > i.net + i.tax + i.carried - i.carry_out OR MIN(p.amount) < 0 END
		ORDER BY i.partner_id, i.id LIMIT 100`
	// The sweep's table and the subscriptions say the same.
	sqlNotDue = `SELECT s.partner_id, s.id, s.due_at, COALESCE(d.due_at, 0) FROM subscription s
		LEFT JOIN due d ON d.due_at = s.due_at AND d.id = s.id AND d.partner_id = s.partner_id AND d.customer_id = s.customer_id
		WHERE s.due_at IS NOT NULL AND d.due_at IS NULL ORDER BY s.partner_id, s.id LIMIT 100`
	sqlDueInVain = `SELECT d.partner_id, d.id, COALESCE(s.due_at, 0), d.due_at FROM due d
		LEFT JOIN subscription s ON s.partner_id = d.partner_id AND s.customer_id = d.customer_id AND s.id = d.id
		WHERE s.due_at IS NULL OR s.due_at <> d.due_at ORDER BY d.partner_id, d.id LIMIT 100`
	sqlUnpostedPayments = `SELECT m.partner_id, m.id, m.amount, COALESCE(p.amount, 0) FROM payment m
		LEFT JOIN (SELECT partner_id, ref, CAST(SUM(amount) AS BIGINT) AS amount FROM posting WHERE account = 'cash' GROUP BY partner_id, ref) p
			ON p.partner_id = m.partner_id AND p.ref = m.id
		WHERE COALESCE(p.amount, 0) <> m.amount ORDER BY m.partner_id, m.id LIMIT 100`
)

// figures are the checks whose rows are a partner, a thing and two amounts in minor units that should be equal.
var figures = []struct{ sql, text string }{
	{sqlUnpostedCharges, "charge %s is %d, its entry %d"},
	{sqlWrongInvoices, "document %s holds %d, its period charged %d"},
	{sqlForgottenCharges, "the documents in %s hold %d, their periods charged %d"},
	{sqlBrokenCarries, "document %s opens with %d, the one before left %d, or what it leaves is wrong"},
	{sqlBrokenChains, "document %s over %d does not match what it amends, %d"},
	{sqlWrongPayments, "document %s asks for %d, its payments are %d"},
	{sqlUnpostedPayments, "payment %s is %d, its entry %d"},
	{sqlNotDue, "subscription %s is due at %d, the sweep looks at %d"},
	{sqlDueInVain, "subscription %s is due at %d, the sweep looks at %d too"},
	{sqlBillGaps, "the last bill%s has the number %d, there are %d"},
	{sqlUnbilledCharges, "the bills in %s have %d lines, their periods %d charges"},
	{sqlBrokenBills, "bill %s opens with %d, the one before left %d, or what it leaves is wrong"},
}

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
		for _, f := range figures {
			if err := r.differences(&out, f.sql, func(scan func(dest ...any) error) (string, error) {
				var partner, thing string
				var want, have int64
				err := scan(&partner, &thing, &want, &have)
				return fmt.Sprintf("partner %s: "+f.text, partner, thing, want, have), err
			}); err != nil {
				return err
			}
		}
		var count, last int64
		if err := r.queryRow(sqlInvoiceGaps).scan(&count, &last); err != nil {
			return err
		}
		if count != last {
			out = append(out, fmt.Sprintf("%d documents, but the last number is %d", count, last))
		}
		return r.verifyBills(&out)
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
