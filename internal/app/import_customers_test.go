package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const customerHead = "CompanyName,Domain,Country,Segment,FirstName,LastName,Email,Phone,Street,City,State,PostalCode,Reseller\r\n"

// customerLine is a row with a few of its cells set.
func customerLine(company, domain, country, segment, email, reseller string) string {
	return fmt.Sprintf("%s,%s,%s,%s,Ada,Roux,%s,,1 rue,Lyon,,69001,%s\r\n", company, domain, country, segment, email, reseller)
}

func sheetOfCustomers(lines ...string) app.CustomerFile {
	return app.CustomerFile{File: strings.NewReader(customerHead + strings.Join(lines, ""))}
}

// TestF01CustomersAreImported: a file is taken whole or not at all, each wrong cell is told by its line, the same file twice makes
// nothing twice, and what moved after the look is not taken.
func TestF01CustomersAreImported(t *testing.T) {
	both(t, func(w *world) {
		ctx := context.Background()
		take := func(who party.Actor, match string, lines ...string) (app.CustomerImport, error) {
			return do[app.CustomerImport](w, func(req app.Request) (app.Reply, error) {
				return w.ImportCustomers(ctx, who, req, sheetOfCustomers(lines...), match)
			})
		}
		named := func(domain string) (found []party.Customer) {
			t.Helper()
			all, err := w.Customers(ctx, w.who, app.CustomerQuery{Domain: domain, DomainOp: "equals"})
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		wrong := func(err error) string {
			var all []string
			if f := fault.Of(err); f != nil && f.Code == "import.rows" {
				for _, e := range f.Args["errors"].([]app.CustomerError) {
					text := fmt.Sprintf("%d %s %s", e.Line, e.Member, e.Code)
					if e.First > 0 {
						text += fmt.Sprintf(" (%d)", e.First)
					}
					all = append(all, text)
				}
			} else if err != nil {
				all = append(all, err.Error())
			}
			return strings.Join(all, ", ")
		}
		good := customerLine("Atelier Sud", "Atelier-Sud.example", "fr", "", "ada@atelier-sud.example", "")
		foreign := w.seeded.Provider // whose customer it is
		theirs, err := w.Customers(ctx, party.Actor{Scope: party.NewScope(foreign.ID, ""), Kind: foreign.Kind, Roles: w.who.Roles}, app.CustomerQuery{Limit: 1})
		if err != nil || len(theirs) == 0 {
			t.Fatal(err)
		}
		for _, c := range []struct{ name, line, want string }{
			{"no company", customerLine("", "a.example", "FR", "", "a@a.example", ""), "3 CompanyName row.missing"},
			{"no country there is", customerLine("A", "a.example", "XX", "", "a@a.example", ""), "3 Country row.country"},
			{"no segment there is", customerLine("A", "a.example", "FR", "shops", "a@a.example", ""), "3 Segment row.segment"},
			{"no domain", customerLine("A", "a_b", "FR", "", "a@a.example", ""), "3 Domain row.domain"},
			{"no address of mail", customerLine("A", "a.example", "FR", "", "a.example", ""), "3 Email row.email"},
			{"the same domain twice", customerLine("A", "ATELIER-sud.example", "FR", "", "a@a.example", ""), "3 Domain row.domain_twice (2)"},
			{"another partner's domain", customerLine("A", theirs[0].Domain, "FR", "", "a@a.example", ""), "3 Domain row.domain_taken"},
			{"a direct-bill partner has no resellers", customerLine("A", "a.example", "FR", "", "a@a.example", "1234567"), "3 Reseller row.reseller"},
			{"several things at once", customerLine("", "a.example", "XX", "", "a", ""), "3 CompanyName row.missing, 3 Country row.country, 3 Email row.email"},
			{"a name that is too long", customerLine(strings.Repeat("é", 201), "a.example", "FR", "", "a@a.example", ""), "3 CompanyName row.too_long"},
			{"a hidden character", customerLine("A\u202eB", "a.example", "FR", "", "a@a.example", ""), "3 CompanyName row.text"},
			{"no number and no telephone where they are asked for", customerLine("A", "a.example", "kz", "", "a@a.example", ""), "3 Phone row.missing, 3 RegistrationNumber row.missing"},
			{"too few cells", "A,a.example\r\n", "3  row.columns"},
		} {
			_, err := w.PreviewCustomers(ctx, w.who, sheetOfCustomers(good, c.line))
			if got := wrong(err); got != c.want {
				t.Errorf("%s, looked at: %q, want %q", c.name, got, c.want)
			}
			if _, err = take(w.who, "", good, c.line); wrong(err) != c.want {
				t.Errorf("%s, taken: %q, want %q", c.name, wrong(err), c.want)
			}
		}
		if len(named("atelier-sud.example")) != 0 {
			t.Fatal("a file with a wrong row made a customer")
		}
		numbered := "Company,Domain,Country,First name,Last name,Email,Phone,Street,City,Organization registration number\r\nAltyn,altyn.example,KZ,Ada,Roux,a@altyn.example,+7 727 000,1,Almaty,990140000000\r\n"
		if look, err := w.PreviewCustomers(ctx, w.who, app.CustomerFile{File: strings.NewReader(numbered)}); err != nil || look.New[0].Customer.RegistrationNumber != "990140000000" {
			t.Errorf("%+v %v", look, err)
		}
		own := w.seeded.Customers[0]
		lines := []string{good, customerLine("Something else", own.Domain, "FR", "", "x@x.example", ""), customerLine("École Nord", "ecole-nord.example", "FR", "Education", "b@b.example", "")}
		look, err := w.PreviewCustomers(ctx, w.who, sheetOfCustomers(lines...))
		if err != nil || len(look.New) != 2 || len(look.There) != 1 || look.There[0].Customer.ID != own.ID || look.There[0].Line != 3 {
			t.Fatalf("%+v %v", look, err)
		}
		if len(named("atelier-sud.example")) != 0 {
			t.Fatal("a look made a customer")
		}
		if got, err := take(w.who, look.Match, lines...); err != nil || len(got.New) != 2 {
			t.Fatal(got, err)
		}
		made := named("atelier-sud.example")
		if len(made) != 1 || made[0].CompanyName != "Atelier Sud" || made[0].Address.Country != "FR" || made[0].Segment != "commercial" || made[0].Address.FirstName != "Ada" || made[0].CreatedAt.IsZero() {
			t.Fatalf("%+v", made)
		}
		if school := named("ecole-nord.example"); len(school) != 1 || school[0].Segment != "education" {
			t.Errorf("%+v", school)
		}
		if kept := named(own.Domain); len(kept) != 1 || kept[0].CompanyName != own.CompanyName {
			t.Errorf("who was there is another now: %+v", kept)
		}
		_, err = take(w.who, look.Match, lines...)
		is(t, "with the look before", err, "preview.moved")
		if got, err := take(w.who, "", lines...); err != nil || len(got.New) != 0 || len(got.There) != 3 {
			t.Errorf("the same file twice: %+v %v", got, err)
		}
		is(t, "no rows", errOf(w.PreviewCustomers(ctx, w.who, sheetOfCustomers())), "import.empty")
		is(t, "no domain's column", errOf(w.PreviewCustomers(ctx, w.who, app.CustomerFile{File: strings.NewReader("CompanyName,Country\r\nA,FR\r\n")})), "import.column")
		var many []string
		for i := range app.MaxCustomerRows + 1 {
			many = append(many, customerLine("A", fmt.Sprintf("a%d.example", i), "FR", "", "a@a.example", ""))
		}
		is(t, "a row too many", errOf(w.PreviewCustomers(ctx, w.who, sheetOfCustomers(many...))), "import.too_large")
		if got, err := take(w.who, "", many[1:]...); err != nil || len(got.New) != app.MaxCustomerRows {
			t.Errorf("as many as there may be: %d %v", len(got.New), err)
		}
		is(t, "a byte too many", errOf(w.PreviewCustomers(ctx, w.who, sheetOfCustomers(strings.Repeat(customerLine(strings.Repeat("x", 2000), "a.example", "FR", "", "a@a.example", ""), 600)))), "import.too_large")
		provider := party.Actor{Name: "provider", Scope: party.NewScope(foreign.ID, ""), Kind: foreign.Kind, Roles: w.who.Roles}
		reseller := w.seeded.Reseller
		if got, err := take(provider, "", customerLine("Through", "through.example", "FR", "", "a@a.example", string(reseller.ID))); err != nil || len(got.New) != 1 || got.New[0].Customer.Reseller != reseller.ID {
			t.Errorf("through a reseller: %+v %v", got, err)
		}
		nobody := w.who
		nobody.Roles = party.RolesOf(party.UserAdmin)
		if _, err := take(nobody, "", good); fault.Of(err) == nil || fault.Of(err).Kind != fault.KindDenied {
			t.Errorf("R12 a user admin imports customers: %v", err)
		}
	})
}

func errOf[T any](_ T, err error) error { return err }
