package portal

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// homePage is what the customer has, who serves it, and what comes next.
type homePage struct {
	Strip ui.Strip
	Have  *ui.Table
	Seen  *ui.Timeline
	Bills *ui.Table
}

const (
	few    = 6   // rows of a sheet on the home page
	looked = 200 // records of keys that the home page counts
)

func home(v *ui.Visit) error {
	t, err := v.App.Tenancy(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	now := v.App.Clock.Now()
	page := homePage{Strip: ui.Strip{Label: v.T("portal.glance")}}
	figure := func(f ui.Figure) { page.Strip.Figures = append(page.Strip.Figures, f) }
	if v.May(party.ReadBills) {
		if page.Bills, err = lastBills(v, t.Customer, figure, now); err != nil {
			return err
		}
	}
	if mayHave(v) {
		subs, software, err := v.App.Holdings(v.R.Context(), v.Actor)
		if err != nil {
			return err
		}
		figure(nextEnd(v, subs, now))
		figure(ui.Figure{Name: v.T("portal.products"), Value: len(running(subs, now)) + len(active(software)), Hint: v.T("portal.products_hint")})
		page.Have = have(v, subs, software, now)
	}
	if v.May(party.ReadSecurityLog) {
		seen, err := keyRecords(v, now.AddDate(0, -1, 0), now.Add(time.Second), app.RecordCursor{}, looked)
		if err != nil {
			return err
		}
		byPartner := 0
		for _, r := range seen {
			if !ownPeople(r, t.Customer) {
				byPartner++
			}
		}
		views := ui.Figure{Name: v.T("portal.seen"), Value: byPartner, Hint: v.T("portal.seen_hint")}
		if len(seen) == looked { // there may be more: the whole log has its own page
			views.Value = v.T("portal.at_least", "n", byPartner)
		}
		figure(views)
		page.Seen = &ui.Timeline{ID: "seen", Title: v.T("portal.who_saw"), Link: &ui.Link{Text: v.T("portal.access"), Href: "/portal/access"}, Empty: v.T("portal.nobody_saw")}
		for _, r := range seen[:min(len(seen), few)] {
			page.Seen.Moments = append(page.Seen.Moments, seenMoment(v, r, t.Customer))
		}
	}
	p := ui.Page{Title: t.Customer.CompanyName, Area: "home"}
	p.Head.Sub = []any{v.T("portal.partner", "name", t.Partner.Name)}
	for _, f := range reach(v, t.Partner) {
		p.Head.Sub = append(p.Head.Sub, f.Value)
	}
	if v.May(party.RaiseSupport) {
		p.Head.Acts = append(p.Head.Acts, ui.Button{Text: v.T("portal.ask"), Href: "/portal/requests/new"})
	}
	if v.May(party.RevealKey) {
		p.Head.Acts = append(p.Head.Acts, ui.Button{Text: v.T("overview.keys"), Href: "/portal/products?tab=software", Icon: "key", Kind: "main"})
	}
	if t.Customer.RelationEnded {
		p.Notes = append(p.Notes, ui.Note{Kind: "warn", Text: v.T("portal.ended_note")})
	}
	return v.Show("portal-home", p, page)
}

// reach is where the partner is asked for help: what its support profile names.
func reach(v *ui.Visit, p party.Partner) (facts []ui.Fact) {
	where := p.Profiles.Support
	if where.Telephone != "" {
		facts = append(facts, ui.Fact{Name: v.T("customers.phone"), Value: ui.Phone(where.Telephone)})
	}
	if where.Email != "" {
		facts = append(facts, ui.Fact{Name: v.T("customers.email"), Value: ui.Mail(where.Email)})
	}
	if where.Website != "" {
		facts = append(facts, ui.Fact{Name: v.T("account.website"), Value: ui.To{Href: where.Website, Text: where.Website}})
	}
	return facts
}

// lastBills is the newest bills, and the next payment at the head.
func lastBills(v *ui.Visit, c party.Customer, figure func(ui.Figure), now time.Time) (*ui.Table, error) {
	t, err := v.Bills(c.ID, "/portal/bills")
	if err != nil {
		return nil, err
	}
	found, err := v.App.Bills(v.R.Context(), v.Actor, c.ID, app.InvoiceQuery{Limit: few})
	if err != nil {
		return nil, err
	}
	next := ui.Figure{Name: v.T("portal.next_payment"), Value: "–", Hint: v.T("portal.nothing_due")}
	for _, b := range found { // newest first: the last one that is still to come is the next
		if b.DueAt.After(now) && b.Total().Sign() > 0 {
			next.Value, next.Hint = ui.Day(b.DueAt), v.T("portal.to_pay", "amount", b.Total(), "name", b.Issuer)
		}
	}
	figure(next)
	t.ID, t.Title, t.Pager, t.Hint = "bills", v.T("bill.list"), ui.Pager{}, ui.To{Href: "/portal/bills", Text: v.T("portal.all_bills")}
	t.Rows = t.Rows[:min(len(t.Rows), few)]
	return &t, nil
}

func running(subs []app.Holding, now time.Time) []app.Holding {
	return slices.DeleteFunc(slices.Clone(subs), func(h app.Holding) bool {
		return !h.State.Live() || h.State == subscription.Active && !h.Ends.IsZero() && h.Ends.Before(now)
	})
}

func active(software []app.Holding) []app.Holding {
	return slices.DeleteFunc(slices.Clone(software), func(h app.Holding) bool { return h.Delivered == "cancelled" || !h.Term.IsZero() })
}

func nextEnd(v *ui.Visit, subs []app.Holding, now time.Time) ui.Figure {
	f := ui.Figure{Name: v.T("portal.next_end"), Value: "–", Hint: v.T("portal.nothing_ends")}
	var at time.Time
	for _, h := range running(subs, now) {
		if h.Ends.After(now) && (at.IsZero() || h.Ends.Before(at)) {
			at = h.Ends
			f.Value, f.Hint = ui.Day(at), v.T("overview.renews", "name", h.Title)
			if !h.Renews {
				f.Hint = v.T("overview.ends", "name", h.Title)
			}
		}
	}
	return f
}

func have(v *ui.Visit, subs, software []app.Holding, now time.Time) *ui.Table {
	all := append(running(subs, now), active(software)...)
	far := now.AddDate(1000, 0, 0)
	end := func(h app.Holding) time.Time {
		if h.Ends.IsZero() {
			return far
		}
		return h.Ends
	}
	slices.SortStableFunc(all, func(a, b app.Holding) int { return cmp.Or(end(a).Compare(end(b)), cmp.Compare(a.Title, b.Title)) })
	t := holdingTable(v, all[:min(len(all), few)], now)
	t.Columns = slices.Concat(t.Columns[:1], t.Columns[2:4]) // the rest stands on the products' own page
	for i, row := range t.Rows {
		t.Rows[i].Cells = slices.Concat(row.Cells[:1], row.Cells[2:4])
	}
	t.ID, t.Title, t.Hint = "have", v.T("portal.have"), ui.To{Href: "/portal/products", Text: v.T("portal.all_products", "n", len(all))}
	return &t
}

// keyRecords are the records of keys and links in a span, newest first (R06).
func keyRecords(v *ui.Visit, from, until time.Time, after app.RecordCursor, limit int) ([]activity.Record, error) {
	return v.App.Records(v.R.Context(), v.Actor, app.RecordQuery{Customer: v.Actor.Customer, From: from, Until: until, Keys: true, After: after, Limit: limit})
}

// ownPeople tells whether it was somebody of the customer's own.
func ownPeople(r activity.Record, c party.Customer) bool {
	_, domain, _ := strings.Cut(r.Actor, "@")
	return domain != "" && (domain == c.Domain || strings.HasSuffix(domain, "."+c.Domain))
}

func seenMoment(v *ui.Visit, r activity.Record, c party.Customer) ui.Moment {
	m := ui.Moment{At: r.At, Kind: "done", Text: v.T("portal.record", "who", r.Actor, "what", v.T("op."+string(r.Operation))), Hint: v.T("portal.by_partner")}
	if ownPeople(r, c) {
		m.Hint = v.T("portal.by_own")
	}
	for _, d := range r.Details {
		if key := "portal.detail." + d.Key; v.L.Has(key) {
			m.Hint = v.L.Value(m.Hint) + " · " + v.T(key, "value", d.Value)
		}
	}
	return m
}
