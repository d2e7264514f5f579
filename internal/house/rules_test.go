package house

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	// parts are the parts of the product that a row of the rulebook can belong to.
	parts = "main-job rules api keys pages publishers operator"
	// finished are the parts whose every row has a test. A part is added here when it is done, and stays.
	finished = "main-job rules keys"

	rulesCopy = "rules.txt"
	// rulebook is the original of the rows, where it lies beside the tree; rules.txt stands in for it elsewhere.
	rulebook = root + "/../shared/design/rules.md"
)

// owned is a row of rules.txt.
type owned struct{ id, part string }

var ownedRow = regexp.MustCompile(`^([RFPE]\d{2}) (\S+)$`)

// readOwned reads rules.txt and tells what is wrong with it: a line that is no row, a part that is not one, an id twice.
func readOwned(text string) (rows []owned, wrong []string) {
	seen := map[string]bool{}
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		m := ownedRow.FindStringSubmatch(line)
		switch {
		case m == nil:
			wrong = append(wrong, fmt.Sprintf("line %d is no row: %q", i+1, line))
			continue
		case !has(parts, m[2]):
			wrong = append(wrong, fmt.Sprintf("%s belongs to %s, which is no part", m[1], m[2]))
		case seen[m[1]]:
			wrong = append(wrong, m[1]+" is there twice")
		}
		seen[m[1]] = true
		rows = append(rows, owned{m[1], m[2]})
	}
	return rows, wrong
}

var bookRow = regexp.MustCompile(`(?m)^\| ([RFPE]\d{2}) \|`)

// drifted compares the copy with the rulebook.
func drifted(rows []owned, book string) (wrong []string) {
	var theirs, ours []string
	for _, m := range bookRow.FindAllStringSubmatch(book, -1) {
		theirs = append(theirs, m[1])
	}
	for _, r := range rows {
		ours = append(ours, r.id)
		if !slices.Contains(theirs, r.id) {
			wrong = append(wrong, r.id+" is not in the rulebook")
		}
	}
	for _, id := range theirs {
		if !slices.Contains(ours, id) {
			wrong = append(wrong, id+" of the rulebook is missing")
		}
	}
	return wrong
}

var (
	idInName = regexp.MustCompile(`[RFPE]\d+`)
	idInText = regexp.MustCompile(`\b[RFPE]\d{2}\b`)
)

// named gathers the ids that tests are named after: in the name of a test function, or in a text of a test file that says
// more than the id (the name of a subtest, of a table's row, of a failure). A text that is nothing but an id is data,
// and a comment proves nothing.
func named(f file, ids map[string]bool) {
	room, _ := f.room()
	if !f.test() || room == "house" {
		return
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			name := n.Name.Name
			if !strings.HasPrefix(name, "Test") {
				break
			}
			for _, at := range idInName.FindAllStringIndex(name, -1) {
				word := at[0] > 0 && 'A' <= name[at[0]-1] && name[at[0]-1] <= 'Z' // the F of UTF16
				if id := name[at[0]:at[1]]; len(id) == 3 && !word {
					ids[id] = true
				}
			}
		case *ast.BasicLit:
			text, err := strconv.Unquote(n.Value)
			if n.Kind != token.STRING || err != nil || idInText.FindString(text) == text {
				break
			}
			for _, id := range idInText.FindAllString(text, -1) {
				ids[id] = true
			}
		}
		return true
	})
}

// unproved are the ids of finished parts that no test of the tree is named after.
func unproved(rows []owned, done string, tree []file) (wrong []string) {
	ids := map[string]bool{}
	for _, f := range tree {
		named(f, ids)
	}
	for _, r := range rows {
		if has(done, r.part) && !ids[r.id] {
			wrong = append(wrong, fmt.Sprintf("%s belongs to %s, which is finished, and no test is named after it", r.id, r.part))
		}
	}
	return wrong
}

