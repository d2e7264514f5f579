package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/e2e/harness"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// step is a block of commands of the README's tour, and what it says that they print.
type step struct{ commands, prints string }

var blocks = regexp.MustCompile("(?s)```(sh|text)\n(.*?)```\n")

// tour reads the steps between the markers of the README.
func tour(t *testing.T) (steps []step) {
	t.Helper()
	root, err := harness.Root()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, begun := strings.Cut(string(text), "<!-- tour -->")
	inside, _, ended := strings.Cut(rest, "<!-- /tour -->")
	if !begun || !ended {
		t.Fatal("the README has no tour")
	}
	for _, b := range blocks.FindAllStringSubmatch(inside, -1) {
		switch {
		case b[1] == "sh":
			steps = append(steps, step{commands: b[2]})
		case len(steps) == 0 || steps[len(steps)-1].prints != "":
			t.Fatalf("nothing prints this:\n%s", b[2])
		default:
			steps[len(steps)-1].prints = b[2]
		}
	}
	if len(steps) < 5 {
		t.Fatalf("the tour has %d steps", len(steps))
	}
	return steps
}

// TestTour walks the README's tour as a newcomer does: the commands as they stand there, beside a demo that was just made.
func TestTour(t *testing.T) {
	const next = "--- next step"
	home := t.TempDir()
	site := harness.New(t, harness.SQLite, "")
	site.Dir = filepath.Join(home, "comptoir-demo")
	server := site.Start(t)
	steps := tour(t)
	var script strings.Builder
	for _, s := range steps {
		fmt.Fprintf(&script, "%s\necho '%s'\n", s.commands, next)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-eu", "-o", "pipefail", "-c", script.String())
	cmd.Dir = home
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil || complaints.Len() > 0 {
		t.Errorf("bash: %v\n%s\n%s\n%s", err, complaints.String(), out, server.Log())
	}
	printed := strings.Split(string(out), next+"\n")
	for i, s := range steps {
		if i >= len(printed)-1 {
			t.Fatalf("the tour ends before its step %d", i+1)
		}
		if want := promised(s.prints); !want.MatchString(plain(printed[i])) {
			t.Errorf("step %d prints\n%s\nthe README says\n%s\nthe commands are\n%s", i+1, printed[i], s.prints, s.commands)
		}
	}
}

// promised is what the README says a step prints, as a pattern: … stands for anything within a line. Its figures are those
// of a year without a leap day; in the others 3 of 366 days are kept: 365.00 × 3 / 366 = 2.99, so that 362.01 comes back.
func promised(text string) *regexp.Regexp {
	if now := time.Now().UTC(); when.Next(now, now.Day(), when.Year).Sub(now) != 365*24*time.Hour {
		text = strings.NewReplacer("of 365 days", "of 366 days", "-362.00", "-362.01").Replace(text)
	}
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(plain(text)), "…", "[^\n]*") + "$")
}

// plain leaves out the zeros that some versions of jq keep and others do not.
func plain(text string) string { return strings.ReplaceAll(text, ".00 ", " ") }
