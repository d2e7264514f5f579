package partner

import (
	"slices"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// customersPage is the list of customers (F02).
type customersPage struct{ List ui.Table }

// customers lists the partner's customers, found by name, domain or tenant id; of a provider's also by reseller.
func customers(v *ui.Visit) error {
	text := v.Query("q")
	if guid, ok := id.ParseGUID(text); ok {
		if c, err := v.App.Customer(v.R.Context(), v.Actor, id.Customer(guid)); err == nil {
			return v.Redirect("/customers/"+string(c.ID), "")
		}
	}
	q := app.CustomerQuery{Text: text, Reseller: id.Partner(v.Query("reseller")), Limit: ui.Limit + 1}
	ui.ReadCursor(v.Query("after"), &q.After)
	if v.IsCSV() {
		q.After, q.Limit = [2]string{}, ui.Export
	}
	found, err := v.App.Customers(v.R.Context(), v.Actor, q)
	if err != nil {
		return err
	}
	resellers, err := v.App.Resellers(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	if v.IsCSV() {
		file, err := customerExport(v, found)
		if err != nil {
			return err
		}
		return v.CSV("customers", file)
	}
	t, err := customerList(v, found, resellers)
	if err != nil {
		return err
	}
	t.Filters = &ui.Filters{Label: v.T("customers.filter"), Action: "/customers", Fields: []ui.Field{
		{Name: "q", Label: v.T("customers.find"), Kind: "search", Value: text, Grow: true, MaxLength: 200},
	}}
	if len(resellers) > 0 {
		f := ui.Field{Name: "reseller", Label: v.T("customers.reseller"), Kind: "select", Value: v.Query("reseller"), Options: []ui.Option{{Text: v.T("part.any")}}}
		for _, r := range resellers {
			f.Options = append(f.Options, ui.Option{Value: string(r.ID), Text: r.Name})
		}
		t.Filters.Fields = append(t.Filters.Fields, f)
	}
	v.Keeps(t.Filters)
	p := ui.Page{Title: v.T("nav.customers"), Area: "customers"}
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv", "after", ""), Icon: "down"}}
	if v.May(party.EditCustomer) {
		p.Head.Acts = append(p.Head.Acts, ui.Button{Text: v.T("customers.request"), Href: "/customers/request"}, ui.Button{Text: v.T("customers.import"), Href: fileOfCustomers},
			ui.Button{Text: v.T("customers.add"), Href: "/customers/new", Icon: "plus", Kind: "main"})
	}
	return v.Show("customers", p, customersPage{t})
}

func customerList(v *ui.Visit, found []party.Customer, resellers []party.Partner) (ui.Table, error) {
	t := ui.Table{
		Caption: v.T("nav.customers"),
		Columns: []ui.Column{{Head: v.T("customers.name")}, {Head: v.T("customers.id")}, {Head: v.T("customers.country")}, {Head: v.T("customers.relationship")}, {Head: v.T("customers.running"), Num: true}, {Head: v.T("customers.links"), Hidden: true}},
		Empty:   ui.Empty{Title: v.T("customers.none"), Text: v.T("customers.none_text")},
	}
	if v.Query("q") != "" || v.Query("reseller") != "" || v.Query("after") != "" {
		t.Empty = ui.Empty{Title: v.T("customers.not_found"), Text: v.T("customers.not_found_text"), Act: &ui.Button{Text: v.T("customers.all"), Href: "/customers"}}
	} else if v.May(party.EditCustomer) {
		t.Empty.Act = &ui.Button{Text: v.T("customers.add"), Href: "/customers/new", Icon: "plus", Kind: "main"}
	}
	if len(found) > ui.Limit {
		found = found[:ui.Limit]
		last := found[len(found)-1]
		t.Pager.Next = v.With("after", ui.Cursor([2]string{last.CompanyName, string(last.ID)}))
	}
	if v.Query("after") != "" {
		t.Pager.First = v.With("after", "")
	}
	t.Pager.Shown = v.T("part.shown", "n", len(found))
	months, err := monthsOf(v, found)
	if err != nil {
		return t, err
	}
	active := map[id.Customer]app.Counted{}
	if months == nil { // who reads them has counted by the way
		if active, err = v.App.ActiveCounts(v.R.Context(), v.Actor, found); err != nil {
			return t, err
		}
	} else {
		for c, one := range months {
			active[c] = one.Active
		}
		t.Columns = slices.Insert(t.Columns, monthsAt, ui.Column{Head: v.T("customers.mrr"), Cash: true})
		t.More = append(t.More, v.T("customers.mrr_hint"))
	}
	names := map[id.Partner]string{}
	for _, r := range resellers {
		names[r.ID] = r.Name
	}
	for _, c := range found {
		at := "/customers/" + string(c.ID)
		row := ui.Row{Past: c.RelationEnded, Cells: []ui.Cell{
			{Value: c.CompanyName, Href: at, Hint: c.Domain},
			{Value: ui.ID(c.ID)},
			{Value: c.Country()},
			{Value: relation(v, c), Hint: v.L.Date(c.CreatedAt)},
			{Value: count(v, active[c.ID])},
			{Acts: []ui.Button{
				{Text: v.T("customer.subscriptions"), More: c.CompanyName, Href: at + "/subscriptions", Kind: "small quiet"},
				{Text: v.T("customer.software"), More: c.CompanyName, Href: at + "/software", Kind: "small quiet"},
			}},
		}}
		if n := names[c.Reseller]; n != "" {
			row.Cells[3].Hint = n + " · " + v.L.Date(c.CreatedAt)
		}
		if months != nil {
			row.Cells = slices.Insert(row.Cells, monthsAt, monthsCell(v, months[c.ID]))
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// relation is the mark of the relationship with a customer.
func relation(v *ui.Visit, c party.Customer) ui.Mark {
	if c.RelationEnded {
		return ui.Mark{Kind: "dead", Text: v.T("customers.ended")}
	}
	return ui.Mark{Kind: "good", Text: v.T("customers.active")}
}

// customerExport is the file of customers: the columns that people of this trade know.
func customerExport(v *ui.Visit, found []party.Customer) (ui.Table, error) {
	t := ui.Table{Columns: []ui.Column{{Head: v.T("customers.id")}, {Head: v.T("customers.company")}, {Head: v.T("customers.domain")}, {Head: v.T("customers.relationship")}, {Head: v.T("customers.country")}}}
	months, err := monthsOf(v, found)
	if months != nil {
		t.Columns = append(t.Columns, ui.Column{Head: v.T("customers.mrr")})
	}
	for _, c := range found {
		row := ui.Row{Cells: []ui.Cell{{Value: string(c.ID)}, {Value: c.CompanyName}, {Value: c.Domain}, {Value: relation(v, c)}, {Value: string(c.Country())}}}
		if months != nil {
			row.Cells = append(row.Cells, ui.Cell{Value: monthsText(months[c.ID])})
		}
		t.Rows = append(t.Rows, row)
	}
	return t, err
}
