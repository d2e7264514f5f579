// Package depot is a supplier of product keys that meets its other side in a folder: requests go out as files, keys come back as
// files (app.KeySupplier). Whatever fills the keys in, a program or a person, needs no access to anything else.
package depot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
)

// The two folders of a depot, and what its files end with.
const (
	requests = "requests"
	keys     = "keys"

	requestEnd = ".json"
	keyEnd     = ".key"
)

const (
	maxKey  = 1 << 10 // bytes of a key's file
	maxList = 100_000 // files looked at in a folder
)

// Folder is a depot. Safe for concurrent use.
type Folder struct{ root *os.Root }

var _ app.KeySupplier = (*Folder)(nil)

// Open uses the folder dir; requests and keys in it are made (0700) when they are absent.
func Open(dir string) (*Folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("depot: opening the folder: %w", err)
	}
	for _, sub := range []string{requests, keys} {
		if err := root.Mkdir(sub, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, errors.Join(fmt.Errorf("depot: making a folder: %w", err), root.Close())
		}
	}
	return &Folder{root}, nil
}

// Close gives the folder up.
func (f *Folder) Close() error { return f.root.Close() }

// request is what a request's file says.
type request struct {
	Name      string    `json:"name"` // of the key's file, without its end
	ProductID string    `json:"productId"`
	SkuID     string    `json:"skuId"`
	Title     string    `json:"title"`
	Version   string    `json:"version,omitempty"`
	Quantity  int64     `json:"quantity"`
	OrderedAt time.Time `json:"orderedAt"`
}

// Ask implements app.KeySupplier: it puts the request there unless it is there already, and takes the key if it has come. A
// key's file is whole when it ends with a line's end, so that one that is being written is not taken.
func (f *Folder) Ask(_ context.Context, q app.KeyQuestion) (key string, ok bool, err error) {
	if !named(q.Name) {
		return "", false, errors.New("depot: a request without a name")
	}
	text, err := f.read(keys + "/" + q.Name + keyEnd)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", false, f.request(q)
	case err != nil:
		return "", false, err
	case !strings.HasSuffix(text, "\n"):
		return "", false, nil
	}
	return strings.TrimSpace(text), true, nil
}

func (f *Folder) read(name string) (string, error) {
	info, err := f.root.Lstat(name)
	if err != nil {
		return "", fmt.Errorf("depot: %w", err)
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("depot: %s is no file", name)
	}
	file, err := f.root.Open(name)
	if err != nil {
		return "", fmt.Errorf("depot: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxKey+1))
	if err = errors.Join(err, file.Close()); err != nil {
		return "", fmt.Errorf("depot: reading a key: %w", err)
	}
	if len(text) > maxKey {
		return "", fmt.Errorf("depot: %s is too large for a key", name)
	}
	return string(text), nil
}

// request writes a request aside and puts it in place whole.
func (f *Folder) request(q app.KeyQuestion) error {
	name := requests + "/" + q.Name + requestEnd
	if _, err := f.root.Lstat(name); err == nil {
		return nil
	}
	text, err := json.MarshalIndent(request{q.Name, string(q.Product), string(q.Sku), q.Title, q.Version, q.Quantity, q.OrderedAt.UTC()}, "", "  ")
	if err != nil {
		return fmt.Errorf("depot: a request: %w", err)
	}
	aside := requests + "/." + q.Name
	w, err := f.root.OpenFile(aside, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("depot: a request: %w", err)
	}
	_, err = w.Write(append(text, '\n'))
	if err = errors.Join(err, w.Sync(), w.Close()); err == nil {
		err = f.root.Rename(aside, name)
	}
	if err = errors.Join(err, f.sync(requests)); err != nil {
		return fmt.Errorf("depot: a request: %w", err)
	}
	return nil
}

// Done implements app.KeySupplier: key and request leave the folder.
func (f *Folder) Done(_ context.Context, name string) error {
	if !named(name) {
		return nil
	}
	return errors.Join(f.remove(keys, name+keyEnd), f.remove(requests, name+requestEnd))
}

func (f *Folder) remove(folder, name string) error {
	if err := f.root.Remove(folder + "/" + name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("depot: %w", err)
	}
	return f.sync(folder)
}

// Waiting implements app.KeySupplier: requests of others are withdrawn, keys of others are told of and stay.
func (f *Folder) Waiting(_ context.Context, names map[string]bool) (left []string, err error) {
	asked, err := f.list(requests, requestEnd)
	if err != nil {
		return nil, err
	}
	for _, name := range asked {
		if !names[name] {
			if err := f.remove(requests, name+requestEnd); err != nil {
				return nil, err
			}
		}
	}
	came, err := f.list(keys, keyEnd)
	return slices.DeleteFunc(came, func(name string) bool { return names[name] }), err
}

func (f *Folder) list(folder, end string) (names []string, err error) {
	dir, err := f.root.Open(folder)
	if err != nil {
		return nil, fmt.Errorf("depot: %w", err)
	}
	entries, err := dir.ReadDir(maxList)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if err = errors.Join(err, dir.Close()); err != nil {
		return nil, fmt.Errorf("depot: %w", err)
	}
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), end); ok && named(name) && e.Type().IsRegular() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// named tells whether a text is one of the names that requests have: nothing in it leads elsewhere.
func named(s string) bool {
	return s != "" && len(s) <= 200 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

func (f *Folder) sync(folder string) error {
	if runtime.GOOS == "windows" { // folders cannot be synced there
		return nil
	}
	dir, err := f.root.Open(folder)
	if err != nil {
		return fmt.Errorf("depot: %w", err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}
