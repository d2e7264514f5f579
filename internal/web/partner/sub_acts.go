package partner

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// actDialog asks before an act on a subscription, with its figures, its dates and what ends, or says why it cannot be done.
type actDialog struct {
	Where, Title string
	Action, Once string
	Hidden       []ui.Pair
	Moved        *ui.Note  // the figures are no longer those that were shown
	Versions     *ui.Table // what was seen, and what it is now
	Fields       []ui.Field
	Refused      *ui.Note
	Figures      *ui.Table
	Rows         []ui.Fact
	Gone         []string
	Ack          bool
	Bad          string // the tick is missing
	Back, Keep   string
	Preview      string // the button that shows figures; empty: there is nothing to choose
	Final, Kind  string // the button that does it
}

// deed is one act: what is asked, and the use case that does it.
type deed struct {
	key    string
	fields []ui.Field
	hidden []ui.Pair
	ack    bool // of software: use stops, copies are deleted (F65)
	kind   string
	run    func(sent url.Values, asked app.Asked) func(app.Request) (app.Reply, error)
}

// seen is what a reader saw of a subscription when a form was made: what a stale one is compared with.
type seen struct {
	Version  int64
	State    subscription.State
	Quantity int64
	Renews   bool
	Name     string
	Planned  string
}

func (r *subRead) seen() seen {
	s := seen{r.s.Version, r.s.State, r.s.Quantity, r.s.AutoRenew, r.s.FriendlyName, ""}
	if !r.s.Scheduled.IsZero() {
		s.Planned = plannedWords(r.Visit, r.s.Scheduled)
	}
	return s
}

// versions puts what was seen beside what is: only what differs.
func (r *subRead) versions(was seen) *ui.Table {
	is := r.seen()
	t := &ui.Table{Caption: r.T("subs.versions"), Small: true, Columns: []ui.Column{{Head: r.T("subs.versions")}, {Head: r.T("subs.was", "n", was.Version)}, {Head: r.T("subs.is", "n", is.Version)}}}
	row := func(name string, a, b any) {
		if a != b {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Value: r.T(name)}, {Value: a}, {Value: b}}})
		}
	}
	onOff := map[bool]string{true: r.T("subs.on"), false: r.T("subs.off")}
	if was.State != "" {
		row("subs.status", r.T("state."+string(was.State)), r.T("state."+string(is.State)))
	}
	row("cart.quantity", was.Quantity, is.Quantity)
	row("subs.auto_renew", onOff[was.Renews], onOff[is.Renews])
	row("subs.name", was.Name, is.Name)
	row("subs.planned", was.Planned, is.Planned)
	if len(t.Rows) == 0 {
		t.Rows = []ui.Row{{Cells: []ui.Cell{{Value: r.T("subs.same")}, {Value: was.Version}, {Value: is.Version}}}}
	}
	return t
}

// since compares what the form was made from with what is now; nil where nothing of the subscription itself is another.
func (r *subRead) since(sent url.Values) *ui.Table {
	var old seen
	if ui.ReadCursor(sent.Get("seen"), &old); old.Version == 0 || old == r.seen() {
		return nil
	}
	return r.versions(old)
}

// guards are the hidden values of every form: the version that was seen.
func (r *subRead) guards() []ui.Pair {
	return []ui.Pair{{Name: "version", Value: strconv.FormatInt(r.s.Version, 10)}, {Name: "seen", Value: ui.Cursor(r.seen())}}
}

// askAct shows the dialog of an act, and doAct does it.
func askAct(v *ui.Visit) error {
	r, err := readSub(v)
	if err != nil {
		return err
	}
	d, err := r.deed(v.Path("act"), nil)
	if err != nil {
		return err
	}
	return r.ask(d, nil, nil)
}

func doAct(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	r, err := readSub(v)
	if err != nil {
		return err
	}
	d, err := r.deed(v.Path("act"), sent)
	if err != nil {
		return err
	}
	if sent.Get("do") == "preview" {
		return r.ask(d, sent, nil)
	}
	if d.ack && sent.Get("ack") == "" {
		return r.ask(d, sent, fault.Invalid("cancel.unacknowledged", nil))
	}
	err = v.Act(d.run(sent, app.Asked{Match: sent.Get("match"), Acknowledged: sent.Get("ack") != ""}), func(out any) ui.Then {
		return ui.Then{To: r.at, Said: r.said(d, out)}
	})
	if f := fault.Of(err); f != nil && f.Kind != fault.KindDenied && f.Kind != fault.KindNotFound {
		if fresh, err := readSub(v); err == nil { // as it is now
			r = fresh
		}
		if d, err = r.deed(v.Path("act"), sent); err != nil {
			return err
		}
		return r.ask(d, sent, f)
	}
	return err
}

