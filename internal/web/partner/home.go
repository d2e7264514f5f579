package partner

import (
	"cmp"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// homePath is where the partner's staff begin.
const homePath = "/home"

// homePage is what wants attention: what closes first stands first.
type homePage struct {
	Start *startSteps
	Weeks *ui.Chart
	Year  *ui.Chart // what renews and closes in twelve months
	Lost  string    // what is said in place of the picture
	Cards []homeCard
}

// homeCard is one list of a few rows. One that could not be loaded says so, and the others are there.
type homeCard struct {
	ID, Title string
	Count     string
	Hot       bool
	Lost      string
	Table     ui.Table
	All       *ui.Link
}

// startSteps is the way from nothing to the first sale.
type startSteps struct {
	Title string
	Steps []startStep
}

type startStep struct {
	Title, Text string
	Done        bool
	Act         *ui.Button
}

// The spans of the cards, and how many weeks the picture shows.
const (
	renewalDays = 30 * 24 * time.Hour
	closingSpan = 48 * time.Hour
	homeWeeks   = 13
	documents   = 60 // looked through for what is unpaid: five years of one currency
)

// home shows the partner's first page. Each card asks for its own rows, by a key and a bound.
func home(v *ui.Visit) error {
	p := ui.Page{Title: v.T("home.hello", "name", cmp.Or(v.Signed.Person.FirstName, v.Signed.Person.DisplayName, v.Signed.Person.UPN)), Area: "home"}
	p.Head.Sub = []any{v.App.Clock.Now()}
	page := homePage{}
	if v.May(party.ReadPartner) {
		start, err := v.App.Start(v.R.Context(), v.Actor)
		if err == nil && !start.Orders {
			page.Start = firstSteps(v, start)
		}
		page.weeks(v)
		page.year(v)
		page.card(v, "closing", true, closingCard)
		page.card(v, "renewals", false, renewalsCard)
	}
	if v.May(party.ReadInvoices) && v.Actor.Scope.Reseller() == "" {
		page.card(v, "unpaid", false, unpaidCard)
	}
	if v.May(party.ReadPartner) {
		page.card(v, "stuck", true, stuckCard)
	}
	if v.May(party.RaiseSupport) {
		page.card(v, "requests", false, requestsCard)
	}
	if v.May(party.EditCustomer) {
		p.Head.Acts = append(p.Head.Acts, ui.Button{Text: v.T("customers.add"), Href: "/customers/new", Icon: "plus", Kind: "main"})
	}
	return v.Show("home", p, page)
}

// card adds a list; whatever goes wrong with it stays inside it.
func (p *homePage) card(v *ui.Visit, name string, hot bool, load func(*ui.Visit, *homeCard) error) {
	c := homeCard{ID: name, Title: v.T("home." + name)}
	if err := load(v, &c); err != nil {
		v.Log.WarnContext(v.R.Context(), "a card of the home page", "card", name, "err", err)
		c = homeCard{ID: name, Title: c.Title, Lost: v.T("home.lost")}
	}
	c.Hot = hot && len(c.Table.Rows) > 0
	c.Table.Caption, c.Table.Small = c.Title, false
	p.Cards = append(p.Cards, c)
}

// count writes how many there are, or that there are more.
func count(v *ui.Visit, c app.Counted) string {
	if c.More {
		return v.T("home.more_than", "n", c.N)
	}
	return v.L.Int(int64(c.N))
}

// weeks is the picture of the terms that end in each week to come.
func (p *homePage) weeks(v *ui.Visit) {
	found, err := v.App.RenewalWeeks(v.R.Context(), v.Actor, homeWeeks)
	if err != nil {
		v.Log.WarnContext(v.R.Context(), "the picture of the home page", "err", err)
		p.Lost = v.T("home.lost")
		return
	}
	twin := ui.Table{Caption: v.T("home.weeks"), Small: true, Columns: []ui.Column{{Head: v.T("home.week_from")}, {Head: v.T("home.week_until")}, {Head: v.T("home.ends"), Num: true}}}
	var bars []ui.Bar
	total := app.Counted{}
	for _, w := range found {
		label := count(v, w.Count)
		bars = append(bars, ui.Bar{Name: v.L.DayMonth(w.From), Label: label, Parts: []ui.BarPart{{Size: int64(w.Count.N), Class: "f-ink"}}})
		twin.Rows = append(twin.Rows, ui.Row{Cells: []ui.Cell{{Value: ui.Day(w.From)}, {Value: ui.Day(w.Until)}, {Value: label}}})
		total.N, total.More = total.N+w.Count.N, total.More || w.Count.More
	}
	if total.N == 0 {
		return
	}
	c := ui.Bars(ui.Chart{ID: "weeks", Title: v.T("home.weeks"), Hint: v.T("home.weeks_hint", "count", count(v, total)), Twin: twin}, v.T("home.weeks_title", "count", count(v, total)), bars)
	p.Weeks = &c
}

// year is the line of twelve months; whatever goes wrong with it stays inside it.
func (p *homePage) year(v *ui.Visit) {
	c, err := yearOf(v)
	if err != nil {
		v.Log.WarnContext(v.R.Context(), "the line of the home page", "err", err)
		p.Lost = v.T("home.lost")
		return
	}
	p.Year = c
}

func closingCard(v *ui.Visit, c *homeCard) error {
	found, err := v.App.Closing(v.R.Context(), v.Actor, closingSpan, app.AheadRows)
	c.Count = count(v, found.Count)
	c.Table = ui.Table{Columns: []ui.Column{{Head: v.T("home.what")}, {Head: v.T("home.closes")}}, Empty: ui.Empty{Title: v.T("home.closing_none")}}
	for _, l := range found.Rows {
		c.Table.Rows = append(c.Table.Rows, ui.Row{Cells: []ui.Cell{
			{Value: cmp.Or(l.Line.FriendlyName, l.Line.Title) + ", " + v.L.Int(l.Line.Quantity), Href: wayOut(v, l), Hint: found.Names[l.Customer]},
			{Value: ui.Mark{Kind: "soon", Text: v.L.Span(l.Until.Sub(found.Now))}, Hint: l.Until},
		}})
	}
	c.All = listOf(v, closingPath+"?days=2")
	return err
}

// wayOut is where a line is cancelled, for who may; else its order.
func wayOut(v *ui.Visit, l app.ClosingLine) string {
	at := "/customers/" + string(l.Customer)
	switch {
	case l.Line.Class.Software() && v.May(party.CancelSoftware):
		return at + "/software/cancel?order=" + orderLine(l.Order, l.Line.Number)
	case !l.Line.Class.Software() && l.Line.Subscription != "" && v.May(party.ManageOnline):
		return at + "/subscriptions/" + string(l.Line.Subscription)
	}
	return at + "/orders/" + string(l.Order)
}

func renewalsCard(v *ui.Visit, c *homeCard) error {
	found, err := v.App.Renewals(v.R.Context(), v.Actor, renewalDays, app.EndCursor{}, app.AheadRows)
	if err != nil {
		return err
	}
	c.Count = count(v, found.Count)
	c.Table = ui.Table{Columns: []ui.Column{{Head: v.T("home.what")}, {Head: v.T("home.on")}, {Head: v.T("subs.amount"), Cash: true}}, Empty: ui.Empty{Title: v.T("home.renewals_none")}}
	for _, s := range found.Rows {
		amount, err := perCharge(s)
		if err != nil {
			return err
		}
		row := ui.Row{Cells: []ui.Cell{
			{Value: nameOf(s) + ", " + v.L.Int(s.Quantity), Href: "/customers/" + string(s.Customer) + "/subscriptions/" + string(s.ID), Hint: found.Names[s.Customer]},
			{Value: ui.Day(s.TermEnd()), Hint: v.T("home.renews")}, {Value: amount},
		}}
		if !s.AutoRenew {
			row.Cells[1].Hint = ui.Mark{Kind: "wait", Text: v.T("home.ends_then")}
		}
		c.Table.Rows = append(c.Table.Rows, row)
	}
	c.All = listOf(v, renewalsPath+"?days=30")
	return nil
}

func unpaidCard(v *ui.Visit, c *homeCard) error {
	all, err := v.App.Invoices(v.R.Context(), v.Actor, app.InvoiceQuery{Limit: documents})
	if err != nil {
		return err
	}
	now := v.App.Clock.Now()
	var open []billing.Invoice
	for _, i := range all {
		if s := i.Standing(now); s == billing.Overdue || s == billing.Unpaid {
			open = append(open, i)
		}
	}
	slices.SortStableFunc(open, func(x, y billing.Invoice) int { return x.DueAt.Compare(y.DueAt) })
	c.Count = v.L.Int(int64(len(open)))
	c.Table = ui.Table{Columns: []ui.Column{{Head: v.T("billing.document")}, {Head: v.T("billing.due")}, {Head: v.T("billing.open"), Cash: true}}, Empty: ui.Empty{Title: v.T("home.unpaid_none")}}
	for _, i := range open[:min(len(open), 6)] {
		row := ui.Row{Cells: []ui.Cell{{Value: string(i.ID), Href: "/billing/invoices/" + string(i.ID), Hint: v.PeriodOf(i.Period)}, {Value: ui.Day(i.DueAt)}, {Value: i.Open()}}}
		if i.Standing(now) == billing.Overdue {
			row.Cells[1].Mark = &ui.Mark{Kind: "soon", Text: v.T("home.late", "span", v.L.Span(now.Sub(i.DueAt)))}
		}
		c.Table.Rows = append(c.Table.Rows, row)
	}
	c.All = &ui.Link{Text: v.T("home.all_documents"), Href: "/billing"}
	return nil
}

func stuckCard(v *ui.Visit, c *homeCard) error {
	found, err := v.App.StuckOrders(v.R.Context(), v.Actor, app.AheadRows)
	if err != nil {
		return err
	}
	c.Count = count(v, found.Count)
	c.Table = ui.Table{Columns: []ui.Column{{Head: v.T("home.what")}, {Head: v.T("home.since")}}, Empty: ui.Empty{Title: v.T("home.stuck_none")}}
	for _, s := range found.Rows {
		what, since := stuckCells(v, s)
		what.Hint = found.Names[s.Customer]
		c.Table.Rows = append(c.Table.Rows, ui.Row{Cells: []ui.Cell{what, since}})
	}
	c.All = listOf(v, stuckPath)
	return nil
}

// listOf leads from a card to its list, which looks further ahead than the card.
func listOf(v *ui.Visit, path string) *ui.Link { return &ui.Link{Text: v.T("ahead.all"), Href: path} }

func requestsCard(v *ui.Visit, c *homeCard) error {
	const most = 50
	c.Table = ui.Table{Columns: []ui.Column{{Head: v.T("home.what")}, {Head: v.T("home.since")}, {Head: v.T("request.state")}}, Empty: ui.Empty{Title: v.T("home.requests_none")}}
	n := app.Counted{}
	for _, state := range []support.State{support.Attention, support.Open} { // whose turn it is ours first
		found, err := v.App.Requests(v.R.Context(), v.Actor, app.RequestQuery{State: state, Limit: most + 1})
		if err != nil {
			return err
		}
		n.N, n.More = n.N+min(len(found), most), n.More || len(found) > most
		for _, r := range found[:min(len(found), 6-min(6, len(c.Table.Rows)))] {
			c.Table.Rows = append(c.Table.Rows, ui.Row{Cells: []ui.Cell{{Value: r.Title, Href: desk.At + "/" + string(r.ID), Hint: string(r.ID) + " · " + v.TopicOf(r.Topic)}, {Value: ui.Day(r.FiledAt)}, {Value: v.RequestMark(r.State)}}})
		}
	}
	c.Count = count(v, n)
	c.All = &ui.Link{Text: v.T("home.all_requests"), Href: desk.At}
	return nil
}

// firstSteps leads from nothing to the first sale; what is done is ticked, and the next step has the button.
func firstSteps(v *ui.Visit, s app.Start) *startSteps {
	steps := &startSteps{Title: v.T("home.start"), Steps: []startStep{
		{Title: v.T("home.step_customer"), Text: v.T("home.step_customer_text"), Done: s.Customers},
		{Title: v.T("home.step_prices"), Text: v.T("home.step_prices_text"), Done: s.Prices},
		{Title: v.T("home.step_buy"), Text: v.T("home.step_buy_text"), Done: s.Orders},
	}}
	if v.May(party.EditCustomer) && !s.Customers {
		steps.Steps[0].Act = &ui.Button{Text: v.T("customers.add"), Href: "/customers/new", Kind: "main"}
	}
	if v.May(party.ReadPrices) {
		steps.Steps[1].Act = &ui.Button{Text: v.T("prices.title"), Href: pricesPath}
	}
	if s.Customers && (v.May(party.ManageOnline) || v.May(party.BuySoftware)) {
		steps.Steps[2].Act = &ui.Button{Text: v.T("home.choose_customer"), Href: "/customers"}
	}
	return steps
}
