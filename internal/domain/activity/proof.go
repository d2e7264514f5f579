package activity

import (
	"bytes"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Proof shows that a record is in the tree of a checkpoint. Whoever has the public key checks it without asking anybody.
type Proof struct {
	N          int64     // the record's number, from 0
	Leaf       []byte    // Entry.Leaf; nil: withheld, and Hash alone is proved
	Hash       tlog.Hash // of the leaf
	Path       []tlog.Hash
	Checkpoint string // signed
}

// Prove makes the proof of record n in the tree of a checkpoint; tile reads stored hashes, which are checked on the way.
func Prove(signed string, c Checkpoint, n int64, e Entry, tile func(TileKey) ([]byte, error)) (Proof, error) {
	path, err := tlog.ProveRecord(c.Size, n, hashes(c.Size, c.Root, tile))
	if err != nil {
		return Proof{}, fmt.Errorf("activity: proving record %d: %w", n, err)
	}
	return Proof{N: n, Leaf: e.Leaf(), Hash: e.Hash(), Path: path, Checkpoint: signed}, nil
}

// Check tells why the proof proves nothing; nil: the record stood in the log at the checkpoint, which is given.
func (p Proof) Check(keys ...note.Verifier) (Checkpoint, error) {
	c, err := OpenCheckpoint(p.Checkpoint, keys...)
	if err != nil {
		return c, err
	}
	if p.Leaf != nil {
		if h := tlog.RecordHash(p.Leaf); !bytes.Equal(h[:], p.Hash[:]) {
			return c, errors.New("activity: the record is not the one that the hash was taken over")
		}
	}
	if err := tlog.CheckRecord(p.Path, c.Size, c.Root, p.N, p.Hash); err != nil {
		return c, errors.New("activity: the record is not in the tree of the checkpoint")
	}
	return c, nil
}

// Holds tells whether a tree still begins with what a checkpoint of it said: the tree's own root and tiles are asked.
// An error says that the stored hashes do not make up the tree.
func Holds(c Checkpoint, size int64, root tlog.Hash, tile func(TileKey) ([]byte, error)) (bool, error) {
	if c.Size > size {
		return false, nil
	}
	was, err := tlog.TreeHash(c.Size, hashes(size, root, tile))
	if err != nil {
		return false, fmt.Errorf("activity: reading stored hashes: %w", err)
	}
	return was == c.Root, nil
}
