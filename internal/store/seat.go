// Seats that people have (rules.md R18).
package store

import (
	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

const (
	sqlSeats     = `SELECT subscription_id, user_id, at FROM seat WHERE partner_id = $1 AND customer_id = $2`
	sqlSeatsUsed = `SELECT subscription_id, COUNT(*) FROM seat WHERE partner_id = $1 AND customer_id = $2`

	sqlSeatInsert   = `INSERT INTO seat (partner_id, customer_id, subscription_id, user_id, at)`
	sqlSeatDelete   = `DELETE FROM seat WHERE partner_id = $1 AND customer_id = $2 AND subscription_id = $3 AND user_id = $4`
	sqlSeatsFree    = `DELETE FROM seat WHERE partner_id = $1 AND customer_id = $2 AND subscription_id = $3`
	sqlSeatsOfLeave = `DELETE FROM seat WHERE partner_id = $1 AND customer_id = $2 AND user_id = $3`
)

var seatInsert = newBulk(sqlSeatInsert)

func scanSeat(s *subscription.Seat, scan func(...any) error) error {
	return scan(&s.Subscription, &s.User, &s.At)
}

// Seats implements app.Reader.
func (r *Reader) Seats(s party.Scope, c id.Customer, q app.SeatQuery) ([]subscription.Seat, error) {
	if err := r.within(s, c); err != nil {
		return nil, err
	}
	f := where(sqlSeats, s.Partner(), c)
	equal(f, " AND subscription_id = ?", q.Subscription)
	in(f, "user_id", q.Users)
	f.and(" ORDER BY subscription_id, user_id")
	return rowsOf(r, f, scanSeat)
}

// SeatsUsed implements app.Reader.
func (r *Reader) SeatsUsed(s party.Scope, c id.Customer, subs []id.Subscription) (map[id.Subscription]int64, error) {
	used := map[id.Subscription]int64{}
	if len(subs) == 0 {
		return used, nil
	}
	f := where(sqlSeatsUsed, s.Partner(), c)
	in(f, "subscription_id", subs)
	f.and(" GROUP BY subscription_id")
	rs := r.query(f.sql.String(), f.args...)
	defer rs.close()
	for rs.next() {
		var sub id.Subscription
		var n int64
		if err := rs.scan(&sub, &n); err != nil {
			return nil, err
		}
		used[sub] = n
	}
	return used, rs.err()
}

// AddSeats implements app.Tx. The act holds the customer: nobody else gives seats meanwhile.
func (t *Tx) AddSeats(c id.Customer, seats []subscription.Seat) error {
	args := make([]any, 0, len(seats)*seatInsert.columns)
	for _, s := range seats {
		args = append(args, t.scope.Partner(), c, s.Subscription, s.User, s.At)
	}
	return t.add(seatInsert, args)
}

// RemoveSeat implements app.Tx.
func (t *Tx) RemoveSeat(c id.Customer, s subscription.Seat) error {
	return t.exec(1, fault.Conflict("seat.changed", nil), sqlSeatDelete, t.scope.Partner(), c, s.Subscription, s.User)
}

// FreeSeats implements app.Tx.
func (t *Tx) FreeSeats(c id.Customer, sub id.Subscription) error {
	return t.exec(anyRows, nil, sqlSeatsFree, t.scope.Partner(), c, sub)
}

// FreeSeatsOf implements app.Tx.
func (t *Tx) FreeSeatsOf(c id.Customer, user id.User) error {
	return t.exec(anyRows, nil, sqlSeatsOfLeave, t.scope.Partner(), c, user)
}
