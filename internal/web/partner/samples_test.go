package partner

import (
	"maps"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/web/locale"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
	"github.com/comptoir-dev/comptoir/internal/web/ui/uitest"
)

// Every page of the workspace, with sample data, in every language.
func TestPages(t *testing.T) { uitest.Every(t, room, samples) }

func samples(l *locale.L) map[string]uitest.Sample {
	now := when.Date(2026, 11, 20)
	chart := ui.Terms(l, "terms", now, []ui.Term{
		{Name: "SQL <Server>", From: now, Until: now.AddDate(1, 0, 0), Renews: true, Window: now.Add(72 * time.Hour), WindowFrom: now},
		{Name: "Windows Server", From: now.AddDate(-1, 0, 0)}, {Name: "CRM", From: now.AddDate(0, -6, 0), Until: now.AddDate(0, 3, 0)},
	})
	list := ui.Table{
		Caption: "x", Columns: []ui.Column{{Head: "a", Sort: "?s", Sorted: "ascending"}, {Head: "b", Cash: true}, {Head: "c", Hidden: true}},
		Rows: []ui.Row{{Pick: "1", Cells: []ui.Cell{
			{Value: "<b>", Href: "/x", Hint: "h", Reason: "why"}, {Value: money.Of(-123456, "EUR")}, {Acts: []ui.Button{{Text: "do", Post: "/do", Once: "1", Off: nil}, {Text: "no", Off: "because"}}},
		}}},
		Foot:    []ui.Row{{Cells: []ui.Cell{{Value: "sum", Span: 2}, {Value: money.Of(1, "EUR")}}}},
		Filters: &ui.Filters{Fields: []ui.Field{{Name: "q", Label: "q", Kind: "search"}}}, Pager: ui.Pager{Next: "?n", First: "?"},
		Bulk: &ui.Bulk{Post: "/bulk", Acts: []ui.Button{{Text: "all"}}},
	}
	bare := list
	bare.Filters = nil
	sure := ui.Form{Action: "/x", Fields: []ui.Field{{Name: "name", Label: "N", Prefix: "sure-"}}}
	form := ui.Form{Fields: []ui.Field{
		{Name: "a", Label: "A", Required: true, Error: "no", Hint: "h"}, {Name: "b", Label: "B", Kind: "select", Options: []ui.Option{{Value: "1", Text: "one"}}},
		{Name: "c", Label: "C", Kind: "area"}, {Name: "d", Label: "D", Kind: "check", Error: "no"}, {Name: "e", Label: "E", Kind: "radio", Options: []ui.Option{{Value: "1", Text: "one", Hint: "h"}}, Error: "e"},
		{Name: "f", Label: "F", Kind: "hidden"},
	}, Submit: ui.Button{Text: "go", Kind: "main"}, Back: &ui.Button{Text: "back", Href: "/"}, Before: "what happens"}
	facts := ui.Facts{ID: "facts", Title: "f", Link: &ui.Link{Text: "e", Href: "/e"}, Rows: []ui.Fact{{Name: "n", Value: ui.ID("id"), Hint: "h"}}}
	errors := form.Summary(l)
	why := ui.Why{ID: "why", Title: "w", Close: "/x", Lead: "l", Steps: list, Facts: facts.Rows, Acts: []ui.Button{{Text: "a", Href: "/a"}}}
	bars := ui.Bars(ui.Chart{ID: "bars", Title: "b", Twin: list}, "b", []ui.Bar{{Name: "a <b>", Label: "1", Parts: []ui.BarPart{{Size: 3, Class: "f-ink"}, {Size: -1, Class: "f-st"}}}})
	fall := ui.Waterfall(ui.Chart{ID: "fall", Title: "f", Twin: list}, "f", []ui.Rise{{Name: "a", Size: 5, Sum: true}, {Name: "b", Size: -3}, {Name: "c", Size: 1}, {Name: "d", Size: 3, Sum: true}})
	named := func(id string) ui.Table {
		t := list
		t.ID, t.Title, t.Filters, t.Bulk = id, id, nil, nil
		return t
	}
	next := named("next")
	prefixed := form
	prefixed.Fields = []ui.Field{{Name: "a", Label: "A", Prefix: "p-"}}
	all := map[string]uitest.Sample{
		"home": {Data: homePage{
			Start: &startSteps{"s", []startStep{{"a", "b", true, nil}, {"c", "d", false, &ui.Button{Text: "go", Href: "/g"}}}}, Weeks: &bars, Year: &chart, Lost: "lost",
			Cards: []homeCard{{ID: "one", Title: "1", Count: "3", Hot: true, Table: sampleTable, All: &ui.Link{Text: "all", Href: "/a"}}, {ID: "two", Title: "2", Lost: "lost"}, {ID: "three", Title: "3", Table: ui.Table{Empty: ui.Empty{Title: "none"}}}},
		}},
		"account": {Data: companyPage{facts, ui.Facts{ID: "support", Title: "s"}, &form, ui.Call{ID: "call"}}}, "account-users": {Data: staffPage{list}}, "account-roles": {Data: rolesPage{bare}},
		"account-user": {Page: ui.Page{Dialog: &ui.Dialog{Name: "sure", Data: ui.Sure{Title: "t", Rows: []ui.Fact{{Name: "n", Value: "v"}}, Form: sure}}}, Data: staffFormPage{&facts, form, []ui.Button{{Text: "a", Post: "/a"}}, &ui.Call{ID: "call"}}},
		"account-apps": {Data: appsPage{list}}, "account-app-new": {Data: newAppPage{form}},
		"account-app": {Data: appPage{facts, named("secrets"), &prefixed, form, []ui.Button{{Text: "a", Post: "/a"}}, ui.Call{ID: "call"}}},
		"prices":      {Data: pricesPage{list, &ui.Form{Fields: []ui.Field{{Name: "file", Label: "f", Kind: "file"}}}, &bare, ui.Call{ID: "call"}}}, "price-history": {Data: historyPage{facts, named("history")}}, "price-turns": {Data: turnsPage{list}},
		"price-changes":  {Data: ui.SheetPage{Strip: ui.Strip{Label: "l"}, List: named("changes"), Form: ui.Form{Hidden: []ui.Pair{{Name: "file", Value: "x"}}, Before: "b", Submit: ui.Button{Text: "go", Kind: "final"}}}},
		"ahead":          {Data: aheadPage{list}},
		"home-card":      {Data: homeCard{ID: "one", Title: "1", Table: sampleTable}},
		"billing":        {Data: billingPage{ui.Strip{Label: "l"}, &bars, &next, list}},
		"invoice":        {Page: ui.Page{Notes: []ui.Note{{Kind: "info", Text: "x"}}}, Data: invoicePage{&fall, named("lines"), &why, facts, &ui.Timeline{ID: "paid", Title: "p", Empty: "e"}, ui.Call{ID: "call"}}},
		"resale":         {Data: resalePage{Strip: ui.Strip{Label: "l"}, Markup: form, Price: prefixed, Rows: named("rows"), Prices: named("own"), Call: ui.Call{ID: "call"}}},
		"bills":          {Data: billsPage{list}},
		"bill-page":      {Data: ui.BillPage{Lines: named("lines"), Why: &why, Sum: facts}},
		"search":         {Page: ui.Page{}, Data: searchPage{Form: *list.Filters, Lists: []ui.Table{bare}, Empty: &ui.Empty{Title: "none", Text: "x"}}},
		"customers":      {Page: ui.Page{Area: "customers"}, Data: customersPage{list}},
		"customer-new":   {Page: ui.Page{Errors: errors, Crumbs: []ui.Link{{Text: "c", Href: "/c"}}}, Data: newCustomerPage{form}},
		"customers-file": {Page: ui.Page{Errors: errors}, Data: customersFilePage{&bare, "/t", ui.Form{Fields: []ui.Field{{Name: "file", Label: "f", Kind: "file"}}}}},
		"customers-look": {Data: customersLookPage{ui.Strip{Label: "l"}, []ui.Table{named("new"), named("there")}, form}},
		"relation":       {Page: ui.Page{Area: "customers"}, Data: relationPage{"https://pc.example/portal/access", "Dear customer"}},
		"customer-account": {
			Page: ui.Page{Dialog: &ui.Dialog{Name: "sure", Data: ui.Sure{Title: "t", Form: sure}}},
			Data: customerAccountPage{&accountForms{form, prefixed, ui.Form{Fields: []ui.Field{{Name: "a", Label: "A", Prefix: "q-"}}}}, facts, named("agreements"), ui.Call{ID: "call"}},
		},
		"products": {Data: sampleProducts()}, "cart": {Data: sampleCart()}, "bought": {Data: sampleBought()},
		"orders": {Data: ordersPage{list}}, "order": {Data: orderPage{Lines: &sampleTable, Story: orderStory{&ui.Verdicts{ID: "can", Title: "c", Rows: []ui.Verdict{{Title: "a", Text: "b"}}}, ui.Timeline{ID: "t", Title: "t", Newer: &ui.Link{Text: "n", Href: "/n"}, Older: &ui.Link{Text: "o", Href: "/o"}}}, Facts: facts, Flow: sampleFlow(), Call: ui.Call{ID: "call", Method: "GET", Path: "/v1"}}},
		"reservations": {Data: reservationsPage{list, ui.Note{Kind: "inset", Title: "w"}, sampleMap(l)}}, "users": {Data: usersPage{list, sampleTable, ui.SeatFile{Form: ui.Form{Fields: []ui.Field{{Name: "file", Label: "f", Kind: "file"}}}}, &form}},
		"subscriptions": {Data: subsPage{list}}, "subscription": {Page: ui.Page{Dialog: &ui.Dialog{Name: "sub-act", Data: sampleAct()}}, Data: sampleSub(l)},
		"sub-status": {Data: sampleStatus()}, "sub-addons": {Data: sampleAddOns()}, "sub-act": {Data: sampleAct()},
		"overview": {
			Page: ui.Page{
				Head: ui.Head{ID: "8f2c", Marks: []ui.Mark{{Kind: "good", Text: "m"}}, Sub: []any{"s"}, Acts: []ui.Button{{Text: "a", Href: "/a"}}}, Notes: []ui.Note{{Kind: "stop", Title: "t", Text: "x", Rows: []ui.Fact{{Name: "r", Value: now}}}},
				Rail: &ui.Rail{Title: "R", Hint: "h", Links: []ui.RailLink{{Text: "o", Href: "/o", Here: true, Count: 3}}},
			},
			Data: overviewPage{Spend: &bars,
				Strip: ui.Strip{Label: "l", Figures: []ui.Figure{{Name: "n", Value: 3, Hint: "h"}}}, Terms: &chart, Facts: facts,
				Timeline: &ui.Timeline{ID: "h", Title: "t", Moments: []ui.Moment{{At: now, Kind: "hot", Text: "x", Hint: "h"}}}, Call: ui.Call{ID: "call", Method: "GET", Path: "/v1"},
			},
		},
	}
	maps.Copy(all, softwareSamples(l))
	return all
}
