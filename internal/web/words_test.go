package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/comptoir-dev/comptoir/internal/web/locale"
)

// walk reads every file of the pages with one of the endings.
func walk(t *testing.T, ending string, look func(path, text string)) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ending) || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "uitest") {
			return err
		}
		text, err := os.ReadFile(path)
		n++
		look(path, string(text))
		return err
	})
	if err != nil || n == 0 {
		t.Fatal(n, err)
	}
}

var (
	actions  = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	verbatim = regexp.MustCompile(`(?s)<(kbd|code)[ >].*?</(kbd|code)>`)
	spoken   = regexp.MustCompile(`(?s)\s(?:aria-label|title|placeholder|alt|value|aria-valuetext)="([^"]*)"`)
	tags     = regexp.MustCompile(`(?s)<[^>]*>`)
	attrs    = regexp.MustCompile(`\b[a-z-]+="[^"]*"`) // of an attribute that a part makes
	names    = regexp.MustCompile(`Comptoir`)
	values   = regexp.MustCompile(`^(1h|1d|7d|due|to|1|update|buy|preview|commit)$`) // what buttons send, never shown
)

// No words stand in templates: all come from the catalogues.
func TestTemplatesHoldNoWords(t *testing.T) {
	walk(t, ".html", func(path, text string) {
		text = actions.ReplaceAllString(text, "")
		for _, m := range spoken.FindAllStringSubmatch(text, -1) {
			if letters(m[1]) && !values.MatchString(m[1]) {
				t.Errorf("%s: %q is said by an attribute", path, m[1])
			}
		}
		text = attrs.ReplaceAllString(tags.ReplaceAllString(verbatim.ReplaceAllString(text, ""), "\n"), "")
		for line := range strings.SplitSeq(names.ReplaceAllString(text, ""), "\n") {
			if letters(line) {
				t.Errorf("%s: %q stands in the page", path, strings.TrimSpace(line))
			}
		}
	})
}

func letters(s string) bool { return strings.ContainsFunc(s, unicode.IsLetter) }

// shown are the members of parts that readers see.
var shown = map[string]bool{"Title": true, "Text": true, "Head": true, "Caption": true, "Label": true, "Hint": true, "More": true}

var (
	inGo = regexp.MustCompile(`\.(?:T|HTML|Text)\("([a-z_A-Z0-9.]+)"[,)]`)
	anyT = regexp.MustCompile(`\bt "([a-z_A-Z0-9.]+)"`)
)

// Nor do they stand in Go, and every message that is asked for is there.
func TestMessagesAreThere(t *testing.T) {
	en := locale.Of("en")
	asked := 0
	walk(t, ".go", func(path, text string) {
		for _, m := range inGo.FindAllStringSubmatch(text, -1) {
			asked++
			if !en.Has(m[1]) {
				t.Errorf("%s: no message %q", path, m[1])
			}
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			kv, ok := n.(*ast.KeyValueExpr)
			if !ok {
				return true
			}
			key, ok := kv.Key.(*ast.Ident)
			value, lit := kv.Value.(*ast.BasicLit)
			if ok && lit && shown[key.Name] && value.Kind == token.STRING {
				if s, _ := strconv.Unquote(value.Value); letters(s) {
					t.Errorf("%s: %s is %q, not a message", path, key.Name, s)
				}
			}
			return true
		})
	})
	walk(t, ".html", func(path, text string) {
		for _, action := range actions.FindAllString(text, -1) {
			for _, m := range anyT.FindAllStringSubmatch(action, -1) {
				asked++
				if !en.Has(m[1]) {
					t.Errorf("%s: no message %q", path, m[1])
				}
			}
		}
	})
	if asked < 50 {
		t.Fatalf("only %d messages found: the test reads nothing", asked)
	}
}
