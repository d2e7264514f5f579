package operator

import (
	"slices"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// statusPage is how the system stands, and what waits for somebody.
type statusPage struct {
	Strip ui.Strip
	Facts ui.Facts
	Low   *ui.Table // pools that need keys
	Paces *ui.Table // how long answers take
}

func status(v *ui.Visit) error { return showStatus(v, 200, nil, nil) }

func showStatus(v *ui.Visit, code int, dialog *ui.Dialog, wrong *ui.Errors) error {
	ctx := v.R.Context()
	mode := v.T("front.mode_production")
	if v.Sandbox != nil {
		mode = v.T("front.mode_sandbox")
	}
	page := statusPage{Facts: ui.Facts{ID: "runs", Title: v.T("front.runs"), Rows: []ui.Fact{
		{Name: v.T("front.version"), Value: v.Version}, {Name: v.T("front.database"), Value: v.Database}, {Name: v.T("front.mode"), Value: mode},
		{Name: v.T("console.business_time"), Value: v.App.Clock.Now()}, {Name: v.T("console.real_time"), Value: v.Wall.Now()},
		{Name: v.T("front.health"), Value: ui.To{Href: "/readyz", Text: ui.Mono("/readyz")}},
	}}, Strip: ui.Strip{Label: v.T("console.waiting")}}
	if v.May(party.AnswerSupport) {
		open, err := v.App.RequestQueue(ctx, v.Actor, app.RequestQuery{State: support.Open, Limit: 1000})
		if err != nil {
			return err
		}
		page.Strip.Figures = append(page.Strip.Figures, ui.Figure{Name: v.T("console.requests"), Value: ui.To{Href: "/operator/requests?state=open", Text: len(open)}, Hint: v.T("console.requests_hint")})
	}
	frame := ui.Page{Title: v.T("console.status"), Area: "status", Dialog: dialog, Errors: wrong}
	if v.May(party.OperateSystem) {
		if err := page.health(v, &frame); err != nil {
			return err
		}
		all, err := v.App.Tenants(ctx, v.Actor)
		if err != nil {
			return err
		}
		page.Strip.Figures = append(page.Strip.Figures, ui.Figure{Name: v.T("console.tenants"), Value: ui.To{Href: "/operator/tenants", Text: len(all)}, Hint: v.T("console.tenants_hint")})
		page.Facts.Rows = append(page.Facts.Rows, ui.Fact{Name: v.T("backup.title"), Value: ui.To{Href: backupPath, Text: v.T("backup.open")}})
		low, err := lowPools(v, all)
		if err != nil {
			return err
		}
		page.Strip.Figures = append(page.Strip.Figures, ui.Figure{Name: v.T("console.low"), Value: len(low.Rows), Hint: v.T("console.low_hint")})
		if len(low.Rows) > 0 {
			page.Low = &low
		}
	}
	return v.ShowAs(code, "op-status", frame, page)
}

// lowPools are the pools of all partners that need keys (R15).
func lowPools(v *ui.Visit, all []party.Partner) (ui.Table, error) {
	t := poolTable(v, nil)
	t.ID, t.Title, t.Caption = "low", v.T("console.low"), v.T("console.low")
	for _, p := range all {
		if p.Kind == party.IndirectReseller {
			continue
		}
		pools, err := v.App.KeyPools(v.R.Context(), v.Actor.Attending(party.NewScope(p.ID, "")))
		if err != nil {
			return t, err
		}
		pools = slices.DeleteFunc(pools, func(p license.Pool) bool { return !p.Low() })
		for _, row := range poolTable(v, pools).Rows {
			row.Cells[0].Href = "/operator/tenants/" + string(p.ID)
			row.Cells[0].Hint = p.Name
			t.Rows = append(t.Rows, row)
		}
	}
	return t, nil
}
