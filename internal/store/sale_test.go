package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/ledger"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

const (
	other    = id.Partner("22222222-2222-4222-8222-222222222222")
	reseller = id.Partner("33333333-3333-4333-8333-333333333333")
	acme     = id.Customer("acme")
)

var noon = when.Date(2026, 3, 1).Add(12 * time.Hour)

// doAs runs fn as an act of another partner.
func doAs(s *store.Store, p id.Partner, fn func(t *store.Tx) error) error {
	who := party.Actor{Scope: party.NewScope(p, "")}
	_, err := s.UpdateTx(ctx, app.Act{Actor: who}, nil, func(t *store.Tx) (any, error) { return nil, fn(t) })
	return err
}

// code is a fault's code, empty without an error, the text of any other.
func code(err error) string {
	if f := fault.Of(err); f != nil {
		return f.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// oneSale fills a store: two partners, a reseller of the first, and one sale to acme with everything in it.
func oneSale(t *testing.T, s *store.Store) {
	t.Helper()
	err := errors.Join(
		do(s, func(t *store.Tx) error {
			sale, _ := ledger.Sale("entry", noon, "charge", money.Of(1000, "EUR"), money.Of(200, "EUR"))
			sub := subscription.Subscription{ID: "sub", Customer: acme, Order: "order", State: subscription.Active, OrderedAt: noon, Slot: 1}
			return errors.Join(
				t.AddPartner(party.Partner{ID: partner, Kind: party.IndirectProvider, BillingDay: 1}),
				t.AddPartner(party.Partner{ID: reseller, Kind: party.IndirectReseller, Provider: partner}),
				t.AddCustomer(party.Customer{ID: acme, Domain: "acme.example", CompanyName: "Buyer", Reseller: reseller}),
				t.AddCustomer(party.Customer{ID: "direct", Domain: "direct.example", CompanyName: "Direct"}),
				t.AddCart(order.Cart{ID: "cart", Customer: acme}),
				t.AddOrder(order.Order{
					ID: "order", Customer: acme, Plan: catalog.Monthly, Currency: "EUR", At: noon, Status: order.Completed,
					Lines: []order.Line{{Number: 0, State: order.LineActive, Subscription: "sub"}, {Number: 1, State: order.LineActive}},
				}, "cart"),
				t.AddSubscriptions(app.Scheduled{Subscription: sub, Due: noon.Add(time.Hour)}),
				t.TakeSlot(acme, order.Slot{Ref: catalog.Ref{Product: "P", Sku: "S"}, N: 1, Subscription: "sub"}),
				t.AddCharges([]billing.Charge{{
					ID: "charge", At: noon, Customer: acme, Order: "order", Subscription: "sub", Net: money.Of(1000, "EUR"), Tax: money.Of(200, "EUR"),
				}}),
				t.AddEntries(sale),
				t.OpenAccount("EUR", when.Date(2026, 4, 1)),
				t.AddInvoice(february(1, "EUR", -5)),
				t.AddRecord(activity.Record{ID: "record", At: noon, Customer: acme, CustomerName: "Buyer", Operation: activity.CreateOrder, Resource: activity.Order}),
			)
		}),
		doAs(s, other, func(t *store.Tx) error {
			return errors.Join(
				t.AddPartner(party.Partner{ID: other, Kind: party.DirectBill}),
				t.AddCustomer(party.Customer{ID: "theirs", Domain: "theirs.example"}))
		}),
	)
	if err != nil {
		t.Fatal(err)
	}
}

// february is an invoice of one charge and one credit, which together come to gross minor units.
func february(number int64, c money.Currency, gross int64) billing.Invoice {
	p := when.Period{Start: when.Date(2026, 2, 1), End: when.Date(2026, 3, 1)}
	return billing.Issue(number, c, p, billing.Totals{Net: money.Of(gross, c), Tax: money.Of(0, c), Lines: 2, Charges: 1}, money.Of(0, c))
}

func TestEveryWriteHasItsFault(t *testing.T) {
	ref := catalog.Ref{Product: "P", Sku: "S"}
	for _, c := range []struct {
		name, want string
		fn         func(t *store.Tx) error
	}{
		{"a partner twice", "partner.exists", func(t *store.Tx) error { return t.AddPartner(party.Partner{ID: partner, Kind: party.DirectBill}) }},
		{"a domain of the same partner's customer", "customer.domain_taken", func(t *store.Tx) error {
			return t.AddCustomer(party.Customer{ID: "new", Domain: "direct.example"})
		}},
		{"a domain of another partner's customer", "customer.domain_taken", func(t *store.Tx) error {
			return t.AddCustomer(party.Customer{ID: "new", Domain: "theirs.example"})
		}},
		{"a customer read before its last change", "customer.changed", func(t *store.Tx) error {
			return errors.Join(t.SaveCustomer(party.Customer{ID: acme, Version: 1}), t.SaveCustomer(party.Customer{ID: acme, Version: 1}))
		}},
		{"another partner's customer", "customer.changed", func(t *store.Tx) error { return t.SaveCustomer(party.Customer{ID: "theirs", Version: 1}) }},
		{"a cart read before its last change", "cart.changed", func(t *store.Tx) error { return t.SaveCart(order.Cart{ID: "cart", Customer: acme}) }},
		{"another customer's cart", "cart.changed", func(t *store.Tx) error { return t.SaveCart(order.Cart{ID: "cart", Customer: "direct", Version: 1}) }},
		{"an order read before its last change", "order.changed", func(t *store.Tx) error {
			return t.SaveOrder(order.Order{ID: "order", Customer: acme, Version: 2, Status: order.Cancelled})
		}},
		{"E03 of two changes of a subscription one wins", "subscription.changed", func(t *store.Tx) error {
			sub := subscription.Subscription{ID: "sub", Customer: acme, State: subscription.Cancelled, Version: 1}
			return errors.Join(t.SaveSubscription(sub, time.Time{}), t.SaveSubscription(sub, time.Time{}))
		}},
		{"F13 a place that is taken", "offer.limit", func(t *store.Tx) error { return t.TakeSlot(acme, order.Slot{Ref: ref, N: 1, Subscription: "x"}) }},
		{"F13 the next place", "", func(t *store.Tx) error { return t.TakeSlot(acme, order.Slot{Ref: ref, N: 2, Subscription: "x"}) }},
		{"F13 a place that was given back", "", func(t *store.Tx) error {
			return errors.Join(t.FreeSlot(acme, "sub"), t.TakeSlot(acme, order.Slot{Ref: ref, N: 1, Subscription: "x"}))
		}},
		{"F13 another customer's place", "", func(t *store.Tx) error { return t.TakeSlot("direct", order.Slot{Ref: ref, N: 1, Subscription: "x"}) }},
		{"giving back without having", "", func(t *store.Tx) error { return t.FreeSlot(acme, "x") }},
		{"F71 a period twice", "invoice.done", func(t *store.Tx) error {
			return t.AddInvoice(february(2, "EUR", 0))
		}},
		{"F71 the same period in another currency", "", func(t *store.Tx) error {
			return t.AddInvoice(february(2, "USD", 0))
		}},
		{"E10 a void note, and the invoice issued again", "", func(t *store.Tx) error {
			note, again, _ := billing.Void(february(1, "EUR", -5), 2, noon)
			return errors.Join(t.AddInvoice(note), t.AddInvoice(again))
		}},
		{"E10 voided twice", "invoice.done", func(t *store.Tx) error {
			note, _, _ := billing.Void(february(1, "EUR", -5), 2, noon)
			twice := note
			twice.ID, twice.Number = "G000000003", 3
			return errors.Join(t.AddInvoice(note), t.AddInvoice(twice))
		}},
		{"F71 an account closed already", "invoice.done", func(t *store.Tx) error {
			return errors.Join(t.CloseAccount("EUR", when.Date(2026, 4, 1), when.Date(2026, 5, 1)), t.CloseAccount("EUR", when.Date(2026, 4, 1), when.Date(2026, 5, 1)))
		}},
		{"F71 an account opened for a later period stays", "invoice.done", func(t *store.Tx) error {
			return errors.Join(t.OpenAccount("EUR", when.Date(2026, 5, 1)), t.CloseAccount("EUR", when.Date(2026, 5, 1), when.Date(2026, 6, 1)))
		}},
		{"F71 an account opened for an earlier one waits for it", "", func(t *store.Tx) error {
			return errors.Join(t.OpenAccount("EUR", noon), t.CloseAccount("EUR", noon, noon))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Both(t, func(t *testing.T, s *store.Store) {
				oneSale(t, s)
				err := do(s, c.fn)
				if joined, ok := err.(interface{ Unwrap() []error }); ok { // every later write repeats the first error
					err = joined.Unwrap()[0]
				}
				if code(err) != c.want {
					t.Errorf("%v, want %q", err, c.want)
				}
			})
		})
	}
}

// found counts what a scope reads of oneSale, by the name of the reading method; a fault's code where it got one.
func found(s *store.Store, scope party.Scope, c id.Customer) map[string]string {
	all := map[string]string{}
	note := func(name string, n int, err error) {
		all[name] = fmt.Sprint(n)
		if err != nil {
			all[name] = code(err)
		}
	}
	view := func(fn func(r *store.Reader)) {
		_ = s.ViewReader(ctx, func(r *store.Reader) error { fn(r); return nil })
	}
	view(func(r *store.Reader) { _, err := r.Customer(scope, c); note("Customer", 1, err) })
	view(func(r *store.Reader) {
		l, err := r.Customers(scope, app.CustomerQuery{})
		note("Customers", len(l), err)
	})
	view(func(r *store.Reader) { _, err := r.Cart(scope, c, "cart"); note("Cart", 1, err) })
	view(func(r *store.Reader) { l, err := r.CartOrders(scope, c, "cart"); note("CartOrders", len(l), err) })
	view(func(r *store.Reader) { _, err := r.Order(scope, c, "order"); note("Order", 1, err) })
	view(func(r *store.Reader) { l, err := r.Orders(scope, c, ""); note("Orders", len(l), err) })
	view(func(r *store.Reader) { _, err := r.Subscription(scope, c, "sub"); note("Subscription", 1, err) })
	view(func(r *store.Reader) {
		l, err := r.Subscriptions(scope, c, app.SubscriptionQuery{Order: "order"})
		note("Subscriptions", len(l), err)
	})
	view(func(r *store.Reader) {
		h, err := r.Holdings(scope, c, []catalog.Ref{{Product: "P", Sku: "S"}})
		note("Holdings", len(h), err)
	})
	view(func(r *store.Reader) { l, err := r.Charges(scope, app.ChargeQuery{}); note("Charges", len(l), err) })
	view(func(r *store.Reader) {
		l, err := r.Charges(scope, app.ChargeQuery{Order: "order"})
		note("Charges of order", len(l), err)
	})
	view(func(r *store.Reader) {
		l, err := r.Totals(scope, time.Time{}, time.Time{})
		note("Totals", len(l), err)
	})
	view(func(r *store.Reader) { _, err := r.Invoice(scope, "G000000001"); note("Invoice", 1, err) })
	view(func(r *store.Reader) { l, err := r.Invoices(scope, app.InvoiceQuery{}); note("Invoices", len(l), err) })
	view(func(r *store.Reader) { a, err := r.Carry(scope, "EUR"); note("Carry", int(a.Minor()), err) })
	view(func(r *store.Reader) { l, err := r.LedgerSums(scope); note("LedgerSums", len(l["EUR"]), err) })
	view(func(r *store.Reader) {
		l, err := r.Records(scope, app.RecordQuery{Business: true, Security: true})
		note("Records", len(l), err)
	})
	view(func(r *store.Reader) { _, err := r.Record(scope, "record"); note("Record", 1, err) })
	return all
}

func TestNobodyReadsAnotherTenant(t *testing.T) {
	everything := map[string]string{
		"Customer": "1", "Customers": "2", "Cart": "1", "CartOrders": "1", "Order": "1", "Orders": "1", "Subscription": "1",
		"Subscriptions": "1", "Holdings": "1", "Charges": "1", "Charges of order": "1", "Totals": "1", "Invoice": "1",
		"Invoices": "1", "Carry": "-5", "LedgerSums": "3", "Records": "1", "Record": "1",
	}
	nothing := map[string]string{
		"Customer": "tenant.foreign", "Customers": "1", "Cart": "cart.unknown", "CartOrders": "0", "Order": "order.unknown",
		"Orders": "0", "Subscription": "subscription.unknown", "Subscriptions": "0", "Holdings": "0", "Charges": "0",
		"Charges of order": "0", "Totals": "0", "Invoice": "invoice.unknown", "Invoices": "0", "Carry": "0", "LedgerSums": "0",
		"Records": "0", "Record": "record.unknown",
	}
	with := func(base map[string]string, more map[string]string) map[string]string {
		out := map[string]string{}
		for k, v := range base {
			out[k] = v
		}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	provider := map[string]string{ // what is the provider's own: a reseller is not billed
		"Customers": "1", "Invoice": "invoice.unknown", "Invoices": "0", "LedgerSums": "0",
	}
	for _, c := range []struct {
		name  string
		scope party.Scope
		acme  id.Customer
		want  map[string]string
	}{
		{"the partner", own, acme, everything},
		{"another partner", party.NewScope(other, ""), acme, nothing},
		{"the reseller of record", party.NewScope(partner, reseller), acme, with(everything, provider)},
		{"another reseller", party.NewScope(partner, "else"), acme, with(nothing, map[string]string{
			"Customers": "0", "Cart": "tenant.foreign", "CartOrders": "tenant.foreign", "Order": "tenant.foreign",
			"Orders": "tenant.foreign", "Subscription": "tenant.foreign", "Subscriptions": "tenant.foreign",
			"Holdings": "tenant.foreign", "Carry": "-5",
		})},
		{"a customer that is not", own, "nobody", with(everything, map[string]string{
			"Customer": "customer.unknown", "Cart": "cart.unknown", "CartOrders": "0", "Order": "order.unknown", "Orders": "0",
			"Subscription": "subscription.unknown", "Subscriptions": "0", "Holdings": "0",
		})},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Both(t, func(t *testing.T, s *store.Store) {
				oneSale(t, s)
				if diff := cmp.Diff(c.want, found(s, c.scope, c.acme)); diff != "" {
					t.Errorf("want -, got +\n%s", diff)
				}
			})
		})
	}
}

func TestCustomersByName(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		long := strings.Repeat("é", 3000)
		names := []string{"Zoé", "ÉCOLE 100%", "école_x", "Acme", "acme", `back\slash`, long}
		err := do(s, func(t *store.Tx) error {
			if err := t.AddPartner(party.Partner{ID: partner, Kind: party.IndirectProvider}); err != nil {
				return err
			}
			for i, n := range names {
				c := party.Customer{ID: id.Customer(fmt.Sprint("c", i)), Domain: fmt.Sprintf("d%d.example", i), CompanyName: n}
				if i == 3 {
					c.Reseller = reseller
				}
				if err := t.AddCustomer(c); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name string
			q    app.CustomerQuery
			want string
		}{
			{"all, without case", app.CustomerQuery{}, "c3 c4 c5 c0 c1 c2 c6"},
			{"page", app.CustomerQuery{Limit: 2}, "c3 c4"},
			{"page after", app.CustomerQuery{Limit: 2, After: [2]string{"acme", "c3"}}, "c4 c5"},
			{"page after a long name", app.CustomerQuery{After: [2]string{long, "c6"}}, ""},
			{"starts with, without case", app.CustomerQuery{Name: "École", NameOp: "starts_with"}, "c1 c2"},
			{"a percent sign is one", app.CustomerQuery{Name: "0%", NameOp: "substring"}, "c1"},
			{"an underscore is one", app.CustomerQuery{Name: "e_", NameOp: "substring"}, "c2"},
			{"a backslash is one", app.CustomerQuery{Name: `K\s`, NameOp: "substring"}, "c5"},
			{"equals", app.CustomerQuery{Name: "ACME", NameOp: "equals"}, "c3 c4"},
			{"domain", app.CustomerQuery{Domain: "D1.", DomainOp: "starts_with"}, "c1"},
			{"reseller", app.CustomerQuery{Reseller: reseller}, "c3"},
		} {
			got, err := view(s, func(r *store.Reader) ([]party.Customer, error) { return r.Customers(own, c.q) })
			var ids []string
			for _, one := range got {
				ids = append(ids, string(one.ID))
			}
			if err != nil || strings.Join(ids, " ") != c.want {
				t.Errorf("%s: %v %v, want %s", c.name, ids, err, c.want)
			}
		}
		for domain, want := range map[string]bool{"d1.example": true, "d9.example": false} {
			if got, err := view(s, func(r *store.Reader) (bool, error) { return r.DomainTaken(domain) }); got != want || err != nil {
				t.Errorf("%s: %v %v", domain, got, err)
			}
		}
	})
}

func TestOrdersKeepTheirOrder(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		oneSale(t, s)
		groups := []id.Order{"z-third", "a-fourth", "m-fifth"} // ids say nothing of the order
		err := do(s, func(t *store.Tx) error {
			for i, o := range groups {
				if err := t.AddOrder(order.Order{ID: o, Customer: acme, Plan: catalog.Annual, At: noon, Status: order.Completed,
					Lines: []order.Line{{State: order.LineActive, Subscription: id.Subscription("of " + o)}}}, "second"); err != nil {
					return err
				}
				sub := subscription.Subscription{ID: id.Subscription("of " + o), Customer: acme, Order: o, State: subscription.Active, OrderedAt: noon}
				if i > 0 {
					sub.Parent = "of z-third"
				}
				if err := t.AddSubscriptions(app.Scheduled{Subscription: sub, Due: time.Time{}}); err != nil {
					return err
				}
			}
			return t.AddOrder(order.Order{ID: "latest", Customer: acme, Plan: catalog.Annual, At: noon.Add(time.Microsecond), Status: order.Completed}, "")
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = s.ViewReader(ctx, func(r *store.Reader) error {
			ids := func(os []order.Order, err error) string {
				if err != nil {
					t.Error(err)
				}
				var all []string
				for _, o := range os {
					all = append(all, string(o.ID))
				}
				return strings.Join(all, " ")
			}
			if got := ids(r.CartOrders(own, acme, "second")); got != "z-third a-fourth m-fifth" {
				t.Errorf("in group order: %s", got)
			}
			if got := ids(r.Orders(own, acme, "")); got != "latest m-fifth a-fourth z-third order" {
				t.Errorf("newest first: %s", got)
			}
			if got := ids(r.Orders(own, acme, catalog.Monthly)); got != "order" {
				t.Errorf("of a plan: %s", got)
			}
			if o, err := r.Order(own, acme, id.AlternateID("a-fourth")); err != nil || o.ID != "a-fourth" {
				t.Errorf("by its short name: %v %v", o.ID, err)
			}
			for _, c := range []struct {
				name, want string
				q          app.SubscriptionQuery
			}{
				{"oldest first", "of z-third of a-fourth of m-fifth", app.SubscriptionQuery{IDs: []id.Subscription{"of m-fifth", "of a-fourth", "of z-third"}}},
				{"by base", "of a-fourth of m-fifth", app.SubscriptionQuery{Parent: "of z-third"}},
				{"by order", "sub", app.SubscriptionQuery{Order: "order"}},
				{"by order and id", "", app.SubscriptionQuery{Order: "order", IDs: []id.Subscription{"of z-third"}}},
			} {
				subs, err := r.Subscriptions(own, acme, c.q)
				var all []string
				for _, one := range subs {
					all = append(all, string(one.ID))
				}
				if got := strings.Join(all, " "); got != c.want || err != nil {
					t.Errorf("%s: %s %v, want %s", c.name, got, err, c.want)
				}
			}
			return nil
		})
	})
}

func TestASubscriptionMovesOnToItsRenewal(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		oneSale(t, s)
		if err := do(s, func(t *store.Tx) error {
			o, err := t.Order(own, acme, "order")
			if err != nil {
				return err
			}
			sub, err := t.Subscription(own, acme, "sub")
			if err != nil {
				return err
			}
			sub.Order = "renewal"
			return errors.Join(t.SaveOrder(o.Supersede(0)), t.AddOrder(order.Order{
				ID: "renewal", Customer: acme, At: noon.Add(time.Hour), Status: order.Completed, System: true,
				Lines: []order.Line{{State: order.LineActive, Subscription: "sub"}},
			}, ""), t.SaveSubscription(sub, time.Time{}))
		}); err != nil {
			t.Fatal(err)
		}
		for o, want := range map[id.Order]int{"order": 0, "renewal": 1} {
			got, err := view(s, func(r *store.Reader) ([]subscription.Subscription, error) {
				return r.Subscriptions(own, acme, app.SubscriptionQuery{Order: o})
			})
			if err != nil || len(got) != want {
				t.Errorf("%s: %d %v", o, len(got), err)
			}
		}
		// The line that was superseded stays so, whatever a later save believes.
		if err := do(s, func(t *store.Tx) error {
			o, err := t.Order(own, acme, "order")
			if err != nil {
				return err
			}
			o.Lines[0].State, o.Lines[1].State, o.Lines[1].EndedAt = order.LineCancelled, order.LineCancelled, noon
			return t.SaveOrder(o)
		}); err != nil {
			t.Fatal(err)
		}
		o, err := view(s, func(r *store.Reader) (order.Order, error) { return r.Order(own, acme, "order") })
		states := fmt.Sprint(o.Lines[0].State, " ", o.Lines[1].State, " ", o.Version)
		if err != nil || states != "superseded cancelled 3" || !o.Lines[1].EndedAt.Equal(noon) {
			t.Errorf("%s %v", states, err)
		}
	})
}

