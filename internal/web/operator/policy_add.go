package operator

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// policyPage adds a dated row (R15).
type policyPage struct {
	Form ui.Form
	List ui.Table
}

var (
	windowKinds = []policy.WindowKind{policy.ByDayEnd, policy.ByTerm, policy.ByElapsed, policy.ByNever, policy.ByAllAlong}
	credits     = []policy.CreditMode{policy.Full, policy.Prorated, policy.FullFirstDay, policy.NoCredit}
	afters      = []policy.After{policy.Refused, policy.EndAtTerm, policy.Deprovision}
)

// reigns are the rows of each class on a time line, with what applied at an instant.
func reigns(v *ui.Visit, rules []policy.CancelRule, at time.Time) []ui.Reigns {
	var lines []ui.Reigns
	for _, class := range policy.Classes {
		line := ui.Reigns{Name: v.T("console.class." + string(class))}
		on, _ := policy.For(rules, class, at)
		for _, s := range policy.Spans(ofClass(rules, class)) {
			r := s.Rule
			line.Rows = append(line.Rows, ui.Reign{Text: r.ID + " · " + windowOf(v, r.Window), From: s.From, Until: s.Until, On: r.ID == on.ID && !at.Before(s.From) && (s.Until.IsZero() || at.Before(s.Until))})
		}
		lines = append(lines, line)
	}
	return lines
}

func ofClass(rules []policy.CancelRule, class catalog.Class) []policy.CancelRule {
	return slices.DeleteFunc(slices.Clone(rules), func(r policy.CancelRule) bool { return r.Class != class })
}

// picture draws them; its twin tells the same as a table.
func picture(v *ui.Visit, rules []policy.CancelRule, at, now time.Time) ui.Chart {
	lines := reigns(v, rules, at)
	c := ui.Chart{ID: "line", Title: v.T("console.line"), Twin: ui.Table{Caption: v.T("console.line"), Small: true, Columns: []ui.Column{
		{Head: v.T("console.class")}, {Head: v.T("console.window")}, {Head: v.T("console.from")}, {Head: v.T("console.to")}, {Head: v.T("console.applied_day")},
	}}}
	for _, line := range lines {
		for _, r := range line.Rows {
			row := ui.Row{On: r.On, Cells: []ui.Cell{{Value: line.Name}, {Value: r.Text}, since(v, r.From), {Value: v.T("console.open")}, {Value: v.T("part.no")}}}
			if !r.Until.IsZero() {
				row.Cells[3].Value = ui.Day(r.Until.AddDate(0, 0, -1))
			}
			if r.On {
				row.Cells[4].Value = v.T("part.yes")
			}
			c.Twin.Rows = append(c.Twin.Rows, row)
		}
	}
	return ui.Rows(v.L, c, v.T("console.line_title", "at", v.L.Date(at)), at, now, lines)
}

func policyForm(v *ui.Visit) ui.Form {
	pick := func(name, label, prefix string, values []string) ui.Field {
		f := ui.Field{Name: name, Label: v.T(label), Kind: "select", Value: values[0]}
		for _, s := range values {
			f.Options = append(f.Options, ui.Option{Value: s, Text: v.T(prefix + s)})
		}
		return f
	}
	class := pick("class", "console.class", "console.class.", texts(policy.Classes))
	if asked := v.Query("class"); slices.Contains(texts(policy.Classes), asked) {
		class.Value = asked
	}
	return ui.Form{
		Action: "/operator/policies/new", Once: v.Once(), Submit: ui.Button{Text: v.T("console.add_row"), Kind: "main"}, Back: &ui.Button{Text: v.T("part.back"), Href: "/operator/policies"},
		Before: v.T("console.add_row_before"),
		Fields: []ui.Field{
			{Name: "id", Label: v.T("console.row"), Hint: v.T("console.row_hint"), Required: true, MaxLength: 20}, class,
			{Name: "from", Label: v.T("console.from"), Kind: "date", Required: true, Hint: v.T("console.from_hint")}, {Name: "until", Label: v.T("console.last_day"), Kind: "date", Hint: v.T("console.last_day_hint")},
			pick("window", "console.window", "console.kind_window.", texts(windowKinds)), {Name: "length", Label: v.T("console.length"), Kind: "number", Min: "0", Max: "8784", Hint: v.T("console.length_hint")},
			pick("credit", "console.credit", "console.credit.", texts(credits)), pick("after", "console.after", "console.after.", texts(afters)),
			{Name: "source", Label: v.T("console.source"), Required: true, MaxLength: 200, Hint: v.T("console.source_hint"), Grow: true},
		},
	}
}

