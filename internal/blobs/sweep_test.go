package blobs

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestG58Sweep: what nobody keeps goes, also what was being written; links, folders and young files stay.
func TestG58Sweep(t *testing.T) {
	f, dir := folder(t)
	for _, name := range []string{"kept", "orphan", "young"} {
		put(t, f, name, name)
	}
	if err := os.WriteFile(filepath.Join(dir, ".new-half"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".other"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("kept", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	line := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(dir, "young"), line, line); err != nil {
		t.Fatal(err)
	}
	removed, err := f.Sweep(line, func(asked []string) (map[string]bool, error) {
		if !slices.Equal(asked, []string{".new-half", ".other", "kept", "orphan"}) {
			t.Errorf("asked for %v", asked)
		}
		return map[string]bool{"kept": true}, nil
	})
	if err != nil || removed != 2 || names(t, dir) != ".other folder kept link young" {
		t.Errorf("%d removed, %s left, %v", removed, names(t, dir), err)
	}
	if _, err := f.Reader("orphan"); err == nil {
		t.Error("it is still read")
	}
}
