package partner

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// overviewPage is a customer's first page: what runs, what closes, what happened.
type overviewPage struct {
	Strip    ui.Strip
	Terms    *ui.Chart
	Spend    *ui.Chart
	Timeline *ui.Timeline
	Empty    *ui.Empty
	Facts    ui.Facts
	Call     ui.Call
}

// held is what a customer has, as far as its first page tells.
type held struct{ app.Overview }

// customerOverview shows one customer (F02).
func customerOverview(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	all, err := v.App.Overview(v.R.Context(), v.Actor, c.ID)
	if err != nil {
		return err
	}
	h := held{all}
	p := customerPage(v, c, "overview", c.CompanyName)
	p.Head.Marks = []ui.Mark{relation(v, c)}
	p.Head.ID = string(c.ID)
	p.Head.Sub = []any{v.L.HTML("overview.since", "at", ui.Value(v.L, ui.Day(c.CreatedAt)))}
	if v.May(party.EndRelationship) && !c.RelationEnded {
		p.Head.Acts = append(p.Head.Acts, ui.Button{Text: v.T("portal.end"), Href: "/customers/" + string(c.ID) + "/account/end", Kind: "ask"})
	}
	if v.May(party.RevealKey) && h.Keys {
		p.Head.Acts = append(p.Head.Acts, ui.Button{Text: v.T("overview.keys"), Href: "/customers/" + string(c.ID) + "/software"})
	}
	if v.May(party.ManageOnline) || v.May(party.BuySoftware) {
		p.Head.Acts = append(p.Head.Acts, ui.Button{Text: v.T("customer.add_products"), Href: "/customers/" + string(c.ID) + "/products", Icon: "plus", Kind: "main"})
	}
	if h.More {
		p.Notes = append(p.Notes, ui.Note{Kind: "info", Text: v.T("overview.part")})
	}
	page := overviewPage{
		Strip: h.strip(v), Facts: customerFacts(v, c),
		Call: ui.Call{ID: "call", Method: "GET", Path: "/v1/customers/" + string(c.ID), URL: v.URL},
	}
	if !h.Any {
		page.Empty = &ui.Empty{Title: v.T("overview.empty"), Text: v.T("overview.empty_text")}
		if len(p.Head.Acts) > 0 {
			b := p.Head.Acts[len(p.Head.Acts)-1]
			page.Empty.Act = &b
		}
	} else if terms := h.terms(); len(terms) > 0 {
		chart := ui.Terms(v.L, "terms", h.Now, terms)
		page.Terms = &chart
	}
	spend, err := v.App.Spend(v.R.Context(), v.Actor, c.ID)
	if err != nil {
		return err
	}
	page.Spend = spendChart(v, spend)
	stands, err := standing(v, c, spend)
	if err != nil {
		return err
	}
	page.Facts.Rows = append(page.Facts.Rows, stands...)
	if page.Timeline, err = customerTimeline(v, c, h); err != nil {
		return err
	}
	return v.Show("overview", p, page)
}

// strip is what was charged this month, what comes back, what renews, what can still be returned.
func (h held) strip(v *ui.Visit) ui.Strip {
	charged, credited := map[money.Currency]money.Amount{}, map[money.Currency]money.Amount{}
	for _, ch := range h.Charges {
		into := charged
		if ch.Of != "" {
			into = credited
		}
		into[ch.Net.Currency()] = into[ch.Net.Currency()].Add(ch.Net)
	}
	s := ui.Strip{Label: v.T("overview.glance"), Figures: []ui.Figure{
		{Name: v.T("overview.month", "month", v.L.Month(h.Now)), Value: sums(v, charged), Hint: v.T("overview.orders", "n", h.Orders)},
		{Name: v.T("overview.credits"), Value: sums(v, credited), Hint: v.T("overview.credits_hint")},
	}}
	next, window := ui.Figure{Name: v.T("overview.next_renewal"), Value: "–"}, ui.Figure{Name: v.T("overview.windows"), Value: 0}
	var at, closes time.Time
	open := 0
	for _, u := range h.Subs {
		if u.State == subscription.Active && u.Current.End.After(h.Now) && (at.IsZero() || u.Current.End.Before(at)) {
			at = u.Current.End
			next.Value, next.Hint = ui.Day(at), v.T("overview.renews", "name", nameOf(u.Subscription))
			if !u.AutoRenew {
				next.Hint = v.T("overview.ends", "name", nameOf(u.Subscription))
			}
		}
	}
	for _, t := range h.terms() {
		if t.Window.After(h.Now) {
			open++
			if closes.IsZero() || t.Window.Before(closes) {
				closes = t.Window
			}
		}
	}
	window.Value = open
	if open > 0 {
		window.Hint = v.T("overview.closes_in", "span", v.L.Span(closes.Sub(h.Now)))
	}
	s.Figures = append(s.Figures, next, window)
	return s
}

