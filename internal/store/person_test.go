package store_test

import (
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

func someone(user id.User, upn string, c id.Customer, roles ...party.Role) party.Person {
	return party.Person{ID: user, Customer: c, UPN: upn, Alias: id.Alias("alias of " + upn), Roles: party.RolesOf(roles...), State: party.PersonActive}
}

func TestPeopleStandInTheirTenant(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		oneSale(t, s)
		inactive := someone("4", "dan@p.example", "", party.GlobalAdmin)
		inactive.State = party.PersonInactive
		deleted := someone("5", "eve@p.example", "")
		deleted.State = party.PersonDeleted
		if err := do(s, func(tx *store.Tx) error {
			for _, p := range []party.Person{
				someone("1", "bob@p.example", "", party.AdminAgent, party.GlobalAdmin), someone("2", "ana@p.example", "", party.SalesAgent),
				someone("3", "cga@acme.example", acme, party.CustomerGlobal), inactive, deleted,
			} {
				if err := tx.AddPerson(p); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		narrowed := party.NewScope(partner, reseller)
		for _, c := range []struct {
			name  string
			scope party.Scope
			q     app.PeopleQuery
			want  string // or the fault
		}{
			{"staff by name", own, app.PeopleQuery{}, "2 1 4"},
			{"of a role", own, app.PeopleQuery{Role: party.GlobalAdmin}, "1 4"},
			{"A is not AA", own, app.PeopleQuery{Role: "A"}, ""},
			{"the deleted ones", own, app.PeopleQuery{State: party.PersonDeleted}, "5"},
			{"a page", own, app.PeopleQuery{Limit: 1}, "2"},
			{"the next page", own, app.PeopleQuery{After: "ana@p.example", Limit: 1}, "1"},
			{"a customer's", own, app.PeopleQuery{Customer: acme}, "3"},
			{"another partner's", party.NewScope(other, ""), app.PeopleQuery{}, ""},
			{"another partner's customer", party.NewScope(other, ""), app.PeopleQuery{Customer: acme}, ""},
			{"a reseller's own staff", narrowed, app.PeopleQuery{}, ""},
		} {
			got, err := view(s, func(r *store.Reader) ([]party.Person, error) { return r.People(c.scope, c.q) })
			var ids []string
			for _, one := range got {
				ids = append(ids, string(one.ID))
			}
			if err != nil || strings.Join(ids, " ") != c.want {
				t.Errorf("%s: %v %v, want %q", c.name, ids, err, c.want)
			}
		}
		bob, err := view(s, func(r *store.Reader) (party.Person, error) { return r.Person(own, "", "1") })
		if err != nil {
			t.Fatal(err)
		}
		_, foreign := view(s, func(r *store.Reader) (party.Person, error) { return r.Person(party.NewScope(other, ""), "", "1") })
		_, asCustomer := view(s, func(r *store.Reader) (party.Person, error) { return r.Person(own, acme, "1") })
		taken := func(p id.Partner) error {
			return doAs(s, p, func(tx *store.Tx) error { return tx.AddPerson(someone("9", "bob@p.example", "")) })
		}
		stale := bob
		stale.Version = 7
		for _, c := range []struct {
			name string
			err  error
			want string
		}{
			{"foreign", foreign, "user.unknown"},
			{"in another place", asCustomer, "user.unknown"},
			{"taken", taken(partner), "user.upn_taken"},
			{"taken elsewhere", taken(other), "user.upn_taken"},
			{"stale", do(s, func(tx *store.Tx) error { return tx.SavePerson(stale) }), "user.changed"},
			{"stale, removed", do(s, func(tx *store.Tx) error { return tx.RemovePerson(stale) }), "user.changed"},
			{"foreign, removed", doAs(s, other, func(tx *store.Tx) error { return tx.RemovePerson(bob) }), "user.changed"},
			{"removed", do(s, func(tx *store.Tx) error { return tx.RemovePerson(bob) }), ""},
			{"removed twice", do(s, func(tx *store.Tx) error { return tx.RemovePerson(bob) }), "user.changed"},
		} {
			if code(c.err) != c.want {
				t.Errorf("%s: %v, want %q", c.name, c.err, c.want)
			}
		}
	})
}
