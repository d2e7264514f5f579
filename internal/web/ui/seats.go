package ui

import (
	"cmp"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/identity"
)

// Seats are the pages where a customer's people are given seats of its subscriptions (R18): the same for the partner and for
// the customer's own.
type Seats struct {
	At string // the address of the list of users; "{customer}" in it is the path's
	// Customer is whose seats they are. Its faults are those of a page that is not there.
	Customer func(*Visit) (id.Customer, error)
	// Frame is the page around the seats of one person.
	Frame func(v *Visit, title string) (Page, error)
	// Users shows the list of users once more, with what was wrong with a file.
	Users func(v *Visit, status int, file SeatFile) error
	// Subscription is the address of a subscription; nil: it has none.
	Subscription func(*Visit, id.Subscription) string
}

// SeatFile is the form for a file of seats, with what was wrong with the one that was sent.
type SeatFile struct {
	Form   Form
	Errors *Errors
	Bad    *Table
}

// SeatsPage is what one person has, and what there is to give.
type SeatsPage struct {
	Facts Facts
	List  Table
	Call  Call
}

// Routes are the pages of seats.
func (s Seats) Routes() []Route {
	return []Route{
		{Pattern: "GET " + s.At + "/{user}", Handle: s.person},
		{Pattern: "POST " + s.At + "/{user}/seat", Handle: s.set},
		{Pattern: "POST " + s.At + "/{user}/password", Handle: s.password},
		{Pattern: "POST " + s.At + "/seats", Handle: s.file},
	}
}

func (s Seats) at(c id.Customer) string {
	return strings.ReplaceAll(s.At, "{customer}", string(c))
}

// Page is the address of one person's seats.
func (s Seats) Page(c id.Customer, user id.User) string { return s.at(c) + "/" + string(user) }

// Bought is what there are seats of, and how many of them are given. Its pages are those of the address's "seats".
func (s Seats) Bought(v *Visit, c id.Customer) (Table, error) {
	t := Table{
		ID: "seats", Title: v.T("seats.title"), Caption: v.T("seats.title"), Hint: v.T("seats.hint"),
		Columns: []Column{{Head: v.T("subs.name")}, {Head: v.T("seats.given")}, {Head: v.T("seats.free"), Num: true}},
		Empty:   Empty{Title: v.T("staff.no_seats"), Text: v.T("seats.none_text")},
	}
	views, last, err := v.App.Seated(v.R.Context(), v.Actor, c, app.SubscriptionQuery{After: id.Subscription(v.Query("seats")), Limit: Limit})
	if err != nil {
		return t, err
	}
	for _, view := range views {
		t.Rows = append(t.Rows, Row{Cells: []Cell{s.named(v, view.Subscription), given(v, view), {Value: view.Free()}}})
	}
	if last != "" {
		t.Pager.Next = v.With("seats", string(last)) + "#seats"
	}
	if v.Query("seats") != "" {
		t.Pager.First = v.With("seats", "") + "#seats"
	}
	t.Sortable(v)
	return t, nil
}

// given is the cell of how many seats of a subscription people have; it tells of seats that are gone after the renewal.
func given(v *Visit, s app.SeatView) Cell {
	most := s.SeatsToGive()
	c := Cell{Value: v.T("seats.used_of", "used", s.Used, "of", most), Hint: Meter(s.Used, most)}
	if most < s.Quantity {
		c.Hint = Meter(s.Used, most) + escaped(" "+v.T("seats.fewer", "n", s.Quantity, "next", most))
	}
	return c
}

// named is the cell of a subscription.
func (s Seats) named(v *Visit, sub subscription.Subscription) Cell {
	c := Cell{Value: cmp.Or(sub.FriendlyName, sub.Title)}
	if s.Subscription != nil {
		c.Href = s.Subscription(v, sub.ID)
	}
	if sub.FriendlyName != "" && sub.FriendlyName != sub.Title {
		c.Hint = sub.Title
	}
	if sub.State == subscription.Suspended {
		c.Mark = &Mark{"wait", v.T("state.suspended")}
	}
	return c
}

// Held names what each of the people has a seat of.
func (s Seats) Held(v *Visit, c id.Customer, people []party.Person) (map[id.User][]string, error) {
	var users []id.User
	for _, p := range people {
		users = append(users, p.ID)
	}
	held, err := v.App.SeatsOf(v.R.Context(), v.Actor, c, users)
	names := map[id.User][]string{}
	for user, subs := range held {
		for _, sub := range subs {
			names[user] = append(names[user], cmp.Or(sub.FriendlyName, sub.Title))
		}
	}
	return names, err
}

