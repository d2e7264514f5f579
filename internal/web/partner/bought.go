package partner

import (
	"cmp"
	"slices"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// boughtPage is the confirmation of a purchase: the orders, where set-up is finished (F22), what will be charged, and what was
// not bought.
type boughtPage struct {
	Failed *ui.Table
	Again  *ui.Button
	Setup  *ui.Table
	Orders ui.Table
	Comes  *ui.Table
	Next   []ui.Button
	Call   ui.Call
}

// sumOf is what charges come to, as the price sheet speaks of it; nil without any.
func sumOf(charges []billing.Charge) any {
	by := map[money.Currency]money.Amount{}
	for _, ch := range charges {
		by[ch.Net.Currency()] = by[ch.Net.Currency()].Add(ch.Priced())
	}
	var all []money.Amount
	for _, a := range by {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b money.Amount) int { return cmp.Compare(a.Currency(), b.Currency()) })
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return all
}

// grossOf is what charges come to with tax.
func grossOf(charges []billing.Charge) any {
	all := app.Preview{Charges: charges}.Sums()
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return all
}

// confirmation shows what became of a cart.
func confirmation(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	cart, err := v.App.Cart(v.R.Context(), v.Actor, c.ID, id.Cart(v.Path("cart")))
	if err != nil {
		return err
	}
	at := "/customers/" + string(c.ID)
	var orders []id.Order
	page := boughtPage{Next: []ui.Button{
		{Text: v.T("customer.subscriptions"), Href: at + "/subscriptions", Kind: "main"}, {Text: v.T("customer.software"), Href: at + "/software"}, {Text: v.T("customer.add_products"), Href: at + "/products", Icon: "plus"},
	}}
	var failed []order.CartLine
	for _, l := range cart.Lines {
		switch {
		case l.Placed == "":
			failed = append(failed, l)
		case !slices.Contains(orders, l.Placed):
			orders = append(orders, l.Placed)
		}
	}
	if len(orders) == 0 {
		return v.Redirect(at+"/carts/"+string(cart.ID), "")
	}
	if err := page.bought(v, c, orders); err != nil {
		return err
	}
	if len(failed) > 0 {
		if err := page.notBought(v, c, cart, failed); err != nil {
			return err
		}
	}
	p := customerPage(v, c, "", v.T("bought.title", "n", len(orders)))
	p.Crumbs = append(p.Crumbs, ui.Link{Text: v.T("customer.add_products"), Href: at + "/products"})
	p.Head.Marks = []ui.Mark{{Kind: "good", Text: v.T("bought.done")}}
	return v.Show("bought", p, page)
}

func (p *boughtPage) bought(v *ui.Visit, c party.Customer, orders []id.Order) error {
	ctx, at := v.R.Context(), "/customers/"+string(c.ID)
	p.Orders = ui.Table{ID: "orders", Title: v.T("bought.orders"), Caption: v.T("bought.orders"), Columns: []ui.Column{
		{Head: v.T("buy.offer")}, {Head: v.T("bought.order")}, {Head: v.T("cart.quantity"), Num: true}, {Head: v.T("cart.plan")}, {Head: v.T("cart.until")}, {Head: v.T("bought.charged"), Cash: true},
	}}
	var subs []id.Subscription
	for _, o := range orders {
		view, err := v.App.Order(ctx, v.Actor, c.ID, string(o), true)
		if err != nil {
			return err
		}
		if p.Call.ID == "" {
			p.Call = ui.Call{ID: "call", Method: "GET", Path: "/v1/customers/" + string(c.ID) + "/orders/" + string(o), URL: v.URL}
		}
		for _, l := range view.Order.Lines {
			var own []billing.Charge
			for _, ch := range view.Charges {
				if ch.Line == l.Number {
					own = append(own, ch)
				}
			}
			row := ui.Row{Cells: []ui.Cell{
				{Value: l.Title, Hint: v.TermWords(l.Term)}, {Value: ui.Mono(o), Href: at + "/orders/" + string(o)}, {Value: l.Quantity}, {Value: v.PlanWords(l.Plan, l.Term)}, {Value: "–"}, {Value: grossOf(own)},
			}}
			if row.Cells[5].Value == nil {
				row.Cells[5].Value = "–"
			}
			if l.Subscription != "" {
				subs = append(subs, l.Subscription)
				row.Cells[0].Href = at + "/subscriptions/" + string(l.Subscription)
			} else {
				row.Cells[0].Href = at + "/software"
			}
			verdict, err := cancelVerdict(v, c, o, l)
			if err != nil {
				return err
			}
			sub, known, err := subscriptionOf(v, c, l)
			if err != nil {
				return err
			}
			if known {
				row.Cells[3].Hint = termHint(v, sub.Subscription)
			}
			if !verdict.Until.IsZero() {
				row.Cells[4].Value = verdict.Until
			}
			p.Orders.Rows = append(p.Orders.Rows, row)
		}
		links, err := v.App.OrderActivationLinks(ctx, v.Actor, c.ID, string(o), -1)
		if err != nil {
			return err
		}
		for _, link := range links {
			if p.Setup == nil {
				p.Setup = &ui.Table{ID: "setup", Title: v.T("bought.setup"), Hint: v.T("bought.setup_hint"), Caption: v.T("bought.setup"), Columns: []ui.Column{{Head: v.T("buy.offer")}, {Head: v.T("bought.go"), Hidden: true}}}
			}
			l := view.Order.Lines[link.Line]
			p.Setup.Rows = append(p.Setup.Rows, ui.Row{Cells: []ui.Cell{{Value: l.Title}, {Acts: []ui.Button{{Text: v.T("subs.set_up"), More: l.Title, Href: link.URI, Kind: "small main"}}}}})
		}
	}
	return p.comes(v, c, subs)
}

