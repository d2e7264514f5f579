// Things found by name or id, whosever customer's they are (F02): what is read is bounded, however much there is.
package store

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

const (
	subscriptionColumns = `id, customer_id, order_id, parent_id, state, ordered_at, version, body FROM subscription WHERE partner_id = $1`

	// The different names that there are, one look into the index each: at most a thousand from $2 on, those like $3.
	sqlSubscriptionNames = `WITH RECURSIVE names (name, n) AS (
			SELECT MIN(name), 1 FROM subscription WHERE partner_id = $1 AND name >= $2
			UNION ALL
			SELECT (SELECT MIN(s.name) FROM subscription s WHERE s.partner_id = $1 AND s.name > p.name), p.n + 1
			FROM names p WHERE p.name IS NOT NULL AND p.n < 1000)
		SELECT name FROM names WHERE name LIKE $3 ESCAPE '\' ORDER BY name LIMIT 50`
	// Those that begin so: at most fifty of $2 <= name < $3.
	sqlSubscriptionNamesAt = `WITH RECURSIVE names (name, n) AS (
			SELECT MIN(name), 1 FROM subscription WHERE partner_id = $1 AND name >= $2 AND name < $3
			UNION ALL
			SELECT (SELECT MIN(s.name) FROM subscription s WHERE s.partner_id = $1 AND s.name > p.name AND s.name < $3), p.n + 1
			FROM names p WHERE p.name IS NOT NULL AND p.n < 50)
		SELECT name FROM names WHERE name IS NOT NULL ORDER BY name`
	sqlSubscriptionsNamed = `SELECT ` + subscriptionColumns + ` AND name = $2 AND id > $3 ORDER BY id LIMIT $4`
	sqlSubscriptionsFrom  = `SELECT ` + subscriptionColumns + ` AND id >= $2 AND id < $3`
	// Of one customer, or of those of an indirect reseller: all of theirs are read.
	sqlSubscriptionsAmong = `SELECT ` + subscriptionColumns + ` AND (name, id) > ($2, $3) AND name LIKE $4 ESCAPE '\'`

	// The key of an order by a range of short names.
	sqlOrderKeys = `SELECT customer_id, id FROM orders WHERE partner_id = $1 AND alternate_id >= $2 AND alternate_id < $3`

	sqlSubscriptionRename = `UPDATE subscription SET name = $4 WHERE partner_id = $1 AND customer_id = $2 AND id = $3 AND name <> $4`
)

// searchName is what a subscription is found by.
func searchName(s subscription.Subscription) string { return fold(app.FoundName(s)) }

// FindSubscriptions implements app.Reader.
func (r *Reader) FindSubscriptions(s party.Scope, q app.FindQuery) ([]subscription.Subscription, error) {
	q.After[0] = fold(q.After[0])
	like := "%" + likeEscape.Replace(fold(q.Text)) + "%"
	if s.Reseller() != "" || q.Customer != "" {
		f := where(sqlSubscriptionsAmong, s.Partner(), q.After[0], q.After[1], like)
		equal(f, " AND customer_id = ?", q.Customer)
		equal(f, sqlOfReseller, s.Reseller())
		f.and(" ORDER BY name, id")
		f.limit(q.Limit)
		return rowsOf(r, f, scanSubscription)
	}
	names, err := r.subscriptionNames(s, fold(q.Text), q.After[0], like)
	if err != nil {
		return nil, err
	}
	var all []subscription.Subscription
	for _, name := range names {
		after := ""
		if name == q.After[0] {
			after = q.After[1]
		}
		some, err := collect(r, scanSubscription, sqlSubscriptionsNamed, s.Partner(), name, after, q.Limit-len(all))
		if err != nil {
			return nil, err
		}
		if all = append(all, some...); len(all) >= q.Limit {
			break
		}
	}
	return all, nil
}

// subscriptionNames are names that begin with text or hold it, from one on, in order.
func (r *Reader) subscriptionNames(s party.Scope, text, from, like string) ([]string, error) {
	one := func(v *string, scan func(dest ...any) error) error { return scan(v) }
	starts, err := collect(r, one, sqlSubscriptionNamesAt, s.Partner(), max(text, from), text+string(utf8.MaxRune))
	if err != nil {
		return nil, err
	}
	holds, err := collect(r, one, sqlSubscriptionNames, s.Partner(), from, like)
	if err != nil {
		return nil, err
	}
	names := append(starts, holds...)
	slices.Sort(names)
	return slices.Compact(names), nil
}

// SubscriptionsAt implements app.Reader.
func (r *Reader) SubscriptionsAt(s party.Scope, q app.FindQuery) ([]subscription.Subscription, error) {
	at := strings.ToLower(q.Text)
	f := where(sqlSubscriptionsFrom, s.Partner(), at, at+string(utf8.MaxRune))
	equal(f, " AND customer_id = ?", q.Customer)
	equal(f, sqlOfReseller, s.Reseller())
	f.and(" ORDER BY id")
	f.limit(q.Limit)
	return rowsOf(r, f, scanSubscription)
}

// OrdersAt implements app.Reader.
func (r *Reader) OrdersAt(s party.Scope, q app.FindQuery) ([]order.Order, error) {
	at := strings.ToLower(q.Text)
	f := where(sqlOrderKeys, s.Partner(), at, at+string(utf8.MaxRune))
	if short := id.AlternateID(id.Order(q.Text)); len(at) > len(short) { // every order has one, made from its id
		f = where(sqlOrderKeys, s.Partner(), short, short+" ")
	}
	equal(f, " AND customer_id = ?", q.Customer)
	equal(f, sqlOfReseller, s.Reseller())
	f.and(" ORDER BY alternate_id")
	f.limit(q.Limit)
	keys, err := rowsOf(r, f, func(k *app.OrderKey, scan func(dest ...any) error) error { return scan(&k.Customer, &k.Order) })
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	return r.OrdersByKey(s, keys)
}
