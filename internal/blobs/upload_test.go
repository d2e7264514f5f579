package blobs

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

func part(t *testing.T, f *Folder, at int64, text string) {
	t.Helper()
	w, err := f.Resume("one", at)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Sync(), w.Close()); err != nil {
		t.Fatal(err)
	}
}

func code(err error) string {
	if f := fault.Of(err); f != nil {
		return f.Code
	}
	return ""
}

// TestR15UploadInParts: an upload is no file until it is placed, goes on where it is told to, and is served as one that was put.
func TestR15UploadInParts(t *testing.T) {
	f, dir := folder(t)
	part(t, f, 0, "abcdef")
	part(t, f, 3, "DEF") // what lay behind is cut off
	part(t, f, 6, "ghi")
	if _, err := f.Open(uploadPrefix + "one"); !errors.Is(err, ErrNoBlob) {
		t.Errorf("it is served before it is whole: %v", err)
	}
	if err := f.Place("one", "whole", 10); code(err) != "blob.lost" {
		t.Errorf("placed with another size: %v", err)
	}
	if err := f.Place("one", "whole", 9); err != nil || read(t, f, "whole") != "abcDEFghi" || names(t, dir) != "whole" {
		t.Errorf("%v, %s", err, names(t, dir))
	}
	if size, ok, err := f.Size("whole"); size != 9 || !ok || err != nil {
		t.Errorf("%d %t %v", size, ok, err)
	}
	if _, ok, err := f.Size("other"); ok || err != nil {
		t.Errorf("%t %v", ok, err)
	}
	part(t, f, 0, "again")
	for range 2 {
		if err := f.Discard("one"); err != nil || names(t, dir) != "whole" {
			t.Errorf("%v, %s", err, names(t, dir))
		}
	}
	if err := f.Place("one", "whole", 5); code(err) != "blob.lost" {
		t.Errorf("placed from nothing: %v", err)
	}
}

func TestR15UploadsAreHeldAlone(t *testing.T) {
	f, _ := folder(t)
	part(t, f, 0, "abc")
	for _, at := range []int64{4, -1, 1<<20 + 1} {
		if _, err := f.Resume("one", at); code(err) != "blob.lost" {
			t.Errorf("at %d: %v", at, err)
		}
	}
	if _, err := f.Resume("none", 1); code(err) != "blob.lost" {
		t.Errorf("an upload without its beginning: %v", err)
	}
	w, err := f.Resume("one", 3)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Resume("one", 0); code(err) != "upload.busy" {
		t.Errorf("two at one upload: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	part(t, f, 3, "def")
	if err := f.Place("one", "x", 6); err != nil || read(t, f, "x") != "abcdef" {
		t.Errorf("the second writer changed it: %v", err)
	}
	if upload, ok := f.UploadOf(".upload-a"); upload != "a" || !ok {
		t.Error(upload)
	}
	if _, ok := f.UploadOf("x"); ok {
		t.Error("a file is an upload")
	}
}

func TestG58UploadsStayInTheFolder(t *testing.T) {
	f, dir := folder(t)
	outside := filepath.Join(filepath.Dir(dir), "secret")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../secret", filepath.Join(dir, uploadPrefix+"link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "..", "../secret", "a/b", ".x", "link"} {
		if w, err := f.Resume(name, 0); err == nil {
			t.Errorf("%q is written to", name)
			_ = w.Close()
		}
		if err := f.Place(name, "x", 6); err == nil {
			t.Errorf("%q is placed", name)
		}
	}
	part(t, f, 0, "fine")
	for _, name := range []string{"", "../x", ".x", "a/b"} {
		if err := f.Place("one", name, 4); err == nil {
			t.Errorf("placed as %q", name)
		}
	}
	if text, _ := os.ReadFile(outside); string(text) != "secret" {
		t.Error("a file elsewhere was changed")
	}
}
