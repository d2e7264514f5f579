package partner

import (
	"cmp"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// usersPage is a customer's people, and the seats there are for them (R11, R18).
type usersPage struct {
	List  ui.Table
	Seats ui.Table
	File  ui.SeatFile
	Add   *ui.Form
}

// customerUsers lists them; the form adds one.
func customerUsers(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	return showUsers(v, c, nil, seats.File(v, c.ID), nil, 200)
}

func addUserForm(v *ui.Visit, c party.Customer) *ui.Form {
	if !v.May(party.ManageCustomerUsers) || c.RelationEnded {
		return nil
	}
	return &ui.Form{Action: "/customers/" + string(c.ID) + "/users", Once: v.Once(), Fields: []ui.Field{
		{Name: "upn", Label: v.T("me.upn"), Required: true, MaxLength: 113, Placeholder: "name@" + c.Domain, Hint: v.T("staff.upn_hint", "domain", c.Domain)},
		{Name: "first", Label: v.T("customers.first_name"), Required: true, MaxLength: 64}, {Name: "last", Label: v.T("customers.last_name"), Required: true, MaxLength: 64},
		{Name: "password", Label: v.T("staff.password"), Kind: "password", Required: true, Autocomplete: "new-password", Hint: v.T("customers.password_hint")},
	}, Submit: ui.Button{Text: v.T("staff.add"), Kind: "main"}}
}

func showUsers(v *ui.Visit, c party.Customer, form *ui.Form, file ui.SeatFile, errors *ui.Errors, status int) error {
	q := app.PeopleQuery{Customer: c.ID, After: v.Query("after"), Limit: ui.Limit + 1}
	if v.IsCSV() {
		q.After, q.Limit = "", ui.Export
	}
	people, err := v.App.CustomerUsers(v.R.Context(), v.Actor, q)
	if err != nil {
		return err
	}
	t := ui.Table{ID: "users", Title: v.T("staff.people"), Caption: v.T("staff.people"), Columns: []ui.Column{{Head: v.T("me.name")}, {Head: v.T("me.upn")}, {Head: v.T("me.roles")}, {Head: v.T("seats.licences")}, {Head: v.T("customers.since")}}, Empty: ui.Empty{Title: v.T("staff.none"), Text: v.T("staff.none_text")}}
	if len(people) > ui.Limit && !v.IsCSV() {
		people = people[:ui.Limit]
		t.Pager.Next = v.With("after", people[ui.Limit-1].UPN)
	}
	if v.Query("after") != "" {
		t.Pager.First = v.With("after", "")
	}
	held, err := seats.Held(v, c.ID, people)
	if err != nil {
		return err
	}
	for _, u := range people {
		var roles []string
		for _, r := range u.Roles.List() {
			roles = append(roles, v.T("role."+string(r)))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Value: cmp.Or(u.DisplayName, strings.TrimSpace(u.FirstName+" "+u.LastName), u.UPN), Href: seats.Page(c.ID, u.ID)}, {Value: ui.Mono(u.UPN)}, {Value: roles}, {Value: held[u.ID]}, {Value: ui.Day(u.CreatedAt)},
		}})
	}
	t.Sortable(v)
	if v.IsCSV() {
		return v.CSV("users", t)
	}
	bought, err := seats.Bought(v, c.ID)
	if err != nil {
		return err
	}
	if form == nil {
		form = addUserForm(v, c)
	}
	p := customerPage(v, c, "users", v.T("customer.users"))
	p.Errors = errors
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv", "after", ""), Icon: "down"}}
	return v.ShowAs(status, "users", p, usersPage{t, bought, file, form})
}

// seats are the pages of who has which licence (R18).
var seats = ui.Seats{
	At: "/customers/{customer}/users",
	Customer: func(v *ui.Visit) (id.Customer, error) {
		c, err := customerOf(v)
		return c.ID, err
	},
	Frame: func(v *ui.Visit, title string) (ui.Page, error) {
		c, err := customerOf(v)
		p := customerPage(v, c, "users", title)
		p.Crumbs = append(p.Crumbs, ui.Link{Text: v.T("customer.users"), Href: "/customers/" + string(c.ID) + "/users"})
		return p, err
	},
	Subscription: func(v *ui.Visit, s id.Subscription) string {
		return "/customers/" + v.Path("customer") + "/subscriptions/" + string(s)
	},
}

func init() { // seats.Users shows a page that knows seats
	seats.Users = func(v *ui.Visit, status int, file ui.SeatFile) error {
		c, err := customerOf(v)
		if err != nil {
			return err
		}
		return showUsers(v, c, nil, file, file.Errors, status)
	}
}

// addUser adds one of the customer's people.
func addUser(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	sent, err := v.Form()
	if err != nil {
		return err
	}
	form := addUserForm(v, c)
	if form == nil {
		return v.Actor.May(party.ManageCustomerUsers)
	}
	form.Fill(sent)
	password := form.Field("password")
	if password.Value = sent.Get("password"); form.Missing(v.L) {
		password.Value = ""
		return showUsers(v, c, form, seats.File(v, c.ID), form.Summary(v.L), 422)
	}
	plain := password.Value
	password.Value = "" // never sent back
	get := func(name string) string { return strings.TrimSpace(sent.Get(name)) }
	err = v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.AddCustomerUser(v.R.Context(), v.Actor, req, c.ID, party.Person{
			UPN: get("upn"), FirstName: get("first"), LastName: get("last"), DisplayName: get("first") + " " + get("last"), UsageLocation: string(c.Country()),
		}, plain, false)
	}, func(out any) ui.Then {
		return ui.Then{To: v.R.URL.Path, Said: v.T("staff.added", "name", out.(party.Person).DisplayName)}
	})
	if f := fault.Of(err); f != nil && f.Kind != fault.KindDenied && f.Kind != fault.KindNotFound {
		field := "upn"
		if strings.HasPrefix(f.Code, "password.") {
			field = "password"
		}
		return showUsers(v, c, form, seats.File(v, c.ID), form.Blame(v.L, f, field), ui.Again(f))
	}
	return err
}
