// Package model is the trade written a second time, from rules.md alone: maps, slices and big integers, no SQL, no clock
// and nothing of internal/. The simulation asks it what the product must answer. It says when work is done late: like
// the product it does what fell due for a subscription before it decides an act on it (E13), and the rest when swept.
package model

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// Line is a wish: a product of the shelf, how many, by which plan and for how many months.
type Line struct {
	Product string
	Qty     int64
	Plan    string
	Months  int
	Parent  int // handle of the base an add-on is bought for; -1: none
	AddOns  []Line
	End     time.Time // when the first term is to end; zero: whole
}

// Wish is what a subscription is to become: at its renewal, by conversion, or now. What is empty stays as it is.
type Wish struct {
	Product string
	Plan    string
	Months  int
	Qty     int64
	End     time.Time
}

// Change is what a caller wants of a subscription; nil and "" stay as they are.
type Change struct {
	State string // active, suspended, cancelled
	Qty   *int64
	Auto  *bool
	Next  *Wish // for the renewal, in place of any other; a zero one takes the plan away
}

// Command is one act. Handles count objects in the order in which they came to be.
type Command struct {
	Act      string // cart, checkout, order, cancel, change, activate, convert, transition, pay, void
	Actor    int
	Customer int
	Lines    []Line
	Cart     int
	Order    int
	Numbers  []int
	Sub      int
	Change   Change
	Wish     Wish
	Invoice  int // number
	Amount   int64
	Currency string
	On       time.Time
	Preview  bool
	Match    string // fingerprint of a preview that the act must still equal; empty: no condition
	Request  string // the caller's request id; empty: no record
}

// String names everything that the command asks for: two with the same text are the same request.
func (c Command) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s by %d for c%d", c.Act, c.Actor, c.Customer)
	switch c.Act {
	case "cart", "order":
		for _, l := range c.Lines {
			b.WriteString(" [" + l.String() + "]")
		}
	case "checkout":
		fmt.Fprintf(&b, " cart %d", c.Cart)
	case "cancel":
		fmt.Fprintf(&b, " o%d %v", c.Order, c.Numbers)
	case "convert", "transition":
		fmt.Fprintf(&b, " s%d to %s", c.Sub, c.Wish)
	case "pay", "void":
		fmt.Fprintf(&b, " document %d %d %s on %s", c.Invoice, c.Amount, c.Currency, at(c.On))
	default:
		fmt.Fprintf(&b, " s%d %s", c.Sub, c.Change.State)
		if c.Change.Qty != nil {
			fmt.Fprintf(&b, " qty %d", *c.Change.Qty)
		}
		if c.Change.Auto != nil {
			fmt.Fprintf(&b, " auto %t", *c.Change.Auto)
		}
		if c.Change.Next != nil {
			fmt.Fprintf(&b, " then %s", *c.Change.Next)
		}
	}
	if c.Preview {
		b.WriteString(" preview")
	}
	if c.Match != "" {
		b.WriteString(" if unmoved")
	}
	if c.Request != "" {
		b.WriteString(" #" + c.Request)
	}
	return b.String()
}

func (l Line) String() string {
	s := fmt.Sprintf("%s x%d %s %dm", l.Product, l.Qty, l.Plan, l.Months)
	if l.Parent >= 0 {
		s += fmt.Sprintf(" under s%d", l.Parent)
	}
	if !l.End.IsZero() {
		s += " until " + at(l.End)
	}
	for _, a := range l.AddOns {
		s += " +(" + a.String() + ")"
	}
	return s
}

func (w Wish) String() string {
	return fmt.Sprintf("%s x%d %s %dm until %s", w.Product, w.Qty, w.Plan, w.Months, at(w.End))
}

// Answer is what the product must say: a refusal's code, or the text of what came of it.
type Answer struct {
	Code   string
	Text   string
	Replay bool   // the bytes of the first answer to the same request
	Print  string // what an act depends on; of previews, and of acts that can be previewed
	Orders []int  // handles made by the act itself, in order
	Subs   []int
	Cart   int
}

// Actor is who acts: all roles of a partner, its sales agent alone, or a reseller's.
type Actor struct {
	Partner  int
	Reseller bool
	Sales    bool // only the roles of R02, not those of software
}

// Actors of the simulation.
var Actors = []Actor{{0, false, false}, {1, false, false}, {1, true, false}, {0, false, true}}

// BillingDays of the two partners.
var BillingDays = []int{1, 17}

// Customer is a tenant of a partner.
type Customer struct {
	Partner      int
	Reseller     bool
	Market       string
	Created      time.Time
	FirstBilling time.Time
}

// Batch is seats bought together.
type Batch struct {
	Qty    int64
	At     time.Time
	Charge int // handle; -1: none yet
}