// cancelVerdict tells until when a line can be taken back.
func cancelVerdict(v *ui.Visit, c party.Customer, o id.Order, l order.Line) (out app.Verdict, err error) {
	all, err := lineVerdicts(v, c, o, l)
	for _, verdict := range all {
		if verdict.Act == app.ActCancel {
			return verdict, err
		}
	}
	return out, err
}

// lineVerdicts are the verdicts on a line of an order, or on what it began; none on what has no page of its own.
func lineVerdicts(v *ui.Visit, c party.Customer, o id.Order, l order.Line) (all []app.Verdict, err error) {
	if l.Subscription == "" || l.Class.Software() {
		all, err = v.App.LineVerdicts(v.R.Context(), v.Actor, c.ID, string(o), l.Number)
	} else {
		all, err = v.App.SubscriptionVerdicts(v.R.Context(), v.Actor, c.ID, l.Subscription)
		if f := fault.Of(err); f != nil && f.Code == "subscription.unknown" { // a reservation's, say
			return nil, nil
		}
	}
	return all, err
}

// comes lists the charges that follow the first.
func (p *boughtPage) comes(v *ui.Visit, c party.Customer, subs []id.Subscription) error {
	if len(subs) == 0 {
		return nil
	}
	views, err := v.App.Entitled(v.R.Context(), v.Actor, c.ID)
	if err != nil {
		return err
	}
	var mine []app.SubscriptionView
	for _, s := range views {
		if slices.Contains(subs, s.ID) {
			mine = append(mine, s)
		}
	}
	p.Comes = comingTable(v, mine)
	return nil
}

// comingTable are the charges still to be made for running terms, by date; nil without any. At most 60 rows.
func comingTable(v *ui.Visit, subs []app.SubscriptionView) *ui.Table {
	t := &ui.Table{ID: "comes", Title: v.T("cart.ahead"), Caption: v.T("cart.schedule"), Columns: []ui.Column{{Head: v.T("cart.when")}, {Head: v.T("buy.offer")}, {Head: v.T("cart.gross"), Cash: true}}}
	type at struct {
		row ui.Row
		key int64
	}
	var rows []at
	for _, s := range subs {
		coming, err := s.Coming()
		if err != nil || !s.State.Live() {
			continue
		}
		for i, one := range coming {
			var when any = ui.Day(one.Period.Start)
			if one.Period.Start.IsZero() {
				when = v.T("cart.at_activation", "n", i+1)
			}
			rows = append(rows, at{ui.Row{Cells: []ui.Cell{{Value: when}, {Value: nameOf(s.Subscription)}, {Value: one.Taxed.Gross()}}}, one.Period.Start.Unix()})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	slices.SortStableFunc(rows, func(a, b at) int { return cmp.Compare(a.key, b.key) })
	for _, r := range rows[:min(len(rows), 60)] {
		t.Rows = append(t.Rows, r.row)
	}
	return t
}

// notBought tells of each line that was left why, as it is now, and offers to try those lines again in a cart of their own.
func (p *boughtPage) notBought(v *ui.Visit, c party.Customer, cart order.Cart, failed []order.CartLine) error {
	why := map[int]string{}
	r, err := v.App.ReviewCart(v.R.Context(), v.Actor, c.ID, cart.ID)
	if fault.Of(err) == nil && err != nil {
		return err
	}
	for _, l := range r.Lines {
		if l.Fault != nil {
			why[l.ID] = v.L.Fault(l.Fault)
		}
	}
	t := &ui.Table{ID: "failed", Title: v.T("bought.failed"), Caption: v.T("bought.failed"), Columns: []ui.Column{{Head: v.T("buy.offer")}, {Head: v.T("cart.quantity"), Num: true}}}
	for _, l := range failed {
		reason := cmp.Or(why[l.ID], v.T("cart.with_others"))
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Value: l.Title, Reason: reason}, {Value: l.Quantity}}})
	}
	p.Failed = t
	p.Again = &ui.Button{Text: v.T("bought.again"), Post: "/customers/" + string(c.ID) + "/carts", Once: v.Once(), Hidden: []ui.Pair{{Name: "from", Value: string(cart.ID)}}}
	return nil
}

// newCartFrom puts the lines that were left of a cart into a new one.
func newCartFrom(v *ui.Visit, c party.Customer, from id.Cart) error {
	old, err := v.App.Cart(v.R.Context(), v.Actor, c.ID, from)
	if err != nil {
		return err
	}
	var lines []order.CartLine
	for _, l := range old.Lines {
		if l.Placed == "" {
			lines = append(lines, order.CartLine{ID: l.ID, Item: l.Item, Quantity: l.Quantity, Plan: l.Plan, Term: l.Term, Attested: l.Attested, Parent: l.Parent, AddOns: l.AddOns, FriendlyName: l.FriendlyName})
		}
	}
	return v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.CreateCart(v.R.Context(), v.Actor, req, c.ID, order.Cart{Lines: lines})
	}, func(out any) ui.Then {
		return ui.Then{To: "/customers/" + string(c.ID) + "/carts/" + string(out.(order.Cart).ID)}
	})
}
