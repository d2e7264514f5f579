package portal

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// accessPage is who serves the customer, what its staff may do, and who saw the keys (R06, R12).
type accessPage struct {
	Facts ui.Facts
	May   ui.Verdicts
	Log   ui.Table
	End   *ui.Button
}

// endPage is the second step of ending the relationship.
type endPage struct {
	Form    ui.Form
	Title   string
	Partner string
	Refused string // why it cannot end now
}

func access(v *ui.Visit) error { return showAccess(v, 200, nil) }

func showAccess(v *ui.Visit, code int, dialog *ui.Dialog) error {
	if err := v.Actor.May(party.EndRelationship); err != nil {
		return err
	}
	t, err := v.App.Tenancy(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	now := v.App.Clock.Now()
	from, until := now.AddDate(0, -1, 0), now.Add(time.Second)
	if day, err := time.Parse(time.DateOnly, v.Query("from")); err == nil {
		from = day
	}
	if day, err := time.Parse(time.DateOnly, v.Query("until")); err == nil {
		until = day.AddDate(0, 0, 1)
	}
	var after app.RecordCursor
	limit := ui.Limit + 1
	if v.IsCSV() {
		limit = ui.Export
	} else {
		ui.ReadCursor(v.Query("after"), &after)
	}
	seen, err := keyRecords(v, from, until, after, limit)
	if err != nil {
		return err
	}
	var pager ui.Pager
	if !v.IsCSV() {
		seen, pager = pageOf(v, seen)
	}
	page := accessPage{
		Facts: ui.Facts{ID: "partner", Title: v.T("portal.your_partner"), Rows: []ui.Fact{
			{Name: v.T("me.name"), Value: t.Partner.Name}, {Name: v.T("customers.relationship"), Value: v.T("portal.relation")}, {Name: v.T("portal.tenant"), Value: ui.ID(t.Customer.ID)},
		}},
		May: ui.Verdicts{ID: "may", Title: v.T("portal.partner_may"), Hint: v.T("portal.partner_may_hint")},
		Log: ui.Table{
			ID: "log", Title: v.T("portal.who_saw"), Caption: v.T("portal.who_saw"),
			Columns: []ui.Column{{Head: v.T("portal.when")}, {Head: v.T("portal.who")}, {Head: v.T("portal.what")}}, Pager: pager,
			Empty: ui.Empty{Title: v.T("portal.nobody_saw"), Text: v.T("portal.nobody_text")},
			Filters: &ui.Filters{Label: v.T("portal.span"), Action: "/portal/access", Fields: []ui.Field{
				{Name: "from", Label: v.T("portal.from"), Kind: "date", Value: from.Format(time.DateOnly)}, {Name: "until", Label: v.T("portal.until"), Kind: "date", Value: until.Add(-time.Second).Format(time.DateOnly)},
			}},
		},
	}
	page.Facts.Rows = append(page.Facts.Rows, reach(v, t.Partner)...)
	for _, r := range seen {
		m := seenMoment(v, r, t.Customer)
		page.Log.Rows = append(page.Log.Rows, ui.Row{Cells: []ui.Cell{{Value: r.At}, {Value: r.Actor}, {Value: v.T("op." + string(r.Operation)), Hint: m.Hint}}})
	}
	if v.IsCSV() {
		return v.CSV("key-log", page.Log)
	}
	for _, act := range []party.Act{party.RevealKey, party.BuySoftware, party.ManageOnline, party.CancelSoftware, party.ManageCustomerUsers, party.AssignLicences} {
		roles := ""
		for i, r := range act.Roles(party.PartnerSide) {
			if i > 0 {
				roles += ", "
			}
			roles += v.T("role." + string(r))
		}
		page.May.Rows = append(page.May.Rows, ui.Verdict{Allowed: !t.Customer.RelationEnded, Title: v.T("portal.act." + act.Name), Text: roles})
	}
	p := ui.Page{Title: v.T("portal.access"), Area: "access", Dialog: dialog}
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv", "after", ""), Icon: "down"}}
	if t.Customer.RelationEnded {
		page.Facts.Rows[1].Value = ui.Mark{Kind: "dead", Text: v.T("customers.ended")}
		page.End = &ui.Button{Text: v.T("portal.resume"), Post: "/portal/access/resume", Once: v.Once()}
	} else {
		page.End = &ui.Button{Text: v.T("portal.end"), Href: "/portal/access/end", Kind: "ask"}
	}
	return v.ShowAs(code, "portal-access", p, page)
}

// pageOf is one page of the records that were read with one more than it holds, and the way on.
func pageOf(v *ui.Visit, seen []activity.Record) ([]activity.Record, ui.Pager) {
	var p ui.Pager
	if len(seen) > ui.Limit {
		seen = seen[:ui.Limit]
		last := seen[ui.Limit-1]
		p.Next = v.With("after", ui.Cursor(app.RecordCursor{At: last.At, ID: last.ID}))
	}
	if v.Query("after") != "" {
		p.First = v.With("after", "")
	}
	p.Shown = v.T("part.shown", "n", len(seen))
	return seen, p
}

// askEnd is the second step: what ends, what stays, and one tick.
func askEnd(v *ui.Visit) error { return showEnd(v, 200, nil) }

func showEnd(v *ui.Visit, code int, refused *fault.Fault) error {
	t, err := v.App.Tenancy(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	d := endPage{Title: v.T("portal.end_title", "name", t.Partner.Name), Partner: t.Partner.Name, Form: ui.Form{
		Action: "/portal/access/end", Once: v.Once(),
		Fields: []ui.Field{{Name: "sure", Kind: "check", Label: v.T("portal.end_tick"), Required: true}},
		Submit: ui.Button{Text: v.T("portal.end_final"), Kind: "final"}, Back: &ui.Button{Text: v.T("portal.keep"), Href: "/portal/access"},
	}}
	if refused != nil {
		if refused.Code == "form.missing" {
			d.Form.Fields[0].Error = v.T("form.missing")
		} else {
			d.Refused = v.L.Fault(refused)
		}
	}
	return showAccess(v, code, &ui.Dialog{Name: "portal-end", Data: d})
}

func endAccess(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	if sent.Get("sure") == "" {
		return showEnd(v, 422, fault.Invalid("form.missing", nil))
	}
	return relate(v, true, v.T("portal.end_said"))
}

func resumeAccess(v *ui.Visit) error { return relate(v, false, v.T("portal.resume_said")) }

func relate(v *ui.Visit, ended bool, said string) error {
	err := v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.SetRelationship(v.R.Context(), v.Actor, req, v.Actor.Customer, ended)
	}, func(any) ui.Then { return ui.Then{To: "/portal/access", Said: said} })
	if f := fault.Of(err); f != nil && ended && f.Kind == fault.KindRefused {
		return showEnd(v, 409, f)
	}
	return err
}
