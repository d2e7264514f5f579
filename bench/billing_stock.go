package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/ledger"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/vault"
)

const (
	perCustomer = 10 // subscriptions of one customer, of one order
	layTogether = 100
)

// The story of the measure: bought over ten days of November, charged over ten days of each month from December on.
var (
	stockFrom = time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	stockedAt = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	firstRun  = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	secondRun = time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)
)

const stockSpan = 10 * 24 * time.Hour

// openApp opens a store as a server does; lax for stocking.
func openApp(ctx context.Context, dir, url string, clock when.Clock, lax bool) (*app.App, *store.Store, error) {
	secrets, err := vault.Open(vault.Options{Dir: filepath.Join(dir, "secrets"), Create: lax})
	if err != nil {
		return nil, nil, err
	}
	st, err := store.Open(ctx, url, store.Options{Sealer: secrets.Vault, Lax: lax})
	if err != nil {
		return nil, nil, err
	}
	return &app.App{Store: st, Due: st, Clock: clock, Wall: when.Wall{}, IDs: id.Random{}, Vault: secrets.Vault}, st, nil
}

// stockBilling fills a new store: the demo, and customers who each bought what one customer really bought.
func stockBilling(ctx context.Context, dir, url string, n int) (err error) {
	clock := when.NewFixed(stockedAt)
	a, st, err := openApp(ctx, dir, url, clock, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	seeder := sandbox.Seeder{
		App: a, Clock: clock, Media: sandbox.File{Blob: "bench.zip", Size: 1, SHA256: "00"},
		Keys: func(pool, version string, n int) string { return pool + version + id.Random{}.Opaque(20) },
	}
	seeded, err := seeder.Seed(ctx, stockedAt)
	if err != nil {
		return err
	}
	who := everybody(seeded.Partner)
	clock.Set(stockFrom)
	like := seeded.Customers[0]
	lines := make([]order.CartLine, perCustomer)
	for i := range lines {
		lines[i] = order.CartLine{Item: sandbox.Item(sandbox.MailSuite, "0001", like.Country()), Quantity: int64(1 + i), Plan: catalog.Monthly, Term: when.Year}
	}
	t, err := learnTemplate(ctx, a, who, like.ID, lines)
	if err != nil {
		return err
	}
	customers := n / perCustomer
	for from := 0; from < customers; from += layTogether {
		act := app.Act{Actor: who, Lock: app.Lock{Partner: true}}
		if _, err := a.Store.Update(ctx, act, func(tx app.Tx) (any, error) {
			return nil, t.lay(tx, from, min(from+layTogether, customers), customers)
		}); err != nil {
			return err
		}
	}
	return nil
}

// learnTemplate lets a customer really buy, and keeps the rows.
func learnTemplate(ctx context.Context, a *app.App, who party.Actor, like id.Customer, lines []order.CartLine) (t template, err error) {
	var bought app.Purchase
	if _, err := a.PlaceOrder(ctx, who, app.Request{Answer: func(v any) (app.Reply, error) {
		bought = v.(app.Purchase)
		return app.Reply{}, nil
	}}, like, lines, app.Asked{}); err != nil {
		return t, err
	}
	t = template{scope: who.Scope, orders: 1}
	err = a.Store.View(ctx, func(r app.Reader) error {
		var errs [4]error
		t.customer, errs[0] = r.Customer(who.Scope, like)
		t.order, errs[1] = r.Order(who.Scope, like, string(bought.Orders[0].ID))
		t.subs, errs[2] = r.Subscriptions(who.Scope, like, app.SubscriptionQuery{Order: t.order.ID})
		t.charges, errs[3] = r.Charges(who.Scope, app.ChargeQuery{Customer: like, Order: t.order.ID})
		return errors.Join(errs[:]...)
	})
	return t, err
}

func everybody(p party.Partner) party.Actor {
	return party.Actor{
		Scope: party.NewScope(p.ID, ""), Kind: p.Kind, Client: "bench", Name: "bench@example.com",
		Roles: party.RolesOf(party.AdminAgent, party.GlobalAdmin, party.BillingAdmin, party.OperatorAdmin),
	}
}

// template is a customer with one order.
type template struct {
	scope    party.Scope
	customer party.Customer
	order    order.Order
	subs     []subscription.Subscription
	charges  []billing.Charge
	orders   int // that each customer laid in has
}

// lay lays in the customers from one number to another of all, with rows as an order makes them.
func (t template) lay(tx app.Tx, from, to, all int) error {
	ids := id.Random{}
	var subs []app.Scheduled
	var charges []billing.Charge
	var entries []ledger.Entry
	var records []activity.Record
	for i := from; i < to; i++ {
		shift := stockSpan / time.Duration(all) * time.Duration(i)
		later := func(at time.Time) time.Time {
			if at.IsZero() {
				return at
			}
			return when.Instant(at.Add(shift))
		}
		c := t.customer
		c.ID, c.Domain, c.CompanyName = id.Customer(ids.GUID()), fmt.Sprintf("billed-%d.example", i), fmt.Sprintf("Billed %d", i)
		if err := tx.AddCustomer(c); err != nil {
			return err
		}
		for range t.orders {
			o := t.order
			o.ID, o.Customer, o.At, o.Lines = id.Order(ids.Opaque(33)), c.ID, later(o.At), slices.Clone(o.Lines)
			for n, s := range t.subs {
				was := s.ID
				s.ID, s.Customer, s.Order = id.Subscription(ids.GUID()), c.ID, o.ID
				s.LineAt, s.OrderedAt, s.NextCharge, s.Current = later(s.LineAt), later(s.OrderedAt), later(s.NextCharge), when.Period{Start: later(s.Current.Start), End: later(s.Current.End)}
				s.AnchorDay = s.Current.Start.Day()
				s.Batches = slices.Clone(s.Batches)
				ch := t.charges[slices.IndexFunc(t.charges, func(c billing.Charge) bool { return c.Subscription == was })]
				ch.ID, ch.At, ch.Customer, ch.Order, ch.Subscription = id.Charge(ids.GUID()), later(ch.At), c.ID, o.ID, s.ID
				ch.Period = when.Period{Start: later(ch.Period.Start), End: later(ch.Period.End)}
				for b := range s.Batches {
					s.Batches[b].At, s.Batches[b].Charge = later(s.Batches[b].At), ch.ID
				}
				o.Lines[n].Subscription = s.ID
				subs = append(subs, app.Scheduled{Subscription: s, Due: s.Due(policy.PendingFor)})
				charges = append(charges, ch)
				if e, ok := ledger.Sale(ledger.EntryID(ch.At, ids.GUID()), ch.At, ch.ID, ch.Net, ch.Tax); ok {
					entries = append(entries, e)
				}
			}
			if err := tx.AddOrder(o, ""); err != nil {
				return err
			}
			records = append(records, activity.Record{
				ID: id.Record(ids.GUID()), At: o.At, Customer: c.ID, CustomerName: c.CompanyName, Actor: "bench",
				Operation: activity.CreateOrder, Resource: activity.Order, ResourceID: string(o.ID), Status: activity.Succeeded,
			})
		}
	}
	return errors.Join(tx.AddSubscriptions(subs...), tx.AddCharges(charges), tx.AddEntries(entries...), tx.AddRecord(records...))
}
