package partner

import (
	"cmp"
	"strconv"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// The lists behind the cards of the first page.
const (
	closingPath  = "/home/windows"
	renewalsPath = "/home/renewals"
	stuckPath    = "/home/waiting"
)

var aheadRoutes = []ui.Route{
	{Pattern: "GET " + closingPath, Handle: closingList},
	{Pattern: "GET " + renewalsPath, Handle: renewalsList},
	{Pattern: "GET " + stuckPath, Handle: stuckList},
}

// aheadPage is one of these lists.
type aheadPage struct{ List ui.Table }

// daysAsked is how far the address looks ahead, one of the choices; and the filter that asks for it.
func daysAsked(v *ui.Visit, at string, choices ...int) (time.Duration, *ui.Filters) {
	days := choices[0]
	field := ui.Field{Name: "days", Label: v.T("ahead.within"), Kind: "select"}
	for _, d := range choices {
		if v.Query("days") == strconv.Itoa(d) {
			days = d
		}
		field.Options = append(field.Options, ui.Option{Value: strconv.Itoa(d), Text: v.T("ahead.days", "n", d)})
	}
	field.Value = strconv.Itoa(days)
	return time.Duration(days) * 24 * time.Hour, &ui.Filters{Label: v.T("ahead.filter"), Action: at, Fields: []ui.Field{field}}
}

func showAhead(v *ui.Visit, title string, t ui.Table) error {
	p := ui.Page{Title: title, Area: "home", Crumbs: []ui.Link{{Text: v.T("nav.home"), Href: homePath}}}
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv", "after", ""), Icon: "down"}}
	t.Caption = title
	return v.Show("ahead", p, aheadPage{t})
}

// closingList are the windows that close in the days asked for (R20).
func closingList(v *ui.Visit) error {
	span, filters := daysAsked(v, closingPath, 2, 7, 31, 60)
	found, err := v.App.Closing(v.R.Context(), v.Actor, span, app.AheadList)
	if err != nil {
		return err
	}
	t := closingTable(v, found)
	if v.IsCSV() {
		return v.CSV("windows", t)
	}
	t.Filters, t.Pager.Shown = filters, shownOf(v, len(found.Rows), found.Count)
	return showAhead(v, v.T("ahead.closing"), t)
}

func closingTable(v *ui.Visit, found app.Ahead[app.ClosingLine]) ui.Table {
	t := ui.Table{Columns: []ui.Column{{Head: v.T("home.what")}, {Head: v.T("log.customer")}, {Head: v.T("home.closes")}}, Empty: ui.Empty{Title: v.T("ahead.closing_none"), Text: v.T("ahead.none_text")}}
	for _, l := range found.Rows {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Value: cmp.Or(l.Line.FriendlyName, l.Line.Title) + ", " + v.L.Int(l.Line.Quantity), Href: wayOut(v, l)},
			{Value: found.Names[l.Customer], Href: "/customers/" + string(l.Customer)},
			{Value: l.Until, Hint: ui.Mark{Kind: "soon", Text: v.L.Span(l.Until.Sub(found.Now))}},
		}})
	}
	return t
}

// renewalsList are the terms that end in the days asked for (R20).
func renewalsList(v *ui.Visit) error {
	span, filters := daysAsked(v, renewalsPath, 30, 60, 90, 365)
	var after app.EndCursor
	ui.ReadCursor(v.Query("after"), &after)
	rows := ui.Limit + 1
	if v.IsCSV() {
		after, rows = app.EndCursor{}, app.AheadMost
	}
	found, err := v.App.Renewals(v.R.Context(), v.Actor, span, after, rows)
	if err != nil {
		return err
	}
	more := !v.IsCSV() && len(found.Rows) > ui.Limit
	if more {
		found.Rows = found.Rows[:ui.Limit]
	}
	t, err := renewalsTable(v, found)
	if err != nil {
		return err
	}
	if v.IsCSV() {
		return v.CSV("renewals", t)
	}
	t.Filters, t.Pager.Shown = filters, shownOf(v, len(found.Rows), found.Count)
	if more {
		last := found.Rows[ui.Limit-1]
		t.Pager.Next = v.With("after", ui.Cursor(app.EndCursor{At: last.TermEnd(), ID: last.ID}))
	}
	if v.Query("after") != "" {
		t.Pager.First = v.With("after", "")
	}
	return showAhead(v, v.T("ahead.renewals"), t)
}

