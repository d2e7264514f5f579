package jobs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/mod/sumdb/note"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
)

// Checkpoints is a file that signed checkpoints are appended to, one after another, durable before Keep returns. Whoever can
// write the database should not be able to write it.
type Checkpoints struct {
	Path string
	Keys []note.Verifier
	// Rewinds: the store may be put back to an earlier state, as a sandbox's is. The file is moved aside then.
	Rewinds bool

	last activity.Checkpoint // the latest in the file; its zero: not read yet, or there is none
}

// ErrRewritten says that the tree no longer begins with what it was when a checkpoint was kept: the log was changed, or the
// database was put back.
var ErrRewritten = errors.New("the log does not continue the checkpoints kept before: see comptoir verify")

// maxNote is more than a signed checkpoint takes, in bytes.
const maxNote = 4096

// Keep appends the tree's latest checkpoint unless the file ends with it. ErrRewritten: it was appended all the same.
func (c *Checkpoints) Keep(ctx context.Context, tree *app.Integrator) (err error) {
	now, err := tree.Store.Tree(ctx)
	if err != nil || now.Checkpoint == "" {
		return err
	}
	next, err := activity.OpenCheckpoint(now.Checkpoint, c.Keys...)
	if err != nil {
		return fmt.Errorf("the checkpoint in the database: %w", err)
	}
	if c.last.Size == 0 {
		if c.last, err = c.tail(); err != nil {
			return err
		}
	}
	var rewritten error
	if c.last.Size > 0 {
		if c.last.Size == next.Size && c.last.Root == next.Root {
			return nil
		}
		switch holds, err := tree.Holds(ctx, c.last); {
		case err != nil:
			return err
		case !holds && c.Rewinds:
			if err := os.Rename(c.Path, c.Path+".before-"+strconv.FormatInt(next.At.Unix(), 10)); err != nil {
				return err
			}
		case !holds:
			rewritten = ErrRewritten
		}
	}
	if err := appendSynced(c.Path, now.Checkpoint+"\n"); err != nil {
		return err
	}
	c.last = next
	return rewritten
}

// tail is the last checkpoint in the file that a known key signed.
func (c *Checkpoints) tail() (last activity.Checkpoint, err error) {
	f, err := os.Open(c.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return last, nil
	}
	if err != nil {
		return last, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return last, err
	}
	end, err := io.ReadAll(io.NewSectionReader(f, max(0, info.Size()-maxNote), maxNote))
	if err != nil {
		return last, err
	}
	for _, n := range activity.Notes(end) {
		if found, err := activity.OpenCheckpoint(n, c.Keys...); err == nil {
			last = found
		}
	}
	return last, nil
}

// appendSynced adds text to a file in one write; what a power cut left of the last one is closed off first.
func appendSynced(path, text string) (err error) {
	_, missing := os.Stat(path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	var end [2]byte
	if n := info.Size(); n >= 2 {
		if _, err := f.ReadAt(end[:], n-2); err != nil {
			return err
		}
	}
	if info.Size() > 0 && string(end[:]) != "\n\n" {
		text = "\n\n" + text
	}
	if _, err := f.WriteString(text); err != nil {
		return err
	}
	if err := f.Sync(); err != nil || missing == nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
