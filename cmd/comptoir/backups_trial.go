package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

const (
	trialSuffix = ".tested" // of the file beside a copy that says what came of its last test
	trialFolder = "trial-"  // how the folder of a test begins
)

// Test implements ui.Backups: it does to the newest copy what restoring it would, in a folder of its own, and recomputes the books.
func (b *backups) Test(ctx context.Context, now time.Time) (t ui.Trial, done bool, err error) {
	all, _, err := b.List()
	if err != nil {
		return t, false, err
	}
	if len(all) == 0 {
		return t, false, fault.Conflict("backup.none", nil)
	}
	var came ui.Trial // of the work alone until it has ended
	done, err = b.run(ctx, func(ctx context.Context) error {
		came = ui.Trial{At: now.UTC()}
		found, err := b.restored(ctx, all[0].Name)
		if err != nil {
			came.Failed = true
			b.log.Error("test of a backup", "backup", all[0].Name, "err", err)
		}
		came.Differences = len(found)
		return b.keepTrial(all[0].Name, came)
	})
	if done {
		t = came
	}
	return t, done, err
}

// restored restores a copy into a folder that is removed again, and tells the differences in its books.
func (b *backups) restored(ctx context.Context, name string) (differences []string, err error) {
	left, err := filepath.Glob(filepath.Join(b.dir, trialFolder+"*")) // by a process that was ended meanwhile
	if err != nil {
		return nil, err
	}
	for _, folder := range left {
		if err := os.RemoveAll(folder); err != nil {
			return nil, err
		}
	}
	folder, err := os.MkdirTemp(b.dir, trialFolder)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	url := "sqlite:" + filepath.Join(folder, "restored.db")
	if err := store.RestoreBackup(ctx, url, filepath.Join(b.dir, name)); err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.Verify(ctx)
}

// trial is the last test of a copy; one whose file cannot be read counts as none.
func (b *backups) trial(name string) *ui.Trial {
	text, err := os.ReadFile(filepath.Join(b.dir, name+trialSuffix))
	var t ui.Trial
	if err != nil || json.Unmarshal(text, &t) != nil || t.At.IsZero() {
		return nil
	}
	return &t
}

func (b *backups) keepTrial(name string, t ui.Trial) error {
	text, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(b.dir, name+trialSuffix), text, 0o600)
}

// schema is what the pages show of the migrations.
func (s *site) schema(ctx context.Context) ([]ui.Migration, error) {
	found, err := s.store.Migrations(ctx)
	out := make([]ui.Migration, len(found))
	for i, m := range found {
		out[i] = ui.Migration(m)
	}
	return out, err
}
