// Package vaulttest has secrets for tests: made once in a test binary, because a key of RSA takes longer than most tests, and
// copied for each, so that one may rotate its own.
package vaulttest

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/vault"
)

// Secrets are the test's own, in a folder of its own.
func Secrets(t testing.TB) *vault.Secrets {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "secrets"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Open makes a folder of those secrets, which all copies begin with.
func Open(dir string) (*vault.Secrets, error) {
	files, err := made()
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return nil, err
		}
	}
	return vault.Open(vault.Options{Dir: dir})
}

// made are the files of a secrets folder.
var made = sync.OnceValues(func() (files map[string][]byte, err error) {
	parent, err := os.MkdirTemp("", "comptoir-secrets-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(parent)) }()
	dir := filepath.Join(parent, "secrets")
	if _, err := vault.Open(vault.Options{Dir: dir, Create: true}); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	files = map[string][]byte{}
	for _, e := range entries {
		if files[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			return nil, err
		}
	}
	return files, nil
})
