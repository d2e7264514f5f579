package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
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

// backups are the copies of the database that the console makes, in a folder of the installation. One is made or tested at a time.
type backups struct {
	dir, url string
	log      *slog.Logger
	mu       sync.Mutex
	done     chan struct{} // of what is being done
}

const (
	backupPrefix = "comptoir-"
	backupWait   = 20 * time.Second // how long a page waits for one
)

// List are the copies there are, the newest first, each with its last test, and whether one is being made or tested.
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
			all = append(all, ui.Backup{Name: f.Name(), At: info.ModTime().UTC(), Size: info.Size(), Trial: b.trial(f.Name())})
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
	_, err := b.run(ctx, func(ctx context.Context) error {
		return store.Backup(ctx, b.url, filepath.Join(b.dir, backupPrefix+now.UTC().Format("20060102T150405.000Z")+".db"))
	})
	return err
}

// run does work when nothing else is being done, and tells whether it ended while it was waited for.
func (b *backups) run(ctx context.Context, work func(context.Context) error) (ended bool, err error) {
	b.mu.Lock()
	if b.done != nil {
		b.mu.Unlock()
		return false, fault.Conflict("backup.running", nil)
	}
	done := make(chan struct{})
	b.done = done
	b.mu.Unlock()
	var outcome error
	go func() {
		outcome = work(context.WithoutCancel(ctx))
		b.mu.Lock()
		b.done = nil
		b.mu.Unlock()
		close(done)
	}()
	select {
	case <-done:
		return true, outcome
	case <-time.After(backupWait):
		return false, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// Open implements ui.Backups. A copy has its name once it is whole.
func (b *backups) Open(name string) (io.ReadCloser, ui.Backup, error) {
	all, _, err := b.List()
	if err != nil {
		return nil, ui.Backup{}, err
	}
	n := slices.IndexFunc(all, func(x ui.Backup) bool { return x.Name == name }) // names of others never reach the disk
	if n < 0 {
		return nil, ui.Backup{}, fault.NotFound("backup.unknown", nil)
	}
	f, err := os.Open(filepath.Join(b.dir, all[n].Name))
	return f, all[n], err
}
