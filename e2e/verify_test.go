package e2e

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/e2e/harness"
)

// TestVerifyFinds: whoever writes past the program into its books is found out, by the exit status too (G13).
func TestVerifyFinds(t *testing.T) {
	for _, c := range []struct{ name, tamper, says string }{
		{"nothing", ``, "0 differences"},
		{"an amount that was changed", `DROP TRIGGER posting_no_update;
			UPDATE posting SET amount = amount + 1 WHERE rowid = (SELECT MAX(rowid) FROM posting)`, "is off by 1 in"},
		{"a charge without its entry", `DROP TRIGGER posting_no_delete;
			DELETE FROM posting WHERE entry_id = (SELECT MAX(entry_id) FROM posting)`, "its entry 0"},
		{"a record that was changed", `DROP TRIGGER activity_no_update; UPDATE activity SET at = at + 1 WHERE seq = 3`, "record 2 (partner"},
		{"a record that is gone", `DROP TRIGGER activity_no_delete; DELETE FROM activity WHERE seq = 3`, "record 2 is missing"},
		{"an invoice that is missing", `DROP TRIGGER invoice_no_delete; DELETE FROM invoice WHERE number = 1`, "but the last number is"},
	} {
		t.Run(c.name, func(t *testing.T) {
			site := harness.Demo(t, harness.SQLite)
			if c.tamper != "" {
				tamper(t, filepath.Join(site.Dir, "comptoir.db"), c.tamper)
			}
			out, err := site.Command("verify").CombinedOutput()
			if !strings.Contains(string(out), c.says) || (err != nil) != (c.tamper != "") {
				t.Errorf("verify: %v\n%s\nwant %q", err, out, c.says)
			}
		})
	}
}

func tamper(t *testing.T, file, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), statements); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
