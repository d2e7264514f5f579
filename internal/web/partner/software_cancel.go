package partner

import (
	"slices"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// cancelDialog asks before a line of software is cancelled (F54–F66), or says why it cannot be (F57, F58).
type cancelDialog struct {
	Where, Title string
	Back         string
	Picks        []cancelPick // one for each order of the product
	Moved        *ui.Note     // the figures are no longer those that were shown
	Refused      *ui.Note
	Ways         []string // what can be done instead
	Way          *ui.Button
	Sums         *ui.Table
	Rule         any
	Rows         []ui.Fact
	Gone         []string
	Action       string
	Order, Once  string
	Match        string
	Shown        string // the sum, as it is sent along
	Final        string
	Bad          string // the tick is missing
}

// cancelPick is one order to choose.
type cancelPick struct {
	Href, ID  string
	Hint      any
	Mark      ui.Mark
	Here, Off bool
}

// askCancel shows the dialog for the line that the address names.
func askCancel(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	if err := v.Actor.MayFor(party.CancelSoftware, c.ID); err != nil {
		return err
	}
	return showCancel(v, c, v.Query("order"), nil)
}

// showCancel shows the dialog, over the page. was is why a cancellation that was sent did not happen; nil: none was.
func showCancel(v *ui.Visit, c party.Customer, key string, was *fault.Fault) error {
	s, err := readSoftware(v, c)
	if err != nil {
		return err
	}
	p, line, err := s.find(key)
	if err != nil {
		return err
	}
	d, err := s.dialog(p, line, was)
	if err != nil {
		return err
	}
	status, frame := 200, ui.Page{}
	if was != nil {
		status = ui.Again(was)
	}
	if d.Bad != "" {
		frame.Errors = &ui.Errors{Title: v.T("form.errors", "n", 1), Items: []ui.Link{{Text: d.Bad, Href: "#f-ack"}}}
	}
	return showSoftware(v, c, status, &ui.Dialog{Name: "cancel", Data: d}, frame)
}

// find is the product and line that an address names. Fault "line.unknown".
func (s *softwareRead) find(key string) (product, app.SoftwareItem, error) {
	for _, p := range s.products {
		if l, ok := p.line(key); ok && key != "" {
			return p, l, nil
		}
	}
	return product{}, app.SoftwareItem{}, fault.NotFound("line.unknown", nil)
}

// previewed is what cancelling a line would do.
func (s *softwareRead) previewed(l app.SoftwareItem) (p app.Preview, err error) {
	return s.previewedLines(string(l.Order.ID), []int{l.Line.Number})
}

// previewedLines is what cancelling lines of one order together would do.
func (s *softwareRead) previewedLines(order string, lines []int) (p app.Preview, err error) {
	err = s.Try(func(req app.Request) (app.Reply, error) {
		return s.App.CancelOrder(s.R.Context(), s.Actor, req, s.customer.ID, order, lines, app.Asked{Preview: true, Acknowledged: true})
	}, func(out any) { p = *out.(app.OrderView).Preview })
	return p, err
}

func (s *softwareRead) dialog(p product, l app.SoftwareItem, was *fault.Fault) (cancelDialog, error) {
	d := cancelDialog{
		Where: s.T("cancel.where", "customer", s.customer.CompanyName), Title: s.T("cancel.title", "product", l.Line.Title), Back: s.at + "?item=" + p.key,
		Action: s.at + "/cancel", Order: lineKey(l), Once: s.Once(),
	}
	d.Picks = s.picks(p, l)
	rules, err := s.App.Policies(s.R.Context(), s.Actor)
	if err != nil {
		return d, err
	}
	rule, _ := policy.ByID(rules.Cancellation, l.Policy)
	preview, err := s.previewed(l)
	if f := fault.Of(err); f != nil {
		d.refuse(s, l, rule, f)
		return d, nil
	} else if err != nil {
		return d, err
	}
	if was != nil && was.Code == "cancel.unacknowledged" {
		d.Bad = s.L.Fault(was)
	} else if was != nil {
		sent, _ := s.Form() // it was read before
		d.Moved = &ui.Note{Kind: "warn", Title: s.T("cancel.moved"), Text: s.L.Fault(was), Rows: ui.MovedFigures(s.Visit, was, sent.Get("shown"))}
	}
	d.allow(s, l, rule, preview)
	return d, nil
}

// picks are the orders of a product, each with its window (F54: pick the order id).
func (s *softwareRead) picks(p product, here app.SoftwareItem) (picks []cancelPick) {
	if len(p.lines) < 2 {
		return nil
	}
	for _, l := range p.lines {
		pick := cancelPick{
			Href: s.at + "/cancel?order=" + lineKey(l), ID: id.AlternateID(l.Order.ID), Here: lineKey(l) == lineKey(here), Off: l.State == license.Cancelled,
			Hint: s.L.HTML("cancel.bought", "at", ui.Value(s.L, ui.Day(l.Order.At)), "n", l.Line.Quantity),
		}
		switch {
		case l.State == license.Cancelled:
			pick.Mark = ui.Mark{Kind: "dead", Text: s.T("software.cancelled")}
		case l.Open:
			pick.Mark = ui.Mark{Kind: "soon", Text: s.T("part.left", "span", s.L.Span(l.Until.Sub(s.now)))}
		case l.Until.IsZero():
			pick.Mark = ui.Mark{Kind: "plain", Text: s.T("cancel.never")}
		default:
			pick.Mark = ui.Mark{Kind: "plain", Text: s.T("cancel.closed_on", "at", s.L.Date(l.Until))}
		}
		picks = append(picks, pick)
	}
	return picks
}

// allow fills in the figures, the rule and what ends.
func (d *cancelDialog) allow(s *softwareRead, l app.SoftwareItem, rule policy.CancelRule, p app.Preview) {
	d.Match, d.Shown = p.Hash(), s.L.Value(p.Sums())
	d.Sums = s.sums(l, p)
	d.Rows = []ui.Fact{
		{Name: s.T("cancel.until"), Value: p.Window, Hint: daysLeft(s.Visit, p)},
		{Name: s.T("cancel.rule"), Value: ruleText(s.Visit, rule), Hint: ruleWay(s.Visit, rule)},
		{Name: s.T("cancel.invoice"), Value: s.L.HTML("cancel.invoice_of", "at", ui.Value(s.L, ui.Day(p.Invoice.End)))},
	}
	if p.Keys > 0 {
		d.Gone = append(d.Gone, s.T("cancel.keys", "n", p.Keys))
	}
	if p.Links > 0 {
		d.Gone = append(d.Gone, s.T("cancel.links", "n", p.Links))
	}
	if p.Keys+p.Links == 0 {
		d.Gone = append(d.Gone, s.T("cancel.nothing_out"))
	}
	if d.Final = s.T("cancel.final_free"); len(p.Charges) > 0 {
		d.Final = s.T("cancel.final", "credit", credit(p))
	}
}

// credit is what comes back, gross.
func credit(p app.Preview) []money.Amount {
	sums := p.Sums()
	for i := range sums {
		sums[i] = sums[i].Neg()
	}
	return sums
}

func daysLeft(v *ui.Visit, p app.Preview) any {
	if p.DaysLeft == nil {
		return nil
	}
	return v.T("cancel.days_left", "n", *p.DaysLeft)
}

// sums shows how the credit comes about: what was charged, what is kept for used days, what comes back.
func (s *softwareRead) sums(l app.SoftwareItem, p app.Preview) *ui.Table {
	charged := map[id.Charge]billing.Charge{}
	for _, c := range s.charges[l.Order.ID] {
		charged[c.ID] = c
	}
	t := ui.Table{Caption: s.T("cancel.sum"), Small: true, Columns: []ui.Column{{Head: s.T("cancel.what")}, {Head: s.T("cancel.amount"), Cash: true}}}
	row := func(what string, hint any, a money.Amount) {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Value: what, Hint: hint}, {Value: a}}})
	}
	var tax, total money.Amount
	for _, c := range p.Charges {
		of := charged[c.Of]
		back := c.Net.Neg()
		row(s.T("cancel.charged"), period(s.Visit, of), of.Net)
		if kept := of.Net.Sub(back); kept.Sign() != 0 {
			row(s.T("cancel.used", "n", c.Kept, "of", of.Days), nil, kept.Neg())
		} else {
			row(s.T("cancel.in_full"), nil, kept)
		}
		tax, total = tax.Sub(c.Tax), total.Sub(c.Gross())
	}
	if len(p.Charges) == 0 {
		return nil
	}
	row(s.T("cancel.net"), nil, total.Sub(tax))
	row(s.T("cancel.tax"), nil, tax)
	t.Foot = []ui.Row{{Cells: []ui.Cell{{Value: s.T("cancel.credit")}, {Value: total}}}}
	return &t
}

