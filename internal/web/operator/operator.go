// Package operator is the operator's console: tenants, policies, key pools, the queue of requests, payments, the sandbox's
// clock, and who may do what.
package operator

import (
	"embed"
	"net/http"
	"slices"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

//go:embed *.html
var files embed.FS

var room = ui.NewRoom(ui.Room{Name: "operator", Enter: Enter, Nav: Nav, Find: Find}, files)

// Home is where the operator's people begin.
const Home = "/operator"

// Enter lets in who holds a role of the operator, customer staff never.
func Enter(a party.Actor) bool {
	return a.Customer == "" && a.Publisher == "" && (a.May(party.OperateSystem) == nil || a.May(party.AnswerSupport) == nil)
}

var routes = []ui.Route{
	{Pattern: "GET /operator", Handle: status},
	{Pattern: "GET " + searchPath, Handle: search},
	{Pattern: "GET " + modePath, Handle: askMode},
	{Pattern: "POST " + modePath, Handle: setMode},
	{Pattern: "GET /operator/tenants", Handle: tenants},
	{Pattern: "GET /operator/tenants/new", Handle: newTenant},
	{Pattern: "POST /operator/tenants/new", Handle: addTenant},
	{Pattern: "GET /operator/tenants/{partner}", Handle: tenant},
	{Pattern: "GET /operator/tenants/{partner}/suspend", Handle: askSuspend},
	{Pattern: "POST /operator/tenants/{partner}/state", Handle: setTenantState},
	{Pattern: "POST /operator/tenants/{partner}/settings", Handle: setTenant},
	{Pattern: "POST /operator/tenants/{partner}/payments", Handle: pay},
	{Pattern: "POST /operator/tenants/{partner}/keys", Handle: addKeys},
	{Pattern: "POST /operator/tenants/{partner}/mark", Handle: setMark},
	{Pattern: "GET /operator/tenants/{partner}/withdraw", Handle: withdraw},
	{Pattern: "POST /operator/tenants/{partner}/withdraw", Handle: withdrawKeys},
	{Pattern: "GET /operator/tenants/{partner}/documents/{invoice}/void", Handle: askVoid},
	{Pattern: "POST /operator/tenants/{partner}/documents/{invoice}/void", Handle: voidDocument},
	{Pattern: "GET /operator/tenants/{partner}/waiting", Handle: waiting},
	{Pattern: "POST /operator/tenants/{partner}/waiting", Handle: handKey},
	{Pattern: "GET /operator/policies", Handle: policies},
	{Pattern: "GET /operator/policies/{row}/close", Handle: askClose},
	{Pattern: "POST /operator/policies/{row}/close", Handle: closePolicy},
	{Pattern: "GET /operator/policies/new", Handle: newPolicy},
	{Pattern: "POST /operator/policies/new", Handle: addPolicy},
	{Pattern: "GET " + taxPath, Handle: newTax},
	{Pattern: "POST " + taxPath, Handle: addTax},
	{Pattern: "GET /operator/ledger", Handle: books},
	{Pattern: "POST /operator/ledger/verify", Handle: verify},
	{Pattern: "GET " + jobsPath, Handle: jobs},
	{Pattern: "POST " + jobsPath + "/{kind}/retry", Handle: retryJob},
	{Pattern: "POST " + discardPath, Handle: discardUpload},
	{Pattern: "GET /operator/downloads", Handle: downloads},
	{Pattern: "POST /operator/downloads", Handle: takeFile},
	{Pattern: "POST " + partsPath, Handle: beginParts},
	{Pattern: "POST " + partsPath + "/{upload}", Handle: takePart},
	{Pattern: "POST /operator/downloads/{file}/remove", Handle: removeFile},
	{Pattern: "GET /operator/downloads/{file}/replace", Handle: askReplace},
	{Pattern: "POST /operator/downloads/{file}/replace", Handle: replaceFile},
	{Pattern: "GET " + cataloguePath, Handle: catalogue},
	{Pattern: "GET " + cataloguePath + "/{product}", Handle: delivery},
	{Pattern: "POST " + cataloguePath + "/{product}", Handle: setDelivery},
	{Pattern: "GET " + pricesPath, Handle: prices},
	{Pattern: "GET " + limitsPath, Handle: limits},
	{Pattern: "POST " + limitsPath, Handle: setLimit},
	{Pattern: "GET /operator/requests", Handle: queue},
	{Pattern: "GET /operator/requests/{request}", Handle: request},
	{Pattern: "POST /operator/requests/{request}/{act}", Handle: answer},
	{Pattern: "GET /operator/requests/{request}/files/{file}", Handle: file},
	{Pattern: "GET " + clockPath, Handle: clock},
	{Pattern: "POST " + clockPath, Handle: advance},
	{Pattern: "GET " + backupPath, Handle: backup},
	{Pattern: "POST " + backupPath, Handle: makeBackup},
	{Pattern: "POST " + trialPath, Handle: testBackup},
	{Pattern: "POST " + fetchPath, Handle: fetchBackup},
	{Pattern: "GET " + securityPath, Handle: security},
	{Pattern: "GET " + keysetPath, Handle: askRotate},
	{Pattern: "POST " + keysetPath, Handle: rotateKeyset},
	{Pattern: "GET " + clientsPath, Handle: clients},
	{Pattern: "GET " + clientsPath + "/{partner}/{client}/revoke", Handle: askRevoke},
	{Pattern: "POST " + clientsPath + "/{partner}/{client}/revoke", Handle: revokeClient},
	{Pattern: "GET " + peoplePath, Handle: people},
	{Pattern: "POST " + peoplePath, Handle: endSessions},
}

// Mount serves the console on mux.
func Mount(mux *http.ServeMux, site *ui.Site) {
	room.Mount(mux, site, slices.Concat(routes, sheets.Routes()))
}

// Nav is what the reader's roles open.
func Nav(v *ui.Visit) []ui.Link {
	var links []ui.Link
	for _, l := range []struct {
		ui.Link
		may bool
	}{
		{ui.Link{Text: v.T("console.status"), Href: Home, Key: "status", Jump: "s"}, true},
		{ui.Link{Text: v.T("console.tenants"), Href: "/operator/tenants", Key: "tenants", Jump: "t"}, v.May(party.OperateSystem)},
		{ui.Link{Text: v.T("console.policies"), Href: "/operator/policies", Key: "policies", Jump: "p"}, v.May(party.OperateSystem)},
		{ui.Link{Text: v.T("pools.nav"), Href: cataloguePath, Key: "catalogue"}, v.May(party.OperateSystem)},
		{ui.Link{Text: v.T("nav.prices"), Href: pricesPath, Key: "prices"}, v.May(party.OperateSystem)},
		{ui.Link{Text: v.T("books.title"), Href: "/operator/ledger", Key: "books", Jump: "l"}, v.May(party.OperateSystem)},
		{ui.Link{Text: v.T("files.title"), Href: "/operator/downloads", Key: "downloads", Jump: "d"}, v.May(party.OperateSystem)},
		{ui.Link{Text: v.T("jobs.title"), Href: "/operator/jobs", Key: "jobs", Jump: "j"}, v.May(party.OperateSystem)},
		{ui.Link{Text: v.T("console.requests"), Href: "/operator/requests", Key: "requests", Jump: "r"}, v.May(party.AnswerSupport)},
		{ui.Link{Text: v.T("console.clock"), Href: "/operator/clock", Key: "clock", Jump: "c"}, v.May(party.PlaySandbox)},
		{ui.Link{Text: v.T("console.security"), Href: "/operator/security", Key: "security", Jump: "y"}, v.May(party.OperateSystem)},
	} {
		if l.may {
			links = append(links, l.Link)
		}
	}
	return links
}
