package model

import (
	"math/big"
	"time"
)

// Due is the next instant at which something happens to s by itself; zero: never.
func (s *Sub) Due() time.Time {
	var due time.Time
	at := func(t time.Time) {
		if !t.IsZero() && (due.IsZero() || t.Before(due)) {
			due = t
		}
	}
	switch s.State {
	case "pending":
		at(s.Ordered.Add(pendingFor))
	case "cancelled":
		at(s.Next) // the whole term is owed (F41)
	case "active", "suspended":
		at(s.Next)
		if s.State == "suspended" {
			at(s.DataUntil)
		}
		if s.Start.IsZero() {
			at(s.FreeUntil)
		} else if !s.Lapsed {
			at(s.End)
		}
	}
	return due
}

// step does what is due for s, at its own instant (E13).
func (m *Model) step(s *Sub) {
	at := s.Due()
	m.touch(s)
	switch {
	case s.State == "pending": // F74
		m.end(s, "cancelled", at)
	case s.State == "suspended" && at.Equal(s.DataUntil): // F31; what is left of the term is still charged
		next := s.Next
		m.end(s, "cancelled", at)
		if s.Next = next; next.Equal(at) {
			m.cycle(s, "cycle", s.No, at)
		}
	case at.Equal(s.Next):
		m.cycle(s, "cycle", s.No, at)
	case s.Class == "trial": // F76
		m.end(s, "expired", at)
	case s.State == "suspended": // E22
		if s.Lapsed = true; s.Start.IsZero() {
			s.Start, s.End = at, at
		}
		s.Ended, s.Next = at, time.Time{}
	case !s.Auto, s.Parent >= 0 && !m.goesOn(m.Subs[s.Parent], at):
		m.end(s, "expired", at)
	case s.Start.IsZero(): // F23
		s.Anchor = at.Day()
		m.startTerm(s, "convert", at)
	case !m.renew(s, nil, at):
		m.end(s, "expired", at)
	}
}

// goesOn tells whether a base runs beyond an instant, renewed there already or not.
func (m *Model) goesOn(base *Sub, at time.Time) bool {
	if base.State != "active" {
		return false
	}
	if base.End.After(at) {
		return true
	}
	_, _, sold := m.following(base, at)
	return base.Auto && sold
}

// end is the end of a life by itself or by an act; a cancelled one takes its line along.
func (m *Model) end(s *Sub, state string, at time.Time) {
	s.State, s.Ended, s.Next, s.Then = state, at, time.Time{}, nil
	if state == "cancelled" {
		m.endLine(s.Order, s.Line, at)
	}
}

func (m *Model) endLine(order, line int, at time.Time) {
	o := m.Orders[order]
	m.touchOrder(o)
	if l := &o.Lines[line]; l.State == "active" {
		l.State, l.Ended = "cancelled", at
	}
}

// quote is the price of a new term at an instant; false when it is no longer sold (E16). Metered plans have none.
func (m *Model) quote(s *Sub, at time.Time) (*big.Int, bool) {
	if !s.Item.sold(at) {
		return nil, false
	}
	if s.Item.Metered {
		return nil, true
	}
	return s.Item.price(m.Customers[s.Customer].Market, s.Plan, s.Months, at)
}

// following is what a renewal at an instant makes of s: what was planned, while that is sold, else what it is (nil).
func (m *Model) following(s *Sub, at time.Time) (n *NextTerm, units *big.Int, ok bool) {
	if s.Then != nil {
		next := *s
		next.become(*s.Then)
		if units, ok = m.quote(&next, at); ok {
			return s.Then, units, true
		}
	}
	units, ok = m.quote(s, at)
	return nil, units, ok
}

// renew opens a new term on a new order line, with the rows in force then (§3), under a base for the rest of its term.
func (m *Model) renew(s, base *Sub, at time.Time) bool {
	n, units, ok := m.following(s, at)
	if !ok {
		return false
	}
	if s.Then = nil; n != nil {
		s.become(*n)
	}
	m.onLine(s, at).System = true
	m.rows(s, units, at)
	s.Policy, s.LineAt = ruleFor(s.Class, at).id, at
	s.Switch = renewsByDefault(s.Class, at, s.Item.Renewable)
	switch {
	case base != nil:
		m.join(s, base, "renew", at)
	case n != nil && n.End.After(at):
		m.join(s, s.until(end{n.End, n.Anchor}), "renew", at)
	default:
		m.startTerm(s, "renew", at)
	}
	return true
}

