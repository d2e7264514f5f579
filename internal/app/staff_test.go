package app_test

import (
	"context"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// TestR11NamesAreAtNobodyElsesDomain: staff get no name at, or below, a domain of another tenant or of the operator, and the answer is
// the same whether somebody has the name or not; at its own domain, below it and at nobody's a partner names whom it likes.
func TestR11NamesAreAtNobodyElsesDomain(t *testing.T) {
	both(t, func(w *world) {
		ctx := context.Background()
		w.Credentials = plainCredentials{}
		operator := w.who
		operator.Scope, operator.Proved = party.Scope{}, true
		admit := func(who party.Actor, upn string, roles ...party.Role) (app.Admitted, error) {
			add := w.AddPartnerUser
			if who.Roles[party.OperatorAdmin] {
				add = w.Admit
			}
			return do[app.Admitted](w, func(req app.Request) (app.Reply, error) {
				return add(ctx, who, req, party.Person{UPN: upn, Roles: party.RolesOf(roles...)}, "", false)
			})
		}
		if _, err := admit(operator, "otto@house.example", party.OperatorAdmin); err != nil {
			t.Fatal(err)
		}
		for domain, p := range map[string]party.Partner{"quainine.example": w.seeded.Partner, "bazar.example": w.seeded.Provider} {
			if err := w.store.SetDomain(ctx, p.ID, domain); err != nil {
				t.Fatal(err)
			}
		}
		ga := w.who
		ga.Roles, ga.Proved = party.RolesOf(party.GlobalAdmin), true
		first, err := admit(ga, "first@quainine.example", party.UserAdmin)
		if err != nil {
			t.Fatal(err)
		}
		rename := func(who party.Actor, upn string) error {
			_, err := do[app.Admitted](w, func(req app.Request) (app.Reply, error) {
				return w.ChangePartnerUser(ctx, who, req, first.ID, app.PersonChange{UPN: &upn})
			})
			return err
		}
		ua := ga
		ua.Roles = party.RolesOf(party.UserAdmin)
		customer := w.seeded.Customers[0].Domain
		for name, want := range map[string]string{
			"support@" + customer: "user.domain_taken", "admin@" + customer: "user.domain_taken", "x@mail." + customer: "user.domain_taken",
			"ana@bazar.example": "user.domain_taken", "ana@paris.bazar.example": "user.domain_taken",
			"otto@house.example": "user.domain_taken", "nobody@house.example": "user.domain_taken", "x@mail.house.example": "user.domain_taken",
			"ana@notbazar.example": "", "bea@quainine.example": "", "bea@paris.quainine.example": "", "bea@free.example": "",
			"first@quainine.example": "user.upn_taken",
		} {
			if _, err := admit(ua, name, party.SalesAgent); code(err) != want {
				t.Errorf("%s is added: %v, want %q", name, err, want)
			}
			if want != "user.domain_taken" {
				continue
			}
			if err := rename(ga, name); code(err) != want {
				t.Errorf("renamed to %s: %v", name, err)
			}
		}
		if err := rename(ga, "first@free.example"); err != nil {
			t.Error(err)
		}
		reseller := ga
		reseller.Scope, reseller.Kind = party.NewScope(w.seeded.Provider.ID, w.seeded.Reseller.ID), party.IndirectReseller
		if _, err := admit(reseller, "eve@bazar.example"); code(err) != "user.domain_taken" {
			t.Errorf("a reseller's, at its provider's domain: %v", err)
		}
		operator.Scope = w.who.Scope
		if _, err := admit(operator, "guest@"+customer, party.SalesAgent); err != nil {
			t.Errorf("the operator: %v", err)
		}
		if _, err := admit(ua, "more@"+customer, party.SalesAgent); err != nil {
			t.Errorf("where staff of one's own bear the domain already: %v", err)
		}
	})
}
