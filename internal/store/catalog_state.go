// What one transaction knows of the catalogue's state.
package store

import (
	"errors"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

const (
	sqlStamp      = `SELECT stamp FROM catalogue WHERE id = 1`
	sqlStampHold  = `SELECT stamp FROM catalogue WHERE id = 1 FOR SHARE` // PostgreSQL only
	sqlStampWrite = `UPDATE catalogue SET version = version + 1, stamp = $1 WHERE id = 1`
)

// stampMoves is how often a transaction lets the catalogue change under its reads before it makes writers wait; with the
// one read after that stampTries is never reached.
const (
	stampMoves = 2
	stampTries = stampMoves + 3
)

var errRestless = errors.New("the catalogue changes faster than it can be read")

// catalogued is a session that remembers the catalogue's stamp, once it was asked for.
type catalogued struct {
	session
	stamp string
	known bool
	moves int  // how often it changed under a read
	held  bool // writers wait for this transaction
	wrote bool // by this transaction: nothing is taken from or put on the shelves
}

// catalogue is the transaction's own knowledge; it lives and ends with the session.
func (r *Reader) catalogue() *catalogued {
	c, ok := r.s.(*catalogued)
	if !ok {
		c = &catalogued{session: r.s}
		r.s = c
	}
	return c
}

// learn asks for the stamp, once in a transaction.
func (r *Reader) learn() (*catalogued, error) {
	c := r.catalogue()
	if c.known {
		return c, nil
	}
	if err := r.queryRow(sqlStamp).scan(&c.stamp); err != nil {
		return nil, err
	}
	c.known = true
	return c, nil
}

// learning is learn in the trip of other reads; nothing where the stamp is known.
func (r *Reader) learning() []read {
	c := r.catalogue()
	if c.known {
		return nil
	}
	return []read{{sql: sqlStamp, each: func(scan func(...any) error) error {
		c.known = true
		return scan(&c.stamp)
	}}}
}

// steady runs reads, in one trip, that together see one state of the catalogue, and leaves its stamp in c. At READ
// COMMITTED every statement sees what was committed before it: another writer in between shows in the stamp. begin is
// called before each try and says what to read.
func (r *Reader) steady(c *catalogued, begin func() []read) error {
	for range stampTries {
		if err := r.hold(c); err != nil {
			return err
		}
		var after string
		reads := append(begin(), read{sql: sqlStamp, each: func(scan func(...any) error) error { return scan(&after) }})
		if err := r.batch(reads...); err != nil {
			return err
		}
		if after == c.stamp {
			return nil
		}
		c.stamp, c.moves = after, c.moves+1
	}
	return r.fail(unavailable(errRestless))
}

// hold makes the catalogue's writers wait where it has changed too often. Views and SQLite see one state anyway.
func (r *Reader) hold(c *catalogued) error {
	if c.moves < stampMoves || c.held || !r.updatesPostgres() {
		return nil
	}
	c.held = true
	return r.queryRow(sqlStampHold).scan(&c.stamp)
}

// touch sets a new stamp before the transaction's first write of the catalogue. On PostgreSQL it also makes writers of
// the catalogue wait for one another.
func (t *Tx) touch() error {
	c := t.catalogue()
	if c.wrote {
		return nil
	}
	c.stamp, c.known, c.wrote = id.Random{}.Opaque(22), true, true
	return t.exec(1, nil, sqlStampWrite, c.stamp)
}

// updatesPostgres tells whether the act runs on PostgreSQL, in an Update.
func (r *Reader) updatesPostgres() bool {
	s := r.s
	if c, ok := s.(*catalogued); ok {
		s = c.session
	}
	if d, ok := s.(*draft); ok {
		return d.postgres
	}
	_, ok := s.(*pgSession)
	return ok
}
