package app

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// The bounds of what is told of things to come: rows of a list, and how far is counted.
const (
	AheadRows = 6     // of a card
	AheadList = 200   // of a list that is not read in pages
	AheadMost = 2_000 // counted
)

// Counted is a number that is not counted beyond a bound.
type Counted struct {
	N    int
	More bool // there are more
}

// CountedUpTo is a number that was counted to one more than most.
func CountedUpTo(n, most int) Counted { return Counted{min(n, most), n > most} }

// Ahead is what comes next for a partner in one respect, with the names of the customers it is about.
type Ahead[T any] struct {
	Now   time.Time
	Rows  []T // the first few
	Count Counted
	Names map[id.Customer]string
}

// EndCursor is the end of a term that was seen last.
type EndCursor struct {
	At time.Time
	ID id.Subscription
}

// Renewals are the terms that end within a span, the next to end first (R20): they renew, or end where auto-renew is off. They
// are read on after the end seen last.
func (a *App) Renewals(ctx context.Context, who party.Actor, within time.Duration, after EndCursor, rows int) (out Ahead[subscription.Subscription], err error) {
	if err := who.May(party.ReadPartner); err != nil {
		return out, err
	}
	out.Now = a.Clock.Now()
	return read(ctx, a.Store, func(r Reader) (Ahead[subscription.Subscription], error) {
		until := out.Now.Add(within)
		counts, err := r.EndingCounts(who.Scope, []time.Time{out.Now, until}, AheadMost)
		if err != nil {
			return out, err
		}
		out.Count = counts[0]
		if out.Rows, err = r.Ending(who.Scope, out.Now, until, after, rows); err != nil {
			return out, err
		}
		out.Names, err = customerNames(r, who.Scope, out.Rows, func(s subscription.Subscription) id.Customer { return s.Customer })
		return out, err
	})
}

// RenewalWeek is how many terms end in a week from an instant on.
type RenewalWeek struct {
	From  time.Time // the first one's is now
	Until time.Time
	Count Counted
}

// RenewalWeeks counts the terms that end in each of so many weeks from now; weeks begin on Monday, UTC (R20).
func (a *App) RenewalWeeks(ctx context.Context, who party.Actor, weeks int) ([]RenewalWeek, error) {
	if err := who.May(party.ReadPartner); err != nil {
		return nil, err
	}
	from := a.Clock.Now()
	day := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, time.UTC)
	at := []time.Time{from}
	for next := day.AddDate(0, 0, 7-(int(day.Weekday())+6)%7); len(at) <= weeks; next = next.AddDate(0, 0, 7) {
		at = append(at, next)
	}
	return read(ctx, a.Store, func(r Reader) (out []RenewalWeek, err error) {
		counts, err := r.EndingCounts(who.Scope, at, AheadMost)
		for i, n := range counts {
			out = append(out, RenewalWeek{at[i], at[i+1], n})
		}
		return out, err
	})
}

// ClosingLine is an order line whose window closes.
type ClosingLine struct {
	Customer id.Customer
	Order    id.Order
	Line     order.Line
	From     time.Time // the order's instant
	Until    time.Time
}

// Closing are the order lines whose window closes within a span, the next to close first (R20): of each policy row those that
// were ordered first. Seats that were added, and seats that became another SKU, have windows of their own and are left out.
func (a *App) Closing(ctx context.Context, who party.Actor, within time.Duration, rows int) (out Ahead[ClosingLine], err error) {
	if err := who.May(party.ReadPartner); err != nil {
		return out, err
	}
	out.Now = a.Clock.Now()
	most := max(20, rows) // of each policy row
	return read(ctx, a.Store, func(r Reader) (Ahead[ClosingLine], error) {
		rules, err := r.Rules()
		if err != nil {
			return out, err
		}
		for _, rule := range rules {
			first, last, ok := rule.Closing(out.Now, out.Now.Add(within))
			if !ok {
				continue
			}
			found, err := r.PinnedOrders(who.Scope, rule.ID, first, last, most)
			if err != nil {
				return out, err
			}
			lines := closingLines(found, rule)
			out.Rows, out.Count.More = append(out.Rows, lines...), out.Count.More || len(found) == most
		}
		slices.SortFunc(out.Rows, func(x, y ClosingLine) int {
			return cmp.Or(x.Until.Compare(y.Until), cmp.Compare(x.Order, y.Order), cmp.Compare(x.Line.Number, y.Line.Number))
		})
		out.Count.N = len(out.Rows)
		out.Rows = out.Rows[:min(len(out.Rows), rows)]
		out.Names, err = customerNames(r, who.Scope, out.Rows, func(l ClosingLine) id.Customer { return l.Customer })
		return out, err
	})
}