func renewalsTable(v *ui.Visit, found app.Ahead[subscription.Subscription]) (ui.Table, error) {
	t := ui.Table{Columns: []ui.Column{
		{Head: v.T("home.what")}, {Head: v.T("log.customer")}, {Head: v.T("home.on")}, {Head: v.T("subs.auto_renew")}, {Head: v.T("subs.amount"), Cash: true},
	}, Empty: ui.Empty{Title: v.T("ahead.renewals_none"), Text: v.T("ahead.none_text")}}
	for _, s := range found.Rows {
		amount, err := perCharge(s)
		if err != nil {
			return t, err
		}
		renews := ui.Mark{Kind: "good", Text: v.T("home.renews")}
		if !s.AutoRenew {
			renews = ui.Mark{Kind: "wait", Text: v.T("home.ends_then")}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Value: nameOf(s) + ", " + v.L.Int(s.Quantity), Href: "/customers/" + string(s.Customer) + "/subscriptions/" + string(s.ID)},
			{Value: found.Names[s.Customer], Href: "/customers/" + string(s.Customer)}, {Value: ui.Day(s.TermEnd())}, {Value: renews}, {Value: amount},
		}})
	}
	return t, nil
}

// stuckList is what was bought and is not there yet (R20).
func stuckList(v *ui.Visit) error {
	found, err := v.App.StuckOrders(v.R.Context(), v.Actor, app.AheadList)
	if err != nil {
		return err
	}
	t := ui.Table{Columns: []ui.Column{{Head: v.T("home.what")}, {Head: v.T("log.customer")}, {Head: v.T("home.since")}}, Empty: ui.Empty{Title: v.T("home.stuck_none")}}
	for _, s := range found.Rows {
		what, since := stuckCells(v, s)
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{what, {Value: found.Names[s.Customer], Href: "/customers/" + string(s.Customer)}, since}})
	}
	if v.IsCSV() {
		return v.CSV("waiting", t)
	}
	t.Pager.Shown = shownOf(v, len(found.Rows), found.Count)
	return showAhead(v, v.T("home.stuck"), t)
}

// stuckCells say what waits, and since when.
func stuckCells(v *ui.Visit, s app.Stuck) (what, since ui.Cell) {
	at := "/customers/" + string(s.Customer)
	since.Value = ui.Day(s.Since)
	if s.Subscription != nil {
		what.Value, what.Href = v.T("home.not_activated", "name", nameOf(*s.Subscription)), at+"/subscriptions/"+string(s.Subscription.ID)
		since.Hint = v.T("home.lapses", "day", v.L.Date(s.Until))
		return what, since
	}
	what.Value, what.Href = v.T("home.no_key", "order", id.AlternateID(s.Wait.Order)), at+"/software?order="+orderLine(s.Wait.Order, s.Wait.Line)
	return what, since
}

// shownOf says how many of how many are on the page.
func shownOf(v *ui.Visit, rows int, all app.Counted) string {
	if rows == all.N && !all.More {
		return v.T("part.shown", "n", rows)
	}
	return v.T("ahead.shown", "shown", rows, "all", count(v, all))
}

// yearOf is the line of twelve months: what renews or ends next, and the windows that close next, of all customers.
func yearOf(v *ui.Visit) (*ui.Chart, error) {
	const rows = 6
	ctx := v.R.Context()
	closing, err := v.App.Closing(ctx, v.Actor, 60*24*time.Hour, rows)
	if err != nil {
		return nil, err
	}
	ends, err := v.App.Renewals(ctx, v.Actor, 365*24*time.Hour, app.EndCursor{}, rows)
	if err != nil {
		return nil, err
	}
	var terms []ui.Term
	told := map[id.Subscription]int{}
	for _, s := range ends.Rows {
		told[s.ID] = len(terms)
		terms = append(terms, ui.Term{Name: ends.Names[s.Customer] + ": " + nameOf(s), From: s.Current.Start, Until: s.TermEnd(), Renews: s.AutoRenew})
	}
	for _, l := range closing.Rows {
		if i, ok := told[l.Line.Subscription]; ok && l.Line.Subscription != "" {
			terms[i].Window, terms[i].WindowFrom = l.Until, l.From
			continue
		}
		t := ui.Term{Name: closing.Names[l.Customer] + ": " + cmp.Or(l.Line.FriendlyName, l.Line.Title), From: l.From, Window: l.Until, WindowFrom: l.From}
		if l.Line.Subscription != "" {
			s, err := v.App.Subscription(ctx, v.Actor, l.Customer, l.Line.Subscription)
			if err != nil {
				continue // one that no page tells of (F40)
			}
			t.Until, t.Renews = s.TermEnd(), s.AutoRenew
		}
		terms = append(terms, t)
	}
	if len(terms) == 0 {
		return nil, nil
	}
	c := ui.Terms(v.L, "year", ends.Now, terms)
	c.Title, c.Hint = v.T("ahead.year"), v.T("ahead.year_hint")
	return &c, nil
}
