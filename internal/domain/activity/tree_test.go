package activity

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

func leafOf(n int64) tlog.Hash {
	return tlog.RecordHash(binary.BigEndian.AppendUint64(nil, uint64(n)))
}

// kept is a store of tiles.
type kept map[TileKey][]byte

func (k kept) put(tiles []Tile) {
	for _, t := range tiles {
		k[t.TileKey] = slices.Clone(t.Hashes)
	}
}

func (k kept) tile(key TileKey) ([]byte, error) { return k[key], nil }

func (k kept) edge(size int64) (edge []Tile) {
	for _, key := range EdgeTiles(size) {
		edge = append(edge, Tile{key, k[key]})
	}
	return edge
}

// grown is a tree of n leaves made in batches, and its tiles.
func grown(t interface{ Fatal(...any) }, batches ...int64) (kept, *Tree) {
	tiles, size := kept{}, int64(0)
	var tree *Tree
	for _, n := range append([]int64{0}, batches...) {
		var err error
		if tree, err = GrowTree(size, tiles.edge(size)); err != nil {
			t.Fatal(err)
		}
		for range n {
			tree.Append(leafOf(size))
			size++
		}
		tiles.put(tree.Changed())
	}
	return tiles, tree
}

// TestTreeIsThatOfRFC6962: however it grows, the root is the library's, and so is every hash that is kept.
func TestTreeIsThatOfRFC6962(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		batches := rapid.SliceOfN(rapid.Int64Range(0, 700), 0, 5).Draw(t, "batches")
		tiles, tree := grown(t, batches...)
		var all []tlog.Hash
		stored := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
			out := make([]tlog.Hash, len(indexes))
			for i, x := range indexes {
				out[i] = all[x]
			}
			return out, nil
		})
		for n := range tree.Size() {
			add, err := tlog.StoredHashesForRecordHash(n, leafOf(n), stored)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, add...)
		}
		want, err := tlog.TreeHash(tree.Size(), stored)
		if err != nil || tree.Root() != want {
			t.Fatalf("%d leaves: %v %v", tree.Size(), tree.Root(), err)
		}
		for _, tile := range tlog.NewTiles(TileHeight, 0, tree.Size()) {
			data, err := tlog.ReadTileData(tile, stored)
			if have := tiles[TileKey{tile.L, tile.N}]; err != nil || !bytes.Equal(have, data) {
				t.Fatalf("tile %d/%d: %v", tile.L, tile.N, err)
			}
		}
		if size := tree.Size(); size > 0 {
			was := rapid.Int64Range(1, size).Draw(t, "earlier")
			root, err := tlog.TreeHash(was, stored)
			if err != nil {
				t.Fatal(err)
			}
			if ok, err := Holds(Checkpoint{Size: was, Root: root}, size, tree.Root(), tiles.tile); !ok || err != nil {
				t.Fatalf("%d of %d: %v %v", was, size, ok, err)
			}
			root[0] ^= 1
			if ok, err := Holds(Checkpoint{Size: was, Root: root}, size, tree.Root(), tiles.tile); ok || err != nil {
				t.Fatalf("another tree of %d: %v %v", was, ok, err)
			}
		}
	})
}

func TestGrowTreeRefusesWhatIsNotThere(t *testing.T) {
	tiles, _ := grown(t, 300)
	for name, edge := range map[string][]Tile{
		"nothing":         nil,
		"one level":       tiles.edge(300)[:1],
		"a hash too few":  {{TileKey{0, 1}, tiles[TileKey{0, 1}][32:]}, {TileKey{1, 0}, tiles[TileKey{1, 0}]}},
		"another's tiles": {{TileKey{0, 0}, tiles[TileKey{0, 0}]}, {TileKey{1, 0}, tiles[TileKey{1, 0}]}},
	} {
		if _, err := GrowTree(300, edge); err == nil {
			t.Errorf("%s will do", name)
		}
	}
	if _, err := GrowTree(299, tiles.edge(300)); err != nil {
		t.Errorf("a tile with more than is needed: %v", err)
	}
}

// TestLeafTellsEntriesApart: no two entries have one leaf, wherever a text ends and the next begins.
func TestLeafTellsEntriesApart(t *testing.T) {
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	base := Entry{Partner: "p", ID: "r", At: at, Customer: "c", CustomerName: "n", Operation: "o", Resource: "s", Body: "{}"}
	others := []Entry{base}
	for _, change := range []func(*Entry){
		func(e *Entry) { e.Partner = "q" }, func(e *Entry) { e.ID = "q" }, func(e *Entry) { e.At = at.Add(time.Microsecond) },
		func(e *Entry) { e.Customer = "" }, func(e *Entry) { e.CustomerName = "n\n1:o" }, func(e *Entry) { e.Operation = "oo" },
		func(e *Entry) { e.Operation, e.Resource = "os", "" }, func(e *Entry) { e.Operation, e.Resource = "", "os" },
		func(e *Entry) { e.Security = true }, func(e *Entry) { e.Body = "{} " },
	} {
		e := base
		change(&e)
		others = append(others, e)
	}
	seen := map[tlog.Hash]int{}
	for i, e := range others {
		if j, twice := seen[e.Hash()]; twice {
			t.Errorf("%d and %d have one hash", i, j)
		}
		seen[e.Hash()] = i
	}
	e := base
	e.At = at.In(time.FixedZone("x", 3600))
	if e.Hash() != base.Hash() {
		t.Error("the zone of an instant is in the hash")
	}
	if got, want := string(base.Leaf()), "comptoir record 1\n1:p\n1:r\n16:"+fmt.Sprint(at.UnixMicro())+"\n1:c\n1:n\n1:o\n1:s\n1:0\n2:{}\n"; got != want {
		t.Errorf("%q", got) // a change of the form is another form, with another first line
	}
}
