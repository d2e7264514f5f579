package sim

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/sim/model"
)

// generator picks what happens next from one seed; it looks at the model alone.
type generator struct {
	*rand.Rand
	m       *model.Model
	now     time.Time
	started time.Time
	n       int // request ids given
	recent  []model.Command
	carts   int
	crowd   int // of subscriptions, from which on less is bought
}

func newGenerator(seed uint64, m *model.Model) *generator {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 0x5eed)), m: m, crowd: 6}
	g.started = g.beginning()
	g.now = g.started
	return g
}

// one in n.
func (g *generator) one(n int) bool { return g.IntN(n) == 0 }

func pick[T any](g *generator, from []T) T { return from[g.IntN(len(from))] }

// turns are the dates at which rows of rules.md, prices or taxes change.
var turns = []time.Time{
	day(2021, 6, 1), day(2021, 10, 14), day(2021, 10, 22), day(2022, 7, 11), day(2023, 7, 1), day(2023, 9, 1), day(2024, 2, 10),
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// beginning is where a run starts: any day from 2020 on, or a little before a date that matters.
func (g *generator) beginning() time.Time {
	t := day(2020, 1, 1).AddDate(0, 0, g.IntN(2200))
	if g.one(2) {
		t = pick(g, turns).AddDate(0, 0, -g.IntN(60))
	}
	return t.Add(time.Duration(g.Int64N(24*3600*1e6)) * time.Microsecond)
}

// customers of a run: every market, both partners, the reseller.
func (g *generator) customers() []model.Customer {
	all := []model.Customer{
		{Partner: 0, Market: "US"},
		{Partner: 0, Market: "FR"},
		{Partner: 0, Market: "AU"},
		{Partner: 0, Market: "JP"},
		{Partner: 1, Market: "US"},
		{Partner: 1, Market: "BR"},
		{Partner: 1, Market: "KW"},
		{Partner: 1, Market: "GP"},
		{Partner: 1, Market: "FR", Reseller: true},
	}
	for i := range all {
		all[i].Created = g.now
	}
	return all
}

// moment is an instant to go on to: when something is due or a window closes, within a microsecond, or any.
func (g *generator) moment() time.Time {
	var to time.Time
	switch g.IntN(10) {
	case 0, 1, 2:
		to = g.m.NextDue()
	case 3, 4:
		to = g.edge()
	case 5, 6:
		to = g.now.Add(time.Duration(g.Int64N(36*3600*1e6)) * time.Microsecond)
	case 7:
		to = g.now.AddDate(0, 0, g.IntN(12)) // the same time of another day
	case 8:
		to = g.now.Add(time.Duration(g.Int64N(9*24*3600*1e6)) * time.Microsecond)
	default:
		if g.one(4) {
			to = g.now.Add(time.Duration(g.Int64N(45*24*3600*1e6)) * time.Microsecond)
		}
	}
	to = to.Add(time.Duration(g.IntN(3)-1) * time.Microsecond)
	if to.Before(g.now) {
		return g.now
	}
	if last := g.now.AddDate(0, 0, 60); to.After(last) {
		return last
	}
	return to
}

// edge is an instant at which an answer changes: a window's end, a full day used, the end of kept data.
func (g *generator) edge() time.Time {
	if len(g.m.Subs) == 0 || g.one(10) {
		return pick(g, turns)
	}
	s := g.sub()
	switch g.IntN(9) {
	case 0:
		return s.LineAt.Add(24 * time.Hour)
	case 1:
		return s.LineAt.Add(7 * 24 * time.Hour)
	case 2:
		return s.LineAt.Add(14 * 24 * time.Hour)
	case 3:
		return day(s.LineAt.Year(), s.LineAt.Month(), s.LineAt.Day()+pick(g, []int{30, 60})).Add(23*time.Hour + 59*time.Minute)
	case 4:
		return s.DataUntil
	case 5:
		b := pick(g, append(slices.Clone(s.Batches), model.Batch{At: s.LineAt}))
		return b.At.Add(time.Duration(pick(g, []int{1, 7, 14})) * 24 * time.Hour)
	case 6:
		return s.Start.Add(time.Duration(1+g.IntN(30)) * 24 * time.Hour)
	case 7: // a look at what was withdrawn (E16), which changes nothing that is compared
		return s.End.Add(-time.Duration(pick(g, []int{7, 30})) * 24 * time.Hour)
	}
	return s.End
}

// sub picks one, mostly of those that live, mostly young.
func (g *generator) sub() *model.Sub {
	for range 20 {
		s := g.m.Subs[g.IntN(len(g.m.Subs))]
		if g.one(2) {
			s = g.m.Subs[max(0, len(g.m.Subs)-1-g.IntN(12))]
		}
		if s.Live() && s.Class != "reservation" || g.one(25) {
			return s
		}
	}
	return pick(g, g.m.Subs)
}

// live counts the subscriptions of a partner that live; -1: of all.
func (g *generator) live(partner int) (n int) {
	for _, s := range g.m.Subs {
		if s.Live() && (partner < 0 || g.m.Customers[s.Customer].Partner == partner) {
			n++
		}
	}
	return n
}

// actorFor is who acts for a customer; now and then the wrong one.
func (g *generator) actorFor(customer int) int {
	if g.one(60) {
		return g.IntN(len(model.Actors))
	}
	switch c := g.m.Customers[customer]; {
	case c.Reseller && g.one(2):
		return 2
	case c.Partner == 1:
		return 1
	case g.one(12):
		return 3
	}
	return 0
}

// command picks one act.
func (g *generator) command() model.Command {
	var c model.Command
	full := g.live(-1) >= g.crowd
	switch n := g.IntN(100); {
	case len(g.m.Subs) == 0 || n < 16 && (!full || g.one(5)):
		c = g.buy()
	case n < 20 && g.carts > 0:
		c = model.Command{Act: "checkout", Cart: max(0, g.carts-1-g.IntN(2))}
		if c.Customer = g.m.CartCustomer(c.Cart); g.one(20) {
			c.Customer = g.IntN(len(g.m.Customers))
		}
	case n < 30 && len(g.m.Orders) > 0:
		c = g.cancelOrder()
	case n < 40 && (g.pending() != nil || g.one(10)):
		s := g.sub()
		if p := g.pending(); p != nil {
			s = p
		}
		c = model.Command{Act: "activate", Customer: s.Customer, Sub: s.Handle}
	case n < 43 && len(g.m.Invoices) > 0:
		c = g.document()
	case n < 50:
		c = g.become()
	default:
		c = g.change()
	}
	c.Actor = g.actorFor(c.Customer)
	if c.Invoice > 0 && !g.one(30) {
		c.Actor = g.m.Invoices[c.Invoice-1].Partner
	}
	if g.one(80) {
		c.Customer = g.IntN(len(g.m.Customers))
	}
	if !g.one(5) {
		c.Request = g.request()
	}
	return c
}

func (g *generator) pending() *model.Sub {
	for _, s := range slices.Backward(g.m.Subs) {
		if s.State == "pending" && !g.one(4) {
			return s
		}
	}
	return nil
}

func (g *generator) request() string {
	const hex = "0123456789abcdef"
	g.n++
	b := []byte("00000000-0000-4000-8000-000000000000")
	for i, n := len(b)-1, g.n; n > 0; i, n = i-1, n/16 {
		b[i] = hex[n%16]
	}
	return string(b)
}

// buy wishes for a few lines; a customer of the late ones has nothing to pay at first, so that its account is older than
// its first billing period (F31): it buys nothing, or a plan with free days.
func (g *generator) buy() model.Command {
	return g.buyFor(g.IntN(len(g.m.Customers)))
}

func (g *generator) buyFor(customer int) model.Command {
	c := model.Command{Act: pick(g, []string{"cart", "cart", "order"}), Customer: customer}
	if late := c.Customer%3 == 1; late && g.now.Before(g.started.AddDate(0, 0, 25+20*(c.Customer/3))) {
		if g.one(2) {
			orbit := model.Shelf[slices.IndexFunc(model.Shelf, func(i model.Item) bool { return i.FreeDays > 0 && !i.Trial })]
			c.Act, c.Lines = "order", []model.Line{g.wish(&orbit)}
			return c
		}
		c.Customer = (c.Customer + 1) % len(g.m.Customers)
	}
	n := 1
	if c.Act == "cart" {
		n += g.IntN(4)
	} else if g.one(5) {
		n++
	}
	for range n {
		c.Lines = append(c.Lines, g.line(c.Customer))
	}
	if l := &c.Lines[0]; g.one(5) {
		l.End = g.ending(c.Customer, g.now)
		for i := range l.AddOns {
			if !g.one(4) {
				l.AddOns[i].End = l.End
			}
		}
	}
	return c
}

func (g *generator) line(customer int) model.Line {
	i := &model.Shelf[g.IntN(len(model.Shelf))]
	l := g.wish(i)
	switch {
	case i.Bases != nil: // under a base that is there
		var bases []*model.Sub
		for _, s := range g.m.Subs {
			if s.Customer == customer && s.Item.Product == i.Bases[0] && (s.Live() || g.one(10)) {
				bases = append(bases, s)
			}
		}
		if len(bases) > 0 {
			b := pick(g, bases)
			l.Parent = b.Handle
			if !g.one(10) {
				g.underTerm(&l, i, b.Months)
			}
		}
	case i.Product == "SIMMAILSUITE" && g.one(2): // with its add-on
		add := &model.Shelf[slices.IndexFunc(model.Shelf, func(i model.Item) bool { return i.Bases != nil })]
		a := g.wish(add)
		if !g.one(10) {
			g.underTerm(&a, add, l.Months)
		}
		l.AddOns = append(l.AddOns, a)
	}
	return l
}

func (g *generator) wish(i *model.Item) model.Line {
	l := model.Line{Product: i.Product, Parent: -1, Qty: 1 + g.Int64N(12)}
	if len(i.Offers) > 0 {
		o := pick(g, i.Offers)
		l.Plan, l.Months = o.Plan, o.Months
	}
	switch {
	case i.Max == 1 && !i.Metered:
		l.Qty = 1
	case i.Trial:
		l.Qty = i.Min
	case g.one(6):
		l.Qty = 1 + g.Int64N(i.Max)
	case g.one(60):
		l.Qty = g.Int64N(3) * (i.Max + 1) / 2 // 0, and one too many
	}
	return l
}

// underTerm gives an add-on a plan of its base's term.
func (g *generator) underTerm(l *model.Line, i *model.Item, months int) {
	var fit []model.Offer
	for _, o := range i.Offers {
		if o.Months == months {
			fit = append(fit, o)
		}
	}
	if len(fit) > 0 {
		o := pick(g, fit)
		l.Plan, l.Months = o.Plan, o.Months
	}
}

func (g *generator) cancelOrder() model.Command {
	o := g.m.Orders[max(0, len(g.m.Orders)-1-g.IntN(25))]
	for range 6 {
		if c := o.Lines[0].Class; c == "perpetual" || c == "software_subscription" {
			break
		}
		o = pick(g, g.m.Orders)
	}
	c := model.Command{Act: "cancel", Customer: o.Customer, Order: o.Handle}
	for g.one(2) && len(c.Numbers) < 4 {
		c.Numbers = append(c.Numbers, g.IntN(len(o.Lines)))
	}
	if g.one(100) {
		c.Numbers = append(c.Numbers, len(o.Lines))
	}
	return c
}

func (g *generator) change() model.Command {
	s := g.sub()
	c := model.Command{Act: "change", Customer: s.Customer, Sub: s.Handle}
	what := g.IntN(100)
	if s.State == "suspended" && g.one(3) || what < 12 {
		c.Change.State = "active"
	} else if what < 26 {
		c.Change.State = "suspended"
	} else if what < 44 {
		c.Change.State = "cancelled"
	}
	if what >= 44 && what < 78 || g.one(25) {
		q := s.Qty + 1 + g.Int64N(5)
		if g.one(2) && s.Qty > 1 {
			q = 1 + g.Int64N(s.Qty)
		}
		if g.one(40) {
			q = pick(g, []int64{0, s.Item.Max + 1, s.Qty})
		}
		c.Change.Qty = &q
	}
	if what >= 78 && what < 90 || g.one(25) {
		on := !s.Auto
		if g.one(8) {
			on = s.Auto
		}
		c.Change.Auto = &on
	}
	if what >= 90 || g.one(25) {
		c.Change.Next = g.next(s)
	}
	return c
}

// next plans something for a renewal; sometimes nothing, or the plan that stands.
func (g *generator) next(s *model.Sub) *model.Wish {
	if n := s.Then; n != nil && g.one(4) {
		return &model.Wish{Product: n.Item.Product, Plan: n.Plan, Months: n.Months, Qty: n.Qty, End: n.End}
	}
	if g.one(8) {
		return &model.Wish{}
	}
	w := g.wanted(s)
	if g.one(3) {
		w.End = g.ending(s.Customer, s.End)
	}
	return &w
}

// wanted is something that a subscription might become, mostly something it leads to.
func (g *generator) wanted(s *model.Sub) (w model.Wish) {
	item := s.Item
	if !g.one(3) {
		family := slices.DeleteFunc(slices.Clone(model.Shelf), func(i model.Item) bool {
			return !slices.Contains(item.LeadsTo, i.Product) && !slices.Contains(i.LeadsTo, item.Product)
		})
		if g.one(20) {
			family = model.Shelf
		}
		if len(family) > 0 {
			to := pick(g, family)
			item, w.Product = &to, to.Product
		}
	}
	if g.one(2) && len(item.Offers) > 0 {
		o := pick(g, item.Offers)
		if w.Plan, w.Months = o.Plan, o.Months; g.one(5) {
			w.Plan = ""
		} else if g.one(5) {
			w.Months = 0
		}
	}
	if g.one(2) {
		w.Qty = 1 + g.Int64N(s.Qty+4)
	}
	return w
}

// become converts a trial or moves seats to another SKU.
func (g *generator) become() model.Command {
	s, act := g.sub(), "transition"
	for _, t := range slices.Backward(g.m.Subs) {
		if t.Class == "trial" && t.Live() && g.one(2) {
			s = t
			break
		}
	}
	for range 6 {
		if s.Live() && (len(s.Item.LeadsTo) > 0 || g.one(10)) {
			break
		}
		s = g.sub()
	}
	w := g.wanted(s)
	if w.Product == "" {
		if w.Product = s.Item.Product; len(s.Item.LeadsTo) > 0 {
			w.Product = pick(g, s.Item.LeadsTo)
		}
	}
	switch {
	case s.Class == "trial" && !g.one(8), g.one(40):
		act = "convert"
	case !g.one(8):
		w.Plan, w.Months = "", 0
		if w.Qty = 0; s.Qty > 1 && g.one(2) {
			w.Qty = 1 + g.Int64N(s.Qty-1)
		}
	}
	return model.Command{Act: act, Customer: s.Customer, Sub: s.Handle, Wish: w}
}

// ending is when a term shall end: with another of the customer's, with a month, or on any day, near a start.
func (g *generator) ending(customer int, start time.Time) time.Time {
	switch g.IntN(5) {
	case 0, 1:
		for range min(10, len(g.m.Subs)) {
			s := g.m.Subs[max(0, len(g.m.Subs)-1-g.IntN(40))]
			if s.Customer == customer && !s.End.IsZero() && s.End.After(start) {
				if g.one(2) {
					return s.End
				}
				return day(s.End.Year(), s.End.Month(), s.End.Day()-1).Add(time.Duration(g.IntN(2)) * 11 * time.Hour)
			}
		}
		fallthrough
	case 2, 3:
		return day(start.Year(), start.Month()+time.Month(1+g.IntN(13)), 1-g.IntN(2))
	}
	return day(start.Year(), start.Month(), start.Day()+g.IntN(400))
}

// document pays one or takes one back, mostly of the latest.
func (g *generator) document() model.Command {
	n := max(1, len(g.m.Invoices)-g.IntN(20))
	if g.one(10) {
		n = 1 + g.IntN(len(g.m.Invoices))
	}
	i := g.m.Invoices[n-1]
	c := model.Command{Act: "void", Invoice: n}
	if g.one(3) {
		return c
	}
	c.Act, c.Currency, c.Amount = "pay", i.Currency, max(i.Open(), -i.Open())
	switch g.IntN(8) {
	case 0, 1, 2:
		c.Amount = g.Int64N(c.Amount + 2)
	case 3:
		c.Amount++
	case 4:
		c.Currency = pick(g, []string{"USD", "EUR", "JPY"})
	}
	if g.one(3) {
		c.On = g.now.Add(time.Duration(g.IntN(60)-50) * 24 * time.Hour)
	}
	return c
}
