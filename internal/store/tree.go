// The tree of the activity log: which record is which leaf, the hashes, and the signed checkpoint (house.md §3).
package store

import (
	"context"
	"errors"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

var _ app.TreeStore = (*Store)(nil)

const (
	sqlTree     = `SELECT size, settled, checkpoint, mailed_at, version FROM activity_tree WHERE id = 1`
	sqlTreeGrow = `UPDATE activity_tree SET size = $1, settled = $2, checkpoint = $3, version = version + 1 WHERE id = 1 AND version = $4`
	sqlMailed   = `UPDATE activity_tree SET mailed_at = $1 WHERE id = 1`

	sqlTile    = `SELECT hashes FROM activity_tile WHERE level = $1 AND n = $2`
	sqlTilePut = `INSERT INTO activity_tile (level, n, hashes) VALUES ($1, $2, $3)
		ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes`

	entryColumns = `a.partner_id, a.id, a.at, a.customer_id, a.customer_name, a.operation, a.resource, a.security, a.body`
	// The bound is said twice: both sides are read from there, in the order of seq.
	sqlArrivals = `SELECT a.seq, ` + entryColumns + ` FROM activity a
		WHERE a.seq > $1 AND NOT EXISTS (SELECT 1 FROM activity_leaf l WHERE l.seq = a.seq AND l.seq > $1) ORDER BY a.seq LIMIT $2`
	sqlLeaves = `SELECT l.n, ` + entryColumns + ` FROM activity_leaf l LEFT JOIN activity a ON a.seq = l.seq
		WHERE l.n >= $1 ORDER BY l.n LIMIT $2`
	sqlUnnumbered = `SELECT a.seq, ` + entryColumns + ` FROM activity a LEFT JOIN activity_leaf l ON l.seq = a.seq
		WHERE l.seq IS NULL ORDER BY a.seq LIMIT $1`
	sqlLeaf = `SELECT l.n, ` + entryColumns + ` FROM activity a JOIN activity_leaf l ON l.seq = a.seq
		WHERE a.partner_id = $1 AND a.id = $2`

	// Whoever has written a record, or is about to, holds this lock until its transaction ends.
	sqlWriters = `SELECT virtualtransaction || '/' || COALESCE(pid, 0) FROM pg_locks
		WHERE locktype = 'relation' AND relation = 'activity'::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
			AND mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')`
)

var leafInsert = newBulk(`INSERT INTO activity_leaf (n, seq)`)

// errTreeTaken: another integrator added a batch since the tree was read. Never seen by a caller.
var errTreeTaken = fault.Conflict("store.tree_taken", nil)

func (r *Reader) tree() (t app.Tree, err error) {
	err = r.queryRow(sqlTree).scan(&t.Size, &t.Settled, &t.Checkpoint, &t.MailedAt, &t.Version)
	if t.MailedAt.UnixMicro() == 0 {
		t.MailedAt = time.Time{}
	}
	return t, err
}

// Tree implements app.TreeStore.
func (s *Store) Tree(ctx context.Context) (t app.Tree, err error) {
	err = s.engine.look(ctx, func(r *Reader) error {
		t, err = r.tree()
		return err
	})
	return t, err
}

// tiles are those of the keys that there are.
func (r *Reader) tiles(keys ...activity.TileKey) ([]activity.Tile, error) {
	found := make([]activity.Tile, 0, len(keys))
	reads := make([]read, len(keys))
	for i, key := range keys {
		reads[i] = read{sqlTile, []any{key.Level, key.N}, func(scan func(...any) error) error {
			t := activity.Tile{TileKey: key}
			err := scan(&t.Hashes)
			found = append(found, t)
			return err
		}}
	}
	return found, r.batch(reads...)
}

// Tiles implements app.TreeStore.
func (s *Store) Tiles(ctx context.Context, keys ...activity.TileKey) (found []activity.Tile, err error) {
	err = s.engine.view(ctx, func(r *Reader) error {
		found, err = r.tiles(keys...)
		return err
	})
	return found, err
}

func entryDest(e *activity.Entry) []any {
	return []any{&e.Partner, &e.ID, &e.At, &e.Customer, &e.CustomerName, &e.Operation, &e.Resource, &e.Security, &e.Body}
}

func scanArrival(a *app.Arrival, scan func(...any) error) error {
	return scan(append([]any{&a.Seq}, entryDest(&a.Entry)...)...)
}

// Arrivals implements app.TreeStore.
func (s *Store) Arrivals(ctx context.Context, limit int) (t app.Tree, edge []activity.Tile, arrived []app.Arrival, err error) {
	err = s.engine.view(ctx, func(r *Reader) error {
		if t, err = r.tree(); err != nil {
			return err
		}
		arrived, err = collect(r, scanArrival, sqlArrivals, t.Settled, limit)
		if err != nil || len(arrived) == 0 {
			return err
		}
		edge, err = r.tiles(activity.EdgeTiles(t.Size)...)
		return err
	})
	return t, edge, arrived, err
}

// Writers implements app.TreeStore.
func (s *Store) Writers(ctx context.Context) (names []string, err error) {
	if _, lite := s.engine.(*liteEngine); lite { // one writer: what is seen is all there is before it
		return nil, nil
	}
	err = s.engine.look(ctx, func(r *Reader) error {
		names, err = collect(r, func(v *string, scan func(...any) error) error { return scan(v) }, sqlWriters)
		return err
	})
	return names, err
}

// Grow implements app.TreeStore.
func (s *Store) Grow(ctx context.Context, g app.Growth) (ok bool, err error) {
	_, err = s.update(ctx, &app.Act{}, nil, func(t *Tx) (any, error) {
		// First of all: of two integrators the second waits here, and finds the version gone.
		err := t.exec(1, errTreeTaken, sqlTreeGrow, g.Before.Size+int64(len(g.Seqs)), g.Settled, g.Checkpoint, g.Before.Version)
		if err != nil {
			return nil, err
		}
		args := make([]any, 0, len(g.Seqs)*leafInsert.columns)
		for i, seq := range g.Seqs {
			args = append(args, g.Before.Size+int64(i), seq)
		}
		if err := t.add(leafInsert, args); err != nil {
			return nil, err
		}
		for _, tile := range g.Tiles {
			if err := t.exec(1, nil, sqlTilePut, tile.Level, tile.N, tile.Hashes); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	if errors.Is(err, errTreeTaken) {
		return false, nil
	}
	return err == nil, err
}

// Mailed implements app.TreeStore.
func (s *Store) Mailed(ctx context.Context, at time.Time) error {
	_, err := s.update(ctx, &app.Act{}, nil, func(t *Tx) (any, error) { return nil, t.exec(1, nil, sqlMailed, at) })
	return err
}

// Leaves implements app.TreeStore.
func (s *Store) Leaves(ctx context.Context, from int64, limit int) (leaves []activity.Numbered, err error) {
	err = s.engine.view(ctx, func(r *Reader) error {
		leaves, err = collect(r, func(l *activity.Numbered, scan func(...any) error) error {
			err := scan(append([]any{&l.N}, entryDest(&l.Entry)...)...)
			l.Found = l.Entry.ID != ""
			return err
		}, sqlLeaves, from, limit)
		if err != nil {
			return err
		}
		var hashes []byte
		at := int64(-1)
		for i := range leaves {
			l := &leaves[i]
			if tile := l.N >> activity.TileHeight; tile != at {
				at, hashes = tile, nil
				found, err := r.tiles(activity.TileKey{N: tile})
				if err != nil {
					return err
				}
				if len(found) > 0 {
					hashes = found[0].Hashes
				}
			}
			l.Stored = activity.HashIn(hashes, l.N)
		}
		return nil
	})
	return leaves, err
}

// Unnumbered implements app.TreeStore.
func (s *Store) Unnumbered(ctx context.Context, limit int) (out []app.Arrival, err error) {
	err = s.engine.view(ctx, func(r *Reader) error {
		out, err = collect(r, scanArrival, sqlUnnumbered, limit)
		return err
	})
	return out, err
}

// TreeNow implements app.Reader.
func (r *Reader) TreeNow() (app.Tree, error) { return r.tree() }

// TreeTile implements app.Reader.
func (r *Reader) TreeTile(key activity.TileKey) ([]byte, error) {
	found, err := r.tiles(key)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0].Hashes, nil
}

// Leaf implements app.Reader.
func (r *Reader) Leaf(s party.Scope, rec id.Record) (n int64, e activity.Entry, err error) {
	err = r.queryRow(sqlLeaf, s.Partner(), rec).scanOr(fault.Conflict("record.not_numbered", nil), append([]any{&n}, entryDest(&e)...)...)
	return n, e, err
}
