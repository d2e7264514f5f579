package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// decision is what an act on subscriptions changes, for its answer and its print.
type decision struct {
	m       *Model
	now     time.Time
	touched []int // handles, with the versions they had
	vers    []int
	who     Actor
	first   int // charges from here on are the act's
	endsAt  time.Time
}

func (d *decision) touch(s *Sub) {
	if !slices.Contains(d.touched, s.Handle) {
		d.touched, d.vers = append(d.touched, s.Handle), append(d.vers, s.Ver)
		d.m.touch(s)
	}
}

func (m *Model) children(s *Sub) (out []*Sub) {
	for _, o := range m.Subs {
		if o.Parent == s.Handle {
			out = append(out, o)
		}
	}
	return out
}

// inTrial tells whether free days run, or a first-party trial.
func (s *Sub) inTrial(now time.Time) bool {
	return s.Class == "trial" || !s.FreeUntil.IsZero() && now.Before(s.FreeUntil)
}

// window is until when it can be cancelled with a credit or without any charge, and the row that says so.
func (s *Sub) window(now time.Time) (until time.Time, policy string) {
	switch {
	case s.State == "pending": // F74
		return s.Ordered.Add(pendingFor), s.Policy
	case s.inTrial(now): // P12
		return s.FreeUntil, "P12"
	}
	return ruleByID(s.Policy).until(s.LineAt), s.Policy
}

// found is the subscription that an act is on, level with now, and a decision on it.
func (m *Model) found(now time.Time, c Command) (*Sub, *decision) {
	m.customer(c)
	if c.Sub >= len(m.Subs) || m.Subs[c.Sub].Customer != c.Customer {
		refuse("subscription.unknown")
	}
	s := m.Subs[c.Sub]
	m.settle(c.Sub, now)
	if !visible(s.Class, s.Ordered) {
		refuse("subscription.unknown")
	}
	return s, &decision{m: m, now: now, who: Actors[c.Actor], first: len(m.Charges)}
}

func (m *Model) change(now time.Time, c Command) Answer {
	s, d := m.found(now, c)
	if d.who.Sales && software(s.Class) {
		refuse("role.missing")
	}
	before, order := *s, s.Order
	until, _ := s.window(now)
	var own []*Charge
	for _, ch := range m.Charges {
		if ch.Sub == s.Handle && ch.Order == order {
			own = append(own, ch)
		}
	}
	d.decide(s, c.Change)
	if s.Order != order { // the line of a renewal says what the act leaves (README, 5)
		m.Orders[s.Order].Lines[0].Qty = s.Qty
	}
	var a Answer
	if len(d.touched) > 0 {
		a.Print = fmt.Sprintf("change s%d %s %d %t %s %s %s v%d %v %s", s.Handle, s.State, s.Qty, s.Auto, s.Then, before.Policy, at(until), before.Ver,
			slices.Sorted(slices.Values(d.vers)), m.printText(m.Charges[d.first:]))
		d.moved(c.Match, a.Print)
	}
	wu, wp := s.window(now)
	a.Text = fmt.Sprintf("s%d %s %s x%d auto %t/%t then %s %s-%s free %s ends %s window %s %s %t\n%s", s.Handle, s.Item.Product, s.State, s.Qty, s.Auto, s.Switch, s.Then,
		at(s.Start), at(s.End), at(s.FreeUntil), at(d.endsAt), wp, at(wu), s.Live() && now.Before(wu),
		m.moneyText(slices.Concat(own, m.Charges[d.first:])))
	return a
}

// moved refuses an act whose preview said something else.
func (d *decision) moved(match, print string) {
	if match != "" && match != print {
		refuse("preview.moved")
	}
}

