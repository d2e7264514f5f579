package partner

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

const searchPath = "/search"

// Find is the address of the search, for those whose roles let them find anything.
func Find(v *ui.Visit) string {
	if Enter(v.Actor) && (v.May(party.ReadCommerce) || v.May(party.ReadInvoices) || v.May(party.RaiseSupport)) {
		return searchPath
	}
	return ""
}

// perKind is how many of each kind a search shows; one kind alone shows a whole list.
const perKind = 8

// searchPage is what was found, kind by kind.
type searchPage struct {
	Form  ui.Filters
	Lists []ui.Table
	Empty *ui.Empty
}

// search finds customers, subscriptions, orders, invoices and requests by name or any id (F02).
func search(v *ui.Visit) error {
	q := app.SearchQuery{Text: v.Query("q"), Kind: v.Query("kind"), Limit: perKind + 1}
	shown := perKind
	if q.Kind != "" {
		shown = ui.Limit
		q.Limit = ui.Limit + 1
		ui.ReadCursor(v.Query("after"), &q.After)
	}
	found, err := v.App.Search(v.R.Context(), v.Actor, q)
	if err != nil {
		return err
	}
	if to := whole(found, q.Text); to != "" && q.Kind == "" {
		return v.Redirect(to, "")
	}
	page := searchPage{Form: ui.Filters{Label: v.T("search.title"), Go: v.T("search.go"), Action: searchPath, Fields: []ui.Field{
		{Name: "q", Label: v.T("search.what"), Kind: "search", Value: q.Text, Grow: true, MaxLength: 200},
	}}}
	switch {
	case q.Text == "":
		page.Empty = &ui.Empty{Title: v.T("search.begin"), Text: v.T("search.begin_text")}
	case found.Empty():
		page.Empty = &ui.Empty{Title: v.T("search.none"), Text: v.T("search.none_text")}
	}
	for _, t := range []ui.Table{
		foundCustomers(v, found.Customers, shown), foundSubscriptions(v, found.Subscriptions, shown), foundOrders(v, found.Orders), foundInvoices(v, found.Invoices), foundRequests(v, found.Requests),
	} {
		if len(t.Rows) > 0 {
			page.Lists = append(page.Lists, t)
		}
	}
	return v.Show("search", ui.Page{Title: v.T("search.title")}, page)
}

// whole is the page of the one thing that a whole id names; empty where the text is none, or several are.
func whole(found app.Found, text string) (to string) {
	n, text := 0, strings.ToLower(strings.TrimSpace(text))
	is := func(href string, ids ...string) {
		for _, one := range ids {
			if strings.ToLower(one) == text {
				to, n = href, n+1
				return
			}
		}
	}
	for _, c := range found.Customers {
		is(atCustomer(c), string(c.ID))
	}
	for _, s := range found.Subscriptions {
		if !s.Hidden { // one that has no page of its own is shown in the list
			is(atCustomer(s.Customer)+"/subscriptions/"+string(s.ID), string(s.ID))
		}
	}
	for _, o := range found.Orders {
		is(atCustomer(o.Customer)+"/orders/"+string(o.ID), string(o.ID), id.AlternateID(o.ID))
	}
	for _, i := range found.Invoices {
		is("/billing/invoices/"+string(i.ID), string(i.ID))
	}
	for _, r := range found.Requests {
		is(desk.At+"/"+string(r.ID), string(r.ID))
	}
	if n != 1 {
		return ""
	}
	return to
}

func foundCustomers(v *ui.Visit, all []party.Customer, shown int) ui.Table {
	t := ui.Table{ID: "customers", Title: v.T("nav.customers"), Caption: v.T("nav.customers"), Columns: []ui.Column{
		{Head: v.T("customers.name")}, {Head: v.T("customers.id")}, {Head: v.T("customers.country")}, {Head: v.T("customers.relationship")},
	}}
	if len(all) > shown {
		all = all[:shown]
		t.More = []any{ui.To{Href: "/customers?" + url.Values{"q": {v.Query("q")}}.Encode(), Text: v.T("search.all_customers")}}
	}
	for _, c := range all {
		t.Rows = append(t.Rows, ui.Row{Past: c.RelationEnded, Cells: []ui.Cell{
			{Value: c.CompanyName, Href: atCustomer(c), Hint: c.Domain}, {Value: ui.Mono(c.ID)}, {Value: c.Country()}, {Value: relation(v, c)},
		}})
	}
	return t
}