// TestEveryRuleHasItsTest holds the tests to the rulebook: every row has an owner, every row of a finished part a test.
func TestEveryRuleHasItsTest(t *testing.T) {
	text, err := os.ReadFile(rulesCopy)
	if err != nil {
		t.Fatal(err)
	}
	rows, wrong := readOwned(string(text))
	book, err := os.ReadFile(rulebook)
	switch {
	case err == nil:
		wrong = append(wrong, drifted(rows, string(book))...)
	case !errors.Is(err, fs.ErrNotExist):
		t.Error(err)
	}
	wrong = append(wrong, unproved(rows, finished, readTree(t))...)
	for _, w := range wrong {
		t.Errorf("%s: %s", rulesCopy, w)
	}
	for part := range strings.FieldsSeq(finished) {
		if !slices.ContainsFunc(rows, func(r owned) bool { return r.part == part }) {
			t.Errorf("the finished part %s owns nothing", part)
		}
	}
}

// TestRulesCatch feeds the reading, the comparison and the scan what they must report, and what they must let through.
func TestRulesCatch(t *testing.T) {
	rows, wrong := readOwned("# a comment\nR01 main-job\nF99 attic\nR01 rules\nF33  rules\nG20 rules\nF34 rules")
	if want := []string{
		"F99 belongs to attic, which is no part", "R01 is there twice", `line 5 is no row: "F33  rules"`, `line 6 is no row: "G20 rules"`,
	}; !slices.Equal(wrong, want) {
		t.Errorf("reading: %q", wrong)
	}
	if len(rows) != 4 {
		t.Errorf("%d rows", len(rows))
	}
	book := "| R01 | buy |\n| F33 | cancel, see E24 |\n| G20 | no row |\n E01 | no table |\n"
	if got := drifted([]owned{{"R01", "rules"}, {"E01", "rules"}}, book); !slices.Equal(got, []string{"E01 is not in the rulebook", "F33 of the rulebook is missing"}) {
		t.Errorf("comparison: %q", got)
	}
	if got := drifted([]owned{{"F33", "rules"}, {"R01", "rules"}}, book); len(got) != 0 {
		t.Errorf("comparison complains: %q", got)
	}

	for _, c := range []struct {
		path, src string
		named     bool
	}{
		{"internal/app/x_test.go", `package app; func TestF33Late(t *testing.T) {}`, true},
		{"internal/app/x_test.go", `package app; func TestE21F33(t *testing.T) {}`, true},
		{"internal/app/x_test.go", `package app; var rows = []row{{"F33 last microsecond", 1}}`, true},
		{"internal/app/x_test.go", `package app; func f() { t.Run("after its window: F33", nil) }`, true},
		{"internal/app/x_test.go", "package app; var name = `E21 F33 late`", true},
		{"e2e/x_test.go", "//go:build e2e\n\npackage e2e; func TestF33(t *testing.T) {}", true},

		{"internal/app/x_test.go", `package app; func f() {} // F33`, false},
		{"internal/app/x_test.go", "package app\n\n// TestLate: F33.\nfunc TestLate(t *testing.T) {}", false},
		{"internal/app/x_test.go", `package app; var row = Row{Policy: "F33"}`, false},
		{"internal/app/x_test.go", `package app; var s = "XF33 F331 f33 F3 3"`, false},
		{"internal/app/x_test.go", `package app; func TestUTF33(t *testing.T) {}; func TestF331(t *testing.T) {}; func fakeF33() {}`, false},
		{"internal/app/x.go", `package app; const s = "F33 is not a test"`, false},
		{"internal/house/x_test.go", `package house; const sample = "F33 in a sample"`, false},
	} {
		f, err := parse(c.path, []byte(c.src))
		if err != nil {
			t.Fatalf("sample %s: %v", c.src, err)
		}
		got := unproved([]owned{{"F33", "main-job"}, {"F34", "rules"}}, "main-job", []file{f})
		if c.named != (len(got) == 0) {
			t.Errorf("%s %q: %q", c.path, c.src, got)
		}
	}
}
