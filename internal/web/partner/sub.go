package partner

import (
	"cmp"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// subPage is one subscription: what it is, what can be done with it and until when, what happened and what comes.
type subPage struct {
	Life     *ui.Chart
	Seats    *ui.Chart
	Status   statusSheet
	Verdicts ui.Verdicts
	AddOns   *addOnSheet
	Comes    *ui.Table
	Timeline ui.Timeline
	Facts    ui.Facts
	Advice   *ui.Note
	Call     ui.Call
}

// statusSheet is the section Status: suspend at once with its reason, or reactivate; auto-renew; cancel.
type statusSheet struct {
	Mark    ui.Mark
	Until   any // of a suspended one: when its data is deleted (F31)
	Suspend *ui.Form
	Acts    []ui.Button
	Renew   *ui.Button
	RenewAt string // what the term's end brings
}

// subRead is a subscription with all that its page asks for.
type subRead struct {
	*ui.Visit
	c        party.Customer
	s        app.SubscriptionView
	at       string
	verdicts map[string]app.Verdict
	charges  []billing.Charge // of the running term's line
	all      []app.SubscriptionView
}

func readSub(v *ui.Visit) (r *subRead, err error) {
	r = &subRead{Visit: v, verdicts: map[string]app.Verdict{}}
	if r.c, err = customerOf(v); err != nil {
		return nil, err
	}
	ctx, sub := v.R.Context(), id.Subscription(v.Path("subscription"))
	if r.all, err = v.App.Subscriptions(ctx, v.Actor, r.c.ID, app.SubscriptionQuery{}); err != nil {
		return nil, err
	}
	if r.s, err = v.App.Subscription(ctx, v.Actor, r.c.ID, sub); err != nil {
		return nil, err
	}
	r.at = subPath(r.c, r.s.ID)
	judged, err := v.App.SubscriptionVerdicts(ctx, v.Actor, r.c.ID, sub)
	if err != nil {
		return nil, err
	}
	for _, one := range judged {
		r.verdicts[one.Act] = one
	}
	o, err := v.App.Order(ctx, v.Actor, r.c.ID, string(r.s.Order), true)
	if err != nil {
		return nil, err
	}
	for _, ch := range o.Charges {
		if ch.Subscription == sub {
			r.charges = append(r.charges, ch)
		}
	}
	return r, nil
}

// showSubscription shows one.
func showSubscription(v *ui.Visit) error {
	r, err := readSub(v)
	if err != nil {
		return err
	}
	return r.show(200, nil, ui.Page{})
}

// show shows the page, with a dialog over it; frame brings notes and errors.
func (r *subRead) show(status int, dialog *ui.Dialog, frame ui.Page) error {
	p := customerPage(r.Visit, r.c, "subscriptions", nameOf(r.s.Subscription))
	p.Crumbs = append(p.Crumbs, ui.Link{Text: r.T("customer.subscriptions"), Href: "/customers/" + string(r.c.ID) + "/subscriptions"})
	p.Notes, p.Errors, p.Dialog = frame.Notes, frame.Errors, dialog
	p.Head.Marks = []ui.Mark{stateMark(r.Visit, r.s.Subscription)}
	if w := r.s.Window; w.Allowed && w.Until.Year() < 9000 {
		p.Head.Marks = append(p.Head.Marks, ui.Mark{Kind: "soon", Text: r.T("subs.window", "span", r.L.Span(w.Until.Sub(r.s.Now)))})
	}
	p.Head.ID = string(r.s.ID)
	p.Head.Sub = []any{r.L.HTML("subs.version", "n", r.s.Version)}
	if err := r.setUp(&p); err != nil {
		return err
	}
	helps, err := r.helps()
	if err != nil {
		return err
	}
	page := subPage{
		Status: r.status(), Verdicts: r.whatCanBeDone(), Comes: comingTable(r.Visit, []app.SubscriptionView{r.s}), Facts: r.facts(),
		Call: ui.Call{ID: "call", Method: "GET", Path: "/v1/customers/" + string(r.c.ID) + "/subscriptions/" + string(r.s.ID) + "/verdicts", URL: r.URL},
	}
	if steps := r.steps(); len(steps) > 0 && r.s.Class != catalog.Metered {
		end := r.s.TermEnd()
		chart := ui.Steps(r.L, "seats", r.T("subs.seats"), r.T("subs.seats_now", "n", r.s.Quantity), r.s.Now, end, steps)
		page.Seats = &chart
	}
	page.Facts.Rows = append(page.Facts.Rows, helps)
	page.Life = r.life()
	if page.AddOns, err = r.addOns(nil); err != nil {
		return err
	}
	if page.Timeline, err = r.timeline(); err != nil {
		return err
	}
	if r.s.Class == catalog.SoftwareSub && hybrid(r.s.Title) {
		page.Advice = hybridAdvice(r.Visit)
	}
	return r.ShowAs(status, "subscription", p, page)
}

// setUp adds the ways to the publisher (F22), and in a sandbox plays it (R21).
func (r *subRead) setUp(p *ui.Page) error {
	if r.s.State != subscription.Pending {
		return nil
	}
	p.Notes = append(p.Notes, ui.Note{Kind: "warn", Title: r.T("subs.pending"), Text: r.T("subs.pending_text", "until", r.s.Window.Until)})
	note := &p.Notes[len(p.Notes)-1]
	links, err := r.App.SubscriptionActivationLinks(r.R.Context(), r.Actor, r.c.ID, r.s.ID)
	if err != nil {
		return err
	}
	for _, l := range links {
		note.Acts = append(note.Acts, ui.Button{Text: r.T("subs.set_up"), Href: l.URI, Kind: "main"})
	}
	if r.Sandbox != nil && r.May(party.PlaySandbox) {
		note.Acts = append(note.Acts, ui.Button{Text: r.T("subs.activate"), Post: r.at + "/activate", Once: r.Once()})
	}
	return nil
}

func (r *subRead) may() bool { return mayChangeSub(r.Visit, r.s.Class) }

// off is why an act is not possible now, for a button that is shown all the same; nil when it is.
func (r *subRead) off(act string) any {
	if f := r.verdicts[act].Reason; f != nil {
		return r.L.Fault(f)
	}
	return nil
}

func (r *subRead) status() statusSheet {
	s := statusSheet{Mark: stateMark(r.Visit, r.s.Subscription)}
	if r.s.State == subscription.Suspended {
		s.Until = r.L.HTML("subs.data_until", "at", ui.Value(r.L, r.s.DataUntil), "span", r.L.Span(r.s.DataUntil.Sub(r.s.Now)))
	}
	if !r.s.State.Live() || !r.may() && !r.May(party.CancelSoftware) {
		return s
	}
	if r.may() {
		switch {
		case r.s.State == subscription.Suspended:
			s.Acts = append(s.Acts, ui.Button{Text: r.T("subs.reactivate"), Href: r.at + "/reactivate", Kind: "main", Off: r.off(app.ActReactivate)})
		case r.verdicts[app.ActSuspend].Allowed:
			form := r.suspendForm()
			s.Suspend = &form
		}
		s.Renew, s.RenewAt = r.renewButton(), r.renewText()
	}
	text := r.T("subs.cancel_ask")
	switch {
	case r.s.Class == catalog.Metered: // F36
		text = r.T("subs.deprovision_ask")
	case !r.verdicts[app.ActCancel].EndsAt.IsZero(): // F33, F34: after the window
		text = r.T("subs.end_ask")
	}
	s.Acts = append(s.Acts, ui.Button{Text: text, Href: r.at + "/cancel", Kind: "ask"})
	return s
}

// renewButton switches auto-renew (F38, F39); where it cannot be switched the reason stands beside it.
func (r *subRead) renewButton() *ui.Button {
	b := ui.Button{Text: r.T("subs.renew_on"), Post: r.at + "/renew", Once: r.Once(), Hidden: append(r.guards(), ui.Pair{Name: "on", Value: "1"}), Off: r.off(app.ActAutoRenew)}
	if r.s.AutoRenew {
		b.Text, b.Hidden[2].Value = r.T("subs.renew_off"), ""
	}
	return &b
}

func (r *subRead) renewText() string {
	end := r.s.TermEnd()
	switch {
	case r.verdicts[app.ActAutoRenew].Withdrawn != nil: // E16
		return r.T("subs.withdrawn", "at", r.verdicts[app.ActAutoRenew].Withdrawn.EndsAt)
	case end.IsZero():
		return ""
	case r.s.AutoRenew:
		return r.T("subs.renews_at", "at", end)
	}
	return r.T("subs.ends_at", "at", end)
}

// whatCanBeDone are the verdicts, each with its date, its rule and its button; what is refused says what can be done instead.
func (r *subRead) whatCanBeDone() ui.Verdicts {
	out := ui.Verdicts{ID: "verdicts", Title: r.T("subs.can"), Hint: r.T("subs.can_hint")}
	type act struct {
		key, path string
		may       bool
	}
	for _, a := range []act{
		{app.ActChangeQuantity, "quantity", r.may()}, {"next_term", "next", r.may()}, {app.ActBuyAddOn, "#add-ons", r.may()}, {app.ActSuspend, "#status", r.may()}, {app.ActReactivate, "reactivate", r.may()},
		{app.ActAutoRenew, "#status", r.may()}, {"transition", "become", r.may()}, {"convert", "convert", r.may()}, {app.ActCancel, "cancel", r.May(party.ManageOnline) && !r.s.Class.Software() || r.May(party.CancelSoftware)},
	} {
		verdict, known := r.verdicts[a.key]
		switch {
		case !a.may, a.key == app.ActReactivate && r.s.State != subscription.Suspended, a.key == app.ActSuspend && r.s.State == subscription.Suspended,
			a.key == app.ActBuyAddOn && !verdict.Allowed && verdict.Reason != nil && verdict.Reason.Code == "addon.none":
			continue
		case a.key == "next_term":
			if !r.s.State.Live() || !r.s.AutoRenew || r.s.Class == catalog.Metered || r.s.Class == catalog.Trial || r.s.Current.Start.IsZero() {
				continue
			}
			verdict.Allowed, verdict.Until = true, r.s.Current.End
		case a.key == "transition":
			if !r.leads() {
				continue
			}
			verdict.Allowed = true
		case a.key == "convert":
			if r.s.Class != catalog.Trial || !r.s.State.Live() {
				continue
			}
			verdict.Allowed, verdict.Until = true, r.s.TrialUntil
		case !known:
			continue
		}
		out.Rows = append(out.Rows, r.verdictRow(a.key, a.path, verdict))
	}
	return out
}

// leads tells whether another plan can follow from this one at all.
func (r *subRead) leads() bool {
	if r.s.Entry == nil || !r.s.State.Live() || r.s.Class == catalog.Trial {
		return false
	}
	return slices.ContainsFunc(r.s.Entry.Skus, func(k catalog.Sku) bool { return (k.ID == r.s.Item.Sku || r.s.Item.Sku == "") && len(k.ConvertsTo) > 0 })
}

func (r *subRead) verdictRow(key, path string, verdict app.Verdict) ui.Verdict {
	row := ui.Verdict{Allowed: verdict.Allowed, Title: r.T("act." + key)}
	text := ""
	switch {
	case !verdict.Allowed && verdict.Reason != nil:
		text = r.L.Fault(verdict.Reason)
	case !verdict.EndsAt.IsZero():
		text = r.T("subs.ends_at_term", "at", verdict.EndsAt)
	case verdict.Until.Year() > 9000:
	case !verdict.Until.IsZero():
		text = r.T("subs.until", "at", verdict.Until, "span", r.L.Span(verdict.Until.Sub(r.s.Now)))
	}
	if _, said := policyOf(verdict); verdict.Policy != "" && !said {
		text += " " + r.T("subs.rule", "row", verdict.Policy)
	}
	if n := verdict.Seats; n != nil && verdict.Allowed {
		text = r.T("subs.seat_range", "min", n.Min, "max", n.Max) + " " + text
	}
	if rest := verdict.Commitment; rest != nil && rest.Charges > 0 && key == app.ActCancel { // F41
		text += " " + r.T("subs.owed", "n", rest.Charges, "sum", rest.Amount)
	}
	row.Text = text
	if verdict.Allowed && path != "" {
		href := r.at + "/" + path
		if path[0] == '#' {
			href = path
		}
		row.Act = &ui.Button{Text: r.T("act." + key + ".go"), Href: href, Kind: "small"}
	}
	if m := verdict.Mend; m != nil && !verdict.Allowed {
		row.Act = r.mend(m)
	}
	return row
}

// policyOf is the row that a refusal names itself.
func policyOf(verdict app.Verdict) (row string, ok bool) {
	if verdict.Reason != nil {
		row, ok = verdict.Reason.Args["policy"].(string)
	}
	return row, ok
}

// mend is the button of what can be done instead.
func (r *subRead) mend(m *app.Mend) *ui.Button {
	at := subPath(r.c, m.Subscription)
	switch m.Act {
	case app.ActReactivate:
		return &ui.Button{Text: r.T("subs.reactivate"), Href: at + "/reactivate", Kind: "small"}
	case app.ActCancel:
		return &ui.Button{Text: r.T("subs.cancel_ask"), Href: at + "/cancel", Kind: "small"}
	case app.ActAutoRenew:
		return &ui.Button{Text: r.T("subs.renew_off"), Post: at + "/renew", Once: r.Once(), Kind: "small", Hidden: []ui.Pair{{Name: "on", Value: ""}}}
	case app.ActSupport:
		return &ui.Button{Text: r.T("cancel.report"), Href: "/requests/new?customer=" + string(r.c.ID) + "&order=" + string(r.s.Order) + "&line=" + itoa(r.s.Line), Kind: "small"}
	}
	return nil
}

func (r *subRead) facts() ui.Facts {
	s, orders := r.s, "/customers/"+string(r.c.ID)+"/orders/"
	f := ui.Facts{ID: "facts", Title: r.T("overview.facts")}
	if s.State.Live() && r.may() {
		f.Link = &ui.Link{Text: r.T("subs.rename"), Href: r.at + "/rename"}
	}
	add := func(name string, value, hint any) {
		f.Rows = append(f.Rows, ui.Fact{Name: r.T(name), Value: value, Hint: hint})
	}
	publisher := any(nil)
	if s.Entry != nil {
		publisher = s.Entry.Product.PublisherName
	}
	add("buy.offer", s.Title, publisher)
	add("cart.quantity", s.Quantity, unitWords(r.Visit, s.UnitType))
	switch {
	case s.Current.Start.IsZero() && !s.TrialUntil.IsZero():
		add("subs.term", r.T("subs.trial_until", "at", s.TrialUntil), r.T("subs.trial_then"))
	case !s.Current.End.IsZero():
		add("subs.term", r.L.HTML("subs.term_to", "term", r.TermWords(s.Term), "at", ui.Value(r.L, ui.Day(s.Current.End))), cmp.Or(r.L.Span(s.Current.End.Sub(s.Now)), "–"))
	}
	add("cart.plan", charged(r.Visit, s.Subscription), nil)
	if s.Tariff.PriceRow != "" {
		hint := r.T("overview.excl_tax")
		if s.Tariff.Tax.Inclusive {
			hint = r.T("overview.incl_tax")
		}
		add("buy.price", s.Tariff.Unit, r.TermWords(s.Term)+" · "+hint)
	}
	if sum := grossOf(r.charges); sum != nil {
		add("subs.charged_so_far", sum, nil)
	}
	renew := ui.Mark{Kind: "plain", Text: r.T("subs.off")}
	if s.AutoRenew {
		renew = ui.Mark{Kind: "good", Text: r.T("subs.on")}
	}
	add("subs.auto_renew", renew, nil)
	if !s.Scheduled.IsZero() {
		add("subs.planned", plannedWords(r.Visit, s.Scheduled), nil)
	}
	if s.State == subscription.Suspended {
		add("subs.suspended_at", s.SuspendedAt, r.T("suspend."+cmp.Or(s.SuspensionReason, subscription.ReasonUnspecified)))
	}
	if !s.EndedAt.IsZero() {
		add("subs.ended_at", s.EndedAt, nil)
	}
	if s.Parent != "" {
		add("subs.base", ui.To{Href: subPath(r.c, s.Parent), Text: ui.Mono(s.Parent)}, nil)
	}
	add("bought.order", ui.To{Href: orders + string(s.Order), Text: ui.Mono(id.AlternateID(s.Order))}, r.L.Date(s.LineAt))
	return f
}

// unitWords is what is counted, in the reader's language; a unit that a price sheet named itself stays as it is.
func unitWords(v *ui.Visit, unit string) string {
	if key := "unit." + unit; v.L.Has(key) {
		return v.T(key)
	}
	return unit
}

// plannedWords says what the next renewal changes.
func plannedWords(v *ui.Visit, n subscription.NextTerm) string {
	return v.T("subs.planned_words", "n", n.Quantity, "title", n.Title, "way", wayWords(v, catalog.Option{Term: n.Term, Plan: n.Plan}))
}

// steps are the quantities of the running term, back from what it is now by what was added and taken, and what is planned.
func (r *subRead) steps() []ui.Step {
	type change struct {
		at   time.Time
		n    int64
		cost money.Amount
	}
	var changes []change
	first := money.Amount{}
	ends := map[time.Time]time.Time{} // of the seats taken back at an instant: the latest period they were paid for
	for _, ch := range r.charges {
		if ch.Kind == billing.RemoveSeats && ch.Period.End.After(ends[ch.At]) {
			ends[ch.At] = ch.Period.End
		}
	}
	for _, ch := range r.charges {
		switch {
		case ch.Kind == billing.AddQuantity && ch.Of == "":
			changes = append(changes, change{ch.At, ch.Quantity, ch.Net})
		case ch.Kind == billing.RemoveSeats && ch.Period.End.Equal(ends[ch.At]): // earlier periods of the same seats count once
			changes = append(changes, change{ch.At, -ch.Quantity, ch.Net})
		case ch.Of == "" && first.IsZero():
			first = ch.Net
		}
	}
	slices.SortStableFunc(changes, func(a, b change) int { return a.at.Compare(b.at) })
	q := r.s.Quantity
	for _, c := range changes {
		q -= c.n
	}
	from := r.s.Current.Start
	if from.IsZero() {
		from = r.s.LineAt
	}
	out := []ui.Step{{At: from, Quantity: q, Why: r.T("subs.step_first"), Cost: first}}
	for _, c := range changes {
		q += c.n
		key := "subs.step_more"
		if c.n < 0 {
			key = "subs.step_fewer"
		}
		out = append(out, ui.Step{At: c.at, Quantity: q, Why: r.T(key, "n", max(c.n, -c.n)), Cost: c.cost})
	}
	end := r.s.TermEnd()
	switch {
	case !r.s.State.Live() || end.IsZero():
	case !r.s.Scheduled.IsZero():
		out = append(out, ui.Step{At: end, Quantity: r.s.Scheduled.Quantity, Planned: true, Why: r.T("subs.step_planned")})
	case !r.s.AutoRenew:
		out = append(out, ui.Step{At: end, Quantity: 0, Planned: true, Why: r.T("subs.step_ends")})
	}
	return out
}

// timeline is what comes, what closes, and what happened: records of the business log, charges and credits.
func (r *subRead) timeline() (ui.Timeline, error) {
	t := ui.Timeline{ID: "happened", Title: r.T("timeline.title"), Empty: r.T("timeline.empty")}
	s := r.s
	if end := s.TermEnd(); !end.IsZero() && end.After(s.Now) && s.State.Live() {
		text := r.T("timeline.ends", "name", nameOf(s.Subscription))
		if s.AutoRenew {
			text = r.T("timeline.renews", "name", nameOf(s.Subscription))
		}
		m := ui.Moment{At: end, Kind: "next", Text: text}
		if !s.Scheduled.IsZero() {
			m.Hint = plannedWords(r.Visit, s.Scheduled)
		}
		t.Moments = append(t.Moments, m)
	}
	if s.State == subscription.Suspended {
		t.Moments = append(t.Moments, ui.Moment{At: s.DataUntil, Kind: "hot", Text: r.T("subs.data_deleted")})
	}
	if !s.NextCharge.IsZero() && s.NextCharge.After(s.Now) && s.State.Live() {
		if sum, err := perCharge(s.Subscription); err == nil {
			t.Moments = append(t.Moments, ui.Moment{At: s.NextCharge, Kind: "next", Text: r.T("subs.next_charge"), Hint: sum})
		}
	}
	for _, b := range s.Refunds {
		if b.Until.Year() < 9000 {
			t.Moments = append(t.Moments, ui.Moment{At: b.Until, Kind: "hot", Text: r.T("subs.batch_window", "n", b.Quantity)})
		}
	}
	h := history{r.c.ID, s.OrderedAt, s.Now, func(one activity.Record) bool { return concerns(one, string(s.ID), string(s.Order)) }, r.charges}
	return t, h.into(r.Visit, &t)
}

// concerns tells whether a record is of something: a subscription, say, is named by itself, or by the order it came with.
func concerns(one activity.Record, ids ...string) bool {
	return slices.Contains(ids, one.ResourceID) || slices.ContainsFunc(one.Details, func(d activity.Detail) bool { return slices.Contains(ids, d.Value) })
}
