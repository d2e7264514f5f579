package operator

import (
	"net/url"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

const searchPath = "/operator/search"

// Find is the address of the search: everybody in the console has something to find.
func Find(v *ui.Visit) string {
	if Enter(v.Actor) {
		return searchPath
	}
	return ""
}

// perKind is how many of each kind a search shows.
const perKind = 8

// search finds whose something is: tenants, customers, subscriptions, orders, documents, requests, files, policy rows. The
// whole id of what has a page of its own leads straight there. What tenants sell and for how much is not on it (R15, R20).
func search(v *ui.Visit) error {
	page := ui.SearchPage(v, searchPath, v.T("console.search_text"))
	if page.Text == "" {
		return v.ShowSearch(page)
	}
	if v.May(party.AnswerSupport) && strings.Trim(page.Text, "0123456789") == "" {
		r, err := v.App.QueuedRequest(v.R.Context(), v.Actor, id.Request(page.Text))
		if err == nil {
			return v.Redirect("/operator/requests/"+string(r.ID), "")
		}
		if f := fault.Of(err); f == nil || f.Kind != fault.KindNotFound {
			return err
		}
	}
	if !v.May(party.OperateSystem) {
		return v.ShowSearch(page)
	}
	to, err := named(v, page)
	if err != nil {
		return err
	}
	if to != "" {
		return v.Redirect(to, "")
	}
	w, err := v.App.Whose(v.R.Context(), v.Actor, page.Text, perKind)
	if err != nil {
		return err
	}
	if w.Cut {
		page.Notes = append(page.Notes, ui.Note{Kind: "warn", Text: v.T("console.search_cut", "n", app.MaxLooked)})
	}
	for _, p := range w.Partners {
		if strings.EqualFold(string(p.ID), page.Text) {
			return v.Redirect(tenantAt(p), "")
		}
	}
	for _, d := range w.Documents { // each partner has one of this number
		if len(w.Documents) == 1 && strings.EqualFold(string(d.One.ID), page.Text) {
			return v.Redirect(tenantAt(d.Partner)+"?invoice="+string(d.One.ID), "")
		}
	}
	whoseTables(v, page, w)
	return v.ShowSearch(page)
}

func tenantAt(p party.Partner) string { return "/operator/tenants/" + string(p.ID) }

// named looks for what the whole installation has: policy rows and files. An exact name is the address of its page.
func named(v *ui.Visit, page *ui.Search) (string, error) {
	text := strings.ToLower(page.Text)
	kept, err := v.App.KeptPolicies(v.R.Context(), v.Actor)
	if err != nil {
		return "", err
	}
	rows := ui.Table{ID: "rows", Title: v.T("console.policies"), Caption: v.T("console.policies"), Columns: []ui.Column{{Head: v.T("console.row")}, {Head: v.T("console.class")}, {Head: v.T("console.from")}, {Head: v.T("console.source")}}}
	for _, r := range kept.Cancellation {
		q := url.Values{"class": {string(r.Class)}}
		if !r.From.IsZero() {
			q.Set("at", r.From.Format(time.DateOnly))
		}
		at := "/operator/policies?" + q.Encode()
		if strings.EqualFold(r.ID, text) {
			return at, nil
		}
		if strings.HasPrefix(strings.ToLower(r.ID), text) && len(rows.Rows) < perKind {
			rows.Rows = append(rows.Rows, ui.Row{Cells: []ui.Cell{{Value: r.ID, Href: at}, {Value: v.T("console.class." + string(r.Class))}, since(v, r.From), {Value: r.Source}}})
		}
	}
	page.Add(rows)
	if len(text) < 4 || strings.Trim(text, "0123456789abcdef") != "" { // of the check sum that a file is kept under
		return "", nil
	}
	found, err := v.App.MediaFiles(v.R.Context(), v.Actor, text[:len(text)-1], perKind)
	if err != nil {
		return "", err
	}
	files := ui.Table{ID: "files", Title: v.T("files.title"), Caption: v.T("files.title"), Columns: []ui.Column{{Head: v.T("files.file")}, {Head: v.T("files.sha256")}, {Head: v.T("files.size"), Num: true}}}
	for _, f := range found {
		at := downloadsPath + "?" + url.Values{"file": {f.SHA256}, "after": {f.SHA256[:len(f.SHA256)-1]}}.Encode() // its page begins with it
		if f.SHA256 == text {
			return at, nil
		}
		if strings.HasPrefix(f.SHA256, text) {
			files.Rows = append(files.Rows, ui.Row{Cells: []ui.Cell{{Value: f.Name, Href: at}, {Value: ui.Mono(f.SHA256)}, {Value: v.L.Bytes(f.Size)}}})
		}
	}
	page.Add(files)
	return "", nil
}

// whoseTables are the things of tenants; each row leads to the tenant whose it is.
func whoseTables(v *ui.Visit, page *ui.Search, w app.Whereabouts) {
	of := func(p party.Partner) ui.Cell { return ui.Cell{Value: p.Name, Href: tenantAt(p), Hint: string(p.ID)} }
	table := func(name, title string, heads ...string) ui.Table {
		t := ui.Table{ID: name, Title: title, Caption: title}
		for _, h := range heads {
			t.Columns = append(t.Columns, ui.Column{Head: h})
		}
		return t
	}
	add := func(t *ui.Table, cells ...ui.Cell) { t.Rows = append(t.Rows, ui.Row{Cells: cells}) }

	partner, customer, date := v.T("console.partner"), v.T("customers.id"), v.T("search.since")
	tenants := table("tenants", v.T("console.tenants"), partner, v.T("console.kind"), v.T("subs.status"))
	for _, p := range w.Partners {
		add(&tenants, of(p), ui.Cell{Value: v.T("kind." + string(p.Kind))}, ui.Cell{Value: tenantMark(v, p)})
	}
	customers := table("customers", v.T("nav.customers"), v.T("customers.name"), customer, partner)
	for _, c := range w.Customers {
		add(&customers, ui.Cell{Value: c.One.CompanyName, Hint: c.One.Domain}, ui.Cell{Value: ui.ID(c.One.ID)}, of(c.Partner))
	}
	subs := table("subscriptions", v.T("customer.subscriptions"), v.T("search.subscription"), v.T("search.state"), date, customer, partner)
	for _, s := range w.Subscriptions {
		add(&subs, ui.Cell{Value: ui.ID(s.One.ID)}, ui.Cell{Value: v.T("search.state_" + string(s.One.State))}, ui.Cell{Value: s.One.OrderedAt}, ui.Cell{Value: ui.Mono(s.One.Customer)}, of(s.Partner))
	}
	orders := table("orders", v.T("search.orders"), v.T("search.order"), v.T("search.state"), date, customer, partner)
	for _, o := range w.Orders {
		add(&orders, ui.Cell{Value: ui.ID(o.One.ID), Hint: id.AlternateID(o.One.ID)}, ui.Cell{Value: v.T("search.state_" + string(o.One.Status))}, ui.Cell{Value: o.One.At}, ui.Cell{Value: ui.Mono(o.One.Customer)}, of(o.Partner))
	}
	documents := table("documents", v.T("search.invoices"), v.T("search.number"), date, v.T("search.due"), partner)
	for _, d := range w.Documents {
		add(&documents, ui.Cell{Value: ui.Mono(d.One.ID), Href: tenantAt(d.Partner) + "?invoice=" + string(d.One.ID)}, ui.Cell{Value: ui.Day(d.One.IssuedAt)}, ui.Cell{Value: ui.Day(d.One.DueAt)}, of(d.Partner))
	}
	for _, t := range []ui.Table{tenants, customers, subs, orders, documents} {
		page.Add(t)
	}
}
