package web

import (
	"testing"

	"github.com/comptoir-dev/comptoir/internal/web/locale"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
	"github.com/comptoir-dev/comptoir/internal/web/ui/uitest"
)

// The pages of everybody, with sample data, in every language.
func TestPages(t *testing.T) {
	uitest.Every(t, common, func(*locale.L) map[string]uitest.Sample {
		return map[string]uitest.Sample{
			"front":       {Page: ui.Page{}, Data: frontPage{"1", "SQLite", "http://localhost", true}},
			"me":          {Page: ui.Page{}, Data: mePage{Facts: ui.Facts{ID: "who"}, Sessions: ui.Table{ID: "s", Title: "s", Rows: []ui.Row{{Cells: []ui.Cell{{Value: "x"}}}}}, SignOut: ui.Button{Post: "/o", Text: "o"}}},
			"me-app":      {Data: appPage{Code: ui.Square{}, Facts: ui.Facts{ID: "secret", Title: "s"}, Form: ui.Form{Fields: []ui.Field{{Name: "code", Label: "c", Hint: "h"}}}}},
			"me-passkeys": {Data: passkeysPage{List: ui.Table{ID: "p", Title: "p"}, Ask: "/a", Rename: &ui.Form{}, Add: &ui.Form{Fields: []ui.Field{{Name: "name", Label: "n", Hint: "h"}}}}},
			"me-views":    {Data: viewsPage{ui.Table{Caption: "v"}, &ui.Form{Fields: []ui.Field{{Name: "name", Label: "n", Error: "e"}}}}},
			"keys":        {Page: ui.Page{}, Data: keysPage{ui.KeyList{Nav: []ui.Link{{Text: "c", Href: "/c", Jump: "c"}}, Find: true, Jumps: true}, "s"}},
		}
	})
}
