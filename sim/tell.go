package sim

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/sim/model"
)

// tell puts an outcome into the model's words and learns the ids of what was made.
func (w *world) tell(c model.Command, out any, expect model.Answer) (a answer, err error) {
	switch v := out.(type) {
	case order.Cart:
		w.carts = append(w.carts, v.ID)
		a.text = cartText(v.Lines)
	case app.Purchase:
		a.text = w.purchase(c, v, expect)
		if v.Preview != nil {
			a.hash = v.Preview.Hash()
		}
	case app.OrderView:
		var money []billing.Charge
		if v.Preview != nil {
			a.hash, money = v.Preview.Hash(), v.Preview.Charges
		} else if money, err = w.chargesNow(c); err != nil {
			return a, err
		}
		a.text = w.orderText(v.Order) + w.moneyText(money)
	case app.SubscriptionView:
		if c.Act == "activate" {
			a.text = fmt.Sprintf("s%d %s x%d %s-%s free %s", w.sub(v.ID), v.State, v.Quantity, at(v.Current.Start), at(v.Current.End), at(v.TrialUntil))
			break
		}
		a.text = fmt.Sprintf("s%d %s %s x%d auto %t/%t then %s %s-%s free %s ends %s window %s %s %t\n%s", w.sub(v.ID), v.Item.Product, v.State, v.Quantity, v.AutoRenew,
			v.Switchable, thenText(v.Scheduled), at(v.Current.Start), at(v.Current.End), at(v.TrialUntil), at(v.EndsAt), v.Window.Policy, at(v.Window.Until),
			v.Window.Allowed, w.moneyText(v.Charges))
		if v.Preview != nil {
			a.hash = v.Preview.Hash()
		}
	case app.Conversion:
		text, err := w.made(c, &a, v.Preview)
		a.text = fmt.Sprintf("o%d s%d from %s to %s x%d %s\n%s", w.order(v.Order), w.sub(v.Subscription), v.From.Product, v.To.Product, v.Quantity, v.Plan, text)
		return a, err
	case app.Transition:
		if !c.Preview && len(expect.Orders) > 0 {
			w.learn(expect.Orders[0], v.Operation)
			w.learnSubs(expect.Subs, v.To)
		}
		months, _ := v.Term.AllMonths()
		text, err := w.made(c, &a, v.Preview)
		a.text = fmt.Sprintf("o%d s%d %s to s%d %s x%d %s %dm\n%s", w.order(v.Operation), w.sub(v.From), v.FromItem.Product, w.sub(v.To), v.ToItem.Product,
			v.Quantity, v.Plan, months, text)
		return a, err
	case app.Paid:
		a.text = fmt.Sprintf("paid %d on %s: %s", v.Amount.Minor(), at(v.On), invoiceText(w.partnerOf(c), v.After))
	case app.InvoiceView:
		a.text = invoiceText(w.partnerOf(c), v.Invoice)
		for _, note := range v.Amendments {
			a.text += "\n" + invoiceText(w.partnerOf(c), note)
		}
	}
	return a, nil
}

// made is the money of an act that can be previewed and whose answer holds none, and the preview's hash.
func (w *world) made(c model.Command, a *answer, p *app.Preview) (string, error) {
	if c.Preview {
		a.hash = p.Hash()
		return w.moneyText(p.Charges), nil
	}
	money, err := w.chargesNow(c)
	return w.moneyText(money), err
}

func thenText(n subscription.NextTerm) string {
	if n.IsZero() {
		return "-"
	}
	months, _ := n.Term.AllMonths()
	return model.NextText(string(n.Item.Product), n.Quantity, string(n.Plan), months, n.End.At)
}

func (w *world) partnerOf(c model.Command) int { return model.Actors[c.Actor].Partner }

// chargesNow are the customer's charges and credits of this very instant: what an answer without money has made.
func (w *world) chargesNow(c model.Command) (cs []billing.Charge, err error) {
	now := w.clock.Now()
	err = w.store.View(ctx, func(r app.Reader) error {
		cs, err = r.Charges(w.actor(c.Actor).Scope, app.ChargeQuery{Customer: w.customers[c.Customer], From: now, Until: now.Add(time.Microsecond)})
		return err
	})
	return cs, err
}

