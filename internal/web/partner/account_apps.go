package partner

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

const appsPath = accountPath + "/apps"

// appsPage is the partner's API applications (R13).
type appsPage struct{ List ui.Table }

// appPage is one of them: its secrets, roles and what can be done.
type appPage struct {
	Facts   ui.Facts
	Secrets ui.Table
	Rotate  *ui.Form
	Form    ui.Form
	Acts    []ui.Button
	Call    ui.Call
}

type newAppPage struct{ Form ui.Form }

func appMark(v *ui.Visit, c party.Client) ui.Mark {
	if c.Disabled {
		return ui.Mark{Kind: "wait", Text: v.T("account.disabled")}
	}
	return ui.Mark{Kind: "good", Text: v.T("account.active")}
}

func apps(v *ui.Visit) error {
	all, err := v.App.Clients(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	b := ui.Button{Text: v.T("account.app_new"), Href: appsPath + "/new", Icon: "plus", Kind: "main"}
	t := ui.Table{
		Caption: v.T("account.apps"), Columns: []ui.Column{{Head: v.T("me.name")}, {Head: v.T("account.client_id")}, {Head: v.T("me.roles")}, {Head: v.T("subs.status")}, {Head: v.T("account.secrets"), Num: true}, {Head: v.T("customers.since")}},
		Empty: ui.Empty{Title: v.T("account.no_apps"), Text: v.T("account.no_apps_text"), Act: &b},
	}
	now := v.Wall.Now()
	for _, c := range all {
		live := 0
		for _, s := range c.Secrets {
			if s.Live(now) {
				live++
			}
		}
		t.Rows = append(t.Rows, ui.Row{Past: c.Disabled, Cells: []ui.Cell{
			{Value: c.Name, Href: appsPath + "/" + string(c.ID)}, {Value: ui.Mono(c.ID)}, {Value: roleNames(v, c.Roles)}, {Value: appMark(v, c)}, {Value: live}, {Value: ui.Day(c.CreatedAt)},
		}})
	}
	t.Sortable(v)
	if v.IsCSV() {
		return v.CSV("apps", t)
	}
	p := accountFrame(v, "/apps", v.T("account.apps"))
	p.Head.Acts = []ui.Button{b}
	return v.Show("account-apps", p, appsPage{t})
}

func newAppForm(v *ui.Visit) ui.Form {
	return ui.Form{Action: appsPath + "/new", Once: v.Once(), Fields: append([]ui.Field{
		{Name: "name", Label: v.T("me.name"), Required: true, MaxLength: 256},
		{Name: "redirects", Label: v.T("account.redirects"), Kind: "area", Hint: v.T("account.redirects_hint"), MaxLength: 4000},
		{Name: "public", Label: v.T("account.public"), Kind: "check", Hint: v.T("account.public_hint")},
	}, roleFields(v, nil)...), Before: v.T("account.app_before"), Submit: ui.Button{Text: v.T("account.app_add"), Kind: "main"}, Back: &ui.Button{Text: v.T("account.app_back"), Href: appsPath}}
}

// newApp asks who the reader is before anything is typed.
func newApp(v *ui.Visit) error {
	if err := v.Actor.May(party.ManageClients); err != nil {
		return err
	}
	if err := v.Prove(); err != nil {
		return err
	}
	return v.Show("account-app-new", accountFrame(v, "/apps", v.T("account.app_new")), newAppPage{newAppForm(v)})
}

// addApp registers an application; its secret is shown this once (R13).
func addApp(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	form, frame := newAppForm(v), accountFrame(v, "/apps", v.T("account.app_new"))
	form.Fill(sent)
	if form.Missing(v.L) {
		frame.Errors = form.Summary(v.L)
		return v.ShowAs(422, "account-app-new", frame, newAppPage{form})
	}
	var made app.Registered
	err = v.Try(func(req app.Request) (app.Reply, error) {
		return v.App.RegisterClient(v.R.Context(), v.Actor, req, party.Client{
			Name: strings.TrimSpace(sent.Get("name")), Redirects: strings.Fields(sent.Get("redirects")), Public: sent.Has("public"), Roles: rolesSent(v, sent, nil),
		})
	}, func(out any) { made = out.(app.Registered) })
	if f := fault.Of(err); f != nil && f.Kind != fault.KindDenied {
		field := "name"
		if strings.HasPrefix(f.Code, "client.redirect") {
			field = "redirects"
		}
		frame.Errors = form.Blame(v.L, f, field)
		return v.ShowAs(ui.Again(f), "account-app-new", frame, newAppPage{form})
	}
	if err != nil {
		return err
	}
	if made.Plain == "" {
		return v.Redirect(appsPath+"/"+string(made.ID), v.T("account.said"))
	}
	return showSecret(v, v.T("account.app_made"), made)
}

// showSecret shows a secret that was made, once.
func showSecret(v *ui.Visit, title string, made app.Registered) error {
	return v.ShowOnce(accountFrame(v, "/apps", title), ui.ShownOnce{
		Warning: v.T("account.secret_once"),
		Facts: ui.Facts{ID: "secret", Title: made.Name, Rows: []ui.Fact{
			{Name: v.T("account.client_id"), Value: ui.ID(made.ID)}, {Name: v.T("account.secret"), Value: ui.ID(made.Plain), Hint: v.T("account.fingerprint_is", "name", made.NewSecret.Fingerprint)},
		}},
		Next: []ui.Button{{Text: v.T("account.app_open"), Href: appsPath + "/" + string(made.ID), Kind: "main"}},
	})
}

func oneApp(v *ui.Visit) error {
	c, err := v.App.APIClient(v.R.Context(), v.Actor, id.Client(v.Path("client")))
	if err != nil {
		return err
	}
	return showApp(v, 200, c, nil, nil, nil)
}

// overlaps are the days an old secret may live beside the new one.
var overlaps = []int{0, 1, 7, 30}

func showApp(v *ui.Visit, status int, c party.Client, notes []ui.Note, errors *ui.Errors, dialog *ui.Dialog) error {
	at, now := appsPath+"/"+string(c.ID), v.Wall.Now()
	frame := accountFrame(v, "/apps", c.Name)
	frame.Head.Marks, frame.Notes, frame.Errors, frame.Dialog = []ui.Mark{appMark(v, c)}, notes, errors, dialog
	kind := v.T("account.confidential")
	if c.Public {
		kind = v.T("account.public")
	}
	version := []ui.Pair{{Name: "version", Value: strconv.FormatInt(c.Version, 10)}, {Name: "seen", Value: ui.Cursor(appSeenOf(c))}}
	guarded := func(act string) []ui.Pair { return append(slices.Clip(version), ui.Pair{Name: "act", Value: act}) }
	page := appPage{
		Facts: ui.Facts{ID: "facts", Title: v.T("overview.facts"), Rows: []ui.Fact{
			{Name: v.T("account.client_id"), Value: ui.ID(c.ID)}, {Name: v.T("account.app_kind"), Value: kind}, {Name: v.T("account.redirects"), Value: c.Redirects}, {Name: v.T("customers.since"), Value: ui.Day(c.CreatedAt)},
		}},
		Secrets: ui.Table{
			ID: "secrets", Title: v.T("account.secrets"), Hint: v.T("account.secrets_hint"), Caption: v.T("account.secrets"),
			Columns: []ui.Column{{Head: v.T("account.fingerprint")}, {Head: v.T("account.made")}, {Head: v.T("account.until")}, {Head: v.T("users.acts"), Hidden: true}},
			Empty:   ui.Empty{Title: v.T("account.no_secrets")},
		},
		Form: ui.Form{
			Action: at, Once: v.Once(), Hidden: guarded("edit"),
			Fields: append([]ui.Field{{Name: "name", Label: v.T("me.name"), Value: c.Name, Required: true, MaxLength: 256}, {Name: "redirects", Label: v.T("account.redirects"), Kind: "area", Value: strings.Join(c.Redirects, "\n"), Hint: v.T("account.redirects_hint"), MaxLength: 4000}}, roleFields(v, c.Roles)...),
			Submit: ui.Button{Text: v.T("account.save"), Kind: "main"},
		},
		Call: ui.Call{ID: "call", Method: "GET", Path: "/v1/partner/clients/" + string(c.ID), URL: v.URL},
	}
	for _, s := range c.Secrets {
		row := ui.Row{Past: !s.Live(now), Cells: []ui.Cell{{Value: ui.Mono(s.Fingerprint)}, {Value: s.MadeAt}, {Value: v.T("account.no_end")}, {}}}
		if !s.Until.IsZero() {
			row.Cells[2].Value = s.Until
		}
		if s.Live(now) {
			row.Cells[3].Acts = []ui.Button{{Text: v.T("account.revoke"), More: s.Fingerprint, Post: at, Once: v.Once(), Kind: "small ask", Hidden: []ui.Pair{{Name: "act", Value: "revoke"}, {Name: "secret", Value: s.Fingerprint}}}}
		}
		page.Secrets.Rows = append(page.Secrets.Rows, row)
	}
	if !c.Public {
		days := ui.Field{Name: "days", Label: v.T("account.overlap"), Kind: "select", Prefix: "r-", Value: "7"}
		for _, n := range overlaps {
			days.Options = append(days.Options, ui.Option{Value: strconv.Itoa(n), Text: v.T("account.days", "n", n)})
		}
		page.Rotate = &ui.Form{Action: at, Once: v.Once(), Hidden: []ui.Pair{{Name: "act", Value: "rotate"}}, Fields: []ui.Field{days}, Before: v.T("account.rotate_before"), Submit: ui.Button{Text: v.T("account.rotate"), Kind: "main"}}
	}
	off := ui.Button{Text: v.T("account.disable"), Post: at, Once: v.Once(), Hidden: guarded("disable")}
	if c.Disabled {
		off.Text, off.Hidden = v.T("account.enable"), guarded("enable")
	}
	page.Acts = []ui.Button{off, {Text: v.T("users.delete"), Href: at + "/remove", Kind: "ask"}}
	return v.ShowAs(status, "account-app", frame, page)
}

// changeApp changes an application, gives it another secret or takes one away (R13).
func changeApp(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	client := id.Client(v.Path("client"))
	c, err := v.App.APIClient(v.R.Context(), v.Actor, client)
	if err != nil {
		return err
	}
	if err := v.Prove(); err != nil {
		return err
	}
	at, said := appsPath+"/"+string(client), "account.said"
	do := func(use func(app.Request) (app.Reply, error)) error {
		return v.Act(use, func(any) ui.Then { return ui.Then{To: at, Said: v.T(said)} })
	}
	var ch app.ClientChange
	ch.Version, _ = strconv.ParseInt(sent.Get("version"), 10, 64)
	change := func(req app.Request) (app.Reply, error) {
		return v.App.ChangeClient(v.R.Context(), v.Actor, req, client, ch)
	}
	switch yes, no := true, false; sent.Get("act") {
	case "edit":
		name, redirects, roles := strings.TrimSpace(sent.Get("name")), strings.Fields(sent.Get("redirects")), rolesSent(v, sent, c.Roles)
		ch.Name, ch.Redirects, ch.Roles = &name, &redirects, &roles
		err = do(change)
	case "disable":
		ch.Disabled = &yes
		err = do(change)
	case "enable":
		ch.Disabled = &no
		err = do(change)
	case "revoke":
		said = "account.revoked"
		err = do(func(req app.Request) (app.Reply, error) {
			return v.App.RevokeClientSecret(v.R.Context(), v.Actor, req, client, sent.Get("secret"))
		})
	case "rotate":
		return rotate(v, c, sent.Get("days"))
	default:
		return fault.Invalid("form.unreadable", nil)
	}
	if f := fault.Of(err); f != nil && f.Kind != fault.KindDenied && f.Kind != fault.KindNotFound {
		if ui.WasChanged(f) {
			return staleApp(v, sent.Get("seen"), client)
		}
		form := ui.Form{}
		return showApp(v, ui.Again(f), c, nil, form.Blame(v.L, f, ""), nil)
	}
	return err
}

// appSeen is what a form was made from.
type appSeen struct {
	Name, Roles, Redirects string
	Disabled               bool
}

func appSeenOf(c party.Client) appSeen {
	return appSeen{c.Name, c.Roles.String(), strings.Join(c.Redirects, " "), c.Disabled}
}

// staleApp shows an application as it is now, beside what the reader saw.
func staleApp(v *ui.Visit, cursor string, client id.Client) error {
	c, err := v.App.APIClient(v.R.Context(), v.Actor, client)
	if err != nil {
		return err
	}
	var was appSeen
	ui.ReadCursor(cursor, &was)
	held, _ := party.ParseRoles(was.Roles)
	note := v.Stale(ui.Change{Name: v.T("me.name"), Was: was.Name, Is: c.Name}, ui.Change{Name: v.T("me.roles"), Was: roleNames(v, held), Is: roleNames(v, c.Roles)},
		ui.Change{Name: v.T("account.redirects"), Was: was.Redirects, Is: strings.Join(c.Redirects, " ")},
		ui.Change{Name: v.T("subs.status"), Was: appMark(v, party.Client{Disabled: was.Disabled}).Text, Is: appMark(v, c).Text})
	return showApp(v, 409, c, []ui.Note{note}, nil, nil)
}

// rotate makes another secret and shows it once. The old ones end after so many days, so that nothing stops meanwhile.
func rotate(v *ui.Visit, c party.Client, days string) error {
	n, err := strconv.Atoi(days)
	if err != nil || n < 0 || n > overlaps[len(overlaps)-1] {
		return fault.Invalid("form.unreadable", nil)
	}
	var made app.Registered
	err = v.Try(func(req app.Request) (app.Reply, error) {
		return v.App.RotateClientSecret(v.R.Context(), v.Actor, req, c.ID, time.Duration(n)*24*time.Hour)
	}, func(out any) { made = out.(app.Registered) })
	if f := fault.Of(err); f != nil && f.Kind != fault.KindDenied && f.Kind != fault.KindNotFound {
		form := ui.Form{}
		return showApp(v, ui.Again(f), c, nil, form.Blame(v.L, f, ""), nil)
	}
	if err != nil {
		return err
	}
	return showSecret(v, v.T("account.secret_made"), made)
}

func askRemoveApp(v *ui.Visit) error {
	c, err := v.App.APIClient(v.R.Context(), v.Actor, id.Client(v.Path("client")))
	if err != nil {
		return err
	}
	at := appsPath + "/" + string(c.ID)
	return showApp(v, 200, c, nil, nil, &ui.Dialog{Name: "sure", Data: ui.Sure{Title: v.T("users.delete_title", "name", c.Name), Form: ui.Form{
		Action: at + "/remove", Once: v.Once(), Before: v.T("account.app_remove_before"),
		Submit: ui.Button{Text: v.T("users.delete_final", "name", c.Name), Kind: "final"}, Back: &ui.Button{Text: v.T("account.app_keep"), Href: at},
	}}})
}

func removeApp(v *ui.Visit) error {
	if err := v.Prove(); err != nil {
		return err
	}
	return v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.RemoveClient(v.R.Context(), v.Actor, req, id.Client(v.Path("client")))
	}, func(any) ui.Then { return ui.Then{To: appsPath, Said: v.T("account.app_removed")} })
}
