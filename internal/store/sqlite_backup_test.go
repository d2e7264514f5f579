package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

func TestBackupWhileServed(t *testing.T) {
	url := storetest.SQLite(t)
	path := strings.TrimPrefix(url, "sqlite:")
	s := storetest.Open(t, url, store.Options{})
	scratch(t, s)
	file := filepath.Join(t.TempDir(), "backup.db")
	if err := store.Backup(ctx, url, file); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if store.Backup(ctx, url, file) == nil {
		t.Error("a file that is there was written over")
	}
	if err := do(s, func(t *store.Tx) error { return insert(t, nil, "later") }); err != nil {
		t.Fatal(err)
	}
	if err := store.RestoreBackup(ctx, url, file); err == nil || !strings.Contains(err.Error(), "is held") {
		t.Errorf("restored under a server: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "bad.db")
	if err := os.WriteFile(bad, []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if store.RestoreBackup(ctx, url, bad) == nil {
		t.Error("restored what is no database")
	}
	s = storetest.Open(t, url, store.Options{})
	if got := fmt.Sprint(things(t, s)); got != "[a later]" {
		t.Errorf("after a refused restore: %s", got)
	}
	_ = s.Close()

	if err := store.RestoreBackup(ctx, url, file); err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{url: "[a]", "sqlite:" + path + ".before": "[a later]"} {
		s := storetest.Open(t, url, store.Options{})
		if got := fmt.Sprint(things(t, s)); got != want {
			t.Errorf("%s has %s, want %s", url, got, want)
		}
		_ = s.Close()
	}
	if err := store.RestoreBackup(ctx, url, file); err == nil || !strings.Contains(err.Error(), "there already") {
		t.Errorf("what was kept before was written over: %v", err)
	}
	for _, err := range []error{store.Backup(ctx, "postgres://x/y", file+"2"), store.RestoreBackup(ctx, "postgres://x/y", file), store.Backup(ctx, "sqlite:"+path+".none", file+"3")} {
		if err == nil {
			t.Error("a copy of nothing")
		}
	}
}
