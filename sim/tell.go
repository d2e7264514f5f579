package sim

import (
	"fmt"
	"slices"
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
		a.text = fmt.Sprintf("s%d %s x%d auto %t/%t %s-%s free %s ends %s window %s %s %t\n%s", w.sub(v.ID), v.State, v.Quantity, v.AutoRenew,
			v.Switchable, at(v.Current.Start), at(v.Current.End), at(v.TrialUntil), at(v.EndsAt), v.Window.Policy, at(v.Window.Until),
			v.Window.Allowed, w.moneyText(v.Charges))
		if v.Preview != nil {
			a.hash = v.Preview.Hash()
		}
	}
	return a, nil
}

// chargesNow are the customer's charges and credits of this very instant: what an answer without money has made.
func (w *world) chargesNow(c model.Command) (cs []billing.Charge, err error) {
	now := w.clock.Now()
	err = w.store.View(ctx, func(r app.Reader) error {
		cs, err = r.Charges(actor(c.Actor).Scope, app.ChargeQuery{Customer: w.customers[c.Customer], From: now, Until: now.Add(time.Microsecond)})
		return err
	})
	return cs, err
}

// at tells an instant; ones that mean "never" are told as there being none.
func at(t time.Time) string { return model.At(t) }

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
				if l.Subscription != "" && len(subs) > 0 {
					w.subOf[l.Subscription] = subs[0]
					w.subs = append(w.subs[:subs[0]], l.Subscription)
					subs = subs[1:]
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

func (w *world) learn(handle int, o id.Order) { w.orders[handle], w.orderOf[o] = o, handle }

func (w *world) orderText(o order.Order) string {
	var b strings.Builder
	handle, ok := w.orderOf[o.ID]
	if !ok {
		handle = -1
	}
	fmt.Fprintf(&b, "o%d c%d %s %s %s %s %t", handle, slices.Index(w.customers, o.Customer), o.Plan, o.Currency, at(o.At), o.Status, o.System)
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
	return fmt.Sprintf("s%d c%d o%d.%d %s %s x%d auto %t/%t %s-%s next %s free %s data %s ended %s parent s%d %s", w.sub(s.ID),
		slices.Index(w.customers, s.Customer), w.orderOf[s.Order], s.Line, s.Class, s.State, s.Quantity, s.AutoRenew, s.Switchable,
		at(s.Current.Start), at(s.Current.End), at(s.NextCharge), at(s.TrialUntil), at(s.DataUntil), at(s.EndedAt), parent, s.Tariff.Policy)
}

func invoiceText(p int, i billing.Invoice) string {
	return fmt.Sprintf("%s %d p%d %s %s-%s %d lines %d+%d carried %d out %d total %d", i.Document, i.Number, p, i.Currency, at(i.Period.Start), at(i.Period.End),
		i.Totals.Lines, i.Totals.Net.Minor(), i.Totals.Tax.Minor(), i.Carried.Minor(), i.CarryOut.Minor(), i.Total().Minor())
}

// state is what the store holds, in the model's words, in an order of its own: subscriptions, charges from an instant on,
// and the sums of all of them; in whole also orders and documents.
func (w *world) state(m *model.Model, from time.Time, whole bool) (lines []string, err error) {
	err = w.store.View(ctx, func(r app.Reader) error {
		lines = nil
		for n, c := range w.customers {
			scope := party.NewScope(partners[m.Customers[n].Partner].ID, "")
			subs, err := r.Subscriptions(scope, c, app.SubscriptionQuery{})
			if err != nil {
				return err
			}
			if whole {
				orders, err := r.Orders(scope, c, "")
				if err != nil {
					return err
				}
				w.learnRenewals(m, orders)
				for _, o := range orders {
					lines = append(lines, w.orderText(o))
				}
			}
			for _, s := range subs {
				if err := w.learnRenewal(r, m, scope, c, s.Order); err != nil {
					return err
				}
				lines = append(lines, w.subText(s))
			}
		}
		for p := range model.BillingDays {
			scope := party.NewScope(partners[p].ID, "")
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
				invoices, err := r.Invoices(scope, app.InvoiceQuery{})
				if err != nil {
					return err
				}
				for _, i := range invoices {
					lines = append(lines, invoiceText(p, i))
				}
			}
			if err := ledgerText(r, scope, p, &lines); err != nil {
				return err
			}
		}
		return nil
	})
	slices.Sort(lines)
	return lines, err
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

// learnRenewals finds the handles of orders that renewals made: by their subscription and instant.
func (w *world) learnRenewals(m *model.Model, orders []order.Order) {
	for _, o := range orders {
		if _, known := w.orderOf[o.ID]; known || !o.System {
			continue
		}
		for _, want := range m.Orders {
			_, taken := w.orders[want.Handle]
			if want.System && !taken && want.At.Equal(o.At) && want.Lines[0].Sub == w.sub(o.Lines[0].Subscription) {
				w.learn(want.Handle, o.ID)
				break
			}
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
		orders, err := r.Orders(party.NewScope(partners[m.Customers[c].Partner].ID, ""), w.customers[c], catalog.Plan(m.Orders[handle].Plan))
		w.learnRenewals(m, orders)
		return err
	})
}

// expected is state as the model has it.
func expected(m *model.Model, from time.Time, whole bool) (lines []string) {
	for _, s := range m.Subs {
		lines = append(lines, s.Text())
	}
	type books struct {
		n   int
		sum int64
	}
	all := map[string]books{}
	for _, c := range m.Charges {
		k := fmt.Sprintf("p%d %s", m.Customers[c.Customer].Partner, c.Currency)
		all[k] = books{all[k].n + 1, all[k].sum + c.Net + c.TaxMinor}
		if !c.At.Before(from) {
			lines = append(lines, fmt.Sprintf("%s of o%d", c.Text(), c.Order))
		}
	}
	if whole {
		for _, o := range m.Orders {
			lines = append(lines, m.OrderText(o))
		}
		for _, i := range m.Invoices {
			lines = append(lines, i.Text())
		}
	}
	for k, b := range all {
		lines = append(lines, fmt.Sprintf("books %s %d charges %d receivable %d all 0", k, b.n, b.sum, b.sum))
	}
	slices.Sort(lines)
	return lines
}

// estimates are what the next invoices of a partner would hold.
func (w *world) estimates(worker, p int) ([]string, error) {
	list, err := w.workers[worker].Estimates(ctx, actor(p))
	var lines []string
	for _, e := range list {
		lines = append(lines, invoiceText(p, billing.Issue(0, money.Currency(e.Currency), e.Period, e.Totals, e.Carried)))
	}
	return lines, err
}
