package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/web/locale"
)

// faultCode is what the source says of a code: the values it comes with, where every place names them.
type faultCode struct {
	where string
	args  []string
	open  bool // somewhere the values are made elsewhere
}

// faultsOf reads every fault that a caller of the pages can be given: those of all rooms but the API's own.
func faultsOf(t *testing.T) map[string]*faultCode {
	t.Helper()
	codes := map[string]*faultCode{}
	kinds := []string{"Invalid", "Refuse", "NotFound", "Conflict", "Deny", "Unavailable"}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "api" || d.Name() == "house" || d.Name() == "storetest"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 2 {
				return true
			}
			name, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !slices.Contains(kinds, name.Sel.Name) {
				return true
			}
			if room, ok := name.X.(*ast.Ident); !ok || room.Name != "fault" {
				return true
			}
			lit, ok := call.Args[0].(*ast.BasicLit)
			if !ok {
				return true
			}
			code, _ := strconv.Unquote(lit.Value)
			c := codes[code]
			if c == nil {
				c = &faultCode{where: path}
				codes[code] = c
			}
			switch args := call.Args[1].(type) {
			case *ast.CompositeLit:
				for _, e := range args.Elts {
					key, _ := strconv.Unquote(e.(*ast.KeyValueExpr).Key.(*ast.BasicLit).Value)
					c.args = append(c.args, key)
				}
			case *ast.Ident:
				c.open = c.open || args.Name != "nil"
			default:
				c.open = true
			}
			return true
		})
		return nil
	})
	if err != nil || len(codes) < 250 {
		t.Fatalf("%d faults found: %v", len(codes), err)
	}
	return codes
}

var faultHole = regexp.MustCompile(`\{([a-z]+)\}`)

// Every refusal is a sentence in every language, and says nothing that its fault does not know.
func TestEveryFaultIsSaid(t *testing.T) {
	for code, c := range faultsOf(t) {
		key := "fault." + code
		for _, tag := range locale.Languages {
			l := locale.Of(tag)
			if !l.Has(key) {
				t.Errorf("%s: %q has no sentence in %s", c.where, code, tag)
				continue
			}
			for _, m := range faultHole.FindAllStringSubmatch(l.Text(key, "n", 1), -1) {
				if !c.open && !slices.Contains(c.args, m[1]) {
					t.Errorf("%s: %q in %s says {%s}, which the fault does not have", c.where, code, tag, m[1])
				}
			}
		}
	}
}

var operations = regexp.MustCompile(`(?m)^\s+\w+\s+Operation\s+= "([a-z_]+)"`)

// Every kind of record has its name.
func TestEveryOperationIsNamed(t *testing.T) {
	text, err := os.ReadFile("../domain/activity/record.go")
	found := operations.FindAllStringSubmatch(string(text), -1)
	if err != nil || len(found) < 40 {
		t.Fatalf("%d operations found: %v", len(found), err)
	}
	for _, m := range found {
		if !locale.Of("en").Has("op." + m[1]) {
			t.Errorf("%q has no name", m[1])
		}
	}
}
