package blobs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// uploadPrefix begins the names of files that come in parts: Valid refuses them, so they are never served.
const uploadPrefix = ".upload-"

// UploadOf is the upload whose file Sweep asks about by that name; ok is false for any other name.
func (*Folder) UploadOf(name string) (upload string, ok bool) {
	return strings.CutPrefix(name, uploadPrefix)
}

// lost is what a folder says of an upload that does not reach as far as somebody believes.
func lost() error { return fault.NotFound("blob.lost", nil) }

// Resume opens an upload, a Valid name of its own, to be written to from its byte at on; what lay behind is cut off. One at a
// time holds it, also among processes. The caller closes it. Faults: "upload.busy"; "blob.lost" where the file is shorter, or
// is not there and at is not 0.
func (f *Folder) Resume(upload string, at int64) (_ app.Part, err error) {
	if !Valid(upload) || at < 0 || at > f.max {
		return nil, lost()
	}
	flags := os.O_WRONLY
	if at == 0 {
		flags |= os.O_CREATE
	}
	w, err := f.root.OpenFile(uploadPrefix+upload, flags, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, lost()
	}
	if err != nil {
		return nil, fmt.Errorf("blobs: opening an upload: %w", err)
	}
	defer func() {
		if err != nil {
			_ = w.Close() // nothing was written
		}
	}()
	if !alone(w) {
		return nil, fault.Conflict("upload.busy", nil)
	}
	info, err := w.Stat()
	switch {
	case err != nil:
		return nil, fmt.Errorf("blobs: looking at an upload: %w", err)
	case !info.Mode().IsRegular() || info.Size() < at:
		return nil, lost()
	}
	if err := w.Truncate(at); err != nil {
		return nil, fmt.Errorf("blobs: cutting an upload: %w", err)
	}
	if _, err := w.Seek(at, io.SeekStart); err != nil {
		return nil, fmt.Errorf("blobs: an upload: %w", err)
	}
	if at == 0 {
		if err := f.sync(); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// Place makes an upload of exactly size bytes the file name, replacing one that is there. Fault: "blob.lost" where there is no
// such upload.
func (f *Folder) Place(upload, name string, size int64) error {
	if !Valid(upload) || !Valid(name) {
		return lost()
	}
	aside := uploadPrefix + upload
	info, err := f.root.Lstat(aside)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && (!info.Mode().IsRegular() || info.Size() != size):
		return lost()
	case err != nil:
		return fmt.Errorf("blobs: looking at an upload: %w", err)
	}
	if err := f.root.Rename(aside, name); err != nil {
		return fmt.Errorf("blobs: putting an upload in place: %w", err)
	}
	return f.sync()
}

// Discard removes an upload; one that is not there is no error.
func (f *Folder) Discard(upload string) error {
	if !Valid(upload) {
		return nil
	}
	if err := f.root.Remove(uploadPrefix + upload); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("blobs: removing an upload: %w", err)
	}
	return f.sync()
}

// Size is how many bytes the file name has; ok is false where there is none.
func (f *Folder) Size(name string) (size int64, ok bool, err error) {
	b, err := f.Open(name)
	if errors.Is(err, ErrNoBlob) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	return b.Size, true, b.Close()
}
