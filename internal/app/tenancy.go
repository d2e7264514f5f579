package app

import (
	"context"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Tenancy is whose staff somebody of a customer is, and who serves it.
type Tenancy struct {
	Customer party.Customer
	Partner  party.Partner // the reseller of record where there is one
}

// Tenancy tells customer staff whose they are and who serves them, whatever their role (D). Fault: "role.missing" for others.
func (a *App) Tenancy(ctx context.Context, who party.Actor) (Tenancy, error) {
	if who.Customer == "" {
		return Tenancy{}, fault.Deny("role.missing", fault.Args{"act": party.OwnProducts.ID, "roles": "CGA CBA CU"})
	}
	return read(ctx, a.Store, func(r Reader) (t Tenancy, err error) {
		if t.Customer, err = r.Customer(who.Scope, who.Customer); err != nil {
			return t, err
		}
		if t.Partner, err = r.Partner(who.Scope); err != nil || t.Customer.Reseller == "" {
			return t, err
		}
		resellers, err := r.Resellers(who.Scope)
		for _, p := range resellers {
			if p.ID == t.Customer.Reseller {
				t.Partner = p
			}
		}
		return t, err
	})
}

// Holding is one thing that a customer has: what R19 shows of it, so neither a key nor a price.
type Holding struct {
	Title    string
	Quantity int64 // 0: by use
	Kind     catalog.Kind
	Term     when.Term
	Order    id.Order
	Line     int
	Since    time.Time
	Ends     time.Time // zero: never
	Renews   bool
	Trial    bool // it is one now

	// Of what is listed among subscriptions (F40).
	Subscription id.Subscription
	State        subscription.State
	DataUntil    time.Time // of a suspended one

	// Of software.
	Delivered    license.LineState
	HasKeys      bool
	HasDownloads bool
	Instructions string // address
}

// Holdings lists what the actor's own tenant has (R19; R20 for its administrator): its subscriptions, and its software whatever
// the date (F40, F42, F52).
func (a *App) Holdings(ctx context.Context, who party.Actor) (subscriptions, software []Holding, err error) {
	if who.May(party.OwnProducts) != nil {
		if err := who.May(party.ReadCommerce); err != nil {
			return nil, nil, err
		}
	}
	tenant := who // read as its administrator does, shown as R19 allows
	tenant.Roles = party.RolesOf(party.CustomerGlobal)
	subs, err := a.Subscriptions(ctx, tenant, who.Customer, SubscriptionQuery{})
	if err != nil {
		return nil, nil, err
	}
	for _, s := range subs {
		h := Holding{
			Title: s.Title, Quantity: s.Quantity, Kind: s.Kind, Term: s.Term, Order: s.Order, Line: s.Line, Since: s.OrderedAt, Ends: s.Current.End, Renews: s.AutoRenew,
			Subscription: s.ID, State: s.State, DataUntil: s.DataUntil, Trial: s.TrialUntil.After(s.Now),
		}
		if s.FriendlyName != "" {
			h.Title = s.FriendlyName
		}
		subscriptions = append(subscriptions, h)
	}
	items, err := a.Software(ctx, tenant, who.Customer)
	if err != nil {
		return nil, nil, err
	}
	for _, i := range items {
		software = append(software, Holding{
			Title: i.Line.Title, Quantity: i.Line.Quantity, Kind: i.Line.Kind, Term: i.Line.Term, Order: i.Order.ID, Line: i.Line.Number, Since: i.Order.At,
			Delivered: i.State, HasKeys: i.Delivery.HasKeys, HasDownloads: i.Delivery.HasDownloads, Instructions: i.Delivery.InstructionsURI,
		})
	}
	return subscriptions, software, nil
}
