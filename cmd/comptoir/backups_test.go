package main

import (
	"context"
	"path/filepath"
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
	b := &backups{dir: filepath.Join(st.Data, "backups"), url: st.url()}
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