func texts[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, t := range all {
		out[i] = string(t)
	}
	return out
}

func newPolicy(v *ui.Visit) error {
	if err := v.Prove(); err != nil {
		return err
	}
	return showPolicy(v, 200, policyForm(v), nil)
}

func showPolicy(v *ui.Visit, code int, form ui.Form, errors *ui.Errors) error {
	all, err := v.App.KeptPolicies(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	now := v.App.Clock.Now()
	p := ui.Page{Title: v.T("console.add_row"), Area: "policies", Crumbs: []ui.Link{{Text: v.T("console.policies"), Href: "/operator/policies"}}, Errors: errors}
	return v.ShowAs(code, "op-policy-new", p, policyPage{form, ruleTable(v, all.Cancellation, catalog.Class(form.Field("class").Value), now)})
}

// addPolicy adds the row; which field is wrong is told at it.
func addPolicy(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	if err := v.Prove(); err != nil {
		return err
	}
	form := policyForm(v)
	form.Fill(sent)
	if form.Missing(v.L) {
		return showPolicy(v, 422, form, form.Summary(v.L))
	}
	row, field, err := rowSent(sent)
	if err == nil {
		err = v.Act(func(req app.Request) (app.Reply, error) { return v.App.AddPolicy(v.R.Context(), v.Actor, req, row) },
			func(any) ui.Then {
				return ui.Then{To: "/operator/policies?class=" + string(row.Class) + "&at=" + row.From.Format(time.DateOnly), Said: v.T("console.add_row_said", "row", row.ID)}
			})
	}
	f := fault.Of(err)
	if f == nil || f.Kind == fault.KindDenied {
		return err
	}
	at := map[string]string{
		"policy.id": "id", "policy.taken": "id", "policy.class": "class", "policy.window": "length", "policy.credit": "credit", "policy.after": "after", "policy.source": "source",
		"policy.past": "from", "policy.overlap": "from", "policy.backwards": "until",
	}
	return showPolicy(v, ui.Again(f), form, form.Blame(v.L, f, cmp.Or(field, at[f.Code])))
}

// rowSent reads the form; field is the one that cannot be read. A last day ends at the day after.
func rowSent(sent url.Values) (row policy.CancelRule, field string, err error) {
	row = policy.CancelRule{
		ID: strings.ToUpper(strings.TrimSpace(sent.Get("id"))), Class: catalog.Class(sent.Get("class")), Window: policy.Window{Kind: policy.WindowKind(sent.Get("window"))},
		Credit: policy.CreditMode(sent.Get("credit")), After: policy.After(sent.Get("after")), Source: strings.TrimSpace(sent.Get("source")),
	}
	if row.From, err = time.Parse(time.DateOnly, sent.Get("from")); err != nil {
		return row, "from", fault.Invalid("form.date", nil)
	}
	if last := sent.Get("until"); last != "" {
		if row.Until, err = time.Parse(time.DateOnly, last); err != nil {
			return row, "until", fault.Invalid("form.date", nil)
		}
		row.Until = row.Until.AddDate(0, 0, 1)
	}
	length := 0
	if text := strings.TrimSpace(sent.Get("length")); text != "" {
		if length, err = strconv.Atoi(text); err != nil || length < 0 || length > 8784 {
			return row, "length", fault.Invalid("policy.window", fault.Args{"max": 366})
		}
	}
	switch row.Window.Kind {
	case policy.ByDayEnd:
		row.Window.Days = length
	case policy.ByTerm, policy.ByElapsed:
		row.Window.Span = time.Duration(length) * time.Hour
	}
	return row, "", nil
}