// atCustomer is the address of a customer's pages.
func atCustomer(c party.Customer) string { return "/customers/" + string(c.ID) }

func foundSubscriptions(v *ui.Visit, all []app.FoundSubscription, shown int) ui.Table {
	t := ui.Table{ID: "subscriptions", Title: v.T("customer.subscriptions"), Caption: v.T("customer.subscriptions"), Columns: []ui.Column{
		{Head: v.T("search.subscription")}, {Head: v.T("customers.name")}, {Head: v.T("search.quantity"), Num: true}, {Head: v.T("search.state")}, {Head: v.T("search.since")},
	}}
	if len(all) > shown {
		all = all[:shown]
		t.Pager.Next = v.With("kind", "subscriptions", "after", ui.Cursor(all[shown-1].Place()))
	}
	if v.Query("after") != "" {
		t.Pager.First = v.With("after", "")
	}
	for _, s := range all {
		href := atCustomer(s.Customer) + "/subscriptions/" + string(s.ID)
		if s.Hidden { // F40
			href = atCustomer(s.Customer) + "/software"
		}
		hint := string(s.ID)
		if s.FriendlyName != s.Title && s.FriendlyName != "" {
			hint = s.Title + " · " + hint
		}
		t.Rows = append(t.Rows, ui.Row{Past: over(s.State), Cells: []ui.Cell{
			{Value: cmp.Or(s.FriendlyName, s.Title), Href: href, Hint: hint}, {Value: s.Customer.CompanyName, Href: atCustomer(s.Customer), Hint: s.Customer.Domain},
			{Value: s.Quantity}, {Value: ui.Mark{Kind: stateKind(string(s.State)), Text: v.T("search.state_" + string(s.State))}}, {Value: ui.Day(s.OrderedAt)},
		}})
	}
	return t
}

func over(s subscription.State) bool { return s == subscription.Cancelled || s == subscription.Expired }

// stateKind is how the mark of a state looks, of a subscription or of an order.
func stateKind(state string) string {
	switch state {
	case string(subscription.Active), string(order.Completed):
		return "good"
	case string(subscription.Pending), string(subscription.Suspended):
		return "wait"
	}
	return "dead"
}

func foundOrders(v *ui.Visit, all []app.FoundOrder) ui.Table {
	t := ui.Table{ID: "orders", Title: v.T("search.orders"), Caption: v.T("search.orders"), Columns: []ui.Column{
		{Head: v.T("search.order")}, {Head: v.T("customers.name")}, {Head: v.T("search.items")}, {Head: v.T("search.state")}, {Head: v.T("search.since")},
	}}
	for _, o := range all {
		items := ""
		for i, l := range o.Lines {
			if i > 0 {
				items += ", "
			}
			items += l.Title
		}
		t.Rows = append(t.Rows, ui.Row{Past: o.Status == order.Cancelled, Cells: []ui.Cell{
			{Value: ui.Mono(o.ID), Href: atCustomer(o.Customer) + "/orders/" + string(o.ID), Hint: id.AlternateID(o.ID)}, {Value: o.Customer.CompanyName, Href: atCustomer(o.Customer)},
			{Value: items}, {Value: ui.Mark{Kind: stateKind(string(o.Status)), Text: v.T("search.state_" + string(o.Status))}}, {Value: o.At},
		}})
	}
	return t
}

func foundInvoices(v *ui.Visit, all []billing.Invoice) ui.Table {
	t := ui.Table{ID: "invoices", Title: v.T("search.invoices"), Caption: v.T("search.invoices"), Columns: []ui.Column{
		{Head: v.T("search.number")}, {Head: v.T("search.since")}, {Head: v.T("search.due")}, {Head: v.T("search.total"), Cash: true},
	}}
	for _, i := range all {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Value: ui.Mono(i.ID), Href: invoiceAt(i)}, {Value: ui.Day(i.IssuedAt)}, {Value: ui.Day(i.DueAt)}, {Value: i.Totals.Net.Add(i.Totals.Tax)},
		}})
	}
	return t
}

func foundRequests(v *ui.Visit, all []support.Request) ui.Table {
	t := ui.Table{ID: "requests", Title: v.T("nav.requests"), Caption: v.T("nav.requests"), Columns: []ui.Column{
		{Head: v.T("search.number")}, {Head: v.T("search.request")}, {Head: v.T("search.since")},
	}}
	for _, r := range all {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Value: ui.Mono(r.ID), Href: "/requests/" + string(r.ID)}, {Value: r.Title}, {Value: r.FiledAt}}})
	}
	return t
}