// ask shows a deed's dialog: with figures where nothing is left to choose, or once it was chosen.
func (r *subRead) ask(d deed, sent url.Values, was *fault.Fault) error {
	dialog := actDialog{
		Where: r.c.CompanyName + " · " + nameOf(r.s.Subscription), Title: r.T("act."+d.key+".title", "name", nameOf(r.s.Subscription)), Action: r.at + "/" + d.key, Once: r.Once(),
		Fields: d.fields, Hidden: append(r.guards(), d.hidden...), Back: r.at, Keep: r.T("subs.leave"), Kind: d.kind, Ack: d.ack,
	}
	frame, status := ui.Page{}, 200
	form := ui.Form{Fields: dialog.Fields}
	if sent != nil {
		form.Fill(sent)
	}
	if len(d.fields) > 0 {
		dialog.Preview = r.T("subs.show_figures")
	}
	chosen := len(d.fields) == 0 || sent != nil
	if was != nil {
		status = ui.Again(was)
		switch was.Code {
		case "cancel.unacknowledged":
			dialog.Bad = r.L.Fault(was)
			frame.Errors = &ui.Errors{Title: r.T("form.errors", "n", 1), Items: []ui.Link{{Text: dialog.Bad, Href: "#f-ack"}}}
		case "etag.stale", "subscription.changed":
			dialog.Moved, dialog.Versions = &ui.Note{Kind: "stop", Title: r.T("subs.stale"), Text: r.L.Fault(was)}, r.since(sent)
		case "preview.moved":
			dialog.Moved, dialog.Versions = &ui.Note{Kind: "stop", Title: r.T("cart.moved"), Text: r.L.Fault(was), Rows: ui.MovedFigures(r.Visit, was, sent.Get("shown"))}, r.since(sent)
		default:
			dialog.Moved = &ui.Note{Kind: "stop", Title: r.T("problem.refused"), Text: r.L.Fault(was)}
		}
	}
	if chosen {
		f, err := r.figures(&dialog, d, sent)
		if err != nil {
			return err
		}
		if f != nil {
			if sent != nil && status == 200 {
				status = ui.Again(f)
			}
			if was == nil || was.Code != f.Code {
				dialog.Refused = &ui.Note{Kind: "stop", Title: r.T("problem.refused"), Text: r.L.Fault(f)}
			}
			if len(d.fields) > 0 {
				frame.Errors = form.Blame(r.L, f, fieldOfAct(f, d))
			}
		}
	}
	dialog.Fields = form.Fields
	return r.show(status, &ui.Dialog{Name: "sub-act", Data: dialog}, frame)
}

func fieldOfAct(f *fault.Fault, d deed) string {
	if strings.HasPrefix(f.Code, "quantity.") || f.Code == "sandbox.seats" {
		return "quantity"
	}
	if len(d.fields) > 0 {
		return d.fields[0].Name
	}
	return ""
}

// figures runs the act's preview and fills the dialog with it; the fault is why it cannot be done.
func (r *subRead) figures(dialog *actDialog, d deed, sent url.Values) (*fault.Fault, error) {
	var out any
	err := r.Try(d.run(sent, app.Asked{Preview: true, Acknowledged: true}), func(o any) { out = o })
	if f := fault.Of(err); f != nil {
		return f, nil
	} else if err != nil {
		return nil, err
	}
	p, ends := previewOf(out)
	if p == nil {
		dialog.Rows = []ui.Fact{{Name: r.T("subs.consequence"), Value: r.T("subs.nothing_changes")}}
		return nil, nil
	}
	dialog.Hidden = append(dialog.Hidden, ui.Pair{Name: "match", Value: p.Hash()}, ui.Pair{Name: "shown", Value: r.L.Value(p.Sums())})
	dialog.Figures = figuresTable(r.Visit, *p)
	if len(p.Charges) > 0 {
		dialog.Rows = append(dialog.Rows, ui.Fact{Name: r.T("subs.lands"), Value: r.L.HTML("cancel.invoice_of", "at", ui.Value(r.L, ui.Day(p.Invoice.End)))})
	}
	if !ends.IsZero() {
		dialog.Rows = append(dialog.Rows, ui.Fact{Name: r.T("subs.takes_effect"), Value: ends})
	}
	if !p.Window.IsZero() && p.Window.Year() < 9000 && d.key == "cancel" {
		dialog.Rows = append(dialog.Rows, ui.Fact{Name: r.T("cancel.until"), Value: p.Window, Hint: daysLeft(r.Visit, *p)})
	}
	if p.Policy != "" && (d.key == "cancel" || d.key == "quantity") {
		dialog.Rows = append(dialog.Rows, ui.Fact{Name: r.T("cancel.rule"), Value: windowWords(r.Visit, r.s.Rule), Hint: ruleWay(r.Visit, r.s.Rule)})
	}
	dialog.Rows = append(dialog.Rows, r.changes(out)...)
	if p.Keys > 0 {
		dialog.Gone = append(dialog.Gone, r.T("cancel.keys", "n", p.Keys))
	}
	if p.Links > 0 {
		dialog.Gone = append(dialog.Gone, r.T("cancel.links", "n", p.Links))
	}
	if text := "act." + d.key + ".gone"; r.L.Has(text) {
		dialog.Gone = append(dialog.Gone, r.T(text))
	}
	dialog.Final = r.final(d, *p, ends.IsZero())
	return nil, nil
}

