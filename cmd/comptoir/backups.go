package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// backups are the copies of the database that the console makes, in a folder of the installation.
type backups struct {
	dir, url string
	mu       sync.Mutex
	done     chan struct{} // of the one that is being made
	err      error         // of the last one
}

const (
	backupPrefix = "comptoir-"
	backupWait   = 20 * time.Second // how long a page waits for one
)

// List are the copies there are, the newest first, and whether one is being made.
func (b *backups) List() (all []ui.Backup, running bool, err error) {
	b.mu.Lock()
	running = b.done != nil
	b.mu.Unlock()
	files, err := os.ReadDir(b.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, running, nil
	}
	for _, f := range files {
		info, err := f.Info()
		if err == nil && info.Mode().IsRegular() && strings.HasPrefix(f.Name(), backupPrefix) && strings.HasSuffix(f.Name(), ".db") {
			all = append(all, ui.Backup{Name: f.Name(), At: info.ModTime().UTC(), Size: info.Size()})
		}
	}
	slices.SortFunc(all, func(x, y ui.Backup) int { return strings.Compare(y.Name, x.Name) })
	return all, running, err
}

// Make copies the database into a file of its own, and waits a while for its end: what is not done then goes on, whatever its
// reader does. Fault "backup.running".
func (b *backups) Make(ctx context.Context, now time.Time) error {
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return err
	}
	b.mu.Lock()
	if b.done != nil {
		b.mu.Unlock()
		return fault.Conflict("backup.running", nil)
	}
	done := make(chan struct{})
	b.done, b.err = done, nil
	b.mu.Unlock()
	go func() {
		err := store.Backup(context.WithoutCancel(ctx), b.url, filepath.Join(b.dir, backupPrefix+now.UTC().Format("20060102T150405.000Z")+".db"))
		b.mu.Lock()
		b.done, b.err = nil, err
		b.mu.Unlock()
		close(done)
	}()
	select {
	case <-done:
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.err
	case <-time.After(backupWait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
