package model

import (
	"fmt"
	"math/big"
	"slices"
	"time"
)

// NextTerm is what a subscription is to become; nil in its place is nothing planned.
type NextTerm struct {
	Item   *Item
	Plan   string
	Months int
	Qty    int64
	End    time.Time // of a term that is to end with others
	Anchor int
}

func (n *NextTerm) String() string {
	if n == nil {
		return "-"
	}
	return NextText(n.Item.Product, n.Qty, n.Plan, n.Months, n.End)
}

// NextText is how both sides tell what is planned.
func NextText(product string, qty int64, plan string, months int, end time.Time) string {
	return fmt.Sprintf("%s x%d %s %dm until %s", product, qty, plan, months, at(end))
}

// wish completes w with what s is.
func (s *Sub) wish(w Wish) NextTerm {
	n := NextTerm{Item: s.Item, Plan: s.Plan, Months: s.Months, Qty: s.Qty, End: w.End}
	if w.Product != "" {
		n.Item = itemOf(w.Product)
	}
	if w.Plan != "" {
		n.Plan = w.Plan
	}
	if w.Months != 0 {
		n.Months = w.Months
	}
	if w.Qty != 0 {
		n.Qty = w.Qty
	}
	return n
}

// become makes s what n says.
func (s *Sub) become(n NextTerm) {
	s.Item, s.Class, s.Plan, s.Months, s.Qty = n.Item, n.Item.classOf(n.Plan, n.Months), n.Plan, n.Months, n.Qty
}

// planned tells whether a wish is the plan that stands already.
func (s *Sub) planned(w Wish) bool {
	if s.Then == nil || w == (Wish{}) {
		return false
	}
	n := s.wish(w)
	n.Anchor = s.Then.Anchor
	same := n.End.Equal(s.Then.End)
	n.End = s.Then.End
	return same && n == *s.Then
}

// end is where a term ends so that it ends with others.
type end struct {
	at     time.Time
	anchor int
}

// ends are those of a customer's subscriptions that run.
func (m *Model) ends(cust *Customer) (all []end) {
	for _, s := range m.Subs {
		if m.Customers[s.Customer] == cust && s.State == "active" && s.Class != "trial" && !s.End.IsZero() {
			all = append(all, end{s.End, s.Anchor})
		}
	}
	return all
}

// align finds the end that a date means for a term from start: the exact end of another or its last day, the first
// instant after a month or its last day.
func align(wish, start time.Time, anchor, months int, ends []end) (found end, code string) {
	next := midnight(wish).AddDate(0, 0, 1)
	exact := slices.IndexFunc(ends, func(e end) bool { return e.at.Equal(wish) })
	if exact < 0 { // as clients tell it that keep milliseconds
		exact = slices.IndexFunc(ends, func(e end) bool { return e.at.Truncate(time.Millisecond).Equal(wish) })
	}
	last := slices.IndexFunc(ends, func(e end) bool { return midnight(e.at).Equal(next) })
	switch {
	case exact >= 0:
		found = ends[exact]
	case wish.Day() == 1 && wish.Equal(midnight(wish)):
		found = end{wish, 1}
	case last >= 0:
		found = ends[last]
	case next.Day() == 1:
		found = end{next, 1}
	default:
		return found, "term_end.not_aligned"
	}
	if !found.at.After(start) || found.at.After(monthsAfter(start, anchor, months)) {
		return found, "term_end.out_of_range"
	}
	return found, ""
}

// until is a term of s that ends at e, as if it had run from its start: who joins it pays the rest (F28).
func (s *Sub) until(e end) *Sub {
	return &Sub{Anchor: e.anchor, Start: monthsAfter(e.at, e.anchor, -s.Months), End: e.at}
}

// sells refuses what the customer cannot be sold now.
func (d *decision) sells(s *Sub, to *Item) {
	switch {
	case !to.sold(d.now):
		refuse("offer.withdrawn")
	case to != s.Item:
		if code := d.m.barred(d.now, to, d.m.Customers[s.Customer], d.who); code != "" {
			refuse(code)
		}
	}
}

// akin tells whether two items are of one seller and kind, and to can be had without a limit or a base.
func akin(from, to *Item) bool {
	return to.Kind == from.Kind && to.Publisher == from.Publisher && to.Limit == 0 && !to.Trial && !to.Metered && to.Bases == nil
}

// mayBecome refuses a SKU that s does not lead to; a renewal may also go back.
func (d *decision) mayBecome(s *Sub, to *Item, atRenewal bool) {
	if to == s.Item {
		return
	}
	leads := slices.Contains(s.Item.LeadsTo, to.Product) || atRenewal && slices.Contains(to.LeadsTo, s.Item.Product)
	if !akin(s.Item, to) || !leads || s.Item.Linux || to.Linux || s.Item.Limit > 0 || s.Parent >= 0 {
		refuse("transition.not_eligible")
	}
}

