// What falls due, for the sweep, and the sandbox's clock: no tenant's own.
package store

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	// What was seen last may be one of very many at its instant: the rest of these, and those of later instants.
	dueColumns               = `due_at, partner_id, customer_id, id FROM due`
	sqlDueSubscriptionsAt    = `SELECT ` + dueColumns + ` WHERE due_at = $1 AND due_at <= $2 AND id > $3 ORDER BY id LIMIT $4`
	sqlDueSubscriptionsLater = `SELECT ` + dueColumns + ` WHERE due_at > $1 AND due_at <= $2 ORDER BY due_at, id LIMIT $3`
	sqlDueAccounts           = `SELECT due_at, partner_id, currency FROM account WHERE due_at <= $1 AND due_at >= $3
		ORDER BY due_at, partner_id, currency LIMIT $2`
	// The empty text keeps SQLite from walking all subscriptions of the partner.
	sqlBehind   = `SELECT id FROM due WHERE due_at < $2 AND '' || partner_id = $1 ORDER BY due_at, id LIMIT 1`
	sqlDueBills = `SELECT due_at, partner_id, currency, period_start, period_end FROM bill_run WHERE due_at <= $1 AND due_at >= $3
		ORDER BY due_at, partner_id, currency LIMIT $2`

	sqlDueInsert = `INSERT INTO due (partner_id, customer_id, id, due_at)`
	sqlDueBegin  = sqlDueInsert + ` VALUES ($1, $2, $3, $4) ON CONFLICT (due_at, id, partner_id, customer_id) DO NOTHING`
	sqlDueEnd    = `DELETE FROM due WHERE due_at = (SELECT due_at FROM subscription WHERE partner_id = $1 AND customer_id = $2 AND id = $3)
		AND id = $3 AND partner_id = $1 AND customer_id = $2 AND due_at IS DISTINCT FROM $4`
	sqlDueMove = `UPDATE due SET due_at = $5 WHERE due_at = $4 AND id = $3 AND partner_id = $1 AND customer_id = $2`
	// PostgreSQL only: many in one statement.
	sqlDuesMove = `UPDATE due d SET due_at = u.due_at
		FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[]) AS u (customer_id, id, was, due_at)
		WHERE d.due_at = u.was AND d.id = u.id AND d.partner_id = $1 AND d.customer_id = u.customer_id`

	sqlClock     = `SELECT offset_us, high FROM clock WHERE id = 1`
	sqlClockSave = `UPDATE clock SET offset_us = $1, high = $2 WHERE id = 1`
	sqlSettle    = `UPDATE clock SET id = 1 WHERE id = 1`
)

var dueInsert = newBulk(sqlDueInsert)

// moveDue has the sweep look at a subscription at another instant than the row says; zero: never. It comes before the row changes.
func (t *Tx) moveDue(c id.Customer, sub id.Subscription, due time.Time) error {
	if err := t.exec(anyRows, nil, sqlDueEnd, t.scope.Partner(), c, sub, due); err != nil || due.IsZero() {
		return err
	}
	return t.exec(anyRows, nil, sqlDueBegin, t.scope.Partner(), c, sub, due)
}

// NextDue implements app.DueStore. Of one instant: subscriptions by id, then accounts and bills by partner and currency. A zero
// until or a limit below 1 finds nothing.
func (s *Store) NextDue(until time.Time, limit int) ([]app.Due, error) {
	return s.DueAfter(app.Due{}, until, limit)
}

// DueAfter implements app.DueStore.
func (s *Store) DueAfter(after app.Due, until time.Time, limit int) ([]app.Due, error) {
	from := any(int64(math.MinInt64))
	if !after.At.IsZero() {
		from = after.At
	}
	var subs, accounts, bills []app.Due
	subscription := func(scan func(...any) error) error {
		var d app.Due
		var partner id.Partner
		err := scan(&d.At, &partner, &d.Customer, &d.Subscription)
		d.Scope = party.NewScope(partner, "")
		subs = append(subs, d)
		return err
	}
	err := s.engine.view(context.Background(), func(r *Reader) error {
		subs, accounts, bills = nil, nil, nil
		limit = max(limit, 0)
		reads := []read{{sqlDueSubscriptionsAt, []any{from, until, after.Subscription, limit}, subscription}}
		if after.At.IsZero() {
			reads = nil // nothing stands at the beginning of time
		}
		return r.batch(append(reads,
			read{sqlDueSubscriptionsLater, []any{from, until, limit}, subscription},
			read{sqlDueAccounts, []any{until, limit, from}, func(scan func(...any) error) error {
				var d app.Due
				var partner id.Partner
				err := scan(&d.At, &partner, &d.Currency)
				d.Scope = party.NewScope(partner, "")
				accounts = append(accounts, d)
				return err
			}},
			read{sqlDueBills, []any{until, limit, from}, func(scan func(...any) error) error {
				var d app.Due
				var partner id.Partner
				err := scan(&d.At, &partner, &d.Currency, &d.Period.Start, &d.Period.End)
				d.Scope = party.NewScope(partner, "")
				bills = append(bills, d)
				return err
			}},
		)...)
	})
	if err != nil {
		return nil, err
	}
	all := slices.Concat(subs, accounts, bills)
	slices.SortStableFunc(all, func(a, b app.Due) int { return a.At.Compare(b.At) })
	return all[:min(limit, len(all))], nil
}

// Behind implements app.Reader.
func (r *Reader) Behind(s party.Scope, until time.Time) (bool, error) {
	var first id.Subscription
	err := r.queryRow(sqlBehind, s.Partner(), until).scan(&first)
	if errors.Is(err, errNoRow) {
		return false, nil
	}
	return err == nil, err
}

// ClockState implements app.DueStore: nothing stored yet is an offset of 0 and the zero time.
func (s *Store) ClockState() (offset time.Duration, high time.Time, err error) {
	err = s.engine.view(context.Background(), func(r *Reader) error {
		var us int64
		err := r.queryRow(sqlClock).scan(&us, &high)
		offset = time.Duration(us) * time.Microsecond
		return err
	})
	return offset, high, err
}

// SaveClock implements app.DueStore, to the microsecond.
func (s *Store) SaveClock(offset time.Duration, high time.Time) error {
	return s.change(context.Background(), func(t *Tx) error {
		return t.exec(1, nil, sqlClockSave, offset.Microseconds(), high)
	})
}

// Settle implements app.DueStore: a commit that waits for the disk takes with it whatever was written to the log before.
func (s *Store) Settle() error {
	return s.change(context.Background(), func(t *Tx) error { return t.exec(1, nil, sqlSettle) })
}