// Sub is a subscription.
type Sub struct {
	Handle, Customer, Order, Line int
	LineAt, Ordered               time.Time
	Item, Bought                  *Item // what it is, and what was ordered first
	Class, State                  string
	Qty                           int64
	Batches                       []Batch
	Months, Days                  int
	Plan                          string
	Anchor                        int
	Start, End                    time.Time
	Units                         *big.Int
	Tax                           Tax
	Policy                        string
	Next                          time.Time
	No                            int
	Auto, Switch                  bool
	Then                          *NextTerm // never written to once made
	FreeUntil                     time.Time
	Parent                        int // -1: none
	SuspendedAt, DataUntil        time.Time
	ByParent, Lapsed              bool
	Ended                         time.Time
	Ver                           int
}

// Live tells whether it holds a place of a limited offer.
func (s *Sub) Live() bool {
	return s.State == "pending" || s.State == "active" || s.State == "suspended"
}

// OrderLine is a line of an order.
type OrderLine struct {
	Item  *Item
	Class string
	Qty   int64
	Sub   int // -1: none
	State string
	Ended time.Time
	// of perpetual software, which has no subscription
	policy string
}

// Order is an order of one billing cycle and seller.
type Order struct {
	Handle, Customer int
	Plan, Currency   string
	At               time.Time
	System, Moved    bool // made by a renewal; by a conversion or transition
	Lines            []OrderLine
	Ver              int
	nth              int // of its act
}

// Charge is a line of money; Of is the charge that a credit gives back, -1 for none.
type Charge struct {
	Handle, Customer, Order, Line, Sub int
	Kind                               string
	At, Start, End                     time.Time
	Qty, Days, Net, TaxMinor           int64
	Tax                                Tax
	Currency                           string
	Of                                 int
	Policy                             string
	Units                              *big.Int // for the print
}

func (c *Charge) gross() int64 { return c.Net + c.TaxMinor }

func (c *Charge) priced() int64 {
	if c.Tax.Inclusive {
		return c.gross()
	}
	return c.Net
}

// Invoice is a partner's month in a currency.
type Invoice struct {
	Number, Partner          int
	Currency                 string
	Start, End               time.Time
	Net, Tax, Carried, Carry int64
	Lines                    int
	Document                 string // a period without charges closes with a credit note (E06); void_note
	Edition                  int
	Issued, Due              time.Time
	Paid                     int64
	Amends                   int // numbers, 0 for none
	VoidedBy, ReplacedBy     int
}

// Total is what is to be paid.
func (i Invoice) Total() int64 { return i.Net + i.Tax + i.Carried - i.Carry }

type account struct {
	partner  int
	currency string
}

type cart struct {
	customer int
	lines    []cartLine
	expires  time.Time
	ordered  bool
	orders   []int
}

type record struct {
	body string
	sub  int // -1: not bound to a version
	ver  int
	at   time.Time // wall
	text string
}

// Model is the whole state.
type Model struct {
	Customers []*Customer
	Subs      []*Sub
	Orders    []*Order
	Charges   []*Charge
	Invoices  []*Invoice
	Paid      []Payment

	carts   []*cart
	periods map[account]time.Time // end of the next period to be invoiced
	records map[string]record

	undo []func()
	sums map[sumKey]*totals
}

// New is a model without customers.
func New() *Model {
	return &Model{periods: map[account]time.Time{}, records: map[string]record{}, sums: map[sumKey]*totals{}}
}

// AddCustomer makes a customer.
func (m *Model) AddCustomer(c Customer) int {
	m.Customers = append(m.Customers, &c)
	return len(m.Customers) - 1
}

// refusal ends an act without any change.
type refusal string

func refuse(code string) { panic(refusal(code)) }