// offered refuses seats, a term or a plan that nobody sells now, and gives the price (F05, F20).
func (d *decision) offered(s *Sub, n NextTerm) *big.Int {
	if n.Qty < max(1, n.Item.Min) || n.Qty > n.Item.Max {
		refuse("quantity.out_of_range")
	}
	units, ok := n.Item.price(d.m.Customers[s.Customer].Market, n.Plan, n.Months, d.now)
	if !ok || !planAllowed(n.Item, n.Plan, n.Months, d.now) {
		refuse("plan.not_offered")
	}
	return units
}

func planAllowed(i *Item, plan string, months int, now time.Time) bool {
	return !software(i.classOf(plan, months)) || !now.Before(plansFrom) || charges(plan, months) == 1
}

// orphans tells whether a live add-on of s could not hang on an item (F26).
func (d *decision) orphans(s *Sub, to *Item) bool {
	return slices.ContainsFunc(d.m.children(s), func(c *Sub) bool { return c.Live() && !slices.Contains(c.Item.Bases, to.Product) })
}

// schedule plans what the next renewal changes (R03).
func (d *decision) schedule(s *Sub, w Wish, ends []end) {
	if w == (Wish{}) {
		if s.Then != nil {
			d.touch(s)
			s.Then, d.endsAt = nil, time.Time{}
		}
		return
	}
	n := s.wish(w)
	d.sells(s, n.Item)
	switch {
	case s.State == "pending":
		refuse("subscription.pending")
	case s.State == "suspended":
		refuse("next_term.suspended")
	case s.Class == "metered" || s.Class == "reservation":
		refuse("next_term.fixed")
	case !s.Auto || s.Class == "trial" || s.Start.IsZero():
		refuse("next_term.not_renewing")
	}
	d.mayBecome(s, n.Item, true)
	d.offered(s, n)
	dates := n.Months != s.Months || !n.End.IsZero()
	hung := slices.ContainsFunc(d.m.children(s), (*Sub).Live)
	switch {
	case s.Parent >= 0 && dates: // its base's (F28)
		refuse("next_term.base")
	case hung && dates, d.orphans(s, n.Item):
		refuse("next_term.add_ons")
	}
	if !n.End.IsZero() {
		e, code := align(n.End, s.End, s.Anchor, n.Months, ends)
		if code != "" {
			refuse(code)
		}
		n.End, n.Anchor = e.at, e.anchor
	}
	d.touch(s)
	d.endsAt = time.Time{}
	if s.Then = &n; n.Item == s.Item && n.Plan == s.Plan && n.Months == s.Months && n.Qty == s.Qty && n.End.IsZero() {
		s.Then = nil // as it is
	}
}

// convert makes a trial the subscription it leads to (F76).
func (m *Model) convert(now time.Time, c Command) Answer {
	s, d := m.found(now, c)
	to := itemOf(c.Wish.Product)
	d.sells(s, to)
	leads := slices.Contains(s.Item.LeadsTo, to.Product) && akin(s.Item, to)
	w := c.Wish
	if s.Class == "trial" && leads {
		w.Plan, w.Months = d.choose(to, m.Customers[s.Customer].Market, w)
	}
	switch {
	case !s.Live():
		refuse("subscription.deleted")
	case s.Class != "trial":
		refuse("conversion.not_trial")
	case !leads:
		refuse("conversion.not_eligible")
	}
	n := s.wish(w)
	units := d.offered(s, n)
	before, window := *s, s.FreeUntil
	d.touch(s)
	s.become(n)
	m.onLine(s, now).Moved = true
	m.rows(s, units, now)
	s.Policy = ruleFor(s.Class, s.LineAt).id // the trial's order's: paying reopens nothing (P12)
	s.Auto = renewsByDefault(s.Class, now, s.Item.Renewable)
	s.Switch, s.Anchor, s.FreeUntil = s.Auto, now.Day(), now
	m.startTerm(s, "convert", now)
	a := Answer{Text: fmt.Sprintf("o%d s%d from %s to %s x%d %s\n%s", before.Order, s.Handle, before.Item.Product, s.Item.Product, s.Qty, s.Plan,
		m.moneyText(m.told(c, d)))}
	a.Print = fmt.Sprintf("convert s%d %s %s %s v%d %v %s", s.Handle, NextText(to.Product, n.Qty, n.Plan, n.Months, time.Time{}), s.Policy, at(window), before.Ver, d.vers,
		m.printText(m.Charges[d.first:]))
	d.moved(c.Match, a.Print)
	return a
}

