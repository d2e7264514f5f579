package partner

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// previewOf is the preview of any act's outcome, and when the act takes effect if that is later than now.
func previewOf(out any) (p *app.Preview, ends time.Time) {
	switch o := out.(type) {
	case app.SubscriptionView:
		if o.State.Live() {
			ends = o.EndsAt
		}
		return o.Preview, ends
	case app.AddOnsChange:
		return o.Preview, ends
	case app.Conversion:
		return o.Preview, ends
	case app.Transition:
		return o.Preview, ends
	}
	return nil, ends
}

// change is a deed that changes the subscription's own values, if they are still those that were seen.
func (r *subRead) change(make func(sent url.Values) (app.Changes, error)) func(url.Values, app.Asked) func(app.Request) (app.Reply, error) {
	return func(sent url.Values, asked app.Asked) func(app.Request) (app.Reply, error) {
		return func(req app.Request) (app.Reply, error) {
			ch, err := make(sent)
			if err != nil {
				return app.Reply{}, err
			}
			if !asked.Preview {
				ch.Version, _ = strconv.ParseInt(sent.Get("version"), 10, 64)
			}
			return r.App.ChangeSubscription(r.R.Context(), r.Actor, req, r.c.ID, r.s.ID, ch, asked)
		}
	}
}

func always(ch app.Changes) func(url.Values) (app.Changes, error) {
	return func(url.Values) (app.Changes, error) { return ch, nil }
}

// reasons are why something is suspended (F30).
var reasons = []string{subscription.ReasonCustomer, subscription.ReasonNonPayment, subscription.ReasonFraud, subscription.ReasonUnspecified}

func (r *subRead) reasonField() ui.Field {
	f := ui.Field{Name: "reason", Label: r.T("subs.reason"), Kind: "select", Value: reasons[0]}
	for _, reason := range reasons {
		f.Options = append(f.Options, ui.Option{Value: reason, Text: r.T("suspend." + reason)})
	}
	return f
}

// suspendForm stands on the page itself: suspending is two clicks from the list (F30, F31).
func (r *subRead) suspendForm() ui.Form {
	f := r.reasonField()
	f.Prefix = "s-"
	before := r.T("subs.suspend_before")
	var out any
	err := r.Try(func(req app.Request) (app.Reply, error) {
		return r.App.ChangeSubscription(r.R.Context(), r.Actor, req, r.c.ID, r.s.ID, app.Changes{State: app.WantSuspended}, app.Asked{Preview: true})
	}, func(o any) { out = o })
	if view, ok := out.(app.SubscriptionView); ok && err == nil {
		before = r.T("subs.suspend_until", "at", view.DataUntil)
	}
	return ui.Form{Action: r.at + "/suspend", Once: r.Once(), Hidden: r.guards(), Fields: []ui.Field{f}, Before: before, Submit: ui.Button{Text: r.T("act.suspend.do"), Kind: "ask"}}
}

func wholeNumber(sent url.Values, name string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(sent.Get(name)), 10, 64)
	if err != nil {
		return 0, fault.Invalid("quantity.malformed", nil)
	}
	return n, nil
}

