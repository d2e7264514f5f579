package app

import (
	"context"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Use is what was charged by use in the running billing period, without tax, by customer.
type Use struct {
	Partner   party.Partner
	Period    when.Period
	Customers []CustomerUse // those with a subscription that is charged by use
}

// CustomerUse is one customer's part of it.
type CustomerUse struct {
	Customer      party.Customer
	Total         money.Amount // in the currency of its market
	Subscriptions []SubscriptionUse
}

// SubscriptionUse is one subscription's part of it.
type SubscriptionUse struct {
	subscription.Subscription
	Total money.Amount
}

// Use tells what was used, by whom (R14: it speaks of cost): of all customers of the scope, or of one, which is there
// though it uses nothing.
func (a *App) Use(ctx context.Context, who party.Actor, c id.Customer) (Use, error) {
	if err := who.MayFor(party.ReadPrices, c); err != nil {
		return Use{}, err
	}
	now := a.Clock.Now()
	return read(ctx, a.Store, func(r Reader) (u Use, err error) {
		if u.Partner, err = r.Partner(who.Scope); err != nil {
			return u, err
		}
		u.Period = billing.PeriodAt(u.Partner.BillingDay, now)
		if c != "" {
			if err := u.customer(r, who, c); err != nil {
				return u, err
			}
		}
		subs, err := r.Metered(who.Scope, c)
		if err != nil {
			return u, err
		}
		sums, err := r.UseSums(who.Scope, c, u.Period.Start, u.Period.End)
		if err != nil {
			return u, err
		}
		for _, s := range subs {
			total, charged := sums[s.ID]
			if !s.State.Live() && !charged {
				continue
			}
			if !charged {
				total = money.Of(0, s.Currency)
			}
			if n := len(u.Customers); n == 0 || u.Customers[n-1].Customer.ID != s.Customer {
				if err := u.customer(r, who, s.Customer); err != nil {
					return u, err
				}
			}
			of := &u.Customers[len(u.Customers)-1]
			of.Subscriptions = append(of.Subscriptions, SubscriptionUse{s, total})
			if total.Currency() == of.Total.Currency() {
				of.Total = of.Total.Add(total)
			}
		}
		return u, nil
	})
}

// customer opens a customer's part.
func (u *Use) customer(r Reader, who party.Actor, c id.Customer) error {
	customer, err := r.Customer(who.Scope, c)
	m, _ := market.Lookup(string(customer.Country()))
	u.Customers = append(u.Customers, CustomerUse{Customer: customer, Total: money.Of(0, m.Currency)})
	return err
}

// UsedBy is what one subscription was charged by use. One that is not charged by use was charged nothing.
func (a *App) UsedBy(ctx context.Context, who party.Actor, c id.Customer, sub id.Subscription) (SubscriptionUse, when.Period, error) {
	u, err := a.Use(ctx, who, c)
	if err != nil {
		return SubscriptionUse{}, u.Period, err
	}
	for _, s := range u.Customers[0].Subscriptions {
		if s.ID == sub {
			return s, u.Period, nil
		}
	}
	v, err := a.Subscription(ctx, who, c, sub)
	return SubscriptionUse{v.Subscription, money.Of(0, v.Currency)}, u.Period, err
}

// SetBudget says what a customer means to spend a month on what is charged by use (R12), in major units of its market's
// currency; "0" takes it back. Nothing is refused because of it.
// Faults: those of money.Parse, "budget.negative".
func (a *App) SetBudget(ctx context.Context, who party.Actor, req Request, c id.Customer, amount string) (Reply, error) {
	if err := who.MayFor(party.EditCustomer, c); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		customer, err := tx.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		m, _ := market.Lookup(string(customer.Country()))
		budget, err := money.Parse(amount, m.Currency)
		switch {
		case err != nil:
			return nil, err
		case budget.Sign() < 0:
			return nil, fault.Invalid("budget.negative", nil)
		case budget == customer.Budget || budget.IsZero() && customer.Budget.IsZero():
			return customer, nil
		}
		changes := budgetChanges(customer.Budget, budget)
		customer.Budget = budget
		if err := tx.SaveCustomer(customer); err != nil {
			return nil, err
		}
		s := saver{a, tx, &act, customer, a.Clock.Now()}
		return customer, s.changed(activity.UpdateBudget, activity.Customer, string(c), changes, activity.Detail{Key: "Budget", Value: budget.String()})
	})
}