func (d *decision) decide(s *Sub, c Change) {
	ends := d.m.ends(d.m.Customers[s.Customer]) // as they are before the act
	if !s.Live() {
		if c.State == "cancelled" {
			refuse("cancel.already") // E03
		}
		refuse("subscription.deleted")
	}
	if c.Next != nil && (s.planned(*c.Next) || c.State == "cancelled") {
		c.Next = nil // sent back as it was read, or all over anyway
	}
	if c.State == "active" && s.State != "active" {
		if s.State == "pending" {
			refuse("subscription.pending")
		}
		d.reactivate(s)
	}
	if c.Qty != nil && *c.Qty != s.Qty {
		d.quantity(s, *c.Qty)
	}
	if c.Auto != nil && *c.Auto != s.Auto {
		over := s.End
		if s.Start.IsZero() {
			over = s.FreeUntil
		}
		switch {
		case !s.Switch || s.Class == "trial": // F39
			refuse("auto_renew.not_offered")
		case !over.IsZero() && !d.now.Before(over): // E14
			refuse("auto_renew.too_late")
		}
		d.touch(s)
		if s.Auto, d.endsAt = *c.Auto, (time.Time{}); !s.Auto {
			s.Then = nil
		}
	}
	if c.Next != nil {
		d.schedule(s, *c.Next, ends)
	}
	switch {
	case c.State == "suspended" && s.State != "suspended":
		d.suspend(s)
	case c.State == "cancelled":
		d.cancel(s)
	}
}

// suspend stops a subscription and its active add-ons (F29–F31).
func (d *decision) suspend(s *Sub) {
	switch {
	case s.State == "pending":
		refuse("subscription.pending")
	case s.Class == "trial":
		refuse("suspend.trial")
	}
	cust := d.m.Customers[s.Customer]
	for i, o := range append([]*Sub{s}, d.m.children(s)...) {
		if o.State == "active" {
			d.touch(o)
			o.State, o.SuspendedAt, o.ByParent = "suspended", d.now, i > 0
			o.DataUntil = d.now.Add(time.Duration(dataDays(cust.Created, cust.FirstBilling)) * day)
		}
	}
	d.endsAt = time.Time{}
}

// reactivate brings a subscription back, and the add-ons its suspension took along (F29, F32, E20, E22).
func (d *decision) reactivate(s *Sub) {
	var parent *Sub
	if s.Parent >= 0 {
		parent = d.m.Subs[s.Parent]
	}
	switch {
	case !d.now.Before(s.DataUntil):
		refuse("reactivate.too_late")
	case parent != nil && parent.State != "active":
		refuse("reactivate.parent")
	}
	if !d.back(s, parent) {
		refuse("offer.withdrawn")
	}
	for _, o := range d.m.children(s) {
		if o.State == "suspended" && o.ByParent {
			d.back(o, s)
		}
	}
	d.endsAt = time.Time{}
}

// back brings one back; a term that ended meanwhile is followed by a new one from now, if it, or what was planned, is still sold.
func (d *decision) back(s, base *Sub) bool {
	if s.Lapsed {
		if _, _, sold := d.m.following(s, d.now); !sold {
			return false
		}
	}
	d.touch(s)
	lapsed := s.Lapsed
	s.State, s.SuspendedAt, s.DataUntil, s.ByParent, s.Lapsed = "active", time.Time{}, time.Time{}, false, false
	if lapsed {
		if s.Ended = (time.Time{}); base == nil {
			s.Anchor = d.now.Day()
		}
		d.m.renew(s, base, d.now)
	}
	return true
}

// quantity changes the number of seats (E17).
func (d *decision) quantity(s *Sub, want int64) {
	switch {
	case s.State == "suspended":
		refuse("quantity.suspended")
	case s.State == "pending":
		refuse("subscription.pending")
	case software(s.Class), s.Class == "metered", s.Class == "trial", s.Class == "reservation":
		refuse("quantity.fixed")
	case want < max(1, s.Item.Min) || want > s.Item.Max:
		refuse("quantity.out_of_range")
	}
	d.touch(s)
	d.endsAt = time.Time{}
	switch {
	case s.Start.IsZero(): // free days
	case want > s.Qty:
		c, _ := d.m.rest(s, "add_quantity", want-s.Qty, d.now, d.now)
		s.Batches = append(s.Batches, Batch{want - s.Qty, d.now, c.Handle})
	default:
		d.fewer(s, s.Qty-want)
	}
	s.Qty = want
}

