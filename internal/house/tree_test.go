package house

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	root   = "../.."
	module = "github.com/comptoir-dev/comptoir"
)

// file is one Go file of the tree. Every file counts, whatever its build tags.
type file struct {
	path  string // from the root, with slashes
	lines int
	fset  *token.FileSet
	ast   *ast.File
}

func parse(name string, src []byte) (file, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	return file{path: name, lines: bytes.Count(src, []byte("\n")), fset: fset, ast: f}, err
}

func (f file) test() bool { return strings.HasSuffix(f.path, "_test.go") }

// pure tells whether f is code of the domain; its tests may read files and the like.
func (f file) pure() bool { return strings.HasPrefix(f.path, "internal/domain/") && !f.test() }

// room is the row of the table that the file belongs to.
func (f file) room() (string, bool) { return roomOf(path.Dir(f.path)) }

// roomOf is the row that a folder (from the root) belongs to: its own or that of the nearest folder above.
// Without one it answers the folder itself and false.
func roomOf(dir string) (string, bool) {
	name := strings.TrimPrefix(strings.TrimPrefix(dir, "internal/"), "domain/")
	for at := name; at != "."; at = path.Dir(at) {
		for _, r := range rooms {
			if r.room == at {
				return at, true
			}
		}
	}
	return name, false
}

// mayImport is what the table allows a room, tests or not.
func mayImport(room string, test bool) []string {
	var may string
	for _, r := range rooms {
		if r.room == room {
			may = r.may
		}
	}
	if test {
		may += " " + testsToo[room]
	}
	return strings.Fields(may)
}

// importPath is the path an import names.
func importPath(s *ast.ImportSpec) string { return strings.Trim(s.Path.Value, "`\"") }

// has tells whether word is one of words.
func has(words, word string) bool { return slices.Contains(strings.Fields(words), word) }

// readTree parses every Go file under the root.
func readTree(t *testing.T) []file {
	t.Helper()
	var tree []file
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			hidden := name != root && (d.Name()[0] == '.' || d.Name()[0] == '_')
			if hidden || d.Name() == "testdata" {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		f, err := parse(filepath.ToSlash(rel), src)
		if err != nil {
			return fmt.Errorf("parse: %w", err)
		}
		tree = append(tree, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(tree, func(f file) bool { return f.path == "internal/house/rooms.go" }) {
		t.Fatal("the walk over the tree did not even find this package")
	}
	return tree
}

// complaints runs one check over one file.
func complaints(c func(file, say), f file) []string {
	var out []string
	c(f, func(at ast.Node, format string, args ...any) {
		line := f.fset.Position(at.Pos()).Line
		out = append(out, fmt.Sprintf("%s:%d: %s", f.path, line, fmt.Sprintf(format, args...)))
	})
	return out
}