// final is the last button, with its amount.
func (r *subRead) final(d deed, p app.Preview, now bool) string {
	name := r.T("act." + d.key + ".do")
	if d.key == "cancel" {
		switch {
		case !now:
			name = r.T("act.cancel.at_end")
		case r.s.Class == catalog.Metered:
			name = r.T("act.cancel.deprovision")
		}
	}
	sums := p.Sums()
	if len(sums) == 0 {
		return name
	}
	credited := true
	for _, s := range sums {
		credited = credited && s.Sign() < 0
	}
	if credited {
		return r.T("subs.final_credit", "act", name, "sum", credit(p))
	}
	return r.T("subs.final_charge", "act", name, "sum", sums)
}

// changes says what the subscription is afterwards.
func (r *subRead) changes(out any) (rows []ui.Fact) {
	after, ok := out.(app.SubscriptionView)
	if !ok {
		return nil
	}
	add := func(name string, value any) { rows = append(rows, ui.Fact{Name: r.T(name), Value: value}) }
	if after.State != r.s.State {
		add("subs.status", stateMark(r.Visit, after.Subscription))
	}
	if after.State == subscription.Suspended && r.s.State != after.State {
		add("subs.data_deleted", after.DataUntil)
	}
	if after.Quantity != r.s.Quantity {
		add("cart.quantity", r.T("subs.from_to", "from", r.s.Quantity, "to", after.Quantity))
	}
	if after.AutoRenew != r.s.AutoRenew && after.State.Live() {
		end, text := after.TermEnd(), "subs.ends_at"
		if after.AutoRenew {
			text = "subs.renews_at"
		}
		add("subs.auto_renew", r.T(text, "at", end))
	}
	if after.Scheduled != r.s.Scheduled {
		planned := r.T("subs.nothing_planned")
		if !after.Scheduled.IsZero() {
			planned = plannedWords(r.Visit, after.Scheduled)
		}
		add("subs.planned", planned)
	}
	if after.FriendlyName != r.s.FriendlyName && r.s.Item == after.Item {
		add("subs.name", after.FriendlyName)
	}
	return rows
}

func (r *subRead) said(d deed, out any) string {
	if view, ok := out.(app.SubscriptionView); ok && d.key == "cancel" && !view.EndsAt.IsZero() && view.State.Live() {
		return r.T("act.cancel.said_end", "at", view.EndsAt)
	}
	if view, ok := out.(app.SubscriptionView); ok && d.key == "suspend" {
		return r.T("act.suspend.said_until", "at", view.DataUntil)
	}
	return r.T("act." + d.key + ".said")
}

// figuresTable lists what an act charges and returns, and what it comes to.
func figuresTable(v *ui.Visit, p app.Preview) *ui.Table {
	if len(p.Charges) == 0 {
		return nil
	}
	t := &ui.Table{Caption: v.T("subs.figures"), Small: true, Columns: []ui.Column{{Head: v.T("cancel.what")}, {Head: v.T("cancel.amount"), Cash: true}}}
	net, tax := map[money.Currency]money.Amount{}, map[money.Currency]money.Amount{}
	for _, c := range p.Charges {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Value: v.T("figure."+string(c.Kind), "n", c.Quantity), Hint: figureHint(v, c)}, {Value: c.Net}}})
		net[c.Net.Currency()] = net[c.Net.Currency()].Add(c.Net)
		tax[c.Tax.Currency()] = tax[c.Tax.Currency()].Add(c.Tax)
	}
	t.Foot = []ui.Row{
		{Part: true, Cells: []ui.Cell{{Value: v.T("cart.net")}, {Value: sums(v, net)}}},
		{Part: true, Cells: []ui.Cell{{Value: v.T("cart.tax")}, {Value: sums(v, tax)}}},
		{Cells: []ui.Cell{{Value: v.T("cart.gross")}, {Value: p.Sums()}}},
	}
	return t
}

// figureHint says which days an amount is for.
func figureHint(v *ui.Visit, c billing.Charge) any {
	if c.Period.End.IsZero() {
		return nil
	}
	span := v.T("cancel.period", "from", v.L.Date(c.Period.Start), "until", v.L.Date(c.Period.End))
	switch {
	case c.Of != "":
		return span + " · " + v.T("cancel.used", "n", c.Kept, "of", c.Days)
	case c.Whole > c.Days:
		return span + " · " + v.T("subs.days_of", "n", c.Days, "of", c.Whole)
	}
	return span
}
