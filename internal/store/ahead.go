// What comes next for a partner: ends of terms, windows that close, what waits. Each is read by a key of its own, bounded
// however much there is.
package store

import (
	"cmp"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

const (
	sqlEnding     = `SELECT ` + subscriptionColumns + ` AND ends_at >= $2 AND ends_at < $3`
	sqlEndingUpTo = `SELECT COUNT(*) FROM (SELECT 1 AS one FROM subscription
		WHERE partner_id = $1 AND ends_at >= $2 AND ends_at < $3 LIMIT $4) AS ending`
	// A reseller's are looked for among its customers', however many the provider has; the bound is inside, before any choice.
	sqlEndingOfReseller = `SELECT customer_id, id, ends_at FROM subscription
		WHERE partner_id = $1 AND customer_id IN (SELECT id FROM customer WHERE partner_id = $1 AND reseller_id = $2) LIMIT $3`
	sqlSubscriptionsOf = `SELECT ` + subscriptionColumns

	sqlSold           = `SELECT 1 AS one FROM orders WHERE partner_id = $1 LIMIT 1`
	sqlSoldByReseller = `SELECT 1 AS one FROM orders
		WHERE partner_id = $1 AND customer_id IN (SELECT id FROM customer WHERE partner_id = $1 AND reseller_id = $2) LIMIT 1`

	sqlPending = `SELECT ` + subscriptionColumns + ` AND state = 'pending'`
	sqlWaiting = `SELECT ` + waitColumns + ` FROM key_wait WHERE partner_id = $1`

	// Lines say which order they are of, and an order's own id makes its alternate id, which is a key.
	sqlPinned       = `SELECT order_id FROM order_line WHERE partner_id = $1 AND state = 'active' AND policy = $2 AND at >= $3 AND at < $4 ORDER BY at, order_id, n LIMIT $5`
	sqlOrdersCalled = `SELECT customer_id, id FROM orders WHERE partner_id = $1`
)

// resellerMost is how many subscriptions of a reseller's customers are looked at for what ends.
const resellerMost = 10_000

// endingOne is the end of a term, with what it is of.
type endingOne struct {
	customer id.Customer
	id       id.Subscription
	at       time.Time
}

// endingOfReseller are the terms of a reseller's customers that end from ≤ at < until, the next one first; more: not all were
// looked at.
func (r *Reader) endingOfReseller(s party.Scope, from, until time.Time) (all []endingOne, more bool, err error) {
	all, err = collect(r, func(e *endingOne, scan func(dest ...any) error) error { return scan(&e.customer, &e.id, &e.at) },
		sqlEndingOfReseller, s.Partner(), s.Reseller(), resellerMost)
	more = len(all) == resellerMost
	all = slices.DeleteFunc(all, func(e endingOne) bool { return e.at.IsZero() || e.at.Before(from) || !e.at.Before(until) })
	slices.SortFunc(all, func(x, y endingOne) int { return cmp.Or(x.at.Compare(y.at), cmp.Compare(x.id, y.id)) })
	return all, more, err
}

// Ending implements app.Reader.
func (r *Reader) Ending(s party.Scope, from, until time.Time, after app.EndCursor, limit int) ([]subscription.Subscription, error) {
	f := where(sqlEnding, s.Partner(), from, until)
	if s.Reseller() != "" {
		first, _, err := r.endingOfReseller(s, from, until)
		if err != nil || len(first) == 0 {
			return nil, err
		}
		first = slices.DeleteFunc(first, func(e endingOne) bool { return cmp.Or(e.at.Compare(after.At), cmp.Compare(e.id, after.ID)) <= 0 })
		if len(first) == 0 {
			return nil, nil
		}
		first = first[:min(limit, len(first))]
		customers, ids := make([]id.Customer, len(first)), make([]id.Subscription, len(first))
		for i, e := range first {
			customers[i], ids[i] = e.customer, e.id
		}
		f = where(sqlSubscriptionsOf, s.Partner())
		in(f, "customer_id", customers)
		in(f, "id", ids)
	} else if after != (app.EndCursor{}) {
		f.and(" AND (ends_at, id) > (?, ?)", after.At, after.ID)
	}
	f.and(" ORDER BY ends_at, id")
	f.limit(limit)
	return rowsOf(r, f, scanSubscription)
}

// EndingCounts implements app.Reader.
func (r *Reader) EndingCounts(s party.Scope, at []time.Time, most int) ([]app.Counted, error) {
	counts := make([]app.Counted, len(at)-1)
	if s.Reseller() != "" {
		all, more, err := r.endingOfReseller(s, at[0], at[len(at)-1])
		for i := range counts {
			n := 0
			for _, e := range all {
				if !e.at.Before(at[i]) && e.at.Before(at[i+1]) {
					n++
				}
			}
			counts[i] = app.CountedUpTo(n, most)
			counts[i].More = counts[i].More || more
		}
		return counts, err
	}
	for i := range counts {
		var n int
		if err := r.queryRow(sqlEndingUpTo, s.Partner(), at[i], at[i+1], most+1).scan(&n); err != nil {
			return nil, err
		}
		counts[i] = app.CountedUpTo(n, most)
	}
	return counts, nil
}

// Sold implements app.Reader.
func (r *Reader) Sold(s party.Scope) (bool, error) {
	sql, args := sqlSold, []any{s.Partner()}
	if s.Reseller() != "" {
		sql, args = sqlSoldByReseller, []any{s.Partner(), s.Reseller()}
	}
	found, err := collect(r, func(one *int, scan func(dest ...any) error) error { return scan(one) }, sql, args...)
	return len(found) > 0, err
}

// Pending implements app.Reader.
func (r *Reader) Pending(s party.Scope, limit int) ([]subscription.Subscription, error) {
	f := where(sqlPending, s.Partner())
	equal(f, sqlOfReseller, s.Reseller())
	f.and(" ORDER BY ordered_at, id")
	f.limit(limit)
	return rowsOf(r, f, scanSubscription)
}

// Waiting implements app.Reader.
func (r *Reader) Waiting(s party.Scope, limit int) ([]license.Wait, error) {
	f := where(sqlWaiting, s.Partner())
	equal(f, sqlOfReseller, s.Reseller())
	f.and(" ORDER BY order_id, line, version")
	f.limit(limit)
	return rowsOf(r, f, scanWait)
}

// PinnedOrders implements app.Reader.
func (r *Reader) PinnedOrders(s party.Scope, policy string, from, until time.Time, limit int) ([]order.Order, error) {
	found, err := collect(r, func(o *id.Order, scan func(dest ...any) error) error { return scan(o) }, sqlPinned, s.Partner(), policy, from, until, limit)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	var names []string
	for _, o := range found {
		names = append(names, id.AlternateID(o))
	}
	f := where(sqlOrdersCalled, s.Partner())
	in(f, "alternate_id", names)
	in(f, "id", found)
	keys, err := rowsOf(r, f, func(k *app.OrderKey, scan func(dest ...any) error) error { return scan(&k.Customer, &k.Order) })
	if err != nil {
		return nil, err
	}
	return r.OrdersByKey(s, keys)
}