// fewer takes seats from the newest batches whose window is open.
func (d *decision) fewer(s *Sub, seats int64) {
	r := ruleByID(s.Policy)
	for i := len(s.Batches) - 1; i >= 0 && seats > 0; i-- {
		b := &s.Batches[i]
		take := min(seats, b.Qty)
		if take == 0 || !d.now.Before(r.until(b.At)) {
			continue
		}
		if b.Charge >= 0 {
			d.m.credit(d.m.Charges[b.Charge], take, mode(r.credit, b.At, d.now), "remove_quantity", d.now)
		}
		d.earlier(s, *b, take, mode(r.credit, b.At, d.now))
		b.Qty -= take
		seats -= take
	}
	if seats > 0 {
		refuse("quantity.window_closed")
	}
}

// earlier gives back what seats cost in the charged periods before the running one: all of it, if it is all (P11).
func (d *decision) earlier(s *Sub, b Batch, seats int64, mode string) {
	if mode != "full" {
		return
	}
	for _, c := range slices.Clone(d.m.Charges) {
		runs := slices.ContainsFunc(s.Batches, func(o Batch) bool { return o.Charge == c.Handle })
		if c.Sub == s.Handle && c.Order == s.Order && c.Kind == "add_quantity" && c.At.Equal(b.At) && !runs {
			seats -= d.m.credit(c, seats, mode, "earlier", d.now)
		}
	}
}

// cancel decides F33–F36, F59 and P01–P12 for a subscription that lives.
func (d *decision) cancel(s *Sub) {
	r := ruleByID(s.Policy)
	until, _ := s.window(d.now)
	open := d.now.Before(until)
	switch {
	case s.State == "pending", s.inTrial(d.now), r.after == "at once":
		d.endAll(s, "")
	case open:
		d.endAll(s, r.credit)
	case s.Lapsed:
		d.endAll(s, "")
	case r.after == "end at term":
		d.touch(s)
		s.Auto, s.Then, d.endsAt = false, nil, s.End
	case until.IsZero():
		refuse("cancel.never")
	default:
		refuse("cancel.window_closed")
	}
}

// endAll ends a subscription now, and its add-ons, each by its own row and window (E19).
func (d *decision) endAll(s *Sub, credit string) {
	d.endOne(s, credit)
	for _, o := range d.m.children(s) {
		if !o.Live() {
			continue
		}
		own := ""
		if until, _ := o.window(d.now); d.now.Before(until) && !o.inTrial(d.now) {
			own = ruleByID(o.Policy).credit
		}
		d.endOne(o, own)
	}
	d.endsAt = d.now
}

func (d *decision) endOne(s *Sub, credit string) {
	d.touch(s)
	for _, c := range slices.Clone(d.m.Charges) {
		if c.Sub == s.Handle && c.Order == s.Order && c.Of < 0 {
			from := s.LineAt
			if c.Kind == "add_quantity" {
				from = c.At // P11: own window per seat batch
			}
			if i := slices.IndexFunc(s.Batches, func(b Batch) bool { return c.Kind == "convert" && b.Charge == c.Handle }); i >= 0 {
				from = s.Batches[i].At
			}
			d.m.credit(c, c.Qty, mode(credit, from, d.now), "cancel", d.now)
		}
	}
	d.m.end(s, "cancelled", d.now)
	s.Auto = false
}

// cancelOrder cancels lines of software, all or none (F54, E04).
func (m *Model) cancelOrder(now time.Time, c Command) Answer {
	m.customer(c)
	o := m.Orders[c.Order]
	if o.Customer != c.Customer {
		refuse("order.unknown")
	}
	for _, l := range o.Lines {
		if l.Sub >= 0 && l.State == "active" {
			m.settle(l.Sub, now)
		}
	}
	d := &decision{m: m, now: now, first: len(m.Charges)}
	ver := o.Ver
	numbers := slices.Clone(c.Numbers)
	if len(numbers) == 0 {
		for n, l := range o.Lines {
			if l.State == "active" {
				numbers = append(numbers, n)
			}
		}
		if len(numbers) == 0 {
			refuse("cancel.line_already")
		}
	}
	var window time.Time
	var by string
	was := slices.Clone(o.Lines)
	for i, n := range numbers {
		if n >= len(o.Lines) {
			refuse("line.unknown")
		}
		if slices.Contains(numbers[:i], n) || was[n].State == "active" && o.Lines[n].State != "active" { // gone with its base
			continue
		}
		d.cancelLine(o, n)
	}
	m.touchOrder(o)
	for n, l := range o.Lines {
		if l.State == "cancelled" && was[n].State == "active" {
			id, from := was[n].policy, o.At
			if l.Sub >= 0 {
				id, from = m.Subs[l.Sub].Policy, m.Subs[l.Sub].LineAt
			}
			if u := ruleByID(id).until(from); !u.IsZero() && (window.IsZero() || u.Before(window)) {
				window, by = u, id
			}
		}
	}
	a := Answer{Text: m.orderText(o) + m.moneyText(m.told(c, d))}
	a.Print = fmt.Sprintf("cancel o%d v%d %s %s %v %s", o.Handle, ver, by, at(window), slices.Sorted(slices.Values(d.vers)), m.printText(m.Charges[d.first:]))
	d.moved(c.Match, a.Print)
	return a
}

