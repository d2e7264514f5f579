package partner

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

var (
	sampleDay   = when.Date(2026, 11, 20)
	sampleTable = ui.Table{ID: "rows", Title: "t", Caption: "c", Columns: []ui.Column{{Head: "a"}, {Head: "b", Cash: true}}, Rows: []ui.Row{{Cells: []ui.Cell{{Value: "<i>", Reason: "why"}, {Value: money.Of(199, "EUR")}}}}}
)

func sampleProducts() productsPage {
	return productsPage{
		TabsLabel: "kinds", Tabs: []ui.Link{{Text: "a", Href: "/a", Here: true}, {Text: "b", Href: "/b"}}, Title: "offers", Shown: "2 of 2",
		Filters: ui.Filters{Label: "f", Fields: []ui.Field{{Name: "q", Label: "q", Kind: "search"}}},
		Rows: []goodRow{
			{Title: "CRM <Pro>", Hint: "h", Publisher: "P", Billing: "L", Price: money.PriceOf(123_450_000_000, "EUR"), PriceHint: "year", Post: "/p", Once: "1", Hidden: []ui.Pair{{Name: "item", Value: "A:B:C"}}, Min: 1, Max: 9},
			{Title: "Meter", Hint: "h", Publisher: "P", Billing: "U", Post: "/p", Once: "2", Min: 1, Max: 1, Fixed: "by use"},
			{Title: "Barred", Hint: "h", Publisher: "P", Billing: "L", Reason: "no", Act: &ui.Button{Text: "ask", Href: "https://p.example/"}},
		},
		Pager: ui.Pager{First: "?", Next: "?n"}, Advice: &ui.Note{Kind: "inset", Title: "t", Text: "x", Rows: []ui.Fact{{Name: "n", Value: "v"}}},
	}
}

func sampleCart() cartPage {
	table := sampleTable
	return cartPage{
		Action: "/c", Once: "1", Match: "ff", More: "/m", Owed: "owed", Buy: ui.Button{Text: "buy", Kind: "main"},
		Lines: []cartRow{
			{ID: 1, Title: "<CRM>", Hint: "h", Quantity: "x", Min: 1, Max: 9, Error: "no", QuantityID: "f-q1", PlanID: "f-plan1", Plans: []cartPlan{{"P1Y/annual", "year", "12", true}, {"P1M/monthly", "month", "1", false}}, Until: sampleDay, UntilHint: "h", Today: money.Of(5, "EUR"), RenewText: "r", Remove: "x"},
			{ID: 2, Title: "Add-on", AddOn: true, Quantity: "1", Fixed: true, QuantityID: "f-q2", PlanID: "f-plan2", Fault: "bad", Attest: true, Until: "never", Remove: "x"},
		},
		Sums: []cartSum{{"net", money.Of(5, "EUR"), true}, {"all", money.Of(6, "EUR"), false}}, Schedule: &table,
		Ahead: ui.Timeline{ID: "ahead", Title: "t", Moments: []ui.Moment{{At: sampleDay.Add(time.Hour), Kind: "next", Text: money.Of(5, "EUR"), Hint: "h"}}},
		Call:  &ui.Call{ID: "call", Method: "POST", Path: "/v1"},
	}
}

func sampleBought() boughtPage {
	named := func(id string) *ui.Table {
		t := sampleTable
		t.ID = id
		return &t
	}
	return boughtPage{Failed: named("f"), Again: &ui.Button{Text: "again", Post: "/a", Once: "1"}, Setup: named("s"), Orders: *named("o"), Comes: named("c"), Next: []ui.Button{{Text: "n", Href: "/n"}}, Call: ui.Call{ID: "call", Method: "GET", Path: "/v1"}}
}
