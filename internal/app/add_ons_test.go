package app_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/ledger"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// rows is what a customer's partner has in the store: a refusal must leave all of it as it was.
type rows struct {
	Subscriptions []subscription.Subscription
	Orders        []order.Order
	Charges       []billing.Charge
	Ledger        map[money.Currency]map[ledger.Account]int64
	Records       []activity.Record
	Invoices      []billing.Invoice
	Payments      []billing.Payment
}

func (w *world) rows(c id.Customer) (all rows) {
	w.t.Helper()
	if err := w.store.View(context.Background(), func(r app.Reader) (err error) {
		s := w.who.Scope
		for _, load := range []func() error{
			func() error { all.Subscriptions, err = r.Subscriptions(s, c, app.SubscriptionQuery{}); return err },
			func() error { all.Orders, err = r.Orders(s, c, ""); return err },
			func() error { all.Charges, err = r.Charges(s, app.ChargeQuery{}); return err },
			func() error { all.Ledger, err = r.LedgerSums(s); return err },
			func() error {
				all.Records, err = r.Records(s, app.RecordQuery{Security: true, Business: true})
				return err
			},
			func() error { all.Invoices, err = r.Invoices(s, app.InvoiceQuery{}); return err },
			func() error { all.Payments, err = r.Payments(s, app.PaymentQuery{}); return err },
		} {
			if err := load(); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	return all
}

// TestF27SeveralAddOnsAtOnce: seats of two add-ons and a third one bought, in one act, or none of it.
func TestF27SeveralAddOnsAtOnce(t *testing.T) {
	both(t, func(w *world) {
		ctx, c := context.Background(), w.seeded.Customers[0]
		archive := sandbox.Item(sandbox.MailArchive, "0001", c.Country())
		base := order.CartLine{Item: sandbox.Item(sandbox.MailSuite, "0001", c.Country()), Quantity: 10, Plan: catalog.Monthly, Term: when.Year}
		for i, seats := range []int64{5, 4} {
			base.AddOns = append(base.AddOns, order.CartLine{ID: i + 1, Item: archive, Quantity: seats, Plan: catalog.Monthly})
		}
		bought, err := do[app.Purchase](w, func(req app.Request) (app.Reply, error) {
			return w.PlaceOrder(ctx, w.who, req, c.ID, []order.CartLine{base}, app.Asked{})
		})
		if err != nil {
			t.Fatal(err)
		}
		lines := bought.Orders[0].Lines
		suite, one, two := lines[0].Subscription, lines[1].Subscription, lines[2].Subscription
		w.clock.Set(now.Add(8 * 24 * time.Hour)) // the first seats' window is over

		set := func(who party.Actor, wish app.AddOnsWish, asked app.Asked) (app.AddOnsChange, error) {
			return do[app.AddOnsChange](w, func(req app.Request) (app.Reply, error) {
				return w.ChangeAddOns(ctx, who, req, c.ID, suite, wish, asked)
			})
		}
		third := order.CartLine{Item: archive, Quantity: 2, Plan: catalog.Annual, Term: when.Year}
		good := app.AddOnsWish{Seats: []app.SeatsOf{{Subscription: one, Quantity: 9}, {Subscription: two, Quantity: 6}}, Buy: []order.CartLine{third}}
		with := func(change func(*app.AddOnsWish)) app.AddOnsWish {
			wish := app.AddOnsWish{Seats: append([]app.SeatsOf(nil), good.Seats...), Buy: append([]order.CartLine(nil), good.Buy...)}
			change(&wish)
			return wish
		}
		reseller, clerk := w.who, w.who
		reseller.Kind, clerk.Roles = party.IndirectReseller, party.RolesOf(party.UserAdmin)
		before := w.rows(c.ID)
		for _, try := range []struct {
			name, code string
			who        party.Actor
			wish       app.AddOnsWish
		}{
			{"F27 E17 the second one's seats cannot go", "quantity.window_closed", w.who, with(func(a *app.AddOnsWish) { a.Seats[1].Quantity = 3 })},
			{"F27 the second has none", "quantity.out_of_range", w.who, with(func(a *app.AddOnsWish) { a.Seats[1].Quantity = 0 })},
			{"F27 fewer than none", "quantity.out_of_range", w.who, with(func(a *app.AddOnsWish) { a.Seats[1].Quantity = -1 })},
			{"F27 the second is no add-on of it", "subscription.unknown", w.who, with(func(a *app.AddOnsWish) { a.Seats[1].Subscription = suite })},
			{"F27 twice the same", "line.twice", w.who, with(func(a *app.AddOnsWish) { a.Seats[1].Subscription = one })},
			{"F27 what is bought has no seats", "quantity.out_of_range", w.who, with(func(a *app.AddOnsWish) { a.Buy[0].Quantity = 0 })},
			{"F26 what is bought does not hang on it", "addon.not_related", w.who, with(func(a *app.AddOnsWish) { a.Buy[0].Item = sandbox.Item(sandbox.StarterKit, "0001", c.Country()) })},
			{"F25 an indirect reseller", "addon.partner_kind", reseller, good},
			{"R02 a user admin", "role.missing", clerk, good},
			{"nothing named", "member.missing", w.who, app.AddOnsWish{}},
		} {
			if _, err := set(try.who, try.wish, app.Asked{}); code(err) != try.code {
				t.Errorf("%s: %v, want %s", try.name, err, try.code)
			}
			if after := w.rows(c.ID); !reflect.DeepEqual(after, before) {
				t.Fatalf("%s: a refusal changed something", try.name)
			}
		}

		shown, err := set(w.who, good, app.Asked{Preview: true})
		if err != nil || shown.Preview == nil || len(shown.Preview.Charges) != 3 || len(shown.AddOns) != 3 {
			t.Fatalf("F27 %v %+v", err, shown)
		}
		if after := w.rows(c.ID); !reflect.DeepEqual(after, before) {
			t.Fatal("a preview changed something")
		}
		if _, err := set(w.who, with(func(a *app.AddOnsWish) { a.Seats[0].Quantity = 8 }), app.Asked{Match: shown.Preview.Hash()}); code(err) != "preview.moved" {
			t.Errorf("F27 other seats than shown: %v", err)
		}
		tenant := w.who
		tenant.Sandbox = true
		if _, err := set(tenant, app.AddOnsWish{Seats: []app.SeatsOf{{Subscription: one, Quantity: 26}}}, app.Asked{}); code(err) != "sandbox.seats" {
			t.Errorf("a sandbox tenant's add-on of 26 seats: %v", err)
		}
		w.clock.Set(w.clock.Now().Add(time.Minute)) // whoever reads a preview takes a while
		done, err := set(w.who, good, app.Asked{Match: shown.Preview.Hash()})
		if err != nil || len(done.AddOns) != 3 {
			t.Fatalf("F27 %v %+v", err, done)
		}
		after := w.rows(c.ID)
		if got := len(after.Charges) - len(before.Charges); got != 3 {
			t.Errorf("F27 %d charges", got)
		}
		if got := len(after.Records) - len(before.Records); got != 3 {
			t.Errorf("F27 %d records: two subscriptions and an order", got)
		}
		seats := map[id.Subscription]int64{}
		for _, s := range after.Subscriptions {
			if s.Parent == suite {
				seats[s.ID] = s.Quantity
			}
		}
		if len(seats) != 3 || seats[one] != 9 || seats[two] != 6 {
			t.Errorf("F27 %v", seats)
		}
		for _, v := range done.AddOns {
			stored, err := w.Subscription(ctx, w.who, c.ID, v.ID)
			if err != nil || stored.Version != v.Version || stored.Quantity != v.Quantity {
				t.Errorf("told %d seats in version %d, stored %d in %d", v.Quantity, v.Version, stored.Quantity, stored.Version)
			}
			if !v.Current.End.Equal(shown.AddOns[0].Current.End) {
				t.Errorf("F28 ends %v", v.Current.End)
			}
		}
		if again, err := set(w.who, app.AddOnsWish{Seats: good.Seats}, app.Asked{}); err != nil || len(again.AddOns) != 2 || len(w.rows(c.ID).Records) != len(after.Records) {
			t.Errorf("F27 what is so already changes nothing: %v", err)
		}
	})
}
