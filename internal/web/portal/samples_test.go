package portal

import (
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/web/locale"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
	"github.com/comptoir-dev/comptoir/internal/web/ui/uitest"
)

// Every page of the portal, with sample data, in every language.
func TestPages(t *testing.T) {
	uitest.Every(t, room, func(*locale.L) map[string]uitest.Sample {
		list := func(id string) ui.Table {
			return ui.Table{ID: id, Title: id, Caption: "<c>", Columns: []ui.Column{{Head: "a"}, {Head: "b", Cash: true}}, Rows: []ui.Row{{Past: true, Cells: []ui.Cell{{Value: "<b>", Hint: "h"}, {Value: 1}}}}}
		}
		have, bills, deleted := list("have"), list("bills"), list("deleted")
		facts := ui.Facts{ID: "facts", Title: "f", Rows: []ui.Fact{{Name: "n", Value: "v"}}}
		form := ui.Form{Action: "/x", Once: "1", Fields: []ui.Field{{Name: "sure", Kind: "check", Label: "s", Error: "no"}}, Before: "b", Submit: ui.Button{Text: "go", Kind: "final"}, Back: &ui.Button{Text: "back", Href: "/"}}
		line := ui.Timeline{ID: "seen", Title: "s", Moments: []ui.Moment{{At: when.Date(2026, 11, 20), Text: "<x>"}}}
		return map[string]uitest.Sample{
			"portal-home":        {Data: homePage{ui.Strip{Label: "l", Figures: []ui.Figure{{Name: "n", Value: 1}}}, &have, &line, &bills}},
			"portal-products":    {Data: productsPage{[]ui.Link{{Text: "a", Href: "/a", Here: true}}, list("list")}},
			"portal-software":    {Page: ui.Page{Dialog: &ui.Dialog{Name: "taken", Data: ui.Taken{Title: "t", Key: "k", Seconds: 60, Clock: `<span id="taken-clock">60</span>`, Back: "/b"}}}, Data: softwarePage{At: "/at", Fields: []ui.Field{{Name: "version", Kind: "select"}}, HasKeys: true, HasDownloads: true, File: "f", Gauge: &ui.LinkGauge{Picture: "<svg></svg>", Twin: list("twin"), Text: "t"}, Facts: facts}},
			"portal-bills":       {Data: billsPage{list("list")}},
			"portal-bill":        {Data: ui.BillPage{Lines: list("lines"), Sum: facts}},
			"portal-users":       {Page: ui.Page{Dialog: &ui.Dialog{Name: "portal-user-delete", Data: deletePage{"t", form}}}, Data: usersPage{list("list"), list("seats"), ui.SeatFile{Form: ui.Form{Fields: []ui.Field{{Name: "file", Label: "f", Kind: "file"}}}}, &deleted}},
			"portal-user-new":    {Data: newUserPage{form}},
			"portal-user-delete": {Data: deletePage{"t", form}},
			"portal-access":      {Page: ui.Page{Dialog: &ui.Dialog{Name: "portal-end", Data: endPage{form, "t", "p", "no"}}}, Data: accessPage{facts, ui.Verdicts{ID: "may", Rows: []ui.Verdict{{Title: "t"}}}, list("log"), &ui.Button{Text: "e", Href: "/e"}}},
			"portal-end":         {Data: endPage{form, "t", "p", ""}},
		}
	})
}
