// What falls due, for the sweep, and the sandbox's clock: no tenant's own.
package store

import (
	"context"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	sqlDueSubscriptions = `SELECT due_at, partner_id, customer_id, id FROM subscription WHERE due_at <= $1
		ORDER BY due_at, id LIMIT $2`
	sqlDueAccounts = `SELECT due_at, partner_id, currency FROM account WHERE due_at <= $1
		ORDER BY due_at, partner_id, currency LIMIT $2`
	sqlClock     = `SELECT offset_us, high FROM clock WHERE id = 1`
	sqlClockSave = `UPDATE clock SET offset_us = $1, high = $2 WHERE id = 1`
)

// NextDue implements app.DueStore. Of one instant: subscriptions by id, then accounts by partner and currency. A zero
// until or a limit below 1 finds nothing.
func (s *Store) NextDue(until time.Time, limit int) ([]app.Due, error) {
	var subs, accounts []app.Due
	err := s.engine.view(context.Background(), func(r *Reader) error {
		subs, accounts = nil, nil
		limit = max(limit, 0)
		return r.batch(
			read{sqlDueSubscriptions, []any{until, limit}, func(scan func(...any) error) error {
				var d app.Due
				var partner id.Partner
				err := scan(&d.At, &partner, &d.Customer, &d.Subscription)
				d.Scope = party.NewScope(partner, "")
				subs = append(subs, d)
				return err
			}},
			read{sqlDueAccounts, []any{until, limit}, func(scan func(...any) error) error {
				var d app.Due
				var partner id.Partner
				err := scan(&d.At, &partner, &d.Currency)
				d.Scope = party.NewScope(partner, "")
				accounts = append(accounts, d)
				return err
			}},
		)
	})
	if err != nil {
		return nil, err
	}
	var all []app.Due
	for len(all) < limit && len(subs)+len(accounts) > 0 {
		if len(accounts) == 0 || len(subs) > 0 && !accounts[0].At.Before(subs[0].At) {
			all, subs = append(all, subs[0]), subs[1:]
		} else {
			all, accounts = append(all, accounts[0]), accounts[1:]
		}
	}
	return all, nil
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
