package vault

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// maxSecret bounds a secret file, in bytes.
const maxSecret = 64 << 10

func trim(text []byte) []byte { return bytes.TrimSpace(text) }

// readSecret reads a file that nobody else can read.
func readSecret(path string) ([]byte, error) {
	before, err := os.Lstat(path)
	if err != nil {
		return nil, fmt.Errorf("vault: a secret is missing, restore it from its backup: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("vault: opening a secret: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("vault: looking at a secret: %w", err)
	}
	// SameFile: what was looked at is what was opened, and no symbolic link led there.
	if !before.Mode().IsRegular() || !os.SameFile(before, info) {
		return nil, fmt.Errorf("vault: %s is not a regular file", path)
	}
	if shared(info.Mode(), 0o077) {
		return nil, fmt.Errorf("vault: %s can be read by others: chmod 600", path)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return nil, fmt.Errorf("vault: reading a secret: %w", err)
	}
	if len(text) > maxSecret {
		return nil, fmt.Errorf("vault: %s is too large", path)
	}
	return text, nil
}

// writeSecret makes a new file that only we can read, durable before it returns.
func writeSecret(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("vault: making a secret file: %w", err)
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("vault: writing a secret file: %w", err)
	}
	return nil
}

// addSecret makes a secret that its folder lacks. Of two that do so at once one wins, and both read its text.
func addSecret(path string, made func() ([]byte, error)) ([]byte, error) {
	text, err := made()
	if err != nil {
		return nil, err
	}
	fresh := path + ".new-" + rand.Text()
	if err := writeSecret(fresh, text); err != nil {
		return nil, err
	}
	err = os.Link(fresh, path)
	if err = errors.Join(ignore(err, os.ErrExist), os.Remove(fresh), syncFolder(filepath.Dir(path))); err != nil {
		return nil, fmt.Errorf("vault: adding a secret: %w", err)
	}
	return readSecret(path)
}

func ignore(err, what error) error {
	if errors.Is(err, what) {
		return nil
	}
	return err
}

// replaceSecret puts text in the place of path: after a power cut either the old or the new one is there.
func replaceSecret(path string, text []byte) error {
	fresh := path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("vault: removing what an interrupted rotation left: %w", err)
	}
	if err := writeSecret(fresh, text); err != nil {
		return err
	}
	if err := os.Rename(fresh, path); err != nil {
		return fmt.Errorf("vault: replacing a secret: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

// checkFolder refuses a secrets folder that is not ours alone to write to.
func checkFolder(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("vault: looking at the secrets folder: %w", err)
	}
	if !info.IsDir() || shared(info.Mode(), 0o022) || !ours(info) {
		return fmt.Errorf("vault: %s is not a folder of this user alone: chown it, chmod 700", dir)
	}
	return nil
}

// shared tells whether mode gives others any of the bits. Windows keeps no such bits.
func shared(mode os.FileMode, bits os.FileMode) bool {
	return runtime.GOOS != "windows" && mode.Perm()&bits != 0
}

func syncFolder(dir string) error {
	if runtime.GOOS == "windows" { // folders cannot be synced there
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("vault: syncing a folder: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("vault: syncing a folder: %w", err)
	}
	return nil
}
