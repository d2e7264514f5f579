package app_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
	"github.com/comptoir-dev/comptoir/internal/vault/vaulttest"
)

// bothAt is both for tests that reach into the database past the program.
func bothAt(t *testing.T, test func(w *world, url string)) {
	t.Helper()
	story.Both(t, func(t *testing.T, url string, told told) {
		test(newWorld(t, url, told, vaulttest.Secrets(t), nil), url)
	})
}

func (w *world) issue(c party.Customer, o id.Order, ask license.LinkRequest) (app.IssuedLink, error) {
	return do[app.IssuedLink](w, func(req app.Request) (app.Reply, error) {
		return w.IssueLink(context.Background(), w.who, req, c.ID, string(o), 0, ask)
	})
}

// records of one kind about keys and links, newest first.
func (w *world) records(op activity.Operation) []activity.Record {
	w.t.Helper()
	all, err := w.Records(context.Background(), w.who, app.RecordQuery{})
	if err != nil {
		w.t.Fatal(err)
	}
	var found []activity.Record
	for _, rec := range all {
		if rec.Operation == op {
			found = append(found, rec)
		}
	}
	return found
}

// TestR04NothingIsShownThatCannotBeRecorded is G43 with a database that takes no record: no key, no link, no one-time address,
// no refusal, and nothing of them is kept.
func TestR04NothingIsShownThatCannotBeRecorded(t *testing.T) {
	bothAt(t, func(w *world, url string) {
		c := w.seeded.Customers[0]
		o := w.buyOne(c, sandbox.ServerPerpetual, "0001", 1, catalog.OneTime, when.Term{})
		file := license.FileChoice{Version: "2022", Language: "en-US", FileType: "zip"}
		before := w.pool("server", "2022")
		acts := map[string]func() (shown string, err error){
			"a key": func() (string, error) {
				got, err := w.reveal(c, o.ID)
				return string(got.Plain), err
			},
			"a link": func() (string, error) {
				got, err := w.issue(c, o.ID, license.LinkRequest{File: file, Side: license.PartnerSide})
				return string(got.Token), err
			},
			"a one-time address": func() (string, error) {
				got, err := w.issue(c, o.ID, license.LinkRequest{File: file, Side: license.PartnerSide, OneTime: true})
				return string(got.Token), err
			},
			"a refusal": func() (string, error) {
				_, err := do[app.RevealedKey](w, func(req app.Request) (app.Reply, error) {
					return w.RevealKey(context.Background(), w.who, req, c.ID, string(o.ID), 0, license.KeyRequest{Kind: "KMS"})
				})
				if f := fault.Of(err); f != nil {
					return f.Code, err
				}
				return "", err
			},
		}
		db, broken := storetest.Beside(t, url), `CREATE TRIGGER broken BEFORE INSERT ON activity BEGIN SELECT RAISE(ABORT, 'disk'); END`
		mend := `DROP TRIGGER broken`
		if strings.HasPrefix(url, "postgres") {
			broken, mend = `CREATE TRIGGER broken BEFORE INSERT ON activity FOR EACH ROW EXECUTE FUNCTION keep()`, `DROP TRIGGER broken ON activity`
		}
		if _, err := db.ExecContext(context.Background(), broken); err != nil {
			w.t.Fatal(err)
		}
		for name, act := range acts {
			if shown, err := act(); err == nil || strings.Contains(shown, "refused") { // what was made of an act that failed goes nowhere
				w.t.Errorf("%s without a record: %q %v", name, shown, err)
			}
		}
		if p := w.pool("server", "2022"); p != before {
			w.t.Errorf("%+v, before %+v", p, before)
		}
		if _, err := db.ExecContext(context.Background(), mend); err != nil {
			w.t.Fatal(err)
		}
		keys, links := len(w.records(activity.GetSoftwareKey)), len(w.records(activity.GetDownloadLink))
		for name, act := range acts {
			shown, err := act()
			if refusal := name == "a refusal"; shown == "" || (err == nil) == refusal {
				w.t.Errorf("%s with a record: %q %v", name, shown, err)
			}
		}
		if k, l := len(w.records(activity.GetSoftwareKey))-keys, len(w.records(activity.GetDownloadLink))-links; k != 2 || l != 2 {
			w.t.Errorf("%d records of keys, %d of links; want 2 and 2", k, l)
		}
	})
}

// lostVault has lost its key.
type lostVault struct{ app.Vault }

var errLost = errors.New("the vault does not open it")

func (lostVault) OpenSealed(string, []byte) ([]byte, error) { return nil, errLost }

// TestF53RefusedAndFailedRevealsAreRecorded, each once, with why; what was tried is there, what it would have shown is not.
func TestF53RefusedAndFailedRevealsAreRecorded(t *testing.T) {
	both(t, func(w *world) {
		c, ctx := w.seeded.Customers[0], context.Background()
		o := w.buyOne(c, sandbox.WindowsServer, "0001", 1, catalog.Annual, when.Year)
		ask := func(who party.Actor, ask license.KeyRequest) error {
			_, err := do[app.RevealedKey](w, func(req app.Request) (app.Reply, error) {
				return w.RevealKey(ctx, who, req, c.ID, string(o.ID), 0, ask)
			})
			return err
		}
		sales := w.who
		sales.Roles, sales.Name = party.RolesOf(party.SalesAgent), "sam@quainine.example"
		for _, try := range []struct {
			name, reason, actor string
			run                 func() error
		}{
			{"R04 without the role", "role.missing", "sam@quainine.example", func() error { return ask(sales, license.KeyRequest{Version: "2022"}) }},
			{"F50 KMS", "key.kms_refused", w.who.Name, func() error { return ask(w.who, license.KeyRequest{Kind: "KMS"}) }},
			{"F43 no choice of several", "key.choice_needed", w.who.Name, func() error { return ask(w.who, license.KeyRequest{}) }},
			{"a vault that does not open", "internal", w.who.Name, func() error {
				kept := w.Vault
				w.Vault = lostVault{kept}
				defer func() { w.Vault = kept }()
				return ask(w.who, license.KeyRequest{Version: "2022"})
			}},
		} {
			before := len(w.records(activity.GetSoftwareKey))
			if err := try.run(); err == nil {
				w.t.Errorf("%s: shown", try.name)
			}
			after := w.records(activity.GetSoftwareKey)
			if len(after) != before+1 {
				w.t.Errorf("%s: %d records more", try.name, len(after)-before)
				continue
			}
			rec := after[0]
			last := rec.Details[len(rec.Details)-1]
			if rec.Status != activity.Failed || rec.Actor != try.actor || last.Key != "Reason" || last.Value != try.reason || rec.Customer != c.ID || !rec.Security() {
				w.t.Errorf("%s: %+v", try.name, rec)
			}
		}
	})
}
