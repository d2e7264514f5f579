package partner

import (
	"cmp"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// ordersPage is a customer's order history (F67).
type ordersPage struct{ List ui.Table }

// orderPage is one order: its lines with what each cost, until when it can be taken back, and the way to do it.
type orderPage struct {
	Lines, Setup *ui.Table
	Comes        *ui.Table // charges still to be made
	Flow         *ui.Chart // for those who may read invoices
	Story        orderStory
	Facts        ui.Facts
	Call         ui.Call
}

func orderMark(v *ui.Visit, s order.Status) ui.Mark {
	kind := map[order.Status]string{order.Completed: "good", order.Pending: "prep", order.Cancelled: "dead"}[s]
	return ui.Mark{Kind: kind, Text: v.T("orders.status." + string(s))}
}

// orders lists all of them, whatever their date (F40), newest first.
func orders(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	q := app.OrderQuery{Plan: catalog.Plan(v.Query("plan")), After: id.Order(v.Query("after")), Limit: ui.Limit}
	if v.IsCSV() {
		q.After, q.Limit = "", ui.Export
	}
	all, next, err := v.App.OrderViews(v.R.Context(), v.Actor, c.ID, q, func(o order.Order) bool { return orderMatches(v, o) })
	if err != nil {
		return err
	}
	who, err := whoOrdered(v, c, all)
	if err != nil {
		return err
	}
	at := "/customers/" + string(c.ID)
	t := ui.Table{
		Caption: v.T("customer.orders"),
		Columns: []ui.Column{{Head: v.T("bought.order")}, {Head: v.T("orders.date")}, {Head: v.T("orders.lines")}, {Head: v.T("orders.who")}, {Head: v.T("subs.status")}, {Head: v.T("cart.gross"), Cash: true}},
		Filters: &ui.Filters{Label: v.T("orders.filter"), Action: at + "/orders", Fields: []ui.Field{
			{Name: "q", Label: v.T("orders.find"), Kind: "search", Value: v.Query("q"), Grow: true, MaxLength: 200},
			{Name: "plan", Label: v.T("cart.plan"), Kind: "select", Value: v.Query("plan"), Options: []ui.Option{
				{Text: v.T("part.any")}, {Value: string(catalog.OneTime), Text: v.T("charged.one_time")}, {Value: string(catalog.Monthly), Text: v.T("charged.monthly")},
				{Value: string(catalog.Annual), Text: v.T("charged.annual")}, {Value: string(catalog.Triennial), Text: v.T("charged.triennial")}, {Value: string(catalog.NoPlan), Text: v.T("charged.none")},
			}},
		}},
		Empty: ui.Empty{Title: v.T("orders.none"), Text: v.T("overview.empty_text"), Act: &ui.Button{Text: v.T("customer.add_products"), Href: at + "/products", Icon: "plus", Kind: "main"}},
	}
	if v.Query("q")+v.Query("plan")+v.Query("after") != "" {
		t.Empty = ui.Empty{Title: v.T("orders.not_found"), Text: v.T("buy.not_found_text"), Act: &ui.Button{Text: v.T("orders.all"), Href: at + "/orders"}}
	}
	for _, o := range all {
		t.Rows = append(t.Rows, orderRow(v, at, o, who[o.Order.ID]))
	}
	if next != "" {
		t.Pager.Next = v.With("after", string(next))
	}
	if v.Query("after") != "" {
		t.Pager.First = v.With("after", "")
	}
	v.Keeps(t.Filters)
	t.Sortable(v)
	if v.IsCSV() {
		return v.CSV("orders", t)
	}
	t.Pager.Shown = v.T("part.shown", "n", len(t.Rows))
	p := customerPage(v, c, "orders", v.T("customer.orders"))
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv", "after", ""), Icon: "down"}}
	return v.Show("orders", p, ordersPage{t})
}

func orderMatches(v *ui.Visit, o order.Order) bool {
	text := strings.ToLower(string(o.ID) + " " + id.AlternateID(o.ID))
	for _, l := range o.Lines {
		text += " " + strings.ToLower(l.Title+" "+l.FriendlyName)
	}
	for word := range strings.FieldsSeq(strings.ToLower(v.Query("q"))) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// whoOrdered tells who placed each of some orders, newest first, where the reader may read the business log (R07).
func whoOrdered(v *ui.Visit, c party.Customer, orders []app.OrderView) (map[id.Order]string, error) {
	who := map[id.Order]string{}
	if !v.May(party.ReadBusinessLog) || len(orders) == 0 {
		return who, nil
	}
	// From the newest of them back to the oldest, with room for what was done to orders in between.
	records, err := v.App.Records(v.R.Context(), v.Actor, app.RecordQuery{
		Customer: c.ID, Resource: activity.Order, From: orders[len(orders)-1].Order.At, After: app.RecordCursor{At: orders[0].Order.At.Add(time.Microsecond)}, Limit: 4*len(orders) + 20,
	})
	for _, r := range records {
		if r.Operation == activity.CreateOrder {
			who[id.Order(r.ResourceID)] = r.Actor
		}
	}
	return who, err
}

func orderRow(v *ui.Visit, at string, o app.OrderView, who string) ui.Row {
	var titles []string
	for _, l := range o.Order.Lines {
		titles = append(titles, v.L.Int(l.Quantity)+" × "+cmp.Or(l.FriendlyName, l.Title))
	}
	if o.Order.System {
		who = v.T("orders.renewal")
	}
	total := grossOf(o.Charges)
	if total == nil {
		total = "–"
	}
	row := ui.Row{Past: o.Order.Status == order.Cancelled, Cells: []ui.Cell{
		{Value: ui.Mono(id.AlternateID(o.Order.ID)), Href: at + "/orders/" + string(o.Order.ID)}, {Value: o.Order.At}, {Value: titles},
		{Value: cmp.Or(who, "–")}, {Value: orderMark(v, o.Order.Status)}, {Value: total},
	}}
	return row
}

// showOrder shows one order.
func showOrder(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	o, err := v.App.Order(v.R.Context(), v.Actor, c.ID, v.Path("order"), true)
	if err != nil {
		return err
	}
	who, err := whoOrdered(v, c, []app.OrderView{o})
	if err != nil {
		return err
	}
	at := "/customers/" + string(c.ID)
	p := customerPage(v, c, "orders", v.T("orders.one", "id", id.AlternateID(o.Order.ID)))
	p.Crumbs = append(p.Crumbs, ui.Link{Text: v.T("customer.orders"), Href: at + "/orders"})
	p.Head.Marks, p.Head.ID = []ui.Mark{orderMark(v, o.Order.Status)}, string(o.Order.ID)
	page := orderPage{Call: ui.Call{ID: "call", Method: "GET", Path: "/v1" + at + "/orders/" + string(o.Order.ID) + "?price=true", URL: v.URL}}
	by := cmp.Or(who[o.Order.ID], "–")
	if o.Order.System {
		by = v.T("orders.renewal")
	}
	total := grossOf(o.Charges)
	if total == nil {
		total = "–"
	}
	page.Facts = ui.Facts{ID: "facts", Title: v.T("overview.facts"), Rows: []ui.Fact{
		{Name: v.T("orders.date"), Value: o.Order.At}, {Name: v.T("orders.who"), Value: by}, {Name: v.T("cart.plan"), Value: v.T("charged." + string(o.Order.Plan))},
		{Name: v.T("orders.currency"), Value: string(o.Order.Currency)}, {Name: v.T("orders.total"), Value: total, Hint: v.T("orders.total_hint")},
	}}
	if page.Lines, page.Comes, err = orderLines(v, c, o); err != nil {
		return err
	}
	var unsound *ui.Note
	if page.Flow, unsound, err = flowOf(v, c, o.Order); err != nil {
		return err
	}
	if unsound != nil {
		p.Notes = append(p.Notes, *unsound)
	}
	if page.Story, err = storyOf(v, c, o); err != nil {
		return err
	}
	links, err := v.App.OrderActivationLinks(v.R.Context(), v.Actor, c.ID, string(o.Order.ID), -1)
	if err != nil {
		return err
	}
	for _, link := range links {
		if page.Setup == nil {
			page.Setup = &ui.Table{ID: "setup", Title: v.T("bought.setup"), Hint: v.T("bought.setup_hint"), Caption: v.T("bought.setup"), Columns: []ui.Column{{Head: v.T("buy.offer")}, {Head: v.T("bought.go"), Hidden: true}}}
		}
		l := o.Order.Lines[link.Line]
		page.Setup.Rows = append(page.Setup.Rows, ui.Row{Cells: []ui.Cell{{Value: l.Title}, {Acts: []ui.Button{{Text: v.T("subs.set_up"), More: l.Title, Href: link.URI, Kind: "small"}}}}})
	}
	return v.Show("order", p, page)
}

// orderLines are the lines, each with the way to cancel it or the reason against it (F54, F57, E04), and the charges of their
// terms that are still to be made (F05).
func orderLines(v *ui.Visit, c party.Customer, o app.OrderView) (lines, comes *ui.Table, err error) {
	var subs []app.SubscriptionView
	at := "/customers/" + string(c.ID)
	t := &ui.Table{ID: "lines", Title: v.T("orders.lines"), Caption: v.T("orders.lines"), Columns: []ui.Column{
		{Head: v.T("buy.offer")}, {Head: v.T("cart.quantity"), Num: true}, {Head: v.T("cart.plan")}, {Head: v.T("subs.status")}, {Head: v.T("cart.gross"), Cash: true}, {Head: v.T("cart.until")},
	}}
	for _, l := range o.Order.Lines {
		var own []billing.Charge
		for _, ch := range o.Charges {
			if ch.Line == l.Number {
				own = append(own, ch)
			}
		}
		total := grossOf(own)
		if total == nil {
			total = "–"
		}
		kind := map[order.LineState]string{order.LineActive: "good", order.LineCancelled: "dead", order.LineSuperseded: "plain"}[l.State]
		row := ui.Row{Past: l.State != order.LineActive, Cells: []ui.Cell{
			{Value: cmp.Or(l.FriendlyName, l.Title), Hint: v.T("orders.type." + string(l.Type))}, {Value: l.Quantity}, {Value: wayWords(v, catalog.Option{Term: l.Term, Plan: l.Plan})},
			{Value: ui.Mark{Kind: kind, Text: v.T("orders.line." + string(l.State))}}, {Value: total}, {},
		}}
		if l.State == order.LineCancelled {
			row.Cells[3].Hint = l.EndedAt
		}
		switch {
		case l.Kind == catalog.Reservation:
			row.Cells[0].Href = at + "/reservations"
		case l.Subscription != "" && policy.Visible(l.Class, o.Order.At): // what was hidden when it was ordered never renews (F39, F40)
			row.Cells[0].Href = at + "/subscriptions/" + string(l.Subscription)
		case l.Kind == catalog.Software:
			row.Cells[0].Href = at + "/software?item=" + string(l.Item.Product) + ":" + string(l.Item.Sku)
		}
		if l.State == order.LineActive {
			verdict, err := cancelVerdict(v, c, o.Order.ID, l)
			if err != nil {
				return nil, nil, err
			}
			row.Cells[5] = cancelCell(v, at, o.Order.ID, l, verdict)
			sub, known, err := subscriptionOf(v, c, l)
			if err != nil {
				return nil, nil, err
			}
			if known {
				subs = append(subs, sub)
				row.Cells[2].Hint = termHint(v, sub.Subscription)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t, comingTable(v, subs), nil
}

// subscriptionOf reads what a line began; known is false where that has no page of its own (F40).
func subscriptionOf(v *ui.Visit, c party.Customer, l order.Line) (sub app.SubscriptionView, known bool, err error) {
	if l.Subscription == "" {
		return sub, false, nil
	}
	sub, err = v.App.Subscription(v.R.Context(), v.Actor, c.ID, l.Subscription)
	if f := fault.Of(err); f != nil && f.Code == "subscription.unknown" {
		return sub, false, nil
	}
	return sub, err == nil, err
}

// termHint says when a term ends, and what follows then; nil for what has no term yet, or is charged by use.
func termHint(v *ui.Visit, s subscription.Subscription) any {
	end := s.TermEnd()
	if end.IsZero() || !s.State.Live() || s.Class == catalog.Metered {
		return nil
	}
	hint := v.T("cart.term_ends", "at", v.L.Date(end)) + " · "
	if s.AutoRenew {
		return hint + v.T("cart.renews")
	}
	return hint + v.T("cart.ends")
}

func cancelCell(v *ui.Visit, at string, o id.Order, l order.Line, verdict app.Verdict) ui.Cell {
	cell := ui.Cell{}
	if !verdict.Until.IsZero() && verdict.Until.Year() < 9000 {
		cell.Value = verdict.Until
	}
	switch {
	case !verdict.Allowed && verdict.Reason != nil && verdict.Reason.Code != "role.missing":
		cell.Reason = v.L.Fault(verdict.Reason)
	case verdict.Allowed && l.Class.Software():
		cell.Acts = []ui.Button{{Text: v.T("cancel.open"), More: l.Title, Href: at + "/software/cancel?order=" + orderLine(o, l.Number), Kind: "small ask"}}
	case verdict.Allowed && l.Subscription != "":
		cell.Acts = []ui.Button{{Text: v.T("cancel.open"), More: l.Title, Href: at + "/subscriptions/" + string(l.Subscription) + "/cancel", Kind: "small ask"}}
	}
	return cell
}