// closingLines are the running lines of orders that a row decides.
func closingLines(orders []order.Order, rule policy.CancelRule) (lines []ClosingLine) {
	for _, o := range orders {
		for _, l := range o.Lines {
			until, _ := rule.End(o.At, o.At)
			if l.State == order.LineActive && l.Tariff.Policy == rule.ID && l.Type != order.TypeTransition && l.Type != order.TypeConvert {
				lines = append(lines, ClosingLine{o.Customer, o.ID, l, o.At, until})
			}
		}
	}
	return lines
}

// Stuck is something that was bought and is not there yet: a subscription its publisher has not activated (F74), or a line
// that waits for a product key.
type Stuck struct {
	Customer     id.Customer
	Subscription *subscription.Subscription
	Wait         *license.Wait
	Since        time.Time
	Until        time.Time // when an unactivated one ends, unbilled; zero for a key
}

// StuckOrders lists what was bought and is not there, the longest first (R20).
func (a *App) StuckOrders(ctx context.Context, who party.Actor, rows int) (out Ahead[Stuck], err error) {
	if err := who.May(party.ReadPartner); err != nil {
		return out, err
	}
	out.Now = a.Clock.Now()
	most := max(50, rows)
	return read(ctx, a.Store, func(r Reader) (Ahead[Stuck], error) {
		pending, err := r.Pending(who.Scope, most+1)
		if err != nil {
			return out, err
		}
		waits, err := r.Waiting(who.Scope, most+1)
		if err != nil {
			return out, err
		}
		for _, s := range pending {
			out.Rows = append(out.Rows, Stuck{s.Customer, &s, nil, s.OrderedAt, s.OrderedAt.Add(policy.PendingFor)})
		}
		for _, w := range waits {
			out.Rows = append(out.Rows, Stuck{w.Customer, nil, &w, w.OrderedAt, time.Time{}})
		}
		slices.SortStableFunc(out.Rows, func(x, y Stuck) int { return x.Since.Compare(y.Since) })
		out.Count = Counted{len(out.Rows), len(pending) > most || len(waits) > most}
		out.Rows = out.Rows[:min(len(out.Rows), rows)]
		out.Names, err = customerNames(r, who.Scope, out.Rows, func(s Stuck) id.Customer { return s.Customer })
		return out, err
	})
}

// Start tells how far a partner is that has sold nothing yet.
type Start struct{ Customers, Prices, Orders bool }

// Start looks for a customer, a price and an order; one of each is enough (R20).
func (a *App) Start(ctx context.Context, who party.Actor) (Start, error) {
	if err := who.May(party.ReadPartner); err != nil {
		return Start{}, err
	}
	return read(ctx, a.Store, func(r Reader) (s Start, err error) {
		customers, err := r.Customers(who.Scope, CustomerQuery{Limit: 1})
		if err != nil {
			return s, err
		}
		if s.Orders, err = r.Sold(who.Scope); err != nil {
			return s, err
		}
		s.Customers = len(customers) > 0
		if s.Prices = s.Orders; s.Prices {
			return s, nil
		}
		own, err := r.OwnPartner(who.Scope)
		if err != nil {
			return s, err
		}
		sold, err := r.OnSale(own.Country, market.Commercial, "", 1)
		s.Prices = len(sold) > 0
		return s, err
	})
}

// customerNames are the names of the customers that rows are about.
func customerNames[T any](r Reader, s party.Scope, rows []T, of func(T) id.Customer) (map[id.Customer]string, error) {
	var ids []id.Customer
	for _, row := range rows {
		if c := of(row); !slices.Contains(ids, c) {
			ids = append(ids, c)
		}
	}
	names := map[id.Customer]string{}
	if len(ids) == 0 {
		return names, nil
	}
	found, err := r.CustomersByID(s, ids)
	for _, c := range found {
		names[c.ID] = c.CompanyName
	}
	return names, err
}
