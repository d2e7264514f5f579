package partner

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// accountPath is where the account settings are: the company, its staff and their roles, its API applications.
const accountPath = "/account"

// companyPage is what the partner is, as everybody else sees it.
type companyPage struct {
	Facts, Support ui.Facts
	Edit           *ui.Form // where customers find help
	Call           ui.Call
}

// rolesPage is which role may do what (rules.md §1).
type rolesPage struct{ List ui.Table }

// accountParts are the pages of the settings that the reader's roles open.
func accountParts(v *ui.Visit) []ui.RailLink {
	var links []ui.RailLink
	for _, l := range []struct {
		key, path string
		may       bool
	}{
		{"company", "", v.May(party.ReadPartner)},
		{"users", "/users", v.May(party.ManagePartnerUsers)},
		{"roles", "/roles", true},
		{"apps", "/apps", v.May(party.ManageClients)},
	} {
		if l.may {
			links = append(links, ui.RailLink{Text: v.T("account." + l.key), Href: accountPath + l.path})
		}
	}
	return links
}

// accountFrame is the frame of a page of the settings; here is the address of its entry.
func accountFrame(v *ui.Visit, here, title string) ui.Page {
	rail := ui.Rail{Title: v.T("account.title"), Links: accountParts(v)}
	p := ui.Page{Title: title, Area: "account", Rail: &rail}
	for i := range rail.Links {
		l := &rail.Links[i]
		l.Here = l.Href == accountPath+here
		if l.Here && l.Text != title {
			p.Crumbs = append(p.Crumbs, ui.Link{Text: l.Text, Href: l.Href})
		}
	}
	return p
}

// company shows the partner itself (R20).
func company(v *ui.Visit) error { return showCompany(v, 200, nil, ui.Page{}) }

// showCompany shows it; said brings notes and errors.
func showCompany(v *ui.Visit, status int, form *ui.Form, said ui.Page) error {
	p, err := v.App.OwnPartner(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	o, s := p.Profiles.Organization, p.Profiles.Support
	page := companyPage{
		Facts: ui.Facts{ID: "facts", Title: v.T("account.company"), Rows: []ui.Fact{
			{Name: v.T("me.name"), Value: p.Name}, {Name: v.T("account.kind"), Value: v.T("account.kind." + string(p.Kind))},
			{Name: v.T("customers.id"), Value: ui.ID(p.ID)}, {Name: v.T("account.mpn"), Value: dash(p.MPN)},
			{Name: v.T("customers.country"), Value: p.Country}, {Name: v.T("customers.email"), Value: dash(o.Email)},
			{Name: v.T("account.billing_day"), Value: v.L.Int(int64(max(1, p.BillingDay))), Hint: v.T("account.billing_day_hint")},
		}},
		Support: ui.Facts{ID: "support", Title: v.T("account.support"), Rows: []ui.Fact{
			{Name: v.T("customers.email"), Value: dash(s.Email)}, {Name: v.T("customers.phone"), Value: dash(s.Telephone)}, {Name: v.T("account.website"), Value: dash(s.Website)},
		}},
		Call: ui.Call{ID: "call", Method: "GET", Path: "/v1/profiles/organization", URL: v.URL},
	}
	if page.Edit = form; form == nil && v.May(party.EditPartner) {
		f := supportForm(v, p)
		page.Edit = &f
	}
	frame := accountFrame(v, "", v.T("account.company"))
	frame.Errors, frame.Notes = said.Errors, said.Notes
	return v.ShowAs(status, "account", frame, page)
}

func supportForm(v *ui.Visit, p party.Partner) ui.Form {
	s := p.Profiles.Support
	return ui.Form{Action: accountPath, Once: v.Once(), Hidden: []ui.Pair{{Name: "version", Value: strconv.FormatInt(p.Version, 10)}, {Name: "seen", Value: ui.Cursor(s)}}, Fields: []ui.Field{
		{Name: "email", Label: v.T("customers.email"), Kind: "email", Value: s.Email, MaxLength: 254}, {Name: "phone", Label: v.T("customers.phone"), Kind: "tel", Value: s.Telephone, MaxLength: 64},
		{Name: "website", Label: v.T("account.website"), Kind: "url", Value: s.Website, MaxLength: 500},
	}, Before: v.T("account.support_before"), Submit: ui.Button{Text: v.T("account.save"), Kind: "main"}}
}

// setSupport changes where customers find help (R23).
func setSupport(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	get := func(name string) string { return strings.TrimSpace(sent.Get(name)) }
	version, _ := strconv.ParseInt(sent.Get("version"), 10, 64)
	support := party.SupportProfile{Email: get("email"), Telephone: get("phone"), Website: get("website")}
	form := supportForm(v, party.Partner{Version: version})
	form.Hidden[1].Value = sent.Get("seen")
	form.Fill(sent)
	if u, err := url.Parse(support.Website); support.Website != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
		form.Field("website").Error = v.T("account.website_wrong")
	}
	if support.Email != "" && strings.Count(support.Email, "@") != 1 {
		form.Field("email").Error = v.T("account.email_wrong")
	}
	if e := form.Summary(v.L); len(e.Items) > 0 {
		return showCompany(v, 422, &form, ui.Page{Errors: e})
	}
	err = v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.EditPartner(v.R.Context(), v.Actor, req, version, func(p *party.Partner) { p.Profiles.Support = support })
	}, func(any) ui.Then { return ui.Then{To: accountPath, Said: v.T("account.said")} })
	if f := fault.Of(err); f != nil && f.Kind != fault.KindDenied {
		if ui.WasChanged(f) {
			return staleCompany(v, sent)
		}
		return showCompany(v, ui.Again(f), &form, ui.Page{Errors: form.Blame(v.L, f, "")})
	}
	return err
}

