package blobs

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

func folder(t *testing.T) (*Folder, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "media")
	f, err := Open(dir, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f, dir
}

func put(t *testing.T, f *Folder, name, text string) {
	t.Helper()
	if _, _, err := f.Put(t.Context(), name, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, f *Folder, name string) string {
	t.Helper()
	b, err := f.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	text, err := io.ReadAll(b)
	if err != nil || int64(len(text)) != b.Size {
		t.Fatalf("read %d of %d bytes: %v", len(text), b.Size, err)
	}
	return string(text)
}

func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return strings.Join(out, " ")
}

func TestPutAndOpen(t *testing.T) {
	f, dir := folder(t)
	size, sum, err := f.Put(t.Context(), "tool-1.0.zip", strings.NewReader("first"))
	want := sha256.Sum256([]byte("first"))
	if err != nil || size != 5 || sum != hex.EncodeToString(want[:]) {
		t.Fatalf("%d %s %v", size, sum, err)
	}
	old, err := f.Open("tool-1.0.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	put(t, f, "tool-1.0.zip", "second")
	if got := read(t, f, "tool-1.0.zip"); got != "second" {
		t.Errorf("got %q", got)
	}
	if _, err := old.Seek(2, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(old); err != nil || string(rest) != "rst" {
		t.Errorf("a transfer in progress reads %q, %v", rest, err)
	}
	if got := names(t, dir); got != "tool-1.0.zip" {
		t.Errorf("left behind: %s", got)
	}
	for range 2 {
		if err := f.Remove("tool-1.0.zip"); err != nil {
			t.Error(err)
		}
	}
	if _, err := f.Open("tool-1.0.zip"); !errors.Is(err, ErrNoBlob) {
		t.Errorf("after removal: %v", err)
	}
}

func TestG58NamesThatLeadElsewhere(t *testing.T) {
	f, dir := folder(t)
	secret := filepath.Join(filepath.Dir(dir), "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	put(t, f, "real", "real")
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"out": "../secret", "absolute": secret, "in": "real", "loop": "loop", "nowhere": "gone"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{
		"", ".", "..", "../secret", "/etc/passwd", secret, "folder", "folder/x", "folder/../real", `..\secret`, "C:secret", "real\x00", "réal",
		".new-x", "a b", "%2e%2e%2fsecret", strings.Repeat("x", 201), "out", "absolute", "in", "loop", "nowhere",
	} {
		if _, err := f.Open(name); !errors.Is(err, ErrNoBlob) {
			t.Errorf("opening %q: %v", name, err)
		}
		_, _, err := f.Put(t.Context(), name, strings.NewReader("evil"))
		if got := fault.Of(err); got == nil || got.Code != "blob.name" {
			t.Errorf("putting %q: %v", name, err)
		}
	}
	if text, _ := os.ReadFile(secret); string(text) != "secret" || read(t, f, "real") != "real" {
		t.Error("a file elsewhere was changed")
	}
}

// failing gives some bytes, then an error.
type failing struct{ left int }

var errBroken = errors.New("broken")

func (r *failing) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, errBroken
	}
	n := min(r.left, len(p))
	r.left -= n
	return n, nil
}

func TestInterruptedPutChangesNothing(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name string
		ctx  context.Context
		r    io.Reader
		want error
	}{
		{"reader fails", t.Context(), &failing{70_000}, errBroken},
		{"caller gone", ended, strings.NewReader("new"), context.Canceled},
		{"one byte too many", t.Context(), bytes.NewReader(make([]byte, 1<<20+1)), fault.Invalid("blob.too_large", nil)},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, dir := folder(t)
			put(t, f, "a", "old")
			if _, _, err := f.Put(c.ctx, "a", c.r); !errors.Is(err, c.want) {
				t.Errorf("got %v", err)
			}
			if read(t, f, "a") != "old" || names(t, dir) != "a" {
				t.Errorf("changed: %s", names(t, dir))
			}
		})
	}
	f, _ := folder(t)
	if size, _, err := f.Put(t.Context(), "full", bytes.NewReader(make([]byte, 1<<20))); err != nil || size != 1<<20 {
		t.Errorf("exactly the limit: %d, %v", size, err)
	}
}

func TestParallelPutsLeaveOneWhole(t *testing.T) {
	f, dir := folder(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			text := strings.Repeat(string(rune('a'+i)), 100_000)
			if _, _, err := f.Put(t.Context(), "x", strings.NewReader(text)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	got := read(t, f, "x")
	if len(got) != 100_000 || strings.Trim(got, got[:1]) != "" || names(t, dir) != "x" {
		t.Errorf("%d bytes, %s", len(got), names(t, dir))
	}
}

// TestAddNamesAFileByWhatItHolds: the same bytes are one file, however often they come.
func TestAddNamesAFileByWhatItHolds(t *testing.T) {
	f, dir := folder(t)
	want := sha256.Sum256([]byte("text"))
	name := hex.EncodeToString(want[:])
	for range 2 {
		if size, sum, err := f.Add(t.Context(), strings.NewReader("text")); size != 4 || sum != name || err != nil {
			t.Errorf("%d %s %v", size, sum, err)
		}
	}
	if read(t, f, name) != "text" || names(t, dir) != name {
		t.Errorf("%s", names(t, dir))
	}
	if _, _, err := f.Add(t.Context(), &failing{10}); !errors.Is(err, errBroken) || names(t, dir) != name {
		t.Errorf("%v, %s", err, names(t, dir))
	}
}