func TestF14HoldingsNameASuspendedOne(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		oneSale(t, s)
		ref, free := catalog.Ref{Product: "P", Sku: "S"}, catalog.Ref{Product: "P", Sku: "other"}
		if err := do(s, func(t *store.Tx) error {
			sub, err := t.Subscription(own, acme, "sub")
			if err != nil {
				return err
			}
			sub.State = subscription.Suspended
			return errors.Join(t.SaveSubscription(sub, time.Time{}),
				t.TakeSlot(acme, order.Slot{Ref: ref, N: 3, Subscription: "gone"}),
				t.TakeSlot(acme, order.Slot{Ref: catalog.Ref{Product: "Q"}, N: 1, Subscription: "unasked"}))
		}); err != nil {
			t.Fatal(err)
		}
		got, err := view(s, func(r *store.Reader) (map[catalog.Ref]order.Holding, error) {
			return r.Holdings(own, acme, []catalog.Ref{ref, free})
		})
		want := map[catalog.Ref]order.Holding{ref: {Slots: []int{1, 3}, Suspended: "sub"}}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}

func TestRecordsNewestFirst(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		if err := do(s, func(t *store.Tx) error {
			var errs []error
			for i, rec := range []activity.Record{
				{Operation: activity.CreateOrder, Resource: activity.Order, Customer: acme, CustomerName: "Büyer"},
				{Operation: activity.GetSoftwareKey, Resource: activity.SoftwareKey, Customer: acme, CustomerName: "Büyer"},
				{Operation: activity.ReadyInvoice, Resource: activity.Invoice},
				{Operation: activity.CreateOrder, Resource: activity.Order, Customer: "direct", CustomerName: "Direct"},
			} {
				rec.ID, rec.At = id.Record(fmt.Sprint("r", i)), noon.Add(time.Duration(i/2)*time.Hour)
				errs = append(errs, t.AddRecord(rec))
			}
			return errors.Join(errs...)
		}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name, want string
			q          app.RecordQuery
		}{
			{"R06 and R07", "r3 r2 r1 r0", app.RecordQuery{Security: true, Business: true}},
			{"R06 alone", "r1", app.RecordQuery{Security: true}},
			{"R07 alone", "r3 r2 r0", app.RecordQuery{Business: true}},
			{"neither", "", app.RecordQuery{}},
			{"one customer", "r1 r0", app.RecordQuery{Security: true, Business: true, Customer: acme}},
			{"a customer's name", "r0", app.RecordQuery{Business: true, CustomerName: "BÜY"}},
			{"a resource", "r3 r0", app.RecordQuery{Business: true, Resource: activity.Order}},
			{"from on the dot", "r3 r2", app.RecordQuery{Security: true, Business: true, From: noon.Add(time.Hour)}},
			{"until on the dot", "r1 r0", app.RecordQuery{Security: true, Business: true, Until: noon.Add(time.Hour)}},
			{"a page", "r3 r2", app.RecordQuery{Security: true, Business: true, Limit: 2}},
			{"the next page", "r2 r1", app.RecordQuery{Security: true, Business: true, Limit: 2, After: app.RecordCursor{At: noon.Add(time.Hour), ID: "r3"}}},
		} {
			got, err := view(s, func(r *store.Reader) ([]activity.Record, error) { return r.Records(own, c.q) })
			var ids []string
			for _, one := range got {
				ids = append(ids, string(one.ID))
			}
			if err != nil || strings.Join(ids, " ") != c.want {
				t.Errorf("%s: %v %v, want %s", c.name, ids, err, c.want)
			}
		}
	})
}

