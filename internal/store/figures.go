// Small figures of customers for lists and pictures, each by a key and a bound.
package store

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	// The bound is inside: a customer with a hundred thousand is no dearer than one with a thousand.
	sqlActiveCounts = `SELECT c.id, (SELECT COUNT(*) FROM (SELECT 1 AS one FROM subscription s
			WHERE s.partner_id = $1 AND s.customer_id = c.id AND s.state = 'active' LIMIT $2) AS active)
		FROM customer c WHERE c.partner_id = $1`
	sqlRecurring = `SELECT mrr_currency, CAST(SUM(mrr) AS BIGINT), COUNT(*) FROM (SELECT mrr_currency, mrr FROM subscription
			WHERE partner_id = $1 AND customer_id = $2 AND state = 'active'
				AND ($4 = '' OR EXISTS (SELECT 1 FROM customer c WHERE c.partner_id = $1 AND c.id = $2 AND c.reseller_id = $4))
			ORDER BY mrr_currency, mrr LIMIT $3) AS active
		GROUP BY mrr_currency ORDER BY mrr_currency`
	sqlSpent = `SELECT at, currency, net FROM charge WHERE partner_id = $1 AND customer_id = $2 AND at >= $3 ORDER BY at DESC, id DESC LIMIT $4`
)

// ActiveCounts implements app.Reader.
func (r *Reader) ActiveCounts(s party.Scope, customers []id.Customer, most int) (map[id.Customer]app.Counted, error) {
	counts := map[id.Customer]app.Counted{}
	if len(customers) == 0 {
		return counts, nil
	}
	type count struct {
		customer id.Customer
		n        int
	}
	f := where(sqlActiveCounts, s.Partner(), most+1)
	in(f, "c.id", customers)
	found, err := rowsOf(r, f, func(c *count, scan func(dest ...any) error) error { return scan(&c.customer, &c.n) })
	for _, c := range found {
		counts[c.customer] = app.CountedUpTo(c.n, most)
	}
	return counts, err
}

// Spent implements app.Reader.
func (r *Reader) Spent(s party.Scope, c id.Customer, from time.Time, limit int) ([]app.Spent, error) {
	return collect(r, func(one *app.Spent, scan func(dest ...any) error) error {
		var currency money.Currency
		var net int64
		err := scan(&one.At, &currency, &net)
		one.Net = money.Of(net, currency)
		return err
	}, sqlSpent, s.Partner(), c, from, limit)
}

// Recurring implements app.Reader. Each customer is a read of its own in one trip, so that the bound is each one's.
func (r *Reader) Recurring(s party.Scope, customers []id.Customer, most int) (map[id.Customer]app.Recurring, error) {
	sums := map[id.Customer]app.Recurring{}
	reads := make([]read, len(customers))
	for i, c := range customers {
		n := 0
		reads[i] = read{sqlRecurring, []any{s.Partner(), c, most + 1, s.Reseller()}, func(scan func(...any) error) error {
			var currency money.Currency
			var minor int64
			var rows int
			if err := scan(&currency, &minor, &rows); err != nil {
				return err
			}
			one := sums[c]
			n += rows
			one.Active = app.CountedUpTo(n, most)
			if currency != "" {
				one.Sums = append(one.Sums, money.Of(minor, currency))
			}
			sums[c] = one
			return nil
		}}
	}
	if len(reads) == 0 {
		return sums, nil
	}
	return sums, r.batch(reads...)
}
