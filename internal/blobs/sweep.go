package blobs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// sweepBatch is how many names are asked for at a time.
const sweepBatch = 512

// Reader opens the file name for reading; ErrNoBlob as in Open.
func (f *Folder) Reader(name string) (io.ReadSeekCloser, error) {
	b, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	return b, nil
}

// Sweep removes files last written before an instant that keep does not know, uploads too, and what an interrupted Put left
// aside. What is no regular file stays.
func (f *Folder) Sweep(before time.Time, keep func(names []string) (map[string]bool, error)) (removed int, err error) {
	dir, err := f.root.Open(".")
	if err != nil {
		return 0, fmt.Errorf("blobs: sweeping: %w", err)
	}
	defer func() { _ = dir.Close() }() // read only
	var old []string
	for {
		entries, err := dir.ReadDir(sweepBatch)
		for _, e := range entries {
			info, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) || err == nil && (!info.Mode().IsRegular() || !info.ModTime().Before(before)) {
				continue
			}
			if err != nil {
				return removed, fmt.Errorf("blobs: sweeping: %w", err)
			}
			old = append(old, e.Name())
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return removed, fmt.Errorf("blobs: sweeping: %w", err)
		}
	}
	slices.Sort(old) // so that keep may look at ranges
	for len(old) > 0 {
		batch := old[:min(len(old), sweepBatch)]
		old = old[len(batch):]
		known, err := keep(batch)
		if err != nil {
			return removed, err
		}
		for _, name := range batch {
			if known[name] || !Valid(name) && !strings.HasPrefix(name, asidePrefix) && !strings.HasPrefix(name, uploadPrefix) {
				continue
			}
			if info, err := f.root.Lstat(name); err == nil && !info.ModTime().Before(before) { // somebody put it there meanwhile
				continue
			}
			if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return removed, fmt.Errorf("blobs: sweeping: %w", err)
			}
			removed++
		}
	}
	if removed == 0 {
		return 0, nil
	}
	return removed, f.sync()
}
