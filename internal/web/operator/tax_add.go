package operator

import (
	"math/big"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

const taxPath = "/operator/policies/tax"

// newTax asks for a row of tax (F79, R15).
func newTax(v *ui.Visit) error {
	if err := v.Prove(); err != nil {
		return err
	}
	return showTax(v, 200, taxForm(v), nil)
}

func showTax(v *ui.Visit, code int, form ui.Form, errors *ui.Errors) error {
	all, err := v.App.KeptPolicies(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	p := ui.Page{Title: v.T("tax.add"), Area: "policies", Crumbs: []ui.Link{{Text: v.T("console.policies"), Href: "/operator/policies"}}, Errors: errors}
	return v.ShowAs(code, "op-policy-new", p, policyPage{form, taxTable(v, all.Taxes)})
}

func taxTable(v *ui.Visit, rows []market.TaxRow) ui.Table {
	t := ui.Table{
		ID: "taxes", Title: v.T("console.taxes"), Caption: v.T("console.taxes"), Empty: ui.Empty{Title: v.T("console.no_rows")},
		Columns: []ui.Column{{Head: v.T("console.row")}, {Head: v.T("pricing.country")}, {Head: v.T("console.since")}, {Head: v.T("console.rate"), Num: true}, {Head: v.T("console.source")}},
	}
	for _, r := range rows {
		rate := ui.Cell{Value: v.L.Percent(r.RatePPM), Hint: v.T("console.tax_on_top")}
		if r.Inclusive {
			rate.Hint = v.T("console.tax_inside")
		}
		of := ui.Cell{Value: r.Market}
		if r.Class != "" {
			of.Hint = v.T("console.class." + r.Class)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Value: ui.Mono(r.ID)}, of, since(v, r.From), rate, {Value: r.Source}}})
	}
	return t
}

func taxForm(v *ui.Visit) ui.Form {
	of := ui.Field{Name: "market", Label: v.T("pricing.country"), Kind: "select"}
	for _, c := range v.L.Countries() {
		of.Options = append(of.Options, ui.Option{Value: string(c), Text: v.L.Country(c)})
	}
	of.Value = of.Options[0].Value
	class := ui.Field{Name: "class", Label: v.T("console.class"), Kind: "select", Options: []ui.Option{{Text: v.T("part.any")}}}
	for _, c := range policy.Classes {
		class.Options = append(class.Options, ui.Option{Value: string(c), Text: v.T("console.class." + string(c))})
	}
	return ui.Form{
		Action: taxPath, Once: v.Once(), Before: v.T("tax.before"), Submit: ui.Button{Text: v.T("tax.add"), Kind: "main"}, Back: &ui.Button{Text: v.T("part.back"), Href: "/operator/policies"},
		Fields: []ui.Field{
			{Name: "id", Label: v.T("console.row"), Hint: v.T("console.row_hint"), Required: true, MaxLength: 20}, of, class,
			{Name: "from", Label: v.T("console.since"), Kind: "date", Required: true, Hint: v.T("console.from_hint")},
			{Name: "rate", Label: v.T("console.rate"), Hint: v.T("tax.rate_hint"), Required: true, MaxLength: 12},
			{Name: "inside", Label: v.T("console.tax_inside"), Kind: "check"},
			{Name: "source", Label: v.T("console.source"), Required: true, MaxLength: 200, Hint: v.T("console.source_hint"), Grow: true},
		},
	}
}

// addTax adds the row; which field is wrong is told at it.
func addTax(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	if err := v.Prove(); err != nil {
		return err
	}
	form := taxForm(v)
	form.Fill(sent)
	if form.Missing(v.L) {
		return showTax(v, 422, form, form.Summary(v.L))
	}
	row, err := taxSent(sent)
	if err == nil {
		err = v.Act(func(req app.Request) (app.Reply, error) { return v.App.AddTaxRow(v.R.Context(), v.Actor, req, row) },
			func(any) ui.Then {
				return ui.Then{To: "/operator/policies", Said: v.T("console.add_row_said", "row", row.ID)}
			})
	}
	f := fault.Of(err)
	if f == nil || f.Kind == fault.KindDenied {
		return err
	}
	field := map[string]string{"policy.id": "id", "policy.taken": "id", "policy.past": "from", "form.date": "from", "tax.percent": "rate", "policy.source": "source", "tax.market_unknown": "market"}[f.Code]
	return showTax(v, ui.Again(f), form, form.Blame(v.L, f, field))
}

// taxSent reads the form. A rate is typed in per cent and kept in parts per million.
func taxSent(sent url.Values) (row market.TaxRow, err error) {
	row = market.TaxRow{
		ID: strings.ToUpper(strings.TrimSpace(sent.Get("id"))), Market: market.Country(sent.Get("market")), Class: sent.Get("class"),
		Inclusive: sent.Has("inside"), Source: strings.TrimSpace(sent.Get("source")),
	}
	if row.From, err = time.Parse(time.DateOnly, sent.Get("from")); err != nil {
		return row, fault.Invalid("form.date", nil)
	}
	if row.Class != "" && !slices.Contains(texts(policy.Classes), row.Class) {
		return row, fault.Invalid("policy.class", nil)
	}
	var ok bool
	if row.RatePPM, ok = partsPerMillion(sent.Get("rate")); !ok {
		return row, fault.Invalid("tax.percent", nil)
	}
	return row, nil
}

// partsPerMillion reads per cent such as "8.5" or "8,5"; ok is false for anything finer than a millionth, and outside 0 … 100.
func partsPerMillion(s string) (int64, bool) {
	text := strings.TrimSpace(strings.TrimSuffix(strings.ReplaceAll(strings.TrimSpace(s), ",", "."), "%"))
	if strings.Trim(text, "0123456789.") != "" {
		return 0, false
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return 0, false
	}
	r.Mul(r, big.NewRat(10_000, 1))
	return r.Num().Int64(), r.IsInt() && r.Num().IsInt64() && r.Cmp(big.NewRat(market.MaxRatePPM, 1)) <= 0
}
