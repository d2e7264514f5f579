package app

import (
	"context"
	"slices"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

const (
	billable     = 4096 // customers looked up at a time
	billsAtOnce  = 32   // customers billed in one transaction
	chargesABill = 500  // charges read at a time
)

// Billable is a customer who gets a bill in a currency.
type Billable struct {
	Currency money.Currency
	Customer id.Customer
}

// toBill is somebody who gets a bill for a period; without a customer: all have theirs.
type toBill struct {
	Due
	customer id.Customer
}

// issueBills bills the customers of a partner for a period that is closed (F78), in all its currencies that are due: a few
// in each transaction, so that nobody waits long. Those that have their bill are left out, so a run that was cut off goes on
// where it stopped (E10).
func (a *App) issueBills(ctx context.Context, dues []Due, happened func(Happened)) error {
	var some []toBill
	add := func(b toBill) error {
		if some = append(some, b); len(some) < billsAtOnce {
			return nil
		}
		err := a.billCustomers(ctx, some, happened)
		some = some[:0]
		return err
	}
	for after := (Billable{}); ; {
		open, err := read(ctx, a.Store, func(r Reader) ([]Billable, error) {
			return r.Billable(dues[0].Scope, dues[0].Period, after, billable)
		})
		if err != nil {
			return err
		}
		for _, b := range open {
			n := slices.IndexFunc(dues, func(d Due) bool { return d.Currency == b.Currency })
			if n < 0 {
				continue // its account is not closed yet
			}
			if err := add(toBill{dues[n], b.Customer}); err != nil {
				return err
			}
		}
		if len(open) < billable {
			break
		}
		after = open[len(open)-1]
	}
	for _, d := range dues {
		if err := add(toBill{Due: d}); err != nil {
			return err
		}
	}
	return a.billCustomers(ctx, some, happened)
}

// billCustomers issues the bills of some customers. The partner's lock keeps its numbers in order, and its mark-up as it is.
func (a *App) billCustomers(ctx context.Context, some []toBill, happened func(Happened)) error {
	if len(some) == 0 {
		return nil
	}
	scope := some[0].Scope
	act := Act{Actor: sweeper(scope), Lock: Lock{Partner: true}}
	var done []Happened
	_, err := a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		done = nil
		var s *seller
		var partner party.Partner
		for _, b := range some {
			if b.customer == "" {
				if err := tx.BillsDone(b.Currency, b.Period); err != nil {
					return nil, err
				}
				continue
			}
			if s == nil {
				var err error
				if partner, err = tx.Partner(scope); err != nil {
					return nil, err
				}
				if s, err = newSeller(tx, scope); err != nil {
					return nil, err
				}
			}
			bill, err := s.issue(tx, partner, b.customer, b.Currency, b.Period)
			if err != nil {
				return nil, err
			}
			if bill.ID == "" {
				continue // another worker was first
			}
			to := party.Customer{ID: b.customer, CompanyName: bill.Name}
			err = saver{app: a, tx: tx, act: &act, customer: to, now: b.At}.record(activity.ReadyInvoice, activity.Invoice, string(bill.ID),
				activity.Detail{Key: "Document", Value: string(bill.Document)}, activity.Detail{Key: "Total", Value: bill.Total().String()})
			if err != nil {
				return nil, err
			}
			done = append(done, Happened{At: b.At, What: "bill", Customer: b.customer, Invoice: bill.ID})
		}
		return nil, nil
	})
	if err == nil && happened != nil {
		for _, h := range done {
			happened(h)
		}
	}
	return err
}

// issue makes the bill of a customer; one without an id when it is made already.
func (s *seller) issue(tx Tx, partner party.Partner, customer id.Customer, currency money.Currency, p when.Period) (billing.CustomerBill, error) {
	carried := money.Of(0, currency)
	last, had, err := tx.LastBill(s.scope, customer, currency)
	switch {
	case err != nil:
		return billing.CustomerBill{}, err
	case had && !last.Period.Start.Before(p.Start):
		return billing.CustomerBill{}, nil
	case had:
		carried = last.CarryOut
	}
	to, err := tx.CustomerOnFile(s.scope, customer)
	if err != nil {
		return billing.CustomerBill{}, err
	}
	totals, err := s.totals(customer, currency, p)
	if err != nil {
		return billing.CustomerBill{}, err
	}
	number, err := tx.NextBillNumber()
	if err != nil {
		return billing.CustomerBill{}, err
	}
	bill := billing.IssueBill(number, partner, to, currency, p, totals, carried)
	return bill, tx.AddBill(bill)
}

