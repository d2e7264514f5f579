package app_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// audit looks at everything that must hold whatever happened.
func (g *game) audit() {
	g.books()
	cs := g.charges()
	g.auditCredits(cs)
	g.auditTerms(cs, g.addOns())
	g.auditInvoices(cs)
	for _, c := range g.seeded.Customers {
		places := map[string]int{}
		for _, s := range g.subs(c) {
			g.auditSubscription(s, cs)
			if s.Slot > 0 && s.State.Live() {
				key := fmt.Sprint(s.Item.Product, s.Item.Sku, s.Slot)
				if places[key]++; places[key] > 1 {
					g.fail("F13 place %s taken twice", key)
				}
			}
		}
	}
}

func (g *game) auditCredits(cs []billing.Charge) {
	type left struct{ net, tax int64 }
	open := map[id.Charge]*left{}
	for _, c := range cs {
		if c.Of == "" {
			if c.Net.Sign() < 0 || c.Tax.Sign() < 0 {
				g.fail("negative charge %+v", c)
			}
			open[c.ID] = &left{c.Net.Minor(), c.Tax.Minor()}
		}
	}
	for _, c := range cs {
		if c.Of == "" {
			continue
		}
		o := open[c.Of]
		if o == nil {
			g.fail("credit of nothing %+v", c)
			continue
		}
		if c.Net.Sign() > 0 || c.Tax.Sign() > 0 {
			g.fail("a credit that charges %+v", c)
		}
		if o.net, o.tax = o.net+c.Net.Minor(), o.tax+c.Tax.Minor(); o.net < 0 || o.tax < 0 {
			g.fail("E26 more credited than charged: %+v left %+v", c, *o)
		}
	}
}

// auditTerms adds up the parts of terms that were charged whole.
func (g *game) auditTerms(cs []billing.Charge, addOns map[id.Subscription]bool) {
	type term struct {
		order id.Order
		sub   id.Subscription
		line  int
	}
	parts := map[term]map[int]billing.Charge{}
	for _, c := range cs {
		if c.Of != "" || c.Kind == billing.AddQuantity || c.Parts == 0 {
			continue
		}
		k := term{order: c.Order, sub: c.Subscription, line: c.Line}
		if parts[k] == nil {
			parts[k] = map[int]billing.Charge{}
		}
		if had, twice := parts[k][c.Part]; twice {
			g.fail("part %d of one term charged twice: %+v and %+v", c.Part, had, c)
		}
		parts[k][c.Part] = c
	}
	for _, ps := range parts {
		one := billing.Charge{}
		for _, c := range ps {
			one = c
		}
		if len(ps) != one.Parts {
			continue
		}
		var sum int64
		whole := true
		for n := range one.Parts {
			c := ps[n]
			if whole = whole && c.Quantity == one.Quantity && (c.Period.End.IsZero() || c.Days == c.Period.Days()) && (c.Kind != billing.New || c.Period.Start.Equal(c.At)); n > 0 && !c.Period.Start.Equal(ps[n-1].Period.End) {
				g.fail("E12 a gap between parts: %+v", c)
			}
			sum += c.Priced().Minor()
		}
		total, _ := one.Unit.Times(one.Quantity)
		if whole && sum != total.Minor() && !addOns[one.Subscription] {
			g.fail("F05 parts sum to %d, the term costs %d: %+v", sum, total.Minor(), one)
		}
	}
}

// addOns are the subscriptions whose first charge is for what was left of their base's period (F28).
func (g *game) addOns() map[id.Subscription]bool {
	out := map[id.Subscription]bool{}
	for _, c := range g.seeded.Customers {
		for _, s := range g.subs(c) {
			out[s.ID] = s.Parent != ""
		}
	}
	return out
}

func (g *game) auditInvoices(cs []billing.Charge) {
	all, err := g.Invoices(context.Background(), g.who, app.InvoiceQuery{})
	if err != nil {
		g.fail("invoices: %v", err)
	}
	slices.Reverse(all)
	last := map[string]billing.Invoice{}
	held := map[id.Charge]int{}
	for _, i := range all {
		cur := string(i.Currency)
		before, had := last[cur]
		if had && before.Period.End.After(i.Period.Start) {
			g.fail("two invoices for one period: %+v %+v", before, i)
		}
		if had && before.CarryOut.Minor() != i.Carried.Minor() || !had && !i.Carried.IsZero() {
			g.fail("E07 carried %v after %v", i.Carried, before.CarryOut)
		}
		if (i.Total().Sign() < 0) != (i.Document == billing.CreditNote) || i.CarryOut.Sign() > 0 || i.CarryOut.Sign() < 0 && i.Total().Sign() != 0 {
			g.fail("E06 E07 %+v", i)
		}
		sum := billing.Totals{}
		for _, c := range cs {
			if c.Net.Currency() == i.Currency && i.Period.Contains(c.At) {
				sum = sum.Add(c)
				held[c.ID]++
			}
		}
		if sum.Net.Minor() != i.Totals.Net.Minor() || sum.Tax.Minor() != i.Totals.Tax.Minor() || sum.Lines != i.Totals.Lines {
			g.fail("invoice %s says %+v, its lines %+v", i.ID, i.Totals, sum)
		}
		last[cur] = i
	}
	open := map[string]time.Time{}
	dues, err := g.Due.NextDue(when.Never, 10_000)
	if err != nil {
		g.fail("due: %v", err)
	}
	for _, d := range dues {
		if d.Currency != "" && d.Scope == g.who.Scope {
			open[string(d.Currency)] = billing.PeriodAt(1, d.At.Add(-time.Microsecond)).Start
		}
	}
	for _, c := range cs {
		start, ok := open[string(c.Net.Currency())]
		if held[c.ID] > 1 || held[c.ID] == 0 && (!ok || c.At.Before(start)) {
			g.fail("on %d invoices, open period from %v: %+v", held[c.ID], start, c)
		}
	}
}

func (g *game) auditSubscription(s subscription.Subscription, cs []billing.Charge) {
	var seats int64
	for _, b := range s.Batches {
		seats += b.Quantity
		if b.Quantity < 0 {
			g.fail("batch below zero: %+v", s)
		}
	}
	charged := s.State == subscription.Active && !s.Current.Start.IsZero() && s.Class != catalog.Trial
	if charged && seats != s.Quantity {
		g.fail("%d seats in batches, quantity %d: %+v", seats, s.Quantity, s)
	}
	// What is still charged for the running period is for the seats there are.
	if charged && s.Class != catalog.Metered && !s.Behind(g.clock.Now()) {
		var paid int64
		now := g.clock.Now()
		for _, c := range cs {
			if c.Subscription != s.ID || c.Order != s.Order {
				continue
			}
			of := c
			if c.Of != "" {
				of = cs[slices.IndexFunc(cs, func(o billing.Charge) bool { return o.ID == c.Of })]
			}
			if of.Period.Contains(now) {
				if c.Of == "" {
					paid += c.Quantity
				} else {
					paid -= c.Quantity
				}
			}
		}
		if paid != s.Quantity {
			g.fail("%d seats are paid for now, quantity is %d: %+v", paid, s.Quantity, s)
		}
	}
	if (s.State == subscription.Cancelled || s.State == subscription.Expired) && s.EndedAt.IsZero() {
		g.fail("ended, but when: %+v", s)
	}
}
