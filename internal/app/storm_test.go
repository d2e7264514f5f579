package app_test

import (
	"context"
	"math/rand"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// storm is many at once on one clock, which only goes forward.
type storm struct {
	*world
	wg sync.WaitGroup
	mu sync.Mutex
}

func (s *storm) forward(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.After(s.clock.Now()) {
		s.clock.Set(at)
	}
}

// answered fails the test for what is no answer: a fault is one.
func (s *storm) answered(err error) {
	if err != nil && fault.Of(err) == nil {
		s.t.Errorf("internal error: %v", err)
	}
}

// TestStorm lets clients buy, change and cancel while two workers sweep ninety days and prices move: afterwards every
// charge is on one invoice or in the open period, nothing is charged or credited twice, and an estimate holds.
func TestStorm(t *testing.T) {
	both(t, func(w *world) {
		s := &storm{world: w}
		for n := range 6 {
			s.wg.Go(func() { s.client(rand.New(rand.NewSource(int64(n))), 8) })
		}
		for range 2 {
			s.wg.Go(func() {
				for i := range 30 {
					to := now.Add(time.Duration(i) * 3 * day)
					s.answered(w.RunDue(context.Background(), to, s.forward, nil))
					s.forward(to)
				}
			})
		}
		s.wg.Go(func() {
			for i := range 15 {
				s.reprice(int64(6 + i))
			}
		})
		s.wg.Wait()
		g := &game{world: w, trail: []string{""}, rng: rand.New(rand.NewSource(1))}
		g.run(now.Add(100 * day))
		g.closing()
		g.audit()
	})
}

// client buys a subscription and does a few things with it, again and again.
func (s *storm) client(rng *rand.Rand, times int) {
	for range times {
		c := s.seeded.Customers[rng.Intn(2)]
		bought, err := do[app.Purchase](s.world, func(req app.Request) (app.Reply, error) {
			line := order.CartLine{Item: sandbox.Item(sandbox.MailSuite, "0001", c.Country()), Quantity: 5, Plan: catalog.Monthly, Term: when.Month}
			return s.PlaceOrder(context.Background(), s.who, req, c.ID, []order.CartLine{line}, app.Asked{})
		})
		if s.answered(err); err != nil {
			continue
		}
		for range rng.Intn(4) {
			seats := int64(3 + rng.Intn(5))
			wishes := []app.Changes{
				{Quantity: &seats}, {State: app.WantSuspended}, {State: app.WantActive}, {State: app.WantCancelled},
				{Quantity: &seats, State: app.WantCancelled},
			}
			_, err := s.change(c, bought.Orders[0].Lines[0].Subscription, wishes[rng.Intn(len(wishes))])
			s.answered(err)
		}
	}
}

// reprice gives what the clients buy another price, whole units of each currency.
func (s *storm) reprice(units int64) {
	_, err := s.Store.Update(context.Background(), app.Act{Actor: s.who, Lock: app.Lock{Partner: true}}, func(tx app.Tx) (any, error) {
		all, err := tx.Entries([]id.Product{sandbox.MailSuite})
		if err != nil {
			return nil, err
		}
		e := *all[sandbox.MailSuite]
		e.Prices = slices.Clone(e.Prices)
		for i := range e.Prices {
			e.Prices[i].Unit = money.PriceOf(units*1_0000_0000, e.Prices[i].Currency)
		}
		return nil, tx.PutEntry(e)
	})
	s.answered(err)
}
