// Package harness starts the real binary for tests: on a demo, on either engine, on a free port; and gives them a strict
// client of its API and a look at its database. A test binary that uses it calls Main from its TestMain.
package harness

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/store/storetest/pg"
)

// Main runs the tests, then removes what they were given: the binary, the demos, the PostgreSQL server.
//
//	func TestMain(m *testing.M) { harness.Main(m) }
func Main(m *testing.M) {
	var err error
	if workshop, err = os.MkdirTemp("", "comptoir-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	for _, err := range []error{pg.StopShared(), os.RemoveAll(workshop)} {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// workshop is the folder of the binary and of the demos that are copied; made by Main.
var workshop string

// Binary builds the program, once for all tests, and gives its path.
func Binary(t testing.TB) string {
	t.Helper()
	if workshop == "" {
		t.Fatal("harness: this package needs func TestMain(m *testing.M) { harness.Main(m) }")
	}
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var built = sync.OnceValues(func() (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	path := filepath.Join(workshop, "comptoir")
	cmd := exec.Command("go", "build", "-trimpath", "-o", path, "./cmd/comptoir")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building: %w\n%s", err, out)
	}
	return path, nil
})

// Root is the folder of go.mod: tests run in the folder of their package.
func Root() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", os.ErrNotExist
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}
