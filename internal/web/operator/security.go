package operator

import (
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// securityPage is who may do what: the matrix that the server enforces (rules.md §1).
type securityPage struct{ List ui.Table }

func security(v *ui.Visit) error {
	if err := v.Actor.May(party.OperateSystem); err != nil {
		return err
	}
	t := ui.Table{Caption: v.T("console.matrix"), Columns: []ui.Column{{Head: v.T("console.rule")}}}
	for _, side := range party.Sides() {
		t.Columns = append(t.Columns, ui.Column{Head: v.T("console.side." + string(side))})
	}
	for _, act := range party.Acts() {
		row := ui.Row{Cells: []ui.Cell{{Value: v.T("act." + act.Name), Hint: act.ID}}}
		for _, side := range party.Sides() {
			var names []string
			for _, r := range act.Roles(side) {
				names = append(names, v.T("role."+string(r)))
			}
			row.Cells = append(row.Cells, ui.Cell{Value: strings.Join(names, ", ")})
		}
		t.Rows = append(t.Rows, row)
	}
	if v.IsCSV() {
		return v.CSV("roles", t)
	}
	p := ui.Page{Title: v.T("console.security"), Area: "security"}
	p.Head.Sub = []any{v.T("console.matrix")}
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv"), Icon: "down"}, {Text: v.T("people.title"), Href: peoplePath}}
	return v.Show("op-security", p, securityPage{t})
}