func period(v *ui.Visit, c billing.Charge) any {
	if c.Period.End.IsZero() {
		return nil
	}
	return v.T("cancel.period", "from", v.L.Date(c.Period.Start), "until", v.L.Date(c.Period.End))
}

// ruleText says a row in a sentence: "Perpetual software ordered since 1 Jun 2021: until day 30 after the order, 23:59 UTC".
func ruleText(v *ui.Visit, r policy.CancelRule) string {
	if r.ID == "" {
		return v.T("cancel.rule.none")
	}
	class := v.T("software.class." + string(r.Class))
	switch {
	case !r.From.IsZero() && !r.Until.IsZero():
		class = v.T("cancel.rule.between", "class", class, "from", v.L.Date(r.From), "until", v.L.Date(r.Until))
	case !r.From.IsZero():
		class = v.T("cancel.rule.since", "class", class, "from", v.L.Date(r.From))
	case !r.Until.IsZero():
		class = v.T("cancel.rule.before", "class", class, "until", v.L.Date(r.Until))
	}
	return v.T("cancel.rule."+string(r.Window.Kind), "class", class, "n", r.Window.Length(), "span", v.Lasting(r.Window.Span))
}

// refuse says the rule, the date, the source and the way out (F57, F58).
func (d *cancelDialog) refuse(s *softwareRead, l app.SoftwareItem, rule policy.CancelRule, f *fault.Fault) {
	d.Title = s.T("cancel.cannot", "product", l.Line.Title)
	n := ui.Note{Kind: "stop", Title: s.T("cancel.refused"), Text: s.L.Fault(f)}
	if f.Code == "cancel.window_closed" {
		n.Title = s.T("cancel.window_closed")
	}
	n.Rows = append(n.Rows, ui.Fact{Name: s.T("cancel.rule"), Value: ruleText(s.Visit, rule)})
	if !l.Until.IsZero() {
		key, ago := "cancel.closed_date", when.DaysBetween(l.Until, s.now)
		if l.Open {
			key, ago = "cancel.open_date", when.DaysBetween(s.now, l.Until)
		}
		n.Rows = append(n.Rows, ui.Fact{Name: s.T("cancel.date"), Value: s.L.HTML(key, "ordered", ui.Value(s.L, ui.Day(l.Order.At)), "until", ui.Value(s.L, l.Until), "n", ago)})
	}
	n.Rows = append(n.Rows, ui.Fact{Name: s.T("cancel.source"), Value: ruleWay(s.Visit, rule), Hint: s.T("cancel.pinned", "order", id.AlternateID(l.Order.ID))})
	d.Refused = &n
	if f.Kind == fault.KindConflict { // it was cancelled already
		return
	}
	if s.May(party.RaiseSupport) {
		d.Ways = append(d.Ways, s.T("cancel.way_request"))
		d.Way = &ui.Button{Text: s.T("cancel.report"), Kind: "main", Href: reportPath(s.customer.ID, l)}
	}
	if i := slices.IndexFunc(s.products, func(p product) bool { return p.lines[0].Open }); i >= 0 && f.Code == "cancel.window_closed" {
		d.Ways = append(d.Ways, s.T("cancel.way_other", "product", s.products[i].lines[0].Line.Title, "at", s.products[i].lines[0].Until))
	}
}