// person shows one person's seats: each subscription with the way to give or take one, or the reason against it.
func (s Seats) person(v *Visit) error {
	c, err := s.Customer(v)
	if err != nil {
		return err
	}
	p, err := v.App.CustomerUser(v.R.Context(), v.Actor, c, id.User(v.Path("user")))
	if err != nil {
		return err
	}
	name := cmp.Or(p.DisplayName, strings.TrimSpace(p.FirstName+" "+p.LastName), p.UPN)
	frame, err := s.Frame(v, name)
	if err != nil {
		return err
	}
	held, err := v.App.SeatsOf(v.R.Context(), v.Actor, c, []id.User{p.ID})
	if err != nil {
		return err
	}
	views, last, err := v.App.Seated(v.R.Context(), v.Actor, c, app.SubscriptionQuery{After: id.Subscription(v.Query("after")), Limit: Limit})
	if err != nil {
		return err
	}
	t := Table{
		ID: "seats", Title: v.T("seats.of_user"), Caption: v.T("seats.of_user"),
		Columns: []Column{{Head: v.T("subs.name")}, {Head: v.T("seats.has")}, {Head: v.T("seats.given")}, {Head: v.T("users.acts"), Hidden: true}},
		Empty:   Empty{Title: v.T("staff.no_seats"), Text: v.T("seats.none_text")},
	}
	has := map[id.Subscription]bool{}
	for _, sub := range held[p.ID] {
		has[sub.ID] = true
	}
	now := v.App.Clock.Now()
	for _, view := range views {
		row := Row{Cells: []Cell{s.named(v, view.Subscription), {Value: v.T("seats.no")}, given(v, view), {}}}
		act := Button{Text: v.T("seats.give"), More: row.Cells[0].Value.(string), Post: s.Page(c, p.ID) + "/seat", Once: v.Once(), Kind: "small", Hidden: []Pair{{"subscription", string(view.ID)}, {"held", "1"}}}
		if has[view.ID] {
			row.Cells[1].Value = Mark{"good", v.T("seats.yes")}
			act.Text, act.Kind, act.Hidden = v.T("seats.take"), "small quiet", act.Hidden[:1]
		} else if f := fault.Of(mayGive(view, held[p.ID], now)); f != nil {
			act.Off = v.L.Fault(f)
		}
		if p.State != party.PersonDeleted {
			row.Cells[3].Acts = []Button{act}
		}
		t.Rows = append(t.Rows, row)
	}
	if last != "" {
		t.Pager.Next = v.With("after", string(last))
	}
	if v.Query("after") != "" {
		t.Pager.First = v.With("after", "")
	}
	var roles []string
	for _, r := range p.Roles.List() {
		roles = append(roles, v.T("role."+string(r)))
	}
	if v.Actor.MayFor(party.ManageCustomerUsers, c) == nil && v.Actor.MayEmpower(p.Roles) == nil && p.State != party.PersonDeleted && p.ID != v.Signed.Person.ID {
		frame.Head.Acts = append(frame.Head.Acts, Button{Text: v.T("account.reset"), Post: s.Page(c, p.ID) + "/password", Once: v.Once(), Kind: "ask"})
	}
	path := "/v1/customers/" + string(c) + "/users/" + string(p.ID)
	return v.Show("seats-person", frame, SeatsPage{List: t, Facts: Facts{ID: "facts", Title: v.T("overview.facts"), Rows: []Fact{
		{Name: v.T("me.upn"), Value: ID(p.UPN)}, {Name: v.T("me.roles"), Value: roles}, {Name: v.T("users.since"), Value: Day(p.CreatedAt)},
	}}, Call: Call{
		ID: "call", Method: "POST", Path: path + "/licenseupdates", URL: v.URL,
		Body: `{"licensesToAssign":[{"skuId":"…"}],"licensesToRemove":[]}`,
	}})
}

