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

// bug is a section of bugs.md.
type bug struct {
	title string
	file  string
	diffs [][2]string // lines as they are, lines as they become
}

var found = regexp.MustCompile(`divergence: (seed \d+, step \d+)`)

// TestPlantedBugs builds the simulation with each planted bug in turn and wants it to find them, all but one.
func TestPlantedBugs(t *testing.T) {
	bugs := readBugs(t)
	if len(bugs) < 20 {
		t.Fatalf("only %d bugs in bugs.md", len(bugs))
	}
	for _, b := range bugs { // before any is played: where the code moved on
		src, err := os.ReadFile(filepath.Join("..", b.file))
		if err != nil {
			t.Fatal(err)
		}
		b.planted(t, string(src))
	}
	if t.Failed() {
		return
	}
	var missed []string
	for _, b := range bugs {
		out, err := play(t, b)
		switch where := found.FindStringSubmatch(out); {
		case where != nil:
			t.Logf("%s: found at %s", b.title, where[1])
		case err == nil || strings.Contains(out, "--- FAIL"):
			missed = append(missed, b.title)
			t.Logf("%s: NOT FOUND\n%s", b.title, out)
		default:
			t.Fatalf("%s: does not build: %v\n%s", b.title, err, out)
		}
	}
	t.Logf("%d of %d found", len(bugs)-len(missed), len(bugs))
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
	cmd.Env = append(os.Environ(), "SIM_FROM=1", "SIM_SEEDS="+first(os.Getenv("SIM_SEEDS"), "120"))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// planted is a file with the bug in it.
func (b bug) planted(t *testing.T, text string) string {
	t.Helper()
	for _, d := range b.diffs {
		if n := strings.Count(text, d[0]); n != 1 {
			t.Errorf("%s: these lines stand %d times in %s; bugs.md moves with the code:\n%s", b.title, n, b.file, d[0])
		}
		text = strings.Replace(text, d[0], d[1], 1)
	}
	return text
}

func first(text, otherwise string) string {
	if text != "" {
		return text
	}
	return otherwise
}

// readBugs reads the sections, each with a file and its blocks of changed lines.
func readBugs(t *testing.T) (bugs []bug) {
	t.Helper()
	page, err := os.ReadFile("bugs.md")
	if err != nil {
		t.Fatal(err)
	}
	inside := false
	for line := range strings.Lines(string(page)) {
		b := &bug{}
		if len(bugs) > 0 {
			b = &bugs[len(bugs)-1]
		}
		switch {
		case strings.HasPrefix(line, "## "):
			bugs = append(bugs, bug{title: strings.TrimSpace(line[3:])})
		case strings.HasPrefix(line, "```diff"):
			inside, b.diffs = true, append(b.diffs, [2]string{})
		case strings.HasPrefix(line, "```"):
			inside = false
		case inside && line[0] == '-':
			b.diffs[len(b.diffs)-1][0] += line[1:]
		case inside && line[0] == '+':
			b.diffs[len(b.diffs)-1][1] += line[1:]
		case !inside && strings.HasPrefix(line, "`internal/"):
			b.file = strings.Trim(line, "`\n")
		}
	}
	return bugs
}
