package activity

import (
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	// TileHeight: a tile holds up to 256 neighbours of one level, and a whole one stands for the level eight above it.
	TileHeight = 8
	tileWidth  = 1 << TileHeight
	maxLevels  = 8 // 2^64 leaves
)

// TileKey names a tile: hashes n*256 … of the tree's level 8*Level.
type TileKey struct {
	Level int
	N     int64
}

// Tile is a row of stored hashes, 32 bytes each, at most 256.
type Tile struct {
	TileKey
	Hashes []byte
}

// EdgeTiles are the tiles that a tree of size leaves needs to grow: the unfinished one of each level that has one.
func EdgeTiles(size int64) []TileKey {
	var keys []TileKey
	for level := 0; size > 0; level++ {
		if size%tileWidth > 0 {
			keys = append(keys, TileKey{level, size / tileWidth})
		}
		size /= tileWidth
	}
	return keys
}

// Tree is the right edge of a Merkle tree (RFC 6962), enough to append to it and to tell its root.
type Tree struct {
	size    int64
	rows    [maxLevels][]byte // unfinished tile of each level
	changed map[TileKey][]byte
	order   []TileKey
}

// GrowTree takes a tree up where it was left: its size and its edge tiles. A tile may hold more than the tree has.
// It refuses one that is missing or too short.
func GrowTree(size int64, edge []Tile) (*Tree, error) {
	t := &Tree{size: size, changed: map[TileKey][]byte{}}
	for _, key := range EdgeTiles(size) {
		need := int(size>>(TileHeight*key.Level)%tileWidth) * tlog.HashSize
		for _, e := range edge {
			if e.TileKey == key && len(e.Hashes) >= need {
				t.rows[key.Level] = append(make([]byte, 0, tileWidth*tlog.HashSize), e.Hashes[:need]...)
			}
		}
		if t.rows[key.Level] == nil {
			return nil, fmt.Errorf("activity: a tile of level %d is missing for a tree of %d", key.Level, size)
		}
	}
	return t, nil
}

// Size is the number of leaves.
func (t *Tree) Size() int64 { return t.size }

// Append adds a leaf.
func (t *Tree) Append(leaf tlog.Hash) {
	t.push(0, t.size/tileWidth, leaf)
	t.size++
}

func (t *Tree) push(level int, n int64, h tlog.Hash) {
	row := t.rows[level]
	if row == nil {
		row = make([]byte, 0, tileWidth*tlog.HashSize)
	}
	row = append(row, h[:]...)
	key := TileKey{level, n}
	if _, known := t.changed[key]; !known {
		t.order = append(t.order, key)
	}
	t.changed[key], t.rows[level] = row, row
	if len(row) == cap(row) {
		t.rows[level] = nil
		t.push(level+1, n/tileWidth, rootOf(row))
	}
}

// Changed gives the tiles that were added or grew, and forgets them.
func (t *Tree) Changed() []Tile {
	out := make([]Tile, len(t.order))
	for i, key := range t.order {
		out[i] = Tile{key, t.changed[key]}
	}
	clear(t.changed)
	t.order = nil
	return out
}

// Root is the tree's hash.
func (t *Tree) Root() tlog.Hash {
	var root tlog.Hash
	if t.size == 0 {
		root, _ = tlog.TreeHash(0, nil)
		return root
	}
	found := false
	for _, row := range t.rows { // from the smallest subtree, on the right, to the largest
		for w := len(row) / tlog.HashSize; w > 0; {
			part := 1 << bits.TrailingZeros(uint(w)) //nolint:gosec // at most 256
			h := rootOf(row[(w-part)*tlog.HashSize : w*tlog.HashSize])
			if w -= part; !found {
				root, found = h, true
			} else {
				root = tlog.NodeHash(h, root)
			}
		}
	}
	return root
}

// HashIn is the hash of a leaf in its tile's row; zero when the row ends before it.
func HashIn(row []byte, n int64) (h tlog.Hash) {
	if at := int(n%tileWidth) * tlog.HashSize; len(row) >= at+tlog.HashSize {
		copy(h[:], row[at:])
	}
	return h
}

// rootOf is the root over a power of two of hashes.
func rootOf(hashes []byte) tlog.Hash {
	var level [tileWidth]tlog.Hash
	n := len(hashes) / tlog.HashSize
	for i := range n {
		copy(level[i][:], hashes[i*tlog.HashSize:])
	}
	for ; n > 1; n /= 2 {
		for i := range n / 2 {
			level[i] = tlog.NodeHash(level[2*i], level[2*i+1])
		}
	}
	return level[0]
}

// hashes reads a tree's stored hashes out of its tiles, checked against its root on the way.
func hashes(size int64, root tlog.Hash, tile func(TileKey) ([]byte, error)) tlog.HashReader {
	return tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, tiles(tile))
}

// tiles is where a HashReader finds tiles.
type tiles func(TileKey) ([]byte, error)

// Height implements tlog.TileReader.
func (tiles) Height() int { return TileHeight }

// ReadTiles implements tlog.TileReader.
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(wanted))
	for i, w := range wanted {
		row, err := t(TileKey{w.L, w.N})
		if err != nil {
			return nil, err
		}
		if len(row) < w.W*tlog.HashSize {
			return nil, fmt.Errorf("activity: tile %d/%d holds %d hashes, want %d", w.L, w.N, len(row)/tlog.HashSize, w.W)
		}
		out[i] = row[:w.W*tlog.HashSize]
	}
	return out, nil
}

// SaveTiles implements tlog.TileReader: they are kept already.
func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}
