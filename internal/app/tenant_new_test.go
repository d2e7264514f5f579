package app_test

import (
	"context"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// TestR15TenantsAreAddedAndSuspended: a partner is there with its first admin or not at all, its mistakes are told apart, and one
// that is suspended keeps its books while its clients are disabled and its resellers go with it.
func TestR15TenantsAreAddedAndSuspended(t *testing.T) {
	both(t, func(w *world) {
		ctx := context.Background()
		w.Credentials = plainCredentials{}
		operator := party.Actor{Name: "op", User: "u", Alias: "a", Roles: party.RolesOf(party.OperatorAdmin), Proved: true}
		sound := app.NewTenant{
			Partner: party.Partner{Name: " Maison Verte ", Kind: party.DirectBill, Country: "FR", BillingDay: 15, Culture: "fr-FR", MPN: "4819999"}, Domain: "Verte.Example",
			Admin: party.Person{UPN: "Ana@verte.example", FirstName: "Ana", LastName: "Lys", DisplayName: "Ana Lys", Roles: party.RolesOf(party.OperatorAdmin), Customer: "c"},
		}
		add := func(who party.Actor, change func(*app.NewTenant)) (app.Founded, error) {
			one := sound
			if change != nil {
				change(&one)
			}
			return do[app.Founded](w, func(req app.Request) (app.Reply, error) { return w.AddTenant(ctx, who, req, one) })
		}
		for _, c := range []struct {
			name, want string
			change     func(*app.NewTenant)
		}{
			{"no name", "partner.name", func(n *app.NewTenant) { n.Partner.Name = " " }},
			{"a line in the name", "partner.name", func(n *app.NewTenant) { n.Partner.Name = "a\nb" }},
			{"no kind", "partner.kind", func(n *app.NewTenant) { n.Partner.Kind = "big" }},
			{"a reseller of nobody", "partner.provider", func(n *app.NewTenant) { n.Partner.Kind = party.IndirectReseller }},
			{"a reseller of one that is not there", "partner.provider", func(n *app.NewTenant) { n.Partner.Kind, n.Partner.Provider = party.IndirectReseller, "nobody" }},
			{"a reseller of a direct-bill partner", "partner.provider", func(n *app.NewTenant) {
				n.Partner.Kind, n.Partner.Provider = party.IndirectReseller, w.seeded.Partner.ID
			}},
			{"a provider of a direct-bill partner", "partner.provider", func(n *app.NewTenant) { n.Partner.Provider = w.seeded.Provider.ID }},
			{"no market", "country.unknown", func(n *app.NewTenant) { n.Partner.Country = "QQ" }},
			{"F71 day 0", "partner.day", func(n *app.NewTenant) { n.Partner.BillingDay = 0 }},
			{"F71 day 29", "partner.day", func(n *app.NewTenant) { n.Partner.BillingDay = 29 }},
			{"an MPN of letters", "partner.mpn", func(n *app.NewTenant) { n.Partner.MPN = "48A" }},
			{"no domain", "domain.malformed", func(n *app.NewTenant) { n.Domain = "verte" }},
			{"no user name", "user.upn_invalid", func(n *app.NewTenant) { n.Admin.UPN = "ana" }},
		} {
			if _, err := add(operator, c.change); code(err) != c.want {
				t.Errorf("%s: %v, want %s", c.name, err, c.want)
			}
		}
		unproved := operator
		unproved.Proved = false
		if _, err := add(unproved, nil); code(err) != "proof.needed" {
			t.Errorf("without a proof: %v", err)
		}
		support := party.Actor{Roles: party.RolesOf(party.SupportAgent), Proved: true}
		if _, err := add(support, nil); fault.Of(err) == nil || fault.Of(err).Kind != fault.KindDenied {
			t.Errorf("somebody else adds one: %v", err)
		}
		before, err := w.Tenants(ctx, operator)
		if err != nil {
			t.Fatal(err)
		}
		made, err := add(operator, nil)
		if err != nil {
			t.Fatal(err)
		}
		if made.Partner.Name != "Maison Verte" || made.Admin.InitialPassword == "" || !made.Admin.MustChange || made.Admin.Roles.String() != string(party.GlobalAdmin) || made.Admin.Customer != "" {
			t.Errorf("%+v", made)
		}
		for name, want := range map[string]string{"Verte.Example": "partner.domain_taken", "": "user.upn_taken"} {
			if _, err := add(operator, func(n *app.NewTenant) { n.Domain = name }); code(err) != want {
				t.Errorf("once more under %q: %v", name, err)
			}
		}
		reseller, err := add(operator, func(n *app.NewTenant) {
			n.Partner.Kind, n.Partner.Provider, n.Domain, n.Admin.UPN = party.IndirectReseller, w.seeded.Provider.ID, "", "rob@verte.example"
		})
		if err != nil {
			t.Fatal(err)
		}
		after, err := w.Tenants(ctx, operator)
		if err != nil || len(after) != len(before)+2 {
			t.Fatalf("%d partners, then %d: %v", len(before), len(after), err)
		}
		store := w.Store.(interface {
			Person(context.Context, id.User) (party.Person, party.Partner, error)
			Tenant(context.Context, string) (id.Partner, error)
		})
		if found, err := store.Tenant(ctx, "verte.example"); err != nil || found != made.Partner.ID {
			t.Errorf("the domain finds %q: %v", found, err)
		}
		suspend := func(who party.Actor, one id.Partner, on bool) (party.Partner, error) {
			return do[party.Partner](w, func(req app.Request) (app.Reply, error) { return w.SuspendTenant(ctx, who, req, one, on) })
		}
		shut := func(user id.User) bool {
			_, p, err := store.Person(ctx, user)
			if err != nil {
				t.Fatal(err)
			}
			return !p.SuspendedAt.IsZero()
		}
		mine := operator
		mine.Scope = party.NewScope(made.Partner.ID, "")
		if _, err := suspend(mine, made.Partner.ID, true); code(err) != "partner.own" {
			t.Errorf("one's own: %v", err)
		}
		if _, err := suspend(unproved, made.Partner.ID, true); code(err) != "proof.needed" {
			t.Errorf("without a proof: %v", err)
		}
		if _, err := suspend(operator, "nobody", true); code(err) != "partner.unknown" {
			t.Errorf("nobody: %v", err)
		}
		for _, on := range []bool{true, true, false, true} { // said twice, it stands
			if _, err := suspend(operator, w.seeded.Provider.ID, on); err != nil {
				t.Fatal(err)
			}
			if shut(reseller.Admin.ID) != on || shut(made.Admin.ID) {
				t.Errorf("suspended %t: the reseller %t, another %t", on, shut(reseller.Admin.ID), shut(made.Admin.ID))
			}
		}
		if p, err := suspend(operator, made.Partner.ID, true); err != nil || !p.SuspendedAt.Equal(w.Clock.Now()) || !shut(made.Admin.ID) {
			t.Errorf("%+v %v", p, err)
		}
	})
}
