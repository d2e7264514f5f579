// Package partner is the partner's workspace: one file and one template for each page. A page asks the use cases of app
// and nothing else; what a role may not do is not offered.
package partner

import (
	"embed"
	"net/http"
	"slices"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

//go:embed *.html
var files embed.FS

var room = ui.NewRoom(ui.Room{Name: "partner", Enter: Enter, Nav: Nav, Find: Find}, files)

// Enter lets in staff of a partner.
func Enter(a party.Actor) bool {
	return a.Scope.Partner() != "" && a.Customer == "" && a.Publisher == ""
}

// routes are all pages, by object.
var routes = []ui.Route{
	{Pattern: "GET " + homePath, Handle: home},
	{Pattern: "GET " + searchPath, Handle: search},
	{Pattern: "GET /customers", Handle: customers},
	{Pattern: "GET /customers/request", Handle: requestRelation},
	{Pattern: "GET /customers/new", Handle: newCustomer},
	{Pattern: "POST /customers/new", Handle: createCustomer},
	{Pattern: "GET " + fileOfCustomers, Handle: customersFile},
	{Pattern: "GET " + fileOfCustomers + "/template", Handle: customersTemplate},
	{Pattern: "POST " + fileOfCustomers + "/check", Handle: checkCustomers},
	{Pattern: "POST " + fileOfCustomers, Handle: importCustomers},
	{Pattern: "GET /customers/{customer}", Handle: customerOverview},
	{Pattern: "GET /customers/{customer}/account", Handle: customerAccount},
	{Pattern: "POST /customers/{customer}/account", Handle: saveProfile},
	{Pattern: "POST /customers/{customer}/account/qualify", Handle: qualify},
	{Pattern: "POST /customers/{customer}/account/agree", Handle: agree},
	{Pattern: "GET /customers/{customer}/account/end", Handle: askEndRelation},
	{Pattern: "POST /customers/{customer}/account/end", Handle: endRelation},
	{Pattern: "GET /customers/{customer}/software", Handle: software},
	{Pattern: "POST /customers/{customer}/software/key", Handle: getKey},
	{Pattern: "POST /customers/{customer}/software/download", Handle: download},
	{Pattern: "POST /customers/{customer}/software/link", Handle: copyLink},
	{Pattern: "GET /customers/{customer}/software/cancel", Handle: askCancel},
	{Pattern: "POST /customers/{customer}/software/cancel", Handle: cancelLine},
	{Pattern: "GET " + rulesPath, Handle: cancelRules},
	{Pattern: "GET " + pricesPath, Handle: prices},
	{Pattern: "GET " + turnsPath, Handle: comparePrices},
	{Pattern: "GET " + pricesPath + "/{product}/{sku}", Handle: priceHistory},
	{Pattern: "GET /activity", Handle: activityLog},
	{Pattern: "GET /customers/{customer}/activity", Handle: customerActivity},
	{Pattern: "GET /customers/{customer}/move", Handle: move},
	{Pattern: "POST /customers/{customer}/move/import", Handle: importDevices},
	{Pattern: "POST /customers/{customer}/move/mark", Handle: markDevices},
	{Pattern: "GET /customers/{customer}/move/script", Handle: moveScript},
	{Pattern: "GET /customers/{customer}/software/cancel-several", Handle: askSeveral},
	{Pattern: "POST /customers/{customer}/software/cancel-several", Handle: cancelSeveral},
	{Pattern: "GET /customers/{customer}/bills", Handle: customerBills},
	{Pattern: "GET /customers/{customer}/bills/{bill}", Handle: customerBill},
	{Pattern: "GET /customers/{customer}/bills/{bill}/statement", Handle: printBill},
	{Pattern: "GET /billing", Handle: billingHome},
	{Pattern: "GET /billing/next/{currency}", Handle: unbilled},
	{Pattern: "GET /billing/invoices/{invoice}", Handle: showInvoice},
	{Pattern: "GET /billing/invoices/{invoice}/statement", Handle: printInvoice},
	{Pattern: "GET /billing/resale", Handle: resale},
	{Pattern: "POST /billing/resale/markup", Handle: setMarkup},
	{Pattern: "POST /billing/resale/prices", Handle: addPrice},
}

// accountRoutes are the pages of the settings.
var accountRoutes = []ui.Route{
	{Pattern: "GET " + accountPath, Handle: company},
	{Pattern: "POST " + accountPath, Handle: setSupport},
	{Pattern: "GET " + accountPath + "/roles", Handle: roleMatrix},
	{Pattern: "GET " + staffPath, Handle: staff},
	{Pattern: "GET " + staffPath + "/new", Handle: newStaff},
	{Pattern: "POST " + staffPath + "/new", Handle: addStaff},
	{Pattern: "GET " + staffPath + "/{user}", Handle: oneStaff},
	{Pattern: "POST " + staffPath + "/{user}", Handle: changeStaff},
	{Pattern: "GET " + staffPath + "/{user}/remove", Handle: askRemoveStaff},
	{Pattern: "POST " + staffPath + "/{user}/remove", Handle: removeStaff},
	{Pattern: "GET " + appsPath, Handle: apps},
	{Pattern: "GET " + appsPath + "/new", Handle: newApp},
	{Pattern: "POST " + appsPath + "/new", Handle: addApp},
	{Pattern: "GET " + appsPath + "/{client}", Handle: oneApp},
	{Pattern: "POST " + appsPath + "/{client}", Handle: changeApp},
	{Pattern: "GET " + appsPath + "/{client}/remove", Handle: askRemoveApp},
	{Pattern: "POST " + appsPath + "/{client}/remove", Handle: removeApp},
}

// Mount serves the workspace on mux.
func Mount(mux *http.ServeMux, site *ui.Site) {
	room.Mount(mux, site, slices.Concat(routes, aheadRoutes, saleRoutes, accountRoutes, desk.Routes(), seats.Routes(), sheets.Routes()))
}

// Nav is what the reader's roles open.
func Nav(v *ui.Visit) []ui.Link {
	all := []struct {
		ui.Link
		may bool
	}{
		{ui.Link{Text: v.T("nav.home"), Href: homePath, Key: "home", Jump: "h"}, v.May(party.ReadCommerce)},
		{ui.Link{Text: v.T("nav.customers"), Href: "/customers", Key: "customers", Jump: "c"}, v.May(party.ReadCommerce)},
		{ui.Link{Text: v.T("nav.billing"), Href: "/billing", Key: "billing", Jump: "b"}, v.May(party.ReadInvoices)},
		{ui.Link{Text: v.T("nav.prices"), Href: pricesPath, Key: "prices", Jump: "p"}, v.May(party.ReadPrices)},
		{ui.Link{Text: v.T("nav.requests"), Href: "/requests", Key: "requests", Jump: "r"}, v.May(party.RaiseSupport)},
		{ui.Link{Text: v.T("nav.activity"), Href: "/activity", Key: "activity", Jump: "a"}, mayReadLog(v)},
		{ui.Link{Text: v.T("nav.settings"), Href: accountParts(v)[0].Href, Key: "account", Jump: "s"}, true},
	}
	var links []ui.Link
	for _, l := range all {
		if l.may {
			links = append(links, l.Link)
		}
	}
	return links
}

// customerOf reads the customer that the address names. Faults: "customer.unknown", "tenant.foreign": both are no page.
func customerOf(v *ui.Visit) (party.Customer, error) {
	return v.App.Customer(v.R.Context(), v.Actor, id.Customer(v.Path("customer")))
}

// customerPage is the frame of a page about a customer: the way here and the pages beside it. here is the key of the
// page's entry; empty for one that has none.
func customerPage(v *ui.Visit, c party.Customer, here, title string) ui.Page {
	at := "/customers/" + string(c.ID)
	rail := ui.Rail{Title: c.CompanyName, Hint: c.Domain + " · " + string(c.Country())}
	for _, l := range []struct {
		key, path string
		may       bool
		gap       bool
	}{
		{"overview", "", true, false},
		{"subscriptions", "/subscriptions", v.May(party.ReadCommerce), false},
		{"software", "/software", v.May(party.ReadCommerce), false},
		{"reservations", "/reservations", v.May(party.BuySoftware), false},
		{"orders", "/orders", v.May(party.ReadCommerce), false},
		{"users", "/users", v.May(party.AssignLicences), false},
		{"move", "/move", v.May(party.RevealKey), false},
		{"activity", "/activity", mayReadLog(v), false},
		{"account", "/account", v.May(party.EditCustomer), true},
		{"bills", "/bills", mayReadBills(v), !v.May(party.EditCustomer)},
	} {
		if l.may {
			rail.Links = append(rail.Links, ui.RailLink{Text: v.T("customer." + l.key), Href: at + l.path, Here: l.key == here, Gap: l.gap})
		}
	}
	p := ui.Page{Title: title, Area: "customers", Rail: &rail, Crumbs: []ui.Link{{Text: v.T("nav.customers"), Href: "/customers"}}}
	if here != "overview" {
		p.Crumbs = append(p.Crumbs, ui.Link{Text: c.CompanyName, Href: at})
	}
	return p
}
