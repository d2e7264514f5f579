package partner

import (
	"cmp"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// subsPage is the list of a customer's subscriptions (F21, F40).
type subsPage struct{ List ui.Table }

// stateMark is the mark of a subscription's state.
func stateMark(v *ui.Visit, s subscription.Subscription) ui.Mark {
	kind := map[subscription.State]string{subscription.Pending: "prep", subscription.Active: "good", subscription.Suspended: "wait", subscription.Cancelled: "dead", subscription.Expired: "dead"}[s.State]
	return ui.Mark{Kind: kind, Text: v.T("state." + string(s.State))}
}

// mayChangeSub tells whether the reader may change a subscription of a class (R02, R03).
func mayChangeSub(v *ui.Visit, class catalog.Class) bool {
	if class.Software() {
		return v.May(party.ManageSoftware)
	}
	return v.May(party.ManageOnline)
}

// subscriptions lists them.
func subscriptions(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	return showSubs(v, c, nil, 200)
}

func showSubs(v *ui.Visit, c party.Customer, notes []ui.Note, status int) error {
	q := app.SubscriptionQuery{After: id.Subscription(v.Query("after")), Limit: ui.Limit}
	if words := strings.Fields(v.Query("q")); len(words) > 0 {
		q.Text = words[0]
	}
	if state := v.Query("state"); state != "" {
		q.States = []subscription.State{subscription.State(state)}
	}
	if v.IsCSV() {
		q.After, q.Limit = "", ui.Export
	}
	all, next, err := v.App.SubscriptionPage(v.R.Context(), v.Actor, c.ID, q, func(s subscription.Subscription) bool { return subMatches(v, s) })
	if err != nil {
		return err
	}
	at := "/customers/" + string(c.ID)
	t := ui.Table{
		Caption: v.T("customer.subscriptions"),
		Columns: []ui.Column{
			{Head: v.T("subs.name")}, {Head: v.T("subs.status")}, {Head: v.T("cart.quantity"), Num: true}, {Head: v.T("subs.term_end")}, {Head: v.T("subs.auto_renew")}, {Head: v.T("cart.plan")}, {Head: v.T("subs.amount"), Cash: true},
		},
		Filters: subFilters(v, at),
		Empty:   ui.Empty{Title: v.T("subs.none"), Text: v.T("subs.none_text"), Act: &ui.Button{Text: v.T("customer.add_products"), Href: at + "/products", Icon: "plus", Kind: "main"}},
	}
	if v.Query("q")+v.Query("state")+v.Query("renew")+v.Query("after") != "" {
		t.Empty = ui.Empty{Title: v.T("subs.not_found"), Text: v.T("buy.not_found_text"), Act: &ui.Button{Text: v.T("subs.all"), Href: at + "/subscriptions"}}
	}
	var ids []string
	for _, s := range all {
		row, err := subRow(v, c, s)
		if err != nil {
			return err
		}
		if row.Pick != "" && t.Bulk == nil {
			t.Bulk = &ui.Bulk{Post: at + "/subscriptions", Once: v.Once(), Name: v.T("cancel.choose"), Acts: []ui.Button{{Text: v.T("subs.renew_off_chosen"), Post: "renew_off"}}}
		}
		t.Rows, ids = append(t.Rows, row), append(ids, string(s.ID))
	}
	if v.IsCSV() {
		t.Columns = append([]ui.Column{{Head: v.T("subs.id")}}, t.Columns...)
		for i := range t.Rows {
			t.Rows[i].Cells = append([]ui.Cell{{Value: ids[i]}}, t.Rows[i].Cells...)
		}
		return v.CSV("subscriptions", t)
	}
	if next != "" {
		t.Pager.Next = v.With("after", string(next))
	}
	if v.Query("after") != "" {
		t.Pager.First = v.With("after", "")
	}
	t.Pager.Shown = v.T("part.shown", "n", len(t.Rows))
	p := customerPage(v, c, "subscriptions", v.T("customer.subscriptions"))
	p.Notes = notes
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv", "after", ""), Icon: "down"}}
	if v.May(party.ManageOnline) || v.May(party.BuySoftware) {
		p.Head.Acts = append(p.Head.Acts, ui.Button{Text: v.T("customer.add_products"), Href: at + "/products", Icon: "plus", Kind: "main"})
	}
	return v.ShowAs(status, "subscriptions", p, subsPage{t})
}

func subFilters(v *ui.Visit, at string) *ui.Filters {
	state := ui.Field{Name: "state", Label: v.T("subs.status"), Kind: "select", Value: v.Query("state"), Options: []ui.Option{{Text: v.T("part.any")}}}
	for _, s := range []subscription.State{subscription.Active, subscription.Pending, subscription.Suspended, subscription.Cancelled, subscription.Expired} {
		state.Options = append(state.Options, ui.Option{Value: string(s), Text: v.T("state." + string(s))})
	}
	renew := ui.Field{Name: "renew", Label: v.T("subs.auto_renew"), Kind: "select", Value: v.Query("renew"), Options: []ui.Option{{Text: v.T("part.any")}, {Value: "on", Text: v.T("subs.on")}, {Value: "off", Text: v.T("subs.off")}}}
	return v.Keeps(&ui.Filters{Label: v.T("subs.filter"), Action: at + "/subscriptions", Fields: []ui.Field{
		{Name: "q", Label: v.T("subs.find"), Kind: "search", Value: v.Query("q"), Grow: true, MaxLength: 200}, state, renew,
	}})
}

// subMatches asks what the store was not asked: every word, and auto-renew.
func subMatches(v *ui.Visit, s subscription.Subscription) bool {
	text := strings.ToLower(s.FriendlyName + " " + s.Title + " " + string(s.ID) + " " + string(s.Order))
	for word := range strings.FieldsSeq(strings.ToLower(v.Query("q"))) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	w := v.Query("renew")
	return w == "" || (w == "on") == s.AutoRenew
}

// perCharge is what one charge of a subscription comes to, with tax; "–" for what is charged by use, or free.
func perCharge(s subscription.Subscription) (any, error) {
	if s.Tariff.PriceRow == "" {
		return "–", nil
	}
	parts, _ := s.Plan.Charges(s.Term)
	_, taxed, err := s.Tariff.Part(s.Quantity, 0, parts)
	return taxed.Gross(), err
}

func subRow(v *ui.Visit, c party.Customer, s app.SubscriptionView) (ui.Row, error) {
	amount, err := perCharge(s.Subscription)
	if err != nil {
		return ui.Row{}, err
	}
	row := ui.Row{Past: !s.State.Live(), Cells: []ui.Cell{
		{Value: nameOf(s.Subscription), Href: subPath(c, s.ID)}, {Value: stateMark(v, s.Subscription)}, {Value: s.Quantity}, {Value: ui.Day(s.TermEnd())},
		{Value: v.T("subs.off")}, {Value: charged(v, s.Subscription)}, {Value: amount},
	}}
	if s.FriendlyName != "" && s.FriendlyName != s.Title {
		row.Cells[0].Hint = s.Title
	}
	if s.Parent != "" {
		row.Cells[0].Hint = v.T("subs.add_on")
	}
	if s.AutoRenew {
		row.Cells[4].Value = v.T("subs.on")
	}
	switch {
	case s.State == subscription.Suspended:
		row.Cells[1].Hint = v.T("subs.data_until_short", "at", v.L.Date(s.DataUntil))
	case s.InTrial(s.Now) && s.State.Live():
		row.Cells[1].Hint = v.T("subs.trial")
	}
	if !s.Scheduled.IsZero() {
		row.Cells[4].Hint = v.T("subs.planned_short")
	}
	if s.AutoRenew && s.Switchable && s.State.Live() && mayChangeSub(v, s.Class) {
		row.Pick = string(s.ID)
	}
	if s.State == subscription.Pending && s.Kind == catalog.SaaS { // F22: the link stands on the row too
		links, err := v.App.SubscriptionActivationLinks(v.R.Context(), v.Actor, c.ID, s.ID)
		if err != nil {
			return row, err
		}
		for _, l := range links {
			row.Cells[0].Acts = append(row.Cells[0].Acts, ui.Button{Text: v.T("subs.set_up"), More: nameOf(s.Subscription), Href: l.URI, Kind: "small quiet"})
		}
	}
	return row, nil
}

// charged is how a subscription is charged, in words.
func charged(v *ui.Visit, s subscription.Subscription) string {
	if s.Class == catalog.Trial {
		return v.T("buy.free")
	}
	return wayWords(v, catalog.Option{Term: s.Term, Plan: s.Plan})
}

func subPath(c party.Customer, s id.Subscription) string {
	return "/customers/" + string(c.ID) + "/subscriptions/" + string(s)
}

// renewOff switches auto-renew of the chosen ones off, each for itself; what cannot be is named with its reason (F38).
func renewOff(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	sent, err := v.Form()
	if err != nil {
		return err
	}
	off, done := false, 0
	note := ui.Note{Kind: "stop"}
	picks := sent["pick"]
	for _, pick := range picks[:min(len(picks), ui.Limit*4)] {
		err := v.Try(func(req app.Request) (app.Reply, error) {
			return v.App.ChangeSubscription(v.R.Context(), v.Actor, req, c.ID, id.Subscription(pick), app.Changes{AutoRenew: &off}, app.Asked{})
		}, func(any) { done++ })
		switch f := fault.Of(err); {
		case f != nil:
			name := pick
			if s, err := v.App.Subscription(v.R.Context(), v.Actor, c.ID, id.Subscription(pick)); err == nil {
				name = nameOf(s.Subscription)
			}
			note.Rows = append(note.Rows, ui.Fact{Name: name, Value: v.L.Fault(f)})
		case err != nil:
			return err
		}
	}
	if len(note.Rows) > 0 {
		note.Title = v.T("subs.not_switched", "n", len(note.Rows))
		return showSubs(v, c, []ui.Note{note}, 409)
	}
	if done == 0 {
		return showSubs(v, c, []ui.Note{{Kind: "warn", Title: v.T("subs.choose_some")}}, 422)
	}
	return v.Redirect(cmp.Or(v.R.URL.Path, "/"), v.T("subs.switched", "n", done))
}
