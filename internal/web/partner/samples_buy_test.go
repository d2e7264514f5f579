package partner

import (
	"github.com/comptoir-dev/comptoir/internal/web/locale"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/market"
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

func sampleAddOns() addOnSheet {
	return addOnSheet{Action: "/a", Submit: "go", Rows: []addOnRow{{Title: "<A>", Href: "/a", Hint: "h", Plan: "p", Price: money.PriceOf(1_000, "EUR"), Name: "s-1", Value: "3"}, {Title: "B", Reason: "no", Value: "0"}}}
}

func sampleStatus() statusSheet {
	form := ui.Form{Action: "/s", Once: "1", Fields: []ui.Field{{Name: "reason", Prefix: "s-", Label: "r", Kind: "select", Options: []ui.Option{{Value: "a", Text: "a"}}}}, Before: "b", Submit: ui.Button{Text: "s", Kind: "ask"}}
	return statusSheet{Mark: ui.Mark{Kind: "wait", Text: "s"}, Until: sampleDay, Suspend: &form, Renew: &ui.Button{Text: "r", Post: "/r", Off: "no"}, RenewAt: "at", Acts: []ui.Button{{Text: "c", Href: "/c", Kind: "ask"}}}
}

func sampleSub(l *locale.L) subPage {
	steps := []ui.Step{{At: sampleDay.AddDate(0, -8, 0), Quantity: 20, Why: "first", Cost: money.Of(5, "EUR")}, {At: sampleDay.AddDate(0, -2, 0), Quantity: 26, Why: "more"}, {At: sampleDay.AddDate(0, 4, 0), Quantity: 0, Planned: true, Why: "ends"}}
	chart, table, addOns := ui.Steps(l, "seats", "Seats <x>", "h", sampleDay, sampleDay.AddDate(0, 4, 0), steps), sampleTable, sampleAddOns()
	life := ui.Lifecycle(l, "life", "Life", "h", "s <x>", sampleDay, []ui.Milestone{{Name: "a <x>", At: sampleDay.AddDate(0, -8, 0)}, {Name: "b", At: sampleDay.AddDate(0, 0, 3), Hot: true}, {Name: "c", At: sampleDay.AddDate(0, 4, 0), Hint: "h"}})
	return subPage{
		Life: &life, Seats: &chart, Status: sampleStatus(), Comes: &table, AddOns: &addOns, Facts: ui.Facts{ID: "facts", Title: "f", Rows: []ui.Fact{{Name: "n", Value: 1}}}, Advice: &ui.Note{Kind: "inset", Title: "t"},
		Verdicts: ui.Verdicts{ID: "verdicts", Title: "v", Rows: []ui.Verdict{{Allowed: true, Title: "a", Text: "t", Act: &ui.Button{Text: "b", Href: "/b"}}, {Title: "c", Text: "no"}}},
		Timeline: ui.Timeline{ID: "happened", Title: "t", Moments: []ui.Moment{{At: sampleDay, Kind: "done", Text: "x"}}}, Call: ui.Call{ID: "call", Method: "GET", Path: "/v1"},
	}
}

func sampleAct() actDialog {
	figures := ui.Table{Caption: "f", Small: true, Columns: []ui.Column{{Head: "a"}, {Head: "b", Cash: true}}, Rows: sampleTable.Rows}
	return actDialog{
		Where: "w", Title: "<T>", Action: "/a", Once: "1", Hidden: []ui.Pair{{Name: "match", Value: "ff"}}, Moved: &ui.Note{Kind: "stop", Title: "m"}, Versions: &figures,
		Fields:  []ui.Field{{Name: "quantity", Label: "q", Kind: "number", Value: "x", Error: "no"}, {Name: "to", Label: "t", Kind: "radio", Options: []ui.Option{{Value: "a", Text: "a"}}}},
		Refused: &ui.Note{Kind: "stop", Title: "r"}, Figures: &figures, Rows: []ui.Fact{{Name: "n", Value: sampleDay, Hint: "h"}}, Gone: []string{"g"}, Ack: true, Bad: "tick", Back: "/b", Keep: "k", Preview: "p", Final: "f", Kind: "final",
	}
}

// sampleFlow has more shares than are drawn, some to come, some gone.
func sampleFlow() *ui.Chart {
	stations, currents := []ui.Station{{Name: "order <x>"}, {Name: "credit"}}, [][]ui.Current{nil}
	for i := range 8 {
		stations[0].Parts = append(stations[0].Parts, ui.StationPart{Name: "line <i>", Label: "1", Size: 3})
		currents[0] = append(currents[0], ui.Current{From: i, To: i % 2, Size: 3})
	}
	stations[1].Parts = []ui.StationPart{{Name: "kept", Label: "12", Size: 12, Kind: ui.PartPlanned}, {Name: "back", Label: "12", Size: 12, Kind: ui.PartGone}}
	c := ui.FlowOf(ui.Chart{ID: "flow", Title: "f", Twin: sampleTable}, "flow", stations, currents, func(int, int64) (string, string) { return "rest", "9" })
	return &c
}

func sampleMap(l *locale.L) ui.Chart {
	tile := func(c market.Country) ui.Tile { return ui.Tile(c[0] % 3) }
	return ui.World(l, ui.Chart{ID: "map", Title: "m", Keys: []ui.Key{{Sign: ui.TileSign(ui.TileCut), Text: "k"}, {Sign: ui.HereSign(), Text: "h"}}, Twin: sampleTable}, "map", tile, "FR")
}