// sums writes amounts, one for each currency.
func sums(v *ui.Visit, by map[money.Currency]money.Amount) any {
	if len(by) == 0 {
		return "–"
	}
	var all []money.Amount
	for _, a := range by {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b money.Amount) int { return cmp.Compare(a.Currency(), b.Currency()) })
	return v.L.Value(all)
}

func nameOf(s subscription.Subscription) string { return cmp.Or(s.FriendlyName, s.Title) }

// terms are what runs, the first to close or end above; at most twelve, for a picture.
func (h held) terms() []ui.Term {
	var all []ui.Term
	for _, u := range h.Subs {
		if u.Current.End.IsZero() {
			continue
		}
		t := ui.Term{Name: nameOf(u.Subscription) + ", " + strconv.FormatInt(u.Quantity, 10), From: u.Current.Start, Until: u.Current.End, Renews: u.AutoRenew}
		if u.Window.Allowed {
			t.Window, t.WindowFrom = u.Window.Until, u.LineAt
		}
		all = append(all, t)
	}
	for _, s := range h.Software {
		t := ui.Term{Name: s.Line.Title + ", " + strconv.FormatInt(s.Line.Quantity, 10), From: s.Order.At}
		if s.Open {
			t.Window, t.WindowFrom = s.Until, s.Order.At
		}
		all = append(all, t)
	}
	far := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	key := func(t ui.Term) time.Time {
		switch {
		case t.Window.After(h.Now):
			return t.Window
		case t.Until.IsZero():
			return far
		}
		return t.Until.AddDate(100, 0, 0) // after every window
	}
	slices.SortStableFunc(all, func(a, b ui.Term) int { return key(a).Compare(key(b)) })
	return all[:min(len(all), 12)]
}

func customerFacts(v *ui.Visit, c party.Customer) ui.Facts {
	m, _ := market.Lookup(string(c.Country()))
	tax := v.T("overview.excl_tax")
	if m.PriceIncludesTax {
		tax = v.T("overview.incl_tax")
	}
	f := ui.Facts{ID: "facts", Title: v.T("overview.facts"), Rows: []ui.Fact{
		{Name: v.T("customers.domain"), Value: c.Domain},
		{Name: v.T("customers.country"), Value: c.Country(), Hint: string(m.Currency) + " · " + tax},
		{Name: v.T("customers.segment"), Value: v.T("segment." + string(c.Segment))},
		{Name: v.T("customers.contact"), Value: c.FirstName + " " + c.LastName, Hint: c.Email},
	}}
	if v.May(party.EditCustomer) {
		f.Link = &ui.Link{Text: v.T("overview.edit"), Href: "/customers/" + string(c.ID) + "/account"}
	}
	return f
}

// customerTimeline is what happened for a customer and what comes; records of keys and links stay in the log (R06).
func customerTimeline(v *ui.Visit, c party.Customer, h held) (*ui.Timeline, error) {
	t := &ui.Timeline{ID: "happened", Title: v.T("timeline.title"), Empty: v.T("timeline.empty")}
	for _, u := range h.Subs {
		if u.State == subscription.Active && u.Current.End.After(h.Now) {
			key := "timeline.renews"
			if !u.AutoRenew {
				key = "timeline.ends"
			}
			t.Moments = append(t.Moments, ui.Moment{At: u.Current.End, Kind: "next", Text: v.T(key, "name", nameOf(u.Subscription))})
		}
	}
	for _, term := range h.terms() {
		if term.Window.After(h.Now) {
			t.Moments = append(t.Moments, ui.Moment{At: term.Window, Kind: "hot", Text: v.T("timeline.window", "name", term.Name)})
		}
	}
	slices.SortFunc(t.Moments, func(a, b ui.Moment) int { return b.At.Compare(a.At) })
	if len(t.Moments) > 6 { // the nearest
		t.Moments = t.Moments[len(t.Moments)-6:]
	}
	if !v.May(party.ReadBusinessLog) {
		return t, nil
	}
	records, err := v.App.Records(v.R.Context(), v.Actor, app.RecordQuery{Customer: c.ID, From: h.Now.AddDate(-1, 0, 0), Until: h.Now.Add(time.Second), Limit: 20})
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		if !r.Security() {
			t.Moments = append(t.Moments, happened(v, r))
		}
	}
	return t, nil
}

// happened is one record of the log as a moment.
func happened(v *ui.Visit, r activity.Record) ui.Moment {
	m := ui.Moment{At: r.At, Kind: "done", Text: v.T("op." + string(r.Operation)), Hint: v.ByWhom(r.Actor)}
	for _, d := range r.Details {
		if key := "detail." + d.Key; v.L.Has(key) {
			m.Hint = v.L.Value(m.Hint) + " · " + v.T(key, "value", v.DetailValue(d))
		}
	}
	return m
}
