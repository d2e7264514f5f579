package app_test

import (
	"context"
	"math/rand"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// wish raises a refund request for an order.
func (w *world) wish(who party.Actor, c party.Customer, o order.Order) (app.RequestView, error) {
	return do[app.RequestView](w, func(req app.Request) (app.Reply, error) {
		return w.RaiseRequest(context.Background(), who, req, app.NewRequest{
			Request: support.Request{
				Title: "x", Description: "y", Severity: support.Minimal, Topic: support.RefundTopic,
				Contact: support.Contact{LastName: "Lima", Email: "ana@quainine.example", Phone: "12345"},
			},
			Said: support.Said{Customer: string(c.ID), Order: string(o.ID), Reason: "twice", Amount: "1"},
		})
	})
}

func (w *world) approve(one id.Request, terms support.Terms) error {
	_, err := do[app.RequestView](w, func(req app.Request) (app.Reply, error) {
		return w.ApproveRefund(context.Background(), w.who, req, one, terms, app.Asked{})
	})
	return err
}

// within fails the test when more came back of a charge than it was (E26).
func (w *world) within(c party.Customer) {
	w.t.Helper()
	err := w.store.View(context.Background(), func(r app.Reader) error {
		all, err := r.Charges(w.who.Scope, app.ChargeQuery{Customer: c.ID})
		for _, ch := range all {
			if ch.Of != "" {
				continue
			}
			left := ch.Gross()
			for _, credit := range all {
				if credit.Of == ch.ID {
					left = left.Add(credit.Gross())
				}
			}
			if left.Sign() < 0 {
				w.t.Errorf("E26 of %v came back %v more", ch.Gross(), left.Neg())
			}
		}
		return err
	})
	if err != nil {
		w.t.Error(err)
	}
}

// TestE26NoApprovalsCreditMoreThanWasCharged plays purchases, cancellations, changes, renewals and approvals, by the policy
// rows and by law, of any amount, in any order: no charge ever gives back more than it was.
func TestE26NoApprovalsCreditMoreThanWasCharged(t *testing.T) {
	both(t, func(w *world) {
		rng := rand.New(rand.NewSource(26))
		c := w.seeded.Customers[1] // France: tax on top
		var orders []order.Order
		var wishes []id.Request
		answered := map[string]int{}
		for range 90 {
			var err error
			switch n := rng.Intn(10); {
			case n < 3 || len(orders) == 0:
				switch rng.Intn(3) {
				case 0:
					orders = append(orders, w.buyOne(c, sandbox.ServerPerpetual, "0001", 1+rng.Int63n(3), catalog.OneTime, when.Term{}))
				case 1:
					orders = append(orders, w.buyOne(c, sandbox.RemoteCAL, "0001", 1+rng.Int63n(5), catalog.Monthly, when.Year))
				default:
					orders = append(orders, w.buyOne(c, sandbox.MailSuite, "0001", 2+rng.Int63n(5), catalog.Monthly, when.Month))
				}
			case n < 5:
				var v app.RequestView
				if v, err = w.wish(w.who, c, orders[len(orders)-1-rng.Intn(min(3, len(orders)))]); err == nil {
					wishes = append(wishes, v.ID)
				}
			case n < 8 && len(wishes) > 0:
				terms := support.Terms{}
				if rng.Intn(2) == 0 {
					terms = support.Terms{Law: "FR", Reason: "x"}
					if rng.Intn(2) == 0 {
						terms.Lines = []order.Granted{{Line: 0, Amount: money.Of(1+rng.Int63n(60_000), "EUR")}}
					}
				}
				err = w.approve(wishes[len(wishes)-1-rng.Intn(min(3, len(wishes)))], terms)
				if err == nil {
					answered["approved"]++
				}
			case n < 9:
				o := orders[rng.Intn(len(orders))]
				_, err = w.change(c, o.Lines[0].Subscription, app.Changes{State: app.WantCancelled})
				if o.Lines[0].Subscription == "" {
					_, err = do[app.OrderView](w, func(req app.Request) (app.Reply, error) {
						return w.CancelOrder(context.Background(), w.who, req, c.ID, string(o.ID), nil, app.Asked{})
					})
				}
			default:
				w.run(w.clock.Now().Add(time.Duration(rng.Int63n(int64(20 * day)))))
			}
			if f := fault.Of(err); f != nil {
				answered[f.Code]++
			} else if err != nil {
				w.t.Fatal(err)
			}
			w.within(c)
		}
		if answered["approved"] < 5 || answered["refund.too_much"] == 0 {
			w.t.Errorf("E26 too little was played: %v", answered)
		}
	})
}

// TestF70OneOfMany: approved many times at once, and cancelled beside it, a line is credited once.
func TestF70OneOfMany(t *testing.T) {
	both(t, func(w *world) {
		c := w.seeded.Customers[0]
		o := w.buyOne(c, sandbox.ServerPerpetual, "0001", 1, catalog.OneTime, when.Term{})
		var wishes []id.Request
		for range 4 {
			v, err := w.wish(w.who, c, o)
			if err != nil {
				t.Fatal(err)
			}
			wishes = append(wishes, v.ID, v.ID)
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		var won []string
		for _, one := range wishes {
			wg.Go(func() {
				err := w.approve(one, support.Terms{})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won = append(won, string(one))
				} else if f := fault.Of(err); f == nil || !slices.Contains([]string{"cancel.line_already", "request.closed"}, f.Code) {
					w.t.Errorf("G32 %v", err)
				}
			})
		}
		wg.Go(func() {
			_, err := do[app.OrderView](w, func(req app.Request) (app.Reply, error) {
				return w.CancelOrder(context.Background(), w.who, req, c.ID, string(o.ID), nil, app.Asked{})
			})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won = append(won, "cancel")
			}
		})
		wg.Wait()
		credits := 0
		err := w.store.View(context.Background(), func(r app.Reader) error {
			all, err := r.Charges(w.who.Scope, app.ChargeQuery{Customer: c.ID, Order: o.ID})
			for _, ch := range all {
				if ch.Kind == billing.Cancel {
					credits++
				}
			}
			return err
		})
		if err != nil || len(won) != 1 || credits != 1 {
			w.t.Errorf("G32 won by %v, %d credits, %v", won, credits, err)
		}
	})
}

