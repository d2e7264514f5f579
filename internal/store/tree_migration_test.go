package store_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// TestF53RecordsFromBeforeTheTree: records of schema 12 read as they did, their names stand apart, and they can be numbered.
func TestF53RecordsFromBeforeTheTree(t *testing.T) {
	before(t, 12, func(t *testing.T, url string, _ bool, db *sql.DB) {
		row := func(n int, body string) string {
			return fmt.Sprintf(`INSERT INTO activity (partner_id, id, at, customer_id, customer_name, operation, resource, security, body)
				VALUES ('p', 'r%d', %d, NULL, '', 'update_order', 'order', 0, '%s')`, n, n, body)
		}
		for _, sql := range []string{
			`INSERT INTO person (partner_id, customer_id, publisher_id, id, upn, roles, state, password, body)
				VALUES ('p', '', '', 'u1', 'ana@p.example', 'AA', 'active', '', '{}')`,
			row(1, `{"actor":"ana@p.example","client":"c","status":"succeeded","details":[["OrderId","o"],["Reason","x"]]}`),
			row(2, `{"actor":"gone@p.example","details":[["UserPrincipalName","ana@p.example"],["Roles","AA"]]}`),
			row(3, `{"actor":"Nightly script","client":"c","details":[["UserPrincipalName","Also.Gone@p.example"]]}`),
			row(4, `{"actor":"sweep"}`),
			row(5, `{"actor":"gone@p.example"}`),
		} {
			if _, err := db.ExecContext(ctx, sql); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		s := storetest.Open(t, url, store.Options{})
		scope := party.NewScope("p", "")
		var got []activity.Record
		var ana party.Person
		if err := s.ViewReader(ctx, func(r *store.Reader) (err error) {
			if ana, err = r.Person(scope, "", "u1"); err != nil {
				return err
			}
			got, err = r.Records(scope, app.RecordQuery{Security: true, Business: true})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		type line struct {
			ID      id.Record
			Actor   string
			Named   bool
			Details string
		}
		var have []line
		for _, r := range got {
			var details []string
			for _, d := range r.Details {
				details = append(details, d.Key+"="+d.Value)
			}
			have = append(have, line{r.ID, r.Actor, r.Who != "", strings.Join(details, " ")})
		}
		if diff := cmp.Diff([]line{
			{"r5", "gone@p.example", true, ""},
			{"r4", "sweep", false, ""},
			{"r3", "Nightly script", false, "UserPrincipalName=also.gone@p.example"},
			{"r2", "gone@p.example", true, "UserPrincipalName=ana@p.example Roles=AA"},
			{"r1", "ana@p.example", true, "OrderId=o Reason=x"},
		}, have); diff != "" {
			t.Errorf("written -, read +\n%s", diff)
		}
		if ana.Alias == "" || ana.Alias != got[4].Who || got[0].Who != got[3].Who {
			t.Errorf("one person, one alias: %+v", got)
		}
		_, _, arrived, err := s.Arrivals(ctx, 10)
		if err != nil || len(arrived) != 5 || arrived[0].Entry.ID != "r1" {
			t.Fatalf("%+v %v", arrived, err)
		}
		for _, a := range arrived {
			if strings.Contains(a.Entry.Body, "@p.example") {
				t.Errorf("a name stands in what is hashed: %s", a.Entry.Body)
			}
		}
		if err := do(s, func(tx *store.Tx) error { return tx.AddRecord(activity.Record{ID: "r6", At: got[0].At}) }); err != nil {
			t.Fatal(err)
		}
		if err := do(s, func(tx *store.Tx) error { return tx.Exec(1, nil, `UPDATE activity SET at = 1 WHERE id = 'r6'`) }); err == nil {
			t.Error("records can be changed")
		}
	})
}
