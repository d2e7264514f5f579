package app_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// TestVerdictsAgree: R20, each verdict on all that the demo sold says what the act itself then answers, whether the sweep was
// there or not, and for those who may not too.
func TestVerdictsAgree(t *testing.T) {
	both(t, func(w *world) {
		seen, everything := map[string]int{}, w.who.Roles
		for _, step := range []struct {
			after time.Duration
			roles party.Roles
		}{
			{0, w.who.Roles},
			{0, party.RolesOf(party.SalesAgent)},
			{0, party.RolesOf(party.GlobalAdmin)},
			{36 * time.Hour, w.who.Roles},
			{40 * 24 * time.Hour, w.who.Roles}, // the sweep was not there
			{700 * 24 * time.Hour, w.who.Roles},
		} {
			w.clock.Set(now.Add(step.after))
			w.who.Roles = step.roles
			for _, c := range w.seeded.Customers {
				w.agree(c.ID, seen)
			}
		}
		w.clock.Set(now)
		w.who.Roles, w.who.Sandbox = everything, true // the rules of sandbox tenants
		for _, c := range w.seeded.Customers {
			w.agree(c.ID, seen)
		}
		w.who.Sandbox = false
		for _, c := range w.seeded.Customers { // R12: an ended relationship
			if _, err := w.Store.Update(context.Background(), app.Act{Actor: w.who, Lock: app.Lock{Customer: string(c.ID)}}, func(tx app.Tx) (any, error) {
				c, err := tx.Customer(w.who.Scope, c.ID)
				if err != nil {
					return nil, err
				}
				c.RelationEnded = true
				return nil, tx.SaveCustomer(c)
			}); err != nil {
				t.Fatal(err)
			}
			w.agree(c.ID, seen)
		}
		for _, act := range []string{
			app.ActCancel, app.ActSuspend, app.ActReactivate, app.ActChangeQuantity, app.ActAutoRenew, app.ActBuyAddOn, app.ActRevealKey, app.ActDownload,
		} {
			if seen[act+" true"] == 0 || seen[act+" false"] == 0 {
				w.t.Errorf("%s was not seen both allowed and refused: %v", act, seen)
			}
		}
	})
}

func (w *world) agree(c id.Customer, seen map[string]int) {
	w.t.Helper()
	ctx := context.Background()
	views, err := w.Entitled(ctx, w.who, c)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, v := range views {
		vs, err := w.SubscriptionVerdicts(ctx, w.who, c, v.ID)
		if code(err) == "subscription.unknown" { // F40
			if _, err := w.wouldChange(c, v.ID, app.Changes{State: app.WantCancelled}); code(err) != "subscription.unknown" && code(err) != "tenant.foreign" {
				w.t.Errorf("%s: hidden, but the act answers %v", v.Title, err)
			}
			continue
		}
		if err != nil {
			w.t.Fatal(err)
		}
		for _, verdict := range vs {
			seen[fmt.Sprint(verdict.Act, " ", verdict.Allowed)]++
			w.same(v.Title+" of "+v.OrderedAt.Format(time.DateOnly), verdict, w.attempt(v, verdict))
		}
	}
	orders, err := w.Orders(ctx, w.who, c, "", false)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, o := range orders {
		for _, l := range o.Order.Lines {
			vs, err := w.LineVerdicts(ctx, w.who, c, string(o.Order.ID), l.Number)
			if err != nil {
				w.t.Fatal(err)
			}
			if (l.Kind == catalog.Software) != (len(vs) == 3) {
				w.t.Errorf("%s: %d verdicts", l.Title, len(vs))
			}
			for _, verdict := range vs {
				seen[fmt.Sprint(verdict.Act, " ", verdict.Allowed)]++
				err := w.deliver(c, string(o.Order.ID), l.Number, verdict.Act)
				if verdict.Act == app.ActCancel {
					_, err = do[app.OrderView](w, func(req app.Request) (app.Reply, error) {
						return w.CancelOrder(ctx, w.who, req, c, string(o.Order.ID), []int{l.Number}, app.Asked{Preview: true})
					})
				}
				w.same("line "+l.Title+" of "+o.Order.At.Format(time.DateOnly), verdict, err)
			}
		}
	}
}

// same compares a verdict with what its act answered: allowed or not, and why.
func (w *world) same(what string, v app.Verdict, err error) {
	w.t.Helper()
	reason := ""
	if v.Reason != nil {
		reason = v.Reason.Code
	}
	if v.Allowed != (err == nil) || reason != code(err) {
		w.t.Errorf("at %v %s: %s allowed %v (%s), the act answers %v", w.clock.Now(), what, v.Act, v.Allowed, reason, err)
	}
	if !v.Until.IsZero() && v.Allowed != w.clock.Now().Before(v.Until) && (reason == "" || v.Until.Before(w.clock.Now())) {
		w.t.Errorf("at %v %s: %s allowed %v until %v", w.clock.Now(), what, v.Act, v.Allowed, v.Until)
	}
}