// at tells an instant; ones that mean "never" are told as there being none.
func at(t time.Time) string { return model.At(t) }

func (w *world) order(o id.Order) int {
	if n, ok := w.orderOf[o]; ok {
		return n
	}
	return -1
}

func (w *world) sub(s id.Subscription) int {
	if n, ok := w.subOf[s]; ok {
		return n
	}
	return -1
}

func cartText(lines []order.CartLine) string {
	var b strings.Builder
	code := func(l order.CartLine) string {
		if l.Fault != nil {
			return l.Fault.Code
		}
		return ""
	}
	for _, l := range lines {
		fmt.Fprintf(&b, "%s %s g%s %s;", l.Item.Product, l.Plan, l.Group, code(l))
		for _, a := range l.AddOns {
			fmt.Fprintf(&b, "+%s %s;", a.Item.Product, code(a))
		}
	}
	return b.String()
}

func (w *world) purchase(c model.Command, v app.Purchase, expect model.Answer) string {
	if !c.Preview {
		handles, subs := expect.Orders, expect.Subs
		for _, o := range v.Made.Orders {
			if len(handles) == 0 {
				break // the model expected fewer: the texts will differ
			}
			w.learn(handles[0], o.ID)
			handles = handles[1:]
			for _, l := range o.Lines {
				if l.Subscription != "" {
					subs = w.learnSubs(subs, l.Subscription)
				}
			}
		}
	}
	var b strings.Builder
	for _, o := range v.Orders {
		b.WriteString(w.orderText(o))
	}
	for _, f := range v.Failed {
		fmt.Fprintf(&b, "failed %s\n", f.Fault.Code)
	}
	return b.String() + w.moneyText(v.Made.Charges)
}

// learnSubs gives the first of the handles to a new subscription, and tells the others.
func (w *world) learnSubs(handles []int, s id.Subscription) []int {
	if len(handles) == 0 {
		return nil
	}
	w.subOf[s] = handles[0]
	w.subs = append(w.subs[:handles[0]], s)
	return handles[1:]
}

func (w *world) learn(handle int, o id.Order) { w.orders[handle], w.orderOf[o] = o, handle }

func (w *world) orderText(o order.Order) string {
	var b strings.Builder
	fmt.Fprintf(&b, "o%d c%d %s %s %s %s %t", w.order(o.ID), slices.Index(w.customers, o.Customer), o.Plan, o.Currency, at(o.At), o.Status, o.System)
	for _, l := range o.Lines {
		sub := -1
		if l.Subscription != "" {
			sub = w.sub(l.Subscription)
		}
		fmt.Fprintf(&b, " [%s %s x%d s%d %s %s]", l.Item.Product, l.Class, l.Quantity, sub, l.State, at(l.EndedAt))
	}
	b.WriteByte('\n')
	return b.String()
}

