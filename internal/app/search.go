package app

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
)

// SearchQuery is what somebody looks for.
type SearchQuery struct {
	Text string
	// Kind narrows to one: "customers", "subscriptions", "orders", "invoices", "requests"; empty: all of them.
	Kind string
	// After continues a list of subscriptions: FoundSubscription.Place of the last one seen.
	After [2]string
	Limit int // of each kind, at least 1
}

// Found is what there is of each kind, at most as many as were asked for.
type Found struct {
	Customers     []party.Customer
	Subscriptions []FoundSubscription
	Orders        []FoundOrder
	Invoices      []billing.Invoice
	Requests      []support.Request
}

// Empty tells that nothing was found.
func (f Found) Empty() bool {
	return len(f.Customers)+len(f.Subscriptions)+len(f.Orders)+len(f.Invoices)+len(f.Requests) == 0
}

// FoundSubscription is a subscription with its customer.
type FoundSubscription struct {
	subscription.Subscription
	Customer party.Customer
	Hidden   bool // it is shown on the Software page alone (F40)
}

// Place is where the subscription stands in the list of those found.
func (f FoundSubscription) Place() [2]string {
	return [2]string{FoundName(f.Subscription), string(f.ID)}
}

// FoundName is what a subscription is found by: what it is called, and below that what was bought where that differs.
func FoundName(s subscription.Subscription) string {
	if s.FriendlyName == s.Title || s.FriendlyName == "" {
		return s.Title
	}
	return s.FriendlyName + "\n" + s.Title
}

// FoundOrder is an order with its customer.
type FoundOrder struct {
	order.Order
	Customer party.Customer
}

const (
	shortestID   = 4   // characters of an id, to look for it by its beginning
	longestAsked = 200 // characters of a search; nothing is called more than that
)

// Search finds customers, orders, subscriptions, invoices and support requests by name or any id (F02): a part of a company
// name, of a domain, of a friendly or product name; the beginning of a tenant or subscription id or of an order's alternate
// id; a whole order id; an invoice's or request's number. The reader's roles decide what is looked for (R08, R10, R20), the
// scope where; customer staff look among their own tenant's things. What it reads is bounded, however much there is; a
// part of a company name or domain is looked for among all customers. More than 200 characters find nothing. Denied without
// any of the roles.
func (a *App) Search(ctx context.Context, who party.Actor, q SearchQuery) (Found, error) {
	text := strings.TrimSpace(q.Text)
	commerce, invoices, requests := who.May(party.ReadCommerce), who.May(party.ReadInvoices), who.May(party.RaiseSupport)
	switch {
	case commerce != nil && invoices != nil && requests != nil:
		return Found{}, commerce
	case text == "" || utf8.RuneCountInString(text) > longestAsked || strings.ContainsRune(text, 0):
		return Found{}, nil
	}
	return read(ctx, a.Store, func(r Reader) (f Found, err error) {
		s := searching{r, who, q, FindQuery{Text: text, Customer: who.Customer, After: q.After, Limit: q.Limit}, &f}
		if commerce == nil {
			err = cmp.Or(s.customers(), s.subscriptions(), s.orders())
		}
		if err == nil && invoices == nil && who.Customer == "" {
			err = s.invoices()
		}
		if err == nil && requests == nil {
			err = s.requests()
		}
		return f, err
	})
}

// searching is one search at work.
type searching struct {
	r    Reader
	who  party.Actor
	q    SearchQuery
	find FindQuery
	out  *Found
}

func (s searching) wants(kind string) bool { return s.q.Kind == "" || s.q.Kind == kind }

// id tells whether the text can be the beginning of an id: digits of a GUID.
func (s searching) id() bool {
	return len(s.find.Text) >= shortestID && strings.Trim(strings.ToLower(s.find.Text), "0123456789abcdef-") == ""
}

