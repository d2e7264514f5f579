package operator

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

const limitsPath = "/operator/limits"

// limits shows above which amounts a cancellation goes through a request, and a refund takes two people (F58, F70; R15).
func limits(v *ui.Visit) error {
	if err := v.Prove(); err != nil {
		return err
	}
	return showLimits(v, 200, limitForm(v), nil)
}

func showLimits(v *ui.Visit, code int, form ui.Form, errors *ui.Errors) error {
	all, err := v.App.RefundLimits(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	t := ui.Table{
		ID: "limits", Title: v.T("limits.title"), Caption: v.T("limits.title"), Columns: []ui.Column{{Head: v.T("billing.currency")}, {Head: v.T("limits.request"), Num: true}, {Head: v.T("limits.second"), Cash: true}},
		Empty: ui.Empty{Title: v.T("limits.none"), Text: v.T("limits.none_text")},
	}
	shown := func(a money.Amount) any {
		if a == (money.Amount{}) {
			return "–"
		}
		return a
	}
	for _, c := range slices.Sorted(maps.Keys(all)) {
		t.Rows = append(t.Rows, ui.Row{On: v.Query("currency") == string(c), Cells: []ui.Cell{{Value: string(c), Href: limitsPath + "?currency=" + string(c)}, {Value: shown(all[c].Request)}, {Value: shown(all[c].Second)}}})
	}
	if l, ok := all[money.Currency(form.Field("currency").Value)]; ok && errors == nil {
		for name, a := range map[string]money.Amount{"request": l.Request, "second": l.Second} {
			if a != (money.Amount{}) {
				form.Field(name).Value = a.Decimal()
			}
		}
	}
	p := ui.Page{Title: v.T("limits.title"), Area: "requests", Crumbs: []ui.Link{{Text: v.T("console.requests"), Href: "/operator/requests"}}, Errors: errors}
	return v.ShowAs(code, "op-policy-new", p, policyPage{form, t})
}

func limitForm(v *ui.Visit) ui.Form {
	currency := ui.Field{Name: "currency", Label: v.T("billing.currency"), Kind: "select", Value: "USD"}
	var all []string
	for _, c := range v.L.Countries() {
		if m, ok := market.Lookup(string(c)); ok && !slices.Contains(all, string(m.Currency)) {
			all = append(all, string(m.Currency))
		}
	}
	slices.Sort(all)
	for _, c := range all {
		currency.Options = append(currency.Options, ui.Option{Value: c, Text: c})
	}
	if asked := v.Query("currency"); slices.Contains(all, asked) {
		currency.Value = asked
	}
	return ui.Form{
		Action: limitsPath, Once: v.Once(), Before: v.T("limits.before"), Submit: ui.Button{Text: v.T("limits.set"), Kind: "main"}, Back: &ui.Button{Text: v.T("part.back"), Href: "/operator/requests"},
		Fields: []ui.Field{
			currency, {Name: "request", Label: v.T("limits.request"), Hint: v.T("limits.request_hint"), MaxLength: 30}, {Name: "second", Label: v.T("limits.second"), Hint: v.T("limits.second_hint"), MaxLength: 30},
		},
	}
}

// setLimit sets the limits of one currency; an empty field is none.
func setLimit(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	if err := v.Prove(); err != nil {
		return err
	}
	form := limitForm(v)
	form.Fill(sent)
	c, ok := money.ParseCurrency(sent.Get("currency"))
	if !ok {
		return fault.NotFound("page.unknown", nil)
	}
	var l support.Limit
	field := "request"
	l.Request, err = limitSent(sent, "request", c)
	if err == nil {
		field = "second"
		l.Second, err = limitSent(sent, "second", c)
	}
	if err == nil {
		err = v.Act(func(req app.Request) (app.Reply, error) {
			return v.App.SetRefundLimit(v.R.Context(), v.Actor, req, c, l)
		},
			func(any) ui.Then {
				return ui.Then{To: limitsPath + "?currency=" + string(c), Said: v.T("limits.said", "currency", string(c))}
			})
	}
	f := fault.Of(err)
	if f == nil || f.Kind == fault.KindDenied {
		return err
	}
	return showLimits(v, ui.Again(f), form, form.Blame(v.L, f, field))
}

func limitSent(sent url.Values, name string, c money.Currency) (money.Amount, error) {
	text := strings.ReplaceAll(strings.TrimSpace(sent.Get(name)), ",", ".")
	if text == "" {
		return money.Amount{}, nil
	}
	a, err := money.Parse(text, c)
	if err == nil && a.Sign() < 0 {
		err = fault.Invalid("money.not_an_amount", nil)
	}
	return a, err
}
