package operator

import (
	"testing"

	"github.com/comptoir-dev/comptoir/internal/web/locale"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
	"github.com/comptoir-dev/comptoir/internal/web/ui/uitest"
)

// Every page of the console, with sample data, in every language.
func TestPages(t *testing.T) {
	uitest.Every(t, room, func(*locale.L) map[string]uitest.Sample {
		list := func(id string) ui.Table {
			return ui.Table{ID: id, Title: id, Caption: "<c>", Columns: []ui.Column{{Head: "a"}, {Head: "b", Cash: true}}, Rows: []ui.Row{{Cells: []ui.Cell{{Value: "<b>", Hint: "h"}, {Value: 1}}}}}
		}
		low, back := list("low"), list("back")
		form := func(name string) *ui.Form {
			return &ui.Form{Action: "/x", Once: "1", Fields: []ui.Field{{Name: name, Label: "n", Error: "no"}}, Before: "b", Submit: ui.Button{Text: "go"}}
		}
		facts := ui.Facts{ID: "facts", Title: "f", Rows: []ui.Fact{{Name: "n", Value: "v"}}}
		ask := ui.Filters{Label: "l", Fields: []ui.Field{{Name: "class", Label: "c", Kind: "select"}}}
		strip := ui.Strip{Label: "l", Figures: []ui.Figure{{Name: "n", Value: 1}}}
		return map[string]uitest.Sample{
			"op-prices":     {Data: pricesPage{ui.Form{Files: true, Fields: []ui.Field{{Name: "file", Label: "f", Kind: "file"}}}, &low}},
			"op-catalogue":  {Data: cataloguePage{list("pools"), list("products")}},
			"op-delivery":   {Data: deliveryPage{list("skus"), &ui.Note{Kind: "stop", Title: "t"}, "s", *form("pool")}},
			"op-status":     {Data: statusPage{strip, facts, &low, &back}},
			"op-tenants":    {Data: tenantsPage{list("list")}},
			"op-tenant":     {Data: tenantPage{facts, list("owing"), form("a"), list("pools"), form("b"), form("c"), form("d")}},
			"op-tenant-new": {Data: newTenantPage{*form("name")}},
			"op-policies":   {Data: policiesPage{ask, &ui.Note{Kind: "info", Title: "t"}, ui.Chart{ID: "line", Title: "l", Twin: list("twin")}, list("rules"), list("taxes"), list("links")}},
			"op-requests":   {Data: queuePage{list("list")}},
			"op-request": {Data: requestPage{ui.DeskOne{Text: "x", Thread: ui.Timeline{ID: "thread"}, Files: list("files"), Facts: facts}, form("a"), form("b"),
				&refundPanel{Note: ui.Note{Kind: "info", Title: "t"}, Lines: &back, Proposal: &ui.Note{Title: "p"}, Law: ask, Acts: []ui.Button{{Text: "a", Post: "/a"}}}}},
			"op-policy-new":   {Data: policyPage{*form("id"), list("rules")}},
			"op-backup":       {Data: backupPage{[]ui.Note{{Kind: "good", Title: "t"}, {Kind: "stop", Title: "t"}}, &low, &facts, &back}},
			"op-people":       {Data: peoplePage{ask, &facts, &low, &ui.Button{Text: "a", Post: "/a"}}},
			"op-withdraw":     {Data: withdrawPage{ask, &ui.Note{Kind: "warn", Title: "t"}, facts}},
			"op-replace":      {Data: replacePage{ask, &ui.Note{Kind: "warn", Title: "t"}, &low, form("typed"), facts}},
			"op-policy-close": {Data: closePage{ask, &ui.Note{Kind: "stop", Title: "t"}, form("typed"), ui.Note{Kind: "info", Title: "t"}}},
			"op-void":         {Data: voidPage{ui.Note{Kind: "warn", Title: "t"}, facts}},
			"op-waiting":      {Data: waitingPage{list("waiting"), form("key")}},
			"op-books":        {Data: booksPage{&ui.Note{Kind: "stop", Title: "t"}, ask, &ui.Button{Text: "a", Href: "/a"}, &low, back, facts}},
			"op-jobs":         {Data: jobsPage{strip, &ui.Note{Kind: "stop", Title: "t"}, &low, list("late"), list("next"), list("pools"), &back, form("d")}},
			"op-downloads":    {Data: downloadsPage{list("files"), &facts, []ui.Button{{Text: "r", Post: "/r"}}, "no", &low, partsBox{"/x", "n", "s"}, ui.Form{Files: true, Fields: []ui.Field{{Name: "file", Label: "f", Kind: "file"}}}}},
			"op-clock":        {Data: clockPage{strip, []ui.Button{{Text: "a", Post: "/a"}}, form("a-by"), form("a-to"), list("done")}},
			"op-security":     {Data: securityPage{&facts, &ui.Button{Text: "a", Href: "/a"}, list("sign-ins"), &low, list("list")}},
			"op-clients":      {Data: clientsPage{list("clients")}},
		}
	})
}
