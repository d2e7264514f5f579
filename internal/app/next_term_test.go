package app_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// later moves the clock and does what falls due on the way.
func (w *world) later(d time.Duration) {
	w.t.Helper()
	until := w.clock.Now().Add(d)
	if err := w.RunDue(context.Background(), until, func(at time.Time) { w.clock.Set(at) }, nil); err != nil {
		w.t.Fatal(err)
	}
	w.clock.Set(until)
}

// sub is a subscription as it stands.
func (w *world) sub(c party.Customer, sub id.Subscription) app.SubscriptionView {
	w.t.Helper()
	v, err := w.Subscription(context.Background(), w.who, c.ID, sub)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// charged lists what a subscription was charged and credited, on all its lines.
func (w *world) charged(c party.Customer, sub id.Subscription) (cs []billing.Charge) {
	w.t.Helper()
	err := w.store.View(context.Background(), func(r app.Reader) (err error) {
		cs, err = r.Charges(w.who.Scope, app.ChargeQuery{Customer: c.ID, Subscription: sub})
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return cs
}

func codeOf(err error) string {
	if f := fault.Of(err); f != nil {
		return f.Code
	}
	if err != nil {
		return "internal: " + err.Error()
	}
	return ""
}

// TestR03NextTermIsMadeAtRenewal plans seats, SKU, plan and term, edits the subscription in between, and finds them in the
// renewal's order, charge and product.
func TestR03NextTermIsMadeAtRenewal(t *testing.T) {
	both(t, func(w *world) {
		c := w.seeded.Customers[0]
		o := w.buyOne(c, sandbox.MailSuite, "0001", 10, catalog.Annual, when.Year)
		s := o.Lines[0].Subscription
		wish := subscription.NextTerm{Item: sandbox.Item(sandbox.MailSuite, "0003", "US"), Quantity: 4, Plan: catalog.Monthly}
		got, err := w.change(c, s, app.Changes{Next: &wish})
		if err != nil || got.Scheduled.Quantity != 4 || got.Scheduled.Title != "Mail Suite Enterprise" {
			t.Fatalf("%+v %v", got.Scheduled, err)
		}
		name := "Ours"
		if got, err = w.change(c, s, app.Changes{Name: &name, Next: &wish}); err != nil || got.Scheduled.Quantity != 4 {
			t.Fatalf("sent back: %+v %v", got.Scheduled, err)
		}
		w.later(365 * day)
		v := w.sub(c, s)
		if v.Item.Sku != "0003" || v.Quantity != 4 || v.Plan != catalog.Monthly || v.Term != when.Year || v.FriendlyName != "Ours" || !v.Scheduled.IsZero() {
			t.Errorf("%+v", v.Subscription)
		}
		cs := w.charged(c, s)
		if last := cs[len(cs)-1]; last.Kind != billing.Renew || last.Gross().String() != "33.33 USD" || last.Parts != 12 { // 4 × 100.00 in 12
			t.Errorf("%+v", last)
		}
		view, err := w.Order(context.Background(), w.who, c.ID, string(v.Order), false)
		if err != nil || view.Order.Lines[0].Type != order.TypeRenew || view.Order.Lines[0].Item.Sku != "0003" || view.Order.Plan != catalog.Monthly {
			t.Errorf("%+v %v", view.Order, err)
		}
	})
}

// TestE16AWarningChargesNothing: what looks at a term that nears its end leaves the charge after it for its own day.
func TestE16AWarningChargesNothing(t *testing.T) {
	both(t, func(w *world) {
		c := w.seeded.Customers[0]
		w.later(when.Date(2027, 3, 1).Sub(w.clock.Now())) // 30 days before the end lies in January, the last charge in February
		s := w.buyOne(c, sandbox.MailSuite, "0001", 10, catalog.Monthly, when.Year).Lines[0].Subscription
		w.later(335 * day)
		for range 4 {
			w.later(day / 2)
			for _, ch := range w.charged(c, s) {
				if ch.At.After(w.clock.Now()) {
					w.t.Fatalf("charged at %s what is due at %s", w.clock.Now(), ch.At)
				}
			}
		}
	})
}

// TestE22SeatsOfWhatItBecame: reactivated after its term a subscription is what was planned, of another product; the seats
// asked for with it are bounded by that.
func TestE22SeatsOfWhatItBecame(t *testing.T) {
	both(t, func(w *world) {
		c := w.seeded.Customers[0]
		other := w.another(sandbox.MailSuite)
		s := w.buyOne(c, sandbox.MailSuite, "0001", 10, catalog.Monthly, when.Month).Lines[0].Subscription
		for _, ch := range []app.Changes{
			{Next: &subscription.NextTerm{Item: id.Item{Product: other, Sku: "0001"}}}, {State: app.WantSuspended},
		} {
			if _, err := w.change(c, s, ch); err != nil {
				t.Fatal(err)
			}
		}
		w.later(40 * day)
		seats := int64(17)
		v, err := w.change(c, s, app.Changes{State: app.WantActive, Quantity: &seats})
		if err != nil || v.Item.Product != other || v.Quantity != 17 || v.Entry == nil || v.Entry.Product.ID != other {
			t.Errorf("%+v %v", v.Subscription, err)
		}
	})
}

// another puts a product like one on the shelf, and lets that lead to it.
func (w *world) another(product id.Product) id.Product {
	w.t.Helper()
	const other id.Product = "CMPANOTHER01"
	act := app.Act{Actor: w.who, Lock: app.Lock{Partner: true}}
	_, err := w.store.Update(context.Background(), act, func(tx app.Tx) (any, error) {
		found, err := tx.Entries([]id.Product{product})
		if err != nil {
			return nil, err
		}
		one, like := *found[product], *found[product]
		one.Skus = slices.Clone(one.Skus)
		one.Skus[0].ConvertsTo = append(slices.Clone(one.Skus[0].ConvertsTo), catalog.Ref{Product: other, Sku: one.Skus[0].ID})
		like.Product.ID = other
		like.Availabilities = slices.Clone(like.Availabilities)
		for i := range like.Availabilities {
			like.Availabilities[i].ID += "O"
		}
		like.Prices = slices.Clone(like.Prices)
		for i := range like.Prices {
			like.Prices[i].ID += "-other"
		}
		return nil, errors.Join(tx.PutEntry(one), tx.PutEntry(like))
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return other
}

func TestR03NextTermByRole(t *testing.T) {
	both(t, func(w *world) {
		c := w.seeded.Customers[0]
		mail := w.buyOne(c, sandbox.MailSuite, "0001", 10, catalog.Annual, when.Year).Lines[0].Subscription
		server := w.buyOne(c, sandbox.WindowsServer, "0001", 1, catalog.Annual, when.Year).Lines[0].Subscription
		own := w.who
		defer func() { w.who = own }()
		for _, x := range []struct {
			role party.Role
			sub  id.Subscription
			code string
		}{
			{party.SalesAgent, mail, ""}, {party.HelpdeskAgent, mail, ""},
			{party.SalesAgent, server, "role.missing"}, {party.AdminAgent, server, ""}, {party.GlobalAdmin, server, ""},
		} {
			w.who.Roles = party.RolesOf(x.role)
			if _, err := w.change(c, x.sub, app.Changes{Next: &subscription.NextTerm{Quantity: 7}}); codeOf(err) != x.code {
				t.Errorf("%s: %v, want %q", x.role, err, x.code)
			}
			if _, err := w.change(c, x.sub, app.Changes{Next: new(subscription.NextTerm)}); codeOf(err) != x.code && x.code != "" {
				t.Errorf("%s takes it away: %v", x.role, err)
			}
		}
	})
}

func TestNextTermRefusals(t *testing.T) {
	both(t, func(w *world) {
		c := w.seeded.Customers[0]
		s := w.buyOne(c, sandbox.MailSuite, "0001", 10, catalog.Annual, when.Year).Lines[0].Subscription
		off, keep := false, subscription.NextTerm{Quantity: 9}
		if _, err := w.change(c, s, app.Changes{Next: &keep}); err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			name string
			ch   app.Changes
			code string
		}{
			{"no such SKU", app.Changes{Next: &subscription.NextTerm{Item: sandbox.Item(sandbox.MailSuite, "0099", "US")}}, "item.unknown"},
			{"no such product", app.Changes{Next: &subscription.NextTerm{Item: sandbox.Item("CMPNOTHING01", "0001", "US")}}, "item.unknown"},
			{"another product", app.Changes{Next: &subscription.NextTerm{Item: sandbox.Item(sandbox.OrbitCRM, "0001", "US")}}, "transition.not_eligible"},
			{"what may not be sold here", app.Changes{Next: &subscription.NextTerm{Item: sandbox.Item(sandbox.NorthExclusive, "0001", "US")}}, "offer.exclusive"},
			{"a trial", app.Changes{Next: &subscription.NextTerm{Item: sandbox.Item(sandbox.MailSuite, "0002", "US"), Quantity: 25}}, "transition.not_eligible"},
			{"a plan nobody sells", app.Changes{Next: &subscription.NextTerm{Plan: catalog.Triennial}}, "plan.not_offered"},
			{"F38 auto-renew off", app.Changes{AutoRenew: &off, Next: &subscription.NextTerm{Quantity: 8}}, "next_term.not_renewing"},
			{"an end that is none", app.Changes{Next: &subscription.NextTerm{End: subscription.End{At: when.Date(2028, 1, 15)}}}, "term_end.not_aligned"},
		} {
			if _, err := w.change(c, s, x.ch); codeOf(err) != x.code {
				t.Errorf("%s: %v, want %q", x.name, err, x.code)
			}
			if v := w.sub(c, s); v.Scheduled.Quantity != 9 || !v.AutoRenew {
				t.Errorf("%s: a refusal changed the plan: %+v", x.name, v.Scheduled)
			}
		}
		if v, err := w.change(c, s, app.Changes{AutoRenew: &off, Next: &keep}); err != nil || v.AutoRenew || !v.Scheduled.IsZero() {
			t.Errorf("F38 switched off by who sends the plan back: %+v %v", v.Scheduled, err)
		}
	})
}
