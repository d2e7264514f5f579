package partner

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

const staffPath = accountPath + "/users"

// staffPage is the partner's own people (R11).
type staffPage struct{ List ui.Table }

// staffFormPage adds one, or says what one may do.
type staffFormPage struct {
	Facts *ui.Facts
	Form  ui.Form
	Acts  []ui.Button
	Call  *ui.Call
}

func staffName(p party.Person) string {
	return cmp.Or(p.DisplayName, strings.TrimSpace(p.FirstName+" "+p.LastName), p.UPN)
}

func staffMark(v *ui.Visit, p party.Person) ui.Mark {
	if p.State == party.PersonActive {
		return ui.Mark{Kind: "good", Text: v.T("account.active")}
	}
	return ui.Mark{Kind: "wait", Text: v.T("users.inactive")}
}

func staff(v *ui.Visit) error {
	q := app.PeopleQuery{After: v.Query("after"), Limit: ui.Limit + 1}
	if v.IsCSV() {
		q.After, q.Limit = "", ui.Export
	}
	found, err := v.App.PartnerUsers(v.R.Context(), v.Actor, q)
	if err != nil {
		return err
	}
	t := ui.Table{
		Caption: v.T("account.users"), Columns: []ui.Column{{Head: v.T("me.name")}, {Head: v.T("me.upn")}, {Head: v.T("me.roles")}, {Head: v.T("subs.status")}, {Head: v.T("account.second")}, {Head: v.T("customers.since")}},
		Empty: ui.Empty{Title: v.T("staff.none")},
	}
	if len(found) > ui.Limit && !v.IsCSV() {
		found = found[:ui.Limit]
		t.Pager.Next = v.With("after", found[ui.Limit-1].UPN)
	}
	if v.Query("after") != "" {
		t.Pager.First = v.With("after", "")
	}
	for _, u := range found {
		second := v.T("part.no")
		if u.TOTP != nil {
			second = v.T("part.yes")
		}
		t.Rows = append(t.Rows, ui.Row{Past: u.State != party.PersonActive, Cells: []ui.Cell{
			{Value: staffName(u), Href: staffPath + "/" + string(u.ID)}, {Value: ui.Mono(u.UPN)}, {Value: roleNames(v, u.Roles)}, {Value: staffMark(v, u)}, {Value: second}, {Value: ui.Day(u.CreatedAt)},
		}})
	}
	t.Sortable(v)
	if v.IsCSV() {
		return v.CSV("staff", t)
	}
	p := accountFrame(v, "/users", v.T("account.users"))
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv", "after", ""), Icon: "down"}, {Text: v.T("users.add"), Href: staffPath + "/new", Icon: "plus", Kind: "main"}}
	return v.Show("account-users", p, staffPage{t})
}

func newStaffForm(v *ui.Visit) ui.Form {
	return ui.Form{Action: staffPath + "/new", Once: v.Once(), Fields: append([]ui.Field{
		{Name: "upn", Label: v.T("me.upn"), Required: true, MaxLength: 254, Hint: v.T("account.upn_hint")}, {Name: "email", Label: v.T("customers.email"), Kind: "email", MaxLength: 254},
		{Name: "first", Label: v.T("customers.first_name"), Required: true, MaxLength: 64}, {Name: "last", Label: v.T("customers.last_name"), Required: true, MaxLength: 64},
	}, roleFields(v, nil)...), Before: v.T("users.before"), Submit: ui.Button{Text: v.T("users.add"), Kind: "main"}, Back: &ui.Button{Text: v.T("users.back"), Href: staffPath}}
}

// newStaff asks who the reader is before anything is typed: roles are given only by who has just proved that.
func newStaff(v *ui.Visit) error {
	if err := v.Actor.May(party.ManagePartnerUsers); err != nil {
		return err
	}
	if err := v.Prove(); err != nil {
		return err
	}
	return v.Show("account-user", accountFrame(v, "/users", v.T("users.add")), staffFormPage{Form: newStaffForm(v)})
}

