// What comes next for a partner: ends of terms, windows that close, what waits. Each is read by a key of its own, bounded
// however much there is.
package store

import (
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
	sqlEndingOfResellerUpTo = `SELECT COUNT(*) FROM (SELECT 1 AS one FROM subscription
		WHERE partner_id = $1 AND ends_at >= $2 AND ends_at < $3
			AND customer_id IN (SELECT id FROM customer WHERE partner_id = $1 AND reseller_id = $5) LIMIT $4) AS ending`

	sqlPending = `SELECT ` + subscriptionColumns + ` AND state = 'pending'`
	sqlWaiting = `SELECT ` + waitColumns + ` FROM key_wait WHERE partner_id = $1`

	// Lines say which order they are of, and an order's own id makes its alternate id, which is a key.
	sqlPinned       = `SELECT order_id FROM order_line WHERE partner_id = $1 AND state = 'active' AND policy = $2 AND at >= $3 AND at < $4 ORDER BY at, order_id, n LIMIT $5`
	sqlOrdersCalled = `SELECT customer_id, id FROM orders WHERE partner_id = $1`
)

// Ending implements app.Reader.
func (r *Reader) Ending(s party.Scope, from, until time.Time, limit int) ([]subscription.Subscription, error) {
	f := where(sqlEnding, s.Partner(), from, until)
	equal(f, sqlOfReseller, s.Reseller())
	f.and(" ORDER BY ends_at, id")
	f.limit(limit)
	return rowsOf(r, f, scanSubscription)
}

// EndingCount implements app.Reader.
func (r *Reader) EndingCount(s party.Scope, from, until time.Time, most int) (n int, err error) {
	if s.Reseller() != "" {
		err = r.queryRow(sqlEndingOfResellerUpTo, s.Partner(), from, until, most, s.Reseller()).scan(&n)
		return n, err
	}
	err = r.queryRow(sqlEndingUpTo, s.Partner(), from, until, most).scan(&n)
	return n, err
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
