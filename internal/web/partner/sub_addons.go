package partner

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// addOnSheet is the add-ons of a base: those there are, and those that fit; several quantities, one submit (F25–F28).
type addOnSheet struct {
	Action, Submit, Empty string
	Rows                  []addOnRow
}

// addOnRow is one; without a Name its quantity cannot be changed.
type addOnRow struct {
	Title, Href, Hint, Plan, Reason string
	Price                           any
	Name, Value                     string
}

// addOns fills the sheet; sent are quantities that were typed.
func (r *subRead) addOns(sent url.Values) (*addOnSheet, error) {
	if r.s.Parent != "" || r.s.Kind == catalog.Software || r.s.Kind == catalog.Reservation || !r.s.State.Live() {
		return nil, nil
	}
	sheet := &addOnSheet{Action: r.at + "/add-ons", Empty: r.T("fault.addon.none")}
	var held []id.Item
	for _, s := range r.all {
		if s.Parent != r.s.ID || !s.State.Live() {
			continue
		}
		held = append(held, s.Item)
		row := addOnRow{Title: nameOf(s.Subscription), Href: subPath(r.c, s.ID), Hint: r.T("state." + string(s.State)), Plan: charged(r.Visit, s.Subscription), Price: s.Tariff.Unit, Value: strconv.FormatInt(s.Quantity, 10)}
		if s.SuspendedByParent {
			row.Hint = r.T("subs.suspended_with_base")
		}
		if r.may() && s.State == subscription.Active {
			row.Name = "s-" + string(s.ID)
		}
		sheet.Rows = append(sheet.Rows, row)
	}
	offers, err := r.App.AddOnOffers(r.R.Context(), r.Actor, r.c.ID, r.s.ID)
	if err != nil {
		return nil, err
	}
	verdict := r.verdicts[app.ActBuyAddOn]
	for _, g := range offers {
		if slices.ContainsFunc(held, func(i id.Item) bool { return i.Product == g.ID.Product && i.Sku == g.ID.Sku }) {
			continue
		}
		row := addOnRow{Title: g.Sku.Title, Value: "0"}
		if len(g.Ways) > 0 {
			way := addOnWay(r.s.Subscription, g)
			row.Plan, row.Price = wayWords(r.Visit, way.Option), way.Unit
		}
		switch {
		case g.Barred != nil:
			row.Reason = r.L.Fault(g.Barred)
		case !verdict.Allowed && verdict.Reason != nil:
			row.Reason = r.L.Fault(verdict.Reason)
		case r.may():
			row.Name = "n-" + g.ID.String()
		}
		sheet.Rows = append(sheet.Rows, row)
	}
	for i := range sheet.Rows {
		row := &sheet.Rows[i]
		if row.Name != "" {
			sheet.Submit = r.T("subs.add_ons_submit")
		}
		if sent != nil && sent.Has(row.Name) {
			row.Value = sent.Get(row.Name)
		}
	}
	return sheet, nil
}

// addOnWay is the way an add-on is bought by: its base's billing plan where it is sold by it.
func addOnWay(base subscription.Subscription, g app.Good) app.Way {
	for _, w := range g.Ways {
		if w.Plan == base.Plan {
			return w
		}
	}
	return g.Ways[0]
}

// addOnDeed changes all quantities that were typed, together or not at all (F27).
func (r *subRead) addOnDeed(d deed, sent url.Values) (deed, error) {
	if sent == nil {
		return d, fault.NotFound("page.unknown", nil)
	}
	for name, values := range sent {
		if strings.HasPrefix(name, "s-") || strings.HasPrefix(name, "n-") {
			d.hidden = append(d.hidden, ui.Pair{Name: name, Value: values[0]})
		}
	}
	slices.SortFunc(d.hidden, func(a, b ui.Pair) int { return strings.Compare(a.Name, b.Name) })
	wish, err := r.wish(d.hidden)
	d.run = func(_ url.Values, asked app.Asked) func(app.Request) (app.Reply, error) {
		return func(req app.Request) (app.Reply, error) {
			if err != nil {
				return app.Reply{}, err
			}
			return r.App.ChangeAddOns(r.R.Context(), r.Actor, req, r.c.ID, r.s.ID, wish, asked)
		}
	}
	return d, nil
}

// wish is what the typed quantities ask for: only what differs.
func (r *subRead) wish(typed []ui.Pair) (w app.AddOnsWish, err error) {
	var offers []app.Good
	for _, t := range typed {
		n, bad := strconv.ParseInt(strings.TrimSpace(t.Value), 10, 64)
		if bad != nil {
			return w, fault.Invalid("quantity.malformed", nil)
		}
		if sub, ok := strings.CutPrefix(t.Name, "s-"); ok {
			if !slices.ContainsFunc(r.all, func(s app.SubscriptionView) bool { return string(s.ID) == sub && s.Quantity == n }) {
				w.Seats = append(w.Seats, app.SeatsOf{Subscription: id.Subscription(sub), Quantity: n})
			}
			continue
		}
		if n == 0 {
			continue
		}
		if offers == nil {
			if offers, err = r.App.AddOnOffers(r.R.Context(), r.Actor, r.c.ID, r.s.ID); err != nil {
				return w, err
			}
		}
		item, _ := id.ParseItem(t.Name[2:])
		line := order.CartLine{ID: len(w.Buy), Item: item, Quantity: n}
		for _, g := range offers {
			if g.ID == item && len(g.Ways) > 0 {
				way := addOnWay(r.s.Subscription, g)
				line.Plan, line.Term = way.Plan, way.Term
			}
		}
		w.Buy = append(w.Buy, line)
	}
	if len(w.Seats)+len(w.Buy) == 0 {
		return w, fault.Invalid("addon.nothing_typed", nil)
	}
	return w, nil
}
