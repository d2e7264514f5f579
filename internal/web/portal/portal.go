// Package portal is the customer's own pages: what it has, its keys and downloads, its bills, its requests and its people.
// Nothing of the partner's cost is ever on them (R09), and partner staff never enter (R04).
package portal

import (
	"embed"
	"net/http"
	"slices"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

//go:embed *.html
var files embed.FS

var room = ui.NewRoom(ui.Room{Name: "portal", Enter: Enter, Nav: Nav, Find: Find}, files)

// Home is where customer staff begin.
const Home = "/portal"

// Enter lets in staff of a customer.
func Enter(a party.Actor) bool { return a.Customer != "" }

var routes = []ui.Route{
	{Pattern: "GET /portal", Handle: home},
	{Pattern: "GET " + searchPath, Handle: search},
	{Pattern: "GET /portal/products", Handle: products},
	{Pattern: "GET /portal/software/{order}/{line}", Handle: software},
	{Pattern: "POST /portal/software/{order}/{line}/key", Handle: getKey},
	{Pattern: "POST /portal/software/{order}/{line}/download", Handle: download},
	{Pattern: "POST /portal/software/{order}/{line}/link", Handle: copyLink},
	{Pattern: "GET /portal/bills", Handle: bills},
	{Pattern: "GET /portal/bills/{bill}", Handle: bill},
	{Pattern: "GET /portal/bills/{bill}/statement", Handle: printBill},
	{Pattern: "GET /portal/users", Handle: users},
	{Pattern: "GET /portal/users/new", Handle: newUser},
	{Pattern: "POST /portal/users/new", Handle: addUser},
	{Pattern: "POST /portal/users/{user}/role", Handle: setRole},
	{Pattern: "GET /portal/users/{user}/delete", Handle: askDelete},
	{Pattern: "POST /portal/users/{user}/delete", Handle: deleteUser},
	{Pattern: "POST /portal/users/{user}/restore", Handle: restoreUser},
	{Pattern: "GET /portal/access", Handle: access},
	{Pattern: "GET /portal/access/end", Handle: askEnd},
	{Pattern: "POST /portal/access/end", Handle: endAccess},
	{Pattern: "POST /portal/access/resume", Handle: resumeAccess},
}

// desk is where the customer asks (R10).
var desk = ui.Desk{At: "/portal/requests", Area: "requests"}

// Mount serves the portal on mux.
func Mount(mux *http.ServeMux, site *ui.Site) {
	room.Mount(mux, site, slices.Concat(routes, desk.Routes(), seats.Routes()))
}

func mayHave(v *ui.Visit) bool { return v.May(party.OwnProducts) || v.May(party.ReadCommerce) }

// Nav is what the reader's roles open.
func Nav(v *ui.Visit) []ui.Link {
	var links []ui.Link
	for _, l := range []struct {
		ui.Link
		may bool
	}{
		{ui.Link{Text: v.T("nav.home"), Href: Home, Key: "home", Jump: "h"}, true},
		{ui.Link{Text: v.T("portal.products"), Href: "/portal/products", Key: "products", Jump: "p"}, mayHave(v)},
		{ui.Link{Text: v.T("customer.users"), Href: "/portal/users", Key: "users", Jump: "u"}, v.May(party.AssignLicences)},
		{ui.Link{Text: v.T("bill.list"), Href: "/portal/bills", Key: "bills", Jump: "b"}, v.May(party.ReadBills)},
		{ui.Link{Text: v.T("portal.requests"), Href: "/portal/requests", Key: "requests", Jump: "r"}, v.May(party.RaiseSupport)},
		{ui.Link{Text: v.T("portal.access"), Href: "/portal/access", Key: "access", Jump: "a"}, v.May(party.EndRelationship)},
	} {
		if l.may {
			links = append(links, l.Link)
		}
	}
	return links
}