// deed finds an act by its name. Fault "page.unknown".
func (r *subRead) deed(key string, sent url.Values) (deed, error) {
	d := deed{key: key, kind: "main"}
	quantity := ui.Field{Name: "quantity", Label: r.T("cart.quantity"), Kind: "number", Value: strconv.FormatInt(r.s.Quantity, 10), Min: "1"}
	switch key {
	case "suspend":
		d.kind, d.fields = "final", []ui.Field{r.reasonField()}
		d.run = r.change(func(sent url.Values) (app.Changes, error) {
			return app.Changes{State: app.WantSuspended, Reason: sent.Get("reason")}, nil
		})
	case "reactivate":
		d.run = r.change(always(app.Changes{State: app.WantActive}))
	case "cancel":
		d.kind, d.ack = "final", r.s.Class.Software()
		d.run = r.change(always(app.Changes{State: app.WantCancelled}))
	case "renew":
		on := !r.s.AutoRenew
		if sent != nil {
			on = sent.Get("on") != ""
			d.hidden = []ui.Pair{{Name: "on", Value: sent.Get("on")}}
		} else if on {
			d.hidden = []ui.Pair{{Name: "on", Value: "1"}}
		}
		d.run = r.change(always(app.Changes{AutoRenew: &on}))
	case "quantity":
		if seats := r.verdicts[app.ActChangeQuantity].Seats; seats != nil {
			quantity.Hint = r.T("subs.seat_range", "min", seats.Min, "max", seats.Max)
			quantity.Min, quantity.Max = strconv.FormatInt(seats.Min, 10), strconv.FormatInt(seats.Max, 10)
		}
		d.fields = []ui.Field{quantity}
		d.run = r.change(func(sent url.Values) (app.Changes, error) {
			n, err := wholeNumber(sent, "quantity")
			return app.Changes{Quantity: &n}, err
		})
	case "rename":
		d.fields = []ui.Field{{Name: "name", Label: r.T("subs.name"), Value: r.s.FriendlyName, MaxLength: 200, Required: true}}
		d.run = r.change(func(sent url.Values) (app.Changes, error) {
			name := strings.TrimSpace(sent.Get("name"))
			return app.Changes{Name: &name}, nil
		})
	case "next":
		return r.nextDeed(d, quantity)
	case "become":
		return r.becomeDeed(d, quantity)
	case "convert":
		return r.convertDeed(d, quantity)
	case "add-ons":
		return r.addOnDeed(d, sent)
	default:
		return d, fault.NotFound("page.unknown", nil)
	}
	return d, nil
}

// target is an item with a way to buy it, as one choice of a form.
func target(item id.Item, o catalog.Option) string { return item.String() + "|" + wayKey(o) }

func targetOf(key string) subscription.NextTerm {
	name, way, _ := strings.Cut(key, "|")
	item, _ := id.ParseItem(name)
	term, plan := wayOf(way)
	return subscription.NextTerm{Item: item, Term: term, Plan: plan}
}

// choices are the ways to go on as an item, each an option.
func (r *subRead) choices(e *catalog.Entry, item id.Item, fit func(catalog.Option) bool) (out []ui.Option) {
	if e == nil {
		return nil
	}
	found, ok := e.Offered(item, r.c.Country(), e.Segment(item, r.c.Segment), r.s.Now)
	if !ok {
		return nil
	}
	for _, o := range order.Choices(found, r.s.Now) {
		if row, ok := e.Price(found.Availability, o, r.s.Quantity, r.s.Now); ok && (fit == nil || fit(o)) {
			out = append(out, ui.Option{Value: target(item, o), Text: found.Sku.Title + " · " + wayWords(r.Visit, o) + " · " + r.L.Price(row.Unit)})
		}
	}
	return out
}

func (r *subRead) entryOf(product id.Product) *catalog.Entry {
	if r.s.Entry != nil && r.s.Entry.Product.ID == product {
		return r.s.Entry
	}
	_, e, err := r.App.Product(r.R.Context(), r.Actor, r.c.ID, "", "", product)
	if err != nil {
		return nil
	}
	return e
}

// nextDeed plans what the next renewal changes: seats, term, billing plan, SKU; or takes the plan away.
func (r *subRead) nextDeed(d deed, quantity ui.Field) (deed, error) {
	targets, err := r.App.TransitionTargets(r.R.Context(), r.Actor, r.c.ID, r.s.ID, true)
	if err != nil {
		return d, err
	}
	same := catalog.Option{Term: r.s.Term, Plan: r.s.Plan}
	pick := ui.Field{Name: "to", Label: r.T("subs.next_as"), Kind: "select", Value: target(r.s.Item, same), Options: r.choices(r.s.Entry, r.s.Item, nil)}
	for _, t := range targets {
		if t.Fault == nil {
			pick.Options = append(pick.Options, r.choices(r.entryOf(t.Item.Product), t.Item, nil)...)
		}
	}
	clear := ui.Field{Name: "clear", Label: r.T("subs.clear_plan"), Kind: "check"}
	if n := r.s.Scheduled; !n.IsZero() {
		quantity.Value = strconv.FormatInt(n.Quantity, 10)
		pick.Value = target(n.Item, catalog.Option{Term: n.Term, Plan: n.Plan})
	}
	quantity.Hint = r.T("subs.next_hint", "at", r.s.Current.End)
	d.fields = []ui.Field{quantity, pick}
	if !r.s.Scheduled.IsZero() {
		d.fields = append(d.fields, clear)
	}
	d.run = r.change(func(sent url.Values) (app.Changes, error) {
		if sent.Get("clear") != "" {
			return app.Changes{Next: &subscription.NextTerm{}}, nil
		}
		n := targetOf(sent.Get("to"))
		var err error
		n.Quantity, err = wholeNumber(sent, "quantity")
		return app.Changes{Next: &n}, err
	})
	return d, nil
}

