package partner

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// reservationsPage is a customer's reservations (F06): to be seen, not to be exchanged or cancelled, and it says why.
type reservationsPage struct {
	List ui.Table
	Why  ui.Note
	Map  ui.Chart // where they are sold
}

func reservations(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	return showReservations(v, c, 200, nil)
}

func showReservations(v *ui.Visit, c party.Customer, status int, notes []ui.Note) error {
	if err := v.Actor.May(party.BuySoftware); err != nil {
		return err
	}
	all, err := v.App.Entitled(v.R.Context(), v.Actor, c.ID)
	if err != nil {
		return err
	}
	at := "/customers/" + string(c.ID)
	t := ui.Table{Caption: v.T("customer.reservations"), Columns: []ui.Column{
		{Head: v.T("subs.name")}, {Head: v.T("subs.status")}, {Head: v.T("reserved.scope")}, {Head: v.T("subs.term")}, {Head: v.T("cart.quantity"), Num: true}, {Head: v.T("reserved.expires")}, {Head: v.T("subs.auto_renew")}, {Head: v.T("users.acts"), Hidden: true},
	}}
	for _, s := range all {
		if s.Kind != catalog.Reservation {
			continue
		}
		o, err := v.App.Order(v.R.Context(), v.Actor, c.ID, string(s.Order), false)
		if err != nil {
			return err
		}
		renew := v.T("subs.off")
		if s.AutoRenew {
			renew = v.T("subs.on")
		}
		t.Rows = append(t.Rows, ui.Row{Past: !s.State.Live(), Cells: []ui.Cell{
			{Value: nameOf(s.Subscription), Href: at + "/orders/" + string(s.Order)}, {Value: stateMark(v, s.Subscription)}, {Value: scopeOf(v, o.Order.Lines[s.Line])},
			{Value: charged(v, s.Subscription)}, {Value: s.Quantity}, {Value: s.Current.End, Hint: v.L.Span(s.Current.End.Sub(s.Now))}, {Value: renew}, renewSwitch(v, at, s),
		}})
	}
	t.Sortable(v)
	m, _ := market.Lookup(string(c.Country()))
	page := reservationsPage{Map: marketMap(v, c.Country()), Why: ui.Note{Kind: "inset", Title: v.T("reserved.why"), Text: v.T("reserved.why_text"), Rows: []ui.Fact{{Name: v.T("cancel.rule"), Value: v.T("reserved.rule")}}}}
	p := customerPage(v, c, "reservations", v.T("customer.reservations"))
	switch {
	case !m.Reservations:
		t.Empty = ui.Empty{Title: v.T("buy.none"), Text: v.L.Fault(fault.Refuse("reservation.market", fault.Args{"market": string(m.Country)}))}
	case c.Segment != market.Commercial:
		t.Empty = ui.Empty{Title: v.T("buy.none"), Text: v.L.Fault(fault.Refuse("reservation.segment", nil))}
	default:
		b := ui.Button{Text: v.T("customer.add_products"), Href: at + "/products?tab=reservations", Icon: "plus", Kind: "main"}
		t.Empty = ui.Empty{Title: v.T("reserved.none"), Text: v.T("reserved.none_text"), Act: &b}
		p.Head.Acts = []ui.Button{b}
	}
	page.List, p.Notes = t, notes
	return v.ShowAs(status, "reservations", p, page)
}

// renewSwitch is the way to switch a reservation's auto-renew, with what that means on which day.
func renewSwitch(v *ui.Visit, at string, s app.SubscriptionView) ui.Cell {
	if !s.State.Live() {
		return ui.Cell{}
	}
	b := ui.Button{
		Text: v.T("reserved.renew_on"), More: nameOf(s.Subscription), Post: at + "/reservations/renew", Once: v.Once(), Kind: "small",
		Hidden: []ui.Pair{
			{Name: "reservation", Value: string(s.ID)}, {Name: "version", Value: strconv.FormatInt(s.Version, 10)}, {Name: "seen", Value: ui.Cursor(reservationSeenOf(s.Subscription))}, {Name: "on", Value: "1"},
		},
	}
	hint := v.T("reserved.then_ends", "day", v.L.Date(s.TermEnd()))
	if s.AutoRenew {
		b.Text, b.Hidden = v.T("reserved.renew_off"), b.Hidden[:3]
		hint = v.T("reserved.then_renews", "day", v.L.Date(s.TermEnd()))
	}
	if _, err := subscription.SetAutoRenew(s.Subscription, !s.AutoRenew, s.Now); err != nil {
		b.Off = v.L.Fault(fault.Of(err))
	}
	return ui.Cell{Hint: hint, Acts: []ui.Button{b}}
}

// renewReservation switches it (F06).
func renewReservation(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	sent, err := v.Form()
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(sent.Get("version"), 10, 64)
	on := sent.Has("on")
	err = v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.RenewReservation(v.R.Context(), v.Actor, req, c.ID, id.Subscription(sent.Get("reservation")), on, version)
	}, func(any) ui.Then {
		said := "reserved.said_off"
		if on {
			said = "reserved.said_on"
		}
		return ui.Then{To: "/customers/" + string(c.ID) + "/reservations", Said: v.T(said)}
	})
	f := fault.Of(err)
	if f == nil || f.Kind == fault.KindDenied || f.Kind == fault.KindNotFound {
		return err
	}
	note := ui.Note{Kind: "stop", Title: v.T("problem.refused"), Text: v.L.Fault(f)}
	if ui.WasChanged(f) {
		all, err := v.App.Entitled(v.R.Context(), v.Actor, c.ID)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(all, func(s app.SubscriptionView) bool { return string(s.ID) == sent.Get("reservation") }); i >= 0 {
			note = staleReservation(v, sent.Get("seen"), all[i].Subscription)
		}
	}
	return showReservations(v, c, ui.Again(f), []ui.Note{note})
}

// reservationSeen is what a reader saw of a reservation beside its switch.
type reservationSeen struct {
	State  subscription.State
	Renews bool
	End    int64 // of the term, Unix seconds
}

func reservationSeenOf(s subscription.Subscription) reservationSeen {
	return reservationSeen{s.State, s.AutoRenew, s.TermEnd().Unix()}
}

// staleReservation puts what was seen of a reservation beside what it is now.
func staleReservation(v *ui.Visit, cursor string, is subscription.Subscription) ui.Note {
	was := reservationSeenOf(is) // of a form that tells nothing, nothing differs
	ui.ReadCursor(cursor, &was)
	onOff := map[bool]string{true: v.T("subs.on"), false: v.T("subs.off")}
	old := is
	old.State = was.State
	return v.Stale(
		ui.Change{Name: v.T("subs.status"), Was: stateMark(v, old).Text, Is: stateMark(v, is).Text},
		ui.Change{Name: v.T("subs.auto_renew"), Was: onOff[was.Renews], Is: onOff[is.AutoRenew]},
		ui.Change{Name: v.T("subs.term_end"), Was: v.L.Date(time.Unix(was.End, 0).UTC()), Is: v.L.Date(is.TermEnd())},
	)
}

// scopeOf is what a reservation is for: all of the customer's subscriptions, or one of them, as it was ordered.
func scopeOf(v *ui.Visit, l order.Line) string {
	scope, one := "shared", ""
	for k, value := range l.Context {
		switch strings.ToLower(strings.ReplaceAll(k, "_", "")) {
		case "scope":
			scope = strings.ToLower(value)
		case "subscriptionid":
			one = value
		}
	}
	if scope == "single" || one != "" {
		return v.T("reserved.single", "id", one)
	}
	return v.T("reserved.shared")
}
