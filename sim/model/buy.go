package model

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// cartLine is a line with what the shelf said of it.
type cartLine struct {
	Line
	units  *big.Int
	group  int
	code   string // why it cannot be bought
	addOns []cartLine
	placed bool
}

// mayBuy asks R01 and R02 for each line.
func mayBuy(who Actor, lines []Line) {
	for _, l := range lines {
		if k := itemOf(l.Product).Kind; who.Sales && (k == "software" || k == "reservation") {
			refuse("role.missing")
		}
		mayBuy(who, l.AddOns)
	}
}

func (m *Model) openCart(now time.Time, c Command) Answer {
	m.customer(c)
	mayBuy(Actors[c.Actor], c.Lines)
	k := &cart{customer: c.Customer, expires: now.Add(cartLife), lines: m.check(now, c, c.Lines, nil)}
	m.carts = append(m.carts, k)
	return Answer{Text: cartText(k.lines), Cart: len(m.carts) - 1}
}

func cartText(lines []cartLine) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%s %s g%d %s;", l.Product, l.Plan, l.group, l.code)
		for _, a := range l.addOns {
			fmt.Fprintf(&b, "+%s %s;", a.Product, a.code)
		}
	}
	return b.String()
}

// check judges lines; shown holds the prices a cart showed, nil when the lines are new.
func (m *Model) check(now time.Time, c Command, lines []Line, shown []cartLine) []cartLine {
	out := make([]cartLine, len(lines))
	used := map[*Item]int{}
	groups := map[string]int{}
	for i, l := range lines {
		var was *big.Int
		if shown != nil {
			was = shown[i].units
		}
		one := m.checkOne(now, c, l, nil, was, used)
		key := one.Plan + "/" + itemOf(l.Product).Publisher
		if _, ok := groups[key]; !ok {
			groups[key] = len(groups)
		}
		one.group = groups[key]
		for j, a := range l.AddOns {
			var was *big.Int
			if shown != nil {
				was = shown[i].addOns[j].units
			}
			one.addOns = append(one.addOns, m.checkOne(now, c, a, &one, was, used))
		}
		out[i] = one
	}
	return out
}

func (m *Model) checkOne(now time.Time, c Command, l Line, base *cartLine, was *big.Int, used map[*Item]int) cartLine {
	out := cartLine{Line: l, units: was}
	item, cust, who := itemOf(l.Product), m.Customers[c.Customer], Actors[c.Actor]
	out.code = m.barred(now, item, cust, who)
	if out.code == "" {
		out.code = m.fits(now, &out, item, cust, who, base)
	}
	if out.code != "" {
		return out
	}
	if item.Limit > 0 { // F13, F14
		held, suspended := m.held(c.Customer, item)
		switch {
		case held+used[item] < item.Limit:
			used[item]++
		case suspended:
			out.code = "offer.limit_suspended"
		default:
			out.code = "offer.limit"
		}
	}
	return out
}

// barred asks F06 and F12–F18.
func (m *Model) barred(now time.Time, i *Item, cust *Customer, who Actor) string {
	switch {
	case i.OptOut:
		return "offer.no_resale"
	case i.Partner > 0 && (who.Partner != i.Partner-1 || who.Reseller):
		return "offer.exclusive"
	case i.Markets != nil && !slices.Contains(i.Markets, cust.Market):
		return "offer.market"
	case i.Kind == "reservation" && cust.Market == withoutReservations:
		return "reservation.market"
	case !i.sold(now):
		return "offer.withdrawn"
	case !i.Metered && !i.Trial && i.Unpriced == cust.Market:
		return "offer.no_price"
	}
	return ""
}