// BillTotals gives what works the lines of a partner's bills out again: what their own totals must be.
func BillTotals(r Reader, scope party.Scope) (func(billing.CustomerBill) (billing.Totals, error), error) {
	s, err := newSeller(r, scope)
	return func(b billing.CustomerBill) (billing.Totals, error) {
		return s.totals(b.Customer, b.Currency, b.Period)
	}, err
}

// BillView is a bill with its lines as sold, and how each came about.
type BillView struct {
	billing.CustomerBill
	Lines []StatementLine
	Why   []billing.Explanation
}

// mayReadBills: the customer's own people by R09, those of the partner who read its invoices by R08. A reseller's bill their
// customers themselves: the provider's prices are not theirs to see.
func mayReadBills(who party.Actor, customer id.Customer) error {
	if who.Customer != "" {
		return who.MayFor(party.ReadBills, customer)
	}
	if err := who.May(party.ReadInvoices); err != nil {
		return err
	}
	return notReseller(who)
}

func notReseller(who party.Actor) error {
	if who.Scope.Reseller() != "" {
		return fault.Deny("resale.provider", nil)
	}
	return nil
}

// Bills lists what the partner billed a customer, newest first (R09, R08).
func (a *App) Bills(ctx context.Context, who party.Actor, customer id.Customer, q InvoiceQuery) ([]billing.CustomerBill, error) {
	if err := mayReadBills(who, customer); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]billing.CustomerBill, error) {
		if _, err := r.CustomerOnFile(who.Scope, customer); err != nil {
			return nil, err
		}
		return r.Bills(who.Scope, customer, q)
	})
}

// Bill is one bill with at most limit of its lines, the first of them skipped (R09, R08). Fault: "bill.unknown".
func (a *App) Bill(ctx context.Context, who party.Actor, customer id.Customer, number id.Invoice, skip, limit int) (BillView, error) {
	if err := mayReadBills(who, customer); err != nil {
		return BillView{}, err
	}
	return read(ctx, a.Store, func(r Reader) (v BillView, err error) {
		if _, err = r.CustomerOnFile(who.Scope, customer); err != nil {
			return v, err
		}
		if v.CustomerBill, err = r.Bill(who.Scope, customer, number); err != nil {
			return v, err
		}
		s, err := newSeller(r, who.Scope)
		if err != nil {
			return v, err
		}
		to := party.Customer{ID: v.Customer, CompanyName: v.Name, Domain: v.Domain}
		n := 0
		err = s.each(customer, v.Currency, v.Period, func(c billing.Charge) (bool, error) {
			if n++; n <= skip {
				return true, nil
			}
			if len(v.Lines) == limit {
				return false, nil
			}
			sold, before, err := s.sell(c)
			if err != nil {
				return false, err
			}
			o, err := s.order(c)
			if err != nil {
				return false, err
			}
			l := o.Lines[c.Line] // of it, what says nothing of the cost
			v.Lines = append(v.Lines, StatementLine{
				Charge: sold, Customer: to, Order: order.Order{ID: o.ID, At: o.At},
				Line: order.Line{Number: l.Number, Item: l.Item, Title: l.Title, Term: l.Term, Plan: l.Plan},
			})
			v.Why = append(v.Why, billing.Explain(sold, before))
			return true, nil
		})
		return v, err
	})
}

// BillStatement is what the printed form of a bill holds (R09, R08): the partner is who issues it, in the customer's
// language, all as it was then. Fault: "bill.unknown".
func (a *App) BillStatement(ctx context.Context, who party.Actor, customer id.Customer, number id.Invoice) (Statement, error) {
	v, err := a.Bill(ctx, who, customer, number, 0, MaxStatement)
	return Statement{
		InvoiceView: InvoiceView{Invoice: v.Invoice, Now: v.IssuedAt}, Partner: party.Partner{Name: v.Issuer, Culture: v.Culture},
		To: v.Name, Lines: v.Lines, Why: v.Why,
	}, err
}
