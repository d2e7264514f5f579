package operator

import (
	"net/url"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

const peoplePath = "/operator/security/people"

// peoplePage finds somebody by user name, and ends what a lost device is signed in by (R15).
type peoplePage struct {
	Ask      ui.Filters
	Facts    *ui.Facts
	Sessions *ui.Table
	All      *ui.Button
}

func somebodysPage(name string) string {
	return peoplePath + "?" + url.Values{"name": {name}}.Encode()
}

func people(v *ui.Visit) error {
	if err := v.Actor.May(party.OperateSystem); err != nil {
		return err
	}
	name := v.Query("name")
	field := ui.Field{Name: "name", Label: v.T("me.upn"), Value: name, Placeholder: "name@example.com", MaxLength: 254, Required: true, Grow: true}
	frame := ui.Page{Title: v.T("people.title"), Area: "security", Crumbs: []ui.Link{{Text: v.T("console.security"), Href: "/operator/security"}}}
	page, code := peoplePage{}, 200
	if name != "" {
		u, of, sessions, err := v.People.Somebody(v.R.Context(), v.Actor, name)
		switch f := fault.Of(err); {
		case f != nil && f.Kind == fault.KindNotFound:
			form := ui.Form{Fields: []ui.Field{field}}
			frame.Errors, code = form.Blame(v.L, f, "name"), ui.Again(f)
			field = form.Fields[0]
		case err != nil:
			return err
		default:
			page.show(v, u, of, sessions)
		}
	}
	page.Ask = ui.Filters{Label: v.T("people.find"), Action: peoplePath, Go: v.T("people.look"), Fields: []ui.Field{field}}
	return v.ShowAs(code, "op-people", frame, page)
}

func (p *peoplePage) show(v *ui.Visit, u party.Person, of party.Partner, sessions []party.Session) {
	var roles []string
	for _, r := range u.Roles.List() {
		roles = append(roles, v.T("role."+string(r)))
	}
	state := ui.Mark{Kind: "good", Text: v.T("account.active")}
	if u.State != party.PersonActive {
		state = ui.Mark{Kind: "wait", Text: v.T("users.inactive")}
	}
	second := v.T("part.no")
	if u.TOTP != nil {
		second = v.T("part.yes")
	}
	p.Facts = &ui.Facts{ID: "who", Title: v.T("people.who"), Rows: []ui.Fact{
		{Name: v.T("me.name"), Value: u.DisplayName}, {Name: v.T("me.upn"), Value: ui.ID(u.UPN)}, {Name: v.T("people.side"), Value: v.T("console.side." + string(u.Side())), Hint: of.Name},
		{Name: v.T("me.roles"), Value: strings.Join(roles, ", ")}, {Name: v.T("subs.status"), Value: state}, {Name: v.T("account.second"), Value: second},
	}}
	at := somebodysPage(u.UPN)
	t := ui.Table{
		ID: "sessions", Title: v.T("people.sessions"), Caption: v.T("people.sessions"), Empty: ui.Empty{Title: v.T("people.nowhere")},
		Columns: []ui.Column{{Head: v.T("me.browser")}, {Head: v.T("me.since")}, {Head: v.T("me.seen")}, {Head: v.T("me.how")}, {Head: v.T("me.end"), Hidden: true}},
	}
	for _, e := range sessions {
		agent := e.Agent
		if agent == "" {
			agent = "–"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Value: agent}, {Value: e.MadeAt}, {Value: e.SeenAt}, {Value: v.T("me.how." + e.Method)},
			{Acts: []ui.Button{{Text: v.T("me.end"), Post: at, Kind: "small", Hidden: []ui.Pair{{Name: "session", Value: e.ID}}}}},
		}})
	}
	p.Sessions = &t
	p.All = &ui.Button{Text: v.T("people.end_all"), Post: at, Once: v.Once(), Kind: "ask", Hidden: []ui.Pair{{Name: "all", Value: "1"}}}
}

// endSessions ends one session of somebody, or all with every token that clients hold for them.
func endSessions(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	u, of, _, err := v.People.Somebody(v.R.Context(), v.Actor, v.Query("name"))
	if err != nil {
		return err
	}
	at := somebodysPage(u.UPN)
	if !sent.Has("all") {
		if err := v.People.EndSession(v.R.Context(), v.Actor, u.UPN, sent.Get("session")); err != nil {
			return err
		}
		return v.Redirect(at, v.T("me.ended"))
	}
	return v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.SignOutPerson(v.R.Context(), v.Actor, req, of, u)
	}, func(any) ui.Then { return ui.Then{To: at, Said: v.T("people.ended_all", "name", u.UPN)} })
}
