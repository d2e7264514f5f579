package house

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// dependencies is where every module that our code imports has a line saying what it is for.
const dependencies = root + "/docs/dependencies.md"

// goMod is what the tests read of a go.mod file.
type goMod struct {
	Require []struct{ Path, Version string }
	Replace []struct{ Old struct{ Path string } }
}

// version of a required module; "" when it is not required.
func (m goMod) version(path string) string {
	for _, r := range m.Require {
		if r.Path == path {
			return r.Version
		}
	}
	return ""
}

// direct are the required modules that files of the tree import, tests and tagged files included. The comment
// "// indirect" is not asked: it is right only after go mod tidy.
func (m goMod) direct(tree []file) []string {
	var out []string
	for _, f := range tree {
		for _, spec := range f.ast.Imports {
			best := "" // the longest path wins: x/v2 is another module than x
			for _, r := range m.Require {
				if within(importPath(spec), r.Path) && len(r.Path) > len(best) {
					best = r.Path
				}
			}
			if best != "" {
				out = append(out, best)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func within(pkg, mod string) bool { return pkg == mod || strings.HasPrefix(pkg, mod+"/") }

var rowCell = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| *[^| ]")

// described are the modules that a table has a row for: the name in backquotes, then what it is for.
func described(table string) []string {
	var out []string
	for _, m := range rowCell.FindAllStringSubmatch(table, -1) {
		out = append(out, m[1])
	}
	return out
}

// undescribed tells what is wrong between the code, go.mod and the table.
func undescribed(m goMod, tree []file, table string) []string {
	var out []string
	rows := described(table)
	for _, path := range m.direct(tree) {
		if !slices.Contains(rows, path) {
			out = append(out, fmt.Sprintf("%s is imported and has no line", path))
		}
	}
	for _, path := range rows {
		if m.version(path) == "" {
			out = append(out, fmt.Sprintf("%s has a line and is not in go.mod", path))
		}
	}
	return out
}

func TestDependenciesAreDescribed(t *testing.T) {
	table, err := os.ReadFile(dependencies)
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range undescribed(readMod(t, root+"/go.mod"), readTree(t), string(table)) {
		t.Errorf("docs/dependencies.md: %s", wrong)
	}
}

// TestDependenciesCatch feeds the comparison a missing line, an empty one and a stale one.
func TestDependenciesCatch(t *testing.T) {
	f, err := parse("internal/store/x_test.go", []byte(`package store; import ("fmt"; "a.org/b/v2/c"; "a.org/empty")`))
	if err != nil {
		t.Fatal(err)
	}
	var m goMod
	for _, path := range []string{"a.org/b", "a.org/b/v2", "a.org/empty", "a.org/unused"} {
		m.Require = append(m.Require, struct{ Path, Version string }{path, "v1.0.0"})
	}
	got := undescribed(m, []file{f}, "| module | for |\n|---|---|\n| `a.org/empty` | |\n| `a.org/gone` | nothing |\n")
	want := []string{
		"a.org/b/v2 is imported and has no line",
		"a.org/empty is imported and has no line",
		"a.org/gone has a line and is not in go.mod",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := undescribed(m, []file{f}, "| `a.org/b/v2` | this |\n| `a.org/empty` | that |\n"); len(got) != 0 {
		t.Errorf("complains of a full table: %q", got)
	}
}

// TestLibcIsTheOneSQLiteNames: modernc.org/sqlite is generated code that fits one version of modernc.org/libc; an
// update of anything else must not raise it.
func TestLibcIsTheOneSQLiteNames(t *testing.T) {
	const sqlite, libc = "modernc.org/sqlite", "modernc.org/libc"
	ours := readMod(t, root+"/go.mod")
	if ours.version(sqlite) == "" {
		t.Fatalf("go.mod does not require %s", sqlite)
	}
	var found struct{ GoMod string }
	goJSON(t, &found, "list", "-m", "-json", sqlite)
	if found.GoMod == "" {
		t.Fatalf("the go.mod of %s is not in the module cache: run go mod download", sqlite)
	}
	theirs := readMod(t, found.GoMod)
	if theirs.version(libc) == "" {
		t.Fatalf("%s no longer names %s: this test and its line in docs/dependencies.md can go", sqlite, libc)
	}
	if got, want := ours.version(libc), theirs.version(libc); got != want {
		t.Errorf("go.mod has %s %s; %s %s is made for %s", libc, got, sqlite, ours.version(sqlite), want)
	}
}

// TestNothingIsReplaced: go install …@latest refuses a module with replace directives.
func TestNothingIsReplaced(t *testing.T) {
	for _, r := range readMod(t, root+"/go.mod").Replace {
		t.Errorf("go.mod replaces %s", r.Old.Path)
	}
}

func readMod(t *testing.T, path string) (m goMod) {
	t.Helper()
	if _, err := os.ReadFile(path); err != nil { // read here too: the test cache must see that it changed
		t.Fatal(err)
	}
	goJSON(t, &m, "mod", "edit", "-json", path)
	return m
}

// goJSON runs the go command and decodes what it prints.
func goJSON(t *testing.T, into any, args ...string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", args...).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
		t.Fatalf("go %s: %v", strings.Join(args, " "), err)
	}
	if err := json.Unmarshal(out, into); err != nil {
		t.Fatalf("go %s: %v", strings.Join(args, " "), err)
	}
}