// told is the money of an act whose answer holds none: it is asked for afterwards, all of the customer's at this instant.
func (m *Model) told(c Command, d *decision) []*Charge {
	if c.Preview {
		return m.Charges[d.first:]
	}
	var told []*Charge
	for _, ch := range m.Charges {
		if ch.Customer == c.Customer && ch.At.Equal(d.now) {
			told = append(told, ch)
		}
	}
	return told
}

func (d *decision) cancelLine(o *Order, n int) {
	l := o.Lines[n]
	switch {
	case l.State == "superseded":
		refuse("cancel.superseded")
	case l.State != "active":
		refuse("cancel.line_already")
	case l.Item.Kind == "saas":
		refuse("cancel.use_subscription")
	case !software(l.Class):
		refuse("cancel.not_software")
	}
	if l.Sub >= 0 {
		if s := d.m.Subs[l.Sub]; s.Live() {
			d.cancel(s)
			return
		}
		refuse("cancel.line_already")
	}
	r := ruleByID(l.policy)
	if !d.now.Before(r.until(o.At)) {
		refuse("cancel.window_closed")
	}
	for _, c := range slices.Clone(d.m.Charges) {
		if c.Order == o.Handle && c.Line == n && c.Of < 0 {
			d.m.credit(c, c.Qty, mode(r.credit, o.At, d.now), "cancel", d.now)
		}
	}
	d.m.endLine(o.Handle, n, d.now)
}

// activate is the publisher's word (F74, F23).
func (m *Model) activate(now time.Time, c Command) Answer {
	m.customer(c)
	if m.Subs[c.Sub].Customer != c.Customer {
		refuse("subscription.unknown")
	}
	s := m.Subs[c.Sub]
	switch {
	case s.State == "active" || s.State == "suspended":
		refuse("activate.already")
	case s.State != "pending", !now.Before(s.Ordered.Add(pendingFor)):
		refuse("subscription.deleted")
	}
	m.touch(s)
	s.State, s.Anchor = "active", now.Day()
	if s.Item.FreeDays > 0 {
		s.FreeUntil = now.Add(time.Duration(s.Item.FreeDays) * day)
	} else {
		m.startTerm(s, "new", now)
	}
	return Answer{Text: fmt.Sprintf("s%d %s x%d %s-%s free %s", s.Handle, s.State, s.Qty, at(s.Start), at(s.End), at(s.FreeUntil))}
}

// mode is what "first day" means at an instant: full within 24 h of a start, prorated later.
func mode(credit string, start, now time.Time) string {
	if credit != "first day" {
		return credit
	}
	if now.Before(start.Add(day)) {
		return "full"
	}
	return "prorated"
}

