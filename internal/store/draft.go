// Writes worked out before their transaction: while it lasts, others wait.
package store

import (
	"errors"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// errDraft is a programmer's mistake: what is drafted cannot depend on what is read.
var errDraft = errors.New("store: a draft only writes")

// draft is a session that notes what is written.
type draft struct {
	postgres bool
	writes   []drafted
}

// drafted is a write, or rows for an INSERT.
type drafted struct {
	write
	rows *bulk
}

// Draft implements app.Store.
func (s *Store) Draft(scope party.Scope, fn func(app.Tx) error) (app.Draft, error) {
	_, postgres := s.engine.(*pgEngine)
	d := &draft{postgres: postgres}
	t := &Tx{Reader: Reader{s: d}, scope: scope}
	err := fn(t)
	if err == nil {
		err = t.err
	}
	return d, err
}

// Write implements app.Tx.
func (t *Tx) Write(d app.Draft) error {
	if err := t.ready(nil); err != nil {
		return err
	}
	for _, w := range d.(*draft).writes {
		var err error
		t.callers = t.callers || ofCallers(w.sql)
		if w.rows != nil {
			err = t.s.add(w.rows, w.args)
		} else {
			err = t.s.exec(w.write)
		}
		if err != nil {
			return t.fail(err)
		}
	}
	return nil
}

func (d *draft) exec(w write) error {
	d.writes = append(d.writes, drafted{write: w})
	return nil
}

func (d *draft) add(b *bulk, args []any) error {
	d.writes = append(d.writes, drafted{write{args: args}, b})
	return nil
}

func (d *draft) query(string, []any) (cursor, error) { return nil, errDraft }
func (d *draft) batch([]read) error                  { return errDraft }
func (d *draft) flush() error                        { return nil }
