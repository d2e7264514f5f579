package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/e2e/harness"
)

// TestBackup: a copy made while the server runs is whole, and the installation goes back to it.
func TestBackup(t *testing.T) {
	site := harness.Demo(t, harness.SQLite)
	says := func(cmd *exec.Cmd, want string, works bool) {
		t.Helper()
		out, err := cmd.CombinedOutput()
		if (err == nil) != works || !strings.Contains(string(out), want) {
			t.Fatalf("%v: %v\n%s", cmd.Args[1:], err, out)
		}
	}
	file := filepath.Join(t.TempDir(), "copy.db")
	server := site.Start(t)
	says(site.Command("backup", file), "The database is in", true)
	says(site.Command("backup", file), "there already", false)
	says(site.Command("restore", file), "is held", false)
	invoices := func() int64 { return site.Books(t).Count(t, `SELECT COUNT(*) FROM invoice`) }
	were := invoices()
	if ans := site.Client(t).Call(t, "POST", "/sandbox/clock", map[string]any{"advance": "P400D"}); ans.Status != 200 && ans.Status != 202 {
		t.Fatalf("the clock: %d", ans.Status)
	}
	harness.Until(t, "an invoice more", func() bool { return invoices() > were })
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	says(site.Command("restore", file), "Restored", true)
	if _, err := os.Stat(filepath.Join(site.Dir, "checkpoints.txt.before")); err != nil {
		t.Errorf("the checkpoints of what was restored over: %v", err)
	}
	site.Verify(t)
	if is := invoices(); is != were {
		t.Errorf("%d invoices, were %d", is, were)
	}
	site.Start(t)
	if now := harness.Read[struct{ Done int }](t, site.Client(t).Call(t, "GET", "/sandbox/clock", nil), 200); now.Done != 0 {
		t.Errorf("it tells of a jump that has not happened: %v", now)
	}
}

// TestActivateF74: in production the operator plays the publisher.
func TestActivateF74(t *testing.T) {
	harness.Both(t, func(t *testing.T, site *harness.Site) {
		books := site.Books(t)
		row := strings.Split(books.Texts(t, `SELECT partner_id || ' ' || customer_id || ' ' || id FROM subscription WHERE state = 'pending' ORDER BY id LIMIT 1`)[0], " ")
		out, err := site.Command("activate", "--partner", row[0], row[1], row[2]).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "is active") {
			t.Fatalf("%v\n%s", err, out)
		}
		out, err = site.Command("activate", "--partner", row[0], row[1], row[2]).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "activate.already") {
			t.Errorf("again: %v\n%s", err, out)
		}
		site.Verify(t)
	})
}
