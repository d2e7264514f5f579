//go:build e2e

package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/e2e/harness"
)

// unpaged are the rows that no page can drive, with what proves them instead: a test by the file it stands in and a text of it.
var unpaged = map[string]struct{ why, file, proof string }{
	"F37": {"it is about the API alone", "e2e/story_test.go", "F54 F66 P02 cancel the perpetual line"},
}

// TestEveryRowHasItsFlow holds the flows to the rulebook: every capability is driven on pages, or says why not and what proves it.
func TestEveryRowHasItsFlow(t *testing.T) {
	root, err := harness.Root()
	must(t, err)
	text, err := os.ReadFile(filepath.Join(root, "internal/house/rules.txt"))
	must(t, err)
	driven, rows := map[string]bool{}, map[string]bool{}
	for _, f := range flows {
		driven[f.id] = true
	}
	for line := range strings.Lines(string(text)) {
		id, _, _ := strings.Cut(line, " ")
		if !strings.HasPrefix(id, "F") {
			continue
		}
		rows[id] = true
		_, without := unpaged[id]
		switch {
		case driven[id] && without:
			t.Errorf("%s is driven after all", id)
		case !driven[id] && !without:
			t.Errorf("no flow drives %s", id)
		}
	}
	if len(rows) < 81 {
		t.Errorf("only %d rows were found", len(rows))
	}
	for _, f := range flows {
		if !rows[f.id] || f.name == "" {
			t.Errorf("%q %q is of no row, or without a name", f.id, f.name)
		}
	}
	for id, u := range unpaged {
		text, err := os.ReadFile(filepath.Join(root, u.file))
		if err != nil || !strings.Contains(string(text), u.proof) || u.why == "" || !rows[id] {
			t.Errorf("%s: %q is not in %s: %v", id, u.proof, u.file, err)
		}
	}
}
