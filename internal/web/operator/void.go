package operator

import (
	"slices"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// voidPage takes a document back and issues it again (E10): both documents that come of it stand before the button.
type voidPage struct {
	Preview ui.Note
	Facts   ui.Facts
}

func askVoid(v *ui.Visit) error { return showVoid(v, 200, nil) }

func showVoid(v *ui.Visit, code int, refused *fault.Fault) error {
	p, who, err := v.App.Tenant(v.R.Context(), v.Actor, id.Partner(v.Path("partner")))
	if err != nil {
		return err
	}
	owing, err := v.App.Owing(v.R.Context(), who)
	if err != nil {
		return err
	}
	n := slices.IndexFunc(owing, func(i billing.Invoice) bool { return string(i.ID) == v.Path("invoice") })
	at := "/operator/tenants/" + string(p.ID)
	frame := ui.Page{Title: v.T("void.title", "document", v.Path("invoice")), Area: "tenants", Crumbs: []ui.Link{{Text: v.T("console.tenants"), Href: "/operator/tenants"}, {Text: p.Name, Href: at}}}
	if n < 0 {
		if refused != nil {
			return refused
		}
		return fault.NotFound("page.unknown", nil)
	}
	i := owing[n]
	now := v.App.Clock.Now()
	note, again, err := billing.Void(i, 0, now) // the numbers are given then
	if f := fault.Of(err); f != nil && refused == nil {
		refused, code = f, ui.Again(f)
	}
	page := voidPage{Facts: ui.Facts{ID: "document", Title: string(i.ID), Rows: []ui.Fact{
		{Name: v.T("void.kind"), Value: v.T("document." + string(i.Document))}, {Name: v.T("billing.period"), Value: v.PeriodOf(i.Period)},
		{Name: v.T("billing.total"), Value: i.Total()}, {Name: v.T("billing.due"), Value: ui.Day(i.DueAt)},
	}}}
	if refused != nil {
		page.Preview = ui.Note{Kind: "stop", Title: v.L.Fault(refused), Acts: []ui.Button{{Text: v.T("part.back"), Href: at}}}
		return v.ShowAs(code, "op-void", frame, page)
	}
	page.Preview = ui.Note{Kind: "warn", Title: v.T("void.preview"), Text: v.T("void.preview_text"), Rows: []ui.Fact{
		{Name: v.T("document." + string(note.Document)), Value: note.Total()}, {Name: v.T("void.again"), Value: again.Total()}, {Name: v.T("void.due_again"), Value: ui.Day(again.DueAt)},
	}, Acts: []ui.Button{{Text: v.T("part.back"), Href: at}, {Text: v.T("void.do", "document", string(i.ID)), Post: v.R.URL.Path, Once: v.Once(), Kind: "final"}}}
	return v.ShowAs(code, "op-void", frame, page)
}

func voidDocument(v *ui.Visit) error {
	if _, err := v.Form(); err != nil {
		return err
	}
	p, who, err := v.App.Tenant(v.R.Context(), v.Actor, id.Partner(v.Path("partner")))
	if err != nil {
		return err
	}
	err = v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.VoidInvoice(v.R.Context(), who, req, id.Invoice(v.Path("invoice")))
	}, func(out any) ui.Then {
		i := out.(app.InvoiceView)
		return ui.Then{To: "/operator/tenants/" + string(p.ID), Said: v.T("void.said", "document", string(i.ID), "note", string(i.VoidedBy), "again", string(i.ReplacedBy))}
	})
	f := fault.Of(err)
	if f == nil || f.Kind == fault.KindDenied {
		return err
	}
	return showVoid(v, ui.Again(f), f)
}

// voidable puts the way to take a document back at each that no payment is on.
func voidable(v *ui.Visit, t ui.Table, owing []billing.Invoice, tenant string) ui.Table {
	for n, i := range owing {
		if i.Paid.IsZero() {
			t.Rows[n].Cells[0].Acts = []ui.Button{{Text: v.T("void.open"), More: string(i.ID), Href: tenant + "/documents/" + string(i.ID) + "/void", Kind: "small"}}
		}
	}
	return t
}