// fits asks F05, F20, F25, F26, F28 and E15, and completes plan, term and price.
func (m *Model) fits(now time.Time, l *cartLine, i *Item, cust *Customer, who Actor, base *cartLine) string {
	if i.Bases == nil {
		if base != nil || l.Parent >= 0 {
			return "addon.not_related"
		}
	} else {
		var product string
		var months int
		switch {
		case who.Reseller:
			return "addon.partner_kind"
		case base != nil:
			product, months = base.Product, base.Months
			if itemOf(product).Kind == "saas" {
				return "addon.base_not_active"
			}
		case l.Parent >= 0:
			b := m.Subs[l.Parent]
			if m.Customers[b.Customer] != cust || b.State != "active" || b.Start.IsZero() || !now.Before(b.End) {
				return "addon.base_not_active"
			}
			product, months = b.Item.Product, b.Months
			if n := b.Then; n != nil && (n.Months != months || !n.End.IsZero() || !slices.Contains(i.Bases, n.Item.Product)) {
				return "addon.base_changes" // it could not follow there (F28)
			}
		default:
			return "addon.base_only"
		}
		if !slices.Contains(i.Bases, product) {
			return "addon.not_related"
		}
		if l.Months != months { // its dates are its base's (F28)
			return "plan.not_offered"
		}
	}
	switch {
	case i.Metered:
		l.Plan, l.Months, l.Qty = "none", 1, 1
		return m.endsWell(now, l, i, base, cust)
	case i.Trial:
		l.Plan, l.Months = "none", 0
	default:
		_, ok := i.price(cust.Market, l.Plan, l.Months, now)
		class := i.classOf(l.Plan, l.Months)
		if !ok || software(class) && now.Before(plansFrom) && charges(l.Plan, l.Months) != 1 {
			return "plan.not_offered"
		}
	}
	if l.Qty < max(1, i.Min) || l.Qty > i.Max {
		return "quantity.out_of_range"
	}
	if code := m.endsWell(now, l, i, base, cust); code != "" {
		return code
	}
	if i.Trial {
		return ""
	}
	units, _ := i.price(cust.Market, l.Plan, l.Months, now)
	if l.units != nil && l.units.Cmp(units) != 0 {
		return "price.changed"
	}
	l.units = units
	return ""
}

// endsWell asks whether the first term can end when a line wants it to: only with another subscription or a month, and
// only what starts at once and is charged by its term. An add-on ends with its base and may say so.
func (m *Model) endsWell(now time.Time, l *cartLine, i *Item, base *cartLine, cust *Customer) string {
	if l.End.IsZero() {
		return ""
	}
	if i.Bases != nil {
		if base != nil && base.End.Equal(l.End) {
			return ""
		}
		if base == nil {
			b := m.Subs[l.Parent]
			e, code := align(l.End, now, b.Anchor, b.Months, []end{{b.End, b.Anchor}})
			if code == "" && e.at.Equal(b.End) {
				return ""
			}
		}
		return "term_end.product"
	}
	switch i.classOf(l.Plan, l.Months) {
	case "online_service", "software_subscription", "linux_plan":
		_, code := align(l.End, now, now.Day(), l.Months, m.ends(cust))
		return code
	}
	return "term_end.product"
}

// held counts the places of a limited offer that a customer has taken, and whether a suspended one takes one.
func (m *Model) held(customer int, i *Item) (n int, suspended bool) {
	for _, s := range m.Subs {
		if s.Customer == customer && (i.Lifetime && s.Bought == i || s.Item == i && s.Live()) {
			n++
			suspended = suspended || s.State == "suspended"
		}
	}
	return n, suspended
}

func (m *Model) placeOrder(now time.Time, c Command) Answer {
	m.customer(c)
	mayBuy(Actors[c.Actor], c.Lines)
	lines := m.check(now, c, c.Lines, nil)
	for _, l := range lines {
		for _, one := range append([]cartLine{l}, l.addOns...) {
			if one.code != "" {
				refuse(one.code)
			}
		}
		if l.group != lines[0].group {
			refuse("order.mixed")
		}
	}
	return m.buy(now, c, lines)
}

func (m *Model) checkout(now time.Time, c Command) Answer {
	m.customer(c)
	k := m.carts[c.Cart]
	if k.customer != c.Customer {
		refuse("cart.unknown")
	}
	if k.ordered {
		return Answer{Text: m.ordersText(k.orders)}
	}
	if !now.Before(k.expires) {
		refuse("cart.expired")
	}
	var open []cartLine
	var wishes []Line
	for _, l := range k.lines {
		if !l.placed {
			open, wishes = append(open, l), append(wishes, l.Line)
		}
	}
	mayBuy(Actors[c.Actor], wishes)
	lines := m.check(now, c, wishes, open)
	before := k.orders
	a := m.buy(now, c, lines)
	if len(a.Orders) > 0 {
		old := *k
		m.undo = append(m.undo, func() { *k = old })
		failed := map[int]bool{}
		for _, l := range lines {
			failed[l.group] = failed[l.group] || l.bad()
		}
		k.lines, k.orders, k.ordered = slices.Clone(k.lines), append(slices.Clone(before), a.Orders...), true
		n := 0
		for i := range k.lines {
			if !k.lines[i].placed {
				k.lines[i].placed = !failed[lines[n].group]
				k.lines[i].group = lines[n].group
				n++
			}
			k.ordered = k.ordered && k.lines[i].placed
		}
	}
	a.Text = m.ordersText(before) + a.Text
	return a
}

