package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Tree is the tree of the activity log as it is kept.
type Tree struct {
	Size       int64
	Settled    int64  // every record up to this place is numbered, or was never committed
	Checkpoint string // the latest, signed; empty before the first
	MailedAt   time.Time
	Version    int64
}

// Arrival is a committed record that has no number yet. Seq is its place in the order of writing, which on PostgreSQL is not
// that of commits: a record may become visible behind others that were written later.
type Arrival struct {
	Seq   int64
	Entry activity.Entry
}

// Growth is what one batch adds to the tree.
type Growth struct {
	Before     Tree    // as it was read
	Seqs       []int64 // of the records numbered from Before.Size on
	Settled    int64
	Tiles      []activity.Tile
	Checkpoint string
}

// TreeStore keeps the tree of the activity log.
type TreeStore interface {
	Tree(ctx context.Context) (Tree, error)
	// Arrivals are at most limit records without a number, in the order of writing, beside the tree of the same instant and
	// its edge tiles.
	Arrivals(ctx context.Context, limit int) (Tree, []activity.Tile, []Arrival, error)
	// Writers names the transactions under way that may have written records: none is left unnamed. On SQLite there are none.
	Writers(ctx context.Context) ([]string, error)
	// Grow adds a batch, whole or not at all. ok is false when the tree is not what it was any more: somebody else added one.
	Grow(ctx context.Context, g Growth) (ok bool, err error)
	// Tiles are those of the keys that there are.
	Tiles(ctx context.Context, keys ...activity.TileKey) ([]activity.Tile, error)
	// Mailed notes when a checkpoint was sent.
	Mailed(ctx context.Context, at time.Time) error

	// Leaves are at most limit from a number on, with their records and the hashes kept for them.
	Leaves(ctx context.Context, from int64, limit int) ([]activity.Numbered, error)
	// Unnumbered are at most limit records that are no leaf, of all there are.
	Unnumbered(ctx context.Context, limit int) ([]Arrival, error)
	// Aliases are at most limit names after an alias, by id; erased ones have none.
	Aliases(ctx context.Context, after id.Alias, limit int) ([]party.Alias, error)
}

// Integrator appends committed records to the tree of the activity log and signs checkpoints (house.md §3). Writers of
// records know nothing of it. Several may run on one store: each batch is of one of them.
type Integrator struct {
	Store TreeStore
	Key   note.Signer
	Wall  when.Clock

	mu   sync.Mutex
	mark mark
}

// mark is a place in the order of writing up to which everything was seen but what transactions then under way might add.
type mark struct {
	seq     int64
	version int64 // of the tree that was left; another one: somebody else, or a store that was put back
	asked   bool
	writers []string // of those then under way, the ones that are not known to have ended
}

// Batch is how many records are numbered at once.
const Batch = 1000

// Integrate numbers what waits, one batch at most, and says how many records it were; as many as Batch: there may be more at
// once. Another integrator that came first is no error: taken is true then, and nothing was done.
func (i *Integrator) Integrate(ctx context.Context) (n int, taken bool, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	// Asked before the records are read: who is not named has ended by then, and what it wrote is seen.
	writers, err := i.Store.Writers(ctx)
	if err != nil {
		return 0, false, err
	}
	before, edge, arrived, err := i.Store.Arrivals(ctx, Batch)
	if err != nil {
		return 0, false, err
	}
	settled := i.settle(before, writers, arrived)
	if len(arrived) == 0 && settled == before.Settled {
		return 0, false, nil
	}
	g := Growth{Before: before, Settled: settled, Checkpoint: before.Checkpoint}
	if len(arrived) > 0 {
		if err := i.grow(&g, edge, arrived); err != nil {
			return 0, false, err
		}
	}
	ok, err := i.Store.Grow(ctx, g)
	if err != nil || !ok {
		i.mark = mark{}
		return 0, !ok && err == nil, err
	}
	if i.mark.seq == 0 && len(arrived) > 0 {
		i.mark.seq = arrived[len(arrived)-1].Seq
	}
	i.mark.version = before.Version + 1
	return len(arrived), false, nil
}

// grow computes the tree with the arrivals appended, and signs it.
func (i *Integrator) grow(g *Growth, edge []activity.Tile, arrived []Arrival) error {
	tree, err := activity.GrowTree(g.Before.Size, edge)
	if err != nil {
		return err
	}
	g.Seqs = make([]int64, len(arrived))
	for n, a := range arrived {
		g.Seqs[n] = a.Seq
		tree.Append(a.Entry.Hash())
	}
	g.Tiles = tree.Changed()
	g.Checkpoint, err = activity.Checkpoint{Size: tree.Size(), Root: tree.Root(), At: i.Wall.Now()}.Sign(i.Key)
	return err
}

// settle tells how far everything is numbered once the arrivals are. A record written before the mark can still arrive only
// from a transaction that was under way when the mark was set; once all of those have ended, and the arrivals read after
// that are numbered, nothing can come before the mark any more.
func (i *Integrator) settle(before Tree, writers []string, arrived []Arrival) int64 {
	if m := &i.mark; m.seq > 0 && m.version != before.Version {
		*m = mark{}
	} else if m.seq > 0 && !m.asked {
		m.asked, m.writers = true, writers
	} else if m.seq > 0 {
		m.writers = slices.DeleteFunc(m.writers, func(w string) bool { return !slices.Contains(writers, w) })
	}
	m := i.mark
	if m.seq == 0 || len(m.writers) > 0 || len(arrived) == Batch && arrived[Batch-1].Seq < m.seq {
		return before.Settled
	}
	i.mark = mark{}
	return max(before.Settled, m.seq)
}

// CatchUp numbers all that waits. Fails when it does not come to an end.
func (i *Integrator) CatchUp(ctx context.Context) (total int, err error) {
	for range 1_000_000 {
		n, taken, err := i.Integrate(ctx)
		if total += n; err != nil || n == 0 && !taken {
			return total, err
		}
	}
	return total, errors.New("app: records come faster than they are numbered")
}

// Holds tells whether the tree still begins with what a checkpoint of it said.
func (i *Integrator) Holds(ctx context.Context, c activity.Checkpoint) (bool, error) {
	tree, err := i.Store.Tree(ctx)
	if err != nil || tree.Size == 0 {
		return false, err
	}
	edge, err := i.Store.Tiles(ctx, activity.EdgeTiles(tree.Size)...)
	if err != nil {
		return false, err
	}
	grown, err := activity.GrowTree(tree.Size, edge)
	if err != nil {
		return false, err
	}
	return activity.Holds(c, tree.Size, grown.Root(), tileOf(ctx, i.Store))
}

// tileOf reads single tiles; one that is not there is empty.
func tileOf(ctx context.Context, s interface {
	Tiles(ctx context.Context, keys ...activity.TileKey) ([]activity.Tile, error)
}) func(activity.TileKey) ([]byte, error) {
	return func(key activity.TileKey) ([]byte, error) {
		found, err := s.Tiles(ctx, key)
		if err != nil {
			return nil, fmt.Errorf("app: reading stored hashes: %w", err)
		}
		if len(found) == 0 {
			return nil, nil
		}
		return found[0].Hashes, nil
	}
}