func (w *world) moneyText(cs []billing.Charge) string {
	lines := make([]string, len(cs))
	for i, c := range cs {
		lines[i] = w.chargeText(c)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func (w *world) chargeText(c billing.Charge) string {
	sub := -1
	if c.Subscription != "" {
		sub = w.sub(c.Subscription)
	}
	return model.ChargeText(string(c.Kind), c.At, slices.Index(w.customers, c.Customer), c.Line, sub, c.Period.Start, c.Period.End, c.Quantity,
		c.Net.Minor(), c.Tax.Minor(), string(c.Gross().Currency()), c.PolicyRow)
}

func (w *world) subText(s subscription.Subscription) string {
	parent := -1
	if s.Parent != "" {
		parent = w.sub(s.Parent)
	}
	return fmt.Sprintf("s%d c%d o%d.%d %s %s %s x%d auto %t/%t then %s %s-%s next %s free %s data %s ended %s parent s%d %s", w.sub(s.ID),
		slices.Index(w.customers, s.Customer), w.order(s.Order), s.Line, s.Item.Product, s.Class, s.State, s.Quantity, s.AutoRenew, s.Switchable, thenText(s.Scheduled),
		at(s.Current.Start), at(s.Current.End), at(s.NextCharge), at(s.TrialUntil), at(s.DataUntil), at(s.EndedAt), parent, s.Tariff.Policy)
}

func invoiceText(p int, i billing.Invoice) string {
	return model.Invoice{
		Document: string(i.Document), Number: int(i.Number), Edition: i.Edition, Partner: p, Currency: string(i.Currency), Start: i.Period.Start,
		End: i.Period.End, Issued: i.IssuedAt, Due: i.DueAt, Lines: i.Totals.Lines, Net: i.Totals.Net.Minor(), Tax: i.Totals.Tax.Minor(),
		Carried: i.Carried.Minor(), Carry: i.CarryOut.Minor(), Paid: i.Paid.Minor(), Amends: numberOf(i.Amends), VoidedBy: numberOf(i.VoidedBy),
		ReplacedBy: numberOf(i.ReplacedBy),
	}.Text()
}

// numberOf is the number in a document's id; 0 for none.
func numberOf(i id.Invoice) int {
	n, _ := strconv.Atoi(strings.TrimLeft(string(i), "G0"))
	return n
}

// state is what the store holds, in the model's words, in an order of its own: subscriptions that lived since an instant, and
// charges from it on; in whole also the others, orders and documents, the sums of the books and the balances.
func (w *world) state(m *model.Model, from time.Time, whole bool) (lines []string, err error) {
	err = w.store.View(ctx, func(r app.Reader) error {
		lines = nil
		for n, c := range w.customers {
			scope := w.scope(m.Customers[n].Partner)
			q := app.SubscriptionQuery{}
			if whole {
				orders, err := r.Orders(scope, c, "")
				if err != nil {
					return err
				}
				w.learnRenewals(m, orders)
				for _, o := range orders {
					lines = append(lines, w.orderText(o))
				}
			} else if q.IDs = w.moving(m, n, from); len(q.IDs) == 0 {
				continue
			}
			subs, err := r.Subscriptions(scope, c, q)
			if err != nil {
				return err
			}
			for _, s := range subs {
				if err := w.learnRenewal(r, m, scope, c, s.Order); err != nil {
					return err
				}
				lines = append(lines, w.subText(s))
			}
		}
		for p := range model.BillingDays {
			scope := w.scope(p)
			charges, err := r.Charges(scope, app.ChargeQuery{From: from})
			if err != nil {
				return err
			}
			for _, c := range charges {
				if err := w.learnRenewal(r, m, scope, c.Customer, c.Order); err != nil {
					return err
				}
				lines = append(lines, fmt.Sprintf("%s of o%d", w.chargeText(c), w.orderOf[c.Order]))
			}
			if whole {
				if err := w.books(r, scope, p, &lines); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if whole {
		for p := range model.BillingDays {
			balances, berr := w.workers[0].Balances(ctx, w.actor(p))
			for _, b := range balances {
				lines = append(lines, model.BalanceText(p, string(b.Currency), b.Amount.Minor(), b.Overdue.Minor()))
			}
			err = errors.Join(err, berr)
		}
	}
	slices.Sort(lines)
	return lines, err
}

// moving are the subscriptions of a customer that live, or ended at or after an instant.
func (w *world) moving(m *model.Model, customer int, from time.Time) (ids []id.Subscription) {
	for _, s := range m.Subs {
		if s.Customer == customer && s.Handle < len(w.subs) && moves(s, from) {
			ids = append(ids, w.subs[s.Handle])
		}
	}
	return ids
}

func moves(s *model.Sub, from time.Time) bool {
	return s.Live() || !s.Due().IsZero() || !s.Ended.Before(from)
}

// books are the documents of a partner and the sums of its books.
func (w *world) books(r app.Reader, scope party.Scope, p int, lines *[]string) error {
	invoices, err := r.Invoices(scope, app.InvoiceQuery{})
	if err != nil {
		return err
	}
	for _, i := range invoices {
		if w.shared {
			i.Number = 0
		}
		*lines = append(*lines, invoiceText(p, i))
		if i.VoidedBy == "" {
			continue
		}
		note, err := r.Invoice(scope, i.VoidedBy)
		if err != nil {
			return err
		}
		*lines = append(*lines, invoiceText(p, note))
	}
	return ledgerText(r, scope, p, lines)
}

// ledgerText adds up the books of a partner: what is receivable, and what all accounts make together.
func ledgerText(r app.Reader, scope party.Scope, p int, lines *[]string) error {
	sums, err := r.LedgerSums(scope)
	if err != nil {
		return err
	}
	totals, err := r.Totals(scope, time.Time{}, time.Time{})
	if err != nil {
		return err
	}
	for currency, t := range totals {
		all := int64(0)
		for _, sum := range sums[currency] {
			all += sum
		}
		*lines = append(*lines, fmt.Sprintf("books p%d %s %d charges %d receivable %d all %d", p, currency, t.Lines, t.Gross().Minor(),
			sums[currency]["receivable"], all))
	}
	return nil
}

// learnRenewals finds the handles of orders that no answer named, of renewals and conversions: by their subscription and
// instant.
func (w *world) learnRenewals(m *model.Model, orders []order.Order) {
	for ; w.indexed < len(m.Orders); w.indexed++ {
		o := m.Orders[w.indexed]
		if _, told := w.orders[o.Handle]; !told && (o.System || o.Moved) { // a transition at the instant of a conversion is told
			w.renewals[renewalKey{o.Lines[0].Sub, o.At.UnixMicro(), o.System}] = o.Handle
		}
	}
	for _, o := range orders {
		if _, known := w.orderOf[o.ID]; known {
			continue
		}
		if handle, ok := w.renewals[renewalKey{w.sub(o.Lines[0].Subscription), o.At.UnixMicro(), o.System}]; ok {
			w.learn(handle, o.ID)
		}
	}
}

// learnRenewal finds the handle of one order, unless it is known.
func (w *world) learnRenewal(r app.Reader, m *model.Model, scope party.Scope, c id.Customer, o id.Order) error {
	if _, known := w.orderOf[o]; known {
		return nil
	}
	one, err := r.Order(scope, c, string(o))
	w.learnRenewals(m, []order.Order{one})
	return err
}

// renewal learns the id of one renewal's order.
func (w *world) renewal(m *model.Model, handle int) error {
	if _, known := w.orders[handle]; known {
		return nil
	}
	c := m.Orders[handle].Customer
	return w.store.View(ctx, func(r app.Reader) error {
		orders, err := r.Orders(w.scope(m.Customers[c].Partner), w.customers[c], catalog.Plan(m.Orders[handle].Plan))
		w.learnRenewals(m, orders)
		return err
	})
}

// expected is state as the model has it.
func (w *world) expected(m *model.Model, from, now time.Time, whole bool) (lines []string) {
	for _, s := range m.Subs {
		if whole || moves(s, from) {
			lines = append(lines, s.Text())
		}
	}
	for _, c := range m.Charges {
		if !c.At.Before(from) {
			lines = append(lines, fmt.Sprintf("%s of o%d", c.Text(), c.Order))
		}
	}
	if whole {
		for _, o := range m.Orders {
			lines = append(lines, m.OrderText(o))
		}
		for _, i := range m.Invoices {
			told := *i
			if w.shared {
				told.Number = 0
			}
			lines = append(lines, told.Text())
		}
		lines = append(lines, expectedBooks(m, now)...)
	}
	slices.Sort(lines)
	return lines
}

// expectedBooks are the sums of the books and the balances as the model has them.
func expectedBooks(m *model.Model, now time.Time) (lines []string) {
	type books struct {
		n   int
		sum int64
	}
	all := map[string]books{}
	for _, c := range m.Charges {
		k := fmt.Sprintf("p%d %s", m.Customers[c.Customer].Partner, c.Currency)
		all[k] = books{all[k].n + 1, all[k].sum + c.Net + c.TaxMinor}
	}
	paid := map[string]int64{}
	for _, p := range m.Paid {
		paid[fmt.Sprintf("p%d %s", p.Partner, p.Currency)] += p.Amount
	}
	for k, b := range all {
		lines = append(lines, fmt.Sprintf("books %s %d charges %d receivable %d all 0", k, b.n, b.sum, b.sum-paid[k]))
	}
	for p := range model.BillingDays {
		lines = append(lines, m.Balances(p, now)...)
	}
	return lines
}

// estimates are what the next invoices of a partner would hold.
func (w *world) estimates(worker, p int) ([]string, error) {
	list, err := w.workers[worker].Estimates(ctx, w.actor(p))
	var lines []string
	for _, e := range list {
		lines = append(lines, invoiceText(p, billing.Issue(0, money.Currency(e.Currency), e.Period, e.Totals, e.Carried)))
	}
	return lines, err
}