// ordersText tells the orders of a cart: by their instants, those of one act as it made them. Two acts at one instant are
// told mixed; no clock but a standing one lets that happen.
func (m *Model) ordersText(handles []int) string {
	orders := make([]*Order, len(handles))
	for i, h := range handles {
		orders[i] = m.Orders[h]
	}
	slices.SortStableFunc(orders, func(a, b *Order) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.nth, b.nth))
	})
	var b strings.Builder
	for _, o := range orders {
		b.WriteString(m.orderText(o))
	}
	return b.String()
}

func (l *cartLine) bad() bool {
	return l.code != "" || slices.ContainsFunc(l.addOns, func(a cartLine) bool { return a.code != "" })
}

// buy makes one order per group whose lines are all good (F81).
func (m *Model) buy(now time.Time, c Command, lines []cartLine) Answer {
	var a Answer
	var text, failed strings.Builder
	first := len(m.Charges)
	for i, l := range lines {
		first := slices.IndexFunc(lines, func(o cartLine) bool { return o.group == l.group })
		if first != i {
			continue
		}
		if code := groupCode(lines, l.group); code != "" {
			fmt.Fprintf(&failed, "failed %s\n", code)
			continue
		}
		market := m.Customers[c.Customer].Market
		o := &Order{Handle: len(m.Orders), Customer: c.Customer, Plan: l.Plan, Currency: currencyOf(market), At: now, nth: len(a.Orders)}
		m.Orders = append(m.Orders, o)
		a.Orders = append(a.Orders, o.Handle)
		for _, l := range lines {
			if l.group != lines[i].group {
				continue
			}
			base := m.placeLine(now, o, l, nil, &a)
			for _, ao := range l.addOns {
				m.placeLine(now, o, ao, base, &a)
			}
		}
		text.WriteString(m.orderText(o))
	}
	a.Text = text.String() + failed.String() + m.moneyText(m.Charges[first:])
	return a
}

func groupCode(lines []cartLine, group int) string {
	for _, l := range lines {
		if l.group != group {
			continue
		}
		if l.code != "" {
			return l.code
		}
		for _, a := range l.addOns {
			if a.code != "" {
				return a.code
			}
		}
	}
	return ""
}

func (m *Model) placeLine(now time.Time, o *Order, l cartLine, base *Sub, a *Answer) *Sub {
	item, market := itemOf(l.Product), m.Customers[o.Customer].Market
	class := item.classOf(l.Plan, l.Months)
	line := OrderLine{Item: item, Class: class, Qty: l.Qty, Sub: -1, State: "active", policy: ruleFor(class, now).id}
	tax := taxFor(market, class, now)
	tax.Inclusive = market == "AU" || market == "BR" // F04
	n := len(o.Lines)
	if class == "perpetual" {
		o.Lines = append(o.Lines, line)
		priced := priceOf(l.units, l.Qty, 1, 1, o.Currency)
		net, tx := tax.on(priced)
		m.book(Charge{
			Customer: o.Customer, Order: o.Handle, Line: n, Sub: -1, Kind: "new", At: now, Qty: l.Qty, Net: net, TaxMinor: tx,
			Tax: tax, Currency: o.Currency, Of: -1, Policy: line.policy, Units: l.units,
		})
		return nil
	}
	s := &Sub{
		Handle: len(m.Subs), Customer: o.Customer, Order: o.Handle, Line: n, LineAt: now, Ordered: now, Item: item, Bought: item, Class: class,
		State: "active", Qty: l.Qty, Batches: []Batch{{l.Qty, now, -1}}, Months: l.Months, Plan: l.Plan, Units: l.units, Tax: tax,
		Policy: line.policy, Parent: -1,
	}
	s.Auto = renewsByDefault(class, now, item.Renewable)
	s.Switch = s.Auto
	if base == nil && l.Parent >= 0 {
		base = m.Subs[l.Parent]
	}
	if base != nil {
		s.Parent = base.Handle
	}
	m.Subs = append(m.Subs, s)
	a.Subs = append(a.Subs, s.Handle)
	line.Sub = s.Handle
	o.Lines = append(o.Lines, line)
	switch {
	case item.Kind == "saas": // waits for its publisher (F74)
		s.State = "pending"
	case class == "trial":
		s.Days = item.FreeDays
		s.Start, s.End = now, now.Add(time.Duration(s.Days)*day)
		s.FreeUntil = s.End
	case base != nil:
		m.join(s, base, "new", now)
	case !l.End.IsZero():
		e, _ := align(l.End, now, now.Day(), l.Months, m.ends(m.Customers[o.Customer]))
		m.join(s, s.until(e), "new", now)
	default:
		s.Anchor = now.Day()
		m.startTerm(s, "new", now)
	}
	return s
}

// CartCustomer is whose cart it is.
func (m *Model) CartCustomer(handle int) int { return m.carts[handle].customer }
