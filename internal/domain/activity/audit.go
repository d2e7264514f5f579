package activity

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Numbered is a leaf of the tree as it is kept: its number, the hash kept for it, and the record it belongs to.
type Numbered struct {
	N      int64
	Entry  Entry
	Found  bool      // false: the number is no record's
	Stored tlog.Hash // zero: none is kept
}

// Mark is a checkpoint and where it was kept.
type Mark struct {
	Checkpoint
	From string
}

// maxFindings bounds what an audit tells; more are counted.
const maxFindings = 100

// Audit goes through a log from its first record to its last, computes the tree anew and compares: every record with the
// hash kept for it, every kept hash with those below it, the tree with every checkpoint at its size. What it finds names
// records by number, partner and id, never what they hold.
type Audit struct {
	size  int64
	tile  func(TileKey) ([]byte, error)
	marks []Mark
	tree  *Tree
	fits  int64 // size of the last checkpoint that does
	off   int   // checkpoints that do not
	more  int
	found []string
	err   error
}

// NewAudit begins an audit of a log that says of itself how many records it has. tile reads its stored hashes of the levels
// above the leaves; nil: there are none to compare. Marks are in any order.
func NewAudit(size int64, marks []Mark, tile func(TileKey) ([]byte, error)) *Audit {
	marks = slices.Clone(marks)
	slices.SortStableFunc(marks, func(a, b Mark) int { return cmp.Compare(a.Size, b.Size) })
	tree, _ := GrowTree(0, nil) // an empty tree needs no tiles
	return &Audit{size: size, tile: tile, marks: marks, tree: tree}
}

// Report adds what was found elsewhere.
func (a *Audit) Report(text string) {
	if len(a.found) == maxFindings {
		a.more++
		return
	}
	a.found = append(a.found, text)
}

// Add takes the next leaf. An error is one of reading stored hashes, and stays.
func (a *Audit) Add(l Numbered) error {
	switch next := a.tree.Size(); {
	case l.N < next:
		a.Report(fmt.Sprintf("record %d comes twice", l.N))
		return a.err
	case l.N >= a.size:
		a.Report(fmt.Sprintf("record %d is beyond the end of the tree, which has %d", l.N, a.size))
		return a.err
	case next < l.N:
		a.gap(l.N)
	}
	a.leaf(l)
	return a.err
}

// mostMissing bounds how long a gap is gone through: behind a longer one nothing can be compared any more.
const mostMissing = 1 << 20

// gap tells that nothing is numbered up to a number.
func (a *Audit) gap(until int64) {
	from := a.tree.Size()
	if until-from == 1 {
		a.Report(fmt.Sprintf("record %d is missing", from))
	} else {
		a.Report(fmt.Sprintf("records %d to %d are missing", from, until-1))
	}
	for range min(until-from, mostMissing) {
		a.append(tlog.Hash{})
	}
}

// leaf goes on with the hash that is kept, so that one bad record is told as one.
func (a *Audit) leaf(l Numbered) {
	h := l.Stored
	switch {
	case !l.Found:
		a.Report(fmt.Sprintf("record %d is missing", l.N))
	case h == tlog.Hash{}:
		h = l.Entry.Hash()
		a.Report(fmt.Sprintf("record %d (partner %s, id %s): no hash of it is kept", l.N, l.Entry.Partner, l.Entry.ID))
	case h != l.Entry.Hash():
		a.Report(fmt.Sprintf("record %d (partner %s, id %s) is not what was recorded", l.N, l.Entry.Partner, l.Entry.ID))
	}
	a.append(h)
}

func (a *Audit) append(h tlog.Hash) {
	a.tree.Append(h)
	if a.tree.Size()%tileWidth == 0 {
		a.compare()
	}
	for len(a.marks) > 0 && a.marks[0].Size == a.tree.Size() {
		a.mark(a.marks[0])
		a.marks = a.marks[1:]
	}
}

func (a *Audit) mark(m Mark) {
	switch {
	case m.Root == a.tree.Root():
		if a.off == 0 {
			a.fits = m.Size
		}
		return
	case a.off == 0:
		a.Report(fmt.Sprintf("records %d to %d are not those that %s was signed over, a checkpoint of %s",
			a.fits, m.Size-1, m.From, m.At.UTC().Format("2006-01-02T15:04:05Z")))
	}
	a.off++
}

// compare looks at the stored hashes above the leaves.
func (a *Audit) compare() {
	for _, t := range a.tree.Changed() {
		if t.Level == 0 || a.tile == nil || a.err != nil {
			continue
		}
		var stored []byte
		if stored, a.err = a.tile(t.TileKey); a.err == nil && !bytes.HasPrefix(stored, t.Hashes) {
			a.Report(fmt.Sprintf("the stored hashes %d/%d are not those of the records below them", t.Level, t.N))
		}
	}
}

// End tells what was found; nothing is the good answer.
func (a *Audit) End() ([]string, error) {
	if a.tree.Size() < a.size {
		a.gap(a.size)
	}
	a.compare()
	for i, m := range a.marks {
		if i == 0 {
			a.Report(fmt.Sprintf("%s was signed over %d records, a checkpoint of %s: the tree has %d", m.From, m.Size, m.At.UTC().Format("2006-01-02T15:04:05Z"), a.tree.Size()))
		}
		a.off++
	}
	if a.off > 1 {
		a.Report(fmt.Sprintf("%d checkpoints do not fit", a.off))
	}
	if a.more > 0 {
		a.found = append(a.found, fmt.Sprintf("and %d more", a.more))
	}
	return a.found, a.err
}

// Root is the root of what was gone through.
func (a *Audit) Root() tlog.Hash { return a.tree.Root() }
