package sim

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// bug is a section of bugs.md.
type bug struct {
	title string
	file  string
	diffs [][2]string // lines as they are, lines as they become
}

// TestPlantedBugsMoveWithTheCode: the lines that bugs.md changes stand where it says.
func TestPlantedBugsMoveWithTheCode(t *testing.T) {
	bugs := readBugs(t)
	if len(bugs) < 20 {
		t.Fatalf("only %d bugs in bugs.md", len(bugs))
	}
	for _, b := range bugs {
		src, err := os.ReadFile(filepath.Join("..", b.file))
		if err != nil {
			t.Fatal(err)
		}
		b.planted(t, string(src))
	}
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