// TestR10Resellers: an indirect reseller follows what it asks and what is asked about its customers, its provider all of it.
func TestR10Resellers(t *testing.T) {
	both(t, func(w *world) {
		ctx := context.Background()
		provider := w.who
		provider.Scope, provider.Kind = party.NewScope(w.seeded.Provider.ID, ""), party.IndirectProvider
		reseller := w.who
		reseller.Scope, reseller.Kind = party.NewScope(w.seeded.Provider.ID, w.seeded.Reseller.ID), party.IndirectReseller
		plain := func(who party.Actor, about string) id.Request {
			v, err := do[app.RequestView](w, func(req app.Request) (app.Reply, error) {
				return w.RaiseRequest(ctx, who, req, app.NewRequest{Request: support.Request{
					Title: "x", Description: "y", Severity: support.Minimal, Topic: 32444676,
				}, Said: support.Said{Customer: about}})
			})
			if err != nil {
				t.Fatal(err)
			}
			return v.ID
		}
		theirs, own := plain(reseller, ""), plain(provider, "")
		about := plain(provider, "moulin.example")
		other := plain(provider, "halles.example")
		for name, c := range map[string]struct {
			who  party.Actor
			sees []id.Request
		}{
			"R10 the reseller": {reseller, []id.Request{about, theirs}}, "R10 its provider": {provider, []id.Request{other, about, own, theirs}}, "R10 another partner": {w.who, nil},
		} {
			found, err := w.Requests(ctx, c.who, app.RequestQuery{})
			var ids []id.Request
			for _, v := range found {
				ids = append(ids, v.ID)
			}
			if err != nil || !slices.Equal(ids, c.sees) {
				t.Errorf("%s: %v, want %v, %v", name, ids, c.sees, err)
			}
			for _, one := range []id.Request{theirs, own, about, other} {
				if _, err := w.Request(ctx, c.who, "", one); (err == nil) != slices.Contains(c.sees, one) {
					t.Errorf("%s, %s: %v", name, one, err)
				}
			}
		}
		if _, err := do[app.RequestView](w, func(req app.Request) (app.Reply, error) {
			return w.RaiseRequest(ctx, reseller, req, app.NewRequest{Request: support.Request{
				Title: "x", Description: "y", Severity: support.Minimal, Topic: 32444676,
			}, Said: support.Said{Customer: "halles.example"}})
		}); fault.Of(err) == nil {
			t.Errorf("R10 about a customer that is not its own: %v", err)
		}
	})
}
