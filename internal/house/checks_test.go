package house

import (
	"go/ast"
	"go/constant"
	"go/token"
	"slices"
	"strings"
)

// say reports what is wrong with the file, and where.
type say func(at ast.Node, format string, args ...any)

// checks are the rules over single files. Each has bad samples in house_test.go.
var checks = map[string]func(file, say){
	"imports": imports,
	"pure":    pure,
	"clock":   clock,
	"floats":  floats,
	"tags":    tags,
	"length":  length,
	"names":   names,
	"cgo":     cgo,
}

// imports: a room imports only what the table allows it.
func imports(f file, say say) {
	from, listed := f.room()
	if !listed {
		say(f.ast.Name, "%s is not a room of internal/house/rooms.go", from)
		return
	}
	may := mayImport(from, f.test())
	for _, spec := range f.ast.Imports {
		dir, ours := strings.CutPrefix(importPath(spec), module+"/")
		if !ours {
			continue
		}
		if to, _ := roomOf(dir); to != from && !slices.Contains(may, to) {
			say(spec, "%s must not import %s", from, to)
		}
	}
}

// pure: the domain touches nothing of the world outside, and starts nothing.
func pure(f file, say say) {
	if !f.pure() {
		return
	}
	room, _ := f.room()
	for _, spec := range f.ast.Imports {
		if has(impure, importPath(spec)) {
			say(spec, "%s is a pure room: no %s", room, importPath(spec))
		}
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if g, ok := n.(*ast.GoStmt); ok {
			say(g, "%s is a pure room: no goroutines", room)
		}
		return true
	})
}

// clock: only internal/domain/when reads the machine's clock, whether it calls time.Now or hands it on.
func clock(f file, say say) {
	room, _ := f.room()
	shipped := strings.HasPrefix(f.path, "internal/") || strings.HasPrefix(f.path, "cmd/")
	if !shipped || f.test() || room == "when" {
		return
	}
	name := "time"
	for _, spec := range f.ast.Imports {
		if importPath(spec) == "time" && spec.Name != nil {
			name = spec.Name.Name
		}
	}
	if name == "." {
		say(f.ast.Name, "%s imports time with a dot, which hides its clock", room)
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && isIdent(s.X, name) && has("Now Since Until", s.Sel.Name) {
			say(s, "%s reads the machine's clock by time.%s: take a when.Clock", room, s.Sel.Name)
		}
		return true
	})
}

// floats: money is counted, not measured (G24). 1e9 is a whole number and stays allowed.
func floats(f file, say say) {
	room, _ := f.room()
	if !f.pure() || !has(exact, room) {
		return
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if has("float32 float64 ParseFloat FormatFloat AppendFloat", n.Name) {
				say(n, "%s counts in integers: no %s", room, n.Name)
			}
		case *ast.BasicLit:
			if n.Kind == token.FLOAT && constant.ToInt(constant.MakeFromLiteral(n.Value, n.Kind, 0)).Kind() != constant.Int {
				say(n, "%s counts in integers: no %s", room, n.Value)
			}
		}
		return true
	})
}

// tags: the shape of a wire is the business of its door.
func tags(f file, say say) {
	if !f.pure() {
		return
	}
	room, _ := f.room()
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if field, ok := n.(*ast.Field); ok && field.Tag != nil && strings.Contains(field.Tag.Value, "json:") {
			say(field, "%s is a pure room: no json tags", room)
		}
		return true
	})
}

// length: a file that cannot be read in one sitting is two files.
func length(f file, say say) {
	if f.lines > maxLines && !ast.IsGenerated(f.ast) {
		say(f.ast.Name, "%d lines, more than %d", f.lines, maxLines)
	}
}

// names: a package is named after what it holds.
func names(f file, say say) {
	if name := strings.TrimSuffix(f.ast.Name.Name, "_test"); has(nameless, name) {
		say(f.ast.Name, "package %s says nothing of what is inside", name)
	}
}

// cgo: the binary is pure Go, so that it builds and installs anywhere.
func cgo(f file, say say) {
	for _, spec := range f.ast.Imports {
		if importPath(spec) == "C" {
			say(spec, "cgo is not used here")
		}
	}
}

func isIdent(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}