func code(err error) string {
	if f := fault.Of(err); f != nil {
		return f.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func (w *world) wouldChange(c id.Customer, sub id.Subscription, ch app.Changes) (app.SubscriptionView, error) {
	return do[app.SubscriptionView](w, func(req app.Request) (app.Reply, error) {
		return w.ChangeSubscription(context.Background(), w.who, req, c, sub, ch, app.Asked{Preview: true})
	})
}

// attempt does a verdict's act on a subscription, under preview.
func (w *world) attempt(v app.SubscriptionView, verdict app.Verdict) error {
	w.t.Helper()
	c := v.Subscription.Customer
	switch verdict.Act {
	case app.ActCancel:
		after, err := w.wouldChange(c, v.ID, app.Changes{State: app.WantCancelled})
		if err == nil && (after.State == subscription.Cancelled) != verdict.EndsAt.IsZero() {
			w.t.Errorf("%s: it is %s, and ends %v", v.Title, after.State, verdict.EndsAt)
		}
		return err
	case app.ActSuspend:
		return w.toState(v, app.WantSuspended, subscription.Suspended, "suspend.already")
	case app.ActReactivate:
		return w.toState(v, app.WantActive, subscription.Active, "reactivate.not_suspended")
	case app.ActChangeQuantity:
		return w.seats(v, verdict)
	case app.ActAutoRenew:
		on := !v.AutoRenew
		_, err := w.wouldChange(c, v.ID, app.Changes{AutoRenew: &on})
		return err
	case app.ActBuyAddOn:
		return w.buyAnyAddOn(v)
	}
	return w.deliver(c, string(v.Order), v.Line, verdict.Act)
}

// toState asks for a state; of one that it has already the API makes nothing, a verdict says so.
func (w *world) toState(v app.SubscriptionView, want app.Wanted, state subscription.State, already string) error {
	after, err := w.wouldChange(v.Subscription.Customer, v.ID, app.Changes{State: want})
	if err == nil && after.Preview == nil && after.State == state {
		return fault.Conflict(already, nil)
	}
	return err
}

// seats tries every number from none to three above the present, and compares what goes through with the range told.
func (w *world) seats(v app.SubscriptionView, verdict app.Verdict) error {
	w.t.Helper()
	var refused error
	done := false
	for n := int64(0); n <= v.Quantity+3; n++ {
		if n == v.Quantity {
			continue
		}
		_, err := w.wouldChange(v.Subscription.Customer, v.ID, app.Changes{Quantity: &n})
		done = done || err == nil
		if s := verdict.Seats; s != nil && (err == nil) != (n >= s.Min && n <= s.Max) {
			w.t.Errorf("E17 %s: %d seats answer %v, told %d to %d", v.Title, n, err, s.Min, s.Max)
		}
		if n == v.Quantity-1 && n > 0 || n == v.Quantity+1 && refused == nil {
			refused = err
		}
	}
	if done {
		return nil
	}
	return refused
}

// buyAnyAddOn tries every add-on of the demo's catalogue, however it can be billed.
func (w *world) buyAnyAddOn(v app.SubscriptionView) error {
	ctx := context.Background()
	var first error
	_, entries, err := w.Products(ctx, w.who, v.Subscription.Customer, "", "", nil)
	if err != nil {
		return err
	}
	for _, e := range entries {
		for _, av := range e.Availabilities {
			sku, _ := e.Sku(av.Sku)
			if !sku.AddOn || av.Market != v.Customer.Country() {
				continue
			}
			for _, plan := range []catalog.Plan{catalog.Monthly, catalog.Annual, catalog.Triennial, catalog.NoPlan} {
				line := order.CartLine{
					Item: id.Item{Product: e.Product.ID, Sku: sku.ID, Availability: av.ID}, Quantity: 1, Plan: plan, Parent: v.ID, Attested: true,
				}
				_, err := do[app.Purchase](w, func(req app.Request) (app.Reply, error) {
					return w.PlaceOrder(ctx, w.who, req, v.Subscription.Customer, []order.CartLine{line}, app.Asked{Preview: true})
				})
				switch {
				case err == nil:
					return nil
				case first == nil && code(err) != "plan.not_offered" && code(err) != "addon.not_related":
					first = err
				}
			}
		}
	}
	if w.who.MayFor(party.ManageOnline, v.Subscription.Customer) != nil {
		return w.who.MayFor(party.ManageOnline, v.Subscription.Customer)
	}
	if code(first) == "tenant.foreign" { // R12
		return first
	}
	if first == nil || v.Kind == catalog.Software || v.Kind == catalog.Reservation || v.Item.Product != sandbox.MailSuite {
		return fault.Refuse("addon.none", nil)
	}
	return first
}

// deliver reveals a key of any version, or makes a link to any file: for good, these acts know no preview.
func (w *world) deliver(c id.Customer, orderID string, line int, act string) (err error) {
	ctx := context.Background()
	options, oerr := w.SoftwareOptions(ctx, w.who, c, orderID, line)
	switch {
	case act == app.ActCancel:
		return nil
	case oerr != nil:
		return oerr
	}
	for _, version := range append(options.Versions, "") {
		if act == app.ActRevealKey {
			_, err = do[app.RevealedKey](w, func(req app.Request) (app.Reply, error) {
				return w.RevealKey(ctx, w.who, req, c, orderID, line, license.KeyRequest{Version: version})
			})
		} else {
			_, err = w.anyLink(c, orderID, line, license.FileChoice{Version: version}, options)
		}
		if err == nil || slices.Contains([]string{"software.cancelled", "key.none", "download.none", "role.missing"}, code(err)) {
			return err
		}
	}
	return err
}

func (w *world) anyLink(c id.Customer, orderID string, line int, choice license.FileChoice, options license.Options) (link app.IssuedLink, err error) {
	for _, language := range append(options.Languages, "") {
		for _, kind := range append(options.FileTypes, "") {
			choice.Language, choice.FileType = language, kind
			link, err = do[app.IssuedLink](w, func(req app.Request) (app.Reply, error) {
				return w.IssueLink(context.Background(), w.who, req, c, orderID, line, license.LinkRequest{File: choice, Side: license.PartnerSide})
			})
			if err == nil {
				return link, nil
			}
		}
	}
	return link, err
}
