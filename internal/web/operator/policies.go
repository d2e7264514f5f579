package operator

import (
	"cmp"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// policiesPage is the dated rows, and what applied on a day (rules.md §3).
type policiesPage struct {
	Ask    ui.Filters
	Answer *ui.Note
	Line   ui.Chart
	List   ui.Table
	Taxes  ui.Table
	Links  ui.Table
}

func policies(v *ui.Visit) error {
	all, err := v.App.KeptPolicies(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	now := v.App.Clock.Now()
	class, at := catalog.Class(v.Query("class")), now
	if day, err := time.Parse(time.DateOnly, v.Query("at")); err == nil {
		at = day
	}
	if !slices.Contains(policy.Classes, class) {
		class = catalog.SoftwareSub
	}
	kind := ui.Field{Name: "class", Label: v.T("console.class"), Kind: "select", Value: string(class), Grow: true}
	for _, c := range policy.Classes {
		kind.Options = append(kind.Options, ui.Option{Value: string(c), Text: v.T("console.class." + string(c))})
	}
	page := policiesPage{
		Ask:    ui.Filters{Label: v.T("console.applied"), Action: "/operator/policies", Fields: []ui.Field{kind, {Name: "at", Label: v.T("console.ordered_on"), Kind: "date", Value: at.Format(time.DateOnly)}}},
		Answer: applied(v, all.Cancellation, class, at), Line: picture(v, all.Cancellation, at, now), List: ruleTable(v, all.Cancellation, class, at),
	}
	page.Taxes = taxTable(v, all.Taxes)
	page.Taxes.Hint = ui.To{Href: taxPath, Text: v.T("tax.add")}
	page.Links = ui.Table{ID: "links", Title: v.T("console.links"), Caption: v.T("console.links"), Columns: []ui.Column{{Head: v.T("console.row")}, {Head: v.T("console.since")}, {Head: v.T("console.life")}, {Head: v.T("console.downloads"), Num: true}, {Head: v.T("console.source")}}, Empty: ui.Empty{Title: v.T("console.no_rows")}}
	for _, l := range all.Links {
		page.Links.Rows = append(page.Links.Rows, ui.Row{Cells: []ui.Cell{{Value: ui.Mono(l.ID)}, since(v, l.From), {Value: v.Lasting(l.Life)}, {Value: l.Downloads}, {Value: l.Source}}})
	}
	if v.IsCSV() {
		return v.CSV("policies", page.List)
	}
	page.List = closable(v, page.List, all.Cancellation)
	p := ui.Page{Title: v.T("console.policies"), Area: "policies"}
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv"), Icon: "down"}, {Text: v.T("console.add_row"), Href: "/operator/policies/new?class=" + string(class), Icon: "plus", Kind: "main"}}
	return v.Show("op-policies", p, page)
}

// since is a row's first day; the zero instant is always.
func since(v *ui.Visit, t time.Time) ui.Cell {
	if t.IsZero() {
		return ui.Cell{Value: v.T("console.always")}
	}
	return ui.Cell{Value: ui.Day(t)}
}

// applied answers what applied to an order of a class at an instant.
func applied(v *ui.Visit, rules []policy.CancelRule, class catalog.Class, at time.Time) *ui.Note {
	title := v.T("console.applied_title", "class", v.T("console.class."+string(class)), "at", v.L.Date(at))
	r, ok := policy.For(rules, class, at)
	if !ok {
		return &ui.Note{Kind: "stop", Title: title, Text: v.T("console.no_rule")}
	}
	n := &ui.Note{Kind: "info", Title: title, Rows: []ui.Fact{
		{Name: v.T("console.row"), Value: r.ID}, {Name: v.T("console.window"), Value: windowOf(v, r.Window)}, {Name: v.T("console.credit"), Value: v.T("console.credit." + string(r.Credit))},
		{Name: v.T("console.after"), Value: v.T("console.after." + string(r.After))}, {Name: v.T("console.source"), Value: r.Source},
	}}
	if until, ok := r.End(at, at); ok && until.Year() < 9000 {
		n.Rows = slices.Insert(n.Rows, 2, ui.Fact{Name: v.T("console.until"), Value: until})
	}
	return n
}

func windowOf(v *ui.Visit, w policy.Window) string {
	switch w.Kind {
	case policy.ByDayEnd:
		return v.T("console.window.day_end", "n", w.Days)
	case policy.ByTerm, policy.ByElapsed:
		return v.T("console.window."+string(w.Kind), "span", v.Lasting(w.Span))
	}
	return v.T("console.window." + string(w.Kind))
}

func ruleTable(v *ui.Visit, rules []policy.CancelRule, class catalog.Class, at time.Time) ui.Table {
	t := ui.Table{
		ID: "rules", Title: v.T("console.windows"), Caption: v.T("console.windows"),
		Columns: []ui.Column{{Head: v.T("console.class")}, {Head: v.T("console.row")}, {Head: v.T("console.from")}, {Head: v.T("console.to")}, {Head: v.T("console.window")}, {Head: v.T("console.credit")}, {Head: v.T("console.after")}, {Head: v.T("console.source")}},
	}
	chosen, _ := policy.For(rules, class, at)
	for _, r := range inOrder(rules) {
		to := ui.Cell{Value: v.T("console.open")}
		if until := lastDay(rules, r); !until.IsZero() {
			to.Value = ui.Day(until)
		}
		t.Rows = append(t.Rows, ui.Row{On: r.ID == chosen.ID, Cells: []ui.Cell{
			{Value: v.T("console.class." + string(r.Class))}, {Value: r.ID}, since(v, r.From), to, {Value: windowOf(v, r.Window)}, {Value: v.T("console.credit." + string(r.Credit))}, {Value: v.T("console.after." + string(r.After))}, {Value: r.Source},
		}})
	}
	return t
}

// lastDay is the last day on which a row decides, as far as rows are known; zero: it has no end.
func lastDay(rules []policy.CancelRule, r policy.CancelRule) time.Time {
	until := r.Until
	for _, s := range policy.Spans(ofClass(rules, r.Class)) {
		if s.Rule.ID == r.ID {
			until = s.Until
		}
	}
	if until.IsZero() {
		return until
	}
	return until.AddDate(0, 0, -1)
}

// inOrder is rows by class, the newest first.
func inOrder(rules []policy.CancelRule) []policy.CancelRule {
	sorted := slices.Clone(rules)
	slices.SortStableFunc(sorted, func(a, b policy.CancelRule) int {
		return cmp.Or(cmp.Compare(slices.Index(policy.Classes, a.Class), slices.Index(policy.Classes, b.Class)), b.From.Compare(a.From))
	})
	return sorted
}

// closable puts the way to end a row at each that has no end yet.
func closable(v *ui.Visit, t ui.Table, rules []policy.CancelRule) ui.Table {
	for i, r := range inOrder(rules) {
		if r.Until.IsZero() {
			t.Rows[i].Cells[1].Acts = []ui.Button{{Text: v.T("close.open"), More: r.ID, Href: closeAddress(r.ID), Kind: "small"}}
		}
	}
	return t
}
