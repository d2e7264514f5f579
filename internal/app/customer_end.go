package app

import (
	"context"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// SetRelationship ends the relationship with a customer, or takes it up again (R12). It ends once reservations are cancelled
// and every active subscription is suspended; only the customer's own administrator takes it up again. What was bought
// stays readable, and nothing else goes on. Faults: those of order.MayEnd, "role.missing".
func (a *App) SetRelationship(ctx context.Context, who party.Actor, req Request, c id.Customer, ended bool) (Reply, error) {
	if err := who.MayFor(party.EndRelationship, c); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req, Version: customerVersion(who, c)}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		now := a.Clock.Now()
		customer, err := tx.Customer(who.Scope, c)
		if err != nil || customer.RelationEnded == ended {
			return customer, err
		}
		operation := activity.RemoveRelationship
		if ended {
			subs, err := tx.Subscriptions(who.Scope, c, SubscriptionQuery{})
			if err != nil {
				return nil, err
			}
			if err := order.MayEnd(subs); err != nil {
				return nil, err
			}
		} else {
			if operation = activity.CreateRelationship; who.Customer == "" {
				return nil, fault.Deny("role.missing", fault.Args{"act": party.EndRelationship.ID, "roles": string(party.CustomerGlobal)})
			}
		}
		customer.RelationEnded = ended
		if err := tx.SaveCustomer(customer); err != nil {
			return nil, err
		}
		customer.Version++
		s := saver{a, tx, &act, customer, now}
		return customer, s.changed(operation, activity.Relationship, string(c), relationshipChanges(ended))
	})
}

// DeleteCustomer deletes a customer of a sandbox partner (R12): its software and reservations are cancelled before, what else
// it has ends now, and its domain is free again. Its row stays for what it was charged.
// Faults: "customer.not_sandbox", those of order.MayDelete.
func (a *App) DeleteCustomer(ctx context.Context, who party.Actor, req Request, c id.Customer) (Reply, error) {
	if err := who.MayFor(party.EndRelationship, c); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		now := a.Clock.Now()
		customer, err := tx.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		if !who.Sandbox {
			return nil, fault.Refuse("customer.not_sandbox", nil)
		}
		out, err := a.dissolve(tx, &act, customer)
		if err != nil {
			return nil, err
		}
		s := saver{a, tx, &act, customer, now}
		if err := s.outcome(out); err != nil {
			return nil, err
		}
		if customer, err = tx.Customer(who.Scope, c); err != nil { // a credit or a late charge may have changed it
			return nil, err
		}
		if err := removePeople(tx, who, c); err != nil {
			return nil, err
		}
		customer.Deleted = now
		if err := tx.SaveCustomer(customer); err != nil {
			return nil, err
		}
		details := append([]activity.Detail{{Key: "Domain", Value: customer.Domain}}, moneyDetails(out.Charges)...)
		return customer, s.record(activity.DeleteCustomer, activity.Customer, string(c), details...)
	})
}

// removePeople forgets all of a customer's people: nobody signs in there any more, and their names are free.
func removePeople(tx Tx, who party.Actor, c id.Customer) error {
	for _, state := range []party.PersonState{"", party.PersonDeleted} {
		people, err := tx.People(who.Scope, PeopleQuery{Customer: c, State: state})
		if err != nil {
			return err
		}
		for _, p := range people {
			if err := tx.RemovePerson(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// dissolve decides what becomes of all that a customer has, after what fell due of it was done.
func (a *App) dissolve(tx Tx, act *Act, c party.Customer) (out subscription.Outcome, err error) {
	scope, now := act.Actor.Scope, a.Clock.Now()
	orders, err := tx.Orders(scope, c.ID, "")
	if err != nil {
		return out, err
	}
	subs, err := tx.Subscriptions(scope, c.ID, SubscriptionQuery{})
	if err != nil {
		return out, err
	}
	if err := order.MayDelete(orders, subs); err != nil {
		return out, err
	}
	rules, err := tx.Rules()
	if err != nil {
		return out, err
	}
	settled := stepper{a, tx, act, c, rules}
	var held []subscription.Held
	for _, s := range subs {
		if !s.State.Live() {
			continue
		}
		if s, _, err = settled.settle(s.ID, now); err != nil {
			return out, err
		}
		h, err := a.hold(tx, scope, s, rules)
		if err != nil {
			return out, err
		}
		held = append(held, h)
	}
	return order.Dissolve(a.IDs, held, now), nil
}
