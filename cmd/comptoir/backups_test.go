package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// A copy is made while the database is open, is listed, and can be put in the database's place; two at one instant are one.
func TestR15ConsoleBacksUp(t *testing.T) {
	ctx, st := context.Background(), storage{Data: filepath.Join(t.TempDir(), "data")}
	s, err := st.open(ctx, logger())
	if err != nil {
		t.Fatal(err)
	}
	b := &backups{dir: filepath.Join(st.Data, "backups"), url: st.url(), log: logger()}
	if all, running, err := b.List(); len(all) != 0 || running || err != nil {
		t.Fatal(all, running, err)
	}
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	if err := b.Make(ctx, now); err != nil {
		t.Fatal(err)
	}
	if err := b.Make(ctx, now); err == nil {
		t.Error("a copy is written over another")
	}
	if err := b.Make(ctx, now.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	b.mu.Lock()
	b.done = make(chan struct{})
	b.mu.Unlock()
	if f := fault.Of(b.Make(ctx, now.Add(time.Hour))); f == nil || f.Code != "backup.running" {
		t.Errorf("two at once: %v", f)
	}
	b.done = nil
	all, running, err := b.List()
	if err != nil || running || len(all) != 2 || all[0].Name <= all[1].Name || all[0].Size == 0 {
		t.Fatalf("%v %v %v", all, running, err)
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	if err := store.RestoreBackup(ctx, st.url(), filepath.Join(b.dir, all[0].Name)); err != nil {
		t.Error(err)
	}
}

// The newest copy is restored aside and its books recomputed; a damaged one fails, and says so until a later test. Nothing of a test
// is left but its result, and what is served is untouched.
func TestR15ConsoleTestsBackups(t *testing.T) {
	ctx, st := context.Background(), storage{Data: filepath.Join(t.TempDir(), "data")}
	s, err := st.open(ctx, logger())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.close() }()
	b := &backups{dir: filepath.Join(st.Data, "backups"), url: st.url(), log: logger()}
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	if _, _, err := b.Test(ctx, now); fault.Of(err) == nil || fault.Of(err).Code != "backup.none" {
		t.Errorf("nothing to test: %v", err)
	}
	if err := b.Make(ctx, now); err != nil {
		t.Fatal(err)
	}
	got, done, err := b.Test(ctx, now.Add(time.Hour))
	if err != nil || !done || !got.Good() {
		t.Fatalf("%+v %v %v", got, done, err)
	}
	all, _, err := b.List()
	if err != nil || len(all) != 1 || all[0].Trial == nil || *all[0].Trial != got || !got.At.Equal(now.Add(time.Hour)) {
		t.Fatalf("%+v %v", all, err)
	}
	file, copied, err := b.Open(all[0].Name)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(file); err != nil || int64(len(text)) != copied.Size || !strings.HasPrefix(string(text), "SQLite format 3") {
		t.Errorf("%d bytes of %d, %v", len(text), copied.Size, err)
	}
	_ = file.Close()
	for _, name := range []string{"../comptoir.db", all[0].Name + trialSuffix, ""} {
		if _, _, err := b.Open(name); fault.Of(err) == nil || fault.Of(err).Code != "backup.unknown" {
			t.Errorf("%q: %v", name, err)
		}
	}
	// The books of a copy are recomputed, not those that are served.
	if err := os.WriteFile(filepath.Join(b.dir, all[0].Name), []byte("SQLite format 3\x00 and then nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, done, err = b.Test(ctx, now.Add(2*time.Hour)); err != nil || !done || !got.Failed || got.Good() {
		t.Errorf("a damaged copy: %+v %v %v", got, done, err)
	}
	left, err := os.ReadDir(b.dir)
	if err != nil || len(left) != 2 {
		t.Errorf("left behind: %v %v", left, err)
	}
	steps, err := s.schema(ctx)
	if err != nil || len(steps) < 20 || steps[0].Version <= steps[1].Version || steps[0].Name == "" {
		t.Fatalf("%+v %v", steps, err)
	}
	for _, m := range steps {
		if age := time.Since(m.At); age < -time.Minute || age > time.Hour {
			t.Errorf("migration %d was applied at %s", m.Version, m.At)
		}
	}
}