// addStaff adds one of the staff with a password that is shown this once.
func addStaff(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	form, frame := newStaffForm(v), accountFrame(v, "/users", v.T("users.add"))
	form.Fill(sent)
	if form.Missing(v.L) {
		frame.Errors = form.Summary(v.L)
		return v.ShowAs(422, "account-user", frame, staffFormPage{Form: form})
	}
	get := func(name string) string { return strings.TrimSpace(sent.Get(name)) }
	var made app.Admitted
	err = v.Try(func(req app.Request) (app.Reply, error) {
		return v.App.AddPartnerUser(v.R.Context(), v.Actor, req, party.Person{
			UPN: get("upn"), FirstName: get("first"), LastName: get("last"), DisplayName: get("first") + " " + get("last"), Email: get("email"), Roles: rolesSent(v, sent, nil),
		}, "", false)
	}, func(out any) { made = out.(app.Admitted) })
	if f := fault.Of(err); f != nil && f.Kind != fault.KindDenied {
		frame.Errors = form.Blame(v.L, f, "upn")
		return v.ShowAs(ui.Again(f), "account-user", frame, staffFormPage{Form: form})
	}
	if err != nil {
		return err
	}
	return showPassword(v, v.T("users.made"), made)
}

// showPassword shows a password that was made, once.
func showPassword(v *ui.Visit, title string, made app.Admitted) error {
	return v.ShowOnce(accountFrame(v, "/users", title), ui.ShownOnce{
		Warning: v.T("users.shown_once"),
		Facts: ui.Facts{ID: "signin", Title: v.T("customers.first_sign_in"), Rows: []ui.Fact{
			{Name: v.T("me.upn"), Value: ui.ID(made.UPN)}, {Name: v.T("customers.password"), Value: ui.ID(made.InitialPassword), Hint: v.T("customers.password_hint")},
		}},
		Next: []ui.Button{{Text: v.T("users.back"), Href: staffPath, Kind: "main"}},
	})
}

// oneStaff shows one of the staff with the roles and what can be done. Who is above the reader is only shown.
func oneStaff(v *ui.Visit) error {
	p, err := v.App.PartnerUser(v.R.Context(), v.Actor, id.User(v.Path("user")))
	if err != nil {
		return err
	}
	return showStaff(v, 200, p, nil, nil, nil)
}

// staffSeen is what a form was made from.
type staffSeen struct{ Roles, State string }

func showStaff(v *ui.Visit, status int, p party.Person, notes []ui.Note, errors *ui.Errors, dialog *ui.Dialog) error {
	at := staffPath + "/" + string(p.ID)
	frame := accountFrame(v, "/users", staffName(p))
	frame.Head.Marks, frame.Notes, frame.Errors, frame.Dialog = []ui.Mark{staffMark(v, p)}, notes, errors, dialog
	second := v.T("part.no")
	if p.TOTP != nil {
		second = v.T("part.yes")
	}
	page := staffFormPage{Call: &ui.Call{ID: "call", Method: "GET", Path: "/v1/partner/users/" + string(p.ID), URL: v.URL}, Facts: &ui.Facts{ID: "facts", Title: v.T("overview.facts"), Rows: []ui.Fact{
		{Name: v.T("me.upn"), Value: ui.ID(p.UPN)}, {Name: v.T("customers.email"), Value: dash(p.Email)}, {Name: v.T("me.roles"), Value: roleNames(v, p.Roles)},
		{Name: v.T("account.second"), Value: second}, {Name: v.T("customers.since"), Value: ui.Day(p.CreatedAt)},
	}}}
	version := []ui.Pair{{Name: "version", Value: strconv.FormatInt(p.Version, 10)}, {Name: "seen", Value: ui.Cursor(staffSeen{p.Roles.String(), string(p.State)})}}
	if v.Actor.MayGrant(p.Roles) == nil {
		page.Form = ui.Form{Action: at, Once: v.Once(), Hidden: append(slices.Clip(version), ui.Pair{Name: "act", Value: "roles"}), Fields: roleFields(v, p.Roles), Before: v.T("account.roles_before"), Submit: ui.Button{Text: v.T("account.save_roles"), Kind: "main"}}
		act := func(name, kind string) ui.Button {
			return ui.Button{Text: v.T("account." + name), Post: at, Once: v.Once(), Kind: kind, Hidden: append(slices.Clip(version), ui.Pair{Name: "act", Value: name})}
		}
		page.Acts = []ui.Button{act("reset", "")}
		if p.TOTP != nil {
			page.Acts = append(page.Acts, act("drop_second", ""))
		}
		if p.ID != v.Signed.Person.ID {
			if p.State == party.PersonActive {
				page.Acts = append(page.Acts, act("disable", ""))
			} else {
				page.Acts = append(page.Acts, act("enable", ""))
			}
			page.Acts = append(page.Acts, ui.Button{Text: v.T("users.delete"), Href: at + "/remove", Kind: "ask"})
		}
	}
	return v.ShowAs(status, "account-user", frame, page)
}