// becomeDeed makes seats another SKU now.
func (r *subRead) becomeDeed(d deed, quantity ui.Field) (deed, error) {
	targets, err := r.App.TransitionTargets(r.R.Context(), r.Actor, r.c.ID, r.s.ID, false)
	if err != nil {
		return d, err
	}
	pick := ui.Field{Name: "to", Label: r.T("subs.become"), Kind: "select"}
	var why []string
	for _, t := range targets {
		if t.Fault != nil {
			why = append(why, r.T("part.of_field", "field", t.Title, "error", r.L.Fault(t.Fault)))
			continue
		}
		pick.Options = append(pick.Options, ui.Option{Value: t.Item.String() + "|", Text: t.Title})
	}
	if len(why) > 0 {
		pick.Hint = strings.Join(why, " ")
	}
	if len(pick.Options) > 0 {
		pick.Value = pick.Options[0].Value
	}
	d.fields = []ui.Field{pick}
	if !r.s.Class.Software() {
		d.fields = append(d.fields, quantity)
	}
	d.run = func(sent url.Values, asked app.Asked) func(app.Request) (app.Reply, error) {
		return func(req app.Request) (app.Reply, error) {
			n := subscription.NextTerm{Item: targetOf(sent.Get("to")).Item}
			if sent.Has("quantity") {
				var err error
				if n.Quantity, err = wholeNumber(sent, "quantity"); err != nil {
					return app.Reply{}, err
				}
			}
			return r.App.Transition(r.R.Context(), r.Actor, req, r.c.ID, r.s.ID, n, asked)
		}
	}
	return d, nil
}

// convertDeed makes a trial a paid subscription (F76).
func (r *subRead) convertDeed(d deed, quantity ui.Field) (deed, error) {
	all, err := r.App.Conversions(r.R.Context(), r.Actor, r.c.ID, r.s.ID)
	if err != nil {
		return d, err
	}
	pick := ui.Field{Name: "to", Label: r.T("subs.become"), Kind: "radio"}
	for _, c := range all {
		o := catalog.Option{Plan: c.Plan}
		title := string(c.To.Product)
		if e := r.entryOf(c.To.Product); e != nil {
			for _, one := range r.choices(e, c.To, func(w catalog.Option) bool { return w.Plan == c.Plan }) {
				title = one.Text
				o.Term = targetOf(one.Value).Term
				break
			}
		}
		pick.Options = append(pick.Options, ui.Option{Value: target(c.To, o), Text: title})
	}
	if len(pick.Options) > 0 {
		pick.Value = pick.Options[0].Value
	}
	d.fields = []ui.Field{pick, quantity}
	d.run = func(sent url.Values, asked app.Asked) func(app.Request) (app.Reply, error) {
		return func(req app.Request) (app.Reply, error) {
			n := targetOf(sent.Get("to"))
			var err error
			if n.Quantity, err = wholeNumber(sent, "quantity"); err != nil {
				return app.Reply{}, err
			}
			return r.App.ConvertTrial(r.R.Context(), r.Actor, req, r.c.ID, r.s.ID, n, asked)
		}
	}
	return d, nil
}

// activate plays the publisher (R21, F74): only in a sandbox.
func activate(v *ui.Visit) error {
	if v.Sandbox == nil {
		return fault.NotFound("page.unknown", nil)
	}
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	sub := id.Subscription(v.Path("subscription"))
	return v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.Activate(v.R.Context(), v.Actor, req, c.ID, sub)
	}, func(any) ui.Then { return ui.Then{To: subPath(c, sub), Said: v.T("subs.activated")} })
}
