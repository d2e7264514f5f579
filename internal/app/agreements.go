package app

import (
	"context"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Agreements are what a customer accepted, oldest first (R20); kind "" means all.
func (a *App) Agreements(ctx context.Context, who party.Actor, c id.Customer, kind party.AgreementKind) ([]party.Agreement, error) {
	if err := who.MayFor(party.ReadCommerce, c); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]party.Agreement, error) {
		if _, err := r.Customer(who.Scope, c); err != nil {
			return nil, err
		}
		return r.Agreements(who.Scope, c, kind)
	})
}

// AddAgreement records that a customer accepted an agreement, as the partner attests (R12). Purchases that need one are
// open from then on. Faults: "member.missing", those of Agreement.Attest, "agreement.exists".
func (a *App) AddAgreement(ctx context.Context, who party.Actor, req Request, c id.Customer, g party.Agreement) (Reply, error) {
	if err := who.MayFor(party.EditCustomer, c); err != nil {
		return Reply{}, err
	}
	for _, m := range [...]struct{ name, value string }{
		{"primaryContact.firstName", g.Contact.FirstName}, {"primaryContact.lastName", g.Contact.LastName}, {"primaryContact.email", g.Contact.Email},
		{"templateId", g.Template},
	} {
		if err := need(strings.TrimSpace(m.value) != "", m.name); err != nil {
			return Reply{}, err
		}
	}
	if err := need(!g.Agreed.IsZero(), "dateAgreed"); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		now := a.Clock.Now()
		customer, err := tx.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		if err := customer.Dealing(); err != nil {
			return nil, err
		}
		if err := g.Attest(now); err != nil {
			return nil, err
		}
		g.ID, g.At = id.Agreement(a.IDs.GUID()), now
		if g.By == "" {
			g.By = string(who.User)
		}
		if err := tx.AddAgreement(c, g); err != nil {
			return nil, err
		}
		s := saver{a, tx, &act, customer, now}
		return g, s.record(activity.CreateAgreement, activity.Agreement, string(g.ID), activity.Detail{Key: "TemplateId", Value: g.Template})
	})
}

// Qualify records what a customer is, which opens the offers of a segment (F12, R12); kind "" takes all away.
// Faults: those of Customer.Qualify.
func (a *App) Qualify(ctx context.Context, who party.Actor, req Request, c id.Customer, q party.Qualification) (Reply, error) {
	if err := who.MayFor(party.EditCustomer, c); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req, Version: customerVersion(who, c)}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		customer, err := tx.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		if err := customer.Dealing(); err != nil {
			return nil, err
		}
		was := customer
		q.At = a.Clock.Now()
		if q.Kind == "" {
			customer.Qualifications = nil
		} else if customer, err = customer.Qualify(q); err != nil {
			return nil, err
		}
		if err := tx.SaveCustomer(customer); err != nil {
			return nil, err
		}
		customer.Version++
		s := saver{a, tx, &act, customer, q.At}
		return customer, s.changed(activity.UpdateQualification, activity.Customer, string(c), qualificationChanges(was, customer), activity.Detail{Key: "Qualification", Value: string(q.Kind)})
	})
}