// reportPath is the form of a support request that is filled in from a line (F58, F68).
func reportPath(c id.Customer, l app.SoftwareItem) string {
	return "/requests/new?topic=" + itoa(support.RefundTopic) + "&customer=" + string(c) + "&order=" + string(l.Order.ID) + "&line=" + itoa(l.Line.Number)
}

// cancelLine cancels what the dialog showed: the same figures, or none at all.
func cancelLine(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	sent, err := v.Form()
	if err != nil {
		return err
	}
	if err := v.Actor.MayFor(party.CancelSoftware, c.ID); err != nil {
		return err
	}
	order, line, ok := cutLine(sent.Get("order"))
	if !ok {
		return fault.NotFound("line.unknown", nil)
	}
	if sent.Get("ack") == "" {
		return showCancel(v, c, sent.Get("order"), fault.Invalid("cancel.unacknowledged", nil))
	}
	err = v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.CancelOrder(v.R.Context(), v.Actor, req, c.ID, order, []int{line}, app.Asked{Match: sent.Get("match"), Acknowledged: true})
	}, func(out any) ui.Then {
		o := out.(app.OrderView)
		return ui.Then{To: "/customers/" + string(c.ID) + "/software?item=" + itemOf(o, line), Said: doneText(v, o, line)}
	})
	if f := fault.Of(err); f != nil && f.Kind != fault.KindDenied && f.Kind != fault.KindNotFound {
		return showCancel(v, c, sent.Get("order"), f)
	}
	return err
}

func itemOf(o app.OrderView, line int) string {
	it := o.Order.Lines[line].Item
	return string(it.Product) + ":" + string(it.Sku)
}

// doneText confirms a cancellation (F62).
func doneText(v *ui.Visit, o app.OrderView, line int) string {
	p := o.Done
	return v.T("cancel.done", "product", o.Order.Lines[line].Title, "order", id.AlternateID(o.Order.ID), "credit", credit(*p), "at", v.L.Date(p.Invoice.End), "keys", p.Keys, "links", p.Links)
}
