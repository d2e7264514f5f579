package partner

import (
	"slices"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

const rulesPath = "/rules"

// rulesPage is the dated rows that decide what may be cancelled (R20): refusals lead here (F57, F61).
type rulesPage struct{ List ui.Table }

func cancelRules(v *ui.Visit) error {
	all, err := v.App.Policies(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	class := catalog.Class(v.Query("class"))
	pick := ui.Field{Name: "class", Label: v.T("console.class"), Kind: "select", Value: string(class), Options: []ui.Option{{Text: v.T("part.any")}}}
	for _, c := range policy.Classes {
		pick.Options = append(pick.Options, ui.Option{Value: string(c), Text: v.T("console.class." + string(c))})
	}
	t := ui.Table{
		Caption: v.T("rules.title"), Filters: &ui.Filters{Label: v.T("rules.title"), Action: rulesPath, Fields: []ui.Field{pick}}, Empty: ui.Empty{Title: v.T("console.no_rows")},
		Columns: []ui.Column{{Head: v.T("console.row")}, {Head: v.T("rules.text")}, {Head: v.T("console.credit")}, {Head: v.T("console.after")}, {Head: v.T("console.source")}},
	}
	rows := slices.Clone(all.Cancellation)
	slices.SortStableFunc(rows, func(a, b policy.CancelRule) int {
		return slices.Index(policy.Classes, a.Class) - slices.Index(policy.Classes, b.Class)
	})
	for _, r := range rows {
		if class != "" && r.Class != class {
			continue
		}
		t.Rows = append(t.Rows, ui.Row{On: v.Query("row") == r.ID, Cells: []ui.Cell{
			{Value: ui.Mono(r.ID)}, {Value: ruleText(v, r)}, {Value: v.T("console.credit." + string(r.Credit))}, {Value: v.T("console.after." + string(r.After))}, {Value: r.Source},
		}})
	}
	if v.IsCSV() {
		return v.CSV("rules", t)
	}
	p := ui.Page{Title: v.T("rules.title"), Area: "customers", Notes: []ui.Note{{Kind: "info", Text: v.T("rules.lead")}}}
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv"), Icon: "down"}}
	return v.Show("rules", p, rulesPage{t})
}

// ruleWay says a row with its source, and leads to all of its class; nil for none.
func ruleWay(v *ui.Visit, r policy.CancelRule) any {
	if r.ID == "" {
		return nil
	}
	return ui.To{Href: rulesPath + "?class=" + string(r.Class) + "&row=" + r.ID, Text: v.T("cancel.row", "row", r.ID, "source", r.Source)}
}