func TestClients(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		oneSale(t, s)
		c := party.Client{
			ID: "app", Name: "Shop", Partner: reseller, Roles: party.RolesOf(party.AdminAgent, party.SalesAgent), CreatedAt: noon, Version: 1,
			Secrets: []party.Secret{{Hash: "a", Fingerprint: "f", MadeAt: noon}, {Hash: "b", Until: noon}}, Redirects: []string{"https://a.example/"}, Public: true, RichStates: true,
		}
		same := func(want party.Client) {
			t.Helper()
			got, p, err := s.Client(ctx, "app")
			if diff := cmp.Diff(want, got); err != nil || diff != "" || p.ID != reseller || p.Kind != party.IndirectReseller || p.Provider != partner {
				t.Errorf("%v %+v\n%s", err, p, diff)
			}
		}
		if err := doAs(s, reseller, func(tx *store.Tx) error { return tx.AddClient(c) }); err != nil {
			t.Fatal(err)
		}
		same(c)
		c.Name, c.Disabled, c.Secrets, c.Redirects, c.Public = "Shop 2", true, nil, nil, false
		if err := doAs(s, reseller, func(tx *store.Tx) error { return tx.SaveClient(c) }); err != nil {
			t.Fatal(err)
		}
		stale := c
		c.Version = 2
		same(c)
		narrowed := party.NewScope(partner, reseller)
		if got, err := view(s, func(r *store.Reader) ([]party.Client, error) { return r.Clients(narrowed) }); err != nil || len(got) != 1 {
			t.Errorf("a reseller's clients: %v %v", got, err)
		}
		if got, err := view(s, func(r *store.Reader) ([]party.Client, error) { return r.Clients(own) }); err != nil || len(got) != 0 {
			t.Errorf("its provider's: %v %v", got, err)
		}
		_, _, unknown := s.Client(ctx, "none")
		_, foreign := view(s, func(r *store.Reader) (party.Client, error) { return r.ClientOf(own, "app") })
		_, noTenant := s.Tenant(ctx, "acme.example") // a customer's
		for _, one := range []struct {
			name string
			err  error
			want string
		}{
			{"the id is another partner's", doAs(s, other, func(tx *store.Tx) error { return tx.AddClient(c) }), "client.changed"},
			{"changed meanwhile", doAs(s, reseller, func(tx *store.Tx) error { return tx.SaveClient(stale) }), "client.changed"},
			{"changed by another partner", doAs(s, other, func(tx *store.Tx) error { return tx.SaveClient(c) }), "client.changed"},
			{"removed by another partner", doAs(s, other, func(tx *store.Tx) error { return tx.RemoveClient(c) }), "client.changed"},
			{"removed", doAs(s, reseller, func(tx *store.Tx) error { return tx.RemoveClient(c) }), ""},
			{"unknown", unknown, "client.unknown"},
			{"foreign", foreign, "client.unknown"},
			{"a customer's domain", s.SetDomain(ctx, other, "acme.example"), "customer.domain_taken"},
			{"a customer's domain is no tenant", noTenant, "partner.unknown"},
			{"no such partner", s.SetDomain(ctx, "nobody", "free.example"), "partner.unknown"},
		} {
			if code(one.err) != one.want {
				t.Errorf("%s: %v, want %q", one.name, one.err, one.want)
			}
		}
		if err := s.SetDomain(ctx, other, "other.example"); err != nil {
			t.Error(err)
		}
		if p, err := s.Tenant(ctx, "other.example"); p != other || err != nil {
			t.Errorf("%s %v", p, err)
		}
	})
}
