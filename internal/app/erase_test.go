package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/activity/activitytest"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// plainCredentials are none: nobody signs in here.
type plainCredentials struct{}

func (plainCredentials) HashPassword(plain string) string             { return "hash of " + plain }
func (plainCredentials) NewPassword() string                          { return "correct horse battery" }
func (plainCredentials) NewSecret() (plain, hash, fingerprint string) { return "s", "h", "f" }

// TestF53AnErasedPersonIsForgotten: the name is gone from the log and from every byte of the database, what was done is
// still there, and the tree still holds it.
func TestF53AnErasedPersonIsForgotten(t *testing.T) {
	bothAt(t, func(w *world, url string) {
		ctx := context.Background()
		w.Credentials = plainCredentials{}
		signer, key := activitytest.Key(w.t, "log-1", 1)
		tree := app.Integrator{Store: w.store, Key: signer, Wall: when.NewFixed(now)}
		admin := w.who
		admin.Proved = true
		admit := func(upn string, roles ...party.Role) party.Person {
			w.t.Helper()
			a, err := do[app.Admitted](w, func(req app.Request) (app.Reply, error) {
				return w.Admit(ctx, admin, req, party.Person{UPN: upn, Roles: party.RolesOf(roles...)}, "", true)
			})
			if err != nil {
				w.t.Fatal(err)
			}
			return a.Person
		}
		boss := admit("boss@quainine.example", party.GlobalAdmin)
		eve := admit("eve.adams@quainine.example", party.AdminAgent, party.GlobalAdmin)
		acts := func(p party.Person, name string) {
			w.t.Helper()
			who := w.who
			who.User, who.Alias, who.Name, who.Proved = p.ID, p.Alias, p.UPN, true
			if _, err := do[any](w, func(req app.Request) (app.Reply, error) {
				return w.ChangePartnerUser(ctx, who, req, boss.ID, app.PersonChange{DisplayName: &name})
			}); err != nil {
				w.t.Fatal(err)
			}
		}
		acts(eve, "one")
		renamed := "eve.smith@quainine.example"
		if _, err := do[app.Admitted](w, func(req app.Request) (app.Reply, error) {
			return w.Reform(ctx, admin, req, "", eve.ID, app.PersonChange{UPN: &renamed})
		}); err != nil {
			w.t.Fatal(err)
		}
		var err error
		if err = w.store.View(ctx, func(r app.Reader) error {
			eve, err = r.Person(w.who.Scope, "", eve.ID)
			return err
		}); err != nil {
			w.t.Fatal(err)
		}
		acts(eve, "two")
		shown := func() (out []string) {
			w.t.Helper()
			for _, rec := range append(w.records(activity.UpdatePartnerUser), w.records(activity.CreatePartnerUser)...) {
				out = append(out, rec.Actor, rec.Details[0].Value)
			}
			return out
		}
		const first = "eve.adams@quainine.example"
		if got := shown(); !slices.Contains(got, first) || !slices.Contains(got, renamed) || got[0] != renamed {
			w.t.Errorf("each name where it was one: %q", got)
		}
		if _, err := tree.CatchUp(ctx); err != nil {
			w.t.Fatal(err)
		}
		before, err := app.AuditLog(ctx, w.store, nil, key)
		if err != nil || len(before.Found) > 0 {
			w.t.Fatalf("%+v %v", before, err)
		}
		checkpoint, err := w.store.Tree(ctx)
		if err != nil {
			w.t.Fatal(err)
		}

		erase := func(who party.Actor, name string, p *party.Person) error {
			_, err := do[int](w, func(req app.Request) (app.Reply, error) { return w.Erase(ctx, who, req, name, p) })
			return err
		}
		partner := admin
		partner.Roles = party.RolesOf(party.GlobalAdmin, party.UserAdmin, party.AdminAgent)
		for name, err := range map[string]error{
			"role.missing": erase(partner, first, nil),
			"proof.needed": erase(w.who, first, nil),
			"user.unknown": erase(admin, "nobody@quainine.example", nil),
		} {
			if f := fault.Of(err); f == nil || f.Code != name {
				w.t.Errorf("%s: %v", name, err)
			}
		}
		if err := erase(admin, renamed, &eve); err != nil {
			w.t.Fatal(err)
		}
		if err := erase(admin, first, nil); err != nil { // a former name, of somebody who is gone
			w.t.Fatal(err)
		}
		if got := shown(); slices.Contains(got, first) || slices.Contains(got, renamed) || !slices.Contains(got, activity.Erased) || !slices.Contains(got, "boss@quainine.example") {
			w.t.Errorf("after: %q", got)
		}
		if n := len(w.records(activity.EraseUser)); n != 2 {
			w.t.Errorf("%d records of erasing", n)
		}
		if err := erase(admin, "boss@quainine.example", &boss); fault.Of(err) == nil || fault.Of(err).Code != "user.last_admin" {
			w.t.Errorf("the last admin: %v", err)
		}
		if _, err := tree.CatchUp(ctx); err != nil {
			w.t.Fatal(err)
		}
		out, err := app.AuditLog(ctx, w.store, []app.Kept{{Note: checkpoint.Checkpoint, From: "before"}}, key)
		if err != nil || len(out.Found) > 0 || out.Records <= before.Records {
			w.t.Errorf("%+v %v", out, err)
		}
		w.nowhere(url, "eve.adams", "eve.smith")
	})
}

// nowhere fails the test if a text stands in any row of any table.
func (w *world) nowhere(url string, texts ...string) {
	w.t.Helper()
	ctx, db := context.Background(), storetest.Beside(w.t, url)
	list := `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'`
	if strings.HasPrefix(url, "postgres") {
		list = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`
	}
	var tables []string
	rows, err := db.QueryContext(ctx, list)
	if err != nil {
		w.t.Fatal(err)
	}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			w.t.Fatal(err)
		}
		tables = append(tables, name)
	}
	if err := rows.Err(); err != nil || len(tables) < 20 {
		w.t.Fatal(len(tables), err)
	}
	seen := 0
	for _, table := range tables {
		rows, err := db.QueryContext(ctx, `SELECT * FROM `+table)
		if err != nil {
			w.t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			w.t.Fatal(err)
		}
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		for rows.Next() {
			if err := rows.Scan(values...); err != nil {
				w.t.Fatal(err)
			}
			for i, v := range values {
				v := *v.(*any)
				if b, ok := v.([]byte); ok {
					v = string(b)
				}
				seen++
				for _, text := range texts {
					if strings.Contains(fmt.Sprint(v), text) {
						w.t.Errorf("%s.%s holds %s", table, columns[i], text)
					}
				}
			}
		}
		if err := rows.Err(); err != nil {
			w.t.Fatal(err)
		}
	}
	if seen < 1000 {
		w.t.Errorf("only %d values were looked at", seen)
	}
}
