package portal

import (
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/identity"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// usersPage is the customer's people and their roles (R11, R18).
type usersPage struct {
	List    ui.Table
	Seats   ui.Table
	File    ui.SeatFile
	Deleted *ui.Table
}

type newUserPage struct{ Form ui.Form }

// deletePage asks before somebody is removed.
type deletePage struct {
	Title string
	Form  ui.Form
}

// given are the roles of a customer's people that are given and taken.
var given = []party.Role{party.CustomerGlobal, party.CustomerBilling}

// seats are the pages of who has which licence (R18).
var seats = ui.Seats{
	At:       "/portal/users",
	Customer: func(v *ui.Visit) (id.Customer, error) { return v.Actor.Customer, nil },
	Frame: func(v *ui.Visit, title string) (ui.Page, error) {
		return ui.Page{Title: title, Area: "users", Crumbs: []ui.Link{{Text: v.T("customer.users"), Href: "/portal/users"}}}, nil
	},
}

func init() { // seats.Users shows a page that knows seats
	seats.Users = func(v *ui.Visit, status int, file ui.SeatFile) error { return showUsers(v, status, file, nil) }
}

func users(v *ui.Visit) error { return showUsers(v, 200, seats.File(v, v.Actor.Customer), nil) }

func showUsers(v *ui.Visit, status int, file ui.SeatFile, dialog *ui.Dialog) error {
	q := app.PeopleQuery{Customer: v.Actor.Customer, After: v.Query("after"), Limit: ui.Limit + 1}
	if v.IsCSV() {
		q.After, q.Limit = "", ui.Export
	}
	found, err := v.App.CustomerUsers(v.R.Context(), v.Actor, q)
	if err != nil {
		return err
	}
	page := usersPage{File: file}
	if page.List, err = peopleTable(v, found); err != nil {
		return err
	}
	page.List.Sortable(v)
	if v.IsCSV() {
		return v.CSV("users", page.List)
	}
	if page.Seats, err = seats.Bought(v, v.Actor.Customer); err != nil {
		return err
	}
	deleted, err := v.App.CustomerUsers(v.R.Context(), v.Actor, app.PeopleQuery{Customer: v.Actor.Customer, State: party.PersonDeleted, Limit: ui.Limit})
	if err != nil {
		return err
	}
	if len(deleted) > 0 {
		t := ui.Table{ID: "deleted", Title: v.T("users.deleted"), Caption: v.T("users.deleted"), Columns: []ui.Column{{Head: v.T("me.name")}, {Head: v.T("users.until")}, {Head: v.T("users.acts"), Hidden: true}}}
		for _, u := range deleted {
			t.Rows = append(t.Rows, ui.Row{Past: true, Cells: []ui.Cell{
				{Value: shownName(u), Hint: u.UPN}, {Value: u.DeletedAt.Add(party.RestoreFor)},
				{Acts: []ui.Button{{Text: v.T("users.restore"), More: shownName(u), Post: "/portal/users/" + string(u.ID) + "/restore", Once: v.Once(), Kind: "small"}}},
			}})
		}
		t.Sortable(v)
		page.Deleted = &t
	}
	p := ui.Page{Title: v.T("customer.users"), Area: "users", Dialog: dialog, Errors: file.Errors}
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv", "after", ""), Icon: "down"}}
	if v.May(party.ManageCustomerUsers) {
		p.Head.Acts = append(p.Head.Acts, ui.Button{Text: v.T("users.add"), Href: "/portal/users/new", Icon: "plus", Kind: "main"})
	}
	return v.ShowAs(status, "portal-users", p, page)
}

func shownName(u party.Person) string {
	if u.DisplayName != "" {
		return u.DisplayName
	}
	return u.UPN
}

func peopleTable(v *ui.Visit, found []party.Person) (ui.Table, error) {
	t := ui.Table{Caption: v.T("customer.users"), Columns: []ui.Column{{Head: v.T("me.name")}, {Head: v.T("me.roles")}, {Head: v.T("seats.licences")}, {Head: v.T("users.since")}, {Head: v.T("users.acts"), Hidden: true}}}
	if len(found) > ui.Limit && !v.IsCSV() {
		found = found[:ui.Limit]
		t.Pager.Next = v.With("after", found[ui.Limit-1].UPN)
	}
	if v.Query("after") != "" {
		t.Pager.First = v.With("after", "")
	}
	held, err := seats.Held(v, v.Actor.Customer, found)
	if err != nil {
		return t, err
	}
	for _, u := range found {
		var roles []string
		for _, r := range u.Roles.List() {
			roles = append(roles, v.T("role."+string(r)))
		}
		row := ui.Row{Cells: []ui.Cell{{Value: shownName(u), Hint: u.UPN, Href: seats.Page(v.Actor.Customer, u.ID)}, {Value: roles}, {Value: held[u.ID]}, {Value: ui.Day(u.CreatedAt)}, {}}}
		if v.May(party.ManageCustomerUsers) {
			for _, r := range given {
				b := ui.Button{Text: v.T("users.give", "role", v.T("users.role."+string(r))), More: shownName(u), Post: "/portal/users/" + string(u.ID) + "/role", Once: v.Once(), Kind: "small", Hidden: []ui.Pair{{Name: "role", Value: string(r)}, {Name: "held", Value: "1"}}}
				if u.Roles[r] {
					b.Text, b.Hidden = v.T("users.take", "role", v.T("users.role."+string(r))), b.Hidden[:1]
				}
				if u.ID == v.Signed.Person.ID && r == party.CustomerGlobal {
					continue // nobody locks themselves out by a click
				}
				row.Cells[4].Acts = append(row.Cells[4].Acts, b)
			}
			if u.ID != v.Signed.Person.ID {
				row.Cells[4].Acts = append(row.Cells[4].Acts, ui.Button{Text: v.T("users.delete"), More: shownName(u), Href: "/portal/users/" + string(u.ID) + "/delete", Kind: "small ask"})
			}
		}
		if u.State == party.PersonInactive {
			row.Cells[0].Mark = &ui.Mark{Kind: "wait", Text: v.T("users.inactive")}
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

func userForm(v *ui.Visit, domain string) ui.Form {
	return ui.Form{
		Action: "/portal/users/new", Once: v.Once(),
		Fields: []ui.Field{
			{Name: "first", Label: v.T("customers.first_name"), MaxLength: 100, Required: true}, {Name: "last", Label: v.T("customers.last_name"), MaxLength: 100, Required: true},
			{Name: "upn", Label: v.T("me.upn"), Hint: v.T("users.upn_hint", "domain", domain), MaxLength: 254, Required: true},
		},
		Before: v.T("users.before"), Submit: ui.Button{Text: v.T("users.add"), Kind: "main"}, Back: &ui.Button{Text: v.T("users.back"), Href: "/portal/users"},
	}
}

func userFrame(v *ui.Visit) ui.Page {
	return ui.Page{Title: v.T("users.add"), Area: "users", Crumbs: []ui.Link{{Text: v.T("customer.users"), Href: "/portal/users"}}}
}

func newUser(v *ui.Visit) error {
	if err := v.Actor.May(party.ManageCustomerUsers); err != nil {
		return err
	}
	t, err := v.App.Tenancy(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	return v.Show("portal-user-new", userFrame(v), newUserPage{userForm(v, t.Customer.Domain)})
}

// addUser adds somebody; the password that was made is shown once (R11).
func addUser(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	t, err := v.App.Tenancy(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	form, frame := userForm(v, t.Customer.Domain), userFrame(v)
	form.Fill(sent)
	if form.Missing(v.L) {
		frame.Errors = form.Summary(v.L)
		return v.ShowAs(422, "portal-user-new", frame, newUserPage{form})
	}
	first, last, upn := strings.TrimSpace(sent.Get("first")), strings.TrimSpace(sent.Get("last")), strings.TrimSpace(sent.Get("upn"))
	if !strings.Contains(upn, "@") {
		upn += "@" + t.Customer.Domain
	}
	password := identity.Credentials{}.NewPassword()
	var made party.Person
	err = v.Try(func(req app.Request) (app.Reply, error) {
		return v.App.AddCustomerUser(v.R.Context(), v.Actor, req, v.Actor.Customer, party.Person{UPN: upn, FirstName: first, LastName: last, DisplayName: first + " " + last}, password, false)
	}, func(out any) { made = out.(party.Person) })
	if f := fault.Of(err); f != nil && f.Kind != fault.KindDenied {
		frame.Errors = form.Blame(v.L, f, "upn")
		return v.ShowAs(ui.Again(f), "portal-user-new", frame, newUserPage{form})
	}
	if err != nil {
		return err
	}
	frame.Title = v.T("users.made")
	return v.ShowOnce(frame, ui.ShownOnce{
		Warning: v.T("users.shown_once"),
		Facts: ui.Facts{ID: "signin", Title: v.T("customers.first_sign_in"), Rows: []ui.Fact{
			{Name: v.T("me.upn"), Value: ui.ID(made.UPN)}, {Name: v.T("customers.password"), Value: ui.ID(password), Hint: v.T("customers.password_hint")},
		}},
		Next: []ui.Button{{Text: v.T("users.back"), Href: "/portal/users", Kind: "main"}},
	})
}

func userOf(v *ui.Visit) id.User { return id.User(v.Path("user")) }

func usersSaid(v *ui.Visit, key string) func(any) ui.Then {
	return func(any) ui.Then { return ui.Then{To: "/portal/users", Said: v.T(key)} }
}

func setRole(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	if err := v.Prove(); err != nil {
		return err
	}
	role, _ := party.ParseRole(sent.Get("role"))
	return v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.SetCustomerRole(v.R.Context(), v.Actor, req, v.Actor.Customer, userOf(v), role, sent.Has("held"))
	}, usersSaid(v, "users.role_said"))
}

func askDelete(v *ui.Visit) error {
	u, err := v.App.CustomerUser(v.R.Context(), v.Actor, v.Actor.Customer, userOf(v))
	if err != nil {
		return err
	}
	return showUsers(v, 200, seats.File(v, v.Actor.Customer), &ui.Dialog{Name: "portal-user-delete", Data: deletePage{Title: v.T("users.delete_title", "name", shownName(u)), Form: ui.Form{
		Action: "/portal/users/" + string(u.ID) + "/delete", Once: v.Once(), Before: v.T("users.delete_before"),
		Submit: ui.Button{Text: v.T("users.delete_final", "name", shownName(u)), Kind: "final"}, Back: &ui.Button{Text: v.T("users.keep"), Href: "/portal/users"},
	}}})
}

func deleteUser(v *ui.Visit) error {
	return v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.DeleteCustomerUser(v.R.Context(), v.Actor, req, v.Actor.Customer, userOf(v))
	}, usersSaid(v, "users.delete_said"))
}

func restoreUser(v *ui.Visit) error {
	return v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.ChangeCustomerUser(v.R.Context(), v.Actor, req, v.Actor.Customer, userOf(v), app.UserChange{Restore: true})
	}, usersSaid(v, "users.restore_said"))
}