// rows are the price and tax of what s is at an instant.
func (m *Model) rows(s *Sub, units *big.Int, at time.Time) {
	market := m.Customers[s.Customer].Market
	s.Units, s.Tax = units, taxFor(market, s.Class, at)
	s.Tax.Inclusive = market == "AU" || market == "BR" // F04
}

// onLine puts s on an order of its own; the line before is superseded.
func (m *Model) onLine(s *Sub, at time.Time) *Order {
	old := m.Orders[s.Order]
	m.touchOrder(old)
	if l := &old.Lines[s.Line]; l.State == "active" && l.Sub == s.Handle {
		l.State = "superseded"
	}
	o := &Order{
		Handle: len(m.Orders), Customer: s.Customer, Plan: s.Plan, Currency: currencyOf(m.Customers[s.Customer].Market), At: at,
		Lines: []OrderLine{{Item: s.Item, Class: s.Class, Qty: s.Qty, Sub: s.Handle, State: "active"}},
	}
	m.Orders = append(m.Orders, o)
	s.Order, s.Line = o.Handle, 0
	return o
}

func (m *Model) startTerm(s *Sub, kind string, at time.Time) {
	s.Start, s.End = at, monthsAfter(at, s.Anchor, s.Months)
	s.Batches = []Batch{{s.Qty, s.LineAt, -1}}
	s.Next, s.No = time.Time{}, 0
	if !s.Item.Metered {
		m.cycle(s, kind, 0, at)
	}
}

// cycle is charge no of the term for all seats: what the rounded running total grows by.
func (m *Model) cycle(s *Sub, kind string, no int, at time.Time) {
	ps := spans(s.Start, s.End, s.Anchor, s.Months, s.Plan)
	n := int64(len(ps))
	currency := currencyOf(m.Customers[s.Customer].Market)
	whole := priceOf(s.Units, s.Qty, 1, 1, currency)
	n1, t1 := s.Tax.on(share(whole, int64(no)+1, n))
	n0, t0 := s.Tax.on(share(whole, int64(no), n))
	c := m.book(Charge{
		Customer: s.Customer, Order: s.Order, Line: s.Line, Sub: s.Handle, Kind: kind, At: at, Start: ps[no].start, End: ps[no].end,
		Qty: s.Qty, Days: daysOf(ps[no].start, ps[no].end), Net: n1 - n0, TaxMinor: t1 - t0, Tax: s.Tax, Currency: currency, Of: -1,
		Policy: s.Policy, Units: s.Units,
	})
	for i := range s.Batches {
		s.Batches[i].Charge = c.Handle
	}
	s.plan(ps, no+1)
}

func (s *Sub) plan(ps []span, next int) {
	s.No, s.Next = next, time.Time{}
	if next < len(ps) {
		s.Next = ps[next].start
	}
}

// join takes an add-on into its base's term and charges what remains of the charged period (F28).
func (m *Model) join(s, base *Sub, kind string, now time.Time) {
	s.Anchor, s.Start, s.End = base.Anchor, base.Start, base.End
	s.Batches = []Batch{{s.Qty, now, -1}}
	c, no := m.rest(s, kind, s.Qty, now, now)
	s.Batches[0].Charge = c.Handle
	s.plan(spans(s.Start, s.End, s.Anchor, s.Months, s.Plan), no+1)
}

// rest charges seats from an instant to the end of the charged period it lies in: round(price × remaining / days).
func (m *Model) rest(s *Sub, kind string, seats int64, from, now time.Time) (*Charge, int) {
	ps := spans(s.Start, s.End, s.Anchor, s.Months, s.Plan)
	no := 0
	for no < len(ps)-1 && !from.Before(ps[no].end) {
		no++
	}
	p, n := ps[no], int64(len(ps))
	days := daysOf(p.start, p.end)
	remaining := min(days, startedDays(p.end.Sub(from)))
	currency := currencyOf(m.Customers[s.Customer].Market)
	var net, tax int64
	if remaining == days { // the whole period: the part itself
		whole := priceOf(s.Units, seats, 1, 1, currency)
		n1, t1 := s.Tax.on(share(whole, int64(no)+1, n))
		n0, t0 := s.Tax.on(share(whole, int64(no), n))
		net, tax = n1-n0, t1-t0
	} else {
		net, tax = s.Tax.on(priceOf(s.Units, seats, remaining, n*days, currency))
	}
	start := p.start
	if from.After(start) {
		start = from
	}
	return m.book(Charge{
		Customer: s.Customer, Order: s.Order, Line: s.Line, Sub: s.Handle, Kind: kind, At: now, Start: start, End: p.end, Qty: seats,
		Days: remaining, Net: net, TaxMinor: tax, Tax: s.Tax, Currency: currency, Of: -1, Policy: s.Policy, Units: s.Units,
	}), no
}