// password makes another password of one person, which is shown this once; whoever is signed in by the old one is signed
// out (R11).
func (s Seats) password(v *Visit) error {
	c, err := s.Customer(v)
	if err != nil {
		return err
	}
	if err := v.Actor.MayFor(party.ManageCustomerUsers, c); err != nil {
		return err
	}
	user := id.User(v.Path("user"))
	if user == v.Signed.Person.ID { // one's own is changed where the old one is asked for
		return fault.Invalid("form.unreadable", nil)
	}
	if err := v.Prove(); err != nil {
		return err
	}
	plain := identity.Credentials{}.NewPassword()
	var p party.Person
	err = v.Try(func(req app.Request) (app.Reply, error) {
		return v.App.ChangeCustomerUser(v.R.Context(), v.Actor, req, c, user, app.UserChange{Password: &plain})
	}, func(out any) { p = out.(party.Person) })
	if err != nil {
		return err
	}
	frame, err := s.Frame(v, v.T("account.reset_done"))
	if err != nil {
		return err
	}
	return v.ShowOnce(frame, ShownOnce{
		Warning: v.T("users.shown_once"),
		Facts: Facts{ID: "signin", Title: v.T("account.reset_done"), Rows: []Fact{
			{Name: v.T("me.upn"), Value: ID(p.UPN)}, {Name: v.T("customers.password"), Value: ID(plain), Hint: v.T("customers.password_hint")},
		}},
		Next: []Button{{Text: v.T("users.back"), Href: s.Page(c, user), Kind: "main"}},
	})
}

// mayGive is what the act would say: a second seat of a product, or no seat to give.
func mayGive(view app.SeatView, held []subscription.Subscription, now time.Time) error {
	for _, has := range held {
		if app.SkuName(has.Item) == app.SkuName(view.Item) {
			return fault.Conflict("seat.held", fault.Args{"title": has.Title})
		}
	}
	_, err := view.GiveSeat("", view.Used, now)
	return err
}

// set gives one seat, or takes it away.
func (s Seats) set(v *Visit) error {
	c, err := s.Customer(v)
	if err != nil {
		return err
	}
	sent, err := v.Form()
	if err != nil {
		return err
	}
	wish, user := []app.SeatWish{{Subscription: id.Subscription(sent.Get("subscription"))}}, id.User(v.Path("user"))
	if wish[0].Subscription == "" {
		return fault.Invalid("form.unreadable", nil)
	}
	give, take := wish, []app.SeatWish(nil)
	said := "seats.given_said"
	if !sent.Has("held") {
		give, take, said = nil, wish, "seats.taken_said"
	}
	return v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.ChangeSeats(v.R.Context(), v.Actor, req, c, user, give, take)
	}, func(any) Then { return Then{To: s.Page(c, user), Said: v.T(said)} })
}

// File is the form for a file of seats.
func (s Seats) File(v *Visit, c id.Customer) SeatFile {
	return SeatFile{Form: Form{
		Action: s.at(c) + "/seats", Once: v.Once(), Files: true, Submit: Button{Text: v.T("seats.import"), Kind: "main"},
		Fields: []Field{{Name: "file", Label: v.T("move.file"), Kind: "file", Hint: v.T("seats.file_hint"), Required: true}},
	}}
}

// file takes a CSV file of seats; when a row is wrong nothing is taken, and the page says which rows and why.
func (s Seats) file(v *Visit) error {
	c, err := s.Customer(v)
	if err != nil {
		return err
	}
	up, err := v.Upload(app.MaxSeatFile)
	if err == nil {
		err = v.Act(func(req app.Request) (app.Reply, error) {
			return v.App.ImportSeats(v.R.Context(), v.Actor, req, c, up.Whole())
		}, func(out any) Then {
			r := out.(app.SeatReport)
			return Then{To: s.at(c), Said: v.T("seats.imported", "n", r.Rows, "given", r.Given, "taken", r.Taken, "same", r.Same)}
		})
	}
	f := fault.Of(err)
	if f == nil || f.Kind == fault.KindDenied || f.Kind == fault.KindNotFound {
		return err
	}
	file := s.File(v, c)
	file.Errors = file.Form.Blame(v.L, f, "file")
	if rows, ok := f.Args["errors"].([]app.SeatError); ok {
		file.Bad = v.BadRows(len(rows), func(i int) (int, string, string) {
			r := rows[i]
			if r.Fault != nil {
				return r.Line, r.Member, v.L.Fault(r.Fault)
			}
			return r.Line, r.Member, v.RowText(r.Code, 0)
		})
	}
	return s.Users(v, Again(f), file)
}
