//go:build bugs

package sim

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var found = regexp.MustCompile(`divergence: (seed \d+, step \d+)`)

// TestPlantedBugs builds the simulation with each planted bug in turn and wants it to find them, all but one. Without any it
// finds nothing: else what it finds would not be the bug.
func TestPlantedBugs(t *testing.T) {
	bugs := readBugs(t)
	if out, err := play(t, bug{file: bugs[0].file}); err != nil {
		t.Fatalf("it fails without a bug: %v\n%s", err, out)
	}
	var missed []string
	hits := 0
	for _, b := range bugs {
		t.Run(b.title, func(t *testing.T) {
			out, err := play(t, b)
			switch where := found.FindStringSubmatch(out); {
			case where != nil:
				hits++
				t.Logf("found at %s", where[1])
			case err == nil || strings.Contains(out, "--- FAIL"):
				missed = append(missed, b.title)
				t.Logf("NOT FOUND\n%s", out)
			default:
				t.Fatalf("does not build: %v\n%s", err, out)
			}
		})
	}
	t.Logf("%d found, %d not", hits, len(missed))
	if len(missed) > 1 {
		t.Errorf("not found: %q", missed)
	}
}

// play runs the simulation over a tree with one file changed.
func play(t *testing.T, b bug) (string, error) {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", b.file))
	if err != nil {
		t.Fatal(err)
	}
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := b.planted(t, string(src))
	dir := t.TempDir()
	changed, overlay := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json")
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{path: changed}})
	if err == nil {
		err = os.WriteFile(changed, []byte(text), 0o600)
	}
	if err == nil {
		err = os.WriteFile(overlay, list, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "test", "-overlay", overlay, "-count=1", "-run", "^TestSimulation$", ".")
	cmd.Env = append(os.Environ(), "SIM_FROM=1", "SIM_SEEDS="+first(os.Getenv("SIM_SEEDS"), "200"),
		"SIM_STEPS="+first(os.Getenv("SIM_STEPS"), "2000"))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func first(text, otherwise string) string {
	if text != "" {
		return text
	}
	return otherwise
}