// settle does everything due by now for a subscription, its base and its add-ons, in the order of the instants.
func (m *Model) settle(handle int, now time.Time) {
	for {
		s := m.Subs[handle]
		family := []*Sub{s}
		for _, o := range m.Subs {
			if o.Parent == handle || s.Parent == o.Handle {
				family = append(family, o)
			}
		}
		var first *Sub
		for _, o := range family {
			if d := o.Due(); !d.IsZero() && !d.After(now) && (first == nil || d.Before(first.Due())) {
				first = o
			}
		}
		if first == nil {
			return
		}
		m.step(first)
	}
}

// NextDue is the earliest instant at which anything is due; zero: nothing ever.
func (m *Model) NextDue() time.Time {
	var first time.Time
	for _, s := range m.Subs {
		if d := s.Due(); !d.IsZero() && (first.IsZero() || d.Before(first)) {
			first = d
		}
	}
	for _, end := range m.periods {
		if first.IsZero() || end.Before(first) {
			first = end
		}
	}
	return first
}

// DueAt lists the subscriptions due at an instant.
func (m *Model) DueAt(at time.Time) (subs []*Sub) {
	for _, s := range m.Subs {
		if s.Due().Equal(at) {
			subs = append(subs, s)
		}
	}
	return subs
}

// Sweep does everything due until an instant: at each instant subscriptions first, then billing periods.
func (m *Model) Sweep(until time.Time) {
	for {
		at := m.NextDue()
		if at.IsZero() || at.After(until) {
			m.undo = m.undo[:0]
			return
		}
		for _, s := range m.DueAt(at) {
			for s.Due().Equal(at) {
				m.step(s)
			}
		}
		for partner := range BillingDays {
			for _, currency := range []string{"AUD", "BRL", "EUR", "JPY", "KWD", "USD"} {
				if k := (account{partner, currency}); m.periods[k].Equal(at) {
					m.invoice(k, at)
				}
			}
		}
	}
}

// Next is what the invoice of a period would hold: its charges and what the invoice before left over.
func (m *Model) next(k account, start, end time.Time) Invoice {
	inv := Invoice{Partner: k.partner, Currency: k.currency, Start: start, End: end, Document: "invoice", Edition: 1, Issued: end, Due: end.Add(30 * day)}
	charged := false
	if t := m.sums[sumKey{k, start.Unix()}]; t != nil {
		inv.Net, inv.Tax, inv.Lines, charged = t.net, t.tax, t.lines, t.charges > 0
	}
	if last := m.latest(k); last != nil {
		inv.Carried = last.Carry
	}
	switch sum := inv.Net + inv.Tax + inv.Carried; {
	case sum >= 0:
	case charged: // E07
		inv.Carry = sum
	default: // E06
		inv.Document = "credit_note"
	}
	return inv
}

func (m *Model) invoice(k account, end time.Time) {
	start, _ := billingPeriod(BillingDays[k.partner], end.Add(-time.Microsecond))
	_, m.periods[k] = billingPeriod(BillingDays[k.partner], end)
	inv := m.next(k, start, end)
	if inv.Lines == 0 && inv.Carried == 0 {
		return
	}
	inv.Number = len(m.Invoices) + 1
	m.Invoices = append(m.Invoices, &inv)
}

// Estimates are what the next invoices of a partner would hold at an instant (F72).
func (m *Model) Estimates(partner int, now time.Time) []Invoice {
	var out []Invoice
	start, end := billingPeriod(BillingDays[partner], now)
	for _, currency := range []string{"AUD", "BRL", "EUR", "JPY", "KWD", "USD"} {
		k := account{partner, currency}
		if _, ok := m.periods[k]; !ok {
			continue
		}
		if inv := m.next(k, start, end); inv.Lines > 0 || inv.Carried != 0 {
			out = append(out, inv)
		}
	}
	return out
}