// orderID tells whether the text can be a whole id of an order.
func (s searching) orderID() bool {
	return len(s.find.Text) >= 16 && strings.Trim(s.find.Text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

func (s searching) customers() (err error) {
	if !s.wants("customers") || s.who.Customer != "" {
		return nil
	}
	if s.id() {
		if s.out.Customers, err = s.r.Customers(s.who.Scope, CustomerQuery{ID: s.find.Text, Limit: s.q.Limit}); err != nil {
			return err
		}
	}
	byName, err := s.r.Customers(s.who.Scope, CustomerQuery{Text: s.find.Text, Limit: s.q.Limit})
	s.out.Customers = upTo(s.q.Limit, append(s.out.Customers, byName...), func(c party.Customer) id.Customer { return c.ID })
	return err
}

func (s searching) subscriptions() error {
	if !s.wants("subscriptions") {
		return nil
	}
	var all []subscription.Subscription
	if s.id() && s.q.After == [2]string{} {
		at, err := s.r.SubscriptionsAt(s.who.Scope, s.find)
		if err != nil {
			return err
		}
		all = at
	}
	named, err := s.r.FindSubscriptions(s.who.Scope, s.find)
	if err != nil {
		return err
	}
	all = upTo(s.q.Limit, append(all, named...), func(one subscription.Subscription) id.Subscription { return one.ID })
	owners, err := s.owners(len(all), func(i int) id.Customer { return all[i].Customer })
	for _, one := range all {
		if c, ok := owners[one.Customer]; ok {
			s.out.Subscriptions = append(s.out.Subscriptions, FoundSubscription{one, c, !policy.Visible(one.Class, one.OrderedAt)})
		}
	}
	return err
}

func (s searching) orders() error {
	if !s.wants("orders") || !s.id() && !s.orderID() {
		return nil
	}
	all, err := s.r.OrdersAt(s.who.Scope, s.find)
	if err != nil {
		return err
	}
	owners, err := s.owners(len(all), func(i int) id.Customer { return all[i].Customer })
	for _, one := range all {
		if c, ok := owners[one.Customer]; ok {
			s.out.Orders = append(s.out.Orders, FoundOrder{one, c})
		}
	}
	return err
}

// owners are the customers of what was found. Those that were deleted have no pages.
func (s searching) owners(n int, of func(int) id.Customer) (map[id.Customer]party.Customer, error) {
	ids := make([]id.Customer, n)
	for i := range n {
		ids[i] = of(i)
	}
	found, err := s.r.CustomersByID(s.who.Scope, upTo(n, ids, func(c id.Customer) id.Customer { return c }))
	owners := map[id.Customer]party.Customer{}
	for _, c := range found {
		if c.Deleted.IsZero() {
			owners[c.ID] = c
		}
	}
	return owners, err
}

func (s searching) invoices() error {
	if !s.wants("invoices") {
		return nil
	}
	number := strings.ToUpper(s.find.Text)
	if n, err := strconv.ParseUint(number, 10, 31); err == nil {
		number = fmt.Sprintf("G%09d", n)
	}
	one, err := s.r.Invoice(s.who.Scope, id.Invoice(number))
	if err == nil {
		s.out.Invoices = []billing.Invoice{one}
	}
	return butMissing(err)
}

func (s searching) requests() error {
	if !s.wants("requests") || strings.Trim(s.find.Text, "0123456789") != "" {
		return nil
	}
	one, err := followed(s.r, s.who, "", id.Request(s.find.Text))
	if err == nil {
		s.out.Requests = []support.Request{one}
	}
	return butMissing(err)
}

// butMissing is an error, but for one that says that there is no such thing here.
func butMissing(err error) error {
	if f := fault.Of(err); f != nil && (f.Kind == fault.KindNotFound || f.Kind == fault.KindDenied) {
		return nil
	}
	return err
}

// upTo keeps the first of each key, at most n.
func upTo[T any, K comparable](n int, all []T, key func(T) K) (out []T) {
	seen := map[K]bool{}
	for _, one := range all {
		if k := key(one); !seen[k] && len(out) < n {
			seen[k] = true
			out = append(out, one)
		}
	}
	return out
}
