package operator

import (
	"cmp"
	"net/url"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

const clientsPath = securityPath + "/clients"

// clientsPage is the API clients of all partners: what they may do, how old their secrets are, and an end to those that leaked (R15).
type clientsPage struct{ List ui.Table }

func clients(v *ui.Visit) error { return showClients(v, nil) }

// showClients shows a stretch of them, and the dialog that asks before one is ended.
func showClients(v *ui.Visit, dialog *ui.Dialog) error {
	var after app.ClientKey
	ui.ReadCursor(v.Query("after"), &after)
	limit := ui.Limit + 1
	if v.IsCSV() {
		limit = ui.Export
	}
	all, err := v.App.AllClients(v.R.Context(), v.Actor, after, limit)
	if err != nil {
		return err
	}
	names := partnerNames(v)
	t := ui.Table{
		ID: "clients", Title: v.T("security.clients"), Caption: v.T("security.clients"), Empty: ui.Empty{Title: v.T("clients.none")},
		Columns: []ui.Column{{Head: v.T("clients.name")}, {Head: v.T("console.partner")}, {Head: v.T("me.roles")}, {Head: v.T("clients.secrets")}, {Head: v.T("subs.status")}, {Head: v.T("clients.revoke"), Hidden: true}},
	}
	if !v.IsCSV() && len(all) > ui.Limit {
		all = all[:ui.Limit]
		last := all[ui.Limit-1]
		t.Pager.Next = v.With("after", ui.Cursor(app.ClientKey{Partner: last.Partner, Client: last.ID}))
	}
	if after != (app.ClientKey{}) {
		t.Pager.First = v.With("after", "")
	}
	for _, c := range all {
		t.Rows = append(t.Rows, clientRow(v, c, names))
	}
	t.Sortable(v)
	if v.IsCSV() {
		t.Columns = t.Columns[:len(t.Columns)-1]
		for i := range t.Rows {
			t.Rows[i].Cells = t.Rows[i].Cells[:len(t.Columns)]
		}
		return v.CSV("clients", t)
	}
	p := ui.Page{Title: v.T("security.clients"), Area: "security", Dialog: dialog, Crumbs: []ui.Link{{Text: v.T("console.security"), Href: securityPath}}}
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: clientsPath + "?format=csv", Icon: "down"}}
	return v.Show("op-clients", p, clientsPage{t})
}

func clientRow(v *ui.Visit, c party.Client, names func(id.Partner) string) ui.Row {
	var roles []string
	for _, r := range c.Roles.List() {
		roles = append(roles, v.T("role."+string(r)))
	}
	state, act := ui.Mark{Kind: "good", Text: v.T("clients.on")}, ui.Button{Text: v.T("clients.revoke"), More: c.Name, Href: clientAddress(c), Kind: "small"}
	if c.Disabled {
		state = ui.Mark{Kind: "wait", Text: v.T("clients.off")}
	}
	last := ui.Cell{Acts: []ui.Button{act}}
	if c.Disabled && len(c.Secrets) == 0 {
		last = ui.Cell{Value: ""}
	}
	return ui.Row{Cells: []ui.Cell{
		{Value: c.Name, Hint: string(c.ID)}, {Value: names(c.Partner), Href: "/operator/tenants/" + string(c.Partner)}, {Value: cmp.Or(strings.Join(roles, ", "), "–")},
		{Value: secretAges(v, c)}, {Value: state}, last,
	}}
}

// secretAges tells how old each secret of a client is; those that ended are left out.
func secretAges(v *ui.Visit, c party.Client) string {
	now := v.Wall.Now()
	if c.Public {
		return v.T("clients.public")
	}
	var ages []string
	for _, s := range c.Secrets {
		if !s.Live(now) {
			continue
		}
		age := v.T("clients.age", "span", v.L.Span(max(now.Sub(s.MadeAt), time.Second)))
		if s.MadeAt.IsZero() {
			age = v.T("clients.age_unknown")
		}
		if !s.Until.IsZero() {
			age += ", " + v.T("clients.until", "at", v.L.Date(s.Until))
		}
		ages = append(ages, age)
	}
	return cmp.Or(strings.Join(ages, "; "), v.T("clients.no_secret"))
}

func clientAddress(c party.Client) string {
	return clientsPath + "/" + url.PathEscape(string(c.Partner)) + "/" + url.PathEscape(string(c.ID)) + "/revoke"
}

// askRevoke asks before an API client is ended.
func askRevoke(v *ui.Visit) error {
	p, _, err := v.App.Tenant(v.R.Context(), v.Actor, id.Partner(v.Path("partner")))
	if err != nil {
		return err
	}
	if err := v.Prove(); err != nil {
		return err
	}
	return showClients(v, &ui.Dialog{Name: "sure", Data: ui.Sure{
		Title: v.T("clients.ask"), Rows: []ui.Fact{{Name: v.T("console.partner"), Value: p.Name}, {Name: v.T("clients.id"), Value: ui.Mono(v.Path("client"))}},
		Form: ui.Form{
			Action: v.R.URL.Path, Once: v.Once(), Before: v.T("clients.before"),
			Submit: ui.Button{Text: v.T("clients.revoke"), Kind: "final"}, Back: &ui.Button{Text: v.T("part.back"), Href: clientsPath},
		},
	}})
}

func revokeClient(v *ui.Visit) error {
	if _, err := v.Form(); err != nil {
		return err
	}
	return v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.RevokeClient(v.R.Context(), v.Actor, req, app.ClientKey{Partner: id.Partner(v.Path("partner")), Client: id.Client(v.Path("client"))})
	}, func(out any) ui.Then {
		return ui.Then{To: clientsPath, Said: v.T("clients.said", "name", out.(party.Client).Name)}
	})
}
