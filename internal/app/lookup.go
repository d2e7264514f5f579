package app

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// MaxLooked bounds the partners that a look-up asks among: each costs a few reads by key.
const MaxLooked = 200

// Held is a thing with the partner whose it is.
type Held[T any] struct {
	Partner party.Partner
	One     T
}

// Whereabouts tells whose something is: what the operator needs to know before it enters a tenant.
type Whereabouts struct {
	Partners      []party.Partner
	Customers     []Held[party.Customer]
	Subscriptions []Held[subscription.Subscription]
	Orders        []Held[order.Order]
	Documents     []Held[billing.Invoice]
	Cut           bool // there are more partners than MaxLooked: the others were not asked among
}

// Empty tells that nothing was found.
func (w Whereabouts) Empty() bool {
	return len(w.Partners)+len(w.Customers)+len(w.Subscriptions)+len(w.Orders)+len(w.Documents) == 0
}

// Whose finds what the operator names (R15): partners by a part of their name or the beginning of their id; customers by the
// beginning of the company name, the whole domain or the whole id; subscriptions and orders by id or by its beginning, from
// four characters on; invoices by number. At most limit of each kind. Each partner with books of its own costs at most five
// reads by key, whatever it has. More than 200 characters find nothing.
func (a *App) Whose(ctx context.Context, who party.Actor, text string, limit int) (Whereabouts, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Whereabouts{}, err
	}
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > longestAsked || strings.ContainsRune(text, 0) {
		return Whereabouts{}, nil
	}
	return read(ctx, a.Store, func(r Reader) (w Whereabouts, err error) {
		all, err := r.Partners()
		if err != nil {
			return w, err
		}
		l := looking{r: r, text: text, limit: limit, out: &w, known: []id.Customer{id.Customer(strings.ToLower(text))}}
		if strings.ContainsRune(text, '.') {
			at, err := r.CustomerAt(strings.ToLower(text))
			if err != nil {
				return w, err
			}
			l.known = append(l.known, at)
		}
		asked := 0
		for _, p := range all {
			l.partner(p)
			if p.Kind == party.IndirectReseller { // what it has stands with its provider
				continue
			}
			if asked++; asked > MaxLooked {
				w.Cut = true
				continue
			}
			if err := l.within(p); err != nil {
				return w, err
			}
		}
		return w, nil
	})
}

// looking is one look-up at work.
type looking struct {
	r     Reader
	text  string
	limit int
	known []id.Customer // what the text may name as a whole
	out   *Whereabouts
}

func (l looking) partner(p party.Partner) {
	name, id := strings.Contains(strings.ToLower(p.Name), strings.ToLower(l.text)), len(l.text) >= shortestID && strings.HasPrefix(string(p.ID), strings.ToLower(l.text))
	if (name || id) && len(l.out.Partners) < l.limit {
		l.out.Partners = append(l.out.Partners, p)
	}
}

func (l looking) within(p party.Partner) error {
	scope := party.NewScope(p.ID, "")
	s := searching{find: FindQuery{Text: l.text, Limit: l.limit}}
	if err := keep(&l.out.Customers, p, l.limit, func() ([]party.Customer, error) {
		at, err := l.r.CustomersByID(scope, l.known)
		at = slices.DeleteFunc(at, func(c party.Customer) bool { return !c.Deleted.IsZero() })
		if err != nil || len(at) > 0 {
			return at, err
		}
		return l.r.Customers(scope, CustomerQuery{Name: l.text, NameOp: "starts_with", Limit: l.limit})
	}); err != nil {
		return err
	}
	if s.id() {
		if err := keep(&l.out.Subscriptions, p, l.limit, func() ([]subscription.Subscription, error) { return l.r.SubscriptionsAt(scope, s.find) }); err != nil {
			return err
		}
	}
	if s.id() || s.orderID() {
		if err := keep(&l.out.Orders, p, l.limit, func() ([]order.Order, error) { return l.r.OrdersAt(scope, s.find) }); err != nil {
			return err
		}
	}
	number, ok := documentNumber(l.text)
	if !ok {
		return nil
	}
	return keep(&l.out.Documents, p, l.limit, func() ([]billing.Invoice, error) {
		one, err := l.r.Invoice(scope, number)
		if err != nil {
			return nil, butMissing(err)
		}
		return []billing.Invoice{one}, nil
	})
}

// keep adds what is found in a partner, while there is room.
func keep[T any](to *[]Held[T], p party.Partner, limit int, find func() ([]T, error)) error {
	if len(*to) >= limit {
		return nil
	}
	found, err := find()
	if f := fault.Of(err); f != nil && f.Kind == fault.KindNotFound {
		return nil
	}
	for _, one := range found {
		if len(*to) < limit {
			*to = append(*to, Held[T]{p, one})
		}
	}
	return err
}

// documentNumber is the number of an invoice as it stands on it; its digits are enough.
func documentNumber(text string) (id.Invoice, bool) {
	number := strings.ToUpper(text)
	digits := strings.TrimPrefix(number, "G")
	n, err := strconv.ParseUint(digits, 10, 31)
	if err != nil {
		return "", false
	}
	return id.Invoice(fmt.Sprintf("G%09d", n)), true
}
