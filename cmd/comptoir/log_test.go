package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// printed is what a command prints, and how it ends.
func printed(t *testing.T, run func() error) (string, error) {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "out")
	if err != nil {
		t.Fatal(err)
	}
	before := os.Stdout
	os.Stdout = file
	ended := run()
	os.Stdout = before
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text), ended
}

// TestF53LogCommands: from a checkpoint over an export and a proof to what is left when somebody has written into the file.
func TestF53LogCommands(t *testing.T) {
	ctx, st := context.Background(), storage{Data: filepath.Join(t.TempDir(), "data")}
	s, err := st.open(ctx, logger())
	if err != nil {
		t.Fatal(err)
	}
	demo, err := s.seed(ctx)
	if err != nil {
		t.Fatal(err)
	}
	who, err := s.steward(ctx, string(demo.Tenant))
	if err != nil {
		t.Fatal(err)
	}
	records, err := s.app.Records(ctx, withRoles(who, party.GlobalAdmin), app.RecordQuery{Limit: 1})
	if err != nil || len(records) != 1 {
		t.Fatal(records, err)
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}

	note, err := printed(t, func() error { return logCheckpointCommand{st}.Run(ctx) })
	if err != nil || len(activity.Notes([]byte(note))) != 1 {
		t.Fatalf("checkpoint: %q %v", note, err)
	}
	if again, err := printed(t, func() error { return logCheckpointCommand{st}.Run(ctx) }); err != nil || again != note {
		t.Errorf("nothing came, and the checkpoint is another: %q %v", again, err)
	}
	dir := t.TempDir()
	elsewhere := filepath.Join(dir, "mail.txt")
	if err := os.WriteFile(elsewhere, []byte("Subject: x\n\nKeep this.\n\n"+note), 0o600); err != nil {
		t.Fatal(err)
	}
	key, err := printed(t, func() error { return logKeyCommand{st}.Run(ctx) })
	if err != nil {
		t.Fatal(err)
	}
	key = strings.TrimSpace(key)
	verify := func() (string, error) {
		return printed(t, func() error { return verifyCommand{storage: st, Checkpoints: []string{elsewhere}}.Run(ctx) })
	}
	if out, err := verify(); err != nil || !strings.Contains(out, "books: 0 differences") || !strings.Contains(out, "2 checkpoints") || !strings.HasSuffix(out, ": 0 differences\n") {
		t.Errorf("verify: %v\n%s", err, out)
	}

	export := filepath.Join(dir, "log.jsonl")
	if _, err := printed(t, func() error { return logExportCommand{storage: st, File: export}.Run(ctx) }); err != nil {
		t.Fatal(err)
	}
	if err := (logExportCommand{storage: st, File: export}).Run(ctx); err == nil {
		t.Error("an export is written over another")
	}
	proof, err := printed(t, func() error {
		return logProveCommand{storage: st, Partner: demoDomain, Record: string(records[0].ID)}.Run(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	proofFile := filepath.Join(dir, "proof.json")
	if err := os.WriteFile(proofFile, []byte(proof), 0o600); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(export)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(whole, []byte("\n"))
	made := 0
	changed := func(change func(l [][]byte) [][]byte) string {
		made++
		file := filepath.Join(dir, fmt.Sprintf("changed-%d.jsonl", made))
		copied := make([][]byte, len(lines))
		copy(copied, lines)
		if err := os.WriteFile(file, bytes.Join(change(copied), nil), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	const other = "comptoir-test+d244cb48+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
	for _, c := range []struct {
		name string
		file string
		keys []string
		says string
		good bool
	}{
		{"an export", export, []string{key}, ": 0 differences", true},
		{"by one of several keys", export, []string{other, key}, ": 0 differences", true},
		{"a proof", proofFile, []string{key}, "was in the log of comptoir-", true},
		{"an export, by another key", export, []string{other}, "holds no checkpoint that can be trusted", false},
		{"a proof, by another key", proofFile, []string{other}, "", false},
		{"no key", export, []string{"x"}, "", false},
		{"neither", elsewhere, []string{key}, "", false},
		{"a record that was changed", changed(func(l [][]byte) [][]byte {
			l[9] = bytes.Replace(l[9], []byte(`succeeded`), []byte(`Succeeded`), 1)
			return l
		}), []string{key}, "record 7 (partner", false},
		{"one that is missing", changed(func(l [][]byte) [][]byte { return append(l[:9], l[10:]...) }), []string{key}, "record 7 is missing", false},
		{"the end is missing", changed(func(l [][]byte) [][]byte { return l[:20] }), []string{key}, "are missing", false},
		{"no checkpoints", changed(func(l [][]byte) [][]byte { return append(l[:1], l[2:]...) }), []string{key}, "holds no checkpoint", false},
		{"cut in a line", changed(func(l [][]byte) [][]byte { l[20] = l[20][:30]; return l[:21] }), []string{key}, "line 21 is no record", false},
		{"nothing", changed(func([][]byte) [][]byte { return nil }), []string{key}, "", false},
	} {
		if out, err := printed(t, func() error { return logVerifyCommand{File: c.file, Key: c.keys}.Run() }); (err == nil) != c.good || !strings.Contains(out, c.says) {
			t.Errorf("%s: %v\n%s", c.name, err, out)
		}
	}

	// Somebody writes into the database. The hashes are theirs too; the checkpoint elsewhere is not.
	storetest.Tamper(t, st.url(), `UPDATE activity SET body = json_set(body, '$.status', 'failed') WHERE seq = 5`)
	if out, err := verify(); err == nil || !strings.Contains(out, "record 4 (partner") {
		t.Errorf("verify: %v\n%s", err, out)
	}
}

func withRoles(who party.Actor, roles ...party.Role) party.Actor {
	who.Roles = party.RolesOf(roles...)
	return who
}

// TestF53UserErase forgets somebody, also after the removal.
func TestF53UserErase(t *testing.T) {
	ctx, st := context.Background(), storage{Data: filepath.Join(t.TempDir(), "data")}
	for _, name := range []string{"ops@centre.example", "eve@centre.example", "sam@centre.example"} {
		typed(t, "a password of hers\n")
		if err := (userAddCommand{storage: st, Name: name, Role: []string{"OA"}}).Run(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if err := (userRemoveCommand{st, "sam@centre.example"}).Run(ctx); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"eve@centre.example", "SAM@centre.example"} {
		if _, err := printed(t, func() error { return userEraseCommand{st, name}.Run(ctx) }); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := (userEraseCommand{st, name}).Run(ctx); err == nil {
			t.Errorf("%s is erased twice", name)
		}
	}
	export := filepath.Join(t.TempDir(), "log.jsonl")
	if _, err := printed(t, func() error { return logExportCommand{storage: st, File: export}.Run(ctx) }); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(export)
	if err != nil {
		t.Fatal(err)
	}
	var head struct{ Records int }
	if err := json.NewDecoder(bytes.NewReader(whole)).Decode(&head); err != nil || head.Records != 6 || bytes.Contains(whole, []byte("centre.example")) {
		t.Errorf("%d records, or a name among them: %v", head.Records, err)
	}
	s, err := st.open(ctx, logger())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.close() }()
	who, err := s.steward(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	records, err := s.app.Records(ctx, withRoles(who, party.GlobalAdmin), app.RecordQuery{})
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]int{}
	for _, r := range records {
		for _, d := range r.Details {
			if d.Key == "UserPrincipalName" {
				named[d.Value]++
			}
		}
	}
	if len(records) != 6 || named["ops@centre.example"] != 1 || named[activity.Erased] != 3 || len(named) != 2 {
		t.Errorf("%d records of %v", len(records), named)
	}
}