// changeStaff gives roles, switches the sign-in off or on, makes another password, forgets the second factor (R11).
func changeStaff(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	user := id.User(v.Path("user"))
	p, err := v.App.PartnerUser(v.R.Context(), v.Actor, user)
	if err != nil {
		return err
	}
	if err := v.Prove(); err != nil {
		return err
	}
	var ch app.PersonChange
	ch.Version, _ = strconv.ParseInt(sent.Get("version"), 10, 64)
	said, none := "account.said", ""
	switch active, off := party.PersonActive, party.PersonInactive; sent.Get("act") {
	case "roles":
		roles := rolesSent(v, sent, p.Roles)
		ch.Roles = &roles
	case "reset":
		ch.Password = &none
	case "drop_second":
		ch.DropTOTP = true
	case "enable":
		ch.State = &active
	case "disable":
		ch.State = &off
	default:
		return fault.Invalid("form.unreadable", nil)
	}
	change := func(req app.Request) (app.Reply, error) {
		return v.App.ChangePartnerUser(v.R.Context(), v.Actor, req, user, ch)
	}
	if ch.Password != nil {
		var made app.Admitted
		if err = v.Try(change, func(out any) { made = out.(app.Admitted) }); err == nil {
			return showPassword(v, v.T("account.reset_done"), made)
		}
	} else {
		err = v.Act(change, func(any) ui.Then { return ui.Then{To: staffPath + "/" + string(user), Said: v.T(said)} })
	}
	if f := fault.Of(err); f != nil && f.Kind != fault.KindDenied && f.Kind != fault.KindNotFound {
		if ui.WasChanged(f) {
			return staleStaff(v, sent.Get("seen"), user)
		}
		form := ui.Form{}
		return showStaff(v, ui.Again(f), p, nil, form.Blame(v.L, f, ""), nil)
	}
	return err
}

// staleStaff shows one of the staff as they are now, beside what the reader saw.
func staleStaff(v *ui.Visit, cursor string, user id.User) error {
	p, err := v.App.PartnerUser(v.R.Context(), v.Actor, user)
	if err != nil {
		return err
	}
	var was staffSeen
	ui.ReadCursor(cursor, &was)
	held, _ := party.ParseRoles(was.Roles)
	old := p
	old.State = party.PersonState(was.State)
	note := v.Stale(ui.Change{Name: v.T("me.roles"), Was: roleNames(v, held), Is: roleNames(v, p.Roles)}, ui.Change{Name: v.T("subs.status"), Was: staffMark(v, old).Text, Is: staffMark(v, p).Text})
	return showStaff(v, 409, p, []ui.Note{note}, nil, nil)
}

// askRemoveStaff asks before one of the staff is removed.
func askRemoveStaff(v *ui.Visit) error {
	p, err := v.App.PartnerUser(v.R.Context(), v.Actor, id.User(v.Path("user")))
	if err != nil {
		return err
	}
	at := staffPath + "/" + string(p.ID)
	return showStaff(v, 200, p, nil, nil, &ui.Dialog{Name: "sure", Data: ui.Sure{Title: v.T("users.delete_title", "name", staffName(p)), Form: ui.Form{
		Action: at + "/remove", Once: v.Once(), Before: v.T("account.remove_before"),
		Submit: ui.Button{Text: v.T("users.delete_final", "name", staffName(p)), Kind: "final"}, Back: &ui.Button{Text: v.T("users.keep"), Href: at},
	}}})
}

func removeStaff(v *ui.Visit) error {
	if err := v.Prove(); err != nil {
		return err
	}
	err := v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.RemovePartnerUser(v.R.Context(), v.Actor, req, id.User(v.Path("user")))
	}, func(any) ui.Then { return ui.Then{To: staffPath, Said: v.T("account.removed")} })
	return err
}
