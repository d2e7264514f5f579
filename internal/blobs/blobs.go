// Package blobs keeps download media and attachments in one flat folder. A name that is there is whole: it was
// written aside, synced and renamed, so a power cut leaves the old file, the new one, or none.
package blobs

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// ErrNoBlob says that there is no such file.
var ErrNoBlob = errors.New("blobs: no such file")

// Folder is a folder of media. Safe for concurrent use.
type Folder struct {
	root *os.Root
	max  int64
}

// Open uses the folder dir, making it (0700) when it is absent. A file may have at most max bytes.
func Open(dir string, max int64) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("blobs: making the folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("blobs: opening the folder: %w", err)
	}
	return &Folder{root: root, max: max}, nil
}

// Close gives the folder up; files that are open stay readable.
func (f *Folder) Close() error { return f.root.Close() }

// asidePrefix begins the names of files that are being written: Valid refuses them, so they are never served.
const asidePrefix = ".new-"

// Put stores what r gives under name and tells its size in bytes and its SHA-256 in lower-case hex. What was there
// before is replaced; who is reading it reads on. When ctx ends, or r fails, nothing changes.
// Faults: "blob.name" for a name that Valid refuses, "blob.too_large" with the limit.
func (f *Folder) Put(ctx context.Context, name string, r io.Reader) (size int64, sum string, err error) {
	if !Valid(name) {
		return 0, "", fault.Invalid("blob.name", nil)
	}
	// A directory or a link of that name is not ours to replace.
	if info, err := f.root.Lstat(name); err == nil && !info.Mode().IsRegular() {
		return 0, "", fault.Invalid("blob.name", nil)
	}
	return f.put(ctx, r, func(string) string { return name })
}

// Add stores what r gives under its own SHA-256 and tells its size in bytes. The same bytes a second time change nothing.
// Fault: "blob.too_large" with the limit.
func (f *Folder) Add(ctx context.Context, r io.Reader) (size int64, sum string, err error) {
	return f.put(ctx, r, func(sum string) string { return sum })
}

// put writes aside, syncs, and gives the file its name, which may follow from its SHA-256.
func (f *Folder) put(ctx context.Context, r io.Reader, name func(sum string) string) (size int64, sum string, err error) {
	aside := asidePrefix + rand.Text()
	w, err := f.root.OpenFile(aside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, "", fmt.Errorf("blobs: making a file: %w", err)
	}
	defer func() {
		if err != nil {
			_ = w.Close()
			_ = f.root.Remove(aside)
		}
	}()
	hash := sha256.New()
	size, err = io.Copy(io.MultiWriter(w, hash), io.LimitReader(reader{ctx, r}, f.max+1))
	if err != nil {
		return 0, "", fmt.Errorf("blobs: writing a file: %w", err)
	}
	if size > f.max {
		return 0, "", fault.Invalid("blob.too_large", fault.Args{"max": f.max})
	}
	if err = w.Sync(); err != nil {
		return 0, "", fmt.Errorf("blobs: syncing a file: %w", err)
	}
	if err = w.Close(); err != nil {
		return 0, "", fmt.Errorf("blobs: closing a file: %w", err)
	}
	sum = hex.EncodeToString(hash.Sum(nil))
	if err = f.root.Rename(aside, name(sum)); err != nil {
		return 0, "", fmt.Errorf("blobs: putting a file in place: %w", err)
	}
	if err = f.sync(); err != nil {
		return 0, "", err
	}
	return size, sum, nil
}

// Blob is an open file; the caller closes it. The reader inside is the *os.File: who hands that on lets the kernel send it.
type Blob struct {
	io.ReadSeekCloser
	Size     int64     // bytes
	Modified time.Time // UTC
}

// Open opens the file name for reading; ErrNoBlob when it is not there, is not a regular file or its name is not Valid.
func (f *Folder) Open(name string) (Blob, error) {
	if !Valid(name) {
		return Blob{}, ErrNoBlob
	}
	before, err := f.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !before.Mode().IsRegular() {
		return Blob{}, ErrNoBlob
	}
	if err != nil {
		return Blob{}, fmt.Errorf("blobs: looking at a file: %w", err)
	}
	file, err := f.root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return Blob{}, ErrNoBlob
	}
	if err != nil {
		return Blob{}, fmt.Errorf("blobs: opening a file: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return Blob{}, fmt.Errorf("blobs: looking at a file: %w", err)
	}
	// Between the two looks a file may have been replaced by a newer one, which is fine, but not by a link: a link is
	// followed only inside the folder, so a regular file of another name is the worst there is.
	if !info.Mode().IsRegular() {
		_ = file.Close()
		return Blob{}, ErrNoBlob
	}
	return Blob{file, info.Size(), info.ModTime().UTC()}, nil
}

// Remove deletes the file name; one that is not there is no error.
func (f *Folder) Remove(name string) error {
	if !Valid(name) {
		return nil
	}
	if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("blobs: removing a file: %w", err)
	}
	return f.sync()
}

// Valid tells whether name may name a file: 1 to 200 of A–Z a–z 0–9 . _ -, not beginning with a dot. There is no way
// to say "elsewhere" in it.
func Valid(name string) bool {
	if name == "" || len(name) > 200 || name[0] == '.' {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// sync makes a rename or removal durable.
func (f *Folder) sync() error {
	if runtime.GOOS == "windows" { // folders cannot be synced there
		return nil
	}
	dir, err := f.root.Open(".")
	if err != nil {
		return fmt.Errorf("blobs: syncing the folder: %w", err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return fmt.Errorf("blobs: syncing the folder: %w", err)
	}
	return nil
}

// reader ends when ctx does.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
