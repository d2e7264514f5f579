package depot

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
)

const name = "7d000000-0000-4000-8000-000000000001_5e550000-0000-4000-8000-000000000002"

func depot(t *testing.T) (*Folder, string) {
	t.Helper()
	dir := t.TempDir()
	f, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f, dir
}

func drop(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, keys, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (f *Folder) ask(t *testing.T) (string, bool) {
	t.Helper()
	key, ok, err := f.Ask(t.Context(), app.KeyQuestion{
		Name: name, Product: "CMP000000001", Sku: "0001", Title: "Server", Version: "2022", Quantity: 2, OrderedAt: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC),
	})
	if err != nil {
		t.Fatal(err)
	}
	return key, ok
}

// TestF44KeysByFile: a request is a file, its key another; what was taken and what is wanted no more leaves the folder.
func TestF44KeysByFile(t *testing.T) {
	f, dir := depot(t)
	for range 2 {
		if key, ok := f.ask(t); ok {
			t.Errorf("a key from nowhere: %q", key)
		}
	}
	file := filepath.Join(dir, requests, name+requestEnd)
	text, err := os.ReadFile(file)
	want := `{
  "name": "` + name + `",
  "productId": "CMP000000001",
  "skuId": "0001",
  "title": "Server",
  "version": "2022",
  "quantity": 2,
  "orderedAt": "2026-11-20T10:00:00Z"
}
`
	if err != nil || string(text) != want {
		t.Errorf("%v\n%s", err, text)
	}
	drop(t, dir, name+keyEnd, "AAAAA-BBB")
	if key, ok := f.ask(t); ok {
		t.Errorf("taken before it was whole: %q", key)
	}
	drop(t, dir, name+keyEnd, "AAAAA-BBBBB\r\n")
	for range 2 {
		if key, ok := f.ask(t); !ok || key != "AAAAA-BBBBB" {
			t.Errorf("%q %t", key, ok)
		}
	}
	left, err := f.Waiting(t.Context(), map[string]bool{name: true})
	if err != nil || len(left) > 0 {
		t.Errorf("%v %v", left, err)
	}
	for range 2 {
		if err := f.Done(t.Context(), name); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("the request is still there")
	}
	if entries, _ := os.ReadDir(filepath.Join(dir, keys)); len(entries) > 0 {
		t.Errorf("left: %v", entries)
	}
}

func TestF63RequestsAreWithdrawn(t *testing.T) {
	f, dir := depot(t)
	f.ask(t)
	drop(t, dir, "other"+keyEnd, "X\n")
	drop(t, dir, "note.txt", "not ours")
	left, err := f.Waiting(t.Context(), nil)
	if err != nil || !slices.Equal(left, []string{"other"}) {
		t.Errorf("%v %v", left, err)
	}
	if entries, _ := os.ReadDir(filepath.Join(dir, requests)); len(entries) > 0 {
		t.Errorf("still asked for: %v", entries)
	}
	if entries, _ := os.ReadDir(filepath.Join(dir, keys)); len(entries) != 2 {
		t.Errorf("a key of nobody's is gone: %v", entries)
	}
}

func TestG58NothingButFilesOfTheFolder(t *testing.T) {
	f, dir := depot(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(dir, keys, name+keyEnd)); err != nil {
		t.Fatal(err)
	}
	if key, ok, err := f.Ask(t.Context(), app.KeyQuestion{Name: name}); ok || err == nil {
		t.Errorf("a link was followed: %q", key)
	}
	drop(t, dir, "large"+keyEnd, strings.Repeat("x", maxKey)+"\n")
	if _, ok, err := f.Ask(t.Context(), app.KeyQuestion{Name: "large"}); ok || err == nil || strings.Contains(err.Error(), "xxx") {
		t.Errorf("too large: %t %v", ok, err)
	}
	for _, bad := range []string{"", "../x", "a/b", ".x", "a\x00"} {
		if _, ok, err := f.Ask(t.Context(), app.KeyQuestion{Name: bad}); ok || err == nil {
			t.Errorf("%q was asked for", bad)
		}
		if err := f.Done(t.Context(), bad); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(secret); err != nil {
		t.Error(err)
	}
}