// Apply does a command at an instant of business and wall time.
func (m *Model) Apply(now, wall time.Time, c Command) (a Answer) {
	m.undo = m.undo[:0]
	subs, orders, charges, carts, invoices, paid := len(m.Subs), len(m.Orders), len(m.Charges), len(m.carts), len(m.Invoices), len(m.Paid)
	back := func() {
		for _, f := range slices.Backward(m.undo) {
			f()
		}
		for _, ch := range m.Charges[charges:] {
			m.count(ch, -1)
		}
		m.Subs, m.Orders, m.Charges, m.carts = m.Subs[:subs], m.Orders[:orders], m.Charges[:charges], m.carts[:carts]
		m.Invoices, m.Paid = m.Invoices[:invoices], m.Paid[:paid]
	}
	defer func() {
		if r := recover(); r != nil {
			code, ok := r.(refusal)
			if !ok {
				panic(r)
			}
			back()
			a = Answer{Code: string(code), Print: a.Print}
		}
	}()
	m.mayTry(c)
	key := fmt.Sprintf("%d %s %s", c.Actor, c.Request, c.target())
	keep := c.Request != "" && !c.Preview
	if r, ok := m.records[key]; keep && ok && wall.Sub(r.at) < replayLife {
		switch {
		case r.body != c.body() && (c.Act != "change"):
			refuse("replay.other_body")
		case r.body == c.body() && (r.sub < 0 || m.Subs[r.sub].Ver == r.ver):
			return Answer{Text: r.text, Replay: true}
		}
	}
	switch c.Act {
	case "cart":
		a = m.openCart(now, c)
	case "checkout":
		a = m.checkout(now, c)
	case "order":
		a = m.placeOrder(now, c)
	case "cancel":
		a = m.cancelOrder(now, c)
	case "change":
		a = m.change(now, c)
	case "activate":
		a = m.activate(now, c)
	case "convert":
		a = m.convert(now, c)
	case "transition":
		a = m.transition(now, c)
	case "pay":
		a = m.pay(now, c)
	case "void":
		a = m.void(now, c)
	default:
		panic("model: act " + c.Act)
	}
	if c.Preview {
		back()
		a.Orders, a.Subs = nil, nil
		return a
	}
	if keep {
		r := record{body: c.body(), sub: -1, at: wall, text: a.Text}
		if c.Act == "change" {
			r.sub, r.ver = c.Sub, m.Subs[c.Sub].Ver
		}
		m.records[key] = r
	}
	return a
}

// target is what a request goes to; body what it says.
func (c Command) target() string {
	switch c.Act {
	case "checkout":
		return fmt.Sprintf("checkout %d/%d", c.Customer, c.Cart)
	case "cancel":
		return fmt.Sprintf("cancel %d/%d", c.Customer, c.Order)
	case "pay":
		return "payments"
	case "void":
		return fmt.Sprintf("void %d", c.Invoice)
	case "change", "activate", "convert", "transition":
		return fmt.Sprintf("%s %d/%d", c.Act, c.Customer, c.Sub)
	}
	return fmt.Sprintf("%s %d", c.Act, c.Customer)
}

// Target is the canonical path of the command.
func (c Command) Target() string { return c.target() }

// Body is what the request says.
func (c Command) Body() string { return c.body() }

func (c Command) body() string {
	c.Request, c.Match, c.Preview = "", "", false
	return c.String()
}

// mayTry asks the roles that do not depend on what is found (R05, R21).
func (m *Model) mayTry(c Command) {
	if sales := Actors[c.Actor].Sales; sales && slices.Contains([]string{"cancel", "activate", "pay", "void"}, c.Act) {
		refuse("role.missing")
	}
}

// customer finds one inside the actor's tenant.
func (m *Model) customer(c Command) *Customer {
	who, cust := Actors[c.Actor], m.Customers[c.Customer]
	if who.Partner != cust.Partner || who.Reseller && !cust.Reseller {
		refuse("tenant.foreign")
	}
	return cust
}

func (m *Model) touch(s *Sub) {
	old := *s
	m.undo = append(m.undo, func() { *s = old })
	s.Ver++
	s.Batches = slices.Clone(s.Batches)
}

func (m *Model) touchOrder(o *Order) {
	old := *o
	m.undo = append(m.undo, func() { *o = old })
	o.Ver++
	o.Lines = slices.Clone(o.Lines)
}

// book writes a charge or credit, and sees to the billing periods that it opens (F71).
func (m *Model) book(c Charge) *Charge {
	c.Handle = len(m.Charges)
	m.Charges = append(m.Charges, &c)
	m.count(&c, 1)
	cust := m.Customers[c.Customer]
	start, end := billingPeriod(BillingDays[cust.Partner], c.At)
	if cust.FirstBilling.IsZero() || start.Before(cust.FirstBilling) {
		old := cust.FirstBilling
		m.undo = append(m.undo, func() { cust.FirstBilling = old })
		cust.FirstBilling = start
	}
	k := account{cust.Partner, c.Currency}
	if next, ok := m.periods[k]; !ok || end.Before(next) {
		m.undo = append(m.undo, func() {
			if delete(m.periods, k); ok {
				m.periods[k] = next
			}
		})
		m.periods[k] = end
	}
	return &c
}

// sumKey is a partner's billing period in a currency.
type sumKey struct {
	account
	start int64
}

type totals struct {
	net, tax int64
	lines    int
	charges  int // of the lines, those above nothing
}

func (m *Model) count(c *Charge, sign int) {
	p := m.Customers[c.Customer].Partner
	start, _ := billingPeriod(BillingDays[p], c.At)
	k := sumKey{account{p, c.Currency}, start.Unix()}
	t := m.sums[k]
	if t == nil {
		t = &totals{}
		m.sums[k] = t
	}
	t.net += int64(sign) * c.Net
	t.tax += int64(sign) * c.TaxMinor
	if t.lines += sign; c.gross() > 0 {
		t.charges += sign
	}
}
