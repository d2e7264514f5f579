package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// NewTenant is a partner that is to sell here, and who manages it first.
type NewTenant struct {
	Partner party.Partner // without an id
	Domain  string        // its token endpoints are found by it; may be empty
	Admin   party.Person  // names alone
}

// Founded is what became of it. The password is shown once, and has to be changed at the first sign-in.
type Founded struct {
	Partner party.Partner
	Admin   Admitted
}

// AddTenant adds a partner with its first global admin (R15); who adds one has proved who they are. The outcome is Founded.
// Faults: "proof.needed", those of party.Partner.Check and Person.Check, "domain.malformed", "partner.domain_taken",
// "partner.provider" for one that is none, "user.upn_taken".
func (a *App) AddTenant(ctx context.Context, who party.Actor, req Request, t NewTenant) (Reply, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Reply{}, err
	}
	if err := who.Prove(); err != nil {
		return Reply{}, err
	}
	p := t.Partner
	p.ID, p.Name, p.MPN, p.SuspendedAt = id.Partner(a.IDs.GUID()), strings.TrimSpace(p.Name), strings.TrimSpace(p.MPN), time.Time{}
	if err := p.Check(); err != nil {
		return Reply{}, err
	}
	domain := strings.ToLower(strings.TrimSpace(t.Domain))
	if domain != "" && !domainName(domain) {
		return Reply{}, fault.Invalid("domain.malformed", nil)
	}
	admin := t.Admin
	admin.UPN, _ = party.ParseUPN(admin.UPN)
	admin.ID, admin.Partner, admin.Customer, admin.Publisher = id.User(a.IDs.GUID()), p.ID, "", ""
	admin.Roles, admin.State, admin.CreatedAt = party.RolesOf(party.GlobalAdmin), party.PersonActive, a.Wall.Now()
	if err := admin.Check(); err != nil {
		return Reply{}, err
	}
	password, err := a.setPassword(&admin, "", false)
	if err != nil {
		return Reply{}, err
	}
	alias := a.alias(&admin)
	act := Act{Actor: who.Attending(scopeOf(p)), Lock: Lock{Partner: true}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		if p.Kind == party.IndirectReseller {
			provider, err := tx.Partner(act.Actor.Scope)
			if f := fault.Of(err); f != nil && f.Code == "partner.unknown" || err == nil && provider.Kind != party.IndirectProvider {
				return nil, fault.Invalid("partner.provider", nil)
			}
			if err != nil {
				return nil, err
			}
		}
		if err := tx.AddPartner(p); err != nil {
			return nil, err
		}
		if domain != "" {
			if err := tx.NameTenant(p.ID, domain); err != nil {
				return nil, err
			}
		}
		if err := errors.Join(tx.AddAlias(alias), tx.AddPerson(admin)); err != nil {
			return nil, err
		}
		s := saver{app: a, tx: tx, act: &act, now: a.Clock.Now()}
		if err := s.record(activity.AddPartner, activity.PartnerProfile, string(p.ID),
			activity.Detail{Key: "Kind", Value: string(p.Kind)}, activity.Detail{Key: "Country", Value: string(p.Country)}); err != nil {
			return nil, err
		}
		made, first := p, admin
		made.Version, first.Version = 1, 1
		return Founded{made, Admitted{first, password}}, s.user(activity.CreatePartnerUser, activity.CreateCustomerUser, admin)
	})
}

// scopeOf is the tenant that a partner works in: a reseller, its own part of its provider's.
func scopeOf(p party.Partner) party.Scope {
	if p.Kind == party.IndirectReseller {
		return party.NewScope(p.Provider, p.ID)
	}
	return party.NewScope(p.ID, "")
}

// SuspendTenant lets a partner's staff and clients in nowhere any more, and its resellers' with them, or lets them in again
// (R15); who does it has proved who they are. What its customers have goes on: charges, renewals, invoices, their own portal
// (D). The outcome is the party.Partner. Faults: "proof.needed", "partner.unknown", "partner.own" where the operator's people
// would shut themselves out, "partner.changed".
func (a *App) SuspendTenant(ctx context.Context, who party.Actor, req Request, one id.Partner, suspend bool) (Reply, error) {
	p, _, err := a.Tenant(ctx, who, one)
	if err != nil {
		return Reply{}, err
	}
	if err := who.Prove(); err != nil {
		return Reply{}, err
	}
	if who.Scope.Own() == one || who.Scope.Partner() == one {
		return Reply{}, fault.Refuse("partner.own", nil)
	}
	act := Act{Actor: who.Attending(scopeOf(p)), Lock: Lock{Partner: true}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		p, err := tx.OwnPartner(act.Actor.Scope)
		if err != nil || suspend == !p.SuspendedAt.IsZero() {
			return p, err
		}
		now, state := a.Clock.Now(), "active"
		if p.SuspendedAt = (time.Time{}); suspend {
			p.SuspendedAt, state = now, "suspended"
		}
		if err := tx.SavePartner(p); err != nil {
			return nil, err
		}
		p.Version++
		s := saver{app: a, tx: tx, act: &act, now: now}
		return p, s.record(activity.UpdatePartner, activity.PartnerProfile, string(p.ID), activity.Detail{Key: "State", Value: state})
	})
}

// SignOutPerson ends all sessions and tokens of somebody, whosever staff they are (R15): who lost a device. Outcome and faults as
// of Reform.
func (a *App) SignOutPerson(ctx context.Context, who party.Actor, req Request, of party.Partner, p party.Person) (Reply, error) {
	if of.ID == "" { // the operator's own
		return a.Reform(ctx, who.Attending(party.Scope{}), req, p.Customer, p.ID, PersonChange{SignOut: true})
	}
	return a.Reform(ctx, who.Attending(scopeOf(of)), req, p.Customer, p.ID, PersonChange{SignOut: true})
}
