package store_test

import (
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

func TestCallersAreSeenAsTheyAreNow(t *testing.T) {
	wall := when.NewFixed(noon)
	storetest.BothWith(t, store.Options{Wall: wall}, func(t *testing.T, s *store.Store) {
		oneSale(t, s)
		app := party.Client{ID: "app", Name: "Shop", Roles: party.RolesOf(party.AdminAgent), Version: 1}
		ana := someone("1", "ana@p.example", "", party.AdminAgent)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(do(s, func(tx *store.Tx) error { return tx.AddClient(app) }))
		must(do(s, func(tx *store.Tx) error { return tx.AddPerson(ana) }))
		callers := func() (party.Client, party.Person, party.Partner) {
			t.Helper()
			c, p, err := s.Caller(ctx, "app")
			must(err)
			u, q, err := s.PersonCalling(ctx, "1")
			must(err)
			if p.ID != partner || q.ID != partner || p.PeopleOnly != q.PeopleOnly {
				t.Errorf("%+v %+v", p, q)
			}
			return c, u, p
		}
		for range 2 { // read, then remembered
			if c, u, _ := callers(); c.Name != "Shop" || c.Disabled || u.UPN != "ana@p.example" {
				t.Errorf("%+v %+v", c, u)
			}
		}
		app.Disabled = true
		must(do(s, func(tx *store.Tx) error { return tx.SaveClient(app) }))
		if c, _, _ := callers(); !c.Disabled {
			t.Error("disabled, and still let in")
		}
		ana.Version, ana.SignedOutAt = 1, noon
		must(do(s, func(tx *store.Tx) error { return tx.SavePerson(ana) }))
		if _, u, _ := callers(); !u.SignedOutAt.Equal(noon) {
			t.Error("signed out, and still let in")
		}
		_, _, p := callers()
		p.PeopleOnly = true
		must(do(s, func(tx *store.Tx) error { return tx.SavePartner(p) }))
		if _, _, p := callers(); !p.PeopleOnly {
			t.Error("the partner's setting is the former one")
		}
		unwanted := fault.Refuse("test.no", nil)
		refused := do(s, func(tx *store.Tx) error {
			app.Version, app.Disabled = 2, false
			_ = tx.SaveClient(app)
			return unwanted
		})
		if c, _, _ := callers(); code(refused) != unwanted.Code || !c.Disabled {
			t.Errorf("%v: what was not committed is seen: %+v", refused, c)
		}
		must(do(s, func(tx *store.Tx) error { return tx.RemoveClient(party.Client{ID: "app", Version: 2}) }))
		if _, _, err := s.Caller(ctx, "app"); code(err) != "client.unknown" {
			t.Errorf("removed, and still let in: %v", err)
		}
	})
}

func TestCallersChangedByAnotherServer(t *testing.T) {
	wall := when.NewFixed(noon)
	url := storetest.Postgres(t)
	here, there := storetest.Open(t, url, store.Options{Wall: wall}), storetest.Open(t, url, store.Options{Wall: wall})
	oneSale(t, here)
	app := party.Client{ID: "app", Name: "Shop", Version: 1}
	if err := do(here, func(tx *store.Tx) error { return tx.AddClient(app) }); err != nil {
		t.Fatal(err)
	}
	disabled := func() bool {
		c, _, err := here.Caller(ctx, "app")
		if err != nil {
			t.Fatal(err)
		}
		return c.Disabled
	}
	before := disabled()
	app.Disabled = true
	if err := do(there, func(tx *store.Tx) error { return tx.SaveClient(app) }); err != nil {
		t.Fatal(err)
	}
	wall.Set(noon.Add(store.CallerAge))
	if after := disabled(); before || !after {
		t.Errorf("before %v, a second later %v", before, after)
	}
	wall.Set(noon.Add(-time.Hour)) // a wall clock that was put back makes nothing last
	app.Version, app.Disabled = 2, false
	if err := do(there, func(tx *store.Tx) error { return tx.SaveClient(app) }); err != nil {
		t.Fatal(err)
	}
	if disabled() {
		t.Error("remembered from the future")
	}
}

func TestStatementsThatWriteCallers(t *testing.T) {
	for sql, want := range map[string]bool{
		"UPDATE client SET name = $1":            true,
		"INSERT INTO client (partner_id":         true,
		"DELETE FROM person WHERE id = $1":       true,
		"UPDATE person SET body = $2":            true,
		"INSERT INTO partner (id, kind":          true,
		"UPDATE partner\n\t\tSET body = $1":      true,
		"INSERT INTO person_name (id":            false,
		"UPDATE customer SET client = $1":        false,
		"INSERT INTO partner_currency (id) VALU": false,
		"UPDATE":                                 false,
		"":                                       false,
	} {
		if store.OfCallers(sql) != want {
			t.Errorf("%q: not %v", sql, want)
		}
	}
}