// credit gives back seats of a charge: what they still cost, less the days used (§3, E09, E26).
func (m *Model) credit(c *Charge, seats int64, mode, kind string, now time.Time) int64 {
	var gone, priced, tax int64
	for _, o := range m.Charges {
		if o.Of == c.Handle {
			gone, priced, tax = gone+o.Qty, priced-o.priced(), tax-o.TaxMinor
		}
	}
	live := c.Qty - gone
	seats = min(seats, live)
	part := share(c.priced(), live, c.Qty) - share(c.priced(), live-seats, c.Qty)
	used, kept := c.used(mode, now), part
	if mode == "full" {
		kept = 0
	} else if used < c.Days {
		kept = share(part, used, c.Days)
	}
	back := part - kept
	_, stays := c.Tax.on(c.priced() - priced - back)
	t := c.TaxMinor - tax - stays
	if t < 0 || back == 0 {
		t = 0
	}
	net := back
	if c.Tax.Inclusive {
		t = min(t, back)
		net = back - t
	}
	switch {
	case net+t == 0 && kind != "remove_quantity":
		return seats
	case kind == "earlier":
		kind = "remove_quantity"
	}
	out := *c
	out.Kind, out.At, out.Qty, out.Of, out.Net, out.TaxMinor = kind, now, seats, c.Handle, -net, -t
	if used > 0 && c.Start.Before(now) && now.Before(c.End) {
		out.Start = now
	}
	m.book(out)
	return seats
}

// used is how many days of a charge are gone for a credit.
func (c *Charge) used(mode string, now time.Time) int64 {
	switch {
	case mode == "full":
		return 0
	case mode != "prorated", c.End.IsZero(), !now.Before(c.End):
		return c.Days
	case now.Before(c.Start):
		return 0
	}
	return min(c.Days, max(1, startedDays(now.Sub(c.Start))))
}

func at(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format("2006-01-02T15:04:05.999999")
}

// moneyText is charges and credits as answers tell them, in an order of their own.
func (m *Model) moneyText(cs []*Charge) string {
	lines := make([]string, len(cs))
	for i, c := range cs {
		lines[i] = c.Text()
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// Text is one charge or credit.
func (c *Charge) Text() string {
	return ChargeText(c.Kind, c.At, c.Customer, c.Line, c.Sub, c.Start, c.End, c.Qty, c.Net, c.TaxMinor, c.Currency, c.Policy)
}

// ChargeText is how both sides tell a charge.
func ChargeText(kind string, when time.Time, customer, line, sub int, start, end time.Time, qty, net, tax int64, currency, policy string) string {
	return fmt.Sprintf("%s %s c%d line %d s%d %s-%s x%d %d+%d %s %s", at(when), kind, customer, line, sub, at(start), at(end), qty, net, tax, currency, policy)
}

// printText is what a preview's hash holds of money: amounts, rows, and periods by their dates.
func (m *Model) printText(cs []*Charge) string {
	var b strings.Builder
	for _, c := range cs {
		fmt.Fprintf(&b, "%s %d %d %s %s %s %s;", c.Kind, c.Net, c.TaxMinor, dayOf(c.Start), dayOf(c.End), c.Policy, c.Tax.ID)
		if c.Units != nil {
			b.WriteString(c.Units.String())
		}
	}
	return b.String()
}

func dayOf(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format(time.DateOnly)
}

func (m *Model) orderText(o *Order) string {
	var b strings.Builder
	status := "cancelled"
	for _, l := range o.Lines {
		if l.State != "cancelled" {
			status = "completed"
		}
	}
	fmt.Fprintf(&b, "o%d c%d %s %s %s %s %t", o.Handle, o.Customer, o.Plan, o.Currency, at(o.At), status, o.System)
	for _, l := range o.Lines {
		fmt.Fprintf(&b, " [%s %s x%d s%d %s %s]", l.Item.Product, l.Class, l.Qty, l.Sub, l.State, at(l.Ended))
	}
	b.WriteByte('\n')
	return b.String()
}

// OrderText is an order as answers tell it.
func (m *Model) OrderText(o *Order) string { return m.orderText(o) }

// Text is a subscription's whole state.
func (s *Sub) Text() string {
	return fmt.Sprintf("s%d c%d o%d.%d %s %s %s x%d auto %t/%t then %s %s-%s next %s free %s data %s ended %s parent s%d %s", s.Handle, s.Customer, s.Order,
		s.Line, s.Item.Product, s.Class, s.State, s.Qty, s.Auto, s.Switch, s.Then, at(s.Start), at(s.End), at(s.Next), at(s.FreeUntil), at(s.DataUntil),
		at(s.Ended), s.Parent, s.Policy)
}

// At is how both sides tell an instant.
func At(t time.Time) string { return at(t) }