// staleCompany shows where customers find help as it is now, beside what the reader saw; what was typed stays in the form.
func staleCompany(v *ui.Visit, sent url.Values) error {
	p, err := v.App.OwnPartner(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	var was party.SupportProfile
	ui.ReadCursor(sent.Get("seen"), &was)
	is := p.Profiles.Support
	note := v.Stale(
		ui.Change{Name: v.T("customers.email"), Was: was.Email, Is: is.Email}, ui.Change{Name: v.T("customers.phone"), Was: was.Telephone, Is: is.Telephone},
		ui.Change{Name: v.T("account.website"), Was: was.Website, Is: is.Website},
	)
	form := supportForm(v, p)
	form.Fill(sent)
	return showCompany(v, 409, &form, ui.Page{Notes: []ui.Note{note}})
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// roleMatrix shows which of the partner's roles may do which act: what pages offer, and the server enforces (rules.md §1).
func roleMatrix(v *ui.Visit) error {
	t := ui.Table{Caption: v.T("account.roles"), Columns: []ui.Column{{Head: v.T("account.act")}}}
	own := ownRoles()
	for _, r := range own {
		t.Columns = append(t.Columns, ui.Column{Head: v.T("role." + string(r))})
	}
	for _, act := range party.Acts() {
		may := act.Roles(party.PartnerSide)
		if len(may) == 0 {
			continue
		}
		row := ui.Row{Cells: []ui.Cell{{Value: v.T("act." + act.Name), Hint: act.ID}}}
		held := party.RolesOf(may...)
		for _, r := range own {
			cell := ui.Cell{Value: "–"}
			if held[r] {
				cell.Value = v.T("part.yes")
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	if v.IsCSV() {
		return v.CSV("roles", t)
	}
	p := accountFrame(v, "/roles", v.T("account.roles"))
	p.Head.Sub = []any{v.T("account.roles_hint")}
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv"), Icon: "down"}}
	return v.Show("account-roles", p, rolesPage{t})
}

// ownRoles are those of a partner's staff.
func ownRoles() (all []party.Role) {
	for _, r := range party.AllRoles() {
		if r.Side() == party.PartnerSide {
			all = append(all, r)
		}
	}
	return all
}

// roleFields are the roles as ticks: those the reader may give (R11).
func roleFields(v *ui.Visit, held party.Roles) (fields []ui.Field) {
	for _, r := range ownRoles() {
		if v.Actor.MayGrant(party.RolesOf(r)) != nil {
			continue
		}
		f := ui.Field{Name: "role-" + string(r), Label: v.T("role." + string(r)), Kind: "check"}
		if held[r] {
			f.Value = "1"
		}
		fields = append(fields, f)
	}
	return fields
}

// rolesSent are the roles that were ticked, with those that the reader may not give left as they are held.
func rolesSent(v *ui.Visit, sent map[string][]string, held party.Roles) party.Roles {
	roles := party.RolesOf()
	for r := range held {
		if held[r] && (r.Side() != party.PartnerSide || v.Actor.MayGrant(party.RolesOf(r)) != nil) {
			roles[r] = true
		}
	}
	for _, r := range ownRoles() {
		if len(sent["role-"+string(r)]) > 0 {
			roles[r] = true
		}
	}
	return roles
}

// roleNames are roles in words.
func roleNames(v *ui.Visit, roles party.Roles) (names []string) {
	for _, r := range roles.List() {
		names = append(names, v.T("role."+string(r)))
	}
	return names
}
