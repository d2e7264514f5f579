package partner

import (
	"html/template"

	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/web/locale"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
	"github.com/comptoir-dev/comptoir/internal/web/ui/uitest"
)

func softwareSamples(l *locale.L) map[string]uitest.Sample {
	now := when.Date(2026, 11, 20)
	gauge := ui.GaugeOf(&ui.Visit{L: l}, "g", license.Link{IssuedAt: now.AddDate(0, 0, -3), ExpiresAt: now.AddDate(0, 0, 11), Max: 50, Used: 12}, now)
	orders := ui.Table{Caption: "o", Small: true, Columns: []ui.Column{{Head: "a"}, {Head: "b", Num: true}, {Head: "c", Cash: true}}, Rows: []ui.Row{
		{Cells: []ui.Cell{{Value: ui.Mono("b4f7"), Hint: ui.Day(now), Mark: &ui.Mark{Kind: "dead", Text: "x"}}, {Value: int64(3)}, {Value: money.Of(123456, "EUR")}}},
	}}
	take := takePanel{
		Action: "/s", Item: "a:b", Fields: []ui.Field{{Name: "version", Label: "V", Kind: "select", Options: []ui.Option{{Value: "1", Text: "<1>"}}}},
		Hidden: []ui.Pair{{Name: "order", Value: "o.1"}}, Key: &takeKey{Text: "t"}, File: &takeFile{Name: "f", Size: "1", Hash: "00", Gauge: gauge}, Perhaps: "p",
	}
	none := takePanel{Key: &takeKey{No: "n"}, NoFile: "n", Prefix: "x-"}
	form := severalForm{Action: "/s", Picks: []ui.Pair{{Name: "pick", Value: "o.1~h"}}, Rows: []ui.Fact{{Name: "n", Value: now}}, Final: "f", Bad: "b"}
	dialog := cancelDialog{
		Where: "w", Title: "SQL <Server>", Back: "/b", Action: "/s", Order: "o.1", Once: "1", Match: "h", Final: "f", Bad: "b", Sums: &orders,
		Picks: []cancelPick{{Href: "/a", ID: "b4f7", Hint: "h", Here: true}, {Off: true, ID: "91be"}, {Href: "/c"}}, Rows: []ui.Fact{{Name: "n", Value: now, Hint: "h"}},
		Gone: []string{"k"}, Moved: &ui.Note{Kind: "warn", Title: "t", Text: "x"},
	}
	refused := dialog
	refused.Refused, refused.Ways, refused.Way = &ui.Note{Kind: "stop", Title: "t", Text: "x", Rows: []ui.Fact{{Name: "r", Value: now}}}, []string{"w"}, &ui.Button{Text: "r", Href: "/r"}
	strip := ui.Strip{Label: "l"}
	chart := ui.Bars(ui.Chart{ID: "fleet", Title: "f", Twin: orders}, "f", []ui.Bar{{Name: "a", Label: "1", Parts: []ui.BarPart{{Size: 1, Class: "f-st"}}}})
	bad := orders
	bad.ID, bad.Title, bad.Small = "bad", "b", false
	return map[string]uitest.Sample{
		"activity": {Data: activityPage{Zone: "UTC", Reads: "r", Ribbon: &chart, Records: []recordRow{
			{At: "20 Nov", Iso: "2026-11-20T00:00:00Z", Action: "a <b>", Icon: "key", Failed: true, Who: "w", Customer: ui.To{Href: "/c", Text: "C"}, About: "x", Details: orders}, {Details: orders},
		}}},
		"move": {Data: movePage{Strip: &strip, Fleet: &chart, List: orders, Bad: &bad, Hints: ui.Facts{ID: "hints", Title: "h"}, Call: ui.Call{ID: "call"}, Import: ui.Form{Files: true, Fields: []ui.Field{{Name: "file", Label: "f", Kind: "file", Hint: "h"}}}}},
		"software": {
			Page: ui.Page{Dialog: &ui.Dialog{Name: "cancel", Data: dialog}},
			Data: softwarePage{Filters: ui.Filters{Fields: []ui.Field{{Name: "q", Label: "q", Kind: "search"}}}, More: "m", Items: []softwareRow{
				{Key: "k", Open: true, Name: "SQL <Server>", Hint: "h", Quantity: 6, Mark: ui.Mark{Kind: "soon", Text: "3 d"}, Until: now, Cancel: &ui.Button{Text: "c", Href: "/c"}, Orders: orders, Take: &take},
				{Name: "x", Take: &none, Orders: orders}, {Name: "y", Past: true, Right: "r", Instruction: "https://x.example", Orders: orders},
			}},
		},
		"software-row": {Page: ui.Page{Dialog: &ui.Dialog{Name: "taken", Data: ui.Taken{
			Title: "t", Hint: "h", Warning: "w", Key: "AAAA-BBBB", Seconds: 60, Clock: template.HTML(`<span id="taken-clock">60</span>`), Back: "/b", Recorded: "r",
		}}}, Data: softwareRow{Name: "n", Orders: orders}},
		"take": {Data: take}, "gauge": {Data: gauge}, "cancel": {Page: ui.Page{}, Data: refused}, "cancel-pick": {Data: dialog.Picks[0]},
		"taken": {Data: ui.Taken{Title: "t", Link: "https://x.example/d", Gauge: gauge, Renew: &ui.Button{Text: "r", Post: "/r"}, Waiting: "w", Back: "/b"}},
		"rules": {Data: rulesPage{orders}}, "cancel-several": {Data: severalPage{Table: orders, Form: &form}},
	}
}
