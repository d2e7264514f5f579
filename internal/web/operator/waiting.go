package operator

import (
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// waitingPage is the lines that wait for a supplier's key, with the way to give one by hand (R15).
type waitingPage struct {
	List ui.Table
	Hand *ui.Form
}

func waiting(v *ui.Visit) error { return showWaiting(v, 200, v.Query("line"), nil) }

func showWaiting(v *ui.Visit, code int, line string, refused *fault.Fault) error {
	p, who, err := v.App.Tenant(v.R.Context(), v.Actor, id.Partner(v.Path("partner")))
	if err != nil {
		return err
	}
	all, err := v.App.KeyRequests(v.R.Context(), who)
	if err != nil {
		return err
	}
	at := "/operator/tenants/" + string(p.ID)
	frame := ui.Page{Title: v.T("waiting.title"), Area: "tenants", Crumbs: []ui.Link{{Text: v.T("console.tenants"), Href: "/operator/tenants"}, {Text: p.Name, Href: at}}}
	page := waitingPage{List: ui.Table{
		Caption: v.T("waiting.title"), Empty: ui.Empty{Title: v.T("waiting.none"), Text: v.T("waiting.none_text")},
		Columns: []ui.Column{{Head: v.T("software.product")}, {Head: v.T("waiting.order")}, {Head: v.T("waiting.since")}, {Head: v.T("waiting.supplier")}, {Head: v.T("waiting.quantity"), Num: true}},
	}}
	pick := ui.Field{Name: "line", Label: v.T("waiting.line"), Kind: "select", Value: line, Required: true}
	for _, r := range all {
		page.List.Rows = append(page.List.Rows, ui.Row{On: r.Ref == line, Cells: []ui.Cell{
			{Value: r.Title, Href: at + "/waiting?line=" + r.Ref + "#hand"}, {Value: ui.Mono(r.Order)}, {Value: r.AskedAt}, {Value: r.Supplier}, {Value: r.Quantity},
		}})
		pick.Options = append(pick.Options, ui.Option{Value: r.Ref, Text: r.Title + " · " + string(r.Order)})
	}
	if len(all) > 0 {
		page.Hand = &ui.Form{Action: at + "/waiting", Once: v.Once(), Before: v.T("waiting.before"), Submit: ui.Button{Text: v.T("waiting.hand"), Kind: "main"}, Fields: []ui.Field{
			pick, {Name: "key", Label: v.T("waiting.key"), Required: true, MaxLength: 200},
		}}
	}
	if refused != nil {
		if page.Hand == nil {
			return refused
		}
		field := "key" // what was typed there is not sent back
		if refused.Code == "keyrequest.unknown" {
			field = "line"
		}
		frame.Errors = page.Hand.Blame(v.L, refused, field)
	}
	return v.ShowAs(code, "op-waiting", frame, page)
}

func handKey(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	p, who, err := v.App.Tenant(v.R.Context(), v.Actor, id.Partner(v.Path("partner")))
	if err != nil {
		return err
	}
	err = v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.HandKey(v.R.Context(), who, req, sent.Get("line"), app.Clear(strings.TrimSpace(sent.Get("key"))))
	}, func(any) ui.Then {
		return ui.Then{To: "/operator/tenants/" + string(p.ID) + "/waiting", Said: v.T("waiting.said")}
	})
	f := fault.Of(err)
	if f == nil || f.Kind == fault.KindDenied {
		return err
	}
	return showWaiting(v, ui.Again(f), sent.Get("line"), f)
}
