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

// toCome are the rows whose flow is not written yet: of customers, catalogue, cart, add-ons and the life of subscriptions.
const toCome = `F01 F02 F04 F05 F06 F07 F08 F09 F10 F11 F12 F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23 F24 F25 F26 F27 F28 F29
	F31 F33 F34 F35 F36 F38 F39 F40 F41 F76 F81`

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
	waits := map[string]bool{}
	for _, id := range strings.Fields(toCome) {
		waits[id] = true
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
		case driven[id] && waits[id]:
			t.Errorf("%s is driven and still to come", id)
		case !driven[id] && !without && !waits[id]:
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
