// One Update from inside its transaction, the same on both engines: replay or decide, answer, record.
package store

import (
	"errors"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
)

// updateTimeout bounds an Update once it has begun; its caller's context no longer does.
const updateTimeout = 30 * time.Second

// update is one call of Update on its way through an engine.
type update struct {
	act     *app.Act
	fn      func(*Tx) (any, error)
	version func(*Tx) (int64, error) // act.Version, or nil
	sealer  Sealer
	now     time.Time // wall
	key     replayKey // zero: no replay record
	callers bool      // it wrote what callers are made of
}

// large tells that the act writes so much that it shall not share a transaction: SQLite keeps what a savepoint might take
// back in a list that it walks at the end of each statement.
func (u *update) large() bool { return len(u.act.Lock.Customers) > 0 }

func (u *update) tx(s session) *Tx {
	return &Tx{Reader: Reader{s: s}, act: u.act, scope: u.act.Actor.Scope}
}

// run does everything between the lock and the commit. found is the replay record kept for the same request, or nil.
// commit says whether there is anything to keep; the writes have been sent and checked by then.
func (u *update) run(t *Tx, found *record) (reply app.Reply, commit bool, err error) {
	reply, commit, err = u.decide(t, found)
	if t.open != nil {
		t.open.close()
		_ = t.fail(errors.New("store: rows left open"))
	}
	// Sent even when fn refused: an earlier write may have failed first, as it would have at once on SQLite.
	if ferr := t.flush(); ferr != nil {
		err = ferr
	}
	u.callers = u.callers || t.callers
	if err != nil {
		return app.Reply{}, false, err
	}
	return reply, commit, nil
}

func (u *update) decide(t *Tx, found *record) (app.Reply, bool, error) {
	if found != nil && !found.expired(u.now) {
		if reply, ok, err := u.replay(t, found); ok || err != nil {
			return reply, false, err
		}
	}
	out, err := u.fn(t)
	if err != nil {
		return app.Reply{}, false, err
	}
	var reply app.Reply
	if u.act.Request.Answer != nil {
		if reply, err = u.act.Request.Answer(out); err != nil {
			return app.Reply{}, false, err
		}
	}
	if u.key != (replayKey{}) {
		if err := u.keep(t, found, reply); err != nil {
			return app.Reply{}, false, err
		}
	}
	return reply, !u.act.Preview, nil
}