// choose completes a plan and a term among those on sale: of several terms of a plan the shortest.
func (d *decision) choose(i *Item, market string, w Wish) (plan string, months int) {
	var fit [][2]any
	for _, o := range i.Offers {
		one := [2]any{o.Plan, o.Months}
		if (w.Plan == "" || w.Plan == o.Plan) && (w.Months == 0 || w.Months == o.Months) && i.Unpriced != market &&
			!d.now.Before(o.From) && planAllowed(i, o.Plan, o.Months, d.now) && !slices.Contains(fit, one) {
			if fit = append(fit, one); plan == "" || o.Months < months {
				plan, months = o.Plan, o.Months
			}
		}
	}
	switch {
	case len(fit) == 0:
		refuse("plan.not_offered")
	case len(fit) > 1 && w.Plan == "":
		refuse("plan.needed")
	}
	return plan, months
}

// transition makes seats another SKU for the rest of the term: each day is paid once, windows stay those of the seats.
func (m *Model) transition(now time.Time, c Command) Answer {
	s, d := m.found(now, c)
	if d.who.Sales && software(s.Class) {
		refuse("role.missing")
	}
	n := s.wish(c.Wish)
	d.sells(s, n.Item)
	switch {
	case !s.Live():
		refuse("subscription.deleted")
	case s.State == "pending":
		refuse("subscription.pending")
	case s.State == "suspended":
		refuse("transition.suspended")
	case s.Class == "trial" || s.Start.IsZero():
		refuse("transition.in_trial")
	}
	d.mayBecome(s, n.Item, false)
	switch some := n.Qty < s.Qty; {
	case n.Item == s.Item:
		refuse("transition.same")
	case some && software(s.Class): // E17
		refuse("quantity.fixed")
	case n.Qty > s.Qty, some && s.Qty-n.Qty < s.Item.Min:
		refuse("quantity.out_of_range")
	case n.Months != s.Months || n.Plan != s.Plan || !n.End.IsZero():
		refuse("transition.term")
	case !some && d.orphans(s, n.Item):
		refuse("transition.add_ons")
	}
	units := d.offered(s, n)
	before, window := *s, func() time.Time { u, _ := s.window(now); return u }()
	batches := slices.Clone(s.Batches)
	next := s
	var a Answer
	d.touch(s)
	if n.Qty < s.Qty {
		other := *s
		next = &other
		next.Handle, next.Ordered, next.Ver = len(m.Subs), now, 0
		m.Subs = append(m.Subs, next)
		a.Subs = []int{next.Handle}
	}
	next.become(n)
	next.Then = nil
	o := m.onLine(next, now)
	o.Moved = true
	a.Orders = []int{o.Handle}
	m.rows(next, units, now)
	var kept, moved []Batch
	left := n.Qty
	for _, b := range batches {
		take := min(left, b.Qty)
		left -= take
		if b.Qty > take {
			kept = append(kept, Batch{b.Qty - take, b.At, b.Charge})
		}
		if take > 0 {
			moved = append(moved, Batch{take, b.At, d.exchange(next, b, take)})
		}
	}
	if next.Batches = moved; next != s {
		next.Bought = next.Item
		s.Batches, s.Qty = kept, s.Qty-n.Qty
	}
	order, to, told := o.Handle, next.Handle, m.told(c, d)
	if c.Preview { // nothing is made, nothing has a name
		order = -1
		if next != s {
			to, told = -1, slices.Clone(told)
			for i, ch := range told {
				if ch.Sub == next.Handle {
					anon := *ch
					anon.Sub, told[i] = -1, &anon
				}
			}
		}
	}
	a.Text = fmt.Sprintf("o%d s%d %s to s%d %s x%d %s %dm\n%s", order, s.Handle, before.Item.Product, to, next.Item.Product, next.Qty, next.Plan,
		next.Months, m.moneyText(told))
	a.Print = fmt.Sprintf("transition s%d %s x%d %s v%d %v %s", s.Handle, next.Item.Product, next.Qty, at(window), before.Ver, d.vers,
		m.printText(m.Charges[d.first:]))
	d.moved(c.Match, a.Print)
	return a
}

// exchange gives back the rest of what seats of a batch cost, and charges the same days for what they are now. A day that
// has begun stays the old SKU's; within the first 24 h, where all of it comes back, all of it changes. -1: nothing is left.
func (d *decision) exchange(next *Sub, b Batch, seats int64) int {
	if b.Charge < 0 {
		return -1
	}
	paid, how := d.m.Charges[b.Charge], "prorated"
	if r := ruleByID(next.Policy); r.credit == "first day" {
		how = mode(r.credit, b.At, d.now)
	}
	used := paid.used(how, d.now)
	if used == paid.Days {
		return -1
	}
	d.m.credit(paid, seats, how, "remove_quantity", d.now)
	c, _ := d.m.rest(next, "convert", seats, paid.Start.Add(time.Duration(used)*day), d.now)
	return c.Handle
}
